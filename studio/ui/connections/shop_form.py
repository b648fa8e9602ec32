"""The form of one shop: platform, address, key and what else it needs."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from studio.settings.secrets import Kept
from studio.ui.actions import Actions
from studio.ui.connections.fields import put_text, small_button
from studio.ui.connections.form import ConnectionForm
from studio.ui.connections.port import Platform
from studio.ui.connections.shop_drafts import ShopDraft
from studio.ui.connections.words import platform_words, tr
from studio.ui.widgets.labels import Pill, tooltip_text


class ShopForm(ConnectionForm):
    """Shows a shop. `default_asked`: it is to be that of new shows."""

    default_asked = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(tr("Connection"), actions, parent)
        self.default_pill = Pill(tr("for new shows"), "ok")
        self.default = QPushButton(tr("Use for new shows"))
        self.default.setProperty("variant", "compact")
        self.default.setToolTip(tooltip_text(tr("Shows that are made from now on use this shop")))
        self.default.clicked.connect(self.default_asked)
        self.header.add(self.default_pill)
        self.header.add(self.default)
        self.storefront, self.push_key = QLineEdit(), QLineEdit()
        self.push_port, self.push_address = QLineEdit(), QLineEdit()
        self.push_address.setReadOnly(True)
        self.push_key.setEchoMode(QLineEdit.EchoMode.Password)
        self.copy = small_button(tr("Copy"), tr("Copy the address for webhooks"), tr("Copy this address"))
        self.copy.clicked.connect(self._copy_address)
        self._add_fields()
        self.body.addStretch(1)
        self._pushing: frozenset[str] = frozenset()

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
        self.offer_platforms({kind: platform.title for kind, platform in platforms.items()})
        self._pushing = frozenset(kind for kind, platform in platforms.items() if platform.push)

    def show_draft(self, draft: ShopDraft, *, keys_stay: bool) -> None:
        """Fill the form. The key is never shown, only where it is."""
        self._showing = True
        kind = draft.values["kind"]
        self._show_kind(kind)
        for name, field in (
            ("name", self.name), ("base_url", self.address), ("storefront", self.storefront), ("ca_file", self.ca_file),
            ("push_port", self.push_port),
        ):  # fmt: skip
            put_text(field, draft.values[name])
        put_text(self.key, draft.key)
        put_text(self.push_key, draft.push_key)
        signed = draft.saved is not None and draft.saved.push_key.kept is not Kept.NOWHERE
        self.push_key.setPlaceholderText(
            tr("Known. Type to replace it") if signed else tr("Paste the secret")
        )
        self._show_key(draft.saved.key if draft.saved else None, keys_stay=keys_stay)
        self.speak(kind)
        is_default = draft.saved is not None and draft.saved.for_new_shows
        self.default_pill.setVisible(is_default)
        self.default.setVisible(draft.saved is not None and not is_default)
        self._showing = False

    def speak(self, kind: str) -> None:
        """Say everything in the words of the platform."""
        words = platform_words(kind)
        self.address.setPlaceholderText(words.address)
        self._help["base_url"] = words.address_help
        self.labels["key"].setText(words.key)
        self.key.setAccessibleName(words.key)
        self.key.setToolTip(tooltip_text(words.key_help))
        self._boxes["storefront"].setVisible(words.storefront or bool(self.storefront.text()))
        self._show_push(kind)
        for name in self.inputs:
            self._say(name, "")

    def show_push_address(self, address: str) -> None:
        """Where webhooks are heard; empty hides it."""
        put_text(self.push_address, address)
        self._show_push(self.kind)

    def _follow(self, name: str) -> None:
        if name == "push_port":
            self._show_push(self.kind)

    def _show_push(self, kind: str) -> None:
        port = bool(self.push_port.text().strip())
        able = kind in self._pushing or port
        self._boxes["push_port"].setVisible(able)
        self._boxes["push_key"].setVisible(able and port)
        self._boxes["push_address"].setVisible(able and port and bool(self.push_address.text()))

    def _copy_address(self) -> None:
        QGuiApplication.clipboard().setText(self.push_address.text())
