"""The products and the stock of an open show's shop, as far as they have come in."""

from collections.abc import Collection, Iterable

from studio.domain.product import Product, StockLevel, by_product


class KnownProducts:
    """`products` by id, `product_of` each variant, and `levels` by variant and location; nobody else changes them. The newest
    revision of a level counts.
    """

    def __init__(self) -> None:
        self.products: dict[str, Product] = {}
        self.product_of: dict[str, str] = {}
        self.levels: dict[tuple[str, str], StockLevel] = {}
        self._by_product: dict[str, dict[tuple[str, str], StockLevel]] = {}
        # Levels of variants whose product has not come in yet, by variant.
        self._early: dict[str, dict[tuple[str, str], StockLevel]] = {}

    def levels_of(self, product_id: str) -> Collection[StockLevel]:
        """The levels of a product, by variant and location."""
        return self._by_product.get(product_id, {}).values()

    def learn(self, products: Iterable[Product], levels: Iterable[StockLevel]) -> None:
        """This came in."""
        # By whole dictionaries: of a catalogue of 100,000 variants nearly none is another product's than before.
        came = {product.id: product for product in products}
        self.products.update(came)
        owners = by_product(came)
        moved: list[tuple[str, str | None]] = []
        if self._early or not self.product_of.keys().isdisjoint(owners):
            moved = [(i, before) for i, now in owners.items() if (before := self.product_of.get(i)) != now]
        self.product_of.update(owners)
        for variant_id, before in moved:
            self._place_again(variant_id, before)
        for level in levels:
            known = self.levels.get((level.variant_id, level.location))
            if known is None or known.revision <= level.revision:
                self.levels[level.variant_id, level.location] = level
                self._place(level)

    def _place(self, level: StockLevel) -> None:
        product_id = self.product_of.get(level.variant_id)
        of_product = self._early if product_id is None else self._by_product
        key = level.variant_id if product_id is None else product_id
        of_product.setdefault(key, {})[level.variant_id, level.location] = level

    def _place_again(self, variant_id: str, before: str | None) -> None:
        """The variant is another product's than before (None: nobody's): its levels go along. Looking through all levels
        for each page of a large catalogue would take longer than reading it.
        """
        levels = self._early.pop(variant_id, {}) if before is None else self._by_product.get(before, {})
        for key in [key for key in levels if key[0] == variant_id]:
            self._place(levels.pop(key))
