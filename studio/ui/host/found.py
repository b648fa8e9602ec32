"""What a search found: items of the line-up and products of the shop, as rows that can be pinned."""

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QMenu, QWidget

from studio.domain.commands import AddItem, PinItem, PinProduct
from studio.domain.ids import uuid7
from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem, item_of
from studio.domain.product import Product
from studio.ui.host.lineup_delegate import LineUpDelegate, Picture
from studio.ui.models.lineup_model import ROW_ROLE, LineUpRow
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.text import clean_text

_COMMAND_ROLE: Final = ROW_ROLE + 10


class _FoundDelegate(LineUpDelegate):
    def __init__(
        self, theme: Theme, texts: Texts, picture: Picture, low_stock: int, planned: Callable[[str], bool],
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(theme, texts, picture, low_stock, parent)
        self._planned = planned

    def _times(self, row: LineUpRow) -> tuple[str, str, str]:
        return "", self.tr("in the line-up") if self._planned(row.item.id) else "", "muted"


class FoundList(QListWidget):
    """The rows. `pin_asked` carries the command that pins, `add_asked` the one that only adds to the line-up."""

    pin_asked = Signal(object)
    add_asked = Signal(object)

    def __init__(
        self,
        show: LiveShow,
        theme: Theme,
        texts: Texts,
        picture: Picture,
        low_stock: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._show = show
        self.setAccessibleName(self.tr("Found products"))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.rows = _FoundDelegate(
            theme, texts, picture, low_stock, lambda i: show.state.item(i) is not None, self
        )
        self.setItemDelegate(self.rows)
        self.itemActivated.connect(self.pin)

    def show_found(self, words: str, products: Iterable[Product]) -> None:
        """Items of the line-up with these words first, then the products that are not planned."""
        self.clear()
        show, asked = self._show, words.casefold()
        planned = [i for i in show.state.items if asked in i.title.casefold() or asked in i.sku.casefold()]
        for item in planned:
            self._add(item, show.products.get(item.product_id), PinItem(item.id))
        known = {i.product_id for i in show.state.items}
        for found in products:
            if found.id not in known:
                product = show.products.get(found.id, found)
                item = item_of(product, uuid7, show.state.currency)
                self._add(item, product, PinProduct(item))
        if not self.count():
            self._say(self.tr("Nothing found. Try another word, or a SKU."))
        else:
            self.setCurrentRow(0)

    def show_searching(self) -> None:
        """The search runs."""
        self.clear()
        self._say(self.tr("Searching…"))

    def pin(self, row: QListWidgetItem | None) -> None:
        """Pin what the row shows."""
        command = row.data(_COMMAND_ROLE) if row is not None else None
        if isinstance(command, PinItem | PinProduct):
            self.pin_asked.emit(command)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        row = self.itemAt(event.pos())
        if row is not None:
            self._menu(row, event.globalPos())

    def _menu(self, row: QListWidgetItem, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        command = row.data(_COMMAND_ROLE)
        pin = QAction(self.tr("Pin now"), menu)
        pin.triggered.connect(lambda: self.pin(row))
        menu.addAction(pin)
        if isinstance(command, PinProduct):
            state = self._show.state
            shown = state.on_air_id or (state.runs[-1].item_id if state.runs else "")
            add = QAction(self.tr("Add as the next item"), menu)
            add.triggered.connect(lambda: self.add_asked.emit(AddItem(command.item, state.index(shown) + 1)))
            menu.addAction(add)
        menu.popup(where)

    def _add(self, item: LineUpItem, product: Product | None, command: PinItem | PinProduct) -> None:
        is_product = item.kind is ItemKind.PRODUCT
        shown = LineUpRow(
            item=item,
            status=ItemStatus.PLANNED,
            is_next=False,
            lasted_ms=0,
            left=self._show.sellable(item.product_id).total if is_product else None,
            price=product.price if product else None,
            show_price=None,
            variants=len(product.variants) if product else 0,
            sending=False,
            image_url=product.image_urls[0] if product and product.image_urls else "",
            withdrawn=product is not None and not product.active,
        )
        row = QListWidgetItem(clean_text(item.title, 120))
        row.setData(ROW_ROLE, shown)
        row.setData(_COMMAND_ROLE, command)
        self.addItem(row)

    def _say(self, sentence: str) -> None:
        row = QListWidgetItem(sentence)
        row.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addItem(row)
