"""Tables come in from every program that writes them: what was guessed is said, what is bad is named, nothing is lost."""

import io
import zipfile

import hypothesis.strategies as st
import pytest
import xlsxwriter
from hypothesis import given, settings

from studio.domain.lineup_file import LineUpUnreadable
from studio.exchange import workbook
from studio.exchange.tables import MAX_BYTES, MAX_ROWS, Given, read_csv, read_table

HEADER = "SKU,Title,Minutes\n"


def cells(text: str, encoding: str = "utf-8") -> list[tuple[object, ...]]:
    return [row.cells for row in read_csv(text.encode(encoding)).rows]


def a_workbook(**sheets: list[list[object]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return out.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_every_usual_sign_between_columns_is_found(delimiter: str) -> None:
    text = (
        delimiter.join(["SKU", "Title", "Minutes"]) + "\n" + delimiter.join(["S1", '"Mug, red; large"', "5"])
    )
    table = read_csv(text.encode())
    assert table.header == ("SKU", "Title", "Minutes")
    assert table.rows[0].cells == ("S1", "Mug, red; large", "5")


def test_excels_first_line_that_names_the_sign_is_obeyed_and_counted() -> None:
    table = read_csv(b"sep=|\r\nSKU|Title|Minutes\r\nS1|Mug|5\r\n")
    assert [(row.number, row.cells) for row in table.rows] == [(3, ("S1", "Mug", "5"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_read_in_every_form_without_a_word(encoding: str) -> None:
    table = read_csv((HEADER + "S1,Decke „Nørd“ 漢,5\n").encode(encoding))
    assert table.rows[0].cells[1] == "Decke „Nørd“ 漢"
    assert table.header[0] == "SKU"
    assert table.notices == ()


def test_an_old_windows_file_is_read_and_said_to_be_guessed() -> None:
    table = read_csv((HEADER + "S1,Blåbær für 5 €,5\n").encode("cp1252"))
    assert table.rows[0].cells[1] == "Blåbær für 5 €"
    assert "Windows-1252" in table.notices[0]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n\n ", "empty"),
        (b"\x00\x01\x02\x03", "not text"),
        (b"\x81\x8d\x8f" * 20, "not text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "old Excel"),
        (b"PK\x03\x04 nothing of the kind", "damaged"),
        (b"x" * (MAX_BYTES + 1), "20 MB"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(LineUpUnreadable, match=words):
        read_table("file", data)
    with pytest.raises(LineUpUnreadable, match="its name says so"):
        read_table("x.XLSX", b"SKU,Title\n")


def test_rows_are_counted_as_a_spreadsheet_shows_them() -> None:
    table = read_csv(b'Our show\n\nSKU,Title,Minutes\nS1,"two\nlines",5\n\n,,\nS2,Mug,5\n')
    assert table.header == ("SKU", "Title", "Minutes")
    assert [(row.number, row.cells[0]) for row in table.rows] == [(4, "S1"), (7, "S2")]


def test_a_quotation_mark_that_is_never_closed_costs_its_own_row_only() -> None:
    text = HEADER + 'S1,Mug,5\nS2,"Blanket,5\nS3,Board,5\nS4,Lamp,5\n'
    table = read_csv(text.encode())
    assert [row.cells[0] for row in table.rows] == ["S1", "S3", "S4"]
    assert [(p.row, "quotation mark" in p.sentence) for p in table.problems] == [(3, True)]


def test_a_forgotten_quotation_mark_swallows_nothing_up_to_the_next_one() -> None:
    text = HEADER + 'S1,Mug,5\nS2,"Blanket,5\nS3,Board,5\nS4,"Lamp, large",5\nS5,Pot,5\n'
    table = read_csv(text.encode())
    assert [row.cells[0] for row in table.rows] == ["S1", "S3", "S4", "S5"]
    assert [p.row for p in table.problems] == [3]


def test_a_cell_beyond_all_measure_costs_its_own_row_only() -> None:
    table = read_csv((HEADER + f"S1,{'x' * 140_000},5\nS2,Mug,5\n").encode())
    assert [row.cells[0] for row in table.rows] == ["S2"]
    assert [p.row for p in table.problems] == [2]


def test_more_rows_than_any_line_up_has_are_cut_and_said() -> None:
    table = read_csv((HEADER + "S,T,1\n" * (MAX_ROWS + 5)).encode())
    assert len(table.rows) == MAX_ROWS
    assert table.problems[-1].row == MAX_ROWS + 2
    assert "at most 10,000 rows" in table.problems[-1].sentence


def test_hundreds_of_columns_are_cut_and_said() -> None:
    table = read_csv((",".join(f"c{n}" for n in range(300)) + "\n" + ",".join("x" * 300)).encode())
    assert len(table.header) == len(table.rows[0].cells) == 200
    assert "300 columns" in table.notices[0]


def test_a_column_without_a_name_is_called_as_the_spreadsheet_calls_it() -> None:
    assert read_csv(b"SKU,,Title\n1,2,3\n").header == ("SKU", "B", "Title")


def test_reading_can_be_given_up() -> None:
    with pytest.raises(Given):
        read_csv((HEADER + "S,T,1\n" * 3000).encode(), lambda: True)


# --- workbooks ----------------------------------------------------------------------------------------------------


def test_the_sheet_that_looks_like_a_line_up_is_taken_and_another_can_be_chosen() -> None:
    data = a_workbook(
        Costs=[["What", "How much"], ["Staff", 100]], Show=[["SKU", "Title", "Minutes"], ["S1", "Mug", 5]]
    )
    table = read_table("x.xlsx", data)
    assert (table.sheet, table.sheets) == ("Show", ("Costs", "Show"))
    assert table.rows[0].cells == ("S1", "Mug", 5.0)
    assert read_table("x.xlsx", data, "Costs").header == ("What", "How much")
    with pytest.raises(LineUpUnreadable, match="no sheet “Gone”"):
        read_table("x.xlsx", data, "Gone")


def test_rows_of_a_sheet_that_begins_lower_down_have_their_own_numbers() -> None:
    data = a_workbook(
        S=[[], ["Our show"], [], ["SKU", "Title", "Minutes"], ["S1", "Mug", 5], [], ["S2", "Pot", 5]]
    )
    assert [row.number for row in read_table("x.xlsx", data).rows] == [5, 7]


def test_a_workbook_is_known_by_what_it_is_and_not_by_its_name() -> None:
    assert read_table("export.csv", a_workbook(S=[["SKU", "Minutes"], ["S1", 5]])).sheets == ("S",)


def test_an_empty_workbook_and_another_archive_say_what_they_are() -> None:
    with pytest.raises(LineUpUnreadable, match="nothing in this table"):
        read_table("x.xlsx", a_workbook(S=[]))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(LineUpUnreadable, match="no Excel workbook"):
        read_table("x.xlsx", other.getvalue())


def remade(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row><c r=\"A1\"><v>1</v></c></row><row><c r = 'XFD900000'><v>1</v></c></row>",
        b'<row r="999999999"><c r="ZZ999999999"><v>1</v></c></row>',
        b"<row>" + b"<c><v>1</v></c>" * 2_000_001 + b"</row>",
    ],
)
def test_a_sheet_that_would_fill_the_memory_is_refused(rows: bytes) -> None:
    data = remade(a_workbook(S=[["SKU"]]), "xl/worksheets/sheet1.xml", SHEET % rows)
    with pytest.raises(LineUpUnreadable, match="far larger"):
        read_table("x.xlsx", data)


def test_an_archive_that_unpacks_to_gigabytes_is_refused_whatever_it_says_of_itself() -> None:
    bomb = remade(a_workbook(S=[["SKU"]]), "xl/worksheets/sheet1.xml", b" " * (workbook.MAX_UNPACKED + 1))
    assert len(bomb) < 1_000_000
    with pytest.raises(LineUpUnreadable, match="far larger"):
        read_table("x.xlsx", bomb)
    # The same with a size that is a lie, in the directory at the end.
    at = bomb.rfind(b"xl/worksheets/sheet1.xml") - 46 + 24
    liar = bomb[:at] + (100).to_bytes(4, "little") + bomb[at + 4 :]
    with pytest.raises(LineUpUnreadable, match="far larger"):
        read_table("x.xlsx", liar)


# --- any bytes ----------------------------------------------------------------------------------------------------

GOOD = a_workbook(Show=[["SKU", "Title", "Minutes"], ["S1", "Mug", 5], ["S2", "Pot", 0.25]])


def refusal(name: str, data: bytes) -> str:
    """What is said of a file that cannot be read; a full stop when it can, and all is in order."""
    try:
        table = read_table(name, data)
    except LineUpUnreadable as error:
        return str(error)
    in_order = all(len(row.cells) == len(table.header) for row in table.rows)
    return "." if in_order and all(p.sentence.endswith(".") for p in table.problems) else "out of order"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400) | st.text(alphabet='ab1.;,|"\n\r\t€', max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused_with_a_sentence(data: bytes) -> None:
    assert refusal("x.csv", data).endswith(".")


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_with_a_sentence(data: st.DataObject) -> None:
    bad = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 6))):
        bad[data.draw(st.integers(4, len(bad) - 1))] = data.draw(st.integers(0, 255))
    assert refusal("x.xlsx", bytes(bad[: data.draw(st.integers(4, len(bad)))])).endswith(".")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300) | st.text("<row c=\"A1v/>&;'t0s", max_size=200).map(str.encode))
def test_a_sheet_of_nonsense_is_read_or_refused_with_a_sentence(rows: bytes) -> None:
    data = remade(GOOD, "xl/worksheets/sheet1.xml", SHEET.replace(b"%s", rows))
    assert refusal("x.xlsx", data).endswith(".")


plain_cell = st.text(alphabet="ab ,;|\t\"\n'=é1", max_size=8)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(plain_cell, plain_cell), max_size=8), st.sampled_from([",", ";", "\t"]))
def test_no_row_that_is_written_by_the_rules_is_lost(rows: list[tuple[str, str]], delimiter: str) -> None:
    import csv

    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["SKU", "Title", "Minutes"])
    for one, other in rows:
        writer.writerow(["S", f"x{one}", f"x{other}"])
    table = read_csv(out.getvalue().encode())
    assert table.problems == ()
    assert [row.cells for row in table.rows] == [("S", f"x{one}", f"x{other}") for one, other in rows]
