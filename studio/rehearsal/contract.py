"""Studio Shop API v1: what a shop offers to a host studio. Any shop can implement it; the demo shop does.

The same contract as OpenAPI 3.1 is served at ``/openapi.json`` and kept in ``resources/openapi/studio-shop-v1.json``.

Common rules
============
- JSON in UTF-8, snake_case. Money is ``{"amount_minor": int, "currency": "EUR"}``. Times are UTC epoch milliseconds of the
  *shop's clock* and end in ``_ms``. Readers ignore fields they do not know; the shop refuses unknown fields in requests.
- ``Authorization: Bearer TOKEN`` on everything but ``/openapi.json`` and the pages a shopper's browser opens (``/go/...``,
  ``/p/...``, ``/v1/images/...``: their addresses stand in chats and overlays). A missing or wrong token: 401.
- Every answer carries ``Studio-Api-Version: 1``, ``Date`` and ``X-Clock-Ms`` (the shop's clock, whole ms). The headers are hints
  and may be wrong by a proxy; ``GET /v1/clock`` is the clock that decides, with its ``rate`` (shop ms per real ms; 1.0 but in
  a rehearsal). When a header parts from the estimate, measure again.
- Errors are RFC 9457 documents, ``application/problem+json``: ``type`` (a stable slug, below), ``title``, ``status``, ``detail`` (a sentence for
  people), and ``errors: [{field, message}]`` for 422; ``code-refused`` carries ``reason``, ``sold-out`` carries ``available``.
- 429 and 503 may come at any time and carry ``Retry-After`` (real seconds): nothing was done.
- **Idempotency-Key** (1..100 printable ASCII characters) is required on every write of ``/v1`` and honoured on writes of ``/store/v1``. The
  same key with the same method, path and body gets the same status and body again (header ``Idempotent-Replay: true``), also
  after a restart; with another request: 409 ``idempotency-mismatch``. Refusals (404, 409, 422) are kept too, so a retried request never
  gets a second opinion. 400, 401, 428, 429 and 5xx are not kept: nothing was done. Keys are kept for 7 days at least.
- Lists: ``limit`` (1..500, default 100) and an opaque ``cursor``; ``next_cursor`` is null on the last page.
- ``ETag`` and ``If-None-Match`` (304) on ``/v1/shop``, ``/v1/products``, ``/v1/products/{id}`` and ``/v1/images/{name}``.
- ``revision`` of an entity only rises; of two copies the one with the higher revision is the truth.

Problem types (all below ``/problems/``)
========================================
``malformed`` 400 · ``unauthorized`` 401 · ``not-found`` 404 · ``method-not-allowed`` 405 · ``code-taken`` 409 · ``idempotency-mismatch`` 409 ·
``window-passed`` 409 (a promo whose end is already over) · ``promo-ended`` 409 (an ended promo cannot be changed) · ``product-inactive`` 409 ·
``sold-out`` 409 · ``code-refused`` 409 · ``cart-closed`` 409 · ``cart-empty`` 409 · ``order-state`` 409 · ``orders-stopped`` 409 ·
``cursor-ahead`` 409 (the feed never had that sequence: read everything again) · ``too-large`` 413 · ``invalid`` 422 ·
``idempotency-key-required`` 428 · ``rate-limited`` 429 · ``internal`` 500 · ``unavailable`` 503

Endpoints of the studio side (``/v1``)
======================================
- ``GET /v1/shop`` -> `Shop`. ``instance_id`` names this very database: when it changes, cursors and sequences mean nothing any more.
- ``GET /v1/clock`` -> `Clock`.
- ``GET /v1/products?cursor&limit&q&updated_after_ms`` -> `ProductPage`, by id. ``q`` finds words (all must match, any case) in id, titles of every
  language, category, tags, SKU and barcode. ``GET /v1/products/{product_id}`` -> `Product`. Withdrawn products stay readable with ``active: false``.
- ``GET /v1/images/{name}`` -> the picture.
- ``GET /v1/stock?variant_id=..&variant_id=..&cursor&limit`` -> `StockPage`, by variant and location. Unknown variants are simply absent.
  Sellable = ``max(0, on_hand - reserved - safety_stock)`` of each location, summed. A sale lowers ``on_hand`` at once.
- ``GET /v1/orders?cursor&limit&updated_after_ms&show_id`` -> `OrderPage`, oldest first. ``GET /v1/orders/{order_id}`` -> `Order`.
- ``POST /v1/promos`` `PromoCreate` -> 201 `Promo`. ``GET /v1/promos?code&show_id&mark&cursor&limit`` -> `PromoPage`. ``GET /v1/promos/{promo_id}``.
  ``PATCH /v1/promos/{promo_id}`` `PromoChange` (extend, shorten, change the limit; an ended promo: 409). ``POST /v1/promos/{promo_id}/end`` `PromoEnd`:
  ends it now, whatever was decided when; ending an ended promo changes nothing and is no error.
- ``PUT /v1/featured`` `FeaturedPut` -> `FeaturedAnswer`. The latest ``decided_at_ms`` wins, so an answer that comes late is recorded as superseded.
  The same (show, product, decided_at_ms) is recorded once, however often it is sent. A refusal records nothing: ``superseded`` may be sent again.
  ``GET /v1/featured`` -> `FeaturedNow`. ``GET /v1/featured/history?show_id&cursor&limit`` -> `FeaturedPage`, by ``decided_at_ms``.
- ``POST /v1/links`` `LinkCreate` -> 201 `TrackedLink` (200 and the same link when show, product and channel are the same).
  ``GET /v1/links?show_id&cursor&limit`` -> `LinkPage`.
- ``GET /v1/traffic?show_id`` -> `Traffic`. A show nobody came to yet has zeros.
- ``GET /v1/changes?after=SEQ&limit`` -> `ChangePage`. ``GET /v1/changes/stream?after=SEQ`` -> server-sent events: ``id: SEQ``, ``event: change``, ``data:`` a `Change`;
  a comment line at least every 3 s; ``Last-Event-ID`` wins over ``after``; with neither, from now on. Read by an EventSource or line by line.

The feed
--------
Sequences are dense (1, 2, 3, ...) and never reused. Delivery is *at least once and in any order*: the same seq may come twice, the
same change ``id`` may come again under a later seq (with its old content), neighbours may come swapped. So: dedupe by change ``id``, let the
highest ``revision`` win, advance a cursor over gap-free runs only, read the gap again by ``after``. Each change carries the whole entity as of
then, in the field named like its kind. Stock changes that fall into one commit are sent as one; traffic changes at most
once a second for each show. Time passing sends nothing: a promo's start and end are to be computed from its window.

Orders and money
----------------
- ``line.total = unit_price x quantity``; ``subtotal`` = sum of line totals; ``discount`` = sum of the lines' ``discount``; ``total = subtotal - discount + shipping``:
  always exact. Prices include tax; ``tax`` is the tax contained in ``total``, rounded half up for each line and for shipping. A free-shipping code makes ``shipping`` 0.
- Percent discounts are rounded half up on the eligible sum and spread over the eligible lines by largest remainder.
- ``placed`` = not paid yet (``paid_at_ms`` null), ``paid``, ``partly_returned``, ``returned`` (every unit), ``cancelled``. The demo shop takes the money at checkout.
- ``refunded`` is the whole money given back so far. Cancelling refunds ``total`` (0 when never paid). Returns refund, for each line,
  ``floor((line.total - line.discount) x returned_quantity / quantity)``, and ``shipping`` too once every unit is back: a wholly returned order has
  ``refunded == total``. Only paid, unreturned orders can be cancelled; a cancelled order cannot be returned. Cancelled and returned units go back on hand.
- Figures: **orders** = orders with status other than ``cancelled``. **gross** = sum of ``total`` of orders with ``paid_at_ms``, *cancelled and returned ones
  included*. **net** = gross - sum of ``refunded``. **redemptions** of a code = orders carrying it with status other than ``cancelled`` (returned ones count).
- **An order is a show's** by its last touch: a redeemed code is typed at checkout, after any link, so a code with a ``show_id`` decides; else the tracked
  link of the session it was placed in (its last one) decides. ``link_id``, ``link_show_id``, ``link_touched_at_ms`` and ``promo_codes`` are the facts; ``show_id`` is the shop's own
  reading of them. The shop does not know when a show ended: the reader drops orders with ``placed_at_ms > ended_at_ms + 48 h`` (replay window).

Promos, featured, links, traffic and changes are in `contract_show`. Storefront (``/store/v1``, what shoppers use; the same bearer
token) and administration: see `storefront_contract`.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

API_VERSION = "1"
MAX_PAGE = 500
DEFAULT_PAGE = 100
LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: no date ends later."""
REPLAY_WINDOW_MS = 48 * 3600 * 1000

Ms = Annotated[int, Meta(ge=0, le=LAST_MS, description="UTC epoch milliseconds of the shop's clock")]
Minor = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Ref = Annotated[str, Meta(min_length=1, max_length=100)]
OrderStatus = Literal["placed", "paid", "cancelled", "returned", "partly_returned"]


class Money(Struct, frozen=True):
    """An amount in minor units (cents, öre) with its currency."""

    amount_minor: int
    currency: CurrencyCode


class MoneyIn(Struct, frozen=True, forbid_unknown_fields=True):
    """An amount in a request: never negative."""

    amount_minor: Minor
    currency: CurrencyCode


class FieldError(Struct, frozen=True):
    """One thing wrong with one field of a request."""

    field: str
    message: str


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | UnsetType = UNSET
    errors: list[FieldError] | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    available: int | UnsetType = UNSET


class Location(Struct, frozen=True):
    """Where stock lies."""

    id: str
    name: str


class Capabilities(Struct, frozen=True, kw_only=True):
    """What this shop can do by itself."""

    native_start: bool
    redemption_counter: bool
    featured: bool
    stock_by_location: bool
    traffic: bool
    push: bool


class Shop(Struct, frozen=True, kw_only=True):
    """Who the shop is and what it can do."""

    instance_id: str
    name: str
    currency: CurrencyCode
    time_zone: str
    languages: list[str]
    api_version: str
    product_count: int
    catalogue_revision: int
    prices_include_tax: bool
    locations: list[Location]
    capabilities: Capabilities


class Clock(Struct, frozen=True):
    """The shop's clock: now, and how many of its milliseconds pass in a real one."""

    now_ms: Ms
    rate: float


class Image(Struct, frozen=True):
    """A picture of a product; like `Product.url` the address may be relative to the shop's own."""

    url: str
    alt: str


class ProductTexts(Struct, frozen=True, kw_only=True):
    """A product's words in one language."""

    title: str
    description: str
    talking_points: list[str]
    category: str
    returns_text: str
    delivery_text: str


class Reviews(Struct, frozen=True):
    """Mean score of 0..5 (null while nobody has reviewed) and the number of reviews."""

    score: float | None
    count: int


class Variant(Struct, frozen=True, kw_only=True):
    """What can be bought: a size, a colour."""

    id: str
    sku: str
    barcode: str
    title: str
    """In the shop's first language; `titles` has all."""
    titles: dict[str, str]
    options: dict[str, str]
    """"Colour" to "Berry", in the shop's first language."""
    price: Money
    tax_rate_bp: int
    """Tax in basis points, contained in the price: 2500 = 25 %."""
    low_30d_price: Money | None
    """Lowest price of the last 30 days (EU 98/6/EC Art. 6a); null when the shop does not know it."""
    active: bool


class Product(Struct, frozen=True, kw_only=True):
    """A product with everything a host needs to talk about it."""

    id: str
    revision: int
    updated_at_ms: Ms
    title: str
    """In the shop's first language; `texts` has all."""
    texts: dict[str, ProductTexts]
    """By language: en, de, nb."""
    category: str
    """A stable key; its name is in `texts`."""
    tags: list[str]
    active: bool
    images: list[Image]
    returns_text: str
    delivery_text: str
    reviews: Reviews
    variants: list[Variant]
    url: str


class ProductPage(Struct, frozen=True):
    """A page of products."""

    items: list[Product]
    next_cursor: str | None


class StockLevel(Struct, frozen=True, kw_only=True):
    """Stock of one variant at one location."""

    variant_id: str
    location_id: str
    on_hand: int
    reserved: int
    safety_stock: int
    revision: int
    updated_at_ms: Ms


class StockPage(Struct, frozen=True):
    """A page of stock levels."""

    items: list[StockLevel]
    next_cursor: str | None


class OrderLine(Struct, frozen=True, kw_only=True):
    """One variant in an order; amounts include tax."""

    variant_id: str
    product_id: str
    quantity: int
    unit_price: Money
    total: Money
    discount: Money
    returned_quantity: int


class Order(Struct, frozen=True, kw_only=True):
    """An order; see the module's rules on money and attribution."""

    id: str
    number: str
    revision: int
    placed_at_ms: Ms
    updated_at_ms: Ms
    status: OrderStatus
    lines: list[OrderLine]
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money
    refunded: Money
    promo_codes: list[str]
    link_id: str | None
    link_show_id: str | None
    link_touched_at_ms: Ms | None
    session_id: str | None
    show_id: str | None
    customer_ref: str | None
    paid_at_ms: Ms | None
    cancelled_at_ms: Ms | None
    returned_at_ms: Ms | None


class OrderPage(Struct, frozen=True):
    """A page of orders."""

    items: list[Order]
    next_cursor: str | None


encode = msgspec.json.Encoder().encode
"""Structs and builtins to compact JSON bytes."""
