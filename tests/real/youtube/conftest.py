"""A stand-in of YouTube for each test of this folder, and nothing that Google's discovery document does not allow."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from studio.channels.youtube import YouTubeChannel
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.real.youtube.stand_in import StandIn
from tests.real.youtube.state import Broadcast, YouTubeState

PLENTY = 100_000_000


class MemoryBook:
    """A `QuotaBook` for as long as a test."""

    def __init__(self) -> None:
        self.days: Counter[str] = Counter()

    def used(self, day: str) -> int:
        return self.days[day]

    def add(self, day: str, units: int) -> None:
        self.days[day] += units


@pytest.fixture
def state() -> YouTubeState:
    return YouTubeState()


@pytest.fixture
def server(state: YouTubeState) -> Iterator[StandIn]:
    with StandIn(state) as running:
        yield running
    assert running.complaints == []
    assert running.too_early == 0


@pytest.fixture
def broadcast(state: YouTubeState) -> Broadcast:
    """Live from the beginning of the test on."""
    return state.start()


@pytest.fixture
async def http(server: StandIn) -> AsyncIterator[HttpClient]:
    client = HttpClient(server.url, lambda: server.state.token, SystemWallClock(), who="YouTube")
    yield client
    await client.aclose()


@pytest.fixture
def book() -> MemoryBook:
    return MemoryBook()


@pytest.fixture
def make(http: HttpClient, book: MemoryBook) -> Callable[..., YouTubeChannel]:
    """Another channel, as after a restart of the studio."""

    def made(**more: Any) -> YouTubeChannel:
        given = {"limit": PLENTY, "quota": book, "wall": SystemWallClock(), "viewers_every_ms": 50} | more
        return YouTubeChannel("yt", http, **given)

    return made


@pytest.fixture
def channel(make: Callable[..., YouTubeChannel], broadcast: Broadcast) -> YouTubeChannel:
    return make()


@pytest.fixture
def crowd(state: YouTubeState) -> Callable[[str], Awaitable[str]]:
    async def writes(text: str) -> str:
        return await asyncio.to_thread(state.write, text)

    return writes
