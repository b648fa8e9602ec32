"""The line-up: what is shown, in which order, and what the producer noted for it."""

import enum
from collections.abc import Callable
from typing import Final

import msgspec

from studio.domain.product import Product
from studio.domain.promo import PromoPlan

DEFAULT_PLANNED_MS: Final = 5 * 60_000
"""How long an item is planned for until somebody says otherwise."""
MAX_POINTS: Final = 50
MAX_POINT: Final = 1_000
MAX_ITEM_TITLE: Final = 300


class ItemKind(enum.StrEnum):
    """A product, or talk without one (questions, a draw, a guest)."""

    PRODUCT = "product"
    TALK = "talk"


class ItemStatus(enum.StrEnum):
    """Where an item stands. *next* is not stored: it is the first planned item after the one on air."""

    PLANNED = "planned"
    ON_AIR = "on_air"
    DONE = "done"
    SKIPPED = "skipped"


class LineUpItem(msgspec.Struct, frozen=True):
    """One item of the line-up as planned. `planned_ms` is its planned length; `points` are talking points;
    `safety_stock` pieces of it are never offered; `note` is for the host's eyes only.

    `show_price_minor` is what the producer expects the shop to charge after the planned code (minor units of the show's
    currency, None: whatever it charges): it is checked, never written to the shop. `planned_price_minor` is what the shop
    charged when the item was planned, None when nobody knew. `images` are addresses of the product's pictures in the order
    in which they are shown (empty: the shop's). `alternatives` are product ids to show instead when it sells out.
    """

    id: str
    kind: ItemKind
    title: str
    planned_ms: int
    product_id: str = ""
    sku: str = ""
    points: tuple[str, ...] = ()
    target_units: int = 0
    safety_stock: int = 0
    note: str = ""
    promo: PromoPlan | None = None
    show_price_minor: int | None = None
    planned_price_minor: int | None = None
    images: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()


class LineUp(msgspec.Struct, frozen=True):
    """A whole line-up with the show's title, language (BCP 47), currency and planned length in ms."""

    title: str
    currency: str
    items: tuple[LineUpItem, ...]
    language: str = "en"
    planned_ms: int = 0

    @property
    def length_ms(self) -> int:
        """The sum of the items' planned lengths."""
        return sum(item.planned_ms for item in self.items)


def item_of(
    product: Product, new_id: Callable[[], str], currency: str, planned_ms: int = DEFAULT_PLANNED_MS
) -> LineUpItem:
    """An item for a product that nobody planned yet. `planned_price_minor` is what the shop charges now, where that is in
    the show's `currency`; what the shop has to say of it becomes the talking points.
    """
    price = product.price
    points = (point.strip()[:MAX_POINT] for point in product.points)
    return LineUpItem(
        id=new_id(),
        kind=ItemKind.PRODUCT,
        title=product.title.strip()[:MAX_ITEM_TITLE] or product.id,
        planned_ms=planned_ms,
        product_id=product.id,
        sku=product.variants[0].sku if product.variants else "",
        points=tuple(point for point in points if point)[:MAX_POINTS],
        planned_price_minor=price.amount_minor if price and price.currency == currency else None,
    )
