"""The two clocks: the shop's, measured, and the computer's."""

import time

from studio.control.ports import WallClock

PARTED_MS = 2_000
"""How far wall and monotonic clocks may part before the shop's time counts as unknown (sleep, a set clock)."""


class SystemWallClock:
    """This computer's clock."""

    def now_ms(self) -> int:
        """UTC ms."""
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump."""
        return time.monotonic_ns() // 1_000_000


class MeasuredShowClock:
    """The shop's time, from the newest measurement and the monotonic clock since.

    A measurement's error is half its round trip (Cristian 1989, "Probabilistic clock synchronization"); one with a
    smaller error within the last minute wins over a newer, worse one. Safe to read from any thread: the state
    is one tuple, replaced at once.
    """

    def __init__(self, wall: WallClock, rate: float = 1.0) -> None:
        self._wall = wall
        self._rate = rate
        # (shop ms, monotonic ms, wall ms, error ms) of the measurement in use
        self._base: tuple[float, int, int, int] | None = None
        self._start = (wall.now_ms(), wall.monotonic_ms())
        self._known = False

    @property
    def rate(self) -> float:
        """Shop ms per real ms: 1 but in a rehearsal."""
        return self._rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._rate = rate

    def parted(self) -> bool:
        """Whether wall and monotonic clocks parted since the last measurement: the machine slept, or somebody
        set its clock.
        """
        if self._base is None:
            return False
        _, mono, wall, _ = self._base
        return abs((self._wall.now_ms() - wall) - (self._wall.monotonic_ms() - mono)) > PARTED_MS

    def measured(self, shop_ms: int, sent_wall_ms: int, received_wall_ms: int, rate: float = 1.0) -> None:
        """The shop said it was `shop_ms` between these two moments of the wall clock."""
        now_wall, now_mono = self._wall.now_ms(), self._wall.monotonic_ms()
        error = max(0, received_wall_ms - sent_wall_ms) // 2
        known = self._known and not self.parted() and rate == self._rate and self._base is not None
        if known and self._base is not None and error > self._base[3] and now_mono - self._base[1] < 60_000:
            return
        since = now_wall - (sent_wall_ms + error)
        self._rate = rate
        self._base = (shop_ms + since * rate, now_mono, now_wall, error)
        self._known = True

    def forget(self) -> None:
        """Another shop is asked from now on: what was measured says nothing of its clock."""
        self._rate, self._base, self._known = 1.0, None, False
        self._start = (self._wall.now_ms(), self._wall.monotonic_ms())

    def now_ms(self) -> int | None:
        """The shop's UTC ms, None until measured and whenever the clocks have parted."""
        if not self._known or self._base is None or self.parted():
            return None
        return self._at(self._base)

    def best_ms(self) -> int:
        """The best guess at the shop's UTC ms, for stamps."""
        if self._base is not None:
            return self._at(self._base)
        wall, mono = self._start
        return round(wall + (self._wall.monotonic_ms() - mono) * self._rate)

    def _at(self, base: tuple[float, int, int, int]) -> int:
        return round(base[0] + (self._wall.monotonic_ms() - base[1]) * self._rate)
