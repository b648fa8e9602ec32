"""What would go wrong with a planned code is found before the show: at the shop, in its window, with its price."""

import itertools

import msgspec
import pytest
from hypothesis import given

from studio.domain import commands as cmd
from studio.domain.commands import Refused
from studio.domain.decide import decide
from studio.domain.lineup import ItemKind
from studio.domain.money import Money
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen, price_after
from studio.domain.promo_conflicts import Conflict, ConflictKind, PromoRules, by_plan, conflicts
from studio.domain.promo_plan import planned_codes, show_start
from studio.domain.show import ShowState
from tests.unit.domain.show_builder import MINUTE, T0, Show, item, plan
from tests.unit.domain.test_promo_plan import HOUR, START, at_time, dated, planned, shows


def product(number: int, price: int = 2000, low: int | None = 1900, currency: str = "EUR") -> Product:
    lowest = None if low is None else Money(low, currency)
    return Product(
        f"p{number}", 1, f"Product {number}", (Variant(f"v{number}", "", "", Money(price, currency), lowest),)
    )


WELL = {p.id: p for p in (product(1), product(2), product(3))}


def found(
    show: Show, kind: ConflictKind | None = None, products: dict[str, Product] | None = None, **more: object
) -> list[Conflict]:
    told = conflicts(show.state, show.now, WELL if products is None else products, **more)  # type: ignore[arg-type]
    return [c for c in told if kind is None or c.kind is kind]


def kinds(show: Show, **more: object) -> list[ConflictKind]:
    return [c.kind for c in found(show, **more)]  # type: ignore[arg-type]


def shop_wide(code: str, **changes: object) -> PromoPlan:
    return plan(code, scope=PromoScope.ALL, **changes)


def test_a_well_planned_show_has_no_conflicts():
    show = dated(
        planned(
            at_time("AFTER15", 16, minutes=3),
            shop_wide("REPLAY", at_end=True, hours_after_show=48),
            of_items=(plan("ONE", armed=True), plan("TWO", armed=True), plan("THREE", armed=True, minutes=5)),
        )
    )
    assert found(show, products={**WELL}) == []


# --- overlap ------------------------------------------------------------------------------------------------------


def test_two_codes_on_one_product_at_one_time_are_told_with_both_and_with_the_time():
    show = dated(
        planned(shop_wide("SHOP", after_start_ms=6 * MINUTE, minutes=6), of_items=(plan("ITEM", armed=True),))
    )
    (overlap,) = found(show)
    assert overlap.kind is ConflictKind.OVERLAP
    assert {overlap.plan_id, overlap.other_plan_id} == {"plan-ITEM", "plan-SHOP"}
    assert overlap.product_ids == ("p1",)
    assert (overlap.from_ms, overlap.until_ms) == (START + 6 * MINUTE, START + 10 * MINUTE)
    assert set(by_plan([overlap])) == {"plan-ITEM", "plan-SHOP"}
    assert not overlap.stops


def test_a_code_that_is_not_issued_because_its_item_is_skipped_meets_no_other():
    show = dated(
        planned(shop_wide("SHOP", after_start_ms=6 * MINUTE, minutes=6), of_items=(plan("ITEM", armed=True),))
    )
    owner = next(code.item_id for code in planned_codes(show.state, show.now) if code.plan.code == "ITEM")
    show.do(cmd.SkipItem(owner))
    assert found(show) == []
    show.do(cmd.SkipItem(owner, skip=False))
    assert [conflict.kind for conflict in found(show)] == [ConflictKind.OVERLAP]


def test_codes_of_two_products_one_behind_the_other_or_with_free_shipping_are_none():
    behind = dated(planned(at_time("ONE", 0, minutes=5), at_time("TWO", 5, minutes=5)))
    apart = dated(planned(of_items=(plan("ONE", after_start_ms=0), plan("TWO", after_start_ms=0))))
    shipping = dated(planned(at_time("ONE", 0), at_time("TWO", 0, kind=PromoKind.FREE_SHIPPING)))
    by_hand = dated(planned(shop_wide("ONE"), at_time("TWO", 0)))
    assert [found(show) for show in (behind, apart, shipping, by_hand)] == [[], [], [], []]


def test_without_a_date_windows_of_the_show_are_not_held_against_the_calendar():
    codes = (at_time("ONE", 0), shop_wide("TWO", until_ms=T0 + HOUR))
    assert kinds(planned(*codes)) == []
    assert ConflictKind.OVERLAP in kinds(dated(planned(*codes), T0))


# --- the code itself ----------------------------------------------------------------------------------------------


def test_a_code_that_is_planned_twice_or_was_issued_is_told_with_the_first():
    show = planned(shop_wide("NORD20", id="first"), shop_wide("NORD20", id="second"))
    (conflict,) = found(show)
    assert (conflict.kind, conflict.plan_id, conflict.other_plan_id) == (
        ConflictKind.REPEATED,
        "second",
        "first",
    )
    assert conflict.stops
    live = planned(shop_wide("NORD20"), started=True)
    live.do(cmd.IssuePromo("p", shop_wide("NORD20", id="on-the-spot")))
    assert kinds(live) == [ConflictKind.REPEATED]


def test_a_code_that_the_shop_or_another_show_has_is_told_until_it_is_ours():
    show = planned(shop_wide("NORD20"), shop_wide("FREE-ONE"), shop_wide("UNKNOWN"), started=True)
    taken = {"NORD20": True, "FREE-ONE": False, "UNKNOWN": None}
    others = {"FREE-ONE": "Summer Sale"}
    told = found(show, taken=taken, other_shows=others)
    assert [(c.kind, c.plan_id, c.other_show) for c in told] == [
        (ConflictKind.TAKEN, "plan-NORD20", ""),
        (ConflictKind.OTHER_SHOW, "plan-FREE-ONE", "Summer Sale"),
    ]
    show.do(cmd.IssuePromoPlan("promo", "plan-NORD20"))
    assert [c.kind for c in found(show, taken=taken)] == []


def test_a_field_that_cannot_be_so_says_why():
    (code,) = found(planned(shop_wide("with space")))
    assert (code.kind, code.field, code.stops) == (ConflictKind.FORM, "code", True)
    assert code.sentence.endswith(".")


def test_a_code_that_is_never_pinned_or_good_for_no_product_is_told():
    nowhere = planned(shop_wide("PIN", armed=True))
    assert kinds(nowhere) == [ConflictKind.NEVER_PINNED]
    talk = Show(item(1), item(2, ItemKind.TALK, plan("TALK", armed=True)), started=False)
    assert kinds(talk) == [ConflictKind.NO_PRODUCT]
    for_all = Show(item(1), item(2, ItemKind.TALK, shop_wide("TALK", armed=True)), started=False)
    assert kinds(for_all) == []
    by_sku = Show(item(1, promo=plan("SKU"), product_id="", sku="S-1"), started=False)
    assert kinds(by_sku) == []


def test_a_code_for_the_line_up_has_products_to_come_while_an_item_names_only_its_sku():
    code = plan("ALL-OF-IT", scope=PromoScope.LINEUP)
    to_come = Show(item(1, product_id="", sku="S-1"), item(2, ItemKind.TALK, code), started=False)
    assert kinds(to_come) == []
    only_talk = Show(item(1, ItemKind.TALK, code), started=False)
    assert kinds(only_talk) == [ConflictKind.NO_PRODUCT]
    of_another = Show(item(1, product_id="", sku="S-1"), item(2, ItemKind.TALK, plan("OWN")), started=False)
    assert kinds(of_another) == [ConflictKind.NO_PRODUCT]


# --- its window ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends", "kind"),
    [
        (START, START + HOUR, None),
        (None, START + HOUR, None),
        (START + HOUR, START + HOUR, ConflictKind.ENDS_FIRST),
        (T0 - 2 * HOUR, T0 - HOUR, ConflictKind.OVER),
        (None, T0, ConflictKind.OVER),
        (T0 + HOUR, START - HOUR, ConflictKind.ENDS_BEFORE_SHOW),
        (START - HOUR, START + HOUR, ConflictKind.BEFORE_SHOW),
        (START + 20 * MINUTE, START + HOUR, ConflictKind.AFTER_SHOW),
        (START, START + 20 * MINUTE + 48 * HOUR, None),
        (START, START + 20 * MINUTE + 48 * HOUR + 1, ConflictKind.AFTER_REPLAY),
    ],
)
def test_a_window_of_the_calendar_lies_within_show_and_replay(
    begins: int | None, ends: int, kind: ConflictKind | None
):
    show = dated(planned(shop_wide("DATE", from_ms=begins, until_ms=ends)))
    assert kinds(show) == ([] if kind is None else [kind])


def test_a_code_at_a_time_after_the_planned_end_is_never_issued():
    (conflict,) = found(planned(at_time("LATE", 20)))
    assert (conflict.kind, conflict.stops) == (ConflictKind.AFTER_SHOW, True)


def test_how_long_the_replay_is_can_be_set():
    show = planned(shop_wide("REPLAY", hours_after_show=25))
    assert kinds(show) == []
    assert kinds(show, rules=PromoRules(replay_ms=24 * HOUR)) == [ConflictKind.AFTER_REPLAY]


# --- its price ----------------------------------------------------------------------------------------------------


def test_a_price_below_the_floor_is_told_with_what_is_left():
    show = planned(of_items=(plan("HALF", percent=51),))
    (low,) = found(show)
    assert (low.kind, low.product_ids) == (ConflictKind.BELOW_FLOOR, ("p1",))
    assert (low.price_minor, low.after_minor, low.floor_minor) == (2000, 980, 1000)
    assert kinds(show, rules=PromoRules(floor_percent=0)) == []
    assert kinds(planned(of_items=(plan("HALF", percent=50),))) == []


def test_a_code_for_the_line_up_names_the_product_that_it_hits_worst():
    cheap = {**WELL, "p3": product(3, price=300)}
    show = planned(plan("FIVE", kind=PromoKind.FIXED, amount_minor=299, scope=PromoScope.LINEUP))
    (low,) = found(show, products=cheap)
    assert (low.kind, low.product_ids, low.after_minor) == (ConflictKind.BELOW_FLOOR, ("p3",), 1)


@pytest.mark.parametrize("changes", [{"percent": 100}, {"kind": PromoKind.FIXED, "amount_minor": 2000}, {"kind": PromoKind.FIXED, "amount_minor": 2500}])  # fmt: skip
def test_nothing_is_given_away_unseen(changes: dict[str, object]):
    (free,) = found(planned(of_items=(plan("GIFT", **changes),)))
    assert free.kind is ConflictKind.FREE
    assert free.after_minor is not None
    assert free.after_minor <= 0


def test_a_reduction_without_a_30_day_price_is_told_and_free_shipping_is_no_reduction():
    unknown = {**WELL, "p2": product(2, low=None)}
    show = planned(plan("SHOW", scope=PromoScope.LINEUP))
    (claim,) = found(show, products=unknown)
    assert (claim.kind, claim.product_ids) == (ConflictKind.NO_LOWEST_PRICE, ("p2",))
    shipping = planned(plan("POST", scope=PromoScope.LINEUP, kind=PromoKind.FREE_SHIPPING))
    assert found(shipping, products=unknown) == []


def test_prices_of_another_currency_are_not_reckoned_with():
    foreign = {"p1": product(1, currency="JPY")}
    assert found(planned(of_items=(plan("HALF", percent=90),)), products=foreign) == []


def test_nothing_is_wrong_any_more_with_a_show_that_is_over():
    show = planned(shop_wide("with space"), started=True)
    show.do(cmd.EndShow())
    assert found(show) == []


# --- for any plan -------------------------------------------------------------------------------------------------


def overlapping(state: ShowState, now: int) -> set[frozenset[str]]:
    """Every pair, the plain way."""
    start = show_start(state, now)
    codes = planned_codes(state, now)
    pairs: set[frozenset[str]] = set()
    for a, b in itertools.combinations(codes, 2):
        spans = []
        for c in (a, b):
            if c.starts_at_ms is not None and c.ends_at_ms is not None:
                absolute = c.plan.when is PromoWhen.ABSOLUTE
                spans.append((max(c.starts_at_ms, start) if absolute else c.starts_at_ms, c.ends_at_ms))
        if len(spans) < 2 or any(s >= e for s, e in spans) or a.dated != b.dated:
            continue
        both = a.products is None and b.products is None
        shares = both or (a.products or b.products or set()) & (b.products if b.products is not None else a.products or set())  # fmt: skip
        if a.products == frozenset() or b.products == frozenset():
            shares = False
        shipping = PromoKind.FREE_SHIPPING
        if (
            shares
            and a.plan.code.upper() != b.plan.code.upper()
            and (a.plan.kind is shipping) == (b.plan.kind is shipping)
            and max(s for s, _ in spans) < min(e for _, e in spans)
        ):
            pairs.add(frozenset({a.plan.id, b.plan.id}))
    return pairs


@given(shows())
def test_exactly_the_codes_that_meet_on_a_product_are_told_to_overlap(show: Show):
    told = [c for c in conflicts(show.state, show.now, {}) if c.kind is ConflictKind.OVERLAP]
    pairs = [frozenset({c.plan_id, c.other_plan_id}) for c in told]
    assert len(pairs) == len(set(pairs))
    assert set(pairs) == overlapping(show.state, show.now)


@given(shows())
def test_a_code_without_a_stopping_conflict_can_be_issued_and_one_with_a_wrong_field_cannot(show: Show):
    told = by_plan(conflicts(show.state, show.now, {}))
    show.do(cmd.StartShow())
    for each, of in show.state.promo_plans:
        command = cmd.IssuePlannedPromo("promo", of.id) if of else cmd.IssuePromoPlan("promo", each.id)
        alone = msgspec.structs.replace(show.state, promos={})
        refused = _try(alone, command, show.now)
        stopping = {c.kind for c in told.get(each.id, ()) if c.stops}
        if ConflictKind.FORM in stopping:
            assert refused is not None
        if not stopping:
            assert refused is None, refused


def _try(state: ShowState, command: cmd.Command, now: int) -> Refused | None:
    answer = decide(state, command, now)
    return answer if isinstance(answer, Refused) else None


@given(shows())
def test_what_a_code_leaves_of_a_price_is_what_is_said_everywhere_else(show: Show):
    for conflict in conflicts(show.state, show.now, WELL, PromoRules(floor_percent=100)):
        if conflict.kind is ConflictKind.BELOW_FLOOR:
            each = next(p for p, _ in show.state.promo_plans if p.id == conflict.plan_id)
            if 0 <= each.percent <= 100:
                left = price_after(Money(conflict.price_minor or 0, "EUR"), each)
                assert left.amount_minor == conflict.after_minor
