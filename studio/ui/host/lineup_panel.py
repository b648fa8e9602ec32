"""The line-up beside the stage: what was, is and comes; search, reorder, skip and pin from the keyboard or by hand."""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from studio.domain.commands import MoveItem, PinItem, PinProduct, SkipItem
from studio.domain.ids import uuid7
from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.product import Product
from studio.ui.actions import Actions
from studio.ui.host.deciding import Deciding
from studio.ui.host.lineup_delegate import LineUpDelegate
from studio.ui.host.pictures import Pictures
from studio.ui.models.lineup_model import LineUpModel
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import SectionHeader
from studio.ui.widgets.text import clean_text

DEFAULT_PLANNED_MS = 5 * 60_000


class LineUpView(QListView):
    """The rows. Moves are decisions: the model moves when the show's log says so, never by the drop itself."""

    pin_asked = Signal(int)
    skip_asked = Signal(int)
    move_asked = Signal(int, int)
    menu_asked = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDropIndicatorShown(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.doubleClicked.connect(self._double_clicked)

    def _double_clicked(self, index: QModelIndex) -> None:
        self.pin_asked.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        row, key, held = self.currentIndex().row(), event.key(), event.modifiers()
        if row >= 0 and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.pin_asked.emit(row)
        elif row >= 0 and held & Qt.KeyboardModifier.AltModifier and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            to = row + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= to < self.model().rowCount():
                self.move_asked.emit(row, to)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            event.ignore()  # a presenter's clicker sends these: they belong to the show
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        source = self.currentIndex().row()
        over = self.indexAt(event.position().toPoint())
        below = self.dropIndicatorPosition() == QAbstractItemView.DropIndicatorPosition.BelowItem
        to = over.row() + (1 if below else 0) if over.isValid() else self.model().rowCount()
        if to > source:
            to -= 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if source >= 0 and to != source:
            self.move_asked.emit(source, to)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        index = (
            self.indexAt(event.pos())
            if event.reason() is QContextMenuEvent.Reason.Mouse
            else self.currentIndex()
        )
        if index.isValid():
            self.setCurrentIndex(index)
            self.menu_asked.emit(index.row(), event.globalPos())


class LineUpPanel(Card):
    """The panel. `search` looks through line-up and catalogue; a found product is pinned with Return."""

    def __init__(
        self,
        show: LiveShow,
        model: LineUpModel,
        deciding: Deciding,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        pictures: Pictures,
        find_products: Callable[[str, Callable[[list[Product]], None]], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=0)
        self._show, self._model, self._deciding, self._texts = show, model, deciding, texts
        self._actions, self._find = actions, find_products
        self._found: list[Product] = []
        self.setAccessibleName(self.tr("Line-up"))
        self.header = SectionHeader(self.tr("Line-up"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search line-up and shop…  Ctrl F"))
        self.search.setAccessibleName(self.tr("Search line-up and shop"))
        self.search.setClearButtonEnabled(True)
        self.results = QListWidget()
        self.results.setAccessibleName(self.tr("Found products"))
        self.results.setFrameShape(QListWidget.Shape.NoFrame)
        self.results.itemActivated.connect(self._pin_result)
        self.view = LineUpView()
        self.view.setAccessibleName(self.tr("Items of the line-up"))
        self.view.setModel(model)
        self.view.setItemDelegate(LineUpDelegate(theme, texts, pictures.small, parent=self.view))
        self.empty = EmptyState(
            theme, "box", self.tr("The line-up is empty: search a product above and press Return.")
        )
        self._pages = QStackedLayout()
        self._lay_out()
        pictures.arrived.connect(self._picture_came)
        self.view.pin_asked.connect(self._pin_row)
        self.view.skip_asked.connect(self._skip_row)
        self.view.move_asked.connect(self._move)
        self.view.menu_asked.connect(self._menu)
        self.search.returnPressed.connect(self._pin_first_found)
        self.search.textEdited.connect(self._look)
        actions.on("search", self.focus_search)
        actions.on("item.skip", lambda: self._skip_row(self.view.currentIndex().row()))
        actions.on("item.pin", lambda: self._pin_row(self.view.currentIndex().row()))
        model.dataChanged.connect(self.tick)
        show.lineup_changed.connect(self._follow)
        self.tick()

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.setSpacing(SPACE_S)
        top.addWidget(self.header)
        top.addWidget(self.search)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.results)
        self.body.addLayout(self._pages, 1)

    def tick(self) -> None:
        """Say when the show will end, and when it was planned to."""
        times = self._model.rundown
        ends, planned = self._texts.clock(times.projected_end_ms), self._texts.clock(times.planned_end_ms)
        note = self.tr("ends {end} · planned {plan}").replace("{end}", ends).replace("{plan}", planned)
        self.header.set_note(note)
        if not self._searching:
            self._pages.setCurrentWidget(self.view if self._model.rowCount() else self.empty)

    @property
    def _searching(self) -> bool:
        return len(self.search.text().strip()) >= 2

    def _picture_came(self, _url: str) -> None:
        self.view.viewport().update()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def leave_search(self) -> bool:
        """Esc: leave the search field; False when it has not the focus."""
        if not (self.search.hasFocus() or self.results.hasFocus()):
            return False
        self._end_search()
        return True

    def _end_search(self) -> None:
        self.search.clear()
        self._found = []
        self.tick()
        self.view.setFocus()

    def clear_selection(self) -> bool:
        """Esc: select nothing; False when nothing was."""
        if not self.view.selectionModel().hasSelection():
            return False
        self.view.selectionModel().clear()
        return True

    def _follow(self) -> None:
        self.tick()
        # Nothing moves under the hand.
        if self.view.underMouse() or self.view.hasFocus():
            return
        row = self._model.row_of(self._show.state.on_air_id)
        if row >= 0:
            ahead = min(row + 2, self._model.rowCount() - 1)
            self.view.scrollTo(self._model.index(ahead))
            self.view.scrollTo(self._model.index(row))

    def _pin_row(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            self._deciding.give(PinItem(self._model.row(row).item.id))

    def _skip_row(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            item = self._model.row(row)
            self._deciding.give(SkipItem(item.item.id, item.status is not ItemStatus.SKIPPED))

    def _move(self, source: int, to: int) -> None:
        item_id = self._model.row(source).item.id

        async def move() -> None:
            if await self._deciding.do(MoveItem(item_id, to)):
                self.view.setCurrentIndex(self._model.index(self._model.row_of(item_id)))

        self._deciding.run(move(), "move item")

    def _menu(self, row: int, where: QPoint) -> None:
        item = self._model.row(row)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        pin = QAction(self.tr("Pin now"), menu)
        pin.triggered.connect(lambda: self._pin_row(row))
        skipped = item.status is ItemStatus.SKIPPED
        skip = QAction(self.tr("Plan it again") if skipped else self.tr("Skip"), menu)
        skip.triggered.connect(lambda: self._skip_row(row))
        skip.setEnabled(item.status in (ItemStatus.PLANNED, ItemStatus.SKIPPED))
        menu.addAction(pin)
        menu.addAction(skip)
        menu.popup(where)

    def _look(self, _words: str) -> None:
        self._found = []
        if self._searching:
            self._find(self.search.text().strip(), self._take_found)
        else:
            self.tick()

    def _take_found(self, products: list[Product]) -> None:
        if not self._searching:
            return
        words = self.search.text().strip().casefold()
        planned = [i for i in self._show.state.items if words in i.title.casefold()]
        self._found = [self._show.products.get(p.id, p) for p in products]
        self.results.clear()
        for item in planned:
            self._add_result(item.title, self.tr("in the line-up"), PinItem(item.id))
        known = {i.product_id for i in planned}
        for product in self._found:
            if product.id not in known:
                left = self._show.sellable(product.id).total
                stock = "" if left is None else self.tr("{n} left").replace("{n}", self._texts.number(left))
                note = " · ".join(x for x in (self._texts.money(product.price), stock) if x)
                self._add_result(product.title, note, PinProduct(_item_of(product)))
        if not self.results.count():
            nothing = QListWidgetItem(self.tr("Nothing found. Try another word, or a SKU."))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.results.addItem(nothing)
        self.results.setCurrentRow(0)
        self._pages.setCurrentWidget(self.results)

    def _add_result(self, title: str, note: str, command: PinItem | PinProduct) -> None:
        row = QListWidgetItem(f"{clean_text(title, 80)}\n{note}")
        row.setData(Qt.ItemDataRole.UserRole, command)
        self.results.addItem(row)

    def _pin_result(self, row: QListWidgetItem) -> None:
        command = row.data(Qt.ItemDataRole.UserRole)
        if isinstance(command, PinItem | PinProduct):
            self._deciding.give(command)
            self._end_search()

    def _pin_first_found(self) -> None:
        row = self.results.currentItem()
        if self._searching and self._pages.currentWidget() is self.results and self.results.currentRow() >= 0:
            self._pin_result(row)


def _item_of(product: Product) -> LineUpItem:
    return LineUpItem(
        id=uuid7(),
        kind=ItemKind.PRODUCT,
        title=product.title,
        planned_ms=DEFAULT_PLANNED_MS,
        product_id=product.id,
        sku=product.variants[0].sku if product.variants else "",
        points=product.points,
    )
