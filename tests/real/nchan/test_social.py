"""Social Stream Ninja's frames through a real nchan: by WebSocket, and by server-sent events with resume."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets

from studio.channels.social import SocialChannel
from studio.control.clock import SystemWallClock
from studio.control.ports import ChannelItem, Http, Unreachable
from studio.sync.http import HttpClient
from tests.contracts.channel_contract import ChannelContract, listening
from tests.fakes.social_relay import frame
from tests.real.nchan.server import Nchan, Wire

pytestmark = pytest.mark.real

ROOM = "sse/a-session"


@asynccontextmanager
async def http_to(url: str) -> AsyncGenerator[Http]:
    client = HttpClient(url, lambda: None, SystemWallClock(), who="Social Stream Ninja")
    yield client
    await client.aclose()


def made(http: Http, chat_url: str = "") -> SocialChannel:
    return SocialChannel(
        "social", http, session="a-session", chat_url=chat_url, token=lambda: None, wall=SystemWallClock()
    )


@pytest.fixture
async def extension(nchan: Nchan) -> AsyncIterator[list[dict[str, Any]]]:
    """Hears what clients send, and answers what is to be written as the extension does."""
    heard: list[dict[str, Any]] = []

    async def answers(asked: websockets.ClientConnection) -> None:
        async for said in asked:
            told = json.loads(said)
            heard.append(told)
            if told.get("action") == "sendChat":
                result = {"ok": True, "status": "accepted", "request": told["get"]}
                await nchan.publish("ws", json.dumps({"callback": {"get": told["get"], "result": result}}))

    async with websockets.connect(f"{nchan.ws}/from/ws", proxy=None) as asked:
        answering = asyncio.create_task(answers(asked))
        yield heard
        answering.cancel()
        await asyncio.wait([answering])


@pytest.fixture
async def channel(nchan: Nchan, extension: list[dict[str, Any]]) -> AsyncIterator[SocialChannel]:
    async with http_to(nchan.url) as http:
        yield made(http, f"{nchan.ws}/ws")


@pytest.fixture
def crowd(nchan: Nchan) -> Callable[[str], Awaitable[str]]:
    async def writes(text: str) -> str:
        await nchan.publish("ws", json.dumps(frame(text)))
        return ""

    return writes


class TestSocialChannelByWebSocket(ChannelContract):
    """The contract of all channels."""


async def test_what_is_said_goes_out_by_the_protocol(channel: SocialChannel, extension: list[dict[str, Any]]):
    await channel.say("Welcome!", "k1")
    assert extension[-2:] == [
        {"join": "a-session", "out": 1, "in": 2},
        {"protocol": 2, "action": "sendChat", "value": "Welcome!", "get": "k1"},
    ]


async def test_a_killed_server_is_joined_again_and_what_may_be_missing_is_marked(nchan: Nchan):
    async with http_to(nchan.url) as http:
        channel = made(http, f"{nchan.ws}/ws")
        feed = channel.items(0)
        assert (await anext(feed)).lost_since_ms is None
        await nchan.publish("ws", json.dumps(frame("before")))
        assert (await anext(feed)).message is not None
        await asyncio.to_thread(nchan.kill)
        with pytest.raises(Unreachable):
            await anext(feed)
        await asyncio.to_thread(nchan.start)
        async with listening(channel) as heard:
            assert heard.items[0].lost_since_ms is not None
            await nchan.publish("ws", json.dumps(frame("after")))
            await heard.message(lambda m: m.text == "after")


async def test_a_flood_by_websocket_comes_once_each_and_in_order(nchan: Nchan):
    """20,000 messages as fast as they go: many times the 2,000 a second of a large show."""
    async with http_to(nchan.url) as http, listening(made(http, f"{nchan.ws}/ws")) as heard:
        bodies = (json.dumps(frame(f"n{n}", id=n, author=f"a{n % 99}")) for n in range(20_000))
        publishing = asyncio.create_task(nchan.publish_all("ws", bodies))
        await heard.message(lambda m: m.text == "n19999")
        await publishing
    assert [m.text for m in heard.messages] == [f"n{n}" for n in range(20_000)]
    assert len({m.id for m in heard.messages}) == 20_000


# --- by server-sent events ------------------------------------------------------------------------------------


class Follower:
    """Reads a feed again and again, as the studio does, and keeps all that it said."""

    def __init__(self, channel: SocialChannel) -> None:
        self.items: list[ChannelItem] = []
        self.ends = 0
        self._channel = channel
        self._more = asyncio.Condition()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            try:
                async for item in self._channel.items(0):
                    self.items.append(item)
                    await self._tell()
            except Unreachable:
                self.ends += 1
                await self._tell()

    async def until(self, wanted: Callable[[], bool]) -> None:
        """Wait until this is so."""
        async with asyncio.timeout(60), self._more:
            await self._more.wait_for(wanted)

    @property
    def texts(self) -> list[str]:
        """What was said, as often as it came."""
        return [item.message.text for item in self.items if item.message is not None]

    @property
    def ids(self) -> list[str]:
        """The ids of what was said."""
        return [item.message.id for item in self.items if item.message is not None]

    async def _tell(self) -> None:
        async with self._more:
            self._more.notify_all()


@asynccontextmanager
async def following(channel: SocialChannel) -> AsyncGenerator[Follower]:
    follower = Follower(channel)
    running = asyncio.create_task(follower.run())
    yield follower
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled(), running.exception()


@pytest.fixture
async def keeps(tmp_path: Path) -> AsyncIterator[Nchan]:
    """A server that gives who comes anew all that it kept."""
    server = Nchan(tmp_path / "keeps", first="oldest")
    await asyncio.to_thread(server.start)
    yield server
    await server.aclose()


def said(first: int, last: int, **more: Any) -> list[str]:
    return [json.dumps(frame(f"n{n}", **more)) for n in range(first, last)]


def texts(count: int) -> list[str]:
    return [f"n{n}" for n in range(count)]


async def test_after_a_cut_the_feed_goes_on_where_it_was_and_each_message_comes_once(keeps: Nchan):
    """The frames bear no ids of their own: that of the event is all there is."""
    async with (
        Wire(keeps.port) as wire,
        http_to(wire.url) as http,
        following(made(http)) as follower,
    ):
        for cut in range(4):
            await keeps.publish_all(ROOM, said(cut * 100, cut * 100 + 50))
            await follower.until(lambda: len(follower.texts) >= cut * 100 + 50)  # noqa: B023
            wire.cut()
            await keeps.publish_all(ROOM, said(cut * 100 + 50, cut * 100 + 100))
            await follower.until(lambda: len(follower.texts) >= cut * 100 + 100)  # noqa: B023
        assert follower.texts == texts(400)
        assert len(set(follower.ids)) == 400
        assert follower.ends >= 4
        assert all(item.lost_since_ms is None for item in follower.items)  # the server kept them


async def test_a_cut_in_the_middle_of_a_flood_loses_and_doubles_nothing(keeps: Nchan):
    async with (
        Wire(keeps.port) as wire,
        http_to(wire.url) as http,
        following(made(http)) as follower,
    ):
        publishing = asyncio.create_task(keeps.publish_all(ROOM, said(0, 10_000)))
        for heard in (1_000, 3_000, 6_000):
            await follower.until(lambda: len(follower.texts) >= heard)  # noqa: B023
            wire.cut()
        await publishing
        await follower.until(lambda: len(follower.texts) >= 10_000)
        assert follower.texts == texts(10_000)


async def test_after_a_kill_and_a_restart_each_message_comes_once(keeps: Nchan):
    async with http_to(keeps.url) as http, following(made(http)) as follower:
        await keeps.publish_all(ROOM, said(0, 50))
        await follower.until(lambda: len(follower.texts) >= 50)
        await asyncio.to_thread(keeps.kill)
        await follower.until(lambda: follower.ends >= 1)
        await asyncio.to_thread(keeps.start)
        await keeps.publish_all(ROOM, said(50, 100))
        await follower.until(lambda: len(follower.texts) >= 100)
        assert follower.texts == texts(100)


@pytest.mark.parametrize("numbered", [{}, {"meta": {"messageId": ""}}], ids=["nothing", "an empty id"])
async def test_a_studio_that_was_started_again_knows_the_messages_that_it_had(
    keeps: Nchan, numbered: dict[str, Any]
):
    """It has forgotten where it was, and gets all that is kept: under the ids that they had."""
    await keeps.publish_all(ROOM, [json.dumps(frame("lol", **numbered)) for _ in range(30)])
    found: list[list[str]] = []
    for _ in range(2):
        async with http_to(keeps.url) as http, following(made(http)) as follower:
            await follower.until(lambda: len(follower.texts) >= 30)
            found.append(follower.ids)
    assert found[0] == found[1]
    assert len(set(found[0])) == 30


async def test_a_silent_feed_that_is_open_shows_that_it_is_alive(
    keeps: Nchan, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.channels.social._QUIET_S", 0.05)
    async with http_to(keeps.url) as http, following(made(http)) as follower:
        await follower.until(lambda: len(follower.items) >= 5)
        assert follower.items == [ChannelItem(0)] * len(follower.items)
        assert follower.ends == 0
