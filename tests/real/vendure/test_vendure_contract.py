"""The Vendure connector against a real Vendure: the contract of all shops."""

import asyncio

import pytest

from tests.contracts.shop_contract import ShopContract
from tests.real.vendure.server import Vendure


class VendureTown:
    """Shoppers of the real shop."""

    def __init__(self, server: Vendure) -> None:
        self._server = server

    async def buy(self, variant_id: str, code: str = "", link_id: str = "") -> str:
        order = await asyncio.to_thread(self._server.shopper().buy, variant_id, code=code, link=link_id)
        assert order.get("state") == "PaymentSettled", order
        return order["id"]

    async def cancel(self, order_id: str) -> None:
        await asyncio.to_thread(self._server.cancel, order_id)


@pytest.fixture
def town(vendure: Vendure) -> VendureTown:
    return VendureTown(vendure)


class TestVendure(ShopContract):
    """The contract of all shops."""
