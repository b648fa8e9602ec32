"""The channel of everything that speaks Social Stream Ninja's frames: TikTok, Instagram, Whatnot, eBay and a hundred others."""

import asyncio
import random as _random
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from urllib.parse import quote

import structlog

from studio.channels.social_frames import SocialFrames, site_of
from studio.channels.social_listener import SocialListener
from studio.channels.social_memory import Said
from studio.channels.social_socket import LONGEST_CHAT, SocialSocket
from studio.channels.unnumbered import SendPace, UnnumberedChannel
from studio.control.ports import (
    ChannelCapabilities,
    ChannelItem,
    Http,
    RefusedByTarget,
    SseEvent,
    TargetError,
    Unreachable,
    WallClock,
)
from studio.domain.audience import ChatMessage

WHO = "Social Stream Ninja"
MOST_WAITING = 10_000
"""So many items may wait to be read."""
_LONGEST_REPLY = 200
"""What the strictest of the large sites takes (YouTube); Social Stream Ninja tells of none."""
_SAY_COUNT, _SAY_WITHIN_MS = 20, 30_000
"""What Twitch allows a guest; Social Stream Ninja sends to all sites at once."""
_QUIET_S = 10.0
_BROKEN_MS = 30_000
"""After so long without a byte a stream of server-sent events is known to be broken (`Http.events`)."""
_MOST_OWN = 1_000
_HOST = "Host"
_NOTHING = ChannelItem(0)
_log = structlog.get_logger(__name__)


class _Over:
    """The end of one feed."""


class SocialChannel(UnnumberedChannel):
    """The `Channel` port over Social Stream Ninja's frames, by one of three ways in.

    - `chat_url` (wss://, or ws:// on this computer): its WebSocket server, with the session `session`. The only way by which
      something can be said.
    - `listen_port`: a server of ours on this computer, to which frames are posted; `token` is the secret in its path.
    - neither: server-sent events of `http`'s address, at `/sse/SESSION`, or at `session` where that begins with `/`.

    `address` tells where the server of ours listens.
    """

    def __init__(
        self,
        name: str,
        http: Http,
        *,
        session: str,
        chat_url: str = "",
        listen_port: int = 0,
        token: Callable[[], str | None],
        wall: WallClock,
        random: Callable[[], float] = _random.random,
    ) -> None:
        super().__init__(name, WHO)
        self.capabilities = ChannelCapabilities(
            reply=bool(chat_url), hide=False, viewers=True, keyed=False, max_length=_LONGEST_REPLY
        )
        self._http = http
        self._path = session if session.startswith("/") else f"/sse/{quote(session, safe='')}"
        self._wall = wall
        self._socket = SocialSocket(WHO, chat_url, session, random) if chat_url else None
        self._listener = None if chat_url or not listen_port else SocialListener(WHO, listen_port, token)
        self._said = Said()
        self._frames = SocialFrames(name, WHO, self._said)
        self._pace = SendPace(WHO, _SAY_COUNT, _SAY_WITHIN_MS, wall.monotonic_ms)
        self._queue: asyncio.Queue[ChannelItem | _Over] = asyncio.Queue(MOST_WAITING)
        self._own: deque[ChannelItem] = deque(maxlen=_MOST_OWN)
        self._heard_ms: int | None = None
        self._last_id = ""
        self._lost_since_ms: int | None = None

    @property
    def address(self) -> str:
        """Where the server of ours listens now, empty while it does not."""
        return self._listener.address if self._listener is not None else ""

    async def hello(self) -> ChannelCapabilities:
        """Whether there is somebody to talk to, where that can be asked; what can be done is known beforehand."""
        if self._socket is not None:
            await self._socket.check()
        elif self._listener is not None:
            await self._listener.check()
        return self.capabilities

    def items(self, after: int) -> AsyncIterator[ChannelItem]:  # noqa: ARG002 - it has no numbers
        """The feed from now on. What was taken and not read yet comes first."""
        return self._items()

    async def say(self, text: str, key: str) -> str:
        """Say something on all sites of the session."""
        return await self._write(text, "", "", text, key)

    async def reply(self, message_id: str, text: str, key: str) -> str:
        """Reply on the site that the message came from. The frames know no replies: it begins with the author's name."""
        site = site_of(message_id)
        if not site:
            raise RefusedByTarget(
                f"{WHO} does not tell where that message is from: say it to all.", "no-message"
            )
        author = self._frames.known.author_of(message_id)
        wire = f"@{author} {text}"
        fits = bool(author) and len(wire) <= _LONGEST_REPLY
        return await self._write(text, site, message_id, wire if fits else text, key)

    async def _write(self, text: str, site: str, reply_to: str, wire: str, key: str) -> str:
        if self._socket is None:
            raise RefusedByTarget(
                f"{WHO} takes what is said only by its WebSocket: enter its address.", "no-reply"
            )
        self._pace.take()
        now = self._wall.now_ms()
        self._said.add(wire, now)  # before it can come back
        await self._socket.chat(wire[:LONGEST_CHAT], site, key)
        # Not every site sends back what was said, and some more than once: this is the one that is shown.
        message = ChatMessage(
            self.name, f"{site}:said:{key}", 0, now, _HOST, text, reply_to=reply_to, by_us=True, origin=site
        )
        self._own.append(ChannelItem(0, message=message))
        if not self._queue.full():
            self._queue.put_nowait(_NOTHING)
        return message.id

    async def _items(self) -> AsyncGenerator[ChannelItem, None]:
        over = _Over()
        source = asyncio.create_task(self._source(over), name=f"hears {self.name}")
        try:
            while True:
                while self._own:
                    yield self._own.popleft()
                item = self._queue.get_nowait() if not self._queue.empty() else await self._queue.get()
                if isinstance(item, ChannelItem):
                    yield item
                elif item is over:
                    break
            await source
        finally:
            source.cancel()
            await asyncio.wait([source])
            if not source.cancelled() and not isinstance(error := source.exception(), TargetError | None):
                _log.error("the feed ended badly", channel=self.name, exc_info=error)

    async def _source(self, over: _Over) -> None:
        """Fill the queue until the way in ends, which raises."""
        try:
            if self._socket is not None:
                await self._socket.hear(self._read, self._put, self._joined)
            elif self._listener is not None:
                await self._listen(self._listener)
            else:
                await self._events()
        except Exception:
            await self._queue.put(over)
            raise

    def _read(self, frame: str | bytes, delivery: str = "") -> list[ChannelItem]:
        return self._frames.items(frame, self._wall.now_ms(), delivery)

    async def _put(self, items: Iterable[ChannelItem]) -> None:
        self._heard_ms = self._wall.now_ms()
        for item in items:
            if self._queue.full():
                await self._queue.put(item)
            else:
                self._queue.put_nowait(item)

    def _take(self, items: Iterable[ChannelItem]) -> bool:
        """All or nothing, at once."""
        taken = list(items)
        if len(taken) > MOST_WAITING - self._queue.qsize():
            return False
        for item in taken:
            self._queue.put_nowait(item)
        return True

    def _joined(self) -> ChannelItem:
        """The first item of a connection: what was said since the last one is lost, since nobody keeps it."""
        return ChannelItem(0, lost_since_ms=self._heard_ms)

    async def _listen(self, listener: SocialListener) -> None:
        """Who posts here keeps what was not taken: nothing is lost meanwhile."""
        async with listener.listening(self._read, self._take) as serving:
            await self._put([_NOTHING])
            while serving not in (await asyncio.wait([serving], timeout=_QUIET_S))[0]:
                if self._queue.empty():
                    await self._put([_NOTHING])
        raise Unreachable(f"The server on this computer that hears {WHO} ended: it is started again.")

    async def _events(self) -> None:
        headers = {"Last-Event-ID": self._last_id} if self._last_id else None
        # Whoever gives no ids keeps nothing. It is marked once something comes, so that a silent feed is not all marks.
        if self._last_id:
            self._lost_since_ms = None
        elif self._lost_since_ms is None:
            self._lost_since_ms = self._heard_ms
        stream = self._http.events(self._path, headers=headers)
        coming = asyncio.ensure_future(_next(stream))
        same, began_ms = 0, self._wall.now_ms()
        try:
            while True:
                done, _ = await asyncio.wait([coming], timeout=_QUIET_S)
                if not done:
                    # It is taken to be connected; but should it break now, it may have been long dead.
                    sure_ms = max(began_ms, self._wall.now_ms() - _BROKEN_MS)
                    heard_ms = max(self._heard_ms or sure_ms, sure_ms)
                    await self._put([_NOTHING])
                    self._heard_ms = heard_ms
                    continue
                event = coming.result()
                if event is None:
                    raise Unreachable(f"{WHO} ended the feed: it is opened again.")
                coming = asyncio.ensure_future(_next(stream))
                if self._lost_since_ms is not None:
                    await self._put([ChannelItem(0, lost_since_ms=self._lost_since_ms)])
                    self._lost_since_ms = None
                same = same + 1 if event.id == self._last_id else 0
                await self._put(self._told(event, same))
        finally:
            coming.cancel()
            await asyncio.wait([coming])
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    def _told(self, event: SseEvent, same: int) -> list[ChannelItem]:
        """An id stays until there is another: an event is known by it, and by how many had it before."""
        items = self._read(event.data, f"{event.id}#{same}" if event.id else "") if event.data.strip() else []
        self._last_id = event.id
        return items


async def _next(stream: AsyncIterator[SseEvent]) -> SseEvent | None:
    return await anext(stream, None)
