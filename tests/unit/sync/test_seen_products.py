"""Whose a variant is is known whenever it is asked, before and after more products have come."""

from studio.domain.money import Money
from studio.domain.product import Product, Variant
from studio.sync.seen_products import SeenProducts


def a_product(product_id: str, *variant_ids: str) -> Product:
    variants = tuple(Variant(v, v.upper(), v, Money(100, "EUR")) for v in variant_ids)
    return Product(product_id, 1, product_id, variants)


def test_the_variants_of_a_product_are_those_that_it_was_told_with_last():
    seen = SeenProducts()
    assert not seen
    seen.take([a_product("p1", "a", "b"), a_product("p2", "c")])
    seen.take([a_product("p1", "a")])
    assert list(seen) == ["p1", "p2"]
    assert "p2" in seen
    assert "p3" not in seen
    assert seen.variants_of("p1") == ["a"]
    assert seen.variants_of("p3") == []
    assert seen.variant_count == 2
    seen.take([a_product("p3", "d", "e")])
    assert seen.variant_count == 4


def test_whose_a_variant_is_is_found_for_what_came_before_the_first_question_and_after_it():
    seen = SeenProducts()
    seen.take([a_product("p1", "a", "b")])
    assert seen.owners(["b", "unknown", "a"]) == ["p1", "p1"]
    seen.take([a_product("p2", "c", "b")])
    assert seen.owners(["a", "b", "c"]) == ["p1", "p2", "p2"]
