"""GraphQL to Vendure's Admin API over the `Http` port: what its answers mean."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

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
from studio.shops import vendure_queries as ask
from studio.shops import vendure_wire as wire
from studio.shops.date_clock import DateClock

T = TypeVar("T")
_OTHER_SCHEMA = frozenset({"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED", "BAD_USER_INPUT"})
_FORBIDDEN = frozenset({"FORBIDDEN", "UNAUTHENTICATED", "UNAUTHORIZED_ERROR"})
_FOREIGN_KEY = "The shop does not know this API key: it is wrong, has expired or was revoked. Enter another in the settings."


class OtherSchema(BadAnswer):
    """The server has no such field: another version, or a custom field that nobody defined."""


class Answered(msgspec.Struct, frozen=True):
    """The `data` of an answer with the moments of this computer's clock between which it was read."""

    fields: Mapping[str, msgspec.Raw]
    http: HttpAnswer

    def read(self, field: str, type_: type[T]) -> T:
        """One field of the answer. Raises `BadAnswer` when it is not as expected."""
        try:
            return msgspec.json.decode(self.fields.get(field, b"null"), type=type_)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"The shop's answer is not Vendure's ({plain(str(error), 160)}).") from error


class VendureClient:
    """Sends operations to `path` in `language`. The key is the `Http`'s own. `hint` is told the shop's ms in the middle
    of each request, and its two ends by this computer's clock.
    """

    def __init__(self, http: Http, path: str, language: str, hint: Callable[[int, int, int], None]) -> None:
        self._http = http
        self._path = path
        self._language = language
        self.clock = DateClock()
        self._hint = hint

    async def __call__(
        self, operation: str, variables: Mapping[str, object] | None = None, timeout_ms: int = 15_000
    ) -> Answered:
        """The answer to one operation. Raises what its errors mean; an answer with errors is taken as none."""
        answer = await self._send(operation, variables, timeout_ms)
        told = self._envelope(answer)
        if told.errors:
            await self._raise(told.errors[0])
        fields = self._decoded(told.data, dict[str, msgspec.Raw])
        return Answered(fields, answer)

    async def time(self) -> ClockReading:
        """The shop's time. Every right to read is enough."""
        answer = await self._send(ask.WHOAMI, None, 5_000)
        told = self._envelope(answer)
        if told.errors:
            await self._raise(told.errors[0])
        return self.clock.reading(answer)

    async def _send(
        self, operation: str, variables: Mapping[str, object] | None, timeout_ms: int
    ) -> HttpAnswer:
        body: dict[str, Any] = {"query": operation, "variables": variables or {}}
        answer = await self._http.request(
            "POST",
            self._path,
            body=msgspec.json.encode(body),
            params=[("languageCode", self._language)],
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            timeout_ms=timeout_ms,
        )
        self.clock.heard(answer)
        if self.clock.known:
            middle = (answer.sent_ms + answer.received_ms) // 2
            self._hint(self.clock.at(middle), answer.sent_ms, answer.received_ms)
        return answer

    def _envelope(self, answer: HttpAnswer) -> wire.Envelope:
        if answer.status != 400 or is_html(
            answer
        ):  # 400 is GraphQL's word for an operation that it cannot do
            raise_for_status(answer, "The shop")
        if is_html(answer):
            raise BadAnswer(
                "The shop answered with a web page instead of data: it may be in maintenance, or the address in the "
                "settings is not that of its Admin API."
            )
        return self._decoded(answer.body, wire.Envelope)

    def _decoded(self, raw: bytes | msgspec.Raw, type_: type[T]) -> T:
        try:
            return msgspec.json.decode(raw, type=type_)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(
                f"What answers at this address is no Vendure ({plain(str(error), 120)}): check the address."
            ) from error

    async def _raise(self, error: wire.GraphQlError) -> None:
        code, words = error.extensions.code, plain(error.message, 200)
        if code in _FORBIDDEN:
            raise await self._forbidden(error)
        if code in _OTHER_SCHEMA:
            raise OtherSchema(f"This shop's Vendure does not know what the studio asks ({words}).")
        if code == "INTERNAL_SERVER_ERROR":
            raise Unreachable(f"The shop failed at this request ({words}).")
        raise RefusedByTarget(words or "The shop said no.", code.lower().replace("_", "-") or "refused")

    async def _forbidden(self, error: wire.GraphQlError) -> Unauthorised:
        """Vendure says the same of an unknown key and of a missing right: what anybody may read tells them apart."""
        told = self._envelope(await self._send(ask.WHOAMI, None, 5_000))
        if told.errors:
            return Unauthorised(_FOREIGN_KEY)
        field = str(error.path[0]) if error.path else "?"
        right = ask.RIGHTS.get(field, plain(field, 60))
        return MissingRight(
            f"The shop's API key lacks the right {right}: give its role this permission in Vendure, or enter another key."
        )
