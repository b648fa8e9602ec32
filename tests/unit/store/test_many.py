"""Many rows go in by few statements, whatever a statement may hold."""

import sqlite3

import pytest

from studio.store.many import insert_many


@pytest.mark.parametrize("rows", [0, 1, 499, 500, 501, 1_700])
@pytest.mark.parametrize("most", [9, 999, 250_000])
def test_all_rows_come_in_once_and_in_order(rows: int, most: int):
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE TABLE t (num INTEGER PRIMARY KEY, a TEXT UNIQUE, b INTEGER)")
    conn.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)
    given = [(f"a{n}", n) for n in range(rows)]
    assert insert_many(conn, "INSERT INTO t (a, b)", given) == rows
    assert conn.execute("SELECT a, b FROM t ORDER BY num").fetchall() == given
    again = [(a, b + 1) for a, b in given]
    changed = insert_many(
        conn, "INSERT INTO t (a, b)", again, "ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE b % 2 = 0"
    )
    assert changed == sum(1 for _, b in given if b % 2 == 0)
    assert insert_many(conn, "INSERT OR IGNORE INTO t (a, b)", [*given, ("new", 1)]) == 1
    conn.close()
