"""What a damaged database still holds: its rows, each with the table that it is of, also as older versions wrote them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from studio.store import migrations
from studio.store.pages import DamagedFile

_OURS = (
    "show", "event", "outbox", "link", "product", "stock_level", "stock_history", "shop_order", "show_order", "promo_usage",
    "traffic", "chat_message", "chat_hidden", "chat_hidden_author", "viewer_sample", "question", "forgotten_product", "feed_cursor",
)  # fmt: skip

# Kinds of a column's value: the row's own number, a whole number, that or nothing, text.
Shape = tuple[str, ...]
Names = tuple[str, ...]


class Found:
    """The rows that were found, in the order of their numbers. A number may have several rows: older states of it
    that are still in the file.
    """

    def __init__(self, tables: dict[str, dict[int, list[tuple[Names, tuple[Any, ...]]]]]) -> None:
        self._tables = tables

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The rows of a table, each with its columns by name: those of the version that wrote it."""
        numbered = self._tables.get(table, {})
        for num in sorted(numbered):
            for names, values in numbered[num]:
                yield dict(zip(names, values, strict=True))

    def numbers(self, table: str) -> set[int]:
        """The numbers of a table's rows."""
        return set(self._tables.get(table, {}))


def shapes(conn: sqlite3.Connection) -> dict[str, tuple[Shape, Names]]:
    """What rows of each of our tables look like, and the names of their columns; `conn` has the tables."""
    found: dict[str, tuple[Shape, Names]] = {}
    for table in _OURS:
        columns = conn.execute(f"PRAGMA table_info({table})").fetchall()
        kinds = tuple(
            "rowid" if pk else "text" if kind == "TEXT" else "integer" if not_null else "integer?"
            for _, _, kind, not_null, _, pk in columns
        )
        if columns:  # an older database does not have them all
            found[table] = (kinds, tuple(column[1] for column in columns))
    return found


def all_shapes(conn: sqlite3.Connection) -> dict[Shape, tuple[str, Names]]:
    """By what its rows look like, a table and the names of its columns, of all versions; `conn` has today's tables."""
    versions = [shapes(conn), *(shapes(db.conn) for db in migrations.earlier_versions())]
    return {shape: (table, names) for version in versions for table, (shape, names) in version.items()}


def salvage(file: DamagedFile, conn: sqlite3.Connection, behind: dict[str, int]) -> Found:
    """The rows of our tables in a damaged file; `conn` is any sound database of this version. Of a table named in
    `behind` only rows with higher numbers are taken.

    What is found is only as sound as the file: events have a checksum, for the rest the caller decodes and merges.
    """
    by_count: dict[int, list[tuple[Shape, str, Names]]] = defaultdict(list)
    for shape, (table, names) in all_shapes(conn).items():
        by_count[len(shape)].append((shape, table, names))
    tables: dict[str, dict[int, list[tuple[Names, tuple[Any, ...]]]]] = {
        table: defaultdict(list) for table in _OURS
    }
    for row in file.rows():
        fitting = (kind for kind in by_count.get(len(row.types), ()) if _fits(row.types, kind[0]))
        _, table, names = next(fitting, ((), "", ()))
        if not table or row.rowid <= behind.get(table, 0):
            continue
        try:
            values = (row.rowid, *row.values()[1:])
        except ValueError:  # its text is damaged
            continue
        if (names, values) not in tables[table][row.rowid]:
            tables[table][row.rowid].append((names, values))
    return Found(tables)


def _fits(types: list[int], shape: Shape) -> bool:
    return all(_is(serial, kind) for serial, kind in zip(types, shape, strict=True))


def _is(serial: int, kind: str) -> bool:
    if kind == "rowid":
        return serial == 0
    if kind == "text":
        return serial >= 13 and serial % 2 == 1
    whole = 1 <= serial <= 6 or serial in (8, 9)
    return whole or (kind == "integer?" and serial == 0)
