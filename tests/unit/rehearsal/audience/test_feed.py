"""What a reader of the feed gets: everything, from where it left off, also through the faults."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from studio.rehearsal import audience_hub
from studio.rehearsal.audience_book import ChannelBook
from studio.rehearsal.audience_hub import Hub
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.storefront_contract import Fault, FaultName

NOW = 1000


class Feed:
    """A book with a hub that can be read in one loop."""

    def __init__(self, path: Path) -> None:
        self.board = FaultBoard()
        self.now = NOW
        loop = asyncio.get_running_loop()
        self.book = ChannelBook(path, lambda frames: loop.call_soon_threadsafe(self.hub.publish, frames))
        self.hub = Hub(self.book, self.board, lambda: self.now)
        self.hub.begin(self.book.open())

    async def write(self, count: int) -> None:
        published = asyncio.Event()
        wanted = self.hub.last + count
        self.hub.listeners = [lambda frames: published.set() if frames[-1].seq == wanted else None]
        for _ in range(count):
            await self.book.run(lambda tx: tx.add_viewers(self.now, 1))
        await published.wait()

    def order(self, name: FaultName, intensity: float = 1.0) -> None:
        self.board.faults = (Fault(id=1, name=name, from_ms=NOW, until_ms=NOW + 100, intensity=intensity,
                                   variant_id=None, skew_ms=0, active=True),)  # fmt: skip

    def heal(self) -> None:
        self.now = NOW + 100
        self.hub.look()


@pytest.fixture
async def feed(tmp_path: Path) -> AsyncIterator[Feed]:
    feed = Feed(tmp_path / "c.sqlite3")
    yield feed
    feed.hub.close()
    feed.book.close()


async def read(stream: AsyncIterator[bytes], count: int) -> list[int]:
    """The next sequences of a stream, at least so many."""
    found: list[int] = []
    while len(found) < count:
        found += [int(seq) for seq in re.findall(rb"^id: (\d+)$", await anext(stream), re.MULTILINE)]
    return found


async def test_a_reader_goes_on_behind_what_it_has(feed: Feed) -> None:
    await feed.write(5)
    stream = feed.hub.stream(2)
    assert await read(stream, 3) == [3, 4, 5]
    await feed.write(2)
    assert await read(stream, 2) == [6, 7]


async def test_what_is_too_old_for_the_memory_comes_from_the_book(feed: Feed, monkeypatch) -> None:
    feed.hub._events = type(feed.hub._events)(maxlen=3)
    await feed.write(10)
    assert await read(feed.hub.stream(0), 10) == list(range(1, 11))


async def test_a_silent_channel_stays_connected_and_tells_all_when_it_heals(feed: Feed, monkeypatch) -> None:
    monkeypatch.setattr(audience_hub, "COMMENT_S", 0.01)
    await feed.write(1)
    stream = feed.hub.stream(0)
    assert await read(stream, 1) == [1]
    feed.order("channel-silent")
    await feed.write(3)
    assert feed.hub.told == 1
    assert await anext(stream) == b": still here\n\n"
    feed.heal()
    assert await read(stream, 3) == [2, 3, 4]


async def test_frames_come_twice_and_none_is_missing(feed: Feed) -> None:
    feed.order("duplicate-events")
    await feed.write(4)
    assert await read(feed.hub.stream(0), 8) == [1, 1, 2, 2, 3, 3, 4, 4]


async def test_neighbours_come_swapped_and_none_is_missing(feed: Feed, monkeypatch) -> None:
    monkeypatch.setattr(audience_hub, "COMMENT_S", 0.01)
    feed.order("out-of-order")
    await feed.write(6)
    stream = feed.hub.stream(0)
    together = await read(stream, 6)
    assert together != sorted(together)
    await feed.write(1)
    one_by_one = asyncio.ensure_future(read(stream, 2))
    await feed.write(1)
    assert sorted(together + await one_by_one) == list(range(1, 9))


async def test_one_alone_is_not_held_for_ever(feed: Feed, monkeypatch) -> None:
    monkeypatch.setattr(audience_hub, "COMMENT_S", 0.01)
    feed.order("out-of-order")
    await feed.write(1)
    assert await read(feed.hub.stream(0), 1) == [1]


async def test_a_closed_hub_ends_its_streams(feed: Feed) -> None:
    stream = feed.hub.stream(0)
    await anext(stream)
    feed.hub.close()
    assert [piece async for piece in stream] == []
