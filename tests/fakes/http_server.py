"""A tiny HTTP server that misbehaves as told: it answers with any bytes, late, never, or half.

    async with BadServer() as server:
        server.on("/v1/shop", reply(200, b"<html>", {"content-type": "text/html"}))
        client = HttpClient(server.url, ...)

Every request is kept in `requests`. Unknown paths get 404.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Handler = Callable[["Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Request:
    """What came in; header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def reply(status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None) -> Handler:
    """A whole, well-formed answer."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        basic = {"content-type": "application/json", "content-length": str(len(body))}
        writer.write(head(status, basic | dict(headers or {})) + body)
        await writer.drain()

    return answer


def hang_up() -> Handler:
    """Read the request, say nothing, close."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.close()

    return answer


def half(body: bytes = b"{}") -> Handler:
    """Promise more than is sent, then close."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-type": "application/json", "content-length": "1000"}) + body)
        await writer.drain()
        writer.close()

    return answer


def never() -> Handler:
    """Keep the connection and never answer."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        await writer.wait_closed()

    return answer


def endless(chunk: bytes) -> Handler:
    """A body that never ends."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-type": "application/json"}))
        while not writer.is_closing():
            writer.write(chunk)
            await writer.drain()

    return answer


def stream(*parts: bytes, then_close: bool = True) -> Handler:
    """Server-sent events, written as they are given."""

    async def answer(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-type": "text/event-stream"}))
        for part in parts:
            writer.write(part)
            await writer.drain()
        if then_close:
            writer.close()
        else:
            await writer.wait_closed()

    return answer


@dataclass
class BadServer:
    """Listens on a free port of this computer."""

    tls: ssl.SSLContext | None = None
    requests: list[Request] = field(default_factory=list)
    handlers: dict[str, list[Handler]] = field(default_factory=dict)
    in_flight: int = 0
    most_in_flight: int = 0

    def on(self, path: str, *handlers: Handler) -> None:
        """Answer this path so, one after the other; the last one stays."""
        self.handlers[path] = list(handlers)

    @property
    def url(self) -> str:
        port = self._server.sockets[0].getsockname()[1]
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{port}"

    async def __aenter__(self) -> Self:
        self._writers: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            while not writer.is_closing():
                request = await self._read(reader)
                if request is None:
                    break
                await self._answer(request, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
        self.requests.append(request)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        handlers = self.handlers.get(request.path, [reply(404, b"")])
        handler = handlers.pop(0) if len(handlers) > 1 else handlers[0]
        try:
            await handler(request, writer)
        finally:
            self.in_flight -= 1

    async def _read(self, reader: asyncio.StreamReader) -> Request | None:
        line = await reader.readline()
        if not line.strip():
            return None
        method, target, _ = line.decode().split(" ", 2)
        headers: dict[str, str] = {}
        while (line := await reader.readline()).strip():
            name, _, value = line.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return Request(method, target, headers, body)
