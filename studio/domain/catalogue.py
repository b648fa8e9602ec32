"""The shop's catalogue as a producer looks through it: what is asked, and what is found."""

import enum
from typing import Final

import msgspec

from studio.domain.product import Product

NEW_MS: Final = 30 * 24 * 3_600_000
"""So long a product is new."""
_MOST_BESTSELLERS: Final = 50


def bestsellers(sold_products: int) -> int:
    """How many products are bestsellers where of `sold_products` something was sold: the best fifth, 50 at most."""
    return min(_MOST_BESTSELLERS, -(-sold_products // 5))


class CatalogueSort(enum.StrEnum):
    """In which order products come. *best*: what matches the words best, without words by title."""

    BEST = "best"
    TITLE = "title"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    STOCK = "stock"
    NEWEST = "newest"
    BESTSELLER = "bestseller"


class CatalogueQuery(msgspec.Struct, frozen=True):
    """What is looked for. `category` and `tag` are exact; prices are minor units, both ends included. `bestseller`: among
    the products of which most was sold, by the orders kept here, or marked as such by the shop. `new`: not in the
    catalogue at its first synchronisation, and seen first within the last 30 days. `shown`: was on air in a past show.
    """

    words: str = ""
    in_stock: bool = False
    category: str = ""
    tag: str = ""
    min_price_minor: int | None = None
    max_price_minor: int | None = None
    bestseller: bool = False
    new: bool = False
    shown: bool | None = None
    sort: CatalogueSort = CatalogueSort.BEST


class CatalogueEntry(msgspec.Struct, frozen=True):
    """One product found. `sellable` is what can be sold of all its variants, None when nothing is known; `stock_at_ms` when
    that was read last (UTC ms). `sold` pieces by the orders kept here; `shown` in so many past shows.
    """

    product: Product
    sellable: int | None = None
    stock_at_ms: int | None = None
    sold: int = 0
    shown: int = 0


class CataloguePage(msgspec.Struct, frozen=True):
    """Entries [offset, offset + limit) of what was found, and how many there are altogether."""

    entries: tuple[CatalogueEntry, ...]
    total: int


class CatalogueFacets(msgspec.Struct, frozen=True):
    """What can be filtered by: categories and tags with the number of their products, most first; the number of all
    products, and when the catalogue was read last (UTC ms of this computer), None for never.
    """

    categories: tuple[tuple[str, int], ...] = ()
    tags: tuple[tuple[str, int], ...] = ()
    products: int = 0
    read_wall_ms: int | None = None
