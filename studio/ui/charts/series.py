"""A series of samples that grows while the show runs."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Times = NDArray[np.int64]
"""UTC ms, shape (n,)."""
Values = NDArray[np.float64]
"""Samples, NaN = not known, shape (n,)."""

_FIRST_ROOM = 256


class TimeSeries:
    """Samples by time: `times` are UTC ms (int64, strictly ascending), `values` float64, NaN = not known.

    Samples are appended; one that comes late is put in its place, and one of a time that is there already
    replaces it, so that a feed read twice or out of order draws the same line. `limit` keeps only that many
    of the newest samples. Appending costs amortised constant time; `times` and `values` are views, not copies,
    and must not be kept across an append.
    """

    __slots__ = ("_limit", "_peak", "_size", "_start", "_t", "_v")

    def __init__(self, times: ArrayLike = (), values: ArrayLike = (), *, limit: int | None = None) -> None:
        if limit is not None and limit < 1:
            raise ValueError(f"A series keeps at least 1 sample, not {limit}.")
        self._limit = limit
        self._t: Times = np.empty(_FIRST_ROOM, np.int64)
        self._v: Values = np.empty(_FIRST_ROOM, np.float64)
        self._start = 0
        self._size = 0
        self._peak: tuple[int, float] | None = None
        self.append_many(times, values)

    def __len__(self) -> int:
        return self._size

    @property
    def times(self) -> Times:
        """The times, UTC ms, ascending: a read-only view of shape (n,)."""
        view = self._t[self._start : self._start + self._size]
        view.flags.writeable = False
        return view

    @property
    def values(self) -> Values:
        """The values, NaN where not known: a read-only view of shape (n,)."""
        view = self._v[self._start : self._start + self._size]
        view.flags.writeable = False
        return view

    @property
    def first_ms(self) -> int | None:
        """The time of the oldest sample; None when there is none."""
        return int(self._t[self._start]) if self._size else None

    @property
    def last_ms(self) -> int | None:
        """The time of the newest sample; None when there is none."""
        return int(self._t[self._start + self._size - 1]) if self._size else None

    def copy(self) -> "TimeSeries":
        """A series of its own with the same samples and limit."""
        return TimeSeries(self.times, self.values, limit=self._limit)

    def append(self, t_ms: int, value: float | None) -> None:
        """Add one sample; None means that the value is not known (a gap)."""
        self.append_many((t_ms,), (np.nan if value is None else value,))

    def append_many(self, times: ArrayLike, values: ArrayLike) -> None:
        """Add samples of UTC ms and their values, in any order.

        Raises ValueError when the two do not have the same length.
        """
        t = np.asarray(times, np.int64).reshape(-1)
        v = np.asarray(values, np.float64).reshape(-1)
        if len(t) != len(v):
            raise ValueError(
                f"A series needs one value for each time: got {len(t)} times and {len(v)} values."
            )
        if not len(t):
            return
        if len(t) > 1 and not bool(np.all(t[1:] > t[:-1])):
            t, v = _sorted_last_wins(t, v)
        self._peak = None
        last = self.last_ms
        if last is not None and int(t[0]) <= last:
            t, v = _sorted_last_wins(np.concatenate((self.times, t)), np.concatenate((self.values, v)))
            self._start = self._size = 0
        self._room_for(len(t))
        end = self._start + self._size
        self._t[end : end + len(t)] = t
        self._v[end : end + len(t)] = v
        self._size += len(t)
        if self._limit is not None and self._size > self._limit:
            self._start += self._size - self._limit
            self._size = self._limit

    def between(self, start_ms: int, end_ms: int, *, margin: int = 0) -> tuple[Times, Values]:
        """The samples of [start_ms, end_ms), with `margin` more on either side where there are any (views)."""
        times = self.times
        lo = max(0, int(np.searchsorted(times, start_ms, "left")) - margin)
        hi = min(self._size, int(np.searchsorted(times, end_ms, "left")) + margin)
        hi = max(lo, hi)
        return times[lo:hi], self.values[lo:hi]

    def at(self, t_ms: int) -> float | None:
        """The value that holds at `t_ms`: that of the newest sample not after it. None before the first or in a gap."""
        index = int(np.searchsorted(self.times, t_ms, "right")) - 1
        return None if index < 0 else _known(self.values[index])

    def nearest_ms(self, t_ms: int) -> int | None:
        """The time of the known sample nearest to `t_ms`; None when no value is known."""
        times = self.times
        known = times[np.isfinite(self.values)]
        if not len(known):
            return None
        index = int(np.searchsorted(known, t_ms))
        around = known[max(0, index - 1) : index + 1]
        return int(around[np.argmin(np.abs(around - t_ms))])

    def latest(self) -> tuple[int, float] | None:
        """Time and value of the newest known sample."""
        values = self.values
        for index in range(len(values) - 1, -1, -1):
            if not np.isnan(values[index]):
                return int(self.times[index]), float(values[index])
        return None

    def peak(self) -> tuple[int, float] | None:
        """Time and value of the highest sample, the first of several equal ones; None when no value is known."""
        if self._peak is None and self.latest() is not None:
            index = int(np.nanargmax(self.values))
            self._peak = int(self.times[index]), float(self.values[index])
        return self._peak

    def average(self, end_ms: int) -> float | None:
        """The time-weighted mean up to `end_ms`; None when nothing is known before it.

        Each value holds until the next sample, the last until `end_ms`; unknown stretches (NaN) have no weight.
        The same definition as `domain.audience.viewer_figures`.
        """
        times, values = self.between(self.first_ms or 0, end_ms + 1)
        known = np.isfinite(values)
        if not bool(np.any(known)):
            return None
        lengths = np.diff(times, append=max(end_ms, int(times[-1])))[known].astype(np.float64)
        total = float(lengths.sum())
        return float(values[known][-1]) if total <= 0 else float((values[known] * lengths).sum() / total)

    def highest(self, start_ms: int, end_ms: int) -> float | None:
        """The highest known value of [start_ms, end_ms), the value that holds at `start_ms` included."""
        _, values = self.between(start_ms, end_ms, margin=1)
        known = values[np.isfinite(values)]
        return float(known.max()) if len(known) else None

    def _room_for(self, more: int) -> None:
        """Room for `more` samples at the end: move to the front where half is free, else double."""
        if self._start + self._size + more <= len(self._t):
            return
        room = len(self._t)
        while room < 2 * (self._size + more):
            room *= 2
        t = np.empty(room, np.int64)
        v = np.empty(room, np.float64)
        t[: self._size] = self.times
        v[: self._size] = self.values
        self._t, self._v, self._start = t, v, 0


def series_of(rows: Iterable[tuple[int, float | None]]) -> TimeSeries:
    """A series of (UTC ms, value or None) rows, e.g. straight from a history page."""
    pairs = list(rows)
    return TimeSeries([t for t, _ in pairs], [np.nan if v is None else v for _, v in pairs])


def _sorted_last_wins(t: Times, v: Values) -> tuple[Times, Values]:
    order = np.argsort(t, kind="stable")
    t, v = t[order], v[order]
    keep = np.append(t[1:] != t[:-1], True)
    return t[keep], v[keep]


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
