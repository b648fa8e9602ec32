"""The rules behind the advice of a review. Each needs so much evidence, named beside it; with less it says nothing."""

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from studio.domain.advice import Advice, AdviceKind
from studio.domain.audience import ViewerTimeline
from studio.domain.kpi_figures import ProductFigures, ShowFigures
from studio.domain.kpi_sales import newest_revisions, own_orders
from studio.domain.order import REPLAY_MS, Order
from studio.domain.promo import PromoRecord, PromoScope
from studio.domain.question import Question
from studio.domain.show_state import Run, ShowPhase, ShowState

_MINUTE: Final = 60_000
FEW_VIEWERS: Final = 50
"""Below so many viewers a change of their number says nothing."""
FEW_ORDERS: Final = 20
"""Below so many orders of a show its items are not compared by what they earned."""
FEW_PIECES: Final = 5
"""Below so many pieces there is no rate of selling."""
FEW_PRODUCTS: Final = 3
SHORT_RUN_MS: Final = 2 * _MINUTE
MUCH_MORE: Final = 1.5
LITTLE: Final = 1 / 3
SHARE_LOST: Final = 0.15
FEW_SAMPLES: Final = 3
OVER_MS: Final = 5 * _MINUTE
OVER_SHARE: Final = 0.05


class Evidence(msgspec.Struct, frozen=True):
    """What the rules look at. `end_ms` is the show's end, `own` are its own orders in their newest revision that were not
    cancelled, in order of time; `left_at_start` the pieces of each product at the show's start, where they are known.
    """

    state: ShowState
    figures: ShowFigures
    viewers: ViewerTimeline
    own: tuple[Order, ...]
    unanswered: tuple[Question, ...]
    left_at_start: Mapping[str, int]
    start_ms: int
    end_ms: int


def evidence(
    state: ShowState,
    figures: ShowFigures,
    viewers: ViewerTimeline,
    orders: Sequence[Order],
    unanswered: Sequence[Question],
    left_at_start: Mapping[str, int],
    replay_ms: int = REPLAY_MS,
) -> Evidence | None:
    """None while a show is not over: what it came to is not known before."""
    if state.phase is not ShowPhase.ENDED or state.started_at_ms is None or state.ended_at_ms is None:
        return None
    own = tuple(
        o
        for o in own_orders(state, newest_revisions(orders), replay_ms)
        if not o.cancelled and o.total.currency == state.currency
    )
    return Evidence(
        state,
        figures,
        viewers,
        own,
        tuple(unanswered),
        left_at_start,
        state.started_at_ms,
        state.ended_at_ms,
    )


def sold_out_early(seen: Evidence) -> Iterator[Advice]:
    """It sold out while it was on air, or its time on air went on; it had sold at least `FEW_PIECES` pieces in at least
    half a minute on air. What it would have sold: as many a minute for the rest of its planned time (of its time on air,
    where that was longer).
    """
    for product in seen.figures.products:
        gone = product.sold_out_at_ms
        runs = _runs(seen, product.product_id)
        if gone is None or not runs or gone < runs[0].from_ms:
            continue
        item = seen.state.item(runs[0].item_id)
        before = sum(max(0, min(_end(seen, r), gone) - r.from_ms) for r in runs)
        sold = _pieces(seen, product.product_id, runs[0].from_ms, gone + 1)
        if sold < FEW_PIECES or before < _MINUTE / 2:
            continue
        rest = max(item.planned_ms if item else 0, product.on_air_ms) - before
        had = max(seen.left_at_start.get(product.product_id, 0), sold)
        wanted = had + math.ceil(sold / before * rest)
        if rest >= _MINUTE and wanted > had:
            yield Advice(AdviceKind.SOLD_OUT_EARLY, product.title, wanted, had, runs[0].item_id, gone)


def earned_most(seen: Evidence) -> Iterator[Advice]:
    """Of at least `FEW_PRODUCTS` that were on air for two minutes and more, the one that earned most a minute: at least
    one and a half times of what the show earned, by at least `FEW_PIECES` pieces.
    """
    shown, whole = _compared(seen)
    best = max(shown, key=lambda p: (_rate(p), p.product_id), default=None)
    if best is None or best.units < FEW_PIECES or _rate(best) < MUCH_MORE * whole:
        return
    yield Advice(AdviceKind.EARNED_MOST, best.title, _rate(best), whole, _item_of(seen, best.product_id))


def earned_least(seen: Evidence) -> Iterator[Advice]:
    """Of the same, the one that earned least though it was on air for as long as the others: at most a third of what the
    show earned a minute. One that had sold out could not earn more. Half of its time is proposed, two minutes at least.
    """
    shown, whole = _compared(seen)
    if not shown:
        return
    usual = sum(p.on_air_ms for p in shown) / len(shown)
    long = [p for p in shown if p.on_air_ms >= usual and p.sold_out_at_ms is None]
    worst = min(long, key=lambda p: (_rate(p), p.product_id), default=None)
    if worst is None or _rate(worst) > LITTLE * whole:
        return
    minutes = worst.on_air_ms / _MINUTE
    shorter = max(2.0, float(round(minutes / 2)))
    yield Advice(
        AdviceKind.EARNED_LEAST,
        worst.title,
        _rate(worst),
        round(minutes, 1),
        _item_of(seen, worst.product_id),
        minutes=shorter if shorter < minutes else None,
    )


def viewers_lost(seen: Evidence) -> Iterator[Advice]:
    """The item during which most viewers left: at least `SHARE_LOST` of at least `FEW_VIEWERS`, in two minutes or more with
    `FEW_SAMPLES` samples, and faster than over the whole show. What ends with the show is left out: then everybody goes.
    """
    found: list[tuple[float, Run]] = []
    for run in seen.state.runs:
        end = _end(seen, run)
        if end - run.from_ms < SHORT_RUN_MS or end >= seen.end_ms - _MINUTE / 2:
            continue
        sampled = seen.viewers.moments(run.from_ms, end)
        at_first, at_last = seen.viewers.at(run.from_ms), seen.viewers.at(end)
        if sampled < FEW_SAMPLES or at_first is None or at_last is None or at_first < FEW_VIEWERS:
            continue
        lost = (at_first - at_last) / at_first
        if lost >= SHARE_LOST and lost > _usual_loss(seen) * (end - run.from_ms):
            found.append((lost, run))
    if not found:
        return
    lost, run = max(found, key=lambda each: (each[0], -each[1].from_ms))
    item = seen.state.item(run.item_id)
    planned = item.planned_ms / _MINUTE if item is not None and item.planned_ms else None
    held = _held_ms(seen, run) / _MINUTE
    shorter = float(max(1, round(held)))
    yield Advice(
        AdviceKind.VIEWERS_LOST,
        item.title if item is not None else "",
        lost,
        planned,
        run.item_id,
        run.from_ms,
        shorter if planned is not None and shorter < planned else None,
    )


def questions_open(seen: Evidence) -> Iterator[Advice]:
    """Any question that nobody answered: the one asked most is named."""
    if seen.unanswered:
        most = seen.unanswered[0]
        yield Advice(
            AdviceKind.QUESTIONS_OPEN, most.text, len(seen.unanswered), most.asked, at_ms=most.asked_at_ms
        )


def code_unused(seen: Evidence) -> Iterator[Advice]:
    """A code that was live within the show for two minutes and more, before at least `FEW_VIEWERS` on average, and that at
    most one of a thousand of them redeemed.
    """
    used = {p.code: p.redemptions for p in seen.figures.promos}
    for record in seen.state.promos.values():
        start, end = _live(seen, record)
        average = seen.viewers.figures(start, end).average if end - start >= SHORT_RUN_MS else None
        count = used.get(record.promo.code)
        if count is None or average is None or average < FEW_VIEWERS or count > average / 1_000:
            continue
        yield Advice(
            AdviceKind.CODE_UNUSED, record.promo.code, count, round(average), record.promo.item_id, start
        )


def code_needless(seen: Evidence) -> Iterator[Advice]:
    """A code for single products that were on air for two minutes and more both before it and with it, of which at least
    `FEW_PIECES` pieces were sold before it, and not fewer a minute than with it: neither in all nor, where viewers are
    known, for each of them. It must have cost something.
    """
    cost = {p.code: p.discount.amount_minor for p in seen.figures.promos}
    for record in seen.state.promos.values():
        promo = record.promo
        if promo.scope is not PromoScope.PRODUCT or cost.get(promo.code, 0) <= 0:
            continue
        start, end = _live(seen, record)
        before = _rate_of(seen, promo.product_ids, seen.start_ms, start)
        during = _rate_of(seen, promo.product_ids, start, end)
        if before is None or during is None or before.pieces < FEW_PIECES or before.minute < during.minute:
            continue
        if before.viewer is not None and during.viewer is not None and before.viewer < during.viewer:
            continue
        yield Advice(
            AdviceKind.CODE_NEEDLESS,
            promo.code,
            cost[promo.code],
            round(before.minute, 1),
            promo.item_id,
            start,
        )


def over_time(seen: Evidence) -> Iterator[Advice]:
    """The show lasted at least five minutes and a twentieth longer than planned."""
    planned, lasted = seen.state.planned_ms, seen.end_ms - seen.start_ms
    over = lasted - planned
    if not planned or over < OVER_MS or over < planned * OVER_SHARE:
        return
    due, last = seen.viewers.at(seen.start_ms + planned), seen.viewers.at(seen.end_ms)
    left = last / due if due is not None and last is not None and due >= FEW_VIEWERS else None
    yield Advice(AdviceKind.OVER_TIME, "", over, left, at_ms=seen.start_ms + planned)


class _Rate(msgspec.Struct, frozen=True):
    pieces: int
    minute: float
    viewer: float | None


def _rate_of(seen: Evidence, products: Sequence[str], from_ms: int, to_ms: int) -> _Rate | None:
    """Pieces of the products sold a minute while they were on air in this time; None below two minutes."""
    spans = [
        (max(r.from_ms, from_ms), min(_end(seen, r), to_ms))
        for r in seen.state.runs
        if r.product_id in products
    ]
    spans = [(start, to) for start, to in spans if to > start]
    length = sum(to - start for start, to in spans)
    if length < SHORT_RUN_MS:
        return None
    pieces = sum(_pieces(seen, p, start, to) for p in products for start, to in spans)
    averages = [seen.viewers.figures(start, to).average for start, to in spans]
    watched = sum((a or 0) * (to - start) for a, (start, to) in zip(averages, spans, strict=True))
    known = None not in averages and watched > 0
    return _Rate(pieces, pieces * _MINUTE / length, pieces / watched if known else None)


def _compared(seen: Evidence) -> tuple[list[ProductFigures], float]:
    """The products that were on air for long enough to be compared, and what the show earned a minute."""
    shown = [p for p in seen.figures.products if p.on_air_ms >= SHORT_RUN_MS]
    lasted = seen.end_ms - seen.start_ms
    earned = sum(p.revenue.amount_minor for p in seen.figures.products)
    whole = earned * _MINUTE / lasted if lasted > 0 else 0.0
    if len(shown) < FEW_PRODUCTS or len(seen.own) < FEW_ORDERS or whole <= 0:
        return [], 0.0
    return shown, whole


def _rate(product: ProductFigures) -> float:
    return product.revenue.amount_minor * _MINUTE / product.on_air_ms


def _pieces(seen: Evidence, product_id: str, from_ms: int, to_ms: int) -> int:
    first = bisect_left(seen.own, from_ms, key=_placed)
    behind = bisect_left(seen.own, to_ms, key=_placed)
    return sum(
        line.quantity for o in seen.own[first:behind] for line in o.lines if line.product_id == product_id
    )


def _placed(order: Order) -> int:
    return order.placed_at_ms


def _runs(seen: Evidence, product_id: str) -> list[Run]:
    return [r for r in seen.state.runs if r.product_id == product_id]


def _item_of(seen: Evidence, product_id: str) -> str:
    return next((r.item_id for r in seen.state.runs if r.product_id == product_id), "")


def _end(seen: Evidence, run: Run) -> int:
    return seen.end_ms if run.to_ms is None else run.to_ms


def _live(seen: Evidence, record: PromoRecord) -> tuple[int, int]:
    """When viewers could use the code within the show; an empty stretch for one that the shop did not take."""
    if record.confirmed_starts_at_ms is None or record.confirmed_ends_at_ms is None:
        return seen.start_ms, seen.start_ms
    start = max(record.confirmed_starts_at_ms, seen.start_ms)
    return start, max(start, min(record.confirmed_ends_at_ms, seen.end_ms))


def _usual_loss(seen: Evidence) -> float:
    """The share of viewers that left in one ms, from the peak to the last minute of the show; 0 where that is not known."""
    peak, peak_at = seen.figures.viewers.peak, seen.figures.viewers.peak_at_ms
    last_ms = seen.end_ms - _MINUTE
    last = seen.viewers.at(last_ms)
    if not peak or peak_at is None or last is None or last_ms <= peak_at:
        return 0.0
    return max(0.0, (peak - last) / peak / (last_ms - peak_at))


def _held_ms(seen: Evidence, run: Run) -> int:
    """How long into the run not half of those who left had left."""
    end = _end(seen, run)
    at_first, at_last = seen.viewers.at(run.from_ms), seen.viewers.at(end)
    half = ((at_first or 0) + (at_last or 0)) / 2
    held = [at for at, count in seen.viewers.points(run.from_ms, end) if count >= half]
    return (held[-1] if held else run.from_ms) - run.from_ms
