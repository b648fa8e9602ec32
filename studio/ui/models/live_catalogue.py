"""The shop's products and their stock as the window knows them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from PySide6.QtCore import QObject, Signal

from studio.domain.product import Product, StockLevel, by_product
from studio.ui.models.in_slices import InSlices

FEW: Final = 200
"""Of so many products that come together all are taken up at once; of more, those that nobody looks at a little later."""
_SLICE: Final = 50
_TOLD_AT_ONCE: Final = 2_000


class LiveCatalogue(QObject):
    """Products by id with their levels and what could be sold of them over time. The highest revisions count.

    `product_of` is the product of each variant, where it is known already.
    """

    arrived = Signal(object)
    """The ids (set) of products that were taken up later."""

    def __init__(
        self, products: Mapping[str, Product], product_of: Mapping[str, str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.products: dict[str, Product] = dict(products)
        self._product_of: dict[str, str] = dict(product_of) or by_product(self.products)
        self._levels: dict[str, dict[tuple[str, str], StockLevel]] = {}
        # Levels of variants whose product has not come in yet.
        self._early: dict[str, dict[str, StockLevel]] = {}
        self._history: dict[str, list[tuple[int, int]]] = {}
        self._later: set[str] = set()
        self._far = InSlices(self._take_far, self, _SLICE)
        self._far.taken.connect(self._tell)
        self._stock = InSlices(self._take_levels, self)

    def levels(self, product_id: str) -> Collection[StockLevel]:
        """The stock levels of a product, by variant and location."""
        return self._levels.get(product_id, {}).values()

    def history(self, product_id: str) -> list[tuple[int, int]]:
        """(UTC ms, pieces) of a product in order of time."""
        return self._history.get(product_id, [])

    def read_history(self, history: Iterable[tuple[int, str, int]]) -> None:
        """What is known of the time before: (UTC ms, variant id, pieces) in order of time."""
        totals: dict[str, int] = {}
        of_variant: dict[str, int] = {}
        for at_ms, variant_id, left in history:
            product_id = self._product_of.get(variant_id)
            if product_id is None:
                continue
            totals[product_id] = totals.get(product_id, 0) + left - of_variant.get(variant_id, 0)
            of_variant[variant_id] = left
            self._note(product_id, at_ms, totals[product_id])

    def read_stock(self, levels: Sequence[StockLevel], near: Collection[str]) -> None:
        """Take up the stock that is kept: of the products that are `near` at once, of a large catalogue while the window is
        shown already.
        """
        near = frozenset(near)
        self._stock.read(
            levels, (level for level in levels if self._product_of.get(level.variant_id) in near)
        )

    def take(self, products: Sequence[Product], near: Collection[str]) -> set[str]:
        """Take products up, of many only those that are `near` at once; the ids of those that were and are news."""
        if len(products) <= FEW:
            return self._take_products(products)
        near = frozenset(near)
        self._far.add(product for product in products if product.id not in near)
        return self._take_products([product for product in products if product.id in near])

    def take_level(self, level: StockLevel) -> str:
        """Take a level up; its product's id, empty when it is no news or its product is not known yet."""
        product_id = self._product_of.get(level.variant_id)
        if product_id is None:
            early = self._early.setdefault(level.variant_id, {})
            known = early.get(level.location)
            if known is None or known.revision < level.revision:
                early[level.location] = level
            return ""
        levels = self._levels.setdefault(product_id, {})
        key = (level.variant_id, level.location)
        known = levels.get(key)
        if known is not None and known.revision >= level.revision:
            return ""
        levels[key] = level
        self._note(product_id, level.updated_at_ms, sum(each.sellable for each in levels.values()))
        return product_id

    def _take_levels(self, levels: Sequence[StockLevel]) -> None:
        for level in levels:
            self.take_level(level)

    def _take_products(self, products: Sequence[Product]) -> set[str]:
        came = {product.id: product for product in products}
        owners = by_product(came)
        new = self.products.keys().isdisjoint(came) and self._product_of.keys().isdisjoint(owners)
        if not new or self._early or len(came) < len(products):
            return {product.id for product in products if self._take_product(product)}
        # Nothing is known of any of them, as when a catalogue is read first: the window has no time to ask one by one.
        self.products.update(came)
        self._product_of.update(owners)
        return set(came)

    def _take_product(self, product: Product) -> bool:
        known = self.products.get(product.id)
        if known is not None and known.revision >= product.revision:
            return False
        self.products[product.id] = product
        ids = [variant.id for variant in product.variants]
        for variant_id in ids:
            before = self._product_of.get(variant_id, product.id)
            if before != product.id:
                self._move_levels(variant_id, before, product.id)
        self._product_of.update(dict.fromkeys(ids, product.id))
        if self._early:
            for level in [level for i in ids for level in self._early.pop(i, {}).values()]:
                self.take_level(level)
        return True

    def _move_levels(self, variant_id: str, before: str, product_id: str) -> None:
        levels = self._levels.get(before, {})
        for key in [key for key in levels if key[0] == variant_id]:
            self._levels.setdefault(product_id, {})[key] = levels.pop(key)

    def _take_far(self, products: Sequence[Product]) -> None:
        self._later |= self._take_products(products)
        if len(self._later) >= _TOLD_AT_ONCE:
            self._tell()

    def _tell(self) -> None:
        later, self._later = self._later, set()
        if later:
            self.arrived.emit(later)

    def _note(self, product_id: str, at_ms: int, total: int) -> None:
        series = self._history.setdefault(product_id, [])
        if series and series[-1][0] >= at_ms:
            at_ms = series[-1][0]
            series.pop()
        if not series or series[-1][1] != total:
            series.append((at_ms, total))
