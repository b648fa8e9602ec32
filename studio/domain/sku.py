"""Items of the line-up that name an SKU and no product: which product of the shop they mean."""

from collections.abc import Iterable, Sequence

import msgspec

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.product import Product


class Unknown(msgspec.Struct, frozen=True):
    """An item of which the shop has no product. `row` counts the line-up's items from 1."""

    row: int
    sku: str


def waits_for_product(item: LineUpItem) -> bool:
    """Whether the item names an SKU and its product is not known yet."""
    return item.kind is ItemKind.PRODUCT and bool(item.sku) and not item.product_id


def found_by_sku(items: Sequence[LineUpItem], products: Iterable[Product]) -> dict[str, LineUpItem]:
    """The items whose product is found, by item id, as they are from now on.

    An SKU is compared without case and outer spaces, with the variants' SKUs and then with their barcodes; where
    several products have it, one that is on sale goes first. An item without a title of its own gets the product's.
    """
    waiting = [item for item in items if waits_for_product(item)]
    if not waiting:
        return {}
    known = _by_sku(products)
    found: dict[str, LineUpItem] = {}
    for item in waiting:
        product = known.get(_key(item.sku))
        if product is not None:
            title = product.title if item.title == item.sku and product.title.strip() else item.title
            found[item.id] = msgspec.structs.replace(item, product_id=product.id, title=title)
    return found


def still_unknown(items: Sequence[LineUpItem]) -> list[Unknown]:
    """The items that wait for their product, in the order of the line-up."""
    return [Unknown(row, item.sku) for row, item in enumerate(items, 1) if waits_for_product(item)]


def unknown_sentence(unknown: Sequence[Unknown]) -> str:
    """What is said of items of which the shop has no product; empty when there are none."""
    if not unknown:
        return ""
    named = [f"row {each.row} ({each.sku[:40]})" for each in unknown[:5]]
    if len(unknown) > len(named):
        named.append(f"{len(unknown) - len(named)} more")
    rows = named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"
    return (
        f"The shop has no product for {rows} of the line-up: correct the SKU at the shop or in the file, or pin the "
        "product by search."
    )


def _key(sku: str) -> str:
    return sku.strip().casefold()


def _by_sku(products: Iterable[Product]) -> dict[str, Product]:
    variants = [
        (product, variant)
        for product in sorted(products, key=lambda each: not each.active)
        for variant in product.variants
    ]
    known: dict[str, Product] = {}
    for texts in (
        ((variant.sku, product) for product, variant in variants),
        ((variant.barcode, product) for product, variant in variants),
    ):
        for text, product in texts:
            if key := _key(text):
                known.setdefault(key, product)
    return known
