"""Backups stand alone, are sound, and the right ones are kept."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports.store import StoreFull
from studio.store.backup import Backups
from studio.store.copies import KEEP, BackupFile, newest_first, stamp, superfluous
from studio.store.database import Database
from studio.store.errors import StoreDamaged
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import T0, a_whole_show


async def a_show(log: SqlShowLog) -> None:
    show = a_whole_show(2)
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)


async def test_a_backup_can_be_opened_as_a_database_of_its_own(db: Database, log: SqlShowLog, tmp_path: Path):
    await a_show(log)
    path = await Backups(db, lambda: T0).make("show-start", "show-1")
    assert path.name == "studio-20260101T000000000Z-show-start--show-1.db"
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]
    assert path.stat().st_mode & 0o077 == 0, "nobody else may read it"
    elsewhere = tmp_path / "elsewhere" / "studio.db"
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(path.read_bytes())
    copy = Database.open(elsewhere)
    assert await SqlShowLog(copy).read("show-1") == await log.read("show-1")
    copy.close()


async def test_ten_are_kept_and_all_of_the_last_show(db: Database):
    moment = iter(range(T0, T0 + 10**9, 1000))
    backups = Backups(db, lambda: next(moment))
    for _ in range(3):
        await backups.make("hourly", "first-show")
    for _ in range(14):
        await backups.make("hourly", "last show/id")
    kept = backups.list()
    assert len(kept) == 14
    assert {b.show for b in kept} == {"last-show-id"}
    await backups.make("migration")
    assert len(backups.list()) == 15


copies = st.lists(
    st.tuples(st.integers(0, 10**9), st.sampled_from(["", "a", "b"])), max_size=40, unique_by=lambda c: c[0]
)


@given(copies)
def test_what_is_thrown_away_is_never_new_nor_of_the_last_show(made: list[tuple[int, str]]):
    files = [
        BackupFile(
            Path(f"studio-{stamp(T0 + ms)}-hourly{'--' + show if show else ''}.db"), T0 + ms, "hourly", show
        )
        for ms, show in made
    ]
    newest = sorted(files, key=lambda b: b.at_ms, reverse=True)
    gone = superfluous(files)
    assert not set(gone) & set(newest[:KEEP])
    last_show = next((b.show for b in newest if b.show), None)
    assert not [b for b in gone if b.show and b.show == last_show]
    assert all(b in gone for b in newest[KEEP:] if b.show != last_show)


async def test_other_files_in_the_folder_are_nobodys_backup(db: Database):
    backups = Backups(db)
    made = await backups.make("hourly")
    for name in ("notes.txt", "studio.db.damaged-20260101T000000000Z", "studio-x.db"):
        (made.parent / name).write_text("mine")
    for _ in range(12):
        await backups.make("hourly")
    assert (made.parent / "studio.db.damaged-20260101T000000000Z").read_text() == "mine"
    assert len(newest_first(made.parent)) == KEEP


async def test_a_damaged_database_makes_no_backup_and_the_older_ones_stay(
    db: Database, log: SqlShowLog, notices: list[str]
):
    await a_show(log)
    backups = Backups(db)
    good = await backups.make("hourly")
    await db.write(lambda w: w.execute("UPDATE event SET body = replace(body, 'Winter', 'Hinter')"))
    with pytest.raises(StoreDamaged):
        await backups.make("hourly")
    assert [b.path for b in backups.list()] == [good]
    assert sorted(p.name for p in good.parent.iterdir()) == [good.name]


async def test_the_hourly_backup_is_made_every_hour_and_trouble_is_told(
    db: Database, notices: list[str], monkeypatch: pytest.MonkeyPatch
):
    slept: list[float] = []
    moments = iter(range(T0, T0 + 10**9, 1000))
    backups = Backups(db, lambda: next(moments))
    folder = db.path.parent / "backups"

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            folder.rename(folder.with_name("away"))
            folder.write_text("in the way")
        if len(slept) == 3:
            folder.unlink()
            folder.with_name("away").rename(folder)
        if len(slept) == 4:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await backups.hourly("show-1", sleep)
    assert slept == [3600.0] * 4
    assert len(backups.list()) == 2
    (sentence,) = notices
    assert sentence.startswith("The hourly backup could not be made.")


async def test_a_full_disk_is_said_and_leaves_nothing_half_made(
    db: Database, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studio.store.copies.sync_file", full)
    with pytest.raises(StoreFull, match="Free some space"):
        await Backups(db).make("hourly")
    assert list((db.path.parent / "backups").iterdir()) == []


async def test_writing_goes_on_while_a_backup_is_made(db: Database, log: SqlShowLog):
    await a_show(log)
    backups = Backups(db)
    making = [asyncio.create_task(backups.make("hourly", f"s{n}")) for n in range(3)]
    for n in range(50):
        await db.write(lambda w, n=n: w.execute("INSERT INTO show (id) VALUES (?)", (f"x{n}",)))
    for path in await asyncio.gather(*making):
        conn = sqlite3.connect(path)
        assert conn.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        conn.close()
