"""The line-up: what is shown, in which order, and what the producer noted for it."""

import enum

import msgspec

from studio.domain.promo import PromoPlan


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
