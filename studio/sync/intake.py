"""The intake: reads a numbered feed live, puts it in order, reads again what is missing, and stores it in batches."""

import asyncio
import random as _random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Generic, Protocol, TypeVar

import structlog

from studio.control.ports import (
    FeedBatch,
    Feeds,
    StoredBatch,
    StoreFull,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.sync.backoff import Backoff
from studio.sync.dense import DenseCursor
from studio.sync.keeping import Keeping, gathered
from studio.sync.links import LinkState, LinkStatus
from studio.sync.supervise import Bell, supervised

GRACE_MS = 250
"""How long a missing item may still come by itself: neighbours arrive swapped."""
GAP_TRIES = 3
IDLE_MS = 5_000
"""After so much silence the feed is asked for its newest number."""
POLL_MS = 1_000
_MOST_HELD = 20_000
_QUEUE = 10_000
_log = structlog.get_logger(__name__)


class Numbered(Protocol):
    """An item of a feed; `seq` is dense from 1, or 0 where nothing is numbered."""

    @property
    def seq(self) -> int:
        """Its number."""
        ...


T = TypeVar("T", bound=Numbered)


class Source(Protocol[T]):
    """A feed as the intake reads it. Methods raise `TargetError`s."""

    name: str
    silence: str

    async def begin(self, after_reset: bool) -> int | None:
        """(Re)connect: where to read from when that is somewhere else than so far, else None. `after_reset`: the
        feed never came as far as we are.
        """
        ...

    def live(self, after: int) -> AsyncIterator[T]:
        """The feed behind `after`, until the connection ends."""
        ...

    async def read_back(self, after: int, until: int | None) -> tuple[Sequence[T], int]:
        """Items in (after, until] (None: to the newest, perhaps not all at once), and the newest number."""
        ...

    def batch(self, items: Sequence[T], cursor: int | None, gap: tuple[int, int] | None) -> FeedBatch:
        """What these items, each given once and in order, put into the store."""
        ...

    def gap(self, after: int, until: int) -> None:
        """What was numbered (after, until] is lost for good."""
        ...


class Intake(Generic[T]):
    """Reads one source into the feeds of one show.

    `on_stored` is told what is on disk; `notice` gets (level, sentence, key). `silent_ms`: without an item for so
    long the link is stale; None where silence is normal. All waiting is real time.
    """

    def __init__(
        self,
        show_id: str,
        source: Source[T],
        feeds: Feeds,
        link: LinkStatus,
        wall: WallClock,
        on_stored: Callable[[StoredBatch], None],
        notice: Callable[[str, str, str], None],
        silent_ms: int | None = None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.token_given = Bell()
        self.link = link
        self._source = source
        self._wall = wall
        self._on_stored = on_stored
        self._keeping = Keeping(show_id, lambda: source.name, feeds, notice, self._backoff)
        self._silent_ms = silent_ms
        self._random = random
        self._cursor: DenseCursor[T] = DenseCursor()
        # Each item with the cursor that it was read for: after a new beginning, old numbers mean nothing.
        self._queue: asyncio.Queue[tuple[DenseCursor[T], T]] = asyncio.Queue(_QUEUE)
        self._lock = asyncio.Lock()
        self._gap = Bell()
        self._moved = asyncio.Event()
        self._hurry = Bell()
        self._reset = False
        self._streaming = False
        self._stored_at = 0
        self._last_item_ms = wall.monotonic_ms()

    async def run(self) -> None:
        """Read until cancelled."""
        loops = {"listen": self._listen, "collect": self._collect, "fill": self._fill, "idle": self._watch}
        async with asyncio.TaskGroup() as group:
            for name, loop in loops.items():
                title = f"intake {self._source.name} {name}"
                group.create_task(supervised(title, loop, self._backoff()), name=title)

    async def stored_up_to(self, seq: int) -> None:
        """Wait until everything up to `seq` is on disk (or was given up as lost)."""
        while self._stored_at < seq:
            moved = self._moved
            self._hurry.ring()
            try:
                async with asyncio.timeout(1):
                    await moved.wait()
            except TimeoutError:
                continue

    def _backoff(self) -> Backoff:
        return Backoff(self._random, cap_ms=5_000)

    # -- reading

    async def _listen(self) -> None:
        backoff = self._backoff()
        while True:
            try:
                await self._connect()
                await self._follow(backoff)
            except TargetError as error:
                self._reset = getattr(error, "code", "") == "cursor-ahead"
                _log.info("feed broke off", source=self._source.name, reason=error.sentence)
                await self._without_stream(error, backoff)
            except StoreFull as full:  # the place to read from could not be kept
                self._keeping.full(full)
                await asyncio.sleep(backoff.failed() / 1000)

    async def _connect(self, sentence: str = "") -> None:
        """Find out whom we talk to and from where to read on, and read back all that is behind us."""
        if self.link.state is LinkState.CONNECTING:
            self.link.set(LinkState.CONNECTING)
        start = await self._source.begin(self._reset)
        if start is not None:
            async with self._lock:
                self._cursor = DenseCursor(start)
                self._stored_at = start
        self._reset = False
        await self._catch_up(sentence)

    async def _follow(self, backoff: Backoff) -> None:
        cursor = self._cursor
        stream = self._source.live(cursor.at)
        self._last_item_ms = self._wall.monotonic_ms()
        self._streaming = True
        try:
            async for item in stream:
                backoff.reset()
                self._last_item_ms = self._wall.monotonic_ms()
                self.link.heard()
                await self._queue.put((cursor, item))
        finally:
            self._streaming = False
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        raise Unreachable("The connection ended.")

    async def _without_stream(self, error: TargetError, backoff: Backoff) -> None:
        """Wait before the next try to open the stream, and read by asking meanwhile, when that works."""
        wait = backoff.failed(error.retry_after_ms if isinstance(error, Unreachable) else None)
        until = self._wall.monotonic_ms() + wait
        if isinstance(error, Unauthorised):
            self.link.failed(error)
            await self.token_given.wait(30_000)
            return
        if self._reset:
            await asyncio.sleep(wait / 1000)
            return
        sentence = f"{error.sentence} Asking every second instead." if backoff.failures > 1 else ""
        while True:
            try:
                await self._connect(sentence)
            except TargetError as worse:
                self.link.failed(worse)
            left = until - self._wall.monotonic_ms()
            if left <= 0:
                return
            await asyncio.sleep(min(POLL_MS, left) / 1000)

    async def _catch_up(self, sentence: str) -> None:
        while True:
            cursor = self._cursor
            before = cursor.at
            items, newest = await self._source.read_back(before, None)
            self.link.heard(sentence)
            await self._absorb(items, cursor)
            if cursor.at >= newest or cursor.at == before:
                return

    async def _watch(self) -> None:
        """After a silence, ask whether something was missed; tell when the silence means trouble."""
        while True:
            hurried = await self._hurry.wait(IDLE_MS)
            silent = self._wall.monotonic_ms() - self._last_item_ms
            if not self._streaming or (silent < IDLE_MS and not hurried):
                continue
            stale = self._silent_ms is not None and silent >= self._silent_ms
            if stale:
                self.link.set(LinkState.STALE, self._source.silence)
            cursor = self._cursor
            try:
                items, _ = await self._source.read_back(cursor.at, None)
            except TargetError as error:
                if not isinstance(error, Throttled):
                    self.link.failed(error)
                continue
            if not stale:
                self.link.heard(self.link.sentence if self.link.state is LinkState.OK else "")
            await self._absorb(items, cursor)

    # -- order and storing

    async def _collect(self) -> None:
        while True:
            items = await gathered(self._queue)
            for cursor in dict.fromkeys(cursor for cursor, _ in items):
                await self._absorb([item for of, item in items if of is cursor], cursor)
            while self._cursor.held > _MOST_HELD:
                await self._moved.wait()  # the gap is being filled; meanwhile the stream waits

    async def _absorb(self, items: Sequence[T], cursor: DenseCursor[T]) -> None:
        """Sort items in that were read for `cursor`, and store what follows without a gap."""
        async with self._lock:
            if cursor is not self._cursor:
                return
            loose = [item for item in items if item.seq == 0]
            for item in items:
                if item.seq > 0:
                    cursor.put(item.seq, item)
            before = cursor.at
            run = cursor.run()
            if run or loose:
                await self._store([*loose, *run], before, None)
        if cursor.missing() is not None:
            self._gap.ring()

    async def _fill(self) -> None:
        """Read gaps again; what is not to be had is marked and passed over."""
        backoff = self._backoff()
        while True:
            await self._gap.wait()
            await asyncio.sleep(GRACE_MS / 1000)
            tries = 0
            while (gap := self._cursor.missing()) is not None:
                cursor = self._cursor
                try:
                    items, _ = await self._source.read_back(*gap)
                except Unreachable as error:
                    await asyncio.sleep(backoff.failed(error.retry_after_ms) / 1000)
                    continue
                except TargetError as error:
                    _log.warning("gap could not be read", source=self._source.name, reason=error.sentence)
                    items = ()
                await self._absorb(items, cursor)
                left = cursor.missing()
                if self._cursor is not cursor or left is None or left[0] != gap[0]:
                    tries = 0
                    backoff.reset()
                    continue
                tries += 1
                if tries >= GAP_TRIES:
                    await self._pass_over()
                    tries = 0
                else:
                    await asyncio.sleep(backoff.failed() / 1000)

    async def _pass_over(self) -> None:
        async with self._lock:
            gap = self._cursor.missing()
            if gap is None:
                return
            _log.warning("items lost", source=self._source.name, after=gap[0], until=gap[1])
            self._cursor.pass_over(gap[1])
            await self._store(self._cursor.run(), gap[0], gap)
        self._source.gap(*gap)

    async def _store(self, items: Sequence[T], before: int, gap: tuple[int, int] | None) -> None:
        at = self._cursor.at
        stored = await self._keeping.kept(self._source.batch(items, at if at > before else None, gap))
        self._stored_at = at
        self._on_stored(stored)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
