"""One real Vendure for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from studio.control.clock import SystemWallClock
from studio.shops.vendure import VendureShop, api_key
from studio.sync.http import HttpClient
from tests.real.vendure.seed import seed
from tests.real.vendure.server import RIGHTS, Vendure, a_free_port

STOREFRONT = "https://shop.example/products/{slug}"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.timeout(600))


@pytest.fixture(scope="session")
def vendure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Vendure]:
    """A seeded shop."""
    server = Vendure(tmp_path_factory.mktemp("vendure"), a_free_port())
    try:
        server.start()
        seed(server.admin)
        server.key, _ = server.a_key(*RIGHTS)
        yield server
    finally:
        server.stop()


@pytest.fixture
async def http(vendure: Vendure) -> AsyncIterator[HttpClient]:
    client = HttpClient(vendure.url, lambda: vendure.key, SystemWallClock(), token_header=api_key)
    yield client
    await client.aclose()


@pytest.fixture
def shop(http: HttpClient, vendure: Vendure) -> VendureShop:
    return VendureShop(http, vendure.url, storefront=STOREFRONT)
