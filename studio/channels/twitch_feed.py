"""Items on their way from the tasks that read a chat to whoever reads the channel."""

import asyncio
from collections import deque
from collections.abc import Sequence

import structlog

from studio.control.ports import ChannelItem, TargetError

_HELD = 20_000
_log = structlog.get_logger(__name__)


class Feed:
    """From several tasks to one reader. Who brings many waits while the reader has not taken them."""

    def __init__(self) -> None:
        self.crowded = False
        self._items: list[ChannelItem] = []
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._ended: deque[asyncio.Task[None]] = deque()

    def add(self, item: ChannelItem) -> None:
        """Bring one at once."""
        self._items.append(item)
        self._some.set()

    async def put(self, items: Sequence[ChannelItem]) -> None:
        """Bring some; returns when there is room for more."""
        if items:
            self._items += items
            self._some.set()
        while len(self._items) >= _HELD:
            self.crowded = True
            self._room.clear()
            await self._room.wait()
        self.crowded = False

    def ended(self, task: "asyncio.Task[None]") -> None:
        """One of those who bring has ended."""
        self._ended.append(task)
        self._some.set()

    async def take(self) -> list[ChannelItem]:
        """All that is there, as soon as there is any. Raises what ended one of those who bring."""
        while not self._items:
            while self._ended:
                self._ended.popleft().result()
            self._some.clear()
            await self._some.wait()
        items, self._items = self._items, []
        self._room.set()
        return items


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel them and wait until they have ended. A bug is logged; what a target said has been told already."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TargetError):
            _log.error("a task of the channel failed", task=task.get_name(), exc_info=error)
