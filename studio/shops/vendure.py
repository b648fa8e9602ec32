"""A shop on Vendure (3.7), by its Admin API and an API key of a role with limited rights."""

from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from studio.control.ports import (
    BadAnswer,
    ClockReading,
    Http,
    OrderPage,
    ProductPage,
    PromoReceipt,
    PromoUsage,
    RefusedByTarget,
    ShopCapabilities,
    ShopIdentity,
    SupersededPin,
    TrackedLink,
)
from studio.control.ports.answers import plain
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.promo import PromoCode
from studio.shops import vendure_map as to
from studio.shops import vendure_orders as reading
from studio.shops import vendure_queries as ask
from studio.shops import vendure_wire as wire
from studio.shops.asked import AskedShop
from studio.shops.reading import each
from studio.shops.redemptions import RedemptionCount
from studio.shops.revisions import Revisions
from studio.shops.storefront import Storefront
from studio.shops.vendure_client import Answered, OtherSchema, VendureClient
from studio.shops.vendure_featured import FACET, VendureFeatured
from studio.shops.vendure_promos import VendurePromos

_PRODUCTS = 100
_VARIANTS = 500


def api_key(key: str) -> tuple[str, str]:
    """The header that carries an API key, as (name, value)."""
    return "vendure-api-key", key


def admin_path(address: str) -> str:
    """Where the Admin API is below a shop's address: `/admin-api`, unless the address is that of an API already."""
    return "" if urlsplit(address.strip()).path.rstrip("/").endswith("-api") else "/admin-api"


class VendureShop(AskedShop):
    """The `Shop` port. `address` is that of the shop's server or of its Admin API, the one to which `http` is bound;
    `language` (BCP 47) the one in which products are told.

    `storefront` is the address of a product's page with `{slug}` in it, or of the storefront, whose product pages are
    then taken to be at `/products/{slug}`; without it there are no links. Orders tell by which link they came where
    the shop has the order field `hostStudioLink` (see README.md), else only codes attribute them.
    """

    def __init__(
        self,
        http: Http,
        address: str,
        language: str = "en",
        storefront: str = "",
        on_problem: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(http, on_problem)
        self._language = language.partition("-")[0] or "en"
        self._storefront = Storefront(storefront)
        self._ask = VendureClient(http, admin_path(address), self._language, self._hint)
        self._promos = VendurePromos(self._ask)
        self._featured = VendureFeatured(self._ask)
        self._redemptions = RedemptionCount(self.orders)
        self._revisions = Revisions()
        self._shop: wire.Shop | None = None
        self._link_field = False
        self._low_field = False

    # -- who and when

    async def identity(self) -> ShopIdentity:
        """Who the shop is; read anew each time."""
        shop = await self._look()
        channel = shop.activeChannel
        currency = channel.defaultCurrencyCode
        if len(currency) != 3 or not currency.isascii() or not currency.isupper():
            raise BadAnswer(f"The shop's currency {plain(currency, 12)!r} is none: tell the shop's owner.")
        seller = plain(channel.seller.name, 100) if channel.seller else ""
        plain_channel = channel.code in ("__default_channel__", "")
        return ShopIdentity(
            name=(seller or "Vendure") if plain_channel else plain(channel.code, 100),
            currency=currency,
            product_count=max(0, shop.products.totalItems),
            capabilities=ShopCapabilities(
                native_start=True,
                redemption_counter=False,
                featured=True,
                stock_by_location=True,
                traffic=False,
                push=False,
                link_orders=self._link_field,
            ),
            locations={place.id: plain(place.name, 100) for place in shop.stockLocations.items},
        )

    async def _look(self) -> wire.Shop:
        answer = await self._ask(ask.CHANNEL)
        names = ("activeChannel", "globalSettings", "products", "stockLocations")
        whole = b"{" + b",".join(b'"%s":%s' % (n.encode(), bytes(answer.fields[n])) for n in names) + b"}"
        try:
            shop = msgspec.json.decode(whole, type=wire.Shop)
        except msgspec.MsgspecError as error:
            raise BadAnswer(f"The shop's answer is not Vendure's ({plain(str(error), 160)}).") from error
        self._low_field = await self._has(ask.HAS_LOW_FIELD)
        self._link_field = await self._has(ask.HAS_LINK_FIELD)
        self._shop = shop
        return shop

    async def _has(self, probe: str) -> bool:
        try:
            await self._ask(probe)
        except OtherSchema:
            return False
        return True

    async def _known(self) -> wire.Shop:
        return self._shop or await self._look()

    async def clock(self) -> ClockReading:
        """The shop's time, from the Date of its answers."""
        return await self._ask.time()

    # -- what it sells

    async def catalogue(self, cursor: str | None) -> ProductPage:
        """A page of products."""
        skip = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() else 0
        options = {"take": _PRODUCTS, "skip": skip, "sort": {"id": "ASC"}}
        problems: list[str] = []
        products, count, total = await self._products(options, problems)
        read = skip + count
        after = str(read) if count and read < total else None
        return ProductPage(tuple(products), after, self._report(problems))

    async def product(self, product_id: str) -> Product | None:
        """One product, None when the shop has none of this id."""
        problems: list[str] = []
        found, _, _ = await self._products({"filter": {"id": {"eq": product_id}}}, problems)
        if problems:
            raise BadAnswer(self._report(problems)[0])
        return found[0] if found else None

    async def _products(
        self, options: Mapping[str, object], problems: list[str]
    ) -> tuple[list[Product], int, int]:
        currency = (await self._known()).activeChannel.defaultCurrencyCode
        answer = await self._ask(ask.PRODUCTS, {"o": options})
        page = answer.read("products", wire.Listed)

        def read(raw: msgspec.Raw) -> wire.Product:
            return msgspec.json.decode(raw, type=wire.Product)

        told = each(page.items, "product", read, problems)
        variants = await self._variants([p.id for p in told], problems)
        products: list[Product] = []
        for product in told:
            mapped = each(
                variants.get(product.id, []), "variant", lambda raw: self._variant(raw, currency), problems
            )
            unnumbered = to.to_product(product, mapped, self._storefront.page(product.slug), FACET)
            shop_ms = self._ask.clock.at(answer.http.received_ms)
            revision, _ = self._revisions.of("product", product.id, unnumbered, shop_ms, answer.http.sent_ms)
            products.append(msgspec.structs.replace(unnumbered, revision=revision))
        return products, len(page.items), page.totalItems

    def _variant(self, raw: msgspec.Raw, currency: str) -> tuple[wire.Variant, Variant]:
        told = msgspec.json.decode(raw, type=wire.Variant)
        return told, to.to_variant(told, currency)

    async def _variants(
        self, product_ids: Sequence[str], problems: list[str]
    ) -> dict[str, list[msgspec.Raw]]:
        found: dict[str, list[msgspec.Raw]] = {}
        read = 0
        while product_ids:
            options = {
                "take": _VARIANTS,
                "skip": read,
                "sort": {"id": "ASC"},
                "filter": {"productId": {"in": list(product_ids)}},
            }
            answer = await self._ask(ask.variants(self._low_field), {"o": options})
            page = answer.read("productVariants", wire.Listed)
            for owner, raw in each(page.items, "variant", _owned, problems):
                found.setdefault(owner, []).append(raw)
            read += len(page.items)
            if read >= page.totalItems or not page.items:
                break
        return found

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        """All levels of these variants; variants that the shop does not know have none."""
        shop = await self._known() if variant_ids else None
        wanted = sorted(set(variant_ids))
        problems: list[str] = []
        levels: list[StockLevel] = []
        for start in range(0, len(wanted), _VARIANTS):
            some = wanted[start : start + _VARIANTS]
            options = {"take": len(some), "filter": {"id": {"in": some}}}
            answer = await self._ask(ask.STOCK, {"o": options})
            page = answer.read("productVariants", wire.Listed)
            for stock in each(page.items, "stock", _stock, problems):
                levels += self._numbered(stock, shop, answer)
        self._report(problems)
        return tuple(levels)

    def _numbered(self, stock: wire.Stock, shop: wire.Shop | None, answer: Answered) -> list[StockLevel]:
        tracked, threshold = True, 0
        if shop is not None:
            channel, everywhere = shop.activeChannel, shop.globalSettings
            tracked = everywhere.trackInventory if channel.trackInventory is None else channel.trackInventory
            threshold = (
                everywhere.outOfStockThreshold
                if channel.outOfStockThreshold is None
                else channel.outOfStockThreshold
            )
        found: list[StockLevel] = []
        for level in to.to_levels(stock, tracked, threshold):
            revision, at_ms = self._revisions.of(
                "stock",
                f"{level.variant_id}\x1f{level.location}",
                level,
                self._ask.clock.at(answer.http.received_ms),
                answer.http.sent_ms,
            )
            found.append(msgspec.structs.replace(level, revision=revision, updated_at_ms=at_ms))
        return found

    # -- what was sold

    async def orders(self, cursor: str) -> OrderPage:
        """A page of orders; "" begins with the first, "since:MS" with what changed since then."""
        await self._known()
        problems: list[str] = []
        place = reading.Place.read(cursor)
        orders, after, more, answer = await reading.read_page(self._ask, place, self._link_field, problems)
        shop_ms = self._ask.clock.at(answer.http.received_ms)
        numbered = [
            msgspec.structs.replace(
                order,
                revision=self._revisions.of("order", order.id, order, shop_ms, answer.http.sent_ms)[0],
            )
            for order in orders
        ]
        return OrderPage(tuple(numbered), after.written(), more, self._report(problems))

    # -- codes

    async def create_promo(self, promo: PromoCode, show_id: str, key: str) -> PromoReceipt:
        """Make a code; `key` is its mark at the shop. A fixed amount comes off the whole order, before tax in a channel
        whose prices are without tax.
        """
        language = (await self._known()).activeChannel.defaultLanguageCode
        return await self._promos.create(promo, show_id, key, language)

    async def find_promo(self, code: str) -> PromoReceipt | None:
        """The code as the shop has it, None when it has none."""
        found = await self._promos.find(code)
        return None if found is None else to.to_receipt(found)

    async def update_promo(self, code: str, ends_at_ms: int, key: str) -> PromoReceipt:
        """Move a code's end; the same end twice is once."""
        del key
        return await self._promos.extend(code, ends_at_ms)

    async def end_promo(self, code: str, ended_at_ms: int, key: str) -> PromoReceipt:
        """End a code now; `ended_at_ms` says when that was decided. Twice is once."""
        del key
        return await self._promos.end(code, ended_at_ms)

    async def promo_usage(self, codes: Collection[str]) -> tuple[PromoUsage, ...]:
        """The redemptions of these codes, counted from the orders; codes that the shop does not have are left out."""
        known = {p.couponCode: p for p in await self._promos.found(codes) if p.couponCode}
        starts = {code: to.to_receipt(promotion).starts_at_ms for code, promotion in known.items()}
        counts = await self._redemptions.counts(starts)
        return tuple(PromoUsage(code, counts[code], 0, known[code].usageLimit) for code in sorted(known))

    # -- on its pages

    async def feature(
        self, product_id: str, show_id: str, decided_at_ms: int, superseded: Sequence[SupersededPin], key: str
    ) -> None:
        """Feature a product (none for an empty id). Vendure keeps no history of it."""
        del show_id, decided_at_ms, superseded, key
        language = (await self._known()).activeChannel.defaultLanguageCode
        await self._featured.feature(product_id, language)

    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> TrackedLink:
        """The link of this show, product and channel. Nothing is written: the address says it all."""
        page = self._storefront.home
        if product_id:
            product = await self.product(product_id)
            if product is None:
                raise RefusedByTarget("The shop has no such product any more.", "not-found")
            page = product.url
        return self._storefront.link(page, show_id, product_id, channel)


def _owned(raw: msgspec.Raw) -> tuple[str, msgspec.Raw]:
    return msgspec.json.decode(raw, type=_Owner).productId, raw


def _stock(raw: msgspec.Raw) -> wire.Stock:
    return msgspec.json.decode(raw, type=wire.Stock)


class _Owner(msgspec.Struct, frozen=True):
    productId: str
