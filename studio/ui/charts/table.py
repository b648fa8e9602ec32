"""The figures of a chart as a table, for who cannot see the chart or wants the numbers."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

Row = tuple[str, ...]
_Index = QModelIndex | QPersistentModelIndex


class ChartTable(QAbstractTableModel):
    """Rows of texts. `show` brings it to new contents by the smallest exact signals, so a selection stays."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers: Row = ()
        self._rows: list[Row] = []
        self._texts: frozenset[int] = frozenset((0,))

    def show(self, headers: Row, rows: Sequence[Row], *, texts: frozenset[int] = frozenset((0,))) -> None:
        """Show these rows. `texts` are the columns that read from the left; the others are figures.

        Raises ValueError when a row is not as long as the headers.
        """
        if any(len(row) != len(headers) for row in rows):
            raise ValueError("Every row of a table has one text for each header.")
        if headers != self._headers or texts != self._texts:
            self.beginResetModel()
            self._headers, self._texts, self._rows = headers, texts, list(rows)
            self.endResetModel()
            return
        self._change_common(rows)
        old, new = len(self._rows), len(rows)
        if new > old:
            self.beginInsertRows(QModelIndex(), old, new - 1)
            self._rows.extend(rows[old:])
            self.endInsertRows()
        elif new < old:
            self.beginRemoveRows(QModelIndex(), new, old - 1)
            del self._rows[new:]
            self.endRemoveRows()

    def _change_common(self, rows: Sequence[Row]) -> None:
        changed = [i for i, (old, new) in enumerate(zip(self._rows, rows, strict=False)) if old != new]
        if not changed:
            return
        for i in changed:
            self._rows[i] = rows[i]
        last = len(self._headers) - 1
        self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """The number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(self._headers)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text of a cell, and on which side it stands."""
        if not self.checkIndex(index, self.CheckIndexOption.IndexIsValid):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """The names of the columns; rows are not numbered."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._headers):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignLeft if column in self._texts else Qt.AlignmentFlag.AlignRight
        return side | Qt.AlignmentFlag.AlignVCenter
