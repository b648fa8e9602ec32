"""The native channel against the real audience in its own process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing

import pytest

from studio.channels.ingest import IngestChannel
from studio.control.clock import SystemWallClock
from studio.control.ports import ChannelItem, Unauthorised, Unreachable
from studio.sync.dense import DenseCursor
from studio.sync.http import HttpClient
from tests.contracts.channel_contract import ChannelContract
from tests.fakes.audience_process import AudienceProcess, start_audience


@pytest.fixture(scope="module")
def audience(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AudienceProcess]:
    running = start_audience(None, tmp_path_factory.mktemp("audience"), viewers=400)
    yield running
    running.stop()


@pytest.fixture
async def channel(audience: AudienceProcess) -> AsyncIterator[IngestChannel]:
    http = HttpClient(audience.url, lambda: audience.token, SystemWallClock(), who="The channel live")
    yield IngestChannel("live", http)
    await http.aclose()


def write(audience: AudienceProcess, *texts: str) -> None:
    audience.admin("messages", {"items": [{"text": text, "author": "Kari"} for text in texts]})


@pytest.fixture
def crowd(audience: AudienceProcess, channel: IngestChannel) -> Callable[[str], Awaitable[str]]:
    async def writes(text: str) -> str:
        after = await channel.last_seq()
        await asyncio.to_thread(write, audience, text)
        items = await channel.items_between(after, await channel.last_seq())
        return next(i.message.id for i in items if i.message and i.message.text == text)

    return writes


class TestNativeChannel(ChannelContract):
    """The contract of all channels."""


async def read(channel: IngestChannel, after: int, until: int) -> list[ChannelItem]:
    """The live feed behind `after`, put in order, up to `until`; each item once."""
    cursor: DenseCursor[ChannelItem] = DenseCursor(after)
    live: list[ChannelItem] = []
    async with aclosing(channel.items(after)) as items:  # type: ignore[type-var]
        async for item in items:
            cursor.put(item.seq, item)
            live += cursor.run()
            if live and live[-1].seq >= until:
                break
    return live


@pytest.mark.parametrize("trouble", ["none", "duplicate-events", "out-of-order"])
async def test_the_live_feed_and_the_read_back_tell_the_same(
    audience: AudienceProcess, channel: IngestChannel, trouble: str
):
    now = (await asyncio.to_thread(audience.admin, "state"))["now_ms"]
    if trouble != "none":
        audience.admin(
            "faults", {"name": trouble, "from_ms": now, "until_ms": now + 600_000, "intensity": 1.0}
        )
    after = await channel.last_seq()
    reading = asyncio.create_task(read(channel, after, after + 200))
    for start in range(0, 200, 20):
        await asyncio.to_thread(write, audience, *(f"line {n}" for n in range(start, start + 20)))
    await asyncio.to_thread(audience.admin, "viewers", {"viewers": 123})
    live = await reading
    if trouble != "none":
        audience.admin("faults", method="DELETE")
    assert [item.seq for item in live] == list(range(after + 1, after + 1 + len(live)))
    assert all(not item.problem for item in live)
    assert list(await channel.items_between(after, live[-1].seq)) == live


async def test_markup_directions_and_a_hundred_kilobytes_come_through_the_real_wire(
    audience: AudienceProcess, channel: IngestChannel
):
    texts = ["<b>bold</b>", "\u202eright to left", "👩‍👩‍👧‍👦", "x" * 100_000]
    after = await channel.last_seq()
    await asyncio.to_thread(write, audience, *texts)
    items = await channel.items_between(after, await channel.last_seq())
    got = [item.message.text for item in items if item.message and item.message.author == "Kari"]
    assert got[:3] == texts[:3]
    assert len(got[3]) <= 16_000


async def test_a_reply_whose_answer_was_lost_is_repeated_with_its_key_and_said_once(
    audience: AudienceProcess, channel: IngestChannel, crowd: Callable[[str], Awaitable[str]]
):
    message_id = await crowd("Is it warm?")
    now = (await asyncio.to_thread(audience.admin, "state"))["now_ms"]
    audience.admin(
        "faults", {"name": "lost-replies", "from_ms": now, "until_ms": now + 600_000, "intensity": 1.0}
    )
    after = await channel.last_seq()
    with pytest.raises(Unreachable) as lost:
        await channel.reply(message_id, "Very warm.", "key-of-this-reply")
    assert lost.value.attempted
    audience.admin("faults", method="DELETE")
    reply_id = await channel.reply(message_id, "Very warm.", "key-of-this-reply")
    items = await channel.items_between(after, await channel.last_seq())
    assert [i.message.id for i in items if i.message and i.message.by_us] == [reply_id]


async def test_a_wrong_token_asks_for_another_one(audience: AudienceProcess):
    http = HttpClient(audience.url, lambda: "wrong", SystemWallClock(), who="The channel live")
    with pytest.raises(Unauthorised):
        await IngestChannel("live", http).hello()
    await http.aclose()
