"""Fields of a form of the settings: what each is called, what is wrong with it, and what can be done with all of it."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import Actions
from studio.ui.connections.drafts import YES
from studio.ui.theme import SPACE_M, SPACE_S, set_look
from studio.ui.widgets.buttons import ActionButton
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text


class FieldsCard(Card):
    """A card of fields: `edited` carries the field and its text, a box's as `YES` or nothing. `foot` stands below the form,
    always in sight: Test, Save, and why something was not done.
    """

    edited = Signal(str, str)
    left = Signal(str)
    """A field that was edited is left: now it may be said that it is wrong."""

    def __init__(self, title: str, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._showing = False
        self.inputs: Final[dict[str, QWidget]] = {}
        self.labels: Final[dict[str, PlainLabel]] = {}
        self.hints: Final[dict[str, PlainLabel]] = {}
        self._boxes: dict[str, QWidget] = {}
        self._help: dict[str, str] = {}
        self.header = SectionHeader(title)
        self.body.setSpacing(SPACE_M)
        self.body.addWidget(self.header)
        self.test = ActionButton(actions["shop.test"])
        self.save = ActionButton(actions["shop.save"], "primary")
        self.refusal = PlainLabel("", tone="warning", wrap=True)
        self.refusal.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.test)
        row.addStretch(1)
        row.addWidget(self.save)
        self.foot = Card("card")
        self.foot.body.addWidget(self.refusal)
        self.foot.body.addLayout(row)

    def say_problems(self, found: Mapping[str, str]) -> None:
        """Say under each field what is wrong with it; a field that is right shows its help."""
        for name in self.inputs:
            self._say(name, found.get(name, ""))

    def say_problem(self, name: str, sentence: str) -> None:
        """Say it under one field."""
        self._say(name, sentence)

    def go_to(self, name: str) -> None:
        """Put the cursor into a field."""
        self.inputs[name].setFocus(Qt.FocusReason.OtherFocusReason)
        above = self.parentWidget()
        while above is not None and not isinstance(above, QScrollArea):
            above = above.parentWidget()
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(self._boxes[name])

    def refuse(self, sentence: str) -> None:
        """What was asked is not done, for this reason; empty takes the sentence away."""
        self.refusal.setText(f"⚠ {sentence}" if sentence else "")
        self.refusal.setVisible(bool(sentence))

    def _add(self, name: str, text: str, field: QWidget, *beside: QPushButton | None) -> None:
        field.setObjectName(f"field:{name}")
        field.setAccessibleName(text)
        label = PlainLabel(text, tone="muted")
        label.setBuddy(field)
        hint = PlainLabel("", size="caption", tone="muted", wrap=True)
        hint.hide()
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        if not isinstance(field, QCheckBox):  # a box says itself what it is
            column.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(field, 1)
        for button in filter(None, beside):
            row.addWidget(button)
        column.addLayout(row)
        column.addWidget(hint)
        self.body.addWidget(box)
        self.inputs[name], self.labels[name], self.hints[name] = field, label, hint
        self._boxes[name] = box
        self._help.setdefault(name, "")
        if isinstance(field, QLineEdit):
            field.textEdited.connect(lambda: self._edited(name, field.text()))
            field.editingFinished.connect(lambda: self.left.emit(name))
        elif isinstance(field, QCheckBox):
            field.setText(text)
            field.toggled.connect(lambda on: self._edited(name, YES if on else ""))  # pyright: ignore[reportUnknownLambdaType]
        elif isinstance(field, QSpinBox):
            field.valueChanged.connect(lambda value: self._edited(name, str(value)))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]

    def _edited(self, name: str, typed: str) -> None:
        if not self._showing:
            self._say(name, "")
            self.refuse("")
            self._follow(name)
            self.edited.emit(name, typed)

    def _follow(self, name: str) -> None:
        """A field was edited: others may have to be shown or hidden."""

    def _say(self, name: str, sentence: str) -> None:
        hint, helped = self.hints[name], self._help.get(name, "")
        hint.setText(f"⚠ {sentence}" if sentence else helped)
        hint.set_tone("warning" if sentence else "muted")
        hint.setVisible(bool(hint.text()))
        set_look(self.inputs[name], "tone", "warning" if sentence else "")
        self.inputs[name].setAccessibleDescription(sentence or helped)


def put_text(field: QLineEdit, text: str) -> None:
    """Without moving the cursor of who is typing."""
    if field.text() != text:
        field.setText(text)


def small_button(text: str, name: str, tooltip: str) -> QPushButton:
    """A button beside a field."""
    button = QPushButton(text)
    button.setAccessibleName(name)
    button.setToolTip(tooltip_text(tooltip))
    return button
