"""A Shopify on this computer: it executes what it is sent on Shopify's own schema, so that no answer is possible which
that schema does not allow, keeps a bucket of points, and asks for the token.

`complaints` are requests that the schema does not allow and answers of the stand-in's own that it does not allow:
a test that leaves one there fails. `trouble` answers instead of the shop while it is set.
"""

import hmac
import json
import secrets
import socket
import struct
import threading
import time
import zlib
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Self

import uvicorn
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, execute, parse, validate

from tests.real.shopify.answers import Answers, Unprepared, resolve, type_of
from tests.real.shopify.costs import LARGEST, Costs, LeakyBucket
from tests.real.shopify.schema import schema
from tests.real.shopify.state import ShopState
from tests.real.shopify.writes import Writes

KNOWN_CODES = frozenset({"ACCESS_DENIED"})


@dataclass
class Trouble:
    """An answer instead of the shop's, `times` times."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1_000_000


class StandIn:
    """Runs in a thread of its own. `served` is the version whose schema answers."""

    def __init__(
        self, version: str = "2026-07", shop: ShopState | None = None, bucket: LeakyBucket | None = None
    ) -> None:
        self.served = version
        self.token = secrets.token_hex(16)
        self.shop = shop or ShopState()
        self.bucket = bucket or LeakyBucket()
        self.answers = Answers(self.shop)
        self.complaints: list[str] = []
        self.trouble: Trouble | None = None
        self.after_write: Trouble | None = None
        self.shown_version = version
        self.throttled_status = 200
        self.asked: Counter[str] = Counter()
        self.log: list[tuple[float, str, dict[str, Any]]] = []
        self.throttled = 0
        self._schema = schema(version)
        self._costs = Costs(self._schema)
        config = uvicorn.Config(
            self._app, log_level="warning", lifespan="off", date_header=False, ws="none", interface="asgi3"
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        self.url = ""

    def __enter__(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.shop.base_url = self.url
        thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, daemon=True, name="stand-in"
        )
        self._thread = thread
        thread.start()
        # The socket listens already: who comes before the server has started waits in its queue.
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(10)

    # -- HTTP

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        body = b""
        more = True
        while more:
            part = await receive()
            body += part.get("body", b"")
            more = part.get("more_body", False)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        try:
            status, told, given = self._http(scope["method"], scope["path"], headers, body)
        except Exception as error:
            self.complaints.append(f"{type(error).__name__}: {error}")
            raise
        date = formatdate(int(self.shop.now_ms() / 1000), usegmt=True)
        sent = {"date": date, "x-shopify-api-version": self.shown_version, **given}
        await send({
            "type": "http.response.start", "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        })  # fmt: skip
        await send({"type": "http.response.body", "body": told})

    def _http(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        as_json = {"content-type": "application/json; charset=utf-8"}
        if path.startswith("/cdn/"):
            return 200, PICTURE, {"content-type": "image/png"}
        if self.trouble is not None:
            trouble = self.trouble
            trouble.times -= 1
            if trouble.times <= 0:
                self.trouble = None
            return trouble.status, trouble.body, as_json | trouble.headers
        if path != f"/admin/api/{self.served}/graphql.json":
            return 404, b'{"errors":"Not Found"}', as_json
        if not hmac.compare_digest(headers.get("x-shopify-access-token", ""), self.token):
            said = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return 401, json.dumps({"errors": said}).encode(), as_json
        request = json.loads(body)
        status, answer = self._carry_out(request["query"], request.get("variables") or {})
        return status, json.dumps(answer).encode(), as_json

    # -- GraphQL

    def _carry_out(self, text: str, variables: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        document = parse(text)
        (operation,) = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        name = operation.name.value if operation.name else "?"
        wrong = validate(self._schema, document)
        if wrong:
            return self._complain(name, wrong)
        cost = self._costs.requested(document, variables)
        if cost > LARGEST:
            self.complaints.append(f"{name} costs {cost} points, {LARGEST} are the most")
            return 200, _error("MAX_COST_EXCEEDED", f"Query cost is {cost}, which exceeds the maximum", None)
        if not self.bucket.pay(cost):
            self.throttled += 1
            return self.throttled_status, _error("THROTTLED", "Throttled", self._cost(cost, None))
        self.asked[name] += 1
        self.log.append((time.monotonic(), name, variables))
        root = (
            Writes(self.answers).mutation()
            if operation.operation.value == "mutation"
            else self.answers.query()
        )
        result = execute(
            self._schema,
            document,
            root,
            variable_values=variables,
            field_resolver=resolve,
            type_resolver=type_of,
        )
        assert isinstance(result, ExecutionResult)
        foreign = [e for e in result.errors or () if (e.extensions or {}).get("code") not in KNOWN_CODES]
        if foreign:
            return self._complain(name, foreign)
        actual = max(1, min(cost, _size(result.data)))
        self.bucket.refund(cost - actual)
        answer: dict[str, Any] = {"data": result.data, "extensions": self._cost(cost, actual)}
        if result.errors:
            answer["errors"] = [error.formatted for error in result.errors]
        if self.after_write is not None and operation.operation.value == "mutation":
            self.trouble, self.after_write = self.after_write, None
            return self._lost()
        return 200, answer

    def _lost(self) -> tuple[int, dict[str, Any]]:
        """It was carried out, and its answer never arrives."""
        trouble, self.trouble = self.trouble, None
        assert trouble is not None
        return trouble.status, {"errors": "gateway"}

    def _complain(self, name: str, errors: list[GraphQLError]) -> tuple[int, dict[str, Any]]:
        for error in errors:
            cause = error.original_error
            kind = (
                "unprepared" if isinstance(cause, Unprepared) else type(cause).__name__ if cause else "schema"
            )
            self.complaints.append(f"{name}: {kind}: {error.message} at {error.path}")
        return 200, {"errors": [error.formatted for error in errors]}

    def _cost(self, requested: int, actual: int | None) -> dict[str, Any]:
        return {
            "cost": {
                "requestedQueryCost": requested, "actualQueryCost": actual, "throttleStatus": self.bucket.status(),
            }
        }  # fmt: skip


def _error(code: str, message: str, extensions: dict[str, Any] | None) -> dict[str, Any]:
    error = {
        "message": message,
        "extensions": {"code": code, "documentation": "https://shopify.dev/api/usage/rate-limits"},
    }
    return {"errors": [error]} | ({"extensions": extensions} if extensions else {})


def _size(data: Any) -> int:
    """As many points as objects came."""
    if isinstance(data, dict):
        return 1 + sum(map(_size, data.values()))
    return sum(map(_size, data)) if isinstance(data, list) else 0


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PICTURE = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
    + _chunk(b"tEXt", b"Comment\0" + b"A picture of the product. " * 4)
    + _chunk(b"IDAT", zlib.compress((b"\0" + b"\x40\x80\xc0" * 64) * 64))
    + _chunk(b"IEND", b"")
)
