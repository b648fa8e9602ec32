"""The two axes of a chart: local time along the bottom, counts at the left."""

import datetime as dt
from collections.abc import Sequence

import pyqtgraph as pg

from studio.ui.charts.ticks import clock, short_count, time_marks, time_step_s, value_marks

_ROOM_OF_A_TIME_PX = 84
_ROOM_OF_A_COUNT_PX = 24
_MOST_COUNTS = 6

Levels = list[tuple[float, Sequence[float]]]
"""pyqtgraph's marks: (step, places) of every level, coarse first."""


class TimeAxis(pg.AxisItem):
    """Local clock times at round minutes and hours. The chart's x is seconds since 1970 (UTC)."""

    def __init__(self, where: dt.tzinfo) -> None:
        super().__init__("bottom", maxTickLength=0)
        self.where = where
        self.enableAutoSIPrefix(False)
        self.setStyle(autoExpandTextSpace=False, hideOverlappingLabels=True)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:
        """Marks with room for their texts."""
        step = time_step_s(maxVal - minVal, int(size / _ROOM_OF_A_TIME_PX))
        return [(float(step), [t / 1000 for t in time_marks(minVal * 1000, maxVal * 1000, step, self.where)])]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        """HH:MM, with seconds where the marks are closer than a minute."""
        return [clock(v * 1000, self.where, seconds=spacing < 60) for v in values]


class CountAxis(pg.AxisItem):
    """Whole numbers at 1, 2 or 5 times powers of ten, written short (1.5k), with lines across the chart. `point` parts the
    decimals.
    """

    def __init__(self) -> None:
        super().__init__("left", maxTickLength=0)
        self.point = "."
        self.enableAutoSIPrefix(False)
        self.setStyle(autoExpandTextSpace=False)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> Levels:  # noqa: ARG002
        """Marks from 0 up."""
        marks = value_marks(maxVal, min(_MOST_COUNTS, max(1, int(size / _ROOM_OF_A_COUNT_PX))))
        return [(marks[1] - marks[0] if len(marks) > 1 else 1.0, marks)]

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        """0, 500, 1k, 1.5k, with the decimal point of the language."""
        return [short_count(v, self.point) for v in values]
