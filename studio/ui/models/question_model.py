"""The questions that wait for an answer, most asked and oldest first."""

import heapq
from collections.abc import Iterable
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from studio.domain.question import Question, QuestionStatus, queue_key
from studio.ui.models.live_show import LiveShow
from studio.ui.models.sync_rows import sync_rows

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The whole `QuestionRow`."""

MAX_ROWS = 200
_WAITING = (QuestionStatus.OPEN, QuestionStatus.CLAIMED)


class QuestionRow(msgspec.Struct, frozen=True):
    """What one row shows; `prompted`: it stands on the prompter."""

    question: Question
    status: QuestionStatus
    prompted: bool


class QuestionModel(QAbstractListModel):
    """Open and claimed questions. The order changes only in `resort`, so that nothing moves under a hand: new
    questions come in at the end until then.
    """

    def __init__(self, show: LiveShow, now_ms: int) -> None:
        super().__init__(show)
        self._show = show
        self._rows: list[QuestionRow] = []
        self._waiting: dict[str, Question] = {}
        self._prompted = ""
        self._unsorted = True
        self._update(show.questions)
        self.resort(now_ms)
        show.questions_changed.connect(self._take)
        show.show_changed.connect(self._take_prompted)

    def row(self, at: int) -> QuestionRow:
        """The row at this place."""
        return self._rows[at]

    def row_of(self, question_id: str) -> int:
        """The place of a question, -1 when it does not wait."""
        return next((n for n, r in enumerate(self._rows) if r.question.id == question_id), -1)

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest waiting question was asked, UTC ms of the shop's clock; None when none waits."""
        return min((r.question.asked_at_ms for r in self._rows), default=None)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many questions wait."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The question, a sentence for screen readers, or the whole row."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.question.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            times = self.tr("asked {n} times").replace("{n}", str(row.question.asked))
            return f"{row.question.text}, {times}"
        return row if role == ROW_ROLE else None

    def resort(self, now_ms: int) -> None:
        """Bring the queue into its order of `now_ms` (UTC ms of the shop's clock)."""
        # Waiting weighs the same for all: the order is another one only after something was asked or decided.
        if self._unsorted:
            self._unsorted = False
            self._sync(
                heapq.nsmallest(MAX_ROWS, self._waiting.values(), key=lambda q: queue_key(q, now_ms)),
            )

    def _take(self, ids: set[str] | None) -> None:
        fresh = self._update(self._show.questions if ids is None else ids)
        kept = [self._waiting[r.question.id] for r in self._rows if r.question.id in self._waiting]
        shown = {q.id for q in kept}
        self._sync([*kept, *(q for q in fresh if q.id not in shown)][:MAX_ROWS])

    def _update(self, ids: Iterable[str]) -> list[Question]:
        """Look at these questions again; returns those of them that wait."""
        state, found = self._show.state, list[Question]()
        self._unsorted = True
        for question_id in ids:
            question = self._show.questions.get(question_id)
            waits = state.question_status(question_id) in _WAITING
            if question is not None and waits and not question.withdrawn:
                self._waiting[question_id] = question
                found.append(question)
            else:
                self._waiting.pop(question_id, None)
        return found

    def _take_prompted(self) -> None:
        prompted = self._show.state.prompted
        if (prompted.question_id if prompted else "") != self._prompted:
            self._sync([r.question for r in self._rows if r.question.id in self._waiting])

    def _sync(self, questions: Iterable[Question]) -> None:
        state = self._show.state
        self._prompted = state.prompted.question_id if state.prompted else ""
        rows = [QuestionRow(q, state.question_status(q.id), q.id == self._prompted) for q in questions]
        sync_rows(self, self._rows, rows, lambda r: r.question.id, self._changed)

    def _changed(self, at: int) -> None:
        index = self.index(at)
        self.dataChanged.emit(index, index)
