"""The channel port."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from studio.domain.audience import ChatMessage, ViewerSample


class ChannelCapabilities(msgspec.Struct, frozen=True):
    """What a channel can do. `keyed`: says and replies carry an idempotency key, so an attempt without an
    answer may be repeated. `read_back`: what we said can be looked up (`find_said`), so it may be repeated once it is
    certain that it is not there. With neither, an attempt without an answer becomes *unsure*.
    """

    reply: bool = True
    hide: bool = False
    viewers: bool = True
    keyed: bool = False
    max_length: int = 500
    read_back: bool = False


class Quota(msgspec.Struct, frozen=True):
    """What a platform lets us ask of it in a day, in its own units. `hourly` is what an hour costs at the present pace,
    `resets_at_ms` when it begins anew (UTC ms).
    """

    used: int
    limit: int
    hourly: int = 0
    resets_at_ms: int | None = None


class ChannelItem(msgspec.Struct, frozen=True):
    """One item of a channel's feed: a message or a viewer sample. `seq` is dense per channel, 0 where the
    platform numbers nothing; `problem` is set instead when it could not be read. An item with nothing in it says that
    the channel is alive.

    `hidden_id` is a message that the platform took out of sight, `hidden_author` an author (the platform's id) all of
    whose messages so far it did; `cleared`: all messages so far. `lost_since_ms` (the platform's UTC ms): what was said
    between then and now may be missing, and nobody knows how much.
    """

    seq: int
    message: ChatMessage | None = None
    sample: ViewerSample | None = None
    hidden_id: str = ""
    problem: str = ""
    hidden_author: str = ""
    cleared: bool = False
    lost_since_ms: int | None = None
    quota: Quota | None = None


class Channel(Protocol):
    """A live channel. Every method raises `TargetError`s only. `name` is its id in the settings; `numbered`: its feed has
    numbers of its own, so that what is missing is noticed and read again; otherwise every `seq` is 0.

    Sending faster than the platform allows raises `Throttled`, with nothing sent: the outbox waits.
    """

    name: str
    numbered: bool
    capabilities: ChannelCapabilities

    async def hello(self) -> ChannelCapabilities:
        """Ask what the channel can do, and remember it in `capabilities`; the sender asks before it says anything."""
        ...

    def items(self, after: int) -> AsyncIterator[ChannelItem]:
        """The feed behind `after`, live; ends or raises when the connection does."""
        ...

    async def items_between(self, after: int, until: int) -> tuple[ChannelItem, ...]:
        """Read again what is missing in (after, until]; empty where the platform keeps nothing."""
        ...

    async def last_seq(self) -> int:
        """The newest number of the feed, 0 where it is not numbered."""
        ...

    async def say(self, text: str, key: str) -> str:
        """Say something to everybody; the message's id, empty where the platform tells none."""
        ...

    async def reply(self, message_id: str, text: str, key: str) -> str:
        """Reply to one message; the reply's id, empty where the platform tells none."""
        ...

    async def hide(self, message_id: str, key: str) -> None:
        """Take a message out of everybody's sight. Refuses (`RefusedByTarget`) where `capabilities` have no `hide`."""
        ...

    async def find_said(self, text: str, reply_to: str, since_wall_ms: int) -> str | None:
        """The id of what we said since then (UTC ms of this computer) with this very text, None when it is certain that
        it is not there. Only where `capabilities` have `read_back`.
        """
        ...
