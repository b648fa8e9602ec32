"""The head of the review: which show, when, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
)

from studio.control.ports import ShowSummary
from studio.domain.show import ShowPhase
from studio.ui.review.exporting import report_formats
from studio.ui.review.figures import when
from studio.ui.studio import Review
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import ElidedLabel, Pill, tooltip_text
from studio.ui.widgets.text import clean_text


class ReviewHeader(Card):
    """Title, day and length; the choice among past shows; goals, comparison, chapters; Refresh while on air; Export."""

    show_asked = Signal(str)
    refresh_asked = Signal()
    goals_asked = Signal()
    compare_asked = Signal()
    chapters_asked = Signal()
    export_asked = Signal(object)
    """The `Format` in which the report is to be written."""
    cancel_asked = Signal()

    def __init__(self, theme: Theme, texts: Texts) -> None:
        super().__init__("card", margin=SPACE_S)
        self._texts = texts
        self.setAccessibleName(self.tr("Show under review"))
        self.title = ElidedLabel(self.tr("Review"), size="l", strong=True)
        self.when = ElidedLabel("", tone="muted")
        self.rehearsal = Pill(self.tr("REHEARSAL"), "warning")
        self.so_far = Pill(self.tr("ON AIR: FIGURES SO FAR"), "accent")
        self.shows = QComboBox()
        self.shows.setAccessibleName(self.tr("Show"))
        self.shows.setToolTip(self.tr("Look at another show"))
        self.shows.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.shows.setMinimumContentsLength(14)
        self.shows.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.refresh = self._button(self.tr("Refresh"), self.tr("Compute the figures again"))
        self.goals = self._button(self.tr("Goals…"), "")
        self.compare = self._button(self.tr("Compare…"), self.tr("See how the figures go from show to show"))
        self.chapters = self._button(self.tr("Chapters…"), self.tr("Where each item begins in the replay"))
        self.export = self._button(
            self.tr("Export report…"), self.tr("Write the report as a web page, a PDF, a workbook or tables")
        )
        self.export.setProperty("variant", "primary")
        self.cancel = self._button(self.tr("Cancel"), self.tr("Leave off writing"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(theme.px(80))
        self.progress.setAccessibleName(self.tr("The report is being written"))
        self.menu = QMenu(self)
        self.menu.setAccessibleName(self.tr("Formats of the report"))
        self.formats: dict[str, QAction] = {}
        for form in report_formats():
            action = self.formats[form.key] = self.menu.addAction(f"{form.name}…")
            action.triggered.connect(lambda _checked=False, chosen=form: self.export_asked.emit(chosen))
        for hidden in (self.rehearsal, self.so_far, self.refresh, self.progress, self.cancel):
            hidden.hide()
        self._lay_out()
        self.shows.activated.connect(self._chosen)
        self.refresh.clicked.connect(self.refresh_asked)
        self.goals.clicked.connect(self.goals_asked)
        self.compare.clicked.connect(self.compare_asked)
        self.chapters.clicked.connect(self.chapters_asked)
        self.export.clicked.connect(self._open_menu)
        self.cancel.clicked.connect(self.cancel_asked)
        self.allow_goals(allowed=False)
        self._enable(begun=False)

    def _button(self, text: str, what: str) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.setToolTip(tooltip_text(what))
        return button

    def _lay_out(self) -> None:
        names = QVBoxLayout()
        names.setSpacing(0)
        first = QHBoxLayout()
        first.setSpacing(SPACE_S)
        first.addWidget(self.title)
        first.addWidget(self.rehearsal)
        first.addWidget(self.so_far)
        first.addStretch(1)
        names.addLayout(first)
        names.addWidget(self.when)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addLayout(names, 1)
        for widget in (
            self.progress, self.cancel, self.shows, self.refresh, self.goals, self.compare, self.chapters, self.export,
        ):  # fmt: skip
            row.addWidget(widget)
        self.body.addLayout(row)

    def offer_shows(self, shows: Sequence[ShowSummary], current: str) -> None:
        """Fill the choice, the newest show first. A single show needs no choice, a template has no figures."""
        self.shows.blockSignals(True)
        self.shows.clear()
        for summary in sorted((s for s in shows if not s.template), key=_newest_first):
            day = (
                self.tr("not started")
                if summary.started_at_ms is None
                else self._texts.day(summary.started_at_ms)
            )
            # A rehearsal can never be taken for a show in a list.
            kind = f" · {self.tr('rehearsal')}" if summary.rehearsal else ""
            self.shows.addItem(f"{clean_text(summary.title, 60)} · {day}{kind}", summary.id)
        self.shows.setCurrentIndex(self.shows.findData(current))
        self.shows.blockSignals(False)
        self.shows.setVisible(self.shows.count() > 1)

    def show_review(self, review: Review, texts: Texts) -> None:
        """Name the show."""
        state = review.state
        title = clean_text(state.title, 120)
        self.title.setText(
            self.tr("Review · {title}").replace("{title}", title) if title else self.tr("Review")
        )
        self.when.setText(when(state, review.figures, texts, review.replay_ms))
        on_air = state.phase is ShowPhase.ON_AIR
        self.rehearsal.setVisible(state.rehearsal)
        self.so_far.setVisible(on_air)
        self.refresh.setVisible(on_air)
        self._enable(begun=state.started_at_ms is not None)

    def show_nothing(self) -> None:
        """There is no show to name."""
        self.title.setText(self.tr("Review"))
        self.when.setText("")
        for widget in (self.rehearsal, self.so_far, self.refresh):
            widget.hide()
        self.allow_goals(allowed=False)
        self._enable(begun=False)

    def allow_goals(self, *, allowed: bool) -> None:
        """Goals and costs are written into the log of the open show only."""
        self.goals.setEnabled(allowed)
        why = self.tr("Open this show to change its goals and costs")
        fine = self.tr("Change what the show was to reach, and what it cost")
        self.goals.setToolTip(tooltip_text(fine if allowed else why))

    def show_busy(self, busy: bool) -> None:
        """While a report is written: a bar, a way to leave off, and no second export."""
        self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)
        self.export.setEnabled(not busy)
        self.export.setText(self.tr("Exporting…") if busy else self.tr("Export report…"))

    def show_progress(self, share: float) -> None:
        """How much of it is written; before anything is, the bar only says that it works."""
        if share > 0:
            self.progress.setRange(0, 100)
            self.progress.setValue(round(share * 100))

    def _enable(self, *, begun: bool) -> None:
        self.export.setEnabled(begun)
        self.chapters.setEnabled(begun)
        self.compare.setEnabled(begun)

    def _open_menu(self) -> None:
        self.menu.popup(self.export.mapToGlobal(QPoint(0, self.export.height())))

    def _chosen(self, at: int) -> None:
        self.show_asked.emit(str(self.shows.itemData(at)))


def _newest_first(summary: ShowSummary) -> tuple[bool, int]:
    return (summary.started_at_ms is not None, -(summary.started_at_ms or 0))
