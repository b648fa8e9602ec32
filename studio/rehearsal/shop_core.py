"""What every handler of the demo shop needs: the store, the clock, the feed, and one way to answer a write."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
from litestar import Request, Response
from litestar.datastructures import State

from studio.rehearsal.clock import ShopClock
from studio.rehearsal.contract import encode
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.pictures import Pictures
from studio.rehearsal.problems import KEPT, MEDIA_TYPE, Refusal, refuse
from studio.rehearsal.shop_changes import Feed
from studio.rehearsal.shop_store import Store, Tx

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
ShopRequest = Request[Any, Any, State]
MAX_KEY = 100


@dataclass(frozen=True)
class Answer:
    """An answer as it goes out and as it is kept under an Idempotency-Key."""

    status: int
    body: bytes
    replayed: bool = False


@dataclass
class Core:
    """The running shop. `base_url` is known once it listens."""

    store: Store
    clock: ShopClock
    feed: Feed
    faults: FaultBoard
    instance_id: str
    shop: dict[str, Any]
    pictures: Pictures
    base_url: str = ""

    @property
    def currency(self) -> str:
        """ISO 4217."""
        return self.shop["currency"]


async def strict(request: ShopRequest, data: S) -> S:
    """The body read again by the contract's own rules: Litestar reads leniently and takes "1" for 1."""
    return msgspec.json.decode(await request.body(), type=type(data))


async def write(
    core: Core,
    request: ShopRequest,
    job: Callable[[Tx], object],
    kind: type[T],
    *,
    status: int = 200,
    keyed: bool = True,
) -> Response[T]:
    """Run `job` once for each Idempotency-Key and answer with its result; `keyed`: the key is required.

    A job that returns (status, result) sets its own status. Raises Refusal.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        if keyed:
            raise refuse(
                "idempotency-key-required",
                "Send an Idempotency-Key header, so that a repeated request acts once.",
            )
        return answered(await core.store.run(lambda tx: _once(tx, job, status)), kind)
    if not 1 <= len(key) <= MAX_KEY or not (key.isascii() and key.isprintable()):
        raise refuse("malformed", f"An Idempotency-Key has 1 to {MAX_KEY} printable ASCII characters.")
    request_line = f"{request.method} {request.url.path}\n".encode()
    digest = hashlib.blake2b(request_line + await request.body(), digest_size=16).digest()
    return answered(await core.store.run(lambda tx: _kept(tx, key, digest, job, status)), kind)


def _once(tx: Tx, job: Callable[[Tx], object], status: int) -> Answer:
    result = job(tx)
    if isinstance(result, tuple):
        status, result = cast("tuple[int, object]", result)
    return Answer(status, encode(result))


def _kept(tx: Tx, key: str, digest: bytes, job: Callable[[Tx], object], status: int) -> Answer:
    row = tx.one("SELECT digest, status, body FROM idempotency WHERE key = ?", (key,))
    if row is not None:
        if row["digest"] != digest:
            raise refuse(
                "idempotency-mismatch", "This Idempotency-Key was used for another request. Take a new one."
            )
        return Answer(row["status"], row["body"], replayed=True)
    try:
        with tx.savepoint():
            answer = _once(tx, job, status)
    except Refusal as refusal:
        if refusal.status not in KEPT:
            raise
        answer = Answer(refusal.status, refusal.body)
    tx.run(
        "INSERT INTO idempotency (key, digest, status, body, at_ms) VALUES (?, ?, ?, ?, ?)",
        (key, digest, answer.status, answer.body, tx.now_ms),
    )
    return answer


def answered(answer: Answer, kind: type[T]) -> Response[T]:  # noqa: ARG001 - the type that the body has
    """An HTTP response whose body is encoded already."""
    headers = {"Idempotent-Replay": "true"} if answer.replayed else {}
    return Response(
        cast("T", answer.body),
        status_code=answer.status,
        media_type="application/json" if answer.status < 400 else MEDIA_TYPE,
        headers=headers,
    )


def told(body: bytes, kind: type[T], *, headers: dict[str, str] | None = None) -> Response[T]:
    """200 with a body that is encoded already."""
    response = answered(Answer(200, body), kind)
    response.headers.update(headers or {})
    return response


def tagged(request: ShopRequest, tag: str, kind: type[T], body: Callable[[], bytes]) -> Response[T]:
    """200 with an ETag, or 304 when the reader has that already."""
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if matches(request.headers.get("If-None-Match"), tag):
        return Response(cast("T", b""), status_code=304, headers=headers)
    return told(body(), kind, headers=headers)


def matches(if_none_match: str | None, tag: str) -> bool:
    """Whether an If-None-Match header names the tag; compared weakly, as RFC 9110 says."""
    if if_none_match is None:
        return False
    names = [name.strip().removeprefix("W/") for name in if_none_match.split(",")]
    return "*" in names or tag.removeprefix("W/") in names
