"""The questions that wait: most asked and oldest first, answered from here, by key or by hand."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from studio.domain.commands import AnswerQuestion, ClaimQuestion, HideQuestion, PromptQuestion
from studio.domain.question import QuestionStatus
from studio.ui.actions import Actions
from studio.ui.host.canned import CannedAnswers
from studio.ui.host.deciding import Deciding
from studio.ui.models.question_model import QuestionModel, QuestionRow
from studio.ui.texts import length
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import Card, EmptyState, SuggestLine
from studio.ui.widgets.labels import ElidedLabel, Pill, SectionHeader
from studio.ui.widgets.text import clean_text

NowMs = Callable[[], int | None]
SHOWN: Final = 25


class QuestionCard(Card):
    """One question. Its buttons stand out when it is selected or under the pointer."""

    picked = Signal(str)
    answer_asked = Signal(str)
    suggestion_taken = Signal(str, str)

    def __init__(
        self, deciding: Deciding, now_ms: NowMs, suggestion: str, parent: QWidget | None = None
    ) -> None:
        super().__init__("card", parent, margin=SPACE_S)
        self._deciding, self._now_ms = deciding, now_ms
        self.row: QuestionRow | None = None
        self.text = ElidedLabel("", strong=True, lines=2)
        self.asked = Pill("", "neutral")
        self.where = ElidedLabel("", tone="muted")
        self.suggest = SuggestLine()
        self.suggest.suggest(clean_text(suggestion, 200))
        self.answer = _small(self.tr("Answer"), self._answer)
        self.prompter = _small(self.tr("On air"), self._prompt)
        self.prompter.setToolTip(self.tr("Show it to the presenter on the prompter"))
        self.hide_it = _small(self.tr("Hide"), self._hide)
        self.suggest.taken.connect(self._take_suggestion)
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.text, 1)
        top.addWidget(self.asked, 0, Qt.AlignmentFlag.AlignTop)
        low = QHBoxLayout()
        low.setSpacing(SPACE_XS)
        low.addWidget(self.where, 1)
        for button in (self.answer, self.prompter, self.hide_it):
            low.addWidget(button)
        self.body.setSpacing(SPACE_XS)
        self.body.addLayout(top)
        self.body.addLayout(low)
        self.body.addWidget(self.suggest)

    def show_row(self, row: QuestionRow, selected: bool) -> None:
        """Show a question."""
        self.row = row
        question = row.question
        self.text.setText(clean_text(question.text, 300))
        self.asked.show_as(f"×{question.asked}", "accent" if row.prompted else "neutral")
        self.asked.setVisible(question.asked > 1 or row.prompted)
        self.set_kind("card-accent" if selected else "card")
        self.prompter.setText(self.tr("Take off") if row.prompted else self.tr("On air"))
        self.setAccessibleName(self.tr("Question, asked {n} times").replace("{n}", str(question.asked)))
        self.setAccessibleDescription(clean_text(question.text, 300))
        self.tick()

    def tick(self) -> None:
        """Say how long it has waited."""
        if self.row is None:
            return
        now, question = self._now_ms(), self.row.question
        waited = "–" if now is None else length(now - question.asked_at_ms)
        parts = [clean_text(", ".join(question.channels or (question.channel,)), 60), waited]
        if self.row.status is QuestionStatus.CLAIMED:
            parts.append(self.tr("claimed"))
        if self.row.prompted:
            parts.append(self.tr("on the prompter"))
        self.where.setText(" · ".join(parts))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if self.row is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.row.question.id)

    def _answer(self) -> None:
        if self.row is not None:
            self.answer_asked.emit(self.row.question.id)

    def _prompt(self) -> None:
        if self.row is not None:
            self._deciding.give(prompt_command(self.row))

    def _hide(self) -> None:
        if self.row is not None:
            self._deciding.give(HideQuestion(self.row.question.id))

    def _take_suggestion(self, answer: str) -> None:
        if self.row is not None:
            self.suggestion_taken.emit(self.row.question.id, answer)


def prompt_command(row: QuestionRow) -> PromptQuestion:
    """Puts the question on the prompter, or takes it off when it is there."""
    if row.prompted:
        return PromptQuestion("")
    return PromptQuestion(row.question.id, clean_text(row.question.text, 300), row.question.asked)


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
        self._cards: dict[str, QuestionCard] = {}
        self.selected_id = ""
        self.setAccessibleName(self.tr("Questions"))
        self.header = SectionHeader(self.tr("Questions"))
        self.more = ElidedLabel("", tone="muted")
        self.empty = EmptyState(theme, "question", self.tr("No open questions."))
        self._list = QVBoxLayout()
        self._scroll = QScrollArea()
        self._pages = QStackedLayout()
        self._lay_out()
        for changed in (
            model.rowsInserted,
            model.rowsRemoved,
            model.rowsMoved,
            model.dataChanged,
            model.modelReset,
        ):
            changed.connect(self._sync)
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
        self.body.setSpacing(0)
        self.body.addLayout(top)
        inside = QWidget()
        self._list.setContentsMargins(SPACE_S, 0, SPACE_S, SPACE_S)
        self._list.setSpacing(SPACE_XS)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
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
        card = self._cards.get(question_id)
        if card is not None:
            self._scroll.ensureWidgetVisible(card)
        self.selected.emit(question_id)

    def clear_selection(self) -> bool:
        """Esc: select nothing; False when nothing was."""
        if not self.selected_id:
            return False
        self.select("")
        return True

    def step(self, by: int) -> None:
        """J and K: to the next or the previous question."""
        ids = [self._model.row(n).question.id for n in range(min(self._model.rowCount(), SHOWN))]
        if not ids:
            return
        at = ids.index(self.selected_id) + by if self.selected_id in ids else (0 if by > 0 else len(ids) - 1)
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

    def _sync(self, *_what: object) -> None:
        rows = [self._model.row(n) for n in range(min(self._model.rowCount(), SHOWN))]
        ids = {r.question.id for r in rows}
        for gone in [i for i in self._cards if i not in ids]:
            self._cards.pop(gone).deleteLater()
        if self.selected_id and self.selected_id not in ids:
            self.selected_id = ""
            self.selected.emit("")
        for at, row in enumerate(rows):
            card = self._cards.get(row.question.id) or self._make(row)
            if self._list.indexOf(card) != at:
                self._list.insertWidget(at, card)
            card.show_row(row, row.question.id == self.selected_id)
        hidden = self._model.rowCount() - len(rows)
        self.more.setText(self.tr("and {n} more").replace("{n}", str(hidden)) if hidden > 0 else "")
        self._pages.setCurrentWidget(self._scroll if rows else self.empty)
        self._say_how_many()

    def _make(self, row: QuestionRow) -> QuestionCard:
        card = QuestionCard(self._deciding, self._now_ms, self._canned.suggest(row.question.text), self)
        card.picked.connect(self.select)
        card.answer_asked.connect(self._answer)
        card.suggestion_taken.connect(self._take_suggestion)
        self._cards[row.question.id] = card
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


def _small(text: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("variant", "compact")
    button.setAutoDefault(False)
    button.clicked.connect(lambda _checked=False: slot())
    return button
