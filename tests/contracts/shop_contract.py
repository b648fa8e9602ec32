"""What every shop connector must do, whatever the shop. A connector's test subclasses `ShopContract` and gives two fixtures:

- ``shop``: the connector, talking to a running shop that holds products, some of them in stock;
- ``town``: what happens at that shop without the studio (`Town`).

What a shop cannot do by itself (`identity().capabilities`) it refuses, and says so; nothing is skipped.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

import pytest

from studio.control.ports import PromoReceipt, RefusedByTarget, Shop, ShopChange, SupersededPin
from studio.domain.ids import uuid7
from studio.domain.order import Order, OrderStatus
from studio.domain.product import Product
from studio.domain.promo import PromoCode, PromoKind, PromoScope, suggest_code

MINUTE = 60_000
SHOW = "show-of-the-contract"


class Town(Protocol):
    """Shoppers and shopkeepers."""

    async def buy(self, variant_id: str, code: str = "", link_id: str = "") -> str:
        """Somebody buys one piece; the order's id."""
        ...

    async def cancel(self, order_id: str) -> None:
        """The order is called off."""
        ...


async def every_product(shop: Shop) -> list[Product]:
    """The whole catalogue."""
    found: list[Product] = []
    cursor: str | None = None
    while True:
        page = await shop.catalogue(cursor)
        assert page.problems == ()
        found += page.products
        cursor = page.cursor
        if cursor is None:
            return found


async def sellable(shop: Shop) -> tuple[Product, str]:
    """A product and a variant of it that can be bought."""
    for product in await every_product(shop):
        for variant in product.variants:
            levels = await shop.stock([variant.id])
            if product.active and variant.active and sum(level.sellable for level in levels) >= 5:
                return product, variant.id
    raise AssertionError("the shop has nothing to sell")


async def a_code(shop: Shop, minutes: int = 30, **changes: object) -> PromoCode:
    """A code for everything, from now on."""
    now = (await shop.clock()).shop_ms
    identity = await shop.identity()
    fields: dict[str, object] = {
        "id": uuid7(), "code": suggest_code("TEST", 10), "kind": PromoKind.PERCENT, "percent": 10, "amount_minor": 0,
        "currency": identity.currency, "scope": PromoScope.ALL, "product_ids": (), "starts_at_ms": now - 1000,
        "ends_at_ms": now + minutes * MINUTE, "total_limit": None, "per_customer_limit": None,
    }  # fmt: skip
    return PromoCode(**{**fields, **changes})  # type: ignore[arg-type]


async def a_moment_ago(shop: Shop) -> str:
    """A cursor of orders: what changed within the last two seconds, and from now on."""
    return f"since:{(await shop.clock()).shop_ms - 2000}"


async def orders_since(shop: Shop, cursor: str) -> tuple[dict[str, Order], str]:
    """All orders behind the cursor by their ids, and the cursor behind them."""
    found: dict[str, Order] = {}
    more = True
    while more:
        page = await shop.orders(cursor)
        assert page.problems == ()
        found |= {order.id: order for order in page.orders}
        cursor, more = page.cursor, page.more
    return found, cursor


async def orders_while_a_crowd_buys(
    shop: Shop, buy: Callable[[int], Awaitable[str]], count: int
) -> tuple[set[str], set[str]]:
    """So many people buy, six at a time, and orders are read all the while: the ids bought, and those read."""
    cursor = await a_moment_ago(shop)
    seen: set[str] = set()

    async def crowd() -> set[str]:
        made: set[str] = set()
        for start in range(0, count, 6):
            made |= set(await asyncio.gather(*(buy(start + i) for i in range(6))))
        return made

    buying = asyncio.create_task(crowd())
    while not buying.done():
        found, cursor = await orders_since(shop, cursor)
        seen |= set(found)
    found, cursor = await orders_since(shop, cursor)
    return buying.result(), seen | set(found)


async def eventually(read: Callable[[], Awaitable[bool]]) -> None:
    """Until it is so; the test's time-out ends it."""
    while not await read():  # noqa: ASYNC110 - the shop tells nobody
        await asyncio.sleep(0.02)


class ShopContract:
    """Inherit it and give the fixtures `shop` and `town`."""

    async def test_the_shop_says_who_it_is(self, shop: Shop):
        identity = await shop.identity()
        assert identity.name
        assert len(identity.currency) == 3
        assert identity.product_count > 0

    async def test_its_clock_is_read_between_two_moments_of_ours(self, shop: Shop):
        first = await shop.clock()
        second = await shop.clock()
        assert first.sent_wall_ms <= first.received_wall_ms <= second.sent_wall_ms
        assert second.shop_ms >= first.shop_ms
        assert first.rate > 0

    async def test_the_pages_of_the_catalogue_are_the_whole_catalogue(self, shop: Shop):
        identity = await shop.identity()
        products = await every_product(shop)
        assert len(products) == identity.product_count
        assert len({p.id for p in products}) == len(products)
        for product in products:
            assert product.title
            assert product.price is not None
            assert product.price.currency == identity.currency

    async def test_one_product_is_the_same_as_in_the_catalogue(self, shop: Shop):
        product = (await every_product(shop))[0]
        assert await shop.product(product.id) == product

    async def test_a_product_that_does_not_exist_is_none(self, shop: Shop):
        assert await shop.product("no-such-product-here") is None

    async def test_stock_is_told_for_what_was_asked_and_unknown_variants_are_absent(self, shop: Shop):
        product = (await every_product(shop))[0]
        ids = [v.id for v in product.variants]
        levels = await shop.stock([*ids, "no-such-variant"])
        assert {level.variant_id for level in levels} == set(ids)
        assert all(level.sellable >= 0 for level in levels)
        assert await shop.stock([]) == ()

    async def test_a_picture_comes_as_bytes(self, shop: Shop):
        urls = [p.image_urls[0] for p in await every_product(shop) if p.image_urls]
        assert len(await shop.image(urls[0])) > 100

    async def test_a_code_is_made_once_for_one_key(self, shop: Shop):
        promo, key = await a_code(shop), uuid7()
        first = await shop.create_promo(promo, SHOW, key)
        again = await shop.create_promo(promo, SHOW, key)
        assert first == again
        assert (first.code, first.ends_at_ms) == (promo.code, promo.ends_at_ms)
        assert await shop.find_promo(promo.code) == first

    async def test_a_code_that_is_taken_is_refused_with_a_sentence(self, shop: Shop):
        promo = await a_code(shop)
        await shop.create_promo(promo, SHOW, uuid7())
        with pytest.raises(RefusedByTarget) as refusal:
            await shop.create_promo(promo, SHOW, uuid7())
        assert promo.code in refusal.value.sentence

    async def test_it_says_before_a_code_is_made_whether_the_code_is_taken(self, shop: Shop):
        promo = await a_code(shop)
        assert await shop.code_taken(promo.code) is False
        await shop.create_promo(promo, SHOW, uuid7())
        assert await shop.code_taken(promo.code) is True
        await shop.end_promo(promo.code, (await shop.clock()).shop_ms, uuid7())
        assert await shop.code_taken(promo.code) is True, "an ended code cannot be made again"
        with pytest.raises(RefusedByTarget):
            await shop.create_promo(promo, SHOW, uuid7())

    @pytest.mark.parametrize("kind", PromoKind)
    @pytest.mark.parametrize("scope", PromoScope)
    async def test_every_kind_of_code_can_be_made(self, shop: Shop, kind: PromoKind, scope: PromoScope):
        product, _ = await sellable(shop)
        promo = await a_code(
            shop,
            kind=kind,
            percent=15 if kind is PromoKind.PERCENT else 0,
            amount_minor=500 if kind is PromoKind.FIXED else 0,
            scope=scope,
            product_ids=() if scope is PromoScope.ALL else (product.id,),
            total_limit=100,
            per_customer_limit=1,
        )
        made = await shop.create_promo(promo, SHOW, uuid7())
        assert made.code == promo.code

    async def test_a_code_whose_end_has_passed_is_refused(self, shop: Shop):
        now = (await shop.clock()).shop_ms
        promo = await a_code(shop, starts_at_ms=now - 2 * MINUTE, ends_at_ms=now - MINUTE)
        with pytest.raises(RefusedByTarget):
            await shop.create_promo(promo, SHOW, uuid7())

    async def test_a_codes_end_can_be_moved_and_it_can_be_ended(self, shop: Shop):
        promo = await a_code(shop)
        await shop.create_promo(promo, SHOW, uuid7())
        later = promo.ends_at_ms + 5 * MINUTE
        assert (await shop.update_promo(promo.code, later, uuid7())).ends_at_ms == later
        now = (await shop.clock()).shop_ms
        key = uuid7()
        ended = await shop.end_promo(promo.code, now, key)
        assert ended.ends_at_ms < promo.ends_at_ms
        assert await shop.end_promo(promo.code, now, key) == ended
        known = await shop.find_promo(promo.code)
        assert isinstance(known, PromoReceipt)
        assert known.ends_at_ms == ended.ends_at_ms

    async def test_an_unknown_code_cannot_be_changed(self, shop: Shop):
        assert await shop.find_promo("NO-SUCH-CODE") is None
        with pytest.raises(RefusedByTarget):
            await shop.update_promo("NO-SUCH-CODE", 2_000_000_000_000, uuid7())
        with pytest.raises(RefusedByTarget):
            await shop.end_promo("NO-SUCH-CODE", 2_000_000_000_000, uuid7())

    async def test_redemptions_are_counted_without_cancelled_orders(self, shop: Shop, town: Town):
        _, variant_id = await sellable(shop)
        promo = await a_code(shop)
        await shop.create_promo(promo, SHOW, uuid7())

        async def redeemed(count: int) -> bool:
            usage = await shop.promo_usage([promo.code, "NO-SUCH-CODE"])
            assert {u.code for u in usage} <= {promo.code}
            return sum(u.redemptions for u in usage) == count

        await eventually(lambda: redeemed(0))
        order_id = await town.buy(variant_id, promo.code)
        await eventually(lambda: redeemed(1))
        await town.cancel(order_id)
        await eventually(lambda: redeemed(0))

    async def test_orders_come_with_their_codes_and_again_when_they_change(self, shop: Shop, town: Town):
        _, variant_id = await sellable(shop)
        promo = await a_code(shop)
        await shop.create_promo(promo, SHOW, uuid7())
        cursor = f"since:{(await shop.clock()).shop_ms - 1000}"
        order_id = await town.buy(variant_id, promo.code)
        seen: dict[str, OrderStatus] = {}

        async def reads(status: OrderStatus) -> bool:
            nonlocal cursor
            more = True
            while more:
                page = await shop.orders(cursor)
                cursor, more = page.cursor, page.more
                for order in page.orders:
                    seen[order.id] = order.status
                    if order.id == order_id:
                        assert promo.code in order.promo_codes
                        assert order.total.amount_minor > 0
            return seen.get(order_id) is status

        await eventually(lambda: reads(OrderStatus.PAID))
        await town.cancel(order_id)
        await eventually(lambda: reads(OrderStatus.CANCELLED))

    async def test_a_product_is_featured_and_unpinned_and_twice_is_no_error(self, shop: Shop):
        if not (await shop.identity()).capabilities.featured:
            with pytest.raises(RefusedByTarget):
                await shop.feature("", SHOW, 0, (), uuid7())
            return
        product, _ = await sellable(shop)
        now, key = (await shop.clock()).shop_ms, uuid7()
        older = [SupersededPin(product.id, now - 10), SupersededPin("", now - 5)]
        await shop.feature(product.id, SHOW, now, older, key)
        await shop.feature(product.id, SHOW, now, older, key)
        await shop.feature("", SHOW, now + 1, (), uuid7())

    async def test_a_tracked_link_is_the_same_however_often_it_is_asked_for(self, shop: Shop):
        product, _ = await sellable(shop)
        first = await shop.tracked_link(SHOW, product.id, "live")
        assert first == await shop.tracked_link(SHOW, product.id, "live")
        assert first != await shop.tracked_link(SHOW, product.id, "other")
        assert first.url.startswith("http")
        assert (first.show_id, first.product_id, first.channel) == (SHOW, product.id, "live")

    async def test_a_show_that_nobody_came_to_has_no_visits_and_no_average(self, shop: Shop):
        if not (await shop.identity()).capabilities.traffic:
            # No visits are no zero visits.
            with pytest.raises(RefusedByTarget) as told:
                await shop.traffic("show-that-nobody-saw")
            assert told.value.code == "no-traffic"
            return
        traffic = await shop.traffic("show-that-nobody-saw")
        assert (traffic.sessions, traffic.average_session_ms, traffic.add_to_carts) == (0, None, 0)

    async def test_what_changes_is_pushed_and_can_be_read_again(self, shop: Shop, town: Town):
        if not (await shop.identity()).capabilities.push:
            with pytest.raises(RefusedByTarget) as told:
                await shop.changes_after(0)
            assert told.value.code == "no-feed"
            return
        _, variant_id = await sellable(shop)
        promo = await a_code(shop)
        await shop.create_promo(promo, SHOW, uuid7())
        page = await shop.changes_after(0)
        while page.changes and page.changes[-1].seq < page.last_seq:
            page = await shop.changes_after(page.changes[-1].seq)
        stream = shop.changes(page.last_seq)
        order_id = await town.buy(variant_id, promo.code)
        pushed: list[ShopChange] = []
        async for change in stream:
            pushed.append(change)
            kinds = {n for c in pushed for n in ("order", "stock", "usage") if getattr(c, n) is not None}
            if kinds == {"order", "stock", "usage"}:
                break
        await stream.aclose()  # type: ignore[attr-defined]
        assert [c.seq for c in pushed] == list(range(page.last_seq + 1, page.last_seq + 1 + len(pushed)))
        assert any(c.order and c.order.id == order_id for c in pushed)
        assert any(c.usage and (c.usage.code, c.usage.redemptions) == (promo.code, 1) for c in pushed)
        assert any(c.stock and c.stock.variant_id == variant_id for c in pushed)
        again = await shop.changes_after(page.last_seq)
        assert list(again.changes)[: len(pushed)] == pushed
