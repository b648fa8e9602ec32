"""The questions that wait: most asked and oldest first, answered from here, by key or by hand."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from studio.domain.commands import AnswerQuestion, ClaimQuestion, HideQuestion, PromptQuestion
from studio.ui.actions import Actions
from studio.ui.host.canned import CannedAnswers
from studio.ui.host.deciding import Deciding
from studio.ui.host.question_card import QuestionCard, prompt_command
from studio.ui.models.question_model import QuestionModel, QuestionRow
from studio.ui.texts import length
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import ElidedLabel, SectionHeader

NowMs = Callable[[], int | None]
SHOWN: Final = 25


class QuestionPanel(Card):
    """The queue. It comes into a new order only while nobody has a hand on it.

    `reply_asked(question id, text)`: the reply field should take this question, with this text in it.
    `selected` carries the id of the selected question, empty for none.
    """

    reply_asked = Signal(str, str)
    selected = Signal(str)

    def __init__(
        self,
        model: QuestionModel,
        deciding: Deciding,
        actions: Actions,
        theme: Theme,
        canned: CannedAnswers,
        now_ms: NowMs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=0)
        self._model, self._deciding, self._now_ms, self._canned = model, deciding, now_ms, canned
        self._theme = theme
        self._cards: dict[str, QuestionCard] = {}
        # Cards are used again: making one costs more than a frame has.
        self._spare: list[QuestionCard] = []
        self.selected_id = ""
        self._left_at = 0
        self._cards_before: list[str] = []
        # A batch may change many questions: the rows are brought up to them once.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._sync)
        self.setAccessibleName(self.tr("Questions"))
        self.header = SectionHeader(self.tr("Questions"))
        self.more = ElidedLabel("", tone="muted")
        self.empty = EmptyState(theme, "question", self.tr("No open questions."))
        self._list = QVBoxLayout()
        self._inside = QVBoxLayout()
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName(self.tr("Open questions"))
        self._pages = QStackedLayout()
        self._lay_out()
        for changed in (
            model.rowsInserted,
            model.rowsRemoved,
            model.rowsMoved,
            model.dataChanged,
            model.modelReset,
        ):
            changed.connect(self._later)
        actions.on("question.next", lambda: self.step(1))
        actions.on("question.previous", lambda: self.step(-1))
        actions.on("question.answered", self._mark_answered)
        actions.on("question.claim", lambda: self._with_row(lambda r: ClaimQuestion(r.question.id)))
        actions.on("question.hide", lambda: self._with_row(lambda r: HideQuestion(r.question.id)))
        actions.on("question.prompter", lambda: self._with_row(prompt_command))
        self._sync()

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.addWidget(self.header)
        self.body.setContentsMargins(1, 1, 1, SPACE_S)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        inside = QWidget()
        inside.setProperty("role", "plain")
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self.more.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, 0)
        column = self._inside
        inside.setLayout(column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._list)
        column.addWidget(self.more)
        column.addStretch(1)
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._pages.addWidget(self._scroll)
        self._pages.addWidget(self.empty)
        self.body.addLayout(self._pages, 1)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(240), self._theme.px(110))

    def _later(self, *_what: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def tick(self) -> None:
        """Once a second: waiting times, and the order when nobody has a hand on it."""
        now = self._now_ms()
        if now is not None and not self.underMouse() and not self.selected_id:
            self._model.resort(now)
        for card in self._cards.values():
            card.tick()
        self._say_how_many()

    def row(self, question_id: str) -> QuestionRow | None:
        """The row of a waiting question."""
        at = self._model.row_of(question_id)
        return self._model.row(at) if at >= 0 else None

    def select(self, question_id: str) -> None:
        """Select a question; empty selects none."""
        if question_id == self.selected_id:
            return
        self.selected_id = question_id
        self._sync()
        self._inside.activate()
        card = self._cards.get(question_id)
        if card is not None:
            self._scroll.ensureWidgetVisible(card)
        self.selected.emit(question_id)

    def clear_selection(self) -> bool:
        """Esc: select nothing; False when nothing was."""
        self._left_at = 0
        if not self.selected_id:
            return False
        self.select("")
        return True

    def step(self, by: int) -> None:
        """J and K: to the next or the previous question."""
        ids = [self._model.row(n).question.id for n in range(min(self._model.rowCount(), SHOWN))]
        if not ids:
            return
        if self.selected_id in ids:
            at = ids.index(self.selected_id) + by
        else:
            # The question that was dealt with has gone: the next one stands in its place.
            at = self._left_at + min(by, 0) if by > 0 or self._left_at else len(ids) - 1
        self.select(ids[min(max(at, 0), len(ids) - 1)])

    def _with_row(
        self, command: Callable[[QuestionRow], ClaimQuestion | HideQuestion | PromptQuestion]
    ) -> None:
        row = self.row(self.selected_id) if self.selected_id else None
        if row is not None:
            self._deciding.give(command(row))

    def _mark_answered(self) -> None:
        if self.selected_id:
            self._deciding.give(AnswerQuestion(self.selected_id))

    def _say_how_many(self) -> None:
        count, oldest, now = self._model.rowCount(), self._model.oldest_ms, self._now_ms()
        if not count or oldest is None or now is None:
            self.header.set_note("" if not count else self.tr("{n} open").replace("{n}", str(count)))
            return
        note = self.tr("{n} open · oldest {time}")
        self.header.set_note(note.replace("{n}", str(count)).replace("{time}", length(now - oldest)))

    def _sync(self) -> None:
        rows = [self._model.row(n) for n in range(min(self._model.rowCount(), SHOWN))]
        ids = {r.question.id for r in rows}
        for gone in [i for i in self._cards if i not in ids]:
            self._put_aside(self._cards.pop(gone))
        if self.selected_id and self.selected_id not in ids:
            gone = self._cards_before.index(self.selected_id) if self.selected_id in self._cards_before else 0
            self._left_at = min(gone, max(0, len(rows) - 1))
            self.selected_id = ""
            self.selected.emit("")
        for at, row in enumerate(rows):
            card = self._cards.get(row.question.id) or self._card_for(row)
            if self._list.indexOf(card) != at:
                self._list.insertWidget(at, card)
            card.show_row(row, row.question.id == self.selected_id)
        self._cards_before = [r.question.id for r in rows]
        hidden = self._model.rowCount() - len(rows)
        self.more.setText(self.tr("and {n} more").replace("{n}", str(hidden)) if hidden > 0 else "")
        self.more.setVisible(hidden > 0)
        self._pages.setCurrentWidget(self._scroll if rows else self.empty)
        self._say_how_many()

    def _card_for(self, row: QuestionRow) -> QuestionCard:
        card = self._spare.pop() if self._spare else self._make()
        card.suggest_answer(self._canned.suggest(row.question.text))
        self._cards[row.question.id] = card
        card.show()
        return card

    def _put_aside(self, card: QuestionCard) -> None:
        card.hide()
        self._list.removeWidget(card)
        self._spare.append(card)

    def _make(self) -> QuestionCard:
        card = QuestionCard(self._theme, self._deciding, self._now_ms, self)
        card.picked.connect(self.select)
        card.answer_asked.connect(self._answer)
        card.suggestion_taken.connect(self._take_suggestion)
        return card

    def _answer(self, question_id: str) -> None:
        self.select(question_id)
        self.reply_asked.emit(question_id, "")

    def _take_suggestion(self, question_id: str, answer: str) -> None:
        self.select(question_id)
        self.reply_asked.emit(question_id, answer)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self.tick()
