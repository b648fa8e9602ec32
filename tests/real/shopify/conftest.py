"""A stand-in of Shopify for each test of this folder, and nothing that its schema does not allow."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from studio.control.clock import SystemWallClock
from studio.shops.shopify import ShopifyShop
from studio.shops.shopify_api import token_header
from studio.sync.http import HttpClient
from tests.real.shopify.schema import VERSIONS
from tests.real.shopify.stand_in import StandIn
from tests.real.shopify.state import ShopState
from tests.real.shopify.town import ShopifyTown

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.real)


@pytest.fixture
def state() -> ShopState:
    return ShopState()


@pytest.fixture
def server(state: ShopState) -> Iterator[StandIn]:
    with StandIn(VERSIONS[0], state) as running:
        yield running
    assert running.complaints == []


@pytest.fixture
async def http(server: StandIn) -> AsyncIterator[HttpClient]:
    client = HttpClient(server.url, lambda: server.token, SystemWallClock(), token_header=token_header)
    yield client
    await client.aclose()


@pytest.fixture
def shop(http: HttpClient) -> ShopifyShop:
    return ShopifyShop(http)


@pytest.fixture
def town(server: StandIn) -> ShopifyTown:
    return ShopifyTown(server)
