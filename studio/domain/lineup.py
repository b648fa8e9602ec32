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
