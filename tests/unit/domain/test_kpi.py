"""The figures: the same orders and samples give the same figures, in whatever order and however often they come."""

import random

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.audience import ViewerSample, viewer_figures
from studio.domain.kpi import own_orders, redemptions, sales, show_figures
from studio.domain.money import CurrencyMismatch, Money
from studio.domain.order import REPLAY_MS, Order, OrderLine, OrderStatus, belongs_to_show, last_touched
from tests.unit.domain.show_builder import MINUTE, T0, Show


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def order(
    n: int, total=1000, status=OrderStatus.PAID, refunded=0, codes=(), show="show-1", at=T0, **more
) -> Order:
    line = OrderLine("v1", "p1", 2, eur(total))
    fields = {
        "id": f"o{n}", "number": f"#{n}", "revision": 1, "placed_at_ms": at, "status": status, "lines": (line,),
        "total": eur(total), "refunded": eur(refunded), "discount": eur(0), "promo_codes": tuple(codes),
        "link_show_id": show,
    }  # fmt: skip
    return Order(**{**fields, **more})


def test_gross_holds_what_was_cancelled_and_net_does_not():
    figures = sales([order(1), order(2, status=OrderStatus.CANCELLED), order(3, refunded=400)], "EUR")
    assert (figures.orders, figures.cancelled) == (2, 1)
    assert figures.gross == eur(3000)
    assert figures.net == eur(1600)
    assert figures.average_basket == eur(1000)


def test_without_orders_there_is_no_average_basket():
    assert sales([], "EUR").average_basket is None


def test_another_currency_is_never_mixed_in():
    foreign = msgspec.structs.replace(order(2), total=Money(99, "NOK"), refunded=Money(0, "NOK"))
    assert sales([order(1), foreign], "EUR").gross == eur(1000)
    with pytest.raises(CurrencyMismatch):
        eur(1) + Money(1, "NOK")


def test_an_order_is_the_shows_by_link_or_by_code_within_the_replay():
    assert belongs_to_show(order(1), "show-1", (), None)
    assert belongs_to_show(order(1, show="", codes=["NORD20"]), "show-1", {"NORD20"}, None)
    assert not belongs_to_show(order(1, show=""), "show-1", {"NORD20"}, None)
    assert belongs_to_show(order(1, at=T0 + REPLAY_MS), "show-1", (), T0)
    assert not belongs_to_show(order(1, at=T0 + REPLAY_MS + 1), "show-1", (), T0)


def test_another_shows_code_beats_the_link_while_orders_count_for_that_show():
    both = order(1, codes=["THEIRS"])
    running, over = {"THEIRS": {"show-2": None}}, {"THEIRS": {"show-2": T0 - 1}}
    assert last_touched(both, running).link_show_id == ""
    assert last_touched(both, {"THEIRS": {"show-2": T0}}).link_show_id == ""
    assert last_touched(both, over) == both, "that show's replay is over"
    assert last_touched(both, {"THEIRS": {"show-1": None}}) == both, "the code is of the link's own show"
    assert last_touched(both, {"OTHERS": {"show-2": None}}) == both
    assert not belongs_to_show(last_touched(both, running), "show-1", ("MINE",), None)
    two = order(1, codes=["THEIRS", "MINE"])
    assert belongs_to_show(last_touched(two, running), "show-1", ("MINE",), None), "a code of its own stays"


def test_cancelled_orders_give_their_redemption_back():
    orders = [
        order(1, codes=["A"]),
        order(2, codes=["A"], status=OrderStatus.CANCELLED),
        order(3, codes=["B"]),
    ]
    assert redemptions(orders, {"A", "C"}) == {"A": 1, "C": 0}


def test_the_average_is_weighed_by_time_and_leaves_the_unknown_out():
    samples = [ViewerSample("live", T0 + 10_000, 100), ViewerSample("live", T0 + 40_000, 400)]
    figures = viewer_figures(samples, T0, T0 + 50_000)
    assert figures.peak == 400
    assert figures.peak_at_ms == T0 + 40_000
    assert figures.average == (100 * 30 + 400 * 10) / 40


def test_channels_are_summed():
    samples = [ViewerSample("a", T0, 100), ViewerSample("b", T0, 50), ViewerSample("a", T0 + 10_000, 10)]
    figures = viewer_figures(samples, T0, T0 + 20_000)
    assert figures.peak == 150
    assert figures.average == (150 + 60) / 2


def test_no_samples_give_no_figures_and_never_zero():
    figures = viewer_figures([], T0, T0 + 1000)
    assert figures.now is None
    assert figures.average is None


def show_with_sales() -> Show:
    show = Show()
    show.do(cmd.NextItem())
    show.do(cmd.IssuePlannedPromo("promo-1", "i2"))
    show.append(ev.PromoConfirmed("promo-1", "s", show.now, show.now + 10 * MINUTE))
    show.pass_minutes(5)
    show.do(cmd.NextItem())
    show.pass_minutes(5)
    show.do(cmd.EndShow())
    return show


ORDERS = st.lists(
    st.builds(
        order,
        st.integers(1, 6),
        st.integers(0, 100_000),
        st.sampled_from([OrderStatus.PAID, OrderStatus.CANCELLED, OrderStatus.RETURNED]),
        codes=st.lists(st.sampled_from(["NORD20", "OTHER"]), unique=True),
        show=st.sampled_from(["show-1", ""]),
        at=st.integers(T0, T0 + 600_000),
    ),
    unique_by=lambda o: o.id,
    max_size=6,
)
SAMPLES = st.lists(
    st.builds(ViewerSample, st.just("live"), st.integers(T0 - 1000, T0 + 700_000), st.integers(0, 9999)),
    unique_by=lambda s: s.at_ms,
    max_size=8,
)


@given(ORDERS, SAMPLES, st.randoms(use_true_random=False))
def test_order_and_duplication_of_what_comes_in_never_change_a_figure(orders, samples, rng: random.Random):
    state = show_with_sales().state
    once = show_figures(state, orders, samples, [], state.ended_at_ms)
    again = [*orders, *rng.sample(orders, len(orders))]
    rng.shuffle(again)
    mixed = rng.sample(samples, len(samples))
    assert show_figures(state, again, mixed, [], state.ended_at_ms) == once


def test_a_newer_revision_of_an_order_replaces_the_older():
    state = show_with_sales().state
    newer = order(1, status=OrderStatus.CANCELLED, revision=2)
    for pair in ([order(1), newer], [newer, order(1)]):
        assert show_figures(state, pair, [], [], state.ended_at_ms).own.orders == 0


def test_each_product_gets_its_minutes_and_its_revenue():
    state = show_with_sales().state
    figures = show_figures(state, [order(1, total=4000)], [], [], state.ended_at_ms)
    first = figures.products[0]
    assert (first.product_id, first.on_air_ms, first.units) == ("p1", 5 * MINUTE, 2)
    assert first.revenue_per_minute == eur(800)
    assert figures.conversion is None
    assert len(own_orders(state, [order(1)])) == 1
