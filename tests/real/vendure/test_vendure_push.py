"""A real Vendure with our subscriber in it: what its shoppers and its owner do is told at once, signed and once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from studio.control.ports import Hint
from studio.shops.push_vendure import vendure_push
from studio.sync.webhooks import WebhookReceiver, push_path
from tests.real.vendure.seed import seed
from tests.real.vendure.server import Vendure, a_free_port

SECRET = "whsec_for-tests-only"


class Told:
    """A receiver, and what the shop hinted at since `clear`."""

    def __init__(self) -> None:
        self.port = a_free_port()
        self.receiver = WebhookReceiver(self.port, vendure_push(), lambda: SECRET)
        self.hints: list[Hint] = []
        self._arrived = asyncio.Event()

    def hear(self, hint: Hint) -> None:
        self.hints.append(hint)
        self._arrived.set()

    @property
    def all(self) -> Hint:
        found = Hint()
        for hint in self.hints:
            found = found.with_(hint)
        return found

    async def until(self, true: Callable[[Hint], bool]) -> None:
        async with asyncio.timeout(20):
            while not true(self.all):
                self._arrived.clear()
                await self._arrived.wait()


@pytest.fixture
async def shop_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Vendure, Told]]:
    told = Told()
    listening = asyncio.create_task(told.receiver.run(told.hear, lambda *_: None))
    await told.receiver.listening.wait()
    monkeypatch.setenv("HOST_STUDIO_PUSH_URL", told.receiver.address + push_path(SECRET))
    monkeypatch.setenv("HOST_STUDIO_PUSH_SECRET", SECRET)
    server = Vendure(tmp_path, a_free_port())
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(lambda: seed(server.admin))
        yield server, told
    finally:
        await asyncio.to_thread(server.stop)
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def test_sales_cancellations_prices_and_products_are_told(shop_and_told: tuple[Vendure, Told]):
    vendure, told = shop_and_told
    listed = await asyncio.to_thread(
        vendure.admin, "{productVariants(options:{take:100}){items{id productId stockLevels{stockOnHand}}}}"
    )
    sold = next(
        v
        for v in listed["productVariants"]["items"]
        if sum(level["stockOnHand"] for level in v["stockLevels"]) > 10
    )
    variant_id, product_id = sold["id"], sold["productId"]

    told.hints.clear()
    bought = await asyncio.to_thread(vendure.shopper().buy, variant_id, 2)
    await told.until(lambda hint: hint.orders and variant_id in hint.variants)

    told.hints.clear()
    await asyncio.to_thread(vendure.cancel, bought["id"])
    await told.until(lambda hint: hint.orders)

    told.hints.clear()
    await asyncio.to_thread(
        vendure.admin,
        "mutation($i:[UpdateProductVariantInput!]!){updateProductVariants(input:$i){id}}",
        i=[{"id": variant_id, "price": 4_321}],
    )
    await told.until(lambda hint: variant_id in hint.offers)

    told.hints.clear()
    await asyncio.to_thread(
        vendure.admin,
        "mutation($i:UpdateProductInput!){updateProduct(input:$i){id}}",
        i={"id": product_id, "enabled": False},
    )
    await told.until(lambda hint: product_id in hint.products)
