"""The shop as shoppers reach it: polite, stubborn within reason, and never more than eight requests at a time.

Every write carries a key, so it can be repeated when its answer got lost. 429 and 503 are waited out as long as the shop asks for.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from typing import TypeVar

import httpx
import msgspec

from studio.rehearsal.chatter import Focus
from studio.rehearsal.contract import Problem, Product, ProductPage
from studio.rehearsal.contract_show import FeaturedNow, LinkPage
from studio.rehearsal.scenario import Offer, wanted

T = TypeVar("T")
IN_FLIGHT = 8
_ATTEMPTS = 4
_PATIENCE_S = 12.0
_LONGEST_WAIT_S = 5.0
_TIMEOUT = httpx.Timeout(8.0, connect=2.0)
log = logging.getLogger(__name__)


class ShopAway(Exception):
    """The shop did not answer in spite of all patience, or shopping has stopped; nobody knows whether it was done."""


class Refused(Exception):
    """The shop said no. `slug` is the problem's kind, `reason` says more for a code."""

    def __init__(self, status: int, slug: str, reason: str) -> None:
        super().__init__(f"{slug} {reason}".strip())
        self.status = status
        self.slug = slug
        self.reason = reason


class ShopLine:
    """The way to the shop. `away` is true while it does not answer."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._gate = asyncio.Semaphore(IN_FLIGHT)
        self._run = uuid.uuid4().hex[:12]
        self._count = 0
        self._hung_up = asyncio.Event()
        self._away_until = 0.0

    @property
    def away(self) -> bool:
        """Whether the shop was silent just now: not worth a try."""
        return time.monotonic() < self._away_until

    def hang_up(self) -> None:
        """No new request and no new attempt; what is under way may finish."""
        self._hung_up.set()

    def pick_up(self) -> None:
        """Requests are allowed again."""
        self._hung_up.clear()

    async def get(self, path: str, kind: type[T]) -> T:
        """Read something. Raises ShopAway, Refused."""
        return await self._ask("GET", path, b"", kind)

    async def post(self, path: str, body: object, kind: type[T]) -> T:
        """Write something, once. Raises ShopAway, Refused."""
        return await self._ask("POST", path, msgspec.json.encode(body), kind)

    async def _ask(self, method: str, path: str, body: bytes, kind: type[T]) -> T:
        headers: dict[str, str] = {}
        if method == "POST":
            self._count += 1
            headers = {
                "Idempotency-Key": f"aud-{self._run}-{self._count}",
                "Content-Type": "application/json",
            }
        until = time.monotonic() + _PATIENCE_S
        for attempt in range(_ATTEMPTS):
            wait = 0.25 * 2**attempt
            if self._hung_up.is_set():
                break
            try:
                async with self._gate:
                    answer = await self._http.request(
                        method, path, content=body, headers=headers, timeout=_TIMEOUT
                    )
            except httpx.HTTPError as error:
                log.debug("%s %s: %s", method, path, type(error).__name__)
                if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
                    self._away_until = time.monotonic() + 0.5
            else:
                if answer.status_code < 300:
                    self._away_until = 0.0
                    return _read(answer, kind)
                if answer.status_code not in (429, 503) and answer.status_code < 500:
                    raise _refusal(answer)
                wait = max(wait, _retry_after(answer))
                if answer.status_code == 503:
                    self._away_until = time.monotonic() + min(wait, _LONGEST_WAIT_S)
            if time.monotonic() + wait > until:
                break
            await self._pause(min(wait, _LONGEST_WAIT_S))
        raise ShopAway

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hung_up.wait()


def _read(answer: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        log.warning(
            "the shop answered %s with something else than it says: %s", answer.request.url.path, error
        )
        raise Refused(answer.status_code, "unreadable", "") from error


def _talked_about(product: Product) -> Focus:
    def values(axis: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v.options[axis] for v in product.variants if axis in v.options))

    titles = {language: texts.title for language, texts in product.texts.items()}
    return Focus(product.id, 0, product.category, titles, values("size"), values("colour"))


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0


def _refusal(answer: httpx.Response) -> Refused:
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.MsgspecError:
        return Refused(answer.status_code, "unreadable", "")
    reason = problem.reason if isinstance(problem.reason, str) else ""
    return Refused(answer.status_code, problem.type.rpartition("/")[2], reason)


class ShopWindow:
    """What the shop shows: its products, what it features, and where tracked links lead."""

    def __init__(self, line: ShopLine, seed: int) -> None:
        self._line = line
        self._seed = seed
        self.offers: dict[str, Offer] = {}
        self._products: dict[str, Focus] = {}
        self._links: dict[str, str | None] = {}
        self.featured: str | None = None

    @property
    def all_offers(self) -> list[Offer]:
        """Every product that can be bought, in a fixed order."""
        return [self.offers[product_id] for product_id in sorted(self.offers)]

    async def read_catalogue(self) -> None:
        """Read all products. Raises ShopAway, Refused."""
        cursor = ""
        while True:
            page = await self._line.get(f"/v1/products?limit=200{cursor}", ProductPage)
            for product in page.items:
                variants = tuple(v.id for v in product.variants if v.active)
                if product.active and variants:
                    weights = tuple(wanted(self._seed, v) for v in variants)
                    self.offers[product.id] = Offer(product.id, variants, weights)
                self._products[product.id] = _talked_about(product)
            if page.next_cursor is None:
                return
            cursor = f"&cursor={page.next_cursor}"

    def focus(self, product_id: str | None, since: int) -> Focus | None:
        """What people talk about from second `since` on; None for an unknown product or none."""
        known = self._products.get(product_id or "")
        return None if known is None else msgspec.structs.replace(known, since=since)

    async def look(self) -> str | None:
        """The product featured now, or None. Raises ShopAway, Refused."""
        now = await self._line.get("/v1/featured", FeaturedNow)
        self.featured = None if now.current is None else now.current.product_id
        return self.featured

    async def behind(self, link_id: str) -> str | None:
        """The product a tracked link leads to; None for the front page or an unknown link. Raises ShopAway, Refused."""
        if link_id not in self._links:
            cursor = ""
            while True:
                page = await self._line.get(f"/v1/links?limit=500{cursor}", LinkPage)
                self._links.update((link.id, link.product_id) for link in page.items)
                if page.next_cursor is None:
                    break
                cursor = f"&cursor={page.next_cursor}"
        return self._links.get(link_id)

    def knows(self, link_id: str) -> bool:
        """Whether the shop has such a link, as far as it was looked up."""
        return link_id in self._links
