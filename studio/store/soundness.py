"""Whether a database can be trusted: SQLite's own check, and the checksums of the log."""

import sqlite3
from collections.abc import Sequence

from studio.store import codec, connections, migrations
from studio.store.errors import StoreDamaged


def what_is_wrong(conn: sqlite3.Connection) -> str:
    """What is wrong with a database, empty when it is sound: a backup is only made of, and put back from, a sound one.

    Raises `sqlite3.DatabaseError` where it cannot be read at all.
    """
    if wrong := connections.quick_check(conn):
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
    except StoreDamaged as error:
        return str(error)
    return ""
