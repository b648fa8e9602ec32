"""What all charts have in common: following the clock, zoom, pan, cursor, keys, table, and one repaint a turn."""

import datetime as dt
from typing import Final

import numpy as np
from PySide6.QtCore import QElapsedTimer, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPen,
    QShowEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.ui.charts.colours import ChartColours, colours_or_default
from studio.ui.charts.content import ChartContent
from studio.ui.charts.frame import Frame, Reading, Word, without_overlaps
from studio.ui.charts.heading import ChartHeading
from studio.ui.charts.keys import ChartKey, chart_key
from studio.ui.charts.overlay import paint_reading
from studio.ui.charts.pages import ChartPages
from studio.ui.charts.ticks import clock, zone
from studio.ui.charts.window import TimeWindow, next_stop
from studio.ui.theme import SPACE_S, TEXT_CAPTION, Theme

TURN_MS: Final = 33
"""The shortest time between two repaints while somebody moves the chart."""
DATA_TURN_MS: Final = 2_000
"""The shortest time between two repaints for new figures alone."""
BEHIND_MS: Final = 60
_ZOOM_STEP: Final = 0.8
_CURSOR_STEPS: Final = 60
END_LABELS_PX: Final = 100
"""The room right of the plot for the labels of the lines; the same in charts that stand above each other."""


class TimeChart(ChartContent):
    """A chart over time: heading, plot or table, and an empty state. Meant to be subclassed by each chart.

    Whatever is set is drawn together at the next turn: `TURN_MS`, `DATA_TURN_MS`; `flush` draws at once.
    All times are UTC ms; the axis shows them in the show's time zone.
    """

    window_changed = Signal(object, object, bool)
    """The view moved: start and end (UTC ms), and whether it is the live (or whole) view. Qt's int is too short for ms."""
    table_toggled = Signal(bool)

    def __init__(
        self,
        title: str,
        colours: ChartColours | None = None,
        *,
        where: str | int | dt.tzinfo = "UTC",
        home_span_ms: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.colours = colours_or_default(colours)
        self.where = zone(where)
        self.window_of_time = TimeWindow(home_span_ms)
        self.now_ms = 0
        self._drawn_now_ms = 0
        self.right_room = 0
        self.row_below = 0.0
        self.words: list[Word] = []
        self.reading: Reading | None = None
        self._scale = 1.0
        self._cursor_ms: float | None = None
        self._pointer_x: float | None = None
        self._table_shown = False
        self._all_dirty = True
        self._shown_window: tuple[int, int, bool] | None = None
        self._since_turn = QElapsedTimer()
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._on_turn)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self._theme: Theme | None = None
        self._pages = ChartPages(self.where)
        self.plot = self._pages.plot
        self.table_model = self._pages.table_model
        whole = home_span_ms is None
        self._heading = ChartHeading(
            title,
            self.tr("Whole show") if whole else self.tr("Live"),
            self.tr("See the whole show (Home)") if whole else self.tr("Follow the show again (Home)"),
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_S // 2)
        layout.addWidget(self._heading)
        layout.addWidget(self._pages, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 110)
        self._connect()
        self.dress(self.colours)

    # What the rest of the studio calls.

    def set_now(self, now_ms: int) -> None:
        """The show's time (UTC ms): a live view follows it, what is on air reaches to it."""
        self.now_ms = now_ms
        frame = self.plot.frame_shown
        pixel_ms = 0 if frame is None else (frame.end_ms - frame.start_ms) / frame.width
        # A second is a fraction of a pixel: most of them change nothing that could be seen.
        if abs(now_ms - self._drawn_now_ms) >= pixel_ms or self._caption()[0] != self.caption:
            self._touch(DATA_TURN_MS)

    def set_time_zone(self, where: str | int | dt.tzinfo) -> None:
        """Show local times of a zone: IANA name, minutes east of UTC, or tzinfo. ValueError if there is no such."""
        self.where = self.plot.time_axis.where = zone(where)
        self.plot.time_axis.picture = None
        self._touch()

    def dress(self, colours: ChartColours, scale: float = 1.0) -> None:
        """Change colours and size of texts (1.0 = 11 px labels)."""
        self.colours = colours
        self._scale = scale
        self.plot.dress(colours, self._small_font(), scale)
        self._touch()

    def follow_theme(self, theme: Theme) -> None:
        """Take colours and scale from the theme, now and after every switch."""
        self._theme = theme
        theme.changed.connect(self._redress)
        self._redress()

    def set_title(self, title: str) -> None:
        """Name the chart: its heading and its accessible name."""
        self._heading.set_title(title)
        self.setAccessibleName(title)

    def set_heading_visible(self, visible: bool) -> None:
        """Show or hide the heading row, for a panel that has one of its own."""
        self._heading.setVisible(visible)

    def go_home(self) -> None:
        """Back to the live view (or the whole show)."""
        self.window_of_time.go_home()
        self._touch()

    def zoom(self, factor: float, about_ms: float | None = None) -> None:
        """Show `factor` times as much time (below 1: closer), around a moment or the middle."""
        self.window_of_time.zoom(factor, about_ms)
        self._touch()

    def show_table(self, shown: bool) -> None:
        """Show the table instead of the plot, or the plot again."""
        self._heading.table_button.setChecked(shown)
        if shown == self._table_shown:
            return
        self._table_shown = shown
        view = self._pages.table_view
        had_focus = self.hasFocus() or (view is not None and view.hasFocus())
        self.flush()
        if had_focus:
            (self._pages.table_view or self if shown else self).setFocus()
        self.table_toggled.emit(shown)

    @property
    def caption(self) -> str:
        """What stands right of the heading: what the view shows, or that it is out of date."""
        return self._heading.caption

    @property
    def table_shown(self) -> bool:
        """Whether the table is chosen."""
        return self._table_shown

    def flush(self) -> None:
        """Draw everything now instead of at the next turn."""
        self._turn.stop()
        self._since_turn.start()
        self._drawn_now_ms = self.now_ms
        self._all_dirty = False
        extent = self._extent()
        if extent is None:
            self._pages.show_empty(*self._empty_text())
        else:
            self.window_of_time.set_extent(*extent)
            if self.table_shown:
                self._pages.show_table(self.accessibleName(), *self._table())
            else:
                self._pages.show_plot()
                self._draw_plot()
        self._tell(empty=extent is None)

    def clock(self, t_ms: float, *, seconds: bool = False) -> str:
        """The show's local time of a moment."""
        return clock(t_ms, self.where, seconds=seconds)

    # Drawing.

    def _small_font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(max(1, round(TEXT_CAPTION * self._scale)))
        return font

    def _touch(self, turn_ms: int = TURN_MS) -> None:
        """Draw everything at the next turn."""
        self._all_dirty = True
        self._touch_cursor(turn_ms)

    def _touch_cursor(self, turn_ms: int = TURN_MS) -> None:
        """Draw the cursor at the next turn. New figures are drawn behind what a key press changes in the same moment:
        its frame has no time for them.
        """
        wait = max(0, turn_ms - self._since_turn.elapsed()) if self._since_turn.isValid() else 0
        if turn_ms == DATA_TURN_MS:
            wait = max(wait, BEHIND_MS)
        if not self._turn.isActive() or self._turn.remainingTime() > wait:
            self._turn.start(wait)

    def _on_turn(self) -> None:
        if not self.isVisible():
            return
        if self._all_dirty:
            self.flush()
        else:
            self._since_turn.start()
            self._place_cursor()
            self.plot.viewport().update()

    def _draw_plot(self) -> None:
        start, end = self.window_of_time.shown()
        font = self._small_font()
        row = QFontMetricsF(font).height()
        self.row_below = row * self._rows_below() + (3 if self._rows_below() else 0)
        self.plot.set_room(right=self.right_room * self._scale, below=self.row_below, scale=self._scale)
        frame = self.plot.place(start, end, max(1.0, self._highest(start, end)), font, self._scale)
        self._draw(frame)
        self.words = without_overlaps(self._arrange(frame))
        self._place_cursor()
        self.plot.viewport().update()
        shown = (start, end, self.window_of_time.at_home)
        if shown != self._shown_window:
            self._shown_window = shown
            self.window_changed.emit(*shown)

    def _tell(self, *, empty: bool) -> None:
        """Bring heading and accessible description to what is shown."""
        text, tone = ("", "muted") if empty else self._caption()
        if self._table_shown and not empty and tone == "muted":
            text = self.tr("minute by minute")
        self._heading.set_caption(text, tone)
        self._heading.table_button.setVisible(not empty)
        window = self.window_of_time
        away = not (window.at_home and window.zoomed_home_ms is None)
        self._heading.home_button.setVisible(not empty and not self.table_shown and away)
        description = " ".join(self._empty_text()) if empty else self._describe()
        if description != self.accessibleDescription():
            self.setAccessibleDescription(description)

    def _paint_everything_over(self, painter: QPainter, frame: Frame) -> None:
        self._paint_over(painter, frame)
        for word in self.words:
            frame.draw(painter, word)
        if self.reading is not None and frame.shows(self.reading.t_ms):
            paint_reading(painter, frame, self.reading, self.colours)
        if self.hasFocus():
            painter.setPen(QPen(QColor(self.colours.viewers), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.plot.viewport().rect().adjusted(0, 0, -1, -1))

    # The cursor, by pointer and by key.

    def _place_cursor(self) -> None:
        frame = self.plot.frame_shown
        if frame is not None and self._pointer_x is not None:
            self._cursor_ms = frame.t(self._pointer_x)
        self.reading = None if self._cursor_ms is None else self._read(self._cursor_ms)

    def clear_cursor(self) -> None:
        """Read nothing any more."""
        self._cursor_ms = self._pointer_x = None
        self._touch_cursor()

    def _move_cursor(self, by: int, *, one_sample: bool) -> None:
        """Move the cursor by a 60th of the view, or by one sample, to a sample."""
        times = self._cursor_times()
        if not len(times):
            return
        start, end = self.window_of_time.shown()
        at = self.reading.t_ms if self.reading is not None else self._cursor_ms
        self._pointer_x = None
        if at is None or not start <= at <= end:
            index = int(np.searchsorted(times, end, "right")) - 1
            self._cursor_ms = float(times[max(index, 0)])
        else:
            self._cursor_ms = float(
                next_stop(times, at, by, 0 if one_sample else (end - start) / _CURSOR_STEPS)
            )
        self.window_of_time.show_moment(self._cursor_ms)
        self.flush()
        if self.reading is not None and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.reading.text))

    def event(self, event: QEvent) -> bool:
        """Our keys come before the shortcuts of the window while the chart has the focus."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            key = chart_key(event)
            if key is not None and (key is not ChartKey.LEAVE or self._cursor_ms is not None):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left/Right read, with Ctrl sample by sample, with Shift move; + - zoom, Home, T table, Esc."""
        key = chart_key(event)
        start, end = self.window_of_time.shown()
        if key in (ChartKey.BACK, ChartKey.BACK_ONE):
            self._move_cursor(-1, one_sample=key is ChartKey.BACK_ONE)
        elif key in (ChartKey.FORWARD, ChartKey.FORWARD_ONE):
            self._move_cursor(1, one_sample=key is ChartKey.FORWARD_ONE)
        elif key in (ChartKey.EARLIER, ChartKey.LATER):
            self.window_of_time.pan((end - start) / (-4 if key is ChartKey.EARLIER else 4))
        elif key in (ChartKey.CLOSER, ChartKey.WIDER):
            self.zoom(_ZOOM_STEP if key is ChartKey.CLOSER else 1 / _ZOOM_STEP, self._cursor_ms)
        elif key is ChartKey.HOME:
            self.go_home()
        elif key is ChartKey.TABLE:
            self.show_table(not self.table_shown)
        elif key is ChartKey.CHOOSE and self._cursor_ms is not None:
            self._clicked(self._cursor_ms)
        elif key is ChartKey.LEAVE and self._cursor_ms is not None:
            self.clear_cursor()
        else:
            super().keyPressEvent(event)
            return
        self._touch()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The focus is drawn round the plot."""
        super().focusInEvent(event)
        self._touch_cursor()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring round the plot goes."""
        super().focusOutEvent(event)
        self._touch_cursor()

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while the chart was hidden is drawn now."""
        super().showEvent(event)
        self._touch()

    def _on_pointed(self, x: float, _y: float) -> None:
        frame = self.plot.frame_shown
        inside = frame is not None and frame.rect.left() <= x <= frame.rect.right()
        self._pointer_x = x if inside else None
        if not inside:
            self._cursor_ms = None
        self._touch_cursor()

    def _on_dragged(self, dx: float) -> None:
        frame = self.plot.frame_shown
        if frame is not None:
            start, end = self.window_of_time.shown()
            self._pointer_x = self._cursor_ms = None
            self.window_of_time.pan(-dx * (end - start) / max(1.0, frame.rect.width()))
            self._touch()

    def _on_clicked(self, x: float, _y: float) -> None:
        if self.plot.frame_shown is not None:
            self._clicked(self.plot.frame_shown.t(x))

    def _on_wheeled(self, steps: float, x: float) -> None:
        if self.plot.frame_shown is not None:
            self.zoom(_ZOOM_STEP**steps, self.plot.frame_shown.t(x))

    def _on_sideways(self, steps: float) -> None:
        start, end = self.window_of_time.shown()
        self.window_of_time.pan(steps * (end - start) / 10)
        self._touch()

    def _redress(self) -> None:
        if self._theme is not None:
            self.dress(ChartColours.from_tokens(self._theme.tokens), self._theme.scale)

    def _connect(self) -> None:
        self._heading.home_asked.connect(self.go_home)
        self._heading.table_asked.connect(self.show_table)
        self._pages.table_left.connect(lambda: self.show_table(False))
        plot = self.plot
        plot.paint_under = self._paint_under
        plot.paint_over = self._paint_everything_over
        plot.resized.connect(self._touch)
        plot.pointed.connect(self._on_pointed)
        plot.pointer_left.connect(self.clear_cursor)
        plot.dragged.connect(self._on_dragged)
        plot.clicked.connect(self._on_clicked)
        plot.wheeled.connect(self._on_wheeled)
        plot.wheeled_sideways.connect(self._on_sideways)
