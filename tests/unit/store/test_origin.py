"""A message that a channel took from one of many sites keeps the site's name, through everything that happens to the file."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database as Sqlite

from studio.control.ports.store import FeedBatch
from studio.domain.audience import ChatMessage
from studio.store import migrations
from studio.store.catalogue import ImageCache
from studio.store.connections import APPLICATION_ID, PAGE_SIZES
from studio.store.database import Database
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.recovery import open_or_recover
from tests.fakes.shows import a_message

SHOW = "show-1"


def of(site: str, number: int) -> ChatMessage:
    return msgspec.structs.replace(a_message(number), origin=site)


@contextmanager
def opened(db: Database) -> Generator[tuple[SqlFeeds, SqlHistory]]:
    images = ImageCache(db.path.with_name("images.db"))
    history = SqlHistory(db.path)
    try:
        yield SqlFeeds(db, images), history
    finally:
        history.close()
        images.close()
        db.close()


def third_version(path: Path) -> None:
    """A database as it was before messages told their site, with one message."""
    path.parent.mkdir(parents=True, exist_ok=True)
    db = Sqlite(sqlite3.connect(path), execute_plugins=False)
    db.execute("PRAGMA journal_mode = WAL").fetchall()
    migrations.MIGRATIONS.apply(db, stop_before="0004_origin_of_messages")
    with db.atomic():
        db.execute(
            "INSERT INTO show (num, id, title, last_seq, planned_at_ms, chat_rows, chat_first, chat_last) "
            "VALUES (1, ?, 'Winter evening', 0, 0, 1, 1, 1)",
            (SHOW,),
        )
        m = a_message(1)
        db.execute(
            "INSERT INTO chat_message (num, show, channel, id, seq, at_ms, author, text, author_id, reply_to, by_us) "
            "VALUES (1, 1, ?, ?, ?, ?, ?, ?, ?, '', 0)",
            (m.channel, m.id, m.seq, m.at_ms, m.author, m.text, m.author_id),
        )
        db.execute("INSERT INTO chat_fts (rowid, author, text) SELECT num, author, text FROM chat_message")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA user_version = 3")
    db.close()


async def test_each_message_of_a_channel_tells_its_own_site(path: Path):
    with opened(Database.open(path)) as (feeds, history):
        told = (of("tiktok", 1), of("whatnot", 2), a_message(3))
        await feeds.store(SHOW, FeedBatch("demo", messages=told))
        assert [row.message for row in history.chat_page(SHOW, None, 10)] == list(told)
        assert [r.message.origin for r in history.chat_search(SHOW, "number", 10)] == [
            "",
            "whatnot",
            "tiktok",
        ]


async def test_messages_of_an_older_studio_stay_and_tell_no_site(path: Path):
    third_version(path)
    with opened(Database.open(path)) as (feeds, history):
        await feeds.store(SHOW, FeedBatch("demo", messages=(of("ebay", 2), a_message(1))))
        assert [r.message for r in history.chat_page(SHOW, None, 10)] == [a_message(1), of("ebay", 2)]


@pytest.mark.parametrize("newer", [False, True], ids=["never opened again", "brought over"])
async def test_messages_come_out_of_a_damaged_file_with_their_sites(path: Path, newer: bool):
    third_version(path)
    expected = [a_message(1)]
    if newer:
        with opened(Database.open(path)) as (feeds, _):
            await feeds.store(SHOW, FeedBatch("demo", messages=(of("tiktok", 2),)))
        expected.append(of("tiktok", 2))
    for backup in path.parent.glob("backups/*"):
        backup.unlink()
    with path.open("r+b") as file:
        file.write(b"\0" * PAGE_SIZES[0])
    found = open_or_recover(path)
    assert found.recovery is not None
    with opened(found.database) as (_, history):
        assert [r.message for r in history.chat_page(SHOW, None, 10)] == expected
