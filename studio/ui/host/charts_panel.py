"""Viewers and stock over time. The chart library is loaded after the first paint."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.domain.audience import ViewerSample
from studio.domain.promo import PromoPhase, phase
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.thumbnail import placeholder_colour

if TYPE_CHECKING:
    from studio.ui.charts.stock_chart import StockChart
    from studio.ui.charts.viewers_chart import ViewersChart

NowMs = Callable[[], int | None]
STOCK_ITEMS: Final = 6
_REFRESH_MS: Final = 250


class ChartsPanel(QWidget):
    """Two cards. `tick` moves the charts' now; batches are appended as they come."""

    def __init__(
        self,
        show: LiveShow,
        actions: Actions,
        theme: Theme,
        time_zone: str,
        now_ms: NowMs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._show, self._theme, self._now_ms, self._zone = show, theme, now_ms, time_zone
        self._actions = actions
        self.viewers: ViewersChart | None = None
        self.stock: StockChart | None = None
        self._shown_samples = 0
        self._last_sample: ViewerSample | None = None
        self._upper = Card("card", margin=SPACE_M)
        self._lower = Card("card", margin=SPACE_M)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self._upper, 3)
        column.addWidget(self._lower, 2)
        # Stock and viewers may change 30 times a second; four repaints a second are plenty for an eye.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_REFRESH_MS)
        self._soon.timeout.connect(self._refresh)
        self._stock_dirty = True
        QTimer.singleShot(0, self.load)

    def load(self) -> None:
        """Make the charts, once."""
        if self.viewers is not None:
            return
        from studio.ui.charts.stock_chart import StockChart
        from studio.ui.charts.viewers_chart import ViewersChart

        self.viewers = ViewersChart()
        self.stock = StockChart()
        for chart, card in ((self.viewers, self._upper), (self.stock, self._lower)):
            chart.follow_theme(self._theme)
            chart.set_time_zone(self._zone)
            card.body.addWidget(chart)
        self._actions.on("chart.table", self._toggle_tables)
        self._actions.on("chart.live", self.go_live)
        show = self._show
        show.viewers_changed.connect(self._later)
        show.stock_changed.connect(self._stock_later)
        show.show_changed.connect(self._marks)
        show.promos_changed.connect(self._marks)
        self._marks()
        self._refresh()

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

    def go_live(self) -> None:
        """Bring both charts back to the present."""
        if self.viewers is not None and self.stock is not None:
            self.viewers.go_home()
            self.stock.go_home()

    def _toggle_tables(self) -> None:
        if self.viewers is not None and self.stock is not None:
            shown = not self.viewers.table_shown
            self.viewers.show_table(shown)
            self.stock.show_table(shown)

    def _later(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _stock_later(self, _products: set[str]) -> None:
        self._stock_dirty = True
        self._later()

    def _refresh(self) -> None:
        self._refresh_viewers()
        if self._stock_dirty:
            self._refresh_stock()
        self.tick()

    def _refresh_viewers(self) -> None:
        from studio.ui.charts.series import TimeSeries

        chart, samples = self.viewers, self._show.samples
        if chart is None or len(samples) == self._shown_samples:
            return
        fresh = samples[self._shown_samples :]
        in_order = self._last_sample is None or (
            fresh and samples[self._shown_samples - 1] is self._last_sample
        )
        if in_order and len({s.channel for s in samples[-50:]}) == 1 and self._shown_samples:
            chart.append_viewers([s.at_ms for s in fresh], [float(s.viewers) for s in fresh])
        else:
            series = TimeSeries()
            times, totals = summed(samples)
            series.append_many(times, totals)
            chart.set_viewers(series)
        self._shown_samples = len(samples)
        self._last_sample = samples[-1] if samples else None

    def _refresh_stock(self) -> None:
        from studio.ui.charts.series import TimeSeries
        from studio.ui.charts.stock_chart import StockLine

        if self.stock is None:
            return
        self._stock_dirty = False
        lines: list[StockLine] = []
        for product_id, title in self._pinned_lately():
            series = TimeSeries()
            history = self._show.stock_series(product_id)
            if history:
                series.append_many([t for t, _ in history], [float(v) for _, v in history])
            colour = placeholder_colour(product_id).name()
            lines.append(StockLine(product_id, title, series, colour))
        self.stock.set_items(lines)

    def _pinned_lately(self) -> list[tuple[str, str]]:
        state = self._show.state
        recent = list(dict.fromkeys(r.product_id for r in reversed(state.runs) if r.product_id))[:STOCK_ITEMS]
        titles = {i.product_id: i.title for i in state.items}
        return [(p, titles.get(p, p)) for p in reversed(recent)]

    def _forecasts(self, now: int) -> None:
        from studio.ui.charts.marks import Forecast

        if self.stock is None:
            return
        found: list[Forecast] = []
        product_id = self._show.state.pinned_product_id
        lasts = self._show.sold_out_in_ms(product_id, now) if product_id else None
        left = self._show.sellable(product_id).total if product_id else None
        if lasts is not None and left:
            found.append(Forecast(product_id, now + lasts))
        self.stock.set_forecasts(found)

    def _marks(self) -> None:
        from studio.ui.charts.marks import Marker, Span

        if self.viewers is None:
            return
        state = self._show.state
        titles = {i.id: i.title for i in state.items}
        self.viewers.set_spans(
            [
                Span(
                    r.from_ms,
                    r.to_ms,
                    titles.get(r.item_id, ""),
                    placeholder_colour(r.product_id or r.item_id).name(),
                    r.item_id,
                )
                for r in state.runs
            ]
        )
        now = self._now_ms()
        self.viewers.set_markers(
            [
                Marker(r.promo.starts_at_ms, r.promo.code)
                for r in state.promos.values()
                if phase(r, now) in (PromoPhase.LIVE, PromoPhase.EXPIRING, PromoPhase.ENDED)
                and r.confirmed_ends_at_ms is not None
            ]
        )
        self._stock_dirty = True
        self._later()


def summed(samples: list[ViewerSample]) -> tuple[list[int], list[float]]:
    """Times and the sums over all channels, in order of time: a channel's count holds until its next sample."""
    last: dict[str, int] = {}
    times: list[int] = []
    totals: list[float] = []
    for sample in samples:
        last[sample.channel] = sample.viewers
        total = float(sum(last.values()))
        if times and times[-1] == sample.at_ms:
            totals[-1] = total
        else:
            times.append(sample.at_ms)
            totals.append(total)
    return times, totals
