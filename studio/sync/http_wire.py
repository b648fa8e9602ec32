"""Connections that leave nothing open and take what has come in at once.

httpcore does not close the socket of a TLS handshake that is cancelled. Source: httpcore 1.0, `_backends/anyio.py`,
`AnyIOStream.start_tls`: it closes after an `Exception`, which a cancellation is not. And it asks for 64 KiB at a time
(`_async/http11.py`, `READ_NUM_BYTES`) where asyncio has up to 256 KiB at hand: the rest was cut off and copied again.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore
import httpx

AT_ONCE_BYTES: Final = 256 * 1024
"""So much asyncio reads at once from a connection (`asyncio/selector_events.py`, `max_size`)."""


class _Stream(httpcore.AsyncNetworkStream):
    """A connection before its TLS handshake, or without one."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self.write = stream.write
        self.aclose, self.get_extra_info = stream.aclose, stream.get_extra_info

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
    ) -> bytes:
        """As httpcore's, and all that is at hand."""
        return await self._stream.read(max(max_bytes, AT_ONCE_BYTES), timeout)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
    ) -> httpcore.AsyncNetworkStream:
        """As httpcore's, and closed when it is cancelled."""
        try:
            return await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except asyncio.CancelledError:
            await self._stream.aclose()
            raise


class _Backend(httpcore.AsyncNetworkBackend):
    """httpcore's own, whose streams are closed when a handshake is cancelled."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """As httpcore's."""
        return _Stream(await self._backend.connect_tcp(host, port, timeout, local_address, socket_options))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """As httpcore's."""
        return await self._backend.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As httpcore's."""
        await self._backend.sleep(seconds)


def leave_nothing_open(client: httpx.AsyncClient) -> None:
    """Have this client's connections closed also when they are cancelled in the middle of a handshake, and read as much at
    once as there is.
    """
    # httpx has no way to say which network its pools use.
    transports = (client._transport, *client._mounts.values())  # pyright: ignore[reportPrivateUsage]
    for transport in transports:
        pool = getattr(transport, "_pool", None)
        if pool is not None:
            pool._network_backend = _Backend(pool._network_backend)
