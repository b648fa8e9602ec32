"""What the studio shows of a real Medusa shop is what that shop itself says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import BadAnswer, RefusedByTarget, Unauthorised, Unreachable
from studio.domain.ids import uuid7
from studio.domain.order import belongs_to_show
from studio.domain.product import sellable_stock
from studio.settings.schema import ShopSettings
from studio.shop_probe import probe
from studio.shops import medusa_wire as wire
from studio.shops.medusa import MedusaShop
from studio.shops.medusa_client import MedusaClient, token_header
from studio.shops.medusa_map import FEATURED_TAG, LINK_FIELD, LOW_FIELD
from studio.sync.http import HttpClient
from studio.ui.connections.port import Failure
from tests.contracts.shop_contract import SHOW, a_moment_ago, every_product, orders_since, sellable
from tests.real.medusa.conftest import STOREFRONT
from tests.real.medusa.postgres import Cluster
from tests.real.medusa.server import HERE, Api, Medusa
from tests.real.vendure.seed import LOCATIONS, PLENTY, PRODUCTS, VARIANTS
from tests.real.vendure.server import a_free_port


@asynccontextmanager
async def opened_with(address: str, key: str) -> AsyncIterator[MedusaShop]:
    client = HttpClient(address, lambda: key, SystemWallClock(), token_header=token_header)
    try:
        yield MedusaShop(client)
    finally:
        await client.aclose()


async def buys(server: Medusa, variant_id: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return await asyncio.to_thread(server.shopper().buy, variant_id, quantity, **more)


async def test_the_shop_says_what_it_can_do_and_where_its_stock_lies(shop: MedusaShop):
    identity = await shop.identity()
    able = identity.capabilities
    assert (able.native_start, able.featured, able.stock_by_location, able.link_orders) == (True,) * 4
    assert (able.redemption_counter, able.traffic, able.push) == (False,) * 3
    assert (identity.name, identity.currency, identity.product_count) == ("The Test Shop", "EUR", PRODUCTS)
    assert set(identity.locations.values()) == set(LOCATIONS)


async def test_every_variant_comes_with_its_price_its_options_and_its_pictures(shop: MedusaShop):
    products = await every_product(shop)
    variants = [variant for product in products for variant in product.variants]
    assert len(variants) == len({v.id for v in variants}) == VARIANTS
    chair = next(p for p in products if p.title == "Chair No. 4")
    assert [v.price.amount_minor for v in chair.variants] == [1300, 1310, 1320, 1330]
    assert [v.options for v in chair.variants] == [{"Colour": c} for c in ("Red", "Green", "Blue", "Black")]
    assert [v.sku for v in chair.variants] == [f"SKU-4-{n}" for n in (1, 2, 3, 4)]
    assert chair.description.splitlines() == ["Chair No. 4 & more.", "Made by hand."]
    assert (chair.tags, chair.category, len(chair.image_urls)) == (("Wool",), "Home", 4)
    assert chair.url == "https://shop.example/de/products/item-4"
    assert all(product.active for product in products)


async def test_the_price_is_what_the_storefront_asks_with_sales_and_tax(shop: MedusaShop, medusa: Medusa):
    product = (await every_product(shop))[5]
    variant = product.variants[0]
    sale = {
        "title": "Sale", "description": "One piece less", "type": "sale", "status": "active",
        "prices": [{"variant_id": variant.id, "currency_code": "eur", "amount": 7.5}],
    }  # fmt: skip
    listed = medusa.admin.post("/admin/price-lists", **sale)["price_list"]["id"]
    low = {"metadata": {LOW_FIELD: 6.99}}
    medusa.admin.post(f"/admin/products/{product.id}/variants/{variant.id}", **low)
    try:
        cheap = await shop.product(product.id)
        assert cheap is not None
        assert cheap.revision > product.revision
        assert cheap.variants[0].price.amount_minor == 750
        assert cheap.variants[0].low_30d is not None
        assert cheap.variants[0].low_30d.amount_minor == 699
        order = await buys(medusa, variant.id)
        found, _ = await orders_since(shop, await a_moment_ago(shop))
        assert found[order["id"]].lines[0].total.amount_minor == 750
    finally:
        medusa.admin.delete(f"/admin/price-lists/{listed}")


async def test_a_storefront_key_that_was_revoked_is_replaced_by_another(shop: MedusaShop, medusa: Medusa):
    admin = medusa.admin
    keys = admin.get("/admin/api-keys", type="publishable")["api_keys"]
    spare, spare_id = medusa.a_key("publishable")
    channel = admin.get("/admin/sales-channels")["sales_channels"][0]["id"]
    admin.post(f"/admin/api-keys/{spare_id}/sales-channels", add=[channel])
    product = (await every_product(shop))[0]
    known = shop._last
    assert known is not None
    assert known.front is not None
    assert known.front.key in [key["token"] for key in keys]
    shop._last = msgspec.structs.replace(known, front=msgspec.structs.replace(known.front, key=spare))
    assert await shop.product(product.id) == product
    admin.post(f"/admin/api-keys/{spare_id}/revoke")
    assert await shop.product(product.id) == product
    assert shop._last.front == known.front


async def test_what_the_storefront_does_not_show_is_not_for_sale(shop: MedusaShop, medusa: Medusa):
    product = (await every_product(shop))[6]
    path = f"/admin/products/{product.id}"
    medusa.admin.post(path, status="draft")
    try:
        hidden = await shop.product(product.id)
        assert hidden is not None
        assert not hidden.active
        assert hidden.variants[0].price == product.variants[0].price, "as the administration has it"
        with pytest.raises(RefusedByTarget) as refusal:
            await shop.feature(product.id, SHOW, 1, (), uuid7())
        assert refusal.value.code == "product-inactive"
    finally:
        medusa.admin.post(path, status="published")


async def test_a_sale_is_seen_in_the_sellable_stock_at_once_and_a_cancellation_gives_it_back(
    shop: MedusaShop, medusa: Medusa
):
    _, variant_id = await sellable(shop)
    before = await shop.stock([variant_id])
    assert await shop.stock([variant_id]) == before, "what did not change keeps its revision"
    order = await buys(medusa, variant_id, 3)
    after = await shop.stock([variant_id])
    assert sellable_stock(after).total == sellable_stock(before).total - 3  # type: ignore[operator]
    assert sum(x.on_hand for x in after) == sum(x.on_hand for x in before), "until it is sent it is on hand"
    assert max(x.revision for x in after) > max(x.revision for x in before)
    await asyncio.to_thread(medusa.cancel, order["id"])
    assert sellable_stock(await shop.stock([variant_id])).total == sellable_stock(before).total


async def test_stock_lies_where_the_shop_has_it_and_a_store_room_of_no_storefront_is_kept_back(
    shop: MedusaShop, medusa: Medusa
):
    bowl = next(p for p in await every_product(shop) if p.title == "Bowl No. 5")
    names = (await shop.identity()).locations
    levels = await shop.stock([bowl.variants[0].id])
    before = {names[x.location]: (x.on_hand, x.sellable) for x in levels}
    assert set(before) == {LOCATIONS[0]}
    assert before[LOCATIONS[0]][0] > PLENTY // 2
    room = medusa.admin.post("/admin/stock-locations", name="Store room")["stock_location"]["id"]
    item = medusa.admin.get("/admin/inventory-items", sku=bowl.variants[0].sku)["inventory_items"][0]["id"]
    medusa.admin.post(f"/admin/inventory-items/{item}/location-levels", location_id=room, stocked_quantity=70)
    try:
        names = (await shop.identity()).locations
        levels = await shop.stock([bowl.variants[0].id])
        now = {names[x.location]: (x.on_hand, x.sellable) for x in levels}
        assert now == {**before, "Store room": (70, 0)}
        front = medusa.admin.get(
            "/admin/product-variants", id=bowl.variants[0].id, fields="id,+inventory_quantity"
        )
        assert front["variants"][0]["inventory_quantity"] == before[LOCATIONS[0]][1] + 70, (
            "Medusa's own figure counts it in"
        )
    finally:
        medusa.admin.delete(f"/admin/stock-locations/{room}")


async def test_a_set_has_as_many_pieces_as_its_scarcest_part_and_what_is_not_managed_never_sells_out(
    shop: MedusaShop, medusa: Medusa
):
    admin = medusa.admin
    place = admin.get("/admin/stock-locations", name=LOCATIONS[0])["stock_locations"][0]["id"]
    first, second = (
        admin.post(
            "/admin/inventory-items",
            sku=sku,
            location_levels=[{"location_id": place, "stocked_quantity": PLENTY}],
        )["inventory_item"]["id"]
        for sku in ("SET-BOWL", "SET-SPOON")
    )
    profile = admin.get("/admin/shipping-profiles")["shipping_profiles"][0]["id"]
    parts = [
        {"inventory_item_id": first, "required_quantity": 3},
        {"inventory_item_id": second, "required_quantity": 1},
    ]
    price = [{"currency_code": "eur", "amount": 30}]
    made = admin.post(
        "/admin/products",
        title="Set", status="draft", shipping_profile_id=profile, options=[{"title": "Kind", "values": ["set", "voucher"]}],
        variants=[
            {"title": "set", "options": {"Kind": "set"}, "inventory_items": parts, "prices": price},
            {"title": "voucher", "options": {"Kind": "voucher"}, "manage_inventory": False, "prices": price},
        ],
    )["product"]  # fmt: skip
    try:
        ids = {variant["title"]: variant["id"] for variant in made["variants"]}
        assert sellable_stock(await shop.stock([ids["set"]])).total == PLENTY // 3
        assert sellable_stock(await shop.stock([ids["voucher"]])).total == 1_000_000
    finally:
        admin.delete(f"/admin/products/{made['id']}")
        for item in (first, second):
            admin.delete(f"/admin/inventory-items/{item}")


async def test_an_order_by_a_tracked_link_is_the_shows_and_one_without_is_not(
    shop: MedusaShop, medusa: Medusa
):
    product, variant_id = await sellable(shop)
    link = await shop.tracked_link(SHOW, product.id, "live")
    marks = {name: values[0] for name, values in parse_qs(urlsplit(link.url).query).items()}
    mark = f"{marks['utm_campaign']}/{marks['utm_content']}"
    assert mark == f"{SHOW}/{link.id}"
    cursor = await a_moment_ago(shop)
    ours = await buys(medusa, variant_id, metadata={LINK_FIELD: mark})
    plain = await buys(medusa, variant_id, metadata=marks)
    other = await buys(medusa, variant_id)
    found, _ = await orders_since(shop, cursor)
    assert belongs_to_show(found[ours["id"]], SHOW, (), None)
    assert belongs_to_show(found[plain["id"]], SHOW, (), None), (
        "a storefront may keep the address's own marks"
    )
    assert not belongs_to_show(found[other["id"]], SHOW, (), None)
    assert found[ours["id"]].total.amount_minor == round(ours["total"] * 100)


async def test_one_product_is_featured_at_a_time_and_keeps_its_other_tags(shop: MedusaShop, medusa: Medusa):
    one, two = (await every_product(shop))[2:4]
    front = Api(medusa.url, {"x-publishable-api-key": medusa.front.key})  # type: ignore[union-attr]

    def shown() -> list[str]:
        tags = medusa.admin.get("/admin/product-tags", value=FEATURED_TAG)["product_tags"]
        return [p["id"] for p in front.get("/store/products", tag_id=tags[0]["id"])["products"]]

    def tags() -> set[tuple[str, ...]]:
        page = medusa.admin.get("/admin/products", limit=200, fields="id,tags.value")["products"]
        return {tuple(sorted(tag["value"] for tag in p["tags"])) for p in page}

    for product in (one, two):
        await shop.feature(product.id, SHOW, 1, (), uuid7())
        assert shown() == [product.id]
    assert tags() == {("Wool",), ("Wool", FEATURED_TAG)}
    seen = await shop.product(two.id)
    assert seen == two, "the tag changes nothing of what the studio shows"
    await shop.feature("", SHOW, 2, (), uuid7())
    assert shown() == []
    assert tags() == {("Wool",)}
    front.close()
    with pytest.raises(RefusedByTarget):
        await shop.feature("prod_nothing", SHOW, 3, (), uuid7())


async def test_a_revoked_key_a_wrong_one_and_a_storefronts_are_refused_with_a_sentence(medusa: Medusa):
    key, key_id = medusa.a_key()
    async with opened_with(medusa.url, key) as shop:
        await shop.identity()
        medusa.admin.post(f"/admin/api-keys/{key_id}/revoke")
        with pytest.raises(Unauthorised, match="revoked") as refusal:
            await shop.catalogue(None)
    assert key not in refusal.value.sentence
    for wrong in ("sk_nothing", medusa.a_key("publishable")[0], "no-key-at-all"):
        async with opened_with(medusa.url, wrong) as shop:
            with pytest.raises(Unauthorised, match="secret one"):
                await shop.identity()


async def test_a_users_own_token_opens_the_shop_too(shop: MedusaShop, medusa: Medusa):
    async with opened_with(medusa.url, medusa.login()) as same:
        assert await same.identity() == await shop.identity()
        prices = [p.price for p in (await same.catalogue(None)).products]
        assert prices == [p.price for p in (await shop.catalogue(None)).products]


async def test_the_connection_is_tested_from_its_settings_alone(medusa: Medusa):
    settings = ShopSettings(id="real", kind="medusa", name="Real", base_url=medusa.url, storefront=STOREFRONT)
    found = await probe(settings, medusa.key, SystemWallClock())
    assert (found.failure, found.missing, found.problems) == (None, (), ())
    assert (found.name, found.currency, found.product_count) == ("The Test Shop", "EUR", PRODUCTS)
    assert found.clock_ahead_ms is not None
    assert abs(found.clock_ahead_ms) < 2_000, "both clocks are this computer's"
    assert found.capabilities is not None
    assert any("e-mail" in note for note in found.capabilities.notes)
    assert (await probe(settings, "sk_wrong", SystemWallClock())).failure is Failure.KEY_REFUSED
    assert (await probe(settings, "", SystemWallClock())).failure is Failure.KEY_MISSING
    elsewhere = msgspec.structs.replace(settings, base_url=f"{medusa.url}/app")
    assert (await probe(elsewhere, medusa.key, SystemWallClock())).failure is Failure.OTHER_PLATFORM


async def test_the_address_of_the_administration_is_a_sentence(medusa: Medusa):
    for place in ("/app", "/admin"):
        async with opened_with(f"{medusa.url}{place}", medusa.key) as shop:
            with pytest.raises(BadAnswer, match="without /app or /admin"):
                await shop.identity()


async def test_a_medusa_that_does_not_know_what_is_asked_is_of_another_version(http: HttpClient):
    client = MedusaClient(http, lambda *_: None)
    with pytest.raises(BadAnswer, match="version"):
        await client.get("/admin/promotions", wire.Promotions, [("no_such_filter", "1")])
    body = {
        "code": "NEWER", "type": "standard", "no_such_field": 1,
        "application_method": {"type": "percentage", "target_type": "order", "value": 5},
    }  # fmt: skip
    with pytest.raises(BadAnswer, match="version"):
        await client.post("/admin/promotions", body, wire.OnePromotion)


async def test_without_a_storefront_there_are_no_links_and_it_says_why(medusa: Medusa):
    async with opened_with(medusa.url, medusa.key) as shop:
        with pytest.raises(RefusedByTarget, match="storefront"):
            await shop.tracked_link(SHOW, "prod_1", "live")


async def test_the_shop_going_down_is_unreachable_and_comes_back_as_it_was(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
):
    server = Medusa(tmp_path_factory.mktemp("restarted"), a_free_port(), cluster)
    try:
        await asyncio.to_thread(lambda: server.make().start())
        key, _ = await asyncio.to_thread(server.a_key)
        async with opened_with(server.url, key) as shop:
            before = await shop.identity()
            await asyncio.to_thread(server.kill)
            with pytest.raises(Unreachable):
                await shop.catalogue(None)
            await asyncio.to_thread(server.start)
            assert await shop.identity() == before
            assert (await shop.catalogue(None)).products == ()
    finally:
        await asyncio.to_thread(server.stop)


def test_the_lock_names_no_registry():
    text = (HERE / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text
