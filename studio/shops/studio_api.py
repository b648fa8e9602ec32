"""A shop that speaks the Studio Shop API v1 (resources/openapi/studio-shop-v1.json), over the `Http` port."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from studio.control.ports import (
    BadAnswer,
    ChangePage,
    ClockReading,
    Http,
    HttpAnswer,
    OnCursor,
    OrderPage,
    ProductPage,
    PromoReceipt,
    PromoUsage,
    RefusedByTarget,
    ShopChange,
    ShopIdentity,
    SupersededPin,
    TrackedLink,
    Traffic,
    no_cursor,
)
from studio.control.ports.answers import is_html, plain, raise_for_status
from studio.domain.ids import derived_id
from studio.domain.product import Product, StockLevel
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops import studio_api_map as to
from studio.shops import studio_api_wire as wire
from studio.shops.base import BaseShop

T = TypeVar("T")
API_VERSION = "1"
SINCE = "since:"
"""An orders cursor "since:MS" begins with what changed since MS, UTC ms of the shop's clock."""
_PAGE = "500"
_STOCK_IDS = 100
_AT_ONCE = 50
_OVERLAP_MS = 60_000


class StudioApiShop(BaseShop):
    """The `Shop` port. `language` (BCP 47) is the one in which products are told, where the shop has it.

    Entries that make no sense are left out: with a sentence in the page's `problems` where the port has such,
    and always by `on_problem`. `on_clock_hint` is told (shop ms, sent, received wall ms) from each answer's headers;
    such a hint may be wrong: when it parts from the clock, measure by `clock()`.
    """

    def __init__(
        self,
        http: Http,
        language: str = "en",
        on_problem: Callable[[str], None] | None = None,
        on_clock_hint: Callable[[int, int, int], None] | None = None,
    ) -> None:
        super().__init__(http, on_problem, on_clock_hint)
        self._language = language
        self._currency = ""
        self._promo_ids: dict[str, str] = {}

    async def identity(self) -> ShopIdentity:
        """Who the shop is; read anew each time."""
        told = self._read(await self._get("/v1/shop"), wire.Shop)
        if len(told.currency) != 3 or not told.currency.isascii() or not told.currency.isupper():
            raise BadAnswer(
                f"The shop's currency {plain(told.currency, 12)!r} is none: tell the shop's owner."
            )
        if self._currency != told.currency:
            self._currency = told.currency
        return ShopIdentity(
            name=plain(told.name, 100) or "Shop",
            currency=told.currency,
            product_count=max(0, told.product_count),
            capabilities=told.capabilities,
            time_zone=told.time_zone,
            locations={location.id: plain(location.name, 100) for location in told.locations},
            instance_id=told.instance_id,
        )

    async def clock(self) -> ClockReading:
        """The shop's time, with the moments of the wall clock between which it was read."""
        answer = await self._get("/v1/clock", timeout_ms=5_000)
        told = self._read(answer, wire.Clock)
        if told.now_ms < 0 or not math.isfinite(told.rate) or not 0 <= told.rate <= 1000:
            raise BadAnswer("The shop's clock makes no sense: tell the shop's owner.")
        return ClockReading(told.now_ms, answer.sent_ms, answer.received_ms, told.rate)

    async def catalogue(self, cursor: str | None, on_cursor: OnCursor = no_cursor) -> ProductPage:
        """A page of products."""
        currency = await self._the_currency()
        answer = await self._get("/v1/products", *_paged(cursor))
        page = self._read(answer, wire.Page)
        on_cursor(page.next_cursor)
        to_product = to.product_reader(answer.body, currency, self._language)
        problems: list[str] = []
        products: list[Product] = []
        for start in range(0, len(page.items), _AT_ONCE):
            await asyncio.sleep(0)  # a page is long: whatever else is to be done comes in between
            some = page.items[start : start + _AT_ONCE]
            products += to.each(some, "product", to_product, problems)
        return ProductPage(tuple(products), page.next_cursor, self._report(problems))

    async def product(self, product_id: str) -> Product | None:
        """One product, None when the shop has none of this id."""
        currency = await self._the_currency()
        try:
            answer = await self._get(f"/v1/products/{quote(product_id, safe='')}")
        except RefusedByTarget as refusal:
            if refusal.code == "not-found":
                return None
            raise
        return self._map(answer, "product", lambda raw: to.to_product(raw, currency, self._language))

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        """All levels of these variants; variants that the shop does not know have none."""
        wanted = sorted(set(variant_ids))
        problems: list[str] = []
        levels: list[StockLevel] = []
        for start in range(0, len(wanted), _STOCK_IDS):
            some = wanted[start : start + _STOCK_IDS]
            cursor: str | None = None
            while True:
                asked = [("variant_id", variant_id) for variant_id in some]
                page = self._read(await self._get("/v1/stock", *_paged(cursor), *asked), wire.Page)
                found = to.each(page.items, "stock level", to.to_stock, problems)
                known = frozenset(some)
                levels += [level for level in found if level.variant_id in known]
                problems += [
                    f"The shop's stock of {plain(level.variant_id, 60)} was left out: nobody asked for this variant."
                    for level in found
                    if level.variant_id not in known
                ]
                if page.next_cursor is None or page.next_cursor == cursor:
                    break
                cursor = page.next_cursor
        self._report(problems)
        return tuple(levels)

    async def orders(self, cursor: str) -> OrderPage:
        """A page of orders, oldest first; "" begins with the first, "since:MS" with what changed since then."""
        currency = await self._the_currency()
        place = _OrdersPlace.read(cursor)
        where = [] if place.since is None else [("updated_after_ms", str(place.since))]
        page = self._read(await self._get("/v1/orders", *_paged(place.page), *where), wire.Page)
        problems: list[str] = []
        found = to.each(page.items, "order", lambda raw: to.to_order(raw, currency), problems)
        newest = max([place.newest, *(updated for _, updated in found)])
        after = _OrdersPlace(place.since, newest, page.next_cursor)
        if page.next_cursor is None:
            # Once more from before the newest change: what changed behind our back while we turned pages.
            after = _OrdersPlace(max(0, newest - _OVERLAP_MS) if newest else place.since, newest, None)
        orders = tuple(order for order, _ in found)
        return OrderPage(orders, after.written(), page.next_cursor is not None, self._report(problems))

    async def create_promo(self, promo: PromoCode, show_id: str, key: str) -> PromoReceipt:
        """Make a code; `key` is its idempotency key and its mark at the shop."""
        body: dict[str, Any] = {
            "code": promo.code,
            "kind": promo.kind.value,
            "scope": "all" if promo.scope is PromoScope.ALL else "products",
            "product_ids": [] if promo.scope is PromoScope.ALL else list(promo.product_ids),
            "starts_at_ms": promo.starts_at_ms,
            "ends_at_ms": promo.ends_at_ms,
            "total_limit": promo.total_limit,
            "per_customer_limit": promo.per_customer_limit,
            "show_id": show_id,
            "mark": key,
        }
        if promo.kind is PromoKind.PERCENT:
            body["percent"] = promo.percent
        elif promo.kind is PromoKind.FIXED:
            body["amount"] = {"amount_minor": promo.amount_minor, "currency": promo.currency}
        receipt = self._map(await self._write("POST", "/v1/promos", body, key), "promo", to.to_receipt)
        if receipt.code != promo.code:
            raise BadAnswer(f"The shop answered about another code ({plain(receipt.code, 40)}).")
        self._promo_ids[promo.code] = receipt.shop_promo_id
        return receipt

    async def find_promo(self, code: str) -> PromoReceipt | None:
        """The code as the shop has it, None when it has none."""
        page = self._read(await self._get("/v1/promos", ("code", code), ("limit", _PAGE)), wire.Page)
        problems: list[str] = []
        found = [r for r in to.each(page.items, "promo", to.to_receipt, problems) if r.code == code]
        if problems and not found:
            raise BadAnswer(problems[0])
        if not found:
            return None
        self._promo_ids[code] = found[0].shop_promo_id
        return found[0]

    async def code_taken(self, code: str) -> bool | None:
        """Whether the shop has a code of this name; None when it does not list its codes."""
        try:
            return await self.find_promo(code) is not None
        except RefusedByTarget:
            return None

    async def update_promo(self, code: str, ends_at_ms: int, key: str) -> PromoReceipt:
        """Move a code's end."""
        path = await self._promo_path(code)
        answer = await self._write("PATCH", path, {"ends_at_ms": ends_at_ms}, key)
        return self._map(answer, "promo", to.to_receipt)

    async def end_promo(self, code: str, ended_at_ms: int, key: str) -> PromoReceipt:
        """End a code now; `ended_at_ms` says when that was decided."""
        path = await self._promo_path(code) + "/end"
        answer = await self._write("POST", path, {"ended_at_ms": ended_at_ms}, key)
        return self._map(answer, "promo", to.to_receipt)

    async def promo_usage(self, codes: Collection[str]) -> tuple[PromoUsage, ...]:
        """The redemptions of these codes; codes that the shop does not have are left out."""
        problems: list[str] = []

        async def one(code: str) -> list[PromoUsage]:
            page = self._read(await self._get("/v1/promos", ("code", code)), wire.Page)
            return [u for u in to.each(page.items, "promo", to.to_usage, problems) if u.code == code]

        found = await asyncio.gather(*(one(code) for code in sorted(set(codes))))
        self._report(problems)
        return tuple(usage for each in found for usage in each)

    async def feature(
        self, product_id: str, show_id: str, decided_at_ms: int, superseded: Sequence[SupersededPin], key: str
    ) -> None:
        """Feature a product (none for an empty id), and tell which pins were overtaken."""
        body = {
            "product_id": product_id or None,
            "show_id": show_id,
            "decided_at_ms": decided_at_ms,
            "superseded": [
                {"product_id": pin.product_id or None, "decided_at_ms": pin.decided_at_ms}
                for pin in superseded
            ],
        }
        self._read(await self._write("PUT", "/v1/featured", body, key), wire.Featured)

    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> TrackedLink:
        """The link of this show, product and channel: the same one however often it is asked for."""
        body = {"show_id": show_id, "product_id": product_id or None, "channel": channel}
        key = derived_id(show_id, "link", product_id, channel)
        return self._map(await self._write("POST", "/v1/links", body, key), "link", to.to_link)

    async def traffic(self, show_id: str) -> Traffic:
        """The visits that the show's links brought so far."""
        return self._map(await self._get("/v1/traffic", ("show_id", show_id)), "traffic", to.to_traffic)

    async def changes_after(self, seq: int) -> ChangePage:
        """The next page of the feed behind `seq`. A refusal with the code "cursor-ahead": it never came that far."""
        currency = await self._the_currency()
        answer = await self._get("/v1/changes", ("after", str(seq)), ("limit", _PAGE))
        page = self._read(answer, wire.Changes)
        problems: list[str] = []
        changes = to.each(
            page.changes, "change", lambda raw: to.to_change(raw, currency, self._language), problems
        )
        self._report(problems)
        return ChangePage(tuple(changes), page.last_seq)

    def changes(self, after: int) -> AsyncIterator[ShopChange]:
        """The feed behind `after`, live. A consumer that stops early closes the generator."""
        return self._changes(after)

    async def _changes(self, after: int) -> AsyncGenerator[ShopChange, None]:
        currency = await self._the_currency()
        stream = self._http.events("/v1/changes/stream", params=[("after", str(after))])
        try:
            async for event in stream:
                if event.event != "change":
                    continue
                try:
                    change = to.to_change(event.data.encode(), currency, self._language)
                except (msgspec.MsgspecError, UnicodeError) as error:
                    self._report([f"A change of the shop could not be read: {plain(str(error), 160)}."])
                    if event.id.isascii() and event.id.isdigit():
                        yield ShopChange(
                            int(event.id), event.id, 0, problem="A change of the shop could not be read."
                        )
                    continue
                yield change
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()

    async def _the_currency(self) -> str:
        if not self._currency:
            await self.identity()
        return self._currency

    async def _promo_path(self, code: str) -> str:
        promo_id = self._promo_ids.get(code)
        if promo_id is None:
            found = await self.find_promo(code)
            if found is None:
                raise RefusedByTarget(f"The shop has no code {code}.", "not-found")
            promo_id = found.shop_promo_id
        return f"/v1/promos/{quote(promo_id, safe='')}"

    async def _get(self, path: str, *params: tuple[str, str], timeout_ms: int = 10_000) -> HttpAnswer:
        answer = await self._http.request("GET", path, params=params, timeout_ms=timeout_ms)
        return self._checked(answer)

    async def _write(self, method: str, path: str, body: dict[str, Any], key: str) -> HttpAnswer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._checked(
            await self._http.request(method, path, body=msgspec.json.encode(body), headers=headers)
        )

    def _checked(self, answer: HttpAnswer) -> HttpAnswer:
        version = answer.headers.get("studio-api-version", "")
        raise_for_status(answer, "The shop")
        if is_html(answer):
            raise BadAnswer(
                "The shop answered with a web page instead of data: check its address in the settings."
            )
        if version != API_VERSION:
            said = f"version {plain(version, 20)}" if version else "something else"
            raise BadAnswer(
                f"The shop speaks {said}, this studio speaks version {API_VERSION} of the Studio Shop API: "
                "check the address, or update the studio."
            )
        hint = answer.headers.get("x-clock-ms", "")
        if hint.isascii() and hint.isdigit() and len(hint) < 16:
            self._hint(int(hint), answer.sent_ms, answer.received_ms)
        return answer

    def _read(self, answer: HttpAnswer, type_: type[T]) -> T:
        try:
            return msgspec.json.decode(answer.body, type=type_)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(
                f"The shop's answer is not as agreed ({plain(str(error), 160)}): check its address, or tell its owner."
            ) from error

    def _map(self, answer: HttpAnswer, what: str, read: Callable[[bytes], T]) -> T:
        try:
            return read(answer.body)
        except (msgspec.MsgspecError, ValueError) as error:
            raise BadAnswer(
                f"The shop's {what} is not as agreed ({plain(str(error), 160)}): tell the shop's owner."
            ) from error


class _OrdersPlace(msgspec.Struct, frozen=True):
    """How far the orders were read: what changed after `since`, page by page, `newest` being the latest change."""

    since: int | None
    newest: int
    page: str | None

    @classmethod
    def read(cls, cursor: str) -> "_OrdersPlace":
        """From a cursor of `written`, from "since:MS", or from "" for the very first."""
        since, newest, page = [*cursor.removeprefix(SINCE).split(":", maxsplit=2), "", ""][:3]
        if not (since + newest).isascii() or not (since + newest + "0").isdigit():
            raise BadAnswer("The place up to which orders were read is damaged: they are read again.")
        return cls(int(since) if since else None, int(newest or 0), page or None)

    def written(self) -> str:
        """As a cursor."""
        return f"{SINCE}{'' if self.since is None else self.since}:{self.newest}:{self.page or ''}"


def _paged(cursor: str | None) -> list[tuple[str, str]]:
    return [("limit", _PAGE)] if cursor is None else [("limit", _PAGE), ("cursor", cursor)]
