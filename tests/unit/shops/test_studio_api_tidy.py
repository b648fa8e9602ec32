"""A product that is as it should be is read in one go, any other with care: both ways say the same."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.domain.money import Money
from studio.shops import studio_api_map as to
from studio.shops import studio_api_tidy as tidy
from studio.shops import studio_api_wire as wire

NUL = "\x00"


def texts(limit: int) -> st.SearchStrategy[str]:
    """Mostly short ones, some just at their limit, some beyond."""
    plain = st.text(st.characters(codec="utf-8"), max_size=12)
    return plain | st.sampled_from([limit - 1, limit, limit + 1, limit + 50]).map(lambda n: "x" * n)


def moneys() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"amount_minor": st.integers(0, 10**7), "currency": st.just("EUR")},
    )


PRODUCTS = st.fixed_dictionaries(
    {
        "id": st.text(min_size=1, max_size=9).filter(str.isalnum),
        "revision": st.integers(0, 2**53),
        "title": texts(tidy.TITLE),
        "variants": st.lists(
            st.fixed_dictionaries(
                {
                    "id": st.text("abc123", min_size=1, max_size=9),
                    "sku": texts(tidy.SKU),
                    "title": texts(tidy.TITLE),
                    "price": moneys(),
                },
                optional={
                    "low_30d_price": moneys(),
                    "barcode": texts(tidy.NAME),
                    "options": st.dictionaries(texts(tidy.NAME), texts(tidy.NAME), max_size=3),
                    "active": st.booleans(),
                },
            ),
            max_size=4,
        ),
    },
    optional={
        "texts": st.dictionaries(
            st.sampled_from(["en", "de", "nb", "de-AT"]),
            st.fixed_dictionaries(
                {"title": texts(tidy.TITLE)},
                optional={
                    "description": texts(tidy.TEXT),
                    "talking_points": st.lists(texts(tidy.POINT), max_size=3),
                },
            ),
        ),
        "category": texts(tidy.TITLE),
        "tags": st.lists(texts(tidy.NAME), max_size=4),
        "active": st.booleans(),
        "images": st.lists(st.fixed_dictionaries({"url": texts(tidy.URL)}), max_size=3),
        "returns_text": texts(tidy.TEXT),
        "delivery_text": texts(tidy.TEXT),
        "reviews": st.fixed_dictionaries(
            {"score": st.none() | st.floats(-1, 6), "count": st.integers(-1, 9)}
        ),
    },
)


@given(PRODUCTS, st.sampled_from(["en", "de", "de-AT", "fr"]))
@settings(deadline=None, max_examples=200)
def test_a_product_reads_the_same_whether_or_not_something_in_it_wants_care(
    told: dict[str, Any], language: str
):
    in_one_go = to.to_product(msgspec.json.encode(told), "EUR", language)
    # The address alone wants care here, and all of the product is read the other way.
    with_care = to.to_product(msgspec.json.encode({**told, "url": NUL}), "EUR", language)
    assert with_care == in_one_go
    assert len(in_one_go.title) <= tidy.TITLE
    assert len(in_one_go.description) <= tidy.TEXT
    assert all(len(v.sku) <= tidy.SKU and len(v.barcode) <= tidy.NAME for v in in_one_go.variants)
    assert NUL not in repr(in_one_go)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "x" * 201},
        {"revision": -1},
        {
            "variants": [
                {"id": "v", "sku": "s", "title": "t", "price": {"amount_minor": -5, "currency": "EUR"}}
            ]
        },
        {
            "variants": [
                {"id": "v", "sku": "s", "title": "t", "price": {"amount_minor": 5, "currency": "NOK"}}
            ]
        },
        {"variants": [{"id": "", "sku": "s", "title": "t", "price": {"amount_minor": 5, "currency": "EUR"}}]},
        {"id": f"a{NUL}b"},
        {
            "variants": [
                {"id": f"{NUL}v", "sku": "", "title": "", "price": {"amount_minor": 5, "currency": "EUR"}}
            ]
        },
        {"title": 7},
        {"texts": {"en": {"title": None}}},
    ],
)
def test_a_product_that_makes_no_sense_is_refused_either_way(wrong: dict[str, Any]):
    told = {"id": "p", "revision": 1, "title": "Mug", "variants": [], **wrong}
    for data in (told, {**told, "url": NUL}):
        with pytest.raises((to.Surprise, msgspec.ValidationError)):
            to.to_product(msgspec.json.encode(data), "EUR", "en")


@given(st.lists(PRODUCTS, max_size=3), st.sampled_from(["", NUL, "\n", "\\u0000"]))
@settings(deadline=None)
def test_the_products_of_a_page_read_as_each_by_itself(products: list[dict[str, Any]], url: str):
    told = [{**product, "url": url} for product in products]
    page = msgspec.json.encode({"items": told, "next_cursor": None})
    read = to.product_reader(page, "EUR", "de")
    items = msgspec.json.decode(page, type=wire.Page).items
    assert [read(raw) for raw in items] == [
        to.to_product(msgspec.json.encode(each), "EUR", "de") for each in told
    ]


def test_prices_of_many_variants_are_each_their_own():
    variants = [
        {"id": f"v{n}", "sku": "", "title": "", "price": {"amount_minor": n % 3, "currency": "EUR"},
         "low_30d_price": {"amount_minor": n, "currency": "EUR"}}
        for n in range(7)
    ]  # fmt: skip
    told = {"id": "p", "revision": 1, "title": "Mug", "variants": variants}
    product = to.to_product(msgspec.json.encode(told), "EUR", "en")
    assert [v.price for v in product.variants] == [Money(n % 3, "EUR") for n in range(7)]
    assert [v.low_30d for v in product.variants] == [Money(n, "EUR") for n in range(7)]
