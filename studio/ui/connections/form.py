"""The form of a shop or channel: its fields, what is wrong with each, and what can be done with it."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget

from studio.settings.secrets import Kept, Whereabouts
from studio.ui.actions import Actions
from studio.ui.connections.fields import FieldsCard, small_button
from studio.ui.connections.words import key_words, tr


class ConnectionForm(FieldsCard):
    """Shows a draft and says what is changed in it: `edited` carries the field and its text. Which fields there are, a
    subclass says: those of both are the platform, the key (which is never shown) and the certificate file.
    """

    forget_asked = Signal()

    def __init__(self, title: str, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(title, actions, parent)
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
        self.platform.currentIndexChanged.connect(self._platform_chosen)

    def speak(self, kind: str) -> None:
        """Say everything in the words of the platform."""
        raise NotImplementedError

    @property
    def kind(self) -> str:
        """The platform that is chosen."""
        return str(self.platform.currentData())

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

    def _platform_chosen(self, _index: int) -> None:
        if not self._showing:
            self.speak(self.kind)
            self._edited("kind", self.kind)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.window(), tr("Choose a certificate"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)")])
        dialog.fileSelected.connect(self._file_chosen)
        dialog.open()

    def _file_chosen(self, file: str) -> None:
        self.ca_file.setText(file)
        self._edited("ca_file", file)
