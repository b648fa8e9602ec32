"""Studio Shop API v1 on the wire: what is read of its JSON. Fields that are not used are not read."""

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType

from studio.control.ports import ShopCapabilities
from studio.domain.order import OrderStatus


class Money(Struct, frozen=True):
    """An amount in minor units."""

    amount_minor: int
    currency: str


class Location(Struct, frozen=True):
    """Where stock lies."""

    id: str
    name: str


class Shop(Struct, frozen=True):
    """`GET /v1/shop`."""

    instance_id: str
    name: str
    currency: str
    product_count: int
    time_zone: str = "UTC"
    locations: list[Location] = []
    capabilities: ShopCapabilities = ShopCapabilities()


class Clock(Struct, frozen=True):
    """`GET /v1/clock`."""

    now_ms: int
    rate: float = 1.0


class Image(Struct, frozen=True):
    """A picture."""

    url: str


class Texts(Struct, frozen=True):
    """A product's words in one language."""

    title: str
    description: str = ""
    talking_points: list[str] = []


class Reviews(Struct, frozen=True):
    """Score and number of reviews."""

    score: float | None = None
    count: int = 0


class Variant(Struct, frozen=True):
    """What can be bought."""

    id: str
    sku: str
    title: str
    price: Money
    low_30d_price: Money | None = None
    barcode: str = ""
    options: dict[str, str] = {}
    active: bool = True


class Product(Struct, frozen=True):
    """A product with all its languages."""

    id: str
    revision: int
    title: str
    variants: list[Variant]
    texts: dict[str, Texts] = {}
    category: str = ""
    tags: list[str] = []
    active: bool = True
    images: list[Image] = []
    returns_text: str = ""
    delivery_text: str = ""
    reviews: Reviews = Reviews()
    url: str = ""


class StockLevel(Struct, frozen=True):
    """Stock of one variant at one location."""

    variant_id: str
    location_id: str
    on_hand: int
    reserved: int
    safety_stock: int
    revision: int
    updated_at_ms: int


class OrderLine(Struct, frozen=True):
    """One variant of an order."""

    variant_id: str
    product_id: str
    quantity: int
    total: Money
    discount: Money
    returned_quantity: int = 0


class Order(Struct, frozen=True):
    """An order."""

    id: str
    number: str
    revision: int
    placed_at_ms: int
    updated_at_ms: int
    status: OrderStatus
    lines: list[OrderLine]
    total: Money
    refunded: Money
    discount: Money
    promo_codes: list[str] = []
    link_id: str | None = None
    link_show_id: str | None = None
    session_id: str | None = None
    paid_at_ms: int | None = None
    cancelled_at_ms: int | None = None


class Promo(Struct, frozen=True):
    """A promo code as the shop has it."""

    id: str
    code: str
    starts_at_ms: int
    ends_at_ms: int
    revision: int = 0
    redemptions: int = 0
    total_limit: int | None = None


class Link(Struct, frozen=True):
    """A tracked link."""

    id: str
    url: str
    show_id: str
    channel: str
    product_id: str | None = None


class Featured(Struct, frozen=True):
    """`PUT /v1/featured`: that it is answered so is all that counts."""

    current: Raw
    records: list[Raw]


class ProductTraffic(Struct, frozen=True):
    """What the visits did with one product."""

    product_id: str
    sessions: int = 0
    add_to_carts: int = 0


class TrafficFigures(Struct, frozen=True):
    """What a show's tracked links brought."""

    show_id: str
    revision: int
    sessions: int
    avg_session_ms: int
    add_to_carts: int
    by_product: list[ProductTraffic] = []


class Page(Struct, frozen=True):
    """A page of any list; its entries are read one by one, so that a bad one spoils no other."""

    items: list[Raw]
    next_cursor: str | None


class Changes(Struct, frozen=True):
    """A page of the feed."""

    changes: list[Raw]
    last_seq: int


class Change(Struct, frozen=True):
    """One change; the field named like `kind` holds the entity."""

    seq: int
    id: str
    at_ms: int
    kind: str
    entity_id: str = ""
    product: Raw | UnsetType = UNSET
    stock: Raw | UnsetType = UNSET
    order: Raw | UnsetType = UNSET
    promo: Raw | UnsetType = UNSET
    traffic: Raw | UnsetType = UNSET


class Numbered(Struct, frozen=True):
    """What can still be read of a change that is not as agreed."""

    seq: int


class Named(Struct, frozen=True):
    """What an entry that cannot be read may still say."""

    id: Any = ""
    variant_id: Any = ""
