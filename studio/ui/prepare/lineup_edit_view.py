"""The table of the line-up under the hand: keys, clicks, drags. What a hand wants is asked for by signals."""

import itertools
from collections.abc import Iterable
from typing import Final, NamedTuple, cast

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDropEvent,
    QHoverEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from studio.ui.actions import Actions
from studio.ui.prepare.lineup_edit_delegate import LineUpEditDelegate
from studio.ui.prepare.lineup_edit_model import FIELDS, ID_ROLE, Column, LineUpEditModel
from studio.ui.theme import Theme

_Index = QModelIndex | QPersistentModelIndex

_WIDTHS: Final = {
    Column.NUMBER: 38, Column.PICTURE: 44, Column.MINUTES: 66, Column.STARTS: 60, Column.PRICE: 90, Column.TARGET: 60,
    Column.STOCK: 66, Column.PROMO: 126,
}  # fmt: skip
_NARROW: Final = {
    Column.MINUTES: 62, Column.STARTS: 54, Column.PRICE: 84, Column.TARGET: 54, Column.STOCK: 62, Column.PROMO: 92,
}  # fmt: skip
_SELECT: Final = QItemSelectionModel.SelectionFlag.Select
_LEAST_TITLE: Final = 150
_GIVEN_UP: Final = (Column.PICTURE, Column.STARTS, Column.TARGET, Column.PROMO)
"""What is left out where the table is narrow, the first one first: what nobody types goes before what is typed."""
KEYS: Final = (
    "lineup.remove", "lineup.up", "lineup.down", "lineup.segment", "lineup.duplicate", "lineup.copy", "lineup.cut",
    "lineup.paste",
)  # fmt: skip


class RowLook(NamedTuple):
    """What holds for all rows while they are painted: the columns that are shown (left edge, width; px), the cell that has
    the keys, and the one under the pointer.
    """

    columns: tuple[tuple[Column, int, int], ...]
    current: QModelIndex = QModelIndex()
    hover: QModelIndex = QModelIndex()


class LineUpEditView(QTreeView):
    """The rows. Keys of the line-up's actions go to `asked`, whatever keys a person gave them."""

    asked = Signal(str)
    """The id of an action whose key was pressed."""
    promo_clicked = Signal(str)
    menu_asked = Signal(QPoint)

    def __init__(
        self, model: LineUpEditModel, actions: Actions, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions, self._theme, self._rows = actions, theme, model
        self._hover = QPersistentModelIndex()
        self._look = RowLook(())
        self._aside: list[str] = []
        # Around what Qt does with the selection: it takes each selected cell along by itself when rows move, and lays all rows
        # out once more when selected ones leave.
        model.rowsAboutToBeMoved.connect(self._put_selection_aside)
        model.rowsAboutToBeRemoved.connect(self._leave_rows)
        self.setModel(model)
        model.rowsMoved.connect(self._bring_selection_back)
        model.rowsRemoved.connect(self._rows_left)
        self.setUniformRowHeights(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setItemsExpandable(True)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDragDropOverwriteMode(False)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        header = self.header()
        header.setSectionsMovable(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(theme.px(30))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(Column.ITEM, QHeaderView.ResizeMode.Stretch)
        self._fit()

    # --- what is shown ----------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        self._fit()
        super().resizeEvent(event)

    def _fit(self) -> None:
        """Give the titles room: narrower columns first, then fewer."""
        px, width = self._theme.px, self.viewport().width()
        widths = {column: px(size) for column, size in _WIDTHS.items()}
        hidden: set[Column] = set()
        if sum(widths.values()) + px(_LEAST_TITLE) > width:
            widths |= {column: px(size) for column, size in _NARROW.items()}
        for column in _GIVEN_UP:
            if sum(w for c, w in widths.items() if c not in hidden) + px(_LEAST_TITLE) > width:
                hidden.add(column)
        for column, size in widths.items():
            self.setColumnHidden(column, column in hidden)
            if column not in hidden and self.columnWidth(column) != size:
                self.setColumnWidth(column, size)

    def selected_rows(self) -> list[int]:
        """The places of the selected items, in order."""
        # By its ranges: asked for rows, Qt asks the model about each cell of each of them.
        # PySide's stubs do not say that a selection is a list.
        ranges = cast("Iterable[QItemSelectionRange]", self.selectionModel().selection())
        return sorted(
            {at for r in ranges if not r.parent().isValid() for at in range(r.top(), r.bottom() + 1)}
        )

    def select_rows(self, rows: list[int], column: int = Column.ITEM) -> None:
        """Select these rows, and make the first one the current one."""
        flags = QItemSelectionModel.SelectionFlag
        model = self.selectionModel()
        if not rows:
            model.clearSelection()
            return
        model.select(self._selection(rows), flags.ClearAndSelect)
        current = self._rows.index(rows[0], column)
        model.setCurrentIndex(current, flags.NoUpdate)
        self.scrollTo(self._rows.index(rows[-1], column))
        self.scrollTo(current)

    def selectAll(self) -> None:  # noqa: D102 - as in QAbstractItemView
        self.select_rows(list(range(self._rows.rowCount())))

    def toggle(self, index: _Index) -> None:
        """Show or hide the variants of an item."""
        first = self._rows.index(index.row(), 0)
        if not self._rows.rowCount(first):
            return
        self.setExpanded(first, not self.isExpanded(first))
        self.viewport().update()

    def _put_selection_aside(self) -> None:
        rows, model = self._rows.rows, self.selectionModel()
        self._aside = [rows[at].item.id for at in self.selected_rows()]
        blocked = model.blockSignals(True)
        model.clearSelection()
        model.blockSignals(blocked)

    def _leave_rows(self, parent: QModelIndex, first: int, last: int) -> None:
        """The current item is one that stays: the next one, as when a person takes rows out."""
        if parent.isValid():
            return
        self._put_selection_aside()
        index = self.currentIndex()
        at = index.parent().row() if index.parent().isValid() else index.row()
        if first <= at <= last:
            stays = last + 1 if last + 1 < self._rows.rowCount() else first - 1
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self._rows.index(stays, index.column()), flags.NoUpdate)

    def _rows_left(self, parent: QModelIndex) -> None:
        if not parent.isValid():
            self._bring_selection_back()

    def _bring_selection_back(self) -> None:
        """Those that are still there are selected as before; that others left is told."""
        aside, self._aside = self._aside, []
        places = [at for at in map(self._rows.place, aside) if at >= 0]
        model = self.selectionModel()
        blocked = model.blockSignals(True)
        model.select(self._selection(places), _SELECT)
        model.blockSignals(blocked)
        if len(places) < len(aside):
            model.selectionChanged.emit(QItemSelection(), QItemSelection())

    def _selection(self, rows: list[int]) -> QItemSelection:
        chosen, last = QItemSelection(), len(Column) - 1
        for _, group in itertools.groupby(enumerate(sorted(rows)), key=lambda placed: placed[1] - placed[0]):
            run = [at for _, at in group]
            chosen.append(QItemSelectionRange(self._rows.index(run[0], 0), self._rows.index(run[-1], last)))
        return chosen

    # --- painting ---------------------------------------------------------------------------------------------

    def viewportEvent(self, event: QEvent) -> bool:  # noqa: D102
        kind = event.type()
        if kind in (QEvent.Type.HoverMove, QEvent.Type.HoverEnter) and isinstance(event, QHoverEvent):
            self._hover = QPersistentModelIndex(self.indexAt(event.position().toPoint()))
        elif kind in (QEvent.Type.HoverLeave, QEvent.Type.Leave):
            self._hover = QPersistentModelIndex()
        return super().viewportEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        header = self.header()
        self._look = RowLook(
            tuple(
                (c, header.sectionViewportPosition(c), header.sectionSize(c))
                for c in Column
                if not header.isSectionHidden(c)
            ),
            self.currentIndex() if self.hasFocus() or self.viewport().hasFocus() else QModelIndex(),
            QModelIndex(self._hover),  # pyright: ignore[reportCallIssue, reportArgumentType]
        )
        super().paintEvent(event)

    def drawRow(self, painter: QPainter, options: QStyleOptionViewItem, index: _Index) -> None:
        """A row at a time, where Qt asks for each cell."""
        cells = self.itemDelegate()
        if not isinstance(cells, LineUpEditDelegate):
            super().drawRow(painter, options, index)
            return
        # Qt gives the first cell of the row.
        look, first = self._look, index
        box: QRect = options.rect  # pyright: ignore[reportAttributeAccessIssue]
        state = QStyle.StateFlag.State_None
        if self.selectionModel().isSelected(first):
            state |= QStyle.StateFlag.State_Selected
        if look.hover.siblingAtColumn(0) == first:
            state |= QStyle.StateFlag.State_MouseOver
        cells.paint_row(painter, box, first, look.columns, state)
        if look.current.siblingAtColumn(0) == first:
            for column, left, width in look.columns:
                if column == look.current.column():
                    cells.paint_focus(painter, QRect(left, box.top(), width, box.height()))

    # --- keys -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        pressed = QKeySequence(event.keyCombination())
        for action_id in KEYS:
            if any(QKeySequence.fromString(key) == pressed for key in self._actions[action_id].keys):
                self.asked.emit(action_id)
                return
        index, key = self.currentIndex(), event.key()
        if key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.edit_current()
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp) and not event.modifiers():
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not event.modifiers() and index.isValid():
            self._go_aside(index, 1 if key == Qt.Key.Key_Right else -1)
        elif (
            event.text().isprintable()
            and event.text()
            and not event.matches(QKeySequence.StandardKey.SelectAll)
        ):
            # A figure typed on a cell of figures replaces what stands there; letters stay keys of the studio.
            if event.text() in "0123456789" and index.column() in (
                Column.MINUTES,
                Column.PRICE,
                Column.TARGET,
            ):
                super().keyPressEvent(event)
            else:
                event.ignore()
        else:
            super().keyPressEvent(event)

    def _go_aside(self, index: QModelIndex, by: int) -> None:
        """To the next cell that can be typed into; on the title the variants open and close first."""
        if index.parent().isValid():
            self.setCurrentIndex(index.parent().siblingAtColumn(Column.ITEM))
            return
        first = index.siblingAtColumn(0)
        if (
            index.column() <= Column.ITEM
            and self._rows.rowCount(first)
            and self.isExpanded(first) != (by > 0)
        ):
            self.toggle(index)
            return
        column = index.column() + by
        while 0 <= column < len(Column):
            if (column in FIELDS or column == Column.PROMO) and not self.isColumnHidden(column):
                there = index.siblingAtColumn(column)
                self.selectionModel().setCurrentIndex(there, QItemSelectionModel.SelectionFlag.NoUpdate)
                return
            column += by

    def edit_current(self) -> None:
        """Type into the current cell, or the title where the cell is none to type into."""
        index = self.currentIndex()
        # Return in a cell that is typed into comes here too.
        editing = self.state() is QAbstractItemView.State.EditingState
        if editing or not index.isValid() or index.parent().isValid():
            return
        if index.column() == Column.PROMO:
            self.promo_clicked.emit(str(index.data(ID_ROLE)))
            return
        cell = index if index.column() in FIELDS else index.siblingAtColumn(Column.ITEM)
        if self._rows.may_edit(cell):
            self.selectionModel().setCurrentIndex(cell, QItemSelectionModel.SelectionFlag.NoUpdate)
            self.edit(cell)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: D102
        hints = QAbstractItemDelegate.EndEditHint
        by = {hints.EditNextItem: 1, hints.EditPreviousItem: -1}.get(hint, 0)
        super().closeEditor(editor, hints.NoHint)
        if by:
            self._edit_beside(by)

    def _edit_beside(self, by: int) -> None:
        """Tab goes on through the cells that can be typed into, and into the next row."""
        index = self.currentIndex()
        row, column = index.row(), index.column() + by
        while 0 <= row < self._rows.rowCount():
            while 0 <= column < len(Column):
                cell = self._rows.index(row, column)
                if self._rows.may_edit(cell) and not self.isColumnHidden(column):
                    self.setCurrentIndex(cell)
                    self.edit(cell)
                    return
                column += by
            row += by
            column = 0 if by > 0 else len(Column) - 1

    # --- the mouse --------------------------------------------------------------------------------------------

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        index = self.indexAt(event.position().toPoint())
        dragged = self.state() is QAbstractItemView.State.DraggingState
        super().mouseReleaseEvent(event)
        plain = event.button() is Qt.MouseButton.LeftButton and not event.modifiers()
        if plain and not dragged and index.isValid() and not index.parent().isValid():
            self._clicked(index, event.position().toPoint())

    def _clicked(self, index: QModelIndex, spot: QPoint) -> None:
        if self.state() is QAbstractItemView.State.EditingState:
            return
        if index.column() in (Column.MINUTES, Column.PRICE, Column.TARGET) and self._rows.may_edit(index):
            self.edit(index)
        elif index.column() == Column.PROMO and index.data():
            self.promo_clicked.emit(str(index.data(ID_ROLE)))
        elif index.column() == Column.ITEM and spot.y() > self.visualRect(index).center().y():
            # The variants stand under the title.
            self.toggle(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: D102
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            index = self.indexAt(event.pos())
            if (
                index.isValid()
                and not self.selectionModel().isSelected(index)
                and not index.parent().isValid()
            ):
                self.setCurrentIndex(index)
        self.menu_asked.emit(event.globalPos())

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: D102
        super().dropEvent(event)
        # The rows move when the show's log says so: what was dragged is not the view's to take away.
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
