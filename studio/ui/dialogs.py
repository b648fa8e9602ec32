"""Dialogs that never block: they open over their window, and a coroutine awaits the answer.

No dialog has a default Yes: Return on the dialog as it opens cancels, so that a cat on the keyboard decides nothing.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from studio.ui.actions import StudioAction
from studio.ui.keyguard import FocusKeys
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme, set_look
from studio.ui.widgets.buttons import HoldButton
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import PlainLabel

Check = Callable[[str], str | None]
"""Given the text of a field, returns None, or the sentence that says what is wrong and what to do."""


class Dialog(QDialog):
    """The base: a title, a body, a row of buttons at the right. `answer()` opens it and waits for the end."""

    def __init__(self, parent: QWidget, title: str, sentence: str = "", width: int = 420) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(width)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.body = QVBoxLayout()
        self.body.setSpacing(SPACE_M)
        self.body.addWidget(PlainLabel(title, size="l"))
        if sentence:
            self.body.addWidget(PlainLabel(sentence, wrap=True))
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(SPACE_S)
        self.buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_L)
        column.addLayout(self.body)
        column.addLayout(self.buttons)

    def add_button(self, text: str, *, variant: str = "") -> QPushButton:
        """A button at the right end of the row; it never becomes the default by itself."""
        button = QPushButton(text.replace("&", "&&"))
        button.setAutoDefault(False)
        button.setProperty("variant", variant)
        self.buttons.addWidget(button)
        return button

    def add_cancel(self, text: str = "") -> QPushButton:
        """Cancel: the default button, with the focus, and what Esc does."""
        button = self.add_button(text or self.tr("Cancel"))
        button.setDefault(True)
        button.clicked.connect(self.reject)
        self._first = button
        return button

    _first: QWidget | None = None

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    async def answer(self) -> bool:
        """Open, and wait: True when accepted. A cancelled task closes the dialog."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def finish(code: int) -> None:
            if not future.done():
                future.set_result(code == QDialog.DialogCode.Accepted.value)

        def gone() -> None:
            finish(QDialog.DialogCode.Rejected.value)

        self.finished.connect(finish)
        # The window it stands over was closed with it.
        self.destroyed.connect(gone)
        self.open()
        try:
            return await future
        except asyncio.CancelledError:
            if isValid(self):
                self.reject()
            raise


class ConfirmDialog(Dialog):
    """A question with a named deed (`End the code`), never with Yes and No."""

    def __init__(self, parent: QWidget, title: str, sentence: str, deed: str, *, variant: str = "") -> None:
        super().__init__(parent, title, sentence)
        self.add_cancel()
        self.deed = self.add_button(deed, variant=variant)
        self.deed.clicked.connect(self.accept)


async def confirm(parent: QWidget, title: str, sentence: str, deed: str, *, variant: str = "") -> bool:
    """Ask whether to do the deed. True only when its button was pressed."""
    return await ConfirmDialog(parent, title, sentence, deed, variant=variant).answer()


class HoldDialog(Dialog):
    """A deliberate second act: the deed is done by holding its button (`Hold to pin a sold-out item`)."""

    def __init__(
        self, parent: QWidget, theme: Theme, keys: FocusKeys, title: str, sentence: str, action: StudioAction,
        *, hold_ms: int = 1200,
    ) -> None:  # fmt: skip
        super().__init__(parent, title, sentence)
        action.setParent(self)
        self.add_cancel()
        self.hold = HoldButton(action, theme, keys, hold_ms=hold_ms, variant="warning-hold")
        self.buttons.addWidget(self.hold)
        action.acted.connect(self.accept)


async def hold_to_confirm(
    parent: QWidget, theme: Theme, keys: FocusKeys, title: str, sentence: str, deed: StudioAction
) -> bool:
    """Ask for a held press. `deed` is an action made for this dialog (`Actions.passing`). True when it was held."""
    return await HoldDialog(parent, theme, keys, title, sentence, deed).answer()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form. `choices` makes it a choice, `ticked` a tick box, `lines` above 1 a text of several lines,
    `number` (lowest, highest) a number; else it is a line of text, not shown when it is `secret`. `help` stands under it while it is right.
    """

    name: str
    label: str
    value: str = ""
    placeholder: str = ""
    help: str = ""
    check: Check | None = None
    choices: tuple[tuple[str, str], ...] = ()
    number: tuple[int, int] | None = None
    suffix: str = ""
    lines: int = 1
    ticked: bool | None = None
    secret: bool = False


class FormDialog(Dialog):
    """A small form. What is wrong is said under its field, when the field is left and when the deed is asked for.

    `across` checks the fields together: field name to sentence. Nothing typed is ever lost by a refusal.
    """

    changed = Signal()

    def __init__(
        self, parent: QWidget, title: str, fields: tuple[Field, ...], deed: str, *, sentence: str = "",
        variant: str = "primary", across: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent, title, sentence, width=480)
        self._fields = {field.name: field for field in fields}
        self._across = across
        self.inputs: Final[dict[str, QWidget]] = {}
        self.hints: Final[dict[str, PlainLabel]] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE_L)
        form.setVerticalSpacing(SPACE_S)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for field in fields:
            self._add(form, field)
        self.body.addLayout(form)
        self.add_cancel()
        self.deed = self.add_button(deed, variant=variant)
        self.deed.clicked.connect(self.submit)
        self._first = next(iter(self.inputs.values()), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        # A line edit lets Return through, and the default button is Cancel: in a field Return means the deed.
        if (
            event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
            and self.focusWidget() in self.inputs.values()
        ):
            if not event.isAutoRepeat():
                self.submit()
            return
        super().keyPressEvent(event)

    def values(self) -> dict[str, str]:
        """What stands in the fields: text trimmed, a choice's value, a number in digits, `yes` or empty for a tick."""
        return {name: _read(widget) for name, widget in self.inputs.items()}

    def problems(self) -> dict[str, str]:
        """Field name to sentence, for every field that is wrong."""
        values = self.values()
        found: dict[str, str] = {}
        for name, field in self._fields.items():
            sentence = field.check(values[name]) if field.check is not None else None
            if sentence:
                found[name] = sentence
        if self._across is not None:
            for name, sentence in self._across(values).items():
                found.setdefault(name, sentence)
        return found

    def refuse(self, name: str, sentence: str) -> None:
        """Say under a field what somebody else (the shop) found wrong."""
        self._say(name, sentence)
        self.inputs[name].setFocus(Qt.FocusReason.OtherFocusReason)

    def submit(self) -> None:
        """Close when all is right, else say what is wrong and go to the first such field."""
        found = self.problems()
        for name in self._fields:
            self._say(name, found.get(name, ""))
        if found:
            self.inputs[next(name for name in self._fields if name in found)].setFocus(
                Qt.FocusReason.OtherFocusReason
            )
            return
        self.accept()

    def _add(self, form: QFormLayout, field: Field) -> None:
        widget = _make(field)
        widget.setObjectName(f"field:{field.name}")
        widget.setAccessibleName(field.label)
        hint = PlainLabel(field.help, size="caption", tone="muted", wrap=True)
        hint.setVisible(bool(field.help))
        label = PlainLabel(field.label.replace("&", "&&"), tone="muted")
        label.setBuddy(widget)
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(widget)
        column.addWidget(hint)
        form.addRow(label, column)
        self.inputs[field.name] = widget
        self.hints[field.name] = hint
        if isinstance(widget, QLineEdit):
            widget.editingFinished.connect(lambda: self._check_one(field.name))
            widget.textEdited.connect(lambda: self._edited(field.name))
        elif isinstance(widget, QSpinBox):
            widget.valueChanged.connect(lambda: self._edited(field.name))
        elif isinstance(widget, QComboBox):
            widget.currentIndexChanged.connect(lambda: self._edited(field.name))
        elif isinstance(widget, QCheckBox):
            widget.toggled.connect(lambda: self._edited(field.name))

    def _edited(self, name: str) -> None:
        self._say(name, "")
        self.changed.emit()

    def _check_one(self, name: str) -> None:
        if self.isVisible():
            self._say(name, self.problems().get(name, ""))

    def _say(self, name: str, sentence: str) -> None:
        hint, field = self.hints[name], self._fields[name]
        hint.setText(f"⚠ {sentence}" if sentence else field.help)
        hint.set_tone("warning" if sentence else "muted")
        hint.setVisible(bool(hint.text()))
        set_look(self.inputs[name], "tone", "warning" if sentence else "")
        self.inputs[name].setAccessibleDescription(sentence or field.help)


async def ask(
    parent: QWidget,
    title: str,
    fields: tuple[Field, ...],
    deed: str,
    *,
    sentence: str = "",
    variant: str = "primary",
) -> dict[str, str] | None:
    """Ask for some values; None when cancelled."""
    dialog = FormDialog(parent, title, fields, deed, sentence=sentence, variant=variant)
    # Read while the dialog lives: it deletes itself when it closes.
    taken: dict[str, str] = {}
    dialog.accepted.connect(lambda: taken.update(dialog.values()))
    return taken if await dialog.answer() else None


def _make(field: Field) -> QWidget:
    if field.choices:
        choice = QComboBox()
        for value, text in field.choices:
            choice.addItem(text, value)
        choice.setCurrentIndex(max(0, choice.findData(field.value)))
        return choice
    if field.ticked is not None:
        tick = QCheckBox(field.placeholder)
        tick.setChecked(field.ticked)
        return tick
    if field.number is not None:
        number = NumberField(*field.number, field.suffix)
        number.setValue(int(field.value or field.number[0]))
        return number
    if field.lines > 1:
        text = QPlainTextEdit(field.value)
        text.setPlaceholderText(field.placeholder)
        text.setTabChangesFocus(True)
        text.setFixedHeight(text.fontMetrics().lineSpacing() * field.lines + 2 * SPACE_S)
        return text
    line = QLineEdit(field.value)
    line.setPlaceholderText(field.placeholder)
    if field.secret:
        line.setEchoMode(QLineEdit.EchoMode.Password)
    return line


def _read(widget: QWidget) -> str:
    if isinstance(widget, QComboBox):
        return str(widget.currentData())
    if isinstance(widget, QSpinBox):
        return str(widget.value())
    if isinstance(widget, QCheckBox):
        return "yes" if widget.isChecked() else ""
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText().strip()
    return widget.text().strip() if isinstance(widget, QLineEdit) else ""


async def chosen_file(dialog: QFileDialog) -> Path | None:
    """Open a dialog for files and wait for the first that is chosen; None when it is cancelled."""
    chosen: asyncio.Future[Path | None] = asyncio.get_running_loop().create_future()

    def finished(_code: int) -> None:
        files = dialog.selectedFiles() if dialog.result() else []
        if not chosen.done():
            chosen.set_result(Path(files[0]) if files else None)

    dialog.finished.connect(finished)
    dialog.open()
    return await chosen
