"""One real InspIRCd for all tests of this folder, and Twitch's HTTP API beside it."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from studio.channels.twitch import TwitchChannel
from studio.channels.twitch_chat import Pace
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.fakes.helix import CLIENT_ID, SHOP_CHANNEL, TOKEN, FakeHelix
from tests.real.irc.server import InspIrcd, Viewer

HERE = Path(__file__).parent
Making = Callable[..., TwitchChannel]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session")
def irc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InspIrcd]:
    server = InspIrcd(tmp_path_factory.mktemp("irc"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def helix() -> AsyncIterator[FakeHelix]:
    async with FakeHelix() as server:
        yield server


@pytest.fixture
async def http(helix: FakeHelix) -> AsyncIterator[HttpClient]:
    client = HttpClient(helix.url, lambda: TOKEN, SystemWallClock(), who="Twitch")
    yield client
    await client.aclose()


@pytest.fixture
def a_channel(http: HttpClient) -> Making:
    """Makes a channel for a chat's address."""

    def made(chat_url: str, token: str | None = TOKEN, pace: Pace | None = None) -> TwitchChannel:
        return TwitchChannel(
            "twitch",
            http,
            lambda: token,
            login=SHOP_CHANNEL,
            client_id=CLIENT_ID,
            chat_url=chat_url,
            wall=SystemWallClock(),
            pace=pace or Pace(),
        )

    return made


@pytest.fixture
async def ana(irc: InspIrcd) -> AsyncIterator[Viewer]:
    viewer = await Viewer.come(irc.port, "ana")
    yield viewer
    await viewer.go()
