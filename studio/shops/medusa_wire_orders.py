"""Medusa's orders on the wire (v2): what is read of their JSON. Amounts are decimals, times are ISO 8601."""

import datetime as dt
from decimal import Decimal
from typing import Any

from msgspec import Raw, Struct

from studio.shops.medusa_wire import Ref


class Adjustment(Struct, frozen=True):
    """What a code, or an automatic promotion, takes off."""

    code: str | None = None
    amount: Decimal = Decimal(0)
    is_tax_inclusive: bool = False


class TaxLine(Struct, frozen=True):
    """A tax of a line, in per cent."""

    rate: Decimal


class Detail(Struct, frozen=True):
    """How far a line has come."""

    return_received_quantity: Decimal = Decimal(0)
    return_dismissed_quantity: Decimal = Decimal(0)
    written_off_quantity: Decimal = Decimal(0)


class Line(Struct, frozen=True):
    """A line of an order; `total` shrinks with returns."""

    quantity: Decimal
    total: Decimal
    unit_price: Decimal
    variant_id: str | None = None
    product_id: str | None = None
    is_tax_inclusive: bool = False
    adjustments: list[Adjustment] | None = None
    tax_lines: list[TaxLine] | None = None
    detail: Detail = Detail()


class Shipping(Struct, frozen=True):
    """A way of sending, with what was taken off it."""

    adjustments: list[Adjustment] | None = None


class Amount(Struct, frozen=True):
    """Only an amount."""

    amount: Decimal


class Payment(Struct, frozen=True):
    """Money promised; taken as far as it was captured."""

    amount: Decimal
    captures: list[Amount] | None = None
    refunds: list[Amount] | None = None
    canceled_at: str | None = None


class PaymentCollection(Struct, frozen=True):
    """All payments of an order."""

    payments: list[Payment] | None = None


class Summary(Struct, frozen=True):
    """An order's sums; `original_order_total` is from when it was placed."""

    original_order_total: Decimal | None = None


class Order(Struct, frozen=True):
    """An order."""

    id: str
    status: str
    currency_code: str
    total: Decimal
    created_at: dt.datetime
    updated_at: dt.datetime
    items: list[Line]
    display_id: int | None = None
    custom_display_id: str | None = None
    discount_total: Decimal = Decimal(0)
    canceled_at: dt.datetime | None = None
    metadata: dict[str, Any] | None = None
    summary: Summary | None = None
    shipping_methods: list[Shipping] | None = None
    payment_collections: list[PaymentCollection] | None = None


class Orders(Struct, frozen=True):
    """`/admin/orders`."""

    orders: list[Raw]
    count: int = 0


class OrderRef(Struct, frozen=True):
    """What a payment is for."""

    order: Ref | None = None


class MovedPayment(Struct, frozen=True):
    """A payment and its order."""

    payment_collection: OrderRef | None = None


class Payments(Struct, frozen=True):
    """`/admin/payments`."""

    payments: list[MovedPayment]
