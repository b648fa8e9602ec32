"""What every request to the demo shop passes: tokens, faults, and the headers that every answer carries."""

import asyncio
import email.utils
import hmac
import random
from collections.abc import Callable
from dataclasses import dataclass

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from studio.rehearsal.clock import ShopClock
from studio.rehearsal.contract import API_VERSION, LAST_MS
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.problems import MEDIA_TYPE, Refusal, refuse

_OPEN = ("/openapi.json", "/go/", "/p/", "/v1/images/")
_SLOWEST_S = 3.0


@dataclass(frozen=True)
class Tokens:
    """Who may ask: `shop` for studio and storefront, `admin` for everything."""

    shop: str
    admin: str

    def __repr__(self) -> str:
        return "Tokens(shop=…, admin=…)"

    def allow(self, authorization: str, *, admin: bool) -> bool:
        """Whether an Authorization header is good."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return False
        given = token.strip().encode()
        good = hmac.compare_digest(given, self.admin.encode())
        return good or (not admin and hmac.compare_digest(given, self.shop.encode()))


class Frontdoor:
    """Wraps the application. `cut` closes a client's connection without an answer: the server sets it."""

    def __init__(
        self,
        app: ASGIApp,
        clock: ShopClock,
        faults: FaultBoard,
        tokens: Tokens,
        seed: int,
    ) -> None:
        self._app = app
        self._clock = clock
        self._faults = faults
        self._tokens = tokens
        self.cut: Callable[[Scope], None] = lambda _: None
        self._random = random.Random(seed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        admin = path.startswith("/admin/")
        signed = self._signed(send, admin=admin)
        headers = {bytes(name).lower(): bytes(value) for name, value in scope["headers"]}
        if not admin and await self._troubled(scope, receive, signed):
            return
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        if path != "/" and not path.startswith(_OPEN) and not self._tokens.allow(authorization, admin=admin):
            await _refuse(
                signed, refuse("unauthorized", "Send the shop's token: Authorization: Bearer TOKEN.")
            )
            return
        if not admin and self._loses_reply(scope, headers):
            await self._app(scope, receive, _nowhere)
            await self._hang_up(scope, receive)
            return
        await self._app(scope, receive, signed)

    def _signed(self, send: Send, *, admin: bool) -> Send:
        async def signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                now = self._clock.now_ms()
                fault = None if admin else self._faults.active("clock-skew", now)
                if fault is not None:
                    now = min(max(0, now + round(fault.skew_ms * fault.intensity)), LAST_MS)
                message["headers"] = [
                    *message.get("headers", []),
                    (b"date", email.utils.formatdate(now / 1000, usegmt=True).encode()),
                    (b"x-clock-ms", b"%d" % now),
                    (b"studio-api-version", API_VERSION.encode()),
                ]
            await send(message)

        return signed

    async def _troubled(self, scope: Scope, receive: Receive, send: Send) -> bool:
        now = self._clock.now_ms()
        if (fault := self._faults.active("shop-down", now)) and self._random.random() < fault.intensity:
            if self._random.random() < 0.5:
                await self._hang_up(scope, receive)
            else:
                await _refuse(
                    send, refuse("unavailable", "The shop is down. Try again later.", retry_after_s=1)
                )
            return True
        if (fault := self._faults.active("rate-limited", now)) and self._random.random() < fault.intensity:
            wait = self._random.choice((1, 1, 2))
            await _refuse(
                send, refuse("rate-limited", f"Too many requests: try again in {wait} s.", retry_after_s=wait)
            )
            return True
        if fault := self._faults.active("shop-slow", now):
            await asyncio.sleep(self._random.uniform(0.1, _SLOWEST_S) * fault.intensity)
        return False

    def _loses_reply(self, scope: Scope, headers: dict[bytes, bytes]) -> bool:
        # Without a key nobody could find out whether the write happened, so those are spared.
        if scope["type"] != "http" or scope["method"] == "GET" or b"idempotency-key" not in headers:
            return False
        fault = self._faults.active("lost-replies", self._clock.now_ms())
        return fault is not None and self._random.random() < fault.intensity

    async def _hang_up(self, scope: Scope, receive: Receive) -> None:
        self.cut(scope)
        while (await receive())["type"] != "http.disconnect":
            pass


async def _nowhere(message: Message) -> None:
    pass


async def _refuse(send: Send, refusal: Refusal) -> None:
    body = refusal.body
    headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", b"%d" % len(body))]
    if refusal.retry_after_s is not None:
        headers.append((b"retry-after", b"%d" % refusal.retry_after_s))
    if refusal.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
