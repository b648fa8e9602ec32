"""One real Medusa for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from studio.control.clock import SystemWallClock
from studio.shops.medusa import MedusaShop
from studio.shops.medusa_client import token_header
from studio.sync.http import HttpClient
from tests.real.medusa.postgres import Cluster
from tests.real.medusa.seed import seed
from tests.real.medusa.server import Medusa
from tests.real.vendure.server import a_free_port

STOREFRONT = "https://shop.example/de/products/{slug}"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.timeout(900))


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of this run's own."""
    cluster = Cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def medusa(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Medusa]:
    """A seeded shop."""
    server = Medusa(tmp_path_factory.mktemp("medusa"), a_free_port(), cluster)
    try:
        server.make().start()
        seed(server)
        yield server
    finally:
        server.stop()


@pytest.fixture
async def http(medusa: Medusa) -> AsyncIterator[HttpClient]:
    client = HttpClient(medusa.url, lambda: medusa.key, SystemWallClock(), token_header=token_header)
    yield client
    await client.aclose()


@pytest.fixture
def shop(http: HttpClient) -> MedusaShop:
    return MedusaShop(http, STOREFRONT)
