"""A platform's budget of points that refills over time ("leaky bucket"), as arithmetic; `pacing.Gate` keeps one.

Shopify answers each request with the bucket as it stands (`extensions.cost.throttleStatus`) and refuses one whose
requested cost is more than what is left: https://shopify.dev/docs/api/usage/limits.
"""

import msgspec

from studio.control.ports import Urgency

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
