"""The fields of goals and costs: what is typed is told when they are left, and stays where it is wrong."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget

from studio.ui.theme import SPACE_XS, set_look
from studio.ui.widgets.labels import tooltip_text

_MAX_LABEL: Final = 80


class GoalField(QLineEdit):
    """A figure to type in. `left` is emitted when it was changed and is left or confirmed; Esc puts back what stood there."""

    left = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._kept = ""
        self.editingFinished.connect(self._finished)

    def show_kept(self, text: str) -> None:
        """Show what is kept, unless somebody is typing."""
        if text == self._kept and self.text() == text:
            return
        if self.isModified():
            self._kept = text
            return
        self._kept = text
        self.setText(text)
        self.say("")

    def say(self, sentence: str) -> None:
        """Say what is wrong with what stands there; empty: nothing."""
        set_look(self, "tone", "warning" if sentence else "")
        self.setToolTip(tooltip_text(sentence))
        self.setAccessibleDescription(sentence)

    def refuse(self, sentence: str) -> None:
        """Say what is wrong; what was typed stays until it is right."""
        self.say(sentence)
        self.setModified(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape and self.text() != self._kept:
            self.setText(self._kept)
            self.say("")
            return
        super().keyPressEvent(event)

    def _finished(self) -> None:
        # Leaving a field after Return says so twice.
        if self.isModified():
            self.setModified(False)
            self.left.emit()


class CostRow(QWidget):
    """One line of costs: what for, how much, and the way to drop it."""

    left = Signal()
    dropped = Signal()

    def __init__(self, number: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = GoalField(self.tr("Name of cost {n}").replace("{n}", number))
        self.label.setAlignment(Qt.AlignmentFlag.AlignLeft)
        self.label.setMaxLength(_MAX_LABEL)
        self.label.setPlaceholderText(self.tr("Staff, ads, samples…"))
        self.amount = GoalField(self.tr("Amount of cost {n}").replace("{n}", number))
        self.drop = QPushButton("✕")
        self.drop.setProperty("variant", "quiet")
        self.drop.setAutoDefault(False)
        self.drop.setAccessibleName(self.tr("Remove cost {n}").replace("{n}", number))
        self.drop.setToolTip(self.tr("Remove this cost"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(self.label, 1)
        row.addWidget(self.amount)
        row.addWidget(self.drop)
        self.label.left.connect(self.left)
        self.amount.left.connect(self.left)
        self.drop.clicked.connect(self.dropped)
