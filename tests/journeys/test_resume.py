"""A rehearsal that is cut off goes on where it was: nothing is lost, nothing happens twice, and the figures are equal."""

import sqlite3
from pathlib import Path

import pytest

from studio.domain import events as ev
from tests.journeys.rehearsals import Begun, Played, rehearse, studio

SHORT = ("--seed", "5", "--minutes", "12", "--speed", "40")

pytestmark = [pytest.mark.timeout(300), pytest.mark.kill]


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    """What a server's own book says."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


class CutOff:
    """A rehearsal that was killed in the middle of the show, and what was known then."""

    def __init__(self, folder: Path) -> None:
        self.data, self.out = folder / "data", folder / "out"
        begun = Begun(self.data, self.out, *SHORT, "--fault", "duplicate-events")
        try:
            begun.until("7 of 15")
            begun.kill()
        finally:
            begun.stop()
        (self.folder,) = (path.parent for path in self.data.glob("rehearsals/*/rehearsal.json"))
        self.tokens = (self.folder / "tokens.json").read_bytes()


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> CutOff:
    return CutOff(tmp_path_factory.mktemp("resume"))


@pytest.fixture(scope="module")
def resumed(cut_off: CutOff) -> Played:
    return rehearse(cut_off.data, cut_off.out, "--resume")


def test_a_killed_rehearsal_goes_on_to_its_end_with_figures_equal_to_the_books(resumed: Played):
    assert resumed.ended.code == 0, resumed.ended
    assert (
        "Going on with “Autumn Home Live #14”: 12 minutes at 40 times real time, seed 5" in resumed.ended.said
    )
    assert "1 of 14  Linen throw" not in resumed.ended.said, "what was shown is not shown again"
    assert "15 of 15  Goodbye" in resumed.ended.said
    assert "equal to the truth" in resumed.ended.said
    assert resumed.summary["shop_truth"]["duplicates"] == 0
    assert resumed.summary["outbox_pending"] == 0


def test_the_show_started_once_and_its_log_goes_on(resumed: Played):
    log = resumed.log()
    started = [e for e in log if isinstance(e.event, ev.ShowStarted)]
    on_air = [e.event.item_id for e in log if isinstance(e.event, ev.ItemWentOnAir)]
    (planned,) = (e.event for e in log if isinstance(e.event, ev.ShowPlanned))
    assert len(started) == 1
    assert [e.seq for e in log] == list(range(1, len(log) + 1))
    assert set(on_air) >= {item.id for item in planned.lineup.items}
    assert sum(isinstance(e.event, ev.ShowEnded) for e in log) == 1


def test_the_audience_went_on_and_did_not_come_a_second_time(resumed: Played):
    log = resumed.log()
    (started,) = (e.at_ms for e in log if isinstance(e.event, ev.ShowStarted))
    book = resumed.folder / "audience" / "channel.sqlite3"
    (began,) = rows(book, "SELECT value FROM meta WHERE key = 'began_ms'")
    assert began == (str(started),)
    samples = [
        int(str(at)) for (at,) in rows(book, "SELECT at_ms FROM frames WHERE kind = 'viewers' ORDER BY seq")
    ]
    assert samples == sorted(samples), "no second of the show was lived twice"


def test_the_faults_were_ordered_once_and_the_tokens_stayed(resumed: Played, cut_off: CutOff):
    faults = rows(resumed.folder / "shop" / "shop.sqlite3", "SELECT name FROM faults")
    assert faults == [("duplicate-events",)]
    tokens = resumed.folder / "tokens.json"
    assert tokens.read_bytes() == cut_off.tokens
    assert tokens.stat().st_mode & 0o077 == 0


def test_there_is_nothing_more_to_resume_then(resumed: Played):
    assert resumed.ended.code == 0
    again = studio(resumed.data, "rehearse", "--headless", "--resume", "--out", str(resumed.out))
    assert again.code == 2
    assert again.complained.strip() == "There is no rehearsal to resume. Start one without --resume."


def test_a_rehearsal_is_resumed_as_it_was_begun(cut_off: CutOff, resumed: Played):
    changed = studio(cut_off.data, "rehearse", "--headless", "--resume", "--seed", "6", "--speed", "5")
    assert changed.code == 2
    assert "leave out --seed and --speed" in changed.complained


def test_where_nothing_was_ever_rehearsed_there_is_nothing_to_resume(tmp_path: Path):
    ended = studio(tmp_path / "data", "rehearse", "--headless", "--resume")
    assert (ended.code, ended.complained) == (
        2, "There is no rehearsal to resume. Start one without --resume.\n",
    )  # fmt: skip


def test_a_rehearsal_killed_before_its_show_began_begins_it_when_resumed(tmp_path: Path):
    data, out = tmp_path / "data", tmp_path / "out"
    begun = Begun(data, out, *SHORT)
    try:
        begun.see(lambda: any(data.glob("rehearsals/*/studio/studio.db-wal")), "the studio's database")
        begun.kill()
    finally:
        begun.stop()
    again = Begun(data, out, "--resume")
    try:
        again.until("1 of 14  Linen throw")
    finally:
        again.stop()
