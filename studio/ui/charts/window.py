"""Which stretch of time a chart shows: following the clock, zoomed, or moved by hand."""

import math
from dataclasses import dataclass

import numpy as np

from studio.ui.charts.series import Times

MIN_SPAN_MS = 30_000
_YOUNG_SPAN_MS = 10 * 60_000
_LEAD = 0.06
"""The share of a live view right of now: room for a forecast, and for the newest value's label."""


@dataclass(slots=True)
class TimeWindow:
    """The stretch shown, in UTC ms, within the extent of the data.

    `home_span_ms` is the live view's length (its right edge follows the newest time); None means that home is
    everything there is. Until somebody zooms or pans the window is `at_home`.
    """

    home_span_ms: int | None
    first_ms: int = 0
    last_ms: int = 0
    at_home: bool = True
    zoomed_home_ms: int | None = None
    _start: float = 0.0
    _end: float = 0.0

    def set_extent(self, first_ms: int, last_ms: int) -> None:
        """What there is to see: the oldest time and the newest (now, while a show runs)."""
        self.first_ms = first_ms
        self.last_ms = max(first_ms, last_ms)
        if not self.at_home:
            self._place(self._start, self._end - self._start)

    def shown(self) -> tuple[int, int]:
        """Start and end of the view, UTC ms; the end lies at least MIN_SPAN_MS after the start."""
        if self.at_home:
            return self._home()
        start = round(self._start)
        return start, max(start + MIN_SPAN_MS, round(self._end))

    def go_home(self) -> None:
        """Back to the live view of its first length (or to everything)."""
        self.at_home = True
        self.zoomed_home_ms = None

    def zoom(self, factor: float, about_ms: float | None = None) -> None:
        """Show `factor` times as much (below 1: closer). `about_ms` stays where it is on the screen.

        Without it the middle stays; a live view then goes on following, with its new length.
        """
        if not (math.isfinite(factor) and factor > 0):
            raise ValueError(f"A zoom factor is above 0, not {factor}.")
        start, end = self.shown()
        span = self._clamped((end - start) * factor)
        if about_ms is None and self.at_home and self.home_span_ms is not None:
            self.zoomed_home_ms = round(span)
            return
        pivot = (start + end) / 2 if about_ms is None else min(max(about_ms, start), end)
        self.at_home = False
        self._place(pivot - (pivot - start) * span / (end - start), span)

    def pan(self, by_ms: float) -> None:
        """Move the view to later (positive) or earlier times; it stops at the ends of the data."""
        start, end = self.shown()
        self.at_home = False
        self._place(start + by_ms, end - start)

    def show_moment(self, t_ms: float) -> None:
        """Move just as far as needed for `t_ms` to be seen."""
        start, end = self.shown()
        if t_ms < start:
            self.pan(t_ms - start)
        elif t_ms > end:
            self.pan(t_ms - end)

    def _home(self) -> tuple[int, int]:
        elapsed = self.last_ms - self.first_ms
        if self.home_span_ms is None:
            return self.first_ms, self.first_ms + max(MIN_SPAN_MS, elapsed)
        span = self.zoomed_home_ms or self.home_span_ms
        if elapsed * (1 + _LEAD) <= span:
            young = min(span, _YOUNG_SPAN_MS)
            return self.first_ms, self.first_ms + max(MIN_SPAN_MS, young, math.ceil(elapsed * (1 + _LEAD)))
        end = self.last_ms + round(span * _LEAD / (1 + _LEAD))
        return end - span, end

    def _limits(self) -> tuple[float, float]:
        """The earliest start and the latest end of a view."""
        lead = 0.0 if self.home_span_ms is None else _LEAD * (self.last_ms - self.first_ms)
        return self.first_ms, max(self.first_ms + MIN_SPAN_MS, self._home()[1], self.last_ms + lead)

    def _clamped(self, span: float) -> float:
        lo, hi = self._limits()
        return min(max(span, MIN_SPAN_MS), hi - lo)

    def _place(self, start: float, span: float) -> None:
        lo, hi = self._limits()
        span = self._clamped(span)
        self._start = min(max(start, lo), hi - span)
        self._end = self._start + span


def next_stop(times: Times, at: float, by: int, step_ms: float) -> int:
    """Where a cursor at `at` goes by one key press: forward (`by` 1) or back (-1), to one of the `times`.

    To the sample `step_ms` away, the last one not beyond it; if there is none on the way, to the next one. It stays
    within `times`, which must not be empty.
    """
    if by > 0:
        near = int(np.searchsorted(times, at, "right"))
        far = int(np.searchsorted(times, at + step_ms, "right")) - 1
        return int(times[min(max(near, far), len(times) - 1)])
    near = int(np.searchsorted(times, at, "left")) - 1
    far = int(np.searchsorted(times, at - step_ms, "left"))
    return int(times[max(min(near, far), 0)])
