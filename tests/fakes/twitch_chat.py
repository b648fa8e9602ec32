"""Twitch's chat server as the studio meets it, over a real connection: TCP or WebSocket, with or without TLS.

    async with FakeTwitchChat() as chat:
        channel = TwitchChannel(..., chat_url=chat.url)
        await chat.joined()
        await chat.tell("@msg-id=... :tmi.twitch.tv NOTICE #lovingt3s :...")

The lines have the forms which Twitch's documentation shows and real chats record.
"""

import asyncio
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from studio.channels.irc import Line, Lines, parse

ROOM = "#lovingt3s"
SENT = 1_642_786_203_573
Answering = Callable[[Line], list[str]]


def a_message(text: str, nick: str = "abc", message_id: str = "", sent: int = SENT, more: str = "") -> str:
    """A viewer's message, as Twitch sends it."""
    return (
        f"@badge-info=subscriber/8;badges=subscriber/6,premium/1;color=#0000FF;display-name={nick.title()};emotes=;"
        f"first-msg=0;flags=;id={message_id or uuid.uuid4()};mod=0;{more}returning-chatter=0;room-id=713936733;subscriber=1;"
        f"tmi-sent-ts={sent};turbo=0;user-id=id-of-{nick};user-type= "
        f":{nick}!{nick}@{nick}.tmi.twitch.tv PRIVMSG {ROOM} :{text}"
    )


def a_notice(code: str, text: str) -> str:
    """A refusal or a piece of news, as Twitch sends it."""
    return f"@msg-id={code} :tmi.twitch.tv NOTICE {ROOM} :{text}"


@dataclass
class Connection:
    """One client. `lines` is all that it said."""

    write: Callable[[bytes], "asyncio.Future[None] | object"]
    close: Callable[[], "asyncio.Future[None] | object"]
    nick: str = ""
    last_id: str = ""
    lines: list[str] = field(default_factory=list)
    in_room: bool = False
    ended: bool = False


@dataclass
class FakeTwitchChat:
    """`tokens` are the logins by token. `answers` (to a PRIVMSG) may replace the usual answer; `silent_to` are commands that
    get no answer; `twitch` False: it knows none of Twitch's capabilities.
    """

    web: bool = False
    tls: ssl.SSLContext | None = None
    tokens: dict[str, str] = field(default_factory=lambda: {"a-good-token": "lovingt3s"})
    badges: str = "broadcaster/1"
    answers: Answering | None = None
    silent_to: set[str] = field(default_factory=set)
    hangs_up_on: set[str] = field(default_factory=set)
    with_ids: bool = True
    closed: str = ""
    connections: list[Connection] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._changed = asyncio.Condition()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | Server
        if self.web:
            self._server = await serve(self._web, "127.0.0.1", 0, ssl=self.tls, compression=None)
        else:
            self._server = await asyncio.start_server(self._tcp, "127.0.0.1", 0, ssl=self.tls)
        self.port: int = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in self.here:
            await self.end(connection)
        await self._server.wait_closed()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it is."""
        scheme = {(False, False): "irc", (False, True): "ircs", (True, False): "ws", (True, True): "wss"}
        return f"{scheme[self.web, self.tls is not None]}://127.0.0.1:{self.port}"

    @property
    def here(self) -> list[Connection]:
        """Who is connected now."""
        return [connection for connection in self.connections if not connection.ended]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something that clients say or do has made it so."""
        async with asyncio.timeout(30), self._changed:
            await self._changed.wait_for(true)

    async def joined(self, count: int = 1) -> None:
        """Wait until the room was joined so often."""
        await self.until(lambda: sum(connection.in_room for connection in self.connections) >= count)

    async def tell(self, *lines: str, to: Connection | None = None) -> None:
        """Send lines to one client, or to all that are in the room."""
        for connection in [to] if to is not None else self.here:
            if connection.in_room or to is not None:
                await self._send(connection, *lines)

    async def end(self, connection: Connection) -> None:
        """Close a connection from this side."""
        connection.ended = True
        closing = connection.close()
        if closing is not None:
            await closing  # type: ignore[misc]

    # -- connections

    async def _tcp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serve_this()
        connection = Connection(writer.write, writer.close)
        self.connections.append(connection)
        lines = Lines()
        try:
            while data := await reader.read(65_536):
                for line in lines.feed(data):
                    await self._heard(connection, line)
        except ConnectionError:
            pass
        finally:
            await self._gone(connection)
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def _web(self, socket: ServerConnection) -> None:
        connection = Connection(lambda data: socket.send(data.decode()), socket.close)
        self.connections.append(connection)
        try:
            async for frame in socket:
                for line in str(frame).splitlines():
                    await self._heard(connection, line)
        except ConnectionClosed:
            pass
        finally:
            await self._gone(connection)

    def _serve_this(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    async def _gone(self, connection: Connection) -> None:
        connection.ended = True
        await self._tell_waiters()

    async def _tell_waiters(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _send(self, connection: Connection, *lines: str) -> None:
        for start in range(0, len(lines), 100):  # a WebSocket's frames have an end
            piece = "".join(f"{line}\r\n" for line in lines[start : start + 100]).encode()
            sending = None if connection.ended else connection.write(piece)
            if sending is not None:
                await sending  # type: ignore[misc]

    async def _heard(self, connection: Connection, text: str) -> None:
        connection.lines.append(text)
        line = parse(text)
        if line.command in self.hangs_up_on:
            await self.end(connection)
        elif line.command not in self.silent_to:
            await self._send(connection, *self._answered(connection, line))
            if line.command == "PRIVMSG" and self.answers is None:
                await self._pass_on(connection, line)
        await self._tell_waiters()

    def _answered(self, connection: Connection, line: Line) -> list[str]:
        match line.command:
            case "CAP" if line.params[0] == "REQ":
                return [f":tmi.twitch.tv CAP * ACK :{line.last}"]
            case "PASS":
                connection.nick = self.tokens.get(line.last.removeprefix("oauth:"), "")
            case "NICK":
                return self._signed_in(connection, line.last)
            case "JOIN":
                return self._joined(connection)
            case "PING":
                return [f":tmi.twitch.tv PONG tmi.twitch.tv :{line.last}"]
            case "PRIVMSG":
                return self.answers(line) if self.answers else [self._userstate(connection, line)]
            case _:
                pass
        return []

    def _signed_in(self, connection: Connection, nick: str) -> list[str]:
        if nick.startswith("justinfan"):
            connection.nick = nick
        if not connection.nick:
            return [":tmi.twitch.tv NOTICE * :Login authentication failed"]
        welcome = {"001": "Welcome, GLHF!", "002": "Your host is tmi.twitch.tv", "375": "-", "376": ">"}
        return [f":tmi.twitch.tv {number} {connection.nick} :{text}" for number, text in welcome.items()]

    def _joined(self, connection: Connection) -> list[str]:
        if self.closed:
            return [a_notice(self.closed, "This channel does not exist or has been suspended.")]
        connection.in_room = True
        nick = connection.nick
        return [
            f":{nick}!{nick}@{nick}.tmi.twitch.tv JOIN {ROOM}",
            f":{nick}.tmi.twitch.tv 353 {nick} = {ROOM} :{nick}",
            f":{nick}.tmi.twitch.tv 366 {nick} {ROOM} :End of /NAMES list",
            self._state(connection),
            f"@emote-only=0;followers-only=-1;r9k=0;room-id=713936733;slow=0;subs-only=0 :tmi.twitch.tv ROOMSTATE {ROOM}",
        ]

    def _userstate(self, connection: Connection, line: Line) -> str:
        connection.last_id = str(uuid.uuid4())
        if not self.with_ids:
            return self._state(connection)
        return self._state(connection, f"client-nonce={line.tag('client-nonce')};id={connection.last_id};")

    def _state(self, connection: Connection, known: str = "") -> str:
        return (
            f"@badge-info=;badges={self.badges};{known}color=;display-name={connection.nick.title()};emote-sets=0;mod=0;"
            f"subscriber=0;user-type= :tmi.twitch.tv USERSTATE {ROOM}"
        )

    async def _pass_on(self, connection: Connection, line: Line) -> None:
        """To the others: Twitch sends nobody their own message back."""
        for other in self.here:
            if other is not connection and other.in_room:
                await self._send(other, a_message(line.last, connection.nick, connection.last_id))
