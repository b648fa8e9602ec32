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

from studio.domain.kpi import ProductFigures, PromoFigures
from studio.ui.review.figures import not_known, translate
from studio.ui.texts import Texts, length
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

KEY_ROLE = Qt.ItemDataRole.UserRole + 1
"""What a cell is sorted by: a number, a text, or None where the figure is not known."""
ID_ROLE = Qt.ItemDataRole.UserRole + 2
"""The row's id: a product's id, or a code."""
WARNING_ROLE = Qt.ItemDataRole.UserRole + 3
"""Whether the row is worth a second look (sold out, limit reached)."""

Key = float | str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what is read, what it is sorted by, and what its tooltip adds."""

    text: str
    key: Key
    tip: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row. `warning` marks it."""

    id: str
    cells: tuple[Cell, ...]
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head, with the formula of its figures."""

    name: str
    how: str
    number: bool = True


class FiguresModel(QAbstractTableModel):
    """Rows of figures under fixed columns."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: tuple[FigureRow, ...] = ()

    def set_rows(self, rows: Sequence[FigureRow]) -> None:
        """Show these rows instead."""
        self.beginResetModel()
        self._rows = tuple(rows)
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
        return {KEY_ROLE: cell.key, ID_ROLE: row.id, WARNING_ROLE: row.warning}.get(role)

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


def product_columns() -> list[Column]:
    """The columns of the products' table."""
    return [
        Column(translate("Review", "Item"), translate("Review", "The product, as the line-up names it."), number=False),
        Column(translate("Review", "On air"), translate("Review", "How long it was on air, over all its turns.")),
        Column(
            translate("Review", "Avg viewers"),
            translate("Review", "Average viewers, weighted by time, while it was on air."),
        ),
        Column(
            translate("Review", "Sold"),
            translate("Review", "Units in the show's orders that were not cancelled, less returned units."),
        ),
        Column(
            translate("Review", "Revenue"),
            translate("Review", "What those units came to, after discounts, with tax, without shipping."),
        ),
        Column(translate("Review", "Per minute"), translate("Review", "Revenue divided by minutes on air.")),
        Column(
            translate("Review", "Questions"),
            translate("Review", "Messages that asked something first heard while it was on air."),
        ),
    ]  # fmt: skip


def product_row(figures: ProductFigures, texts: Texts) -> FigureRow:
    """A product's row; a sold-out one says when."""
    title = clean_text(figures.title, 200)
    gone = figures.sold_out_at_ms
    text = title
    if gone is not None:
        text = (
            translate("Review", "{title}, sold out at {time}")
            .replace("{time}", texts.clock(gone))
            .replace("{title}", title)
        )
    aired = figures.on_air_ms > 0
    per_minute = figures.revenue_per_minute
    never = translate("Review", "It was not on air.")
    viewers = texts.number(figures.viewers) if figures.viewers is not None else not_known() if aired else "–"
    cells = (
        Cell(text, title, text),
        Cell(length(figures.on_air_ms) if aired else "–", float(figures.on_air_ms), "" if aired else never),
        Cell(viewers, figures.viewers),
        Cell(texts.number(figures.units), float(figures.units)),
        Cell(texts.money(figures.revenue), float(figures.revenue.amount_minor)),
        Cell(texts.money(per_minute), None if per_minute is None else float(per_minute.amount_minor)),
        Cell(texts.number(figures.questions), float(figures.questions)),
    )
    return FigureRow(figures.product_id, cells, gone is not None)


def promo_columns() -> list[Column]:
    """The columns of the codes' table."""
    return [
        Column(translate("Review", "Code"), translate("Review", "A code which the shop confirmed."), number=False),
        Column(
            translate("Review", "Redeemed"),
            translate("Review", "The show's orders with this code that were not cancelled, and the code's limit."),
        ),
        Column(translate("Review", "Orders' total"), translate("Review", "The totals of those orders.")),
        Column(
            translate("Review", "Discount"), translate("Review", "What the discounts of those orders came to.")
        ),
    ]  # fmt: skip


def promo_row(figures: PromoFigures, texts: Texts) -> FigureRow:
    """A code's row."""
    used = texts.number(figures.redemptions)
    if figures.limit is not None:
        used = f"{used} / {texts.number(figures.limit)}"
    cells = (
        Cell(clean_text(figures.code, 40), figures.code),
        Cell(used, float(figures.redemptions)),
        Cell(texts.money(figures.revenue), float(figures.revenue.amount_minor)),
        Cell(texts.money(figures.discount), float(figures.discount.amount_minor)),
    )
    full = figures.limit is not None and figures.redemptions >= figures.limit
    return FigureRow(figures.code, cells, full)


def _aligned(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
