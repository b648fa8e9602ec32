"""The rows of a file on their way into the line-up: what each is, what is to be decided, and what was decided."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from studio.domain.exchange import SURE, Candidate, DraftRow
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.ui.prepare.import_words import found_words, tr
from studio.ui.texts import Texts, length
from studio.ui.widgets.text import clean_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
STATE_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The `RowState` of a row."""
TONE_ROLE: Final = Qt.ItemDataRole.UserRole + 2
"""The role of a cell's colour, empty for plain text."""


class RowState(enum.StrEnum):
    """Whether a row comes into the line-up: it is good, a person has to say, it is left out, or it is wrong."""

    GOOD = "good"
    ASKS = "asks"
    OUT = "out"
    WRONG = "wrong"


class Chosen(enum.StrEnum):
    """What a person decided about a row besides a product of the shop."""

    AS_IT_STANDS = "as_it_stands"
    LEFT_OUT = "left_out"


Choice = Candidate | Chosen | None
_TONES: Final = {
    RowState.GOOD: "ok",
    RowState.ASKS: "warning",
    RowState.OUT: "muted",
    RowState.WRONG: "warning",
}
_SIGNS: Final = {RowState.GOOD: "✓", RowState.ASKS: "?", RowState.OUT: "–", RowState.WRONG: "⚠"}


@dataclass(slots=True)
class _Kept:
    """A row with what was decided about it."""

    row: DraftRow
    choice: Choice = None

    @property
    def state(self) -> RowState:
        if self.row.item is None:
            return RowState.WRONG
        if self.choice is Chosen.LEFT_OUT:
            return RowState.OUT
        return RowState.GOOD if self.row.match.found in SURE or self.choice is not None else RowState.ASKS


class ImportRowsModel(QAbstractTableModel):
    """One row of the model for each of the file. `item_with` gives the item with a product that was chosen."""

    def __init__(self, texts: Texts, currency: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts, self._currency = texts, currency
        self._rows: list[_Kept] = []
        self.heads: Final = (
            tr("Row"), tr("State"), tr("Item"), tr("Minutes"), tr("Show price"), tr("Code"), tr("Product, remarks"),
        )  # fmt: skip

    def set_rows(self, rows: Sequence[DraftRow], *, again: bool = False) -> None:
        """Show these rows; what was decided about the others is forgotten. `again`: they are the same ones, looked up once
        more, and what was left out stays out.
        """
        out = {kept.row.number for kept in self._rows if again and kept.choice is Chosen.LEFT_OUT}
        self.beginResetModel()
        self._rows = [_Kept(row, Chosen.LEFT_OUT if row.number in out else None) for row in rows]
        self.endResetModel()

    def row(self, at: int) -> DraftRow:
        """The row at this place."""
        return self._rows[at].row

    def choice(self, at: int) -> Choice:
        """What was decided about the row at this place."""
        return self._rows[at].choice

    def state(self, at: int) -> RowState:
        """Whether the row at this place comes in."""
        return self._rows[at].state

    def choose(self, at: int, choice: Choice) -> None:
        """Decide about a row."""
        if self._rows[at].choice != choice:
            self._rows[at].choice = choice
            self.dataChanged.emit(self.index(at, 0), self.index(at, len(self.heads) - 1))

    def count(self, state: RowState) -> int:
        """How many rows are in this state."""
        return sum(kept.state is state for kept in self._rows)

    def next_open(self, behind: int) -> int:
        """The next row that asks, round from this place; -1 when none does."""
        order = [*range(behind + 1, len(self._rows)), *range(behind + 1)]
        return next((at for at in order if self._rows[at].state is RowState.ASKS), -1)

    def open_proposals(self) -> list[int]:
        """The rows that ask about a single product."""
        return [
            at
            for at, kept in enumerate(self._rows)
            if kept.state is RowState.ASKS and len(kept.row.match.candidates) == 1
        ]

    def good(self) -> list[tuple[DraftRow, Choice]]:
        """What comes into the line-up, in the order of the file."""
        return [(kept.row, kept.choice) for kept in self._rows if kept.state is RowState.GOOD]

    # --- the model's side -------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self.heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """The names of the columns."""
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.heads):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Texts, their colours, and what a screen reader says."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        kept = self._rows[index.row()]
        if role == STATE_ROLE:
            return kept.state
        if role == TONE_ROLE:
            return _TONES[kept.state] if index.column() == 1 or kept.state is not RowState.GOOD else ""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(kept, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.heads[index.column()]}: {self._text(kept, index.column())}"
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in (0, 3, 4) else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter

    def _text(self, kept: _Kept, column: int) -> str:
        row, item = kept.row, kept.row.item
        if column == 0:
            return str(row.number)
        if column == 1:
            return f"{_SIGNS[kept.state]} {self._state_words(kept)}"
        if column == 2:
            return clean_text(item.title if item else row.label, 120)
        if item is None:
            said = row.problems[0].removeprefix(f"Row {row.number}: ") if row.problems else ""
            return clean_text(said, 200) if column == 6 else ""
        return self._of_item(kept, item, column)

    def _of_item(self, kept: _Kept, item: LineUpItem, column: int) -> str:
        if column == 3:
            return length(item.planned_ms)
        if column == 4:
            price = item.show_price_minor
            return "" if price is None else self._texts.money(Money(price, self._currency))
        if column == 5:
            return item.promo.code if item.promo else ""
        # What was read in another way than it stands there is said beside it, not only where the row is looked at.
        return clean_text(" · ".join(filter(None, (*kept.row.notes, self._product(kept, item)))), 300)

    def _product(self, kept: _Kept, item: LineUpItem) -> str:
        if isinstance(kept.choice, Candidate):
            return clean_text(kept.choice.title, 120)
        if kept.choice is Chosen.AS_IT_STANDS:
            return tr("as it stands in the file")
        if item.kind is ItemKind.TALK:
            return tr("talk")
        return found_words(kept.row.match.found)

    def _state_words(self, kept: _Kept) -> str:
        words = {
            RowState.GOOD: tr("comes in"),
            RowState.ASKS: tr("to confirm"),
            RowState.OUT: tr("left out"),
            RowState.WRONG: tr("to correct"),
        }
        return words[kept.state]
