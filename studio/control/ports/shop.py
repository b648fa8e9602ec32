"""The shop port."""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Protocol

import msgspec

from studio.domain.order import Order
from studio.domain.product import Product, StockLevel
from studio.domain.promo import PromoCode


class ShopCapabilities(msgspec.Struct, frozen=True):
    """What a shop can do by itself; the studio does the rest, or says that it cannot be had. `link_orders`: orders tell by
    which tracked link they came; without it only codes make an order the show's. `notes` are sentences about what it does
    in its own way, and what its storefront has to do for it.
    """

    native_start: bool = True
    redemption_counter: bool = True
    featured: bool = True
    stock_by_location: bool = True
    traffic: bool = True
    push: bool = True
    link_orders: bool = True
    notes: tuple[str, ...] = ()


class ShopIdentity(msgspec.Struct, frozen=True):
    """Who the shop is. `locations` maps location ids to their names; `instance_id` names its database: when that
    changes, its sequence numbers mean nothing any more. Empty where a shop has no such thing.
    """

    name: str
    currency: str
    product_count: int
    capabilities: ShopCapabilities
    time_zone: str = "UTC"
    locations: dict[str, str] = {}
    instance_id: str = ""


class ProductPage(msgspec.Struct, frozen=True):
    """A page of the catalogue; `cursor` continues, None ends. `problems` are sentences about products that
    could not be read and were left out.
    """

    products: tuple[Product, ...]
    cursor: str | None
    problems: tuple[str, ...] = ()


class OrderPage(msgspec.Struct, frozen=True):
    """A page of orders; `cursor` continues from here next time, `more` says whether at once."""

    orders: tuple[Order, ...]
    cursor: str
    more: bool
    problems: tuple[str, ...] = ()


class PromoReceipt(msgspec.Struct, frozen=True):
    """What the shop confirmed of a code: its id there and its window [starts, ends), UTC ms."""

    shop_promo_id: str
    code: str
    starts_at_ms: int
    ends_at_ms: int


class PromoUsage(msgspec.Struct, frozen=True):
    """Redemptions of a code, without cancelled orders; the highest `revision` wins."""

    code: str
    redemptions: int
    revision: int = 0
    limit: int | None = None


class SupersededPin(msgspec.Struct, frozen=True):
    """A pin that was decided at `decided_at_ms` but replaced before it could be delivered."""

    product_id: str
    decided_at_ms: int


class TrackedLink(msgspec.Struct, frozen=True):
    """A link whose visits the shop counts for the show."""

    id: str
    url: str
    show_id: str
    product_id: str
    channel: str


class Traffic(msgspec.Struct, frozen=True):
    """Visits over the show's links so far; `average_session_ms` is None without sessions. The highest
    `revision` wins. `add_to_carts_by_product` maps product ids.
    """

    sessions: int
    average_session_ms: int | None
    add_to_carts: int
    revision: int = 0
    add_to_carts_by_product: dict[str, int] = {}
    sessions_by_product: dict[str, int] = {}
    show_id: str = ""


class ShopChange(msgspec.Struct, frozen=True):
    """One change of the shop's feed: exactly one of the values is set, none for a kind that is not known.
    `seq` is dense; `id` is the same when a change is sent twice.
    """

    seq: int
    id: str
    at_ms: int
    product: Product | None = None
    stock: StockLevel | None = None
    order: Order | None = None
    usage: PromoUsage | None = None
    traffic: Traffic | None = None
    problem: str = ""


class ChangePage(msgspec.Struct, frozen=True):
    """Changes read by cursor; `last_seq` is the newest that the shop has."""

    changes: tuple[ShopChange, ...]
    last_seq: int


class ClockReading(msgspec.Struct, frozen=True):
    """The shop's time between two moments of the wall clock (ms), and how fast it runs."""

    shop_ms: int
    sent_wall_ms: int
    received_wall_ms: int
    rate: float = 1.0


OnCursor = Callable[[str | None], None]


def no_cursor(_cursor: str | None) -> None:
    """Nobody reads on."""


class Shop(Protocol):
    """A shop. Every method raises `TargetError`s only. `key` is the effect's id: the shop does it once per key.

    `catalogue` tells `on_cursor` the page's cursor as soon as it is known: the next page can be asked for while this one's
    products are still being read.
    """

    async def identity(self) -> ShopIdentity: ...
    async def clock(self) -> ClockReading: ...
    async def catalogue(self, cursor: str | None, on_cursor: OnCursor = ...) -> ProductPage: ...
    async def product(self, product_id: str) -> Product | None: ...
    async def image(self, url: str) -> bytes: ...
    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]: ...
    async def orders(self, cursor: str) -> OrderPage: ...
    async def create_promo(self, promo: PromoCode, show_id: str, key: str) -> PromoReceipt: ...
    async def find_promo(self, code: str) -> PromoReceipt | None: ...
    async def code_taken(self, code: str) -> bool | None:
        """Whether the shop has a code of this name, whoever made it and whether or not it still runs, so that another one
        cannot be made. None: the shop cannot say.
        """
        ...

    async def update_promo(self, code: str, ends_at_ms: int, key: str) -> PromoReceipt: ...
    async def end_promo(self, code: str, ended_at_ms: int, key: str) -> PromoReceipt: ...
    async def promo_usage(self, codes: Collection[str]) -> tuple[PromoUsage, ...]: ...
    async def feature(
        self, product_id: str, show_id: str, decided_at_ms: int, superseded: Sequence[SupersededPin], key: str
    ) -> None: ...
    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> TrackedLink: ...
    async def traffic(self, show_id: str) -> Traffic: ...
    async def changes_after(self, seq: int) -> ChangePage: ...
    def changes(self, after: int) -> AsyncIterator[ShopChange]: ...
