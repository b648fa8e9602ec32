"""What every channel connector must do. A connector's test subclasses `ChannelContract` and gives two fixtures:

- ``channel``: the connector, talking to a running platform or bridge;
- ``crowd``: an async function that makes a viewer write a text and returns the message's id, empty where it cannot know.

A channel that numbers nothing gives its first item, an empty one if need be, once it listens: who has it misses nothing
that is written from then on.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from studio.control.ports import Channel, ChannelItem, RefusedByTarget
from studio.domain.audience import ChatMessage
from studio.domain.ids import uuid7

Crowd = Callable[[str], Awaitable[str]]
PATIENCE_S = 60


class Heard:
    """What a channel's live feed told so far."""

    def __init__(self) -> None:
        self.items: list[ChannelItem] = []
        self._more = asyncio.Condition()
        self._over = False

    async def listen(self, feed: AsyncIterator[ChannelItem]) -> None:
        """Read the feed to its end."""
        try:
            async for item in feed:
                self.items.append(item)
                await self._tell()
        finally:
            self._over = True
            await self._tell()
            if isinstance(feed, AsyncGenerator):
                await feed.aclose()

    async def until(self, wanted: Callable[[ChannelItem], bool]) -> ChannelItem:
        """The first item that is wanted, as soon as there is one."""
        seen = 0
        async with asyncio.timeout(PATIENCE_S), self._more:
            while True:
                for item in self.items[seen:]:
                    if wanted(item):
                        return item
                seen = len(self.items)
                assert not self._over, f"the feed ended without what was wanted: {self.items[-5:]}"
                await self._more.wait()

    async def message(self, wanted: Callable[[ChatMessage], bool]) -> ChatMessage:
        """The first message that is wanted, as soon as there is one."""
        item = await self.until(lambda i: i.message is not None and wanted(i.message))
        assert item.message is not None
        return item.message

    @property
    def messages(self) -> list[ChatMessage]:
        """All messages so far."""
        return [item.message for item in self.items if item.message is not None]

    async def _tell(self) -> None:
        async with self._more:
            self._more.notify_all()


@asynccontextmanager
async def listening(channel: Channel, after: int | None = None) -> AsyncGenerator[Heard, None]:
    """The live feed from now on (or behind `after`), read beside the test. What broke it fails the test."""
    heard = Heard()
    if after is None:
        after = await channel.last_seq()
    reader = asyncio.create_task(heard.listen(channel.items(after)))
    try:
        if not channel.numbered:
            await heard.until(lambda _: True)
        yield heard
    finally:
        reader.cancel()
        await asyncio.wait([reader])
        if not reader.cancelled() and (broke := reader.exception()) is not None:
            raise broke


class ChannelContract:
    """Inherit it and give the fixtures `channel` and `crowd`. `notices_gone`: the platform tells when the message that is
    replied to is not there (any more).
    """

    notices_gone = True

    async def test_the_channel_says_what_it_can(self, channel: Channel):
        can = await channel.hello()
        assert can == channel.capabilities
        assert can.max_length >= 1

    async def test_what_a_viewer_writes_comes_once_with_its_author_and_time(
        self, channel: Channel, crowd: Crowd
    ):
        async with listening(channel) as heard:
            message_id = await crowd("Is the blanket washable?")
            message = await heard.message(lambda m: m.text == "Is the blanket washable?")
            await crowd("And the cushion?")
            await heard.message(lambda m: m.text == "And the cushion?")
        assert message.id == message_id or not message_id
        assert message.id
        assert message.channel == channel.name
        assert message.author
        assert message.at_ms > 0
        assert not message.by_us
        assert len([m for m in heard.messages if m.id == message.id]) == 1

    async def test_only_a_channel_with_numbers_numbers_its_items(self, channel: Channel, crowd: Crowd):
        async with listening(channel) as heard:
            await crowd("Good evening")
            await heard.message(lambda m: m.text == "Good evening")
        assert all((item.seq > 0) == channel.numbered for item in heard.items)

    async def test_what_we_say_is_said_once_for_one_key_and_comes_back_as_ours(self, channel: Channel):
        can, key = await channel.hello(), uuid7()
        async with listening(channel) as heard:
            first = await channel.say("Welcome!", key)
            if can.keyed:
                assert await channel.say("Welcome!", key) == first
            second = await channel.say("Once more", uuid7())
            last = await heard.message(lambda m: m.by_us and m.text == "Once more")
        ours = [m for m in heard.messages if m.by_us]
        assert [m.text for m in ours] == ["Welcome!", "Once more"]
        assert [m.id for m in ours] == [first or ours[0].id, second or last.id]

    async def test_a_reply_goes_to_its_message(self, channel: Channel, crowd: Crowd):
        if not (await channel.hello()).reply:
            with pytest.raises(RefusedByTarget):
                await channel.reply("any", "Hello?", uuid7())
            return
        async with listening(channel) as heard:
            await crowd("Does it come in blue?")
            asked = await heard.message(lambda m: m.text == "Does it come in blue?")
            reply_id = await channel.reply(asked.id, "Yes, in two blues.", uuid7())
            reply = await heard.message(lambda m: m.text == "Yes, in two blues.")
        assert (reply.by_us, reply.reply_to) == (True, asked.id)
        assert reply.id == reply_id or not reply_id

    async def test_a_reply_to_a_message_that_is_gone_is_refused(self, channel: Channel):
        if self.notices_gone:
            with pytest.raises(RefusedByTarget):
                await channel.reply("no-such-message", "Hello?", uuid7())

    async def test_where_nothing_can_be_hidden_that_is_said(self, channel: Channel):
        if not (await channel.hello()).hide:
            with pytest.raises(RefusedByTarget):
                await channel.hide("any", uuid7())

    async def test_what_we_said_can_be_looked_up_where_the_channel_promises_it(self, channel: Channel):
        since = time.time_ns() // 1_000_000
        if not (await channel.hello()).read_back:
            with pytest.raises(RefusedByTarget):
                await channel.find_said("Thank you all!", "", since)
            return
        assert await channel.find_said("Thank you all!", "", since) is None
        said = await channel.say("Thank you all!", uuid7())
        assert await channel.find_said("Thank you all!", "", since) == said
        assert await channel.find_said("Thank you", "", since) is None

    async def test_what_was_missed_can_be_read_again(self, channel: Channel, crowd: Crowd):
        after = await channel.last_seq()
        if not channel.numbered:
            assert (after, await channel.items_between(0, 10)) == (0, ())
            return
        ids = [await crowd(f"message {n}") for n in range(3)]
        last = await channel.last_seq()
        missed = await channel.items_between(after, last)
        assert [item.seq for item in missed] == list(range(after + 1, last + 1))
        assert [i.message.id for i in missed if i.message and i.message.id in ids] == ids
        assert await channel.items_between(last, last) == ()
