"""The figures: the same orders and samples give the same figures, in whatever order and however often they come."""

import random

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.audience import ViewerSample, ViewerTimeline, viewer_figures
from studio.domain.kpi import (
    ChatCount,
    GoalKind,
    against_goals,
    change,
    own_orders,
    redemptions,
    sales,
    show_figures,
    unanswered,
)
from studio.domain.money import CurrencyMismatch, Money
from studio.domain.order import REPLAY_MS, Order, OrderLine, OrderStatus, belongs_to_show, last_touched
from studio.domain.plan import CostLine, Goals
from studio.domain.question import Question
from studio.domain.show import fold
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


CHANNELLED = st.lists(
    st.builds(
        ViewerSample,
        st.sampled_from(["live", "other"]),
        st.integers(T0 - 1000, T0 + 700_000),
        st.integers(0, 9999),
    ),
    unique_by=lambda s: (s.channel, s.at_ms),
    max_size=12,
)
QUESTIONS = st.lists(
    st.builds(
        lambda n, at, asked, gone: Question(
            f"q{n}",
            "show-1",
            f"How about {n}?",
            "Ann",
            "live",
            f"m{n}",
            at,
            at,
            asked,
            ("live",),
            withdrawn=gone,
        ),
        st.integers(1, 99),
        st.integers(T0, T0 + 700_000),
        st.integers(1, 9),
        st.booleans(),
    ),
    unique_by=lambda q: q.id,
    max_size=6,
)


@given(ORDERS, CHANNELLED, QUESTIONS, st.randoms(use_true_random=False))
def test_nothing_of_a_show_hangs_on_what_came_when_or_twice(orders, samples, questions, rng: random.Random):
    """Orders twice, samples of all channels twice, questions in any order, and a log that was read twice."""
    show = show_with_sales()
    state = show.state
    links = {"link-1": "live", "link-2": "other"}
    linked = [msgspec.structs.replace(o, link_id=rng.choice(["link-1", "link-2", ""])) for o in orders]
    chat = {"live": ChatCount(9, 3, 2)}
    once = show_figures(state, linked, samples, questions, state.ended_at_ms, chat=chat, links=links)
    again = rng.sample(linked + linked, 2 * len(linked))
    twice = [entry for logged in show.log for entry in (logged, logged)]
    folded = fold("show-1", [*twice, *rng.sample(show.log, len(show.log))])
    mixed = rng.sample(samples + samples, 2 * len(samples))
    asked = rng.sample(questions, len(questions))
    assert show_figures(folded, again, mixed, asked, state.ended_at_ms, chat=chat, links=links) == once


def brute(samples, start, end):
    """Peak and mean by going through every millisecond."""
    totals = []
    for at in range(start, end):
        now = {s.channel: s.viewers for s in sorted(samples, key=lambda s: s.at_ms) if s.at_ms <= at}
        if now:
            totals.append(sum(now.values()))
    return sum(totals) / len(totals) if totals else None


@given(
    st.lists(
        st.builds(ViewerSample, st.sampled_from("ab"), st.integers(-5, 30), st.integers(0, 99)),
        unique_by=lambda s: (s.channel, s.at_ms),
        max_size=10,
    ),
    st.integers(0, 10),
    st.integers(1, 20),
)
def test_a_timeline_says_of_any_stretch_what_every_moment_of_it_says(samples, start, length):
    timeline = ViewerTimeline(samples)
    mean = brute(samples, start, start + length)
    if mean is not None:
        assert timeline.figures(start, start + length).average == pytest.approx(mean)
    points = timeline.points(start, start + length)
    assert [at for at, _ in points] == sorted({at for at, _ in points})
    assert all(timeline.at(at) == viewers for at, viewers in points[:-1])


def ended_show():
    show = show_with_sales()
    goals = Goals(peak_viewers=200, orders=4, revenue_minor=10_000, costs=(CostLine("Staff", 1_000),))
    show.append(ev.GoalsSet(goals, Goals()))
    return show.state


def test_what_was_sold_in_the_replay_is_told_apart_and_counts_for_the_show():
    state = ended_show()
    end = state.ended_at_ms
    late = [
        order(1, at=end),
        order(2, at=end + 1),
        order(3, at=end + 3_600_000),
        order(4, at=end + 3_600_001),
    ]
    figures = show_figures(state, late, [], [], end, replay_ms=3_600_000)
    assert (figures.on_air.orders, figures.replay.orders, figures.own.orders) == (1, 2, 3)
    running = msgspec.structs.replace(state, ended_at_ms=None)
    assert show_figures(running, late, [], [], end).replay is None


def test_cost_and_goals_are_set_against_what_was_reached():
    state = ended_show()
    figures = show_figures(state, [order(1), order(2, refunded=500)], [ViewerSample("live", T0, 100)], [], T0)
    assert figures.cost == eur(1_000)
    assert figures.roi == 0.5
    reached = {g.kind: (g.goal, g.value, g.share) for g in against_goals(state.goals, figures)}
    assert reached == {
        GoalKind.PEAK_VIEWERS: (200, 100, 0.5),
        GoalKind.ORDERS: (4, 2, 0.5),
        GoalKind.REVENUE: (10_000, 2_000, 0.2),
    }
    assert (change(150, 100), change(1, 0), change(None, 3)) == (0.5, None, None)


def test_what_nobody_tells_is_not_known_and_never_0():
    figures = show_figures(show_with_sales().state, [], [], [], T0)
    for name in (
        "unique_viewers", "average_watch_ms", "chat_messages", "chat_rate", "chatters", "engagement", "viewer_conversion",
        "revenue_per_viewer_minute", "cost", "roi", "sessions", "conversion", "add_to_carts",
    ):  # fmt: skip
        assert getattr(figures, name) is None, name
    (channel,) = figures.channels
    assert (channel.peak, channel.messages, channel.sessions, channel.orders) == (None, None, None, None)
    assert {(p.clicks, p.add_to_carts) for p in figures.products} == {(None, None)}


def test_a_shop_that_counts_visits_but_not_by_product_tells_no_clicks():
    state = show_with_sales().state
    told = {"sessions": 9, "add_to_carts": 0, "sessions_by_product": {}, "add_to_carts_by_product": {}}
    assert {(p.clicks, p.add_to_carts) for p in show_figures(state, [], [], [], T0, **told).products} == {
        (None, 0)
    }
    told |= {"sessions_by_product": {"p1": 9}}
    assert show_figures(state, [], [], [], T0, **told).products[0].clicks == 9


def test_each_channel_has_its_own_viewers_messages_and_orders():
    state = show_with_sales().state
    samples = [
        ViewerSample("live", T0, 100),
        ViewerSample("other", T0 + 1_000, 40),
        ViewerSample("live", T0 + 2_000, 60),
    ]
    orders = [
        order(1, link_id="a"),
        order(2, link_id="b", refunded=300),
        order(3, link_id="b", status=OrderStatus.CANCELLED),
    ]
    figures = show_figures(
        state,
        orders,
        samples,
        [],
        T0,
        chat={"live": ChatCount(20, 4, 1)},
        links={"a": "live", "b": "stage", "c": "x"},
    )
    rows = {c.channel: (c.peak, c.messages, c.chatters, c.orders, c.revenue) for c in figures.channels}
    assert rows == {
        "live": (100, 20, 4, 1, eur(1_000)),
        "other": (40, None, None, None, None),
        "stage": (None, None, None, 1, eur(700)),
    }
    assert figures.viewers.peak == 140
    assert (figures.chat_messages, figures.chatters, figures.engagement) == (20, 4, 4 / 140)
    assert figures.chat_rate == 20 / 10
    assert figures.viewer_conversion == 2 / 140


def test_questions_without_an_answer_are_told_those_asked_most_first():
    state = show_with_sales().state
    found = [
        Question(
            f"q{n}",
            "show-1",
            "How?",
            "Ann",
            "live",
            f"m{n}",
            T0 + n,
            T0 + n,
            asked,
            ("live",),
            withdrawn=gone,
        )
        for n, asked, gone in ((1, 2, False), (2, 7, False), (3, 9, True), (4, 7, False))
    ]
    assert [q.id for q in unanswered(state, found)] == ["q2", "q4", "q1"]
    assert show_figures(state, [], [], found, T0).questions.open == 3
