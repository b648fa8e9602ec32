"""A webhook over a real connection makes the engine read the shop at once; polls still put right what no webhook told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.ports import OutboxRow, ShopIdentity, StoredBatch
from studio.shops.pacing import Gate, PacedHttp
from studio.shops.push_vendure import vendure_push
from studio.shops.studio_api import StudioApiShop
from studio.store.kill_points import NoKillPoints
from studio.sync.engine import Engine
from studio.sync.http import HttpClient
from studio.sync.links import LinkState
from studio.sync.webhooks import WebhookReceiver
from tests.fakes.memory_store import MemoryFeeds, MemoryOutbox
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.real.shopping import buy, variant
from tests.real.webhook_sender import SECRET, Platform, told

SHOW = "show-1"


class PollOnlyShop(StudioApiShop):
    """The demo shop as one that tells nothing by itself."""

    async def identity(self) -> ShopIdentity:
        told = await super().identity()
        return msgspec.structs.replace(
            told, capabilities=msgspec.structs.replace(told.capabilities, push=False)
        )


class Studio:
    """Engine and receiver in front of a demo shop."""

    def __init__(self, shop: ShopProcess) -> None:
        wall = SystemWallClock()
        self.http = HttpClient(shop.url, lambda: shop.token, wall)
        self.receiver = WebhookReceiver(0, vendure_push(), lambda: SECRET)
        self.levels: dict[str, dict[str, int]] = {}
        self.orders: set[str] = set()
        self.links: list[LinkState] = []
        self._changed = asyncio.Event()
        self.engine = Engine(
            shop_name="demo",
            shop=PollOnlyShop(PacedHttp(self.http, Gate())),
            channels={},
            feeds=MemoryFeeds(),
            outbox=MemoryOutbox(),
            show_clock=MeasuredShowClock(wall),
            wall_clock=wall,
            settle=self._settle,
            events=self,
            kill_points=NoKillPoints(),
            hints=self.receiver,
        )

    async def _settle(self, _show: str, _events: Any) -> None:
        raise AssertionError("nothing is sent here")

    async def open(self) -> "Studio":
        await self.engine.start(SHOW)
        await self.receiver.listening.wait()
        self.platform = Platform(self.receiver.address)
        return self

    async def close(self) -> None:
        await self.engine.stop()
        await self.platform.aclose()
        await self.http.aclose()

    async def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not true():
                changed = self._changed
                await changed.wait()

    def left(self, variant_id: str) -> int:
        return sum(self.levels[variant_id].values())

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    # what the engine tells
    def stored(self, batch: StoredBatch) -> None:
        for level in batch.stock:
            self.levels.setdefault(level.variant_id, {})[level.location] = level.on_hand - level.reserved
        self.orders |= {order.id for order in batch.orders}
        self._wake()

    def link_status(
        self, name: str, kind: str, state: LinkState, sentence: str, heard_wall_ms: int | None
    ) -> None:
        self.links.append(state)
        self._wake()

    def notice(self, level: str, sentence: str, key: str) -> None:
        pass

    def outbox_changed(self, rows: Sequence[OutboxRow]) -> None:
        pass

    def shop_identity(self, identity: ShopIdentity) -> None:
        pass

    def catalogue_progress(self, done: int, total: int) -> None:
        pass


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop") as running:
        yield running


@pytest.fixture
async def studio(shop: ShopProcess) -> AsyncIterator[Studio]:
    opened = await Studio(shop).open()
    yield opened
    await opened.close()


async def on_sale(shop: ShopProcess, studio: Studio) -> dict[str, Any]:
    """A variant that is not on the line-up, with its stock as the studio shows it now."""
    await studio.until(lambda: len(studio.levels) > 100)
    found = await asyncio.to_thread(lambda: variant(shop, at_least=20, skip=30))
    await studio.engine.refresh([found["product_id"]])
    return found | {"shown": studio.left(found["id"])}


async def test_a_signed_webhook_shows_a_sale_that_no_poll_would_show_for_a_minute(
    shop: ShopProcess, studio: Studio
):
    sold = await on_sale(shop, studio)
    variant_id, before = sold["id"], sold["shown"]
    order = await asyncio.to_thread(buy, shop, variant_id, 3)
    stranger = Platform(studio.receiver.address, "guessed")
    stranger.path = studio.platform.path
    assert await stranger.send(told("order.placed", "e1", variantIds=[variant_id])) == 401
    await stranger.aclose()
    assert studio.left(variant_id) == before
    body = told("order.placed", "e1", variantIds=[variant_id])
    assert await studio.platform.send(body) == 200
    await studio.until(lambda: studio.left(variant_id) == before - 3, seconds=3)
    await studio.until(lambda: order["id"] in studio.orders, seconds=3)
    assert await studio.platform.send(body) == 200
    await studio.engine.refresh([sold["product_id"]])
    assert studio.left(variant_id) == before - 3


async def test_webhooks_in_the_wrong_order_and_about_nothing_end_with_what_the_shop_says(
    shop: ShopProcess, studio: Studio
):
    variant_id = (await on_sale(shop, studio))["id"]
    bodies = [told("order.placed", f"e{n}", variantIds=[variant_id]) for n in range(4)]
    for _ in range(4):
        await asyncio.to_thread(buy, shop, variant_id)
    for body in reversed(bodies):
        assert await studio.platform.send(body) == 200
    assert await studio.platform.send(told("product.deleted", "e9", productIds=["gone"])) == 200
    assert await studio.platform.send(told("stock.moved", "e10", variantIds=["gone"])) == 200
    levels = (await asyncio.to_thread(shop.get, "stock", variant_id=variant_id))["items"]
    truth = sum(level["on_hand"] - level["reserved"] for level in levels)
    await studio.until(lambda: studio.left(variant_id) == truth, seconds=5)


async def test_what_no_webhook_told_a_poll_finds(shop: ShopProcess, studio: Studio):
    sold = await on_sale(shop, studio)
    studio.engine.set_on_air(sold["product_id"])
    await asyncio.to_thread(buy, shop, sold["id"], 2)
    await studio.until(lambda: studio.left(sold["id"]) == sold["shown"] - 2, seconds=5)


async def test_a_webhook_while_the_shop_is_down_is_read_when_it_is_back(shop: ShopProcess, studio: Studio):
    sold = await on_sale(shop, studio)
    variant_id, before = sold["id"], sold["shown"]
    await asyncio.to_thread(buy, shop, variant_id, 2)
    await asyncio.to_thread(shop.kill)
    studio.links.clear()
    assert await studio.platform.send(told("stock.moved", "e1", variantIds=[variant_id])) == 200
    await studio.until(lambda: LinkState.DOWN in studio.links)
    assert studio.left(variant_id) == before
    await asyncio.to_thread(shop.start)
    await studio.until(lambda: studio.left(variant_id) == before - 2, seconds=20)


async def test_the_receiver_ends_with_the_engine(studio: Studio):
    assert studio.receiver.listening.is_set()
    await studio.engine.stop()
    assert not studio.receiver.listening.is_set()
    with pytest.raises(Exception, match="connect"):
        await studio.platform.send(told("order.placed"))
    await studio.engine.start(SHOW)
    await studio.receiver.listening.wait()
    again = Platform(studio.receiver.address)
    assert await again.send(told("order.placed", "e1")) == 200
    await again.aclose()
