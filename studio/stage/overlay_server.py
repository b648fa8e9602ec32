"""The HTTP side of the overlay: uvicorn on the studio's own loop, with limits for strangers at the door."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from studio.stage.overlay_door import MOST_CONNECTIONS, Door

REQUEST_S = 10.0
"""A request must be whole and answered by then."""
_log = structlog.get_logger(__name__)


def server(door: Door) -> "Server":
    """A server for this door: one request a connection, which must be whole and answered within `REQUEST_S`."""

    class Patient(H11Protocol):
        """Of its own accord uvicorn limits the time between requests only; a WebSocket stays as long as it likes."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self.ends = self.loop.call_later(REQUEST_S, transport.abort)

        def handle_websocket_upgrade(self, event: Any) -> None:
            self.ends.cancel()
            super().handle_websocket_upgrade(event)

        def connection_lost(self, exc: Exception | None) -> None:
            self.ends.cancel()
            super().connection_lost(exc)

    config = uvicorn.Config(
        door,  # pyright: ignore[reportArgumentType] - uvicorn spells the same ASGI types more narrowly
        http=Patient,
        ws="websockets-sansio",
        ws_max_size=1_000,
        ws_ping_interval=10.0,
        ws_ping_timeout=10.0,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        headers=[("connection", "close")],
        limit_concurrency=MOST_CONNECTIONS,
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
            _log.error("overlay server ended badly", exc_info=error)
