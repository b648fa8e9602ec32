"""When a silence means trouble: a connection is judged by its own history."""

from collections import deque

_REMEMBERED = 64
_ENOUGH = 8
_TIMES = 8
_LONGEST_MS = 15 * 60_000


class Silence:
    """How long it has been silent, against how long it usually is between two signs of life.

    It is stale after eight times its mean gap, but never before `floor_ms`. A chat whose messages come by chance (Poisson)
    is silent so long once in 3,000 messages (e^-8). Before it has a history, after `unknown_ms`; None: never.
    """

    def __init__(self, floor_ms: int, unknown_ms: int | None) -> None:
        self._floor_ms = floor_ms
        self._unknown_ms = unknown_ms
        self._gaps: deque[int] = deque(maxlen=_REMEMBERED)
        self._last_ms: int | None = None

    def heard(self, now_ms: int) -> None:
        """There was a sign of life, or several at once. `now_ms` is of a clock that never jumps."""
        if self._last_ms is not None and now_ms > self._last_ms:
            self._gaps.append(now_ms - self._last_ms)
        self._last_ms = now_ms

    def began(self, now_ms: int) -> None:
        """The connection is new: the time in between was no silence."""
        self._last_ms = now_ms

    @property
    def after_ms(self) -> int | None:
        """After how long a silence is trouble; None: never."""
        if len(self._gaps) < _ENOUGH:
            return self._unknown_ms
        mean = sum(self._gaps) / len(self._gaps)
        return round(min(_LONGEST_MS, max(self._floor_ms, _TIMES * mean)))

    def is_stale(self, now_ms: int) -> bool:
        """Whether it has been silent for too long."""
        after = self.after_ms
        return after is not None and self._last_ms is not None and now_ms - self._last_ms >= after
