"""The overlay's door: it opens to one token on this computer, and to nothing but reading."""

import hmac
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

HOST = "127.0.0.1"
MOST_CONNECTIONS = 128
Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Served(msgspec.Struct, frozen=True):
    """One file's content."""

    body: bytes
    media: str


class Door:
    """An ASGI application (ASGI 3.0). `content` gives the file of a name below the token, None when there is none; `live`
    talks with a page over the WebSocket `live` until either leaves. `port` is where it listens.

    Who asks under another host's name, without the token or for something else gets the same bare 404; a WebSocket is
    also refused when another site's page asks. No other site may read, embed or frame anything (no CORS headers).
    """

    def __init__(
        self,
        token: str,
        port: int,
        content: Callable[[str], Awaitable[Served | None]],
        live: Callable[[Receive, Send], Awaitable[None]],
    ) -> None:
        self._token = token.encode()
        self._hosts = {f"{HOST}:{port}".encode(), f"localhost:{port}".encode()}
        self._content = content
        self._live = live

    def __repr__(self) -> str:
        return "Door()"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hold one WebSocket."""
        host, name = self._host(scope), self._name(scope)
        if scope["type"] == "websocket":
            await receive()
            if name == "live" and host and self._one(scope, b"origin") == b"http://" + host:
                await send({"type": "websocket.accept"})
                await self._live(receive, send)
            else:
                await _answer(send, 404, kind="websocket.http.response")
            return
        if host is None or name is None:
            await _answer(send, 404)
        elif scope["method"] != "GET":
            await _answer(send, 405, [(b"allow", b"GET")])
        elif (served := await self._content(name)) is None:
            await _answer(send, 404)
        else:
            await _answer(send, 200, _headers(served.media, host), served.body)

    def _host(self, scope: Scope) -> bytes | None:
        host = self._one(scope, b"host")
        return host if host in self._hosts else None

    def _name(self, scope: Scope) -> str | None:
        """What is asked for below the token; None with another token or none."""
        empty, place, token, *rest = [*scope["raw_path"].split(b"/", 3), b"", b"", b""][:4]
        known = hmac.compare_digest(token, self._token)
        if not known or empty or place != b"s" or scope["raw_path"].count(b"/") < 3:
            return None
        return rest[0].decode("ascii", "replace")

    @staticmethod
    def _one(scope: Scope, name: bytes) -> bytes | None:
        """The value of a header that stands there once."""
        found = [value for key, value in scope["headers"] if key == name]
        return found[0] if len(found) == 1 else None


def _headers(media: str, host: bytes) -> list[tuple[bytes, bytes]]:
    policy = (
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://"
        + host
        + b"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return [(b"content-type", media.encode()), (b"content-security-policy", policy)]


async def _answer(
    send: Send,
    status: int,
    headers: list[tuple[bytes, bytes]] | None = None,
    body: bytes = b"",
    kind: str = "http.response",
) -> None:
    always = [
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-resource-policy", b"same-origin"),
    ]
    await send({"type": f"{kind}.start", "status": status, "headers": [*(headers or []), *always]})
    await send({"type": f"{kind}.body", "body": body})


def bound(port: int) -> socket.socket:
    """A socket that listens on this computer alone; port 0 means any. Raises OSError when it is taken."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # Not on Windows, where this would let another program take the port over.
        if hasattr(socket, "SO_REUSEPORT"):
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(MOST_CONNECTIONS)
    except OSError:
        made.close()
        raise
    return made
