"""What is counted minute by minute beside the line of viewers: sums of a minute, bars, and a row of dots."""

from collections.abc import Iterable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from studio.ui.charts.colours import ChartColours
from studio.ui.charts.frame import Frame
from studio.ui.charts.minutes import MINUTE_MS
from studio.ui.charts.series import TimeSeries

BARS_SHARE: Final = 0.24
"""The part of the plot's height that the highest bar takes."""


def minute_sums(found: Iterable[tuple[int, float]]) -> TimeSeries:
    """(Any UTC ms of a minute, amount) added up by minute, at the minute's start."""
    sums: dict[int, float] = {}
    for at_ms, amount in found:
        start = at_ms // MINUTE_MS * MINUTE_MS
        sums[start] = sums.get(start, 0.0) + amount
    return TimeSeries(list(sums), list(sums.values()))


def at_minute(series: TimeSeries, t_ms: int) -> float:
    """The sum of the minute of a moment; 0 where nothing was."""
    start = t_ms // MINUTE_MS * MINUTE_MS
    _, sums = series.between(start, start + 1)
    return float(sums[0]) if len(sums) else 0.0


def paint_bars(painter: QPainter, frame: Frame, series: TimeSeries, colour: str) -> None:
    """A bar for each minute of the view; the highest of all minutes takes `BARS_SHARE` of the plot."""
    times, sums = series.between(frame.start_ms - MINUTE_MS, frame.end_ms)
    if not len(times):
        return
    most = max(1.0, float(series.values.max()))
    brush = QBrush(QColor(colour))
    painter.setClipRect(frame.rect)
    per_minute = frame.x(frame.start_ms + MINUTE_MS) - frame.rect.left()
    wide = max(1.0, per_minute * 0.56)
    for t, amount in zip(times.tolist(), sums.tolist(), strict=True):
        high = amount / most * frame.rect.height() * BARS_SHARE
        left = frame.x(t) + (per_minute - wide) / 2
        painter.fillRect(QRectF(left, frame.rect.bottom() - high, wide, high), brush)
    painter.setClipping(False)


def paint_dots(
    painter: QPainter, frame: Frame, series: TimeSeries, top: float, colours: ChartColours
) -> None:
    """A dot for each minute of the view in one row at `top`, larger for more; a `?` before the row says what they are."""
    middle = top + frame.row / 2
    painter.setPen(QColor(colours.muted))
    painter.setFont(frame.font)
    head = QRectF(frame.rect.left() - 20, top, 14, frame.row)
    painter.drawText(head, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), "?")
    times, counts = series.between(frame.start_ms, frame.end_ms)
    if not len(times):
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours.lines[0]))
    most = max(1.0, float(series.values.max()))
    largest = frame.row * 0.36
    half_minute = MINUTE_MS / 2
    for t, count in zip(times.tolist(), counts.tolist(), strict=True):
        radius = max(1.5, largest * float(np.sqrt(count / most)))
        painter.drawEllipse(QPointF(frame.x(t + half_minute), middle), radius, radius)
