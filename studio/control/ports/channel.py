"""The channel port."""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from studio.domain.audience import ChatMessage, ViewerSample


class ChannelCapabilities(msgspec.Struct, frozen=True):
    """What a channel can do. `keyed`: says and replies carry an idempotency key, so an attempt without an
    answer may be repeated; otherwise it becomes *unsure*.
    """

    reply: bool = True
    hide: bool = False
    viewers: bool = True
    keyed: bool = False
    max_length: int = 500


class ChannelItem(msgspec.Struct, frozen=True):
    """One item of a channel's feed: a message or a viewer sample. `seq` is dense per channel, 0 where the
    platform numbers nothing; `problem` is set instead when it could not be read.
    """

    seq: int
    message: ChatMessage | None = None
    sample: ViewerSample | None = None
    hidden_id: str = ""
    problem: str = ""


class Channel(Protocol):
    """A live channel. Every method raises `TargetError`s only."""

    name: str
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

    async def say(self, text: str, key: str) -> str: ...
    async def reply(self, message_id: str, text: str, key: str) -> str: ...
