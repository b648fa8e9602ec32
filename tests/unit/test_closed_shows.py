"""A show that is not open can be set up, changed and archived: once, and on disk."""

import asyncio
from pathlib import Path

import pytest

from studio.closed_shows import ClosedShows
from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.ports import StoreFull
from studio.domain.commands import ArchiveShow, ChangeShow, PlanShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.plan import ShowDetails
from studio.store.database import Database
from studio.store.show_log import SqlShowLog
from tests.fakes.memory_store import MemoryOutbox

PLAN = PlanShow(LineUp("Autumn", "EUR", (LineUpItem("i1", ItemKind.TALK, "Hello", 60_000),)), "nordhus", ())


def closed(log: object, opened: set[str] | None = None) -> ClosedShows:
    wall = SystemWallClock()
    return ClosedShows(log, MeasuredShowClock(wall), wall, lambda show_id: show_id in (opened or set()))  # pyright: ignore


async def test_what_was_decided_is_on_disk_and_in_the_list(tmp_path: Path) -> None:
    path = tmp_path / "studio.db"
    db = Database.open(path)
    shows = closed(SqlShowLog(db))
    assert await shows.do("s1", PLAN) is None
    assert await shows.do("s1", ChangeShow(ShowDetails("Spring", series="Seasons"))) is None
    assert await shows.do("s1", ArchiveShow(True)) is None
    db.close()
    again = Database.open(path)
    try:
        (found,) = await SqlShowLog(again).shows()
    finally:
        again.close()
    assert (found.title, found.series, found.archived, found.items, found.last_seq) == (
        "Spring",
        "Seasons",
        True,
        1,
        3,
    )


async def test_the_same_command_twice_makes_one_show() -> None:
    log = MemoryOutbox()
    shows = closed(log)
    answers = await asyncio.gather(shows.do("s1", PLAN), shows.do("s1", PLAN))
    assert sorted(a.reason if a else "" for a in answers) == ["", "exists"]
    assert len(log.log) == 1


async def test_a_show_that_is_open_is_decided_by_its_own_desk_only() -> None:
    log = MemoryOutbox()
    shows = closed(log, {"s1"})
    refused = await shows.do("s1", PLAN)
    assert refused is not None
    assert refused.reason == "open"
    assert log.log == []


async def test_a_full_disk_is_said_and_nothing_is_decided() -> None:
    log = MemoryOutbox()
    log.full = True
    with pytest.raises(StoreFull):
        await closed(log).do("s1", PLAN)
    assert log.log == []


async def test_what_the_rules_refuse_is_refused_with_a_sentence() -> None:
    refused = await closed(MemoryOutbox()).do("s1", ArchiveShow(True))
    assert refused is not None
    assert refused.sentence.endswith(".")
