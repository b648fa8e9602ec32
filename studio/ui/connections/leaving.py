"""What becomes of changes that are not saved when a person leaves the shops."""

import enum

from PySide6.QtWidgets import QWidget

from studio.ui.connections.words import tr
from studio.ui.dialogs import Dialog


class Answer(enum.Enum):
    """What a person chose."""

    STAY = enum.auto()
    DISCARD = enum.auto()
    SAVE = enum.auto()


class UnsavedDialog(Dialog):
    """Asks; `chosen` is what was pressed. Esc and Return stay."""

    def __init__(self, parent: QWidget, names: list[str]) -> None:
        named = ", ".join(f"“{name}”" for name in names)
        sentence = tr("Not saved yet: {names}.").replace("{names}", named)
        super().__init__(parent, tr("Save the changes?"), sentence)
        self.chosen = Answer.STAY
        self.add_cancel(tr("Go on editing"))
        self.drop = self.add_button(tr("Discard changes"))
        self.save = self.add_button(tr("Save"), variant="primary")
        self.drop.clicked.connect(lambda: self._choose(Answer.DISCARD))
        self.save.clicked.connect(lambda: self._choose(Answer.SAVE))

    def _choose(self, answer: Answer) -> None:
        self.chosen = answer
        self.accept()


async def ask_unsaved(parent: QWidget, names: list[str]) -> Answer:
    """Ask what becomes of the changes to the shops of these names."""
    dialog = UnsavedDialog(parent, names)
    # Read while the dialog lives: it deletes itself when it closes.
    chosen: list[Answer] = []
    dialog.accepted.connect(lambda: chosen.append(dialog.chosen))
    await dialog.answer()
    return chosen[0] if chosen else Answer.STAY
