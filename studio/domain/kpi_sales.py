"""Whose orders they are, and what they came to."""

from collections.abc import Collection, Iterable, Sequence

from studio.domain.kpi_figures import PromoFigures, Sales
from studio.domain.money import Money
from studio.domain.order import REPLAY_MS, Order, belongs_to_show
from studio.domain.show_state import ShowState


def sales(orders: Iterable[Order], currency: str) -> Sales:
    """Sum orders; those of another currency are left out: amounts are never mixed."""
    count = cancelled = units = gross = net = kept = 0
    for order in orders:
        total = order.total
        if total.currency != currency:
            continue
        if order.paid:
            gross += total.amount_minor
            refunded = order.refunded
            if order.cancelled or refunded.currency != currency:
                net += order.net.amount_minor
            else:
                net += total.amount_minor - refunded.amount_minor
        if order.cancelled:
            cancelled += 1
            continue
        count += 1
        kept += total.amount_minor
        for line in order.lines:
            units += line.quantity - line.returned_quantity
    basket = Money(round(kept / count), currency) if count else None
    return Sales(count, cancelled, units, Money(gross, currency), Money(net, currency), basket)


def redemptions(orders: Iterable[Order], codes: Collection[str]) -> dict[str, int]:
    """How often each code was used in orders that were not cancelled; codes without use count 0."""
    counts = dict.fromkeys(sorted(codes), 0)
    for order in orders:
        if order.promo_codes and not order.cancelled:
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
        known = newest.get(order.id)
        if known is None or known.revision <= order.revision:
            newest[order.id] = order
    return sorted(newest.values(), key=lambda o: (o.placed_at_ms, o.id))


def promo_figures(state: ShowState, own: Sequence[Order]) -> tuple[PromoFigures, ...]:
    """The codes that the shop confirmed, in the order in which they were issued."""
    rows: list[PromoFigures] = []
    counts = redemptions(own, state.codes)
    with_code = [o for o in own if o.promo_codes and not o.cancelled and o.total.currency == state.currency]
    for record in state.promos.values():
        code = record.promo.code
        if code not in counts:
            continue
        used = [o for o in with_code if code in o.promo_codes]
        rows.append(
            PromoFigures(
                code,
                counts[code],
                record.promo.total_limit,
                Money(sum(o.total.amount_minor for o in used), state.currency),
                Money(sum(o.discount.amount_minor for o in used), state.currency),
            )
        )
    return tuple(rows)
