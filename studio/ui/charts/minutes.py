"""A series minute by minute, for tables."""

import math
from typing import NamedTuple

import numpy as np

from studio.ui.charts.series import TimeSeries

MINUTE_MS = 60_000


class Minute(NamedTuple):
    """A minute that begins at `start_ms` (UTC): its last and its highest value, None where nothing is known."""

    start_ms: int
    last: float | None
    highest: float | None


def minutes_of(series: TimeSeries, within: tuple[int, int] | None = None) -> list[Minute]:
    """Every minute from the first sample's to the last's, or of `within` (start and end, UTC ms)."""
    times, values = series.times, series.values
    if len(times):
        within = within or (int(times[0]), int(times[-1]) + 1)
    if within is None:
        return []
    found: dict[int, tuple[float, float]] = {}
    if len(times):
        minute = times // MINUTE_MS
        starts = np.concatenate(([0], np.flatnonzero(np.diff(minute)) + 1))
        highest = np.fmax.reduceat(values, starts)
        lasts = values[np.append(starts[1:], len(times)) - 1]
        found = dict(
            zip(minute[starts].tolist(), zip(lasts.tolist(), highest.tolist(), strict=True), strict=True)
        )
    first, end = within[0] // MINUTE_MS, -(-within[1] // MINUTE_MS)
    return [
        Minute(m * MINUTE_MS, *map(_known, found.get(m, (math.nan, math.nan)))) for m in range(first, end)
    ]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
