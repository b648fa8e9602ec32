"""Frames that are posted to this computer, over real HTTP: who may, what is answered, and that nothing is lost."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from studio.channels import social_listener
from studio.channels.social import MOST_WAITING, SocialChannel
from studio.channels.social_frames import MOST_FRAMES
from studio.channels.social_listener import LONGEST_BODY, post_path
from studio.control.clock import SystemWallClock
from studio.control.ports import ChannelItem, Http, RefusedByTarget, Unauthorised, Unreachable
from studio.sync.http import HttpClient
from tests.contracts.channel_contract import Heard, listening
from tests.fakes.social_relay import frame

TOKEN = "for-tests-only-Aa0_9-no-secret"
PATH = post_path(TOKEN)
JSON = {"content-type": "application/json; charset=utf-8"}


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    client = HttpClient("http://127.0.0.1:9", lambda: None, SystemWallClock())
    yield client
    await client.aclose()


@pytest.fixture
def channel(http: Http) -> SocialChannel:
    return made(http, TOKEN)


def made(http: Http, token: str | None, port: int = 0) -> SocialChannel:
    return SocialChannel(
        "social",
        http,
        session="",
        listen_port=port or a_free_port(),
        token=lambda: token,
        wall=SystemWallClock(),
    )


class Bridge:
    """Posts to a channel."""

    def __init__(self, channel: SocialChannel) -> None:
        self.http = httpx.AsyncClient(base_url=channel.address, trust_env=False, timeout=30)

    async def post(self, body: Any, path: str = PATH, method: str = "POST", **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = JSON | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.request(method, path, content=content, headers=named)


@pytest.fixture
async def heard(channel: SocialChannel) -> AsyncIterator[Heard]:
    async with listening(channel) as reading:
        yield reading


@pytest.fixture
async def bridge(channel: SocialChannel, heard: Heard) -> AsyncIterator[Bridge]:
    posting = Bridge(channel)
    yield posting
    await posting.http.aclose()


async def test_a_frame_and_a_list_of_frames_come_into_the_feed(bridge: Bridge, heard: Heard):
    answer = await bridge.post(frame("one", id=1))
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "left_out": 0})
    answer = await bridge.post(
        [frame("two", id=2), {"chatname": []}, frame("three", "ebay", id=3)], method="PUT"
    )
    assert answer.json() == {"taken": 2, "left_out": 1}
    await heard.message(lambda m: m.text == "three")
    assert [(m.text, m.origin) for m in heard.messages] == [
        ("one", "tiktok"),
        ("two", "tiktok"),
        ("three", "ebay"),
    ]
    assert sum(1 for item in heard.items if item.problem) == 1


@pytest.mark.parametrize(
    "path",
    ["/", "/social/", f"/social/{TOKEN[:-1]}", f"{PATH}/", f"{PATH}x", f"/social/{TOKEN.swapcase()}", "/social/%00", f"{PATH}%2F", f"{PATH.upper()}"],
)  # fmt: skip
async def test_whoever_does_not_know_the_token_finds_nothing(bridge: Bridge, heard: Heard, path: str):
    for method in ("POST", "PUT", "GET", "OPTIONS"):
        answer = await bridge.post(frame("sneaked in"), path=path, method=method)
        assert (answer.status_code, answer.content) == (404, b"")
    await bridge.post(frame("let in"))
    await heard.message(lambda m: m.text == "let in")
    assert len(heard.messages) == 1


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "127.0.0.1:{port}.evil.example"],
)
async def test_a_web_page_that_got_here_by_another_name_is_refused(bridge: Bridge, heard: Heard, host: str):
    named = host.format(port=bridge.http.base_url.port)
    assert (await bridge.post(frame("sneaked in"), host=named)).status_code in (400, 421)
    assert (
        await bridge.post(frame("let in"), host=f"localhost:{bridge.http.base_url.port}")
    ).status_code == 200
    await heard.message(lambda m: m.text == "let in")
    assert len(heard.messages) == 1


async def test_each_mistake_is_answered_for_what_it_is_and_nothing_is_taken(bridge: Bridge, heard: Heard):
    wrong = {
        "no method of ours": (await bridge.post(frame("x"), method="GET"), 405),
        "no leave for other pages": (
            await bridge.post(frame("x"), method="OPTIONS", origin="https://evil.example"),
            405,
        ),
        "no JSON by its name": (await bridge.post(frame("x"), content_type="text/plain"), 415),
        "no JSON": (await bridge.post(b'{"chatname": '), 400),
        "too deep": (await bridge.post(b"[" * 200_000), 400),
        "no object": (await bridge.post(b'"words"'), 400),
        "nothing": (await bridge.post(b""), 400),
        "too large": (await bridge.post(frame("x" * LONGEST_BODY)), 413),
        "too many": (await bridge.post([frame("x")] * (MOST_FRAMES + 1)), 413),
    }
    assert {name: answer.status_code for name, (answer, _) in wrong.items()} == {
        name: status for name, (_, status) in wrong.items()
    }
    assert not any("access-control" in name for answer, _ in wrong.values() for name in answer.headers)
    await bridge.post(frame("let in"))
    await heard.message(lambda m: m.text == "let in")
    assert len(heard.messages) == 1
    assert not any(item.problem for item in heard.items)


async def test_who_dawdles_is_sent_away(
    channel: SocialChannel, heard: Heard, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(social_listener, "REQUEST_S", 0.2)
    port = int(channel.address.rpartition(":")[2])
    body_missing = f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{{"
    for said, answered in ((body_missing, b"HTTP/1.1 408"), ("POST /social", b"")):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(said.encode())
        async with asyncio.timeout(30):
            assert (await reader.read(12)).startswith(answered)
            await reader.read(-1)  # and then it hangs up
        writer.close()
    assert heard.messages == []


async def test_a_full_feed_takes_all_of_a_body_or_nothing_and_says_when_to_come_again(http: Http):
    channel = made(http, TOKEN)
    async with aclosing(channel.items(0)) as feed:  # type: ignore[type-var]
        await anext(feed)  # it listens, and nobody reads on
        bridge = Bridge(channel)
        posted = 0
        while True:
            answer = await bridge.post([frame(f"n{n}", id=n) for n in range(posted, posted + 700)])
            if answer.status_code != 200:
                break
            posted += 700
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert MOST_WAITING - 700 <= posted <= MOST_WAITING
        got = [item.message.text for item in [await anext(feed) for _ in range(posted)] if item.message]
        assert got == [f"n{n}" for n in range(posted)]
        assert (await bridge.post(frame("again", id=1))).status_code == 200
        await bridge.http.aclose()


async def test_ten_thousand_messages_from_four_bridges_come_once_each(channel: SocialChannel, heard: Heard):
    async def posts(of: int) -> None:
        bridge = Bridge(channel)
        for start in range(0, 2_500, 25):
            body = [frame(f"{of}/{n}", author=f"a{n % 7}", id=n) for n in range(start, start + 25)]
            while (answer := await bridge.post(body)).status_code == 503:
                await heard.until(lambda i: i.message is not None)
            assert answer.status_code == 200
        await bridge.http.aclose()

    await asyncio.gather(*(posts(of) for of in range(4)))
    await heard.until(lambda _: len(heard.messages) >= 10_000)
    assert sorted(m.text for m in heard.messages) == sorted(
        f"{of}/{n}" for of in range(4) for n in range(2_500)
    )
    assert len({m.id for m in heard.messages}) == 10_000
    for of in range(4):
        own = [m.text for m in heard.messages if m.text.startswith(f"{of}/")]
        assert own == [f"{of}/{n}" for n in range(2_500)]


async def test_a_body_that_is_sent_again_with_its_key_is_the_same_messages(bridge: Bridge, heard: Heard):
    for key in ("k1", "k1", "k2"):
        await bridge.post([frame("lol"), frame("lol")], idempotency_key=key)
    await heard.until(lambda _: len(heard.messages) >= 6)
    first, again, other = ([m.id for m in heard.messages[at : at + 2]] for at in (0, 2, 4))
    assert first == again
    assert len({*first, *other}) == 4


async def test_what_was_taken_and_not_read_is_read_by_the_next_reader(channel: SocialChannel):
    async with aclosing(channel.items(0)) as feed:  # type: ignore[type-var]
        await anext(feed)
        bridge = Bridge(channel)
        assert (await bridge.post([frame("one", id=1), frame("two", id=2)])).status_code == 200
        await bridge.http.aclose()
    async with listening(channel) as heard:
        await heard.message(lambda m: m.text == "two")
        assert [m.text for m in heard.messages] == ["one", "two"]


async def test_while_nobody_reads_nobody_is_heard_and_the_bridge_keeps_its_frames(channel: SocialChannel):
    async with listening(channel):
        bridge = Bridge(channel)
        assert (await bridge.post(frame("x"))).status_code == 200
    with pytest.raises(httpx.ConnectError):
        await bridge.post(frame("y"))
    await bridge.http.aclose()
    assert channel.address == ""


@pytest.mark.parametrize("token", [None, "", "short", "ü" * 30])
async def test_without_a_token_that_nobody_guesses_it_does_not_listen(http: Http, token: str | None):
    channel = made(http, token)
    for asked in (channel.hello(), anext(channel.items(0))):
        with pytest.raises(Unauthorised, match="token"):
            await asked


async def test_a_port_that_another_program_has_is_named(http: Http):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        channel = made(http, TOKEN, other.getsockname()[1])
        for asked in (channel.hello(), anext(channel.items(0))):
            with pytest.raises(Unreachable, match=f"port {other.getsockname()[1]}"):
                await asked


async def test_it_can_be_tried_while_it_listens_and_takes_no_replies(channel: SocialChannel, heard: Heard):
    assert not (await channel.hello()).reply
    for saying in (channel.say("Hi", "k"), channel.reply("tiktok:1", "Hi", "k")):
        with pytest.raises(RefusedByTarget, match="WebSocket"):
            await saying
    assert not any(item.problem for item in heard.items)


async def test_the_token_is_in_no_log_and_in_no_description(
    channel: SocialChannel, bridge: Bridge, capfd: pytest.CaptureFixture[str]
):
    await bridge.post(frame("x"))
    await bridge.post(b"{")
    await bridge.post(b"x", path="/social/wrong")
    said = capfd.readouterr()
    assert TOKEN not in repr(channel) + repr(vars(channel)) + said.out + said.err


async def test_a_quiet_bridge_leaves_the_channel_alive(
    channel: SocialChannel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.channels.social._QUIET_S", 0.01)
    feed: AsyncGenerator[ChannelItem, None] = channel.items(0)  # type: ignore[assignment]
    assert [await anext(feed) for _ in range(4)] == [ChannelItem(0)] * 4
    await feed.aclose()
