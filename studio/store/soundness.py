"""Whether a database can be trusted: SQLite's own check, and the checksums of the log."""

import functools
import sqlite3
from collections.abc import Sequence

from sqlite_utils import Database as Sqlite

from studio.store import codec, connections, migrations
from studio.store.errors import StoreDamaged

Columns = frozenset[tuple[str, str, str, int, int]]


def quickly_wrong(conn: sqlite3.Connection) -> str:
    """What is wrong as far as can be seen fast: SQLite's quick check, and whether the tables are today's when the version
    is. Empty when nothing is. Raises `sqlite3.DatabaseError` where it cannot be read at all.
    """
    if wrong := connections.quick_check(conn):
        return wrong
    newest = migrations.latest()
    version = int(codec.one(conn, "PRAGMA user_version"))
    if version == newest and not _todays_columns(newest) <= _columns(conn):
        return "its tables are not as they were made"
    return ""


@functools.cache
def _todays_columns(_newest: int) -> Columns:
    """Those of a new database; kept for each newest version, for it is asked whenever one is opened."""
    db = Sqlite(memory=True, execute_plugins=False)
    try:
        migrations.MIGRATIONS.apply(db)
        return _columns(db.conn)
    finally:
        db.close()


def _columns(conn: sqlite3.Connection) -> Columns:
    """The columns of all tables but those that SQLite's full-text search keeps for itself."""
    rows = conn.execute(
        'SELECT m.name, c.name, c.type, c."notnull", c.pk FROM sqlite_schema m, pragma_table_info(m.name) c '
        "WHERE m.type = 'table' AND m.name NOT LIKE '%\\_fts\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    )
    return frozenset(rows.fetchall())


def what_is_wrong(conn: sqlite3.Connection) -> str:
    """What is wrong with a database, empty when it is sound: a backup is only made of, and put back from, a sound one.

    Raises `sqlite3.DatabaseError` where it cannot be read at all.
    """
    if wrong := quickly_wrong(conn):
        return wrong
    if int(codec.one(conn, "PRAGMA user_version")) != migrations.latest():
        return ""  # the checksums of an older form are read by its migration
    events: Sequence[tuple[str, int, int]] = conn.execute(
        "SELECT id, last_seq, (SELECT count(*) FROM event WHERE show_id = show.id) FROM show"
    ).fetchall()
    for show_id, last_seq, count in events:
        if count != last_seq:
            return f"the log of show {show_id} has {count} events instead of {last_seq}"
    try:
        for row in conn.execute(f"SELECT {codec.EVENT} FROM event"):  # noqa: S608
            codec.check_event(row)
        check_bodies(conn)
    except StoreDamaged as error:
        return str(error)
    return ""


def check_bodies(conn: sqlite3.Connection) -> None:
    """Read what shop and chat sent, as it was stored: what cannot be read any more must come out of a backup, with the
    cursors of that time, so that the newest is asked for again.

    Raises `StoreDamaged`, `sqlite3.Error`.
    """
    for table, column, decode in (
        ("product", "body", codec.product_of),
        ("forgotten_product", "variants", codec.ids_of),
        ("shop_order", "body", codec.order_of),
        ("traffic", "body", codec.traffic_of),
        ("question", "body", codec.question_of),
    ):
        for row in conn.execute(f"SELECT {column} FROM {table}"):  # noqa: S608
            decode(row[0])
