"""Facebook, as the connector meets it: a stand-in for its Graph API, and a channel that talks to it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from studio.channels.facebook import FacebookChannel
from studio.channels.facebook_feed import FacebookPace
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.real.facebook.graph import PAGE, TOKEN, GraphServer

QUICK = FacebookPace(
    views_s=0.2, sweep_s=0.5, unstreamed_s=0.3, settle_s=0.05, retry_s=0.05, retry_most_s=0.2
)
"""Facebook is asked more often than in the field: the tests wait for what it says, not for the time."""
MakeChannel = Callable[..., FacebookChannel]


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    with GraphServer() as server:
        yield server


@pytest.fixture
async def make(graph: GraphServer) -> AsyncIterator[MakeChannel]:
    """Makes a channel; `stream` is where its events come from."""
    clients: list[HttpClient] = []

    def made(
        account: str = PAGE,
        *,
        stream: str = "",
        token: Callable[[], str | None] = lambda: TOKEN,
        renew: Callable[[], Awaitable[bool]] | None = None,
        pace: FacebookPace = QUICK,
    ) -> FacebookChannel:
        wall = SystemWallClock()
        http = HttpClient(f"{graph.url}/v23.0", token, wall, who="Facebook")
        events = HttpClient(stream or graph.url, token, wall, who="Facebook")
        clients.extend((http, events))
        return FacebookChannel("facebook", http, events, account=account, wall=wall, renew=renew, pace=pace)

    yield made
    for client in clients:
        await client.aclose()


@pytest.fixture
def channel(make: MakeChannel) -> FacebookChannel:
    return make()
