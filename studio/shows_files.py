"""A line-up file as a new show: what of it can be used, and sentences about the rest."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from studio.domain.exchange import Terms
from studio.domain.lineup import LineUp
from studio.domain.lineup_file import LineUpUnreadable, ReadLineUp, RowProblem, read_csv, read_json
from studio.exchange.lineup_rows import drafts
from studio.exchange.mapping import guess, missing
from studio.exchange.matching import Catalogue, matched
from studio.exchange.tables import read_table

MAX_FILE_BYTES: Final = 20_000_000
NAMED_ROWS: Final = 10
"""So many rows that were left out are named on the screen."""
_NONE: Final = LineUp("", "", ())


class FileShow(msgspec.Struct, frozen=True):
    """The line-up of a file, without a currency where the file has none; `problems` are of rows that were left out.
    `trouble` says why the file is no line-up at all.
    """

    name: str
    lineup: LineUp = _NONE
    problems: tuple[str, ...] = ()
    trouble: str = ""


def read_show(file: Path, new_id: Callable[[], str], terms: Terms | None = None) -> FileShow:
    """Read a line-up from JSON, from CSV as the studio's own samples are, and with `terms` from every table that the studio
    writes. Blocks.
    """
    try:
        read = _read(file, new_id, terms)
    except OSError as error:
        why = error.strerror or type(error).__name__
        said = f"“{file.name}” cannot be read ({why}). Make it readable, or choose another file."
        return FileShow(file.name, trouble=said)
    except LineUpUnreadable as error:
        return FileShow(file.name, trouble=f"“{file.name}”: {error}")
    return FileShow(file.name, read.lineup, tuple(problem.sentence for problem in read.problems))


def _read(file: Path, new_id: Callable[[], str], terms: Terms | None) -> ReadLineUp:
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise LineUpUnreadable(
            f"It has more than {MAX_FILE_BYTES // 1_000_000} MB, which no line-up has: choose another file."
        )
    if file.suffix.lower() == ".json":
        return read_json(data, new_id)
    try:
        return read_csv(data, file.stem, terms.currency if terms else "", new_id)
    except LineUpUnreadable as error:
        return _read_table(file, data, new_id, terms, error)


def _read_table(
    file: Path, data: bytes, new_id: Callable[[], str], terms: Terms | None, error: LineUpUnreadable
) -> ReadLineUp:
    """A table as the studio exports it; `error` is raised where it is none."""
    try:
        table = read_table(file.name, data)
    except LineUpUnreadable as other:
        raise (other if file.suffix.lower() == ".xlsx" else error) from None
    mapping = guess(table.header)
    if missing(mapping):
        raise error
    if terms is None:
        raise LineUpUnreadable(
            "Its prices need a currency: make a new show, and start it from this file, or import the file there."
        )
    # There is no catalogue to look in yet: what names neither SKU nor product id is told row by row.
    rows = matched(drafts(table, mapping, terms, new_id), Catalogue(()), terms.currency)
    items = tuple(row.item for row in rows if row.item is not None)
    problems = tuple(RowProblem(row.number, said) for row in rows for said in row.problems)
    lineup = LineUp(file.stem, terms.currency, items, terms.language)
    return ReadLineUp(msgspec.structs.replace(lineup, planned_ms=lineup.length_ms), problems)
