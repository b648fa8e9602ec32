"""The planned codes of a show as a table, in the order of the line-up, those of the whole show last."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics

from studio.domain.promo_conflicts import Conflict
from studio.domain.promo_plan import PlannedCode
from studio.domain.show import ShowState
from studio.ui.prepare.promo_words import (
    WindowWords,
    begin_words,
    limit_words,
    owner_words,
    short_scope_words,
    state_words,
    tr,
)
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.text import clean_text

CODE, OWNER, WHEN, WINDOW, OFF, SCOPE, LIMIT, STATE = range(8)
_Index = QModelIndex | QPersistentModelIndex
_MUTED: Final = (OWNER, SCOPE, LIMIT)


class PromoRow(msgspec.Struct, frozen=True):
    """One planned code as the table shows it."""

    plan_id: str
    cells: tuple[str, ...]
    wrong: bool


def rows_of(
    state: ShowState,
    codes: Sequence[PlannedCode],
    problems: Mapping[str, Sequence[Conflict]],
    windows: WindowWords,
    texts: Texts,
    now_ms: int | None,
) -> tuple[PromoRow, ...]:
    """What the table shows of these codes."""
    numbers = {item.id: n for n, item in enumerate(state.items, start=1)}
    rows: list[PromoRow] = []
    for code in codes:
        plan, found = code.plan, problems.get(code.plan.id, ())
        wrong = bool(found)
        stands = state_words(state, code, found, now_ms)
        cells = (
            clean_text(plan.code, 24) or "–",
            owner_words(code, numbers.get(code.item_id, 0)),
            begin_words(plan),
            windows.window(code),
            texts.discount(plan.kind, plan.percent, plan.amount_minor, state.currency),
            short_scope_words(plan.scope),
            limit_words(plan, texts),
            f"⚠ {stands}" if wrong else stands,
        )
        rows.append(PromoRow(plan.id, cells, wrong))
    return tuple(rows)


class PromoPlanModel(QAbstractTableModel):
    """One row a code."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: tuple[PromoRow, ...] = ()
        theme.changed.connect(self._redrawn)

    def show_rows(self, rows: Sequence[PromoRow]) -> None:
        """Show these. Rows of the same codes change in place."""
        rows = tuple(rows)
        if [row.plan_id for row in rows] != [row.plan_id for row in self.rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        before, self.rows = self.rows, rows
        for at, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(at, 0), self.index(at, STATE))

    def row_of(self, plan_id: str) -> int:
        """Where a code stands, -1 when it is not there."""
        return next((n for n, row in enumerate(self.rows) if row.plan_id == plan_id), -1)

    def _redrawn(self) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, STATE))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else STATE + 1

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (
            tr("Code"), tr("Belongs to"), tr("Begins"), tr("Window"), tr("Discount"), tr("Good for"), tr("Limit"),
            tr("Stands"),
        )[section]  # fmt: skip

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: D102
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.ForegroundRole:
            if column == CODE:
                return self._theme.colour("promo_text")
            if column == STATE and row.wrong:
                return self._theme.colour("warning_text")
            return self._theme.colour("muted") if column in _MUTED else None
        if role == Qt.ItemDataRole.SizeHintRole and column in (CODE, STATE):
            # With the room that the frame of the chosen cell takes.
            wide = QFontMetrics(self._theme.font()).horizontalAdvance(row.cells[column])
            return QSize(wide + self._theme.px(28), self._theme.px(30))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.headerData(column, Qt.Orientation.Horizontal)}: {row.cells[column]}"
        return row.cells[column] if role == Qt.ItemDataRole.DisplayRole else None
