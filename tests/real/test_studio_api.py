"""The Studio Shop API's client against the real demo shop in its own process, faults included."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import (
    RefusedByTarget,
    ShopChange,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.domain.ids import uuid7
from studio.shops.studio_api import StudioApiShop
from studio.sync.dense import DenseCursor
from studio.sync.http import HttpClient
from tests.contracts.shop_contract import SHOW, ShopContract, a_code, every_product, sellable
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.real.shopping import buy, variant


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopProcess]:
    with start_shop(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults(server: ShopProcess) -> Iterator[None]:
    yield
    server.admin("faults", method="DELETE")


@pytest.fixture
async def http(server: ShopProcess) -> AsyncIterator[HttpClient]:
    client = HttpClient(server.url, lambda: server.token, SystemWallClock())
    yield client
    await client.aclose()


@pytest.fixture
def shop(http: HttpClient) -> StudioApiShop:
    return StudioApiShop(http)


class DemoTown:
    """Shoppers of the demo shop."""

    def __init__(self, server: ShopProcess) -> None:
        self._server = server

    async def buy(self, variant_id: str, code: str = "", link_id: str = "") -> str:
        order = await asyncio.to_thread(
            buy, self._server, variant_id, link_id=link_id or None, code=code or None, customer="contract"
        )
        return order["id"]

    async def cancel(self, order_id: str) -> None:
        answer = await asyncio.to_thread(self._server.store, f"orders/{order_id}/cancel")
        assert answer.is_success, answer.text


@pytest.fixture
def town(server: ShopProcess) -> DemoTown:
    return DemoTown(server)


class TestStudioApi(ShopContract):
    """The contract of all shops."""


def fault(server: ShopProcess, name: str, intensity: float = 1.0, **more: object) -> None:
    now = server.admin("clock", {})["now_ms"]
    body = {"name": name, "from_ms": now, "until_ms": now + 3_600_000, "intensity": intensity, **more}
    server.admin("faults", body)


def heal(server: ShopProcess) -> None:
    server.admin("faults", method="DELETE")


async def test_products_are_told_in_the_language_of_the_show(http: HttpClient):
    english = {p.id: p for p in await every_product(StudioApiShop(http, "en"))}
    german = {p.id: p for p in await every_product(StudioApiShop(http, "de-AT"))}
    other = {p.id: p for p in await every_product(StudioApiShop(http, "fi"))}
    assert english.keys() == german.keys()
    assert sum(english[i].title != german[i].title for i in english) > len(english) / 2
    assert other == english
    product = next(iter(english.values()))
    assert product.points
    assert product.returns_text
    assert product.low_30d is not None


async def test_a_wrong_token_asks_for_another_one(server: ShopProcess):
    client = HttpClient(server.url, lambda: "wrong", SystemWallClock())
    with pytest.raises(Unauthorised):
        await StudioApiShop(client).identity()
    await client.aclose()


async def test_a_lost_answer_is_repeated_with_its_key_and_the_code_is_made_once(
    server: ShopProcess, shop: StudioApiShop
):
    promo, key = await a_code(shop), uuid7()
    fault(server, "lost-replies")
    with pytest.raises(Unreachable) as lost:
        await shop.create_promo(promo, SHOW, key)
    assert lost.value.attempted
    assert server.get("promos", code=promo.code)["items"][0]["mark"] == key
    heal(server)
    assert (await shop.create_promo(promo, SHOW, key)).code == promo.code
    assert len(server.get("promos", code=promo.code)["items"]) == 1


async def test_a_shop_that_is_down_is_unreachable_and_then_it_is_back(
    server: ShopProcess, shop: StudioApiShop
):
    fault(server, "shop-down")
    for _ in range(5):
        with pytest.raises(Unreachable):
            await shop.identity()
    heal(server)
    assert (await shop.identity()).name


async def test_a_busy_shop_says_how_long_to_wait(server: ShopProcess, shop: StudioApiShop):
    promo = await a_code(shop)
    fault(server, "rate-limited")
    waits: list[int | None] = []
    for _ in range(20):
        try:
            await shop.find_promo(promo.code)
        except Throttled as throttled:
            waits.append(None if throttled.attempted else throttled.retry_after_ms)
    assert waits
    assert all(wait is not None and 0 < wait <= 300_000 for wait in waits)


async def test_headers_of_a_skewed_shop_are_hints_and_its_clock_is_not_fooled(
    server: ShopProcess, shop: StudioApiShop
):
    hints: list[int] = []
    shop.on_clock_hint = lambda shop_ms, _sent, _received: hints.append(shop_ms)
    true = (await shop.clock()).shop_ms
    fault(server, "clock-skew", skew_ms=420_000)
    reading = await shop.clock()
    assert abs(reading.shop_ms - true) < 60_000
    assert abs(hints[-1] - reading.shop_ms - 420_000) < 60_000


@pytest.mark.parametrize("trouble", ["duplicate-events", "out-of-order"])
async def test_a_troubled_feed_still_gives_every_change_once(
    server: ShopProcess, shop: StudioApiShop, trouble: str
):
    _, variant_id = await sellable(shop)
    start = (await shop.changes_after(0)).last_seq
    fault(server, trouble)
    orders = {(await asyncio.to_thread(buy, server, variant_id))["id"] for _ in range(2)}
    other = variant(server, at_least=30)["id"]
    orders |= {(await asyncio.to_thread(buy, server, other))["id"] for _ in range(20)}
    cursor: DenseCursor[ShopChange] = DenseCursor(start)
    got: list[ShopChange] = []
    async with aclosing(shop.changes(start)) as stream:  # type: ignore[type-var]
        async for change in stream:
            cursor.put(change.seq, change)
            got += cursor.run()
            if orders <= {c.order.id for c in got if c.order}:
                break
    assert [c.seq for c in got] == list(range(start + 1, start + 1 + len(got)))


async def test_a_feed_is_taken_up_where_it_was_left_after_the_shop_was_killed(
    server: ShopProcess, shop: StudioApiShop
):
    start = (await shop.changes_after(0)).last_seq
    bought = variant(server, at_least=10)["id"]
    first = (await asyncio.to_thread(buy, server, bought))["id"]
    seen: list[ShopChange] = []

    async def follow_and_kill() -> None:
        async for change in shop.changes(start):
            seen.append(change)
            if change.order and change.order.id == first:
                await asyncio.to_thread(server.restart, kill=True)

    with pytest.raises(Unreachable):
        await follow_and_kill()
    second = (await asyncio.to_thread(buy, server, bought))["id"]
    async with aclosing(shop.changes(seen[-1].seq)) as stream:  # type: ignore[type-var]
        async for change in stream:
            seen.append(change)
            if change.order and change.order.id == second:
                break
    assert [c.seq for c in seen] == list(range(start + 1, start + 1 + len(seen)))


async def test_a_place_in_the_feed_that_never_was_is_refused_by_name(shop: StudioApiShop):
    with pytest.raises(RefusedByTarget) as refusal:
        await shop.changes_after(10**9)
    assert refusal.value.code == "cursor-ahead"
    with pytest.raises(RefusedByTarget) as refusal:
        await anext(shop.changes(10**9))  # type: ignore[arg-type]
    assert refusal.value.code == "cursor-ahead"


async def test_a_picture_that_is_not_there_is_a_sentence(shop: StudioApiShop):
    with pytest.raises(RefusedByTarget, match="picture"):
        await shop.image("/v1/images/none.webp")


async def test_an_address_where_no_shop_is_is_a_sentence(server: ShopProcess):
    client = HttpClient(f"{server.url}/elsewhere", lambda: server.token, SystemWallClock())
    with pytest.raises(TargetError, match="nothing at this address"):
        await StudioApiShop(client).identity()
    await client.aclose()
