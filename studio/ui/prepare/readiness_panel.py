"""Ready to go live: one list of everything that is looked at before a show, and the way to what mends it."""

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec
import structlog
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.control.ports import StoreFull
from studio.domain.checks import Check, CheckKind, Fix, ReadinessFacts, open_checks
from studio.domain.commands import ChangeItems, Command
from studio.domain.past import PastShow
from studio.domain.show_state import ShowPhase
from studio.domain.stock_check import StockRow
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.models.pace import Paced
from studio.ui.prepare.check_row import CheckRow
from studio.ui.prepare.looking import Looked, plan_of
from studio.ui.prepare.readiness_port import ReadinessPort
from studio.ui.prepare.stock_check_dialog import StockCheckDialog
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import Pill, SectionHeader, tooltip_text

AGAIN: Final = "prepare.check"
PACE_MS: Final = 700
"""The least time between two evaluations, however much changes."""
ASK_MS: Final = 5_000
"""So often the outside is asked while the panel is seen: ages and displays change by themselves."""
WITHIN_S: Final = 4.0
"""Who is about to go live waits for the checks no longer than this."""
LEARN_FROM: Final = 20
"""From so many past shows demand is learned."""
_AGAIN, _NARROW, _WIDE = 28, 232, 300
_log = structlog.get_logger(__name__)


class ReadinessPanel(Card):
    """The checks of the open show. `checks` are the newest, `stock` demand and stock of every item.

    `item_wanted` carries an item's id and the column of the line-up where something is mended; `items_wanted` asks for the
    catalogue, `promos_wanted` for the planned codes; `notice` carries what came of a press; `checked` is emitted after each
    evaluation.
    """

    item_wanted = Signal(str, str)
    items_wanted = Signal()
    promos_wanted = Signal()
    notice = Signal(object)
    checked = Signal()

    def __init__(
        self,
        studio: Studio,
        port: ReadinessPort,
        live: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent)
        self._studio, self._port, self._live, self._tasks = studio, port, live, tasks
        self._theme, self._texts = theme, texts
        self._facts: ReadinessFacts | None = None
        self._past: tuple[PastShow, ...] = ()
        self._started = self._shown = 0
        self._series: str | None = None
        self._asking: asyncio.Task[None] | None = None
        self.checks: tuple[Check, ...] = ()
        self.stock: tuple[StockRow, ...] = ()
        self.rows: dict[CheckKind, CheckRow] = {}
        self.setAccessibleName(self.tr("Ready to go live"))
        self.header = SectionHeader(self.tr("Ready to go live"))
        self.pill = Pill("", "neutral")
        self.again = QPushButton("↻")
        self.again.setProperty("variant", "bare")
        self.again.setAutoDefault(False)
        again = actions[AGAIN]
        self.again.setToolTip(tooltip_text(again.plain_tooltip + (f" ({again.cap})" if again.cap else "")))
        self.again.setAccessibleName(again.plain_text)
        self.again.clicked.connect(again.trigger)
        self._lay_out()
        self._pace = Paced(self._evaluate, PACE_MS, self)
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_MS)
        self._timer.timeout.connect(self.ask)
        actions.on(AGAIN, self.ask)
        for signal in (live.show_changed, live.lineup_changed, live.promos_changed, live.links_changed):
            signal.connect(self._changed)
        live.stock_changed.connect(self._moved)
        live.products_changed.connect(self._moved)
        self.show_count(())

    def _lay_out(self) -> None:
        # The pill says it all: a note would take its room.
        self.header.note.hide()
        self.header.row.addStretch(1)
        self.again.setFixedWidth(self._theme.px(_AGAIN))
        self.header.add(self.pill)
        self.header.add(self.again)
        self.body.addWidget(self.header)
        self._list = QWidget()
        self._list.setProperty("role", "plain")
        self._column = QVBoxLayout(self._list)
        self._column.setContentsMargins(0, 0, SPACE_S, 0)
        self._column.setSpacing(SPACE_S)
        self._column.addStretch(1)
        self.scroller = QScrollArea()
        self.scroller.setWidgetResizable(True)
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(self._list)
        self.scroller.setAccessibleName(self.tr("Checks before the show"))
        self.body.addWidget(self.scroller, 1)

    def minimumSizeHint(self) -> QSize:
        """Narrower than its head is whole: then the pill says it in a sign and a number."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), self._theme.px(_NARROW)), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.show_count(self.checks)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self.ask()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._timer.stop()

    # --- looking ----------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Ask the outside anew, then look at everything; while one asking goes on, nothing is asked twice."""
        if self._asking is None or self._asking.done():
            self._asking = self._tasks.spawn(self._ask(), "check before the show")

    async def check_now(self, within_s: float = WITHIN_S) -> tuple[Check, ...]:
        """Ask the outside, look at everything, and tell how it stands: for whoever is about to go live. What does not answer
        in time, or fails, holds nobody up: then what was known before counts, and what never was is open.
        """
        try:
            await asyncio.wait_for(self._ask(), within_s)
        except TimeoutError:
            _log.warning("checks before the show took too long", seconds=within_s)
        except Exception:  # noqa: BLE001 - a bug in the checks must not keep a show off the air
            _log.exception("checks before the show failed")
        await self._look(self._facts or ReadinessFacts())
        return self.checks

    async def _ask(self) -> None:
        series = self._live.state.series
        if series != self._series:
            past = await self._studio.past(series or None, LEARN_FROM)
            # What is sold in this show itself does not say what to expect of it.
            self._past = tuple(show for show in past if show.id != self._live.state.id)
            self._series = series
        self._facts = await self._port.facts()
        self._pace.now()

    def _changed(self) -> None:
        # Behind another workspace nobody looks at it; when it is shown again everything is asked anew.
        if self.isVisible():
            self._pace.soon()

    def _moved(self, _ids: object) -> None:
        self._changed()

    def _evaluate(self) -> None:
        if self._live.state.phase is ShowPhase.ENDED:
            self._show_over()
        elif self._facts is not None and not self._tasks.closed:
            # The show may be about to be closed while its timer still runs.
            self._tasks.spawn(self._look(self._facts), "look at the plan")

    def _show_over(self) -> None:
        """Nothing is to be mended any more."""
        self.checks = ()
        self.scroller.hide()
        self.again.hide()
        self.pill.show_as(self.tr("the show is over"), "neutral")
        self.checked.emit()

    async def _look(self, facts: ReadinessFacts) -> None:
        """Look at the plan as it is now. What was seen later stands, in whatever order it is done."""
        self._started += 1
        turn = self._started
        looked = await asyncio.to_thread(plan_of(self._live, self._past, facts).look)
        if turn > self._shown and self._live.state.phase is not ShowPhase.ENDED:
            self._shown = turn
            self._show(looked)

    def _show(self, looked: Looked) -> None:
        self.checks, self.stock = looked.checks, looked.rows
        for check in self.checks:
            row = self.rows.get(check.kind)
            if row is None:
                row = self.rows[check.kind] = CheckRow(self._theme, self._texts, self._list)
                row.fix_wanted.connect(self.mend)
                self._column.insertWidget(self._column.count() - 1, row)
            row.show_check(check)
        self._sort()
        self.show_count(self.checks)
        self.checked.emit()

    def _sort(self) -> None:
        """What is open first; but nothing moves away under a hand."""
        if self._list.underMouse() or any(row.fix.hasFocus() for row in self.rows.values()):
            return
        order = [*open_checks(self.checks), *(check for check in self.checks if not check.open)]
        for at, check in enumerate(order):
            row = self.rows[check.kind]
            if self._column.indexOf(row) != at:
                self._column.removeWidget(row)
                self._column.insertWidget(at, row)
        # Rows that came later than the panels below would be reached behind them.
        for before, after in pairwise([self.scroller, *(self.rows[check.kind].fix for check in order)]):
            QWidget.setTabOrder(before, after)

    def show_count(self, checks: Sequence[Check]) -> None:
        """How many are open, on the pill."""
        count = len(open_checks(checks))
        if not checks:
            told, short, tone = self.tr("checking…"), "…", "neutral"
        elif count:
            n = self._texts.number(count)
            told, short, tone = self.tr("⚠ {n} to look at").replace("{n}", n), f"⚠ {n}", "warning"
        else:
            told, short, tone = self.tr("✓ ready"), "✓", "ok"
        self.pill.show_as(told if self.width() >= self._theme.px(_WIDE) else short, tone)
        self.pill.setAccessibleName(told)
        self.pill.setToolTip(tooltip_text(told))

    # --- mending ----------------------------------------------------------------------------------------------

    def mend(self, check: Check) -> None:
        """Do what the check's button says."""
        if check.fix is Fix.ITEM and check.subjects:
            self.item_wanted.emit(check.subjects[0].item_id, check.column)
        elif check.fix is Fix.TAKE_PRICES:
            self._tasks.spawn(self._take_prices(check), "take the shop's prices")
        elif check.fix is Fix.REFRESH_STOCK:
            self._tasks.spawn(self._refresh_stock(), "read stock")
        else:
            does = {
                Fix.ADD_ITEMS: self.items_wanted.emit,
                Fix.STOCK_CHECK: self.open_stock_check,
                Fix.PROMOS: self.promos_wanted.emit,
                Fix.SHOPS: self._port.open_shops,
                Fix.CHANNELS: self._port.open_channels,
                Fix.STAGE: self._port.open_stage,
                Fix.PROMPTER: self._port.open_prompter,
                Fix.DATA_FOLDER: self._port.open_data_folder,
            }.get(check.fix)
            if does is not None:
                does()
                self.ask()

    def open_stock_check(self) -> StockCheckDialog:
        """Show demand and stock of every item."""
        dialog = StockCheckDialog(
            self.window(), self._live, lambda: self.stock, self._do, self._theme, self._texts, self._tasks
        )
        self.checked.connect(dialog.refresh)
        dialog.item_wanted.connect(self.item_wanted)
        dialog.open()
        return dialog

    async def _take_prices(self, check: Check) -> None:
        state = self._live.state
        prices = {s.item_id: s.after for s in check.subjects}
        items = tuple(
            msgspec.structs.replace(item, planned_price_minor=price.amount_minor)
            for item in state.items
            if (price := prices.get(item.id)) is not None
        )
        if items:
            await self._do(ChangeItems(items))

    async def _refresh_stock(self) -> None:
        await self._port.refresh_stock()
        await self._ask()

    async def _do(self, command: Command) -> bool:
        """Give a command; True when it is on disk. A refusal was said already."""
        try:
            refused = await self._studio.do(command)
        except StoreFull as full:
            self.notice.emit(Notice("trouble", str(full), "store"))
            return False
        if refused is not None:
            self.notice.emit(Notice("warning", refused.sentence, f"refused:{refused.reason}"))
        return refused is None
