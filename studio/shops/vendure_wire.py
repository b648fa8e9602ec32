"""Vendure's Admin API on the wire: what is read of its JSON. Money is integer minor units, times are ISO 8601."""

import datetime as dt
from typing import Any

from msgspec import Raw, Struct


class Extensions(Struct, frozen=True):
    """The machine's part of an error."""

    code: str = ""


class GraphQlError(Struct, frozen=True):
    """One error of an answer."""

    message: str = ""
    path: list[Any] | None = None
    extensions: Extensions = Extensions()


class Envelope(Struct, frozen=True):
    """Every answer: `data`, or `errors` in an answer of HTTP 200."""

    data: Raw = Raw(b"null")
    errors: list[GraphQlError] = []


class Listed(Struct, frozen=True):
    """A list; its entries are read one by one, so that a bad one spoils no other."""

    items: list[Raw]
    totalItems: int = 0


class Counted(Struct, frozen=True):
    """Only how long a list is."""

    totalItems: int


class Named(Struct, frozen=True):
    """Anything with a name."""

    name: str = ""


class Location(Struct, frozen=True):
    """A stock location."""

    id: str
    name: str


class Locations(Struct, frozen=True):
    """All stock locations."""

    items: list[Location]


class Channel(Struct, frozen=True):
    """The channel that the key sees."""

    id: str
    code: str
    defaultCurrencyCode: str
    defaultLanguageCode: str = "en"
    pricesIncludeTax: bool = True
    trackInventory: bool | None = None
    outOfStockThreshold: int | None = None
    seller: Named | None = None


class GlobalSettings(Struct, frozen=True):
    """What holds where channel and variant say nothing."""

    trackInventory: bool = True
    outOfStockThreshold: int = 0


class Shop(Struct, frozen=True):
    """`CHANNEL`."""

    activeChannel: Channel
    globalSettings: GlobalSettings
    products: Counted
    stockLocations: Locations


class Asset(Struct, frozen=True):
    """A picture."""

    preview: str


class Facet(Struct, frozen=True):
    """What a facet value belongs to."""

    id: str
    name: str = ""
    code: str = ""
    isPrivate: bool = False


class FacetValue(Struct, frozen=True):
    """A facet value of a product."""

    id: str
    name: str
    facet: Facet


class Collection(Struct, frozen=True):
    """A collection of a product."""

    name: str
    isPrivate: bool = False


class Product(Struct, frozen=True):
    """A product without its variants."""

    id: str
    name: str
    slug: str
    description: str = ""
    enabled: bool = True
    featuredAsset: Asset | None = None
    assets: list[Asset] = []
    facetValues: list[FacetValue] = []
    collections: list[Collection] = []


class OptionValue(Struct, frozen=True):
    """A value of an option, such as M of Size."""

    name: str
    group: Named


class VariantFields(Struct, frozen=True):
    """The custom fields of a variant, as far as they are read."""

    lowestPrice30Days: int | None = None


class Variant(Struct, frozen=True):
    """What can be bought."""

    id: str
    productId: str
    sku: str
    name: str
    enabled: bool
    priceWithTax: int
    currencyCode: str
    options: list[OptionValue] = []
    featuredAsset: Asset | None = None
    customFields: VariantFields | None = None


class Level(Struct, frozen=True):
    """A variant's stock at one location."""

    stockLocationId: str
    stockOnHand: int
    stockAllocated: int


class Stock(Struct, frozen=True):
    """A variant's stock at all locations."""

    id: str
    trackInventory: str
    outOfStockThreshold: int
    useGlobalOutOfStockThreshold: bool
    stockLevels: list[Level]


class VariantRef(Struct, frozen=True):
    """Which variant a line is about."""

    id: str
    productId: str


class Line(Struct, frozen=True):
    """A line; `quantity` is what is left after cancellations of `orderPlacedQuantity`."""

    productVariant: VariantRef
    quantity: int
    orderPlacedQuantity: int
    proratedUnitPriceWithTax: int
    proratedLinePriceWithTax: int


class Coupon(Struct, frozen=True):
    """A promotion that took something off the order."""

    couponCode: str | None = None


class Discount(Struct, frozen=True):
    """What was taken off; negative."""

    amountWithTax: int


class Refund(Struct, frozen=True):
    """Money given back."""

    total: int
    state: str


class Payment(Struct, frozen=True):
    """Money taken."""

    amount: int
    state: str
    refunds: list[Refund] = []


class Fulfillment(Struct, frozen=True):
    """Goods on their way."""

    state: str


class OrderFields(Struct, frozen=True):
    """The custom fields of an order, as far as they are read."""

    hostStudioLink: str | None = None


class Order(Struct, frozen=True):
    """An order."""

    id: str
    code: str
    state: str
    updatedAt: dt.datetime
    currencyCode: str
    totalWithTax: int
    lines: list[Line]
    orderPlacedAt: dt.datetime | None = None
    couponCodes: list[str] = []
    promotions: list[Coupon] = []
    discounts: list[Discount] = []
    payments: list[Payment] | None = None
    fulfillments: list[Fulfillment] | None = None
    customFields: OrderFields | None = None


class Promotion(Struct, frozen=True):
    """A promotion, or the error that came in its place."""

    id: str = ""
    couponCode: str | None = None
    createdAt: dt.datetime | None = None
    startsAt: dt.datetime | None = None
    endsAt: dt.datetime | None = None
    enabled: bool = True
    usageLimit: int | None = None
    description: str = ""
    errorCode: str = ""
    message: str = ""


class FacetValueRef(Struct, frozen=True):
    """A facet value by its ids."""

    id: str
    code: str = ""


class FacetWithValues(Struct, frozen=True):
    """A facet with its values."""

    id: str
    code: str
    values: list[FacetValueRef]


class Faceted(Struct, frozen=True):
    """A product with the ids of its facet values."""

    id: str
    enabled: bool
    facetValues: list[FacetValueRef]


class Ref(Struct, frozen=True):
    """Only an id."""

    id: str
