"""The Review workspace: what a show came to."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedLayout, QVBoxLayout, QWidget

from studio.ui.actions import Actions
from studio.ui.review.exporting import ReportExport
from studio.ui.review.figures import tiles
from studio.ui.review.header import ReviewHeader
from studio.ui.review.panels import ReviewTables, Tiles
from studio.ui.studio import Review, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState

if TYPE_CHECKING:
    from studio.ui.review.timeline import ReviewTimeline

_CHART_SHARE: Final = (1, 1)


class ReviewWorkspace(QWidget):
    """One show under review. `load` fetches and shows it; `notice` carries a `Notice` (a report was written).

    It is in one of three states: loading or nothing to show or failed (a sentence, and what to do), or the figures.
    """

    notice = Signal(object)
    loaded = Signal(str)
    """The show of this id is on the screen."""

    def __init__(
        self,
        studio: Studio,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio, self._actions, self._theme = studio, actions, theme
        self._texts, self._tasks = texts, tasks
        self.review: Review | None = None
        self.timeline: ReviewTimeline | None = None
        self._wanted = ""
        self._turn = 0
        self.setProperty("role", "workspace")
        self.setAccessibleName(self.tr("Review"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header = ReviewHeader(theme, texts)
        self.tiles = Tiles(theme)
        self.chart_card = Card("card", margin=SPACE_M)
        self.tables = ReviewTables(theme)
        self.message = EmptyState(theme, "chart", self.tr("No show was chosen yet."))
        self.export = ReportExport(studio, tasks, texts, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._pages = QStackedLayout()
        self._content = QWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.splitter.addWidget(self.chart_card)
        self.splitter.addWidget(self.tables)
        for n, share in enumerate(_CHART_SHARE):
            self.splitter.setStretchFactor(n, share)
        self.splitter.setSizes([350, 330])
        self.splitter.setHandleWidth(SPACE_S)
        self.splitter.setChildrenCollapsible(False)
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE_S)
        inside.addWidget(self.tiles)
        inside.addWidget(self.splitter, 1)
        self._pages.addWidget(self.message)
        self._pages.addWidget(self._content)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(self.header)
        column.addLayout(self._pages, 1)

    def _connect(self) -> None:
        self.header.show_asked.connect(self.start_loading)
        self.header.refresh_asked.connect(lambda: self.start_loading(self._wanted))
        self.header.export_asked.connect(self._ask_export)
        self.message.acted.connect(lambda: self.start_loading(self._wanted))
        self.export.busy.connect(self._exporting)
        self.export.notice.connect(self.notice)
        self._actions.on("chart.table", self._toggle_table)
        self._actions.on("chart.live", self._whole_show)

    def start_loading(self, show_id: str) -> None:
        """Load a show beside whatever else goes on."""
        self._tasks.spawn(self.load(show_id), "review")

    async def load(self, show_id: str) -> None:
        """Fetch a show and show its figures. With an empty id: the newest show there is.

        A failure is shown with a way to try again, and raised; of several loads the last one counts.
        """
        self._turn += 1
        turn, self._wanted = self._turn, show_id
        if self.review is None or self.review.state.id != show_id:
            self.header.show_nothing()
            self._say(self.tr("Computing the figures…"), busy=True)
        try:
            shows = await self._studio.shows()
            if not show_id:
                begun = [s for s in shows if s.started_at_ms is not None]
                show_id = max(begun, key=lambda s: s.started_at_ms or 0).id if begun else ""
                self._wanted = show_id if turn == self._turn else self._wanted
            review = await self._studio.review(show_id) if show_id else None
        except Exception:
            if turn == self._turn:
                self.review = None
                self.header.show_nothing()
                self._say(
                    self.tr(
                        "The figures could not be computed. Nothing of the show is lost; the log says why."
                    ),
                    button=self.tr("Try again"),
                )
            raise
        if turn != self._turn:
            return
        self.header.offer_shows(shows, show_id)
        self._show(review)

    def _show(self, review: Review | None) -> None:
        self.review = review
        if review is None:
            self.header.show_nothing()
            self._say(
                self.tr("There is no show to look at yet. Its figures come here as soon as one is on air.")
            )
            return
        texts = in_zone(self._texts, review.state.time_zone)
        self.header.show_review(review, texts)
        if review.state.started_at_ms is None:
            self._say(self.tr("This show has not started: its figures come here as soon as it is on air."))
            return
        self.tiles.show_figures(tiles(review.figures, texts))
        self.tables.show_review(review, texts)
        self._show_timeline(review)
        self._pages.setCurrentWidget(self._content)
        self.loaded.emit(review.state.id)

    def _show_timeline(self, review: Review) -> None:
        if self.timeline is None:
            from studio.ui.review.timeline import ReviewTimeline

            self.timeline = ReviewTimeline(self._theme)
            self.timeline.block_clicked.connect(self._block_clicked)
            self.chart_card.body.addWidget(self.timeline)
        self.timeline.show_review(review, self._studio.clock.best_ms(), review.state.time_zone)

    def _say(self, sentence: str, *, busy: bool = False, button: str = "") -> None:
        self.message.say(sentence, "clock" if busy else "warning" if button else "chart", button)
        self.message.setAccessibleName(sentence)
        self._pages.setCurrentWidget(self.message)

    def _block_clicked(self, item_id: str) -> None:
        item = self.review.state.item(item_id) if self.review else None
        if item is not None and item.product_id:
            self.tables.products.select_row(item.product_id)

    def _ask_export(self) -> None:
        if self.review is not None:
            self.export.ask(self.review.state)

    def _exporting(self, busy: bool) -> None:
        self.header.show_busy(busy)
        if not busy and self.review is None:
            self.header.export.setEnabled(False)

    def _toggle_table(self) -> None:
        if self.timeline is not None and self.isVisible():
            self.timeline.show_table(not self.timeline.table_shown)

    def _whole_show(self) -> None:
        if self.timeline is not None and self.isVisible():
            self.timeline.go_home()


def in_zone(texts: Texts, time_zone: str) -> Texts:
    """The same language, with the times of a show as its own audience had them."""
    return Texts(str(texts.locale).replace("_", "-"), time_zone)
