"""What shops that are asked and number nothing have in common: pages by offset, revisions of our own, links of our own."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence

import msgspec

from studio.control.ports import (
    BadAnswer,
    Http,
    HttpAnswer,
    OnCursor,
    OrderPage,
    ProductPage,
    RefusedByTarget,
    TrackedLink,
    no_cursor,
)
from studio.domain.product import Product, StockLevel
from studio.shops.asked import AskedShop
from studio.shops.date_clock import DateClock
from studio.shops.order_places import OrdersRead, Place
from studio.shops.redemptions import RedemptionCount
from studio.shops.revisions import Revisions
from studio.shops.storefront import Storefront


class ProductsRead(msgspec.Struct, frozen=True):
    """Products (revision 0), how many entries the shop's answer had, how many there are in all, and that answer."""

    products: list[Product]
    entries: int
    total: int
    http: HttpAnswer


class LevelsRead(msgspec.Struct, frozen=True):
    """Stock levels (revision 0), and the answer they came with."""

    levels: list[StockLevel]
    http: HttpAnswer


class UnnumberedShop(AskedShop, ABC):
    """A part of the `Shop` port. `clock` is the shop's, kept by whoever sends requests; `storefront` is the address of a
    product's page with `{slug}` in it, or of the storefront.
    """

    _variants_at_once: int
    """Of how many variants the levels are asked in one request."""

    def __init__(
        self, http: Http, clock: DateClock, storefront: str, on_problem: Callable[[str], None] | None
    ) -> None:
        super().__init__(http, on_problem)
        self._clock = clock
        self._storefront = Storefront(storefront)
        self._redemptions = RedemptionCount(self.orders)
        self._revisions = Revisions()

    @abstractmethod
    async def _page(self, skip: int, problems: list[str]) -> ProductsRead:
        """Products in the order of their ids, behind so many; a sentence in `problems` for each that was left out."""

    @abstractmethod
    async def _one(self, product_id: str, problems: list[str]) -> ProductsRead:
        """The product of this id, if there is one."""

    @abstractmethod
    async def _levels(self, variant_ids: Sequence[str], problems: list[str]) -> LevelsRead:
        """The levels of these variants."""

    @abstractmethod
    async def _orders(self, place: Place, problems: list[str]) -> OrdersRead:
        """Orders from there on."""

    async def catalogue(self, cursor: str | None, on_cursor: OnCursor = no_cursor) -> ProductPage:
        """A page of products."""
        skip = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() else 0
        problems: list[str] = []
        page = await self._page(skip, problems)
        read = skip + page.entries
        after = str(read) if page.entries and read < page.total else None
        on_cursor(after)
        return ProductPage(self._products(page), after, self._report(problems))

    async def product(self, product_id: str) -> Product | None:
        """One product, None when the shop has none of this id."""
        problems: list[str] = []
        found = self._products(await self._one(product_id, problems))
        if problems:
            raise BadAnswer(self._report(problems)[0])
        return found[0] if found else None

    def _products(self, read: ProductsRead) -> tuple[Product, ...]:
        return tuple(
            msgspec.structs.replace(p, revision=self._numbered("product", p.id, p, read.http)[0])
            for p in read.products
        )

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        """All levels of these variants; variants that the shop does not know have none."""
        wanted = sorted(set(variant_ids))
        problems: list[str] = []
        levels: list[StockLevel] = []
        for start in range(0, len(wanted), self._variants_at_once):
            read = await self._levels(wanted[start : start + self._variants_at_once], problems)
            for level in read.levels:
                place = f"{level.variant_id}\x1f{level.location}"
                revision, at_ms = self._numbered("stock", place, level, read.http)
                levels.append(msgspec.structs.replace(level, revision=revision, updated_at_ms=at_ms))
        self._report(problems)
        return tuple(levels)

    async def orders(self, cursor: str) -> OrderPage:
        """A page of orders; "" begins with the first, "since:MS" with what changed since then."""
        problems: list[str] = []
        read = await self._orders(Place.read(cursor), problems)
        numbered = tuple(
            msgspec.structs.replace(order, revision=self._numbered("order", order.id, order, read.http)[0])
            for order in read.orders
        )
        return OrderPage(numbered, read.after.written(), read.more, self._report(problems))

    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> TrackedLink:
        """The link of this show, product and channel. Nothing is written: the address says it all."""
        page = self._storefront.home
        if product_id:
            product = await self.product(product_id)
            if product is None:
                raise RefusedByTarget("The shop has no such product any more.", "not-found")
            page = product.url
        return self._storefront.link(page, show_id, product_id, channel)

    def _numbered(self, kind: str, entity_id: str, content: object, answer: HttpAnswer) -> tuple[int, int]:
        """(revision, UTC ms of the shop since which it is so) of what an answer told."""
        shop_ms = self._clock.at(answer.received_ms)
        return self._revisions.of(kind, entity_id, content, shop_ms, answer.sent_ms)
