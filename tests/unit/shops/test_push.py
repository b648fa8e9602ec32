"""What webhooks mean: only what is signed counts, each topic hints at what is worth reading, and nonsense is refused."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports import BadAnswer, Hint, PushReader
from studio.shops import push_medusa, push_shopify, push_vendure
from studio.shops.push import SubscriberPush, ids
from studio.shops.push_medusa import medusa_push
from studio.shops.push_shopify import ShopifyPush
from studio.shops.push_vendure import vendure_push

SECRET = "shpss_a-shared-secret"
hints = st.builds(
    Hint,
    products=st.lists(st.sampled_from("abc")).map(tuple),
    variants=st.lists(st.sampled_from("uvw")).map(tuple),
    offers=st.lists(st.sampled_from("xyz")).map(tuple),
    stock=st.booleans(),
    orders=st.booleans(),
    catalogue=st.booleans(),
)


def for_shopify(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"x-shopify-hmac-sha256": base64.b64encode(digest).decode()}


def for_subscribers(body: bytes, secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-host-studio-signature": f"sha256={digest}"}


PLATFORMS = [
    (ShopifyPush(), for_shopify),
    (vendure_push(), for_subscribers),
    (medusa_push(), for_subscribers),
]


@pytest.mark.parametrize(("reader", "sign"), PLATFORMS)
@given(body=st.binary(max_size=300), other=st.binary(max_size=300))
def test_only_the_body_that_was_signed_with_the_shared_secret_is_believed(
    reader: PushReader, sign: Any, body: bytes, other: bytes
):
    assert reader.verify(SECRET, sign(body), body)
    assert not reader.verify(SECRET + "x", sign(body), body)
    assert not reader.verify(SECRET, {}, body)
    assert reader.verify(SECRET, sign(body), other) is (body == other)


@pytest.mark.parametrize(("reader", "sign"), PLATFORMS)
@pytest.mark.parametrize("value", ["", "=", "sha256=", "é", "a" * 10_000, "sha256=é", "AAAA"])
def test_a_signature_that_is_none_is_refused_and_breaks_nothing(reader: PushReader, sign: Any, value: str):
    name = next(iter(sign(b"")))
    assert not reader.verify(SECRET, {name: value}, b"{}")


# --- what is worth reading --------------------------------------------------------------------------------------


def test_a_sale_at_shopify_hints_at_the_order_and_at_the_stock_of_its_lines():
    order = {"id": 1, "line_items": [{"variant_id": 11, "product_id": 5}, {"variant_id": None}]}
    for topic in ("orders/create", "orders/paid", "orders/cancelled", "orders/updated"):
        found = push_shopify.hint(topic, order)
        assert found == Hint(variants=("gid://shopify/ProductVariant/11",), orders=True)
    assert push_shopify.hint("refunds/create", {"order_id": 1}) == Hint(stock=True, orders=True)


def test_a_product_at_shopify_is_read_with_its_variants():
    told = {"id": 788, "variants": [{"id": 9}, {"id": 10}]}
    assert push_shopify.hint("products/update", told) == Hint(
        products=("gid://shopify/Product/788",),
        variants=("gid://shopify/ProductVariant/9", "gid://shopify/ProductVariant/10"),
    )
    assert push_shopify.hint("products/delete", {"id": 788}).products == ("gid://shopify/Product/788",)


def test_a_stock_level_at_shopify_names_an_item_that_nobody_knows():
    told = {"inventory_item_id": 271878346596884015, "location_id": 24826418, "available": 6}
    assert push_shopify.hint("inventory_levels/update", told) == Hint(stock=True)


def test_what_the_studio_does_not_show_is_no_hint():
    assert not push_shopify.hint("customers/create", {"id": 1})
    assert not push_vendure.hint("customer.updated", ({},))
    assert not push_medusa.hint("customer.created", ({"id": "cus_1"},))
    assert not push_medusa.hint("cart.updated", ({"id": "cart_1"},))
    assert not push_medusa.hint("product-category.updated", ({"id": "pcat_1"},))


@pytest.mark.parametrize(
    ("topic", "data", "means"),
    [
        ("product.updated", {"productIds": ["5"]}, Hint(products=("5",))),
        ("product.deleted", {}, Hint(catalogue=True)),
        ("variant.updated", {"variantIds": ["9", 10]}, Hint(offers=("9", "10"))),
        ("stock.moved", {"variantIds": ["9"]}, Hint(variants=("9",))),
        ("stock.moved", {}, Hint(stock=True)),
        ("order.placed", {"orderId": "7", "variantIds": ["9", "9"]}, Hint(variants=("9",), orders=True)),
        ("order.cancelled", {"orderId": "7"}, Hint(stock=True, orders=True)),
        ("promotion.updated", {}, Hint(orders=True)),
    ],
)
def test_what_a_vendure_server_tells(topic: str, data: dict[str, Any], means: Hint):
    assert push_vendure.hint(topic, (data,)) == means


@pytest.mark.parametrize(
    ("topic", "means"),
    [
        ("product.updated", Hint(products=("x_1",))),
        ("product.created", Hint(products=("x_1",))),
        ("product-variant.updated", Hint(offers=("x_1",))),
        ("order.placed", Hint(stock=True, orders=True)),
        ("order.canceled", Hint(stock=True, orders=True)),
        ("order.return_received", Hint(stock=True, orders=True)),
        ("order-edit.confirmed", Hint(stock=True, orders=True)),
        ("payment.captured", Hint(stock=True, orders=True)),
        ("inventory.inventory-level.updated", Hint(stock=True)),
        ("inventory-level.updated", Hint(stock=True)),
        ("inventory.reservation-item.created", Hint(stock=True)),
        ("promotion.updated", Hint(orders=True)),
        ("product-collection.updated", Hint(catalogue=True)),
    ],
)
def test_what_a_medusa_server_tells(topic: str, means: Hint):
    assert push_medusa.hint(topic, ({"id": "x_1"},)) == means


def test_many_objects_may_come_in_one_event():
    body = json.dumps({"id": "e1", "topic": "product.updated", "data": [{"id": "a"}, {"id": "b"}]}).encode()
    told = medusa_push().read({}, body)
    assert (told.id, told.topic, told.hint) == ("e1", "product.updated", Hint(products=("a", "b")))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x, max_size=3)))
def test_ids_are_texts_and_numbers_whatever_else_stands_there(value: Any):
    found = ids(({"id": value}, {}), "id")
    assert all(isinstance(each, str) and 0 < len(each) <= 200 for each in found)
    assert len(set(found)) == len(found)


# --- nonsense ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"{", b'{"topic":5}', b'{"topic":"a","data":7}', b"\xff\xfe"]
)
def test_what_no_subscriber_sends_is_refused_with_a_sentence(body: bytes):
    with pytest.raises(BadAnswer, match="webhook"):
        SubscriberPush(push_medusa.hint).read({}, body)


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"{", b"\xff\xfe"])
def test_what_shopify_does_not_send_is_refused_with_a_sentence(body: bytes):
    with pytest.raises(BadAnswer):
        ShopifyPush().read({"x-shopify-topic": "orders/create"}, body)
    with pytest.raises(BadAnswer, match="topic"):
        ShopifyPush().read({}, b"{}")


@given(st.dictionaries(st.text(max_size=12), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_a_signed_body_with_other_fields_than_expected_is_still_a_hint(fields: dict[str, Any]):
    body = json.dumps({**fields, "line_items": [fields, None, 5], "variants": fields}).encode()
    told = ShopifyPush().read({"x-shopify-topic": "orders/create", "x-shopify-webhook-id": "w1"}, body)
    assert told.id == "w1"
    assert told.hint.orders


# --- together ---------------------------------------------------------------------------------------------------


@given(hints, hints)
def test_hints_read_together_lose_nothing_and_name_nothing_twice(one: Hint, other: Hint):
    both = one.with_(other)
    for field in ("products", "variants", "offers"):
        assert set(getattr(both, field)) == {*getattr(one, field), *getattr(other, field)}
        assert len(set(getattr(both, field))) == len(getattr(both, field))
    assert (both.stock, both.orders) == (one.stock or other.stock, one.orders or other.orders)
    assert both.with_(one) == both
    assert bool(both) is (bool(one) or bool(other))
