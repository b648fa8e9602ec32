"""Excel workbooks, looked at before they are opened: one that would fill the memory is refused.

A workbook is a ZIP archive: a small one can hold gigabytes (a ZIP bomb), and a sheet with two cells far apart is a table
of millions of empty ones once it is laid out.
"""

import datetime as dt
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

import python_calamine

from studio.domain.exchange import Cell, RawRow
from studio.domain.lineup_file import LineUpUnreadable

MAX_UNPACKED: Final = 150_000_000
"""Bytes of all parts of a workbook together."""
MAX_PARTS: Final = 2_000
MAX_CELLS: Final = 2_000_000
"""Of one sheet, from its first to its last row and column."""
_CHUNK: Final = 65_536
_PLACE: Final = re.compile(rb"""\br\s*=\s*["']\$?([A-Za-z]{0,7})\$?(\d{1,12})["']""")
_ROW_OR_CELL: Final = re.compile(rb"<(?:[A-Za-z][\w.]*:)?(row|c)[\s/>]")
_BROKEN: Final = (
    "This workbook is damaged: open it in a spreadsheet program, save it again as .xlsx, and choose it again."
)
_TOO_LARGE: Final = (
    "This workbook is far larger than a line-up: copy the rows of the line-up into a new workbook."
)


class Workbook:
    """The sheets of a workbook. Raises `LineUpUnreadable` with a sentence when it is none that can be read."""

    def __init__(self, data: bytes) -> None:
        _look_at(data)
        try:
            book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
            sheets = [
                meta.name
                for meta in book.sheets_metadata
                if meta.typ == python_calamine.SheetTypeEnum.WorkSheet
                and meta.visible == python_calamine.SheetVisibleEnum.Visible
            ]
        except python_calamine.PasswordError:
            raise LineUpUnreadable(
                "This workbook has a password: save it without one, and choose it again."
            ) from None
        except BaseException as error:  # noqa: BLE001 - see `_refusal`
            raise _refusal(error) from None
        if not sheets:
            raise LineUpUnreadable(
                "This workbook has no sheet that can be seen: put the line-up on its first sheet."
            )
        self._book = book
        self.sheets: tuple[str, ...] = tuple(sheets)

    def rows(self, sheet: str, most: int) -> list[RawRow]:
        """The rows of a sheet that are not empty, the first `most` of them."""
        try:
            read = self._book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        except BaseException as error:  # noqa: BLE001 - see `_refusal`
            raise _refusal(error) from None
        rows: list[RawRow] = []
        for number, cells in enumerate(read, start=1):
            row = tuple(_cell(cell) for cell in cells)
            if any(cell is not None for cell in row):
                rows.append(RawRow(number, row))
                if len(rows) >= most:
                    break
        return rows


def _refusal(error: BaseException) -> BaseException:
    """What the library says of a workbook in a sentence of ours. It panics at some damaged ones, which is no `Exception`."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return LineUpUnreadable(_BROKEN)
    return error


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, (bool, int, float, dt.datetime, dt.date, dt.time, dt.timedelta)):
        return value
    return None


def _look_at(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (
        zipfile.BadZipFile,
        ValueError,
        NotImplementedError,
        OSError,
        struct.error,
        UnicodeDecodeError,
        EOFError,
    ):
        raise LineUpUnreadable(_BROKEN) from None
    if len(parts) > MAX_PARTS:
        raise LineUpUnreadable(_TOO_LARGE)
    if not any(part.filename.replace("\\", "/").lower() == "xl/workbook.xml" for part in parts):
        raise LineUpUnreadable(
            "This is no Excel workbook: save the table as an Excel workbook (.xlsx) or as CSV UTF-8, and choose it again."
        )
    left = MAX_UNPACKED
    for part in parts:
        extent = _Extent() if part.filename.lower().endswith(".xml") else None
        for chunk in _unpacked(data, part):
            left -= len(chunk)
            if left < 0:
                raise LineUpUnreadable(_TOO_LARGE)
            if extent is not None:
                extent.take(chunk)


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a part really holds, whatever it says of its size. It is read as far as it can be: what is damaged, the
    library finds.
    """
    head = data[part.header_offset : part.header_offset + 30]
    if len(head) < 30 or part.flag_bits & 1:
        raise LineUpUnreadable(_BROKEN)
    name, extra = struct.unpack("<HH", head[26:30])
    start = part.header_offset + 30 + name + extra
    if part.compress_type == zipfile.ZIP_STORED:
        for at in range(start, min(start + part.compress_size, len(data)), _CHUNK):
            yield data[at : at + _CHUNK]
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise LineUpUnreadable(_BROKEN)
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for at in range(start, len(data), _CHUNK):
            waiting = data[at : at + _CHUNK]
            while waiting and not machine.eof:
                yield machine.decompress(waiting, _CHUNK)
                waiting = machine.unconsumed_tail
            if machine.eof:
                return
    except zlib.error:
        raise LineUpUnreadable(_BROKEN) from None


class _Extent:
    """How large a table the cells of a sheet make, by their places and by their number."""

    def __init__(self) -> None:
        self._tail = b""
        self._rows = self._columns = self._cells = self._told_rows = 0

    def take(self, chunk: bytes) -> None:
        """More of the sheet. Raises `LineUpUnreadable` once it is too large."""
        text = self._tail + chunk
        for found in _PLACE.finditer(text):
            self._rows = max(self._rows, int(found[2]))
            if found[1]:
                self._columns = max(self._columns, _column(found[1]))
        for found in _ROW_OR_CELL.finditer(text):
            if found.end() <= len(self._tail):
                continue
            if found[1] == b"c":
                self._cells += 1
            else:
                self._told_rows += 1
        # What the end of a chunk cuts is whole at the beginning of the next.
        self._tail = text[-40:]
        rows = max(self._rows, self._told_rows)
        # Cells without a place stand one behind the other.
        columns = max(self._columns, -(-self._cells // max(1, self._told_rows)))
        if rows * columns > MAX_CELLS or self._cells > MAX_CELLS:
            raise LineUpUnreadable(_TOO_LARGE)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
