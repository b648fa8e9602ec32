"""Line-ups come in from files: good rows are kept, bad ones named with their reason."""

import itertools
import json

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from studio.domain.lineup import LineUp
from studio.domain.lineup_file import MAX_ITEMS, LineUpUnreadable, read_json


def ids():
    counter = itertools.count(1)
    return lambda: f"id{next(counter)}"


def test_a_file_that_is_no_line_up_says_what_is_wrong():
    with pytest.raises(LineUpUnreadable, match="not a line-up"):
        read_json(b"{", ids())


def test_json_keeps_good_items_beside_bad_ones():
    read = read_json(
        b'{"title":"S","currency":"EUR","items":[{"product_id":"p1","planned_ms":60000},{"planned_ms":"x"},5]}',
        ids(),
    )
    assert len(read.lineup.items) == 1
    assert [p.row for p in read.problems] == [2, 3]
    assert read.lineup.planned_ms == 60_000


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_but_never_crash(data):
    sentence = "."
    try:
        read_json(data, ids())
    except LineUpUnreadable as error:
        sentence = str(error)
    assert sentence.endswith(".")


def test_more_than_500_items_are_cut_and_said():
    talk = {"kind": "talk", "title": "T", "planned_ms": 1}
    read = read_json(json_of(items=[talk] * (MAX_ITEMS + 3)), ids())
    assert len(read.lineup.items) == MAX_ITEMS
    assert "the rest was left out" in read.problems[-1].sentence


def test_codes_of_the_whole_show_are_read_and_bad_ones_named():
    good = {"kind": "percent", "percent": 20, "code": "NORD20"}
    read = read_json(json_of(promos=[good, {**good, "percent": 0}, 5]), ids())
    assert [(plan.code, plan.percent) for plan in read.promos] == [("NORD20", 20)]
    assert [(p.row, p.sentence.partition(":")[0]) for p in read.problems] == [
        (0, "Code 2 of the show"),
        (0, "Code 3 of the show"),
    ]
    assert read_json(json_of(), ids()).promos == ()


def json_of(**changes: object) -> bytes:
    """A line-up of one talk and whatever else is said."""
    file = {
        "title": "S",
        "currency": "EUR",
        "items": [{"kind": "talk", "title": "Hello", "planned_ms": 60_000}],
    }
    return json.dumps({**file, **changes}).encode()


def promo_of(**changes: object) -> bytes:
    plan = {"kind": "percent", "percent": 20, "code": "NORD20", **changes}
    return json_of(items=[{"product_id": "p1", "title": "T", "planned_ms": 60_000, "promo": plan}])


@pytest.mark.parametrize("currency", ["euro", "€", "eur", "", "E\u202eR"])
def test_a_currency_that_is_none_is_said_before_a_show_is_made_of_it(currency: str):
    with pytest.raises(LineUpUnreadable, match="three capital letters, such as EUR"):
        read_json(json_of(currency=currency), ids())


def test_a_byte_order_mark_before_json_is_read_over():
    assert read_json(b"\xef\xbb\xbf" + json_of(), ids()).problems == ()


@pytest.mark.parametrize("minutes", [-5, 1e308, 10**12])
def test_a_length_of_the_show_out_of_range_costs_only_itself(minutes: float):
    read = read_json(json_of(planned_minutes=minutes), ids())
    assert "those of its items count" in read.problems[0].sentence
    assert read.lineup.planned_ms == 60_000


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"percent": 0}, "between 1 and 100 %"),
        ({"percent": 101}, "between 1 and 100 %"),
        ({"percent": 10**30}, "between 1 and 100 %"),
        ({"kind": "fixed", "amount_minor": 0}, "more than zero"),
        ({"kind": "fixed", "amount_minor": 10**30}, "out of range"),
        ({"minutes": 0}, "at least one minute"),
        ({"minutes": 10**9}, "at most seven days"),
        ({"hours_after_show": 10**6}, "at most 14 days"),
        ({"total_limit": 0}, "at least 1"),
        ({"per_customer_limit": -1}, "at least 1"),
        ({"code": "nord 20"}, "capital letters"),
        ({"kind": "two for one"}, "is not one of percent"),
        ({"scope": "moon"}, "is not one of all"),
        ({"armed": True, "at_end": True}, "begins in one way"),
        ({"after_start_ms": 0, "until_ms": 5}, "begins in one way"),
        ({"after_start_ms": -1}, "at the earliest"),
        ({"from_ms": 5}, "a beginning and no end"),
        ({"from_ms": 5, "until_ms": 5}, "must end after its beginning"),
        ({"until_ms": 10**15}, "before the year 2200"),
        ({"from_ms": -5, "until_ms": 5}, "begins before 1970"),
    ],
)
def test_a_promo_that_makes_no_sense_is_named_with_its_row(wrong: dict[str, object], words: str):
    read = read_json(promo_of(**wrong), ids())
    assert read.lineup.items == ()
    assert read.problems[0].row == 1
    assert words in read.problems[0].sentence


def test_prices_pictures_and_alternatives_of_an_item_are_read():
    item = {
        "product_id": "p1", "planned_ms": 60_000, "show_price_minor": 4900, "planned_price_minor": 5900,
        "images": ["https://x/1.png", " "], "alternatives": ["p2", "p3"],
    }  # fmt: skip
    kept = read_json(json_of(items=[item]), ids()).lineup.items[0]
    assert (kept.show_price_minor, kept.planned_price_minor) == (4900, 5900)
    assert (kept.images, kept.alternatives) == (("https://x/1.png",), ("p2", "p3"))
    read = read_json(json_of(items=[{**item, "show_price_minor": -1}]), ids())
    assert "a price is out of range" in read.problems[0].sentence


@pytest.mark.parametrize("field", ["target_units", "safety_stock"])
def test_figures_out_of_range_are_named(field: str):
    item = {"product_id": "p1", "planned_ms": 60_000, field: 10**30}
    assert "out of range" in read_json(json_of(items=[item]), ids()).problems[0].sentence


def test_what_was_read_can_always_be_stored_and_shown():
    item = {
        "product_id": " p1 ", "sku": " S1 ", "title": "x" * 5_000, "planned_ms": 60_000, "note": "n" * 100_000,
        "talking_points": ["p" * 5_000] * 90,
    }  # fmt: skip
    read = read_json(json_of(items=[item], language="l" * 5_000, title="t\n" * 5_000), ids())
    kept = read.lineup.items[0]
    assert (kept.product_id, kept.sku, len(kept.title)) == ("p1", "S1", 300)
    assert len(kept.points) == 50
    assert len(kept.points[0]) == 1_000
    assert len(kept.note) == 20_000
    assert len(read.lineup.language) <= 20
    assert "\n" not in read.lineup.title
    assert msgspec.json.decode(msgspec.json.encode(read.lineup), type=LineUp) == read.lineup


def test_a_value_of_the_wrong_kind_is_said_in_words():
    rows = [{"planned_ms": "five"}, {"planned_ms": 60_000, "title": 5}, 7, {"promo": []}, {"promo": {}}]
    said = [p.sentence for p in read_json(json_of(items=rows), ids()).problems]
    assert said == [
        "Item 1: planned_ms is text and must be a whole number.",
        "Item 2: title is a whole number and must be text.",
        "Item 3: it is a whole number and must be an object.",
        "Item 4: promo is a list and must be an object or nothing.",
        "Item 5: Object missing required field `kind`.",
    ]
