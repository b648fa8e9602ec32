"""Viewers and stock over time. The chart library is loaded after the first paint."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLocale, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.domain.promo import PromoPhase, phase
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import ElidedLabel

if TYPE_CHECKING:
    from studio.ui.charts.marks import Marker, Span
    from studio.ui.charts.stock_chart import StockChart
    from studio.ui.charts.viewers_chart import ViewersChart

NowMs = Callable[[], int | None]
STOCK_ITEMS: Final = 6
LOW: Final = 276
"""Lower than this (px) the panel shows one chart at a time."""
_REFRESH_MS: Final = 250
_FORECAST_STEP_MS: Final = 5_000
_SHOWN: Final = (PromoPhase.LIVE, PromoPhase.EXPIRING, PromoPhase.ENDED)


class ChartTabs(QWidget):
    """Viewers or stock, where there is room for one of them."""

    chosen = Signal(int)

    def __init__(self, names: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = [QPushButton(name) for name in names]
        self.caption = ElidedLabel("", size="caption", tone="muted")
        self.caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_XS)
        for at, button in enumerate(self.buttons):
            button.setProperty("variant", "tab")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, n=at: self.chosen.emit(n))
            row.addWidget(button)
        row.addWidget(self.caption, 1)

    def choose(self, at: int) -> None:
        """This one is shown."""
        for n, button in enumerate(self.buttons):
            button.setChecked(n == at)


class ChartsPanel(QWidget):
    """Two cards, or one where the panel is low. `tick` moves the charts' now; batches are appended as they come."""

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        time_zone: str,
        now_ms: NowMs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._show, self._theme, self._now_ms, self._zone = show, theme, now_ms, time_zone
        self._actions, self._texts = actions, texts
        self.viewers: ViewersChart | None = None
        self.stock: StockChart | None = None
        self._stock_for: set[str] = set()
        self._marked: tuple[list[Span], list[Marker]] = ([], [])
        self._chosen = 0
        self._low: bool | None = None
        self.cards = (Card("card", margin=SPACE_M), Card("card", margin=SPACE_M))
        names = (self.tr("Viewers"), self.tr("Stock"))
        self.tabs = (ChartTabs(names), ChartTabs(names))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        for card, tabs, share in zip(self.cards, self.tabs, (3, 2), strict=True):
            card.body.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
            card.body.addWidget(tabs)
            tabs.chosen.connect(self._choose)
            column.addWidget(card, share)
        # Stock and viewers may change 30 times a second; four repaints a second are plenty for an eye.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REFRESH_MS)
        self._soon.timeout.connect(self._refresh)
        self._stock_dirty = True
        self._arrange()
        QTimer.singleShot(0, self, self.load)

    def load(self) -> None:
        """Make the charts, once."""
        if self.viewers is not None:
            return
        from studio.ui.charts.stock_chart import StockChart
        from studio.ui.charts.viewers_chart import ViewersChart

        self.viewers = ViewersChart()
        self.stock = StockChart()
        for chart, card in zip((self.viewers, self.stock), self.cards, strict=True):
            chart.follow_theme(self._theme)
            chart.set_time_zone(self._zone)
            chart.write_as(QLocale(str(self._texts.locale)))
            card.body.addWidget(chart, 1)
        self._actions.on("chart.table", self._toggle_tables)
        self._actions.on("chart.live", self.go_live)
        self.viewers.table_toggled.connect(self._tables_toggled)
        show = self._show
        show.viewers_changed.connect(self._later)
        show.stock_changed.connect(self._stock_later)
        show.show_changed.connect(self._marks)
        self._low = None
        self._arrange()
        self._marks()
        self._refresh()

    # --- room -------------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(280), self._theme.px(165))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._arrange()

    def _choose(self, at: int) -> None:
        self._chosen = at
        self._low = None
        self._arrange()

    def _arrange(self) -> None:
        low = self.height() < self._theme.px(LOW)
        if low == self._low:
            return
        self._low = low
        for at, (card, tabs) in enumerate(zip(self.cards, self.tabs, strict=True)):
            card.setVisible(not low or at == self._chosen)
            tabs.setVisible(low)
            tabs.choose(self._chosen)
        for chart in (self.viewers, self.stock):
            if chart is not None:
                chart.set_heading_visible(not low)

    # --- what is shown ----------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Move to now."""
        now = self._now_ms()
        if self.viewers is None or self.stock is None or now is None:
            return
        ended = self._show.state.ended_at_ms
        now = min(now, ended) if ended is not None else now
        self.viewers.set_now(now)
        self.stock.set_now(now)
        self._forecasts(now)
        self._marks()
        for chart, tabs in zip((self.viewers, self.stock), self.tabs, strict=True):
            tabs.caption.setText(chart.caption)

    def go_live(self) -> None:
        """Bring both charts back to the present."""
        if self.viewers is not None and self.stock is not None:
            self.viewers.go_home()
            self.stock.go_home()

    def leave_reading(self) -> bool:
        """Esc: a chart that is read from is left, and so is a table; False when there was neither."""
        focused = QApplication.focusWidget()
        for chart in (self.viewers, self.stock):
            if chart is None or focused is None or not (chart is focused or chart.isAncestorOf(focused)):
                continue
            if chart.table_shown:
                chart.show_table(False)
                return True
            if chart.reading is not None:
                chart.clear_cursor()
                return True
        return False

    def _toggle_tables(self) -> None:
        if self.viewers is not None and self.stock is not None:
            shown = not self.viewers.table_shown
            self.viewers.show_table(shown)
            self.stock.show_table(shown)

    def _tables_toggled(self, shown: bool) -> None:
        self._actions["chart.table"].setChecked(shown)

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _stock_later(self, products: set[str]) -> None:
        if not self._stock_for.isdisjoint(products):
            self._stock_dirty = True
            self._later()

    def _refresh(self) -> None:
        if self.viewers is None:
            return
        times, totals = self._show.new_viewers()
        if times:
            self.viewers.append_viewers(times, totals)
        if self._stock_dirty:
            self._refresh_stock()
        self.tick()

    def _refresh_stock(self) -> None:
        from studio.ui.charts.series import TimeSeries
        from studio.ui.charts.stock_chart import StockLine

        if self.stock is None:
            return
        self._stock_dirty = False
        colours = self._colours()
        lines: list[StockLine] = []
        for product_id, title in self._pinned_lately():
            series = TimeSeries()
            history = self._show.stock_series(product_id)
            if history:
                series.append_many([t for t, _ in history], [float(v) for _, v in history])
            lines.append(StockLine(product_id, title, series, colours[product_id]))
        self._stock_for = {line.item_id for line in lines}
        self.stock.set_items(lines)

    def _pinned_lately(self) -> list[tuple[str, str]]:
        """The products shown last, the one on air first: its label is never left out."""
        state = self._show.state
        recent = list(dict.fromkeys(r.product_id for r in reversed(state.runs) if r.product_id))[:STOCK_ITEMS]
        titles = {i.product_id: i.title for i in state.items}
        return [(p, titles.get(p, p)) for p in recent]

    def _forecasts(self, now: int) -> None:
        from studio.ui.charts.marks import Forecast

        if self.stock is None:
            return
        found: list[Forecast] = []
        product_id = self._show.state.pinned_product_id
        lasts = self._show.sold_out_in_ms(product_id, now) if product_id else None
        if lasts is not None and self._show.sellable(product_id).total:
            found.append(Forecast(product_id, (now + lasts) // _FORECAST_STEP_MS * _FORECAST_STEP_MS))
        if {f.item_id: f for f in found} != self.stock.forecasts:
            self.stock.set_forecasts(found)

    def _colours(self) -> dict[str, str]:
        """A colour for each product or talk that was shown, in the order of showing: neighbours differ most."""
        shown = dict.fromkeys(r.product_id or r.item_id for r in self._show.state.runs)
        return {key: run_colour(n) for n, key in enumerate(shown)}

    def _marks(self) -> None:
        from studio.ui.charts.marks import Marker, Span

        if self.viewers is None:
            return
        state, now = self._show.state, self._now_ms()
        titles = {i.id: i.title for i in state.items}
        colours = self._colours()
        spans = [
            Span(r.from_ms, r.to_ms, titles.get(r.item_id, ""), colours[r.product_id or r.item_id], r.item_id)
            for r in state.runs
        ]
        markers = [
            Marker(r.promo.starts_at_ms, r.promo.code)
            for r in state.promos.values()
            if r.confirmed_ends_at_ms is not None and phase(r, now) in _SHOWN
        ]
        if spans != self._marked[0]:
            self.viewers.set_spans(spans)
            self._stock_dirty = True
            self._later()
        if markers != self._marked[1]:
            self.viewers.set_markers(markers)
        self._marked = (spans, markers)


def run_colour(order: int) -> str:
    """The colour (`#rrggbb`) of the n-th thing shown: hues a golden angle apart, none near the red of on air."""
    hue = 25 + (185 + round(order * 137.508)) % 300
    return QColor.fromHsv(hue, 110, 170).name()
