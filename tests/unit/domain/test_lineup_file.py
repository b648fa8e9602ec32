"""Line-ups come in from files: good rows are kept, bad ones named with their reason."""

import itertools
import json

import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import given, settings

from studio.domain.lineup import ItemKind, LineUp
from studio.domain.lineup_file import MAX_ITEMS, LineUpUnreadable, in_currency, read_csv, read_json
from studio.domain.promo import PromoKind


def ids():
    counter = itertools.count(1)
    return lambda: f"id{next(counter)}"


def csv(text: str):
    return read_csv(text.encode(), "Show", "EUR", ids())


def test_good_rows_are_kept_and_bad_rows_named():
    read = csv(
        "kind,sku,title,planned_minutes,target_units,promo_kind,promo_value,promo_minutes\n"
        "product,SKU-1,Blanket,5,40,percent,20,10\n"
        "product,,Nameless,5,,,,\n"
        "talk,,Questions,8.5,,,,\n"
        "product,SKU-2,Mug,many,,,,\n"
        "product,SKU-3,Cup,5,,percent,200,5\n"
    )
    assert [i.title for i in read.lineup.items] == ["Blanket", "Questions"]
    assert [p.row for p in read.problems] == [3, 5, 6]
    assert "product_id or a sku" in read.problems[0].sentence
    assert "not a number" in read.problems[1].sentence
    assert "between 1 and 100" in read.problems[2].sentence
    blanket, questions = read.lineup.items
    assert blanket.promo.kind is PromoKind.PERCENT
    assert (questions.kind, questions.planned_ms) == (ItemKind.TALK, 510_000)


def test_semicolons_bom_and_commas_in_numbers_are_read_as_spreadsheets_write_them():
    read = csv("\ufeffsku;title;planned_minutes\nSKU-1;Decke, warm;2,5\n")
    assert read.lineup.items[0].title == "Decke, warm"
    assert read.lineup.items[0].planned_ms == 150_000


def test_a_file_that_is_no_line_up_says_what_is_wrong():
    with pytest.raises(LineUpUnreadable, match="first row"):
        csv("hello\nworld\n")
    with pytest.raises(LineUpUnreadable, match="UTF-8"):
        read_csv(b"\xff\xfe\x00", "Show", "EUR", ids())
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


def test_more_than_500_items_are_cut_and_said():
    rows = "\n".join(f"SKU-{n},T,1" for n in range(MAX_ITEMS + 3))
    read = csv("sku,title,planned_minutes\n" + rows)
    assert len(read.lineup.items) == MAX_ITEMS
    assert "the rest was left out" in read.problems[-1].sentence


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_but_never_crash(data):
    for read in (lambda: read_json(data, ids()), lambda: read_csv(data, "S", "EUR", ids())):
        sentence = "."
        try:
            read()
        except LineUpUnreadable as error:
            sentence = str(error)
        assert sentence.endswith(".")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='abc1.;,"\n\r\t|€', max_size=200))
def test_any_rows_are_read_or_named(text):
    read = csv("sku,title,planned_minutes,promo_kind,promo_value\n" + text)
    assert all(p.sentence.endswith(".") for p in read.problems)


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


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 50_000), ("JPY", 500), ("KWD", 500_000)])
def test_an_amount_off_is_taken_in_the_decimals_of_its_currency_also_when_that_is_known_later(
    currency: str, minor: int
) -> None:
    text = "sku,title,planned_minutes,promo_code,promo_kind,promo_value\nS-1,Lamp,5,SAVE500,fixed,500\nS-2,Mug,5,,,\n"
    at_once = read_csv(text.encode(), "Show", currency, ids()).lineup
    later = in_currency(read_csv(text.encode(), "Show", "", ids()).lineup, currency)
    for lineup in (at_once, later):
        promo = lineup.items[0].promo
        assert promo is not None
        assert (lineup.currency, promo.amount_minor) == (currency, minor)
