"""One question of the queue: its words, how often it was asked, how long it waits, and what can be done with it."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.domain.commands import HideQuestion, PromptQuestion
from studio.domain.question import QuestionStatus
from studio.ui.host.deciding import Deciding
from studio.ui.models.question_model import QuestionRow
from studio.ui.texts import length
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import SuggestLine
from studio.ui.widgets.labels import ElidedLabel, Pill, PlainLabel
from studio.ui.widgets.text import clean_text

NowMs = Callable[[], int | None]
_SELECTED_PX: Final = 3


class QuestionCard(QWidget):
    """A row of the queue, painted as one: a line below, tinted when it is selected.

    `picked`, `answer_asked` carry the question's id, `suggestion_taken` that and the answer.
    """

    picked = Signal(str)
    answer_asked = Signal(str)
    suggestion_taken = Signal(str, str)

    def __init__(
        self, theme: Theme, deciding: Deciding, now_ms: NowMs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme, self._deciding, self._now_ms = theme, deciding, now_ms
        self.row: QuestionRow | None = None
        self.is_selected = False
        self.text = ElidedLabel("", strong=True, lines=2)
        self.asked = Pill("", "neutral")
        self.where = ElidedLabel("", size="caption", tone="muted")
        # It has what the buttons leave, however long it has waited.
        self.where.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.state = PlainLabel("", size="caption", tone="accent", strong=True)
        self.suggest = SuggestLine()
        self.answer = _small(self.tr("Answer"), self.tr("Answer it in writing (Return sends)"), self._answer)
        self.prompter = _small(self.tr("On air"), self.tr("Show it to the presenter (P)"), self._prompt)
        self.hide_it = _small(
            self.tr("Hide"), self.tr("Put it out of sight (H); undo brings it back"), self._hide
        )
        self.suggest.taken.connect(self._take_suggestion)
        self._lay_out()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.text, 1)
        top.addWidget(self.asked, 0, Qt.AlignmentFlag.AlignTop)
        low = QHBoxLayout()
        low.setSpacing(SPACE_XS)
        low.addWidget(self.where, 1)
        low.addWidget(self.state)
        for button in (self.answer, self.prompter, self.hide_it):
            low.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_S - 1, SPACE_M, SPACE_S)
        column.setSpacing(3)
        column.addLayout(top)
        column.addLayout(low)
        column.addWidget(self.suggest)

    def show_row(self, row: QuestionRow, selected: bool) -> None:
        """Show a question."""
        if row == self.row and selected == self.is_selected:
            return
        self.row = row
        self.is_selected = selected
        question = row.question
        self.text.setText(clean_text(question.text, 300))
        self.asked.show_as(f"×{question.asked}", "neutral")
        self.asked.setVisible(question.asked > 1)
        self.prompter.setText(self.tr("Take off") if row.prompted else self.tr("On air"))
        words = [self.tr("on the prompter")] if row.prompted else []
        if row.status is QuestionStatus.CLAIMED:
            words.append(self.tr("claimed"))
        self.state.setText(" · ".join(words))
        self.state.setVisible(bool(words))
        self.setAccessibleName(self.tr("Question, asked {n} times").replace("{n}", str(question.asked)))
        self.setAccessibleDescription(clean_text(question.text, 300))
        self.update()
        self.tick()

    def suggest_answer(self, answer: str) -> None:
        """Offer an answer; empty offers none."""
        self.suggest.suggest(clean_text(answer, 200))

    def tick(self) -> None:
        """Say how long it has waited."""
        if self.row is None:
            return
        now, question = self._now_ms(), self.row.question
        waited = "–" if now is None else length(now - question.asked_at_ms)
        channels = clean_text(", ".join(question.channels or (question.channel,)), 60)
        self.where.setText(f"{waited} · {channels}")

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            box = QRectF(self.rect())
            if self.is_selected:
                painter.fillRect(box, self._theme.colour("accent_tint"))
                bar = QRectF(0, 0, self._theme.px(_SELECTED_PX), box.height())
                painter.fillRect(bar, self._theme.colour("accent"))
            elif self.underMouse():
                painter.fillRect(box, self._theme.colour("raised"))
            painter.fillRect(QRectF(0, box.height() - 1, box.width(), 1), self._theme.colour("line"))

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: D102
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: D102
        super().leaveEvent(event)
        self.update()

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


def _small(text: str, tip: str, slot: Callable[[], None]) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("variant", "compact")
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleDescription(tip)
    button.clicked.connect(lambda _checked=False: slot())
    return button
