"""Rows become items: good ones are kept, bad ones named with what to write, and nothing is lost."""

import datetime as dt
import itertools
import json

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from studio.domain.exchange import Cell, Column, DraftRow, RawRow, RawTable, Terms
from studio.domain.lineup import ItemKind
from studio.domain.lineup_file import MAX_ITEMS, read_json
from studio.domain.promo import PromoKind, PromoScope, PromoWhen
from studio.exchange.lineup_rows import drafts, drafts_of_json
from studio.exchange.mapping import fingerprint, guess, kept, missing, recalled
from studio.exchange.tables import read_csv

MINUTE = 60_000
TERMS = Terms("EUR", "en", "Europe/Oslo")


def ids():
    count = itertools.count(1)
    return lambda: f"id{next(count)}"


def read(text: str, terms: Terms = TERMS) -> tuple[DraftRow, ...]:
    table = read_csv(text.encode())
    return drafts(table, guess(table.header), terms, ids())


def only(text: str, terms: Terms = TERMS):
    (row,) = read(text, terms)
    assert row.problems == ()
    assert row.item is not None
    return row.item


def said(text: str, terms: Terms = TERMS) -> str:
    (row,) = read(text, terms)
    assert row.item is None
    return " ".join(row.problems)


def test_every_column_finds_its_place() -> None:
    item = only(
        "Kind;Title;Minutes;Product id;SKU;Show price;Price when planned;Target units;Safety stock;Talking points;Notes;"
        "Alternatives;Pictures;Promo code;Promo kind;Promo value;Promo applies to;Promo begins;Promo minutes after start;"
        "Promo minutes;Promo hours after show;Promo limit;Promo limit per customer\n"
        'product;Mug;2:30;p1;S1;19,90 €;24,90;40;2;One | Two|Three;"Line 1\nLine 2";p2 | p3;https://x/1.png;nord20;percent;'
        "20 %;line-up;at time;15;10;0;50;no limit\n",
    )
    assert (item.kind, item.title, item.planned_ms) == (ItemKind.PRODUCT, "Mug", 150_000)
    assert (item.product_id, item.sku) == ("p1", "S1")
    assert (item.show_price_minor, item.planned_price_minor) == (1990, 2490)
    assert (item.target_units, item.safety_stock) == (40, 2)
    assert item.points == ("One", "Two", "Three")
    assert item.note == "Line 1\nLine 2"
    assert (item.alternatives, item.images) == (("p2", "p3"), ("https://x/1.png",))
    plan = item.promo
    assert plan is not None
    assert (plan.code, plan.kind, plan.percent, plan.scope) == (
        "NORD20",
        PromoKind.PERCENT,
        20,
        PromoScope.LINEUP,
    )
    assert (plan.when, plan.after_start_ms, plan.minutes) == (PromoWhen.AT_TIME, 15 * MINUTE, 10)
    assert (plan.total_limit, plan.per_customer_limit) == (50, None)


@pytest.mark.parametrize(
    "text",
    [
        "Art;Titel;Minuten;Artikelnummer;Showpreis;Ziel (Stück)\nProdukt;Decke;5;S1;49,00 €;40\n",
        "Type;Tittel;Minutter;Varenummer;Sendepris;Mål (stk.)\nprodukt;Teppe;5;S1;49,00 €;40\n",
        "type,name,duration,art. nr,live price,goal\nProduct,Blanket,5:00,S1,€49.00,40\n",
        "typ;produktname;dauer (min);art.-nr.;aktionspreis;zielmenge\nArtikel;Decke;5 Min;S1;49;40 Stück\n",
        "Item,Durations,SKU,Show prise,Target unit\nBlanket,5,S1,49.00,40\n",
    ],
)
def test_columns_are_known_in_three_languages_and_with_slips_of_the_pen(text: str) -> None:
    item = only(text)
    assert (item.sku, item.planned_ms, item.show_price_minor, item.target_units) == (
        "S1",
        5 * MINUTE,
        4900,
        40,
    )


def test_a_row_without_minutes_is_planned_as_any_new_item_is_and_says_so() -> None:
    (row,) = read("SKU,Title,Minutes\nS1,Mug,\n")
    assert row.item is not None
    assert row.item.planned_ms == 5 * MINUTE
    assert row.notes == ("5:00 planned, for it names no minutes.",)


def timed(*cells: Cell) -> tuple[list[int], list[str]]:
    """The minutes of a workbook's rows with these cells, and what is noted of them."""
    table = RawTable(("SKU", "Minutes"), tuple(RawRow(at, ("S1", c)) for at, c in enumerate(cells, 2)))
    found = drafts(table, guess(table.header), TERMS, ids())
    assert not [row.problems for row in found if row.problems]
    return [row.item.planned_ms for row in found if row.item], [note for row in found for note in row.notes]


def test_a_cell_that_a_spreadsheet_took_for_hours_says_how_it_was_read() -> None:
    lengths, (note,) = timed(dt.timedelta(hours=1, minutes=5), dt.time(0, 5))
    assert lengths == [65 * MINUTE, 5 * MINUTE]
    assert "read as 1:05:00" in note


def test_minutes_and_seconds_in_one_row_of_a_workbook_are_minutes_and_seconds_in_every_row() -> None:
    lengths, notes = timed(dt.time(12), dt.time(1, 30), dt.timedelta(hours=25), "1:05:00", 3)
    assert lengths == [12 * MINUTE, 90_000, 25 * MINUTE, 65 * MINUTE, 3 * MINUTE]
    assert notes == []


def test_a_row_that_its_column_makes_shorter_than_a_minute_says_how_it_was_read() -> None:
    lengths, (note,) = timed(dt.time(5), dt.time(0, 45))
    assert lengths == [5 * MINUTE, 45_000]
    assert "read as 0:45" in note


def test_the_promo_minutes_of_a_workbook_are_read_by_their_own_column() -> None:
    header = ("SKU", "Minutes", "Promo code", "Promo value", "Promo minutes")
    rows = (
        ("S1", dt.time(1, 30), "A20", "20 %", dt.time(10)),
        ("S2", dt.time(0, 5), "B20", "20 %", dt.time(2)),
    )
    table = RawTable(header, tuple(RawRow(at, row) for at, row in enumerate(rows, 2)))
    items = [row.item for row in drafts(table, guess(table.header), TERMS, ids()) if row.item]
    assert [item.planned_ms for item in items] == [90 * MINUTE, 5 * MINUTE]
    assert [item.promo.minutes for item in items if item.promo] == [10, 2]


@pytest.mark.parametrize(
    ("columns", "values", "when"),
    [
        ("Promo begins", "on pin", PromoWhen.ON_PIN),
        ("Promo begins", "mit dem Artikel", PromoWhen.ON_PIN),
        ("Promo begins", "på slutten", PromoWhen.AT_END),
        ("Promo begins", "AT_END", PromoWhen.AT_END),
        ("Promo begins", "manually", PromoWhen.BY_HAND),
        ("Note", "x", PromoWhen.BY_HAND),
        ("Promo minutes after start", "20", PromoWhen.AT_TIME),
        ("Promo until", "2026-11-26 22:00", PromoWhen.ABSOLUTE),
    ],
)
def test_when_a_code_begins_is_said_or_follows_from_its_times(
    columns: str, values: str, when: PromoWhen
) -> None:
    item = only(f"SKU;Title;Minutes;Promo code;Discount;{columns}\nS1;Mug;5;NORD20;20 %;{values}\n")
    assert item.promo is not None
    assert item.promo.when is when


@pytest.mark.parametrize(
    ("value", "kind", "amount"),
    [
        ("20%", PromoKind.PERCENT, 20), ("−20 %", PromoKind.PERCENT, 20), ("5.00 EUR", PromoKind.FIXED, 500),
        ("-€5", PromoKind.FIXED, 500), ("free shipping", PromoKind.FREE_SHIPPING, 0), ("gratis frakt", PromoKind.FREE_SHIPPING, 0),
    ],
)  # fmt: skip
def test_what_a_code_takes_off_can_be_read_from_its_value_alone(
    value: str, kind: PromoKind, amount: int
) -> None:
    item = only(f"SKU,Title,Minutes,Promo code,Discount\nS1,Mug,5,NORD20,{value}\n")
    assert item.promo is not None
    assert (item.promo.kind, item.promo.percent + item.promo.amount_minor) == (kind, amount)


def test_a_code_that_is_not_named_is_made_up_and_said() -> None:
    (row,) = read("SKU,Title,Minutes,Discount\nS1,Mug,5,20%\n")
    assert row.item is not None
    assert row.item.promo is not None
    assert row.item.promo.code in row.notes[0]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("product,S1,Mug,five,,,,", "write minutes such as 5 or 5:00"),
        ("product,S1,Mug,-3,,,,", "more than zero"),
        ("product,S1,Mug,99999,,,,", "more than a day"),
        ("gift,S1,Mug,5,,,,", "neither product nor talk"),
        ("talk,,,5,,,,", "a talk item needs a title"),
        ("product,,,5,,,,", "needs a product_id or a sku"),
        ("product,S1,Mug,5,5 USD,,,", "in USD, and the show sells in EUR"),
        ("product,S1,Mug,5,,-4,,", "cannot be negative"),
        ("product,S1,Mug,5,,1.5,,", "not a whole number"),
        ("product,S1,Mug,5,,,tea free,20%", "capital letters"),
        ("product,S1,Mug,5,,,NORD20,200%", "between 1 and 100 %"),
        ("product,S1,Mug,5,,,NORD20,20", "write the value as 20 %"),
        ("product,S1,Mug,5,,,NORD20,", "write the value as 20 %"),
    ],
)
def test_a_bad_row_is_named_with_what_to_write(row: str, words: str) -> None:
    text = said(f"Kind,SKU,Title,Minutes,Show price,Target units,Promo code,Promo value\n{row}\n")
    assert text.startswith("Row 2: ")
    assert text.endswith(".")
    assert words in text


def test_everything_that_is_wrong_with_a_row_is_said_at_once() -> None:
    text = said("SKU,Title,Minutes,Show price,Target units\nS1,Mug,five,a lot,some\n")
    assert text.count("Row 2: ") == 3


def test_a_slip_in_one_row_costs_no_other() -> None:
    rows = read("Kind,SKU,Title,Minutes\n,S1,Mug,5\n,S2,Pot,x\ntalk,,Questions,8:30\n,S3,Lamp,1\n")
    assert [row.item and row.item.title for row in rows] == ["Mug", None, "Questions", "Lamp"]
    assert [row.number for row in rows] == [2, 3, 4, 5]
    assert rows[1].label == "Pot"


def test_rows_that_could_not_be_read_stand_at_their_place() -> None:
    rows = read('SKU,Title,Minutes\nS1,Mug,5\nS2,"Pot,5\nS3,Lamp,5\n')
    assert [(row.number, row.item is None) for row in rows] == [(2, False), (3, True), (4, False)]


def test_more_items_than_a_line_up_holds_are_each_named() -> None:
    rows = read("SKU,Title,Minutes\n" + "".join(f"S{n},T,1\n" for n in range(MAX_ITEMS + 3)))
    assert sum(row.item is not None for row in rows) == MAX_ITEMS
    assert [row.number for row in rows if row.item is None] == [502, 503, 504]
    assert "holds 500 items" in rows[-1].problems[0]


def test_what_columns_lack_is_said_before_any_row_is_read() -> None:
    assert missing(guess(["SKU", "Title", "Minutes"])) == ""
    assert "one for the minutes" in missing(guess(["SKU", "Title"]))
    assert "names the item" in missing(guess(["Minutes", "Show price"]))
    assert "Two columns are taken for “SKU”" in missing([Column.SKU, Column.SKU, Column.MINUTES])


def test_items_of_a_json_file_keep_their_numbers_and_other_money_is_refused() -> None:
    talk = {"kind": "talk", "title": "Hello", "planned_ms": MINUTE}
    priced = {"product_id": "p1", "title": "Mug", "planned_ms": MINUTE, "show_price_minor": 500}
    file = {"title": "S", "currency": "NOK", "items": [talk, 5, priced, talk]}
    rows = drafts_of_json(read_json(json.dumps(file).encode(), ids()), TERMS)
    assert [(row.number, row.item is not None) for row in rows] == [
        (1, True),
        (2, False),
        (3, False),
        (4, True),
    ]
    assert "its prices are in NOK" in rows[2].problems[0]
    same = drafts_of_json(read_json(json.dumps(file).encode(), ids()), Terms("NOK"))
    assert [row.item is not None for row in same] == [True, False, True, True]


cells = (
    st.none()
    | st.text(max_size=20)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.times()
    | st.timedeltas()
    | st.datetimes()
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(cells, min_size=len(Column), max_size=len(Column)), max_size=5),
    st.permutations(list(Column)),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
def test_any_cells_under_any_columns_are_items_or_named(
    rows: list[list[object]], columns: list[Column], currency: str
) -> None:
    table = RawTable(tuple(columns), tuple(RawRow(n, tuple(row)) for n, row in enumerate(rows, 2)))
    found = drafts(table, columns, Terms(currency, "de", "Europe/Oslo"), ids())
    assert all((row.item is None) == bool(row.problems) for row in found)
    assert all(p.startswith(f"Row {row.number}: ") and p.endswith(".") for row in found for p in row.problems)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.booleans(), max_size=12), st.text(alphabet='x"|5;€\n', max_size=6))
def test_a_good_row_is_kept_whatever_stands_around_it(good: list[bool], bad: str) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["SKU", "Title", "Minutes"])
    for n, is_good in enumerate(good):
        writer.writerow([f"S{n}", f"T{n}", "5" if is_good else f"never {bad}"])
    rows = read(out.getvalue())
    assert [row.item.sku for row in rows if row.item] == [
        f"S{n}" for n, is_good in enumerate(good) if is_good
    ]
    assert len(rows) == len(good)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6), st.data())
def test_a_choice_of_columns_is_kept_as_words_and_recalled_for_the_same_headings(
    header: list[str], data: st.DataObject
) -> None:
    columns = st.none() | st.sampled_from(Column)
    chosen = tuple(data.draw(st.lists(columns, min_size=len(header), max_size=len(header))))
    assert recalled(header, kept(chosen)) == chosen
    assert recalled([*header, "more"], kept(chosen)) is None
    assert recalled(header, ["what a later studio knows", *kept(chosen)[1:]]) is None
    assert fingerprint(header) == fingerprint(list(header))


def test_headings_are_the_same_however_they_are_written_and_others_when_they_stand_elsewhere() -> None:
    assert fingerprint(["SKU", "Wie lang?"]) == fingerprint(["sku ", "wie lang"])
    assert fingerprint(["SKU", "Wie lang?"]) != fingerprint(["Wie lang?", "SKU"])
