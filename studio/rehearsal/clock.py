"""The demo shop's clock: real time, or time that runs at a rate and starts where a rehearsal wants it."""

import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from studio.rehearsal.contract import LAST_MS


class Anchor(NamedTuple):
    """At `wall_ms` of the machine's clock the shop's clock showed `shop_ms` and ran at `rate`."""

    wall_ms: int
    shop_ms: int
    rate: float


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class ShopClock:
    """Shop time = shop_ms + (wall time since the anchor) x rate, in UTC ms; safe to read from any thread.

    While the process runs, elapsed time is taken from the monotonic clock, so that a step of the machine's clock
    moves nothing; after a restart it is taken from the machine's clock: the shop's time went on meanwhile.
    """

    def __init__(
        self,
        anchor: Anchor,
        wall_ms: Callable[[], int] = _wall_ms,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._rate = anchor.rate
        self._shop_ms = float(anchor.shop_ms) + max(0, wall_ms() - anchor.wall_ms) * anchor.rate
        self._mono_s = monotonic()
        self._wall_ms = wall_ms

    @property
    def rate(self) -> float:
        """Shop milliseconds per real one."""
        return self._rate

    def now_ms(self) -> int:
        """The shop's time, UTC ms."""
        with self._lock:
            return min(int(self._now()), LAST_MS)

    def set(self, *, now_ms: int | None = None, rate: float | None = None, advance_ms: int = 0) -> Anchor:
        """Change time, rate or both; returns what to write down for the next start."""
        with self._lock:
            now = min((self._now() if now_ms is None else float(now_ms)) + advance_ms, float(LAST_MS))
            self._shop_ms, self._mono_s = now, self._monotonic()
            if rate is not None:
                self._rate = rate
            return Anchor(self._wall_ms(), int(now), self._rate)

    def _now(self) -> float:
        return self._shop_ms + (self._monotonic() - self._mono_s) * 1000.0 * self._rate


def first_anchor(start_ms: int | None, rate: float) -> Anchor:
    """The anchor of a new shop: it starts at `start_ms`, or now."""
    wall = _wall_ms()
    return Anchor(wall, wall if start_ms is None else start_ms, rate)
