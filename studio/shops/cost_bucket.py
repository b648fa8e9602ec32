"""A platform's budget of points that refills over time ("leaky bucket"), and whose turn it is to spend from it.

Shopify answers each request with the bucket as it stands (`extensions.cost.throttleStatus`) and refuses one whose
requested cost is more than what is left: https://shopify.dev/docs/api/usage/limits.
"""

import asyncio
import enum
import heapq
import itertools
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import msgspec


class Urgency(enum.IntEnum):
    """Who goes first when points are short: what the host decided, the pinned product, the show, the catalogue."""

    WRITE = 0
    PINNED = 1
    LIVE = 2
    BULK = 3


KEPT = {Urgency.WRITE: 0.0, Urgency.PINNED: 0.1, Urgency.LIVE: 0.25, Urgency.BULK: 0.5}
"""The share of the full bucket that each urgency leaves to the more urgent ones."""


class Bucket(msgspec.Struct, frozen=True):
    """The bucket at `at_ms` (monotonic): `maximum` points when full, `refill` points a second."""

    maximum: float
    available: float
    refill: float
    at_ms: float

    def left(self, now_ms: float) -> float:
        """The points there are at `now_ms`."""
        return min(self.maximum, self.available + max(0.0, now_ms - self.at_ms) * self.refill / 1000)

    def wait_ms(self, cost: float, urgency: Urgency, now_ms: float) -> int:
        """How long until `cost` points may be spent, 0 when at once. What costs more than the bucket leaves to its
        urgency when full goes when the bucket is full: it would never go otherwise.
        """
        needed = min(cost + KEPT[urgency] * self.maximum, self.maximum)
        short = needed - self.left(now_ms)
        return 0 if short <= 0 else max(1, int(short * 1000 / self.refill) + 1)

    def spent(self, cost: float, now_ms: float) -> "Bucket":
        """After `cost` points were spent."""
        return Bucket(self.maximum, max(0.0, self.left(now_ms) - cost), self.refill, now_ms)


def _monotonic_ms() -> float:
    return time.monotonic() * 1000


class CostBucket:
    """Lets requests through by urgency, then in order, each when the bucket holds its points.

    `maximum` and `refill` are guesses until `told`. Points of requests that are under way are counted as spent, so
    that requests side by side never overdraw. `now_ms` is monotonic and runs like the event loop's time.
    """

    def __init__(
        self,
        maximum: float = 1_000,
        refill: float = 50,
        now_ms: Callable[[], float] = _monotonic_ms,
    ) -> None:
        self._now_ms = now_ms
        self._bucket = Bucket(maximum, maximum, refill, now_ms())
        self._under_way: dict[int, float] = {}
        self._numbers = itertools.count()
        self._queue: list[tuple[Urgency, int, float, asyncio.Future[None]]] = []
        self._later: asyncio.TimerHandle | None = None
        self._closed_until_ms = 0.0

    @property
    def maximum(self) -> float:
        """The points of a full bucket."""
        return self._bucket.maximum

    @property
    def left(self) -> float:
        """The points there are now, without those of requests under way."""
        return self._bucket.left(self._now_ms())

    def told(self, maximum: float, available: float, refill: float) -> None:
        """The platform said how the bucket stands. Requests under way may not be in it yet: they are taken off."""
        if maximum <= 0 or refill <= 0:
            return
        rest = max(0.0, min(available, maximum) - sum(self._under_way.values()))
        self._bucket = Bucket(maximum, rest, refill, self._now_ms())
        self._look()

    def refused(self, wait_ms: float) -> None:
        """The platform wants no request for so long."""
        self._closed_until_ms = max(self._closed_until_ms, self._now_ms() + wait_ms)

    @asynccontextmanager
    async def turn(self, cost: float, urgency: Urgency) -> AsyncGenerator[None, None]:
        """Wait for this request's turn; within it the request is under way."""
        number = next(self._numbers)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (urgency, number, cost, turn))
        self._look()
        try:
            await turn
            yield
        finally:
            self._under_way.pop(number, None)
            if not turn.done():
                turn.cancel()
            self._look()

    def _look(self) -> None:
        """Let through whoever may go, and look again when the next one may."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        now = self._now_ms()
        while self._queue:
            urgency, number, cost, turn = self._queue[0]
            if turn.done():
                heapq.heappop(self._queue)
                continue
            wait = max(self._bucket.wait_ms(cost, urgency, now), int(self._closed_until_ms - now))
            if wait > 0:
                self._later = asyncio.get_running_loop().call_later(wait / 1000, self._look)
                return
            heapq.heappop(self._queue)
            self._bucket = self._bucket.spent(cost, now)
            self._under_way[number] = cost
            turn.set_result(None)
