"""The open studio answers a second one: it comes to the front when asked to."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from studio.ui.widgets.labels import PlainLabel

_SHOW = b"show\n"
_SHOWN = b"shown\n"
_LONGEST = 64


class OpenStudio(QObject):
    """Listens for second studios of the same user and data folder. `show_wanted` asks the window to the front.

    `name` comes from `studio.instance.server_name`; only who holds the instance lock may listen, so that a socket
    left behind by a killed studio is nobody's and is taken over.
    """

    show_wanted = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)
        QLocalServer.removeServer(name)
        self.listening = self._server.listen(name)
        """False when no socket could be had: then a second studio can only say that this one is open."""

    def close(self) -> None:
        """Answers nobody any more."""
        self._server.close()

    def _greet(self) -> None:
        while self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.readyRead.connect(self._read)
            socket.disconnected.connect(socket.deleteLater)

    def _read(self) -> None:
        socket = self.sender()
        if not isinstance(socket, QLocalSocket):
            return
        if socket.bytesAvailable() > _LONGEST:
            socket.abort()
            return
        if not socket.canReadLine():
            return
        if socket.readLine().data() == _SHOW:
            socket.write(_SHOWN)
            self.show_wanted.emit()
        socket.disconnectFromServer()


class SecondStudio(QObject):
    """Asks the open studio to show itself, without blocking. `answered` says whether it did."""

    answered = Signal(bool)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._done = False
        self._socket = QLocalSocket(self)
        self._socket.connected.connect(self._send)
        self._socket.readyRead.connect(self._read)
        self._socket.errorOccurred.connect(self._gone)
        self._socket.disconnected.connect(self._gone)

    def ask(self) -> None:
        """Sends the question; `answered` follows once."""
        self._done = False
        self._socket.connectToServer(self._name)

    def _read(self) -> None:
        if self._socket.canReadLine():
            self._answer(shown=self._socket.readLine().data() == _SHOWN)

    def _send(self) -> None:
        self._socket.write(_SHOW)

    def _gone(self) -> None:
        self._answer(shown=False)

    def _answer(self, *, shown: bool) -> None:
        if not self._done:
            self._done = True
            self.answered.emit(shown)


class AlreadyOpenDialog(QDialog):
    """Says that the data folder is open elsewhere and offers to show that studio.

    `sentence` is the lock's. It closes itself when the open studio has shown itself, and says so when it does not answer.
    """

    def __init__(self, sentence: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Host Studio is already open"))
        self._second = SecondStudio(name, self)
        self._second.answered.connect(self._answered)
        self._text = PlainLabel(sentence, wrap=True)
        self._text.setMinimumWidth(420)
        self._text.setAccessibleName(self.tr("What happened"))
        buttons = QDialogButtonBox()
        self._show = buttons.addButton(
            self.tr("Show the open studio"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self._show.setToolTip(self.tr("Bring the window of the studio that is open to the front"))
        self._show.setDefault(True)
        buttons.addButton(QDialogButtonBox.StandardButton.Close)
        buttons.accepted.connect(self._ask)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self._text)
        layout.addWidget(buttons)

    def _ask(self) -> None:
        self._show.setEnabled(False)
        self._second.ask()

    def _answered(self, shown: bool) -> None:
        if shown:
            self.accept()
            return
        self._text.setText(
            self.tr(
                "The open studio does not answer. It may be starting or closing: try again in a moment. "
                "If it hangs, end it in the system's task list; nothing that was decided is lost."
            )
        )
        self._show.setText(self.tr("Try again"))
        self._show.setEnabled(True)
