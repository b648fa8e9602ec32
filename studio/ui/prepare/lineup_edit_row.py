"""One row of the line-up as a producer plans it, with what the shop says of its product."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import msgspec

from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product
from studio.domain.promo import PromoPlan
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


Codes = Mapping[str, Collection[PromoPlan]]
"""The codes of the whole show that can be used while an item is on air, by its id (`codes_of_show`)."""


def facts_of(live: LiveShow, item: LineUpItem, _before: ItemFacts, codes: Codes) -> ItemFacts:
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
        price=show_price(item, product, live.state.currency, codes.get(item.id, ())),
        variants=variant_rows(product, stock.by_variant) if len(product.variants) > 1 else (),
        image_url=pictures[0] if pictures else "",
        known=True,
        withdrawn=not product.active,
    )


def stocked(live: LiveShow, item: LineUpItem, before: ItemFacts, codes: Codes) -> ItemFacts:
    """What the shop says of this item, of which only stock can have changed: prices cost more to find out."""
    product = live.products.get(item.product_id) if item.product_id else None
    if product is None or not before.known:
        return facts_of(live, item, before, codes)
    stock = live.sellable(product.id)
    variants = variant_rows(product, stock.by_variant) if before.variants else ()
    if stock.total == before.left and variants == before.variants:
        return before
    return ItemFacts(stock.total, before.price, variants, before.image_url, True, before.withdrawn)


def variant_rows(product: Product, left: dict[str, int]) -> tuple[VariantRow, ...]:
    """The variants of a product in the shop's order."""
    return tuple(
        VariantRow(v.id, v.title or v.sku, v.sku, v.price, left.get(v.id), v.active) for v in product.variants
    )


def planned_rows(
    live: LiveShow,
    before: Iterable[EditRow],
    facts: dict[str, ItemFacts],
    base_ms: int,
    codes: Codes,
    anew: Collection[str],
) -> tuple[list[EditRow], int]:
    """The rows of the line-up as it is now, and how long it is (ms): those that say what they said before are the same.
    The first one starts at `base_ms`. `facts` keeps what the shop says, by item; of those in `anew` (ids) it is asked again.
    """
    statuses, known = live.state.statuses, {row.item.id: row for row in before}
    starts, total = base_ms, 0
    rows: list[EditRow] = []
    for number, item in enumerate(live.state.items, start=1):
        old = known.get(item.id)
        status = statuses.get(item.id, ItemStatus.PLANNED)
        skipped = status is ItemStatus.SKIPPED
        same = old is not None and old.item is item and item.id not in anew
        said = old.facts if old is not None and same else _kept_facts(live, item, facts, codes)
        begins = None if skipped else starts
        rows.append(
            old
            if old is not None
            and old.item is item
            and old.number == number
            and old.starts_ms == begins
            and old.status is status
            and old.facts is said
            else EditRow(item, number, begins, status, said)
        )
        if not skipped:
            starts += item.planned_ms
            total += item.planned_ms
    return rows, total


def _kept_facts(live: LiveShow, item: LineUpItem, facts: dict[str, ItemFacts], codes: Codes) -> ItemFacts:
    if item.kind is not ItemKind.PRODUCT:
        return NO_FACTS
    fresh, kept = facts_of(live, item, NO_FACTS, codes), facts.get(item.id)
    facts[item.id] = said = kept if kept == fresh and kept is not None else fresh
    return said


def pictures_of(item: LineUpItem, product: Product | None) -> tuple[str, ...]:
    """The pictures in the order in which they are shown: as planned, then what the shop has besides."""
    of_shop = product.image_urls if product else ()
    if product is None:
        return item.images
    planned = tuple(url for url in item.images if url in of_shop)
    return tuple(dict.fromkeys((*planned, *of_shop)))


def without_variants(row: EditRow) -> EditRow:
    """The row before its variants have come, or once they have gone."""
    facts = row.facts
    bare = ItemFacts(facts.left, facts.price, (), facts.image_url, facts.known, facts.withdrawn)
    return EditRow(row.item, row.number, row.starts_ms, row.status, bare)
