"""A field of an item: what is typed is decided on Return or when the field is left, and what was refused stays."""

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from studio.domain.lineup import LineUpItem
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.item_values import Field
from studio.ui.theme import SPACE_S, SPACE_XS, set_look
from studio.ui.widgets.labels import PlainLabel

IDLE_MS: Final = 2_000
"""After so long without a key a text of several lines is decided too: it is not lost with the studio."""


class _Line(QLineEdit):
    """One line. `left`: the focus went elsewhere; `given_up`: Esc."""

    left = Signal()
    given_up = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class _Lines(QPlainTextEdit):
    """Several lines. Tab leaves the field."""

    left = Signal()
    given_up = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class ItemField(QWidget):
    """Label, field, and beneath it why what was typed cannot be. `beside` stands right of the label, muted."""

    def __init__(
        self,
        edits: ItemEdits,
        field: Field,
        label: str,
        *,
        lines: bool = False,
        hint: str = "",
        beside: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._edits, self._field, self._item_id = edits, field, ""
        self._shown = ""
        self.input: _Line | _Lines = _Lines() if lines else _Line()
        self.input.setAccessibleName(label)
        self.input.setPlaceholderText(hint)
        self.label = PlainLabel(label, tone="muted", size="caption")
        self.beside = PlainLabel(beside, tone="muted", size="caption")
        self.label.setBuddy(self.input)
        self.problem = PlainLabel("", tone="warning", size="caption", wrap=True)
        self.problem.hide()
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.label)
        top.addStretch(1)
        top.addWidget(self.beside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(top)
        column.addWidget(self.input, 1 if lines else 0)
        column.addWidget(self.problem)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(IDLE_MS)
        self._idle.timeout.connect(self.commit)
        self.input.left.connect(self.commit)
        self.input.given_up.connect(self._give_up)
        self.input.textChanged.connect(self._typed)
        if isinstance(self.input, _Line):
            self.input.returnPressed.connect(self.commit)
        edits.changed.connect(self._edited)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.input.text() if isinstance(self.input, _Line) else self.input.toPlainText()

    def show_item(self, item: LineUpItem | None) -> None:
        """Show this item; what was typed for the one before is decided first."""
        if item is None or item.id != self._item_id:
            self.commit()
            self._item_id = item.id if item else ""
            self._fill(item)
        else:
            self.refresh()

    def commit(self) -> None:
        """What was typed is meant."""
        self._idle.stop()
        if self._item_id and self.text != self._shown:
            self._shown = self.text
            self._edits.commit(self._item_id, self._field, self.text)

    def refresh(self) -> None:
        """Follow the show, unless somebody is typing here."""
        item = self._edits.item(self._item_id)
        if item is None or self.text != self._shown:
            self._show_problem()
            return
        self._fill(item)

    def _fill(self, item: LineUpItem | None) -> None:
        wanted = self._edits.text(item, self._field) if item else ""
        self._shown = wanted
        # A person who types on has lines that are not points yet: what they see stays under their hands.
        same = item is not None and self.input.hasFocus() and _alike(self.text, wanted)
        if self.text != wanted and not same:
            if isinstance(self.input, _Line):
                self.input.setText(wanted)
            else:
                self.input.setPlainText(wanted)
        self._shown = self.text
        self._show_problem()

    def _show_problem(self) -> None:
        sentence = self._edits.problem(self._item_id, self._field)
        self.problem.setText(f"⚠ {sentence}" if sentence else "")
        self.problem.setVisible(bool(sentence))
        self.input.setAccessibleDescription(sentence)
        set_look(self.input, "tone", "warning" if sentence else "")

    def _give_up(self) -> None:
        """Esc: what is planned stands there again."""
        self._idle.stop()
        item = self._edits.item(self._item_id)
        if item is not None:
            self._edits.drop(self._item_id, self._field)
            self._shown = self.text
            self._fill(item)

    def _typed(self) -> None:
        if isinstance(self.input, _Lines) and self.input.hasFocus():
            self._idle.start()

    def _edited(self, item_id: str) -> None:
        if item_id == self._item_id:
            self.refresh()


def _alike(one: str, other: str) -> bool:
    """Whether two texts differ by space only, at the ends of lines or by empty lines."""
    return [x.strip() for x in one.splitlines() if x.strip()] == [
        x.strip() for x in other.splitlines() if x.strip()
    ]
