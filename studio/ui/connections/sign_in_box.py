"""Signing in at a platform: who is signed in, and what to do next while it is under way."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.control.ports.sign_in import SignInStep
from studio.ui.connections.channel_words import tr
from studio.ui.connections.fields import small_button
from studio.ui.theme import SPACE_S
from studio.ui.widgets.labels import PlainLabel


class SignInBox(QWidget):
    """`asked`: a person wants to sign in. While that is under way, the code to type stands here, `page_asked` carries the
    page to open, and `cancel_asked` ends it. `sign_out_asked`: what was granted is to be forgotten.
    """

    asked = Signal()
    cancel_asked = Signal()
    sign_out_asked = Signal()
    page_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._url = ""
        self._idle = ""
        self.setAccessibleName(tr("Sign-in"))
        self.state = PlainLabel("", wrap=True)
        self.begin = small_button(
            tr("Sign in…"),
            tr("Sign in"),
            tr("Saves the channel, then opens the platform's page in the browser"),
        )
        self.sign_out = small_button(
            tr("Sign out"), tr("Sign out"), tr("Forget on this computer what the sign-in granted")
        )
        self.code = PlainLabel("", size="xl", strong=True)
        self.code.setAccessibleName(tr("Code to type"))
        self.copy = small_button(tr("Copy"), tr("Copy the code"), tr("Copy this code"))
        self.page = small_button(
            tr("Open the page"), tr("Open the page"), tr("Open the page in the browser again")
        )
        self.cancel = small_button(tr("Cancel"), tr("Cancel the sign-in"), tr("Nothing changes"))
        self._signed = False
        self.begin.clicked.connect(self.asked)
        self.sign_out.clicked.connect(self.sign_out_asked)
        self.cancel.clicked.connect(self.cancel_asked)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.code.text()))
        self.page.clicked.connect(lambda: self.page_asked.emit(self._url))
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for button in (self.begin, self.sign_out, self.copy, self.page, self.cancel):
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.state)
        column.addWidget(self.code)
        column.addLayout(row)
        self.show_idle("")

    def show_idle(self, sentence: str, tone: str = "muted", *, signed: bool = False) -> None:
        """Nothing is under way; who is signed in, or why nobody is."""
        self._signed = signed
        self.begin.setText(tr("Sign in again…") if signed else tr("Sign in…"))
        self._say(sentence, tone, running=False)

    def show_waiting(self) -> None:
        """The platform is asked for its page."""
        self._say(tr("Asking the platform for its page…"), "", running=True)
        self._show_step("", "")

    def show_step(self, step: SignInStep) -> None:
        """What the person does next."""
        sentence = tr("Sign in on the page that the browser shows, then come back.")
        if step.user_code:
            sentence = tr("Type this code on the page that the browser shows, and allow what it asks for.")
        self._say(sentence, "", running=True)
        self._show_step(step.url, step.user_code)

    def _show_step(self, url: str, code: str) -> None:
        self._url = url
        self.page.setVisible(bool(url))
        self.code.setText(code)
        self.code.setVisible(bool(code))
        self.copy.setVisible(bool(code))

    def _say(self, sentence: str, tone: str, *, running: bool) -> None:
        self.state.setText(sentence)
        self.state.set_tone(tone)
        self.begin.setVisible(not running)
        self.sign_out.setVisible(self._signed and not running)
        self.cancel.setVisible(running)
        if not running:
            self._show_step("", "")
