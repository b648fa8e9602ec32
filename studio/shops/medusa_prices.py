"""What people pay in Medusa's storefront: with the lists of prices, the rules and the taxes that hold there."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from studio.shops import medusa_wire as wire
from studio.shops.medusa_client import MedusaClient

PRODUCTS_MS = 30_000
"""How long a page of products may take: some have hundreds of variants."""


class Front(msgspec.Struct, frozen=True):
    """The storefront through which prices are read: its (public) key, the region, and the country for the tax."""

    key: str
    region_id: str
    country: str


class Priced(msgspec.Struct, frozen=True):
    """What one piece costs, by variant id, and which products the storefront has at all."""

    amounts: dict[str, Decimal]
    products: frozenset[str]


def front_of(
    store: wire.Store, currency: str, regions: Sequence[wire.Region], keys: Sequence[wire.ApiKey]
) -> Front | None:
    """The storefront of the shop's own sales channel, in its own region, or in the first one of its currency. None where it
    has no key or no such region.
    """
    fitting = [region for region in regions if region.currency_code.upper() == currency]
    fitting.sort(key=lambda region: (region.id != store.default_region_id, region.id))
    usable = [key for key in keys if key.revoked_at is None and key.sales_channels]
    usable.sort(
        key=lambda key: store.default_sales_channel_id not in [c.id for c in key.sales_channels or ()]
    )
    if not fitting or not usable:
        return None
    countries = sorted(country.iso_2 for country in fitting[0].countries or ())
    return Front(usable[0].token, fitting[0].id, countries[0] if countries else "")


async def priced(client: MedusaClient, front: Front, currency: str, product_ids: Sequence[str]) -> Priced:
    """What these products cost in the storefront, one piece, with tax."""
    asked = [
        *(("id[]", one) for one in product_ids),
        ("region_id", front.region_id),
        *([("country_code", front.country)] if front.country else []),
        ("limit", str(len(product_ids))),
        ("fields", "id,variants.id,*variants.calculated_price"),
    ]
    headers = {"x-publishable-api-key": front.key}
    if not product_ids:
        return Priced({}, frozenset())
    told = (await client.get("/store/products", wire.PricedProducts, asked, headers, PRODUCTS_MS)).told
    amounts: dict[str, Decimal] = {}
    for product in told.products:
        for variant in product.variants or ():
            price = variant.calculated_price
            if price is None or (price.currency_code or "").upper() != currency:
                continue
            amount = price.calculated_amount_with_tax
            amount = price.calculated_amount if amount is None else amount
            if amount is not None:
                amounts[variant.id] = amount
    return Priced(amounts, frozenset(p.id for p in told.products))
