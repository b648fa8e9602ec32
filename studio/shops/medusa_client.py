"""REST to Medusa over the `Http` port: what its answers mean."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from studio.control.ports import (
    BadAnswer,
    ClockReading,
    Http,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    Unauthorised,
    Unreachable,
)
from studio.control.ports.answers import is_html, plain, raise_for_status
from studio.shops import medusa_wire as wire
from studio.shops.date_clock import DateClock

T = TypeVar("T")
Params = Sequence[tuple[str, str]]
_FOREIGN_KEY = (
    "The shop does not accept this API key: it is wrong, was revoked or has expired, or it is a storefront's (pk_…) where "
    "a secret one (sk_…) is needed. Enter another in the settings."
)
_MISSING = re.compile(r"Required policies: ([\w:*, -]{1,200})")
_OTHER_VERSION = re.compile(r"^Invalid request: Unrecognized fields")


def token_header(token: str) -> tuple[str, str]:
    """The header that carries a secret API key (sk_…), or a user's own token, as (name, value)."""
    if token.startswith(("sk_", "pk_")):
        return "Authorization", "Basic " + base64.b64encode(f"{token}:".encode()).decode()
    return "Authorization", f"Bearer {token}"


class Answered(msgspec.Struct, Generic[T], frozen=True):
    """What was said, with the moments of this computer's clock between which it was read."""

    told: T
    http: HttpAnswer


class MedusaClient:
    """Sends requests below the address to which `http` is bound; the key is the `Http`'s own. `hint` is told the shop's ms
    in the middle of each request, and its two ends by this computer's clock.
    """

    def __init__(self, http: Http, hint: Callable[[int, int, int], None]) -> None:
        self._http = http
        self.clock = DateClock()
        self._hint = hint

    async def get(
        self,
        path: str,
        type_: type[T],
        params: Params = (),
        headers: Mapping[str, str] | None = None,
        timeout_ms: int = 15_000,
    ) -> Answered[T]:
        """Read. Raises what the answer means."""
        answer = await self._send("GET", path, params, headers=headers, timeout_ms=timeout_ms)
        return Answered(_decoded(answer, type_), answer)

    async def post(self, path: str, body: object, type_: type[T], params: Params = ()) -> Answered[T]:
        """Write. Raises what the answer means."""
        answer = await self._send("POST", path, params, msgspec.json.encode(body))
        return Answered(_decoded(answer, type_), answer)

    async def time(self) -> ClockReading:
        """The shop's time. Anybody may ask."""
        return self.clock.reading(await self._send("GET", "/health", (), timeout_ms=5_000))

    async def _send(
        self,
        method: str,
        path: str,
        params: Params,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_ms: int = 15_000,
    ) -> HttpAnswer:
        kind = {"Content-Type": "application/json"} if body is not None else {}
        answer = await self._http.request(
            method,
            path,
            body=body,
            params=params,
            headers={"Accept": "application/json", **kind, **(headers or {})},
            timeout_ms=timeout_ms,
        )
        self.clock.heard(answer)
        if self.clock.known:
            middle = (answer.sent_ms + answer.received_ms) // 2
            self._hint(self.clock.at(middle), answer.sent_ms, answer.received_ms)
        if answer.status >= 300:
            _raise(answer, path)
        return answer


def _decoded(answer: HttpAnswer, type_: type[T]) -> T:
    if is_html(answer):
        raise BadAnswer(
            "The shop answered with a web page instead of data: it may be in maintenance, or the address in the settings is "
            "not that of its Medusa server."
        )
    try:
        return msgspec.json.decode(answer.body, type=type_)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise BadAnswer(
            f"What answers at this address is no Medusa ({plain(str(error), 120)}): check the address."
        ) from error


def _raise(answer: HttpAnswer, path: str) -> None:
    """Raise what a refusal means; what is no refusal of Medusa's own is read as any server's."""
    try:
        said = wire.Refusal() if is_html(answer) else msgspec.json.decode(answer.body, type=wire.Refusal)
    except (msgspec.MsgspecError, UnicodeError):
        said = wire.Refusal()
    words = plain(said.message, 200)
    if answer.status == 401:
        raise Unauthorised(_FOREIGN_KEY)
    if answer.status == 403:
        raise MissingRight(_forbidden(said, path))
    if answer.status == 404 and is_html(answer):
        raise BadAnswer(
            "There is no Medusa at this address: enter that of the server itself, without /app or /admin, in the settings."
        )
    if answer.status == 409:
        raise Unreachable("The shop was busy with the same thing: it is asked again.")
    if answer.status == 400 and _OTHER_VERSION.match(said.message):
        raise BadAnswer(
            f"This shop's Medusa does not know what the studio asks ({words}): it needs version 2.12 or newer."
        )
    if answer.status in (400, 404, 422) and said.message:
        raise RefusedByTarget(words, said.type.replace("_", "-") or "refused")
    raise_for_status(answer, "The shop")


def _forbidden(said: wire.Refusal, path: str) -> str:
    found = _MISSING.search(said.message)
    if found is not None:
        return (
            f"The shop's key lacks the right {plain(found.group(1), 100)}: give its role this policy in Medusa, or enter "
            "another key."
        )
    what = plain(path.removeprefix("/admin/").partition("/")[0], 40)
    return (
        f"The shop's key lacks a role, and so any right to {what}: where Medusa has roles switched on, enter the token of a "
        "user who has one."
    )
