"""The checks before a show: each says what is open, of which item, and what mends it; what nobody knows is never well."""

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given

from studio.domain.checks import (
    Check,
    CheckKind,
    CheckState,
    Fix,
    Outside,
    Reach,
    ReadinessFacts,
    open_checks,
)
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.promo import PromoKind, PromoScope
from studio.domain.readiness import LITTLE_DISK, NO_DISK, STALE_MS, readiness
from studio.domain.show_state import ShowState
from studio.domain.stock_check import stock_rows
from tests.unit.domain.show_builder import item, plan

T0 = 1_790_000_000_000
WELL = ReadinessFacts(
    shop=Outside("Nordhus", Reach.WELL), shop_heard_ms=2_000, catalogue_read=True,
    channels=(Outside("YouTube", Reach.WELL, signed_in=True), Outside("Twitch", Reach.SILENT)),
    stages=(Outside("obs", Reach.WELL),), clock_known=True, clock_ahead_ms=200, disk_free_bytes=90_000_000_000,
    displays=2, promo_problems=(),
)  # fmt: skip


def product(n: int, price: int = 4900, low: int | None = 4700, active: bool = True) -> Product:
    variant = Variant(
        f"v{n}", f"SKU-{n}", "One", Money(price, "EUR"), None if low is None else Money(low, "EUR")
    )
    return Product(f"p{n}", 1, f"Item {n}", (variant,), active=active)


def check(
    kind: CheckKind, *items: LineUpItem, facts: ReadinessFacts = WELL, products: list[Product] | None = None,
    left: int | None = 100, planned_ms: int | None = None, promos: tuple = (),
) -> Check:  # fmt: skip
    checks = all_checks(
        *items, facts=facts, products=products, left=left, planned_ms=planned_ms, promos=promos
    )
    assert [each.kind for each in checks] == list(CheckKind), "every check stands in its place, each time"
    return next(each for each in checks if each.kind is kind)


def all_checks(
    *items: LineUpItem, facts: ReadinessFacts = WELL, products: list[Product] | None = None, left: int | None = 100,
    planned_ms: int | None = None, promos: tuple = (),
) -> tuple[Check, ...]:  # fmt: skip
    whole = sum(i.planned_ms for i in items) if planned_ms is None else planned_ms
    state = ShowState("show-1", 1, "Live", planned_ms=whole, items=items, planned_promos=promos)
    known = {p.id: p for p in (products if products is not None else [product(n) for n in range(1, 5)])}

    def levels_of(product_id: str) -> list[StockLevel]:
        found = known.get(product_id)
        if found is None or left is None:
            return []
        return [StockLevel(v.id, "Oslo", left, 0, 0, 1, T0) for v in found.variants]

    return readiness(state, known, stock_rows(items, known, levels_of), facts)


def test_a_show_with_everything_in_place_has_nothing_to_look_at() -> None:
    checks = all_checks(item(1, target_units=40, planned_price_minor=4900), item(2, ItemKind.TALK))
    assert open_checks(checks) == ()
    assert {each.state for each in checks} == {CheckState.OK}


def test_an_empty_line_up_is_trouble() -> None:
    found = check(CheckKind.LINE_UP)
    assert (found.state, found.fix) == (CheckState.TROUBLE, Fix.ADD_ITEMS)


@pytest.mark.parametrize(
    ("reach", "heard", "state", "fix"),
    [
        (Reach.WELL, 2_000, CheckState.OK, Fix.NONE),
        (Reach.WELL, STALE_MS + 1, CheckState.WARNING, Fix.REFRESH_STOCK),
        (Reach.CONNECTING, None, CheckState.CHECKING, Fix.NONE),
        (Reach.DOWN, 90_000, CheckState.TROUBLE, Fix.SHOPS),
        (Reach.ASKING, None, CheckState.TROUBLE, Fix.SHOPS),
        (Reach.OFF, None, CheckState.TROUBLE, Fix.SHOPS),
    ],
)
def test_the_shop_has_to_answer_and_its_stock_to_be_fresh(
    reach: Reach, heard: int | None, state: CheckState, fix: Fix
) -> None:
    facts = msgspec.structs.replace(WELL, shop=Outside("Nordhus", reach), shop_heard_ms=heard)
    found = check(CheckKind.SHOP, item(1), facts=facts)
    assert (found.state, found.fix) == (state, fix)


def test_items_that_the_shop_does_not_have_or_does_not_sell_are_named() -> None:
    found = check(CheckKind.ITEMS, item(1), item(2), item(3), products=[product(1), product(2, active=False)])
    assert found.state is CheckState.TROUBLE
    assert [(s.item_id, s.title) for s in found.subjects] == [("i3", "Item 3"), ("i2", "Item 2")]
    assert found.number == 1, "one is gone, the other off sale"


def test_while_the_shop_was_not_read_nobody_says_that_an_item_is_gone() -> None:
    facts = msgspec.structs.replace(WELL, shop=Outside("Nordhus", Reach.DOWN))
    assert check(CheckKind.ITEMS, item(3), products=[], facts=facts).state is CheckState.CHECKING


def test_while_the_catalogue_is_read_for_the_first_time_what_is_not_known_yet_is_waited_for() -> None:
    reading = msgspec.structs.replace(WELL, catalogue_read=False)
    coming = (item(1), item(3), item(2, product_id="", sku="S-2"))
    told = {c.kind: c for c in all_checks(*coming, products=[product(1)], facts=reading)}
    waiting = (CheckKind.ITEMS, CheckKind.SKUS, CheckKind.STOCK)
    assert {kind: told[kind].state for kind in waiting} == dict.fromkeys(waiting, CheckState.CHECKING)
    off_sale = check(CheckKind.ITEMS, item(1), item(3), products=[product(1, active=False)], facts=reading)
    assert (off_sale.state, [s.item_id for s in off_sale.subjects], off_sale.number) == (
        CheckState.TROUBLE,
        ["i1"],
        0,
    )


def test_an_sku_that_the_shop_does_not_know_is_trouble() -> None:
    found = check(CheckKind.SKUS, item(1), item(2, product_id="", sku="NOPE-1"))
    assert (found.state, found.subjects[0].sentence) == (CheckState.TROUBLE, "NOPE-1")


def test_a_price_that_changed_since_planning_is_shown_with_both_prices() -> None:
    found = check(
        CheckKind.PRICES, item(1, planned_price_minor=4500), item(2, planned_price_minor=4900), item(3)
    )
    assert (found.state, found.fix, found.count) == (CheckState.WARNING, Fix.TAKE_PRICES, 2)
    (subject,) = found.subjects
    assert (subject.before, subject.after) == (Money(4500, "EUR"), Money(4900, "EUR"))


def test_a_price_in_another_currency_is_not_held_against_the_planned_one() -> None:
    sold = product(1)
    abroad = msgspec.structs.replace(
        sold, variants=(msgspec.structs.replace(sold.variants[0], price=Money(51_900, "NOK")),)
    )
    found = check(CheckKind.PRICES, item(1, planned_price_minor=4900), products=[abroad])
    assert (found.state, found.fix, found.count) == (CheckState.OK, Fix.NONE, 0)


def test_a_show_price_that_the_shop_will_not_charge_is_shown() -> None:
    well = item(1, promo=plan(), show_price_minor=3920)
    wrong = item(2, promo=plan("TEA"), show_price_minor=3900)
    found = check(CheckKind.SHOW_PRICES, well, wrong)
    assert found.state is CheckState.WARNING
    assert [(s.item_id, s.after) for s in found.subjects] == [("i2", Money(3920, "EUR"))]


def test_a_code_of_the_whole_show_changes_the_price_of_what_is_on_air_while_it_can_be_used() -> None:
    now_on = plan("FIRST5", scope=PromoScope.ALL, percent=10, after_start_ms=0, minutes=5)
    items = (item(1, show_price_minor=4900), item(2, show_price_minor=4900))
    found = check(CheckKind.SHOW_PRICES, *items, promos=(now_on,))
    assert [(s.item_id, s.after) for s in found.subjects] == [("i1", Money(4410, "EUR"))], (
        "over before the second"
    )
    by_hand = msgspec.structs.replace(now_on, after_start_ms=None, scope=PromoScope.LINEUP)
    found = check(CheckKind.SHOW_PRICES, *items, promos=(by_hand,))
    assert [s.item_id for s in found.subjects] == ["i1", "i2"], "nobody knows when it is issued"
    told = check(CheckKind.SHOW_PRICES, item(1, show_price_minor=4410), promos=(by_hand,))
    assert told.state is CheckState.OK


def test_stock_below_the_target_and_sold_out_variants_are_named() -> None:
    found = check(CheckKind.STOCK, item(1, target_units=80), left=64)
    assert (found.state, found.fix) == (CheckState.WARNING, Fix.STOCK_CHECK)
    assert [(s.left, s.wanted) for s in found.subjects] == [(64, 80)]
    assert check(CheckKind.STOCK, item(1), left=0).state is CheckState.TROUBLE
    assert check(CheckKind.STOCK, item(1), left=None).fix is Fix.REFRESH_STOCK


def test_what_nobody_expects_to_be_sold_does_not_count_as_enough() -> None:
    found = check(CheckKind.STOCK, item(1, target_units=40), item(2), item(3), left=100)
    assert (found.state, found.count, found.number) == (CheckState.OK, 1, 2)


@pytest.mark.parametrize(
    ("problems", "state"),
    [(None, CheckState.CHECKING), ((), CheckState.OK), (("TEA overlaps NORD20.",), CheckState.WARNING)],
)
def test_planned_codes_are_well_only_once_they_were_looked_at(
    problems: tuple[str, ...] | None, state: CheckState
) -> None:
    facts = msgspec.structs.replace(WELL, promo_problems=problems)
    assert check(CheckKind.PROMOS, item(1, promo=plan()), facts=facts).state is state
    assert check(CheckKind.PROMOS, item(1), facts=facts).state is CheckState.OK


def test_a_planned_discount_needs_the_lowest_price_of_thirty_days() -> None:
    lacking = [product(1, low=None), product(2, low=None), product(3)]
    found = check(
        CheckKind.LOW_PRICE, item(1, promo=plan()), item(2), item(3, promo=plan("TEA")), products=lacking
    )
    assert [s.item_id for s in found.subjects] == ["i1"], "nothing is claimed of the second"
    whole = plan("LIVE14", scope=PromoScope.LINEUP)
    wide = check(CheckKind.LOW_PRICE, item(1), item(2), item(3), products=lacking, promos=(whole,))
    assert [s.item_id for s in wide.subjects] == ["i1", "i2"]
    free = plan("FREE", kind=PromoKind.FREE_SHIPPING, percent=0, scope=PromoScope.ALL)
    assert check(CheckKind.LOW_PRICE, item(1), products=lacking, promos=(free,)).state is CheckState.OK


def test_a_channel_that_nobody_signed_in_to_is_named() -> None:
    channels = (Outside("YouTube", Reach.CONNECTING, signed_in=False), Outside("Twitch", Reach.WELL))
    found = check(CheckKind.CHANNELS, item(1), facts=msgspec.structs.replace(WELL, channels=channels))
    assert (found.state, [s.title for s in found.subjects]) == (CheckState.WARNING, ["YouTube"])
    none = check(CheckKind.CHANNELS, item(1), facts=msgspec.structs.replace(WELL, channels=()))
    assert (none.state, none.fix) == (CheckState.WARNING, Fix.CHANNELS)


def test_a_stage_that_is_set_up_has_to_be_connected_and_one_that_is_not_used_is_fine() -> None:
    down = (Outside("obs", Reach.DOWN, "OBS does not answer."), Outside("overlay", Reach.OFF))
    found = check(CheckKind.STAGE, item(1), facts=msgspec.structs.replace(WELL, stages=down))
    assert (found.state, found.fix, [s.title for s in found.subjects]) == (
        CheckState.WARNING,
        Fix.STAGE,
        ["obs"],
    )
    assert (
        check(CheckKind.STAGE, item(1), facts=msgspec.structs.replace(WELL, stages=())).state is CheckState.OK
    )


@pytest.mark.parametrize(
    ("known", "ahead", "state"),
    [
        (True, 200, CheckState.OK), (True, None, CheckState.OK), (True, -200_000, CheckState.WARNING),
        (False, None, CheckState.WARNING),
    ],
)  # fmt: skip
def test_the_shops_time_has_to_be_known(known: bool, ahead: int | None, state: CheckState) -> None:
    facts = msgspec.structs.replace(WELL, clock_known=known, clock_ahead_ms=ahead)
    assert check(CheckKind.CLOCK, item(1), facts=facts).state is state


@pytest.mark.parametrize(
    ("planned", "state"),
    [(20, CheckState.OK), (19.5, CheckState.OK), (30, CheckState.WARNING), (15, CheckState.WARNING), (0, CheckState.OK)],
)  # fmt: skip
def test_the_line_up_has_to_fill_the_planned_length(planned: float, state: CheckState) -> None:
    items = [item(n) for n in (1, 2, 3, 4)]
    assert check(CheckKind.LENGTH, *items, planned_ms=round(planned * 60_000)).state is state


@pytest.mark.parametrize(
    ("free", "state"),
    [
        (LITTLE_DISK, CheckState.OK), (LITTLE_DISK - 1, CheckState.WARNING), (NO_DISK - 1, CheckState.TROUBLE),
        (None, CheckState.CHECKING),
    ],
)  # fmt: skip
def test_the_disk_has_to_hold_a_long_show(free: int | None, state: CheckState) -> None:
    facts = msgspec.structs.replace(WELL, disk_free_bytes=free)
    assert check(CheckKind.DISK, item(1), facts=facts).state is state


def test_one_display_is_enough_once_the_prompter_has_its_place() -> None:
    one = msgspec.structs.replace(WELL, displays=1)
    assert check(CheckKind.DISPLAY, item(1), facts=one).fix is Fix.PROMPTER
    placed = msgspec.structs.replace(one, prompter_placed=True)
    assert check(CheckKind.DISPLAY, item(1), facts=placed).state is CheckState.OK


outsides = st.builds(
    Outside, st.text(max_size=9), st.sampled_from(Reach), st.just(""), st.none() | st.booleans()
)
facts_of_all_kinds = st.builds(
    ReadinessFacts, shop=st.none() | outsides, shop_heard_ms=st.none() | st.integers(0, 10**7),
    channels=st.lists(outsides, max_size=3).map(tuple), stages=st.lists(outsides, max_size=2).map(tuple),
    clock_known=st.booleans(), clock_ahead_ms=st.none() | st.integers(-(10**6), 10**6),
    disk_free_bytes=st.none() | st.integers(0, 10**12), displays=st.integers(0, 3), prompter_placed=st.booleans(),
    promo_problems=st.none() | st.lists(st.text(max_size=9), max_size=2).map(tuple),
)  # fmt: skip
items_of_all_kinds = st.builds(
    lambda n, kind, named, target, price, shown, promo: item(
        n, kind, plan(f"CODE{n}") if promo else None, product_id=f"p{n}" if named else "", target_units=target,
        planned_price_minor=price, show_price_minor=shown,
    ),
    st.integers(1, 6), st.sampled_from(ItemKind), st.booleans(), st.integers(0, 200), st.none() | st.integers(0, 9_000),
    st.none() | st.integers(0, 9_000), st.booleans(),
)  # fmt: skip


@given(
    items=st.lists(items_of_all_kinds, max_size=6, unique_by=lambda i: i.id), facts=facts_of_all_kinds,
    left=st.none() | st.integers(0, 200),
)  # fmt: skip
def test_whatever_is_so_every_open_check_says_of_what_or_offers_what_mends_it(
    items: list[LineUpItem], facts: ReadinessFacts, left: int | None
) -> None:
    checks = all_checks(*items, facts=facts, left=left)
    assert [each.kind for each in checks] == list(CheckKind)
    known = {i.id for i in items}
    for each in open_checks(checks):
        assert each.fix is not Fix.NONE or each.number is not None
        assert {s.item_id for s in each.subjects if s.item_id} <= known
        if each.fix is Fix.ITEM:
            assert each.subjects
            assert each.subjects[0].item_id
            assert each.column
