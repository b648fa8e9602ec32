"""Line-ups come in from files: good rows are kept, bad ones named with their reason."""

import itertools

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from studio.domain.lineup import ItemKind
from studio.domain.lineup_file import MAX_ITEMS, LineUpUnreadable, read_csv, read_json
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
