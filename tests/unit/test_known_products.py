"""The stock of a variant is its product's, in whatever order products and stock come."""

from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.known_products import KnownProducts


def a_product(product_id: str, *variant_ids: str) -> Product:
    variants = tuple(Variant(v, v.upper(), v, Money(100, "EUR")) for v in variant_ids)
    return Product(product_id, 1, product_id, variants)


def a_level(variant_id: str, left: int, revision: int = 1) -> StockLevel:
    return StockLevel(variant_id, "oslo", left, 0, 0, revision, revision)


def test_stock_that_came_before_its_product_is_the_product_s_once_it_comes():
    known = KnownProducts()
    known.learn([], [a_level("a", 3)])
    known.learn([a_product("p0", "x")], [])
    known.learn([a_product("p1", "a"), a_product("p2", "b")], [a_level("b", 4)])
    assert [level.on_hand for level in known.levels_of("p1")] == [3]
    assert [level.on_hand for level in known.levels_of("p2")] == [4]


def test_a_variant_that_becomes_another_product_s_takes_its_stock_along():
    known = KnownProducts()
    known.learn([a_product("p1", "a", "b")], [a_level("a", 3), a_level("b", 5)])
    known.learn([a_product("p1", "b"), a_product("p2", "a")], [])
    assert [level.on_hand for level in known.levels_of("p1")] == [5]
    assert [level.on_hand for level in known.levels_of("p2")] == [3]
    known.learn([], [a_level("a", 2, revision=2), a_level("a", 9, revision=1)])
    assert [level.on_hand for level in known.levels_of("p2")] == [2]
