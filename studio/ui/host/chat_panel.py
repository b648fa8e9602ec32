"""The chat, which does not move under the hand, and the field to write into it."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from studio.control.ports import ChatRow, HiddenChat
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
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.chat_view import ChatView
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.text import clean_text

_RATE_MS: Final = 60_000
NowMs = Callable[[], int | None]


class ChatPanel(Card):
    """Chat view, reply field and canned answers. A selected question or message takes the reply, else all channels.

    `message_picked` is emitted when a message is selected to be replied to.
    """

    message_picked = Signal()

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
        self._theme, self._actions = theme, actions
        self._now_ms, self._canned = now_ms, canned
        self._question: Question | None = None
        self._message: ChatRow | None = None
        self._times: deque[tuple[int, int]] = deque()
        self._sending = False
        self.setAccessibleName(self.tr("Chat"))
        self.header = SectionHeader(self.tr("Chat"))
        self.view = ChatView(theme, source, time_text=lambda at: texts.clock(at, seconds=True))
        self.target = ElidedLabel("", tone="muted")
        self.field = QLineEdit()
        self.field.setMaxLength(MAX_TEXT)
        self.field.setAccessibleName(self.tr("Reply"))
        self.count = PlainLabel("", size="caption", tone="muted")
        self.count.hide()
        self.canned = QPushButton(self.tr("Canned"))
        self.canned.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.canned.setToolTip(self.tr("Put a prepared answer into the field"))
        self._lay_out()
        self._menu = self._canned_menu()
        self.canned.setMenu(self._menu)
        self.canned.setEnabled(not self._menu.isEmpty())
        self.field.returnPressed.connect(self.send)
        self.field.textChanged.connect(self._typed)
        self.view.selected.connect(self._message_selected)
        self.view.activated.connect(self._activated)
        reply = QAction(self.tr("Reply"), self.view)
        reply.triggered.connect(self.focus_field)
        self.view.set_context_actions([reply])
        source.loaded.connect(self.view.rows_changed)
        show.chat_appended.connect(self._appended)
        show.chat_hidden.connect(self._hide)
        actions.on("reply.focus", self.focus_field)
        self._say_target()
        self.tick()

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.addWidget(self.header)
        line = QFrame()
        line.setProperty("role", "rowline")
        low = QVBoxLayout()
        low.setContentsMargins(SPACE_M - 2, SPACE_S, SPACE_M - 2, SPACE_M - 2)
        low.setSpacing(SPACE_XS)
        said = QHBoxLayout()
        said.addWidget(self.target, 1)
        said.addWidget(self.count)
        low.addLayout(said)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.field, 1)
        row.addWidget(self.canned)
        low.addLayout(row)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(line)
        self.body.addLayout(low)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(240), self._theme.px(170))

    def seed_rate(self, rows: Sequence[ChatRow]) -> None:
        """These rows were there when the chat was opened: they count for the rate as far as they are fresh."""
        now = self._now_ms()
        if now is not None:
            fresh = [r.message.at_ms for r in rows if r.message.at_ms > now - _RATE_MS]
            self._times.extendleft(sorted(((at, 1) for at in fresh), reverse=True))
            self.tick()

    def tick(self) -> None:
        """Say how fast the chat goes."""
        now = self._now_ms()
        if now is not None:
            while self._times and self._times[0][0] < now - _RATE_MS:
                self._times.popleft()
        rate = sum(n for _, n in self._times)
        self.header.set_note(self.tr("{n} / min").replace("{n}", self._texts.number(rate)))

    def focus_field(self) -> None:
        """Put the cursor behind what stands in the field: typing on must not replace a draft."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.end(False)

    def _activated(self, _line: str) -> None:
        self.focus_field()

    def leave_target(self) -> bool:
        """Esc: the next reply goes to all channels again; False when it would have anyway."""
        if self._question is None and self._message is None:
            return False
        self._question = self._message = None
        self._say_target()
        return True

    def clear_selection(self) -> bool:
        """Esc: select nothing; False when nothing was."""
        return self.view.clear_selection()

    def reply_to_question(self, question: Question | None, text: str = "", *, focus: bool = True) -> None:
        """The next reply answers this question; None: it does not."""
        self._question = question
        if question is not None:
            self._message = None
            self.view.clear_selection()
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

        self._sending = True

        async def send() -> None:
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
        if self._message is not None:
            self._question = None
            self.message_picked.emit()
        self._say_target()

    def _typed(self, text: str) -> None:
        left = MAX_TEXT - len(text)
        self.count.setText(self.tr("{n} left").replace("{n}", str(left)))
        self.count.setVisible(left <= 100)

    def _say_target(self) -> None:
        cap = self._actions["reply.focus"].cap
        key = f"  {cap}" if cap else ""
        if self._question is not None:
            author = clean_text(self._question.author, 40)
            words = clean_text(self._question.text, 80)
            said = self.tr("Answers {author}: “{text}”").replace("{author}", author).replace("{text}", words)
            hint = self.tr("Answer {author}…").replace("{author}", author)
        elif self._message is not None:
            author = clean_text(self._message.message.author, 40)
            words = clean_text(self._message.message.text, 80)
            said = (
                self.tr("Replies to {author}: “{text}”").replace("{author}", author).replace("{text}", words)
            )
            hint = self.tr("Reply to {author}…").replace("{author}", author)
        else:
            said, hint = "", self.tr("Reply to all channels…")
        self.target.setText(said)
        self.target.setVisible(bool(said))
        self.field.setPlaceholderText(hint + key)

    def _appended(self, rows: tuple[ChatRow, ...], count: int) -> None:
        grown = self._source.append(rows, count)
        if grown:
            self.view.rows_appended(grown)
        now = self._now_ms()
        if now is not None and rows:
            self._times.append((now, max(grown, len(rows))))

    def _hide(self, hidden: tuple[HiddenChat, ...]) -> None:
        if self._source.hide(hidden):
            self.view.rows_changed()

    def _canned_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for topic, answers in self._canned.by_topic().items():
            # The key of a topic with several answers is its name too.
            into = menu if len(answers) == 1 else menu.addMenu(clean_text(topic, 40).capitalize())
            into.setToolTipsVisible(True)
            for title, text in answers:
                action = into.addAction(clean_text(title, 60).replace("&", "&&"))
                action.setToolTip(tooltip_text(clean_text(text)))
                action.triggered.connect(partial(self._put, text))
        return menu

    def _put(self, text: str, _checked: bool = False) -> None:
        self.field.setText(text[:MAX_TEXT])
        self.focus_field()
