"""What is exported is imported as the same line-up: as CSV, as a workbook and as JSON."""

import csv
import io
import itertools
from collections.abc import Callable, Iterable

import hypothesis.strategies as st
import msgspec
import pytest
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings

from studio.domain.exchange import Terms
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.lineup_file import read_json
from studio.domain.promo import PromoKind, PromoPlan
from studio.exchange.lineup_rows import codes, codes_of_json, drafts, drafts_of_json
from studio.exchange.mapping import guess, missing
from studio.exchange.tables import read_codes, read_table
from studio.exchange.write import CELL_LIMIT, NotWritable, write_csv, write_json, write_xlsx
from tests.unit.exchange.strategies import CURRENCIES, LANGUAGES, ZONES, items, plans

MINUTE = 60_000
TERMS = Terms("EUR", "en", "Europe/Oslo")
several = st.lists(items(), max_size=4)
some_codes = st.lists(plans(), max_size=4)
terms = st.builds(Terms, st.sampled_from(CURRENCIES), st.sampled_from(LANGUAGES), st.sampled_from(ZONES))
often = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def bare(item: LineUpItem) -> LineUpItem:
    """The item without its ids, which are new each time."""
    plan = item.promo and msgspec.structs.replace(item.promo, id="")
    return msgspec.structs.replace(item, id="", promo=plan)


def back(name: str, data: bytes, terms: Terms = TERMS) -> list[LineUpItem]:
    """What is read of a file, when nothing was wrong with it."""
    table = read_table(name, data)
    columns = guess(table.header)
    assert None not in columns
    assert not missing(columns)
    count = itertools.count(1)
    read = drafts(table, columns, terms, lambda: f"id{next(count)}")
    assert [row.problems for row in read] == [()] * len(read)
    assert [row.number for row in read] == list(range(2, len(read) + 2))
    return [bare(row.item) for row in read if row.item]


def talk(title: str = "Hello", **changes: object) -> LineUpItem:
    return msgspec.structs.replace(LineUpItem("", ItemKind.TALK, title, 5 * MINUTE), **changes)


@often
@given(several, terms, st.sampled_from(LANGUAGES))
def test_csv_gives_the_same_line_up_whatever_language_it_is_read_in(
    lineup: list[LineUpItem], terms: Terms, other: str
) -> None:
    reader = Terms(terms.currency, other, terms.time_zone)
    assert back("x.csv", write_csv(lineup, terms), reader) == [bare(item) for item in lineup]


def new_ids() -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"id{next(count)}"


def bare_codes(plans: Iterable[PromoPlan]) -> list[PromoPlan]:
    return [msgspec.structs.replace(plan, id="") for plan in plans]


@often
@given(several, some_codes, terms, st.sampled_from(LANGUAGES))
def test_a_workbook_gives_the_same_line_up_and_the_same_codes_of_the_show(
    lineup: list[LineUpItem], planned: list[PromoPlan], terms: Terms, other: str
) -> None:
    data = write_xlsx(lineup, terms, "Show", planned)
    if lineup:
        assert back("x.xlsx", data, terms) == [bare(item) for item in lineup]
    table = read_codes(data)
    assert (table is None) == (not planned)
    if table is not None:
        reader = Terms(terms.currency, other, terms.time_zone)
        found, wrong = codes(table, guess(table.header), reader, new_ids())
        assert wrong == ()
        assert bare_codes(found) == bare_codes(planned)
        # It is offered to nobody as a line-up.
        assert table.sheet not in read_table("x.xlsx", data).sheets


@often
@given(several, some_codes, st.sampled_from(CURRENCIES))
def test_json_gives_the_same_line_up_and_the_same_codes_of_the_show(
    lineup: list[LineUpItem], planned: list[PromoPlan], currency: str
) -> None:
    show = LineUp("Show", currency, tuple(lineup), "de-CH", 90 * MINUTE)
    read = read_json(write_json(show, planned), new_ids())
    assert read.problems == ()
    assert [bare(item) for item in read.lineup.items] == [bare(item) for item in lineup]
    assert (read.lineup.title, read.lineup.currency, read.lineup.language) == ("Show", currency, "de-CH")
    assert read.lineup.planned_ms == 90 * MINUTE
    assert [bare(d.item) for d in drafts_of_json(read, Terms(currency)) if d.item] == [
        bare(i) for i in lineup
    ]
    assert bare_codes(codes_of_json(read, Terms(currency))[0]) == bare_codes(planned)


def test_codes_of_the_show_that_cannot_be_taken_are_named_and_cost_no_other() -> None:
    rows = [
        ["Promo code", "Promo kind", "Promo value"],
        ["GOOD", "percent", "20 %"],
        ["", "percent", "20 %"],
        ["bad code", "percent", 20],
    ]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, some in (("Line-up", [["SKU", "Minutes"], ["S1", 5]]), ("Codes", rows)):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(some):
                sheet.write_row(at, 0, row)
    table = read_codes(out.getvalue())
    assert table is not None
    found, wrong = codes(table, guess(table.header), TERMS, new_ids())
    assert [plan.code for plan in found] == ["GOOD"]
    assert [sentence.partition(":")[0] for sentence in wrong] == ["Codes, row 3", "Codes, row 4"]
    assert "the code is missing" in wrong[0]
    assert "capital letters" in wrong[1]


def test_a_line_up_on_a_sheet_that_happens_to_be_called_codes_is_a_line_up() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name in ("Other", "Codes"):
            sheet = book.add_worksheet(name)
            for at, row in enumerate([["SKU", "Minutes", "Promo code"], [name, 5, "X20"]]):
                sheet.write_row(at, 0, row)
    assert read_codes(out.getvalue()) is None
    assert read_table("x.xlsx", out.getvalue()).sheets == ("Other", "Codes")


def test_amounts_in_other_money_are_not_taken_for_the_shows() -> None:
    planned = [
        PromoPlan("", "FIVE", PromoKind.FIXED, amount_minor=500),
        PromoPlan("", "NORD20", PromoKind.PERCENT, 20),
    ]
    read = read_json(write_json(LineUp("S", "EUR", ()), planned), new_ids())
    found, wrong = codes_of_json(read, Terms("NOK"))
    assert [plan.code for plan in found] == ["NORD20"]
    assert "FIVE takes off an amount in EUR" in wrong[0]


@given(st.text(max_size=30) | st.text(alphabet="='+-@\t\r\n＝＋", max_size=6))
@example('=HYPERLINK("http://x")')
@example("'=1")
@example("\t=1")
@example("＝1+1")
def test_no_cell_of_a_csv_begins_a_formula(text: str) -> None:
    data = write_csv([talk(text or "x", note=text, points=(text,), alternatives=(text,))], TERMS)
    for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        assert not [
            cell
            for cell in row
            if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
        ]


def test_a_workbook_holds_texts_as_texts_and_no_formula() -> None:
    import zipfile

    data = write_xlsx([talk("=1+1", note="@SUM(A1)", points=("-2+3", "+1"))], TERMS, "=Show")
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert back("x.xlsx", data)[0].title == "=1+1"


@pytest.mark.parametrize(
    ("currency", "minor", "written"),
    [("EUR", 123456, "1234.56"), ("JPY", 1234, "1234"), ("KWD", 1234, "1.234")],
)
def test_prices_have_the_decimals_of_their_currency(currency: str, minor: int, written: str) -> None:
    item = LineUpItem("", ItemKind.PRODUCT, "Mug", MINUTE, "p1", show_price_minor=minor)
    data = write_csv([item], Terms(currency))
    assert f'"{written}"' in data.decode()
    german = write_csv([item], Terms(currency, "de"))
    assert f'"{written.replace(".", ",")}"' in german.decode()
    for name, file in (
        ("x.csv", data),
        ("x.csv", german),
        ("x.xlsx", write_xlsx([item], Terms(currency), "")),
    ):
        assert back(name, file, Terms(currency, "en"))[0].show_price_minor == minor
        assert back(name, file, Terms(currency, "de"))[0].show_price_minor == minor


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = 1_792_889_400_000  # 25 Oct 2026 02:30 in Oslo, the first time
    for begin in (first, first + 3_600_000):
        plan = PromoPlan("", "NIGHT", PromoKind.FREE_SHIPPING, from_ms=begin, until_ms=begin + 60_000)
        for name, write in (
            ("x.csv", write_csv),
            ("x.xlsx", lambda items, terms: write_xlsx(items, terms, "")),
        ):
            (item,) = back(name, write([talk(promo=plan)], TERMS))
            assert item.promo is not None
            assert (item.promo.from_ms, item.promo.until_ms) == (begin, begin + 60_000)


def test_a_workbook_has_typed_cells_a_fixed_header_and_widths() -> None:
    import zipfile

    plan = PromoPlan("", "NORD20", PromoKind.PERCENT, 20)
    data = write_xlsx(
        [LineUpItem("", ItemKind.PRODUCT, "Mug", 90_000, "p1", show_price_minor=1990, promo=plan)], TERMS, "S"
    )
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<cols>" in sheet
    row = read_table("x.xlsx", data).rows[0].cells
    assert 1.5 in row
    assert 19.9 in row
    assert 20.0 in row


def test_a_text_too_long_for_a_workbook_is_said_and_not_cut() -> None:
    long = talk(points=tuple("x" * 900 for _ in range(50)))
    with pytest.raises(NotWritable, match="export as CSV or JSON"):
        write_xlsx([long], TERMS, "")
    assert sum(map(len, long.points)) > CELL_LIMIT
    assert back("x.csv", write_csv([long], TERMS)) == [long]
