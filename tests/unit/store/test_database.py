"""One writer that neither loses nor half-does anything, whichever thread and loop ask it."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlite_utils import Database as Sqlite

from studio.control.ports.store import FeedBatch, StoreFull
from studio.store import connections, migrations
from studio.store.database import Database
from studio.store.errors import NewerDatabaseError, NotAStudioDatabaseError, StoreClosed, StoreDamaged
from studio.store.feeds import SqlFeeds
from studio.store.kill_points import KILL_POINTS
from studio.store.outbox import SqlOutbox
from studio.store.salvage import shapes
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import a_message, a_planned_show


def one(path: Path, sql: str) -> object:
    conn = sqlite3.connect(path)
    try:
        return conn.execute(sql).fetchone()[0]
    finally:
        conn.close()


async def test_the_writer_has_the_settings_that_keep_a_decision_through_a_power_cut(db: Database):
    def pragmas(w: Sqlite) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "mmap_size", "application_id")
        return {name: w.execute(f"PRAGMA {name}").fetchone()[0] for name in names}

    assert await db.write(pragmas) == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "mmap_size": 0,
        "application_id": connections.APPLICATION_ID,
    }


async def test_what_fails_is_rolled_back_and_told_to_who_asked(db: Database):
    def fails(w: Sqlite) -> None:
        w.execute("INSERT INTO show (id) VALUES ('half')")
        raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        await db.write(fails)
    assert await db.read(lambda c: c.execute("SELECT count(*) FROM show").fetchone()[0]) == 0


async def test_feed_batches_that_wait_share_one_commit_but_not_one_fate(db: Database):
    commits: list[int] = []
    gate = threading.Event()
    blocked = db.submit(lambda w: gate.wait(30))

    def store(number: int):
        def run(w: Sqlite) -> int:
            if number == 2:
                w.execute("INSERT INTO show (id) VALUES ('bad')")
                raise ValueError("bad batch")
            w.execute("INSERT INTO show (id) VALUES (?)", (f"s{number}",))
            commits.append(w.conn.total_changes)
            return number

        return run

    futures = [db.submit(store(n), grouped=True) for n in range(5)]
    nested = db.submit(lambda w: w.conn.in_transaction)
    gate.set()
    blocked.result(30)
    assert nested.result(30)
    results = await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True)
    assert [r for r in results if isinstance(r, int)] == [0, 1, 3, 4]
    assert isinstance(results[2], ValueError)
    ids = await db.read(lambda c: [r[0] for r in c.execute("SELECT id FROM show ORDER BY num")])
    assert ids == ["s0", "s1", "s3", "s4"]


async def test_a_decision_overtakes_the_feed_batches_that_wait(db: Database):
    order: list[str] = []
    gate = threading.Event()
    db.submit(lambda w: gate.wait(30))
    feeds = [db.submit(lambda w: order.append("feed"), grouped=True) for _ in range(3)]
    decision = db.submit(lambda w: order.append("decision"))
    gate.set()
    decision.result(30)
    for feed in feeds:
        feed.result(30)
    assert order == ["decision", "feed", "feed", "feed"]


async def test_it_can_be_used_from_several_threads_and_loops_at_once(db: Database):
    def elsewhere(name: str) -> None:
        async def write() -> None:
            for n in range(20):
                await db.write(lambda w, n=n: w.execute("INSERT INTO show (id) VALUES (?)", (f"{name}{n}",)))

        asyncio.run(write())

    await asyncio.gather(*(asyncio.to_thread(elsewhere, name) for name in "abc"))
    assert await db.read(lambda c: c.execute("SELECT count(*) FROM show").fetchone()[0]) == 60


async def test_what_was_asked_for_before_closing_is_still_written(path: Path):
    db = Database.open(path)
    gate = threading.Event()
    db.submit(lambda w: gate.wait(30))
    last = db.submit(lambda w: w.execute("INSERT INTO show (id) VALUES ('last')"))
    closing = asyncio.create_task(db.aclose())
    await asyncio.sleep(0)
    gate.set()
    await closing
    last.result(0)
    assert one(path, "SELECT id FROM show") == "last"
    assert not path.with_name("studio.db-wal").exists()
    db.close()
    with pytest.raises(StoreClosed):
        await db.write(lambda w: None)
    with pytest.raises(StoreClosed):
        await db.read(lambda c: None)


async def test_a_cancelled_write_that_has_not_begun_is_not_made(db: Database):
    gate = threading.Event()
    db.submit(lambda w: gate.wait(30))
    task = asyncio.create_task(db.write(lambda w: w.execute("INSERT INTO show (id) VALUES ('cancelled')")))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    gate.set()
    assert await db.write(lambda w: w.execute("SELECT count(*) FROM show").fetchone()[0]) == 0


async def test_a_full_disk_refuses_decisions_keeps_what_is_there_and_says_when_it_works_again(
    db: Database,
    log: SqlShowLog,
    feeds: SqlFeeds,
    outbox: SqlOutbox,
    notices: list[str],
    monkeypatch: pytest.MonkeyPatch,
):
    show = a_planned_show()
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)
    written = list(show.log)
    pages = await db.write(lambda w: w.execute("PRAGMA page_count").fetchone()[0])
    await db.write(lambda w: w.execute(f"PRAGMA max_page_count = {pages}").fetchone())
    big = FeedBatch("demo", 7, messages=tuple(a_message(n, "x" * 5000) for n in range(50)))
    with pytest.raises(StoreFull, match="full"):
        await feeds.store(show.id, big)
    pin, refused = show.pin(0), ""
    while not refused:  # what still fits into half-empty pages is taken
        try:
            await log.append(show.id, pin.expected_seq, pin.events, pin.effects)
        except StoreFull as error:
            refused = str(error)
        else:
            written += pin.events
            pin = show.pin(len(written) % 6)
    assert "Free some space" in refused
    assert await log.read(show.id) == written, "reading goes on, and nothing was half written"
    pending = await outbox.pending()
    assert {row.effect.event_id for row in pending} <= {logged.id for logged in written}
    assert await feeds.cursor(show.id, "demo") == 0
    await db.write(lambda w: w.execute("PRAGMA max_page_count = 1000000").fetchone())
    assert len(notices) == 1, "the host is not told again with every attempt"
    monkeypatch.setattr(db, "CALM_S", 0.0)
    await log.append(show.id, pin.expected_seq, pin.events, pin.effects)
    await feeds.store(show.id, big)
    assert await feeds.cursor(show.id, "demo") == 7
    assert len(notices) == 2
    assert "full" in notices[0]
    assert "can be written again" in notices[1]


async def test_the_whole_group_is_told_when_a_commit_fails_and_none_of_it_is_there(db: Database):
    gate = threading.Event()
    db.submit(lambda w: gate.wait(30))
    futures = [
        db.submit(lambda w, n=n: w.execute("INSERT INTO show (id) VALUES (?)", (f"s{n}",)), grouped=True)
        for n in range(2)
    ]

    def breaks(w: Sqlite) -> None:
        w.execute("ROLLBACK")  # as SQLite itself does on a full disk
        raise sqlite3.OperationalError("disk I/O error")

    futures.append(db.submit(breaks, grouped=True))
    gate.set()
    results = await asyncio.gather(*map(asyncio.wrap_future, futures), return_exceptions=True)
    assert all(isinstance(r, sqlite3.OperationalError) for r in results)
    assert await db.read(lambda c: c.execute("SELECT count(*) FROM show").fetchone()[0]) == 0
    assert await db.write(lambda w: w.conn.in_transaction)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(path: Path):
    Database.open(path).close()
    conn = sqlite3.connect(path)
    conn.execute(f"PRAGMA user_version = {migrations.latest() + 1}")
    conn.close()
    before = path.read_bytes()
    with pytest.raises(NewerDatabaseError, match="install the newer version"):
        Database.open(path)
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == ["studio.db"]


def test_a_newer_version_that_is_only_in_the_wal_is_refused_too(path: Path, tmp_path: Path):
    Database.open(path).close()
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA journal_mode = WAL").fetchone()
    conn.execute(f"PRAGMA user_version = {migrations.latest() + 1}")
    copy = tmp_path / "copy" / "studio.db"
    copy.parent.mkdir()
    for suffix in ("", "-wal"):
        copy.with_name(copy.name + suffix).write_bytes(path.with_name(path.name + suffix).read_bytes())
    conn.close()
    before = copy.read_bytes(), copy.with_name("studio.db-wal").read_bytes()
    with pytest.raises(NewerDatabaseError):
        Database.open(copy)
    assert (copy.read_bytes(), copy.with_name("studio.db-wal").read_bytes()) == before


def test_another_programs_database_is_refused_and_left_as_it_is(path: Path):
    conn = sqlite3.connect(path)
    conn.execute("PRAGMA application_id = 12345")
    conn.execute("CREATE TABLE theirs (x)")
    conn.commit()
    conn.close()
    before = path.read_bytes()
    with pytest.raises(NotAStudioDatabaseError, match="another program"):
        Database.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"hello", b"<html>" * 100, b"\x00" * 8192])
def test_a_file_that_is_no_database_is_called_damaged(path: Path, content: bytes):
    path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="damaged"):
        Database.open(path)
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises((StoreFull, OSError)):
        Database.open(tmp_path / "file" / "studio.db")


def test_an_older_database_is_backed_up_before_it_is_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch, notices: list[str]
):
    Database.open(path).close()
    newer = migrations.Migrations("studio")
    newer._migrations = list(migrations.MIGRATIONS._migrations)

    @newer(name="9999_test")
    def add(db: Sqlite) -> None:
        db.execute("CREATE TABLE added (num INTEGER PRIMARY KEY) STRICT")

    monkeypatch.setattr(migrations, "MIGRATIONS", newer)
    Database.open(path, on_notice=notices.append).close()
    (backup,) = (path.parent / "backups").iterdir()
    assert "migration" in backup.name
    assert one(backup, "PRAGMA user_version") == migrations.latest() - 1
    assert one(path, "PRAGMA user_version") == migrations.latest()
    assert one(path, "SELECT count(*) FROM added") == 0
    assert backup.name in notices[0]
    Database.open(path).close()
    assert len(list((path.parent / "backups").iterdir())) == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path, monkeypatch: pytest.MonkeyPatch):
    Database.open(path).close()
    newer = migrations.Migrations("studio")
    newer._migrations = list(migrations.MIGRATIONS._migrations)

    @newer(name="9999_test")
    def add(db: Sqlite) -> None:
        db.execute("CREATE TABLE added (num INTEGER PRIMARY KEY) STRICT")
        raise RuntimeError("a bug in the migration")

    monkeypatch.setattr(migrations, "MIGRATIONS", newer)
    with pytest.raises(RuntimeError, match="a bug"):
        Database.open(path)
    monkeypatch.undo()
    Database.open(path).close()
    assert one(path, "SELECT count(*) FROM sqlite_schema WHERE name = 'added'") == 0


async def test_a_row_found_in_a_damaged_file_can_be_of_one_table_only(db: Database):
    kinds = await db.read(lambda c: [shape for shape, _ in shapes(c).values()])
    could_be = {
        shape: [
            other
            for other in kinds
            if len(other) == len(shape)
            and all(a == b or {a, b} == {"integer", "integer?"} for a, b in zip(shape, other, strict=True))
        ]
        for shape in kinds
    }
    assert all(len(same) == 1 for same in could_be.values())
    assert all(shape[0] == "rowid" for shape in kinds)


async def test_every_kill_point_is_passed_on_the_way_of_a_decision(path: Path):
    class Passed:
        def __init__(self) -> None:
            self.names: list[str] = []
            self.threads: set[str] = set()

        def reached(self, name: str) -> None:
            self.names.append(name)
            self.threads.add(threading.current_thread().name)

    from studio.store.backup import Backups
    from studio.store.catalogue import ImageCache

    passed = Passed()
    db = Database.open(path, kill_points=passed)
    show, log, outbox = a_planned_show(), SqlShowLog(db), SqlOutbox(db)
    pin = show.pin(0)
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)
    await outbox.attempted(pin.effects[0].id, 1)
    await outbox.postponed(pin.effects[0].id, 5, "no answer")
    settled = show.settled(pin.effects[0])
    await log.append(show.id, settled.expected_seq, settled.events, settled.effects)
    images = ImageCache(path.with_name("images.db"))
    await SqlFeeds(db, images).store(show.id, FeedBatch("demo", 1, messages=(a_message(1),)))
    await Backups(db).make("show-start", show.id)
    images.close()
    db.close()
    assert set(passed.names) == set(KILL_POINTS)
