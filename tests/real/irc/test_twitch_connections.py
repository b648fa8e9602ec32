"""Twitch's connector against a real IRC server: floods, a server that is killed, names that are taken."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from studio.channels.twitch import TwitchChannel
from studio.channels.twitch_chat import Pace
from studio.control.ports import Unreachable
from tests.contracts.channel_contract import Heard, listening
from tests.fakes.helix import SHOP_CHANNEL, FakeHelix
from tests.real.irc.conftest import Making
from tests.real.irc.server import ROOM, InspIrcd, Viewer

FLOOD = 20_000
WAYS = pytest.mark.parametrize("way", ["irc", "ws"])


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[InspIrcd]:
    """A server that may be killed."""
    server = InspIrcd(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def address(server: InspIrcd, way: str) -> str:
    return f"{way}://127.0.0.1:{server.port if way == 'irc' else server.web_port}"


async def until_it_ends(channel: TwitchChannel, happens: Callable[[Heard], Awaitable[None]]) -> None:
    async with listening(channel) as heard:
        await happens(heard)
        await heard.until(lambda _: False)


@WAYS
async def test_a_flood_of_tagged_messages_comes_whole_and_in_its_order(
    way: str, irc: InspIrcd, ana: Viewer, a_channel: Making
):
    channel = a_channel(address(irc, way))
    async with listening(channel) as heard:
        await ana.flood(
            f"@+color=#00FF00;+badges=subscriber/12;+n={n} PRIVMSG {ROOM} :message {n} how much is the coat? 🧵"
            for n in range(FLOOD)
        )
        await heard.message(lambda m: m.text.startswith(f"message {FLOOD - 1} "))
        assert [m.text.split()[1] for m in heard.messages] == [str(n) for n in range(FLOOD)]
        assert len({m.id for m in heard.messages}) == FLOOD
        times = [m.at_ms for m in heard.messages]
        assert times == sorted(times)


@WAYS
async def test_a_server_that_is_killed_and_comes_back_costs_nothing_but_what_was_said_meanwhile(
    way: str, mortal: InspIrcd, a_channel: Making
):
    channel = a_channel(address(mortal, way))
    before: list[str] = []

    async def kill(heard: Heard) -> None:
        viewer = await Viewer.come(mortal.port, "bo")
        before.append(await viewer.write("before"))
        await heard.message(lambda m: m.text == "before")
        await asyncio.to_thread(mortal.kill)
        await viewer.go()

    with pytest.raises(Unreachable):
        await until_it_ends(channel, kill)
    with pytest.raises(Unreachable) as away:
        await channel.say("Anybody here?", "k")
    assert not away.value.attempted
    with pytest.raises(Unreachable):
        await until_it_ends(channel, lambda _: asyncio.Future())
    await asyncio.to_thread(mortal.start)
    async with listening(channel) as heard:
        assert heard.items[0].lost_since_ms is not None
        viewer = await Viewer.come(mortal.port, "bo")
        after = await viewer.write("after")
        assert (await heard.message(lambda m: m.text == "after")).id == after
        assert await channel.say("We are back", "k")
        await heard.message(lambda m: m.by_us)
        assert [m.text for m in heard.messages] == ["after", "We are back"]
        assert before[0] not in [m.id for m in heard.messages]
        await viewer.go()


async def test_a_server_that_is_stopped_in_mid_flood_gives_each_message_at_most_once(
    mortal: InspIrcd, a_channel: Making
):
    channel = a_channel(address(mortal, "irc"))
    seen: list[str] = []

    async def flood_and_kill(heard: Heard) -> None:
        viewer = await Viewer.come(mortal.port, "bo")
        await viewer.send(*(f"PRIVMSG {ROOM} :message {n}" for n in range(3_000)))
        await heard.message(lambda m: m.text == "message 100")
        await asyncio.to_thread(mortal.kill)
        await viewer.go()
        seen.extend(m.text for m in heard.messages)

    with pytest.raises(Unreachable):
        await until_it_ends(channel, flood_and_kill)
    assert seen == [f"message {n}" for n in range(len(seen))]


@WAYS
async def test_a_name_that_somebody_has_already_is_replaced_and_what_is_ours_stays_ours(
    way: str, irc: InspIrcd, ana: Viewer, a_channel: Making
):
    namesake = await Viewer.come(irc.port, SHOP_CHANNEL)
    channel = a_channel(address(irc, way))
    async with listening(channel) as heard:
        await namesake.write("I was here first")
        theirs = await heard.message(lambda m: m.text == "I was here first")
        assert await channel.say("Welcome!", "k")
        ours = await heard.message(lambda m: m.text == "Welcome!")
        assert (theirs.by_us, ours.by_us) == (False, True)
        assert ours.author.startswith(f"{SHOP_CHANNEL}_")
    await namesake.go()


@WAYS
async def test_what_is_said_reaches_viewers_as_one_message_whatever_it_holds(
    way: str, irc: InspIrcd, ana: Viewer, a_channel: Making
):
    channel = a_channel(address(irc, way))
    async with listening(channel) as heard:
        said = await channel.say(f"one\r\nPRIVMSG {ROOM} :two 🧵", "k")
        seen = await ana.until("PRIVMSG")
        assert (seen.last, seen.tag("msgid")) == (f"one PRIVMSG {ROOM} :two 🧵", said)
        asked = await ana.write("Is it warm?")
        await channel.reply(asked, "/very", "k2")
        seen = await ana.until("PRIVMSG")
        assert (seen.last, seen.tag("+draft/reply")) == ("/very", asked)
        await heard.message(lambda m: m.text == "/very")
        assert [(m.text, m.by_us) for m in heard.messages] == [
            (f"one PRIVMSG {ROOM} :two 🧵", True),
            ("Is it warm?", False),
            ("/very", True),
        ]


async def test_viewers_are_counted_beside_a_real_chat_and_it_stays_alive(
    irc: InspIrcd, helix: FakeHelix, a_channel: Making
):
    helix.viewers[SHOP_CHANNEL] = 321
    channel = a_channel(address(irc, "irc"), pace=Pace(ping_ms=50, pong_ms=5_000, viewers_ms=20))
    assert (await channel.hello()).viewers
    async with listening(channel) as heard:
        sample = await heard.until(lambda i: i.sample is not None)
        assert sample.sample is not None
        assert sample.sample.viewers == 321
        beats = len(heard.items)
        await heard.until(lambda i: len(heard.items) > beats + 5)


async def test_without_a_sign_in_a_real_chat_is_read(irc: InspIrcd, ana: Viewer, a_channel: Making):
    channel = a_channel(address(irc, "irc"), token=None)
    async with listening(channel) as heard:
        await ana.write("Good evening")
        await heard.message(lambda m: m.text == "Good evening")
