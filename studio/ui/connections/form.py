"""The form of one shop: platform, address, key and what else it needs."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
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
from studio.ui.connections.drafts import Draft
from studio.ui.connections.port import Platform
from studio.ui.connections.words import key_words, platform_words, tr
from studio.ui.theme import SPACE_M, SPACE_S, set_look
from studio.ui.widgets.buttons import ActionButton
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import Pill, PlainLabel, SectionHeader, tooltip_text


class ShopForm(Card):
    """Shows a draft and says what is changed in it: `edited` carries the field and its text."""

    edited = Signal(str, str)
    left = Signal(str)
    """A field that was edited is left: now it may be said that it is wrong."""
    forget_asked = Signal()
    default_asked = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._showing = False
        self.inputs: Final[dict[str, QWidget]] = {}
        self.labels: Final[dict[str, PlainLabel]] = {}
        self.hints: Final[dict[str, PlainLabel]] = {}
        self._boxes: dict[str, QWidget] = {}
        self._help: dict[str, str] = {}
        self.header = SectionHeader(tr("Connection"))
        self.default_pill = Pill(tr("for new shows"), "ok")
        self.default = QPushButton(tr("Use for new shows"))
        self.default.setProperty("variant", "compact")
        self.default.setToolTip(tooltip_text(tr("Shows that are made from now on use this shop")))
        self.default.clicked.connect(self.default_asked)
        self.header.add(self.default_pill)
        self.header.add(self.default)
        self.body.setSpacing(SPACE_M)
        self.body.addWidget(self.header)
        self.platform = QComboBox()
        self.name, self.address, self.storefront, self.ca_file = (QLineEdit() for _ in range(4))
        self.push_port, self.push_address = QLineEdit(), QLineEdit()
        self.push_address.setReadOnly(True)
        self.key, self.push_key = QLineEdit(), QLineEdit()
        for secret in (self.key, self.push_key):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.forget = _small(
            tr("Forget"), tr("Forget the key"), tr("Take the key out of this computer's keyring")
        )
        self.browse = _small(tr("Choose…"), tr("Choose a certificate file"), tr("Choose a certificate file"))
        self.copy = _small(tr("Copy"), tr("Copy the address for webhooks"), tr("Copy this address"))
        self.forget.clicked.connect(self.forget_asked)
        self.browse.clicked.connect(self._choose_file)
        self.copy.clicked.connect(self._copy_address)
        self._add_fields()
        self.test = ActionButton(actions["shop.test"])
        self.save = ActionButton(actions["shop.save"], "primary")
        self.refusal = PlainLabel("", tone="warning", wrap=True)
        self.refusal.hide()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.test)
        row.addStretch(1)
        row.addWidget(self.save)
        self.body.addStretch(1)
        # Below the form, always in sight however long it is.
        self.foot = Card("card")
        self.foot.body.addWidget(self.refusal)
        self.foot.body.addLayout(row)
        self._pushing: frozenset[str] = frozenset()
        self.platform.currentIndexChanged.connect(self._platform_chosen)

    def _add_fields(self) -> None:
        self._add("kind", tr("Platform"), self.platform)
        self._add("name", tr("Name"), self.name)
        self._add("base_url", tr("Address"), self.address)
        self._add("key", tr("Key"), self.key, self.forget)
        self._add("storefront", tr("Storefront (optional)"), self.storefront)
        self._add("ca_file", tr("Certificate file (optional)"), self.ca_file, self.browse)
        self._add("push_port", tr("Webhooks: port of this computer (optional)"), self.push_port)
        self._add("push_key", tr("Webhooks: signing secret"), self.push_key)
        self._add("push_address", tr("Webhooks: where your tunnel leads"), self.push_address, self.copy)
        self._help |= {
            "storefront": tr(
                "Where customers shop: tracked links lead there. {slug} may stand for a product."
            ),
            "ca_file": tr("One more authority to trust (PEM), for shops inside a company."),
            "push_port": tr("The shop tells of changes at once, through a tunnel of yours to this port."),
            "push_address": tr("Give the platform your tunnel's https address with this path behind it."),
        }
        self.name.setPlaceholderText(tr("What you call this shop"))
        self.storefront.setPlaceholderText("https://www.shop.example")
        self.push_port.setPlaceholderText(tr("Off: the shop is asked instead"))

    def offer(self, platforms: Mapping[str, Platform]) -> None:
        """The platforms to choose from."""
        self._showing = True
        self.platform.clear()
        for kind, platform in platforms.items():
            self.platform.addItem(platform.title, kind)
        self._pushing = frozenset(kind for kind, platform in platforms.items() if platform.push)
        self._showing = False

    def show_draft(self, draft: Draft, *, keys_stay: bool) -> None:
        """Fill the form. The key is never shown, only where it is."""
        self._showing = True
        kind = draft.values["kind"]
        if self.platform.findData(kind) < 0:  # a connector that this studio does not have (any more)
            self.platform.addItem(kind, kind)
        self.platform.setCurrentIndex(self.platform.findData(kind))
        for name, field in (
            ("name", self.name), ("base_url", self.address), ("storefront", self.storefront), ("ca_file", self.ca_file),
            ("push_port", self.push_port),
        ):  # fmt: skip
            _put(field, draft.values[name])
        _put(self.key, draft.key)
        _put(self.push_key, draft.push_key)
        signed = draft.saved is not None and draft.saved.push_key.kept is not Kept.NOWHERE
        self.push_key.setPlaceholderText(
            tr("Known. Type to replace it") if signed else tr("Paste the secret")
        )
        where = draft.saved.key if draft.saved else None
        self._show_key(where, keys_stay=keys_stay)
        self._speak(kind)
        is_default = draft.saved is not None and draft.saved.for_new_shows
        self.default_pill.setVisible(is_default)
        self.default.setVisible(draft.saved is not None and not is_default)
        self._showing = False

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

    def _speak(self, kind: str) -> None:
        """Say everything in the words of the platform."""
        words = platform_words(kind)
        self.address.setPlaceholderText(words.address)
        self._help["base_url"] = words.address_help
        self.labels["key"].setText(words.key)
        self.key.setAccessibleName(words.key)
        self.key.setToolTip(tooltip_text(words.key_help))
        self._help["kind"] = ""
        self._boxes["storefront"].setVisible(words.storefront or bool(self.storefront.text()))
        self._show_push(kind)
        for name in self.inputs:
            self._say(name, "")

    def show_push_address(self, address: str) -> None:
        """Where webhooks are heard; empty hides it."""
        _put(self.push_address, address)
        self._show_push(str(self.platform.currentData()))

    def _show_push(self, kind: str) -> None:
        port = bool(self.push_port.text().strip())
        able = kind in self._pushing or port
        self._boxes["push_port"].setVisible(able)
        self._boxes["push_key"].setVisible(able and port)
        self._boxes["push_address"].setVisible(able and port and bool(self.push_address.text()))

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self.push_address.text())

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

    def _edited(self, name: str, typed: str) -> None:
        if not self._showing:
            self._say(name, "")
            self.refuse("")
            if name == "push_port":
                self._show_push(str(self.platform.currentData()))
            self.edited.emit(name, typed)

    def _platform_chosen(self, _index: int) -> None:
        if not self._showing:
            kind = str(self.platform.currentData())
            self._speak(kind)
            self._edited("kind", kind)

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


def _put(field: QLineEdit, text: str) -> None:
    """Without moving the cursor of who is typing."""
    if field.text() != text:
        field.setText(text)


def _small(text: str, name: str, tooltip: str) -> QPushButton:
    """A button beside a field."""
    button = QPushButton(text)
    button.setAccessibleName(name)
    button.setToolTip(tooltip_text(tooltip))
    return button
