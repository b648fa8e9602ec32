"""Viewers and what they write."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from operator import attrgetter

import msgspec

_at = attrgetter("at_ms")


class ViewerSample(msgspec.Struct, frozen=True, gc=False):
    """How many watched on one channel at one moment (`at_ms`, UTC ms of the channel's time)."""

    channel: str
    at_ms: int
    viewers: int


class ChatMessage(msgspec.Struct, frozen=True, gc=False):
    """One message of a channel. `id` is the platform's; `at_ms` its time, UTC ms; `seq` its place in the feed. `origin` is the
    site that it was written on (`tiktok`), where a channel brings several together; empty where it is the channel's own.
    """

    channel: str
    id: str
    seq: int
    at_ms: int
    author: str
    text: str
    author_id: str = ""
    reply_to: str = ""
    by_us: bool = False
    origin: str = ""


class ViewerFigures(msgspec.Struct, frozen=True):
    """Peak and average. `average` is time-weighted; all None when no sample exists."""

    now: int | None
    peak: int | None
    peak_at_ms: int | None
    average: float | None


class ViewerTimeline:
    """The viewers of all channels together over time. Samples come in any order and any number of times; asked as often as
    one likes: each answer takes logarithmic time, but for the peak.

    Every channel's count holds until its next sample; the counts of the channels are summed, those of one moment at once.
    A channel has one sample for a moment.
    """

    def __init__(self, samples: Iterable[ViewerSample]) -> None:
        self._times: list[int] = []
        self._totals: list[int] = []
        self._areas: list[int] = []
        last: dict[str, int] = {}
        total = area = 0
        for sample in sorted(samples, key=_at):
            at = sample.at_ms
            change = sample.viewers - last.get(sample.channel, 0)
            last[sample.channel] = sample.viewers
            if self._times and self._times[-1] == at:
                total += change
                self._totals[-1] = total
                continue
            if self._times:
                area += total * (at - self._times[-1])
            total += change
            self._times.append(at)
            self._totals.append(total)
            self._areas.append(area)

    def figures(self, start_ms: int, end_ms: int) -> ViewerFigures:
        """Peak and time-weighted mean within [start_ms, end_ms].

        The time before the first sample is left out of the mean: a missing figure is not a zero.
        """
        first, behind = bisect_left(self._times, start_ms), bisect_right(self._times, end_ms)
        if not behind:
            return ViewerFigures(None, None, None, None)
        peak = peak_at = None
        if first < behind:
            peak = max(self._totals[first:behind])
            peak_at = self._times[self._totals.index(peak, first, behind)]
        now = self._totals[behind - 1]
        started = max(start_ms, self._times[0])
        span = end_ms - started
        average = (self._area(end_ms) - self._area(started)) / span if span > 0 else float(now)
        return ViewerFigures(now, peak, peak_at, average)

    def at(self, at_ms: int) -> int | None:
        """How many watched at this moment; None before the first sample."""
        behind = bisect_right(self._times, at_ms)
        return self._totals[behind - 1] if behind else None

    def moments(self, from_ms: int, to_ms: int) -> int:
        """At how many moments of [from_ms, to_ms] anything was counted."""
        return bisect_right(self._times, to_ms) - bisect_left(self._times, from_ms)

    def points(self, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
        """(UTC ms, viewers) within [start_ms, end_ms], each from its moment on; the first one stands at the start when
        there were figures before it, the last one at the end.
        """
        first, behind = bisect_left(self._times, start_ms), bisect_right(self._times, end_ms)
        found = list(zip(self._times[first:behind], self._totals[first:behind], strict=True))
        if first and behind and (not found or found[0][0] > start_ms):
            found.insert(0, (start_ms, self._totals[first - 1]))
        if found and found[-1][0] < end_ms:
            found.append((end_ms, found[-1][1]))
        return found

    def _area(self, at_ms: int) -> int:
        known = bisect_right(self._times, at_ms) - 1
        return self._areas[known] + self._totals[known] * (at_ms - self._times[known])


def viewer_figures(samples: Iterable[ViewerSample], start_ms: int, end_ms: int) -> ViewerFigures:
    """Peak and time-weighted mean of all channels together within [start_ms, end_ms]; see `ViewerTimeline`."""
    return ViewerTimeline(samples).figures(start_ms, end_ms)


def newest_per_channel(samples: Iterable[ViewerSample]) -> dict[str, ViewerSample]:
    """The newest sample of each channel."""
    newest: dict[str, ViewerSample] = {}
    for sample in samples:
        if sample.channel not in newest or newest[sample.channel].at_ms <= sample.at_ms:
            newest[sample.channel] = sample
    return newest
