"""The connection under IRC: TLS or, on this computer only, plain; a stream of bytes or a WebSocket."""

import asyncio
import ipaddress
import ssl
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import certifi
from msgspec import Struct
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, ProxyError, WebSocketException
from websockets.typing import Origin

from studio.channels.irc import Lines
from studio.control.ports import BadAnswer, TargetError, Unreachable

OPEN_S = 8.0
_CLOSE_S = 2.0
_CHUNK = 262_144
_FRAMES = 4_096
_HELD = 20_000
_PORTS = {"irc": 6667, "ircs": 6697, "ws": 80, "wss": 443}


class BadChatAddress(ValueError):
    """An address that the studio does not talk to, or a certificate file that it cannot use; the text says what to do."""


class Address(Struct, frozen=True):
    """Where a chat is: `scheme` is irc, ircs, ws or wss."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The address as a WebSocket's client wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def checked_chat_address(url: str) -> Address:
    """The address, when it is wss or ircs, or ws or irc on this computer. Raises `BadChatAddress`."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in _PORTS or not host:
        raise BadChatAddress(
            "The chat's address must begin with wss:// or ircs:// and name a server, like wss://chat.example."
        )
    if parts.username is not None or parts.password is not None:
        raise BadChatAddress(
            "Leave user name and password out of the chat's address: the token is entered apart."
        )
    if parts.scheme in ("irc", "ws") and not _is_loopback(host):
        raise BadChatAddress(
            f"{host} would be talked to in the open: use {parts.scheme}s://. {parts.scheme}:// is for this computer only."
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(parts.scheme, host, port or _PORTS[parts.scheme], path)


def tls_trusting(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts what this computer trusts, what certifi brings along (for systems that keep no list), and `ca_file`. Raises
    `BadChatAddress`.
    """
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(ca_file))
        except OSError as error:  # an ssl.SSLError is one too
            reason = (
                error.strerror if not isinstance(error, ssl.SSLError) else "it holds no certificate in PEM"
            )
            raise BadChatAddress(
                f"The certificate file “{ca_file}” cannot be used ({reason}): choose another in the settings."
            ) from error
    return context


class Wire(Protocol):
    """An open connection. Methods raise `Unreachable` once it has ended."""

    async def read(self) -> list[str]:
        """Lines as soon as there are any, and all that are there already."""
        ...

    async def write(self, *lines: str) -> None:
        """Send lines, which have no line end."""
        ...

    async def close(self) -> None:
        """End the connection; never raises."""
        ...


async def open_wire(address: Address, tls: ssl.SSLContext, who: str) -> Wire:
    """Connect. Raises `Unreachable` (nothing was sent) or `BadAnswer`."""
    socket_tls = tls if address.scheme in ("ircs", "wss") else None
    failure: TargetError
    try:
        async with asyncio.timeout(OPEN_S):
            if address.scheme in ("irc", "ircs"):
                reader, writer = await asyncio.open_connection(
                    address.host, address.port, ssl=socket_tls, limit=_CHUNK
                )
                return StreamWire(reader, writer, who)
            return WebSocketWire(await _websocket(address, socket_tls), who)
    except ssl.SSLCertVerificationError as error:
        failure = Unreachable(
            f"{who}'s chat cannot prove who it is ({error.verify_message}): nothing was sent. Check the address and this "
            "computer's date.",
            attempted=False,
        )
    except (TimeoutError, OSError, EOFError, ProxyError):  # an ssl.SSLError is an OSError
        failure = _away(who)
    except InvalidStatus as error:
        status = error.response.status_code
        failure = (
            Unreachable(
                f"{who}'s chat cannot answer right now ({status}): it is tried again in a while.",
                attempted=False,
            )
            if status >= 500 or status == 429
            else BadAnswer(f"{who}'s chat does not answer there ({status}): check the chat's address.")
        )
    except ImportError:
        failure = Unreachable(
            f"{who}'s chat cannot be reached through a SOCKS proxy: choose another kind in the system's settings.",
            attempted=False,
        )
    except WebSocketException as error:
        failure = (
            _away(who)
            if isinstance(error.__cause__, EOFError | OSError)
            else BadAnswer(
                f"{who}'s chat does not speak WebSocket at that address: check the chat's address."
            )
        )
    raise failure


class _Straight(connect):
    """Goes where it was told to, and nowhere else: what follows holds a token."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """No redirect is followed."""
        return exc


async def _websocket(address: Address, tls: ssl.SSLContext | None) -> ClientConnection:
    return await _Straight(
        address.url,
        ssl=tls,
        # Chat servers may want an origin that they know: their own.
        origin=Origin(f"{'https' if tls else 'http'}://{address.host}"),
        compression=None,
        user_agent_header="host-studio",
        # A proxy of the system must not stand between the studio and this very computer.
        proxy=None if _is_loopback(address.host) else True,
        open_timeout=None,
        ping_interval=None,  # IRC's own PING does it
        close_timeout=_CLOSE_S,
        max_size=1_048_576,
        max_queue=_FRAMES,
    )


def _away(who: str) -> Unreachable:
    return Unreachable(f"{who}'s chat cannot be reached: check the network and the address.", attempted=False)


def _ended(who: str) -> Unreachable:
    return Unreachable(f"The connection to {who}'s chat ended: it is opened again.")


class StreamWire:
    """IRC over a stream of bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str) -> None:
        self._reader = reader
        self._writer = writer
        self._who = who
        self._lines = Lines()

    async def read(self) -> list[str]:
        """See `Wire`."""
        while True:
            try:
                data = await self._reader.read(2 * _CHUNK)
            except OSError:
                data = b""
            if not data:
                raise _ended(self._who)
            lines = self._lines.feed(data)
            if lines:
                return lines

    async def write(self, *lines: str) -> None:
        """See `Wire`."""
        try:
            self._writer.write("".join(f"{line}\r\n" for line in lines).encode("utf-8", "replace"))
            await self._writer.drain()
        except OSError:
            raise _ended(self._who) from None

    async def close(self) -> None:
        """See `Wire`."""
        self._writer.close()
        try:
            async with asyncio.timeout(_CLOSE_S):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self._writer.transport.abort()


class WebSocketWire:
    """IRC over a WebSocket: a frame holds one line or several. One task takes the frames in, so that who reads gets at
    once all that have come.
    """

    def __init__(self, socket: ClientConnection, who: str) -> None:
        self._socket = socket
        self._who = who
        self._lines: list[str] = []
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._taker = asyncio.create_task(self._take(), name=f"frames of {who}")

    async def _take(self) -> None:
        cutter = Lines()
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                self._lines += cutter.feed(frame + b"\n")
                if not self._some.is_set():
                    self._some.set()
                if len(self._lines) >= _HELD:
                    self._room.clear()
                    await self._room.wait()
        except ConnectionClosed:
            pass
        finally:
            self._some.set()

    async def read(self) -> list[str]:
        """See `Wire`."""
        while not self._lines:
            if self._taker.done():
                if not self._taker.cancelled():
                    self._taker.result()
                raise _ended(self._who)
            self._some.clear()
            await self._some.wait()
        lines, self._lines = self._lines, []
        self._room.set()
        return lines

    async def write(self, *lines: str) -> None:
        """See `Wire`."""
        try:
            for line in lines:
                await self._socket.send(line.encode("utf-8", "replace"), text=True)
        except ConnectionClosed:
            raise _ended(self._who) from None

    async def close(self) -> None:
        """See `Wire`."""
        self._taker.cancel()
        await asyncio.wait([self._taker])
        await self._socket.close()
