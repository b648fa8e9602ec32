"""What is kept up sample by sample and order by order equals what is summed anew."""

import hypothesis.strategies as st
from hypothesis import given

from studio.domain.audience import ViewerSample, viewer_figures
from studio.domain.kpi import newest_revisions, own_orders, sales
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.promo import PromoCode, PromoKind, PromoRecord, PromoScope
from studio.domain.show import ShowState
from studio.ui.models.sales_tally import SalesTally
from studio.ui.models.viewer_tally import SETTLED_MS, ViewerTally

MINUTE = 60_000
samples = st.lists(
    st.builds(
        ViewerSample,
        channel=st.sampled_from(["a", "b", "c"]),
        at_ms=st.integers(0, 12 * MINUTE),
        viewers=st.integers(0, 5_000),
    ),
    max_size=60,
)


@given(samples, st.integers(0, 3 * MINUTE), st.data())
def test_the_average_is_that_of_the_figures_in_whatever_order_samples_come(taken, start, data):
    tally = ViewerTally()
    tally.bound(start, None)
    heard: list[ViewerSample] = []
    for sample in taken:
        tally.add(sample)
        heard.append(sample)
        if data.draw(st.booleans()):
            now = max(start, *(s.at_ms for s in heard))
            expected = viewer_figures(heard, start, now).average
            found = tally.average(now)
            assert (found is None) == (expected is None)
            assert found is None or expected is None or abs(found - expected) < 1e-6


@given(samples)
def test_a_tally_opened_late_knows_what_one_that_listened_knows(taken):
    listened = ViewerTally()
    listened.bound(MINUTE, None)
    in_order = sorted(taken, key=lambda s: s.at_ms)
    for sample in in_order:
        listened.add(sample)
    opened = ViewerTally(in_order)
    opened.bound(MINUTE, None)
    assert (opened.peak, opened.viewers) == (listened.peak, listened.viewers)
    assert opened.average(20 * MINUTE) == listened.average(20 * MINUTE)


@given(samples)
def test_the_chart_draws_the_same_line_whatever_the_pieces_it_comes_in(taken):
    tally = ViewerTally()
    drawn: dict[int, float] = {}
    for sample in taken:
        tally.add(sample)
        drawn.update(zip(*tally.take_new(), strict=True))
    times, totals = ViewerTally(taken).take_new()
    # Two samples of one moment are one sum; which of a channel's came last is the order of their coming.
    moments = [s.at_ms for s in taken]
    if len(set(moments)) == len(moments):
        assert sorted(drawn.items()) == list(zip(times, totals, strict=True))
    assert tally.take_new() == ([], [])


def test_settled_samples_are_summed_once():
    tally = ViewerTally()
    tally.bound(0, None)
    for n in range(1_000):
        tally.add(ViewerSample("a", n * 1_000, n))
    tally.average(1_000_000)
    assert tally._summed == len([n for n in range(1_000) if n * 1_000 <= 999_000 - SETTLED_MS])


def an_order(
    number: int, revision: int, status: OrderStatus, code: str, link: str, paid: bool, currency: str
) -> Order:
    total = Money(1_000 + number * 10, currency)
    back = total if status is OrderStatus.RETURNED else Money(0, currency)
    lines = (OrderLine("v1", "p1", 2, total, 1 if status is OrderStatus.PARTLY_RETURNED else 0),)
    codes = (code,) if code else ()
    return Order(
        f"o{number}", f"#{number}", revision, number * 1_000, status, lines, total, back, Money(0, currency), codes,
        link_show_id=link, paid=paid,
    )  # fmt: skip


orders = st.lists(
    st.builds(
        an_order,
        st.integers(0, 8),
        st.integers(1, 4),
        st.sampled_from(list(OrderStatus)),
        st.sampled_from(["", "NORD20", "OTHER"]),
        st.sampled_from(["", "show-1", "show-2"]),
        st.booleans(),
        st.sampled_from(["EUR", "EUR", "EUR", "NOK"]),
    ),
    max_size=40,
)


def with_code(state: ShowState) -> ShowState:
    promo = PromoCode("x", "NORD20", PromoKind.PERCENT, 20, 0, "EUR", PromoScope.ALL, (), 0, 10, None, None)
    record = PromoRecord(promo, 10, confirmed_starts_at_ms=0, confirmed_ends_at_ms=10)
    return ShowState(state.id, currency="EUR", promos={"x": record})


@given(orders, st.integers(0, 40))
def test_sales_kept_order_by_order_equal_sales_summed_anew(taken, confirmed_after):
    state = ShowState("show-1", currency="EUR")
    tally = SalesTally(state)
    kept: dict[str, Order] = {}
    for n, order in enumerate(taken):
        if n == confirmed_after:
            state = with_code(state)
            tally.follow(state)
        if tally.add(order):
            kept[order.id] = order
    assert {o.id: o.revision for o in kept.values()} == {o.id: o.revision for o in newest_revisions(taken)}
    assert tally.sales == sales(own_orders(state, kept.values()), "EUR")


def test_orders_count_for_as_long_after_the_show_as_the_settings_say():
    bought = Order(
        "o",
        "1",
        1,
        30,
        OrderStatus.PAID,
        (),
        Money(100, "EUR"),
        Money(0, "EUR"),
        Money(0, "EUR"),
        link_show_id="s",
    )
    state = ShowState("s", currency="EUR", ended_at_ms=10)
    assert SalesTally(state, [bought]).sales.orders == 1
    assert SalesTally(state, [bought], replay_ms=19).sales.orders == 0
    assert SalesTally(state, [bought], replay_ms=20).sales.orders == 1
    changed = SalesTally(state, [bought])
    for replay_ms, counted in ((19, 0), (20, 1)):
        changed.count_until(replay_ms)
        assert changed.sales == SalesTally(state, [bought], replay_ms=replay_ms).sales
        assert changed.sales.orders == counted
