"""Rules of the demo shop without a network: money, codes, clock, cursors, tags, tokens, faults."""

import sqlite3
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.rehearsal import shop_promos
from studio.rehearsal.clock import Anchor, ShopClock
from studio.rehearsal.contract import LAST_MS
from studio.rehearsal.faults import FAULTS, NAMES, FaultBoard, window
from studio.rehearsal.frontdoor import Tokens
from studio.rehearsal.paging import behind, cursor
from studio.rehearsal.problems import KINDS, Refusal, refuse
from studio.rehearsal.shop_core import matches
from studio.rehearsal.shop_ids import number, written
from studio.rehearsal.shop_orders import FREE_SHIPPING_FROM_MINOR, contained_tax, shipping_minor
from studio.rehearsal.storefront_contract import CodeRefusal, Fault

LINES = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 100_000)), min_size=1, max_size=8)


def _promo(**columns: object) -> sqlite3.Row:
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    known = {
        "kind": "percent",
        "percent": None,
        "amount": None,
        "scope": "all",
        "product_ids": "[]",
    } | columns
    names = ", ".join(f"? AS {name}" for name in known)
    row = db.execute(f"SELECT {names}", tuple(known.values())).fetchone()
    db.close()
    return row


@given(LINES, st.integers(1, 100))
def test_the_parts_of_a_percentage_add_up_and_none_is_more_than_its_line(
    lines: list[tuple[str, int]], percent: int
):
    parts = shop_promos.discounts(_promo(percent=percent), lines)
    total = sum(amount for _, amount in lines)
    assert sum(parts) == (total * percent + 50) // 100
    assert all(0 <= part <= amount for part, (_, amount) in zip(parts, lines, strict=True))


@given(LINES, st.integers(1, 200_000))
def test_a_fixed_amount_is_taken_off_whole_or_as_much_as_there_is(lines: list[tuple[str, int]], amount: int):
    row = _promo(kind="fixed", amount=amount, scope="products", product_ids='["a", "b"]')
    parts = shop_promos.discounts(row, lines)
    eligible = sum(total for product, total in lines if product in "ab")
    assert sum(parts) == min(amount, eligible)
    assert all(part == 0 for part, (product, _) in zip(parts, lines, strict=True) if product == "c")
    assert all(0 <= part <= total for part, (_, total) in zip(parts, lines, strict=True))


@given(st.integers(0, 10**9), st.integers(0, 3000))
def test_contained_tax_is_the_nearest_whole_minor_unit(gross: int, tax_bp: int):
    tax = contained_tax(gross, tax_bp)
    assert abs(tax * (10_000 + tax_bp) - gross * tax_bp) * 2 <= 10_000 + tax_bp


def test_shipping_is_paid_once_for_the_dearest_way_and_free_for_parcels_from_a_sum_on():
    assert shipping_minor(100, ["letter"]) == 250
    assert shipping_minor(100, ["letter", "parcel"]) == 490
    assert shipping_minor(FREE_SHIPPING_FROM_MINOR, ["letter", "parcel"]) == 0
    assert shipping_minor(FREE_SHIPPING_FROM_MINOR, ["parcel", "bulky"]) == 1200


def test_every_reason_for_refusing_a_code_has_a_sentence():
    assert set(shop_promos.REFUSALS) == set(get_args(CodeRefusal))


@given(st.floats(0, 120), st.lists(st.floats(0, 1000), max_size=20))
def test_the_clock_never_runs_backwards_and_keeps_its_rate(rate: float, steps: list[float]):
    mono = [100.0]
    clock = ShopClock(Anchor(5_000, 1_000_000, rate), wall_ms=lambda: 5_000, monotonic=lambda: mono[0])
    before, elapsed = clock.now_ms(), 0.0
    for step in steps:
        mono[0] += step
        elapsed += step
        now = clock.now_ms()
        assert now >= before
        assert abs(now - (1_000_000 + elapsed * 1000 * rate)) <= 2
        before = now


def test_the_clock_ran_on_while_the_shop_was_down_even_when_the_machines_clock_then_jumps():
    mono, wall = [0.0], [60_000]
    clock = ShopClock(Anchor(0, 1_000, 20.0), wall_ms=lambda: wall[0], monotonic=lambda: mono[0])
    assert clock.now_ms() == 1_000 + 60_000 * 20
    wall[0] = 10**12
    assert clock.now_ms() == 1_000 + 60_000 * 20


def test_the_clock_changes_its_rate_without_a_jump_and_stops_at_the_end_of_time():
    mono = [0.0]
    clock = ShopClock(Anchor(0, 0, 1.0), wall_ms=lambda: 0, monotonic=lambda: mono[0])
    mono[0] = 10.0
    assert clock.set(rate=60.0) == Anchor(0, 10_000, 60.0)
    mono[0] = 11.0
    assert clock.now_ms() == 70_000
    clock.set(now_ms=LAST_MS, advance_ms=5)
    mono[0] = 12.0
    assert clock.now_ms() == LAST_MS


@given(st.lists(st.text(max_size=30) | st.integers(0, 2**53 - 1), min_size=1, max_size=3))
def test_a_cursor_comes_back_as_it_was(key: list[str | int]):
    assert behind(cursor(*key), [type(part) for part in key]) == key


@given(st.text(max_size=40))
def test_a_text_that_is_no_cursor_is_refused_and_never_breaks(text: str):
    with pytest.raises(Refusal) as refusal:
        behind(text, [str, int, str])
    assert refusal.value.status == 422


@given(st.text(max_size=20))
def test_only_ids_as_the_shop_writes_them_have_a_number(text: str):
    found = number("ord", text)
    assert found == 0 or written("ord", found) == text


def test_a_tag_is_known_in_a_list_weak_or_by_a_star():
    for header in ('"a"', 'W/"a"', '"b", "a"', "*"):
        assert matches(header, '"a"')
    for header in (None, '"b"', "a", ""):
        assert not matches(header, '"a"')


def test_tokens_open_what_they_are_for_and_are_never_shown():
    keys = Tokens("shop-secret", "admin-secret")
    assert keys.allow("Bearer shop-secret", admin=False)
    assert keys.allow("bearer admin-secret", admin=False)
    assert keys.allow("Bearer admin-secret", admin=True)
    assert not keys.allow("Bearer shop-secret", admin=True)
    assert not keys.allow("shop-secret", admin=False)
    assert "secret" not in repr(keys)


def test_every_fault_starts_and_heals_within_the_show():
    assert set(FAULTS) == set(NAMES)
    assert len(NAMES) == 10
    for kind in FAULTS.values():
        assert 0 < kind.starts < kind.ends < 1
        assert kind.description.endswith(".")
        wanted = window(kind.name, 1_000_000, 600_000)
        assert 1_000_000 < wanted.from_ms < wanted.until_ms < 1_600_000


def test_a_fault_is_active_from_its_start_and_no_more_at_its_end():
    fault = Fault(
        id=1, name="shop-down", from_ms=10, until_ms=20, intensity=1, variant_id=None, skew_ms=0, active=False
    )
    board = FaultBoard([fault])
    assert [bool(board.active("shop-down", now)) for now in (9, 10, 19, 20)] == [False, True, True, False]
    assert board.active("shop-slow", 15) is None


def test_every_kind_of_problem_can_be_told():
    for slug, (status, _) in KINDS.items():
        refusal = refuse(slug, "Because.")
        assert refusal.status == status
        assert b'"/problems/' + slug.encode() in refusal.body
