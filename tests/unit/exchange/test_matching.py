"""Rows find their products: certain where a number says so, proposed where only names are alike."""

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from rapidfuzz import fuzz

from studio.domain.exchange import SURE, DraftRow, Found
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product, Variant
from studio.exchange.lineup_rows import drafts
from studio.exchange.mapping import guess
from studio.exchange.matching import CANDIDATES, Catalogue, chosen, matched
from studio.exchange.names import LIKELY, Names
from studio.exchange.tables import Given, read_csv
from tests.unit.exchange.test_lineup_rows import TERMS


def product(product_id: str, title: str, *skus: str, barcode: str = "", cents: int = 2500) -> Product:
    variants = tuple(
        Variant(
            f"{product_id}-{sku}",
            sku,
            title if len(skus) == 1 else f"Size {sku}",
            Money(cents, "EUR"),
            barcode=barcode,
        )
        for sku in skus
    )
    return Product(product_id, 1, title, variants)


SHOP = Catalogue(
    [
        product("p1", "Wool blanket “Nord”", "N-140", "N-200", barcode=""),
        product("p2", "Ceramic mug set of 4", "MUG4", barcode="0012345678905"),
        product("p3", "Beeswax candle trio", "TRIO"),
        product("p4", "Beeswax candle, single", "SINGLE"),
        product("p5", "Same name", "SAME-1"),
        product("p6", "Same name", "SAME-2"),
        product("p7", "Twice", "DOUBLE"),
        product("p8", "Twice more", "DOUBLE"),
    ]
)


def find(text: str, shop: Catalogue = SHOP) -> DraftRow:
    table = read_csv(text.encode())
    ids = itertools.count(1)
    (row,) = matched(drafts(table, guess(table.header), TERMS, lambda: f"id{next(ids)}"), shop, "EUR")
    return row


def item_of(row: DraftRow) -> LineUpItem:
    assert row.item is not None
    return row.item


@pytest.mark.parametrize(
    ("columns", "cells", "found", "product_id", "sku"),
    [
        ("Product id", "p2", Found.BY_ID, "p2", "MUG4"),
        ("SKU", "N-200", Found.BY_SKU, "p1", "N-200"),
        ("SKU", "n-200", Found.BY_SKU, "p1", "N-200"),
        ("EAN", "0012345678905", Found.BY_BARCODE, "p2", "MUG4"),
        ("EAN", "12345678905", Found.BY_BARCODE, "p2", "MUG4"),
        ("Title", "beeswax CANDLE trio", Found.BY_NAME, "p3", "TRIO"),
        ("Title", "Wool blanket Nord", Found.BY_NAME, "p1", ""),
        ("Product id,SKU", "p1,N-140", Found.BY_ID, "p1", "N-140"),
    ],
)
def test_what_names_one_product_needs_nobody(
    columns: str, cells: str, found: Found, product_id: str, sku: str
) -> None:
    row = find(f"{columns},Minutes\n{cells},5\n")
    assert row.match.found is found
    assert row.match.found in SURE
    assert (item_of(row).product_id, item_of(row).sku) == (product_id, sku)


def test_a_found_product_gives_what_the_row_left_out() -> None:
    item = item_of(find("SKU,Minutes\nMUG4,5\n"))
    assert (item.title, item.planned_price_minor) == ("Ceramic mug set of 4", 2500)
    own = item_of(find("SKU,Title,Minutes,Price\nMUG4,Our mugs,5,19.90\n"))
    assert (own.title, own.planned_price_minor) == ("Our mugs", 1990)


@pytest.mark.parametrize(
    "title",
    ["Woll blanket Nord", "Nord wool blanket grey", "Ceramic mugs, set of four", "Beeswax candles trio"],
)
def test_a_name_that_is_only_alike_is_proposed_and_never_taken(title: str) -> None:
    row = find(f'Title,Minutes\n"{title}",5\n')
    assert row.match.found is Found.LIKELY
    assert item_of(row).product_id == ""
    best = row.match.candidates[0]
    assert best.product_id == {"W": "p1", "N": "p1", "C": "p2", "B": "p3"}[title[0]]
    assert best.score < 100
    taken = chosen(row, SHOP.product(best.product_id), best.sku, "EUR")
    assert taken is not None
    assert (taken.product_id, taken.id) == (best.product_id, item_of(row).id)


@pytest.mark.parametrize(
    ("columns", "cells", "candidates", "words"),
    [
        ("Title", "Same name", {"p5", "p6"}, "More than one product has this name"),
        ("SKU", "DOUBLE", {"p7", "p8"}, "More than one product of the shop has this SKU"),
        ("Product id,SKU", "p2,TRIO", {"p2", "p3"}, "belong to different products"),
        ("SKU,EAN", "TRIO,12345678905", {"p2", "p3"}, "belong to different products"),
    ],
)
def test_what_may_be_several_products_is_named_and_left_open(
    columns: str, cells: str, candidates: set[str], words: str
) -> None:
    row = find(f"{columns},Minutes\n{cells},5\n")
    assert row.match.found is Found.UNCLEAR
    assert {c.product_id for c in row.match.candidates} == candidates
    assert words in row.match.sentence


def test_a_product_id_decides_between_two_with_the_same_sku() -> None:
    row = find("Product id,SKU,Minutes\np8,DOUBLE,5\n")
    assert (row.match.found, item_of(row).product_id) == (Found.BY_ID, "p8")


def test_what_the_shop_has_not_is_said_with_what_to_do() -> None:
    row = find("SKU,Title,Minutes\nGONE,Zeppelin,5\n")
    assert row.match.found is Found.MISSING
    assert row.match.candidates == ()
    assert "no product with SKU GONE" in row.match.sentence
    assert "Leave the row out" in row.match.sentence


def test_a_sku_the_shop_has_not_is_looked_for_by_the_name_of_its_row() -> None:
    row = find("SKU,Title,Minutes\nOLD-1,Beeswax candle trio,5\n")
    assert row.match.found is Found.LIKELY
    assert row.match.candidates[0].product_id == "p3"
    assert "no SKU OLD-1" in row.match.sentence


def test_talk_needs_no_product_and_bad_rows_stay_bad() -> None:
    assert find("Kind,Title,Minutes\ntalk,Wool blanket Nord,5\n").match.found is Found.NOT_NEEDED
    assert find("SKU,Minutes\nMUG4,x\n").item is None


def test_without_a_catalogue_numbers_are_taken_as_they_are_and_names_are_not() -> None:
    empty = Catalogue([])
    row = find("SKU,Minutes\nMUG4,5\n", empty)
    assert (row.match.found, item_of(row).sku) == (Found.UNCHECKED, "MUG4")
    named = find("Title,Minutes\nMug,5\n", empty)
    assert named.item is None
    assert "write the SKU into the row" in named.problems[0]


def test_alternatives_may_be_named_by_sku_or_barcode_and_an_unknown_one_is_kept() -> None:
    row = find("SKU,Minutes,Alternatives\nTRIO,5,single | 12345678905 | p1 | HUH | DOUBLE\n")
    assert item_of(row).alternatives == ("p4", "p2", "p1", "HUH", "DOUBLE")
    assert "HUH is not in the shop" in row.notes[0]
    assert "More than one product" in row.notes[1]


def test_few_candidates_are_proposed_of_many() -> None:
    many = Catalogue([product(f"q{n}", f"Grey felt slippers size {n}", f"F{n}") for n in range(5000)])
    row = find("Title,Minutes\nGrey felt slipper,5\n", many)
    assert 0 < len(row.match.candidates) <= CANDIDATES


_words = st.sampled_from(
    ["grey", "felt", "slipper", "slippers", "wool", "woll", "blanket", "nord", "set", "4", "a"]
)
_names = st.lists(_words, min_size=1, max_size=5).map(" ".join)


@settings(max_examples=200, deadline=None)
@given(st.lists(_names, min_size=1, max_size=60, unique=True), st.lists(_names, min_size=1, max_size=3))
def test_the_name_most_alike_of_all_is_found_however_many_are_looked_in_at_once(
    names: list[str], wanted: list[str]
) -> None:
    for name, found in zip(wanted, Names(names).alike(wanted), strict=True):
        ordered = " ".join(sorted(name.split()))
        scores = [
            max(fuzz.ratio(name, other), fuzz.ratio(ordered, " ".join(sorted(other.split()))))
            for other in names
        ]
        best = max(scores)
        if best >= LIKELY:
            assert max(found.values()) >= int(best)
        for place, score in found.items():
            other = names[place]
            assert score <= max(scores[place], 0.9 * fuzz.token_set_ratio(name, other)) + 1


def test_many_names_are_looked_for_in_parts_and_each_part_is_told() -> None:
    names = [f"product number {n}" for n in range(9_000)]
    told: list[int] = []
    found = Names(names).alike([f"product nummer {n}" for n in range(120)], told.append)
    assert told == [50, 100, 120]
    assert all(found[n].get(n, 0) > 85 for n in (10, 99, 119))


def test_looking_can_be_given_up_and_tells_how_far_it_is() -> None:
    rows = [DraftRow(n, LineUpItem(f"i{n}", ItemKind.PRODUCT, "Zeppelin", 60_000)) for n in range(2, 5)]
    told: list[tuple[int, int]] = []
    matched(rows, SHOP, "EUR", lambda done, of: told.append((done, of)))
    assert told == [(0, 3), (3, 3)]
    with pytest.raises(Given):
        matched(rows, SHOP, "EUR", stopped=lambda: True)
