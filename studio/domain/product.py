"""Products, their variants, and how many of them can be sold."""

import itertools
import math
import operator
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from studio.domain.money import Money

_amount_minor = operator.attrgetter("amount_minor")


class Variant(msgspec.Struct, frozen=True, gc=False):
    """One thing that can be put into a cart: a size, a colour.

    `price` includes tax; `low_30d` is the lowest price of the last 30 days (EU 98/6/EC Art. 6a), None when the
    shop does not say; `options` maps an option's name to its value ("Size" to "M").
    """

    id: str
    sku: str
    title: str
    price: Money
    low_30d: Money | None = None
    options: dict[str, str] = {}
    barcode: str = ""
    active: bool = True


class Product(msgspec.Struct, frozen=True, gc=False):
    """A product as the shop tells it. The highest `revision` wins; `points` are talking points."""

    id: str
    revision: int
    title: str
    variants: tuple[Variant, ...]
    description: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    image_urls: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    returns_text: str = ""
    delivery_text: str = ""
    review_score: float | None = None
    review_count: int = 0
    active: bool = True
    url: str = ""

    @property
    def price(self) -> Money | None:
        """The lowest price of the active variants: the "from" price. None without variants."""
        prices = [v.price for v in self.variants if v.active] or [v.price for v in self.variants]
        return min(prices, key=_amount_minor) if prices else None

    @property
    def low_30d(self) -> Money | None:
        """The lowest 30-day price of the variants, None when any of them has none."""
        lows = [v.low_30d for v in self.variants]
        known = [low for low in lows if low is not None]
        return min(known, key=_amount_minor) if known and len(known) == len(lows) else None


class StockLevel(msgspec.Struct, frozen=True, gc=False):
    """The stock of one variant at one location. `updated_at_ms` is the shop's UTC time."""

    variant_id: str
    location: str
    on_hand: int
    reserved: int
    safety_stock: int
    revision: int
    updated_at_ms: int

    @property
    def sellable(self) -> int:
        """Sellable = on hand - reserved - safety stock, never below zero."""
        return max(0, self.on_hand - self.reserved - self.safety_stock)


class SellableStock(msgspec.Struct, frozen=True):
    """What can be sold of one product: the sum, the part of each location and of each variant.

    `updated_at_ms` is the newest level's time in UTC ms, None when nothing is known; then `total` is None too.
    """

    total: int | None
    by_location: dict[str, int]
    by_variant: dict[str, int]
    updated_at_ms: int | None


def sellable_stock(levels: Iterable[StockLevel], safety_stock: int = 0) -> SellableStock:
    """Sum the levels of one product; `safety_stock` is kept back once more, as the line-up asks."""
    by_location: dict[str, int] = {}
    by_variant: dict[str, int] = {}
    newest: int | None = None
    for level in levels:
        by_location[level.location] = by_location.get(level.location, 0) + level.sellable
        by_variant[level.variant_id] = by_variant.get(level.variant_id, 0) + level.sellable
        newest = level.updated_at_ms if newest is None else max(newest, level.updated_at_ms)
    if newest is None:
        return SellableStock(None, {}, {}, None)
    return SellableStock(max(0, sum(by_variant.values()) - safety_stock), by_location, by_variant, newest)


def sold_out_in_ms(samples: Sequence[tuple[int, int]], now_ms: int, window_ms: int = 180_000) -> int | None:
    """How long the stock lasts at the recent rate, in ms; None when the data do not carry an answer.

    `samples` are (UTC ms, sellable) in order of time. The rate is the sum of the falls (a restock is not a
    negative sale) within the last `window_ms`, divided by the time those samples span up to now. At least two
    falls and 20 s are needed: one sale is not a rate.
    """
    if not samples or samples[-1][1] <= 0:
        return None
    recent = [s for s in samples if s[0] >= now_ms - window_ms]
    before = [s for s in samples if s[0] < now_ms - window_ms]
    if before:
        recent.insert(0, (now_ms - window_ms, before[-1][1]))
    falls = [a[1] - b[1] for a, b in itertools.pairwise(recent) if b[1] < a[1]]
    if len(falls) < 2:
        return None
    span = now_ms - recent[0][0]
    if span < 20_000:
        return None
    return math.ceil(samples[-1][1] * span / sum(falls))


def by_product(products: Mapping[str, Product]) -> dict[str, str]:
    """Variant id to product id, for every variant of `products`."""
    return {v.id: p.id for p in products.values() for v in p.variants}
