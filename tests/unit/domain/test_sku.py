"""Line-up items that name only an SKU find their product, and the rows of those that do not are named."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product, Variant
from studio.domain.sku import found_by_sku, still_unknown, unknown_sentence, waits_for_product


def item(n: int, sku: str = "", **changes: object) -> LineUpItem:
    base = LineUpItem(f"i{n}", ItemKind.PRODUCT, sku, 60_000, sku=sku)
    return msgspec.structs.replace(base, **changes)


def product(n: int, *skus: str, barcode: str = "", active: bool = True) -> Product:
    variants = tuple(
        Variant(f"v{n}-{k}", sku, "One", Money(100, "EUR"), barcode=barcode) for k, sku in enumerate(skus)
    )
    return Product(f"p{n}", 1, f"Product {n}", variants, active=active)


def test_an_item_finds_its_product_by_the_sku_of_any_variant_and_takes_its_title() -> None:
    found = found_by_sku([item(1, "B-2")], [product(1, "A-1"), product(2, "B-1", "B-2")])
    assert found["i1"].product_id == "p2"
    assert found["i1"].title == "Product 2"
    assert found["i1"].sku == "B-2"


def test_a_title_that_the_producer_gave_stays() -> None:
    assert found_by_sku([item(1, "A", title="Our throw")], [product(1, "A")])["i1"].title == "Our throw"


@pytest.mark.parametrize("typed", ["a-1", " A-1 ", "4001"])
def test_case_outer_spaces_and_the_number_on_the_box_do(typed: str) -> None:
    assert found_by_sku([item(1, typed)], [product(1, "A-1", barcode="4001")])["i1"].product_id == "p1"


def test_an_sku_goes_before_a_barcode_and_a_product_on_sale_before_a_withdrawn_one() -> None:
    products = [product(1, "X", barcode="Y"), product(2, "Y", active=False), product(3, "X", active=True)]
    assert found_by_sku([item(1, "Y")], products)["i1"].product_id == "p2"
    withdrawn_first = [product(1, "X", active=False), product(3, "X")]
    assert found_by_sku([item(1, "X")], withdrawn_first)["i1"].product_id == "p3"


def test_items_with_a_product_talks_and_items_without_an_sku_are_left_alone() -> None:
    items = [
        item(1, "A", product_id="p9"),
        item(2, "A", kind=ItemKind.TALK),
        item(3, ""),
    ]
    assert found_by_sku(items, [product(1, "A", "")]) == {}
    assert still_unknown(items) == []


def test_rows_without_a_product_are_named_as_a_person_counts_them() -> None:
    items = [item(1, "A", product_id="p1"), item(2, "GONE"), item(3, "ALSO-GONE")]
    sentence = unknown_sentence(still_unknown(items))
    assert "row 2 (GONE) and row 3 (ALSO-GONE)" in sentence
    assert "pin the product by search" in sentence
    many = unknown_sentence(still_unknown([item(n, f"S{n}") for n in range(400)]))
    assert "row 5 (S4) and 395 more" in many
    assert unknown_sentence([]) == ""


@given(st.lists(st.text(max_size=8), max_size=12), st.lists(st.text(max_size=8), max_size=12))
def test_what_is_found_has_a_product_and_nothing_else_changes(skus: list[str], known: list[str]) -> None:
    items = [item(n, sku) for n, sku in enumerate(skus)]
    found = found_by_sku(items, [product(n, sku) for n, sku in enumerate(known)])
    for before in items:
        after = found.get(before.id)
        if after is not None:
            assert waits_for_product(before)
            assert not waits_for_product(after)
            assert msgspec.structs.replace(after, product_id="", title=before.title) == before
            assert not found_by_sku([after], [product(1, after.sku)])
