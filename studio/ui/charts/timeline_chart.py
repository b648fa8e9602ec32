"""The whole show at a glance, for the review: viewers, orders or revenue a minute, what was on air, and what went wrong."""

import datetime as dt
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.charts import overlay
from studio.ui.charts.colours import ChartColours
from studio.ui.charts.frame import Frame, Reading, Word
from studio.ui.charts.marks import Marker, on_air_label, spans_at
from studio.ui.charts.minutes import MINUTE_MS, Minute, minutes_of
from studio.ui.charts.per_minute import at_minute, minute_sums, paint_bars, paint_dots
from studio.ui.charts.series import Times, TimeSeries
from studio.ui.charts.table import Row
from studio.ui.charts.viewers_chart import ViewersChart


class TimelineChart(ViewersChart):
    """A show that is over: its viewers, a bar for each minute's orders or revenue, blocks with their names, promo codes,
    alerts, and a dot for each minute in which something was asked.
    """

    block_clicked = Signal(str, object)
    """The `item_id` and the start (UTC ms) of the block that was clicked, or chosen with Enter at the cursor."""
    bars_changed = Signal(bool)
    """Whether the bars are revenue."""

    def __init__(
        self,
        colours: ChartColours | None = None,
        *,
        where: str | int | dt.tzinfo = "UTC",
        title: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.orders = TimeSeries()
        self.revenue = TimeSeries()
        self.questions = TimeSeries()
        self.alerts: list[Marker] = []
        self.revenue_shown = False
        self.chosen_ms: int | None = None
        self._money: Callable[[float], str] = self.count
        super().__init__(
            colours, where=where, title=title, home_span_ms=None, stale_after_ms=None, parent=parent
        )
        if not title:
            self.set_title(self.tr("Viewers, orders and what was on air"))
        self.right_room = 12
        self._switch = self._heading.add_switch(
            self.tr("Revenue"), self.tr("Bars show revenue instead of orders (B)")
        )
        self._switch.clicked.connect(self.show_revenue)
        self._switch.hide()

    def set_orders(self, minutes: Sequence[tuple[int, int]]) -> None:
        """Orders by minute: (any UTC ms of the minute, count). Minutes not named had none; several of one add up."""
        self.orders = minute_sums(minutes)
        self._touch()

    def set_revenue(self, minutes: Sequence[tuple[int, float]], money: Callable[[float], str]) -> None:
        """Revenue by minute, as `set_orders`; `money` writes a sum of it."""
        self.revenue, self._money = minute_sums(minutes), money
        self._switch.setVisible(len(self.revenue) > 0)
        self._touch()

    def set_questions(self, times_ms: Sequence[int]) -> None:
        """When each question was first asked (UTC ms)."""
        self.questions = minute_sums((at, 1) for at in times_ms)
        self._touch()

    def set_alerts(self, alerts: Sequence[Marker]) -> None:
        """What went wrong, and when."""
        self.alerts = sorted(alerts, key=lambda a: a.at_ms)
        self._touch()

    def show_revenue(self, shown: bool) -> None:
        """Bars of revenue, or of orders."""
        self._switch.setChecked(shown)
        if shown != self.revenue_shown:
            self.revenue_shown = shown
            self.bars_changed.emit(shown)
            self._touch()

    def set_chosen(self, start_ms: int | None) -> None:
        """Frame the block that begins there (UTC ms), or none."""
        self.chosen_ms = start_ms
        self._touch()

    def point_at(self, at_ms: int) -> None:
        """Read the chart at a moment (UTC ms), and bring it into view."""
        self._pointer_x = None
        self._cursor_ms = float(at_ms)
        self.window_of_time.show_moment(at_ms)
        self._touch()

    @property
    def bars(self) -> TimeSeries:
        """What the bars show."""
        return self.revenue if self.revenue_shown else self.orders

    def _extent(self) -> tuple[int, int] | None:
        """Everything: samples, blocks, orders and alerts, whichever begins first and ends last."""
        times: list[int] = []
        for series in (self.viewers, self.orders):
            if series.first_ms is not None and series.last_ms is not None:
                times += [series.first_ms, series.last_ms + (MINUTE_MS if series is self.orders else 0)]
        for span in self.spans:
            times += [span.start_ms, *(() if span.end_ms is None else (span.end_ms,))]
        times += [alert.at_ms for alert in self.alerts]
        # A show which nothing reached is drawn for what went wrong in it.
        if not times or not (self.viewers.latest() is not None or len(self.orders) or self.alerts):
            return None
        return min(times), max(times)

    def _end_ms(self) -> int:
        extent = self._extent()
        return self.now_ms if extent is None else extent[1]

    def _rows_below(self) -> int:
        return sum(map(bool, (self.spans, self.markers, self.alerts, len(self.questions))))

    def _marker_top(self, frame: Frame) -> float:
        return frame.rect.bottom() + 3 + (frame.row if self.spans else 0)

    def _alert_top(self, frame: Frame) -> float:
        return self._marker_top(frame) + (frame.row if self.markers else 0)

    def _arrange(self, frame: Frame) -> list[Word]:
        words = super()._arrange(frame)
        if self.alerts:
            words += overlay.marker_words(frame, self.alerts, self._alert_top(frame), self.colours.warning)
        return words

    def _span_words(self, frame: Frame) -> list[Word]:
        top = frame.rect.bottom() + 3
        return overlay.span_words(frame, self.spans, self._end_ms(), top, self.colours, spill=True)

    def _ends(self, frame: Frame) -> list[tuple[float, str, str]]:  # noqa: ARG002
        return []

    def _paint_under(self, painter: QPainter, frame: Frame) -> None:
        overlay.paint_spans(painter, frame, self.spans, self._end_ms(), self.colours)
        paint_bars(painter, frame, self.bars, self.colours.orders)

    def _paint_over(self, painter: QPainter, frame: Frame) -> None:
        super()._paint_over(painter, frame)
        if self.alerts:
            overlay.paint_markers(painter, frame, self.alerts, self._alert_top(frame), self.colours.warning)
        if len(self.questions):
            top = self._alert_top(frame) + (frame.row if self.alerts else 0)
            paint_dots(painter, frame, self.questions, top, self.colours)
        chosen = [span for span in self.spans if span.start_ms == self.chosen_ms]
        for span in chosen:
            rect: QRectF = overlay.span_rect(frame, span, self._end_ms())
            if rect.width() > 0:
                painter.setPen(QPen(QColor(self.colours.viewers), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(rect.adjusted(0, 0, -1, -1))

    def _clicked(self, t_ms: float) -> None:
        blocks = spans_at(self.spans, t_ms, self._end_ms())
        if blocks and blocks[-1].item_id:
            self.block_clicked.emit(blocks[-1].item_id, blocks[-1].start_ms)

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
        first, *rest = reading.lines
        return Reading(reading.t_ms, reading.points, (first, *self._counted(reading.t_ms), *rest))

    def _counted(self, t_ms: int) -> list[tuple[str, str]]:
        """What the minute of a moment came to, and what went wrong near it."""
        orders, asked = self.orders_at(t_ms), round(at_minute(self.questions, t_ms))
        text = self.tr("{count} orders in this minute").format(count=self.count(orders))
        lines = [(self.tr("1 order in this minute") if orders == 1 else text, self.colours.orders)]
        if len(self.revenue):
            money = self._money(at_minute(self.revenue, t_ms))
            lines.append((self.tr("{money} in this minute").format(money=money), self.colours.orders))
        if asked:
            text = self.tr("{count} questions").format(count=self.count(asked))
            lines.append((self.tr("1 question") if asked == 1 else text, self.colours.lines[0]))
        start, end = self.window_of_time.shown()
        near = [a.label for a in self.alerts if abs(a.at_ms - t_ms) <= (end - start) / 120]
        return lines + [(f"⚠ {label}", self.colours.warning) for label in near]

    def _cursor_times(self) -> Times:
        times = super()._cursor_times()
        return times if len(times) else self.orders.times

    def orders_at(self, t_ms: int) -> int:
        """The orders of the minute of a moment."""
        return round(at_minute(self.orders, t_ms))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of every chart, and B: orders or revenue."""
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and event.key() == Qt.Key.Key_B and len(self.revenue):
            self.show_revenue(not self.revenue_shown)
        else:
            super().keyPressEvent(event)

    def _minutes(self) -> list[Minute]:
        extent = self._extent()
        return [] if extent is None else minutes_of(self.viewers, extent)

    def _table(self) -> tuple[Row, list[Row], frozenset[int]]:
        headers, rows, _ = super()._table()
        minutes = self._minutes()
        counted = [(self.tr("Orders"), [self.count(self.orders_at(m.start_ms)) for m in minutes])]
        if len(self.revenue):
            sums = [self._money(at_minute(self.revenue, m.start_ms)) for m in minutes]
            counted.append((self.tr("Revenue"), sums))
        if len(self.questions):
            asked = [self.count(at_minute(self.questions, m.start_ms)) for m in minutes]
            counted.append((self.tr("Questions"), asked))
        alerts = [self._alerts_of(m.start_ms) for m in minutes] if self.alerts else []
        found: list[Row] = []
        for n, row in enumerate(rows):
            cells = (*row[:3], *(column[n] for _, column in counted), *row[3:])
            found.append((*cells, alerts[n]) if self.alerts else cells)
        headers = (*headers[:3], *(name for name, _ in counted), *headers[3:])
        texts = {0, len(headers) - 2, len(headers) - 1}
        if self.alerts:
            headers = (*headers, self.tr("Alerts"))
            texts.add(len(headers) - 1)
        return headers, found, frozenset(texts)

    def _alerts_of(self, start_ms: int) -> str:
        return ", ".join(a.label for a in self.alerts if start_ms <= a.at_ms < start_ms + MINUTE_MS)

    def _describe(self) -> str:
        parts = [self.tr("{count} orders.").format(count=self.count(float(np.sum(self.orders.values))))]
        parts += [super()._describe()] if self.viewers.latest() is not None else []
        if self.alerts:
            parts.append(self.tr("{count} alerts.").format(count=self.count(len(self.alerts))))
        return " ".join((*parts, self.tr("Enter at the cursor opens the block.")))

    def _caption(self) -> tuple[str, str]:
        parts: list[str] = []
        if not self.window_of_time.at_home:
            start, end = self.window_of_time.shown()
            parts.append(f"{self.clock(start)}–{self.clock(end)}")
        if len(self.bars):
            revenue, orders = self.tr("bars = revenue a minute"), self.tr("bars = orders a minute")
            parts.append(revenue if self.revenue_shown else orders)
        if self.spans:
            parts.append(self.tr("click a block to see its chat"))
        return " · ".join(parts), "muted"

    def _empty_text(self) -> tuple[str, str]:
        return (
            self.tr("No figures were recorded"),
            self.tr("Neither viewers nor orders reached the studio during this show."),
        )
