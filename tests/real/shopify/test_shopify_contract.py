"""The contract of all shops, at a Shopify that executes on Shopify's own schema."""

from collections.abc import Iterator

import pytest

from studio.shops import shopify_operations as ops
from tests.contracts.shop_contract import ShopContract
from tests.real.shopify.schema import VERSIONS
from tests.real.shopify.stand_in import StandIn
from tests.real.shopify.state import ShopState

pytestmark = pytest.mark.real


@pytest.mark.parametrize("version", VERSIONS)
class TestShopify(ShopContract):
    """On each version of the interface."""

    @pytest.fixture
    def server(self, version: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
        monkeypatch.setattr(ops, "VERSION", version)
        with StandIn(version, ShopState()) as running:
            yield running
        assert running.complaints == []


class TestShopifyInYen(ShopContract):
    """A currency without a minor unit."""

    @pytest.fixture
    def state(self) -> ShopState:
        return ShopState("JPY")
