"""The body of a chart: an empty state, the plot, or the table."""

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QVBoxLayout, QWidget

from studio.ui.charts.plot import PlotArea
from studio.ui.charts.table import ChartTable, Row
from studio.ui.widgets.labels import PlainLabel


class ChartPages(QStackedWidget):
    """One of the three is shown. The table is made when it is first asked for."""

    table_left = Signal()
    """T or Esc was pressed in the table."""

    def __init__(self, where: dt.tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = PlotArea(where)
        self.table_model = ChartTable(self)
        self.table_view: QTableView | None = None
        self._headers: Row = ()
        self._title = PlainLabel(size="s", strong=True)
        self._hint = PlainLabel(size="caption", tone="muted", wrap=True)
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.addStretch()
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch()
        self.addWidget(empty)
        self.addWidget(self.plot)

    def show_empty(self, title: str, hint: str) -> None:
        """Say that there is nothing to draw yet, and what has to happen."""
        self._title.setText(title)
        self._hint.setText(hint)
        self.setCurrentIndex(0)

    def show_plot(self) -> None:
        """Show the plot."""
        self.setCurrentWidget(self.plot)

    def show_table(self, name: str, headers: Row, rows: Sequence[Row], texts: frozenset[int]) -> None:
        """Show these rows, the newest in view when it was before."""
        view = self.table_view or self._make_table()
        view.setAccessibleName(name)
        bar = view.verticalScrollBar()
        at_end = self.currentWidget() is not view or bar.value() == bar.maximum()
        anew = headers != self._headers
        self.table_model.show(headers, rows, texts=texts)
        if anew:
            self._headers = headers
            self._share_width(view, texts)
        self.setCurrentWidget(view)
        if at_end:
            view.scrollToBottom()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """T and Esc leave the table; without this the table would search its rows for a T."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(
            event, QKeyEvent
        ):
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
            if plain and event.key() in (Qt.Key.Key_T, Qt.Key.Key_Escape):
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    self.table_left.emit()
                return True
        return super().eventFilter(watched, event)

    def _share_width(self, view: QTableView, texts: frozenset[int]) -> None:
        """Figures take what they need, names the rest; without names all columns share the width."""
        header = view.horizontalHeader()
        names = texts - {0}
        for column in range(header.count()):
            stretch = not names or column in names
            mode = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(column, mode)
            if not stretch:
                room = view.fontMetrics().horizontalAdvance("000,000") + 16
                header.resizeSection(column, max(header.sectionSizeHint(column), room))

    def _make_table(self) -> QTableView:
        view = QTableView()
        view.setModel(self.table_model)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.setTabKeyNavigation(False)
        rows = view.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(view.fontMetrics().height() + 10)
        view.installEventFilter(self)
        self.addWidget(view)
        self.table_view = view
        return view
