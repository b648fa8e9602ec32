"""How long to wait before the next try: exponential back-off with full jitter.

Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015 ("full jitter").
"""

import random as _random
from collections.abc import Callable

RETRY_AFTER_CAP_MS = 5 * 60_000
_FLOOR_MS = 100


def wait_ms(
    failures: int,
    random: Callable[[], float],
    retry_after_ms: int | None = None,
    base_ms: int = 500,
    cap_ms: int = 60_000,
) -> int:
    """The wait after `failures` failures in a row, in ms. `random` gives numbers in [0, 1).

    Between 100 ms and min(cap, base x 2^(failures - 1)), never less than what the target asked for, for which
    five minutes are the most.
    """
    ceiling = min(cap_ms, base_ms * 2 ** min(max(failures, 1) - 1, 30))
    jittered = max(_FLOOR_MS, round(random() * ceiling))
    asked = 0 if retry_after_ms is None else min(max(0, retry_after_ms), RETRY_AFTER_CAP_MS)
    return max(jittered, asked)


class Backoff:
    """Counts failures in a row and says how long to wait."""

    def __init__(
        self,
        random: Callable[[], float] = _random.random,
        base_ms: int = 500,
        cap_ms: int = 60_000,
    ) -> None:
        self._random = random
        self._base_ms = base_ms
        self._cap_ms = cap_ms
        self.failures = 0

    def failed(self, retry_after_ms: int | None = None) -> int:
        """One more failure: the ms to wait now."""
        self.failures += 1
        return wait_ms(self.failures, self._random, retry_after_ms, self._base_ms, self._cap_ms)

    def reset(self) -> None:
        """It worked."""
        self.failures = 0
