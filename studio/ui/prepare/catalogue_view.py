"""The rows of the catalogue under mouse and keys: chosen, dragged out, added."""

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from studio.ui.prepare.catalogue_delegate import CatalogueDelegate

_NOWHERE: Final = QModelIndex()


class CatalogueView(QListView):
    """A list to choose several rows of. `add_asked`: the chosen rows; `row_asked`: the row whose button was clicked."""

    add_asked = Signal()
    row_asked = Signal(int)
    menu_asked = Signal(QPoint)
    typed = Signal(str)
    """A letter that belongs into the search field."""

    def __init__(self, rows: CatalogueDelegate, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate = rows
        self._pressed = -1
        self.setItemDelegate(rows)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        bar = self.verticalScrollBar()
        bar.valueChanged.connect(self.read_ahead)
        bar.rangeChanged.connect(self.read_ahead)

    def read_ahead(self) -> None:
        """Have the next page read before somebody has come to the end of this one."""
        bar, model = self.verticalScrollBar(), self.model()
        near = bar.maximum() - bar.value() <= 2 * self.viewport().height()
        if near and model.canFetchMore(_NOWHERE):
            model.fetchMore(_NOWHERE)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        key, text = event.key(), event.text()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.add_asked.emit()
        elif (
            text.isprintable() and text.strip() and not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        ):
            self.typed.emit(text)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._pressed = self._button_at(event.position().toPoint())
        # The button acts alone: what is chosen stays chosen.
        if self._pressed < 0 or event.button() is not Qt.MouseButton.LeftButton:
            self._pressed = -1
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        pressed, self._pressed = self._pressed, -1
        if pressed < 0:
            super().mouseReleaseEvent(event)
        elif self._button_at(event.position().toPoint()) == pressed:
            self.row_asked.emit(pressed)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        self._point(self._button_at(event.position().toPoint()))
        if self._pressed < 0:
            super().mouseMoveEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self._button_at(event.position().toPoint()) >= 0:
            self.mousePressEvent(event)
        elif (
            self.indexAt(event.position().toPoint()).isValid() and event.button() is Qt.MouseButton.LeftButton
        ):
            self.add_asked.emit()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        self._point(-1)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        if not index.isValid():
            return
        if not self.selectionModel().isSelected(index):
            self.setCurrentIndex(index)
        where = (
            event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center())
        )
        self.menu_asked.emit(where)

    def button_place(self, at: int) -> QPoint:
        """The middle of a row's button, in the viewport."""
        return self._delegate.button_box(self.visualRect(self.model().index(at, 0))).center()

    def _button_at(self, where: QPoint) -> int:
        index = self.indexAt(where)
        over = index.isValid() and self._delegate.button_box(self.visualRect(index)).contains(where)
        return index.row() if over else -1

    def _point(self, row: int) -> None:
        before, self._delegate.pointed = self._delegate.pointed, row
        if before != row:
            for at in (before, row):
                if at >= 0:
                    self.update(self.model().index(at, 0))
