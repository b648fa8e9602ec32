"""The timeline of a review: what the chart is given. The chart library is loaded with this module."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from studio.domain.audience import ViewerSample
from studio.domain.kpi import newest_revisions, own_orders
from studio.domain.show import ShowState
from studio.ui.charts.marks import Marker, Span
from studio.ui.charts.series import TimeSeries
from studio.ui.charts.timeline_chart import TimelineChart
from studio.ui.studio import Review
from studio.ui.theme import Theme
from studio.ui.widgets.text import clean_text
from studio.ui.widgets.thumbnail import placeholder_colour


class ReviewTimeline(TimelineChart):
    """The whole show: viewers, the show's orders a minute, what was on air, codes. A block chooses its product."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.follow_theme(theme)

    def show_review(self, review: Review, now_ms: int, time_zone: str) -> None:
        """Show a review; `now_ms` (UTC ms) is the end of a show that is still on air."""
        state = review.state
        start = state.started_at_ms if state.started_at_ms is not None else now_ms
        end = state.ended_at_ms if state.ended_at_ms is not None else max(now_ms, start)
        self.set_time_zone(time_zone)
        self.set_now(end)
        times, counts = viewers_within(review.samples, start, end)
        self.set_viewers(TimeSeries(times, counts))
        self.set_spans(_spans(state, end))
        self.set_markers(
            [
                Marker(record.confirmed_starts_at_ms, record.promo.code)
                for record in state.promos.values()
                if record.confirmed_starts_at_ms is not None and start <= record.confirmed_starts_at_ms <= end
            ]
        )
        own = own_orders(state, newest_revisions(review.orders))
        # Replay sales of two days would press the show itself into a corner.
        self.set_orders(
            [(o.placed_at_ms, 1) for o in own if not o.cancelled and start <= o.placed_at_ms <= end]
        )
        self.go_home()

    def _caption(self) -> tuple[str, str]:
        text, tone = super()._caption()
        parts = [part for part in text.split(" · ") if part != self.tr("click a block to see its chat")]
        if self.spans and tone == "muted":
            parts.append(self.tr("click a block to find its product"))
        return " · ".join(parts), tone


def viewers_within(
    samples: Sequence[ViewerSample], start_ms: int, end_ms: int
) -> tuple[list[int], list[float]]:
    """Times (UTC ms) and viewers of all channels together within [start, end]: a channel's count holds until its
    next sample; what came before the start stands at the start.
    """
    last: dict[str, int] = {}
    times: list[int] = []
    counts: list[float] = []
    for sample in sorted(samples, key=lambda s: s.at_ms):
        if sample.at_ms > end_ms:
            break
        last[sample.channel] = sample.viewers
        at = max(start_ms, sample.at_ms)
        if times and times[-1] == at:
            counts[-1] = float(sum(last.values()))
        else:
            times.append(at)
            counts.append(float(sum(last.values())))
    return times, counts


def _spans(state: ShowState, end_ms: int) -> list[Span]:
    titles = {i.id: clean_text(i.title, 80) for i in state.items}
    return [
        Span(
            run.from_ms,
            run.to_ms if run.to_ms is not None else end_ms,
            titles.get(run.item_id, ""),
            placeholder_colour(run.product_id or run.item_id).name(),
            run.item_id,
        )
        for run in state.runs
    ]
