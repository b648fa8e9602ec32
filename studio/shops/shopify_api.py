"""Asking Shopify's Admin GraphQL API: what an answer means, whose turn it is, and the time that it carries."""

import asyncio
import email.utils
import re
from typing import Any, TypeVar

import msgspec
import structlog

from studio.control.ports import (
    BadAnswer,
    Http,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unreachable,
    Urgency,
    urgency_or,
)
from studio.control.ports.answers import is_html, plain, raise_for_status, retry_after_ms
from studio.shops import shopify_operations as ops
from studio.shops import shopify_wire as wire
from studio.shops.pacing import Gate, Rate
from studio.shops.shopify_clock import DateClock

T = TypeVar("T")
TOKEN_HEADER = "X-Shopify-Access-Token"  # noqa: S105 - a header's name
_A_PLAN = Rate(1_000, 50)
"""Points of the smallest plan, until Shopify tells of this shop's."""
_TRIES = 4
_PATIENCE_MS = 15_000
_LOCKED_MS = 60_000
_PATIENCE_WANTED = (429, 430)
_ASK_AGAIN_MS = 1_000
_SCOPE = re.compile(r"\b(?:read|write)_[a-z_]+\b")
_BUSY = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
_log = structlog.get_logger(__name__)


def token_header(token: str) -> tuple[str, str]:
    """How Shopify wants its token."""
    return TOKEN_HEADER, token


class _ShortOfPoints(Throttled):
    """This operation cost more than there was: nobody else has to wait for it."""


class ShopifyApi:
    """Sends operations through the shop's gate, at the urgency of the task that asks (else at the operation's), and
    reads the answers. Raises `TargetError`s only.

    An operation that Shopify throttles was not carried out: it is asked again, a few times, before `Throttled` is
    raised. `served_version` is the version that answered.
    """

    def __init__(self, http: Http, gate: Gate | None = None) -> None:
        self._http = http
        self.gate = gate or Gate(_A_PLAN, patience_ms=_PATIENCE_MS)
        self.clock = DateClock()
        self.last: HttpAnswer | None = None
        self.served_version = ""
        self._ratios: dict[str, float] = {}

    def units(self, operation: ops.Operation, each: float | None = None) -> int:
        """How many units fit into one request; `each` is the expected cost of one, where that is not fixed."""
        most = min(ops.LARGEST, self.gate.maximum * 0.5)
        one = (operation.cost if each is None else each) * self._ratios.get(operation.name, 1.0)
        return max(1, min(250, int(most / max(one, 0.01))))

    def now_ms(self) -> int:
        """The shop's time when it was last heard, UTC ms; 0 before."""
        return 0 if self.last is None else self.clock.at(self.last.received_ms)

    async def ask(
        self,
        operation: ops.Operation,
        variables: dict[str, Any],
        type_: type[T],
        urgency: Urgency,
        cost: float | None = None,
    ) -> T:
        """Carry an operation out and read its data as `type_`; `cost` is expected, where that depends on variables."""
        urgency = urgency_or(urgency)
        expected = operation.fixed + operation.cost if cost is None else cost
        body = msgspec.json.encode({"query": operation.text, "variables": variables})
        tries = 0
        while True:
            tries += 1
            try:
                return self._data(await self._send(operation, body, urgency, expected), type_)
            except Throttled as error:
                wait = error.retry_after_ms or _ASK_AGAIN_MS
                if tries >= _TRIES or wait > _PATIENCE_MS:
                    raise
                _log.info("shop throttles", operation=operation.name, wait_ms=wait)
                if isinstance(error, _ShortOfPoints):
                    await asyncio.sleep(wait / 1000)

    async def _send(
        self, operation: ops.Operation, body: bytes, urgency: Urgency, expected: float
    ) -> wire.Answer:
        cost = expected * self._ratios.get(operation.name, 1.0)
        async with self.gate.turn(cost, urgency):
            answer = await self._http.request(
                "POST",
                f"/admin/api/{ops.VERSION}/graphql.json",
                body=body,
                headers={"Content-Type": "application/json", "Accept": "application/json"},
                timeout_ms=20_000,
            )
            if answer.status in _PATIENCE_WANTED:
                self.gate.refused(retry_after_ms(answer) or (_LOCKED_MS if answer.status == 430 else None))
        self._heard(answer)
        _raise_for_state(answer)
        try:
            told = msgspec.json.decode(answer.body, type=wire.Answer)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"The shop's answer is not as agreed ({plain(str(error), 160)}).") from error
        self._learn(operation, expected, told.extensions and told.extensions.cost)
        _raise_for_errors(told)
        return told

    def _heard(self, answer: HttpAnswer) -> None:
        self.last = answer
        self.served_version = answer.headers.get("x-shopify-api-version", "")
        try:
            date = email.utils.parsedate_to_datetime(answer.headers.get("date", ""))
        except (TypeError, ValueError):
            return
        self.clock.heard(round(date.timestamp() * 1000), answer.sent_ms, answer.received_ms)

    def _learn(self, operation: ops.Operation, expected: float, cost: wire.Cost | None) -> None:
        if cost is None:
            return
        if cost.requested_query_cost > 0 and expected > 0:
            self._ratios[operation.name] = cost.requested_query_cost / expected
        status = cost.throttle_status
        if status is not None:
            self.gate.told(status.maximum_available, status.currently_available, status.restore_rate)

    @staticmethod
    def _data(told: wire.Answer, type_: type[T]) -> T:
        try:
            return msgspec.json.decode(told.data, type=type_)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(f"The shop's answer is not as agreed ({plain(str(error), 160)}).") from error


def _raise_for_state(answer: HttpAnswer) -> None:
    """What the status says of the shop as a whole. A shop that is closed keeps what is to be written waiting."""
    match answer.status:
        case 402:
            raise Unreachable(
                "The shop is frozen at Shopify: its owner must settle the bill there.", _LOCKED_MS
            )
        case 404:
            raise BadAnswer(
                "There is no Shopify shop at this address: it is like https://NAME.myshopify.com, check the settings."
            )
        case 423:
            raise Unreachable("The shop is locked at Shopify: its owner must open it there.", _LOCKED_MS)
        case 430:
            raise Throttled(
                "Shopify holds our requests back for safety.", retry_after_ms(answer) or _LOCKED_MS, False
            )
        case _:
            raise_for_status(answer, "The shop")
    if is_html(answer):
        raise BadAnswer("The shop answered with a web page: check its address in the settings.")


def _raise_for_errors(told: wire.Answer) -> None:
    """GraphQL errors come with status 200. Raises the `TargetError` that the first means."""
    if bytes(told.errors) in (b"null", b"[]"):
        return
    try:
        errors = msgspec.json.decode(told.errors, type=list[wire.Error] | str)
    except msgspec.MsgspecError:
        errors = "something that is no list of errors"
    if isinstance(errors, str):
        raise BadAnswer(f"Shopify refuses to read the request: {plain(errors, 200)}.")
    raise _meaning(errors[0], told.extensions.cost if told.extensions else None)


def _meaning(error: wire.Error, cost: wire.Cost | None) -> TargetError:
    about = error.extensions or wire.ErrorExtensions()
    if about.code == "THROTTLED":
        return _ShortOfPoints("Shopify asks for patience (too many requests).", _refilled_ms(cost), False)
    if about.code == "ACCESS_DENIED":
        rights = _SCOPE.findall(about.required_access) or _SCOPE.findall(error.message)
        return MissingRight(missing_rights(rights))
    words = plain(error.message, 200)
    if about.code == "SHOP_INACTIVE":
        return Unreachable("The shop is not active at Shopify: its owner must open it there.", _LOCKED_MS)
    if about.code in _BUSY:
        return Unreachable(f"Shopify cannot answer right now ({about.code.lower().replace('_', ' ')}).")
    if about.code == "RESOURCE_NOT_FOUND":
        return RefusedByTarget(words, "not-found")
    return BadAnswer(f"Shopify does not understand this studio ({words}): update the studio.")


def missing_rights(rights: list[str]) -> str:
    """The sentence for a token that lacks rights."""
    named = ", ".join(f"“{right}”" for right in dict.fromkeys(rights))
    what = f"the access scope {named}" if named else "an access scope"
    return f"The token lacks {what}: grant it to the app in Shopify, then enter the token again."


def _refilled_ms(cost: wire.Cost | None) -> int:
    status = cost.throttle_status if cost else None
    if cost is None or status is None or status.restore_rate <= 0:
        return _ASK_AGAIN_MS
    short = min(cost.requested_query_cost, status.maximum_available) - status.currently_available
    return max(50, round(short * 1000 / status.restore_rate))
