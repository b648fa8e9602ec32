"""The form of one channel: its platform, and the fields which that platform has."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPushButton, QWidget

from studio.settings.secrets import Kept
from studio.ui.actions import Actions
from studio.ui.connections.channel_drafts import ChannelDraft
from studio.ui.connections.channel_port import ChannelPlatform
from studio.ui.connections.channel_words import field_words, quota_words, signed_in_words, tr
from studio.ui.connections.drafts import YES
from studio.ui.connections.fields import put_text, small_button
from studio.ui.connections.form import ConnectionForm
from studio.ui.connections.sign_in_box import SignInBox
from studio.ui.texts import Texts
from studio.ui.widgets.labels import tooltip_text

_ORDER: Final = (
    "kind", "name", "enabled", "base_url", "account", "client_id", "client_secret", "key", "quota", "listen_port",
    "announce", "language", "chat_url", "ca_file",
)  # fmt: skip
_ALWAYS: Final = ("kind", "name", "enabled", "announce", "language")


class ChannelForm(ConnectionForm):
    """Shows a channel. Fields that few need are behind a button, unless something stands in them."""

    def __init__(self, actions: Actions, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(tr("Channel"), actions, parent)
        self._texts = texts
        self._platforms: Mapping[str, ChannelPlatform] = {}
        self.account, self.client_id, self.client_secret = QLineEdit(), QLineEdit(), QLineEdit()
        self.chat_url, self.quota, self.listen_port, self.language = (QLineEdit() for _ in range(4))
        self.enabled, self.announce = QCheckBox(), QCheckBox()
        self.client_secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setMaxLength(20_000)
        fields: dict[str, QWidget] = {
            "kind": self.platform, "name": self.name, "enabled": self.enabled, "account": self.account,
            "client_id": self.client_id, "client_secret": self.client_secret, "key": self.key, "quota": self.quota,
            "listen_port": self.listen_port, "base_url": self.address, "chat_url": self.chat_url,
            "ca_file": self.ca_file, "announce": self.announce, "language": self.language,
        }  # fmt: skip
        self._lines = {name: field for name, field in fields.items() if isinstance(field, QLineEdit)}
        self.post = small_button(
            tr("Copy the address"),
            tr("Copy the address for messages"),
            tr("Where messages are posted on this computer; it has a secret in it"),
        )
        self.sign_in = SignInBox()
        self.sign_in.sign_out_asked.connect(self.forget_asked)
        beside: dict[str, QPushButton] = {
            "key": self.forget,
            "ca_file": self.browse,
            "listen_port": self.post,
        }
        self.more = QPushButton(tr("More…"))
        self.more.setProperty("variant", "compact")
        self.more.setCheckable(True)
        self.more.setToolTip(tooltip_text(tr("Addresses and other fields that few need")))
        self.more.toggled.connect(self._show_rare)
        for name in _ORDER:
            self._add(name, field_words("", name).label, fields[name], beside.get(name))
            if name == "client_secret":
                self.body.addWidget(self.sign_in)
            elif name == "language":
                self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addStretch(1)

    def offer(self, platforms: Mapping[str, ChannelPlatform]) -> None:
        """The platforms to choose from."""
        self._platforms = dict(platforms)
        self.offer_platforms({kind: platform.title for kind, platform in platforms.items()})

    def show_draft(self, draft: ChannelDraft, *, keys_stay: bool) -> None:
        """Fill the form. Tokens are never shown, only where they are."""
        self._showing = True
        kind = draft.values["kind"]
        self._show_kind(kind)
        for name, field in self._lines.items():
            put_text(field, draft.secrets.get(name, "") if name in draft.SECRETS else draft.values[name])
        self.enabled.setChecked(draft.enabled)
        self.announce.setChecked(draft.values["announce"] == YES)
        saved = draft.saved
        self._show_key(saved.key if saved else None, keys_stay=keys_stay)
        if self.key.isEnabled() and (saved is None or saved.key.kept is Kept.NOWHERE):
            self.key.setPlaceholderText(tr("Paste the token"))
        known = saved is not None and saved.client_key.kept is not Kept.NOWHERE
        self.client_secret.setPlaceholderText(
            tr("Known. Type to replace it") if known else tr("Paste the secret")
        )
        if saved is not None and saved.signed_in is not None:
            self.key.setPlaceholderText(tr("Signed in. Type a token to use it instead"))
            self.forget.hide()
        self.speak(kind)
        if saved is not None and saved.quota is not None:
            self._help["quota"] = quota_words(saved.quota, self._texts)
            self._say("quota", "")
        signed = saved.signed_in if saved else None
        self.sign_in.show_idle(
            signed_in_words(signed, self._texts),
            "muted" if signed is None else "ok",
            signed=signed is not None,
        )
        self._showing = False

    def speak(self, kind: str) -> None:
        """Say everything in the words of the platform, and show what it has."""
        for name in self.inputs:
            words = field_words(kind, name)
            field = self.inputs[name]
            self.labels[name].setText(words.label)
            field.setAccessibleName(words.label)
            if isinstance(field, QCheckBox):
                field.setText(words.label)
            elif isinstance(field, QLineEdit) and name not in ("key", "client_secret"):
                field.setPlaceholderText(words.placeholder)
            if name != "key":
                self._help[name] = words.help
            elif words.help:
                field.setToolTip(tooltip_text(words.help))
        platform = self._platforms.get(kind)
        if platform is not None and platform.base_url:
            self.address.setPlaceholderText(platform.base_url)
        self.sign_in.setVisible(platform is not None and platform.signs_in)
        self._show_rare()
        for name in self.inputs:
            self._say(name, "")

    def go_to(self, name: str) -> None:
        """Put the cursor into a field, also one that few need."""
        if not self._boxes[name].isVisibleTo(self):
            self.more.setChecked(True)
        super().go_to(name)

    def _show_rare(self, _checked: bool = False) -> None:
        platform = self._platforms.get(self.kind)
        fields = platform.fields if platform else tuple(_ORDER)
        rare = platform.rare if platform else ()
        self.more.setVisible(bool(rare))
        # The address is the first thing of a bridge, and the last of a platform that has its own.
        before = self.more if "base_url" in rare else self._boxes["enabled"]
        if self.body.indexOf(self._boxes["base_url"]) != self.body.indexOf(before) + 1:
            self.body.removeWidget(self._boxes["base_url"])
            self.body.insertWidget(self.body.indexOf(before) + 1, self._boxes["base_url"])
        for name, box in self._boxes.items():
            shown = name in fields or name in _ALWAYS
            if name in rare and not self.more.isChecked():
                shown = self._is_used(name, platform)
            box.setVisible(shown)

    def _is_used(self, name: str, platform: ChannelPlatform | None) -> bool:
        text = self._lines[name].text().strip() if name in self._lines else ""
        return bool(text) and not (name == "base_url" and platform is not None and text == platform.base_url)
