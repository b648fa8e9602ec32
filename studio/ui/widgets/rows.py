"""The dress of a table whose rows are chosen, one at a time, and told of elsewhere."""

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView


def dress_rows(table: QTableView, model: QAbstractItemModel, name: str, high: int) -> None:
    """Show `model` as rows, `high` px each, of which one is chosen; nothing is edited in it. `name` is read out."""
    table.setModel(model)
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setWordWrap(False)
    table.setShowGrid(False)
    table.setTabKeyNavigation(False)
    rows, columns = table.verticalHeader(), table.horizontalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(high)
    columns.setHighlightSections(False)


def size_columns(table: QTableView, wide: int, least: int) -> None:
    """Columns as wide as their words, `least` px at least; the column `wide` takes the rest."""
    header = table.horizontalHeader()
    for column in range(header.count()):
        wanted = QHeaderView.ResizeMode.Stretch if column == wide else QHeaderView.ResizeMode.ResizeToContents
        if header.sectionResizeMode(column) is not wanted:
            header.setSectionResizeMode(column, wanted)
    header.setMinimumSectionSize(least)
