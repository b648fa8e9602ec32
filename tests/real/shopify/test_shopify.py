"""What a shop at Shopify does beyond the contract of all shops: variants, prices, orders, links, rights, refusals."""

import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import BadAnswer, RefusedByTarget, Unauthorised, Unreachable
from studio.domain.ids import uuid7
from studio.domain.money import Money
from studio.domain.order import Order, OrderStatus
from studio.domain.promo import PromoKind, PromoScope
from studio.settings.schema import ShopSettings
from studio.shop_factory import shop_kind
from studio.shops.shopify import FEATURED_TAG, NEEDED, ShopifyShop
from studio.shops.shopify_api import token_header
from studio.sync.http import HttpClient
from tests.contracts.shop_contract import MINUTE, SHOW, a_code, eventually, every_product, orders_since
from tests.real.shopify.stand_in import StandIn, Trouble

pytestmark = pytest.mark.real
VARIANT = "gid://shopify/ProductVariant/1000"
PRODUCT = "gid://shopify/Product/1"


async def the_order(shop: ShopifyShop, order_id: str) -> Order:
    """As soon as the shop's search knows of it."""
    found: dict[str, Order] = {}

    async def seen() -> bool:
        page = await shop.orders("")
        found.update({order.id: order for order in page.orders})
        return order_id in found

    await eventually(seen)
    return found[order_id]


# --- who the shop is ----------------------------------------------------------------------------------------------


async def test_identity_tells_locations_time_zone_and_what_cannot_be_had(shop: ShopifyShop):
    identity = await shop.identity()
    assert identity.locations["gid://shopify/Location/2"] == "Berlin"
    assert identity.time_zone == "Europe/Oslo"
    can = identity.capabilities
    assert (can.native_start, can.redemption_counter, can.featured, can.stock_by_location) == (True,) * 4
    assert (can.push, can.traffic) == (False, False)


@pytest.mark.parametrize("scope", NEEDED)
async def test_a_token_that_lacks_a_right_is_told_which(shop: ShopifyShop, server: StandIn, scope: str):
    server.shop.scopes = [s for s in (*NEEDED, "write_products") if s != scope]
    if scope == "read_discounts":
        server.shop.scopes.remove("write_discounts")
    if scope == "read_products":
        server.shop.scopes.remove("write_products")
    with pytest.raises(Unauthorised) as refusal:
        await shop.identity()
    assert f"“{scope}”" in refusal.value.sentence


async def test_without_the_right_to_write_products_nothing_is_featured_and_the_rest_works(
    shop: ShopifyShop, server: StandIn
):
    server.shop.scopes = list(NEEDED)
    assert not (await shop.identity()).capabilities.featured
    with pytest.raises(Unauthorised, match="write_products"):
        await shop.feature(PRODUCT, SHOW, 1, (), uuid7())


async def test_a_right_that_is_taken_away_during_the_show_is_named(shop: ShopifyShop, server: StandIn):
    await shop.identity()
    server.shop.scopes.remove("read_orders")
    with pytest.raises(Unauthorised, match="read_orders"):
        await shop.orders("")


async def test_a_token_that_is_not_accepted_is_asked_for_and_never_shown(server: StandIn):
    token = "shop-token-of-this-test"
    client = HttpClient(server.url, lambda: token, SystemWallClock(), token_header=token_header)
    with pytest.raises(Unauthorised) as refusal:
        await ShopifyShop(client).identity()
    await client.aclose()
    assert "Enter it again" in refusal.value.sentence
    assert token not in refusal.value.sentence + repr(client)


async def test_a_shop_of_this_kind_in_the_settings_is_connected_with_its_token(server: StandIn):
    kind = shop_kind("shopify")
    settings = ShopSettings(id="fjord", kind="shopify", name="Fjord", base_url=server.url)
    client = HttpClient(server.url, lambda: server.token, SystemWallClock(), token_header=kind.token_header)
    assert (await kind.make(client, settings, "en", None).identity()).name == "Fjord & Co"
    await client.aclose()


async def test_the_shops_clock_is_known_better_than_its_answers_tell_it(shop: ShopifyShop, server: StandIn):
    for _ in range(20):
        reading = await shop.clock()
    middle = (reading.sent_wall_ms + reading.received_wall_ms) / 2
    assert abs(reading.shop_ms - middle - server.shop.skew_ms) <= 1_000


# --- what is sold -------------------------------------------------------------------------------------------------


async def test_products_come_with_all_variants_prices_and_reviews(shop: ShopifyShop):
    products = {p.id: p for p in await every_product(shop)}
    assert len(products["gid://shopify/Product/7"].variants) == 45
    first = products[PRODUCT]
    assert first.variants[1].price == Money(2_000, "EUR")
    assert (first.variants[1].title, first.variants[1].options) == ("Size 1", {"Size": "1"})
    assert (first.review_score, first.review_count) == (4.5, 12)
    alone = products["gid://shopify/Product/5"]
    assert (alone.variants[0].title, alone.variants[0].options) == ("Product 5", {})
    assert not products["gid://shopify/Product/4"].active
    assert products["gid://shopify/Product/3"].variants[0].sku == ""


async def test_products_speak_the_shows_language_where_the_token_may_read_it(http, server: StandIn):
    german = ShopifyShop(http, "de")
    product = await german.product(PRODUCT)
    assert product is not None
    assert product.title == "Product 1"
    server.shop.scopes.append("read_translations")
    await german.identity()
    product = await german.product(PRODUCT)
    assert product is not None
    assert (product.title, product.description) == ("Produkt 1", "Über Produkt 1.")


async def test_a_product_that_changed_gets_a_higher_revision_and_else_keeps_it(
    shop: ShopifyShop, server: StandIn
):
    before = await shop.product(PRODUCT)
    again = await shop.product(PRODUCT)
    server.shop.products[PRODUCT]["title"] = "Another name"
    after = await shop.product(PRODUCT)
    assert before is not None
    assert again == before
    assert after is not None
    assert after.revision > before.revision


# --- stock --------------------------------------------------------------------------------------------------------


async def test_stock_that_did_not_move_costs_one_point_a_variant(shop: ShopifyShop, server: StandIn):
    ids = [f"gid://shopify/ProductVariant/{n}000" for n in range(12, 20)]
    first = await shop.stock(ids)
    server.asked.clear()
    assert await shop.stock(ids) == first
    assert dict(server.asked) == {"Totals": 1}
    server.shop.take(ids[3], 2)
    later = {(level.variant_id, level.location): level for level in await shop.stock(ids)}
    assert server.asked["Levels"] == 1
    moved = [level for level in first if later[level.variant_id, level.location] != level]
    assert [(level.variant_id, level.location) for level in moved] == [(ids[3], "gid://shopify/Location/1")]
    assert later[ids[3], "gid://shopify/Location/1"].sellable == moved[0].sellable - 2
    assert later[ids[3], "gid://shopify/Location/1"].revision > moved[0].revision


async def test_two_sales_within_a_second_are_both_seen(shop: ShopifyShop, server: StandIn):
    await shop.stock([VARIANT])
    seen = []
    for _ in range(4):
        server.shop.take(VARIANT, 1)
        seen += [
            level for level in await shop.stock([VARIANT]) if level.location == "gid://shopify/Location/1"
        ]
    assert [level.on_hand for level in seen] == [19, 18, 17, 16]
    assert sorted({level.revision for level in seen}) == [level.revision for level in seen]


async def test_the_pinned_products_stock_is_asked_for_first(shop: ShopifyShop, server: StandIn):
    pinned = "gid://shopify/Product/30"
    await shop.feature(pinned, SHOW, 1, (), uuid7())
    await shop.product(pinned)
    server.log.clear()
    await shop.stock(
        [*(f"gid://shopify/ProductVariant/{n}000" for n in range(12, 25)), f"{VARIANT[:-4]}30000"]
    )
    asked = [variables["ids"] for _, name, variables in server.log if name == "Levels"]
    assert asked[0] == ["gid://shopify/ProductVariant/30000"]


async def test_more_was_sold_than_there_is_counts_as_none(shop: ShopifyShop, server: StandIn):
    server.shop.take(VARIANT, 25)
    levels = {level.location: level.sellable for level in await shop.stock([VARIANT])}
    assert levels["gid://shopify/Location/1"] == 0


async def test_what_shopify_does_not_count_has_no_stock_rather_than_none_left(shop: ShopifyShop):
    assert await shop.stock(["gid://shopify/ProductVariant/9000"]) == ()


# --- orders -------------------------------------------------------------------------------------------------------


async def test_an_order_tells_lines_discounts_and_the_code_as_the_studio_writes_it(
    shop: ShopifyShop, server: StandIn
):
    promo = await a_code(shop, percent=10)
    await shop.create_promo(promo, SHOW, uuid7())
    order = await the_order(shop, server.shop.buy(VARIANT, promo.code, quantity=2))
    assert order.total == Money(3_582, "EUR")
    assert (order.discount, order.refunded) == (Money(398, "EUR"), Money(0, "EUR"))
    assert order.lines[0].total == order.total
    assert (order.promo_codes, order.paid, order.status) == ((promo.code,), True, OrderStatus.PAID)


async def test_what_comes_back_is_refunded_in_part_and_whole(shop: ShopifyShop, server: StandIn):
    order_id = server.shop.buy(VARIANT, quantity=2)
    server.shop.give_back(order_id, 1)
    part = await the_order(shop, order_id)
    assert (part.status, part.refunded) == (OrderStatus.PARTLY_RETURNED, Money(1_990, "EUR"))
    assert part.lines[0].returned_quantity == 1
    server.shop.give_back(order_id, 1)

    async def whole() -> bool:
        return (await the_order(shop, order_id)).status is OrderStatus.RETURNED

    await eventually(whole)
    assert (await the_order(shop, order_id)).revision > part.revision


async def test_a_cancelled_order_keeps_its_total_and_counts_no_return(shop: ShopifyShop, server: StandIn):
    order_id = server.shop.buy(VARIANT)
    server.shop.cancel(order_id)
    order = await the_order(shop, order_id)
    assert (order.status, order.refunded, order.net) == (
        OrderStatus.CANCELLED, Money(0, "EUR"), Money(0, "EUR"),
    )  # fmt: skip
    assert order.lines[0].returned_quantity == 0


async def test_an_order_that_waits_for_money_is_placed_and_not_paid(shop: ShopifyShop, server: StandIn):
    order = await the_order(shop, server.shop.buy(VARIANT, paid=False))
    assert (order.status, order.paid) == (OrderStatus.PLACED, False)


async def test_taxes_that_come_on_top_are_in_a_lines_total(shop: ShopifyShop, server: StandIn):
    server.shop.taxes_included = False
    order = await the_order(shop, server.shop.buy(VARIANT))
    assert order.lines[0].total == order.total == Money(2_388, "EUR")


async def test_an_order_of_many_lines_has_them_all(shop: ShopifyShop, server: StandIn):
    order = await the_order(shop, server.shop.buy(VARIANT, lines=75))
    assert len(order.lines) == 75


async def test_an_order_is_read_whole_once_and_again_only_when_it_changed(shop: ShopifyShop, server: StandIn):
    start = int(server.shop.now_ms())
    server.shop.skew_ms -= 10_000  # what follows happens ten seconds earlier
    ids = [server.shop.buy(VARIANT) for _ in range(5)]
    server.shop.skew_ms += 10_000
    found, cursor = await orders_since(shop, f"since:{start - 60_000}")
    assert set(found) == set(ids)
    server.asked.clear()
    again, cursor = await orders_since(shop, cursor)
    assert again == {}
    assert dict(server.asked) == {"OrdersChanged": 1}
    server.shop.cancel(ids[2])

    async def seen() -> bool:
        nonlocal cursor
        changed, cursor = await orders_since(shop, cursor)
        return set(changed) == {ids[2]}

    await eventually(seen)


async def test_a_page_that_was_not_kept_comes_again(shop: ShopifyShop, server: StandIn):
    server.shop.skew_ms -= 10_000
    order_id = server.shop.buy(VARIANT)
    server.shop.skew_ms += 10_000
    start = f"since:{int(server.shop.now_ms()) - 60_000}"
    assert set((await orders_since(shop, start))[0]) == {order_id}
    again, cursor = await orders_since(shop, start)
    assert set(again) == {order_id}
    server.shop.skew_ms -= 10_000
    late = server.shop.buy(VARIANT)
    server.shop.skew_ms += 10_000
    for _ in range(3):  # as when the disk is full: the same place is asked for until it is kept
        found, after = await orders_since(shop, cursor)
        assert set(found) == {late}
    assert (await orders_since(shop, after))[0] == {}


async def test_orders_beyond_one_page_are_all_read(shop: ShopifyShop, server: StandIn):
    start = f"since:{int(server.shop.now_ms()) - 60_000}"
    ids = {server.shop.buy(VARIANT) for _ in range(130)}
    seen: set[str] = set()

    async def all_seen() -> bool:
        found, _ = await orders_since(shop, start)
        seen.update(found)
        return seen == ids

    await eventually(all_seen)


# --- whose an order is --------------------------------------------------------------------------------------------


async def test_an_order_belongs_to_the_link_that_the_customer_came_by_last(
    shop: ShopifyShop, server: StandIn
):
    link = await shop.tracked_link("show-1", PRODUCT, "live")
    order = await the_order(shop, server.shop.buy(VARIANT, visit=link.url))
    assert (order.link_id, order.link_show_id) == (link.id, "show-1")


async def test_an_order_that_came_by_somebody_elses_campaign_is_nobodys(shop: ShopifyShop, server: StandIn):
    visit = "https://fjord.example/?utm_source=newsletter&utm_campaign=show-1"
    order = await the_order(shop, server.shop.buy(VARIANT, visit=visit))
    assert (order.link_id, order.link_show_id) == ("", "")


async def test_note_attributes_of_the_cart_say_it_at_once(shop: ShopifyShop, server: StandIn):
    notes = {"host_studio_link": "l-1", "host_studio_show": "show-2", "gift": "yes"}
    order = await the_order(shop, server.shop.buy(VARIANT, notes=notes))
    assert (order.link_id, order.link_show_id) == ("l-1", "show-2")


async def test_how_a_customer_came_is_asked_again_until_the_shop_knows(shop: ShopifyShop, server: StandIn):
    server.shop.journeys_ripe = False
    link = await shop.tracked_link("show-1", PRODUCT, "live")
    order_id = server.shop.buy(VARIANT, visit=link.url)
    early = await the_order(shop, order_id)
    assert early.link_show_id == ""
    _, cursor = await orders_since(shop, "")
    server.shop.journeys_ripe = True
    later, _ = await orders_since(shop, cursor)
    assert later[order_id].link_show_id == "show-1"
    assert later[order_id].revision > early.revision


async def test_a_product_that_is_not_published_has_no_link_and_says_what_to_do(shop: ShopifyShop):
    with pytest.raises(RefusedByTarget, match="publish it"):
        await shop.tracked_link(SHOW, "gid://shopify/Product/4", "live")


# --- codes --------------------------------------------------------------------------------------------------------


async def test_a_code_whose_answer_was_lost_is_made_once(shop: ShopifyShop, server: StandIn):
    promo, key = await a_code(shop), uuid7()
    server.after_write = Trouble(503, b"")
    with pytest.raises(Unreachable):
        await shop.create_promo(promo, SHOW, key)
    made = await shop.create_promo(promo, SHOW, key)
    assert made.shop_promo_id == (server.shop.discounts[promo.code]).id
    assert server.asked["CreateBasic"] == 1


async def test_a_code_that_starts_later_starts_by_itself(shop: ShopifyShop, server: StandIn):
    now = (await shop.clock()).shop_ms
    promo = await a_code(shop, starts_at_ms=now + MINUTE)
    made = await shop.create_promo(promo, SHOW, uuid7())
    assert made.starts_at_ms == now + MINUTE
    assert server.shop.status(server.shop.discounts[promo.code]) == "SCHEDULED"


async def test_a_shop_that_counts_whole_seconds_tells_the_window_that_it_has(
    shop: ShopifyShop, server: StandIn
):
    server.answers.whole_seconds = True
    promo = await a_code(shop)
    made = await shop.create_promo(promo, SHOW, uuid7())
    assert made.ends_at_ms == promo.ends_at_ms // 1000 * 1000


async def test_a_limit_that_shopify_does_not_have_is_refused_with_what_to_do(
    shop: ShopifyShop, server: StandIn
):
    with pytest.raises(RefusedByTarget, match="set the limit to 1"):
        await shop.create_promo(await a_code(shop, per_customer_limit=3), SHOW, uuid7())
    assert server.shop.discounts == {}


async def test_a_code_for_a_product_that_is_gone_is_refused_in_the_shops_words(shop: ShopifyShop):
    promo = await a_code(shop, scope=PromoScope.PRODUCT, product_ids=("gid://shopify/Product/999",))
    with pytest.raises(RefusedByTarget, match="does not exist"):
        await shop.create_promo(promo, SHOW, uuid7())


async def test_free_shipping_for_one_product_is_made_and_said_to_be_for_whole_orders(shop: ShopifyShop):
    said: list[str] = []
    shop.on_problem = said.append
    promo = await a_code(
        shop, kind=PromoKind.FREE_SHIPPING, percent=0, scope=PromoScope.PRODUCT, product_ids=(PRODUCT,)
    )
    await shop.create_promo(promo, SHOW, uuid7())
    assert len(said) == 1
    assert "whole orders" in said[0]


async def test_a_free_shipping_code_is_extended_and_ended_like_any_other(shop: ShopifyShop):
    promo = await a_code(shop, kind=PromoKind.FREE_SHIPPING, percent=0)
    await shop.create_promo(promo, SHOW, uuid7())
    later = promo.ends_at_ms + MINUTE
    assert (await shop.update_promo(promo.code, later, uuid7())).ends_at_ms == later
    assert (await shop.end_promo(promo.code, 0, uuid7())).ends_at_ms < promo.ends_at_ms


# --- the featured product -----------------------------------------------------------------------------------------


async def test_only_the_pinned_product_bears_the_tag_also_after_a_restart(http, server: StandIn):
    async def tagged() -> list[str]:
        return [p["id"] for p in server.shop.products.values() if FEATURED_TAG in p["tags"]]

    await ShopifyShop(http).feature(PRODUCT, SHOW, 1, (), uuid7())
    assert await tagged() == [PRODUCT]
    restarted = ShopifyShop(http)
    await restarted.feature("gid://shopify/Product/5", SHOW, 2, (), uuid7())
    assert await tagged() == ["gid://shopify/Product/5"]
    await restarted.feature("", SHOW, 3, (), uuid7())
    assert await tagged() == []
    assert server.shop.products[PRODUCT]["tags"] == ["spring"]


async def test_a_product_that_is_gone_cannot_be_featured(shop: ShopifyShop):
    with pytest.raises(RefusedByTarget, match="does not exist"):
        await shop.feature("gid://shopify/Product/999", SHOW, 1, (), uuid7())


# --- a shop that does not answer as it should ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "says"), [(402, "frozen"), (423, "locked"), (503, "right now"), (500, "right now")]
)
async def test_a_shop_that_is_closed_keeps_what_is_to_be_written_waiting(
    shop: ShopifyShop, server: StandIn, status: int, says: str
):
    promo = await a_code(shop)
    server.trouble = Trouble(status, b'{"errors":"Unavailable Shop"}')
    with pytest.raises(Unreachable, match=says):
        await shop.create_promo(promo, SHOW, uuid7())


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (Trouble(404, b'{"errors":"Not Found"}'), "myshopify.com"),
        (Trouble(200, b"<html>", {"content-type": "text/html"}), "web page"),
        (Trouble(301, b"", {"location": "https://elsewhere.example"}), "another address"),
        (Trouble(200, b'{"data":'), "not as agreed"),
        (Trouble(200, b'{"data":{"shop":{}}}'), "not as agreed"),
        (Trouble(200, b'{"errors":[{"message":"Field x does not exist"}]}'), "update the studio"),
        (Trouble(200, b'{"errors":7}'), "refuses to read"),
    ],
)
async def test_an_answer_that_is_none_is_a_sentence_that_says_what_to_do(
    shop: ShopifyShop, server: StandIn, trouble: Trouble, says: str
):
    server.trouble = trouble
    with pytest.raises(BadAnswer, match=says):
        await shop.identity()


async def test_a_version_that_is_no_longer_served_is_told_once(shop: ShopifyShop, server: StandIn):
    said: list[str] = []
    shop.on_problem = said.append
    server.shown_version = "2027-04"
    await shop.identity()
    await shop.identity()
    assert len(said) == 1
    assert "2027-04" in said[0]
