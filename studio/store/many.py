"""Many rows in few statements.

A row of `executemany` is a step of its own, and each step gives the interpreter away and waits to get it back: beside a
window that paints and an engine that reads, a page of a catalogue would wait longer than it works. Of a statement with
many rows only the whole is waited for. It is also one savepoint less for each row, before which FTS5 writes out all words
that are waiting (https://www.sqlite.org/vtab.html, section 2.18).
"""

import sqlite3
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

_AT_A_TIME: Final = 500
"""Handing over the values of a statement is one step for the interpreter as well: the window waits for it."""


def insert_many(
    conn: sqlite3.Connection,
    into: str,
    rows: Sequence[Sequence[Any]],
    then: str = "",
    at_a_time: int = _AT_A_TIME,
    marks: Sequence[str] = (),
) -> int:
    """Insert rows, all of one length, `into` ("INSERT INTO table (columns)"), with what is to happen `then`, on conflict for
    instance; how many were inserted or changed. `marks` are what stands for each value, ? unless told. Raises `sqlite3.Error`.
    """
    if not rows:
        return 0
    row_marks = f"({', '.join(marks or '?' * len(rows[0]))})"
    at_a_time = min(at_a_time, conn.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(rows[0]))
    changed = 0
    for start in range(0, len(rows), at_a_time):
        some = rows[start : start + at_a_time]
        sql = f"{into} VALUES {', '.join([row_marks] * len(some))} {then}"
        changed += conn.execute(sql, list(chain.from_iterable(some))).rowcount
    return changed
