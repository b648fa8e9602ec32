"""The Medusa connector against a real Medusa: the contract of all shops."""

import asyncio

import pytest

from studio.shops.medusa_map import LINK_FIELD
from tests.contracts.shop_contract import ShopContract
from tests.real.medusa.server import Medusa


class MedusaTown:
    """Shoppers of the real shop, and its keeper who takes their money."""

    def __init__(self, server: Medusa) -> None:
        self._server = server

    async def buy(self, variant_id: str, code: str = "", link_id: str = "") -> str:
        metadata = {LINK_FIELD: link_id} if link_id else {}
        order = await asyncio.to_thread(self._server.shopper().buy, variant_id, code=code, metadata=metadata)
        assert order.get("status") == "pending", order
        await asyncio.to_thread(self._server.capture, order["id"])
        return order["id"]

    async def cancel(self, order_id: str) -> None:
        await asyncio.to_thread(self._server.cancel, order_id)


@pytest.fixture
def town(medusa: Medusa) -> MedusaTown:
    return MedusaTown(medusa)


class TestMedusa(ShopContract):
    """The contract of all shops."""
