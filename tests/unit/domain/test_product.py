"""How many can be sold, and how long they last."""

import hypothesis.strategies as st
from hypothesis import given

from studio.domain.ids import effect_id, uuid7
from studio.domain.product import StockLevel, sellable_stock, sold_out_in_ms


def level(variant="v1", location="Oslo", on_hand=10, reserved=2, safety=1, at=5) -> StockLevel:
    return StockLevel(variant, location, on_hand, reserved, safety, 1, at)


def test_sellable_is_on_hand_less_reserved_less_safety():
    assert level().sellable == 7
    stock = sellable_stock([level(), level(location="Berlin", on_hand=3, reserved=0)], safety_stock=2)
    assert stock.total == 7
    assert stock.by_location == {"Oslo": 7, "Berlin": 2}


@given(st.lists(st.builds(level, on_hand=st.integers(-50, 50), reserved=st.integers(-5, 60)), max_size=5))
def test_sellable_is_never_negative(levels):
    total = sellable_stock(levels).total
    assert total is None if not levels else total >= 0


def test_nothing_known_is_not_zero():
    assert sellable_stock([]).total is None


def test_the_forecast_follows_the_recent_rate():
    # 2 a minute over the last three minutes, 10 left: five minutes.
    samples = [(0, 16), (30_000, 15), (60_000, 14), (90_000, 13), (120_000, 12), (150_000, 11), (180_000, 10)]
    assert sold_out_in_ms(samples, 180_000) == 300_000


def test_a_restock_is_not_a_negative_sale():
    samples = [(0, 4), (60_000, 2), (90_000, 50), (120_000, 48)]
    assert sold_out_in_ms(samples, 120_000) == 48 * 120_000 // 4


def test_one_sale_is_no_rate():
    assert sold_out_in_ms([(0, 10), (60_000, 9)], 90_000) is None
    assert sold_out_in_ms([], 0) is None
    assert sold_out_in_ms([(0, 3), (1000, 0)], 60_000) is None


def test_ids_sort_by_time_and_effects_have_one_each():
    assert uuid7(1, 5) < uuid7(2, 0)
    assert uuid7(1_700_000_000_000)[14] == "7"
    assert effect_id("e", "shop", 0) != effect_id("e", "shop", 1)
    assert effect_id("e", "shop", 0) == effect_id("e", "shop", 0)
