"""Every figure of the review, each with its formula. Figures that nobody can give are None, never 0."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from studio.domain.audience import ViewerFigures, ViewerSample, viewer_figures
from studio.domain.money import Money, zero
from studio.domain.order import REPLAY_MS, Order, belongs_to_show
from studio.domain.question import Question, QuestionStatus
from studio.domain.show import ShowState


class Sales(msgspec.Struct, frozen=True):
    """What a set of orders came to.

    orders: placed and not cancelled. gross: the totals of all paid orders, with tax and shipping, after
    discounts. net: gross less cancelled orders less refunds for returns. average basket: the totals of the
    orders that were not cancelled, divided by their number; None without orders.
    """

    orders: int
    cancelled: int
    units: int
    gross: Money
    net: Money
    average_basket: Money | None


class PromoFigures(msgspec.Struct, frozen=True):
    """One code: redemptions are the show's not cancelled orders that used it; `discount` is what it cost."""

    code: str
    redemptions: int
    limit: int | None
    revenue: Money
    discount: Money


class ProductFigures(msgspec.Struct, frozen=True):
    """One product: its time on air (ms), the average viewers of that time, and what was sold of it in the
    show's not cancelled orders less returns. `revenue_per_minute` is revenue / minutes on air.
    """

    product_id: str
    title: str
    on_air_ms: int
    viewers: float | None
    units: int
    revenue: Money
    revenue_per_minute: Money | None
    add_to_carts: int | None
    sold_out_at_ms: int | None
    questions: int


class QuestionFigures(msgspec.Struct, frozen=True):
    """`asked`: messages of the show's time that asked something. `answered`: messages of the show's time that got
    a written reply of ours, at any time, which the channel took. `open`: questions (groups) that nobody answered,
    aloud or in writing.
    """

    asked: int
    answered: int
    open: int


class ShowFigures(msgspec.Struct, frozen=True):
    """The figures of one show. conversion = orders / sessions over tracked links; redemption share = orders
    with a code of the show / orders.

    `on_air` and `replay` are the own orders placed until the show's end, and those after it. Viewers who came at all
    (`unique_viewers`), their average time (`average_watch_ms`) and what is reckoned from them are None where no channel
    tells. `chat_messages` are viewers' messages within the show; `chat_rate` those per minute on air; `chatters` how many
    people wrote them; `engagement` = chatters / unique viewers, or / peak viewers where no channel tells unique ones.
    `viewer_conversion` = orders / unique viewers, or / peak viewers. `revenue_per_viewer_minute` = net on air / (average
    viewers * minutes on air). `cost` are all cost lines; `roi` = (net - cost) / cost.
    """

    viewers: ViewerFigures
    own: Sales
    shop_total: Sales
    promos: tuple[PromoFigures, ...]
    products: tuple[ProductFigures, ...]
    questions: QuestionFigures
    sessions: int | None
    average_session_ms: int | None
    add_to_carts: int | None
    conversion: float | None
    redemptions: int
    redemption_share: float | None
    on_air_ms: int
    on_air: Sales | None = None
    replay: Sales | None = None
    unique_viewers: int | None = None
    average_watch_ms: int | None = None
    chat_messages: int | None = None
    chat_rate: float | None = None
    chatters: int | None = None
    engagement: float | None = None
    viewer_conversion: float | None = None
    revenue_per_viewer_minute: Money | None = None
    cost: Money | None = None
    roi: float | None = None


def sales(orders: Iterable[Order], currency: str) -> Sales:
    """Sum orders; those of another currency are left out: amounts are never mixed."""
    count = cancelled = units = 0
    gross = net = kept = zero(currency)
    for order in orders:
        if order.total.currency != currency:
            continue
        if order.paid:
            gross += order.total
            net += order.net
        if order.cancelled:
            cancelled += 1
            continue
        count += 1
        kept += order.total
        units += sum(line.quantity - line.returned_quantity for line in order.lines)
    basket = Money(round(kept.amount_minor / count), currency) if count else None
    return Sales(count, cancelled, units, gross, net, basket)


def redemptions(orders: Iterable[Order], codes: Collection[str]) -> dict[str, int]:
    """How often each code was used in orders that were not cancelled; codes without use count 0."""
    counts = dict.fromkeys(sorted(codes), 0)
    for order in orders:
        if not order.cancelled:
            for code in set(order.promo_codes):
                if code in counts:
                    counts[code] += 1
    return counts


def own_orders(state: ShowState, orders: Iterable[Order], replay_ms: int = REPLAY_MS) -> list[Order]:
    """The show's own orders, by its codes and tracked links."""
    codes = state.codes
    return [o for o in orders if belongs_to_show(o, state.id, codes, state.ended_at_ms, replay_ms)]


def newest_revisions(orders: Iterable[Order]) -> list[Order]:
    """Each order once, in its highest revision, in order of time."""
    newest: dict[str, Order] = {}
    for order in orders:
        if order.id not in newest or newest[order.id].revision <= order.revision:
            newest[order.id] = order
    return sorted(newest.values(), key=lambda o: (o.placed_at_ms, o.id))


def _promo_figures(state: ShowState, own: Sequence[Order]) -> tuple[PromoFigures, ...]:
    rows: list[PromoFigures] = []
    counts = redemptions(own, state.codes)
    for record in state.promos.values():
        code = record.promo.code
        if code not in counts:
            continue
        used = [
            o for o in own if not o.cancelled and code in o.promo_codes and o.total.currency == state.currency
        ]
        revenue = discount = zero(state.currency)
        for order in used:
            revenue += order.total
            discount += order.discount
        rows.append(PromoFigures(code, counts[code], record.promo.total_limit, revenue, discount))
    return tuple(rows)


def _product_figures(
    state: ShowState,
    own: Sequence[Order],
    samples: Sequence[ViewerSample],
    end_ms: int,
    add_to_carts: dict[str, int] | None,
    questions: Sequence[Question],
    sold_out: dict[str, int],
) -> tuple[ProductFigures, ...]:
    titles = {i.product_id: i.title for i in state.items if i.product_id}
    units = dict.fromkeys(titles, 0)
    revenue = {p: zero(state.currency) for p in titles}
    for order in own:
        if order.cancelled or order.total.currency != state.currency:
            continue
        for line in order.lines:
            if line.product_id in titles:
                kept = line.quantity - line.returned_quantity
                units[line.product_id] += kept
                share = round(line.total.amount_minor * kept / line.quantity) if line.quantity else 0
                revenue[line.product_id] += Money(share, state.currency)
    rows: list[ProductFigures] = []
    for product_id, title in titles.items():
        runs = [
            (r.from_ms, r.to_ms if r.to_ms is not None else end_ms)
            for r in state.runs
            if r.product_id == product_id
        ]
        on_air = sum(to - start for start, to in runs)
        weighed = [
            (viewer_figures(samples, start, to).average, to - start) for start, to in runs if to > start
        ]
        known = [(average, length) for average, length in weighed if average is not None]
        length = sum(each for _, each in known)
        asked = sum(q.asked for q in questions if any(start <= q.asked_at_ms < to for start, to in runs))
        per_minute = round(revenue[product_id].amount_minor * 60_000 / on_air) if on_air else None
        rows.append(
            ProductFigures(
                product_id=product_id,
                title=title,
                on_air_ms=on_air,
                viewers=sum(average * each for average, each in known) / length if length else None,
                units=units[product_id],
                revenue=revenue[product_id],
                revenue_per_minute=None if per_minute is None else Money(per_minute, state.currency),
                add_to_carts=None if add_to_carts is None else add_to_carts.get(product_id, 0),
                sold_out_at_ms=sold_out.get(product_id),
                questions=asked,
            )
        )
    return tuple(rows)


def answered_messages(state: ShowState) -> set[tuple[str, str]]:
    """The (channel, message id) pairs that got a written reply of ours which the channel took."""
    taken = {
        e.subject
        for e in state.settled.values()
        if e.action == "ReplyTo" and e.outcome.value == "delivered" and e.subject
    }
    return {(r.channel, r.message_id) for r in state.replies.values() if r.reply_id in taken and r.message_id}


def show_figures(
    state: ShowState,
    orders: Iterable[Order],
    samples: Sequence[ViewerSample],
    questions: Sequence[Question],
    now_ms: int,
    *,
    sessions: int | None = None,
    average_session_ms: int | None = None,
    add_to_carts: int | None = None,
    add_to_carts_by_product: dict[str, int] | None = None,
    sold_out: dict[str, int] | None = None,
    asked: tuple[int, int] | None = None,
    replay_ms: int = REPLAY_MS,
) -> ShowFigures:
    """All figures of a show. `orders` in any order and revision; `now_ms` stands for the end of a running show.

    `shop_total` are all orders placed within [started, ended]. `asked` counts the messages of that time which asked
    and which were answered; without it they are counted by the questions found, whenever they were asked.
    """
    start = state.started_at_ms if state.started_at_ms is not None else now_ms
    end = state.ended_at_ms if state.ended_at_ms is not None else max(now_ms, start)
    every = newest_revisions(orders)
    own = own_orders(state, every, replay_ms)
    own_sales = sales(own, state.currency)
    with_code = sum(1 for o in own if not o.cancelled and any(c in state.codes for c in o.promo_codes))
    open_questions = sum(
        1 for q in questions if state.question_status(q.id) in (QuestionStatus.OPEN, QuestionStatus.CLAIMED)
    )
    if asked is None:
        asked = (sum(q.asked for q in questions), len(answered_messages(state)))
    return ShowFigures(
        viewers=viewer_figures(samples, start, end),
        own=own_sales,
        shop_total=sales((o for o in every if start <= o.placed_at_ms <= end), state.currency),
        promos=_promo_figures(state, own),
        products=_product_figures(
            state, own, samples, end, add_to_carts_by_product, questions, sold_out or {}
        ),
        questions=QuestionFigures(*asked, open_questions),
        sessions=sessions,
        average_session_ms=average_session_ms,
        add_to_carts=add_to_carts,
        conversion=own_sales.orders / sessions if sessions else None,
        redemptions=sum(redemptions(own, state.codes).values()),
        redemption_share=with_code / own_sales.orders if own_sales.orders else None,
        on_air_ms=end - start,
    )


def pins_accepted(state: ShowState) -> int:
    """How many pins the shop took: delivered, or told as superseded by a newer one."""
    taken = ("delivered", "superseded")
    return sum(
        1
        for e in state.settled.values()
        if e.action == "FeatureProduct" and e.subject and e.outcome.value in taken
    )


def promos_accepted(state: ShowState) -> int:
    """How many codes the shop took."""
    return sum(1 for r in state.promos.values() if r.confirmed_ends_at_ms is not None)


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
