"""One gate for all requests to one shop: whose turn it is, within what the platform allows and what it asked for."""

import asyncio
import itertools
import random as _random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Unpack

import msgspec
import structlog

from studio.control.ports import Http, HttpAnswer, RequestOptions, SseEvent, Throttled, Urgency, urgency_or
from studio.control.ports.answers import retry_after_ms
from studio.shops.cost_bucket import Bucket

IN_FLIGHT = {Urgency.WRITE: 4, Urgency.PINNED: 3, Urgency.LIVE: 3, Urgency.BULK: 2}
"""How many requests may be under way, all counted, when one of this urgency starts: a decision always finds a place."""
AGED_MS = 10_000
"""Waiting so long makes one step more urgent, but no read a decision: a steady stream must not starve the others."""
_FIRST_MS, _LAST_MS = 1_000, 60_000
_LOOK_MS = 1_000
"""Who waits is looked at so often: waiting makes more urgent."""
_log = structlog.get_logger(__name__)


class Rate(msgspec.Struct, frozen=True):
    """What a platform allows: `burst` requests (or points) at once, `per_second` in the long run."""

    burst: float
    per_second: float


POLITE = Rate(60, 30)
"""For platforms that state no limit: a whole catalogue is read about as fast, and a shop's own customers come first."""


def _monotonic_ms() -> float:
    return time.monotonic() * 1000


class _Waiting(msgspec.Struct, eq=False):
    urgency: Urgency
    number: int
    cost: float
    since_ms: float
    turn: asyncio.Future[None]

    def rank(self, now_ms: float) -> tuple[Urgency, int]:
        most = min(self.urgency, Urgency.PINNED)
        return Urgency(max(most, self.urgency - int((now_ms - self.since_ms) / AGED_MS))), self.number


class Gate:
    """Lets requests through by urgency, then in order: at most four at a time, a place kept free for what the host
    decides, each when the rate has room for its cost.

    When the platform refuses (`refused`), nobody goes until the time is over; then one goes to see, and the others
    after it. Who would have to wait longer than `patience_ms` for that gets `Throttled` at once: nothing was sent.
    `rate` None sets no pace; what the platform tells (`told`) replaces it. Costs of requests under way count as spent, so
    that requests side by side never overdraw. `now_ms` is monotonic and runs like the event loop's time.
    """

    def __init__(
        self,
        rate: Rate | None = None,
        *,
        patience_ms: int = 3_000,
        now_ms: Callable[[], float] = _monotonic_ms,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._now_ms = now_ms
        self._random = random
        self._patience_ms = patience_ms
        self._bucket = None if rate is None else Bucket(rate.burst, rate.burst, rate.per_second, now_ms())
        self._under_way: dict[int, float] = {}
        self._numbers = itertools.count()
        self._waiting: list[_Waiting] = []
        self._later: asyncio.TimerHandle | None = None
        self._closed_until_ms = 0.0
        self._refusals = 0

    @property
    def maximum(self) -> float:
        """The points of a full bucket; infinite without a rate."""
        return float("inf") if self._bucket is None else self._bucket.maximum

    @property
    def left(self) -> float:
        """The points there are now, without those of requests under way."""
        return float("inf") if self._bucket is None else self._bucket.left(self._now_ms())

    @property
    def closed_ms(self) -> int:
        """How long the platform still wants no request, 0 when it does not mind."""
        return max(0, round(self._closed_until_ms - self._now_ms()))

    def told(self, maximum: float, available: float, refill: float) -> None:
        """The platform said how the bucket stands. Requests under way may not be in it yet: they are taken off."""
        if maximum <= 0 or refill <= 0:
            return
        rest = max(0.0, min(available, maximum) - sum(self._under_way.values()))
        self._bucket = Bucket(maximum, rest, refill, self._now_ms())
        self._look()

    def refused(self, wait_ms: int | None = None) -> None:
        """The platform wants no request for so long; where it does not say, longer each time in a row."""
        now = self._now_ms()
        if now >= self._closed_until_ms:
            self._refusals += 1
            own = min(_LAST_MS, _FIRST_MS * 2 ** min(self._refusals - 1, 10))
            # All callers wait for the same moment, but not all studios of one shop: between half and the whole.
            wait = own * (0.5 + self._random() / 2) if wait_ms is None else max(wait_ms, _FIRST_MS / 10)
        else:
            wait = wait_ms or 0
        self._closed_until_ms = max(self._closed_until_ms, now + wait)
        _log.info("shop wants patience", wait_ms=self.closed_ms, in_a_row=self._refusals)
        self._look()

    @asynccontextmanager
    async def turn(self, cost: float, urgency: Urgency) -> AsyncGenerator[None, None]:
        """Wait for this request's turn; within it the request is under way. Raises `Throttled`."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = _Waiting(urgency, next(self._numbers), cost, self._now_ms(), turn)
        self._waiting.append(waiting)
        self._look()
        try:
            await turn
            yield
        finally:
            if self._under_way.pop(waiting.number, None) is not None and not self.closed_ms:
                self._refusals = 0
            if waiting in self._waiting:
                self._waiting.remove(waiting)
            self._look()

    def _look(self) -> None:
        """Let through whoever may go, and look again when the next one may."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if self.closed_ms > self._patience_ms:
            self._give_up()
        while self._waiting:
            now = self._now_ms()
            first = min(self._waiting, key=lambda waiting: waiting.rank(now))
            if self._is_full(first.rank(now)[0]):
                return  # who comes back looks again
            wait = max(self._wait_ms(first, now), self.closed_ms)
            if wait > 0:
                self._later = asyncio.get_running_loop().call_later(min(wait, _LOOK_MS) / 1000, self._look)
                return
            self._waiting.remove(first)
            if first.turn.done():
                continue
            if self._bucket is not None:
                self._bucket = self._bucket.spent(first.cost, now)
            self._under_way[first.number] = first.cost
            first.turn.set_result(None)

    def _is_full(self, urgency: Urgency) -> bool:
        """After a refusal one goes to see, and a decision beside it."""
        most = IN_FLIGHT[urgency]
        if self._refusals and not self.closed_ms:
            most = 2 if urgency is Urgency.WRITE else 1
        return len(self._under_way) >= most

    def _wait_ms(self, first: _Waiting, now_ms: float) -> int:
        if self._bucket is None:
            return 0
        return self._bucket.wait_ms(first.cost, first.rank(now_ms)[0], now_ms)

    def _give_up(self) -> None:
        sentence = "The shop asks for patience (too many requests): it is asked again in a while."
        for waiting in self._waiting:
            if not waiting.turn.done():
                waiting.turn.set_exception(Throttled(sentence, self.closed_ms, attempted=False))
        self._waiting.clear()


class PacedHttp:
    """The `Http` port through a gate, each request at the urgency of its task (`urgent`), `LIVE` where nobody said.

    A 429, and a 503 that says for how long, closes the gate for all who share it. Whole addresses are pictures: they go
    last, and what another server answers does not close the shop's gate.
    """

    def __init__(self, http: Http, gate: Gate) -> None:
        self._http = http
        self.gate = gate

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> HttpAnswer:
        """Send one request in its turn; the time-out begins with it. Raises what `Http` raises, and `Throttled`."""
        elsewhere = "://" in path
        urgency = Urgency.BULK if elsewhere else urgency_or(Urgency.LIVE)
        async with self.gate.turn(0 if elsewhere else 1, urgency):
            answer = await self._http.request(method, path, **options)
            wait = retry_after_ms(answer)
            if not elsewhere and (answer.status == 429 or (answer.status == 503 and wait is not None)):
                self.gate.refused(wait)
        return answer

    def events(
        self, path: str, *, params: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[SseEvent]:
        """Server-sent events: opening them is a request, then they take no place."""
        return self._events(path, params, headers)

    async def _events(
        self, path: str, params: Sequence[tuple[str, str]], headers: Mapping[str, str] | None
    ) -> AsyncGenerator[SseEvent, None]:
        async with self.gate.turn(1, urgency_or(Urgency.LIVE)):
            stream = self._http.events(path, params=params, headers=headers)
        try:
            async for event in stream:
                yield event
        except Throttled as error:
            self.gate.refused(error.retry_after_ms)
            raise
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
