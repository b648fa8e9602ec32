"""Chat by Social Stream Ninja's WebSocket, against a relay that does what its relay does."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from websockets.asyncio.server import ServerConnection, serve

from studio.channels import social_socket
from studio.channels.social import MOST_WAITING, SocialChannel
from studio.control.clock import SystemWallClock
from studio.control.ports import (
    BadAnswer,
    Http,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.sync.http import HttpClient
from tests.contracts.channel_contract import ChannelContract, listening
from tests.fakes.http_server import BadServer, reply
from tests.fakes.social_relay import SocialRelay, frame


@pytest.fixture
async def relay() -> AsyncIterator[SocialRelay]:
    async with SocialRelay() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = HttpClient("http://127.0.0.1:9", lambda: None, SystemWallClock())
    yield client
    await client.aclose()


def made(http: Http, url: str, session: str = "a-session") -> SocialChannel:
    return SocialChannel(
        "social", http, session=session, chat_url=url, token=lambda: None, wall=SystemWallClock()
    )


@pytest.fixture
def channel(relay: SocialRelay, http: Http) -> SocialChannel:
    return made(http, relay.url)


@pytest.fixture
def crowd(relay: SocialRelay) -> Callable[[str], Awaitable[str]]:
    async def writes(text: str) -> str:
        await relay.write(text)
        return ""

    return writes


class TestSocialChannel(ChannelContract):
    """The contract of all channels."""


async def test_it_joins_as_who_hears_the_chat_and_leaves_with_its_reader(
    relay: SocialRelay, channel: SocialChannel
):
    async with listening(channel):
        assert relay.joins == [{"join": "a-session", "out": 3, "in": 4}]
    async with listening(channel) as heard:
        await relay.write("Hello again")
        await heard.message(lambda m: m.text == "Hello again")
    assert len(relay.joins) == 2


async def test_several_sites_come_in_by_one_connection_each_with_its_name(
    relay: SocialRelay, channel: SocialChannel
):
    async with listening(channel) as heard:
        for site in ("tiktok", "whatnot", "ebay", "instagramlive"):
            await relay.write(f"from {site}", site)
        await relay.tell([frame("one of a list", "amazon", id=1), frame("two of a list", "amazon", id=2)])
        await heard.message(lambda m: m.text == "two of a list")
    assert [m.origin for m in heard.messages] == [
        "tiktok",
        "whatnot",
        "ebay",
        "instagramlive",
        "amazon",
        "amazon",
    ]
    assert {m.channel for m in heard.messages} == {"social"}


async def test_a_frame_that_cannot_be_read_is_told_and_the_next_one_comes(
    relay: SocialRelay, channel: SocialChannel
):
    async with listening(channel) as heard:
        await relay.tell("<html>busy</html>", frame("Still here", id=1))
        assert (await heard.until(lambda i: bool(i.problem))).problem
        await heard.message(lambda m: m.text == "Still here")


async def test_a_connection_that_broke_is_said_and_the_next_one_tells_since_when_something_may_be_missing(
    relay: SocialRelay, channel: SocialChannel
):
    async with listening(channel) as heard:
        await relay.write("before")
        before = await heard.message(lambda m: m.text == "before")
        assert heard.items[0].lost_since_ms is None
    feed = channel.items(0)
    since = (await anext(feed)).lost_since_ms
    assert since is not None
    assert since >= before.at_ms
    relay.cut()
    with pytest.raises(Unreachable):
        await anext(feed)
    async with listening(channel) as again:
        lost = again.items[0].lost_since_ms
        assert lost is not None
        assert lost >= since
        await relay.write("after")
        await again.message(lambda m: m.text == "after")
        assert [i.lost_since_ms for i in again.items[1:]] == [None] * (len(again.items) - 1)


async def test_a_relay_that_was_started_again_is_joined_again(relay: SocialRelay, channel: SocialChannel):
    feed = channel.items(0)
    await anext(feed)
    await relay.stop()
    with pytest.raises(Unreachable):
        await anext(feed)
    with pytest.raises(Unreachable) as gone:
        await anext(channel.items(0))
    assert not gone.value.attempted
    await relay.start()
    async with listening(channel) as heard:
        await relay.write("back")
        await heard.message(lambda m: m.text == "back")


async def test_a_quiet_chat_shows_that_it_is_alive(
    relay: SocialRelay, channel: SocialChannel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(social_socket, "_PING_S", 0.01)
    async with listening(channel) as heard:
        await heard.until(lambda _: len(heard.items) >= 5)
    assert all(item.message is None and not item.problem for item in heard.items)


async def opens_and_says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Opens a WebSocket, as RFC 6455 wants it, and answers no ping."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(
        line.partition(": ")[2] for line in head.splitlines() if line.lower().startswith("sec-websocket-key")
    )
    digest = hashlib.sha1(f"{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11".encode()).digest()  # noqa: S324
    accept = base64.b64encode(digest).decode()
    answer = [
        "HTTP/1.1 101 X",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept}",
    ]
    writer.write(("\r\n".join(answer) + "\r\n\r\n").encode())
    try:
        await reader.read(-1)
    finally:
        writer.close()


async def test_a_relay_that_opens_and_answers_nothing_is_given_up(
    http: Http, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(social_socket, "_PONG_S", 0.05)
    async with await asyncio.start_server(opens_and_says_nothing, "127.0.0.1", 0) as server:
        with pytest.raises(Unreachable, match="does not answer"):
            await anext(made(http, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}").items(0))


# --- saying something -----------------------------------------------------------------------------------------


async def test_what_is_said_goes_to_all_sites_and_is_shown_once(relay: SocialRelay, channel: SocialChannel):
    async with listening(channel) as heard:
        await channel.say("Welcome!", "k1")
        await relay.write("Thanks")
        await heard.message(lambda m: m.text == "Thanks")
    assert relay.written == [("tiktok", "Welcome!"), ("whatnot", "Welcome!")]
    assert [(m.text, m.by_us) for m in heard.messages] == [("Welcome!", True), ("Thanks", False)]
    assert relay.joins[-1] == {"join": "a-session", "out": 1, "in": 2}


async def test_a_reply_goes_to_the_site_of_its_message_and_names_its_author(
    relay: SocialRelay, channel: SocialChannel
):
    async with listening(channel) as heard:
        await relay.write("How much?", "whatnot", "bo")
        asked = await heard.message(lambda m: m.text == "How much?")
        await channel.reply(asked.id, "19 euros.", "k1")
        reply = await heard.message(lambda m: m.by_us)
    assert relay.written == [("whatnot", "@bo 19 euros.")]
    assert (reply.text, reply.reply_to, reply.origin) == ("19 euros.", asked.id, "whatnot")


async def test_a_reply_that_is_too_long_with_the_authors_name_goes_without_it(
    relay: SocialRelay, channel: SocialChannel
):
    answer = "It keeps you warm. " * 10
    async with listening(channel) as heard:
        await relay.write("How much?", "whatnot", "bo with a very long name")
        asked = await heard.message(lambda m: m.text == "How much?")
        await channel.reply(asked.id, answer, "k1")
    assert relay.written == [("whatnot", answer)]


async def test_a_reply_to_a_message_of_an_earlier_run_still_goes_to_its_site(
    relay: SocialRelay, channel: SocialChannel
):
    await channel.reply("whatnot:abc", "19 euros.", "k1")
    assert relay.written == [("whatnot", "19 euros.")]


@pytest.mark.parametrize("legacy", [False, True], ids=["by the protocol", "as before it"])
async def test_a_site_that_is_not_open_there_is_refused_in_a_sentence(
    relay: SocialRelay, channel: SocialChannel, legacy: bool
):
    relay.legacy = legacy
    with pytest.raises(RefusedByTarget, match="did not write that"):
        await channel.reply("ebay:1", "Hello", "k1")
    await channel.reply("tiktok:1", "Hello", "k2")
    assert relay.written == [("tiktok", "Hello")]


async def test_when_nobody_is_there_to_write_it_certainly_nothing_was_sent(
    relay: SocialRelay, channel: SocialChannel
):
    relay.running = False
    with pytest.raises(Unreachable) as failed:
        await channel.say("Hello", "k1")
    assert not failed.value.attempted
    await relay.stop()
    with pytest.raises(Unreachable) as gone:
        await channel.say("Hello", "k2")
    assert not gone.value.attempted
    await relay.start()


async def test_without_an_answer_nobody_claims_to_know(
    relay: SocialRelay, channel: SocialChannel, monkeypatch: pytest.MonkeyPatch
):
    relay.mute = True
    monkeypatch.setattr(social_socket, "_ANSWER_S", 0.2)
    with pytest.raises(Unreachable) as failed:
        await channel.say("Hello", "k1")
    assert failed.value.attempted
    assert relay.written == [("tiktok", "Hello"), ("whatnot", "Hello")]


async def test_a_connection_that_breaks_behind_what_was_said_leaves_it_open(http: Http):
    async def hangs_up(member: ServerConnection) -> None:
        await member.recv()
        await member.recv()
        member.transport.abort()

    async with serve(hangs_up, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        with pytest.raises(Unreachable) as failed:
            await made(http, url).say("Hello", "k1")
    assert failed.value.attempted


async def test_who_says_too_much_at_once_waits(relay: SocialRelay, channel: SocialChannel):
    for n in range(20):
        await channel.say(f"{n}", f"k{n}")
    with pytest.raises(Throttled) as wait:
        await channel.say("one more", "k20")
    assert wait.value.retry_after_ms
    assert ("tiktok", "one more") not in relay.written


# --- what stands in the way -----------------------------------------------------------------------------------


async def test_without_a_session_nobody_is_asked(relay: SocialRelay, http: Http):
    with pytest.raises(Unauthorised, match="session ID"):
        await made(http, relay.url, session="").hello()
    assert relay.joins == []


@pytest.mark.parametrize("url", ["ws://chat.example", "ws://127.0.0.1.example", "http://127.0.0.1"])
async def test_no_chat_is_talked_to_in_the_open(http: Http, url: str):
    with pytest.raises(RefusedByTarget, match="wss://"):
        await made(http, url).hello()


async def test_a_session_that_the_relay_does_not_know_ends_the_feed(relay: SocialRelay, http: Http):
    with pytest.raises(TargetError):
        async for _ in made(http, relay.url, session="another").items(0):
            pass


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, Unauthorised), (403, Unauthorised), (429, Throttled), (503, Unreachable), (200, BadAnswer), (404, BadAnswer)],
)  # fmt: skip
async def test_each_refusal_to_connect_is_told_for_what_it_is(
    http: Http, status: int, error: type[TargetError]
):
    async with BadServer() as server:
        server.on("/", reply(status, b"<html>no</html>"))
        with pytest.raises(error) as told:
            await made(http, server.url.replace("http", "ws")).hello()
    assert "<html>" not in told.value.sentence
    assert not isinstance(told.value, Unreachable) or not told.value.attempted


async def test_where_something_else_answers_nothing_was_said(http: Http):
    async with BadServer() as server:
        server.on("/", reply(200, b"<html>a network's login page</html>"))
        with pytest.raises(Unreachable, match="something else") as told:
            await made(http, server.url.replace("http", "ws")).say("Hello", "k1")
    assert not told.value.attempted


async def test_a_session_is_never_told_to_the_log_or_in_a_sentence(
    relay: SocialRelay, http: Http, capfd: pytest.CaptureFixture[str]
):
    channel = made(http, relay.url, session="my-secret-session")
    with pytest.raises(TargetError) as told:
        async for _ in channel.items(0):
            pass
    assert "my-secret-session" not in told.value.sentence + repr(channel) + "".join(capfd.readouterr())


async def test_a_flood_comes_whole_and_in_order(relay: SocialRelay, channel: SocialChannel):
    async with listening(channel) as heard:
        for start in range(0, 5_000, 500):
            await relay.tell([frame(f"n{n}", id=n) for n in range(start, start + 500)])
        await relay.tell(*(frame(f"n{n}", id=n) for n in range(5_000, 6_000)))
        await heard.message(lambda m: m.text == "n5999")
    assert [m.text for m in heard.messages] == [f"n{n}" for n in range(6_000)]


async def test_a_session_that_is_flooded_already_can_be_joined(http: Http, monkeypatch: pytest.MonkeyPatch):
    """The answer to a first ping lies behind more than is read ahead."""
    monkeypatch.setattr(social_socket, "_PONG_S", 1.0)

    async def floods(member: ServerConnection) -> None:
        await member.recv()
        for n in range(2_000):
            await member.send(json.dumps(frame(f"n{n}", id=n)))
        await member.wait_closed()

    async with serve(floods, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"
        async with listening(made(http, url)) as heard:
            await heard.message(lambda m: m.text == "n1999")
    assert [m.text for m in heard.messages] == [f"n{n}" for n in range(2_000)]


async def test_a_reader_that_is_slow_loses_nothing(
    relay: SocialRelay, channel: SocialChannel, monkeypatch: pytest.MonkeyPatch
):
    """The relay is held back meanwhile, and its silence is not taken for an end."""
    monkeypatch.setattr(social_socket, "_PING_S", 0.01)
    monkeypatch.setattr(social_socket, "_PONG_S", 0.2)
    feed = channel.items(0)
    await anext(feed)
    count = 3 * MOST_WAITING
    async with asyncio.TaskGroup() as group:
        telling = group.create_task(
            relay.tell(*([frame("x", chatimg="x" * 1_500)] * 50 for _ in range(count // 50)))
        )
        stalled = await asyncio.wait([telling], timeout=1.0)  # nobody reads, for many pings
        assert telling in stalled[1], "the relay was not held back"
        got = 0
        while got < count:
            got += (await anext(feed)).message is not None
    await feed.aclose()  # type: ignore[attr-defined]
