"""A flood at YouTube, with connections that break in the middle of it."""

import asyncio
from collections.abc import Callable

from studio.channels.youtube import YouTubeChannel
from studio.control.clock import SystemWallClock
from studio.control.ports import ChannelItem, Unreachable
from studio.sync.http import HttpClient
from tests.real.youtube.conftest import PLENTY, MemoryBook
from tests.real.youtube.stand_in import Answer, StandIn
from tests.real.youtube.state import YouTubeState

MESSAGES = 20_000


async def test_every_message_of_a_flood_comes_once_and_in_order_through_breaks():
    state = YouTubeState(polling_ms=30)
    state.start()
    with StandIn(state, most_checked=20) as server:
        http = HttpClient(server.url, lambda: state.token, SystemWallClock(), who="YouTube")
        channel = YouTubeChannel("yt", http, wall=SystemWallClock(), quota=MemoryBook(), limit=PLENTY)
        ids: list[str] = []

        def write() -> None:
            for n in range(MESSAGES):
                ids.append(state.write(f"message {n}", author=f"viewer{n % 300}"))
                if n in (2_000, 9_000):
                    server.lose("liveChatMessages.list")
                if n == 15_000:
                    server.break_down("liveChatMessages.list", Answer(503))

        seen: list[ChannelItem] = []
        breaks = 0
        async with asyncio.timeout(100):
            await channel.find_said("nothing yet", "", 0)  # it has a place in the chat from here on
            writing = asyncio.create_task(asyncio.to_thread(write))
            while not (writing.done() and _last(seen) == ids[-1]):
                try:
                    await _read(channel, seen, lambda: writing.done() and _last(seen) == ids[-1])
                except Unreachable:
                    breaks += 1
            await writing
        await http.aclose()
    assert [i.message.id for i in seen] == ids  # type: ignore[union-attr]
    assert breaks == 3
    assert (server.complaints, server.too_early) == ([], 0)


def _last(seen: list[ChannelItem]) -> str:
    return seen[-1].message.id if seen and seen[-1].message else ""


async def _read(channel: YouTubeChannel, seen: list[ChannelItem], enough: Callable[[], bool]) -> None:
    async for item in channel.items(0):
        if item.message is not None:
            seen.append(item)
        elif enough():
            return
