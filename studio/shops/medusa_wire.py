"""Medusa's Admin and Store API on the wire (v2): what is read of their JSON. Amounts are decimals, times are ISO 8601."""

import datetime as dt
from decimal import Decimal
from typing import Any

from msgspec import Raw, Struct


class Refusal(Struct, frozen=True):
    """What an answer of 400 and above says."""

    type: str = ""
    message: str = ""
    code: str = ""


class Ref(Struct, frozen=True):
    """Only an id."""

    id: str


class Currency(Struct, frozen=True):
    """A currency that the shop sells in."""

    currency_code: str
    is_default: bool = False


class Store(Struct, frozen=True):
    """The shop itself."""

    id: str
    name: str
    supported_currencies: list[Currency] = []
    default_sales_channel_id: str | None = None
    default_region_id: str | None = None


class Stores(Struct, frozen=True):
    """`/admin/stores`."""

    stores: list[Store]


class Country(Struct, frozen=True):
    """A country by its two letters."""

    iso_2: str


class Region(Struct, frozen=True):
    """Where prices and taxes are the same."""

    id: str
    currency_code: str
    countries: list[Country] | None = None


class Regions(Struct, frozen=True):
    """`/admin/regions`."""

    regions: list[Region]


class ApiKey(Struct, frozen=True):
    """A key of a storefront: no secret, it stands in its pages."""

    token: str
    revoked_at: str | None = None
    sales_channels: list[Ref] | None = None


class ApiKeys(Struct, frozen=True):
    """`/admin/api-keys`."""

    api_keys: list[ApiKey]


class Location(Struct, frozen=True):
    """A stock location and the sales channels that it serves."""

    id: str
    name: str
    sales_channels: list[Ref] | None = None


class Locations(Struct, frozen=True):
    """`/admin/stock-locations`."""

    stock_locations: list[Location]


class Preference(Struct, frozen=True):
    """Whether prices of a currency or region are with tax."""

    attribute: str
    value: str | None
    is_tax_inclusive: bool


class Preferences(Struct, frozen=True):
    """`/admin/price-preferences`."""

    price_preferences: list[Preference]


class Image(Struct, frozen=True):
    """A picture."""

    url: str
    rank: int = 0


class Tag(Struct, frozen=True):
    """A tag of a product."""

    id: str
    value: str


class Tags(Struct, frozen=True):
    """`/admin/product-tags`."""

    product_tags: list[Tag]


class NewTag(Struct, frozen=True):
    """The answer to a new tag."""

    product_tag: Tag


class Titled(Struct, frozen=True):
    """Anything with a title."""

    title: str = ""


class Category(Struct, frozen=True):
    """A category of a product."""

    name: str
    is_internal: bool = False
    is_active: bool = True


class OptionValue(Struct, frozen=True):
    """A value of an option, such as M of Size."""

    value: str
    option: Titled | None = None


class Price(Struct, frozen=True):
    """A price as the administration has it; `rules` say for whom."""

    amount: Decimal
    currency_code: str
    min_quantity: int | None = None
    rules: dict[str, Any] | None = None


class Variant(Struct, frozen=True):
    """What can be bought."""

    id: str
    variant_rank: int | None = None
    title: str | None = None
    sku: str | None = None
    barcode: str | None = None
    ean: str | None = None
    upc: str | None = None
    thumbnail: str | None = None
    metadata: dict[str, Any] | None = None
    options: list[OptionValue] | None = None
    prices: list[Price] | None = None


class Product(Struct, frozen=True):
    """A product; its variants are read one by one, so that a bad one spoils no other."""

    id: str
    title: str
    status: str
    handle: str | None = None
    description: str | None = None
    thumbnail: str | None = None
    images: list[Image] | None = None
    tags: list[Tag] | None = None
    collection: Titled | None = None
    categories: list[Category] | None = None
    variants: list[Raw] | None = None


class Products(Struct, frozen=True):
    """`/admin/products`."""

    products: list[Raw]
    count: int = 0


class CalculatedPrice(Struct, frozen=True):
    """What somebody in the storefront pays for a piece."""

    currency_code: str | None = None
    calculated_amount: Decimal | None = None
    calculated_amount_with_tax: Decimal | None = None


class PricedVariant(Struct, frozen=True):
    """A variant as the storefront prices it."""

    id: str
    calculated_price: CalculatedPrice | None = None


class PricedProduct(Struct, frozen=True):
    """A product as the storefront prices it."""

    id: str
    variants: list[PricedVariant] | None = None


class PricedProducts(Struct, frozen=True):
    """`/store/products`."""

    products: list[PricedProduct]


class Level(Struct, frozen=True):
    """An inventory item's stock at one location."""

    location_id: str
    stocked_quantity: Decimal
    reserved_quantity: Decimal


class Inventory(Struct, frozen=True):
    """An inventory item."""

    location_levels: list[Level] | None = None


class InventoryPart(Struct, frozen=True):
    """How many of an inventory item one piece of a variant takes."""

    required_quantity: Decimal = Decimal(1)
    inventory: Inventory | None = None


class Stock(Struct, frozen=True):
    """A variant's stock."""

    id: str
    manage_inventory: bool = True
    allow_backorder: bool = False
    inventory_items: list[InventoryPart] | None = None


class Variants(Struct, frozen=True):
    """`/admin/product-variants`."""

    variants: list[Raw]


class Campaign(Struct, frozen=True):
    """When a promotion holds."""

    id: str
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None


class Promotion(Struct, frozen=True):
    """A promotion. `limit` is for all customers together."""

    id: str
    code: str
    status: str
    created_at: dt.datetime
    updated_at: dt.datetime
    limit: int | None = None
    metadata: dict[str, Any] | None = None
    campaign: Campaign | None = None


class Promotions(Struct, frozen=True):
    """`/admin/promotions`."""

    promotions: list[Promotion]


class OnePromotion(Struct, frozen=True):
    """`/admin/promotions/ID`."""

    promotion: Promotion


class TaggedProduct(Struct, frozen=True):
    """A product with the ids of its tags."""

    id: str
    status: str
    tags: list[Ref] | None = None


class TaggedProducts(Struct, frozen=True):
    """`/admin/products`, with tags only."""

    products: list[TaggedProduct]
