"""The demo shop's own side doors: what shoppers (the simulated audience) and the rehearsal's director use.

Not part of what other shops must implement. Common rules (money, times, problems, Idempotency-Key) as in `contract`.

Storefront (``/store/v1``; bearer: the shop token or the admin token)
=====================================================================
``Idempotency-Key`` is optional here; with it a write is safe to repeat. Faults hit the storefront like everything else but the administration.

- ``POST /store/v1/sessions`` `SessionCreate` -> 201 `Session`.
- ``POST /store/v1/sessions/batch`` `SessionBatch` -> 200 `SessionBatchAnswer`: opens, keeps alive and ends up to 2,000 sessions in one request.
- ``POST /store/v1/sessions/{session_id}/heartbeat`` -> 200 `Session`; ``POST /store/v1/sessions/{session_id}/end`` -> 200 `Session` (again: no change).
- ``POST /store/v1/sessions/{session_id}/touch`` `Touch` -> 200 `Session`: a shopper already here follows another tracked link; the last one counts.
- ``POST /store/v1/carts`` `CartCreate` -> 201 `Cart`. ``GET /store/v1/carts/{cart_id}`` -> `Cart`.
- ``POST /store/v1/carts/{cart_id}/lines`` `LineAdd` -> 200 `Cart`: reserves for 10 minutes of shop time; 409 ``sold-out`` with ``available``.
  Reservations that run out free the stock; checkout then tries to take it again.
- ``POST /store/v1/carts/{cart_id}/code`` `CodeEntry` -> 200 `CodeAnswer`: accepted or refused with a reason. One code a cart; the last accepted replaces.
- ``POST /store/v1/carts/{cart_id}/checkout`` -> 201 `contract.Order`: stock, limits and order in one transaction. 409 ``code-refused`` (reason), ``sold-out``,
  ``cart-closed``, ``cart-empty``, ``orders-stopped``. The cart stays open after a refusal; enter another code (or `{"code": null}`) and try again.
- ``POST /store/v1/orders`` `OrderExpress` -> 201 `contract.Order`: cart, lines, code and checkout in one request.
- ``POST /store/v1/orders/{order_id}/cancel`` -> `contract.Order`. ``POST /store/v1/orders/{order_id}/returns`` `ReturnRequest` -> `contract.Order`.

Reasons for refusing a code: ``unknown``, ``not-started``, ``ended``, ``used-up``, ``customer-used-up``, ``customer-unknown`` (a per-customer limit
and nobody to count), ``not-applicable`` (nothing in the cart it is for).

Administration (``/admin/v1``; bearer: the admin token; never subject to faults, no Idempotency-Key)
====================================================================================================
- ``POST /admin/v1/clock`` `ClockSet` -> `contract.Clock`.
- ``POST /admin/v1/faults`` `FaultCreate` -> 201 `Fault`; ``GET /admin/v1/faults`` -> `FaultList`; ``DELETE /admin/v1/faults`` ends all that are not over -> `FaultList`.
- ``POST /admin/v1/stop-orders`` `StopOrders` -> `OrdersState`: from then on checkouts, cancellations and returns are refused with ``orders-stopped``.
- ``POST /admin/v1/products/{product_id}`` `ProductEdit` -> `contract.Product`. ``POST /admin/v1/stock`` `StockEdit` -> `contract.StockLevel`.
- ``GET /admin/v1/books?show_id&started_at_ms&ended_at_ms`` -> `Books`.
"""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from studio.rehearsal.contract import Minor, Money, Ms, Ref

RESERVATION_MS = 10 * 60 * 1000
Quantity = Annotated[int, Meta(ge=1, le=1000)]
CodeRefusal = Literal[
    "unknown", "not-started", "ended", "used-up", "customer-used-up", "customer-unknown", "not-applicable"
]
FaultName = Literal[
    "shop-down", "shop-slow", "rate-limited", "lost-replies", "duplicate-events", "out-of-order", "sell-out", "chat-flood",
    "clock-skew", "channel-silent",
]  # fmt: skip


class SessionCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shopper comes, by a tracked link or by themselves."""

    link_id: Ref | None = None
    referrer: Annotated[str, Meta(max_length=500)] | None = None
    customer_ref: Ref | None = None


class Session(Struct, frozen=True, kw_only=True):
    """A shopper's visit."""

    id: str
    link_id: str | None
    show_id: str | None
    customer_ref: str | None
    started_at_ms: Ms
    last_seen_at_ms: Ms
    ended_at_ms: Ms | None


class SessionBatch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Many shoppers come, stay and leave."""

    opened: Annotated[list[SessionCreate], Meta(max_length=2000)] = []
    alive: Annotated[list[Ref], Meta(max_length=2000)] = []
    ended: Annotated[list[Ref], Meta(max_length=2000)] = []


class SessionBatchAnswer(Struct, frozen=True, kw_only=True):
    """Ids of the opened sessions, in order; ids of `alive` and `ended` the shop does not know."""

    opened: list[str]
    unknown: list[str]


class Touch(Struct, frozen=True, forbid_unknown_fields=True):
    """A tracked link a shopper followed."""

    link_id: Ref


class CartCreate(Struct, frozen=True, forbid_unknown_fields=True):
    """A cart for a session."""

    session_id: Ref


class LineAdd(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many of a variant."""

    variant_id: Ref
    quantity: Quantity = 1


class CartLine(Struct, frozen=True, kw_only=True):
    """One variant in a cart. `reserved_until_ms` is null when the reservation ran out."""

    variant_id: str
    product_id: str
    quantity: int
    unit_price: Money
    reserved_until_ms: Ms | None


class Cart(Struct, frozen=True, kw_only=True):
    """A cart."""

    id: str
    session_id: str
    lines: list[CartLine]
    code: str | None
    order_id: str | None


class CodeEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """A code as the shopper typed it (any case); null takes the code out again."""

    code: Annotated[str, Meta(max_length=100)] | None


class CodeAnswer(Struct, frozen=True, kw_only=True):
    """Whether the code is good as of now; the checkout decides."""

    accepted: bool
    reason: CodeRefusal | None
    detail: str
    cart: Cart


class OrderExpress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A whole purchase. With `drop_refused_code` a code that is not good is left out instead of refusing the order."""

    session_id: Ref
    lines: Annotated[list[LineAdd], Meta(min_length=1, max_length=50)]
    code: Annotated[str, Meta(max_length=100)] | None = None
    drop_refused_code: bool = False


class ReturnLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many units of a variant come back."""

    variant_id: Ref
    quantity: Quantity


class ReturnRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """What comes back."""

    lines: Annotated[list[ReturnLine], Meta(min_length=1, max_length=50)]


class ClockSet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes the shop's clock: its rate, its time, or both."""

    rate: Annotated[float, Meta(ge=0, le=1000)] | UnsetType = UNSET
    now_ms: Ms | UnsetType = UNSET
    advance_ms: Annotated[int, Meta(ge=0, le=10_000_000_000)] | UnsetType = UNSET


class FaultCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault within [from_ms, until_ms) of the shop's clock."""

    name: FaultName
    from_ms: Ms
    until_ms: Ms
    intensity: Annotated[float, Meta(ge=0, le=1)] = 1.0
    variant_id: Ref | None = None
    """sell-out: what is bought up; null = the featured product's variants."""
    skew_ms: Annotated[int, Meta(ge=-86_400_000, le=86_400_000)] = 7 * 60 * 1000
    """clock-skew: how far Date and X-Clock-Ms are off."""


class Fault(Struct, frozen=True, kw_only=True):
    """A fault that was ordered."""

    id: int
    name: FaultName
    from_ms: Ms
    until_ms: Ms
    intensity: float
    variant_id: str | None
    skew_ms: int
    active: bool


class FaultList(Struct, frozen=True):
    """All faults that were ordered."""

    items: list[Fault]


class StopOrders(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether orders, cancellations and returns are refused from now on."""

    stopped: bool = True


class OrdersState(Struct, frozen=True, kw_only=True):
    """Whether orders are refused, and the newest sequence of the feed then."""

    stopped: bool
    last_seq: int


class ProductEdit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change at the shop's back office. A new price applies to `variant_id`, or to every variant; the 30-day low follows it down."""

    active: bool | UnsetType = UNSET
    price_minor: Minor | UnsetType = UNSET
    variant_id: Ref | None = None
    variant_active: bool | UnsetType = UNSET
    title: Annotated[str, Meta(min_length=1, max_length=300)] | UnsetType = UNSET


class StockEdit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Sets stock at a location."""

    variant_id: Ref
    location_id: Ref
    on_hand: Annotated[int, Meta(ge=0, le=1_000_000)] | UnsetType = UNSET
    safety_stock: Annotated[int, Meta(ge=0, le=1_000_000)] | UnsetType = UNSET


class Books(Struct, frozen=True, kw_only=True):
    """The truth by SQL over the shop's own tables, as of `last_seq` of the feed."""

    show_id: str
    last_seq: int
    now_ms: Ms
    orders: int
    shop_total_orders: int
    """All orders of the shop placed and not cancelled, within [started_at_ms, ended_at_ms) where given."""
    revenue_gross_minor: int
    revenue_net_minor: int
    currency: str
    redemptions: dict[str, int]
    """By code of the show, codes nobody used included."""
    promos_accepted: int
    pins_accepted: int
    """Distinct decisions to feature a product, superseded ones included."""
    duplicates: int
    """Promos sharing a mark, decisions recorded twice, orders made twice from one cart: must be 0."""
