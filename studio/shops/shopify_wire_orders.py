"""Shopify's orders and discounts on the wire: what is read of their JSON."""

from msgspec import Raw, field

from studio.shops.shopify_wire import Bag, Bare, Count, Nodes, Page, Ref


class Changed(Bare, frozen=True):
    """An order that changed."""

    id: str
    updated_at: str


class OrdersChanged(Bare, frozen=True):
    """`ORDERS_CHANGED`."""

    orders: Page[Changed]


class Attribute(Bare, frozen=True):
    """A note attribute of an order."""

    key: str
    value: str | None = None


class Utm(Bare, frozen=True):
    """The campaign of a visit."""

    source: str | None = None
    campaign: str | None = None
    content: str | None = None


class Visit(Bare, frozen=True):
    """A visit of the online store."""

    landing_page: str | None = None
    utm_parameters: Utm | None = None


class Journey(Bare, frozen=True):
    """How the customer came; not known at once."""

    ready: bool
    last_visit: Visit | None = None


class Allocation(Bare, frozen=True):
    """A discount's part in a line."""

    allocated_amount_set: Bag


class Tax(Bare, frozen=True):
    """A tax of a line."""

    price_set: Bag


class Line(Bare, frozen=True):
    """A line of an order. Product and variant are null once they are deleted."""

    quantity: int
    current_quantity: int
    original_total_set: Bag
    discount_allocations: list[Allocation]
    tax_lines: list[Tax]
    product: Ref | None = None
    variant: Ref | None = None


class Order(Bare, frozen=True):
    """An order with its first lines."""

    id: str
    name: str
    created_at: str
    updated_at: str
    taxes_included: bool
    total_price_set: Bag
    total_refunded_set: Bag
    line_items: Page[Line]
    discount_codes: list[str]
    custom_attributes: list[Attribute]
    cancelled_at: str | None = None
    display_financial_status: str | None = None
    total_discounts_set: Bag | None = None
    customer_journey_summary: Journey | None = None


class Orders(Bare, frozen=True):
    """`ORDERS`."""

    nodes: list[Raw]


class Lines(Bare, frozen=True):
    """More lines of an order."""

    line_items: Page[Line]


class OrderLines(Bare, frozen=True):
    """`ORDER_LINES`."""

    order: Lines | None


class Discount(Bare, frozen=True):
    """What a code takes off, whichever kind it is of."""

    title: str
    status: str
    starts_at: str
    updated_at: str
    ends_at: str | None = None
    usage_limit: int | None = None
    async_usage_count: int = 0
    typename: str = field(name="__typename", default="")


class DiscountNode(Bare, frozen=True):
    """A discount with its id."""

    id: str
    code_discount: Discount


class Found(Bare, frozen=True):
    """`FIND_DISCOUNT`."""

    code_discount_node_by_code: DiscountNode | None


class Usage(Bare, frozen=True):
    """`USAGE`."""

    code_discount_node_by_code: DiscountNode | None
    placed: Count | None
    cancelled: Count | None


class UserError(Bare, frozen=True):
    """Why a write was refused."""

    message: str
    code: str | None = None
    field: list[str] | None = None


class Payload(Bare, frozen=True):
    """What a write of a discount did."""

    user_errors: list[UserError]
    code_discount_node: DiscountNode | None = None


class Made(Bare, frozen=True):
    """Any write of a discount."""

    made: Payload | None


class Tagged(Bare, frozen=True):
    """A product with its tags."""

    id: str
    tags: list[str]


class Featured(Bare, frozen=True):
    """`FEATURED`."""

    products: Nodes[Tagged]


class TagPayload(Bare, frozen=True):
    """What a write of a tag did."""

    user_errors: list[UserError]


class Retagged(Bare, frozen=True):
    """`TAG` or `UNTAG`."""

    tags_add: TagPayload | None = None
    tags_remove: TagPayload | None = None
