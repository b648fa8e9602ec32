"""Social Stream Ninja's WebSockets: one to hear the chat, and one for each thing that is said.

https://github.com/steveseguin/social_stream: `api.md` ("Connecting to the API Server", "Channel System Explained", "Response
Types") and `docs/remote-control-protocol.md` ("WebSocket transport", "Request shape", "Result envelope"): chat and control are kept on
sockets apart, and an answer bears the `get` of its question.
"""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
    SecurityError,
    WebSocketException,
)

from studio.channels.unnumbered import unsent
from studio.control.ports import (
    BadAnswer,
    ChannelItem,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.control.ports.answers import plain

HEAR_CHAT = {"out": 3, "in": 4}
CONTROL = {"out": 1, "in": 2}
LONGEST_CHAT = 2_000
"""Characters that Social Stream Ninja takes at once."""
_FRAME_BYTES = 1_000_000
_OPEN_S = 10.0
_CLOSE_S = 2.0
_PING_S = 10.0
_PONG_S = 15.0
_ANSWER_S = 10.0
_PROTOCOL = 2

Put = Callable[[Iterable[ChannelItem]], Awaitable[None]]
"""Hands items into the feed; waits while it is full."""
Read = Callable[[str | bytes], list[ChannelItem]]


class _Result(msgspec.Struct, frozen=True):
    ok: bool = False
    error: dict[str, Any] = {}


class _Callback(msgspec.Struct, frozen=True):
    get: Any = None
    result: bool | str | _Result | None = None


class _Answer(msgspec.Struct, frozen=True):
    callback: _Callback | None = None


_answer = msgspec.json.Decoder(_Answer)


class _Life:
    """What came by a connection: how many frames, and whether one is waiting to be taken. `joined`'s item comes first."""

    def __init__(self, put: Put, joined: Callable[[], ChannelItem]) -> None:
        self.frames = 0
        self.busy = False
        self._put = put
        self._joined: Callable[[], ChannelItem] | None = joined

    @property
    def is_new(self) -> bool:
        """Whether nothing was handed on yet."""
        return self._joined is not None

    async def put(self, items: list[ChannelItem]) -> None:
        """Hand these on."""
        if self._joined is not None:
            items = [self._joined(), *items]
            self._joined = None
        await self._put(items)


class SocialSocket:
    """Talks to Social Stream Ninja, or to what relays like it, at `url` (wss://, or ws:// on this computer) about the session
    `session`. `who` opens the sentences. Raises `TargetError`s only.
    """

    def __init__(self, who: str, url: str, session: str, random: Callable[[], float]) -> None:
        self._who = who
        self._url = url
        self._session = session
        self._random = random

    def __repr__(self) -> str:
        return f"SocialSocket({self._who!r})"

    async def check(self) -> None:
        """Connect and leave again."""
        async with self._joined(CONTROL):
            pass

    async def hear(self, read: Read, put: Put, joined: Callable[[], ChannelItem]) -> None:
        """Hand on what comes until the connection ends, which raises `Unreachable`. The first item is `joined`'s; an
        empty one follows whenever the other side answers a ping.
        """
        async with self._joined(HEAR_CHAT) as socket:
            life = _Life(put, joined)
            beating = asyncio.create_task(self._beat(socket, life), name=f"pings of {self._who}")
            try:
                async for frame in socket:
                    life.busy = True  # nothing is read meanwhile, pongs neither
                    await life.put(read(frame))
                    life.busy = False
                    life.frames += 1
            except ConnectionClosed:
                pass  # told below, like an end without an error
            finally:
                beating.cancel()
                await asyncio.wait([beating])
        if not beating.cancelled() and (error := beating.exception()) is not None:
            raise error
        raise Unreachable(f"The connection to {self._who} broke off: check the network.")

    async def _pong(self, socket: ClientConnection, life: _Life) -> None:
        """Wait until a ping is answered; behind a flood that takes long, and is no sign of an end."""
        try:
            pong, frames = asyncio.ensure_future(await socket.ping()), life.frames
            while pong not in (await asyncio.wait([pong], timeout=_PONG_S))[0]:
                if not life.busy and life.frames == frames:
                    raise Unreachable(f"{self._who} does not answer any more: check the network.")
                frames = life.frames
            await pong
        except ConnectionClosed as error:
            raise Unreachable(f"{self._who} hung up: check the session ID and the network.") from error

    async def _beat(self, socket: ClientConnection, life: _Life) -> None:
        """Ping again and again. The relay answers the first only behind the join: from then on nothing is missed."""
        try:
            while True:
                await self._pong(socket, life)
                await life.put([] if life.is_new else [ChannelItem(0)])
                await asyncio.sleep(_PING_S * (0.75 + 0.5 * self._random()))
        finally:
            socket.transport.abort()

    async def chat(self, text: str, site: str, key: str) -> None:
        """Have it written on one site, or on all of the session when `site` is empty; `key` tells its answer from others.

        Raises `RefusedByTarget` when no site takes it, `Unreachable(attempted=False)` when nobody is there to say it.
        """
        request: dict[str, Any] = {"protocol": _PROTOCOL, "action": "sendChat", "value": text, "get": key}
        if site:
            request["target"] = site
        async with AsyncExitStack() as stack:
            with unsent():
                socket = await stack.enter_async_context(self._joined(CONTROL))
            try:
                await socket.send(msgspec.json.encode(request).decode())
                async with asyncio.timeout(_ANSWER_S):
                    async for frame in socket:
                        if self._is_done(frame, key):
                            return
            except (TimeoutError, ConnectionClosed):
                pass  # told below
        raise Unreachable(f"{self._who} did not say whether it wrote that: look whether it is there.")

    def _is_done(self, frame: str | bytes, key: str) -> bool:
        """Whether this says that it is written. Raises what it says instead; False when it is not about it."""
        word = frame.strip() if isinstance(frame, str) else ""
        try:
            told = _answer.decode(frame).callback
        except (msgspec.MsgspecError, UnicodeError):
            told = None
        if told is not None and told.get == key:
            if told.result is True:
                return True
            if isinstance(told.result, _Result):
                if told.result.ok:
                    return True
                raise self._refused(told.result.error)
            if told.result is False:
                raise self._refused({})
            word = told.result or ""
        if word in ("failed", "special"):
            raise Unreachable(
                f"{self._who} is not running, or its remote control is off: nothing was written.",
                attempted=False,
            )
        if word == "timeout":
            raise Unreachable(f"{self._who} did not say whether it wrote that: look whether it is there.")
        return False

    def _refused(self, error: dict[str, Any]) -> RefusedByTarget:
        code, message = str(error.get("code", "")), plain(str(error.get("message", "")), 160)
        if code == "TARGET_UNAVAILABLE" or not message:
            message = "no chat of that site is open there that can be written in: open it there"
        return RefusedByTarget(
            f"{self._who} did not write that: {message.rstrip('.')}.", code.lower().replace("_", "-")
        )

    @asynccontextmanager
    async def _joined(self, channels: dict[str, int]) -> AsyncGenerator[ClientConnection, None]:
        """A connection that has joined the session. Raises with `attempted=False`: nothing but the join was sent."""
        socket = await self._connected()
        try:
            try:
                await socket.send(msgspec.json.encode({"join": self._session, **channels}).decode())
            except ConnectionClosed:
                raise Unreachable(f"{self._who} hung up: check the session ID.", attempted=False) from None
            yield socket
        finally:
            await socket.close()

    async def _connected(self) -> ClientConnection:
        parts = urlsplit(self._url)
        here = _is_this_computer(parts.hostname or "")
        if parts.scheme != "wss" and not (parts.scheme == "ws" and here):
            raise RefusedByTarget(
                f"{self._who} would be talked to in the open: use wss://. ws:// is for this computer only.",
                "address",
            )
        if not self._session:
            raise Unauthorised(f"{self._who} needs its session ID: enter it in the channel's settings.")
        try:
            return await connect(
                self._url,
                # A proxy of the system must not stand between the studio and this very computer.
                proxy=None if here else True,
                open_timeout=_OPEN_S,
                close_timeout=_CLOSE_S,
                ping_interval=None,
                max_size=_FRAME_BYTES,
                user_agent_header="host-studio",
            )
        except (OSError, WebSocketException) as error:  # a time-out is an OSError
            reason = self._no_connection(error)
        raise reason

    def _no_connection(self, error: Exception) -> TargetError:
        if isinstance(error, ssl.SSLError):
            return Unreachable(
                f"{self._who} cannot prove who it is: nothing was sent. Check the address and this computer's date.",
                attempted=False,
            )
        if isinstance(error, InvalidStatus):
            status = error.response.status_code
            if status in (401, 403):
                return Unauthorised(
                    f"{self._who} does not let us in: check the session ID in the channel's settings."
                )
            if status == 429:
                return Throttled(f"{self._who} asks to wait.", attempted=False)
            if status >= 500:
                return Unreachable(
                    f"{self._who} is out of order ({status}): it is tried again.", attempted=False
                )
        if isinstance(error, InvalidURI | InvalidHandshake | SecurityError):
            return BadAnswer(f"{self._who} answered with something else than a WebSocket: check the address.")
        return Unreachable(
            f"{self._who} cannot be reached: check the network and the address.", attempted=False
        )


def _is_this_computer(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
