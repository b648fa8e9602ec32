"""The chat, which does not move under the hand, and the field to write into it."""

from collections import deque
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from studio.control.ports import ChatRow
from studio.domain.commands import AnswerQuestion, Reply
from studio.domain.decide import MAX_TEXT
from studio.domain.ids import uuid7
from studio.domain.question import Question
from studio.ui.actions import Actions
from studio.ui.host.canned import CannedAnswers
from studio.ui.host.deciding import Deciding
from studio.ui.models.chat_source import ChatWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.chat_view import ChatView
from studio.ui.widgets.labels import ElidedLabel, SectionHeader
from studio.ui.widgets.text import clean_text

_RATE_MS: Final = 60_000
NowMs = Callable[[], int | None]


class ReplyField(QLineEdit):
    """One line to write in. Esc leaves it, the draft stays."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)


class ChatPanel(Card):
    """Chat view, reply field and canned answers. A selected question or message takes the reply, else all channels."""

    def __init__(
        self,
        show: LiveShow,
        source: ChatWindow,
        deciding: Deciding,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        canned: CannedAnswers,
        now_ms: NowMs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=0)
        self._show, self._source, self._deciding, self._texts = show, source, deciding, texts
        self._now_ms, self._canned = now_ms, canned
        self._question: Question | None = None
        self._message: ChatRow | None = None
        self._times: deque[tuple[int, int]] = deque()
        self._sending = False
        self.setAccessibleName(self.tr("Chat"))
        self.header = SectionHeader(self.tr("Chat"))
        self.view = ChatView(theme, source, time_text=lambda at: texts.clock(at, seconds=True))
        self.target = ElidedLabel("", tone="muted")
        self.field = ReplyField()
        self.field.setMaxLength(MAX_TEXT)
        self.field.setAccessibleName(self.tr("Reply"))
        self.canned = QPushButton(self.tr("Canned"))
        self.canned.setToolTip(self.tr("Put a prepared answer into the field"))
        self._lay_out()
        self._menu = self._canned_menu()
        self.canned.setMenu(self._menu)
        self.canned.setEnabled(not self._menu.isEmpty())
        self.field.returnPressed.connect(self.send)
        self.field.left.connect(self.leave_field)
        self.view.selected.connect(self._message_selected)
        self.view.activated.connect(self._activated)
        reply = QAction(self.tr("Reply"), self.view)
        reply.triggered.connect(self.focus_field)
        self.view.set_context_actions([reply])
        source.loaded.connect(self.view.rows_changed)
        show.chat_appended.connect(self._appended)
        actions.on("reply.focus", self.focus_field)
        self._say_target()
        self.tick()

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.addWidget(self.header)
        low = QVBoxLayout()
        low.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        low.setSpacing(SPACE_S)
        low.addWidget(self.target)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.field, 1)
        row.addWidget(self.canned)
        low.addLayout(row)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        self.body.addWidget(self.view, 1)
        self.body.addLayout(low)

    def tick(self) -> None:
        """Say how fast the chat goes."""
        now = self._now_ms()
        if now is not None:
            while self._times and self._times[0][0] < now - _RATE_MS:
                self._times.popleft()
        rate = sum(n for _, n in self._times)
        self.header.set_note(self.tr("{n} / min").replace("{n}", self._texts.number(rate)))

    def focus_field(self) -> None:
        """Put the cursor into the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _activated(self, _line: str) -> None:
        self.focus_field()

    def leave_field(self) -> bool:
        """Esc: leave the field, the draft stays; False when it has not the focus."""
        if not self.field.hasFocus():
            return False
        self.view.setFocus()
        return True

    def clear_selection(self) -> bool:
        """Esc: select nothing; False when nothing was."""
        return self.view.clear_selection()

    def reply_to_question(self, question: Question | None, text: str = "", *, focus: bool = True) -> None:
        """The next reply answers this question; None: it does not."""
        self._question = question
        if text:
            self.field.setText(text[:MAX_TEXT])
        self._say_target()
        if focus and question is not None:
            self.focus_field()

    def send(self) -> None:
        """Send what is written. The draft goes only once the decision is on disk."""
        text = self.field.text().strip()
        if not text or self._sending:
            return
        command = self._command(text)

        async def send() -> None:
            self._sending = True
            try:
                if await self._deciding.do(command) and self.field.text().strip() == text:
                    self.field.clear()
                    self.view.clear_selection()
            finally:
                self._sending = False

        self._deciding.run(send(), "reply")

    def _command(self, text: str) -> AnswerQuestion | Reply:
        question, message = self._question, self._message
        if question is not None:
            return AnswerQuestion(
                question.id, uuid7(), text, question.channel, question.message_id, question.author
            )
        if message is not None:
            m = message.message
            return Reply(uuid7(), text, m.channel, m.id, m.author)
        return Reply(uuid7(), text)

    def _message_selected(self, line: str) -> None:
        row = self._source.find(line) if line else None
        self._message = None if row is None or row.gap else row
        self._say_target()

    def _say_target(self) -> None:
        if self._question is not None:
            author = clean_text(self._question.author, 40)
            words = clean_text(self._question.text, 80)
            self.target.setText(
                self.tr("Answers {author}: “{text}”").replace("{author}", author).replace("{text}", words)
            )
            self.field.setPlaceholderText(self.tr("Answer {author}…  /").replace("{author}", author))
        elif self._message is not None:
            author = clean_text(self._message.message.author, 40)
            self.target.setText(self.tr("Replies to {author}").replace("{author}", author))
            self.field.setPlaceholderText(self.tr("Reply to {author}…  /").replace("{author}", author))
        else:
            self.target.setText("")
            self.field.setPlaceholderText(self.tr("Reply to all channels…  /"))
        self.target.setVisible(bool(self.target.text()))

    def _appended(self, rows: tuple[ChatRow, ...], count: int) -> None:
        grown = self._source.append(rows, count)
        if grown:
            self.view.rows_appended(grown)
        now = self._now_ms()
        if now is not None and rows:
            self._times.append((now, max(grown, len(rows))))

    def _canned_menu(self) -> QMenu:
        menu = QMenu(self)
        for _topic, text in self._canned.texts():
            action = menu.addAction(clean_text(text, 70).replace("&", "&&"))
            action.triggered.connect(lambda _=False, t=text: self._put(t))
        return menu

    def _put(self, text: str) -> None:
        self.field.setText(text[:MAX_TEXT])
        self.focus_field()
