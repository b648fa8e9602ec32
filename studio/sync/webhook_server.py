"""The HTTP side of the receiver of webhooks: Litestar's routing on uvicorn, with limits for strangers at the door."""

import asyncio
import logging
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from litestar import Litestar, Request, Response, post
from litestar.datastructures import State
from litestar.exceptions import ClientException
from uvicorn.protocols.http.h11_impl import H11Protocol

DRAINED = 8
"""So many times the largest body is read and thrown away, so that who sends too much gets an answer before the end."""
_log = structlog.get_logger(__name__)
Asked = Request[Any, Any, State]
Heard = Callable[[dict[str, str], bytes], int]
"""Is told the headers (names in lower case) and the raw body; gives the status of the answer."""


def application(path: str, heard: Heard, most_bytes: int, body_s: float) -> Litestar:
    """Answers POSTs of JSON to `path` alone; a body must be here within `body_s`."""

    @post(path, status_code=200)
    async def webhook(request: Asked) -> Response[bytes]:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            return _answer(415)
        try:
            async with asyncio.timeout(body_s):
                body = await _body(request, most_bytes)
        except TimeoutError:
            return _answer(408)
        except ClientException:  # it hung up
            return _answer(400)
        if body is None:
            return _answer(413)
        try:
            return _answer(heard({k.lower(): v for k, v in request.headers.items()}, body))
        except Exception:  # noqa: BLE001 - a bug answers 500, and the platform sends it again; it is logged whole
            _log.exception("webhook not handled")
            return _answer(500)

    return Litestar(
        [webhook], openapi_config=None, logging_config=None, request_max_body_size=None, debug=False
    )


def _answer(status: int) -> Response[bytes]:
    return Response(b"", status_code=status, media_type="text/plain")


async def _body(request: Asked, most_bytes: int) -> bytes | None:
    """The raw body; None when it is too large, of which as much is read as lets the sender see the answer."""
    parts: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= most_bytes:
            parts.append(chunk)
        elif size > most_bytes * DRAINED:
            break
    return b"".join(parts) if size <= most_bytes else None


def server(app: Litestar, request_s: float, most_connections: int) -> "Server":
    """A server for this application: one request a connection, which must be whole and answered within `request_s`."""

    class Patient(H11Protocol):
        """Of its own accord uvicorn limits the time between requests only: here a connection has so long, however slowly it talks."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.ends = self.loop.call_later(request_s, transport.abort)

        def connection_lost(self, exc: Exception | None) -> None:
            self.ends.cancel()
            super().connection_lost(exc)

    config = uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType] - Litestar and uvicorn spell the same ASGI types differently
        http=Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        headers=[("connection", "close")],
        limit_concurrency=most_connections,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16_000,
    )
    return Server(config)


class Server(uvicorn.Server):
    """A server inside of a program that has signals and an end of its own."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """None are captured: they are the studio's business."""
        yield

    async def end(self, serving: "asyncio.Task[None]") -> None:
        """Stop listening, let answers that are being given leave, and cut what still talks."""
        self.should_exit = True
        await asyncio.wait([serving])
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # pyright: ignore[reportOptionalMemberAccess]
        if left := list(self.server_state.tasks):
            await asyncio.wait(left)
        if not serving.cancelled() and (error := serving.exception()) is not None:
            _log.error("webhook server ended badly", exc_info=error)
