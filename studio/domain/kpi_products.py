"""What each product of the line-up came to."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from itertools import accumulate

from studio.domain.audience import ViewerTimeline
from studio.domain.kpi_figures import ProductFigures
from studio.domain.money import Money
from studio.domain.order import Order
from studio.domain.question import Question
from studio.domain.show_state import ShowState


def product_figures(
    state: ShowState,
    own: Sequence[Order],
    viewers: ViewerTimeline,
    end_ms: int,
    *,
    add_to_carts: Mapping[str, int] | None,
    clicks: Mapping[str, int] | None,
    questions: Sequence[Question],
    sold_out: Mapping[str, int],
) -> tuple[ProductFigures, ...]:
    """One row for each product, in the order of the line-up. `end_ms` ends what is still on air; `sold_out` are UTC ms."""
    titles = {i.product_id: i.title for i in state.items if i.product_id}
    units, revenue = _sold(state, own, titles)
    runs: dict[str, list[tuple[int, int]]] = {}
    for run in state.runs:
        to = run.to_ms if run.to_ms is not None else end_ms
        runs.setdefault(run.product_id, []).append((run.from_ms, to))
    asked = Asked(questions)
    rows: list[ProductFigures] = []
    for product_id, title in titles.items():
        spans = runs.get(product_id, [])
        on_air = sum(to - start for start, to in spans)
        per_minute = round(revenue[product_id] * 60_000 / on_air) if on_air else None
        rows.append(
            ProductFigures(
                product_id=product_id,
                title=title,
                on_air_ms=on_air,
                viewers=_average(viewers, spans),
                units=units[product_id],
                revenue=Money(revenue[product_id], state.currency),
                revenue_per_minute=None if per_minute is None else Money(per_minute, state.currency),
                add_to_carts=None if add_to_carts is None else add_to_carts.get(product_id, 0),
                sold_out_at_ms=sold_out.get(product_id),
                questions=sum(asked.within(start, to) for start, to in spans),
                clicks=None if clicks is None else clicks.get(product_id, 0),
            )
        )
    return tuple(rows)


class Asked:
    """How many messages asked something in a stretch of time, each question counted when it was asked first."""

    def __init__(self, questions: Sequence[Question]) -> None:
        ordered = sorted(questions, key=lambda q: q.asked_at_ms)
        self._times = [q.asked_at_ms for q in ordered]
        self._sums = [0, *accumulate(q.asked for q in ordered)]

    def within(self, from_ms: int, to_ms: int) -> int:
        """Of [from_ms, to_ms)."""
        first = bisect_left(self._times, from_ms)
        return self._sums[max(first, bisect_left(self._times, to_ms))] - self._sums[first]


def first_sold_out(
    state: ShowState, history: Collection[tuple[int, str, int]], product_of: Mapping[str, str]
) -> dict[str, int]:
    """When each product of the line-up had sold out for the first time within the show, UTC ms; `product_of` is variant
    id to product id.
    """
    left: dict[str, dict[str, int]] = {}
    first: dict[str, int] = {}
    start, end = state.started_at_ms, state.ended_at_ms
    for at_ms, variant_id, sellable in history:
        product_id = product_of.get(variant_id)
        if product_id is None or start is None:
            continue
        left.setdefault(product_id, {})[variant_id] = sellable
        gone = not any(left[product_id].values())
        if gone and at_ms >= start and (end is None or at_ms <= end):
            first.setdefault(product_id, at_ms)
    return first


def _sold(
    state: ShowState, own: Sequence[Order], titles: Collection[str]
) -> tuple[dict[str, int], dict[str, int]]:
    units, revenue = dict.fromkeys(titles, 0), dict.fromkeys(titles, 0)
    for order in own:
        if order.cancelled or order.total.currency != state.currency:
            continue
        for line in order.lines:
            if line.product_id in units:
                kept = line.quantity - line.returned_quantity
                units[line.product_id] += kept
                if line.quantity:
                    revenue[line.product_id] += round(line.total.amount_minor * kept / line.quantity)
    return units, revenue


def _average(viewers: ViewerTimeline, spans: Sequence[tuple[int, int]]) -> float | None:
    weighed = [(viewers.figures(start, to).average, to - start) for start, to in spans if to > start]
    known = [(average, length) for average, length in weighed if average is not None]
    length = sum(each for _, each in known)
    return sum(average * each for average, each in known) / length if length else None
