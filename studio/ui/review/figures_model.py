"""Tables of a review: one row a product or a code, every column sortable."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from studio.ui.widgets.labels import tooltip_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

KEY_ROLE = Qt.ItemDataRole.UserRole + 1
"""What a cell is sorted by: a number, a text, or None where the figure is not known."""
ID_ROLE = Qt.ItemDataRole.UserRole + 2
"""The row's id: a product's id, or a code."""
WARNING_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether the row is worth a second look (sold out, limit reached)."""
TONE_ROLE = Qt.ItemDataRole.UserRole + 4
"""The role of a cell's colour, empty for plain text."""
TREND_ROLE = Qt.ItemDataRole.UserRole + 5
"""The figures that a cell draws as a line, oldest first; None where one is not known."""

Key = float | str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what is read, what it is sorted by, what its tooltip adds, the role of its colour (`warning`, `ok`, `muted`),
    and a trend to be drawn instead of a text.
    """

    text: str
    key: Key
    tip: str = ""
    tone: str = ""
    trend: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row. `warning` marks it."""

    id: str
    cells: tuple[Cell, ...]
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head, with the formula of its figures. `least` is its least width in pixels at scale 1; an
    `optional` one is left out where no row has a figure.
    """

    name: str
    how: str
    number: bool = True
    least: int = 0
    optional: bool = False


class FiguresModel(QAbstractTableModel):
    """Rows of figures under fixed columns."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[FigureRow, ...] = ()

    def set_rows(self, rows: Sequence[FigureRow]) -> None:
        """Show these rows instead."""
        rows = tuple(rows)
        if rows == self._rows:
            return
        if [r.id for r in rows] == [r.id for r in self._rows]:
            # Late orders change figures of rows that are there: a selection and the scroll bar stay where they are.
            self._rows = rows
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self.columns) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def set_table(self, columns: Sequence[Column], rows: Sequence[FigureRow]) -> None:
        """Show these rows under these columns instead."""
        self.beginResetModel()
        self.columns, self._rows = tuple(columns), tuple(rows)
        self.endResetModel()

    def row(self, at: int) -> FigureRow:
        """The row at this place."""
        return self._rows[at]

    def row_of(self, row_id: str) -> int:
        """The place of a row, -1 when there is none of this id."""
        return next((n for n, row in enumerate(self._rows) if row.id == row_id), -1)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        """How many columns there are."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Text, sort key, tooltip, alignment, and a text for screen readers that names the column."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        cell = row.cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.name}: {cell.text}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_text(cell.tip) if cell.tip else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return cell.tip or None
        return {
            KEY_ROLE: cell.key, ID_ROLE: row.id, WARNING_ROLE: row.warning, TONE_ROLE: cell.tone, TREND_ROLE: cell.trend,
        }.get(role)  # fmt: skip

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names and formulas of the columns."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_text(column.how)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _aligned(column)
        if role == Qt.ItemDataRole.InitialSortOrderRole:
            # Of figures the largest are asked for first, of names the first.
            return Qt.SortOrder.DescendingOrder if column.number else Qt.SortOrder.AscendingOrder
        return None


class FiguresOrder(QSortFilterProxyModel):
    """Sorts by the figures themselves. What is not known stands last, whichever way it is sorted."""

    def __init__(self, model: FiguresModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setSourceModel(model)

    def lessThan(self, left: _Index, right: _Index) -> bool:
        """Whether a cell comes before another one."""
        one: Key = left.data(KEY_ROLE)
        other: Key = right.data(KEY_ROLE)
        if one is None or other is None:
            known_first = other is None and one is not None
            backwards = self.sortOrder() is Qt.SortOrder.DescendingOrder
            return (one is None and other is not None) if backwards else known_first
        if isinstance(one, str) or isinstance(other, str):
            return str(one).casefold() < str(other).casefold()
        return one < other


def _aligned(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
