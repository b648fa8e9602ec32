"""A line-up file of which a new show is to be made: what it says of the show, before its rows are looked at."""

from pathlib import Path

import msgspec

from studio.domain.ids import uuid7
from studio.domain.lineup_file import LineUpUnreadable, read_json
from studio.exchange.tables import MAX_BYTES, read_table


class FileShow(msgspec.Struct, frozen=True):
    """What a file says of the show as a whole; a table says nothing but its name. `planned_ms` is 0 and `currency` empty
    where it does not say. `trouble` says why the file is no line-up at all.
    """

    path: Path
    title: str = ""
    currency: str = ""
    language: str = ""
    planned_ms: int = 0
    trouble: str = ""


def file_show(path: Path) -> FileShow:
    """Look at a line-up in JSON, CSV or a workbook. Blocks."""
    try:
        return _file_show(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        said = f"“{path.name}” cannot be read ({why}). Make it readable, or choose another file."
        return FileShow(path, trouble=said)
    except LineUpUnreadable as error:
        return FileShow(path, trouble=f"“{path.name}”: {error}")


def _file_show(path: Path) -> FileShow:
    with path.open("rb") as opened:
        data = opened.read(MAX_BYTES + 1)
    if path.suffix.lower() == ".json" and len(data) <= MAX_BYTES:
        read = read_json(data, uuid7)
        if not read.lineup.items and not read.promos and not read.problems:
            raise LineUpUnreadable("There is nothing in this line-up: choose another file.")
        lineup = read.lineup
        return FileShow(path, lineup.title, lineup.currency, lineup.language, lineup.planned_ms)
    # Whether its columns will do, a person says who sees them.
    read_table(path.name, data)
    return FileShow(path, path.stem)
