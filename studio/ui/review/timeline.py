"""The timeline of a review: what the chart is given. The chart library is loaded with this module."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QWidget

from studio.domain.money import Money
from studio.domain.show import ShowState
from studio.ui.charts.marks import Marker, Span
from studio.ui.charts.series import TimeSeries, series_of
from studio.ui.charts.timeline_chart import TimelineChart
from studio.ui.review.alert_words import alert_words
from studio.ui.review.blocks import Feeds, blocks_of, feeds_of
from studio.ui.review.figures_model import FigureRow
from studio.ui.review.rows import open_question_rows
from studio.ui.studio import Review
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.text import clean_text
from studio.ui.widgets.thumbnail import placeholder_colour


@dataclass(frozen=True, slots=True)
class TimelineData:
    """What the chart shows of a review; all times UTC ms within [start, end]. `revenue` is in minor units."""

    end_ms: int
    viewers: TimeSeries
    spans: tuple[Span, ...]
    promos: tuple[Marker, ...]
    alerts: tuple[Marker, ...]
    orders: tuple[tuple[int, int], ...]
    revenue: tuple[tuple[int, float], ...]
    questions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is worked out of a review before it is shown."""

    timeline: TimelineData
    feeds: Feeds
    open_questions: tuple[FigureRow, ...]


def draw(review: Review, now_ms: int, texts: Texts, channel_names: Mapping[str, str] | None = None) -> Drawn:
    """Work a review out; `now_ms` as in `timeline_data`. Takes a while for a long show: not for the window's thread."""
    feeds = feeds_of(review)
    return Drawn(
        timeline_data(review, feeds, now_ms, texts, channel_names or {}),
        feeds,
        tuple(open_question_rows(review, texts)),
    )


class ReviewTimeline(TimelineChart):
    """The whole show: viewers, the show's orders or revenue a minute, what was on air, codes, questions, alerts."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.follow_theme(theme)

    def show_data(self, review: Review, data: TimelineData, texts: Texts, *, keep_view: bool) -> None:
        """Show a review; with `keep_view` the part of the show that is looked at stays."""
        currency = review.state.currency
        self.write_as(QLocale(str(texts.locale)))
        self.set_time_zone(review.state.time_zone)
        self.set_now(data.end_ms)
        self.set_viewers(data.viewers)
        self.set_spans(data.spans)
        self.set_markers(data.promos)
        self.set_alerts(data.alerts)
        self.set_orders(data.orders)
        self.set_revenue(data.revenue, lambda minor: texts.money(Money(round(minor), currency)))
        self.set_questions(data.questions)
        if not keep_view:
            self.set_chosen(None)
            self.go_home()


def timeline_data(
    review: Review, feeds: Feeds, now_ms: int, texts: Texts, channel_names: Mapping[str, str]
) -> TimelineData:
    """What the chart shows; `now_ms` (UTC ms) is the end of a show that is still on air. Takes a while for a long show: not
    for the window's thread.
    """
    state = review.state
    start = state.started_at_ms if state.started_at_ms is not None else now_ms
    end = state.ended_at_ms if state.ended_at_ms is not None else max(now_ms, start)
    # Replay sales of two days would press the show itself into a corner.
    within = [o for o in feeds.own if start <= o.placed_at_ms <= end]
    promos = tuple(
        Marker(record.confirmed_starts_at_ms, record.promo.code)
        for record in state.promos.values()
        if record.confirmed_starts_at_ms is not None and start <= record.confirmed_starts_at_ms <= end
    )
    return TimelineData(
        end_ms=end,
        viewers=series_of(feeds.viewers.points(start, end)),
        spans=tuple(_spans(state, end)),
        promos=promos,
        alerts=tuple(Marker(a.at_ms, alert_words(a, channel_names, texts)) for a in review.alerts),
        orders=tuple((o.placed_at_ms, 1) for o in within if not o.cancelled),
        revenue=tuple(
            (o.placed_at_ms, float(o.total.amount_minor))
            for o in within
            if o.paid and o.total.currency == state.currency
        ),
        questions=tuple(q.asked_at_ms for q in review.questions if start <= q.asked_at_ms <= end and not q.withdrawn),
    )  # fmt: skip


def _spans(state: ShowState, end_ms: int) -> list[Span]:
    return [
        Span(
            block.from_ms,
            block.to_ms,
            clean_text(block.title, 80),
            placeholder_colour(block.product_id or block.item_id).name(),
            block.item_id,
        )
        for block in blocks_of(state, end_ms)
    ]
