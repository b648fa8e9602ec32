"""What the list of shows tells of a show's plan is what its log says, also of shows that an older studio made."""

import asyncio
import sqlite3
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database as Sqlite

from studio.control.ports import ShowSummary
from studio.domain import events as ev
from studio.domain.events import Logged
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.plan import ShowDetails
from studio.domain.show import ShowState, fold
from studio.store import codec, migrations
from studio.store.connections import APPLICATION_ID
from studio.store.database import Database
from studio.store.show_log import SqlShowLog

T0 = 1_767_225_600_000
SHOW = "show-1"


def item(number: int) -> LineUpItem:
    return LineUpItem(f"i{number}", ItemKind.TALK, f"Talk {number}", 60_000)


def planned(items: int = 2, planned_ms: int = 0) -> ev.ShowPlanned:
    lineup = LineUp("Winter evening", "NOK", tuple(item(n) for n in range(items)), planned_ms=planned_ms)
    return ev.ShowPlanned(lineup, "nordhus", ("twitch",), time_zone="Europe/Oslo", starts_at_ms=T0 + 5)


def log_of(*events: ev.Event) -> list[Logged]:
    return [
        Logged(f"e{n}", SHOW, n, T0 + n, T0 + n, "host", "seat-1", f"c{n}", event)
        for n, event in enumerate(events, 1)
    ]


def expected(state: ShowState) -> ShowSummary:
    return ShowSummary(
        state.id, state.title, state.rehearsal, state.started_at_ms, state.ended_at_ms, state.currency, state.seq,
        state.starts_at_ms, state.planned_ms, state.time_zone, state.series, state.template, state.archived,
        len(state.items), T0 + 1, state.shop, state.channels,
    )  # fmt: skip


DETAILS = ShowDetails(
    "Spring", "de", "EUR", 90_000, "Europe/Berlin", None, ("twitch", "youtube"), "Seasons", template=True
)
CHANGES = st.sampled_from([
    ev.ShowChanged(DETAILS, DETAILS),
    ev.ShowChanged(msgspec.structs.replace(DETAILS, starts_at_ms=T0 + 9, template=False), DETAILS),
    ev.ShowArchived(True),
    ev.ShowArchived(False),
    ev.ShopChanged("fjord", "nordhus"),
])  # fmt: skip


@st.composite
def logs(draw: st.DrawFn) -> list[ev.Event]:
    """A plan and what a producer then did to it."""
    items = [item(n) for n in range(draw(st.integers(0, 4)))]
    events: list[ev.Event] = [planned(len(items), draw(st.sampled_from([0, 3_600_000])))]
    number = 100
    for _ in range(draw(st.integers(0, 12))):
        what = draw(st.integers(0, 2))
        if what == 0:
            number += 1
            items.append(item(number))
            events.append(ev.ItemAdded(items[-1], len(items) - 1))
        elif what == 1 and items:
            at = draw(st.integers(0, len(items) - 1))
            events.append(ev.ItemRemoved(items.pop(at), at))
        else:
            events.append(draw(CHANGES))
    return events


@settings(max_examples=60, deadline=None)
@given(logs(), st.data())
def test_the_list_tells_of_every_show_what_its_log_folds_to(
    tmp_path_factory, events: list[ev.Event], data: st.DataObject
):
    """However the log was written, in few appends or in many."""
    log = log_of(*events)
    db = Database.open(tmp_path_factory.mktemp("shows") / "studio.db")
    try:
        sql = SqlShowLog(db)
        at = 0
        while at < len(log):
            count = data.draw(st.integers(1, len(log) - at))
            db_write(db, log[at : at + count], at)
            at += count
        (found,) = db_shows(db, sql)
    finally:
        db.close()
    assert found == expected(fold(SHOW, log))


def db_write(db: Database, events: list[Logged], at: int) -> None:
    asyncio.run(SqlShowLog(db).append(SHOW, at, events, ()))


def db_shows(db: Database, sql: SqlShowLog) -> list[ShowSummary]:
    return asyncio.run(sql.shows())


def fourth_version(path: Path, log: list[Logged], spoilt: bool = False) -> None:
    """A database as it was before the table of shows told of their plans, with one show."""
    db = Sqlite(sqlite3.connect(path), execute_plugins=False)
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    migrations.MIGRATIONS.apply(db, stop_before="0005_plans_of_shows")
    with db.atomic():
        db.execute(
            "INSERT INTO show (num, id, title, currency, last_seq, planned_at_ms) VALUES (1, ?, 'Winter evening', 'NOK', ?, ?)",
            (SHOW, len(log), T0 + 1),
        )
        for logged in log:
            row = codec.event_row(logged)
            if spoilt and logged.seq == 1:
                row = (*row[:-2], row[-2][:40], row[-1])
            db.conn.execute(f"INSERT INTO event ({codec.EVENT}) VALUES ({codec.values(codec.EVENT)})", row)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 4")
    db.close()


async def test_shows_that_an_older_studio_made_are_listed_with_their_plan(path: Path):
    log = log_of(planned(3), ev.ItemAdded(item(9), 3), ev.ItemRemoved(item(0), 0), ev.ItemRemoved(item(1), 0))
    fourth_version(path, log)
    db = Database.open(path)
    try:
        assert await SqlShowLog(db).shows() == [expected(fold(SHOW, log))]
    finally:
        db.close()


async def test_a_log_that_cannot_be_read_does_not_keep_the_database_from_being_brought_up_to_date(path: Path):
    fourth_version(path, log_of(planned(3)), spoilt=True)
    db = Database.open(path)
    try:
        row = await db.read(lambda conn: conn.execute("SELECT title, items, channels FROM show").fetchone())
    finally:
        db.close()
    assert tuple(row) == ("Winter evening", 0, "[]")
