"""A Twitch chat as one feed, over as many connections as it takes."""

import asyncio
import ssl
from collections.abc import Callable

from msgspec import Struct

from studio.channels.irc import Line
from studio.channels.irc_session import Login, Session, closed_room, join, login_failed, no_such_token
from studio.channels.irc_wire import Address, open_wire
from studio.channels.twitch_feed import Feed, end
from studio.channels.twitch_helix import WHO, Renew
from studio.channels.twitch_reader import Reader
from studio.channels.twitch_says import Sayings
from studio.control.ports import ChannelItem, Unauthorised, Unreachable

_FEW, _MANY = 4, 500
_GATHER_S = 0.02
_AGAIN_S = 1.0
_HEARTBEAT, _DRAIN = "studio-heartbeat", "studio-drain"


class Pace(Struct, frozen=True):
    """How often and how long, in real ms: our own PING, patience for its answer, asking for the viewers, patience for the
    answer to what was said, patience for sign-in and joining.
    """

    ping_ms: int = 15_000
    pong_ms: int = 10_000
    viewers_ms: int = 10_000
    answer_ms: int = 5_000
    join_ms: int = 15_000


class Chat:
    """The chat of one room. `login` says anew for each connection who we are; `session` is the joined connection, None
    while there is none.
    """

    def __init__(
        self,
        room: str,
        reader: Reader,
        login: Callable[[], Login],
        address: Address,
        tls: ssl.SSLContext,
        monotonic_ms: Callable[[], int],
        pace: Pace,
        random: Callable[[], float],
        renew: Renew | None = None,
    ) -> None:
        self.session: Session | None = None
        self._feed = Feed()
        self._room = room
        self._reader = reader
        self._login = login
        self._address = address
        self._tls = tls
        self._pace = pace
        self._random = random
        self._renew = renew
        self._says = Sayings(reader, self._own, monotonic_ms, pace.answer_ms / 1000)

    async def say(self, text: str, reply_to: str = "") -> str:
        """Say it in the room; see `Sayings.say`."""
        return await self._says.say(lambda: self.session, text, reply_to)

    async def run(self, feed: Feed) -> None:
        """Bring the chat into the feed until its connection ends, which raises `Unreachable`."""
        self._feed = feed
        lost_since = self._reader.heard_ms
        session = await self._open()
        serving = self._serve(session, feed)
        try:
            feed.add(ChannelItem(0, lost_since_ms=lost_since))
            while True:
                await self._until_left(session, serving)
                session, serving = await self._moved(session, serving, feed)
        finally:
            self.session = None
            await end(serving)
            await session.wire.close()

    def _own(self, item: ChannelItem) -> None:
        self._feed.add(item)

    async def _open(self) -> Session:
        try:
            return await self._joined()
        except Unauthorised:
            if self._renew is None or not await self._renew():
                raise
        return await self._joined()

    async def _joined(self) -> Session:
        login = self._login()
        wire = await open_wire(self._address, self._tls, WHO)
        patience_s = self._pace.join_ms / 1000
        return await join(wire, self._room, login, who=WHO, patience_s=patience_s, random=self._random)

    def _serve(self, session: Session, feed: Feed) -> "asyncio.Task[None]":
        self.session = session
        return asyncio.create_task(self._served(session, feed), name=f"chat {self._room}")

    async def _served(self, session: Session, feed: Feed) -> None:
        beat = asyncio.create_task(self._beat(session, feed), name=f"heartbeat {self._room}")
        follow = asyncio.create_task(self._follow(session, feed), name=f"lines {self._room}")
        try:
            done, _ = await asyncio.wait({beat, follow}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            if self.session is session:
                self.session = None
            await end(beat, follow)
            self._says.broken(session)

    # -- moving to another connection, when the server asks for it

    async def _until_left(self, session: Session, serving: "asyncio.Task[None]") -> None:
        """Until the server asks us to go. Raises what ended the connection."""
        leaving = asyncio.create_task(_wait(session.leaving), name="leaving")
        try:
            await asyncio.wait({leaving, serving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(leaving)
        if serving.done():
            serving.result()

    async def _moved(
        self, old: Session, serving: "asyncio.Task[None]", feed: Feed
    ) -> tuple[Session, "asyncio.Task[None]"]:
        """The next connection, joined before the old one is left: what comes by both counts once, by its id."""
        new = await self._successor(serving)
        since = self._reader.heard_ms
        self.session = None  # what is said now would be answered where nobody reads any more
        try:
            await self._drain(old, serving)
            await end(serving)
            await old.wire.close()
        except asyncio.CancelledError:
            await new.wire.close()
            raise
        if not old.drained.is_set():  # it ended, perhaps before the new one was in the room
            feed.add(ChannelItem(0, lost_since_ms=since))
        return new, self._serve(new, feed)

    async def _successor(self, serving: "asyncio.Task[None]") -> Session:
        while True:
            try:
                return await self._open()
            except Unreachable:
                if serving.done():
                    raise
                await asyncio.wait({serving}, timeout=_AGAIN_S)

    async def _drain(self, old: Session, serving: "asyncio.Task[None]") -> None:
        """Read the old connection up to here: the server answers in order."""
        drained = asyncio.create_task(_wait(old.drained), name="drained")
        patience_s = self._pace.pong_ms / 1000
        try:
            await old.wire.write(f"PING :{_DRAIN}")
            await asyncio.wait({drained, serving}, timeout=patience_s, return_when=asyncio.FIRST_COMPLETED)
        except Unreachable:  # it takes nothing any more, but what it brought may still be unread
            await asyncio.wait({serving}, timeout=patience_s)
        finally:
            await end(drained)

    # -- one connection

    async def _follow(self, session: Session, feed: Feed) -> None:
        now = asyncio.get_running_loop().time
        lines = session.backlog
        while True:
            if lines:
                session.heard_at = now()
                items, others = self._reader.read(lines, session)
                await feed.put(items)
                for line in others:
                    await self._about_us(line, session, feed)
                if _FEW <= len(lines) < _MANY:  # a busy chat: many lines at a time cost much less
                    await asyncio.sleep(_GATHER_S)
            lines = await session.wire.read()

    async def _about_us(self, line: Line, session: Session, feed: Feed) -> None:
        match line.command:
            case "PING":
                await session.wire.write(f"PONG {line.rest}")
            case "PONG":
                if line.last == _DRAIN:
                    session.drained.set()
                feed.add(ChannelItem(0))
            case "RECONNECT":
                session.leaving.set()
            case "NOTICE":
                if login_failed(line):
                    raise no_such_token(WHO)
                if (closed := closed_room(line, WHO)) is not None and self._says.idle:
                    raise closed
                self._says.heard(line, session)
            case "KICK" | "PART":
                if (line.params[1:2] if line.command == "KICK" else [line.nick]) == [session.nick]:
                    raise Unreachable(f"{WHO} put the studio out of the chat: it goes in again.")
            case _:
                self._says.heard(line, session)

    async def _beat(self, session: Session, feed: Feed) -> None:
        """Ask whether the server is still there; its answers are the channel's heartbeat."""
        now = asyncio.get_running_loop().time
        while True:
            asked = now()
            await session.wire.write(f"PING :{_HEARTBEAT}")
            await asyncio.sleep(self._pace.pong_ms / 1000)
            if session.heard_at < asked and not feed.crowded:
                raise Unreachable(f"{WHO}'s chat does not answer any more: it is connected to again.")
            await asyncio.sleep(max(0, self._pace.ping_ms - self._pace.pong_ms) / 1000)


async def _wait(event: asyncio.Event) -> None:
    await event.wait()
