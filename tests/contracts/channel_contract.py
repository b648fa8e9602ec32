"""What every channel connector must do. A connector's test subclasses `ChannelContract` and gives two fixtures:

- ``channel``: the connector, talking to a running platform or bridge;
- ``crowd``: an async function that makes a viewer write a text and returns the message's id.
"""

from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from studio.control.ports import Channel, ChannelItem, RefusedByTarget
from studio.domain.ids import uuid7

Crowd = Callable[[str], Awaitable[str]]


async def until(channel: Channel, after: int, wanted: Callable[[ChannelItem], bool]) -> list[ChannelItem]:
    """The live items behind `after` up to the first that is wanted."""
    found: list[ChannelItem] = []
    async with aclosing(channel.items(after)) as items:  # type: ignore[type-var]
        async for item in items:
            found.append(item)
            if wanted(item):
                return found
    raise AssertionError("the channel ended")


class ChannelContract:
    """Inherit it and give the fixtures `channel` and `crowd`."""

    async def test_the_channel_says_what_it_can(self, channel: Channel):
        can = await channel.hello()
        assert can == channel.capabilities
        assert can.max_length >= 1

    async def test_what_a_viewer_writes_comes_with_its_author_and_time(self, channel: Channel, crowd: Crowd):
        after = await channel.last_seq()
        message_id = await crowd("Is the blanket washable?")
        items = await until(channel, after, lambda i: i.message is not None and i.message.id == message_id)
        message = items[-1].message
        assert message is not None
        assert message.text == "Is the blanket washable?"
        assert message.channel == channel.name
        assert message.author
        assert message.at_ms > 0
        assert not message.by_us

    async def test_what_we_say_is_said_once_for_one_key_and_comes_back_as_ours(self, channel: Channel):
        can, after, key = await channel.hello(), await channel.last_seq(), uuid7()
        first = await channel.say("Welcome!", key)
        if can.keyed:
            assert await channel.say("Welcome!", key) == first
        second = await channel.say("Once more", uuid7())
        items = await until(channel, after, lambda i: i.message is not None and i.message.id == second)
        ours = [i.message.text for i in items if i.message and i.message.by_us]
        assert ours == ["Welcome!", "Once more"]

    async def test_a_reply_goes_to_its_message(self, channel: Channel, crowd: Crowd):
        if not (await channel.hello()).reply:
            with pytest.raises(RefusedByTarget):
                await channel.reply("any", "Hello?", uuid7())
            return
        after = await channel.last_seq()
        message_id = await crowd("Does it come in blue?")
        reply_id = await channel.reply(message_id, "Yes, in two blues.", uuid7())
        items = await until(channel, after, lambda i: i.message is not None and i.message.id == reply_id)
        message = items[-1].message
        assert message is not None
        assert (message.by_us, message.reply_to) == (True, message_id)

    async def test_a_reply_to_a_message_that_is_gone_is_refused(self, channel: Channel):
        with pytest.raises(RefusedByTarget):
            await channel.reply("no-such-message", "Hello?", uuid7())

    async def test_what_was_missed_can_be_read_again(self, channel: Channel, crowd: Crowd):
        after = await channel.last_seq()
        if after == 0 and (await channel.items_between(0, 10)) == ():
            return  # it numbers nothing
        ids = [await crowd(f"message {n}") for n in range(3)]
        last = await channel.last_seq()
        missed = await channel.items_between(after, last)
        assert [item.seq for item in missed] == list(range(after + 1, last + 1))
        assert [i.message.id for i in missed if i.message and i.message.id in ids] == ids
        assert await channel.items_between(last, last) == ()
