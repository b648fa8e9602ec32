"""The whole show at a glance, for the review: viewers, orders a minute, and what was on air."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from studio.ui.charts import overlay
from studio.ui.charts.colours import ChartColours
from studio.ui.charts.frame import Frame, Reading, Word
from studio.ui.charts.marks import on_air_label, spans_at
from studio.ui.charts.minutes import MINUTE_MS, Minute, minutes_of
from studio.ui.charts.series import Times, TimeSeries
from studio.ui.charts.table import Row
from studio.ui.charts.viewers_chart import ViewersChart

_BARS_SHARE = 0.24
"""The part of the plot's height that the highest bar takes."""


class TimelineChart(ViewersChart):
    """A show that is over: its viewers, a bar for each minute's orders, blocks with their names, promo codes."""

    block_clicked = Signal(str)
    """The `item_id` of the block that was clicked, or chosen with Enter at the cursor."""

    def __init__(
        self,
        colours: ChartColours | None = None,
        *,
        where: str | int | dt.tzinfo = "UTC",
        title: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.orders = TimeSeries()
        super().__init__(
            colours, where=where, title=title, home_span_ms=None, stale_after_ms=None, parent=parent
        )
        if not title:
            self.set_title(self.tr("Viewers, orders and what was on air"))
        self.right_room = 12

    def set_orders(self, minutes: Sequence[tuple[int, int]]) -> None:
        """Orders by minute: (any UTC ms of the minute, count). Minutes not named had none; several of one add up."""
        counts: dict[int, int] = {}
        for at_ms, count in minutes:
            start = at_ms // MINUTE_MS * MINUTE_MS
            counts[start] = counts.get(start, 0) + count
        self.orders = TimeSeries(list(counts), list(counts.values()))
        self._touch()

    def _extent(self) -> tuple[int, int] | None:
        """Everything: samples, blocks and orders, whichever begins first and ends last."""
        times: list[int] = []
        for series in (self.viewers, self.orders):
            if series.first_ms is not None and series.last_ms is not None:
                times += [series.first_ms, series.last_ms + (MINUTE_MS if series is self.orders else 0)]
        for span in self.spans:
            times += [span.start_ms, *(() if span.end_ms is None else (span.end_ms,))]
        if not times or (self.viewers.latest() is None and not len(self.orders)):
            return None
        return min(times), max(times)

    def _end_ms(self) -> int:
        extent = self._extent()
        return self.now_ms if extent is None else extent[1]

    def _rows_below(self) -> int:
        return (1 if self.spans else 0) + (1 if self.markers else 0)

    def _marker_top(self, frame: Frame) -> float:
        return frame.rect.bottom() + 3 + (frame.row if self.spans else 0)

    def _span_words(self, frame: Frame) -> list[Word]:
        top = frame.rect.bottom() + 3
        return overlay.span_words(frame, self.spans, self._end_ms(), top, self.colours, spill=True)

    def _ends(self, frame: Frame) -> list[tuple[float, str, str]]:  # noqa: ARG002
        return []

    def _paint_under(self, painter: QPainter, frame: Frame) -> None:
        overlay.paint_spans(painter, frame, self.spans, self._end_ms(), self.colours)
        self._paint_bars(painter, frame)

    def _paint_bars(self, painter: QPainter, frame: Frame) -> None:
        times, counts = self.orders.between(frame.start_ms - MINUTE_MS, frame.end_ms)
        if not len(times):
            return
        most = max(1.0, float(self.orders.values.max()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self.colours.orders))
        painter.setClipRect(frame.rect)
        per_minute = frame.x(frame.start_ms + MINUTE_MS) - frame.rect.left()
        wide = max(1.0, per_minute * 0.56)
        for t, count in zip(times.tolist(), counts.tolist(), strict=True):
            high = count / most * frame.rect.height() * _BARS_SHARE
            left = frame.x(t) + (per_minute - wide) / 2
            painter.fillRect(QRectF(left, frame.rect.bottom() - high, wide, high), painter.brush())

    def _clicked(self, t_ms: float) -> None:
        blocks = spans_at(self.spans, t_ms, self._end_ms())
        if blocks and blocks[-1].item_id:
            self.block_clicked.emit(blocks[-1].item_id)

    def _on_pointed(self, x: float, y: float) -> None:
        super()._on_pointed(x, y)
        frame = self.plot.frame_shown
        over = frame is not None and self._pointer_x is not None
        block = bool(over and frame is not None and spans_at(self.spans, frame.t(x), self._end_ms()))
        shape = Qt.CursorShape.PointingHandCursor if block else Qt.CursorShape.ArrowCursor
        self.plot.viewport().setCursor(shape)

    def _read(self, t_ms: float) -> Reading | None:
        reading = super()._read(t_ms)
        if reading is None:
            blocks = on_air_label(self.spans, t_ms, self._end_ms())
            lines = ((self.clock(t_ms, seconds=True), self.colours.text), (blocks, self.colours.muted))
            reading = Reading(round(t_ms), (), lines)
        orders = self.orders_at(reading.t_ms)
        if orders == 1:
            text = self.tr("1 order in this minute")
        else:
            text = self.tr("{count} orders in this minute").format(count=self.count(orders))
        first, *rest = reading.lines
        return Reading(reading.t_ms, reading.points, (first, (text, self.colours.orders), *rest))

    def _cursor_times(self) -> Times:
        times = super()._cursor_times()
        return times if len(times) else self.orders.times

    def orders_at(self, t_ms: int) -> int:
        """The orders of the minute of a moment."""
        start = t_ms // MINUTE_MS * MINUTE_MS
        _, counts = self.orders.between(start, start + 1)
        return int(counts[0]) if len(counts) else 0

    def _minutes(self) -> list[Minute]:
        extent = self._extent()
        return [] if extent is None else minutes_of(self.viewers, extent)

    def _table(self) -> tuple[Row, list[Row], frozenset[int]]:
        headers, rows, _ = super()._table()
        headers = (*headers[:3], self.tr("Orders"), *headers[3:])
        orders = [self.count(self.orders_at(minute.start_ms)) for minute in self._minutes()]
        with_orders = [(*row[:3], count, *row[3:]) for row, count in zip(rows, orders, strict=True)]
        return headers, with_orders, frozenset((0, len(headers) - 2, len(headers) - 1))

    def _describe(self) -> str:
        parts = [self.tr("{count} orders.").format(count=self.count(float(np.sum(self.orders.values))))]
        parts += [super()._describe()] if self.viewers.latest() is not None else []
        return " ".join((*parts, self.tr("Enter at the cursor opens the block.")))

    def _caption(self) -> tuple[str, str]:
        parts: list[str] = []
        if not self.window_of_time.at_home:
            start, end = self.window_of_time.shown()
            parts.append(f"{self.clock(start)}–{self.clock(end)}")
        if len(self.orders):
            parts.append(self.tr("bars = orders a minute"))
        if self.spans:
            parts.append(self.tr("click a block to see its chat"))
        return " · ".join(parts), "muted"

    def _empty_text(self) -> tuple[str, str]:
        return (
            self.tr("No figures were recorded"),
            self.tr("Neither viewers nor orders reached the studio during this show."),
        )
