"""Orders and codes at a real Medusa shop: what people pay, what is redeemed, what comes back."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from studio.control.ports import RefusedByTarget
from studio.domain.ids import uuid7
from studio.domain.order import Order, OrderStatus
from studio.domain.product import Product
from studio.domain.promo import PromoKind, PromoScope
from studio.shops.medusa import MedusaShop
from tests.contracts.shop_contract import (
    SHOW,
    a_code,
    a_moment_ago,
    every_product,
    orders_since,
    orders_while_a_crowd_buys,
    sellable,
)
from tests.real.medusa.seed import SHIPPING
from tests.real.medusa.server import Medusa
from tests.real.medusa.test_medusa_shop import buys

POSTAGE = round(SHIPPING * 100)


async def read(shop: MedusaShop, order_id: str, cursor: str = "") -> Order:
    found, _ = await orders_since(shop, cursor or await a_moment_ago(shop))
    return found[order_id]


async def test_a_percentage_comes_off_the_codes_products_only(shop: MedusaShop, medusa: Medusa):
    products = await every_product(shop)
    product, other = products[20], products[21]
    promo = await a_code(shop, scope=PromoScope.PRODUCT, product_ids=(product.id,), percent=20)
    await shop.create_promo(promo, SHOW, uuid7())
    price = product.variants[0].price.amount_minor
    order = await read(shop, (await buys(medusa, product.variants[0].id, 2, code=promo.code))["id"])
    off = 2 * price // 5
    assert (order.total.amount_minor, order.discount.amount_minor) == (2 * price - off + POSTAGE, off)
    assert order.lines[0].total.amount_minor == 2 * price - off
    assert order.promo_codes == (promo.code,)
    order = await read(shop, (await buys(medusa, other.variants[0].id, code=promo.code))["id"])
    assert order.total.amount_minor == other.variants[0].price.amount_minor + POSTAGE
    assert order.promo_codes == (), "a code that took nothing off was not redeemed"


@pytest.mark.parametrize("scope", [PromoScope.ALL, PromoScope.LINEUP])
async def test_an_amount_comes_off_once_with_tax(shop: MedusaShop, medusa: Medusa, scope: PromoScope):
    products = await every_product(shop)
    product, other = products[22], products[23]
    ids = () if scope is PromoScope.ALL else (product.id, products[24].id)
    promo = await a_code(
        shop, kind=PromoKind.FIXED, percent=0, amount_minor=300, scope=scope, product_ids=ids
    )
    await shop.create_promo(promo, SHOW, uuid7())
    price = product.variants[0].price.amount_minor
    order = await read(shop, (await buys(medusa, product.variants[0].id, 2, code=promo.code))["id"])
    assert order.total.amount_minor == 2 * price - 300 + POSTAGE
    assert order.discount.amount_minor == 300
    order = await read(shop, (await buys(medusa, other.variants[0].id, code=promo.code))["id"])
    off = 300 if scope is PromoScope.ALL else 0
    assert order.total.amount_minor == other.variants[0].price.amount_minor - off + POSTAGE


@pytest.mark.parametrize("scope", [PromoScope.ALL, PromoScope.PRODUCT])
async def test_free_shipping_takes_the_postage_off(shop: MedusaShop, medusa: Medusa, scope: PromoScope):
    products = await every_product(shop)
    product, other = products[25], products[26]
    ids = () if scope is PromoScope.ALL else (product.id,)
    promo = await a_code(shop, kind=PromoKind.FREE_SHIPPING, percent=0, scope=scope, product_ids=ids)
    await shop.create_promo(promo, SHOW, uuid7())
    order = await read(shop, (await buys(medusa, product.variants[0].id, code=promo.code))["id"])
    assert order.total == product.variants[0].price
    assert order.promo_codes == (promo.code,)
    order = await read(shop, (await buys(medusa, other.variants[0].id, code=promo.code))["id"])
    postage = 0 if scope is PromoScope.ALL else POSTAGE
    assert order.total.amount_minor == other.variants[0].price.amount_minor + postage


async def test_limits_for_all_and_for_one_customer_hold_at_the_shop(shop: MedusaShop, medusa: Medusa):
    _, variant_id = await sellable(shop)
    promo = await a_code(shop, total_limit=2, per_customer_limit=1)
    await shop.create_promo(promo, SHOW, uuid7())
    emails = ("ann@example.com", "ann@example.com", "bea@example.com", "cem@example.com")
    cursor = await a_moment_ago(shop)
    made = [(await buys(medusa, variant_id, code=promo.code, email=email))["id"] for email in emails]
    found, _ = await orders_since(shop, cursor)
    assert [bool(found[one].promo_codes) for one in made] == [True, False, True, False]
    (usage,) = await shop.promo_usage([promo.code])
    assert (usage.redemptions, usage.limit) == (2, 2)


async def test_a_code_before_its_start_or_after_its_end_is_worth_nothing(shop: MedusaShop, medusa: Medusa):
    _, variant_id = await sellable(shop)
    now = (await shop.clock()).shop_ms
    early = await a_code(shop, starts_at_ms=now + 600_000, ends_at_ms=now + 900_000)
    ended = await a_code(shop)
    for promo in (early, ended):
        await shop.create_promo(promo, SHOW, uuid7())
    await shop.end_promo(ended.code, now, uuid7())
    cursor = await a_moment_ago(shop)
    made = [(await buys(medusa, variant_id, code=promo.code))["id"] for promo in (early, ended)]
    found, _ = await orders_since(shop, cursor)
    assert [found[one].promo_codes for one in made] == [(), ()]
    with pytest.raises(RefusedByTarget) as refusal:
        await shop.update_promo(ended.code, ended.ends_at_ms + 60_000, uuid7())
    assert refusal.value.code == "promo-ended"


async def test_a_code_that_has_not_begun_can_be_ended(shop: MedusaShop):
    now = (await shop.clock()).shop_ms
    early = await a_code(shop, starts_at_ms=now + 600_000, ends_at_ms=now + 900_000)
    await shop.create_promo(early, SHOW, uuid7())
    ended = await shop.end_promo(early.code, now, uuid7())
    assert ended.starts_at_ms <= ended.ends_at_ms <= (await shop.clock()).shop_ms


async def test_a_code_of_the_shops_own_is_taken_and_stays_as_it_is(shop: MedusaShop, medusa: Medusa):
    promo = await a_code(shop)
    method = {"type": "percentage", "target_type": "order", "value": 5}
    theirs = medusa.admin.post(
        "/admin/promotions", code=promo.code, type="standard", status="active", application_method=method
    )["promotion"]
    with pytest.raises(RefusedByTarget) as refusal:
        await shop.create_promo(promo, SHOW, uuid7())
    assert refusal.value.code == "code-taken"
    with pytest.raises(RefusedByTarget, match="not made by Host Studio"):
        await shop.end_promo(promo.code, promo.starts_at_ms, uuid7())
    there = medusa.admin.get(f"/admin/promotions/{theirs['id']}")["promotion"]
    assert (there["status"], there["updated_at"]) == ("active", theirs["updated_at"])


async def test_the_same_code_asked_for_twice_at_once_is_made_once(shop: MedusaShop, medusa: Medusa):
    promo, key = await a_code(shop), uuid7()
    other = MedusaShop(shop._http)  # another studio, which knows nothing of the first one's turn
    both = await asyncio.gather(*(s.create_promo(promo, SHOW, key) for s in (shop, other, shop)))
    assert both[0] == both[1] == both[2]
    assert medusa.admin.get("/admin/promotions", code=promo.code)["count"] == 1


async def test_a_code_that_the_shopkeeper_switched_off_has_ended(shop: MedusaShop, medusa: Medusa):
    promo = await a_code(shop)
    made = await shop.create_promo(promo, SHOW, uuid7())
    medusa.admin.post(f"/admin/promotions/{made.shop_promo_id}", status="inactive")
    there = await shop.find_promo(promo.code)
    assert there is not None
    # A Date tells seconds: what was heard of the shop's clock so far leaves half of one.
    assert there.ends_at_ms - 1_000 <= (await shop.clock()).shop_ms < promo.ends_at_ms


async def test_money_that_is_taken_later_is_noticed(shop: MedusaShop, medusa: Medusa):
    _, variant_id = await sellable(shop)
    cursor = await a_moment_ago(shop)
    order = await buys(medusa, variant_id)
    found, cursor = await orders_since(shop, cursor)
    assert (found[order["id"]].status, found[order["id"]].paid) == (OrderStatus.PLACED, True)
    there = medusa.admin.get(f"/admin/orders/{order['id']}", fields="updated_at")["order"]
    changed_ms = round(datetime.fromisoformat(there["updated_at"]).timestamp() * 1000)
    place = cursor.split(":")
    place[2] = str(changed_ms + 1)  # as if nothing had changed at the shop for a long time
    await asyncio.to_thread(medusa.capture, order["id"])
    found, _ = await orders_since(shop, ":".join(place))
    assert found[order["id"]].status is OrderStatus.PAID


def send(server: Medusa, order: dict[str, Any], quantity: int) -> None:
    """The goods leave and arrive."""
    admin, path = server.admin, f"/admin/orders/{order['id']}"
    item = admin.get(path)["order"]["items"][0]["id"]
    place = admin.get("/admin/stock-locations", name="Oslo")["stock_locations"][0]["id"]
    items = [{"id": item, "quantity": quantity}]
    told = admin.post(f"{path}/fulfillments?fields=*fulfillments", items=items, location_id=place)
    parcel = f"{path}/fulfillments/{told['order']['fulfillments'][0]['id']}"
    admin.post(f"{parcel}/shipments", items=items)
    admin.post(f"{parcel}/mark-as-delivered")


def send_back(server: Medusa, order: dict[str, Any], quantity: int) -> None:
    """Some goods come back and are taken in."""
    admin = server.admin
    item = admin.get(f"/admin/orders/{order['id']}")["order"]["items"][0]["id"]
    place = admin.get("/admin/stock-locations", name="Oslo")["stock_locations"][0]["id"]
    items = [{"id": item, "quantity": quantity}]
    path = f"/admin/returns/{admin.post('/admin/returns', order_id=order['id'], location_id=place)['return']['id']}"
    admin.post(f"{path}/request-items", items=items)
    admin.post(f"{path}/request")
    admin.post(f"{path}/receive")
    admin.post(f"{path}/receive-items", items=items)
    admin.post(f"{path}/receive/confirm")


async def in_oslo(shop: MedusaShop) -> Product:
    return (await every_product(shop))[32]


async def test_a_refund_is_told_apart_from_a_cancellation(shop: MedusaShop, medusa: Medusa):
    product = await in_oslo(shop)
    cursor = await a_moment_ago(shop)
    order = await buys(medusa, product.variants[0].id)
    await asyncio.to_thread(medusa.capture, order["id"])
    payment = medusa.payments(order["id"])[0]["id"]
    before = await read(shop, order["id"], cursor)
    medusa.admin.post(f"/admin/payments/{payment}/refund", amount=2)
    known = await read(shop, order["id"], cursor)
    assert (known.status, known.refunded.amount_minor) == (OrderStatus.PARTLY_RETURNED, 200)
    assert known.total == before.total, "what was paid does not shrink by the refund"
    assert known.net.amount_minor == before.total.amount_minor - 200
    assert known.revision > before.revision


async def test_what_comes_back_is_returned_and_was_paid_all_the_same(shop: MedusaShop, medusa: Medusa):
    product = await in_oslo(shop)
    price = product.variants[0].price.amount_minor
    promo = await a_code(shop, percent=10)
    await shop.create_promo(promo, SHOW, uuid7())
    cursor = await a_moment_ago(shop)
    order = await buys(medusa, product.variants[0].id, 2, code=promo.code)
    await asyncio.to_thread(medusa.capture, order["id"])
    bought = await read(shop, order["id"], cursor)
    assert (bought.status, bought.lines[0].total.amount_minor) == (OrderStatus.PAID, 2 * price * 9 // 10)
    send(medusa, order, 2)
    send_back(medusa, order, 1)
    half = await read(shop, order["id"], cursor)
    assert (half.status, half.lines[0].returned_quantity) == (OrderStatus.PARTLY_RETURNED, 1)
    assert (half.total, half.lines[0].total, half.lines[0].quantity) == (
        bought.total, bought.lines[0].total, 2,
    )  # fmt: skip
    assert half.refunded.amount_minor == price * 9 // 10, "it is to go back"
    send_back(medusa, order, 1)
    whole = await read(shop, order["id"], cursor)
    assert (whole.status, whole.lines[0].returned_quantity) == (OrderStatus.RETURNED, 2)
    assert (whole.total, whole.lines[0].total) == (bought.total, bought.lines[0].total)
    assert whole.net.amount_minor == POSTAGE
    payment = medusa.payments(order["id"])[0]["id"]
    medusa.admin.post(f"/admin/payments/{payment}/refund", amount=2 * price * 9 / 1000)
    paid_back = await read(shop, order["id"], cursor)
    assert (paid_back.refunded, paid_back.net) == (whole.refunded, whole.net)
    assert paid_back.promo_codes == (promo.code,), "a return does not undo the redemption"


async def test_a_cancelled_order_counts_for_nothing_whether_it_was_paid_or_not(
    shop: MedusaShop, medusa: Medusa
):
    _, variant_id = await sellable(shop)
    cursor = await a_moment_ago(shop)
    for captured in (False, True):
        order = await buys(medusa, variant_id)
        if captured:
            await asyncio.to_thread(medusa.capture, order["id"])
        await asyncio.to_thread(medusa.cancel, order["id"])
        known = await read(shop, order["id"], cursor)
        assert (known.status, known.net.amount_minor) == (OrderStatus.CANCELLED, 0)
        assert known.total.amount_minor == round(order["total"] * 100), "it was worth that"
        assert known.refunded.amount_minor == 0
        assert known.cancelled_at_ms is not None
        assert known.cancelled_at_ms >= known.placed_at_ms


async def test_many_orders_at_once_are_all_read_once_they_are_there(shop: MedusaShop, medusa: Medusa):
    variants = [v.id for p in (await every_product(shop))[40:50] for v in p.variants]

    async def one(number: int) -> str:
        return (await buys(medusa, variants[number % len(variants)]))["id"]

    bought, read = await orders_while_a_crowd_buys(shop, one, 18)
    assert len(bought) == 18
    assert bought <= read


async def test_the_studios_count_of_redemptions_is_the_platforms_order_list(shop: MedusaShop, medusa: Medusa):
    _, variant_id = await sellable(shop)
    promo = await a_code(shop)
    made = await shop.create_promo(promo, SHOW, uuid7())
    orders = [await buys(medusa, variant_id, code=promo.code) for _ in range(3)]
    await asyncio.to_thread(medusa.cancel, orders[0]["id"])
    listed = [
        order
        for order in medusa.orders()
        if order["status"] != "canceled" and promo.code in [p["code"] for p in order["promotions"] or []]
    ]
    (usage,) = await shop.promo_usage([promo.code])
    assert usage.redemptions == len(listed) == 2
    assert made.code == promo.code
