"""Which column of the file is which: a choice for each, beside its name and what stands in it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QVBoxLayout, QWidget

from studio.domain.exchange import Column, RawTable
from studio.ui.prepare.import_words import column_names, tr
from studio.ui.theme import SPACE_M, SPACE_S
from studio.ui.widgets.labels import ElidedLabel
from studio.ui.widgets.text import clean_text

_EXAMPLES: Final = 3


class _Choice(QComboBox):
    """Scrolling past must not choose another column."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ImportColumns(QScrollArea):
    """A choice for each column of the file. `changed` tells that a person chose another one."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Columns of the file"))
        self.choices: list[QComboBox] = []

    def show_table(self, table: RawTable, mapping: Sequence[Column | None]) -> None:
        """Offer the columns of a table, chosen as they are guessed."""
        self.choices = []
        page = QWidget()
        page.setProperty("role", "plain")
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_M)
        names = column_names()
        for at, (name, guess) in enumerate(zip(table.header, mapping, strict=True)):
            title = clean_text(name, 100)
            row = QVBoxLayout()
            row.setSpacing(2)
            row.addWidget(ElidedLabel(title, strong=True))
            examples = _examples(table, at)
            row.addWidget(ElidedLabel(examples or tr("empty"), size="caption", tone="muted"))
            choice = _Choice()
            choice.setObjectName(f"column:{at}")
            choice.setAccessibleName(tr("“{name}” is").replace("{name}", title))
            choice.setAccessibleDescription(examples)
            choice.addItem(tr("not used"), None)
            for known, words in names.items():
                choice.addItem(words, known)
            choice.setCurrentIndex(0 if guess is None else 1 + list(names).index(guess))
            choice.currentIndexChanged.connect(self._chosen)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(12)
            self.choices.append(choice)
            row.addWidget(choice)
            column.addLayout(row)
        column.addStretch(1)
        self.setWidget(page)

    def mapping(self) -> tuple[Column | None, ...]:
        """What is chosen for each column of the file."""
        known = list(column_names())
        at = (choice.currentIndex() for choice in self.choices)
        return tuple(None if place <= 0 else known[place - 1] for place in at)

    def _chosen(self, _at: int) -> None:
        self.changed.emit()


def _examples(table: RawTable, at: int) -> str:
    found: list[str] = []
    for row in table.rows[:200]:
        cell = row.cells[at]
        text = "" if cell is None else clean_text(str(cell), 40)
        if text and text not in found:
            found.append(text)
        if len(found) == _EXAMPLES:
            break
    return " · ".join(found)
