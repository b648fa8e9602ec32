"""How the audience's process lives: a socket of its own, word when it listens, and an end with its parent."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import uvicorn
from litestar.types import ASGIApp

from studio.rehearsal.audience_hub import Hub
from studio.rehearsal.parents import parent_watch

_LOOK_S = 0.5


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1. Raises OSError when the port is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if sys.platform != "win32":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        sock.close()
        raise
    return sock


class ChannelServer(uvicorn.Server):
    """uvicorn on one socket that ends its event streams when it is told to stop."""

    def __init__(self, app: ASGIApp, hub: Hub, listening: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3,
                timeout_keep_alive=75, server_header=False,
            )
        )  # fmt: skip
        self._hub = hub
        self._listening = listening

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """SIGINT and SIGTERM end the server, and the book is closed after it: uvicorn's own way kills the process before that."""
        before = {each: signal.signal(each, self.handle_exit) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        if self.started:
            self._listening()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams first: they would go on for ever."""
        self._hub.close()
        await super().shutdown(sockets)


def announce(sock: socket.socket, ready_file: Path | None) -> None:
    """Say where the channel listens: on standard output and in the file, which appears whole."""
    port = sock.getsockname()[1]
    text = json.dumps({"url": f"http://127.0.0.1:{port}", "port": port, "pid": os.getpid()})
    if ready_file is not None:
        part = ready_file.with_name(ready_file.name + ".part")
        part.write_text(text, encoding="utf-8")
        part.replace(ready_file)
    with contextlib.suppress(OSError):  # nobody may be reading any more
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


async def end_with_parent(server: uvicorn.Server, pid: int | None) -> None:
    """Stop the server when the parent is gone."""
    gone = parent_watch(pid)
    while not gone():  # noqa: ASYNC110 - nothing tells when another process ends
        await asyncio.sleep(_LOOK_S)
    server.should_exit = True
