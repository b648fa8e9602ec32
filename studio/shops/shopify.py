"""A shop at Shopify, over its Admin GraphQL API (`shopify_operations.VERSION`)."""
# ruff: noqa: ARG002 - the port's arguments that this platform has no place for

import asyncio
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager

import msgspec
from msgspec import Raw

from studio.control.ports import (
    BadAnswer,
    ClockReading,
    Http,
    MissingRight,
    OnCursor,
    OrderPage,
    ProductPage,
    PromoReceipt,
    PromoUsage,
    RefusedByTarget,
    ShopIdentity,
    SupersededPin,
    TrackedLink,
    Urgency,
    no_cursor,
)
from studio.control.ports.answers import plain
from studio.control.ports.shop import ShopCapabilities
from studio.domain.ids import derived_id
from studio.domain.product import Product, StockLevel
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.shops import shopify_map as to
from studio.shops import shopify_operations as ops
from studio.shops import shopify_wire as wire
from studio.shops import shopify_wire_orders as wire_orders
from studio.shops.asked import AskedShop
from studio.shops.pacing import Gate
from studio.shops.shopify_api import ShopifyApi, missing_rights
from studio.shops.shopify_clock import Revisions
from studio.shops.shopify_codes import ShopifyCodes
from studio.shops.shopify_orders import ShopifyOrders
from studio.shops.shopify_stock import ShopifyStock

NEEDED = (
    "read_products",
    "read_inventory",
    "read_locations",
    "read_orders",
    "read_discounts",
    "write_discounts",
)
"""The access scopes without which no show can be run. `write_products` features products, `read_translations` tells
them in the show's language.
"""
FEATURED_TAG = "host-studio-live"
"""The featured product has this tag: an automated collection or a theme can show it."""
PRODUCT_ID = "gid://shopify/Product/"


class ShopifyShop(AskedShop):
    """The `Shop` port. `language` (BCP 47) is the one in which products are told, where the shop has it.

    Shopify has no feed that a desktop could read, and counts no visits for apps: it is asked by pace, and visits are
    not told. Times of answers give the clock, to about half a second.
    """

    def __init__(
        self,
        http: Http,
        language: str = "en",
        on_problem: Callable[[str], None] | None = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(http, on_problem)
        self._language = language
        self._api = ShopifyApi(http, gate)
        self._revisions = Revisions()
        self._codes = ShopifyCodes(self._api, self._revisions)
        self._stock = ShopifyStock(self._api, self._revisions)
        self._orders = ShopifyOrders(self._api, self._revisions)
        self._identity: ShopIdentity | None = None
        self._home = ""
        self._translated = False
        self._featured = ""
        self._told_ms = 0
        self._told_version = ""

    async def identity(self) -> ShopIdentity:
        """Who the shop is; read anew each time. Raises `MissingRight` when the token lacks a right, and says which."""
        told = await self._api.ask(ops.IDENTITY, {}, wire.Identity, Urgency.LIVE)
        scopes = (
            {s.handle for s in told.current_app_installation.access_scopes}
            if told.current_app_installation
            else set[str]()
        )
        # The right to write holds the right to read.
        granted = scopes | {scope.replace("write_", "read_", 1) for scope in scopes}
        missing = [scope for scope in NEEDED if scope not in granted]
        if missing:
            raise MissingRight(missing_rights(missing))
        self._translated = "read_translations" in granted
        self._home = told.shop.primary_domain.url
        locations = await self._locations()
        self._stock.locations = max(1, min(len(locations), 50))
        self._check_version()
        with _sensible():
            to.minor_of("0", told.shop.currency_code)
        self._identity = ShopIdentity(
            name=plain(told.shop.name, 100) or "Shop",
            currency=told.shop.currency_code,
            product_count=told.products_count.count if told.products_count else 0,
            capabilities=ShopCapabilities(
                featured="write_products" in granted, traffic=False, push=False
            ),
            time_zone=told.shop.iana_timezone,
            locations=locations,
            instance_id=told.shop.id,
        )  # fmt: skip
        return self._identity

    async def clock(self) -> ClockReading:
        """The shop's time, by the dates of its answers: they count seconds, together they tell it more exactly."""
        await self._api.ask(ops.CLOCK, {}, msgspec.Raw, Urgency.PINNED)
        answer = self._api.last
        if answer is None or not self._api.clock.known:
            raise BadAnswer("Shopify's answers have no date: check the address, or a proxy between.")
        shop_ms = self._api.clock.at((answer.sent_ms + answer.received_ms) // 2)
        # A better guess may be a little earlier than the last one: time does not go back for that.
        if 0 < self._told_ms - shop_ms < 1_000:
            shop_ms = self._told_ms
        self._told_ms = shop_ms
        return ClockReading(shop_ms, answer.sent_ms, answer.received_ms)

    async def catalogue(self, cursor: str | None, on_cursor: OnCursor = no_cursor) -> ProductPage:
        """A page of products, in the order of their ids."""
        currency = await self._currency()
        variables = {"after": cursor, **self._words()}
        page = (await self._api.ask(ops.PRODUCTS_PAGE, variables, wire.Products, Urgency.BULK)).products
        problems: list[str] = []
        read = to.each(page.nodes, "product", _product_of, problems)
        products: list[Product] = []
        for told in read:
            more = await self._more_variants(told, Urgency.BULK)
            try:
                products.append(self._product(told, more, currency))
            except ValueError as error:
                problems.append(f"The shop's product {plain(told.id, 60)} was left out: {error}.")
        on_cursor(page.next)
        return ProductPage(tuple(products), page.next, self._report(problems))

    async def product(self, product_id: str) -> Product | None:
        """One product, None when the shop has none of this id."""
        if not product_id.startswith(PRODUCT_ID):
            return None
        currency = await self._currency()
        urgency = Urgency.PINNED if product_id == self._featured else Urgency.LIVE
        variables = {"id": product_id, **self._words()}
        raw = (await self._api.ask(ops.PRODUCT, variables, wire.OneProduct, urgency)).product
        if wire.is_null(raw):
            return None
        with _sensible():
            told = _product_of(raw)
            found = self._product(told, await self._more_variants(told, urgency), currency)
        if product_id == self._featured:
            self._stock.pinned = frozenset(v.id for v in found.variants)
        return found

    async def image(self, url: str) -> bytes:
        """A picture's bytes, at most 10 MB; whether they are a picture is for the reader to see."""
        async with self._api.gate.turn(0, Urgency.BULK):  # costs no points, but takes a place
            return await super().image(url)

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        """All levels of these variants. What the shop does not know, and what it does not count, has none."""
        await self._currency()
        with _sensible():
            return await self._stock.levels(variant_ids)

    async def orders(self, cursor: str) -> OrderPage:
        """A page of orders, oldest change first; "" begins with the first, "since:MS" with what changed since then."""
        currency = await self._currency()
        problems: list[str] = []
        with _sensible():
            page = await self._orders.page(cursor, currency, problems)
        self._report(problems)
        return page

    async def create_promo(self, promo: PromoCode, show_id: str, key: str) -> PromoReceipt:
        """Make a code once: one that is there and bears the mark of `key` is the one that was asked for."""
        with _sensible():
            made = await self._codes.create(promo, key)
        if promo.kind is PromoKind.FREE_SHIPPING and promo.scope is not PromoScope.ALL:
            self._report(
                [f"{promo.code} gives free shipping for whole orders: Shopify cannot limit that to products."]
            )
        return made

    async def find_promo(self, code: str) -> PromoReceipt | None:
        """The code as the shop has it, None when it has none."""
        found = await self._codes.find(code)
        with _sensible():
            return None if found is None else to.to_receipt(found, code, self._api.now_ms())

    async def code_taken(self, code: str) -> bool | None:
        """Whether the shop has a code of this name, whoever made it and of whatever kind."""
        with _sensible():
            return await self._codes.find(code) is not None

    async def update_promo(self, code: str, ends_at_ms: int, key: str) -> PromoReceipt:
        """Move a code's end. Doing it twice is doing it once."""
        with _sensible():
            return await self._codes.move_end(code, ends_at_ms)

    async def end_promo(self, code: str, ended_at_ms: int, key: str) -> PromoReceipt:
        """End a code now. Doing it twice is doing it once."""
        with _sensible():
            return await self._codes.end(code)

    async def promo_usage(self, codes: Collection[str]) -> tuple[PromoUsage, ...]:
        """The redemptions of these codes, as late as Shopify counts them (some seconds; minutes on a busy day)."""
        found = await asyncio.gather(*(self._codes.usage(code) for code in sorted(set(codes))))
        return tuple(usage for usage in found if usage is not None)

    async def feature(
        self, product_id: str, show_id: str, decided_at_ms: int, superseded: Sequence[SupersededPin], key: str
    ) -> None:
        """Tag the product (none for an empty id) and no other; that pins were overtaken has no place at Shopify."""
        variables = {"tagged": f"tag:'{FEATURED_TAG}'"}
        told = await self._api.ask(ops.FEATURED, variables, wire_orders.Featured, Urgency.WRITE)
        tagged = {p.id for p in told.products.nodes if FEATURED_TAG in p.tags}
        if self._featured:
            tagged.add(self._featured)  # the search may not know of it yet
        if product_id:
            await self._tag(ops.TAG, product_id)
        for other in sorted(tagged - {product_id}):
            await self._tag(ops.UNTAG, other)
        if product_id != self._featured:
            self._featured, self._stock.pinned = product_id, frozenset()

    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> TrackedLink:
        """The product's page with the show's campaign (UTM): the same one however often it is asked for."""
        await self._currency()
        address = self._home
        if product_id:
            told = await self._api.ask(
                ops.PRODUCT_ADDRESS, {"id": product_id}, wire.ProductAddress, Urgency.WRITE
            )
            if told.product is None:
                raise RefusedByTarget("The shop no longer has this product.", "not-found")
            if told.product.online_store_url is None:
                raise RefusedByTarget(
                    "The product has no page: publish it to the online store.", "not-published"
                )
            address = told.product.online_store_url
        link_id = derived_id(show_id, "link", product_id, channel)
        with _sensible():
            url = to.tracked(address, show_id, channel, link_id)
        return TrackedLink(link_id, url, show_id, product_id, channel)

    async def _locations(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor: str | None = None
        while True:
            page = (
                await self._api.ask(ops.LOCATIONS, {"after": cursor}, wire.Locations, Urgency.LIVE)
            ).locations
            found |= {location.id: plain(location.name, 100) for location in page.nodes}
            cursor = page.next
            if cursor is None:
                return found

    async def _currency(self) -> str:
        return (self._identity or await self.identity()).currency

    def _words(self) -> dict[str, object]:
        return {"locale": self._language, "translated": self._translated}

    async def _more_variants(self, told: wire.Product, urgency: Urgency) -> list[wire.Variant]:
        found: list[wire.Variant] = []
        cursor = told.variants.next
        while cursor is not None:
            variables = {"id": told.id, "after": cursor}
            more = await self._api.ask(ops.PRODUCT_VARIANTS, variables, wire.MoreVariants, urgency)
            if more.product is None:
                break
            found += more.product.variants.nodes
            cursor = more.product.variants.next
        return found

    def _product(self, told: wire.Product, more: Sequence[wire.Variant], currency: str) -> Product:
        found, changed = to.to_product(told, more, currency)
        revision = self._revisions.of("product", found.id, found, changed, self._api.now_ms())
        return msgspec.structs.replace(found, revision=revision)

    async def _tag(self, operation: ops.Operation, product_id: str) -> None:
        variables = {"id": product_id, "tags": [FEATURED_TAG]}
        told = await self._api.ask(operation, variables, wire_orders.Retagged, Urgency.WRITE)
        payload = told.tags_add or told.tags_remove
        if payload and payload.user_errors and operation is ops.TAG:
            raise RefusedByTarget(
                f"Shopify does not feature it: {plain(payload.user_errors[0].message, 200)}"
            )

    def _check_version(self) -> None:
        served = self._api.served_version
        if served and served not in (ops.VERSION, self._told_version):
            self._told_version = served
            sentence = (
                f"Shopify answered by version {plain(served, 20)} of its interface, this studio was made for "
                f"{ops.VERSION}: update the studio."
            )
            self._report([sentence])


def _product_of(raw: Raw) -> wire.Product:
    return msgspec.json.decode(raw, type=wire.Product)


@contextmanager
def _sensible() -> Generator[None, None, None]:
    """Values that make no sense are a bad answer."""
    try:
        yield
    except (msgspec.MsgspecError, ValueError) as error:
        raise BadAnswer(f"The shop's answer makes no sense ({plain(str(error), 160)}).") from error
