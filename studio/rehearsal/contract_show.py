"""The rest of the Studio Shop API v1 (rules and endpoints: see `contract`): promos, featured, tracked links, traffic, the feed."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from studio.rehearsal.contract import Money, MoneyIn, Ms, Order, Product, Ref, StockLevel

CODE_PATTERN = r"^[A-Z0-9][A-Z0-9-]{2,31}$"
PromoKind = Literal["percent", "fixed", "free_shipping"]
PromoScope = Literal["all", "products"]
PromoStatus = Literal["scheduled", "live", "used_up", "ended"]
ChangeKind = Literal["product", "stock", "order", "promo", "featured", "traffic"]


class PromoCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A promo code to be made. It is valid within [starts_at_ms, ends_at_ms) of the shop's clock."""

    code: Annotated[
        str,
        Meta(max_length=100, description=f"matches {CODE_PATTERN}, else 422; unique in the shop for good"),
    ]
    kind: PromoKind
    percent: int | None = None
    """1..100, for kind percent."""
    amount: MoneyIn | None = None
    """More than 0 in the shop's currency, for kind fixed; off the whole order's eligible lines."""
    scope: PromoScope = "all"
    product_ids: Annotated[list[Ref], Meta(max_length=1000)] = []
    """For scope products: at least one, all known."""
    starts_at_ms: Ms
    ends_at_ms: Ms
    total_limit: int | None = None
    """At least 1; null = no limit."""
    per_customer_limit: int | None = None
    show_id: Ref
    mark: Ref
    """The studio's own id of this promo, for reading back what became of a request."""


class PromoChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be changed of a promo; a field left out stays as it is."""

    ends_at_ms: Ms | UnsetType = UNSET
    total_limit: int | UnsetType | None = UNSET


class PromoEnd(Struct, frozen=True, forbid_unknown_fields=True):
    """Ends a promo now; `ended_at_ms` only records when that was decided. Before its start the window becomes empty."""

    ended_at_ms: Ms | None = None


class Promo(Struct, frozen=True, kw_only=True):
    """A promo code as the shop has it. `ends_at_ms` is the true end, also after an early one."""

    id: str
    revision: int
    code: str
    kind: PromoKind
    percent: int | None
    amount: Money | None
    scope: PromoScope
    product_ids: list[str]
    starts_at_ms: Ms
    ends_at_ms: Ms
    ended_early: bool
    end_decided_at_ms: Ms | None
    total_limit: int | None
    per_customer_limit: int | None
    show_id: str
    mark: str
    redemptions: int
    """Orders with this code that are not cancelled."""
    status: PromoStatus
    """As of the answer (of the change's `at_ms` in the feed): compute it from the window."""
    created_at_ms: Ms
    updated_at_ms: Ms


class PromoPage(Struct, frozen=True):
    """A page of promos, oldest first."""

    items: list[Promo]
    next_cursor: str | None


class SupersededPin(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A decision that was overtaken before it could be told."""

    product_id: Ref | None
    decided_at_ms: Ms


class FeaturedPut(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the show features from now on; product null = nothing."""

    product_id: Ref | None
    show_id: Ref
    decided_at_ms: Ms
    superseded: Annotated[list[SupersededPin], Meta(max_length=1000)] = []


class FeaturedRecord(Struct, frozen=True, kw_only=True):
    """One decision about what is featured. `live_from_ms` is null when it was superseded before it arrived."""

    id: str
    revision: int
    show_id: str
    product_id: str | None
    decided_at_ms: Ms
    received_at_ms: Ms
    live_from_ms: Ms | None
    live_until_ms: Ms | None


class FeaturedAnswer(Struct, frozen=True):
    """What is featured now, and the records this request stands for (its own last)."""

    current: FeaturedRecord | None
    records: list[FeaturedRecord]


class FeaturedNow(Struct, frozen=True):
    """The live record; null when nothing was ever featured. Its `product_id` is null after an unpin."""

    current: FeaturedRecord | None


class FeaturedPage(Struct, frozen=True):
    """A page of records by `decided_at_ms`."""

    items: list[FeaturedRecord]
    next_cursor: str | None


class LinkCreate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tracked link for a product (or the shop's front page) of a show in a channel."""

    show_id: Ref
    product_id: Ref | None = None
    channel: Ref


class TrackedLink(Struct, frozen=True, kw_only=True):
    """A link that says which show and channel a shopper came from."""

    id: str
    url: str
    show_id: str
    product_id: str | None
    channel: str
    created_at_ms: Ms


class LinkPage(Struct, frozen=True):
    """A page of tracked links, oldest first."""

    items: list[TrackedLink]
    next_cursor: str | None


class ProductTraffic(Struct, frozen=True, kw_only=True):
    """What a show's sessions did with one product. Sessions are those that landed on it by a link."""

    product_id: str
    sessions: int
    add_to_carts: int


class LinkTraffic(Struct, frozen=True, kw_only=True):
    """What one tracked link brought."""

    link_id: str
    sessions: int
    add_to_carts: int


class Traffic(Struct, frozen=True, kw_only=True):
    """Sessions that came by a show's links. A session lasts from its start to its end, or to its last heartbeat."""

    show_id: str
    revision: int
    sessions: int
    avg_session_ms: int
    """Mean length of all sessions so far, rounded down; 0 without any."""
    add_to_carts: int
    by_product: list[ProductTraffic]
    by_link: list[LinkTraffic]


class Change(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change with the whole entity as of then, in the field named like `kind`."""

    seq: int
    id: str
    at_ms: Ms
    kind: ChangeKind
    entity_id: str
    """Stock: `VARIANT@LOCATION`; traffic: the show; otherwise the entity's id."""
    revision: int
    product: Product | UnsetType = UNSET
    stock: StockLevel | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    promo: Promo | UnsetType = UNSET
    featured: FeaturedRecord | UnsetType = UNSET
    traffic: Traffic | UnsetType = UNSET


class ChangePage(Struct, frozen=True, kw_only=True):
    """A page of changes."""

    changes: list[Change]
    next_after: int
    """`after` of the next page: everything up to it is in this page (or before)."""
    last_seq: int
    """The newest sequence the shop has."""
