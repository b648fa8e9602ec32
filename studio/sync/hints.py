"""Hints of webhooks: what they name is read at once, however many come; what is true is what was read."""

import asyncio
import random as _random
from collections.abc import Awaitable, Callable

import structlog

from studio.control.ports import Hint, StoreFull, TargetError, Unreachable, WallClock
from studio.sync.backoff import Backoff
from studio.sync.poller import Poller
from studio.sync.supervise import Bell, supervised

PINNED_GAP_MS, REST_GAP_MS = 150, 500
"""From the beginning of one reading to that of the next: hints that come between are read together."""
GATHER_MS = 100
"""One sale tells several webhooks: the orders are read once for them, and behind the pinned product's stock."""
SYNC_GAP_MS = 60_000
MOST_NAMED = 50
"""Hints that name more products than this together mean that everything is read again."""
_log = structlog.get_logger(__name__)


class HintReader:
    """Has the poller read what hints name: the pinned product's stock beside everything else, so that it never waits
    for a long list. A shop that is down is read when it is back; one that refuses is left to the polls.
    """

    def __init__(self, poller: Poller, wall: WallClock, random: Callable[[], float] = _random.random) -> None:
        self._poller = poller
        self._wall = wall
        self._random = random
        self._pinned = Bell()
        self._more = Bell()
        self._left = Hint()
        self._next_sync_ms = 0

    def put(self, hint: Hint) -> None:
        """Something may have changed. Twice, too late or for nothing does no harm."""
        if not hint:
            return
        if self._poller.touches_pinned(hint):
            self._pinned.ring()
        self._left = self._left.with_(hint)
        left = self._left
        if len(left.products) + len(left.offers) > MOST_NAMED or len(left.variants) > 10 * MOST_NAMED:
            self._left = Hint(catalogue=True, stock=True, orders=left.orders)
        self._more.ring()

    async def run(self) -> None:
        """Read until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, loop in {"pinned": self._read_pinned, "rest": self._read_rest}.items():
                title = f"hints {name}"
                group.create_task(supervised(title, loop, Backoff(self._random, cap_ms=5_000)), name=title)

    async def _read_pinned(self) -> None:
        while True:
            await self._pinned.wait()
            await self._spaced(PINNED_GAP_MS, lambda: self._tried(self._poller.read_pinned))

    async def _read_rest(self) -> None:
        while True:
            await self._more.wait(None if not self._left else REST_GAP_MS)
            await asyncio.sleep(GATHER_MS / 1000)
            await self._spaced(REST_GAP_MS, lambda: self._tried(self._take))

    async def _spaced(self, gap_ms: int, work: Callable[[], Awaitable[None]]) -> None:
        began = self._wall.monotonic_ms()
        await work()
        await asyncio.sleep(max(0, gap_ms - (self._wall.monotonic_ms() - began)) / 1000)

    async def _take(self) -> None:
        """Read what came so far; it is kept when the shop cannot be reached."""
        hint, self._left = self._left, Hint()
        try:
            if hint.catalogue:
                self._sync()
            await self._poller.read_hinted(hint)
        except (Unreachable, StoreFull):
            self._left = hint.with_(self._left)
            raise

    def _sync(self) -> None:
        now = self._wall.monotonic_ms()
        if now >= self._next_sync_ms:
            self._next_sync_ms = now + SYNC_GAP_MS
            self._poller.sync_soon()
        else:
            self._left = self._left.with_(Hint(catalogue=True))

    async def _tried(self, work: Callable[[], Awaitable[None]]) -> None:
        backoff = Backoff(self._random, cap_ms=5_000)
        while True:
            try:
                await work()
            except Unreachable as error:
                _log.info("hint not read yet", reason=error.sentence)
                await asyncio.sleep(backoff.failed(error.retry_after_ms) / 1000)
            except StoreFull as full:
                _log.info("hint not read yet", reason=str(full))
                await asyncio.sleep(backoff.failed() / 1000)
            except TargetError as error:
                _log.warning("hint not read", reason=error.sentence)
                return
            else:
                return
