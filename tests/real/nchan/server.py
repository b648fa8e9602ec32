"""A real nginx with nchan on this computer, for tests: server-sent events with Last-Event-ID and WebSockets.

server = Nchan(tmp_path).start()
await server.publish("123/live_comments", '{"id": "1"}', event="comment")
GET server.url + "/123/live_comments"       subscribes, as server-sent events or as a WebSocket
    ... what a WebSocket sends there is for who listens at /from/123/live_comments
server.kill(); server.start()               the same port; what it kept is gone, as after any crash
async with Wire(server.port) as wire:       a way to it that can be cut: the server keeps what is published meanwhile
    GET wire.url + "/..."
    wire.cut()
"""

import asyncio
import os
import shutil
import socket
import struct
import threading
import time
from collections.abc import Iterable
from concurrent.futures import TimeoutError as NotInTime
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import websockets

from tests.real.leashed import Leashed

MODULES = (
    Path("/usr/lib/nginx/modules"),
    Path("/usr/share/nginx/modules"),
    Path("/usr/lib64/nginx/modules"),
)
READY_WITHIN_S = 30
_CONF = """\
load_module {module};
worker_processes 1; daemon off; {user} pid {folder}/nginx.pid; error_log stderr notice;
worker_shutdown_timeout 1s;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  nchan_shared_memory_size 64m; keepalive_requests 1000000;
  server {{
    listen 127.0.0.1:{port};
    location ~ ^/pub/(.+)$ {{
      nchan_publisher; nchan_channel_id $1;
      nchan_message_buffer_length {kept}; nchan_message_timeout 1h;
    }}
    location ~ ^/(.+)$ {{
      nchan_subscriber eventsource; nchan_pubsub websocket;
      nchan_subscriber_channel_id $1; nchan_publisher_channel_id from/$1;
      nchan_message_buffer_length {kept}; nchan_message_timeout 1h;
      nchan_subscriber_first_message {first};
      nchan_eventsource_ping_interval {ping_s}; nchan_websocket_ping_interval {ping_s};
    }}
  }}
}}
"""


def module() -> Path:
    """Where the system keeps nchan. Fails where it is not installed."""
    for folder in MODULES:
        if (found := folder / "ngx_nchan_module.so").exists():
            return found
    raise RuntimeError(
        "The tests of live feeds need nginx with nchan: apt-get install nginx libnginx-mod-nchan"
    )


def a_free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nchan:
    """A running server. A subscriber gets what was published before it came (`first="oldest"`), or only what is new
    (`"newest"`); who comes with a Last-Event-ID gets what followed. The newest `kept` messages of a room are kept. `ping_s`: so often a
    subscriber hears a comment or a ping.
    """

    def __init__(self, folder: Path, *, first: str = "newest", kept: int = 20_000, ping_s: int = 1) -> None:
        self.folder = folder
        self.port = a_free_port()
        self._settings = {"first": first, "kept": kept, "ping_s": ping_s}
        self._leashed: Leashed | None = None
        self._http: httpx.AsyncClient | None = None
        self._ended_at = 0.0

    @property
    def url(self) -> str:
        """Its address for HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Its address for WebSockets."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._leashed is not None and self._leashed.running

    def start(self) -> Self:
        """Start it and wait until it listens; a second start takes the same port and has forgotten everything.

        Its messages' ids are a second and a number within, so a second start waits for another second: else what it is
        given could be taken for older than what the one before had told.
        """
        if self._ended_at:
            threading.Event().wait(max(0.0, int(self._ended_at) + 1 - time.time()))
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
        assert program is not None, "the tests of live feeds need nginx: install it"
        self.folder.mkdir(parents=True, exist_ok=True)
        user = "user root;" if os.name == "posix" and os.geteuid() == 0 else ""
        conf = self.folder / "nchan.conf"
        conf.write_text(
            _CONF.format(module=module(), folder=self.folder, port=self.port, user=user, **self._settings)
        )
        command = [program, "-p", str(self.folder), "-e", "stderr", "-c", str(conf)]
        log = self.folder / "nginx.log"
        self._leashed = Leashed(command, log, folder=self.folder, word="start worker process ")
        try:
            self._leashed.told.result(READY_WITHIN_S)
        except (EOFError, NotInTime) as error:
            self._leashed.kill()
            raise RuntimeError(f"nginx did not start: {error}") from error
        return self

    def stop(self) -> None:
        """End it as a person would."""
        if self._leashed is not None and self._leashed.running:
            self._leashed.stop()
            self._ended_at = time.time()

    def kill(self) -> None:
        """SIGKILL to it and its workers: every connection is cut, and nothing it kept is left."""
        if self._leashed is not None and self._leashed.running:
            self._leashed.kill()
            self._ended_at = time.time()

    async def aclose(self) -> None:
        """Close the publisher's connections and end the server."""
        if self._http is not None:
            await self._http.aclose()
        await asyncio.to_thread(self.stop)

    async def publish(self, room: str, body: str | bytes, event: str = "") -> None:
        """One message to who listens at `/room`; `event` is the name of the server-sent event."""
        if self._http is None:
            self._http = httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=30)
        headers = {"X-EventSource-Event": event} if event else {}
        answer = await self._http.post(f"/pub/{room}", content=body, headers=headers)
        answer.raise_for_status()

    async def publish_all(self, room: str, bodies: Iterable[str], event: str = "") -> None:
        """Many messages in their order: quickly through a WebSocket, or by HTTP where they bear a name."""
        if event:
            for body in bodies:
                await self.publish(room, body, event)
            return
        async with websockets.connect(f"{self.ws}/pub/{room}", proxy=None) as publisher:

            async def confirmed(count: int) -> None:
                for _ in range(count):
                    await publisher.recv()

            waiting = 0
            for body in bodies:
                await publisher.send(body)
                waiting += 1
                if waiting >= 500:
                    await confirmed(waiting)
                    waiting = 0
            await confirmed(waiting)

    async def listeners(self, room: str) -> int:
        """How many listen at `/room`."""
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            answer = await http.get(f"{self.url}/pub/{room}", headers={"Accept": "application/json"})
        return 0 if answer.status_code == 404 else int(answer.json()["subscribers"])


class Wire:
    """A way to a server on this computer that can be cut: the server lives on and keeps what it is given."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._open: set[asyncio.StreamWriter] = set()
        self._carrying: set[asyncio.Task[None]] = set()
        self.taken = 0
        """So many connections came so far."""
        self.came = asyncio.Event()
        """Set when one came."""

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.sockets[0].getsockname()[1]

    @property
    def url(self) -> str:
        """Its address for HTTP."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Its address for WebSockets."""
        return f"ws://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        await self._server.wait_closed()

    def cut(self) -> None:
        """Every connection is reset."""
        for writer in list(self._open):
            plug = writer.get_extra_info("socket")
            if plug.fileno() < 0:
                continue  # it is closed already
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carrying.add(task)
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            writer.transport.abort()
            return
        finally:
            self._carrying.discard(task)
            self._open.discard(writer)
        self._carrying.add(task)
        self._open |= {writer, back}
        self.taken += 1
        self.came.set()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pour(reader, back))
                both.create_task(_pour(there, writer))
        finally:
            self._open -= {writer, back}
            self._carrying.discard(task)


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65_536):
            sink.write(data)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()
