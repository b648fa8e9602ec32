"""The chat's connection: only to those who can prove who they are, in the open on this computer only."""

import asyncio
import ssl
from pathlib import Path

import pytest

from studio.channels.irc_wire import (
    BadChatAddress,
    Wire,
    checked_chat_address,
    open_wire,
    tls_trusting,
)
from studio.control.ports import BadAnswer, TargetError, Unreachable
from tests.fakes.certificates import certificate, server_tls
from tests.fakes.http_server import BadServer, hang_up, reply
from tests.fakes.twitch_chat import FakeTwitchChat, a_message


async def opened(url: str, ca_file: Path | None = None) -> Wire:
    return await open_wire(checked_chat_address(url), tls_trusting(ca_file), "Twitch")


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("wss://irc-ws.chat.twitch.tv:443", "wss://irc-ws.chat.twitch.tv:443/"),
        ("ircs://irc.chat.twitch.tv", "ircs://irc.chat.twitch.tv:6697/"),
        ("WSS://Chat.Example/irc?x=1", "wss://chat.example:443/irc?x=1"),
        ("ws://127.0.0.1", "ws://127.0.0.1:80/"),
        ("irc://localhost", "irc://localhost:6667/"),
        ("irc://[::1]:6667", "irc://[::1]:6667/"),
    ],
)
def test_addresses_that_the_studio_talks_to(url: str, becomes: str):
    assert checked_chat_address(url).url == becomes


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("irc://irc.chat.twitch.tv:6667", "in the open"),
        ("ws://127.0.0.1.evil.example", "in the open"),
        ("https://chat.example", "wss://"),
        ("chat.example", "wss://"),
        ("", "wss://"),
        ("wss://", "wss://"),
        ("wss://chat.example:99999", "wss://"),
        ("wss://me:secret@chat.example", "entered apart"),
    ],
)
def test_addresses_that_it_does_not_talk_to(url: str, says: str):
    with pytest.raises(BadChatAddress, match=says) as refused:
        checked_chat_address(url)
    assert "secret" not in str(refused.value)


def test_a_certificate_file_that_is_none_is_named(tmp_path: Path):
    with pytest.raises(BadChatAddress, match=r"missing\.pem"):
        tls_trusting(tmp_path / "missing.pem")
    (tmp_path / "empty.pem").write_text("no certificate", "utf-8")
    with pytest.raises(BadChatAddress, match="no certificate in PEM"):
        tls_trusting(tmp_path / "empty.pem")


def test_tls_is_verified_always():
    context = tls_trusting(None)
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.check_hostname


@pytest.mark.parametrize("web", [False, True], ids=["tcp", "websocket"])
async def test_a_server_with_an_unknown_certificate_is_told_nothing(web: bool, tmp_path: Path):
    tls = server_tls(*certificate(tmp_path))
    async with FakeTwitchChat(web=web, tls=tls) as chat:
        with pytest.raises(Unreachable, match="prove who it is") as refused:
            await opened(chat.url)
        assert not refused.value.attempted
        assert all(connection.lines == [] for connection in chat.connections)


@pytest.mark.parametrize("web", [False, True], ids=["tcp", "websocket"])
async def test_a_certificate_that_was_chosen_is_trusted_and_lines_go_both_ways(web: bool, tmp_path: Path):
    cert, key = certificate(tmp_path)
    async with FakeTwitchChat(web=web, tls=server_tls(cert, key)) as chat:
        wire = await opened(chat.url, cert)
        await wire.write("PING :one", "PING :two 🧵")
        lines: list[str] = []
        while len(lines) < 2:
            lines += await wire.read()
        assert lines == [
            ":tmi.twitch.tv PONG tmi.twitch.tv :one",
            ":tmi.twitch.tv PONG tmi.twitch.tv :two 🧵",
        ]
        await wire.close()


async def test_nobody_there_is_said_so_and_nothing_was_sent(unused_tcp_port: int):
    for scheme in ("irc", "ws"):
        with pytest.raises(Unreachable, match="check the network") as away:
            await opened(f"{scheme}://127.0.0.1:{unused_tcp_port}")
        assert not away.value.attempted


@pytest.mark.parametrize(
    ("handler", "kind"),
    [
        (reply(200, b"<html>", {"content-type": "text/html"}), BadAnswer),
        (reply(404, b""), BadAnswer),
        (reply(302, b"", {"location": "ws://127.0.0.1:1/"}), BadAnswer),
        (reply(503, b""), Unreachable),
        (reply(429, b""), Unreachable),
        (hang_up(), Unreachable),
    ],
)
async def test_a_server_that_is_no_websocket_is_told_apart_from_one_that_rests(
    handler: object, kind: type[TargetError]
):
    async with BadServer() as server:
        server.on("/", handler)  # type: ignore[arg-type]
        with pytest.raises(kind):
            await opened(server.url.replace("http", "ws"))


@pytest.mark.parametrize("web", [False, True], ids=["tcp", "websocket"])
async def test_what_came_before_the_end_is_read_before_the_end_is_noticed(web: bool):
    async with FakeTwitchChat(web=web) as chat:
        wire = await opened(chat.url)
        await wire.write("JOIN #lovingt3s")
        await chat.joined()
        await chat.tell(*(a_message(f"line {n}") for n in range(500)))
        await chat.end(chat.connections[0])
        lines: list[str] = []

        async def read_on() -> None:
            while True:
                lines.extend(await wire.read())

        async def write_on() -> None:
            for _ in range(1_000):
                await wire.write("PING :x")

        with pytest.raises(Unreachable):
            await read_on()
        assert len([line for line in lines if "PRIVMSG" in line]) == 500
        with pytest.raises(Unreachable):
            await wire.read()
        with pytest.raises(Unreachable):
            await write_on()
        await wire.close()


async def test_a_reader_that_is_slow_makes_the_server_wait_and_loses_nothing():
    async with FakeTwitchChat(web=True) as chat:
        wire = await opened(chat.url)
        await wire.write("JOIN #lovingt3s")
        await chat.joined()
        telling = asyncio.create_task(
            chat.tell(*(a_message(f"line {n}", message_id=str(n)) for n in range(60_000)))
        )
        found, pieces = list[str](), 0
        while len(found) < 60_000:
            found += [line for line in await wire.read() if "PRIVMSG" in line]
            pieces += 1
        await telling
        assert [line.rpartition(":")[2] for line in found] == [f"line {n}" for n in range(60_000)]
        assert pieces < 6_000  # many lines at a time
        await wire.close()
