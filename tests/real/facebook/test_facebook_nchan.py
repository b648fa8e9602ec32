"""The stream of comments from a real server of events, which is killed and comes back."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from tests.contracts.channel_contract import Heard, listening
from tests.real.facebook.conftest import QUICK, MakeChannel
from tests.real.facebook.graph import GraphServer
from tests.real.nchan.server import Nchan, Wire

pytestmark = pytest.mark.real
ROOM = "77/live_comments"
ALONE = msgspec.structs.replace(QUICK, sweep_s=3600, unstreamed_s=3600, settle_s=3600)
"""The edge is not read but when the stream breaks off."""


@pytest.fixture
async def nchan(tmp_path: Path) -> AsyncIterator[Nchan]:
    server = await asyncio.to_thread(Nchan(tmp_path / "nchan").start)
    yield server
    await server.aclose()


def comment(number: int) -> str:
    return json.dumps(
        {
            "id": f"9001_{number}",
            "message": f"m{number}",
            "from": {"name": "Ana", "id": "5"},
            "created_time": time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime()),
        }
    )


async def listens(nchan: Nchan) -> None:
    async with asyncio.timeout(30):
        while not await nchan.listeners(ROOM):  # noqa: ASYNC110 - nchan tells it nowhere, one can only ask
            await asyncio.sleep(0.02)


async def publish(nchan: Nchan, first: int, last: int) -> None:
    for number in range(first, last + 1):
        await nchan.publish(ROOM, comment(number))


def numbers(heard: Heard) -> list[int]:
    return [int(message.text[1:]) for message in heard.messages]


async def test_what_was_published_while_the_line_was_cut_comes_once_and_in_order(
    graph: GraphServer, make: MakeChannel, nchan: Nchan
):
    graph.unread = True  # what comes, comes by the stream
    async with Wire(nchan.port) as wire:
        channel = make(stream=wire.url, pace=ALONE)
        async with listening(channel) as heard:
            await listens(nchan)
            await publish(nchan, 1, 20)
            await heard.message(lambda m: m.text == "m20")
            for burst in range(1, 4):
                wire.cut()
                await publish(nchan, burst * 20 + 1, burst * 20 + 20)
                await heard.message(lambda m, b=burst: m.text == f"m{b * 20 + 20}")
    assert numbers(heard) == list(range(1, 81))


async def test_who_stops_listening_and_comes_back_gets_what_was_published_meanwhile_once(
    graph: GraphServer, make: MakeChannel, nchan: Nchan
):
    graph.unread = True
    channel = make(stream=nchan.url, pace=ALONE)
    async with listening(channel) as heard:
        await listens(nchan)
        await publish(nchan, 1, 5)
        await heard.message(lambda m: m.text == "m5")
    await publish(nchan, 6, 10)
    async with listening(channel) as again:
        await again.message(lambda m: m.text == "m10")
    assert numbers(heard) + numbers(again) == list(range(1, 11))


async def test_a_server_that_is_killed_and_comes_back_loses_nothing_and_repeats_nothing(
    graph: GraphServer, make: MakeChannel, nchan: Nchan
):
    channel = make(stream=nchan.url)

    async def written(text: str, published: bool) -> None:
        made = await asyncio.to_thread(graph.write, "Ana", text)
        if published:
            told = next(each for each in graph.comments if each.id == made)
            at = time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(told.at))
            body = {"id": f"77_{made.split('_')[1]}", "message": text, "created_time": at}
            await nchan.publish(ROOM, json.dumps(body | {"from": {"name": "Ana", "id": "5"}}))

    async with listening(channel) as heard:
        for life in range(3):
            await listens(nchan)
            for number in range(10):
                await written(f"m{life * 20 + number}", published=True)
            await asyncio.to_thread(nchan.kill)
            for number in range(10, 20):
                await written(f"m{life * 20 + number}", published=False)
            await asyncio.to_thread(nchan.start)
        await listens(nchan)
        await written("m60", published=True)
        await heard.message(lambda m: m.text == "m60")
        await heard.until(lambda _: len(heard.messages) >= 61)
        before = graph.count("GET /v23.0/77/comments")
        await asyncio.to_thread(graph.asked_for, "GET /v23.0/77/comments", before + 2)
    assert sorted(numbers(heard)) == list(range(61))
    assert not [item for item in heard.items if item.lost_since_ms is not None or item.hidden_id]


async def test_a_flood_comes_whole(graph: GraphServer, make: MakeChannel, nchan: Nchan):
    graph.unread = True
    channel = make(stream=nchan.url, pace=ALONE)
    async with listening(channel) as heard:
        await listens(nchan)
        await nchan.publish_all(ROOM, (comment(number) for number in range(1, 3001)))
        await heard.message(lambda m: m.text == "m3000")
    assert numbers(heard) == list(range(1, 3001))
