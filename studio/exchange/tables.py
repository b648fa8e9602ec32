"""Tables read from CSV and from spreadsheets, within limits: rows as they stand, and nothing lost without a word."""

import codecs
import csv
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from studio.domain.exchange import Cell, Column, RawRow, RawTable
from studio.domain.lineup_file import LineUpUnreadable, RowProblem
from studio.exchange import workbook
from studio.exchange.mapping import exactly
from studio.exchange.plain import unguarded
from studio.exchange.words import ALL_WORDS

MAX_BYTES: Final = 20_000_000
MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 200
MAX_PROBLEMS: Final = 200
_HEADER_WITHIN: Final = 20
_DELIMITERS: Final = (",", ";", "\t", "|")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_TEXT: Final = (
    "This file is not text: save the table as CSV UTF-8 or as an Excel workbook (.xlsx), and choose it again."
)
CODES: Final = frozenset(words.codes for words in ALL_WORDS)
"""What the sheet of the show's codes is called, in every language."""
Stopped = Callable[[], bool]
"""Whether somebody gave up waiting."""


class Given(Exception):
    """Reading was given up."""


def read_table(name: str, data: bytes, sheet: str = "", stopped: Stopped = lambda: False) -> RawTable:
    """The table in a file of this name: a workbook when it begins like one, else text. `sheet` is one of its sheets, ""
    for the first that looks like a line-up. Raises `LineUpUnreadable` with a sentence, and `Given` when stopped.
    """
    if len(data) > MAX_BYTES:
        raise LineUpUnreadable(
            f"It has more than {MAX_BYTES // 1_000_000} MB, which no line-up has: choose another file."
        )
    if data[:4] == b"PK\x03\x04":
        return _from_workbook(workbook.Workbook(data), sheet, stopped)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise LineUpUnreadable(
            "This is an old Excel file or one with a password: save it as an Excel workbook (.xlsx) without a password."
        )
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise LineUpUnreadable("This is no Excel workbook, though its name says so: save it again as .xlsx.")
    return read_csv(data, stopped)


# --- text ---------------------------------------------------------------------------------------------------------


def read_csv(data: bytes, stopped: Stopped = lambda: False) -> RawTable:
    """A table from text. The sign between its columns and the encoding are found out; what was guessed is said."""
    text, notices = _decoded(data)
    if not text.strip():
        raise LineUpUnreadable("This file is empty: write the names of the columns into the first row.")
    text, told = _told_delimiter(text)
    delimiter = told or _best_delimiter(text)
    problems: list[RowProblem] = []
    rows = list(itertools.islice(_records(text, delimiter, problems, stopped), MAX_ROWS + _HEADER_WITHIN + 1))
    if told:
        # The line that told it is a row of the file.
        rows = [RawRow(row.number + 1, row.cells) for row in rows]
        problems = [RowProblem(p.row + 1, _problem_of(p.row + 1)) for p in problems]
    # Spreadsheets part columns by semicolons where the comma stands before decimals.
    decimal = {";": ",", ",": "."}.get(delimiter, "")
    return _table(rows, RawTable((), (), decimal=decimal, notices=notices, problems=tuple(problems)))


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(data[len(bom) :], encoding), ()
    head = data[:4000]
    if head.count(0) > len(head) // 4:
        odd = head[1::2].count(0) > head[::2].count(0)
        return _checked(data, "utf-16-le" if odd else "utf-16-be"), ()
    try:
        return _checked(data, "utf-8"), ()
    except LineUpUnreadable:
        said = "This file is not UTF-8, so it was read as Windows-1252: look whether letters such as é, ö and ø are right."
        return _checked(data, "cp1252"), (said,)


def _checked(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise LineUpUnreadable(_NOT_TEXT) from None
    if "\0" in text:
        raise LineUpUnreadable(_NOT_TEXT)
    return text


def _told_delimiter(text: str) -> tuple[str, str]:
    """Excel takes a first line such as `sep=;` for the sign between columns."""
    first, _, rest = text.partition("\n")
    first = first.strip().strip('"')
    if first.lower().startswith("sep=") and len(first) == 5:
        return rest, first[4]
    return text, ""


def _best_delimiter(text: str) -> str:
    sample = text[:20_000]

    def score(delimiter: str) -> tuple[int, int]:
        rows = [row.cells for row in itertools.islice(_records(sample, delimiter, []), _HEADER_WITHIN)]
        known = max((sum(_is_known(cell) for cell in row) for row in rows), default=0)
        return known, max((len(row) for row in rows), default=0)

    # The first wins where two do as well.
    return max(_DELIMITERS, key=score)


def _records(
    text: str, delimiter: str, problems: list[RowProblem], stopped: Stopped = lambda: False
) -> Iterator[RawRow]:
    """The records of a CSV, counted as a spreadsheet does. One that cannot be read costs itself only: what a quotation
    mark that is never closed would swallow is read line by line.
    """
    # Not `splitlines`, which ends lines at form feeds and the like too.
    lines = list(io.StringIO(text, newline=""))
    at = number = 0
    while at < len(lines):
        reader = csv.reader(lines[at:], delimiter=delimiter)
        begun = at
        again = False
        while not again:
            before = reader.line_num
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                again = True
            else:
                after = reader.line_num
                again = after - before > 1 and not _holds(lines[begun + before : begun + after], delimiter)
                if not again:
                    if any(cell.strip() for cell in cells):
                        yield RawRow(
                            number, tuple(unguarded(cell) if cell.strip() else None for cell in cells)
                        )
                    if not number % 1000 and stopped():
                        raise Given
            if again:
                at = begun + before + 1
                if len(problems) >= MAX_PROBLEMS:
                    return
                problems.append(RowProblem(number, _problem_of(number)))


def _problem_of(number: int) -> str:
    return (
        f"Row {number}: a quotation mark is opened and not closed, or a cell is far too long. Correct this row, then choose "
        "the file again."
    )


def _holds(lines: Sequence[str], delimiter: str) -> bool:
    """Whether these lines are one record by the letter: else a quotation mark that was forgotten has swallowed some."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


# --- workbooks ----------------------------------------------------------------------------------------------------


def read_codes(data: bytes) -> RawTable | None:
    """The sheet of a workbook on which the codes of the whole show stand, as the studio writes it; None where there is none.
    Raises `LineUpUnreadable`.
    """
    if len(data) > MAX_BYTES or data[:4] != b"PK\x03\x04":
        return None
    return _codes_of(workbook.Workbook(data))


def _codes_of(book: workbook.Workbook) -> RawTable | None:
    for name in book.sheets:
        rows = book.rows(name, MAX_ROWS + _HEADER_WITHIN + 1) if name in CODES else []
        if rows:
            table = _table(rows, RawTable((), (), sheet=name))
            columns = {exactly(column) for column in table.header}
            # Others have sheets of this name too, and line-ups have codes.
            if Column.PROMO_CODE in columns and Column.MINUTES not in columns:
                return table
    return None


def _from_workbook(book: workbook.Workbook, sheet: str, stopped: Stopped) -> RawTable:
    codes = _codes_of(book)
    # What the codes stand on is no line-up, unless there is nothing else.
    names = tuple(name for name in book.sheets if codes is None or name != codes.sheet) or book.sheets
    if sheet and sheet not in names:
        raise LineUpUnreadable(f"There is no sheet “{sheet[:60]}” in this workbook: choose another one.")
    first: RawTable | None = None
    failed: LineUpUnreadable | None = None
    for name in [sheet] if sheet else names[:20]:
        if stopped():
            raise Given
        rows = book.rows(name, MAX_ROWS + _HEADER_WITHIN + 1)
        try:
            table = _table(rows, RawTable((), (), sheet=name, sheets=names))
        except LineUpUnreadable as error:
            failed = failed or error
            continue
        if sheet or sum(exactly(cell) is not None for cell in table.header) > 1:
            return table
        first = first or table
    if first is not None:
        return first
    raise failed or LineUpUnreadable(
        "This workbook has no sheet with a table: put the line-up on its first sheet."
    )


# --- the header ---------------------------------------------------------------------------------------------------


def _is_known(cell: Cell) -> bool:
    return isinstance(cell, str) and len(cell) < 100 and exactly(cell) is not None


def _table(rows: Sequence[RawRow], bare: RawTable) -> RawTable:
    """The first row that names columns is the header; without any the first row is, and its columns are to be chosen."""
    if not rows:
        raise LineUpUnreadable(
            "There is nothing in this table: write the names of the columns into the first row."
        )
    known = [sum(_is_known(cell) for cell in row.cells) for row in rows[:_HEADER_WITHIN]]
    at = known.index(max(known)) if max(known) > 1 else 0
    wide = max(len(row.cells) for row in rows[at:])
    notices = list(bare.notices)
    problems = list(bare.problems)
    if wide > MAX_COLUMNS:
        notices.append(f"This table has {wide} columns: the first {MAX_COLUMNS} were read.")
        wide = MAX_COLUMNS
    body = rows[at + 1 :]
    if len(body) > MAX_ROWS:
        cut = body[MAX_ROWS].number
        problems.append(
            RowProblem(
                cut, f"Row {cut} and what follows: a table of a line-up has at most {MAX_ROWS:,} rows."
            )
        )
        body = body[:MAX_ROWS]
    header = tuple(_name(cell, n) for n, cell in enumerate(_wide(rows[at].cells, wide)))
    kept = tuple(RawRow(row.number, _wide(row.cells, wide)) for row in body)
    return RawTable(header, kept, bare.sheet, bare.sheets, bare.decimal, tuple(notices), tuple(problems))


def _wide(cells: tuple[Cell, ...], wide: int) -> tuple[Cell, ...]:
    return (*cells[:wide], *(None for _ in range(wide - len(cells))))


def _name(cell: Cell, at: int) -> str:
    text = " ".join(str(cell).split())[:100] if cell is not None else ""
    return text or _letters(at)


def _letters(at: int) -> str:
    """A, B, … Z, AA: what a spreadsheet calls the column."""
    text = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        text = chr(65 + rest) + text
    return text
