"""Facebook as the engine follows it: what is stored, and what the health strip says."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from studio.channels.facebook import FacebookChannel
from studio.control.clock import SystemWallClock
from studio.control.ports import StoredBatch
from studio.domain.question import QuestionFinder
from studio.sync.follow import Follow
from studio.sync.links import LinkState, LinkStatus
from studio.sync.sources import ChannelFeed
from tests.fakes.memory_store import MemoryFeeds
from tests.real.facebook.graph import GraphError, GraphServer

SHOW = "show-1"


class Followed:
    """A channel in the engine's hands."""

    def __init__(self, channel: FacebookChannel) -> None:
        wall = SystemWallClock()
        self.feeds = MemoryFeeds()
        self.links: list[tuple[LinkState, str]] = []
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        source = ChannelFeed(
            channel, self.feeds, SHOW, False, QuestionFinder(SHOW), lambda *_: None, wall.now_ms
        )
        link = LinkStatus(channel.name, "channel", wall, self._link, lambda: None)
        self.follow = Follow(
            SHOW,
            source,
            self.feeds,
            link,
            wall,
            self._stored,
            lambda _: None,
            lambda *_: None,
            30_000,
            lambda: 0.0,
        )

    def _link(self, name: str, kind: str, state: LinkState, sentence: str, heard: int | None) -> None:
        if not self.links or self.links[-1] != (state, sentence):
            self.links.append((state, sentence))
        self._tell()

    def _stored(self, _: StoredBatch) -> None:
        self._tell()

    def _tell(self) -> None:
        task = asyncio.create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, state: LinkState, words: str = "") -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(
                lambda: bool(self.links) and self.links[-1][0] is state and words in self.links[-1][1]
            )

    async def until_stored(self, text: str) -> None:
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(lambda: text in self.texts)

    @property
    def texts(self) -> list[str]:
        return [message.text for batch in self.feeds.batches for message in batch.messages]


@pytest.fixture
async def followed(channel: FacebookChannel) -> AsyncIterator[Followed]:
    made = Followed(channel)
    task = asyncio.create_task(made.follow.run())
    yield made
    task.cancel()
    await asyncio.wait([task])


async def test_a_facebook_that_goes_away_and_comes_back_is_said_so_and_nothing_is_stored_twice(
    graph: GraphServer, followed: Followed
):
    await followed.until(LinkState.OK)
    await asyncio.to_thread(graph.streaming)
    for number in range(30):
        await asyncio.to_thread(graph.write, "Ana", f"before {number}")
    await followed.until_stored("before 29")
    graph.fail(GraphError(2, "Service temporarily unavailable", status=503), times=100_000)
    await asyncio.to_thread(graph.cut)
    await followed.until(LinkState.DOWN, "Facebook cannot answer right now")
    for number in range(30):
        await asyncio.to_thread(graph.write, "Ana", f"away {number}")
    graph.heal()
    await followed.until(LinkState.OK)
    await asyncio.to_thread(graph.streaming)
    await asyncio.to_thread(graph.write, "Ana", "after")
    await followed.until_stored("after")
    wanted = [f"before {n}" for n in range(30)] + [f"away {n}" for n in range(30)] + ["after"]
    assert sorted(followed.texts) == sorted(wanted)
    assert not [batch.lost for batch in followed.feeds.batches if batch.lost]


async def test_a_token_that_ends_asks_for_one_and_the_chat_goes_on_with_the_next(
    graph: GraphServer, followed: Followed
):
    await followed.until(LinkState.OK)
    await asyncio.to_thread(graph.streaming)
    good, graph.token = graph.token, "another"
    await followed.until(LinkState.ASKING, "make a new one")
    await asyncio.to_thread(graph.write, "Ana", "meanwhile")
    graph.token = good
    followed.follow.token_given.ring()
    await followed.until(LinkState.OK)
    await followed.until_stored("meanwhile")
    assert followed.texts == ["meanwhile"]


async def test_a_broadcast_that_ends_is_said_to_be_over_and_not_asked_for_all_the_time(
    graph: GraphServer, followed: Followed
):
    await followed.until(LinkState.OK)
    await asyncio.to_thread(graph.streaming)
    graph.videos["77"]["status"] = "VOD"
    await followed.until(LinkState.DOWN, "The broadcast at Facebook is over")
    before = len(graph.requests)
    followed.follow.token_given.ring()
    await followed.until(LinkState.DOWN, "The broadcast at Facebook is over")
    assert len(graph.requests) == before
