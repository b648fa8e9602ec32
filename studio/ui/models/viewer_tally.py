"""Viewers as they come in: how many now, the peak, and the average, without going through all samples each time."""

import bisect
from collections.abc import Iterable
from typing import Final

from studio.domain.audience import ViewerSample

SETTLED_MS: Final = 120_000
"""Samples this much older than the newest are summed up once; one that comes even later has all summed anew."""
_BACK: Final = 2_000
"""A channel that is missing among so many samples has not been heard for long."""


class ViewerTally:
    """The samples of a show in order of time, and what they come to by the definitions of `viewer_figures`.

    `start_ms` and `end_ms` bound the peak and the average (UTC ms of the shop's clock, None: not yet).
    """

    def __init__(self, samples: Iterable[ViewerSample] = ()) -> None:
        self.samples: list[ViewerSample] = sorted(samples, key=lambda s: s.at_ms)
        self._start_ms: int | None = None
        self._end_ms: int | None = None
        self._now: dict[str, ViewerSample] = {}
        self._peak: tuple[int, int] | None = None
        self._new_since: int | None = self.samples[0].at_ms if self.samples else None
        self._begin_sums()
        for sample in self.samples:
            self._count(sample)

    @property
    def viewers(self) -> int | None:
        """How many watch now, over all channels; None before the first sample."""
        return sum(s.viewers for s in self._now.values()) if self._now else None

    @property
    def by_channel(self) -> dict[str, int]:
        """How many watch now on each channel that told."""
        return {channel: sample.viewers for channel, sample in self._now.items()}

    @property
    def peak(self) -> tuple[int, int] | None:
        """The most viewers at once within the show, and when that was."""
        return self._peak

    def bound(self, start_ms: int | None, end_ms: int | None) -> None:
        """The show starts and ends here: peak and average count from there on."""
        if (start_ms, end_ms) == (self._start_ms, self._end_ms):
            return
        self._start_ms, self._end_ms = start_ms, end_ms
        self._now, self._peak = {}, None
        self._begin_sums()
        for sample in self.samples:
            self._count(sample)

    def add(self, sample: ViewerSample) -> None:
        """One more sample, in whatever order."""
        if self._new_since is None or sample.at_ms < self._new_since:
            self._new_since = sample.at_ms
        if not self.samples or self.samples[-1].at_ms <= sample.at_ms:
            self.samples.append(sample)
        else:
            at = bisect.bisect_right(self.samples, sample.at_ms, key=lambda s: s.at_ms)
            self.samples.insert(at, sample)
            if at < self._summed:
                self._begin_sums()
        self._count(sample)

    def take_new(self) -> tuple[list[int], list[float]]:
        """Times and the sums over all channels, in order of time, from the oldest sample that came since this was
        last asked: a channel's count holds until its next sample. Two samples of one time are one sum.
        """
        since, self._new_since = self._new_since, None
        if since is None:
            return [], []
        at = bisect.bisect_left(self.samples, since, key=lambda s: s.at_ms)
        last: dict[str, int] = {}
        for sample in reversed(self.samples[max(0, at - _BACK) : at]):
            last.setdefault(sample.channel, sample.viewers)
        times: list[int] = []
        totals: list[float] = []
        for sample in self.samples[at:]:
            last[sample.channel] = sample.viewers
            total = float(sum(last.values()))
            if times and times[-1] == sample.at_ms:
                totals[-1] = total
            else:
                times.append(sample.at_ms)
                totals.append(total)
        return times, totals

    def average(self, now_ms: int) -> float | None:
        """The time-weighted mean from the start of the show to `now_ms` (or its end); None before the first sample."""
        if self._start_ms is None:
            return None
        end = now_ms if self._end_ms is None else min(now_ms, self._end_ms)
        settled = (self.samples[-1].at_ms if self.samples else 0) - SETTLED_MS
        while self._summed < len(self.samples) and self.samples[self._summed].at_ms <= min(settled, end):
            self._sum(self.samples[self._summed])
            self._summed += 1
        kept = (self._cursor, self._first, self._weighted, self._total, dict(self._last))
        for sample in self.samples[self._summed :]:
            if sample.at_ms > end:
                break
            self._sum(sample)
        first, total = self._first, self._total
        weighted = self._weighted + total * max(0, end - self._cursor)
        self._cursor, self._first, self._weighted, self._total, self._last = kept
        if first is None:
            return None
        return weighted / (end - first) if end > first else float(total)

    def _count(self, sample: ViewerSample) -> None:
        known = self._now.get(sample.channel)
        if known is None or known.at_ms <= sample.at_ms:
            self._now[sample.channel] = sample
        start, end = self._start_ms, self._end_ms
        if start is None or sample.at_ms < start or (end is not None and sample.at_ms > end):
            return
        now = sum(s.viewers for s in self._now.values())
        if self._peak is None or now > self._peak[0]:
            self._peak = (now, sample.at_ms)

    def _begin_sums(self) -> None:
        self._summed = 0
        self._cursor = self._start_ms or 0
        self._first: int | None = None
        self._weighted = 0
        self._total = 0
        self._last: dict[str, int] = {}

    def _sum(self, sample: ViewerSample) -> None:
        if self._first is not None and sample.at_ms > self._cursor:
            self._weighted += self._total * (sample.at_ms - self._cursor)
        self._cursor = max(self._cursor, sample.at_ms)
        self._total += sample.viewers - self._last.get(sample.channel, 0)
        self._last[sample.channel] = sample.viewers
        if self._first is None:
            self._first = self._cursor
