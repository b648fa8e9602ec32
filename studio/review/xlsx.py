"""A show's tables as one workbook: numbers, times and texts as what they are; no text is ever taken for a formula or a link."""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from studio.review.tables import Cell, Table

_MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its heads (Excel's specifications and limits)."""
_LONGEST: Final = 32_767
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_CHUNK: Final = 1_000
"""Rows that are handed on at once."""
_DAY_0: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001  # a cell has no time zone
"""Day 0 of a workbook's times (ECMA-376 part 1, 18.17.4.1, the 1900 date system)."""
_DAY_S: Final = 86_400
_ODD: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]|_x[0-9A-Fa-f]{4}_")
"""What cannot stand in a sheet as it is (XML 1.0, 2.2 and 2.4; ECMA-376 part 1, 22.9.2.19 for `_xHHHH_`)."""
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def write_xlsx(tables: Iterable[Table], path: Path, written: Callable[[int], object] | None = None) -> None:
    """Write the workbook; a file that is there is replaced. Rows beyond what a sheet can hold are left out. `written` is told
    of each so many rows more, and may leave off by raising. Raises `OSError`.
    """
    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    try:
        try:
            head = book.add_format({"bold": True, "bottom": 1})
            time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for table in tables:
                sheet: Any = book.add_worksheet(table.name, worksheet_class=_Sheet)
                sheet.freeze_panes(1, 0)
                for column, name in enumerate(table.columns):
                    wide = 22 if name.lower().endswith("at") else max(11, len(name) + 2)
                    sheet.set_column(column, column, wide)
                sheet.write_table(table, head, time, written)
        finally:
            # Also what failed has files of its own, which only this closes.
            book.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else None
        raise cause or OSError(str(error)) from error
    except XlsxWriterException as error:
        raise OSError(str(error)) from error


class _Sheet(Worksheet):
    """A sheet that takes rows as a whole: a call and an object for each cell, as XlsxWriter has it, take five times as long.

    It also takes every text for a text: XlsxWriter takes one that is `<r>` to `</r>` for markup of its own.
    """

    def write_table(
        self, table: Table, head: Any, time: Any, written: Callable[[int], object] | None
    ) -> None:
        """The heads in row 1 in their format, and the rows below; times have the format `time`."""
        for column, name in enumerate(table.columns):
            self.write_string(0, column, name, head)
        # The heads go out before what follows them.
        self._write_single_row(1)
        names = [xl_col_to_name(n) for n in range(len(table.columns))]
        style = time._get_xf_index()
        count, lines = 0, list[str]()
        out: Any = self.row_data_fh
        for row in table.rows:
            if count == _MOST_ROWS:
                break
            count += 1
            lines.append(_row(count + 1, names, row, style))
            if len(lines) == _CHUNK:
                out.write("".join(lines))
                lines.clear()
                if written is not None:
                    written(_CHUNK)
        out.write("".join(lines))
        if written is not None:
            written(len(lines))
        self._check_dimensions(count, len(names) - 1)


def _row(number: int, names: Sequence[str], row: Sequence[Cell], time: int) -> str:
    """A row's element (ECMA-376 part 1, 18.3.1.73)."""
    cells = [f'<row r="{number}">']
    for name, cell in zip(names, row, strict=True):
        kind = type(cell)
        if cell is None:
            continue
        if kind is str:
            cells.append(f'<c r="{name}{number}" t="inlineStr"><is>{_text(cell)}</is></c>')  # type: ignore[arg-type]
        elif kind is int:
            cells.append(f'<c r="{name}{number}"><v>{cell}</v></c>')
        elif kind is bool:
            cells.append(f'<c r="{name}{number}" t="b"><v>{cell:d}</v></c>')
        elif isinstance(cell, dt.datetime):
            # It shows the show's own time zone.
            since = cell.replace(tzinfo=None) - _DAY_0
            days = since.days + (since.seconds + since.microseconds / 1e6) / _DAY_S
            cells.append(f'<c r="{name}{number}" s="{time}"><v>{days:.16g}</v></c>')
        elif isinstance(cell, float | Decimal) and math.isfinite(cell):
            cells.append(f'<c r="{name}{number}"><v>{float(cell):.16g}</v></c>')
    cells.append("</row>")
    return "".join(cells)


def _text(text: str) -> str:
    """A text's element, with its spaces."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    if _ODD.search(text):
        text = _ODD.sub(_escaped, text)
    outer = text[:1].isspace() or text[-1:].isspace()
    return f'<t xml:space="preserve">{text}</t>' if outer else f"<t>{text}</t>"


def _escaped(found: re.Match[str]) -> str:
    odd = found.group()
    if len(odd) > 1:
        # It would be read as the character of this number: its underscore is written as one.
        return f"_x005F{odd}"
    return _ENTITIES.get(odd) or ("\ufffd" if odd >= "\ud800" else f"_x{ord(odd):04X}_")
