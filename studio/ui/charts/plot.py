"""The plot: pyqtgraph's view and curves, with what we paint under and over them."""

import datetime as dt
from collections.abc import Callable
from typing import cast

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QMouseEvent, QPainter, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from studio.ui.charts.axes import CountAxis, TimeAxis
from studio.ui.charts.colours import ChartColours
from studio.ui.charts.decimate import Line
from studio.ui.charts.frame import Frame

Painting = Callable[[QPainter, Frame], None]
_LEFT_PX = 46
_TICKS_PX = 20
_TOP_PX = 6
_CLICK_SLOP_PX = 4


class PlotArea(pg.PlotWidget):
    """Lines over time. It reports what the mouse does and decides nothing: the chart moves the view.

    x is in seconds since 1970 (UTC), y in the unit of the lines. `paint_under` and `paint_over` are called with
    every repaint. Positions in signals are pixels of the widget.
    """

    pointed = Signal(float, float)
    pointer_left = Signal()
    clicked = Signal(float, float)
    dragged = Signal(float)
    wheeled = Signal(float, float)
    wheeled_sideways = Signal(float)
    resized = Signal()

    def __init__(self, where: dt.tzinfo, parent: QWidget | None = None) -> None:
        self.time_axis = TimeAxis(where)
        self.count_axis = CountAxis()
        self._item = pg.PlotItem(
            axisItems={"bottom": self.time_axis, "left": self.count_axis}, enableMenu=False
        )
        super().__init__(parent, plotItem=self._item)
        # pyqtgraph caches the background; ours moves with the view.
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # pyqtgraph keeps its layout under the name of the method which returns it.
        self._layout = cast("QGraphicsGridLayout", self._item.layout)
        self._item.hideButtons()
        for side in ("left", "bottom", "right", "top"):
            # Each axis, seen or not, would make a text document of its label with every figure that comes.
            self._item.getAxis(side).enableAutoSIPrefix(False)
        self._box: pg.ViewBox = self._item.getViewBox()
        self._box.setMouseEnabled(x=False, y=False)
        self.count_axis.setZValue(-1000)  # its lines run behind ours
        self._box.disableAutoRange()
        self._curves: dict[str, pg.PlotCurveItem] = {}
        self._looks: dict[str, tuple[str, int, bool]] = {}
        self._dots: dict[str, tuple[Line, str]] = {}
        # The surface is painted whole: what lies under the plot need not be painted first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._pressed_at: QPointF | None = None
        self._dragging = False
        self.frame_shown: Frame | None = None
        self.paint_under: Painting | None = None
        self.paint_over: Painting | None = None

    def write_counts(self, point: str) -> None:
        """Write the counts beside the plot with this decimal point."""
        if self.count_axis.point != point:
            self.count_axis.point = point
            self.count_axis.picture = None
            self.count_axis.update()

    def dress(self, colours: ChartColours, font: QFont, scale: float) -> None:
        """Colours and the font of the axes."""
        self.setBackgroundBrush(QColor(colours.surface))
        for axis in (self.time_axis, self.count_axis):
            axis.setTickFont(font)
            axis.setTextPen(pg.mkPen(colours.muted))
            axis.setPen(pg.mkPen(colours.line))
            axis.setTickPen(pg.mkPen(colours.line))
        self.count_axis.setGrid(255)
        self.count_axis.setWidth(round(_LEFT_PX * scale))

    def set_room(self, *, right: float, below: float, scale: float) -> None:
        """Pixels kept free at the right of the plot, and between the plot and the times below it."""
        self._layout.setContentsMargins(0, round(_TOP_PX * scale), round(right), 0)
        self.time_axis.setHeight(round(_TICKS_PX * scale + below))
        self.time_axis.setStyle(tickTextOffset=round(4 * scale + below))

    def place(self, start_ms: int, end_ms: int, highest: float, font: QFont, scale: float) -> Frame:
        """Show this stretch of time, 0 to `highest`; the frame says where everything lies now."""
        self._box.setRange(
            xRange=(start_ms / 1000, end_ms / 1000), yRange=(0, highest), padding=0, disableAutoRange=False
        )
        self._layout.activate()
        rect = self._box.mapRectToScene(self._box.boundingRect())
        self.frame_shown = Frame(rect, start_ms, end_ms, highest, font, scale)
        return self.frame_shown

    def set_line(self, key: str, line: Line, colour: str, *, width: int = 1, dashed: bool = False) -> None:
        """Draw a line, in place of the one of the same key. Single points become dots.

        A line of width 2 is drawn as segments of its own: as one path it would cost a hundred times as much.
        """
        curve = self._curves.get(key)
        if curve is None:
            curve = pg.PlotCurveItem(antialias=True, skipFiniteCheck=True)
            self._box.addItem(curve, ignoreBounds=True)
            self._curves[key] = curve
        if self._looks.get(key) != (colour, width, dashed):
            self._looks[key] = (colour, width, dashed)
            style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
            curve.setPen(pg.mkPen(colour, width=width, style=style))
            curve.setSegmentedLineMode("on" if width > 1 and not dashed else "off")
        unbroken = len(line) > 1 and bool(np.all(line.joined[:-1]))
        curve.setData(line.times / 1000.0, line.values, connect="all" if unbroken else line.joined)
        lonely = line.lonely()
        if not unbroken and bool(np.any(lonely)):
            none = np.zeros(int(lonely.sum()), np.bool_)
            self._dots[key] = (Line(line.times[lonely], line.values[lonely], none), colour)
        else:
            self._dots.pop(key, None)

    def drop_lines_except(self, keys: set[str]) -> None:
        """Take away the lines that are not among `keys`."""
        for key in [key for key in self._curves if key not in keys]:
            self._box.removeItem(self._curves.pop(key))
            self._looks.pop(key, None)
            self._dots.pop(key, None)

    def line_keys(self) -> set[str]:
        """The keys of the lines that are there."""
        return set(self._curves)

    def line_colour(self, key: str) -> str:
        """The colour a line is drawn in, `#rrggbb`. KeyError where there is no such line."""
        return self._looks[key][0]

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The surface, then what lies behind the lines."""
        super().drawBackground(painter, rect)
        if self.paint_under is not None and self.frame_shown is not None:
            painter.save()
            self.paint_under(painter, self.frame_shown)
            painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Single points, then what lies over the lines."""
        super().drawForeground(painter, rect)
        if (frame := self.frame_shown) is None:
            return
        painter.save()
        for line, colour in self._dots.values():
            painter.setPen(QPen(QColor(colour), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(
                [
                    QPointF(frame.x(t), frame.y(v))
                    for t, v in zip(line.times.tolist(), line.values.tolist(), strict=True)
                    if frame.shows(t)
                ]
            )
        if self.paint_over is not None:
            self.paint_over(painter, frame)
        painter.restore()

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        """Tells the chart, which has other columns to draw now."""
        super().resizeEvent(ev)
        self.resized.emit()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        """Up and down zooms at the pointer; sideways (or with Shift) moves along."""
        turn = ev.angleDelta()
        if abs(turn.x()) > abs(turn.y()):
            self.wheeled_sideways.emit(-turn.x() / 120)
        elif ev.modifiers() & Qt.KeyboardModifier.ShiftModifier and turn.y():
            self.wheeled_sideways.emit(-turn.y() / 120)
        elif turn.y():
            self.wheeled.emit(turn.y() / 120, ev.position().x())
        ev.accept()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        """The left button may become a click or a drag."""
        if ev.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = ev.position()
            self._dragging = False
        # The chart behind takes the focus that a press gives.
        ev.ignore()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        """Pointing reads values; with the button down it drags."""
        at = ev.position()
        if self._pressed_at is None:
            self.pointed.emit(at.x(), at.y())
        elif self._dragging or abs(at.x() - self._pressed_at.x()) >= _CLICK_SLOP_PX:
            self._dragging = True
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(at.x() - self._pressed_at.x())
            self._pressed_at = at
        ev.accept()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        """Ends a drag, or is a click."""
        if ev.button() == Qt.MouseButton.LeftButton and self._pressed_at is not None:
            was_click = not self._dragging
            self._pressed_at = None
            self._dragging = False
            self.viewport().unsetCursor()
            if was_click:
                self.clicked.emit(ev.position().x(), ev.position().y())
        ev.accept()

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        """The second press of a double click is a press like any other."""
        self.mousePressEvent(ev)

    def leaveEvent(self, ev: QEvent) -> None:
        """The pointer went away: nothing is read any more."""
        self.pointer_left.emit()
        ev.accept()
