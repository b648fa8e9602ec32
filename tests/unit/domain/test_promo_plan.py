"""A producer sees when each planned code runs, and it is issued then: by a pin, by the clock, or with the end of the show."""

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain import commands as cmd
from studio.domain import effects as fx
from studio.domain import events as ev
from studio.domain.commands import Refused
from studio.domain.decide import decide
from studio.domain.lineup import ItemKind
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.domain.promo_plan import (
    PlannedCode,
    codes_of_show,
    field_problems,
    held_by_skip,
    planned_codes,
    timed,
    timed_id,
)
from tests.unit.domain.show_builder import MINUTE, T0, Show, item, plan

HOUR = 60 * MINUTE
START = T0 + 24 * HOUR


def dated(show: Show, starts_at_ms: int = START) -> Show:
    show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, starts_at_ms=starts_at_ms)))
    return show


def planned(*codes: PromoPlan, of_items: tuple[PromoPlan | None, ...] = (), started: bool = False) -> Show:
    """A show of three items of five minutes and 20 minutes planned, with these codes."""
    plans = (*of_items, None, None, None)
    show = Show(item(1, promo=plans[0]), item(2, promo=plans[1]), item(3, promo=plans[2]), started=started)
    show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, planned_ms=20 * MINUTE)))
    show.do(cmd.PlanPromos(codes))
    return show


def windows(show: Show) -> dict[str, tuple[int | None, int | None]]:
    return {c.plan.code: (c.starts_at_ms, c.ends_at_ms) for c in planned_codes(show.state, show.now)}


def at_time(code: str = "AFTER10", after: int = 10, **changes: object) -> PromoPlan:
    return plan(code, after_start_ms=after * MINUTE, scope=PromoScope.ALL, **changes)


def test_each_kind_of_window_is_reckoned_from_the_start_of_the_show():
    show = dated(
        planned(
            plan("HAND", scope=PromoScope.ALL),
            plan("REPLAY", scope=PromoScope.ALL, hours_after_show=48),
            at_time("AFTER10", 10),
            plan("END", scope=PromoScope.LINEUP, at_end=True, hours_after_show=24),
            plan("DATE", scope=PromoScope.ALL, from_ms=START + MINUTE, until_ms=START + 5 * MINUTE),
            plan("FROM-START", scope=PromoScope.ALL, until_ms=START + HOUR),
            of_items=(None, plan("PIN", armed=True)),
        )
    )
    end = START + 20 * MINUTE
    assert windows(show) == {
        "PIN": (START + 5 * MINUTE, START + 15 * MINUTE),
        "HAND": (None, None),
        "REPLAY": (None, end + 48 * HOUR),
        "AFTER10": (START + 10 * MINUTE, START + 20 * MINUTE),
        "END": (end, end + 24 * HOUR),
        "DATE": (START + MINUTE, START + 5 * MINUTE),
        "FROM-START": (START, START + HOUR),
    }
    assert all(code.dated for code in planned_codes(show.state, show.now))


def test_a_code_moves_with_its_item():
    show = dated(planned(of_items=(None, plan("PIN", armed=True))))
    show.do(cmd.MoveItem("i2", 0))
    assert windows(show)["PIN"][0] == START


def test_without_a_date_only_windows_of_the_calendar_are_of_the_calendar():
    show = planned(at_time(), plan("DATE", scope=PromoScope.ALL, until_ms=START))
    assert [(c.plan.code, c.dated) for c in planned_codes(show.state, T0)] == [
        ("AFTER10", False),
        ("DATE", True),
    ]


def test_what_was_issued_has_the_window_that_was_decided():
    show = planned(plan("HAND", scope=PromoScope.ALL), started=True)
    show.pass_minutes(3)
    assert show.do(cmd.IssuePromoPlan("promo-1", "plan-HAND")) is None
    show.do(cmd.ExtendPromo("promo-1", 5 * MINUTE))
    (code,) = planned_codes(show.state, show.now)
    assert (code.starts_at_ms, code.ends_at_ms) == (T0 + 3 * MINUTE, T0 + 18 * MINUTE)
    assert code.record is not None


def test_what_a_code_is_good_for_is_known_before_it_is_issued():
    show = planned(
        plan("SHOP", scope=PromoScope.ALL),
        plan("SHOW", scope=PromoScope.LINEUP),
        of_items=(plan("ITEM"),),
    )
    found = {c.plan.code: c.products for c in planned_codes(show.state, T0)}
    assert found == {"ITEM": {"p1"}, "SHOP": None, "SHOW": {"p1", "p2", "p3"}}


def usable(show: Show) -> dict[str, list[str]]:
    return {i: [p.code for p in plans] for i, plans in codes_of_show(show.state, show.now).items()}


def test_which_codes_of_the_show_can_be_used_while_an_item_is_on_air_follows_from_their_windows():
    wide = PromoScope.ALL
    show = dated(
        planned(
            at_time("SIX", 6, minutes=2),
            plan("HAND", scope=PromoScope.LINEUP),
            plan("REPLAY", scope=wide, at_end=True, hours_after_show=48),
            plan("DATE", scope=wide, until_ms=START + 5 * MINUTE),
            plan("NO-ITEM"),
            of_items=(plan("OWN", armed=True), None, plan("LAST", armed=True, scope=PromoScope.LINEUP)),
        )
    )
    assert usable(show) == {"i1": ["HAND", "DATE"], "i2": ["SIX", "HAND"], "i3": ["LAST", "HAND"]}
    show.do(cmd.StartShow())
    show.do(cmd.SkipItem("i3"))
    assert "LAST" not in usable(show)["i3"], "what is skipped is never pinned"


@pytest.mark.parametrize(
    ("code", "held"),
    [
        (plan("PIN", armed=True), True),
        (plan("PIN", armed=True, scope=PromoScope.ALL), True),
        (plan("TIME", after_start_ms=HOUR), True),
        (plan("END", at_end=True), True),
        (plan("DATE", until_ms=T0 + HOUR), True),
        (plan("TIME", after_start_ms=HOUR, scope=PromoScope.LINEUP), False),
        (plan("HAND"), False),
    ],
)
def test_a_code_waits_for_a_skipped_item_with_which_it_begins_or_whose_product_it_is_for(
    code: PromoPlan, held: bool
):
    show = planned(of_items=(None, code), started=True)

    def is_held() -> bool:
        (found,) = planned_codes(show.state, show.now)
        return held_by_skip(show.state, found)

    assert not is_held()
    show.do(cmd.SkipItem("i2"))
    assert is_held() is held
    show.do(cmd.SkipItem("i2", skip=False))
    assert not is_held()


def test_without_a_date_a_window_of_the_calendar_meets_no_item():
    show = planned(plan("DATE", scope=PromoScope.ALL, until_ms=T0 + HOUR), at_time("AT", 0))
    assert usable(show) == {"i1": ["AT"], "i2": ["AT"]}


# --- issued by the clock ------------------------------------------------------------------------------------------


def test_only_codes_of_a_time_are_issued_by_the_clock_the_earliest_first():
    codes = (
        plan("HAND", scope=PromoScope.ALL),
        plan("END", scope=PromoScope.ALL, at_end=True),
        at_time("AFTER10", 10),
        plan("DATE", scope=PromoScope.ALL, from_ms=T0 + 5 * MINUTE, until_ms=T0 + HOUR),
        plan("EARLY", scope=PromoScope.ALL, from_ms=T0 - HOUR, until_ms=T0 + HOUR),
    )
    assert timed(planned(*codes).state) == ()
    show = planned(*codes, of_items=(plan("PIN", armed=True),), started=True)
    assert [(d.plan.code, d.at_ms - T0, d.until_ms - T0) for d in timed(show.state)] == [
        ("EARLY", 0, HOUR),
        ("DATE", 5 * MINUTE, HOUR),
        ("AFTER10", 10 * MINUTE, 20 * MINUTE),
    ]


def test_what_was_issued_by_hand_or_taken_back_is_not_issued_by_the_clock():
    show = planned(at_time("ONE"), at_time("TWO"), started=True)
    show.do(cmd.IssuePromoPlan("by-hand", "plan-ONE"))
    assert [d.plan.code for d in timed(show.state)] == ["TWO"]
    show.do(cmd.IssuePromoPlan(timed_id(show.state, at_time("TWO")), "plan-TWO"))
    show.do(cmd.Undo())
    assert timed(show.state) == ()
    show.do(cmd.Undo())
    assert [d.plan.code for d in timed(show.state)] == ["ONE"], (
        "the host's own key was taken back, not the clock's"
    )


def test_a_show_that_is_over_issues_nothing_any_more():
    show = planned(at_time(), started=True)
    show.do(cmd.EndShow())
    assert timed(show.state) == ()


# --- issued by a pin ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", PromoScope)
def test_an_armed_code_is_issued_with_its_item_and_once(scope: PromoScope):
    show = planned(of_items=(None, plan("PIN", armed=True, scope=scope)), started=True)
    show.do(cmd.PinItem("i2"))
    (record,) = show.state.promos.values()
    assert (record.promo.code, record.promo.item_id, record.promo.starts_at_ms) == ("PIN", "i2", T0)
    show.do(cmd.NextItem())
    show.do(cmd.PinItem("i2"))
    assert len(show.state.promos) == 1


# --- issued with the end ------------------------------------------------------------------------------------------


def ended(*codes: PromoPlan, at_minute: int = 20, of_items: tuple[PromoPlan | None, ...] = ()) -> Show:
    show = planned(*codes, of_items=of_items, started=True)
    show.do(cmd.NextItem())
    show.pass_minutes(at_minute)
    assert show.do(cmd.EndShow()) is None
    return show


def test_a_code_for_the_end_goes_to_the_shop_with_the_end_and_lasts_from_then():
    show = ended(
        plan("REPLAY", scope=PromoScope.LINEUP, at_end=True, hours_after_show=24),
        plan("LAST-CALL", scope=PromoScope.ALL, at_end=True, minutes=30),
        of_items=(plan("ITEM-END", at_end=True),),
    )
    made = {e.action.promo.code: e for e in show.effects if isinstance(e.action, fx.CreatePromo)}
    lasts = {code: (e.action.promo.ends_at_ms - show.now) // MINUTE for code, e in made.items()}
    assert lasts == {"ITEM-END": 10, "REPLAY": 24 * 60, "LAST-CALL": 30}
    assert made["REPLAY"].action.promo.product_ids == ("p1", "p2", "p3")
    assert made["ITEM-END"].action.promo.product_ids == ("p1",)
    assert all(e.not_after_ms == e.action.promo.ends_at_ms for e in made.values())
    # What the shop answers to a show that is over is taken as ever.
    promo = made["REPLAY"].action.promo
    show.append(ev.PromoConfirmed(promo.id, "s", promo.starts_at_ms, promo.ends_at_ms))
    assert show.state.codes == {"REPLAY"}


@pytest.mark.parametrize("at_minute", [5, 20, 45])
def test_hours_after_the_show_count_from_its_real_end(at_minute: int):
    show = ended(plan("REPLAY", scope=PromoScope.ALL, at_end=True, hours_after_show=24), at_minute=at_minute)
    (record,) = show.state.promos.values()
    assert record.promo.ends_at_ms == T0 + at_minute * MINUTE + 24 * HOUR


def test_a_code_for_the_end_that_cannot_be_issued_does_not_keep_the_show_on_air():
    show = ended(
        plan("bad code", scope=PromoScope.ALL, at_end=True),
        plan("NOTHING", scope=PromoScope.PRODUCT, at_end=True),
        plan("GOOD", scope=PromoScope.ALL, at_end=True),
        plan("GOOD", id="twice", scope=PromoScope.ALL, at_end=True),
    )
    assert [r.promo.code for r in show.state.promos.values()] == ["GOOD"]


# --- fields -------------------------------------------------------------------------------------------------------


def test_each_wrong_field_is_told_by_its_name():
    wrong = plan("with space", percent=0, minutes=0, total_limit=0, per_customer_limit=0)
    assert set(field_problems(wrong)) == {"code", "value", "lasts", "total_limit", "per_customer_limit"}
    assert field_problems(plan()) == {}
    assert field_problems(plan(minutes=0, hours_after_show=48)) == {}
    assert field_problems(plan(minutes=0, until_ms=T0)) == {}


# --- for any plan -------------------------------------------------------------------------------------------------

MOMENTS = st.one_of(st.none(), st.integers(START - HOUR, START + 72 * HOUR))


@st.composite
def plans(draw: st.DrawFn, number: int) -> PromoPlan:
    """Any plan that a form could make, also a wrong one."""
    when = draw(st.sampled_from(PromoWhen))
    absolute = when is PromoWhen.ABSOLUTE
    return PromoPlan(
        id=f"plan-{number}",
        code=draw(st.sampled_from(["NORD20", "ELK-15", "ab", "SOLE9"])),
        kind=draw(st.sampled_from(PromoKind)),
        percent=draw(st.integers(0, 101)),
        amount_minor=draw(st.integers(-1, 5_000)),
        scope=draw(st.sampled_from(PromoScope)),
        minutes=draw(st.integers(0, 90)),
        hours_after_show=0 if absolute else draw(st.sampled_from([0, 0, 24, 72])),
        total_limit=draw(st.sampled_from([None, 0, 100])),
        armed=when is PromoWhen.ON_PIN,
        after_start_ms=draw(st.integers(0, 40)) * MINUTE if when is PromoWhen.AT_TIME else None,
        at_end=when is PromoWhen.AT_END,
        from_ms=draw(MOMENTS) if absolute else None,
        until_ms=draw(st.integers(START - HOUR, START + 72 * HOUR)) if absolute else None,
    )


@st.composite
def shows(draw: st.DrawFn) -> Show:
    """A planned show, with or without a date, with any codes on items and on the whole."""
    kinds = draw(st.lists(st.sampled_from(ItemKind), min_size=1, max_size=4))
    items = [item(n, kind, draw(st.one_of(st.none(), plans(n)))) for n, kind in enumerate(kinds)]
    show = Show(*items, started=False)
    if draw(st.booleans()):
        dated(show)
    whole = draw(st.integers(0, 4))
    assert show.do(cmd.PlanPromos(tuple(draw(plans(100 + n)) for n in range(whole)))) is None
    return show


@given(shows())
def test_every_plan_is_told_once_and_has_an_end_where_it_has_a_start(show: Show):
    found = planned_codes(show.state, show.now)
    assert [c.plan for c in found] == [p for p, _ in show.state.promo_plans]
    assert all(c.ends_at_ms is not None for c in found if c.starts_at_ms is not None)


@given(shows())
def test_a_pin_begins_when_its_item_is_planned_to(show: Show):
    def pins(now: int) -> dict[str, PlannedCode]:
        return {
            c.item_id: c for c in planned_codes(show.state, now) if c.plan.when is PromoWhen.ON_PIN and c.item
        }

    start = show.state.starts_at_ms or show.now
    at = start
    expected = {}
    for each in show.state.items:
        expected[each.id] = at
        at += each.planned_ms
    assert all(code.starts_at_ms == expected[item_id] for item_id, code in pins(show.now).items())


@given(shows(), st.integers(0, 120))
def test_what_the_clock_issues_can_be_issued_once_whatever_is_planned(show: Show, minutes: int):
    show.do(cmd.StartShow())
    show.pass_minutes(minutes)
    issued: set[str] = set()
    for due in timed(show.state):
        command = (
            cmd.IssuePlannedPromo(due.promo_id, due.item.id)
            if due.item
            else cmd.IssuePromoPlan(due.promo_id, due.plan.id)
        )
        if not isinstance(decide(show.state, command, show.now), Refused):
            show.do(command)
            issued.add(due.plan.id)
        assert isinstance(show.do(command), Refused)
    assert not issued & {due.plan.id for due in timed(show.state)}


def test_a_code_for_some_hours_after_a_show_without_a_planned_length_outlasts_its_items():
    show = Show(
        item(1, promo=plan("REPLAY", hours_after_show=2, after_start_ms=0)),
        item(2, planned_ms=55 * MINUTE),
        started=False,
    )
    show.do(cmd.ChangeShow(msgspec.structs.replace(show.state.details, planned_ms=0)))
    end = T0 + 60 * MINUTE
    (code,) = planned_codes(show.state, T0)
    assert code.ends_at_ms == end + 120 * MINUTE
    show.do(cmd.StartShow())
    (due,) = timed(show.state)
    assert due.until_ms == end + 120 * MINUTE
    show.pass_minutes(1)
    show.do(cmd.IssuePlannedPromo("replay", "i1"))
    assert show.state.promos["replay"].promo.ends_at_ms == end + 120 * MINUTE
