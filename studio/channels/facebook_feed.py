"""A broadcast's live feed: comments as events, gaps filled from the edge, viewers by asking, and what is taken away."""

import asyncio
import random as _random
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

import msgspec
import structlog
from msgspec import Raw

from studio.channels.facebook_graph import MOST_IDS, READ, CommentsRead, Graph, safe
from studio.channels.facebook_memory import Memory
from studio.channels.facebook_wire import (
    COMMENT_FIELDS,
    LiveVideo,
    Seen,
    error_in_event,
    key_of,
    read_comment,
)
from studio.control.ports import (
    ChannelItem,
    Http,
    SseEvent,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.control.ports.answers import plain
from studio.domain.audience import ChatMessage, ViewerSample

OVER = frozenset({"LIVE_STOPPED", "PROCESSING", "VOD", "SCHEDULED_CANCELED", "SCHEDULED_EXPIRED"})
_RATE = "one_hundred_per_second"
_QUEUE = 10_000
_OVERLAP_MS = 5_000
_MOST_SINGLE = 10
_LONGEST_EVENT_ID = 1_000
_log = structlog.get_logger(__name__)
Ours = Callable[[Seen], bool]
"""Whether a comment is the studio's own."""


class FacebookPace(msgspec.Struct, frozen=True):
    """How often Facebook is asked, in seconds, and how far back (pages of 100 comments). `unstreamed_s`: the edge is read
    so often while there is no stream; `settle_s`: once so long after a stream was opened.
    """

    views_s: float = 10.0
    sweep_s: float = 20.0
    unstreamed_s: float = 5.0
    settle_s: float = 2.0
    retry_s: float = 1.0
    retry_most_s: float = 15.0
    sweep_pages: int = 3
    fill_pages: int = 10


class Over(Unreachable):
    """The broadcast has ended."""


class Feed:
    """One broadcast, read by `items` by one reader at a time. What was seen is kept between two readings, so that the second
    goes on where the first broke off.
    """

    def __init__(
        self,
        name: str,
        video: str,
        graph: Graph,
        stream: Http,
        wall: WallClock,
        ours: Ours,
        pace: FacebookPace,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.video = video
        self.memory = Memory()
        self._name = name
        self._graph = graph
        self._stream = stream
        self._wall = wall
        self._ours = ours
        self._pace = pace
        self._random = random
        self._streaming = False
        self._heard_one = False
        self._whole = False
        """Since the last reading the stream was open without a break."""
        self._reading = asyncio.Lock()
        self._swept = asyncio.Event()
        self._queue: asyncio.Queue[ChannelItem] = asyncio.Queue(_QUEUE)

    async def items(self) -> AsyncGenerator[ChannelItem, None]:
        """What happens from now on, and what was missed since the last reading. Raises `TargetError`."""
        resumed = self.memory.begun
        if not resumed:
            async with aclosing(self._graph.newest(self.video, self._pace.sweep_pages)) as newest:
                before = [page async for page in newest]
            self.memory.begin(before, self._wall.monotonic_ms(), self._platform_ms())
        yield ChannelItem(0)
        tasks = [
            asyncio.create_task(self._listen(resumed), name="facebook comments"),
            asyncio.create_task(self._sweep_now_and_then(), name="facebook sweep"),
            asyncio.create_task(self._count(), name="facebook viewers"),
        ]
        reading: asyncio.Task[ChannelItem] | None = None
        try:
            while True:
                if self._queue.empty():
                    reading = reading or asyncio.create_task(self._queue.get())
                    done, _ = await asyncio.wait([reading, *tasks], return_when=asyncio.FIRST_COMPLETED)
                    if reading not in done:
                        break
                    item, reading = reading.result(), None
                else:
                    item = self._queue.get_nowait()
                yield item
        finally:
            for task in (*tasks, *([reading] if reading else [])):
                task.cancel()
            ended = await asyncio.gather(*tasks, *([reading] if reading else []), return_exceptions=True)
        while not self._queue.empty():
            yield self._queue.get_nowait()
        errors = [each for each in ended if isinstance(each, Exception)]
        raise next((e for e in errors if not isinstance(e, Unreachable)), errors[0])

    # -- comments

    async def _listen(self, resumed: bool) -> None:
        """Events as long as there are any; when they break off, what was missed is read from the edge."""
        failures = 0
        if resumed:
            await self._catch_up_now()
        while True:
            opened = self._wall.monotonic_ms()
            try:
                await self._hear()
            except Unreachable as error:
                broke: TargetError = error
            except TargetError as error:
                broke = error
                # The stream says nothing of why; whoever asks for the broadcast itself is told, and it raises that.
                await self._graph.get(f"/{safe(self.video)}", [("fields", "id")], LiveVideo)
            else:
                broke = Unreachable("The connection to Facebook ended.")
            finally:
                self._streaming = self._heard_one = self._whole = False
            heard_long = self._wall.monotonic_ms() - opened > self._pace.retry_most_s * 1000
            failures = 0 if heard_long else failures + 1
            _log.info("stream of comments broke off", channel=self._name, reason=broke.sentence)
            await self._catch_up_now()
            wait = min(self._pace.retry_most_s, self._pace.retry_s * 2 ** min(failures, 10))
            wait *= 0.5 + self._random() / 2
            if isinstance(broke, Throttled) and broke.retry_after_ms:
                wait = max(wait, broke.retry_after_ms / 1000)
            await asyncio.sleep(wait)

    async def _hear(self) -> None:
        params = [("comment_rate", _RATE), ("fields", COMMENT_FIELDS)]
        last = self.memory.last_event_id
        events = self._stream.events(
            f"/{safe(self.video)}/live_comments",
            params=params,
            headers={"Last-Event-ID": last} if last else None,
        )
        self._streaming = True
        self._swept.set()
        try:
            async for event in events:
                if not self._heard_one:  # what was written before the stream was open comes first
                    self._heard_one = True
                    await self._catch_up_now()
                if event.data:
                    await self._heard(event)
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    async def _heard(self, event: SseEvent) -> None:
        data = event.data.encode(errors="replace")
        if (error := error_in_event(data, READ)) is not None:
            raise error
        for raw in _entries(data):
            try:
                comment = read_comment(raw, self._platform_ms())
            except (msgspec.MsgspecError, ValueError) as bad:
                await self._leave_out(plain(str(bad), 160))
                continue
            await self._tell([comment])
        # It goes into a header: one that cannot would keep the stream closed for ever.
        fits = event.id.isascii() and event.id.isprintable() and len(event.id) <= _LONGEST_EVENT_ID
        if event.id:
            self.memory.last_event_id = event.id if fits else ""

    async def _catch_up(self, least: int = 1) -> list[CommentsRead]:
        """Read back to where the last reading began, at least so many pages, and tell what is new. Further back than may be
        asked it is said to be lost, unless the stream was there all the time.
        """
        async with self._reading:
            read_ms = self.memory.read_ms
            most = max(least, self._pace.sweep_pages if self._whole else self._pace.fill_pages)
            pages: list[CommentsRead] = []
            reached = False
            async with aclosing(self._graph.newest(self.video, most)) as newest:
                async for page in newest:
                    pages.append(page)
                    oldest = min((comment.at_ms for comment in page.comments), default=0)
                    reached = reached or not page.more or oldest < read_ms - _OVERLAP_MS
                    if reached and len(pages) >= least:
                        break
            if not (reached or self._whole):
                await self._queue.put(ChannelItem(0, lost_since_ms=read_ms))
            self._whole = self._heard_one
            await self._tell_pages(pages)
            return pages

    async def _catch_up_now(self) -> None:
        """Where Facebook asks for patience, the stream goes on meanwhile, and a later reading makes up for it."""
        try:
            await self._catch_up()
        except Throttled as error:
            _log.info("comments not read again", channel=self._name, reason=error.sentence)

    async def _sweep_now_and_then(self) -> None:
        """What events left out (Facebook picks the best when there are many), and what was deleted or hidden."""
        while True:
            every = self._pace.sweep_s if self._streaming else self._pace.unstreamed_s
            try:
                async with asyncio.timeout(every * self._slower()):
                    await self._swept.wait()
                self._swept.clear()
                await asyncio.sleep(self._pace.settle_s)
            except TimeoutError:
                pass
            try:
                await self._sweep()
            except Unauthorised:
                raise
            except Throttled as error:
                _log.info("comments not read again", channel=self._name, reason=error.sentence)
                await asyncio.sleep((error.retry_after_ms or 60_000) / 1000)
            except TargetError as error:
                _log.info("comments not read again", channel=self._name, reason=error.sentence)

    async def _sweep(self) -> None:
        pages = await self._catch_up(min(self._pace.sweep_pages, 1 + len(self.memory) // 100))
        read = [comment for page in pages for comment in page.comments]
        missing = self.memory.missing(read, not pages[-1].more, self._wall.monotonic_ms())
        # One that could not be read is there all the same.
        if missing and not any(page.problems for page in pages):
            asked = missing[:MOST_IDS]
            self.memory.asked(asked, self._wall.monotonic_ms())
            for each in await self._graph.gone(asked, _MOST_SINGLE):
                self.memory.hide(key_of(each))
                await self._queue.put(ChannelItem(0, hidden_id=each))

    async def _tell_pages(self, pages: Sequence[CommentsRead]) -> None:
        for page in pages:
            for problem in page.problems:
                await self._leave_out(problem)
        comments = [comment for page in pages for comment in page.comments]
        await self._tell(comments[::-1])
        self.memory.read_ms = max([self.memory.read_ms, *(comment.at_ms for comment in comments)])
        for each in self.memory.newly_hidden(comments):
            await self._queue.put(ChannelItem(0, hidden_id=each))

    async def _tell(self, comments: Sequence[Seen]) -> None:
        now = self._wall.monotonic_ms()
        for comment in comments:
            if not self.memory.is_news(comment, now):
                continue
            message = ChatMessage(
                channel=self._name,
                id=comment.id,
                seq=0,
                at_ms=comment.at_ms,
                author=comment.author,
                text=comment.text,
                author_id=comment.author_id,
                reply_to=comment.reply_to,
                by_us=self._ours(comment),
            )
            try:
                await self._queue.put(ChannelItem(0, message=message))
            except asyncio.CancelledError:  # it was not told: the next reading tells it
                self.memory.forget(comment.key)
                raise

    async def _leave_out(self, reason: str) -> None:
        problem = f"Facebook sent something that was left out ({reason})."
        await self._queue.put(ChannelItem(0, problem=problem))

    # -- viewers

    async def _count(self) -> None:
        """Viewers, and whether the broadcast goes on. Each answer is a sign of life."""
        failures = 0
        while True:
            try:
                video = await self._graph.get(
                    f"/{safe(self.video)}", [("fields", "id,status,live_views")], LiveVideo
                )
                failures = 0
            except Throttled as error:
                await asyncio.sleep((error.retry_after_ms or 60_000) / 1000)
                continue
            except Unreachable:
                failures += 1
                if failures >= 3 and not self._streaming:
                    raise
            else:
                if video.status in OVER:
                    raise Over("The broadcast at Facebook is over: start the next one there.", 30_000)
                await self._queue.put(ChannelItem(0, sample=self._sample(video)))
            await asyncio.sleep(self._pace.views_s * self._slower())

    def _sample(self, video: LiveVideo) -> ViewerSample | None:
        views = video.live_views
        if views is None or not 0 <= views < 2**40:
            return None
        return ViewerSample(self._name, self._platform_ms(), views)

    def _slower(self) -> float:
        """The less may be asked still, the more seldom it is."""
        load = self._graph.load
        return 10.0 if load >= 90 else 3.0 if load >= 75 else 1.0

    def _platform_ms(self) -> int:
        return self._wall.now_ms() + self._graph.ahead_ms


def _entries(data: bytes) -> list[bytes] | list[Raw]:
    """An event holds a comment, or a list of them."""
    if not data.lstrip().startswith(b"["):
        return [data]
    try:
        return msgspec.json.decode(data, type=list[Raw])
    except (msgspec.MsgspecError, UnicodeError):
        return [data]
