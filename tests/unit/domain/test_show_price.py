"""The show price is what the shop will charge, and no reduction is claimed that the law does not allow."""

import hypothesis.strategies as st
import msgspec
from hypothesis import given

from studio.domain.lineup import item_of
from studio.domain.money import Money
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoKind, price_after
from studio.domain.show_price import claim, price_with, show_price
from tests.unit.domain.show_builder import item, plan

EUR = "EUR"


def product(*variants: tuple[int, int | None], currency: str = EUR, active: tuple[bool, ...] = ()) -> Product:
    made = tuple(
        Variant(
            f"v{n}", f"S{n}", f"Size {n}", Money(price, currency), None if low is None else Money(low, currency),
            active=active[n] if active else True,
        )
        for n, (price, low) in enumerate(variants)
    )  # fmt: skip
    return Product("p1", 1, "Blanket", made, points=(" Warm ", "", "x" * 2_000))


def test_the_price_after_the_planned_code_is_what_the_shop_will_charge():
    found = show_price(item(1, promo=plan(percent=20)), product((8900, 8400)), EUR)
    assert (found.shop, found.after) == (Money(8900, EUR), Money(7120, EUR))


def test_the_struck_price_and_the_percentage_are_by_the_30_day_low_and_never_by_yesterdays_price():
    found = show_price(item(1, promo=plan(percent=20)), product((8900, 8000)), EUR)
    assert (found.struck, found.percent) == (Money(8000, EUR), 11)


def test_without_a_30_day_low_nothing_is_claimed():
    found = show_price(item(1, promo=plan()), product((8900, 8000), (9900, None)), EUR)
    assert (found.low_30d, found.struck, found.percent) == (None, None, None)


def test_a_price_that_was_lower_within_30_days_is_no_reduction():
    found = show_price(item(1, promo=plan(percent=10)), product((10_000, 9_000)), EUR)
    assert (found.after, found.struck, found.percent) == (Money(9_000, EUR), None, None)


def test_less_than_one_percent_is_struck_without_a_percentage():
    assert claim(Money(9_999, EUR), Money(10_000, EUR)) == (Money(10_000, EUR), None)


def test_the_from_price_is_that_of_a_variant_that_can_be_bought():
    two = product((2000, 1900), (5000, 4800), active=(False, True))
    found = show_price(item(1), two, EUR)
    assert (found.shop, found.low_30d) == (Money(5000, EUR), Money(4800, EUR))


def test_another_price_than_the_producer_planned_is_told_and_the_same_is_not():
    blanket = product((8900, None))
    assert show_price(item(1, promo=plan(), show_price_minor=7000), blanket, EUR).mismatch
    assert not show_price(item(1, promo=plan(), show_price_minor=7120), blanket, EUR).mismatch
    assert not show_price(item(1, promo=plan()), blanket, EUR).mismatch


def test_a_code_of_the_whole_show_takes_off_too_and_a_viewer_uses_the_better_one():
    blanket = product((8900, None))
    ten, thirty = plan("TEN", percent=10), plan("THIRTY", percent=30)
    plain = show_price(item(1, show_price_minor=8900), blanket, EUR, (ten,))
    assert (plain.after, plain.code, plain.mismatch) == (Money(8010, EUR), "TEN", True)
    own = show_price(item(1, promo=plan("OWN", percent=20), show_price_minor=7120), blanket, EUR, (ten,))
    assert (own.after, own.code, own.mismatch) == (Money(7120, EUR), "OWN", False)
    better = show_price(item(1, promo=plan("OWN", percent=20)), blanket, EUR, (ten, thirty))
    assert (better.after, better.code) == (Money(6230, EUR), "THIRTY")
    assert show_price(item(1), blanket, EUR).code == ""


def test_a_show_price_in_another_currency_than_the_shops_is_a_mismatch():
    assert show_price(item(1, show_price_minor=8900), product((8900, None), currency="NOK"), EUR).mismatch


def test_an_amount_off_in_another_currency_leaves_the_price_unknown():
    five_off = plan(kind=PromoKind.FIXED, percent=0, amount_minor=500)
    assert price_with(product((8900, None)), five_off) == Money(8400, EUR)
    mixed = product((8900, None))
    mixed = msgspec.structs.replace(
        mixed, variants=(*mixed.variants, msgspec.structs.replace(mixed.variants[0], price=Money(1, "NOK")))
    )
    assert price_with(mixed, None) is None


def test_of_a_product_nobody_knows_nothing_is_said():
    nothing = show_price(item(1, show_price_minor=1), None, EUR)
    assert nothing.after is None
    assert not nothing.mismatch


PRICES = st.integers(0, 10_000_000)
LOWS = st.one_of(st.none(), PRICES)
PLANS = st.one_of(
    st.none(),
    st.integers(1, 100).map(lambda percent: plan(percent=percent)),
    st.integers(1, 10_000).map(lambda off: plan(kind=PromoKind.FIXED, percent=0, amount_minor=off)),
    st.just(plan(kind=PromoKind.FREE_SHIPPING, percent=0)),
)


@given(st.lists(st.tuples(PRICES, LOWS), min_size=1, max_size=6), PLANS)
def test_nothing_is_ever_claimed_that_the_price_does_not_keep(variants, code):
    blanket = product(*variants)
    found = show_price(item(1, promo=code), blanket, EUR)
    cheapest = min(price for price, _ in variants)
    assert found.after == (price_after(Money(cheapest, EUR), code) if code else Money(cheapest, EUR))
    lows = [low for _, low in variants]
    if found.struck is None:
        low = None if None in lows else min(lows)
        assert low is None or found.after.amount_minor >= low
        assert found.percent is None
        return
    assert None not in lows
    assert found.struck.amount_minor == min(lows)
    assert found.after < found.struck
    if found.percent is not None:
        assert 1 <= found.percent <= 100
        assert found.struck.amount_minor * (100 - found.percent) >= found.after.amount_minor * 100


def test_an_item_of_a_product_has_its_points_its_price_and_five_minutes():
    made = item_of(product((8900, None)), lambda: "new", EUR)
    assert (made.id, made.product_id, made.sku, made.planned_ms) == ("new", "p1", "S0", 300_000)
    assert made.planned_price_minor == 8900
    assert made.points == ("Warm", "x" * 1_000)
    assert item_of(product((8900, None)), lambda: "new", "NOK", 60_000).planned_price_minor is None
    assert item_of(product(), lambda: "new", EUR).sku == ""
