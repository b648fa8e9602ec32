"""The stock check as a table: items, what is expected, what can be sold, each location."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from studio.domain.stock_check import StockRow, StockState
from studio.ui.prepare.stock_words import demand_text, source_text, state_text, tr
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.text import clean_text

OPEN: Final = (StockState.SHORT, StockState.SOLD_OUT, StockState.VARIANT, StockState.UNKNOWN)
"""What a person should look at."""
PLACES: Final = 6
"""So many locations have a column of their own; the others share one."""
_FIXED: Final = 5
_OTHERS: Final = ""
_Index = QModelIndex | QPersistentModelIndex


class StockModel(QAbstractTableModel):
    """One row an item. Columns: item, how it stands, expected, where that is from, can be sold; then the locations."""

    def __init__(self, theme: Theme, texts: Texts) -> None:
        super().__init__()
        self._theme, self._texts = theme, texts
        self.rows: tuple[StockRow, ...] = ()
        self.places: tuple[str, ...] = ()
        self._names: Mapping[str, str] = {}

    def show_rows(self, rows: Sequence[StockRow], names: Mapping[str, str]) -> None:
        """Show these; `names` are what locations are called. Rows of the same items change in place."""
        rows, places = tuple(rows), _places(rows)
        same = [row.item_id for row in rows] == [row.item_id for row in self.rows]
        if not same or places != self.places or dict(names) != self._names:
            self.beginResetModel()
            self.rows, self.places, self._names = rows, places, dict(names)
            self.endResetModel()
            return
        before, self.rows = self.rows, rows
        for at, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else _FIXED + len(self.places)

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if section >= _FIXED:
            return self.place_name(self.places[section - _FIXED])
        return (tr("Item"), tr("Stands"), tr("Expected"), tr("From"), tr("Can be sold"))[section]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == 1 and row.state in OPEN:
                return self._theme.colour("warning_text")
            return self._theme.colour("muted") if column == 3 or column >= _FIXED else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            heading = self.headerData(column, Qt.Orientation.Horizontal)
            return f"{heading}: {self._text(row, column)}"
        return self._text(row, column) if role == Qt.ItemDataRole.DisplayRole else None

    def place_name(self, place: str) -> str:
        """What a location is called."""
        return clean_text(self._names.get(place, place), 20) if place != _OTHERS else tr("Elsewhere")

    def _text(self, row: StockRow, column: int) -> str:
        number = self._texts.number
        if column >= _FIXED:
            place = self.places[column - _FIXED]
            if place != _OTHERS:
                return number(row.by_location.get(place))
            named = set(self.places)
            others = [left for where, left in row.by_location.items() if where not in named]
            return number(sum(others)) if others else number(None)
        if column == 0:
            return clean_text(row.title, 80)
        if column == 1:
            said = state_text(row, self._texts)
            return f"⚠ {said}" if row.state in OPEN else said
        if column == 2:
            return demand_text(row.demand, self._texts)
        return source_text(row.demand, self._texts) if column == 3 else number(row.sellable)


def _alignment(column: int) -> Qt.AlignmentFlag:
    right = column in (2, 4) or column >= _FIXED
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _places(rows: Sequence[StockRow]) -> tuple[str, ...]:
    """The locations, those with most stock first."""
    total: dict[str, int] = {}
    for row in rows:
        for place, left in row.by_location.items():
            total[place] = total.get(place, 0) + left
    ordered = sorted(total, key=lambda place: (-total[place], place))
    return tuple(ordered) if len(ordered) <= PLACES else (*ordered[: PLACES - 1], _OTHERS)
