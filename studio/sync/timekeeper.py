"""Keeps the show's clock true: measures the shop's clock often enough, and at once when something is odd."""

import asyncio
import random as _random
from collections.abc import Callable

import structlog

from studio.control.ports import (
    Shop,
    ShowClock,
    TargetError,
    Throttled,
    Unreachable,
    Urgency,
    WallClock,
    urgent,
)
from studio.sync.backoff import Backoff
from studio.sync.supervise import Bell

EVERY_MS = 20_000
HINT_PARTS_MS = 2_000
_LOOK_MS = 500
_HINT_EVERY_MS = 5_000
_GOOD_MS = 400
_log = structlog.get_logger(__name__)


class Timekeeper:
    """Measures `shop.clock()` into the show's clock: at the start, every 20 s, when the clock does not know the time
    (after sleep), when a hint parts from it, and soon again when an answer was slow. `on_failed` is told of
    answers that did not come, `on_measured` of each measurement.
    """

    def __init__(
        self,
        shop: Shop,
        show_clock: ShowClock,
        wall: WallClock,
        on_failed: Callable[[TargetError], None],
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._shop = shop
        self._show_clock = show_clock
        self._wall = wall
        self._on_failed = on_failed
        self._backoff = Backoff(random, cap_ms=5_000)
        self._bell = Bell()
        self._measured_mono_ms: int | None = None
        self._next_mono_ms = 0
        self.measured = asyncio.Event()
        self.on_measured: Callable[[], None] = lambda: None

    def hint(self, shop_ms: int, sent_wall_ms: int, received_wall_ms: int) -> None:
        """An answer's header said this. Hints may be wrong: they only ask for a measurement."""
        estimate = self._show_clock.now_ms()
        if estimate is None:
            return
        now = self._wall.now_ms()
        rate = self._show_clock.rate
        middle = (sent_wall_ms + received_wall_ms) / 2
        then = estimate - (now - middle) * rate
        error = (received_wall_ms - sent_wall_ms) / 2 * rate
        if abs(shop_ms - then) > HINT_PARTS_MS * max(1.0, rate) + error:
            self.measure_soon()

    def measure_soon(self) -> None:
        """Measure now, but not more often than every five seconds."""
        last = self._measured_mono_ms
        if last is None or self._wall.monotonic_ms() - last >= _HINT_EVERY_MS:
            self._next_mono_ms = 0
            self._bell.ring()

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = self._wall.monotonic_ms() >= self._next_mono_ms
            lost = self._show_clock.now_ms() is None and self._backoff.failures == 0
            if due or lost:
                await self._measure()
            left = max(1, self._next_mono_ms - self._wall.monotonic_ms())
            await self._bell.wait(min(left, _LOOK_MS))

    async def _measure(self) -> None:
        try:
            with urgent(Urgency.PINNED):
                reading = await self._shop.clock()
        except TargetError as error:
            asked = error.retry_after_ms if isinstance(error, Unreachable) else None
            self._next_mono_ms = self._wall.monotonic_ms() + self._backoff.failed(asked)
            _log.info("clock not measured", reason=error.sentence)
            if not isinstance(error, Throttled):
                self._on_failed(error)
            return
        self._backoff.reset()
        self._show_clock.measured(
            reading.shop_ms, reading.sent_wall_ms, reading.received_wall_ms, reading.rate
        )
        self._measured_mono_ms = self._wall.monotonic_ms()
        slow = reading.received_wall_ms - reading.sent_wall_ms > _GOOD_MS
        self._next_mono_ms = self._measured_mono_ms + (EVERY_MS // 4 if slow else EVERY_MS)
        self.measured.set()
        self.on_measured()
