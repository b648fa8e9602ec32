"""How many watch a Twitch channel, asked for beside its chat."""

import asyncio

import structlog

from studio.channels.twitch_feed import Feed
from studio.channels.twitch_helix import Helix
from studio.channels.twitch_reader import Reader
from studio.control.ports import ChannelItem, TargetError, Unreachable
from studio.domain.audience import ViewerSample

_log = structlog.get_logger(__name__)


async def count_viewers(
    feed: Feed, helix: Helix, reader: Reader, name: str, login: str, every_ms: int
) -> None:
    """Bring a sample into the feed every `every_ms`; none while the channel is not live, since nobody can watch then. What
    goes wrong is told once, and never ends the chat.
    """
    told = ""
    while True:
        wait_ms = every_ms
        try:
            viewers = await helix.viewers(login)
        except TargetError as error:
            if isinstance(error, Unreachable) and error.retry_after_ms is not None:
                wait_ms = max(every_ms, error.retry_after_ms)
            if error.sentence != told:
                told = error.sentence
                _log.info("viewers not known", channel=name, reason=told)
                feed.add(ChannelItem(0, problem=f"The number of viewers is not known: {told}"))
        else:
            told = ""
            if viewers is not None:
                feed.add(ChannelItem(0, sample=ViewerSample(name, reader.now_ms(), viewers)))
        await asyncio.sleep(wait_ms / 1000)
