"""What Medusa's answers mean to the studio."""

import datetime as dt
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.order import OrderStatus
from studio.shops import medusa_map as to
from studio.shops import medusa_wire as wire
from studio.shops import medusa_wire_orders as wire_orders
from studio.shops.medusa_prices import front_of

AT = dt.datetime(2026, 11, 20, 18, 30, 0, 250_000, dt.UTC)
AT_MS = 1_795_199_400_250
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("25", "EUR", 2500), ("19.1", "EUR", 1910), ("8.405", "EUR", 841), ("1500", "JPY", 1500), ("1.234", "KWD", 1234)],
)  # fmt: skip
def test_an_amount_has_as_many_digits_as_its_currency(amount: str, currency: str, minor: int):
    assert to.minor(Decimal(amount), currency).amount_minor == minor


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_an_amount_that_is_sent_is_the_one_that_is_read_back(amount: int, currency: str):
    sent = msgspec.json.encode(to.decimal(amount, currency))
    assert to.minor(msgspec.json.decode(sent, type=Decimal), currency).amount_minor == amount


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400"])
def test_what_is_no_amount_is_refused(amount: str):
    with pytest.raises(ValueError, match="no amount"):
        to.minor(Decimal(amount), "EUR")


def price(amount: str, **more: Any) -> wire.Price:
    return wire.Price(Decimal(amount), **({"currency_code": "eur"} | more))


def test_the_price_for_everybody_comes_before_one_for_a_region_and_one_for_many_pieces():
    region = price("8", rules={"region_id": "reg_1"})
    group = price("5", rules={"customer.groups.id": "vip"})
    many = price("6", min_quantity=10)
    assert to.list_price([region, group, many, price("9")], "EUR") == 9
    assert to.list_price([region, group, many], "EUR") == 8
    assert to.list_price([group, many, price("7", currency_code="usd")], "EUR") is None


def test_a_variant_without_a_price_in_the_shops_currency_is_left_out_with_a_reason():
    with pytest.raises(ValueError, match="no price in EUR"):
        to.to_variant(wire.Variant("v", prices=[price("7", currency_code="usd")]), {}, "EUR")


def test_what_the_storefront_asks_comes_before_what_the_administration_has():
    told = wire.Variant("v", title="Red", prices=[price("9")], metadata={to.LOW_FIELD: "6.50"})
    variant = to.to_variant(told, {"v": Decimal("7.5")}, "EUR")
    assert (variant.price.amount_minor, variant.title) == (750, "Red")
    assert variant.low_30d is not None
    assert variant.low_30d.amount_minor == 650


@pytest.mark.parametrize("low", [None, True, "soon", -1, 0, [5], "NaN"])
def test_a_lowest_price_that_is_none_is_not_shown(low: object):
    told = wire.Variant("v", prices=[price("9")], metadata={to.LOW_FIELD: low})
    assert to.to_variant(told, {}, "EUR").low_30d is None


def test_a_description_of_lines_keeps_them_and_its_bullets_are_points():
    told = wire.Product("p", "Mug", "published", description="A mug & more.\n\n- Made by hand\n• Lasts\n")
    product = to.to_product(told, (), "", True)
    assert product.description.splitlines() == ["A mug & more.", "- Made by hand", "• Lasts"]
    assert product.points == ("Made by hand", "Lasts")
    told = wire.Product("p", "Mug", "published", description="<p>A <b>mug</b></p><ul><li>Lasts</li></ul>")
    assert to.to_product(told, (), "", True).points == ("Lasts",)


@pytest.mark.parametrize(
    ("status", "sold", "active"), [("published", True, True), ("draft", True, False), ("published", False, False)]
)  # fmt: skip
def test_only_what_the_storefront_has_is_for_sale(status: str, sold: bool, active: bool):
    assert to.to_product(wire.Product("p", "Mug", status), (), "", sold).active is active


def part(*levels: tuple[str, int, int], needs: int = 1) -> wire.InventoryPart:
    told = [wire.Level(place, Decimal(stocked), Decimal(reserved)) for place, stocked, reserved in levels]
    return wire.InventoryPart(Decimal(needs), wire.Inventory(told))


def sellable(*parts: wire.InventoryPart, selling: tuple[str, ...] = ("a", "b")) -> dict[str, int]:
    return {
        level.location: level.sellable for level in to.to_levels(wire.Stock("v", inventory_items=list(parts)), selling)
    }  # fmt: skip


def test_stock_that_is_reserved_or_lies_where_no_storefront_sells_is_not_sellable():
    assert sellable(part(("a", 10, 3), ("b", 2, 5), ("c", 50, 0))) == {"a": 7, "b": 0, "c": 0}


def test_a_set_is_made_of_what_lies_at_one_place():
    assert sellable(part(("a", 10, 3), needs=3), part(("a", 9, 0), ("b", 9, 0))) == {"a": 2, "b": 0}


@given(
    st.lists(st.tuples(st.integers(1, 5), st.integers(0, 100), st.integers(0, 120)), min_size=1, max_size=4)
)
def test_no_more_sets_are_shown_than_their_parts_make_up(parts: list[tuple[int, int, int]]):
    told = [part(("a", stocked, reserved), needs=needs) for needs, stocked, reserved in parts]
    (level,) = to.to_levels(wire.Stock("v", inventory_items=told), ("a",))
    assert 0 <= level.sellable <= level.on_hand
    for needs, stocked, reserved in parts:
        assert level.sellable * needs <= max(0, stocked - reserved)


@pytest.mark.parametrize("how", [{"manage_inventory": False}, {"allow_backorder": True}])
def test_what_is_not_counted_never_sells_out(how: dict[str, bool]):
    (level,) = to.to_levels(wire.Stock("v", **how), ())
    assert level.sellable == to.UNCOUNTED


def test_a_variant_that_lies_nowhere_has_nothing():
    (level,) = to.to_levels(wire.Stock("v"), ("a",))
    assert level.sellable == 0


LINE = {
    "quantity": 2, "total": 27, "unit_price": 15, "variant_id": "v", "product_id": "p", "is_tax_inclusive": True,
    "adjustments": [{"code": "LIVE", "amount": 3, "is_tax_inclusive": True}], "tax_lines": [{"rate": 19}],
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": "o", "display_id": 7, "status": "pending", "currency_code": "eur", "total": 32, "discount_total": 3,
    "created_at": AT.isoformat(), "updated_at": AT.isoformat(), "items": [LINE], "summary": {"original_order_total": 32},
    "payment_collections": [{"payments": [{"amount": 32, "captures": [{"amount": 32}]}]}],
}  # fmt: skip


def order(**changes: Any) -> Any:
    told = msgspec.convert(ORDER | changes, wire_orders.Order, strict=False)
    return to.to_order(told)[0]


def test_an_order_is_read_with_its_code_its_lines_and_what_was_paid():
    known = order()
    assert (known.number, known.status, known.placed_at_ms) == ("7", OrderStatus.PAID, AT_MS)
    assert (known.total.amount_minor, known.discount.amount_minor, known.promo_codes) == (
        3200,
        300,
        ("LIVE",),
    )
    assert [(x.quantity, x.total.amount_minor, x.returned_quantity) for x in known.lines] == [(2, 2700, 0)]


def test_money_that_was_only_promised_is_paid_but_not_taken():
    known = order(payment_collections=[{"payments": [{"amount": 32}]}])
    assert (known.status, known.paid) == (OrderStatus.PLACED, True)
    assert not order(payment_collections=[]).paid
    assert order(payment_collections=[], total=0, summary={"original_order_total": 0}).paid, "a free order"


def test_a_return_does_not_make_the_order_smaller_than_it_was():
    line = LINE | {"total": 0, "detail": {"return_received_quantity": 2}}
    known = order(items=[line], total=5)
    assert (known.status, known.total.amount_minor, known.net.amount_minor) == (
        OrderStatus.RETURNED,
        3200,
        500,
    )
    assert (known.lines[0].total.amount_minor, known.lines[0].returned_quantity) == (2700, 2)
    without_tax = line | {"is_tax_inclusive": False, "adjustments": [{"code": "LIVE", "amount": 3}]}
    assert order(items=[without_tax]).lines[0].total.amount_minor == 3213


def test_a_cancelled_order_keeps_its_worth_and_brings_nothing():
    payments = [{"payments": [{"amount": 32, "canceled_at": AT.isoformat()}]}]
    known = order(
        status="canceled", total=0, canceled_at=(AT + HOUR).isoformat(), payment_collections=payments
    )
    assert (known.total.amount_minor, known.net.amount_minor) == (3200, 0)
    assert known.cancelled_at_ms == AT_MS + 3_600_000


@pytest.mark.parametrize(
    ("metadata", "whose"),
    [
        ({to.LINK_FIELD: "show/link"}, ("show", "link")),
        ({"utm_campaign": "show", "utm_content": "link"}, ("show", "link")),
        ({to.LINK_FIELD: "show"}, ("", "")),
        ({to.LINK_FIELD: 5}, ("", "")),
        ({"utm_campaign": ["x"], "utm_content": "link"}, ("", "")),
        (None, ("", "")),
    ],
)
def test_the_link_that_the_customer_came_by_stands_in_the_orders_metadata(
    metadata: Any, whose: tuple[str, str]
):
    known = order(metadata=metadata)
    assert (known.link_show_id, known.link_id) == whose


def promotion(**changes: Any) -> wire.Promotion:
    window = wire.Campaign("c", AT, AT + HOUR)
    fields: dict[str, Any] = {
        "id": "p", "code": "LIVE", "status": "active", "created_at": AT - HOUR, "updated_at": AT, "campaign": window,
    }  # fmt: skip
    return wire.Promotion(**(fields | changes))


def test_a_code_holds_for_its_campaign_and_ends_when_it_is_switched_off():
    assert to.to_receipt(promotion()).ends_at_ms == AT_MS + 3_600_000
    assert to.to_receipt(promotion(status="inactive")).ends_at_ms == AT_MS
    assert to.to_receipt(promotion(campaign=None)).ends_at_ms == to.FOREVER_MS
    assert to.to_receipt(promotion(campaign=None)).starts_at_ms == AT_MS - 3_600_000


def test_prices_are_read_through_the_shops_own_channel_and_region():
    store = wire.Store("s", "Shop", [], default_sales_channel_id="web", default_region_id="reg_eu")
    regions = [
        wire.Region("reg_a", "eur", [wire.Country("fr")]),
        wire.Region("reg_eu", "eur", [wire.Country("nl"), wire.Country("de")]),
        wire.Region("reg_us", "usd", [wire.Country("us")]),
    ]
    keys = [
        wire.ApiKey("pk_till", None, [wire.Ref("till")]),
        wire.ApiKey("pk_old", "2026-01-01", [wire.Ref("web")]),
        wire.ApiKey("pk_web", None, [wire.Ref("web")]),
    ]
    front = front_of(store, "EUR", regions, keys)
    assert front is not None
    assert (front.key, front.region_id, front.country) == ("pk_web", "reg_eu", "de")
    assert front_of(store, "GBP", regions, keys) is None
    assert front_of(store, "EUR", regions, keys[1:2]) is None
