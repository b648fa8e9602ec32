"""The view of a table of figures: sorts by a click on a head, copies rows, speaks."""

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QKeyEvent, QKeySequence, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from studio.ui.review.figures_model import ID_ROLE, WARNING_ROLE, FiguresModel, FiguresOrder
from studio.ui.theme import TEXT_CAPTION, TEXT_S, Theme

_NAMES: Final = 120
"""The least width of a column of names."""


class _Delegate(QStyledItemDelegate):
    """The first cell of a marked row in amber; numbers as they are."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Colours by the theme in force."""
        super().initStyleOption(option, index)
        if index.column() == 0 and index.data(WARNING_ROLE):
            colour = self._theme.colour("warning_text")
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, colour)  # type: ignore[attr-defined]


class FiguresTable(QTableView):
    """Rows in the order of the show; a click on a head sorts, a third one brings that order back.

    `row_chosen` carries the id of a row that was chosen by click or key.
    """

    row_chosen = Signal(str)

    def __init__(self, model: FiguresModel, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = model
        self.order = FiguresOrder(model, self)
        self.setModel(self.order)
        self.setItemDelegate(_Delegate(theme, self))
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(28))
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setMinimumSectionSize(theme.px(40))
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSortIndicatorShown(True)
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._theme = theme
        theme.changed.connect(self.fit_columns)
        model.modelReset.connect(self.fit_columns)
        self.selectionModel().currentRowChanged.connect(self._chosen)

    def fit_columns(self) -> None:
        """Figures take what they need, names the rest, but never less than can be read."""
        cells = QFontMetricsF(self._theme.font(TEXT_S))
        heads = QFontMetricsF(self._theme.font(TEXT_CAPTION))
        pad, arrow = self._theme.px(23), self._theme.px(4)
        taken = 0
        for n, column in enumerate(self.figures.columns):
            if n == 0:
                continue
            widths = [
                cells.horizontalAdvance(self.figures.row(at).cells[n].text)
                for at in range(self.figures.rowCount())
            ]
            wide = round(max(heads.horizontalAdvance(column.name) + arrow, *widths, 0)) + pad
            self.setColumnWidth(n, wide)
            taken += wide
        self.setColumnWidth(0, max(self._theme.px(_NAMES), self.viewport().width() - taken))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.fit_columns()

    def select_row(self, row_id: str) -> bool:
        """Select the row of this id and bring it into view; False when there is none."""
        at = self.figures.row_of(row_id)
        if at < 0:
            return False
        index = self.order.mapFromSource(self.figures.index(at, 0))
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self.scrollTo(index)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.as_text())
            return
        super().keyPressEvent(event)

    def as_text(self) -> str:
        """The selected rows (all when none is) with heads, tabs between cells: what a spreadsheet takes."""
        chosen = sorted({index.row() for index in self.selectionModel().selectedRows()})
        lines = ["\t".join(column.name for column in self.figures.columns)]
        for at in chosen or range(self.order.rowCount()):
            cells = [str(self.order.index(at, n).data()) for n in range(self.order.columnCount())]
            lines.append("\t".join(cells))
        return "\n".join(lines)

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.row_chosen.emit(str(current.data(ID_ROLE)))
