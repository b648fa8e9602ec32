"""The live feeds that the channels' tests stand on do what they say."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import httpx
import pytest
import websockets

from tests.real.nchan.server import Nchan, Wire

pytestmark = pytest.mark.real


async def told(url: str, last: str = "") -> AsyncIterator[dict[str, str]]:
    """The server-sent events of a room; the first is empty and says that we are listening."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
    async with (
        httpx.AsyncClient(trust_env=False, timeout=30) as http,
        http.stream("GET", url, headers=headers) as answer,
    ):
        event: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line == ": hi":
                yield {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value
            elif not line and event:
                yield event
                event = {}


async def some(feed: AsyncIterator[dict[str, str]], count: int) -> list[dict[str, str]]:
    """So many events."""
    return [await anext(feed) for _ in range(count)]


async def test_who_comes_back_gets_what_was_said_meanwhile_with_its_name(nchan: Nchan):
    async with Wire(nchan.port) as wire, aclosing(told(wire.url + "/9/live_comments")) as feed:  # type: ignore[type-var]
        assert await anext(feed) == {}
        await nchan.publish("9/live_comments", '{"id": "1"}', event="comment")
        (first,) = await some(feed, 1)
        assert (first["event"], first["data"]) == ("comment", '{"id": "1"}')
        wire.cut()
        with pytest.raises(httpx.ReadError):
            await anext(feed)
        await nchan.publish("9/live_comments", '{"id": "2"}', event="comment")
        async with aclosing(told(wire.url + "/9/live_comments", first["id"])) as again:  # type: ignore[type-var]
            assert (await some(again, 2))[1]["data"] == '{"id": "2"}'


async def test_a_server_that_was_killed_comes_back_on_its_port_and_has_forgotten(nchan: Nchan):
    await nchan.publish("room", "kept in vain")
    nchan.kill()
    assert not nchan.running
    nchan.start()
    async with aclosing(told(nchan.url + "/room", "1000000000:0")) as feed:  # type: ignore[type-var]
        assert await anext(feed) == {}
        await nchan.publish("room", "new")
        assert (await anext(feed))["data"] == "new"


async def test_thousands_of_messages_come_in_their_order_and_what_a_client_says_is_heard_elsewhere(
    nchan: Nchan,
):
    async with (
        websockets.connect(nchan.ws + "/room", proxy=None) as client,
        websockets.connect(nchan.ws + "/from/room", proxy=None) as other,
    ):
        await client.send("hello")
        assert await other.recv() == "hello"
        assert await nchan.listeners("room") == 1
        bodies = [json.dumps({"n": n}) for n in range(5_000)]
        publishing = asyncio.create_task(nchan.publish_all("room", bodies))
        assert [await client.recv() for _ in bodies] == bodies
        await publishing
