"""Signing in through the browser: authorization code with PKCE and a loopback redirect (RFC 7636; RFC 8252, section 7.3)."""

import asyncio
import base64
import hashlib
import hmac
import logging
import secrets
import socket
from collections.abc import Awaitable, Callable, Generator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from studio.channels.sign_in_tokens import ENDED, Refusal, TokenEndpoint
from studio.control.ports import RefusedByTarget
from studio.control.ports.answers import plain
from studio.control.ports.sign_in import Grant, SignInStep

HOST = "127.0.0.1"
WAIT_S = 300.0
"""So long a person has for the platform's pages."""
_REQUEST_S = 10.0
_MOST_CONNECTIONS = 16
_LONGEST_CODE = 4_000
_HEARD = "Host Studio has been told. You can close this window."
_STRANGE = (
    "This is not the sign-in that Host Studio waits for. Close this window and start again from Host Studio."
)
_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Host Studio</title></head>'
    "<body><p>{}</p></body></html>"
)
_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (
        b"content-security-policy",
        b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_log = structlog.get_logger(__name__)
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]


def challenge_for(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class LoopbackSignIn:
    """The `SignIn` port for platforms that lead the browser back to this computer, such as Google ("OAuth 2.0 for
    desktop apps"). `authorize_url` is the platform's page, `extra` more of its parameters.

    One sign-in listens on a free port of 127.0.0.1 until the answer came, for `wait_s` at most.
    """

    def __init__(
        self,
        endpoint: TokenEndpoint,
        authorize_url: str,
        scopes: Sequence[str],
        *,
        extra: Sequence[tuple[str, str]] = (),
        wait_s: float = WAIT_S,
    ) -> None:
        self._endpoint = endpoint
        self._authorize_url = authorize_url
        self._scopes = tuple(scopes)
        self._extra = tuple(extra)
        self._wait_s = wait_s

    async def sign_in(self, on_step: Callable[[SignInStep], None]) -> Grant:
        """Have the person sign in with the browser. Raises `TargetError`."""
        who, wall = self._endpoint.who, self._endpoint.wall
        verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(16)
        with socket.create_server((HOST, 0), backlog=_MOST_CONNECTIONS) as listening:
            redirect = f"http://{HOST}:{listening.getsockname()[1]}"
            asked = [
                ("client_id", self._endpoint.client_id),
                ("redirect_uri", redirect),
                ("response_type", "code"),
                ("scope", " ".join(self._scopes)),
                ("code_challenge", challenge_for(verifier)),
                ("code_challenge_method", "S256"),
                ("state", state),
                *self._extra,
            ]
            step = SignInStep(
                f"{self._authorize_url}?{urlencode(asked)}", "", wall.now_ms() + round(self._wait_s * 1000)
            )
            answer = await self._answer(listening, redirect, state, lambda: on_step(step))
        if answer.get("error"):
            if answer["error"] == "access_denied":
                raise RefusedByTarget(
                    f"The sign-in at {who} was turned down there: start again to allow it.", "access-denied"
                )
            raise RefusedByTarget(f"{who} refuses the sign-in ({plain(answer['error'], 80)}).", "sign-in")
        form = [
            ("grant_type", "authorization_code"),
            ("code", answer["code"]),
            ("redirect_uri", redirect),
            ("code_verifier", verifier),
        ]
        try:
            return await self._endpoint.grant(form, self._scopes)
        except Refusal as refusal:
            if refusal.reasons & ENDED:
                raise RefusedByTarget(
                    f"{who} no longer takes this sign-in: start again.", "invalid-grant"
                ) from None
            raise

    async def _answer(
        self, listening: socket.socket, redirect: str, state: str, ready: Callable[[], None]
    ) -> dict[str, str]:
        """What the browser brings: `code`, or `error`."""
        told: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()
        server = _server(_application(redirect.removeprefix("http://"), state, told))
        serving = asyncio.create_task(server.serve([listening]), name="sign-in server")
        try:
            await server.listening(serving)
            ready()
            async with asyncio.timeout(self._wait_s):
                return await told
        except TimeoutError:
            raise RefusedByTarget(
                f"Nobody signed in at {self._endpoint.who} within {round(self._wait_s / 60)} minutes: start again.",
                "sign-in-timeout",
            ) from None
        finally:
            await server.end(serving)


def _application(
    host: str, state: str, told: "asyncio.Future[dict[str, str]]"
) -> Callable[[Message, Any, Send], Awaitable[None]]:
    """Takes one redirect with the right state, and refuses everything else."""

    async def app(scope: Message, _: Any, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer: dict[str, str] | None = None
        status, words = 200, _HEARD
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if scope["method"] != "GET":
            status, words = 405, _STRANGE
        elif hosts != [host.encode()]:  # a page of another name that leads here (DNS rebinding)
            status, words = 421, _STRANGE
        elif scope["path"] not in ("", "/"):
            status, words = 404, _STRANGE
        elif (answer := _brought(scope["query_string"], state)) is None or told.done():
            status, words = 400, _STRANGE
        body = _PAGE.format(words).encode()
        headers = [*_HEADERS, (b"content-length", str(len(body)).encode())]
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        finally:  # after the page, so that the end of the server does not cut it
            if status == 200 and answer is not None and not told.done():
                told.set_result(answer)

    return app


def _brought(query: bytes, state: str) -> dict[str, str] | None:
    """The redirect's `code` or `error`; None when it is not ours."""
    try:
        pairs = parse_qsl(query.decode("ascii"), max_num_fields=32)
    except ValueError:
        return None
    found = dict(pairs)
    if len(found) != len(pairs) or not hmac.compare_digest(found.get("state", "").encode(), state.encode()):
        return None
    if "error" in found:
        return {"error": found["error"] or "unknown"}
    code = found.get("code", "")
    return {"code": code} if 0 < len(code) <= _LONGEST_CODE else None


class _Patient(H11Protocol):
    """A connection has so long, however slowly it talks; uvicorn limits only the time between requests."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.ends = self.loop.call_later(_REQUEST_S, transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ends.cancel()
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """A server inside of a program that has signals and an end of its own."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """None are captured: they are the studio's business."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.up.set()

    async def listening(self, serving: "asyncio.Task[None]") -> None:
        """Wait until it listens, or has given up."""
        up = asyncio.create_task(self.up.wait())
        try:
            await asyncio.wait([serving, up], return_when=asyncio.FIRST_COMPLETED)
        finally:
            up.cancel()
        if serving.done():
            serving.result()

    async def end(self, serving: "asyncio.Task[None]") -> None:
        """Stop listening, let the answer that is being given leave, and cut what still talks."""
        await asyncio.shield(self._ended(serving))

    async def _ended(self, serving: "asyncio.Task[None]") -> None:
        if not serving.done():
            await self.listening(
                serving
            )  # uvicorn leaves its sockets open when it is told to end before it listens
        self.should_exit = True
        await asyncio.wait([serving])
        for connection in list(self.server_state.connections):
            connection.transport.abort()  # pyright: ignore[reportOptionalMemberAccess]
        if not serving.cancelled() and (error := serving.exception()) is not None:
            _log.error("sign-in server ended badly", exc_info=error)


def _server(app: Callable[[Message, Any, Send], Awaitable[None]]) -> _Server:
    config = uvicorn.Config(
        app,  # pyright: ignore[reportArgumentType] - uvicorn spells the ASGI types more narrowly
        http=_Patient,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.ERROR,
        access_log=False,
        server_header=False,
        headers=[("connection", "close")],
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=16_000,
    )
    return _Server(config)
