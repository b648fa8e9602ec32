"""Shopify's points: nothing is asked that must be refused, the host's decisions do not wait behind reads."""

import asyncio
import time

import pytest

from studio.control.ports import Throttled
from studio.domain.ids import uuid7
from studio.shops.shopify import ShopifyShop
from tests.contracts.shop_contract import SHOW, a_code, eventually, every_product
from tests.real.shopify.costs import LeakyBucket
from tests.real.shopify.stand_in import StandIn, Trouble

pytestmark = pytest.mark.real
THROTTLED = (
    b'{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":10,'
    b'"actualQueryCost":null,"throttleStatus":{"maximumAvailable":1000.0,"currentlyAvailable":8,"restoreRate":50.0}}}}'
)


@pytest.mark.parametrize("status", [200, 429])
async def test_a_throttled_request_is_asked_again_when_the_points_are_there(
    shop: ShopifyShop, server: StandIn, status: int
):
    server.trouble = Trouble(status, THROTTLED, {"retry-after": "1"} if status == 429 else {}, times=1)
    assert (await shop.identity()).name == "Fjord & Co"


@pytest.mark.parametrize("status", [200, 429])
async def test_one_that_stays_throttled_says_how_long_to_wait_and_that_nothing_happened(
    shop: ShopifyShop, server: StandIn, status: int
):
    server.trouble = Trouble(
        status, THROTTLED.replace(b'"restoreRate":50.0', b'"restoreRate":0.1'), {"retry-after": "20"}
    )
    with pytest.raises(Throttled) as patience:
        await shop.identity()
    assert patience.value.retry_after_ms == 20_000
    assert not patience.value.attempted


async def test_a_whole_catalogue_is_read_from_a_small_bucket_without_being_refused(
    shop: ShopifyShop, server: StandIn
):
    server.bucket = LeakyBucket(2_000, 1_500)
    await shop.identity()
    products = await every_product(shop)
    levels = await shop.stock([v.id for p in products for v in p.variants])
    assert levels
    assert server.throttled == 0


async def test_a_code_is_made_at_once_while_the_catalogue_uses_the_bucket_up(
    shop: ShopifyShop, server: StandIn
):
    server.bucket = LeakyBucket(2_000, 400)
    await shop.identity()
    promo = await a_code(shop)

    async def sync() -> None:
        while True:
            await every_product(shop)

    reading = asyncio.create_task(sync())

    async def reads() -> bool:
        return server.asked["Products"] >= 2

    await eventually(reads)
    server.log.clear()
    began = time.monotonic()
    await shop.create_promo(promo, SHOW, uuid7())
    names = [name for at, name, _ in server.log if at >= began]
    reading.cancel()
    assert names.index("CreateBasic") - names.index("FindDiscount") <= 2
    assert names.index("FindDiscount") <= 1
    assert server.throttled == 0


async def test_side_by_side_questions_share_one_bucket(shop: ShopifyShop, server: StandIn):
    server.bucket = LeakyBucket(1_000, 800)
    await shop.identity()
    await asyncio.gather(*(shop.product(f"gid://shopify/Product/{n}") for n in range(10, 30)))
    assert server.throttled == 0
