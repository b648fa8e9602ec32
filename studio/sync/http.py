"""The one httpx adapter: the `Http` port, bound to one address and one token."""

import asyncio
import functools
import ipaddress
import ssl
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
import httpx_sse

from studio.control.ports import (
    BadAnswer,
    HttpAnswer,
    KillPoints,
    SseEvent,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.control.ports.answers import raise_for_status
from studio.sync.http_stream import Capped
from studio.sync.http_wire import leave_nothing_open

IN_FLIGHT = 4
IDLE_S = 30.0
REQUEST_SENT = "sender.request-sent"
"""Kill point: a request that is not a GET has left whole, its answer has not been read."""
_CONNECT_S = 5.0
# Shorter than servers keep idle connections (5 s is common): a request must not meet one that is just being closed.
_KEEP_ALIVE_S = 2.0
_ERROR_BODY_BYTES = 64_000
_MASK = "•••".encode()
_USER_AGENT = "host-studio"


class BadAddress(ValueError):
    """An address that the studio does not talk to, or a certificate file that it cannot use; the text says why and
    what to do.
    """


class Untrusted(Unreachable):
    """The server could not prove who it is: nothing of the request was sent to it."""


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def checked_address(base_url: str) -> httpx.URL:
    """The address, when it is https, or http on this computer. Raises `BadAddress`."""
    try:
        url = httpx.URL(base_url.strip())
    except (httpx.InvalidURL, ValueError, TypeError):
        raise BadAddress(
            "This is not an address: write it like https://shop.example."
        ) from None  # the text may hold a password
    if url.scheme not in ("http", "https") or not url.host:
        raise BadAddress("The address must begin with https:// and name a server, like https://shop.example.")
    if url.userinfo:
        raise BadAddress("Leave user name and password out of the address: the token is entered apart.")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise BadAddress(
            f"{url.host} would be talked to in the open: use https://. http:// is for this computer only."
        )
    return url


@functools.cache
def _tls(ca_file: Path | None) -> ssl.SSLContext:
    """Trusts what httpx brings along, what this computer trusts, and `ca_file`."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(ca_file))
        except OSError as error:  # an ssl.SSLError is one too
            reason = (
                error.strerror if not isinstance(error, ssl.SSLError) else "it holds no certificate in PEM"
            )
            raise BadAddress(
                f"The certificate file “{ca_file}” cannot be used ({reason}): choose another in the settings."
            ) from error
    return context


def bearer(token: str) -> tuple[str, str]:
    """The header that most servers want their token in."""
    return "Authorization", f"Bearer {token}"


class _Token(httpx.Auth):
    """Adds the token as it is at that moment. Given as `auth`, so that no .netrc replaces it."""

    def __init__(self, token: Callable[[], str | None], header: Callable[[str], tuple[str, str]]) -> None:
        self._token = token
        self._header = header

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._token()
        if token:
            name, value = self._header(token)
            request.headers[name] = value
        yield request

    def __repr__(self) -> str:
        return "Token(•••)"


class _NoToken(httpx.Auth):
    """For other people's servers: nothing is sent, also not from .netrc."""


class _Sent:
    """Follows one request on its way out by httpcore's trace: whether any of it may have left."""

    def __init__(self, kill_points: KillPoints | None) -> None:
        self.began = False
        self._kill_points = kill_points

    async def trace(self, name: str, _info: Mapping[str, Any]) -> None:
        if name.endswith("send_request_headers.started"):
            self.began = True
        elif name.endswith("send_request_body.complete") and self._kill_points:
            self._kill_points.reached(REQUEST_SENT)


class HttpClient:
    """The `Http` port over httpx: one client, at most four requests in flight, TLS always verified.

    `base_url` is https, or http on this computer (`BadAddress` otherwise). `token` is asked before each request,
    so that a token given later is used; `token_header` makes it the (name, value) of a header. `who` opens the
    sentences ("The shop"). `ca_file` names one more certificate authority to trust (PEM); there is no way to trust
    everybody.
    """

    def __init__(
        self,
        base_url: str,
        token: Callable[[], str | None],
        wall: WallClock,
        *,
        who: str = "The shop",
        kill_points: KillPoints | None = None,
        ca_file: Path | None = None,
        token_header: Callable[[str], tuple[str, str]] = bearer,
    ) -> None:
        self._base = checked_address(base_url)
        self._token = token
        self._wall = wall
        self._who = who
        self._kill_points = kill_points
        self._auth = _Token(token, token_header)
        self._client = httpx.AsyncClient(
            base_url=self._base,
            verify=_tls(ca_file),
            # A proxy of the system must not stand between the studio and this very computer.
            trust_env=not _is_loopback(self._base.host),
            follow_redirects=False,
            headers={"User-Agent": _USER_AGENT},
            limits=httpx.Limits(
                max_connections=IN_FLIGHT + 4,
                max_keepalive_connections=IN_FLIGHT + 4,
                keepalive_expiry=_KEEP_ALIVE_S,
            ),
        )
        leave_nothing_open(self._client)
        self._turns = asyncio.Semaphore(IN_FLIGHT)

    def __repr__(self) -> str:
        return f"HttpClient({str(self._base)!r})"

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        timeout_ms: int = 10_000,
        max_bytes: int = 32_000_000,
    ) -> HttpAnswer:
        """Send one request and read the whole answer within `timeout_ms`; more than `max_bytes` raises
        `BadAnswer`. `path` may be a whole address elsewhere (a picture's): then the token stays at home. A 401 while
        no token is known raises `Unauthorised`.
        """
        sent = _Sent(self._kill_points if method != "GET" else None)
        request = self._build(method, path, body, params, headers, sent, timeout_ms / 1000)
        failure: BadAnswer | Unreachable | None = None
        try:
            async with self._turns, asyncio.timeout(timeout_ms / 1000):
                sent_ms = self._wall.now_ms()
                response = await self._client.send(request, stream=True, auth=self._auth_for(request.url))
                try:
                    read = await self._read(response, max_bytes)
                finally:
                    await response.aclose()
                self._check_asked(response)
                return HttpAnswer(
                    response.status_code,
                    _headers(response),
                    self._masked(response, read),
                    sent_ms,
                    self._wall.now_ms(),
                )
        except TimeoutError:
            failure = Unreachable(
                f"{self._who} did not answer in time: check the network.", attempted=sent.began
            )
        except httpx.HTTPError as error:
            failure = self._meaning(error, sent.began)
        # Outside of the handler: the httpx error's frames hold the header with the token.
        raise failure

    async def _read(self, response: httpx.Response, max_bytes: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for chunk in response.aiter_bytes():
            size += len(chunk)
            if size > max_bytes:
                raise BadAnswer(
                    f"{self._who} answered with more than {max_bytes // 1_000_000} MB: nothing was taken."
                )
            parts.append(chunk)
        return b"".join(parts)

    async def events(
        self, path: str, *, params: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[SseEvent, None]:
        """Server-sent events until the connection ends; 30 s without a byte raise `Unreachable`, an answer
        other than a stream raises the `TargetError` that it means.
        """
        wanted = {"Accept": "text/event-stream", "Cache-Control": "no-store", **(headers or {})}
        sent = _Sent(None)
        request = self._build("GET", path, None, params, wanted, sent, IDLE_S)
        failure: BadAnswer | Unreachable | None = None
        response: httpx.Response | None = None
        try:
            sent_ms = self._wall.now_ms()
            response = await self._client.send(request, stream=True, auth=self._auth_for(request.url))
            self._check_asked(response)
            if response.status_code != 200:
                body = self._masked(response, await self._read(response, _ERROR_BODY_BYTES))
                answer = HttpAnswer(
                    response.status_code, _headers(response), body, sent_ms, self._wall.now_ms()
                )
                raise_for_status(answer, self._who)
                raise BadAnswer(f"{self._who} opened no stream ({response.status_code}).")
            capped = Capped(_async_stream(response), self._who)
            response.stream = capped
            async with aclosing(httpx_sse.EventSource(response).aiter_sse()) as stream:
                async for event in stream:
                    capped.since_event = 0
                    yield SseEvent(event.id, event.event, event.data)
        except httpx_sse.SSEError:
            failure = BadAnswer(f"{self._who} answered with something else than a stream: check the address.")
        except httpx.HTTPError as error:
            failure = self._meaning(error, sent.began)
        finally:
            if response is not None:
                await response.aclose()
        if failure is not None:
            raise failure

    def _build(
        self,
        method: str,
        path: str,
        body: bytes | None,
        params: Sequence[tuple[str, str]],
        headers: Mapping[str, str] | None,
        sent: _Sent,
        read_s: float,
    ) -> httpx.Request:
        self._check_token()
        timeout = httpx.Timeout(read_s, connect=min(_CONNECT_S, read_s))
        try:
            request = self._client.build_request(
                method,
                path,
                content=body,
                params=list(params) or None,
                headers=dict(headers or {}),
                timeout=timeout,
                extensions={"trace": sent.trace},
            )
        except (httpx.InvalidURL, ValueError, UnicodeError):
            raise BadAnswer(f"{self._who} named an address that is none.") from None
        self._check_elsewhere(request.url)
        return request

    def _check_token(self) -> None:
        token = self._token()
        if token and not (token.isascii() and token.isprintable() and " " not in token):
            raise Unauthorised("The token has characters that no token has: copy it again and enter it.")

    def _check_asked(self, response: httpx.Response) -> None:
        if response.status_code == 401 and self._own(response.request.url) and not self._token():
            raise Unauthorised(f"{self._who} asks for a token, and none is known here: enter it.")

    def _masked(self, response: httpx.Response, body: bytes) -> bytes:
        """A refusal that repeats our own token must not carry it into sentences, the log and the database."""
        token = self._token()
        if response.status_code < 400 or not token:
            return body
        return body.replace(token.encode(), _MASK)

    def _own(self, url: httpx.URL) -> bool:
        return (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)

    def _check_elsewhere(self, url: httpx.URL) -> None:
        if not self._own(url) and (url.scheme != "https" or url.userinfo or _is_loopback(url.host)):
            raise BadAnswer(f"{self._who} points to an address that the studio does not open.")

    def _auth_for(self, url: httpx.URL) -> httpx.Auth:
        return self._auth if self._own(url) else _NoToken()

    def _meaning(self, error: httpx.HTTPError, began: bool) -> BadAnswer | Unreachable:
        tls = _tls_cause(error)
        if tls is not None:
            reason = tls.verify_message if isinstance(tls, ssl.SSLCertVerificationError) else "TLS failed"
            return Untrusted(
                f"{self._who} cannot prove who it is ({reason}): nothing was sent. Check the address, the "
                "server's certificate and this computer's date.",
                attempted=began,
            )
        if isinstance(error, httpx.DecodingError):
            return BadAnswer(f"{self._who} sent data that cannot be unpacked.")
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
            return Unreachable(
                f"{self._who} cannot be reached: check the network and the address.", attempted=began
            )
        if isinstance(error, httpx.TimeoutException):
            return Unreachable(f"{self._who} did not answer in time: check the network.", attempted=began)
        return Unreachable(
            f"The connection to {_lower(self._who)} broke off: check the network.", attempted=began
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def _headers(response: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _async_stream(response: httpx.Response) -> httpx.AsyncByteStream:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("an async client gave a stream that is not async")
    return response.stream


def _tls_cause(error: BaseException) -> ssl.SSLError | None:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return None


def _lower(who: str) -> str:
    return who[:1].lower() + who[1:] if who.startswith("The ") else who
