"""One row of the line-up as a producer plans it, with what the shop says of its product."""

from typing import Final

import msgspec

from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product
from studio.domain.show_price import ShowPrice, show_price
from studio.ui.models.live_show import LiveShow


class VariantRow(msgspec.Struct, frozen=True):
    """A variant under its product: what it costs, and how much can be sold of it (None: not known)."""

    id: str
    title: str
    sku: str
    price: Money
    left: int | None
    active: bool


class ItemFacts(msgspec.Struct, frozen=True):
    """What the shop says of an item's product. `left` is what can be sold of it all, None where nobody knows; `known`: the
    shop has told of the product. Variants stand here only where there are several.
    """

    left: int | None = None
    price: ShowPrice = ShowPrice()
    variants: tuple[VariantRow, ...] = ()
    image_url: str = ""
    known: bool = False
    withdrawn: bool = False


class EditRow(msgspec.Struct, frozen=True):
    """What one row shows. `starts_ms` is UTC ms when the show has a date, else ms since its start; None for what is
    skipped.
    """

    item: LineUpItem
    number: int
    starts_ms: int | None
    status: ItemStatus
    facts: ItemFacts

    @property
    def short(self) -> bool:
        """Whether less can be sold than is planned to be."""
        left = self.facts.left
        return left is not None and (left <= 0 or left < self.item.target_units)


NO_FACTS: Final = ItemFacts()


def facts_of(live: LiveShow, item: LineUpItem) -> ItemFacts:
    """What the shop says of this item now."""
    if item.kind is not ItemKind.PRODUCT:
        return NO_FACTS
    product = live.products.get(item.product_id) if item.product_id else None
    if product is None:
        return ItemFacts(image_url=item.images[0] if item.images else "")
    stock = live.sellable(product.id)
    pictures = pictures_of(item, product)
    return ItemFacts(
        left=stock.total,
        price=show_price(item, product, live.state.currency),
        variants=variant_rows(product, stock.by_variant) if len(product.variants) > 1 else (),
        image_url=pictures[0] if pictures else "",
        known=True,
        withdrawn=not product.active,
    )


def variant_rows(product: Product, left: dict[str, int]) -> tuple[VariantRow, ...]:
    """The variants of a product in the shop's order."""
    return tuple(
        VariantRow(v.id, v.title or v.sku, v.sku, v.price, left.get(v.id), v.active) for v in product.variants
    )


def pictures_of(item: LineUpItem, product: Product | None) -> tuple[str, ...]:
    """The pictures in the order in which they are shown: as planned, then what the shop has besides."""
    of_shop = product.image_urls if product else ()
    if product is None:
        return item.images
    planned = tuple(url for url in item.images if url in of_shop)
    return tuple(dict.fromkeys((*planned, *of_shop)))
