"""A shop and a channel that are well until told otherwise: over real HTTP, in a thread of their own.

    with BadShop() as shop:
        shop.on("/v1/products", reply(200, b"<html>", {"content-type": "text/html"}))

Every path can be given a handler of `tests.fakes.http_server`; `shop.well(path)` makes it answer as agreed again.
"""

import asyncio
import base64
import json
import ssl
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from tests.fakes.http_server import BadServer, Handler, Request, head, reply

V1 = {"Studio-Api-Version": "1"}
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""
TOKEN = "the-shops-own-token"
READY_WITHIN_S = 10.0


def money(minor: int = 4900, currency: str = "EUR") -> dict[str, Any]:
    """An amount as the shop writes it."""
    return {"amount_minor": minor, "currency": currency}


def a_product(n: int, **changes: Any) -> dict[str, Any]:
    """Product pN with one variant vN, SKU-N, and the picture /v1/images/N.png."""
    return {
        "id": f"p{n}", "revision": 1, "title": f"Product {n}", "category": "Home", "tags": [], "active": True,
        "texts": {"en": {"title": f"Product {n}", "description": "Good.", "talking_points": ["Soft"]}},
        "images": [{"url": f"/v1/images/{n}.png"}], "returns_text": "30 days", "delivery_text": "2 days",
        "reviews": {"score": None, "count": 0}, "url": f"https://shop.example/p{n}",
        "variants": [
            {
                "id": f"v{n}", "sku": f"SKU-{n}", "barcode": f"40000{n}", "title": "One", "options": {}, "price": money(),
                "low_30d_price": money(), "active": True,
            }
        ],
        **changes,
    }  # fmt: skip


def a_level(n: int, on_hand: int = 20, **changes: Any) -> dict[str, Any]:
    """The stock of variant vN."""
    return {
        "variant_id": f"v{n}", "location_id": "oslo", "on_hand": on_hand, "reserved": 0, "safety_stock": 0, "revision": 1,
        "updated_at_ms": now_ms(), **changes,
    }  # fmt: skip


def now_ms() -> int:
    """This computer's time, which is the shop's too."""
    return time.time_ns() // 1_000_000


def data(value: Any, status: int = 200, **headers: str) -> Handler:
    """A value as the shop answers it."""
    return reply(status, json.dumps(value).encode(), V1 | headers)


def problem(status: int, slug: str, detail: str, **headers: str) -> Handler:
    """A problem document (RFC 9457)."""
    body = {"type": f"/problems/{slug}", "title": "No", "status": status, "detail": detail}
    return reply(
        status, json.dumps(body).encode(), V1 | {"content-type": "application/problem+json"} | headers
    )


class BadShop:
    """Shop and channel of one test. `products`, `levels` and `identity` may be changed before it is asked."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = BadServer(tls=tls)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._over = asyncio.Event()
        self._more = asyncio.Event()
        self._thread = threading.Thread(target=self._main, name="bad-shop", daemon=True)
        self.identity: dict[str, Any] = {
            "instance_id": "one", "name": "Nordhus", "currency": "EUR", "time_zone": "Europe/Oslo",
            "product_count": 3, "locations": [{"id": "oslo", "name": "Oslo"}],
            "capabilities": {
                "native_start": True, "redemption_counter": True, "featured": True, "stock_by_location": True,
                "traffic": True, "push": True,
            },
        }  # fmt: skip
        self.products = [a_product(n) for n in (1, 2, 3)]
        self.levels = [a_level(n) for n in (1, 2, 3)]
        self.changes: list[dict[str, Any]] = []
        self.frames: list[dict[str, Any]] = []
        self.url = ""
        self.token: str | None = None
        """When set, whoever asks without it gets a 401."""
        self._paths = (
            "/v1/shop", "/v1/clock", "/v1/products", "/v1/stock", "/v1/orders", "/v1/promos", "/v1/featured", "/v1/links",
            "/v1/traffic", "/v1/changes", "/v1/changes/stream", "/channel/v1", "/channel/v1/stream",
            "/channel/v1/frames", "/channel/v1/say", "/channel/v1/reply",
        )  # fmt: skip
        self.all_well()
        for n in (1, 2, 3):
            self.on(f"/v1/images/{n}.png", reply(200, PICTURE, {"content-type": "image/png"}))

    def on(self, path: str, *handlers: Handler) -> None:
        """From now on this path answers so, one after the other; the last one stays."""
        self._server.on(path, *handlers)

    def well(self, path: str) -> None:
        """From now on this path answers as agreed."""
        self._server.on(path, self._agreed)

    def everywhere(self, handler: Handler) -> None:
        """From now on every path answers so, but for pictures."""
        for path in self._paths:
            self._server.on(path, handler)

    def all_well(self) -> None:
        """From now on every path answers as agreed."""
        for path in self._paths:
            self.well(path)

    def change(self, kind: str, entity: Any, **more: Any) -> None:
        """Something changed at the shop; who listens is told."""
        entry = {"at_ms": now_ms(), "kind": kind, "entity_id": "x", kind: entity, **more}
        self._told(self.changes, lambda seq: {"seq": seq, "id": f"c{seq}", **entry})

    def said(self, text: str, author: str = "Kari", **more: Any) -> None:
        """Somebody says something in the chat."""
        words = {"text": text, "author": author, **more}
        self._told(
            self.frames,
            lambda seq: {
                "seq": seq, "kind": "message", "at_ms": now_ms(), "message": {"id": f"m{seq}", **words},
            },
        )  # fmt: skip

    def frame(self, **fields: Any) -> None:
        """The channel sends a frame with these fields, whatever they are."""
        self._told(self.frames, lambda seq: {"seq": seq, "at_ms": now_ms(), **fields})

    def requests(self, path: str) -> list[Request]:
        """What was asked of this path so far."""
        return [request for request in list(self._server.requests) if request.path == path]

    def _told(self, feed: list[dict[str, Any]], entry: Callable[[int], dict[str, Any]]) -> None:
        def tell() -> None:
            feed.append(entry(len(feed) + 1))
            more, self._more = self._more, asyncio.Event()
            more.set()

        self._loop.call_soon_threadsafe(tell)

    # --- as agreed --------------------------------------------------------------------------------------------

    async def _agreed(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
            await problem(401, "unauthorized", "Who are you?")(request, writer)
            return
        if request.path.endswith("/stream"):
            await self._stream(request, writer)
            return
        answers: dict[str, Callable[[Request], Any]] = {
            "/v1/shop": lambda _: self.identity,
            "/v1/clock": lambda _: {"now_ms": now_ms(), "rate": 1.0},
            "/v1/products": lambda _: {"items": self.products, "next_cursor": None},
            "/v1/stock": self._stock,
            "/v1/orders": lambda _: {"items": [], "next_cursor": None},
            "/v1/promos": self._promos,
            "/v1/featured": lambda _: {"current": None, "records": []},
            "/v1/links": self._link,
            "/v1/traffic": lambda _: {
                "show_id": "s", "revision": 0, "sessions": 0, "avg_session_ms": 0, "add_to_carts": 0,
            },
            "/v1/changes": lambda r: {"changes": self._after(self.changes, r), "last_seq": len(self.changes)},
            "/channel/v1": lambda _: {
                "frame": 1, "name": "live", "last_seq": len(self.frames),
                "capabilities": {"reply": True, "viewers": True, "keyed": True},
            },
            "/channel/v1/frames": lambda r: {
                "frames": self._after(self.frames, r), "last_seq": len(self.frames),
            },
            "/channel/v1/say": lambda _: {"id": "said"},
            "/channel/v1/reply": lambda _: {"id": "said"},
        }  # fmt: skip
        status = 201 if request.method == "POST" else 200
        await data(answers[request.path](request), status)(request, writer)

    def _stock(self, request: Request) -> dict[str, Any]:
        asked = request.target
        return {
            "items": [x for x in self.levels if f"variant_id={x['variant_id']}" in asked],
            "next_cursor": None,
        }

    def _promos(self, request: Request) -> Any:
        if request.method == "GET":
            return {"items": [], "next_cursor": None}
        wanted = json.loads(request.body)
        return {
            "id": f"promo-{wanted['code']}", "code": wanted["code"], "starts_at_ms": wanted["starts_at_ms"],
            "ends_at_ms": wanted["ends_at_ms"], "revision": 1,
        }  # fmt: skip

    def _link(self, request: Request) -> dict[str, Any]:
        wanted = json.loads(request.body)
        return {"id": "l1", "url": "https://shop.example/l1", **wanted}

    def _after(self, feed: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
        asked = dict(part.partition("=")[::2] for part in request.target.partition("?")[2].split("&"))
        return feed[int(asked.get("after", "0")) :]

    async def _stream(self, request: Request, writer: asyncio.StreamWriter) -> None:
        shop = request.path.startswith("/v1/")
        feed, name = (self.changes, "change") if shop else (self.frames, "frame")
        at = len(feed) - len(self._after(feed, request))
        writer.write(head(200, V1 | {"content-type": "text/event-stream"}) + b": hello\n\n")
        while not writer.is_closing():
            more = self._more
            for entry in feed[at:]:
                writer.write(f"id: {entry['seq']}\nevent: {name}\ndata: {json.dumps(entry)}\n\n".encode())
            at = len(feed)
            await writer.drain()
            try:
                await asyncio.wait_for(more.wait(), 2)
            except TimeoutError:
                writer.write(b": still here\n\n")

    # --- its life ---------------------------------------------------------------------------------------------

    def _main(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with self._server as server:
            self.url = server.url
            self._ready.set()
            await self._over.wait()
            for writer in list(server._writers):
                writer.transport.abort()
            self._more.set()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(READY_WITHIN_S), "the shop did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(READY_WITHIN_S)
