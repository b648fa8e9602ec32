"""Advice is given where the figures carry it, with its numbers, and nowhere else."""

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain.advice import Advice, AdviceKind
from studio.domain.advising import advise, pieces_at
from studio.domain.audience import ViewerSample
from studio.domain.kpi import show_figures
from studio.domain.lineup import ItemKind
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.promo import PromoCode, PromoKind, PromoRecord, PromoScope
from studio.domain.question import Question
from studio.domain.show_state import Run, ShowPhase, ShowState
from tests.unit.domain.show_builder import MINUTE, T0, item

LENGTH = 40


def a_show(**changes) -> ShowState:
    """Four items of ten minutes each."""
    items = tuple(item(n, planned_ms=10 * MINUTE) for n in range(1, 5))
    runs = tuple(Run(f"i{n}", f"p{n}", T0 + (n - 1) * 10 * MINUTE, T0 + n * 10 * MINUTE) for n in range(1, 5))
    fields = {
        "seq": 9, "title": "Live", "phase": ShowPhase.ENDED, "started_at_ms": T0, "ended_at_ms": T0 + LENGTH * MINUTE,
        "planned_ms": LENGTH * MINUTE, "items": items, "runs": runs,
    }  # fmt: skip
    return ShowState("show-1", **{**fields, **changes})


def sold(
    product: int, minute: float, pieces: int = 1, price: int = 1_000, code: str = "", off: int = 0
) -> Order:
    n = f"{product}-{minute}-{pieces}-{code}"
    total = Money(price * pieces - off, "EUR")
    line = OrderLine(f"v{product}", f"p{product}", pieces, total)
    return Order(
        n, n, 1, T0 + round(minute * MINUTE), OrderStatus.PAID, (line,), total, Money(0, "EUR"), Money(off, "EUR"),
        (code,) if code else (), link_show_id="show-1",
    )  # fmt: skip


def evenly(product: int, from_min: int, to_min: int, each: int = 1, **more) -> list[Order]:
    return [sold(product, m + 0.5, each, **more) for m in range(from_min, to_min)]


def everywhere(**more) -> list[Order]:
    return [o for n in range(4) for o in evenly(n + 1, n * 10, n * 10 + 10, **more)]


def steady(viewers: int = 500, to_min: int = LENGTH) -> list[ViewerSample]:
    return [ViewerSample("live", T0 + m * MINUTE, viewers) for m in range(to_min + 1)]


def advice(state, orders=(), samples=(), questions=(), sold_out=None, **more) -> dict[AdviceKind, Advice]:
    figures = show_figures(state, orders, samples, questions, T0, sold_out=sold_out)
    found = advise(state, figures, samples, orders, questions, **more)
    assert len({(a.kind, a.subject) for a in found}) == len(found)
    return {a.kind: a for a in found}


def promo(code: str, from_min: float, to_min: float, product: int = 2) -> dict[str, PromoRecord]:
    start, end = T0 + round(from_min * MINUTE), T0 + round(to_min * MINUTE)
    made = PromoCode(
        f"promo-{code}", code, PromoKind.PERCENT, 10, 0, "EUR", PromoScope.PRODUCT, (f"p{product}",), start, end,
        None, 1, item_id=f"i{product}",
    )  # fmt: skip
    return {made.id: PromoRecord(made, end, "s", start, end)}


def test_an_ordinary_show_gets_no_advice():
    assert advice(a_show(), everywhere(), steady()) == {}


def test_a_show_without_any_figures_gets_none():
    assert advice(a_show()) == {}


def test_a_show_that_is_on_air_gets_none_yet():
    running = a_show(phase=ShowPhase.ON_AIR, ended_at_ms=None)
    assert advice(running, everywhere() + evenly(2, 10, 20, 9), steady()) == {}


def test_what_sold_out_early_would_have_sold_as_much_for_the_rest_of_its_time():
    orders = [sold(2, 10.5, 6), sold(2, 11.5, 6)]
    gone = {"p2": T0 + 12 * MINUTE}
    found = advice(a_show(), orders, sold_out=gone, left_at_start={"p2": 12})[AdviceKind.SOLD_OUT_EARLY]
    assert found == Advice(AdviceKind.SOLD_OUT_EARLY, "Item 2", 60, 12, "i2", T0 + 12 * MINUTE)


@pytest.mark.parametrize(
    ("orders", "at_min"),
    [([sold(2, 10.5, 4)], 12), ([sold(2, 10.5, 9)], 10.2), ([sold(2, 12.5, 9)], 19.5), ([sold(2, 5, 9)], 6)],
    ids=["too few sold", "gone at once", "at the end of its time", "before it was on air"],
)
def test_too_little_was_sold_before_to_say_what_would_have_been(orders, at_min):
    assert advice(a_show(), orders, sold_out={"p2": T0 + round(at_min * MINUTE)}) == {}


def test_the_item_that_earned_most_is_named_with_the_show_beside_it():
    orders = everywhere() + evenly(2, 10, 20, 4)
    found = advice(a_show(), orders)[AdviceKind.EARNED_MOST]
    assert (found.subject, found.value, found.other, found.item_id) == ("Item 2", 5_000, 2_000, "i2")


def test_few_orders_compare_no_items():
    assert advice(a_show(), evenly(2, 10, 20, 9)) == {}


def test_a_long_item_that_earned_little_is_to_be_halved_unless_it_had_sold_out():
    orders = everywhere()[:30]
    assert advice(a_show(), orders)[AdviceKind.EARNED_LEAST] == Advice(
        AdviceKind.EARNED_LEAST, "Item 4", 0, 10, "i4", minutes=5
    )
    assert AdviceKind.EARNED_LEAST not in advice(a_show(), orders, sold_out={"p4": T0 + 30 * MINUTE})


def fall(from_min: int, to_min: int, before: int = 500, after: int = 300) -> list[ViewerSample]:
    def at(m: int) -> int:
        if m <= from_min:
            return before
        return after if m >= to_min else before + (after - before) * (m - from_min) // (to_min - from_min)

    return [ViewerSample("live", T0 + m * MINUTE, at(m)) for m in range(LENGTH + 1)]


def test_the_item_that_lost_most_viewers_is_to_end_where_they_left():
    found = advice(a_show(), samples=fall(16, 20))[AdviceKind.VIEWERS_LOST]
    assert (found.subject, found.value, found.other, found.minutes) == ("Item 2", 0.4, 10, 8)


def test_a_talk_loses_viewers_too():
    talk = a_show(
        items=(*a_show().items[:1], item(2, ItemKind.TALK, planned_ms=10 * MINUTE), *a_show().items[2:]),
        runs=tuple(
            msgspec.structs.replace(r, product_id="" if r.item_id == "i2" else r.product_id)
            for r in a_show().runs
        ),
    )
    assert advice(talk, samples=fall(11, 20))[AdviceKind.VIEWERS_LOST].item_id == "i2"


@pytest.mark.parametrize(
    "samples",
    [fall(10, 20, 40, 10), fall(0, 40), fall(31, 40), [ViewerSample("live", T0, 500), ViewerSample("live", T0 + 20 * MINUTE, 200)]],
    ids=["few viewers", "evenly over the show", "at the end", "hardly any samples"],
)  # fmt: skip
def test_viewers_that_leave_otherwise_are_nobodys_fault(samples):
    assert AdviceKind.VIEWERS_LOST not in advice(a_show(), samples=samples)


def question(n: int, asked: int = 1, **more) -> Question:
    return Question(
        f"q{n}", "show-1", f"How about {n}?", "Ann", "live", f"m{n}", T0 + n, T0 + n, asked, **more
    )


def test_questions_left_open_are_counted_and_the_one_asked_most_is_named():
    found = advice(a_show(), questions=[question(1), question(2, 6), question(3, 9, withdrawn=True)])
    assert found == {
        AdviceKind.QUESTIONS_OPEN: Advice(AdviceKind.QUESTIONS_OPEN, "How about 2?", 2, 6, at_ms=T0 + 2)
    }


def test_a_code_that_nobody_used_before_many_viewers_is_named():
    found = advice(a_show(promos=promo("NORD20", 10, 20)), everywhere(), steady())
    assert found == {
        AdviceKind.CODE_UNUSED: Advice(AdviceKind.CODE_UNUSED, "NORD20", 0, 500, "i2", T0 + 10 * MINUTE)
    }
    assert advice(a_show(promos=promo("NORD20", 10, 20)), everywhere(), steady(30)) == {}
    assert advice(a_show(promos=promo("NORD20", 10, 11)), everywhere(), steady()) == {}
    assert advice(a_show(promos=promo("NORD20", 41, 50)), everywhere(), steady()) == {}


def test_a_code_that_sold_no_more_than_before_was_paid_for_nothing():
    orders = evenly(2, 10, 15, 3) + evenly(2, 15, 20, 2, code="NORD20", off=100)
    state = a_show(promos=promo("NORD20", 15, 20))
    found = advice(state, orders, steady())[AdviceKind.CODE_NEEDLESS]
    assert (found.subject, found.value, found.other) == ("NORD20", 500, 3.0)


def test_a_code_that_held_the_sales_with_half_the_viewers_was_not():
    orders = evenly(2, 10, 15, 3) + evenly(2, 15, 20, 3, code="NORD20", off=100)
    half = [s if s.at_ms < T0 + 15 * MINUTE else msgspec.structs.replace(s, viewers=250) for s in steady()]
    assert AdviceKind.CODE_NEEDLESS not in advice(a_show(promos=promo("NORD20", 15, 20)), orders, half)


def test_a_code_from_the_beginning_on_is_compared_with_nothing():
    orders = evenly(2, 10, 20, 3, code="NORD20", off=100)
    assert AdviceKind.CODE_NEEDLESS not in advice(a_show(promos=promo("NORD20", 10, 20)), orders, steady())


def test_a_show_that_lasted_longer_says_how_many_were_left():
    long = a_show(planned_ms=30 * MINUTE)
    found = advice(long, samples=fall(30, 39, 500, 200))[AdviceKind.OVER_TIME]
    assert (found.value, found.other) == (10 * MINUTE, 0.4)
    assert advice(long)[AdviceKind.OVER_TIME].other is None
    assert advice(a_show(planned_ms=36 * MINUTE)) == {}


ORDERS = st.lists(
    st.builds(
        sold, st.integers(1, 5), st.floats(-5, 60), st.integers(1, 9), code=st.sampled_from(["", "NORD20"])
    ),
    max_size=40,
    unique_by=lambda o: o.id,
)
SAMPLES = st.lists(
    st.builds(ViewerSample, st.just("live"), st.integers(T0 - 10, T0 + 50 * MINUTE), st.integers(0, 900)),
    max_size=20,
    unique_by=lambda s: s.at_ms,
)


@given(
    ORDERS,
    SAMPLES,
    st.dictionaries(st.sampled_from(["p1", "p2", "p9"]), st.integers(T0, T0 + 45 * MINUTE)),
    st.randoms(),
)
def test_whatever_comes_every_number_is_one_and_the_order_of_coming_changes_nothing(
    orders, samples, gone, rng
):
    state = a_show(promos=promo("NORD20", 12, 17), planned_ms=20 * MINUTE)
    found = advice(state, orders, samples, sold_out=gone)
    mixed = rng.sample(orders, len(orders)) + orders
    assert advice(state, mixed, rng.sample(samples, len(samples)), sold_out=gone) == found
    for each in found.values():
        assert each.value >= 0
        assert each.kind is AdviceKind.OVER_TIME or each.subject
        if each.kind is AdviceKind.SOLD_OUT_EARLY:
            assert each.value > each.other > 0
        if each.kind is AdviceKind.VIEWERS_LOST:
            assert 0.15 <= each.value <= 1
        if each.minutes is not None:
            assert 1 <= each.minutes < each.other


@given(SAMPLES)
def test_samples_alone_never_speak_of_sales(samples):
    about = advice(a_show(), samples=samples)
    assert about.keys() <= {AdviceKind.VIEWERS_LOST}


def test_the_pieces_at_a_moment_are_those_of_all_variants_as_they_stood_then():
    history = [(1, "a", 5), (2, "b", 7), (4, "a", 3), (9, "b", 0)]
    owners = {"a": "p1", "b": "p1", "c": "p2"}
    assert pieces_at(5, history, owners) == {"p1": 10}
    assert pieces_at(0, history, owners) == {}
