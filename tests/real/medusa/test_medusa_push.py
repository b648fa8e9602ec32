"""A real Medusa with our subscriber in it: what its shoppers and its keeper do is told at once, signed and once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from studio.shops.push_medusa import medusa_push
from studio.sync.webhooks import WebhookReceiver, push_path
from tests.real.medusa.postgres import Cluster
from tests.real.medusa.seed import seed
from tests.real.medusa.server import Medusa
from tests.real.vendure.server import a_free_port
from tests.real.vendure.test_vendure_push import SECRET, Told


@pytest.fixture
async def shop_and_told(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Medusa, Told]]:
    told = Told()
    told.receiver = WebhookReceiver(told.port, medusa_push(), lambda: SECRET)
    listening = asyncio.create_task(told.receiver.run(told.hear, lambda *_: None))
    await told.receiver.listening.wait()
    monkeypatch.setenv("HOST_STUDIO_PUSH_URL", told.receiver.address + push_path(SECRET))
    monkeypatch.setenv("HOST_STUDIO_PUSH_SECRET", SECRET)
    server = Medusa(tmp_path, a_free_port(), cluster)
    try:
        await asyncio.to_thread(lambda: server.make().start())
        await asyncio.to_thread(seed, server)
        yield server, told
    finally:
        await asyncio.to_thread(server.stop)
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def test_sales_cancellations_prices_and_products_are_told(shop_and_told: tuple[Medusa, Told]):
    medusa, told = shop_and_told
    listed = await asyncio.to_thread(
        medusa.admin.get, "/admin/product-variants", limit=1, fields="id,product_id"
    )
    variant_id, product_id = listed["variants"][0]["id"], listed["variants"][0]["product_id"]

    told.hints.clear()
    bought = await asyncio.to_thread(medusa.shopper().buy, variant_id, 2)
    await told.until(lambda hint: hint.orders and hint.stock)

    told.hints.clear()
    await asyncio.to_thread(medusa.cancel, bought["id"])
    await told.until(lambda hint: hint.orders and hint.stock)

    told.hints.clear()
    path = f"/admin/products/{product_id}/variants/{variant_id}"
    price = [{"currency_code": "eur", "amount": 43.21}]
    await asyncio.to_thread(lambda: medusa.admin.post(path, prices=price))
    await told.until(lambda hint: variant_id in hint.offers)

    told.hints.clear()
    await asyncio.to_thread(lambda: medusa.admin.post(f"/admin/products/{product_id}", status="draft"))
    await told.until(lambda hint: product_id in hint.products)
