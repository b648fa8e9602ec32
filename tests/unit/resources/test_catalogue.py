"""The demo catalogue: what the committed file holds, and that it is what the tables say."""

import importlib.util
import json
import math
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "resources" / "catalogue"
LANGUAGES = ("en", "de", "nb")


def _generator() -> ModuleType:
    # The folder is called packaging like a library of the index: it must not shadow that one by being on sys.path.
    spec = importlib.util.spec_from_file_location("make_catalogue", ROOT / "packaging" / "make_catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


make = _generator()


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    return json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def products(catalogue: dict[str, Any]) -> list[dict[str, Any]]:
    return catalogue["products"]


@pytest.fixture(scope="module")
def variants(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [variant for product in products for variant in product["variants"]]


def test_the_committed_catalogue_is_what_the_tables_say() -> None:
    assert (FOLDER / "catalogue.json").read_text(encoding="utf-8") == make.text_of(make.build())


def test_the_catalogue_is_wide_enough_for_a_rehearsal(
    products: list[dict[str, Any]], variants: list[dict[str, Any]]
) -> None:
    assert len(products) >= 240
    assert len(variants) >= 700
    for category in ("home", "fashion", "beauty", "food"):
        assert sum(product["category"] == category for product in products) >= 50
    assert 2 <= sum(not product["active"] for product in products) <= 5
    assert (FOLDER / "catalogue.json").stat().st_size < 3_000_000


def test_nothing_shares_an_id_an_sku_or_a_barcode(
    products: list[dict[str, Any]], variants: list[dict[str, Any]]
) -> None:
    for things, key in (
        (products, "id"),
        (products, "sku"),
        (variants, "id"),
        (variants, "sku"),
        (variants, "barcode"),
    ):
        values = [thing[key] for thing in things]
        assert len(set(values)) == len(values), key
    for value in [product["id"] for product in products] + [variant["id"] for variant in variants]:
        assert re.fullmatch(r"[a-z0-9]+(-+[a-z0-9]+)*", value), value


def test_every_barcode_scans(variants: list[dict[str, Any]]) -> None:
    for variant in variants:
        digits = [int(digit) for digit in variant["barcode"]]
        assert len(digits) == 13
        assert (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0
        assert variant["barcode"].startswith("29")


@given(st.integers(min_value=0, max_value=10**12 - 1), st.integers(0, 12), st.integers(1, 9))
def test_a_barcode_with_one_wrong_digit_does_not_scan(number: int, place: int, change: int) -> None:
    code = make.ean13(f"{number:012d}")
    wrong = code[:place] + str((int(code[place]) + change) % 10) + code[place + 1 :]
    assert wrong[12] != make.ean13(wrong[:12])[12]


def test_known_barcodes_get_their_printed_check_digit() -> None:
    assert make.ean13("400638133393") == "4006381333931"
    assert make.ean13("590123412345") == "5901234123457"


def test_every_product_speaks_three_languages(products: list[dict[str, Any]]) -> None:
    for product in products:
        for language in LANGUAGES:
            assert 3 <= len(product["title"][language]) <= 80, product["id"]
            assert len(product["description"][language]) > 60, product["id"]
            assert product["description"][language].endswith("."), product["id"]
            points = product["talking_points"][language]
            assert len(points) == 3
            assert all(8 <= len(point) <= 110 for point in points), product["id"]
        descriptions = [product["description"][language] for language in LANGUAGES]
        assert len(set(descriptions)) == 3, f"{product['id']} is not translated"


def test_no_template_marks_are_left_in_a_text(catalogue: dict[str, Any]) -> None:
    texts: list[str] = []

    def gather(value: Any) -> None:
        if isinstance(value, str):
            texts.append(value)
        elif isinstance(value, dict):
            for inner in value.values():
                gather(inner)
        elif isinstance(value, list):
            for inner in value:
                gather(inner)

    gather(catalogue)
    for text in texts:
        assert "{" not in text, text
        assert "  " not in text, text
        assert "'" not in text, text
        assert text == text.strip(), text


def test_names_are_quoted_as_each_language_quotes(products: list[dict[str, Any]]) -> None:
    foreign = {"en": "„«»", "de": "«»", "nb": "„“”"}
    for product in products:
        for language, marks in foreign.items():
            assert not set(product["title"][language]) & set(marks), product["title"][language]


def test_german_and_norwegian_sound_like_themselves(products: list[dict[str, Any]]) -> None:
    words = {"en": {"the", "and", "with"}, "de": {"und", "mit", "die"}, "nb": {"og", "med", "som"}}
    for language, own in words.items():
        text = " ".join(product["description"][language] for product in products).lower().split()
        others = set().union(*(words[other] for other in LANGUAGES if other != language))
        assert sum(word in own for word in text) > 50 * max(1, sum(word in others - own for word in text)), (
            language
        )


def test_prices_are_sane(products: list[dict[str, Any]]) -> None:
    lower = same = missing = 0
    for product in products:
        for variant in product["variants"]:
            price, low = variant["price_minor"], variant["lowest_30d_minor"]
            assert 300 <= price <= 50_000, variant["id"]
            assert price % 10 == 0
            assert variant["tax_rate_bp"] == (1500 if product["category"] == "food" else 2500)
            assert low is None or math.ceil(price * 0.75) <= low <= price, variant["id"]
            missing += low is None
            same += low == price
            lower += low is not None and low < price
    assert min(lower, same, missing) > 100


def test_larger_packs_never_cost_less(products: list[dict[str, Any]]) -> None:
    for product in products:
        prices: dict[tuple[str, ...], list[tuple[float, int]]] = {}
        for variant in product["variants"]:
            size = variant["options"].get("size", "")
            if found := re.fullmatch(r"([\d.]+) (ml|l|g)", size):
                others = tuple(value for axis, value in variant["options"].items() if axis != "size")
                prices.setdefault(others, []).append((float(found[1]), variant["price_minor"]))
        for row in prices.values():
            assert [price for _, price in sorted(row)] == sorted(price for _, price in row), product["id"]


def test_stock_is_plentiful_scarce_and_gone(
    catalogue: dict[str, Any], products: list[dict[str, Any]]
) -> None:
    places = [place["id"] for place in catalogue["shop"]["locations"]]
    assert [place["name"] for place in catalogue["shop"]["locations"]] == ["Oslo", "Berlin", "Rotterdam"]
    totals = {product["id"]: 0 for product in products}
    empty_places = 0
    for product in products:
        for variant in product["variants"]:
            assert list(variant["stock"]) == places
            assert all(number >= 0 for number in variant["stock"].values())
            assert 0 <= variant["safety_stock"] <= max(0, sum(variant["stock"].values()))
            totals[product["id"]] += sum(variant["stock"].values())
        empty_places += any(all(v["stock"][place] == 0 for v in product["variants"]) for place in places)
    assert totals["copper-watering-can"] == 0
    assert totals["felt-slippers"] == 9
    assert totals["wool-blanket-nord"] == 50
    assert sum(total > 100 for total in totals.values()) > 60
    assert sum(0 < total < 20 for total in totals.values()) >= 5
    assert empty_places >= 10


def test_options_are_named_in_every_language(
    catalogue: dict[str, Any], products: list[dict[str, Any]]
) -> None:
    for product in products:
        axes = list(product["variants"][0]["options"])
        for variant in product["variants"]:
            assert list(variant["options"]) == axes
            assert set(axes) <= set(catalogue["axes"])
            for language in LANGUAGES:
                parts = variant["title"][language].split(" · ")
                assert len(parts) == len(axes)
                assert all(parts)
            if "colour" in variant["options"]:
                assert re.fullmatch(r"#[0-9a-f]{6}", catalogue["colours"][variant["options"]["colour"]])


def test_decimals_are_written_as_each_language_writes_them(products: list[dict[str, Any]]) -> None:
    teapot = next(product for product in products if product["id"] == "stoneware-teapot")
    assert teapot["variants"][0]["title"] == {
        "en": "Indigo · 1.2 l",
        "de": "Indigo · 1,2 l",
        "nb": "Indigo · 1,2 l",
    }


def test_delivery_returns_and_reviews_can_be_shown(
    catalogue: dict[str, Any], products: list[dict[str, Any]]
) -> None:
    for product in products:
        for kind in ("delivery", "returns"):
            assert all(len(catalogue[kind][product[kind]][language]) > 40 for language in LANGUAGES)
        score, count = product["reviews"]["score"], product["reviews"]["count"]
        assert (score is None) == (count == 0)
        assert score is None or 3.5 <= score <= 5
    assert any(product["reviews"]["count"] == 0 for product in products)
    assert {product["delivery"] for product in products if product["type"] == "cheese"} == {"chilled"}


def test_an_untranslated_option_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="no word 'turquoise' for the axis scent"):
        make.Words().label("scent", "turquoise", "de")


def test_a_price_list_that_fits_no_option_is_refused_by_name() -> None:
    row = {"en": ["Mug"], "price": [100, 200]}
    with pytest.raises(ValueError, match="Mug: no option has 2 values"):
        make.price_of(row, {"size": "S"}, {"size": ["S"]})
