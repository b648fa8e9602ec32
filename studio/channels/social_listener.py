"""Takes Social Stream Ninja's frames by HTTP, on this computer alone: its own "post to a custom server", or any bridge."""

import asyncio
import hmac
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable, MutableMapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from studio.channels.social_frames import MOST_FRAMES
from studio.control.ports import ChannelItem, Unauthorised, Unreachable

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
LONGEST_BODY = 1_000_000
REQUEST_S = 15.0
"""A connection may keep still so long, and so long a request may take."""
SHORTEST_TOKEN = 22
"""Characters of a token that has 128 bits, in base64."""
WAIT_S = 2
"""So long who sends is asked to wait when the feed is full."""
_CONNECTIONS = 64
_DRAINED = 4
_PATH = "/social/"
_log = structlog.get_logger(__name__)

Read = Callable[[bytes, str], list[ChannelItem]]
"""What a body and its delivery's key (empty: none) say."""
Take = Callable[[Iterable[ChannelItem]], bool]
"""Takes all of these into the feed, or none: False when there is no room."""
_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


def post_path(token: str) -> str:
    """The path on which frames are taken; it cannot be guessed without the token."""
    return f"{_PATH}{token}"


class SocialListener:
    """Listens on `port` of 127.0.0.1 (0: a free one; `address` tells) while `listening` is open. `token` is asked when
    it begins; `who` opens the sentences.

    Answers 404 to every path but the token's, 421 to a Host that is not this computer, 405 to other methods than POST and PUT,
    415 to what is not JSON, 413 to large bodies and long lists, 408 to slow ones, 400 to what is no object and no list, 503 with Retry-After
    while the feed is full, and 200 `{"taken": N, "left_out": M}` only once all of a body is in the feed.
    """

    def __init__(self, who: str, port: int, token: Callable[[], str | None]) -> None:
        self._who = who
        self._port = port
        self._token = token
        self.address = ""

    def __repr__(self) -> str:
        return f"SocialListener(port={self._port})"

    async def check(self) -> None:
        """Whether it could listen. Raises `Unauthorised`, `Unreachable`."""
        await self._asked()
        if not self.address:
            self._bound().close()

    @asynccontextmanager
    async def listening(self, read: Read, take: Take) -> "AsyncGenerator[asyncio.Task[None], None]":
        """Listens; gives what ends when it does. Raises `Unauthorised` without a token, `Unreachable` without the port."""
        token = await self._asked()
        bound = self._bound()
        port = bound.getsockname()[1]
        with bound:
            running = _server(_Door(post_path(token), port, read, take))
            serving = asyncio.create_task(running.serve([bound]), name="takes frames")
            self.address = f"http://{HOST}:{port}"
            _log.info("frames are taken", address=self.address)
            try:
                yield serving
            finally:
                self.address = ""
                await _end(running, serving)

    async def _asked(self) -> str:
        # A keyring may ask its person: not on the loop.
        token = await asyncio.to_thread(self._token)
        if not token or len(token) < SHORTEST_TOKEN or not token.isascii():
            raise Unauthorised(
                f"{self._who} needs a token of its own, so that nobody else writes here: make one."
            )
        return token

    def _bound(self) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            # Not on Windows, where this would let another program take the port over.
            if hasattr(socket, "SO_REUSEPORT"):
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((HOST, self._port))
            made.listen(_CONNECTIONS)
        except OSError as error:
            made.close()
            _log.warning("port not to be had", port=self._port, reason=str(error))
            raise Unreachable(
                f"{self._who} cannot be heard: another program uses port {self._port}. Choose another in the settings.",
                attempted=False,
            ) from error
        return made


class _Door:
    """The ASGI application."""

    def __init__(self, path: str, port: int, read: Read, take: Take) -> None:
        self._path = path.encode()
        self._hosts = {f"{name}:{port}".encode() for name in (HOST, "localhost")}
        if port == 80:
            self._hosts |= {HOST.encode(), b"localhost"}
        self._read = read
        self._take = take

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        headers = dict[bytes, bytes](scope["headers"])
        status, told = self._refused(scope, headers), b""
        if not status:
            try:
                async with asyncio.timeout(REQUEST_S / 2):
                    body = await _body(receive)
            except TimeoutError:
                status = 408
            else:
                try:
                    status, told = self._taken(body, headers.get(b"idempotency-key", b""))
                except Exception:  # noqa: BLE001 - a bug answers 500, and who sends tries again; it is logged whole
                    _log.exception("frames not taken")
                    status = 500
        await _answer(send, status, told)

    def _refused(self, scope: _Scope, headers: dict[bytes, bytes]) -> int:
        """The status for whom the door stays shut, else 0."""
        path = scope.get("raw_path") or scope["path"].encode()
        if not hmac.compare_digest(path, self._path):
            return 404
        if headers.get(b"host", b"").lower() not in self._hosts:
            return 421
        if scope["method"] not in ("POST", "PUT"):
            return 405
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        return 0 if kind == b"application/json" else 415

    def _taken(self, body: bytes | None, key: bytes) -> tuple[int, bytes]:
        if body is None:
            return 413, b""
        listed = body.lstrip()[:1]
        if listed not in (b"{", b"["):
            return 400, b""
        try:
            told = msgspec.json.decode(body, type=list[msgspec.Raw] if listed == b"[" else msgspec.Raw)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return 400, b""
        if isinstance(told, list) and len(told) > MOST_FRAMES:
            return 413, b""
        items = self._read(body, key.decode("latin-1")[:200])
        if not self._take(items):
            return 503, b""
        problems = sum(1 for item in items if item.problem)
        return 200, msgspec.json.encode({"taken": len(items) - problems, "left_out": problems})


async def _body(receive: _Receive) -> bytes | None:
    """The whole body; None when it is too large, of which as much is read as lets the sender see the answer."""
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        told = await receive()
        if told["type"] != "http.request":  # it hung up
            return b""
        size += len(told.get("body", b""))
        if size <= LONGEST_BODY:
            parts.append(told.get("body", b""))
        elif size > LONGEST_BODY * _DRAINED:
            break
        more = told.get("more_body", False)
    return b"".join(parts) if size <= LONGEST_BODY else None


async def _answer(send: _Send, status: int, told: bytes) -> None:
    headers = [(b"content-length", b"%d" % len(told)), (b"content-type", b"application/json")]
    if status == 503:
        headers.append((b"retry-after", b"%d" % WAIT_S))
    if status == 405:
        headers.append((b"allow", b"POST, PUT"))
    if status != 200:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": told})


def _server(app: _Door) -> "uvicorn.Server":
    """A server inside of a program that has signals and an end of its own."""
    import uvicorn  # late: it is rarely wanted, and takes a while
    from uvicorn.protocols.http.h11_impl import H11Protocol

    class Patient(H11Protocol):
        """Of its own accord uvicorn waits for ever for a request that has begun."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.ends = self.loop.call_later(REQUEST_S, transport.abort)

        def on_response_complete(self) -> None:
            self.ends.cancel()
            self.ends = self.loop.call_later(REQUEST_S, self.transport.abort)
            super().on_response_complete()

        def connection_lost(self, exc: Exception | None) -> None:
            self.ends.cancel()
            super().connection_lost(exc)

    class Server(uvicorn.Server):
        """Signals are the studio's business."""

        @contextmanager
        def capture_signals(self) -> Generator[None, None, None]:
            """None are captured."""
            yield

    config = uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType] - uvicorn spells the ASGI types out
        http=Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16_000,
    )
    return Server(config)


async def _end(running: "uvicorn.Server", serving: "asyncio.Task[None]") -> None:
    """Stop listening, let answers that are being given leave, and cut what still talks."""
    running.should_exit = True
    await asyncio.wait([serving])
    for connection in list(running.server_state.connections):
        connection.transport.abort()  # pyright: ignore[reportOptionalMemberAccess]
    if left := list(running.server_state.tasks):
        await asyncio.wait(left)
    if not serving.cancelled() and (error := serving.exception()) is not None:
        _log.error("the listener ended badly", exc_info=error)
