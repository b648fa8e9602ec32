"""Fewer points, the same picture: what a chart that is `width` pixels wide can show of a long series.

Columns are fixed to multiples of their length in time, not to the edge of the view, so a line that scrolls with
the clock does not shimmer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.ui.charts.series import Times, TimeSeries, Values


@dataclass(frozen=True, slots=True)
class Line:
    """Points to draw. `joined[i]` says whether a line runs from point i to point i + 1 (the last is False)."""

    times: Times
    values: Values
    joined: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.times)

    def lonely(self) -> NDArray[np.bool_]:
        """Points with a line on neither side: nothing would be drawn of them but a dot."""
        before = np.zeros(len(self.times), np.bool_)
        before[1:] = self.joined[:-1]
        return ~(self.joined | before)


def column_ms(start_ms: int, end_ms: int, width: int) -> int:
    """The length of a pixel column in ms: at most `width` columns touch the view. At least 1."""
    return max(1, -(-(end_ms - start_ms) // max(1, width - 1)))


def columns(times: Times, start_ms: int, end_ms: int, width: int) -> NDArray[np.int64]:
    """The pixel column of each time, ascending with it."""
    return times // column_ms(start_ms, end_ms, width)


def extremes(series: TimeSeries, start_ms: int, end_ms: int, width: int, gap_ms: int | None = None) -> Line:
    """The lowest and the highest sample of every pixel column of [start_ms, end_ms).

    At most 2 * width points of the view, and one known sample on either side, so that the line reaches the edges.
    An unknown value (NaN), or two samples more than `gap_ms` apart, break the line where the break is wider
    than a column. Raises ValueError when the view is empty or `width` is below 2.
    """
    _check(start_ms, end_ms, width)
    times, values, gaps = _known_in_view(series, start_ms, end_ms, gap_ms)
    if not len(times):
        return _nothing()
    inner_lo = int(np.searchsorted(times, start_ms, "left"))
    inner_hi = int(np.searchsorted(times, end_ms, "left"))
    cols = columns(times, start_ms, end_ms, width)
    inside = slice(inner_lo, inner_hi)
    picked = _extreme_indices(values[inside], cols[inside]) + inner_lo
    edges_before = np.arange(max(0, inner_lo - 1), inner_lo)
    edges_after = np.arange(inner_hi, min(len(times), inner_hi + 1))
    kept = np.concatenate((edges_before, picked, edges_after))
    return _line(times, values, _wide_gaps(gaps, cols), kept)


def steps(series: TimeSeries, start_ms: int, end_ms: int, width: int) -> Line:
    """The lowest and the last sample of every pixel column, for a value that holds until the next sample.

    At most 2 * width points of the view, and the sample before it, whose value holds at the left edge. The value
    at the right edge of every column is exact, and a moment at zero is never lost; a rise shorter than a column
    is. NaN ends the line. Raises ValueError when the view is empty or `width` is below 2.
    """
    _check(start_ms, end_ms, width)
    times, values = series.between(start_ms, end_ms)
    before, before_value = series.between(start_ms, start_ms, margin=1)
    carried = len(before) > 0 and int(before[0]) < start_ms
    if carried:
        times = np.concatenate((before[:1], times))
        values = np.concatenate((before_value[:1], values))
    if not len(times):
        return _nothing()
    first = 1 if carried else 0
    cols = columns(times[first:], start_ms, end_ms, width)
    starts = _column_starts(cols)
    kept = np.arange(first)
    if len(cols):
        inner = values[first:]
        # NaN counts as last (the line ends there) but not as lowest.
        lows = _first_per_column(np.where(np.isnan(inner), np.inf, inner), starts, np.minimum)
        lasts = np.append(starts[1:], len(cols)) - 1
        kept = np.concatenate((kept, _in_order(lows, lasts) + first))
    t, v = times[kept], values[kept]
    joined = np.zeros(len(t), np.bool_)
    joined[:-1] = ~np.isnan(v[:-1])
    return Line(t, v, joined)


def staircase(line: Line, end_ms: int) -> Line:
    """The corners of a step line: each value runs level to the next sample, the last to `end_ms`.

    Where a NaN follows, the level part ends there without a fall.
    """
    n = len(line)
    if not n:
        return line
    until = np.append(line.times[1:], max(end_ms, int(line.times[-1])))
    times = np.stack((line.times, until), axis=1).reshape(-1)
    values = np.repeat(line.values, 2)
    joined = np.repeat(~np.isnan(line.values), 2)
    # From the end of one level to the start of the next, unless either is not known.
    joined[1:-1:2] &= ~np.isnan(line.values[1:])
    joined[-1] = False
    known = ~np.isnan(values)
    return Line(times[known], values[known], joined[known])


def _known_in_view(
    series: TimeSeries, start_ms: int, end_ms: int, gap_ms: int | None
) -> tuple[Times, Values, NDArray[np.bool_]]:
    """The known samples of the view and the next known one on either side; `gaps[i]`: a break before sample i."""
    all_times, all_values = series.times, series.values
    lo = int(np.searchsorted(all_times, start_ms, "left"))
    hi = int(np.searchsorted(all_times, end_ms, "left"))
    while lo > 0:
        lo -= 1
        if not np.isnan(all_values[lo]):
            break
    while hi < len(all_times):
        hi += 1
        if not np.isnan(all_values[hi - 1]):
            break
    index = np.flatnonzero(np.isfinite(all_values[lo:hi])) + lo
    times = all_times[index]
    gaps = np.zeros(len(index), np.bool_)
    gaps[1:] = index[1:] - index[:-1] > 1
    if gap_ms is not None:
        gaps[1:] |= times[1:] - times[:-1] > gap_ms
    return times, all_values[index], gaps


def _wide_gaps(gaps: NDArray[np.bool_], cols: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The breaks that reach from one column into another; a narrower one could not be seen."""
    wide = gaps.copy()
    wide[1:] &= cols[1:] != cols[:-1]
    return wide


def _line(times: Times, values: Values, gaps: NDArray[np.bool_], kept: NDArray[np.int64]) -> Line:
    breaks = np.cumsum(gaps)[kept]
    joined = np.zeros(len(kept), np.bool_)
    joined[:-1] = breaks[1:] == breaks[:-1]
    return Line(times[kept], values[kept], joined)


def _extreme_indices(values: Values, cols: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(values):
        return np.empty(0, np.int64)
    starts = _column_starts(cols)
    if len(starts) == len(values):
        return np.arange(len(values))
    lows = _first_per_column(values, starts, np.minimum)
    highs = _first_per_column(values, starts, np.maximum)
    return _in_order(lows, highs)


def _in_order(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Two indices of every column in order of time, one where they are the same."""
    both = np.stack((np.minimum(one, other), np.maximum(one, other)), axis=1).reshape(-1)
    keep = np.ones(len(both), np.bool_)
    keep[1:] = both[1:] != both[:-1]
    return both[keep]


def _column_starts(cols: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(cols):
        return np.empty(0, np.int64)
    changes = np.flatnonzero(cols[1:] != cols[:-1]) + 1
    return np.concatenate((np.zeros(1, np.int64), changes))


def _first_per_column(values: Values, starts: NDArray[np.int64], extreme: np.ufunc) -> NDArray[np.int64]:
    """The index of the first lowest (np.minimum) or highest (np.maximum) value of every column."""
    bounds = np.append(starts, len(values))
    hits = np.flatnonzero(values == np.repeat(extreme.reduceat(values, starts), bounds[1:] - bounds[:-1]))
    # The first hit at or after the start of a column is that column's: every column has one.
    return hits[np.searchsorted(hits, starts)]


def _nothing() -> Line:
    return Line(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.bool_))


def _check(start_ms: int, end_ms: int, width: int) -> None:
    if end_ms <= start_ms:
        raise ValueError(f"A view ends after it starts: got {start_ms} to {end_ms}.")
    if width < 2:
        raise ValueError(f"A chart is at least 2 pixels wide, not {width}.")
