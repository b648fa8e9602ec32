"""Whose catalogue and stock are kept, and when the catalogue was read last."""

import sqlite3
from collections.abc import Mapping

from sqlite_utils import Database as Sqlite

from studio.store import codec

OF_SHOP = "catalogue of "
_READ = "catalogue read"
_IN_LANGUAGE = "catalogue in "


def kept_shop(conn: sqlite3.Connection) -> str:
    """The shop that `keep_for` was last called for, by its id; empty before. Raises `sqlite3.Error`."""
    return shop_of(mark(conn) or "")


def mark(conn: sqlite3.Connection) -> str | None:
    """What says so, None before. Raises `sqlite3.Error`."""
    return codec.one(
        conn,
        "SELECT source FROM feed_cursor WHERE show_id = '' AND substr(source, 1, ?) = ?",
        (len(OF_SHOP), OF_SHOP),
    )


def put_mark(db: Sqlite, mark: str) -> None:
    """From now on it says this. Raises `sqlite3.Error`."""
    db.conn.execute("INSERT INTO feed_cursor (show_id, source, cursor) VALUES ('', ?, 0)", (mark,))


def take_mark(db: Sqlite, mark: str) -> None:
    """It says nothing any more; nor when the catalogue was read. Raises `sqlite3.Error`."""
    db.conn.execute("DELETE FROM feed_cursor WHERE show_id = '' AND source IN (?, ?)", (mark, _READ))


def language(conn: sqlite3.Connection) -> str:
    """In which language the products that are kept were asked for; empty when nobody knows. Raises `sqlite3.Error`."""
    said = codec.one(
        conn,
        "SELECT source FROM feed_cursor WHERE show_id = '' AND substr(source, 1, ?) = ?",
        (len(_IN_LANGUAGE), _IN_LANGUAGE),
    )
    return (said or "").removeprefix(_IN_LANGUAGE)


def put_language(db: Sqlite, language: str) -> None:
    """From now on they are asked for in this one. Raises `sqlite3.Error`."""
    db.conn.execute(
        "DELETE FROM feed_cursor WHERE show_id = '' AND substr(source, 1, ?) = ?",
        (len(_IN_LANGUAGE), _IN_LANGUAGE),
    )
    db.conn.execute(
        "INSERT INTO feed_cursor (show_id, source, cursor) VALUES ('', ?, 0)", (_IN_LANGUAGE + language,)
    )


def shop_of(mark: str) -> str:
    """The shop in it, by its id."""
    return mark.partition(":")[2]


def read_wall_ms(conn: sqlite3.Connection) -> int | None:
    """When the whole catalogue was read last (UTC ms of this computer), None for never. Raises `sqlite3.Error`."""
    return codec.one(conn, "SELECT cursor FROM feed_cursor WHERE show_id = '' AND source = ?", (_READ,))


def was_read(db: Sqlite, wall_ms: int) -> None:
    """The whole catalogue has been read by now: what is seen first from here on is new. Raises `sqlite3.Error`."""
    db.conn.execute(
        "INSERT INTO feed_cursor (show_id, source, cursor) VALUES ('', ?, ?) "
        "ON CONFLICT (show_id, source) DO UPDATE SET cursor = max(cursor, excluded.cursor)",
        (_READ, wall_ms),
    )


def read_again(db: Sqlite, cursors: Mapping[str, int]) -> None:
    """What the cursors of a damaged file say of it, by their sources. Raises `sqlite3.Error`."""
    if _READ in cursors:
        was_read(db, cursors[_READ])
