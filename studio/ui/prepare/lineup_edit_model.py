"""The line-up to be planned, as an item model: one row an item, its product's variants under it."""

import enum
import itertools
from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.promo_plan import codes_of_show, show_start
from studio.domain.show import ShowPhase
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.item_values import Field
from studio.ui.prepare.lineup_clipboard import ITEM_IDS, dragged_items, ids_mime
from studio.ui.prepare.lineup_edit_row import (
    Codes,
    EditRow,
    ItemFacts,
    VariantRow,
    facts_of,
    planned_rows,
    stocked,
)
from studio.ui.prepare.lineup_edit_row import without_variants as _bare
from studio.ui.prepare.lineup_edit_words import RowWords
from studio.ui.prepare.lineup_moves import StepKind, steps
from studio.ui.prepare.mime import PRODUCTS, dragged_products
from studio.ui.texts import Texts
from studio.ui.widgets.labels import tooltip_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Column(enum.IntEnum):
    """The columns, from the left."""

    NUMBER = 0
    PICTURE = 1
    ITEM = 2
    MINUTES = 3
    STARTS = 4
    PRICE = 5
    TARGET = 6
    STOCK = 7
    PROMO = 8


ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The whole `EditRow`, or the `VariantRow` of a row under it."""
ID_ROLE: Final = Qt.ItemDataRole.UserRole + 2
PROBLEM_ROLE: Final = Qt.ItemDataRole.UserRole + 3
"""Why what was typed into this cell could not be taken; empty when nothing was refused."""
FIELDS: Final = {
    Column.ITEM: Field.TITLE, Column.MINUTES: Field.MINUTES, Column.PRICE: Field.PRICE, Column.TARGET: Field.TARGET,
}  # fmt: skip
"""The cells that are typed into."""
_OF_PRODUCTS: Final = (Column.PRICE, Column.TARGET)
# Asked for each cell of each selected row, again and again.
_AROUND: Final = Qt.ItemFlag.ItemIsDropEnabled
_OF_VARIANT: Final = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
_OF_ITEM: Final = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
# So that the view does not look for any under it.
_ALONE: Final = _OF_ITEM | Qt.ItemFlag.ItemNeverHasChildren
_TYPED: Final = _OF_ITEM | Qt.ItemFlag.ItemIsEditable
_COLUMNS: Final = len(Column)
_WHOLE: Final = (Column.NUMBER, Column.PROMO)
# With the title, which is read out together with the number and the start.
_NUMBERED: Final = (Column.NUMBER, Column.STARTS)
_STOCKED: Final = (Column.ITEM, Column.STOCK)
_STARTING: Final = (Column.ITEM, Column.STARTS)
_RIGHT: Final = (Column.MINUTES, Column.PRICE, Column.TARGET, Column.STOCK)


class LineUpEditModel(QAbstractItemModel):
    """Follows the show. It is never moved by a view: what was dropped is asked for, and comes back as the show's log."""

    move_asked = Signal(object, int)
    """These items (ids) shall stand before the item at this index."""
    products_dropped = Signal(object, int)
    """These products (ids) shall come in at this index."""
    totals_changed = Signal()

    def __init__(self, live: LiveShow, edits: ItemEdits, texts: Texts) -> None:
        super().__init__(live)
        self._live, self._edits, self._texts = live, edits, texts
        self.words = RowWords(live, edits, texts)
        self._rows: list[EditRow] = []
        self._places: dict[str, int] = {}
        self._serials: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self._next_serial = itertools.count(1)
        self._facts: dict[str, ItemFacts] = {}
        self._codes: Codes = {}
        self._folded: tuple[object, ...] = ()
        self.length_ms = 0
        self._sync()
        live.lineup_changed.connect(self._sync)
        live.show_changed.connect(self._sync)
        live.stock_changed.connect(self._stock_changed)
        live.products_changed.connect(self._products_changed)
        edits.changed.connect(self._edited)

    # --- reading ----------------------------------------------------------------------------------------------

    @property
    def rows(self) -> Sequence[EditRow]:
        """All rows in order."""
        return self._rows

    def place(self, item_id: str) -> int:
        """Where an item stands, -1 when it is not in the line-up."""
        return self._places.get(item_id, -1)

    def row(self, index: _Index) -> EditRow | VariantRow | None:
        """What stands at this index."""
        if not index.isValid():
            return None
        serial = index.internalId()
        if not serial:
            return self._rows[index.row()] if index.row() < len(self._rows) else None
        variants = self._variants(self._place_of(serial))
        return variants[index.row()] if index.row() < len(variants) else None

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """Items, or the variants of one."""
        if not parent.isValid():
            return len(self._rows)
        if parent.internalId() or parent.column() != 0:
            return 0
        return len(self._variants(parent.row()))

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: ARG002
        """Always the same."""
        return _COLUMNS

    def index(self, row: int, column: int, parent: _Index = _ROOT) -> QModelIndex:
        """The index of a cell."""
        # Asked for each row whenever one came, went or moved.
        if not parent.isValid():
            inside = 0 <= row < len(self._rows) and 0 <= column < _COLUMNS
            return self.createIndex(row, column, 0) if inside else QModelIndex()
        if not 0 <= column < _COLUMNS or not 0 <= row < self.rowCount(parent):
            return QModelIndex()
        return self.createIndex(row, column, self._serials[self._rows[parent.row()].item.id])

    def parent(self, child: _Index = _ROOT) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The item of a variant."""
        if not child.isValid() or not child.internalId():
            return QModelIndex()
        at = self._place_of(child.internalId())
        return self.createIndex(at, 0, 0) if at >= 0 else QModelIndex()

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Items are selected, dragged and typed into; variants are only read. What is dropped lands between items."""
        if not index.isValid():
            return _AROUND
        if index.internalId():
            return _OF_VARIANT
        column = index.column()
        if column == 0:
            return _OF_ITEM if self._rows[index.row()].facts.variants else _ALONE
        if column not in FIELDS:
            return _OF_ITEM
        return _TYPED if self.may_edit(index) else _OF_ITEM

    def may_edit(self, index: _Index) -> bool:
        """Whether this cell can be typed into now."""
        column = index.column()
        if column not in FIELDS or index.internalId() or self._live.state.phase is ShowPhase.ENDED:
            return False
        return column not in _OF_PRODUCTS or self._rows[index.row()].item.kind is ItemKind.PRODUCT

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts for the eye and for screen readers, what is typed, and the whole row."""
        row = self.row(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        column = Column(index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if column in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return right | Qt.AlignmentFlag.AlignVCenter
        if isinstance(row, VariantRow):
            return self._variant_data(row, column, role)
        return self._row_data(row, column, role)

    def _variant_data(self, row: VariantRow, column: Column, role: int) -> Any:
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words.of_variant(row, column)
        return row.id if role == ID_ROLE else None

    def _row_data(self, row: EditRow, column: Column, role: int) -> Any:
        roles = Qt.ItemDataRole
        if role == ID_ROLE:
            return row.item.id
        if role == roles.DisplayRole:
            return self.words.cell(row, column)
        if role == roles.AccessibleTextRole:
            return self.words.spoken(row) if column is Column.ITEM else self.words.cell(row, column)
        if role == roles.ToolTipRole:
            return tooltip_text(self.words.hint(row, column)) or None
        field = FIELDS.get(column)
        if field is None:
            return None
        if role == roles.EditRole:
            return self._edits.text(self._edits.item(row.item.id) or row.item, field)
        return self._edits.problem(row.item.id, field) if role == PROBLEM_ROLE else None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """What was typed becomes a decision; the cell follows when it was taken."""
        row, field = self.row(index), FIELDS.get(Column(index.column()))
        if role != Qt.ItemDataRole.EditRole or field is None or not isinstance(row, EditRow):
            return False
        self._edits.commit(row.item.id, field, str(value))
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The names of the columns, also as tooltips: in a narrow window they are cut."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        named = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
        return self.words.header(section) if named and orientation is Qt.Orientation.Horizontal else None

    # --- dragging ---------------------------------------------------------------------------------------------

    def mimeTypes(self) -> list[str]:
        """Items of this line-up, and products of the catalogue."""
        return [ITEM_IDS, PRODUCTS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The items of these cells, in their order."""
        places = sorted({i.row() for i in indexes if not i.internalId()})
        return ids_mime([self._rows[at].item.id for at in places])

    def supportedDropActions(self) -> Qt.DropAction:
        """Items move, products come in."""
        return Qt.DropAction.MoveAction | Qt.DropAction.CopyAction

    def supportedDragActions(self) -> Qt.DropAction:
        """Items are moved, never copied."""
        return Qt.DropAction.MoveAction

    def canDropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, _row: int, _column: int, parent: _Index
    ) -> bool:
        """Between items, while the show is not over."""
        if parent.isValid() or self._live.state.phase is ShowPhase.ENDED:
            return False
        return data.hasFormat(ITEM_IDS) or data.hasFormat(PRODUCTS)

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:
        """Ask for what was dropped. Never true: the view must not take rows away that the show's log moves."""
        if self.canDropMimeData(data, action, row, column, parent):
            at = len(self._rows) if row < 0 else row
            if moved := tuple(i for i in dragged_items(data) if i in self._places):
                self.move_asked.emit(moved, at)
            elif products := dragged_products(data):
                self.products_dropped.emit(products, at)
        return False

    # --- following --------------------------------------------------------------------------------------------

    def _variants(self, place: int) -> tuple[VariantRow, ...]:
        return self._rows[place].facts.variants if 0 <= place < len(self._rows) else ()

    def _place_of(self, serial: int) -> int:
        return self._places.get(self._ids.get(serial, ""), -1)

    def _sync(self) -> None:
        state = self._live.state
        base = state.started_at_ms if state.started_at_ms is not None else state.starts_at_ms
        codes = (state.planned_promos, state.promos)
        folded = (state.items, state.statuses, base, state.phase, state.planned_ms, state.currency, *codes)
        if len(folded) == len(self._folded) and all(
            a is b or a == b for a, b in zip(folded[1:], self._folded[1:], strict=True)
        ) and folded[0] is self._folded[0]:  # fmt: skip
            return
        self._folded = folded
        before, self._codes = self._codes, codes_of_show(state, show_start(state, 0))
        anew = {i for i in (*before, *self._codes) if before.get(i) != self._codes.get(i)}
        wanted, self.length_ms = planned_rows(
            self._live, self._rows, self._facts, base or 0, self._codes, anew
        )
        have, by_id = [r.item.id for r in self._rows], {r.item.id: r for r in wanted}
        keys = list(by_id)
        if have != keys:
            self._reorder(have, keys, by_id)
        self._replace(wanted)
        self.totals_changed.emit()

    def _reorder(self, have: list[str], keys: list[str], by_id: dict[str, EditRow]) -> None:
        for step in steps(have, keys):
            first, last = step.first, step.last
            if step.kind is StepKind.REMOVE:
                self.beginRemoveRows(_ROOT, first, last)
                for row in self._rows[first : last + 1]:
                    self._facts.pop(row.item.id, None)
                    self._ids.pop(self._serials.pop(row.item.id), None)
                del self._rows[first : last + 1]
                self._note_places()
                self.endRemoveRows()
            elif step.kind is StepKind.INSERT:
                self.beginInsertRows(_ROOT, first, last)
                self._rows[first:first] = [by_id[key] for key in keys[first : last + 1]]
                for row in self._rows[first : last + 1]:
                    serial = next(self._next_serial)
                    self._serials[row.item.id], self._ids[serial] = serial, row.item.id
                self._note_places()
                self.endInsertRows()
            else:
                self.beginMoveRows(_ROOT, first, last, _ROOT, step.to)
                block = self._rows[first : last + 1]
                del self._rows[first : last + 1]
                place = step.to - len(block) if step.to > first else step.to
                self._rows[place:place] = block
                self._note_places()
                self.endMoveRows()

    def _note_places(self) -> None:
        self._places = {row.item.id: n for n, row in enumerate(self._rows)}

    def _replace(self, wanted: list[EditRow]) -> None:
        changed: dict[tuple[Column, Column], list[int]] = {_WHOLE: [], _NUMBERED: [], _STARTING: []}
        for at, row in enumerate(wanted):
            old = self._rows[at]
            if row is old:
                continue
            if row.item is old.item and row.facts is old.facts and row.status is old.status:
                # What comes after an edit is the same, only later.
                self._rows[at] = row
                changed[_STARTING if row.number == old.number else _NUMBERED].append(at)
            else:
                self._put(at, row)
                changed[_WHOLE].append(at)
        for columns, places in changed.items():
            self._tell(places, columns)

    def _put(self, at: int, row: EditRow) -> None:
        """Another row in this place, with its variants. Rows of variants come and go as a whole."""
        before, after = self._rows[at].facts.variants, row.facts.variants
        if before is after or not (before or after):
            self._rows[at] = row
            return
        same = [v.id for v in before] == [v.id for v in after]
        parent = self.index(at, 0)
        if not same and before:
            self.beginRemoveRows(parent, 0, len(before) - 1)
            self._rows[at] = _bare(self._rows[at])
            self.endRemoveRows()
        if not same and after:
            self.beginInsertRows(parent, 0, len(after) - 1)
            self._rows[at] = row
            self.endInsertRows()
        self._rows[at] = row
        if same and before != after:
            last = self.index(len(after) - 1, len(Column) - 1, parent)
            self.dataChanged.emit(self.index(0, 0, parent), last)

    def _tell(self, changed: list[int], columns: tuple[Column, Column] = _WHOLE) -> None:
        """These columns of these rows; rows beside each other are told of together."""
        for _, group in itertools.groupby(enumerate(changed), key=lambda placed: placed[1] - placed[0]):
            run = [at for _, at in group]
            self.dataChanged.emit(self.index(run[0], columns[0]), self.index(run[-1], columns[1]))

    def _products_changed(self, product_ids: set[str]) -> None:
        self._ask_again(product_ids, facts_of, _WHOLE)

    def _stock_changed(self, product_ids: set[str]) -> None:
        self._ask_again(product_ids, stocked, _STOCKED)

    def _ask_again(
        self,
        product_ids: set[str],
        ask: Callable[[LiveShow, LineUpItem, ItemFacts, Codes], ItemFacts],
        columns: tuple[Column, Column],
    ) -> None:
        changed: list[int] = []
        for at, row in enumerate(self._rows):
            if row.item.product_id in product_ids:
                facts = ask(self._live, row.item, row.facts, self._codes)
                if facts is not row.facts and facts != row.facts:
                    self._facts[row.item.id] = facts
                    self._put(at, EditRow(row.item, row.number, row.starts_ms, row.status, facts))
                    changed.append(at)
        self._tell(changed, columns)

    def _edited(self, item_id: str) -> None:
        at = self.place(item_id)
        if at >= 0:
            self._tell([at])
