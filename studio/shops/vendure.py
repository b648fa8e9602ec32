"""A shop on Vendure (3.7), by its Admin API and an API key of a role with limited rights."""

from collections.abc import Callable, Collection, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from studio.control.ports import (
    BadAnswer,
    ClockReading,
    Http,
    PromoReceipt,
    PromoUsage,
    ShopCapabilities,
    ShopIdentity,
    SupersededPin,
)
from studio.control.ports.answers import plain
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoCode
from studio.shops import vendure_map as to
from studio.shops import vendure_queries as ask
from studio.shops import vendure_rights
from studio.shops import vendure_wire as wire
from studio.shops.order_places import OrdersRead, Place
from studio.shops.reading import each
from studio.shops.unnumbered import LevelsRead, ProductsRead, UnnumberedShop
from studio.shops.vendure_client import OtherSchema, VendureClient
from studio.shops.vendure_featured import FACET, VendureFeatured
from studio.shops.vendure_orders import read_page
from studio.shops.vendure_promos import VendurePromos

_PRODUCTS = 100
_VARIANTS = 500


def api_key(key: str) -> tuple[str, str]:
    """The header that carries an API key, as (name, value)."""
    return "vendure-api-key", key


def admin_path(address: str) -> str:
    """Where the Admin API is below a shop's address: `/admin-api`, unless the address is that of an API already."""
    return "" if urlsplit(address.strip()).path.rstrip("/").endswith("-api") else "/admin-api"


class VendureShop(UnnumberedShop):
    """The `Shop` port. `address` is that of the shop's server or of its Admin API, the one to which `http` is bound;
    `language` (BCP 47) the one in which products are told.

    `storefront` is the address of a product's page with `{slug}` in it, or of the storefront, whose product pages are
    then taken to be at `/products/{slug}`; without it there are no links. Orders tell by which link they came where
    the shop has the order field `hostStudioLink` (see README.md), else only codes attribute them.
    """

    _variants_at_once = _VARIANTS

    def __init__(
        self,
        http: Http,
        address: str,
        language: str = "en",
        storefront: str = "",
        on_problem: Callable[[str], None] | None = None,
    ) -> None:
        self._ask = VendureClient(http, admin_path(address), language.partition("-")[0] or "en", self._hint)
        super().__init__(http, self._ask.clock, storefront, on_problem)
        self._promos = VendurePromos(self._ask)
        self._featured = VendureFeatured(self._ask)
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

    async def lacking(self) -> tuple[str, ...]:
        """The rights to write that the key lacks; that to make the facet of featured products cannot be tried."""
        return await vendure_rights.lacking(self._ask)

    # -- what it sells

    async def _page(self, skip: int, problems: list[str]) -> ProductsRead:
        return await self._asked({"take": _PRODUCTS, "skip": skip, "sort": {"id": "ASC"}}, problems)

    async def _one(self, product_id: str, problems: list[str]) -> ProductsRead:
        return await self._asked({"filter": {"id": {"eq": product_id}}}, problems)

    async def _asked(self, options: Mapping[str, object], problems: list[str]) -> ProductsRead:
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
            products.append(to.to_product(product, mapped, self._storefront.page(product.slug), FACET))
        return ProductsRead(products, len(page.items), page.totalItems, answer.http)

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

    async def _levels(self, variant_ids: Sequence[str], problems: list[str]) -> LevelsRead:
        shop = await self._known()
        channel, everywhere = shop.activeChannel, shop.globalSettings
        tracked = everywhere.trackInventory if channel.trackInventory is None else channel.trackInventory
        threshold = (
            everywhere.outOfStockThreshold
            if channel.outOfStockThreshold is None
            else channel.outOfStockThreshold
        )
        options = {"take": len(variant_ids), "filter": {"id": {"in": variant_ids}}}
        answer = await self._ask(ask.STOCK, {"o": options})
        told = each(answer.read("productVariants", wire.Listed).items, "stock", _stock, problems)
        return LevelsRead([x for one in told for x in to.to_levels(one, tracked, threshold)], answer.http)

    # -- what was sold

    async def _orders(self, place: Place, problems: list[str]) -> OrdersRead:
        await self._known()  # and whether there is the field for links
        return await read_page(self._ask, place, self._link_field, problems)

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

    async def code_taken(self, code: str) -> bool | None:
        """Whether the shop has a code of this name, whoever made it."""
        return await self._promos.find(code) is not None

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


def _owned(raw: msgspec.Raw) -> tuple[str, msgspec.Raw]:
    return msgspec.json.decode(raw, type=_Owner).productId, raw


def _stock(raw: msgspec.Raw) -> wire.Stock:
    return msgspec.json.decode(raw, type=wire.Stock)


class _Owner(msgspec.Struct, frozen=True):
    productId: str
