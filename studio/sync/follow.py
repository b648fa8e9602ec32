"""Follows a channel that numbers nothing: what it says is stored as it comes, and what may be missing is marked."""

import asyncio
import random as _random
from collections.abc import AsyncGenerator, Callable

import structlog

from studio.control.ports import (
    ChannelItem,
    Feeds,
    Quota,
    StoredBatch,
    TargetError,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.sync.backoff import Backoff
from studio.sync.keeping import Keeping, gathered
from studio.sync.links import LinkState, LinkStatus
from studio.sync.silence import Silence
from studio.sync.sources import ChannelFeed
from studio.sync.supervise import Bell, supervised

_QUEUE = 20_000
_WATCH_S = 1.0
_ASKING_MS = 30_000
_CAP_MS = 30_000
_STEADY_MS = 5_000
"""A connection that held so long works, also when nobody says anything."""
_log = structlog.get_logger(__name__)


class Follow:
    """Reads one unnumbered channel into the feeds of one show.

    `on_stored` is told what is on disk, `on_quota` what the platform still allows; `notice` gets (level, sentence, key).
    Without any sign of life for `silent_ms` (more where its own history says so) the link is stale, and so it is when
    messages fail to come for much longer than they used to.
    """

    def __init__(
        self,
        show_id: str,
        source: ChannelFeed,
        feeds: Feeds,
        link: LinkStatus,
        wall: WallClock,
        on_stored: Callable[[StoredBatch], None],
        on_quota: Callable[[Quota], None],
        notice: Callable[[str, str, str], None],
        silent_ms: int,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.token_given = Bell()
        self.link = link
        self._source = source
        self._wall = wall
        self._on_stored = on_stored
        self._on_quota = on_quota
        self._random = random
        self._keeping = Keeping(show_id, lambda: source.name, feeds, notice, self._new_backoff)
        self._queue: asyncio.Queue[ChannelItem] = asyncio.Queue(_QUEUE)
        self._alive = Silence(silent_ms, silent_ms)
        self._chat = Silence(silent_ms, None)
        self._following = False
        self._missed_since_ms: int | None = None
        """Nobody listened from then on until this run of the studio, by the channel's time."""

    async def run(self) -> None:
        """Follow until cancelled."""
        loops = {"listen": self._listen, "collect": self._collect, "watch": self._watch}
        async with asyncio.TaskGroup() as group:
            for name, loop in loops.items():
                title = f"follow {self._source.name} {name}"
                group.create_task(supervised(title, loop, self._new_backoff()), name=title)

    async def stored_up_to(self, _seq: int) -> None:
        """Wait until all that came so far is on disk: there are no numbers to wait for."""
        await self._queue.join()

    def _new_backoff(self) -> Backoff:
        return Backoff(self._random, cap_ms=_CAP_MS)

    async def _listen(self) -> None:
        backoff = self._new_backoff()
        while True:
            try:
                if self.link.state is LinkState.CONNECTING:
                    self.link.set(LinkState.CONNECTING)
                missed_since = await self._source.greet()
                if missed_since is not None:
                    self._missed_since_ms = missed_since
                await self._follow(backoff)
            except TargetError as error:
                _log.info("channel broke off", source=self._source.name, reason=error.sentence)
                self.link.failed(error)
                wait = backoff.failed(error.retry_after_ms if isinstance(error, Unreachable) else None)
                # A token that is given now is tried now.
                await self.token_given.wait(_ASKING_MS if isinstance(error, Unauthorised) else wait)

    async def _follow(self, backoff: Backoff) -> None:
        stream = self._source.live(0)
        now = began = self._wall.monotonic_ms()
        self._alive.began(now)
        self._chat.began(now)
        self._following = True
        try:
            async for item in stream:
                now = self._wall.monotonic_ms()
                # A first sign of life alone proves little: a platform that then breaks off each time is not to be stormed.
                if item.message is not None or now - began >= _STEADY_MS:
                    backoff.reset()
                self._alive.heard(now)
                if item.message is not None:
                    self._chat.heard(now)
                if not self._chat.is_stale(now):
                    self.link.heard()
                if item.quota is not None:
                    self._on_quota(item.quota)
                if item.message is not None and self._missed_since_ms is not None:
                    # Where the platform tells its history again from before then, nothing is missing.
                    if item.message.at_ms > self._missed_since_ms:
                        await self._queue.put(ChannelItem(0, lost_since_ms=self._missed_since_ms))
                    self._missed_since_ms = None
                if self._queue.full():
                    await self._queue.put(item)  # the disk is behind: the platform keeps it meanwhile
                else:
                    self._queue.put_nowait(item)
        finally:
            self._following = False
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        raise Unreachable("The connection ended.")

    async def _collect(self) -> None:
        while True:
            items = await gathered(self._queue)
            try:
                batch = self._source.batch(items, None, None)
                if batch.messages or batch.samples or batch.questions or batch.hidden or batch.lost:
                    self._on_stored(await self._keeping.kept(batch))
            finally:
                for _ in items:
                    self._queue.task_done()

    async def _watch(self) -> None:
        """Tell when the silence means trouble."""
        while True:
            await asyncio.sleep(_WATCH_S)
            now = self._wall.monotonic_ms()
            silent = self._alive.is_stale(now) or self._chat.is_stale(now)
            if self._following and silent and self.link.state is not LinkState.STALE:
                self.link.set(LinkState.STALE, self._source.silence)
