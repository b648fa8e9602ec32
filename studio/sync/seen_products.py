"""The products that a shop has told of, and whose variants they are."""

from collections.abc import Iterable, Iterator

from studio.domain.product import Product, by_product


class SeenProducts:
    """What has been seen of a shop's catalogue, by product id. Whose a variant is is looked up only where a shop tells of
    variants: until the first question nothing is kept for it, for a catalogue of 100,000 comes in faster without.
    """

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._owners: dict[str, str] | None = None
        self._count: int | None = 0

    def __contains__(self, product_id: str) -> bool:
        return product_id in self._products

    def __iter__(self) -> Iterator[str]:
        return iter(self._products)

    def __bool__(self) -> bool:
        return bool(self._products)

    @property
    def variant_count(self) -> int:
        """How many variants all of them have."""
        if self._count is None:
            self._count = sum([len(product.variants) for product in self._products.values()])
        return self._count

    def take(self, products: Iterable[Product]) -> None:
        """These were told of; a variant is the product's that named it last."""
        came = {product.id: product for product in products}
        self._products.update(came)
        self._count = None
        if self._owners is not None:
            self._owners.update(by_product(came))

    def variants_of(self, product_id: str) -> list[str]:
        """The ids of a product's variants; none of one that was not seen."""
        product = self._products.get(product_id)
        return [] if product is None else [variant.id for variant in product.variants]

    def owners(self, variant_ids: Iterable[str]) -> list[str]:
        """Whose these variants are, as far as it is known: the ids of products, in order, one for each variant."""
        if self._owners is None:
            self._owners = by_product(self._products)
        return [self._owners[v] for v in variant_ids if v in self._owners]
