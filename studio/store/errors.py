"""What can be wrong with the database besides what the ports name, each with a sentence for the user."""

import sqlite3
from pathlib import Path

from studio.control.ports.store import ExpectedSeqMismatch, StoreFull

_FULL = frozenset(
    [
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
    ]
)
_DAMAGED = frozenset([sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB])


class StoreError(Exception):
    """The base of these errors; its message is the sentence."""


class NewerDatabaseError(StoreError):
    """A newer version of the studio wrote this database. It was not touched."""


class NotAStudioDatabaseError(StoreError):
    """The file is a database of another program. It was not touched."""


class StoreDamaged(StoreError):
    """The database is damaged: `studio.store.recovery.recover` puts back what can be had."""


class StoreBusy(StoreError):
    """Another program holds the database."""


class StoreClosed(StoreError):
    """The store was closed; nothing more is written or read."""


class EffectGone(LookupError):
    """The effect is not in the outbox any more: it was settled or withdrawn meanwhile. Do not send it."""


class EffectAttempted(ExpectedSeqMismatch):
    """An effect was to be withdrawn, but an attempt has been noted meanwhile and it may have reached its target.
    Nothing was written: look at the outbox again and decide again.
    """


def primary_code(error: BaseException) -> int:
    """SQLite's primary result code of an error (https://www.sqlite.org/rescode.html), 0 where there is none."""
    return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def means_damage(error: BaseException) -> bool:
    """Whether the error says that the database file is damaged."""
    return isinstance(error, sqlite3.Error) and (primary_code(error) in _DAMAGED or means_bad_text(error))


def means_bad_text(error: BaseException) -> bool:
    """Whether the error says that a text is not UTF-8: Python's sqlite3 has no code for it."""
    return isinstance(error, sqlite3.OperationalError) and "Could not decode to UTF-8" in str(error)


def translated(error: sqlite3.Error, path: Path) -> Exception:
    """The error as the ports and this module name it; others come back as they are."""
    code = primary_code(error)
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(
            f"The disk with “{path.parent}” is full: nothing was written. Free some space and do it again."
        )
    if code in _FULL:
        return StoreFull(
            f"The database “{path}” cannot be written ({error}): nothing was written. "
            "Check the disk and its permissions, then do it again."
        )
    if means_damage(error):
        return StoreDamaged(damaged_sentence(path, str(error)))
    return error


def translated_at_start(error: sqlite3.Error, path: Path) -> Exception:
    """The error as it is named while the database is opened: then a statement that does not fit the tables means that
    the tables are damaged.
    """
    code = primary_code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreBusy(
            f"“{path}” is in use by another program, perhaps a backup or another studio. Close it, then start again."
        )
    if code == sqlite3.SQLITE_ERROR:
        return StoreDamaged(damaged_sentence(path, str(error)))
    return translated(error, path)


def damaged_sentence(path: Path, detail: str) -> str:
    """What is said of a damaged database."""
    return f"The database “{path}” is damaged ({detail}). Restart the studio: it puts back what can be had."
