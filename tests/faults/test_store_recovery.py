"""A damaged database: the backup is put back, what can be read is put back too, the file is kept, the rest is said."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlite_utils import Database as Sqlite

from studio.control.ports.store import FeedBatch
from studio.domain.order import OrderStatus
from studio.domain.show import fold
from studio.store import codec, migrations
from studio.store.backup import Backups
from studio.store.catalogue import ImageCache
from studio.store.connections import APPLICATION_ID, PAGE_SIZES, quick_check
from studio.store.database import Database
from studio.store.errors import NewerDatabaseError, StoreDamaged
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.outbox import SqlOutbox
from studio.store.projection import projected
from studio.store.recovery import Recovery, open_or_recover, recover
from studio.store.show_log import SqlShowLog
from studio.store.swap import recovered_path
from tests.fakes.shows import Show, a_level, a_message, a_product, a_sample, a_whole_show, an_order

PAGE = PAGE_SIZES[0]


class Evening:
    """A show of which a backup was made in the middle, in a data folder as a crash leaves it: with its WAL."""

    def __init__(self, folder: Path, show: Show, backed_up_seq: int) -> None:
        self.path = folder / "studio.db"
        self.wal = folder / "studio.db-wal"
        self.show = show
        self.backed_up_seq = backed_up_seq


async def an_evening(
    folder: Path, *, backup: bool = True, wal: bool = True, seed: int = 5, extra_messages: int = 1000
) -> Evening:
    live = folder / "live"
    live.mkdir()
    db = Database.open(live / "studio.db")
    images = ImageCache(live / "images.db")
    log, feeds = SqlShowLog(db), SqlFeeds(db, images)
    show = a_whole_show(seed, decisions=120)
    middle = len(show.appended) // 2
    for append in show.appended[:middle]:
        await log.append(show.id, append.expected_seq, append.events, append.effects)
    await feeds.store(show.id, _sent(0, 500, revision=1))
    seq = show.appended[middle].expected_seq
    if backup:
        await Backups(db, lambda: 1_767_225_600_000).make("hourly", show.id)
    late = middle + len(show.appended) // 4
    for append in show.appended[middle:late]:
        await log.append(show.id, append.expected_seq, append.events, append.effects)
    await feeds.store(show.id, _sent(500, 600, revision=1))
    db.close()
    # From here on everything is only in the WAL, unless the studio is closed.
    db = Database.open(live / "studio.db")
    log, feeds = SqlShowLog(db), SqlFeeds(db, images)
    for append in show.appended[late:]:
        await log.append(show.id, append.expected_seq, append.events, append.effects)
    await feeds.store(show.id, _sent(600, 500 + extra_messages, revision=2))
    crashed = folder / "crashed"
    if not wal:
        db.close()
    shutil.copytree(live, crashed)
    if wal:
        db.close()
    images.close()
    (crashed / "studio.db-shm").unlink(missing_ok=True)
    return Evening(crashed, show, seq)


def _sent(first: int, last: int, revision: int) -> FeedBatch:
    numbers = range(first, last)
    return FeedBatch(
        "demo",
        cursor=last,
        products=tuple(a_product(n, revision) for n in range(30)),
        stock=tuple(a_level(n, revision, 50 - revision) for n in range(30)),
        orders=tuple(
            an_order(n, revision, OrderStatus.PAID if revision == 1 else OrderStatus.RETURNED)
            for n in range(20)
        ),
        messages=tuple(a_message(n) for n in numbers),
        samples=tuple(a_sample(n) for n in numbers if n % 10 == 0),
    )


def truncated_to(part: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("rb+") as file:
            file.truncate(int(path.stat().st_size * part))

    return damage


def header_destroyed(path: Path) -> None:
    with path.open("rb+") as file:
        file.write(random.Random(1).randbytes(100))


def first_page_destroyed(path: Path) -> None:
    with path.open("rb+") as file:
        file.write(random.Random(1).randbytes(PAGE))


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def pages_overwritten(seed: int, part: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        chance = random.Random(seed)
        pages = path.stat().st_size // PAGE
        with path.open("rb+") as file:
            for number in chance.sample(range(1, pages), max(1, int(pages * part))):
                file.seek(number * PAGE)
                file.write(chance.randbytes(PAGE))

    return damage


def bytes_overwritten(path: Path) -> None:
    """A bad controller: 40 scratches of 16 bytes anywhere."""
    chance = random.Random(3)
    size = path.stat().st_size
    with path.open("rb+") as file:
        for _ in range(40):
            file.seek(chance.randrange(size - 16))
            file.write(chance.randbytes(16))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "truncated to half": truncated_to(0.5),
    "truncated to nearly nothing": truncated_to(0.03),
    "header destroyed": header_destroyed,
    "first page destroyed": first_page_destroyed,
    "a tenth of the pages overwritten": pages_overwritten(1, 0.1),
    "half of the pages overwritten": pages_overwritten(2, 0.5),
    "scratches": bytes_overwritten,
    "emptied": emptied,
}


async def check_is_whole(
    evening: Evening, recovery: Recovery | None, at_least: int, *, attempted: bool = True
) -> int:
    """What must be true after any recovery; the last seq of the restored log."""
    opened = open_or_recover(evening.path)
    assert opened.recovery is None
    assert opened.mended == ()
    db, show = opened.database, evening.show
    images = ImageCache(evening.path.with_name("images.db"))
    history = SqlHistory(evening.path)
    try:
        log = await SqlShowLog(db).read(show.id)
        assert log == show.log[: len(log)], "the log is a dense part of what was written"
        assert len(log) >= at_least
        pending = await SqlOutbox(db).pending()
        assert {row.effect.id for row in pending} == set(projected(show.id, log)), (
            "the outbox is what the log says"
        )
        assert not attempted or all(row.attempts > 0 for row in pending), "anything may have been sent"
        feeds = SqlFeeds(db, images)
        for product in (await feeds.products()).values():
            assert product in (a_product(int(product.id[1:]), 1), a_product(int(product.id[1:]), 2))
        rows = history.chat_page(show.id, None, 100_000)
        assert [r.rowid for r in rows] == sorted({r.rowid for r in rows})
        assert history.chat_count(show.id) == len(rows)
        # The restored database is written to as before.
        restored = Show(show.id)
        restored.state = fold(show.id, log)
        restored.now_ms = show.now_ms + 1_000_000
        append = restored.reply("We are back")
        await SqlShowLog(db).append(show.id, append.expected_seq, append.events, append.effects)
        await feeds.store(show.id, FeedBatch("demo", messages=(a_message(99_999, "we are back"),)))
        assert [r.message.text for r in history.chat_search(show.id, "are back", 5)] == ["we are back"]
        return len(log)
    finally:
        history.close()
        images.close()
        db.close()


@pytest.mark.parametrize("wal", [True, False], ids=["killed", "closed"])
@pytest.mark.parametrize("name", DAMAGES)
async def test_a_damaged_database_comes_back_with_its_backup_and_what_can_be_read(
    tmp_path: Path, name: str, wal: bool
):
    evening = await an_evening(tmp_path, wal=wal)
    DAMAGES[name](evening.path)
    damaged = evening.path.read_bytes()
    opened = open_or_recover(evening.path)
    opened.database.close()
    recovery = opened.recovery
    if recovery is None:
        assert wal, "only the newer pages of a WAL can make up for damaged ones"
        await check_is_whole(evening, recovery, len(evening.show.log), attempted=False)
        return
    assert recovery.backup is not None
    assert recovery.damaged.read_bytes() == damaged, "the damaged file is kept as it was"
    assert "was put back" in recovery.sentences[0]
    assert str(recovery.damaged) in recovery.sentences[-1]
    last = await check_is_whole(evening, recovery, at_least=evening.backed_up_seq)
    assert recovery.replayed_decisions == last - evening.backed_up_seq
    if recovery.missing_decisions:
        assert any("Missing from the log of “Winter evening”" in s for s in recovery.sentences)


async def test_nothing_at_all_is_lost_when_only_the_header_is_gone(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False)
    first_page_destroyed(evening.path)
    recovery = recover(evening.path)
    assert recovery.missing_decisions == 0
    assert await check_is_whole(evening, recovery, len(evening.show.log)) == len(evening.show.log)
    opened = open_or_recover(evening.path)
    history, images = SqlHistory(evening.path), ImageCache(evening.path.with_name("images.db"))
    assert history.chat_count(evening.show.id) == 1501
    orders = await SqlFeeds(opened.database, images).orders(evening.show.id)
    assert orders == [an_order(n, 2, OrderStatus.RETURNED) for n in range(20)]
    kept = history.stock_samples(evening.show.id, [f"p{n}" for n in range(30)])
    assert sorted(left for _, _, left in kept) == [48] * 30 + [49] * 30
    images.close()
    history.close()
    opened.database.close()


async def test_what_only_the_wal_holds_is_read_from_it(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=True)
    assert evening.wal.stat().st_size > 100 * PAGE
    header_destroyed(evening.path)
    await check_is_whole(evening, recover(evening.path), len(evening.show.log))


async def test_a_wal_cut_off_in_the_middle_gives_what_was_committed_before(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=True)
    header_destroyed(evening.path)
    with evening.wal.open("rb+") as file:
        file.truncate(evening.wal.stat().st_size // 2 + 1234)
    last = await check_is_whole(evening, recover(evening.path), 0)
    assert 0 < last <= len(evening.show.log)


async def test_without_any_backup_all_that_can_be_read_makes_a_new_database(tmp_path: Path):
    evening = await an_evening(tmp_path, backup=False, wal=False)
    header_destroyed(evening.path)
    recovery = recover(evening.path)
    assert recovery.backup is None
    assert "there was no good backup" in recovery.sentences[0]
    await check_is_whole(evening, recovery, len(evening.show.log))


async def test_a_damaged_backup_is_passed_over_for_the_one_before(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False)
    (good,) = (evening.path.parent / "backups").iterdir()
    newer = good.with_name(good.name.replace("20260101", "20260102"))
    shutil.copy(good, newer)
    pages_overwritten(4, 0.3)(newer)
    emptied(evening.path)
    recovery = recover(evening.path)
    assert recovery.backup is not None
    assert recovery.backup.path == good


async def test_a_backup_of_a_newer_version_stops_the_recovery_and_everything_stays(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False)
    (backup,) = (evening.path.parent / "backups").iterdir()
    conn = sqlite3.connect(backup)
    conn.execute("PRAGMA user_version = 99")
    conn.close()
    emptied(evening.path)
    with pytest.raises(NewerDatabaseError, match="newer version"):
        recover(evening.path)
    assert evening.path.read_bytes() == b""
    assert backup.exists()


async def test_what_is_missing_is_counted_and_said(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False, extra_messages=4000)
    lost_event = evening.show.log[-3]
    data = evening.path.read_bytes()
    # Overwrite the pages on which one late event stands, in the table and its indexes.
    with evening.path.open("rb+") as file:
        for number in range(1, len(data) // PAGE):
            if lost_event.id.encode() in data[number * PAGE : (number + 1) * PAGE]:
                file.seek(number * PAGE)
                file.write(b"\xa5" * PAGE)
    with pytest.raises(StoreDamaged):
        Database.open(evening.path).close()
    recovery = recover(evening.path)
    last = await check_is_whole(evening, recovery, evening.backed_up_seq)
    assert last < lost_event.seq
    assert recovery.missing_decisions == len(evening.show.log) - last > 0
    (sentence,) = [s for s in recovery.sentences if s.startswith("Missing from the log")]
    assert str(recovery.missing_decisions) in sentence


async def test_an_event_that_the_disk_changed_behind_sqlites_back_is_noticed_at_the_start(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False)
    title = b'"Winter evening"'
    data = evening.path.read_bytes()
    assert title in data
    evening.path.write_bytes(data.replace(title, b'"Hinter evening"'))
    conn = sqlite3.connect(evening.path)
    assert quick_check(conn) == "", "SQLite itself sees nothing"
    conn.close()
    # The show has not drained, so its log is read at the start.
    opened = open_or_recover(evening.path)
    assert opened.recovery is not None
    log = await SqlShowLog(opened.database).read(evening.show.id)
    opened.database.close()
    assert log == evening.show.log


@pytest.mark.parametrize("moved", [0, 1, 2, 3])
async def test_a_recovery_that_is_broken_off_while_files_change_places_is_finished_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
):
    evening = await an_evening(tmp_path, wal=True)
    header_destroyed(evening.path)
    replace, done = Path.replace, []

    def breaks_off(self: Path, target: Path) -> Path:
        if len(done) >= moved and self.name != "studio.db.recovering":
            raise KeyboardInterrupt
        if self.name != "studio.db.recovering":
            done.append(self)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", breaks_off)
    finished = False
    try:
        recover(evening.path)
        finished = True
    except KeyboardInterrupt:
        pass
    monkeypatch.undo()
    assert finished == (not recovered_path(evening.path).exists())
    await check_is_whole(evening, None, len(evening.show.log))
    kept = [p for p in (evening.path.parent / "backups").iterdir() if ".damaged-" in p.name]
    assert len([p for p in kept if not p.name.endswith(("-wal", "-shm"))]) == 1


def replaced(path: Path, old: bytes, new: bytes) -> None:
    """The disk changes bytes inside of pages; no length changes."""
    data = path.read_bytes()
    assert old in data
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))


@pytest.mark.parametrize("name", [b"sellable INTEGER", b"migration_set", b"CREATE TABLE show_order"])
async def test_tables_whose_definition_was_damaged_are_noticed_and_restored(tmp_path: Path, name: bytes):
    evening = await an_evening(tmp_path, wal=False)
    replaced(evening.path, name, b"X\xff" + name[2:])
    opened = open_or_recover(evening.path)
    opened.database.close()
    assert opened.recovery is not None
    await check_is_whole(evening, opened.recovery, len(evening.show.log))


async def test_an_order_that_cannot_be_read_comes_from_the_backup_and_is_asked_for_again(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False)
    replaced(evening.path, b'"id":"o7","number":"#7","revision":2', b'"id":"o7","number":"#7","revision":?')
    opened = open_or_recover(evening.path)
    assert opened.recovery is not None
    images = ImageCache(evening.path.with_name("images.db"))
    feeds = SqlFeeds(opened.database, images)
    orders = {order.id: order for order in await feeds.orders(evening.show.id)}
    assert orders["o7"] == an_order(7, 1)
    assert orders["o8"] == an_order(8, 2, OrderStatus.RETURNED)
    assert await feeds.cursor(evening.show.id, "demo") == 500, (
        "the cursor of the backup: all since is asked for again"
    )
    images.close()
    opened.database.close()


async def test_a_message_with_a_damaged_letter_is_shown_with_a_stand_in(tmp_path: Path):
    evening = await an_evening(tmp_path, wal=False)
    replaced(evening.path, b"message number 1321", b"mess\xffge number 1321")
    opened = open_or_recover(evening.path)
    history = SqlHistory(evening.path)
    texts = [row.message.text for row in history.chat_page(evening.show.id, None, 300)]
    assert "mess\ufffdge number 1321" in texts
    assert "message number 1322" in texts
    history.close()
    opened.database.close()


def test_an_order_that_cannot_be_read_does_not_keep_an_older_database_from_opening(tmp_path: Path):
    path = tmp_path / "studio.db"
    older = Sqlite(sqlite3.connect(path), execute_plugins=False)
    older.execute("PRAGMA journal_mode = WAL").fetchall()
    migrations.MIGRATIONS.apply(older, stop_before="0007_catalogue_to_look_through")
    order = an_order(1)
    with older.atomic():
        insert = (
            "INSERT INTO shop_order (id, revision, placed_at_ms, shop, body) VALUES (?, 1, 1, 'nordhus', ?)"
        )
        older.execute(insert, ("spoilt", codec.body_of(order)[:40]))
        older.execute(insert, (order.id, codec.body_of(order)))
        older.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        older.execute("PRAGMA user_version = 6")
    older.close()
    opened = open_or_recover(path)
    opened.database.close()
    assert opened.recovery is not None
    # The copy that was made before the database was brought up to date holds the same order: it is no good backup.
    assert opened.recovery.backup is None
    again = open_or_recover(path)
    try:
        kept = again.database.submit(lambda db: db.execute("SELECT id FROM shop_order").fetchall()).result()
    finally:
        again.database.close()
    assert again.recovery is None
    assert [row[0] for row in kept] == [order.id]
