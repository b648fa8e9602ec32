"""Reading requests and writing answers of the channel: tokens, bodies, problems, and connections that close without an answer."""

import hmac
import logging
import random
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send

from studio.rehearsal.audience_book import encode
from studio.rehearsal.contract import FieldError
from studio.rehearsal.problems import MEDIA_TYPE, Refusal, refuse

T = TypeVar("T")
Req = Request[Any, Any, State]
MAX_BODY = 4_000_000
log = logging.getLogger(__name__)


def check_token(request: Req, token: str) -> None:
    """Raises Refusal (401) unless the request carries the token."""
    given = request.headers.get("authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise refuse("unauthorized", "Send the channel's token as 'Authorization: Bearer TOKEN'.")


async def body_as(request: Req, kind: type[T]) -> tuple[T, bytes]:
    """The body as a struct, and as it came. Raises Refusal (400, 413, 422)."""
    raw = await request.body()
    if len(raw) > MAX_BODY:
        raise refuse("too-large", f"At most {MAX_BODY} bytes.")
    try:
        return msgspec.json.decode(raw or b"{}", type=kind), raw
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        field = where.strip("`").lstrip(".") or "body"
        raise refuse("invalid", f"{field}: {what}.", errors=[FieldError(field, what)]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refuse("malformed", f"The body is no JSON that can be read: {error}.") from None


def key_of(request: Req) -> str:
    """The request's Idempotency-Key. Raises Refusal (428, 422)."""
    key = request.headers.get("idempotency-key")
    if key is None:
        raise refuse(
            "idempotency-key-required", "Send an Idempotency-Key, so that a repetition does no harm."
        )
    if not 1 <= len(key) <= 100 or not key.isascii() or not key.isprintable():
        message = "An Idempotency-Key has 1 to 100 printable ASCII characters."
        raise refuse("invalid", message, errors=[FieldError("Idempotency-Key", message)])
    return key


def number_of(request: Req, name: str, default: int | None, low: int, high: int) -> int | None:
    """A whole number of the query. Raises Refusal (422)."""
    text = request.query_params.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) < 17 and low <= int(text) <= high:
        return int(text)
    message = f"{name} is a whole number from {low} to {high}."
    raise refuse("invalid", message, errors=[FieldError(name, message)])


def told(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response[bytes]:
    """A struct as JSON."""
    return raw_answer(encode(value), status, headers)


def raw_answer(body: bytes, status: int, headers: dict[str, str] | None = None) -> Response[bytes]:
    """JSON bytes as an answer; problems have their own media type."""
    kind = MEDIA_TYPE if status >= 400 else "application/json"
    return Response(body, status_code=status, media_type=kind, headers=headers)


def on_refusal(_request: Req, refusal: Refusal) -> Response[bytes]:
    """A refusal as its problem document."""
    wait = refusal.retry_after_s
    return raw_answer(refusal.body, refusal.status, None if wait is None else {"Retry-After": str(wait)})


def on_http_error(request: Req, error: HTTPException) -> Response[bytes]:
    """What the framework refuses, as a problem document."""
    path = request.url.path[:120]
    if isinstance(error, NotFoundException):
        return on_refusal(request, refuse("not-found", f"The channel has nothing at {path!r}."))
    if isinstance(error, MethodNotAllowedException):
        return on_refusal(request, refuse("method-not-allowed", f"{request.method} is not for {path!r}."))
    return on_refusal(request, refuse("malformed", error.detail))


def on_error(request: Req, error: Exception) -> Response[bytes]:
    """A bug: to the log with its traceback, and 500."""
    log.error("the channel failed at %s %s", request.method, request.url.path, exc_info=error)
    return on_refusal(request, refuse("internal", "The channel made a mistake; its log says more."))


class LosesReplies:
    """Runs the application, and at times closes the connection instead of answering a channel's POST: it was done, nobody hears of it.

    `likely` says how likely that is now, 0..1.
    """

    def __init__(self, app: ASGIApp, likely: Callable[[], float], seed: int) -> None:
        self._app = app
        self._likely = likely
        self._rng = random.Random(f"{seed}/lost-replies")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or not scope["path"].startswith("/channel/")
            or self._rng.random() >= self._likely()
        ):
            await self._app(scope, receive, send)
            return

        async def nowhere(_message: Any) -> None:
            return

        await self._app(scope, receive, nowhere)
        await hang_up(receive, send)


async def hang_up(receive: Receive, send: Send) -> None:
    """Close the connection under a request that was not answered. Needs uvicorn, whose `send` belongs to the request's cycle."""
    cycle: Any = getattr(send, "__self__", None)
    if cycle is None or not hasattr(cycle, "transport"):
        raise RuntimeError("Only a connection of uvicorn can be closed without an answer.")
    cycle.transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
