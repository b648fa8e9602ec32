"""The Review workspace: what a show came to."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QStackedLayout, QVBoxLayout, QWidget

from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.models.pace import Paced
from studio.ui.review.advice_panel import AdvicePanel
from studio.ui.review.asking import ReviewDialogs
from studio.ui.review.block_panel import BlockPanel
from studio.ui.review.block_ways import BlockWays
from studio.ui.review.compare_page import ComparePage
from studio.ui.review.exporting import Format, ReportExport
from studio.ui.review.figures import in_zone, tiles
from studio.ui.review.header import ReviewHeader
from studio.ui.review.panels import SalesApart, Tiles
from studio.ui.review.tables import ReviewTables
from studio.ui.studio import Notice, Review, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import SectionHeader

if TYPE_CHECKING:
    from studio.ui.review.timeline import Drawn, ReviewTimeline

_ROOMY: Final = 1300
"""From this width on there is room for advice and a block side by side."""
LATE_MS: Final = 3_000
"""The least time between two readings of the figures while late orders come in."""


class ReviewWorkspace(QWidget):
    """One show under review. `load` fetches and shows it; `notice` carries a `Notice` and a `NoticeAction` or None.

    It is in one of three states: loading or nothing to show or failed (a sentence, and what to do), or the figures; or
    it compares shows.
    """

    notice = Signal(object, object)
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
        *,
        channel_names: Mapping[str, str] | None = None,
        late_ms: int = LATE_MS,
    ) -> None:
        super().__init__(parent)
        self._studio, self._actions, self._theme = studio, actions, theme
        self._texts, self._tasks = texts, tasks
        self._live: LiveShow | None = None
        self._zoned = texts
        self.review: Review | None = None
        self.timeline: ReviewTimeline | None = None
        self._shown_id = ""
        self._wanted = ""
        self._turn = 0
        self._late = Paced(self._read_late, late_ms, self)
        self._stale = False
        self._heard: dict[str, int] = {}
        """The orders that the open show had heard of when the review was read, by id: their revisions."""
        self.setProperty("role", "workspace")
        self.setAccessibleName(self.tr("Review"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header = ReviewHeader(theme, texts)
        self.tiles = Tiles(theme)
        self.chart_card = Card("card", margin=SPACE_M)
        self._channel_names = channel_names or {}
        self.tables = ReviewTables(theme, self._channel_names)
        self.advice = AdvicePanel(theme)
        self.sales = SalesApart(theme)
        self.block = BlockPanel(studio, theme, tasks, self._channel_names)
        self.ways = BlockWays(self.block, self.tables, self)
        self.compare = ComparePage(studio, theme, tasks)
        self.message = EmptyState(theme, "chart", self.tr("No show was chosen yet."))
        self.export = ReportExport(studio, tasks, texts, self)
        self.dialogs = ReviewDialogs(studio, self.export, theme, texts, tasks, self)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.below = QSplitter(Qt.Orientation.Horizontal)
        self.beside = QSplitter(Qt.Orientation.Horizontal)
        self._pages = QStackedLayout()
        self._content, self._right = QWidget(), QWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        sales = Card("card", margin=SPACE_M)
        sales.setAccessibleName(self.tr("Sales"))
        sales.body.addWidget(SectionHeader(self.tr("Sales")))
        sales.body.addWidget(self.sales)
        stack = QVBoxLayout(self._right)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(SPACE_S)
        stack.addWidget(self.advice, 1)
        stack.addWidget(sales)
        self.below.addWidget(self.tables)
        self.below.addWidget(self._right)
        self.splitter.addWidget(self.chart_card)
        self.splitter.addWidget(self.below)
        self.beside.addWidget(self.splitter)
        self.beside.addWidget(self.block)
        self.block.hide()
        for splitter, sizes in (
            (self.below, (860, 560)), (self.splitter, (350, 330)), (self.beside, (1000, 380)),
        ):  # fmt: skip
            splitter.setSizes(list(sizes))
            splitter.setHandleWidth(SPACE_S)
            splitter.setChildrenCollapsible(False)
        self.beside.setStretchFactor(0, 1)
        self.beside.setStretchFactor(1, 0)
        for n, share in enumerate((3, 2)):
            self.below.setStretchFactor(n, share)
        inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(SPACE_S)
        inside.addWidget(self.tiles)
        inside.addWidget(self.beside, 1)
        for page in (self.message, self._content, self.compare):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.setSpacing(SPACE_S)
        column.addWidget(self.header)
        column.addLayout(self._pages, 1)

    def _connect(self) -> None:
        self.header.show_asked.connect(self._other_show)
        self.header.refresh_asked.connect(lambda: self.start_loading(self._wanted))
        self.header.goals_asked.connect(self._ask_goals)
        self.header.compare_asked.connect(self._open_compare)
        self.header.chapters_asked.connect(self._open_chapters)
        self.header.export_asked.connect(self._ask_export)
        self.header.cancel_asked.connect(self.export.cancel)
        self.message.acted.connect(lambda: self.start_loading(self._wanted))
        self.compare.left.connect(self._leave_compare)
        self.export.busy.connect(self._exporting)
        self.export.progressed.connect(self.header.show_progress)
        self.export.notice.connect(self.notice)
        self.dialogs.notice.connect(self.notice)
        self.advice.asked.connect(self.ways.find_advice)
        self.ways.moved.connect(self._make_room)
        self._actions.on("chart.table", self._toggle_table)
        self._actions.on("chart.live", self._whole_show)

    def follow(self, live: LiveShow) -> None:
        """Follow the open show: late orders and returns that it hears of bring the review up to date, its own or that of
        another show of its shop, and its goals and costs may be changed here.
        """
        self._live = live
        live.sales_changed.connect(self._sales_changed)
        self._allow_goals()

    def start_loading(self, show_id: str) -> None:
        """Load a show beside whatever else goes on."""
        self._tasks.spawn(self.load(show_id), "review")

    async def load(self, show_id: str) -> None:
        """Fetch a show and show its figures. With an empty id: the newest show there is.

        A failure is shown with a way to try again, and raised; of several loads the last one counts. What is on the
        screen stays while the same show is read anew, with its selections, its zoom and its open block.
        """
        self._turn += 1
        turn, self._wanted = self._turn, show_id
        heard = {order.id: order.revision for order in self._live.orders} if self._live is not None else {}
        again = self.review is not None and self.review.state.id == show_id
        if not again:
            self.header.show_nothing()
            self._say(self.tr("Computing the figures…"), busy=True)
        try:
            shows = await self._studio.shows()
            if not show_id:
                begun = [s for s in shows if s.started_at_ms is not None]
                show_id = max(begun, key=lambda s: s.started_at_ms or 0).id if begun else ""
                self._wanted = show_id if turn == self._turn else self._wanted
            review = await self._studio.review(show_id) if show_id else None
            texts = in_zone(self._texts, review.state.time_zone if review is not None else "UTC")
            drawn = await self._draw(review, texts)
        except Exception:
            if turn == self._turn:
                self._failed(again=again)
            raise
        if turn != self._turn:
            return
        self._heard = heard
        self.header.offer_shows(shows, show_id)
        self._show(review, drawn, texts)

    async def _draw(self, review: Review | None, texts: Texts) -> "Drawn | None":
        if review is None or review.state.started_at_ms is None:
            return None
        from studio.ui.review.timeline import draw

        now_ms = self._studio.clock.best_ms()
        return await asyncio.to_thread(draw, review, now_ms, texts, self._channel_names)

    def _failed(self, *, again: bool) -> None:
        if again:
            told = self.tr("The figures could not be brought up to date. The log says why.")
            self.notice.emit(Notice("warning", told, "review"), None)
            return
        self.review = None
        self.header.show_nothing()
        self._say(
            self.tr(
                "The figures could not be computed. Nothing of the show is lost; the log says why."
            ),
            button=self.tr("Try again"),
        )  # fmt: skip

    def _show(self, review: Review | None, drawn: "Drawn | None", texts: Texts) -> None:
        self.review, self._zoned, self._stale = review, texts, False
        if review is None:
            self.header.show_nothing()
            self._say(
                self.tr("There is no show to look at yet. Its figures come here as soon as one is on air.")
            )
            return
        self.header.show_review(review, texts)
        self._allow_goals()
        if drawn is None:
            self._say(self.tr("This show has not started: its figures come here as soon as it is on air."))
            return
        state, same = review.state, self._shown_id == review.state.id
        self._shown_id = state.id
        self.tiles.show_figures(tiles(review.figures, state.goals, review.previous, state.currency, texts))
        self.tables.show_review(review, drawn.open_questions, texts)
        self.advice.show_review(review, texts)
        self.sales.show_sales(review.figures, texts)
        self._show_timeline(review, drawn, texts, same=same)
        self.ways.show_review(review, drawn.feeds, drawn.timeline.end_ms, texts, same=same)
        if self._pages.currentWidget() is not self.compare:
            self._pages.setCurrentWidget(self._content)
        self.loaded.emit(state.id)

    def _show_timeline(self, review: Review, drawn: "Drawn", texts: Texts, *, same: bool) -> None:
        if self.timeline is None:
            from studio.ui.review.timeline import ReviewTimeline

            self.timeline = ReviewTimeline(self._theme)
            self.ways.lead_to(self.timeline)
            self.chart_card.body.addWidget(self.timeline)
        self.timeline.show_data(review, drawn.timeline, texts, keep_view=same)

    def _say(self, sentence: str, *, busy: bool = False, button: str = "") -> None:
        self.message.say(sentence, "clock" if busy else "warning" if button else "chart", button)
        self.message.setAccessibleName(sentence)
        self._pages.setCurrentWidget(self.message)

    def _make_room(self) -> None:
        """In a narrow window the side panel takes the room of the advice: half a sentence helps nobody."""
        self._right.setVisible(self.block.isHidden() or self.width() >= self._theme.px(_ROOMY))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Room for the side panel."""
        super().resizeEvent(event)
        self._make_room()

    # The dialogs and the comparison.

    def _other_show(self, show_id: str) -> None:
        self._leave_compare()
        self.start_loading(show_id)

    def _open_compare(self) -> None:
        if self.review is not None:
            self._pages.setCurrentWidget(self.compare)
            self.compare.compare_with(self.review.state, self._zoned)
            self.compare.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def _leave_compare(self) -> None:
        if self._pages.currentWidget() is self.compare:
            self._pages.setCurrentWidget(self._content)
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_chapters(self) -> None:
        if self.review is not None:
            self.dialogs.open_chapters(self.review.state, self._zoned)

    def _ask_goals(self) -> None:
        if self.review is not None and self._is_open_show():
            self.dialogs.ask_goals(self.review.state, self._after_goals)

    async def _after_goals(self, show_id: str) -> None:
        if self._wanted == show_id:
            await self.load(show_id)

    def _is_open_show(self) -> bool:
        return (
            self._live is not None and self.review is not None and self._live.state.id == self.review.state.id
        )

    def _allow_goals(self) -> None:
        self.header.allow_goals(allowed=self._is_open_show())

    def _ask_export(self, form: Format) -> None:
        if self.review is not None:
            self.export.ask(self.review.state, form)

    def _exporting(self, busy: bool) -> None:
        self.header.show_busy(busy)
        if not busy and self.review is None:
            self.header.export.setEnabled(False)

    # Orders and returns of the replay.

    def _sales_changed(self) -> None:
        if self._has_late():
            self._late.soon()

    def _has_late(self) -> bool:
        """Whether the open show has heard of orders or returns that may count for the show under review."""
        live, review = self._live, self.review
        if live is None or review is None:
            return False
        if self._is_open_show():
            return live.state.phase is ShowPhase.ENDED
        state = review.state
        began, ended = state.started_at_ms, state.ended_at_ms
        if live.state.shop != state.shop or began is None or ended is None:
            return False
        until = ended + review.replay_ms
        return any(
            began <= order.placed_at_ms <= until and self._heard.get(order.id) != order.revision
            for order in live.orders
        )

    def _read_late(self) -> None:
        if not self._has_late():
            return
        if self.isVisible():
            self.start_loading(self._wanted)
        else:
            self._stale = True

    def showEvent(self, event: QShowEvent) -> None:
        """What came in while the review was out of sight is read now."""
        super().showEvent(event)
        if self._stale and self._wanted:
            self._stale = False
            self.start_loading(self._wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes the innermost thing: the block, then the comparison."""
        if event.key() == Qt.Key.Key_Escape and self._pages.currentWidget() is self.compare:
            self._leave_compare()
        elif event.key() == Qt.Key.Key_Escape and self.ways.is_open:
            self.ways.close()
        else:
            super().keyPressEvent(event)

    def _toggle_table(self) -> None:
        if self.timeline is not None and self.isVisible():
            self.timeline.show_table(not self.timeline.table_shown)

    def _whole_show(self) -> None:
        if self.timeline is not None and self.isVisible():
            self.timeline.go_home()
