"""A line-up file as a new show: what of it can be used, and sentences about the rest."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from studio.domain.lineup import LineUp
from studio.domain.lineup_file import LineUpUnreadable, ReadLineUp, read_csv, read_json

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


def read_show(file: Path, new_id: Callable[[], str], currency: str = "") -> FileShow:
    """Read a line-up from CSV or JSON; amounts in a CSV are in `currency`, where that is known. Blocks."""
    try:
        read = _read(file, new_id, currency)
    except OSError as error:
        why = error.strerror or type(error).__name__
        said = f"“{file.name}” cannot be read ({why}). Make it readable, or choose another file."
        return FileShow(file.name, trouble=said)
    except LineUpUnreadable as error:
        return FileShow(file.name, trouble=f"“{file.name}”: {error}")
    return FileShow(file.name, read.lineup, tuple(problem.sentence for problem in read.problems))


def _read(file: Path, new_id: Callable[[], str], currency: str) -> ReadLineUp:
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise LineUpUnreadable(
            f"It has more than {MAX_FILE_BYTES // 1_000_000} MB, which no line-up has: choose another file."
        )
    if file.suffix.lower() == ".json":
        return read_json(data, new_id)
    return read_csv(data, file.stem, currency, new_id)
