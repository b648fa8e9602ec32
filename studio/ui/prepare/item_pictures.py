"""The pictures of an item in the order in which they are shown: dragged, or moved by Alt and the arrows."""

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QDropEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from studio.domain.lineup import LineUpItem
from studio.domain.product import Product
from studio.ui.host.pictures import Pictures
from studio.ui.prepare.lineup_edit_row import pictures_of
from studio.ui.theme import SPACE_XS, Theme
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.thumbnail import placeholder_colour

SIDE: Final = 64
_URL: Final = Qt.ItemDataRole.UserRole + 1
_BACK: Final = (Qt.Key.Key_Up, Qt.Key.Key_Left)
_ON: Final = (Qt.Key.Key_Down, Qt.Key.Key_Right)


class _Strip(QListWidget):
    """The row of pictures. Nothing is moved here: `move_asked` says from where to before where."""

    move_asked = Signal(int, int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        side = theme.px(SIDE)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setIconSize(QSize(side, side))
        self.setUniformItemSizes(True)
        self.setSpacing(2)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setFrameShape(QListWidget.Shape.NoFrame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentRow()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and row >= 0:
            if event.key() in _BACK and row > 0:
                self.move_asked.emit(row, row - 1)
            elif event.key() in _ON and row + 1 < self.count():
                self.move_asked.emit(row, row + 2)
            return
        super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        row, spot = self.currentRow(), event.position().toPoint()
        over = self.indexAt(spot)
        to = self.count()
        if over.isValid():
            to = over.row() + (1 if spot.x() > self.visualRect(over).center().x() else 0)
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if row >= 0 and to not in (row, row + 1):
            self.move_asked.emit(row, to)


class ItemPictures(QWidget):
    """The pictures of one item. `ordered` carries the addresses in the new order; empty when it is the shop's again."""

    ordered = Signal(object)

    def __init__(self, theme: Theme, pictures: Pictures, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._pictures = theme, pictures
        self._urls: tuple[str, ...] = ()
        self._of_shop: tuple[str, ...] = ()
        self.strip = _Strip(theme)
        self.strip.setAccessibleName(self.tr("Pictures in their order"))
        self.hint = PlainLabel("", tone="muted", size="caption", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.hint)
        column.addWidget(self.strip, 1)
        self.strip.move_asked.connect(self._move)
        pictures.arrived.connect(self._arrived)

    def show_item(self, item: LineUpItem | None, product: Product | None) -> None:
        """Show the pictures of this item."""
        urls = pictures_of(item, product) if item else ()
        self._of_shop = product.image_urls if product else ()
        self.hint.setText(
            self.tr("The first one is shown first. Drag them, or press Alt and an arrow.")
            if len(urls) > 1
            else self.tr("The shop has one picture of this product.")
            if urls
            else self.tr("The shop has no picture of this product.")
        )
        if urls == self._urls:
            return
        chosen = self._urls[self.strip.currentRow()] if 0 <= self.strip.currentRow() < len(self._urls) else ""
        self._urls = urls
        self.strip.clear()
        for number, url in enumerate(urls, start=1):
            entry = QListWidgetItem(self._icon(url), "")
            entry.setData(_URL, url)
            entry.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                self.tr("Picture {n} of {all}").replace("{n}", str(number)).replace("{all}", str(len(urls))),
            )
            self.strip.addItem(entry)
        if chosen in urls:
            self.strip.setCurrentRow(urls.index(chosen))

    def _move(self, source: int, before: int) -> None:
        urls = list(self._urls)
        url = urls.pop(source)
        urls.insert(before - 1 if before > source else before, url)
        self.ordered.emit(() if tuple(urls) == self._of_shop else tuple(urls))

    def _arrived(self, url: str) -> None:
        for row in range(self.strip.count()):
            entry = self.strip.item(row)
            if entry.data(_URL) == url:
                entry.setIcon(self._icon(url))

    def _icon(self, url: str) -> QIcon:
        side = self._theme.px(SIDE)
        found = self._pictures.small(url)
        if found is None:
            found = QPixmap(side, side)
            found.fill(placeholder_colour(url))
        return QIcon(found.scaled(
            side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        ).copy(0, 0, side, side))  # fmt: skip
