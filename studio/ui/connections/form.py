"""The form of a shop or channel: its fields, what is wrong with each, and what can be done with it."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.settings.secrets import Kept, Whereabouts
from studio.ui.actions import Actions
from studio.ui.connections.drafts import YES
from studio.ui.connections.words import key_words, tr
from studio.ui.theme import SPACE_M, SPACE_S, set_look
from studio.ui.widgets.buttons import ActionButton
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text


class ConnectionForm(Card):
    """Shows a draft and says what is changed in it: `edited` carries the field and its text. Which fields there are, a
    subclass says: those of both are the platform, the key (which is never shown) and the certificate file.
    """

    edited = Signal(str, str)
    left = Signal(str)
    """A field that was edited is left: now it may be said that it is wrong."""
    forget_asked = Signal()

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
        self.platform = QComboBox()
        self.name, self.address, self.ca_file, self.key = (QLineEdit() for _ in range(4))
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.forget = small_button(
            tr("Forget"), tr("Forget the key"), tr("Take the key out of this computer's keyring")
        )
        self.browse = small_button(
            tr("Choose…"), tr("Choose a certificate file"), tr("Choose a certificate file")
        )
        self.forget.clicked.connect(self.forget_asked)
        self.browse.clicked.connect(self._choose_file)
        self.test = ActionButton(actions["shop.test"])
        self.save = ActionButton(actions["shop.save"], "primary")
        self.refusal = PlainLabel("", tone="warning", wrap=True)
        self.refusal.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.test)
        row.addStretch(1)
        row.addWidget(self.save)
        # Below the form, always in sight however long it is.
        self.foot = Card("card")
        self.foot.body.addWidget(self.refusal)
        self.foot.body.addLayout(row)
        self.platform.currentIndexChanged.connect(self._platform_chosen)

    def speak(self, kind: str) -> None:
        """Say everything in the words of the platform."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """The platform that is chosen."""
        return str(self.platform.currentData())

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

    def offer_platforms(self, titles: Mapping[str, str]) -> None:
        """The platforms to choose from."""
        self._showing = True
        self.platform.clear()
        for kind, title in titles.items():
            self.platform.addItem(title, kind)
        self._showing = False

    def _show_kind(self, kind: str) -> None:
        if self.platform.findData(kind) < 0:  # a connector that this studio does not have (any more)
            self.platform.addItem(kind, kind)
        self.platform.setCurrentIndex(self.platform.findData(kind))

    def _show_key(self, where: Whereabouts | None, *, keys_stay: bool) -> None:
        kept = where.kept if where else Kept.NOWHERE
        placeholder = {
            Kept.NOWHERE: tr("Paste the key"),
            Kept.ENVIRONMENT: tr("From the environment"),
            Kept.SESSION: tr("Known. Type to replace it"),
            Kept.KEYRING: tr("Kept. Type to replace it"),
        }[kept]
        self.key.setPlaceholderText(placeholder)
        self.key.setEnabled(kept is not Kept.ENVIRONMENT)
        self.forget.setVisible(kept in (Kept.SESSION, Kept.KEYRING))
        self._help["key"] = key_words(where, keys_stay)

    def _add(self, name: str, text: str, field: QWidget, beside: QPushButton | None = None) -> None:
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
        if beside is not None:
            row.addWidget(beside)
        column.addLayout(row)
        column.addWidget(hint)
        self.body.addWidget(box)
        self.inputs[name], self.labels[name], self.hints[name] = field, label, hint
        self._boxes[name] = box
        self._help[name] = ""
        if isinstance(field, QLineEdit):
            field.textEdited.connect(lambda: self._edited(name, field.text()))
            field.editingFinished.connect(lambda: self.left.emit(name))
        elif isinstance(field, QCheckBox):
            field.setText(text)
            field.toggled.connect(lambda on: self._edited(name, YES if on else ""))  # pyright: ignore[reportUnknownLambdaType]

    def _edited(self, name: str, typed: str) -> None:
        if not self._showing:
            self._say(name, "")
            self.refuse("")
            self._follow(name)
            self.edited.emit(name, typed)

    def _follow(self, name: str) -> None:
        """A field was edited: others may have to be shown or hidden."""

    def _platform_chosen(self, _index: int) -> None:
        if not self._showing:
            self.speak(self.kind)
            self._edited("kind", self.kind)

    def _say(self, name: str, sentence: str) -> None:
        hint, helped = self.hints[name], self._help.get(name, "")
        hint.setText(f"⚠ {sentence}" if sentence else helped)
        hint.set_tone("warning" if sentence else "muted")
        hint.setVisible(bool(hint.text()))
        set_look(self.inputs[name], "tone", "warning" if sentence else "")
        self.inputs[name].setAccessibleDescription(sentence or helped)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a certificate"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)")])
        dialog.fileSelected.connect(self._file_chosen)
        dialog.open()

    def _file_chosen(self, file: str) -> None:
        self.ca_file.setText(file)
        self._edited("ca_file", file)


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
