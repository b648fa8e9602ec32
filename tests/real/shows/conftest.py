"""One full show on each platform, played once; the tests look at what came of it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.real.medusa.postgres import Cluster
from tests.real.medusa.seed import seed as seed_medusa
from tests.real.medusa.server import Medusa
from tests.real.shows.play import FullShow, play
from tests.real.shows.towns import MedusaTown, Town, VendureTown
from tests.real.vendure.seed import seed as seed_vendure
from tests.real.vendure.server import RIGHTS, Vendure, a_free_port

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.real)
            item.add_marker(pytest.mark.timeout(1800))


@contextmanager
def _vendure(folder: Path) -> Iterator[Town]:
    server = Vendure(folder, a_free_port(), keep="ended")
    try:
        server.start()
        seed_vendure(server.admin)
        server.key, _ = server.a_key(*RIGHTS)
        yield VendureTown(server)
    finally:
        server.stop()


@contextmanager
def _medusa(folder: Path) -> Iterator[Town]:
    cluster = Cluster()
    server = Medusa(folder, a_free_port(), cluster)
    try:
        cluster.start()
        server.make().start()
        seed_medusa(server)
        yield MedusaTown(server)
    finally:
        server.stop()
        cluster.stop()


PLATFORMS = {"vendure": _vendure, "medusa": _medusa}


@pytest.fixture(scope="session", params=PLATFORMS)
def show(request: pytest.FixtureRequest) -> Iterator[FullShow]:
    """A show that was played from its beginning to its end, and the town it was played in."""
    with tempfile.TemporaryDirectory(prefix="host-studio-show-") as made:
        shop, studio = Path(made) / "shop", Path(made) / "studio"
        shop.mkdir()
        with PLATFORMS[request.param](shop) as town:
            yield play(town, studio)
