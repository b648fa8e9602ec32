"""How connections to the database are opened: one that writes, and any number that only read."""

import sqlite3
from pathlib import Path

from sqlite_utils import Database as Sqlite

from studio.store.errors import NewerDatabaseError, NotAStudioDatabaseError, StoreDamaged, damaged_sentence

# "HSTU": the file says whose it is (https://www.sqlite.org/fileformat.html, section 1.3).
APPLICATION_ID = 0x48535455
BUSY_TIMEOUT_MS = 5_000
MAGIC = b"SQLite format 3\x00"
HEADER_BYTES = 100
PAGE_SIZES = (8192, 4096)
"""Of a file that is made now, and of one that an earlier version made: a product's text is about 2 KB long, and pages of
4 KB were a quarter empty.
"""
_USER_VERSION_AT = 60
_APPLICATION_ID_AT = 68


def open_writer(path: Path, *, check_same_thread: bool = True) -> Sqlite:
    """The connection that writes. There must never be two of them: SQLite before 3.51.3 can corrupt a WAL then.

    Raises `sqlite3.Error`.
    """
    conn = sqlite3.connect(str(path), timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=check_same_thread)
    try:
        db = Sqlite(conn, execute_plugins=False)
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            f"page_size = {PAGE_SIZES[0]}",  # of a new file
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "mmap_size = 0",
            "trusted_schema = OFF",
            "cell_size_check = ON",
            "cache_size = -8000",
            "temp_store = MEMORY",
            f"journal_size_limit = {64 * 1024 * 1024}",
        ):
            conn.execute(f"PRAGMA {pragma}").fetchall()
    except BaseException:
        conn.close()
        raise
    return db


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads; the caller sees to it that one thread uses it at a time.

    Raises `sqlite3.Error`.
    """
    conn = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        check_same_thread=False,
        isolation_level=None,
    )
    try:
        conn.execute("PRAGMA query_only = ON")
        conn.execute("PRAGMA cache_size = -16000")
        conn.execute("PRAGMA mmap_size = 0").fetchall()
    except BaseException:
        conn.close()
        raise
    return conn


def quick_check(conn: sqlite3.Connection) -> str:
    """What SQLite finds wrong with the file, empty when all is well.

    Raises `sqlite3.DatabaseError` where the file cannot be read at all.
    """
    try:
        found = [str(row[0]) for row in conn.execute("PRAGMA quick_check(5)")]
    except UnicodeDecodeError:  # SQLite's own message quotes a damaged name
        return "a name in it is no text"
    return "" if found == ["ok"] else "; ".join(found)


def versions_in_file(path: Path) -> tuple[int, int] | None:
    """(application id, user version) as the file's header has them, None for a file that has no header yet.

    The file is only read. Raises `StoreDamaged` when it is not SQLite's.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except FileNotFoundError:
        return None
    if not header:
        return None
    if len(header) < HEADER_BYTES or not header.startswith(MAGIC):
        raise StoreDamaged(damaged_sentence(path, "its beginning is not a database's"))
    return (
        int.from_bytes(header[_APPLICATION_ID_AT : _APPLICATION_ID_AT + 4], "big"),
        int.from_bytes(header[_USER_VERSION_AT : _USER_VERSION_AT + 4], "big"),
    )


def refuse_strangers(path: Path, application_id: int, user_version: int, latest: int) -> None:
    """Raises `NewerDatabaseError` or `NotAStudioDatabaseError` for a database that is not ours to open."""
    if application_id not in (0, APPLICATION_ID):
        raise NotAStudioDatabaseError(
            f"“{path}” belongs to another program and was left as it is. Choose another data folder with --data-dir."
        )
    if user_version > latest:
        raise NewerDatabaseError(
            f"“{path}” was written by a newer version of the studio (database version {user_version}, this one knows "
            f"{latest}). It was left as it is: install the newer version, or choose another folder with --data-dir."
        )
