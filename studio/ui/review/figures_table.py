"""The view of a table of figures: sorts by a click on a head, copies rows, speaks."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from studio.ui.review.figures_model import (
    ID_ROLE,
    TONE_ROLE,
    TREND_ROLE,
    WARNING_ROLE,
    FiguresModel,
    FiguresOrder,
)
from studio.ui.theme import TEXT_CAPTION, TEXT_S, Theme

_NAMES: Final = 120
"""The least width of a column of names."""
_SHORT_NAMES: Final = 96
"""The same where not all columns have a place."""
_CELL_PAD: Final = 23
"""What stands around a cell's text, px at scale 1."""
_HEAD_PADS: Final = (27, 17)
"""What stands around a head's text, with the sign of its order: at ease, and where there is little room."""
_MOST_MEASURED: Final = 500
"""So many rows are measured for a column's width: those of a long list are alike."""
_TONES: Final = {"warning": "warning_text", "ok": "next_text", "muted": "muted"}


class _Delegate(QStyledItemDelegate):
    """The first cell of a marked row in amber, cells with a tone in its colour, trends as lines."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Colours by the theme in force."""
        super().initStyleOption(option, index)
        marked = index.column() == 0 and index.data(WARNING_ROLE)
        tone = "warning" if marked else index.data(TONE_ROLE)
        if tone:
            colour = self._theme.colour(_TONES[tone])
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, colour)  # type: ignore[attr-defined]

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The cell, with its trend over it."""
        super().paint(painter, option, index)
        trend = index.data(TREND_ROLE)
        if trend:
            inset = self._theme.px(6)
            box = QRectF(option.rect).adjusted(inset, inset, -inset, -inset)  # type: ignore[attr-defined]
            paint_trend(painter, box, trend, self._theme.colour("accent"))


def trend_points(box: QRectF, trend: Sequence[float | None]) -> list[list[QPointF]]:
    """The lines of a trend in a box, broken where a figure is not known; the lowest figure lies at the bottom."""
    known = [value for value in trend if value is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    step = box.width() / max(1, len(trend) - 1)
    lines: list[list[QPointF]] = [[]]
    for n, value in enumerate(trend):
        if value is None:
            lines.append([])
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        lines[-1].append(QPointF(box.left() + n * step, box.bottom() - share * box.height()))
    return [line for line in lines if line]


def paint_trend(painter: QPainter, box: QRectF, trend: Sequence[float | None], colour: QColor) -> None:
    """A small line over the shows, with a dot at the newest one."""
    lines = trend_points(box, trend)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1))
    for line in lines:
        painter.drawPolyline(line)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    for line in lines:
        # A figure between two that are not known would not be seen as a line.
        if len(line) == 1:
            painter.drawEllipse(line[0], 1.5, 1.5)
    if lines and trend[-1] is not None:
        painter.drawEllipse(lines[-1][-1], 2.5, 2.5)
    painter.restore()


class FiguresTable(QTableView):
    """Rows in the order of the show; a click on a head sorts, a third one brings that order back.

    `row_chosen` carries the id of a row that was chosen by click or key.
    """

    row_chosen = Signal(str)
    row_opened = Signal(str)
    """The id of a row that was double-clicked, or opened with Return."""

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
        model.dataChanged.connect(self.fit_columns)
        self.selectionModel().currentRowChanged.connect(self._chosen)
        self.doubleClicked.connect(self._opened)

    def fit_columns(self) -> None:
        """Figures take what they need, names the rest, but never less than can be read. Heads come closer together, and names
        get shorter, where that brings all columns into sight.
        """
        columns = self.figures.columns
        if not columns:
            return
        roomy, close = self._widths(_HEAD_PADS[0]), self._widths(_HEAD_PADS[1])
        room, least = self.viewport().width(), self._theme.px(columns[0].least or _NAMES)
        short = least if columns[0].least else self._theme.px(_SHORT_NAMES)
        if least + sum(roomy.values()) > room >= short + sum(close.values()):
            roomy, least = close, short
        for n, wide in roomy.items():
            self.setColumnWidth(n, wide)
        self.setColumnWidth(0, max(least, room - sum(roomy.values())))

    def _widths(self, head_pad: int) -> dict[int, int]:
        """What the columns need behind the first one, px; those without a figure are hidden if they may be."""
        cells = QFontMetricsF(self._theme.font(TEXT_S))
        heads = QFontMetricsF(self._theme.font(TEXT_CAPTION))
        found: dict[int, int] = {}
        for n, column in enumerate(self.figures.columns):
            if n == 0:
                continue
            self.setColumnHidden(n, column.optional and not self._has_figures(n))
            if self.isColumnHidden(n):
                continue
            widths = [
                cells.horizontalAdvance(self.figures.row(at).cells[n].text)
                for at in range(min(self.figures.rowCount(), _MOST_MEASURED))
            ]
            head = round(heads.horizontalAdvance(column.name)) + self._theme.px(head_pad)
            cell = round(max(widths, default=0)) + self._theme.px(_CELL_PAD)
            found[n] = max(head, cell, self._theme.px(column.least))
        return found

    def _has_figures(self, column: int) -> bool:
        return any(
            self.figures.row(at).cells[column].key not in (None, "") for at in range(self.figures.rowCount())
        )

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.fit_columns()

    @property
    def chosen_id(self) -> str:
        """The id of the current row; empty for none."""
        index = self.currentIndex()
        return str(index.data(ID_ROLE)) if index.isValid() else ""

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
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self.row_opened.emit(str(self.currentIndex().data(ID_ROLE)))
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

    def _opened(self, index: QModelIndex) -> None:
        self.row_opened.emit(str(index.data(ID_ROLE)))
