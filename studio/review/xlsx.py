"""A show's tables as one workbook: numbers, times and texts as what they are; no text is ever taken for a formula or a link."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError, XlsxWriterException

from studio.review.tables import Cell, Table

_MOST_ROWS: Final = 1_048_575
"""Rows of a sheet below its heads (Excel's specifications and limits)."""
_LONGEST: Final = 32_767
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


def write_xlsx(tables: Iterable[Table], path: Path) -> None:
    """Write the workbook; a file that is there is replaced. Rows beyond what a sheet can hold are left out. Raises `OSError`."""
    book = xlsxwriter.Workbook(str(path), _OPTIONS)
    try:
        try:
            head = book.add_format({"bold": True, "bottom": 1})
            time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for table in tables:
                _sheet(book.add_worksheet(table.name), table, head, time)
        finally:
            # Also what failed has files of its own, which only this closes.
            book.close()
    except FileCreateError as error:
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else None
        raise cause or OSError(str(error)) from error
    except XlsxWriterException as error:
        raise OSError(str(error)) from error


def _sheet(sheet: Any, table: Table, head: Any, time: Any) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(table.columns):
        sheet.set_column(column, column, 22 if name.lower().endswith("at") else max(11, len(name) + 2))
        sheet.write_string(0, column, name, head)
    for n, row in enumerate(table.rows, 1):
        if n > _MOST_ROWS:
            break
        for column, cell in enumerate(row):
            _write(sheet, n, column, cell, time)


def _write(sheet: Any, row: int, column: int, cell: Cell, time: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, str):
        sheet.write_string(row, column, cell[:_LONGEST])
    elif isinstance(cell, dt.datetime):
        # A cell has no time zone: it shows the show's own.
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), time)
    else:
        sheet.write_number(row, column, float(cell) if isinstance(cell, Decimal) else cell)
