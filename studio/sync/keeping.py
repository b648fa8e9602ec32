"""Putting what came in on disk, however long that takes."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import structlog

from studio.control.ports import FeedBatch, Feeds, StoredBatch, StoreFull
from studio.sync.backoff import Backoff

T = TypeVar("T")
BATCH_MS = 50
BATCH_ITEMS = 1_000
_log = structlog.get_logger(__name__)


async def gathered(queue: asyncio.Queue[T]) -> list[T]:
    """What comes within `BATCH_MS` of the first item, at most `BATCH_ITEMS`: waits for that one."""
    items = [await queue.get()]
    try:
        async with asyncio.timeout(BATCH_MS / 1000):
            while len(items) < BATCH_ITEMS:
                items.append(await queue.get() if queue.empty() else queue.get_nowait())
    except TimeoutError:
        pass
    return items


class Keeping:
    """Stores the batches of one source, one behind the other. `notice` gets (level, sentence, key)."""

    def __init__(
        self,
        show_id: str,
        name: Callable[[], str],
        feeds: Feeds,
        notice: Callable[[str, str, str], None],
        backoff: Callable[[], Backoff],
    ) -> None:
        self._show_id = show_id
        self._name = name
        self._feeds = feeds
        self._notice = notice
        self._backoff = backoff
        self._full = False

    def full(self, full: StoreFull) -> None:
        """The disk is full: said until something was stored again."""
        self._full = True
        self._notice("trouble", str(full), "store")

    async def kept(self, batch: FeedBatch) -> StoredBatch:
        """Store a batch, however long it takes: what is behind it waits."""
        backoff = self._backoff()
        while True:
            try:
                stored = await self._feeds.store(self._show_id, batch)
            except StoreFull as full:
                self.full(full)
            except Exception:  # noqa: BLE001 - a bug must not lose what came in; it is logged whole
                _log.exception("batch not stored", source=self._name())
                self._full = True
                sentence = f"What came from {self._name()} could not be stored. It is tried again."
                self._notice("trouble", sentence, "store")
            else:
                break
            await asyncio.sleep(backoff.failed() / 1000)
        if self._full:
            self._full = False
            self._notice("info", "", "store")
        return stored
