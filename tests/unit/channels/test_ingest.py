"""Frames of a channel, good and bad, become messages, samples, or a sentence."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from studio.channels.ingest import IngestChannel
from studio.control.clock import SystemWallClock
from studio.control.ports import BadAnswer, Channel, RefusedByTarget, TargetError, Unauthorised, Unreachable
from studio.domain.audience import ChatMessage, ViewerSample
from studio.sync.http import HttpClient
from tests.fakes.http_server import BadServer, hang_up, reply, stream

AT = 1_790_000_000_000
HELLO = {
    "frame": 1, "name": "Demo", "now_ms": AT, "last_seq": 7,
    "capabilities": {"reply": True, "hide": True, "viewers": True, "keyed": True, "max_length": 200},
}  # fmt: skip


def message(seq: int, text: str = "Hello", **more: Any) -> dict[str, Any]:
    told = {
        "id": f"m{seq}",
        "author": "Ola",
        "author_id": "u1",
        "text": text,
        "reply_to": "",
        "by_us": False,
        **more,
    }
    return {"seq": seq, "kind": "message", "at_ms": AT + seq, "message": told}


def viewers(seq: int, count: int) -> dict[str, Any]:
    return {"seq": seq, "kind": "viewers", "at_ms": AT + seq, "viewers": count}


def event(frame: Any, seq: int | None = None) -> bytes:
    number = frame["seq"] if seq is None else seq
    text = frame if isinstance(frame, str) else json.dumps(frame)
    return f"id: {number}\nevent: frame\ndata: {text}\n\n".encode()


def body(value: Any) -> bytes:
    return json.dumps(value).encode()


class World:
    def __init__(self, server: BadServer) -> None:
        self.server = server
        self.on = server.on
        self.http = HttpClient(server.url, lambda: "token", SystemWallClock(), who="The channel live")
        self.channel = IngestChannel("live", self.http)

    async def read(self, *parts: bytes) -> list[Any]:
        self.on("/channel/v1/stream", stream(*parts))
        return [item async for item in self.channel.items(3)]


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with BadServer() as server:
        made = World(server)
        yield made
        await made.http.aclose()


async def test_the_channel_says_what_it_can_and_until_then_nothing_is_assumed(world: World):
    channel: Channel = world.channel
    assert not channel.capabilities.keyed
    world.on("/channel/v1", reply(200, body(HELLO)))
    can = await channel.hello()
    assert (can.keyed, can.hide, can.max_length) == (True, True, 200)
    assert channel.capabilities == can
    assert await channel.last_seq() == 7


async def test_messages_samples_and_hidden_messages_come_as_they_are(world: World):
    hidden = {"seq": 6, "kind": "hidden", "at_ms": AT, "hidden_id": "m4"}
    items = await world.read(
        b": hi\n\n", event(message(4, "Hei", reply_to="m1")), event(viewers(5, 12)), event(hidden)
    )
    assert items[0].message == ChatMessage("live", "m4", 4, AT + 4, "Ola", "Hei", "u1", "m1")
    assert items[1].sample == ViewerSample("live", AT + 5, 12)
    assert items[2].hidden_id == "m4"
    assert world.server.requests[0].target == "/channel/v1/stream?after=3"


BAD_FRAMES: list[Any] = [
    "{not json",
    "[]",
    {"seq": 4, "kind": "message", "at_ms": AT},
    {"seq": 4, "kind": "message", "at_ms": AT, "message": {"id": "", "text": "x"}},
    {"seq": 4, "kind": "message", "at_ms": AT, "message": {"id": "x" * 300, "text": "x"}},
    {"seq": 4, "kind": "message", "at_ms": AT, "message": {"id": "m", "text": 5}},
    {"seq": 4, "kind": "viewers", "at_ms": AT, "viewers": -1},
    {"seq": 4, "kind": "viewers", "at_ms": AT, "viewers": "12"},
    {"seq": 4, "kind": "viewers", "at_ms": AT},
    {"seq": 4, "kind": "viewers", "at_ms": -5, "viewers": 3},
    {"seq": 4, "kind": "viewers", "at_ms": "now", "viewers": 3},
    {"seq": -4, "kind": "viewers", "at_ms": AT, "viewers": 3},
    '{"seq": 4, "kind": "message", "at_ms": 5, "message": {"id": "m", "text": "\\ud800"}}',
]


@pytest.mark.parametrize("frame", BAD_FRAMES)
async def test_a_bad_frame_is_left_out_with_a_sentence_and_its_neighbours_stay(world: World, frame: Any):
    items = await world.read(event(message(3)), event(frame, 4), event(message(5)))
    assert [item.message.id for item in items if item.message] == ["m3", "m5"]
    assert [bool(item.problem) for item in items] == [False, True, False]
    assert "live sent something that was left out" in items[1].problem


async def test_a_frame_of_the_future_counts_and_means_nothing(world: World):
    items = await world.read(event({"seq": 4, "kind": "poll", "at_ms": AT, "question": "?"}))
    assert (items[0].seq, items[0].message, items[0].problem) == (4, None, "")


async def test_a_hundred_kilobytes_are_cut_and_every_script_and_sign_stays(world: World):
    texts = [
        "x" * 100_000,
        "<img src=x onerror=alert(1)>",
        "\u202eevil",
        "zero\u200bwidth",
        "👩‍👩‍👧‍👦 🇳🇴",
        "a\x00b\x07c\nd",
    ]
    items = await world.read(*(event(message(n, text)) for n, text in enumerate(texts, 4)))
    got = [item.message.text for item in items]
    assert len(got[0]) == 16_000
    assert got[0].endswith("…")
    assert got[1:5] == texts[1:5]
    assert got[5] == "abc\nd"


async def test_what_is_missing_is_read_page_by_page(world: World):
    first = {"frames": [message(n) for n in range(4, 1004)], "last_seq": 1100}
    second = {"frames": [message(n) for n in range(1004, 1101)], "last_seq": 1100}
    world.on("/channel/v1/frames", reply(200, body(first)), reply(200, body(second)))
    items = await world.channel.items_between(3, 1090)
    assert [item.seq for item in items] == list(range(4, 1091))
    assert [r.target.partition("?")[2] for r in world.server.requests] == [
        "after=3&until=1090&limit=1000",
        "after=1003&until=1090&limit=1000",
    ]


async def test_a_channel_that_has_forgotten_does_not_keep_us_for_ever(world: World):
    world.on("/channel/v1/frames", reply(200, body({"frames": [], "last_seq": 90})))
    assert await world.channel.items_between(3, 50) == ()
    world.on("/channel/v1/frames", reply(200, body({"frames": [viewers(2, 1)], "last_seq": 90})))
    assert await world.channel.items_between(3, 50) == ()


async def test_what_we_say_carries_its_key_and_gets_an_id(world: World):
    world.on("/channel/v1/say", reply(201, b'{"id": "m9"}'))
    world.on("/channel/v1/reply", reply(201, b'{"id": "m10"}'))
    world.on("/channel/v1/hide", reply(200, b"{}"))
    assert await world.channel.say("Hello", "k1") == "m9"
    assert await world.channel.reply("m4", "Yes", "k2") == "m10"
    await world.channel.hide("m4", "k3")
    assert [r.headers["idempotency-key"] for r in world.server.requests] == ["k1", "k2", "k3"]
    assert json.loads(world.server.requests[1].body) == {"message_id": "m4", "text": "Yes"}


@pytest.mark.parametrize(
    ("handler", "kind", "words"),
    [
        (reply(401, b"{}"), Unauthorised, "The channel live does not accept the token"),
        (
            reply(404, b'{"type":"/problems/not-found","detail":"No message m4."}'),
            RefusedByTarget,
            "No message m4.",
        ),
        (reply(503, b"", {"Retry-After": "2"}), Unreachable, "503"),
        (reply(201, b"<html>", {"content-type": "text/html"}), BadAnswer, "web page"),
        (reply(201, b'{"id": 5}'), BadAnswer, "not as agreed"),
        (hang_up(), Unreachable, "connection to the channel live broke off"),
    ],
)
async def test_a_reply_that_does_not_get_through_says_why(
    world: World, handler: Any, kind: type[TargetError], words: str
):
    world.on("/channel/v1/reply", handler)
    with pytest.raises(kind, match=words):
        await world.channel.reply("m4", "Yes", "k")


async def test_another_version_of_the_frame_is_not_read(world: World):
    world.on("/channel/v1", reply(200, body(HELLO | {"frame": 2})))
    with pytest.raises(BadAnswer, match="speaks frame 2"):
        await world.channel.hello()
