"""The store as the application opens it."""

from pathlib import Path

import pytest

from studio.control.ports.store import FeedBatch, Feeds, History, Outbox, ShowLog
from studio.store.errors import StoreClosed
from studio.store.store import Store, open_store
from tests.fakes.shows import a_message, a_planned_show


def ports_of(store: Store) -> tuple[ShowLog, Outbox, Feeds, History]:
    """Type-checked: each is what its port says."""
    return store.log, store.outbox, store.feeds, store.history


async def test_a_show_is_there_again_after_a_restart(path: Path):
    show = a_planned_show()
    pin = show.pin(0)
    store = open_store(path)
    log, _, feeds, _ = ports_of(store)
    for append in show.appended:
        await log.append(show.id, append.expected_seq, append.events, append.effects)
    await feeds.store(show.id, FeedBatch("demo", 1, messages=(a_message(1),)))
    await feeds.save_image("https://shop.example/1.png", b"picture")
    store.close()
    store.close()
    with pytest.raises(StoreClosed):
        store.history.chat_count(show.id)
    store = open_store(path)
    assert store.sentences == ()
    assert await store.log.read(show.id) == show.log
    assert [row.effect for row in await store.outbox.pending()] == list(pin.effects)
    assert store.history.chat_count(show.id) == 1
    assert await store.feeds.image("https://shop.example/1.png") == b"picture"
    await store.backups.make("show-start", show.id)
    store.close()
    assert sorted(p.name for p in path.parent.iterdir()) == ["backups", "images.db", "studio.db"]


async def test_what_had_to_be_restored_is_told(path: Path):
    show = a_planned_show()
    store = open_store(path)
    for append in show.appended:
        await store.log.append(show.id, append.expected_seq, append.events, append.effects)
    await store.backups.make("show-start", show.id)
    store.close()
    path.write_bytes(b"scratched" * 1000)
    store = open_store(path)
    assert store.recovery is not None
    assert store.sentences[0].startswith("The database was damaged. The backup of ")
    assert await store.log.read(show.id) == show.log
    store.close()
