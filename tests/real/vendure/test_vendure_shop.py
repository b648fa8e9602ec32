"""What the studio shows of a real Vendure shop is what that shop itself says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import BadAnswer, RefusedByTarget, Unauthorised, Unreachable
from studio.domain.ids import uuid7
from studio.domain.order import Order, OrderStatus, belongs_to_show
from studio.domain.product import sellable_stock
from studio.domain.promo import PromoKind, PromoScope
from studio.settings.schema import ShopSettings
from studio.shop_probe import probe
from studio.shops.vendure import VendureShop, api_key
from studio.sync.http import HttpClient
from studio.ui.connections.port import Failure
from tests.contracts.shop_contract import (
    SHOW,
    a_code,
    a_moment_ago,
    every_product,
    orders_since,
    orders_while_a_crowd_buys,
    sellable,
)
from tests.real.vendure.seed import LOCATIONS, PLENTY, PRODUCTS, VARIANTS
from tests.real.vendure.server import RIGHTS, Api, Vendure


@asynccontextmanager
async def opened_with(server: Vendure, key: str) -> AsyncIterator[VendureShop]:
    client = HttpClient(server.url, lambda: key, SystemWallClock(), token_header=api_key)
    try:
        yield VendureShop(client, server.url)
    finally:
        await client.aclose()


async def test_the_shop_says_what_it_can_do_and_where_its_stock_lies(shop: VendureShop):
    identity = await shop.identity()
    able = identity.capabilities
    assert (able.native_start, able.featured, able.stock_by_location, able.link_orders) == (True,) * 4
    assert (able.redemption_counter, able.traffic, able.push) == (False,) * 3
    assert (identity.currency, identity.product_count) == ("EUR", PRODUCTS)
    assert set(LOCATIONS) <= set(identity.locations.values())


async def test_every_variant_comes_with_its_price_its_options_and_its_lowest_price(shop: VendureShop):
    products = await every_product(shop)
    variants = [variant for product in products for variant in product.variants]
    assert len(variants) == len({v.id for v in variants}) == VARIANTS
    chair = next(p for p in products if p.title == "Chair No. 4")
    assert [v.price.amount_minor for v in chair.variants] == [1300, 1310, 1320, 1330]
    assert [v.low_30d and v.low_30d.amount_minor for v in chair.variants] == [1200, None, None, None]
    assert [v.options for v in chair.variants] == [{"Colour": c} for c in ("Red", "Green", "Blue", "Black")]
    assert chair.points == ("Made by hand", "Lasts for years")
    assert chair.description.splitlines()[0] == "Chair No. 4 & more."
    assert chair.tags == ("Wool",)
    assert chair.url == "https://shop.example/products/item-4"


async def test_a_sale_is_seen_in_the_sellable_stock_at_once_and_a_cancellation_gives_it_back(
    shop: VendureShop, vendure: Vendure
):
    _, variant_id = await sellable(shop)
    before = await shop.stock([variant_id])
    assert await shop.stock([variant_id]) == before, "what did not change keeps its revision"
    order = await asyncio.to_thread(vendure.shopper().buy, variant_id, 3)
    after = await shop.stock([variant_id])
    assert sellable_stock(after).total == sellable_stock(before).total - 3  # type: ignore[operator]
    assert sum(x.on_hand for x in after) == sum(x.on_hand for x in before), "until it is sent it is on hand"
    assert max(x.revision for x in after) > max(x.revision for x in before)
    await asyncio.to_thread(vendure.cancel, order["id"])
    assert sellable_stock(await shop.stock([variant_id])).total == sellable_stock(before).total


async def test_stock_lies_where_the_shop_has_it(shop: VendureShop):
    chair = next(p for p in await every_product(shop) if p.title == "Bowl No. 5")
    levels = await shop.stock([chair.variants[0].id])
    names = (await shop.identity()).locations
    assert {names[x.location]: x.on_hand for x in levels if x.on_hand} == {LOCATIONS[0]: PLENTY}


async def test_what_the_shop_keeps_back_is_not_sellable(shop: VendureShop, vendure: Vendure):
    product = (await every_product(shop))[9]
    variant_id = product.variants[0].id
    before = sellable_stock(await shop.stock([variant_id])).total
    change = {"id": variant_id, "useGlobalOutOfStockThreshold": False, "outOfStockThreshold": 150}
    vendure.admin(
        "mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}", i=[change]
    )
    assert sellable_stock(await shop.stock([variant_id])).total == (before or 0) - 150
    change = {"id": variant_id, "trackInventory": "FALSE"}
    vendure.admin(
        "mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}", i=[change]
    )
    assert sellable_stock(await shop.stock([variant_id])).total == 1_000_000, "it never sells out"


async def test_an_order_by_a_tracked_link_is_the_shows_and_one_without_is_not(
    shop: VendureShop, vendure: Vendure
):
    product, variant_id = await sellable(shop)
    link = await shop.tracked_link(SHOW, product.id, "live")
    marks = parse_qs(urlsplit(link.url).query)
    mark = f"{marks['utm_campaign'][0]}/{marks['utm_content'][0]}"
    assert mark == f"{SHOW}/{link.id}"
    cursor = await a_moment_ago(shop)
    ours = await asyncio.to_thread(vendure.shopper().buy, variant_id, link=mark)
    other = await asyncio.to_thread(vendure.shopper().buy, variant_id)
    found, _ = await orders_since(shop, cursor)
    assert belongs_to_show(found[ours["id"]], SHOW, (), None)
    assert not belongs_to_show(found[other["id"]], SHOW, (), None)
    assert found[ours["id"]].total.amount_minor == ours["totalWithTax"]


async def test_a_code_takes_off_what_it_says_and_only_of_its_products(shop: VendureShop, vendure: Vendure):
    products = await every_product(shop)
    product, other = products[20], products[21]
    percent = await a_code(shop, scope=PromoScope.PRODUCT, product_ids=(product.id,), percent=20)
    await shop.create_promo(percent, SHOW, uuid7())
    fixed = await a_code(shop, kind=PromoKind.FIXED, percent=0, amount_minor=300)
    await shop.create_promo(fixed, SHOW, uuid7())
    free = await a_code(shop, kind=PromoKind.FREE_SHIPPING, percent=0)
    await shop.create_promo(free, SHOW, uuid7())
    cursor = await a_moment_ago(shop)

    async def paid(variant_id: str, code: str) -> tuple[Order, int]:
        order = await asyncio.to_thread(vendure.shopper().buy, variant_id, code=code)
        found, _ = await orders_since(shop, cursor)
        return found[order["id"]], order["totalWithTax"]

    price = product.variants[0].price.amount_minor
    shipping = (await paid(product.variants[0].id, ""))[1] - price
    order, total = await paid(product.variants[0].id, percent.code)
    assert (total - shipping, order.discount.amount_minor) == (price - price // 5, price // 5)
    assert order.lines[0].total.amount_minor == price - price // 5
    order, total = await paid(product.variants[0].id, fixed.code)
    assert (total - shipping, order.discount.amount_minor) == (price - 300, 300)
    _, total = await paid(product.variants[0].id, free.code)
    assert total == price
    order, total = await paid(other.variants[0].id, percent.code)
    assert (total - shipping, order.discount.amount_minor) == (other.variants[0].price.amount_minor, 0)
    assert order.promo_codes == (), "a code that took nothing off was not redeemed"


async def test_a_used_up_or_ended_code_is_worth_nothing_at_the_shop(shop: VendureShop, vendure: Vendure):
    _, variant_id = await sellable(shop)
    promo = await a_code(shop, total_limit=1)
    await shop.create_promo(promo, SHOW, uuid7())
    await asyncio.to_thread(vendure.shopper().buy, variant_id, code=promo.code)
    again = await asyncio.to_thread(vendure.shopper().buy, variant_id, code=promo.code)
    assert again["errorCode"] == "COUPON_CODE_LIMIT_ERROR"
    (usage,) = await shop.promo_usage([promo.code])
    assert (usage.redemptions, usage.limit) == (1, 1)
    ended = await a_code(shop)
    await shop.create_promo(ended, SHOW, uuid7())
    await shop.end_promo(ended.code, (await shop.clock()).shop_ms, uuid7())
    late = await asyncio.to_thread(vendure.shopper().buy, variant_id, code=ended.code)
    assert late["errorCode"].startswith("COUPON_CODE_")
    with pytest.raises(RefusedByTarget) as refusal:
        await shop.update_promo(ended.code, ended.ends_at_ms + 60_000, uuid7())
    assert refusal.value.code == "promo-ended"


async def test_a_code_of_the_shops_own_is_taken_and_stays_as_it_is(shop: VendureShop, vendure: Vendure):
    promo = await a_code(shop)
    body = {
        "enabled": True, "couponCode": promo.code, "conditions": [],
        "actions": [{"code": "free_shipping", "arguments": []}],
        "translations": [{"languageCode": "en", "name": "Theirs", "description": "Spring"}],
    }  # fmt: skip
    vendure.admin("mutation($i:CreatePromotionInput!){createPromotion(input:$i){__typename}}", i=body)
    with pytest.raises(RefusedByTarget) as refusal:
        await shop.create_promo(promo, SHOW, uuid7())
    assert refusal.value.code == "code-taken"
    filter_ = {"filter": {"couponCode": {"eq": promo.code}}}
    there = vendure.admin(
        "query($o:PromotionListOptions){promotions(options:$o){items{description}}}", o=filter_
    )
    assert there["promotions"]["items"] == [{"description": "Spring"}]


async def test_the_same_code_asked_for_twice_at_once_is_made_once(shop: VendureShop, vendure: Vendure):
    promo, key = await a_code(shop), uuid7()
    one, two = await asyncio.gather(*(shop.create_promo(promo, SHOW, key) for _ in range(2)))
    assert one == two
    filter_ = {"filter": {"couponCode": {"eq": promo.code}}}
    there = vendure.admin("query($o:PromotionListOptions){promotions(options:$o){totalItems}}", o=filter_)
    assert there["promotions"]["totalItems"] == 1


async def test_a_refund_and_a_return_are_told_apart_from_a_cancellation(shop: VendureShop, vendure: Vendure):
    _, variant_id = await sellable(shop)
    cursor = await a_moment_ago(shop)
    order = await asyncio.to_thread(vendure.shopper().buy, variant_id, 2)
    look = "query($i:ID!){order(id:$i){lines{id} payments{id} fulfillments{id}}}"
    there = vendure.admin(look, i=order["id"])["order"]
    refund = {
        "lines": [], "shipping": 0, "adjustment": 0, "amount": 500, "paymentId": there["payments"][0]["id"],
    }  # fmt: skip
    vendure.admin("mutation($i:RefundOrderInput!){refundOrder(input:$i){__typename}}", i=refund)
    found, _ = await orders_since(shop, cursor)
    known = found[order["id"]]
    assert (known.status, known.refunded.amount_minor) == (OrderStatus.PARTLY_RETURNED, 500)
    assert known.net.amount_minor == order["totalWithTax"] - 500
    sent = {
        "lines": [{"orderLineId": there["lines"][0]["id"], "quantity": 2}],
        "handler": {"code": "manual-fulfillment", "arguments": [{"name": "method", "value": "post"}]},
    }
    told = vendure.admin(
        "mutation($i:FulfillOrderInput!){addFulfillmentToOrder(input:$i){__typename ... on Fulfillment{id}}}",
        i=sent,
    )["addFulfillmentToOrder"]
    for state in ("Shipped", "Delivered"):
        vendure.admin(
            "mutation($i:ID!,$s:String!){transitionFulfillmentToState(id:$i,state:$s){__typename}}",
            i=told["id"], s=state,
        )  # fmt: skip
    await asyncio.to_thread(vendure.cancel, order["id"])
    found, _ = await orders_since(shop, cursor)
    returned = found[order["id"]]
    assert (returned.status, returned.lines[0].quantity, returned.lines[0].returned_quantity) == (
        OrderStatus.RETURNED, 2, 2,
    )  # fmt: skip
    assert returned.revision > known.revision
    assert returned.total.amount_minor == order["totalWithTax"], "what was paid does not shrink by the return"


async def test_many_orders_at_once_are_all_read_once_they_are_there(shop: VendureShop, vendure: Vendure):
    variants = [v.id for p in (await every_product(shop))[30:50] for v in p.variants]

    async def one(number: int) -> str:
        variant_id = variants[number % len(variants)]
        return (await asyncio.to_thread(vendure.shopper().buy, variant_id))["id"]

    bought, read = await orders_while_a_crowd_buys(shop, one, 24)
    assert len(bought) == 24
    assert bought <= read


async def test_one_product_is_featured_at_a_time_and_keeps_its_other_marks(
    shop: VendureShop, vendure: Vendure
):
    one, two = (await every_product(shop))[2:4]

    def marked() -> dict[str, list[str]]:
        page = vendure.admin("{products(options:{take:200}){items{id facetValues{code}}}}")["products"]
        return {p["id"]: sorted(v["code"] for v in p["facetValues"]) for p in page["items"]}

    for product in (one, two):
        await shop.feature(product.id, SHOW, 1, (), uuid7())
        assert [p for p, codes in marked().items() if "featured" in codes] == [product.id]
    await shop.feature("", SHOW, 2, (), uuid7())
    assert set(map(tuple, marked().values())) == {("wool",)}
    assert await shop.product(one.id) == one, "a private mark changes nothing of what viewers see"
    with pytest.raises(RefusedByTarget):
        await shop.feature("987654", SHOW, 3, (), uuid7())


@pytest.mark.parametrize(
    ("right", "act"),
    [
        ("ReadOrder", lambda shop: shop.orders("")),
        ("ReadPromotion", lambda shop: shop.find_promo("ANY")),
        ("UpdateCatalog", lambda shop: shop.feature("1", SHOW, 1, (), "key")),
        ("ReadCatalog", lambda shop: shop.catalogue(None)),
    ],
)  # fmt: skip
async def test_a_key_that_lacks_a_right_says_which(
    vendure: Vendure, right: str, act: Callable[[VendureShop], object]
):
    if right == "UpdateCatalog":  # the facet is there already
        async with opened_with(vendure, vendure.key) as whole:
            await whole.feature("", SHOW, 1, (), uuid7())
    key, _ = vendure.a_key(
        *(r for r in RIGHTS if r != right and not (right == "UpdateCatalog" and "Create" in r))
    )
    async with opened_with(vendure, key) as shop:
        with pytest.raises(Unauthorised) as refusal:
            await act(shop)  # type: ignore[misc]
    assert right in refusal.value.sentence
    assert key not in refusal.value.sentence


async def test_rights_to_write_are_tried_without_writing(vendure: Vendure):
    counted = "{promotions{totalItems}}"
    before = vendure.admin(counted)
    async with opened_with(vendure, vendure.key) as shop:
        assert await shop.lacking() == ()
    key, _ = vendure.a_key(*(r for r in RIGHTS if r.startswith("Read")))
    settings = ShopSettings(id="v", kind="vendure", name="Vendure", base_url=vendure.url)
    found = await probe(settings, key, SystemWallClock())
    assert found.failure is Failure.RIGHT_MISSING
    named = ("CreatePromotion", "UpdatePromotion", "UpdateCatalog")
    assert [[right for right in named if right in said] for said in found.missing] == [[r] for r in named]
    assert (found.currency, found.problems) == ("EUR", ())
    assert vendure.admin(counted) == before


async def test_a_revoked_key_and_a_wrong_one_are_told_from_a_missing_right(vendure: Vendure):
    key, key_id = vendure.a_key(*RIGHTS)
    async with opened_with(vendure, key) as shop:
        await shop.identity()
        vendure.admin("mutation($i:[ID!]!){deleteApiKeys(ids:$i){result}}", i=[key_id])
        with pytest.raises(Unauthorised, match="does not know this API key"):
            await shop.catalogue(None)
    async with opened_with(vendure, "no-such-key") as shop:
        with pytest.raises(Unauthorised, match="does not know this API key"):
            await shop.identity()


async def test_the_addresses_of_the_shop_and_of_its_api_both_work(vendure: Vendure):
    address = f"{vendure.url}/admin-api"
    client = HttpClient(address, lambda: vendure.key, SystemWallClock(), token_header=api_key)
    assert (await VendureShop(client, address).identity()).currency == "EUR"
    await client.aclose()


async def test_a_place_that_is_no_vendure_is_a_sentence(vendure: Vendure):
    address = f"{vendure.url}/shop-api"
    client = HttpClient(address, lambda: vendure.key, SystemWallClock(), token_header=api_key)
    with pytest.raises(BadAnswer, match="Vendure"):
        await VendureShop(client, address).identity()
    await client.aclose()


async def test_without_a_storefront_there_are_no_links_and_it_says_why(vendure: Vendure):
    async with opened_with(vendure, vendure.key) as shop:
        with pytest.raises(RefusedByTarget, match="storefront"):
            await shop.tracked_link(SHOW, "1", "live")


async def test_the_shop_going_down_is_unreachable_and_its_return_is_noticed(
    tmp_path_factory: pytest.TempPathFactory,
):
    from tests.real.vendure.server import a_free_port

    server = Vendure(tmp_path_factory.mktemp("restarted"), a_free_port(), keep="always")
    try:
        await asyncio.to_thread(server.start)
        server.key, _ = server.a_key(*RIGHTS)
        async with opened_with(server, server.key) as shop:
            assert (await shop.identity()).name
            await asyncio.to_thread(server.kill)
            with pytest.raises(Unreachable):
                await shop.catalogue(None)
            await asyncio.to_thread(server.start)
            assert (await shop.catalogue(None)).products == ()
    finally:
        await asyncio.to_thread(server.stop)


async def test_the_studios_count_of_redemptions_is_the_platforms_order_list(
    shop: VendureShop, vendure: Vendure
):
    _, variant_id = await sellable(shop)
    promo = await a_code(shop)
    await shop.create_promo(promo, SHOW, uuid7())
    made = [await asyncio.to_thread(vendure.shopper().buy, variant_id, code=promo.code) for _ in range(3)]
    await asyncio.to_thread(vendure.cancel, made[0]["id"])
    listed = [
        o
        for o in vendure.orders()
        if o["state"] != "Cancelled" and {"couponCode": promo.code} in o["promotions"]
    ]
    (usage,) = await shop.promo_usage([promo.code])
    assert usage.redemptions == len(listed) == 2


def test_the_storefront_hides_what_the_studio_marks(vendure: Vendure):
    api = Api(vendure.url, "/shop-api")
    facets = api("{facets{items{code}}}")["facets"]["items"]
    api.close()
    assert {"code": "host-studio"} not in facets
