"""What is shown instead when an item sells out: products of the catalogue, chosen by search."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.domain.lineup import LineUpItem
from studio.domain.product import Product
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

MAX_ALTERNATIVES: Final = 10
_FOUND: Final = 20
_SEARCH_MS: Final = 150
_ID: Final = Qt.ItemDataRole.UserRole + 1
_LEAST: Final = 2


class ItemAlternatives(QWidget):
    """The alternatives of one item. `chosen` carries the product ids, the first to be offered first."""

    chosen = Signal(object)

    def __init__(
        self, studio: Studio, live: LiveShow, texts: Texts, tasks: Tasks, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._studio, self._live, self._texts, self._tasks = studio, live, texts, tasks
        self._item: LineUpItem | None = None
        self._found: dict[str, Product] = {}
        self.picked = QListWidget()
        self.picked.setAccessibleName(self.tr("Shown when it sells out"))
        self.remove = QPushButton(self.tr("Remove"))
        self.remove.setProperty("variant", "compact")
        self.remove.setAutoDefault(False)
        self.search = QLineEdit()
        self.search.setAccessibleName(self.tr("Search an alternative"))
        self.search.setPlaceholderText(self.tr("Search the catalogue…"))
        self.search.setClearButtonEnabled(False)
        self.results = QListWidget()
        self.results.setAccessibleName(self.tr("Found products"))
        for box in (self.picked, self.results):
            box.setFrameShape(QListWidget.Shape.NoFrame)
            box.setUniformItemSizes(True)
            box.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            box.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.says = PlainLabel("", tone="muted", size="caption", wrap=True)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(_SEARCH_MS)
        self._lay_out()
        self._wait.timeout.connect(self._look)
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(lambda: self._pick(self.results.currentItem()))
        self.search.installEventFilter(self)
        self.picked.installEventFilter(self)
        self.results.itemActivated.connect(self._pick)
        self.remove.clicked.connect(self._remove)
        self.picked.currentRowChanged.connect(self._chosen)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACE_XS)
        head = QHBoxLayout()
        head.addWidget(PlainLabel(self.tr("Shown when it sells out"), tone="muted", size="caption"))
        head.addStretch(1)
        head.addWidget(self.remove)
        left.addLayout(head)
        left.addWidget(self.picked, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE_XS)
        right.addWidget(self.search)
        right.addWidget(self.says)
        right.addWidget(self.results, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M + SPACE_S)
        row.addLayout(left, 1)
        row.addLayout(right, 1)

    def show_item(self, item: LineUpItem | None) -> None:
        """Show the alternatives of this item."""
        if item is None or self._item is None or item.id != self._item.id:
            self.search.clear()
        self._item = item
        at = self.picked.currentRow()
        self.picked.clear()
        for product_id in item.alternatives if item else ():
            product = self._live.products.get(product_id) or self._found.get(product_id)
            self._add(self.picked, product_id, product)
        self.picked.setCurrentRow(min(at, self.picked.count() - 1))
        self.remove.setEnabled(self.picked.currentRow() >= 0)
        self._say()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if watched is self.picked and event.key() == Qt.Key.Key_Delete:
                self._remove()
                return True
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if watched is self.search and by and self.results.count():
                row = min(max(self.results.currentRow() + by, 0), self.results.count() - 1)
                self.results.setCurrentRow(row)
                return True
            if watched is self.search and event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _add(self, box: QListWidget, product_id: str, product: Product | None) -> None:
        if product is None:
            text = self.tr("{id}: not heard of").replace("{id}", clean_text(product_id, 60))
        else:
            left = self._live.sellable(product_id).total
            stock = "" if left is None else self.tr("{n} left").replace("{n}", self._texts.number(left))
            parts = (clean_text(product.title, 120), self._texts.money(product.price), stock)
            text = " · ".join(part for part in parts if part)
            if left is not None and left <= 0:
                text = f"⚠ {text}"
        entry = QListWidgetItem(text)
        entry.setData(_ID, product_id)
        box.addItem(entry)

    def _chosen(self, row: int) -> None:
        self.remove.setEnabled(row >= 0)

    def _typed(self) -> None:
        if len(self.search.text().strip()) >= _LEAST:
            self._wait.start()
        else:
            self._wait.stop()
            self.results.clear()
            self._say()

    def _look(self) -> None:
        words = self.search.text().strip()

        async def look() -> None:
            found = await self._studio.search_products(words, _FOUND)
            # An older search's answer is of no use any more.
            if words == self.search.text().strip():
                self._show_found(found)

        self._tasks.spawn(look(), "search alternatives")

    def _show_found(self, products: Sequence[Product]) -> None:
        item = self._item
        self.results.clear()
        if item is None:
            return
        taken = {item.product_id, *item.alternatives}
        for product in products:
            if product.id not in taken:
                self._found[product.id] = product
                self._add(self.results, product.id, product)
        self.results.setCurrentRow(0)
        self._say()

    def _say(self) -> None:
        searched = len(self.search.text().strip()) >= _LEAST
        if not searched:
            text = self.tr("Return adds what was found; on air it is offered as soon as this item sells out.")
        elif not self.results.count():
            text = self.tr("Nothing found. Try another word, or a SKU.")
        else:
            text = self.tr("Return adds it.")
        self.says.setText(text)

    def _pick(self, entry: QListWidgetItem | None) -> None:
        item = self._item
        if item is None or entry is None:
            return
        if len(item.alternatives) >= MAX_ALTERNATIVES:
            self.says.setText(
                self.tr("At most {n} alternatives: remove one first.").replace("{n}", str(MAX_ALTERNATIVES))
            )
            return
        wanted = tuple(dict.fromkeys((*item.alternatives, str(entry.data(_ID)))))
        self.search.clear()
        self.chosen.emit(wanted)

    def _remove(self) -> None:
        item = self._item
        if item is not None and self.picked.currentRow() >= 0:
            gone = str(self.picked.currentItem().data(_ID))
            self.chosen.emit(tuple(i for i in item.alternatives if i != gone))
