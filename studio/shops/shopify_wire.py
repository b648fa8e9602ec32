"""Shopify's Admin GraphQL API on the wire: what is read of its JSON. Fields that are not used are not read."""

from typing import Generic, TypeVar

from msgspec import Raw, Struct

T = TypeVar("T")


class Bare(Struct, frozen=True, rename="camel"):
    """Fields are told in camel case."""


class Nodes(Bare, Generic[T], frozen=True):
    """A connection of which one page is all."""

    nodes: list[T]


class PageInfo(Bare, frozen=True):
    """Where a page ends."""

    has_next_page: bool
    end_cursor: str | None = None


class Page(Bare, Generic[T], frozen=True):
    """A page of a connection."""

    nodes: list[T]
    page_info: PageInfo

    @property
    def next(self) -> str | None:
        """The cursor of the next page, None at the end."""
        return self.page_info.end_cursor if self.page_info.has_next_page else None


class ThrottleStatus(Bare, frozen=True):
    """The bucket after a request."""

    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(Bare, frozen=True):
    """What a request asked for, and what it took."""

    requested_query_cost: float = 0
    actual_query_cost: float | None = None
    throttle_status: ThrottleStatus | None = None


class Extensions(Bare, frozen=True):
    """What comes beside the data."""

    cost: Cost | None = None


class ErrorExtensions(Bare, frozen=True):
    """What an error is about."""

    code: str = ""
    required_access: str = ""


class Error(Bare, frozen=True):
    """Why there is no answer."""

    message: str = ""
    extensions: ErrorExtensions | None = None


class Answer(Bare, frozen=True):
    """Any answer. `errors` is a mere sentence where the platform refuses before it reads the request."""

    data: Raw = Raw(b"null")
    errors: Raw = Raw(b"null")
    extensions: Extensions | None = None


class Amount(Bare, frozen=True):
    """Money as a decimal."""

    amount: str
    currency_code: str


class Bag(Bare, frozen=True):
    """An amount in the shop's currency."""

    shop_money: Amount


class Url(Bare, frozen=True):
    """An address."""

    url: str


class Scope(Bare, frozen=True):
    """A right of the token."""

    handle: str


class Installation(Bare, frozen=True):
    """The app whose token is used."""

    access_scopes: list[Scope]


class Count(Bare, frozen=True):
    """How many there are."""

    count: int


class Shop(Bare, frozen=True):
    """Who the shop is."""

    id: str
    name: str
    currency_code: str
    iana_timezone: str
    primary_domain: Url


class Identity(Bare, frozen=True):
    """`IDENTITY`."""

    shop: Shop
    current_app_installation: Installation | None
    products_count: Count | None


class Ref(Bare, frozen=True):
    """Something that is only named."""

    id: str


class Location(Bare, frozen=True):
    """Where stock lies."""

    id: str
    name: str


class Locations(Bare, frozen=True):
    """`LOCATIONS`."""

    locations: Page[Location]


class Option(Bare, frozen=True):
    """One option's value."""

    name: str
    value: str


class Variant(Bare, frozen=True):
    """What can be bought; its price is a decimal in the shop's currency."""

    id: str
    title: str
    price: str
    sku: str | None = None
    barcode: str | None = None
    selected_options: list[Option] = []


class Value(Bare, frozen=True):
    """A metafield."""

    value: str


class Translation(Bare, frozen=True):
    """A field in another language."""

    key: str
    value: str | None = None


class Preview(Bare, frozen=True):
    """A picture of any medium; none while it is processed."""

    image: Url | None = None


class Medium(Bare, frozen=True):
    """A picture, a film, a model."""

    preview: Preview | None = None


class Product(Bare, frozen=True):
    """A product with its first variants."""

    id: str
    title: str
    status: str
    updated_at: str
    media: Nodes[Medium]
    variants: Page[Variant]
    description: str = ""
    product_type: str = ""
    tags: list[str] = []
    online_store_url: str | None = None
    score: Value | None = None
    scores: Value | None = None
    translations: list[Translation] = []


class Products(Bare, frozen=True):
    """`PRODUCTS_PAGE`; its entries are read one by one, so that a bad one spoils no other."""

    products: Page[Raw]


class OneProduct(Bare, frozen=True):
    """`PRODUCT`."""

    product: Raw


class Variants(Bare, frozen=True):
    """More variants of a product."""

    variants: Page[Variant]


class MoreVariants(Bare, frozen=True):
    """`PRODUCT_VARIANTS`."""

    product: Variants | None


class Address(Bare, frozen=True):
    """Where a product can be seen."""

    id: str
    online_store_url: str | None = None


class ProductAddress(Bare, frozen=True):
    """`PRODUCT_ADDRESS`."""

    product: Address | None


class Quantity(Bare, frozen=True):
    """How many are available."""

    quantity: int
    updated_at: str | None = None


class Level(Bare, frozen=True):
    """Stock at one location."""

    location: Ref
    quantities: list[Quantity]
    updated_at: str


class Item(Bare, frozen=True):
    """What is kept in stock. Shopify counts nothing of what is not `tracked`."""

    tracked: bool
    inventory_levels: Nodes[Level]


class Stocked(Bare, frozen=True):
    """A variant with its stock. Empty for what is no variant."""

    id: str = ""
    inventory_quantity: int | None = None
    inventory_item: Item | None = None


class Listed(Bare, frozen=True):
    """`TOTALS`, `LEVELS`: what is gone is null."""

    nodes: list[Stocked | None]


class Named(Bare, frozen=True):
    """What an entry that cannot be read may still say."""

    id: str = ""


def is_null(raw: Raw) -> bool:
    """Whether nothing is there."""
    return bytes(raw) == b"null"
