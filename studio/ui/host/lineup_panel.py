"""The line-up beside the stage: what was, is and comes; search, reorder, skip and pin from the keyboard or by hand."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QContextMenuEvent, QDropEvent, QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from studio.domain.commands import AddItem, MoveItem, PinItem, PinProduct, RemoveItem, SkipItem
from studio.domain.lineup import ItemStatus
from studio.domain.product import Product
from studio.ui.actions import Actions
from studio.ui.host.deciding import Deciding
from studio.ui.host.found import FoundList
from studio.ui.host.lineup_delegate import LineUpDelegate
from studio.ui.host.pictures import Pictures
from studio.ui.icons import icon
from studio.ui.models.lineup_model import LineUpModel
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import SectionHeader

_Index = QModelIndex | QPersistentModelIndex

_FEW_ROWS: Final = 6


class LineUpView(QListView):
    """The rows. Moves are decisions: the model moves when the show's log says so, never by the drop itself."""

    pin_asked = Signal(int)
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

    def dataChanged(  # noqa: D102
        self, topLeft: _Index, bottomRight: _Index, roles: Sequence[int] = ()
    ) -> None:
        # A list view paints all it shows when rows have changed, and stock moves many times a second.
        if bottomRight.row() - topLeft.row() < _FEW_ROWS:
            for at in range(topLeft.row(), bottomRight.row() + 1):
                self.update(self.model().index(at, 0))
        else:
            super().dataChanged(topLeft, bottomRight, roles)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        source = self.currentIndex().row()
        spot = event.position().toPoint()
        over = self.indexAt(spot)
        below = over.isValid() and spot.y() > self.visualRect(over).center().y()
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

    item_selected = Signal()
    left = Signal()
    """The search is over: the focus belongs to the workspace again."""

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
        low_stock: int = 10,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=0)
        self._show, self._model, self._deciding, self._texts = show, model, deciding, texts
        self._theme, self._find = theme, find_products
        self.setAccessibleName(self.tr("Line-up"))
        self.header = SectionHeader(self.tr("Line-up"))
        self.search = QLineEdit()
        cap = actions["search"].cap
        self.search.setPlaceholderText(self.tr("Search products…") + (f"  {cap}" if cap else ""))
        self.search.setAccessibleName(self.tr("Search line-up and shop"))
        self._clear = self.search.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip(self.tr("End the search (Esc)"))
        self._clear.triggered.connect(self._leave_found)
        theme.changed.connect(self._draw_clear)
        self._draw_clear()
        self.results = FoundList(show, theme, texts, pictures.small, low_stock)
        self.view = LineUpView()
        self.view.setAccessibleName(self.tr("Items of the line-up"))
        self.view.setModel(model)
        self._rows = LineUpDelegate(theme, texts, pictures.small, low_stock, self.view)
        self.view.setItemDelegate(self._rows)
        self.empty = EmptyState(
            theme, "box", self.tr("The line-up is empty: search a product above and press Return.")
        )
        self._pages = QStackedLayout()
        self._lay_out()
        self._connect(actions, pictures)
        self.tick()

    def _connect(self, actions: Actions, pictures: Pictures) -> None:
        pictures.arrived.connect(self._picture_came)
        self.view.pin_asked.connect(self._pin_row)
        self.view.move_asked.connect(self._move)
        self.view.menu_asked.connect(self._menu)
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        self.results.pin_asked.connect(self._pin_found)
        self.results.add_asked.connect(self._add_found)
        self.search.returnPressed.connect(self._pin_first_found)
        self.search.textChanged.connect(self._look)
        self.search.installEventFilter(self)
        actions.on("search", self.focus_search)
        actions.on("item.skip", lambda: self._skip_row(self.selected_row))
        actions.on("item.pin", lambda: self._pin_row(self.selected_row))
        self._show.lineup_changed.connect(self._follow)

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.setSpacing(SPACE_S)
        top.addWidget(self.header)
        top.addWidget(self.search)
        # The rows reach to the frame, which stays to be seen.
        self.body.setContentsMargins(1, 1, 1, SPACE_S)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.results)
        self.body.addLayout(self._pages, 1)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(210), super().minimumSizeHint().height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        # The arrows of the field move through what was found.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and watched is self.search:
            by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if by and self._searching and self.results.count():
                self.results.setCurrentRow(
                    min(max(self.results.currentRow() + by, 0), self.results.count() - 1)
                )
                return True
        return super().eventFilter(watched, event)

    def tick(self) -> None:
        """Say when the show will end, and when it was planned to."""
        times = self._model.rundown
        ends, planned = self._texts.clock(times.projected_end_ms), self._texts.clock(times.planned_end_ms)
        roomy = self.width() >= self._theme.px(290)
        note = self.tr("ends {end} · planned {plan}") if roomy else self.tr("{end} · plan {plan}")
        self.header.set_note(note.replace("{end}", ends).replace("{plan}", planned))
        if not self._searching:
            self._pages.setCurrentWidget(self.view if self._model.rowCount() else self.empty)

    @property
    def _searching(self) -> bool:
        return len(self.search.text().strip()) >= 2

    @property
    def selected_row(self) -> int:
        """The place of the selected item, -1 when none is."""
        selection = self.view.selectionModel()
        return self.view.currentIndex().row() if selection.hasSelection() else -1

    def _selection_changed(self, *_what: object) -> None:
        self.item_selected.emit()

    def _picture_came(self, url: str) -> None:
        self._rows.forget_picture(url)
        for at in range(self._model.rowCount()):
            if self._model.row(at).image_url == url:
                self.view.update(self._model.index(at))
        self.results.rows.forget_picture(url)
        self.results.viewport().update()

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def leave_search(self) -> bool:
        """Esc: end the search; False when nothing is searched."""
        if not (self.search.hasFocus() or self.results.hasFocus() or self._searching):
            return False
        self._end_search()
        return True

    def _end_search(self) -> None:
        self.search.clear()
        self.tick()

    def clear_selection(self) -> bool:
        """Esc: select nothing; False when nothing was."""
        if not self.view.selectionModel().hasSelection():
            return False
        self.view.selectionModel().clear()
        return True

    def _follow(self) -> None:
        self.tick()
        # Nothing moves under the hand.
        if self.view.underMouse() or self.selected_row >= 0:
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

    def _remove_row(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            self._deciding.give(RemoveItem(self._model.row(row).item.id))

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
        skipped = item.status is ItemStatus.SKIPPED
        shown = any(r.item_id == item.item.id for r in self._show.state.runs)
        skip_text = self.tr("Plan it again") if skipped else self.tr("Skip")
        for text, act, possible in (
            (self.tr("Pin now"), self._pin_row, item.status is not ItemStatus.ON_AIR),
            (skip_text, self._skip_row, item.status in (ItemStatus.PLANNED, ItemStatus.SKIPPED)),
            (self.tr("Take out of the line-up"), self._remove_row, not shown),
        ):
            action = QAction(text, menu)
            action.triggered.connect(partial(_call, act, row))
            action.setEnabled(possible)
            menu.addAction(action)
        menu.popup(where)

    def _draw_clear(self) -> None:
        self._clear.setIcon(
            icon("close", self._theme.px(14), self._theme.colour("muted"), self.devicePixelRatioF())
        )
        self._clear.setVisible(bool(self.search.text()))

    def _look(self, words: str) -> None:
        self._clear.setVisible(bool(words))
        if self._searching:
            if self._pages.currentWidget() is not self.results:
                self.results.show_searching()
                self._pages.setCurrentWidget(self.results)
            self._find(self.search.text().strip(), self._take_found)
        else:
            self.tick()

    def _take_found(self, products: list[Product]) -> None:
        if self._searching:
            self.results.show_found(self.search.text().strip(), products)
            self._pages.setCurrentWidget(self.results)

    def _pin_found(self, command: PinItem | PinProduct) -> None:
        self._deciding.give(command)
        self._leave_found()

    def _add_found(self, command: AddItem) -> None:
        self._deciding.give(command)
        self._leave_found()

    def _leave_found(self) -> None:
        self._end_search()
        # Back to the bare workspace, where every key is an action again.
        self.search.clearFocus()
        self.left.emit()

    def _pin_first_found(self) -> None:
        if self._searching and self._pages.currentWidget() is self.results:
            self.results.pin(self.results.currentItem())


def _call(act: Callable[[int], None], row: int, _checked: bool = False) -> None:
    act(row)
