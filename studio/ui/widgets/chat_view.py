"""The chat: painted by hand, because it has to take ten thousand messages a second and stay still under the hand."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QMenu, QPushButton, QToolTip, QWidget

from studio.ui.theme import Theme
from studio.ui.widgets.chat_lines import ChatLine, ChatLog, ChatSource, LineLayouts
from studio.ui.widgets.chat_scroll import ChatScroll
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text

_READ_OUT: Final = 200
_KEYS_OF_A_SELECTION: Final = {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End}


class ChatView(QAbstractScrollArea):
    """Shows a `ChatSource`, newest at the bottom, and lays out only what is seen.

    It follows the newest line, but nothing moves while the pointer is over it or a line is selected: then it counts
    what it holds back (`held_back_changed`, and a button `12 new`). `selected` carries the id of the selected line
    or an empty string, `activated` that of a double-clicked line or one with Return pressed. Page keys belong to the
    chat only while a line is selected, because presenters' clickers send them.
    """

    selected = Signal(str)
    activated = Signal(str)
    held_back_changed = Signal(int)

    def __init__(
        self, theme: Theme, source: ChatSource | None = None, parent: QWidget | None = None, *,
        time_text: Callable[[int], str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._theme = theme
        self._source: ChatSource = source if source is not None else ChatLog()
        self._layouts = LineLayouts(theme, time_text)
        self._scroll = ChatScroll(lambda index: self._layouts.height(self._source.row(index)))
        self._hovered = False
        self._setting_bar = False
        self._follow = True
        self._held_back = 0
        self._selected_id = ""
        self._selected_at = -1
        self._context_actions: list[QAction] = []
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        # It paints every pixel: what lies under it need not be painted first, fifteen times a second.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Chat"))
        self._jump = QPushButton(self)
        self._jump.setProperty("variant", "chip")
        self._jump.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._jump.setToolTip(self.tr("Go to the newest message (End)"))
        self._jump.clicked.connect(self.go_to_newest)
        self._jump.hide()
        self._reading = QTimer(self)
        self._reading.setSingleShot(True)
        self._reading.setInterval(1000)
        self._reading.timeout.connect(self._describe)
        self.verticalScrollBar().valueChanged.connect(self._bar_moved)
        theme.changed.connect(self._restyle)
        self.set_source(self._source)

    # What is shown

    def set_source(self, source: ChatSource) -> None:
        """Show another source from its newest line."""
        self._source = source
        self.clear_selection()
        self._follow = True
        self._scroll.reset(source.row_count())
        self._count_held_back(0)
        self._refresh()

    def append_batch(self, lines: Sequence[ChatLine]) -> None:
        """Add lines to a `ChatLog` source and show them; TypeError for a source that is filled elsewhere."""
        if not isinstance(self._source, ChatLog):
            raise TypeError("this source is filled elsewhere: call rows_appended after it has grown")
        dropped = self._source.append(lines, holding=not self._sticks)
        self.rows_appended(len(lines))
        if dropped:
            self.rows_dropped(dropped)

    def rows_appended(self, count: int) -> None:
        """The source has `count` more lines at its end."""
        # With nothing in sight there is nothing to hold still.
        first = self._scroll.end == 0
        self._scroll.grow(count, show=first or not self.is_held)
        if self._sticks or first:
            self._scroll.to_end()
        else:
            self._count_held_back(self._held_back + count)
        self._refresh()

    def rows_dropped(self, count: int) -> None:
        """The source has `count` fewer lines at its beginning."""
        self._scroll.drop(count)
        if self._selected_at >= 0:
            self._selected_at -= count
            if self._selected_at < 0:
                self.clear_selection()
        self._refresh()

    def rows_changed(self) -> None:
        """Lines changed in place or were loaded (hidden, answered, a page came from the store)."""
        self._refresh()

    # Holding still

    @property
    def is_held(self) -> bool:
        """Whether it holds still, because the pointer is over it or a line is selected."""
        return self._hovered or self._selected_at >= 0

    @property
    def held_back(self) -> int:
        """How many lines came since the newest one was last in sight."""
        return self._held_back

    def go_to_newest(self) -> None:
        """Show the newest line and follow again; a selection is given up."""
        self.clear_selection()
        self._follow = True
        self._scroll.show_all()
        self._scroll.to_end()
        self._count_held_back(0)
        self._refresh()

    @property
    def _sticks(self) -> bool:
        return self._follow and not self.is_held

    def _set_held(self, hovered: bool) -> None:
        before = self.is_held
        self._hovered = hovered
        self._after_hold(before)

    def _after_hold(self, before: bool) -> None:
        if before and not self.is_held:
            self._scroll.show_all()
            if self._follow:
                self._scroll.to_end()
                self._count_held_back(0)
            self._refresh()

    def _count_held_back(self, count: int) -> None:
        if count == self._held_back:
            return
        self._held_back = count
        self._jump.setText(self.tr("{n} new").format(n=f"{count:,}"))
        self._jump.setVisible(count > 0)
        self._place_jump()
        self.held_back_changed.emit(count)

    # Selection

    @property
    def selected_line(self) -> ChatLine | None:
        """The selected line, as the source has it now."""
        return self._source.row(self._selected_at) if self._selected_at >= 0 else None

    def clear_selection(self) -> bool:
        """Select nothing; says whether something was selected (a closer for the Esc ladder)."""
        if self._selected_at < 0:
            return False
        self._select(-1)
        return True

    def set_context_actions(self, actions: Sequence[QAction]) -> None:
        """The actions of the context menu; they act on the selected line, which is selected first."""
        self._context_actions = list(actions)

    def _select(self, index: int, *, reveal: bool = True) -> None:
        line = self._source.row(index) if index >= 0 else None
        before = self.is_held
        self._selected_at = index if line is not None else -1
        name = line.id if line is not None else ""
        changed, self._selected_id = name != self._selected_id, name
        if line is not None and reveal:
            self._scroll.reveal(index)
        if line is not None:
            self.setAccessibleDescription(_with_origin(line))
        self._refresh()
        if changed:
            self.selected.emit(name)
        self._after_hold(before)

    def _step(self, by: int) -> None:
        if self._scroll.end == 0:
            return
        if self._selected_at < 0:
            rows = self._scroll.rows()
            self._select(rows[-1].row if rows else self._scroll.end - 1)
        elif self._selected_at + by >= self._scroll.end and self._scroll.count > self._scroll.end:
            # Stepping down past what was held back is asking for it.
            self._scroll.show_all()
            self._select(min(self._selected_at + by, self._scroll.end - 1))
        else:
            self._select(min(max(0, self._selected_at + by), self._scroll.end - 1))

    # Events

    def event(self, event: QEvent) -> bool:  # noqa: D102
        mine = self._selected_at >= 0 and event.type() == QEvent.Type.ShortcutOverride
        if mine and isinstance(event, QKeyEvent) and event.key() in _KEYS_OF_A_SELECTION:
            event.accept()
            return True
        return super().event(event)

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.Enter:
            self._set_held(True)
        elif event.type() == QEvent.Type.Leave:
            self._set_held(False)
        elif isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._scroll.at(event.pos().y())
            line = self._source.row(at) if at >= 0 else None
            QToolTip.showText(event.globalPos(), tooltip_text(line.channel) if line else "", self.viewport())
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        page = max(1, len(self._scroll.rows()) - 1)
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._step(1 if key == Qt.Key.Key_Down else -1)
        elif key in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}:
            self._step(page if key == Qt.Key.Key_PageDown else -page)
        elif key == Qt.Key.Key_Home and self._scroll.end:
            self._select(0)
        elif key == Qt.Key.Key_End:
            self.go_to_newest()
        elif key == Qt.Key.Key_Menu:
            self._open_menu(self._menu_place())
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self._selected_id:
            self.activated.emit(self._selected_id)
        elif key != Qt.Key.Key_Escape or not self.clear_selection():
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton}:
            self._select(self._scroll.at(event.position().y()), reveal=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() == Qt.MouseButton.LeftButton and self._selected_id:
            self.activated.emit(self._selected_id)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        self._open_menu(self._menu_place() if by_key else event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: D102
        pixels = event.pixelDelta().y() or event.angleDelta().y() / 120 * 3 * self._layouts.line_height
        self._scroll.show_all()
        self._scroll.move(-pixels)
        self._user_scrolled()
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._layouts.set_width(self.viewport().width())
        self._scroll.set_height(self.viewport().height())
        self._place_jump()
        self._refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        super().focusOutEvent(event)
        self.viewport().update()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(320), self._theme.px(240))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self.viewport()) as painter:
            painter.fillRect(self.viewport().rect(), self._theme.colour("surface"))
            for seen in self._scroll.rows():
                line = self._source.row(seen.row)
                box = QRectF(0, seen.top, self.viewport().width(), seen.height)
                if line is not None:
                    self._layouts.paint(painter, line, box, selected=seen.row == self._selected_at)
            if self.hasFocus():
                painter.setPen(QPen(self._theme.colour("accent"), 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    # Inside

    def _refresh(self) -> None:
        bar = self.verticalScrollBar()
        self._setting_bar = True
        rows = self._scroll.rows()
        everything = bool(rows) and rows[0].row == 0 and rows[0].top >= 0 and self._scroll.at_end
        bar.setRange(0, 0 if everything else max(0, self._scroll.end - 1))
        bar.setPageStep(max(1, len(rows)))
        bar.setValue(self._scroll.bottom)
        self._setting_bar = False
        self.viewport().update()
        if QAccessible.isActive() and not self._reading.isActive():
            self._reading.start()

    def _bar_moved(self, value: int) -> None:
        if self._setting_bar:
            return
        self._scroll.show_all()
        self._scroll.go_to(value)
        self._user_scrolled()

    def _user_scrolled(self) -> None:
        self._scroll.rows()
        self._follow = self._scroll.at_end
        if self._follow:
            self._count_held_back(0)
        self._refresh()

    def _restyle(self) -> None:
        self._layouts.restyle()
        self._place_jump()
        self._refresh()

    def _place_jump(self) -> None:
        self._jump.adjustSize()
        spot = self.viewport().geometry()
        self._jump.move(
            spot.center().x() - self._jump.width() // 2,
            spot.bottom() - self._jump.height() - self._theme.px(8),
        )

    def _menu_place(self) -> QPoint:
        spot = next(
            (seen.top + seen.height for seen in self._scroll.rows() if seen.row == self._selected_at), 0.0
        )
        return self.viewport().mapToGlobal(QPoint(self._theme.px(34), round(spot)))

    def _open_menu(self, where: QPoint) -> None:
        if self._selected_at < 0:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._context_actions)
        if self._context_actions:
            menu.addSeparator()
        menu.addAction(self.tr("Copy")).triggered.connect(self._copy)
        menu.popup(where)

    def _copy(self) -> None:
        line = self.selected_line
        if line is not None:
            QGuiApplication.clipboard().setText(_spoken(line))

    def _describe(self) -> None:
        """Text for screen readers: what is selected, else the last lines (a painted view has no children)."""
        if self.selected_line is not None:
            return
        end = self._scroll.end
        lines = (self._source.row(index) for index in range(max(0, end - _READ_OUT), end))
        self.setAccessibleDescription("\n".join(_with_origin(line) for line in lines if line is not None))


def _spoken(line: ChatLine) -> str:
    text = clean_text(line.text, 10_000)
    return text if line.gap else f"{clean_text(line.author, 40)}: {text}"


def _with_origin(line: ChatLine) -> str:
    return f"{line.channel}. {_spoken(line)}" if line.channel else _spoken(line)
