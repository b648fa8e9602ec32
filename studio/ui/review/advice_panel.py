"""What to change next time: one sentence each, with a way to the place on the timeline that it is about."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from studio.domain.advice import Advice
from studio.domain.show import ShowPhase
from studio.ui.review.advice_words import words_of
from studio.ui.studio import Review
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, SectionHeader


class AdviceRow(QWidget):
    """One piece of advice: what was found in bold, what follows from it below, and a button to its place."""

    asked = Signal(object)

    def __init__(self, advice: Advice, lead: str, rest: str) -> None:
        super().__init__()
        self.advice = advice
        self.lead = ElidedLabel(lead, strong=True, lines=4)
        self.rest = ElidedLabel(rest, tone="muted", lines=4)
        self.setAccessibleName(f"{lead}: {rest}")
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addWidget(self.lead)
        words.addWidget(self.rest)
        bullet = PlainLabel("•")
        bullet.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(bullet, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.button: QPushButton | None = None
        if advice.item_id or advice.at_ms is not None:
            self.button = QPushButton(self.tr("Show"))
            self.button.setProperty("variant", "compact")
            self.button.setAutoDefault(False)
            self.button.setToolTip(self.tr("Find it on the timeline"))
            self.button.setAccessibleName(f"{self.tr('Show on the timeline')}: {lead}")
            self.button.clicked.connect(lambda: self.asked.emit(self.advice))
            row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)


class AdvicePanel(Card):
    """The advice of a review, the weightiest first. `asked` carries the `Advice` whose place is to be shown."""

    asked = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__("card", margin=SPACE_M)
        self._theme = theme
        self.rows: list[AdviceRow] = []
        self._shown: tuple[tuple[str, str], ...] | None = None
        title = self.tr("What to change next time")
        self.setAccessibleName(title)
        self.nothing = PlainLabel("", tone="muted", wrap=True)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, SPACE_S, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addWidget(self.nothing)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.area.setWidget(self._inside)
        self.area.setAccessibleName(title)
        self.area.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)
        self.body.addWidget(SectionHeader(title))
        self.body.addWidget(self.area, 1)

    def show_review(self, review: Review, texts: Texts) -> None:
        """Show the advice of a review; what is there already stays untouched."""
        ended = review.state.phase is ShowPhase.ENDED
        self.nothing.setText(
            self.tr(
                "The figures of this show carry no advice: too little happened to say anything for certain."
            )
            if ended
            else self.tr("Advice comes when the show is over.")
        )
        said = [words_of(a, review.state.currency, texts, review.state.started_at_ms) for a in review.advice]
        shown = tuple((s.lead, s.rest) for s in said)
        if shown == self._shown:
            return
        self._shown = shown
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = [
            AdviceRow(advice, sentence.lead, sentence.rest)
            for advice, sentence in zip(review.advice, said, strict=True)
        ]
        for n, row in enumerate(self.rows):
            row.asked.connect(self.asked)
            self._column.insertWidget(n, row)
        self.nothing.setVisible(not self.rows)
