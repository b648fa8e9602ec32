"""A show's tables as CSV files (RFC 4180), one each, in a folder; safe to open in a spreadsheet."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import islice
from pathlib import Path

from studio.review.tables import Cell, Table

_CHUNK = 1_000
"""Rows that are written at once."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection)."""


def write_csvs(
    tables: Iterable[Table], folder: Path, written: Callable[[int], object] | None = None
) -> list[Path]:
    """Write each table as `NAME.csv` in the folder, which is made when it is not there; the files. UTF-8 with a mark at the
    beginning, by which spreadsheets know it. `written` is told of each so many rows more, and may leave off by raising.
    Raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [write_csv(table, csv_path(folder, table.name), written) for table in tables]


def csv_path(folder: Path, name: str) -> Path:
    """Where the table of this name stands in the folder."""
    return folder / f"{name.lower()}.csv"


def write_csv(table: Table, path: Path, written: Callable[[int], object] | None = None) -> Path:
    """Write one table. Raises `OSError`."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.columns)
        rows = iter(table.rows)
        while chunk := [[_text(cell) for cell in row] for row in islice(rows, _CHUNK)]:
            writer.writerows(chunk)
            if written is not None:
                written(len(chunk))
    return path


def _text(cell: Cell) -> str | int | float | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(timespec="milliseconds")
    return safe(cell) if isinstance(cell, str) else cell


def safe(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula: with an apostrophe before it where one might."""
    return f"'{text}" if text.startswith(_FORMULA) else text
