"""A shop's clock, read from the Date header of its answers: for shops that tell their time in no other way."""

import email.utils

from studio.control.ports import BadAnswer, ClockReading, HttpAnswer

_SECOND_MS = 1_000
_LATE_MS = 5_000
_BELIEVED = 5


def date_ms(answer: HttpAnswer) -> int | None:
    """The Date of an answer, UTC ms, cut to the second; None when it has none."""
    try:
        return round(email.utils.parsedate_to_datetime(answer.headers.get("date", "")).timestamp()) * 1000
    except (TypeError, ValueError, OverflowError):
        return None


class DateClock:
    """Narrows the offset between the shop's clock and this computer's: the header's second D was true when the answer
    was written, at most the shortest round trip ever seen before it was received. So the offset lies within
    (D - received, D + 1 s - received + round trip), and the bounds of many answers leave some milliseconds.

    A busy server's D can be late, never early: an answer that would put the clock back by a few seconds is not believed
    until several in a row say so (a clock was set).
    """

    def __init__(self) -> None:
        self._low: float | None = None
        self._high = 0.0
        self._shortest_ms = _SECOND_MS
        self._behind = 0
        self._told = 0
        self._told_at = 0

    def heard(self, answer: HttpAnswer) -> None:
        """Take the Date of an answer into account."""
        date = date_ms(answer)
        if date is None or "age" in answer.headers:  # a cache's answer tells an old time
            return
        self._shortest_ms = min(self._shortest_ms, max(0, answer.received_ms - answer.sent_ms))
        low = date - answer.received_ms
        high = low + _SECOND_MS + self._shortest_ms
        if self._low is None or low > self._high:
            self._begin(low, high)
        elif high < self._low:
            self._behind += 1
            if self._behind >= _BELIEVED or high < self._low - _LATE_MS:
                self._begin(low, high)
        else:
            self._behind = 0
            self._low, self._high = max(self._low, low), min(self._high, high)

    def _begin(self, low: float, high: float) -> None:
        self._low, self._high, self._told, self._behind = low, high, 0, 0

    @property
    def known(self) -> bool:
        """Whether any answer told a time."""
        return self._low is not None

    def at(self, wall_ms: int) -> int:
        """The shop's UTC ms at this computer's `wall_ms`; this computer's own before any answer told a time."""
        return wall_ms if self._low is None else round(wall_ms + (self._low + self._high) / 2)

    def reading(self, answer: HttpAnswer) -> ClockReading:
        """The shop's time in the middle of this answer; later readings never run backwards unless a clock was set.
        Raises `BadAnswer` when no answer ever had a Date.
        """
        if self._low is None:
            raise BadAnswer("The shop's answers carry no time (no Date header): tell the shop's owner.")
        shop_ms = self.at((answer.sent_ms + answer.received_ms) // 2)
        if answer.sent_ms >= self._told_at:
            shop_ms = max(shop_ms, self._told)
        self._told, self._told_at = shop_ms, answer.sent_ms
        return ClockReading(shop_ms, answer.sent_ms, answer.received_ms)
