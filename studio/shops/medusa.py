"""A shop on Medusa (2.12 or newer), by its Admin API and a secret API key."""

from collections.abc import Callable, Collection, Sequence

import msgspec

from studio.control.ports import (
    BadAnswer,
    ClockReading,
    Http,
    PromoReceipt,
    PromoUsage,
    RefusedByTarget,
    ShopCapabilities,
    ShopIdentity,
    SupersededPin,
)
from studio.control.ports.answers import plain
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoCode
from studio.shops import medusa_map as to
from studio.shops import medusa_wire as wire
from studio.shops.medusa_client import MedusaClient
from studio.shops.medusa_featured import MedusaFeatured
from studio.shops.medusa_orders import read_page
from studio.shops.medusa_prices import PRODUCTS_MS, Front, Priced, front_of, priced
from studio.shops.medusa_promos import MedusaPromos
from studio.shops.order_places import OrdersRead, Place
from studio.shops.reading import each
from studio.shops.unnumbered import LevelsRead, ProductsRead, UnnumberedShop

_PRODUCTS = 100
_VARIANTS = 150
"""As many ids as fit into an address that proxies let pass (8 kB)."""
_MANY = ("limit", "1000")
_PRODUCT_FIELDS = (
    "id,title,status,handle,description,thumbnail,images.url,images.rank,tags.id,tags.value,collection.title,categories.name,"
    "categories.is_internal,categories.is_active,variants.id,variants.variant_rank,variants.title,variants.sku,variants.barcode,variants.ean,"
    "variants.upc,variants.metadata,variants.options.value,variants.options.option.title,variants.prices.amount,"
    "variants.prices.currency_code,variants.prices.min_quantity,variants.prices.price_rules.attribute,"
    "variants.prices.price_rules.value"
)
_LEVEL = "inventory_items.inventory.location_levels"
_STOCK_FIELDS = (
    f"id,manage_inventory,allow_backorder,inventory_items.required_quantity,{_LEVEL}.location_id,"
    f"{_LEVEL}.stocked_quantity,{_LEVEL}.reserved_quantity"
)

_NOTES = (
    "Codes with a limit for one customer count e-mail addresses: the storefront has to ask for the address before the code.",
    "Codes for free shipping have to be entered after the way of sending was chosen.",
    "A cart that holds a code keeps it until it is changed: an order can come with it shortly after the code has ended.",
    "Orders tell by which link they came where the storefront keeps it in the cart's metadata.",
)


class _Known(msgspec.Struct, frozen=True):
    """What was read of the shop itself."""

    store: wire.Store
    currency: str
    with_tax: bool
    locations: dict[str, str]
    selling: frozenset[str]
    front: Front | None


class MedusaShop(UnnumberedShop):
    """The `Shop` port. `storefront` is the address of a product's page with `{slug}` in it, or of the storefront, whose
    product pages are then taken to be at `/products/{slug}`; without it there are no links.
    """

    _variants_at_once = _VARIANTS

    def __init__(
        self, http: Http, storefront: str = "", on_problem: Callable[[str], None] | None = None
    ) -> None:
        self._ask = MedusaClient(http, self._hint)
        super().__init__(http, self._ask.clock, storefront, on_problem)
        self._promos = MedusaPromos(self._ask)
        self._featured = MedusaFeatured(self._ask)
        self._last: _Known | None = None
        self._said_no_front = False

    # -- who and when

    async def identity(self) -> ShopIdentity:
        """Who the shop is; read anew each time."""
        known = await self._look()
        one = [("limit", "1"), ("fields", "id")]
        count = (await self._ask.get("/admin/products", wire.Products, one)).told.count
        return ShopIdentity(
            name=plain(known.store.name, 100) or "Medusa",
            currency=known.currency,
            product_count=max(0, count),
            capabilities=ShopCapabilities(
                native_start=True,
                redemption_counter=False,
                featured=True,
                stock_by_location=True,
                traffic=False,
                push=False,
                link_orders=True,
                notes=_NOTES,
            ),
            locations=known.locations,
            instance_id=known.store.id,
        )

    async def _look(self) -> _Known:
        stores = (await self._ask.get("/admin/stores", wire.Stores)).told.stores
        if not stores:
            raise BadAnswer("This Medusa has no store yet: set one up in its administration.")
        store = stores[0]
        default = [c.currency_code for c in store.supported_currencies if c.is_default]
        currency = (default or [c.currency_code for c in store.supported_currencies] or [""])[0].upper()
        if len(currency) != 3 or not currency.isascii() or not currency.isalpha():
            raise BadAnswer("The shop has no default currency: choose one in Medusa's settings of the store.")
        fields = ("fields", "id,name,sales_channels.id")
        places = await self._ask.get("/admin/stock-locations", wire.Locations, [_MANY, fields])
        prefer = await self._ask.get("/admin/price-preferences", wire.Preferences, [_MANY])
        regions = await self._ask.get("/admin/regions", wire.Regions, [_MANY])
        fields = ("fields", "id,token,revoked_at,sales_channels.id")
        asked = [("type", "publishable"), _MANY, fields]
        keys = await self._ask.get("/admin/api-keys", wire.ApiKeys, asked)
        channel = store.default_sales_channel_id
        locations = places.told.stock_locations
        self._last = _Known(
            store,
            currency,
            any(
                p.is_tax_inclusive
                for p in prefer.told.price_preferences
                if p.attribute == "currency_code" and (p.value or "").upper() == currency
            ),
            {place.id: plain(place.name, 100) for place in locations},
            frozenset(
                place.id
                for place in locations
                if channel is None or channel in [served.id for served in place.sales_channels or ()]
            ),
            front_of(store, currency, regions.told.regions, keys.told.api_keys),
        )
        return self._last

    async def _known(self) -> _Known:
        return self._last or await self._look()

    async def clock(self) -> ClockReading:
        """The shop's time, from the Date of its answers."""
        return await self._ask.time()

    # -- what it sells

    async def _page(self, skip: int, problems: list[str]) -> ProductsRead:
        where = [("limit", str(_PRODUCTS)), ("offset", str(skip)), ("order", "id")]
        return await self._asked(where, problems)

    async def _one(self, product_id: str, problems: list[str]) -> ProductsRead:
        return await self._asked([("id[]", product_id)], problems)

    async def _asked(self, where: Sequence[tuple[str, str]], problems: list[str]) -> ProductsRead:
        known = await self._known()
        asked = [*where, ("fields", _PRODUCT_FIELDS)]
        answer = await self._ask.get("/admin/products", wire.Products, asked, timeout_ms=PRODUCTS_MS)
        told = each(answer.told.products, "product", _product, problems)
        prices = await self._prices(known, [p.id for p in told])
        products: list[Product] = []
        for product in told:
            sold = prices is None or product.id in prices.products
            variants = self._variants(product, prices, known.currency, problems)
            page = self._storefront.page(product.handle or "")
            products.append(to.to_product(product, variants, page, sold))
        return ProductsRead(products, len(answer.told.products), answer.told.count, answer.http)

    async def _prices(self, known: _Known, product_ids: Sequence[str]) -> Priced | None:
        if known.front is not None:
            try:
                return await priced(self._ask, known.front, known.currency, product_ids)
            except RefusedByTarget:  # its key was revoked, or its region is gone: there may be another
                known = await self._look()
        if known.front is not None:
            return await priced(self._ask, known.front, known.currency, product_ids)
        if not self._said_no_front:
            self._said_no_front = True
            sentence = (
                f"The shop has no storefront key, or no region in {known.currency}: prices are shown as its administration "
                "has them, without sales, and without tax where they are kept so."
            )
            self._report([sentence])
        return None

    @staticmethod
    def _variants(
        product: wire.Product, prices: Priced | None, currency: str, problems: list[str]
    ) -> list[Variant]:
        paid = prices.amounts if prices else {}

        def read(raw: msgspec.Raw) -> tuple[tuple[int, str, str], Variant]:
            told = msgspec.json.decode(raw, type=wire.Variant)
            return (told.variant_rank or 0, told.sku or "", told.id), to.to_variant(told, paid, currency)

        # The shop gives them in no order of its own.
        ranked = sorted(each(product.variants or (), "variant", read, problems), key=lambda found: found[0])
        return [variant for _, variant in ranked]

    async def _levels(self, variant_ids: Sequence[str], problems: list[str]) -> LevelsRead:
        selling = (await self._known()).selling
        asked = [
            *(("id[]", one) for one in variant_ids),
            ("limit", str(_VARIANTS)),
            ("fields", _STOCK_FIELDS),
        ]
        answer = await self._ask.get("/admin/product-variants", wire.Variants, asked)
        told = each(answer.told.variants, "stock", _stock, problems)
        return LevelsRead([x for one in told for x in to.to_levels(one, selling)], answer.http)

    # -- what was sold

    async def _orders(self, place: Place, problems: list[str]) -> OrdersRead:
        return await read_page(self._ask, place, problems)

    # -- codes

    async def create_promo(self, promo: PromoCode, show_id: str, key: str) -> PromoReceipt:
        """Make a code; `key` is its mark at the shop. A fixed amount comes off once an order, of the code's products
        together; with tax where prices are.
        """
        return await self._promos.create(promo, show_id, key, (await self._known()).with_tax)

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
        """The redemptions of these codes, counted from the orders: Medusa's own counter keeps cancelled ones. Codes that
        the shop does not have are left out.
        """
        known = {p.code: p for p in await self._promos.found(codes)}
        starts = {code: to.to_receipt(promotion).starts_at_ms for code, promotion in known.items()}
        counts = await self._redemptions.counts(starts)
        return tuple(PromoUsage(code, counts[code], 0, known[code].limit) for code in sorted(known))

    # -- on its pages

    async def feature(
        self, product_id: str, show_id: str, decided_at_ms: int, superseded: Sequence[SupersededPin], key: str
    ) -> None:
        """Feature a product (none for an empty id). Medusa keeps no history of it."""
        del show_id, decided_at_ms, superseded, key
        await self._featured.feature(product_id)


def _product(raw: msgspec.Raw) -> wire.Product:
    return msgspec.json.decode(raw, type=wire.Product)


def _stock(raw: msgspec.Raw) -> wire.Stock:
    return msgspec.json.decode(raw, type=wire.Stock)
