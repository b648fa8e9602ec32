"""A shop and a channel that go away during a show and come back: the log keeps it, and the review's timeline and report say
when it was.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from studio import link_watch
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.alerts import AlertKind
from studio.domain.ids import uuid7
from studio.ui.review.timeline import draw
from studio.ui.studio import Link, Review
from studio.ui.texts import Texts
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import CHANNEL, Room, opened_room, sample_lineup

SOON_MS = 500
"""In a test a connection counts as lost so soon: nothing is learned by waiting longer."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", start_ms=None) as process:
        yield process


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[AudienceProcess]:
    process = start_audience(None, tmp_path, arguments=("--wait",))
    yield process
    process.stop()


@pytest.fixture
def room(
    shop: ShopProcess, channel: AudienceProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Room]:
    monkeypatch.setattr(link_watch, "LOST_AFTER_MS", SOON_MS)
    with opened_room(tmp_path / "studio" / "studio.db", shop, channel) as opened:
        opened.open(uuid7())
        opened.clock_measured()
        opened.must(cmd.PlanShow(sample_lineup(), "demo", (CHANNEL,), rehearsal=True))
        opened.until(
            lambda: {link(opened, "shop"), link(opened, "channel")} == {Link.OK}, "links that are well"
        )
        opened.must(cmd.StartShow())
        opened.must(cmd.NextItem())
        yield opened


def link(room: Room, kind: str) -> Link | None:
    told = [status.link for batch in room.batches for status in batch.links if status.kind == kind]
    return told[-1] if told else None


def reviewed(room: Room) -> Review:
    return room.ask(room.engine_room.reviews.review(room.show_id))


def logged(room: Room) -> list[ev.Logged]:
    log = room.ask(room.engine_room.log_of(room.show_id))
    return [entry for entry in log if isinstance(entry.event, ev.LinkLost | ev.LinkRestored)]


def labels(review: Review) -> list[tuple[int, str]]:
    """What stands on the timeline."""
    drawn = draw(review, review.state.ended_at_ms or 0, Texts(), {CHANNEL: "Live chat"})
    return [(marker.at_ms, marker.label) for marker in drawn.timeline.alerts]


def test_a_shop_that_is_away_for_a_while_is_on_the_timeline_and_in_the_report(
    room: Room, shop: ShopProcess, qapp: QApplication
) -> None:
    # Heard last before the show began, it would be missing from its start on.
    room.ask(room.engine_room.show.engine.pulse())
    left_ms = room.engine_room.clock.best_ms()
    shop.stop()
    room.until(lambda: room.state.links_lost == {("shop", "Nordhus")} or None, "a loss in the log")
    room.must(cmd.NextItem())
    shop.start()
    room.until(lambda: not room.state.links_lost, "the return in the log")
    room.must(cmd.EndShow())
    lost, back = logged(room)
    assert lost.event.heard_at_ms is not None
    assert abs(lost.event.heard_at_ms - left_ms) < back.at_ms - left_ms
    review = reviewed(room)
    found = labels(review)
    assert [label.partition(" after")[0] for _, label in found] == ["shop lost", "shop back"]
    assert [at for at, _ in found] == [lost.event.heard_at_ms, back.at_ms]
    html = room.ask(room.engine_room.reviews.report_html(room.show_id))
    assert "shop lost" in html
    kept = msgspec.json.encode([lost, back]).decode()
    assert shop.token not in kept
    assert "http" not in kept


def test_a_channel_that_stays_away_is_lost_to_the_end_of_the_show(
    room: Room, channel: AudienceProcess, qapp: QApplication
) -> None:
    channel.stop()
    room.until(lambda: room.state.links_lost == {("channel", CHANNEL)} or None, "a loss in the log")
    room.must(cmd.EndShow())
    review = reviewed(room)
    assert [alert.kind for alert in review.alerts] == [AlertKind.LINK_LOST]
    assert [label for _, label in labels(review)] == ["Live chat lost"]


def test_the_loss_outlives_the_studio_and_the_return_is_put_down_by_the_next_one(
    room: Room, shop: ShopProcess, channel: AudienceProcess, qapp: QApplication
) -> None:
    shop.stop()
    room.until(lambda: room.state.links_lost or None, "a loss in the log")
    show_id, database = room.show_id, room.database
    room.stop()
    shop.start()
    with opened_room(database, shop, channel) as again:
        assert again.open(show_id).state.links_lost == {("shop", "Nordhus")}
        again.until(lambda: not again.state.links_lost, "the return in the log")
        assert [type(e.event) for e in logged(again)] == [ev.LinkLost, ev.LinkRestored]
