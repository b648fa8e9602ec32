"""A real OBS for each module that asks for one. It runs only where nobody can reach it: see `alone_in_the_network`."""

import os
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from studio.stage.obs_socket import ObsSocket, open_obs
from tests.real.obs.rig import Ingest, Obs, Screen, alone_in_the_network
from tests.real.obs.scenes import tidy

ALONE = (
    "OBS listens on every interface and cannot be told otherwise. Run this folder in a network of its own: "
    "unshare --map-root-user --net -- sh -c 'ip link set lo up && exec \"$@\"' sh python -m pytest tests/real/obs"
)


@pytest.fixture(scope="session", autouse=True)
def _alone() -> None:
    """Skip where OBS could be reached from outside; a machine that tests every change leaves nothing out."""
    if alone_in_the_network():
        return
    if os.environ.get("CI", "").lower() in ("1", "true") and sys.platform.startswith("linux"):
        pytest.fail(ALONE)
    pytest.skip(ALONE)


@pytest.fixture(scope="session")
def screen(tmp_path_factory: pytest.TempPathFactory, _alone: None) -> Iterator[Screen]:
    """The X server that all OBS of this run draw to."""
    screen = Screen(tmp_path_factory.mktemp("screen"))
    yield screen
    screen.stop()


@pytest.fixture(scope="module")
def shared_obs(tmp_path_factory: pytest.TempPathFactory, screen: Screen) -> Iterator[Obs]:
    """One OBS for the tests of a module."""
    obs = Obs(tmp_path_factory.mktemp("obs"), screen).start()
    yield obs
    obs.stop()


@pytest.fixture
async def observer(shared_obs: Obs) -> AsyncIterator[ObsSocket]:
    """A connection of the test's own to the module's OBS, which is left as it was found: one scene, nothing in it."""
    async with open_obs(shared_obs.address, lambda: Obs.PASSWORD) as observer:
        yield observer
        await tidy(observer)


@pytest.fixture
def ingest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingest]:
    """A place to stream to."""
    ingest = Ingest(tmp_path_factory.mktemp("ingest")).start()
    yield ingest
    ingest.stop()
