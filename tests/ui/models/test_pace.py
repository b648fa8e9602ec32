"""What changes faster than an eye can follow is told in steps; nothing of it is lost, and decisions never wait."""

import pytest
from PySide6.QtCore import QObject

from studio.domain import commands as cmd
from studio.domain.show import ShowPhase
from studio.ui.models.live_show import LiveShow
from studio.ui.models.pace import FOR_EYES, Paced, Way
from studio.ui.studio import ChangeBatch, Link, LinkStatus
from tests.fakes.fake_studio import FakeStudio


def test_the_first_change_is_told_at_once_and_those_behind_it_once_together(qtbot) -> None:
    told: list[str] = []
    owner = QObject()
    paced = Paced(lambda: told.append("told"), 20, owner)
    for _ in range(5):
        paced.soon()
    assert told == ["told"]
    qtbot.waitUntil(lambda: len(told) == 2)


def test_without_a_pace_every_change_is_told() -> None:
    told: list[str] = []
    paced = Paced(lambda: told.append("told"), 0, owner := QObject())
    for _ in range(5):
        paced.soon()
    assert len(told) == 5
    assert owner is not None


def test_news_wait_until_what_a_person_decided_has_been_painted(qtbot) -> None:
    told: list[str] = []
    way = Way()
    paced = Paced(lambda: told.append("told"), 5, owner := QObject(), way)
    way.make(40)
    paced.soon()
    assert told == []
    paced.now()
    assert told == ["told"], "a decision itself waits for nothing"
    paced.soon()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert way.wait_ms() == 0
    assert owner is not None


@pytest.fixture
def studio(qapp) -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def show(studio) -> LiveShow:
    live = LiveShow(studio.opened(), None, FOR_EYES)
    studio.changes.connect(live.take)
    return live


async def test_stock_that_moved_during_a_rest_is_told_when_it_is_over(studio, show, qtbot):
    told: list[set[str]] = []
    show.stock_changed.connect(told.append)
    for product, left in (("v1", 9), ("v2", 8), ("v3", 7), ("v2", 6)):
        studio.hear_stock(product, left)
    assert told == [{"p1"}]
    assert show.sellable("p2").total == 6
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told[1] == {"p2", "p3"}


async def test_no_line_of_the_chat_is_lost_between_two_frames(studio, show, qtbot):
    lines: list[str] = []
    show.chat_appended.connect(lambda rows, _count: lines.extend(r.message.text for r in rows))
    said = [f"line {n}" for n in range(40)]
    for text in said:
        studio.hear_chat(text)
    assert lines == said[:1]
    qtbot.waitUntil(lambda: lines == said)


async def test_a_decision_is_seen_at_once_however_much_else_happens(studio, show):
    heard: list[ShowPhase] = []
    show.show_changed.connect(lambda: heard.append(show.state.phase))
    studio.hear_stock("v1", 9)
    studio.hear_stock("v1", 8)
    await studio.do(cmd.StartShow())
    assert heard == [ShowPhase.ON_AIR]


async def test_a_connection_that_is_only_heard_again_draws_nothing_anew(studio, show):
    told: list[int | None] = []
    show.links_changed.connect(lambda: told.append(show.links["shop:Nordhus"].heard_wall_ms))
    for heard in (1_000, 2_000, 3_000):
        studio.changes.emit(ChangeBatch(links=(LinkStatus("Nordhus", "shop", Link.OK, "", heard),)))
    assert told == [1_000]
    assert show.links["shop:Nordhus"].heard_wall_ms == 3_000, "its age moves on with the clock"
    studio.changes.emit(ChangeBatch(links=(LinkStatus("Nordhus", "shop", Link.DOWN, "No answer.", 3_000),)))
    assert told == [1_000, 3_000]
