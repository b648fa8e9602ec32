"""A damaged database: the newest good backup is put back, what can be read of the damaged file replayed into it, the
damaged file kept, and what is missing said.
"""

import contextlib
import errno
import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from sqlite_utils import Database as Sqlite

from studio.control.ports.world import KillPoints
from studio.store import connections, migrations
from studio.store.copies import BackupFile, backup_folder, newest_first, stamp, sync_file, sync_folder
from studio.store.database import Database, no_notice
from studio.store.errors import (
    NewerDatabaseError,
    NotAStudioDatabaseError,
    StoreDamaged,
    damaged_sentence,
    translated,
    translated_at_start,
)
from studio.store.pages import DamagedFile
from studio.store.projection import mend_all
from studio.store.replay import NOUNS, Replayed, replay
from studio.store.salvage import Found, salvage
from studio.store.soundness import check_bodies, what_is_wrong
from studio.store.swap import finish_swap, recovered_path


class Recovery(msgspec.Struct, frozen=True):
    """What a recovery did, for the host: `sentences` say what was restored and what is missing. `damaged` is where
    the damaged file lies now, `backup` what was put back (None: there was none). `missing_decisions` are events known
    to be lost.
    """

    damaged: Path
    backup: BackupFile | None
    replayed_decisions: int
    missing_decisions: int
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """An open database; what a recovery did (None: none was needed); and sentences about an outbox that was mended."""

    database: Database
    recovery: Recovery | None
    mended: tuple[str, ...]


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


def open_or_recover(
    path: Path, *, kill_points: KillPoints | None = None, on_notice: Callable[[str], None] = no_notice
) -> Opened:
    """`Database.open` and a check of the outbox against the log; when the file is damaged, `recover` first. Blocks.

    Raises `NewerDatabaseError`, `NotAStudioDatabaseError`, `StoreFull`, or `StoreDamaged` when even that fails.
    """
    try:
        return _opened(path, kill_points, on_notice, None)
    except StoreDamaged:
        return _opened(path, kill_points, on_notice, recover(path))


def _opened(
    path: Path,
    kill_points: KillPoints | None,
    on_notice: Callable[[str], None],
    recovery: Recovery | None,
) -> Opened:
    database = Database.open(path, kill_points=kill_points, on_notice=on_notice)
    try:
        mended = database.submit(_checked).result()
    except BaseException:
        database.close()
        raise
    return Opened(database, recovery, tuple(mended))


def _checked(db: Sqlite) -> list[str]:
    check_bodies(db.conn)
    return mend_all(db)


def recover(path: Path, wall_ms: Callable[[], int] = _wall_ms) -> Recovery:
    """Put a sound database in the place of the damaged one at `path`, which must not be open. Blocks.

    The damaged file is only read, and put aside into the folder `backups` beside it when all else is done; broken off
    at any moment, this can be called again. Raises `NewerDatabaseError` when a newer studio wrote here, `StoreFull`.
    """
    working = path.with_name(path.name + ".recovering")
    _remove(working)
    try:
        backup = _put_back(path, working)
        replayed = _replay_into(working, path)
    except sqlite3.Error as error:
        raise translated(error, working) from error
    except OSError as error:
        raise translated(_as_sqlite(error), working) from error
    working.replace(recovered_path(path))
    sync_folder(path.parent)
    aside = finish_swap(path, backup_folder(path) / f"{path.name}.damaged-{stamp(wall_ms())}")
    missing = sum(show.known_seq - show.last_seq for show in replayed.shows)
    count = sum(show.replayed for show in replayed.shows)
    return Recovery(aside, backup, count, missing, _sentences(aside, backup, replayed))


def _as_sqlite(error: OSError) -> sqlite3.OperationalError:
    told = sqlite3.OperationalError(error.strerror or str(error))
    told.sqlite_errorcode = sqlite3.SQLITE_FULL if error.errno == errno.ENOSPC else sqlite3.SQLITE_IOERR
    return told


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _put_back(path: Path, working: Path) -> BackupFile | None:
    """The newest good backup, copied to `working`; None when there is none."""
    for backup in newest_first(backup_folder(path)):
        if _is_good(backup.path):
            shutil.copyfile(backup.path, working)
            working.chmod(0o600)
            if _is_good_today(working):
                return backup
            _remove(working)
    return None


def _is_good_today(working: Path) -> bool:
    """Whether a backup is sound once it has today's form: only then can all that an older studio wrote be read."""
    db = connections.open_writer(working)
    try:
        brought_up = migrations.migrate(db, lambda: None, lambda: None)
        return not brought_up or not what_is_wrong(db.conn)
    except sqlite3.Error as error:
        told = translated_at_start(error, working)
        if isinstance(told, StoreDamaged):
            return False
        raise
    finally:
        db.close()


def _is_good(backup: Path) -> bool:
    try:
        known = connections.versions_in_file(backup)
        if known is None:
            return False
        connections.refuse_strangers(backup, *known, migrations.latest())
        # Immutable: a backup is one file that nobody writes, so SQLite needs no lock and makes no file beside it.
        with contextlib.closing(
            sqlite3.connect(f"{backup.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        ) as conn:
            return not what_is_wrong(conn)
    except NewerDatabaseError:
        raise
    except (sqlite3.Error, StoreDamaged, NotAStudioDatabaseError, OSError):
        return False


def _replay_into(working: Path, damaged: Path) -> Replayed:
    db = connections.open_writer(working)
    try:
        migrations.migrate(db, lambda: None, lambda: None)
        found = _salvage(db, damaged)
        with db.atomic():
            replayed = replay(db, found)
        if wrong := connections.quick_check(db.conn):
            raise StoreDamaged(damaged_sentence(working, wrong))
        db.conn.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file that can be moved
    finally:
        db.close()
    sync_file(working)
    return replayed


def _salvage(db: Sqlite, damaged: Path) -> Found:
    if not damaged.exists():
        return Found({})
    file = DamagedFile(damaged, damaged.with_name(damaged.name + "-wal"))
    try:
        # The chat is by far the largest, and rows are only added to it: what the backup has need not be read again.
        kept = int(db.execute("SELECT coalesce(max(num), 0) FROM chat_message").fetchone()[0])
        return salvage(file, db.conn, {"chat_message": kept})
    finally:
        file.close()


def _sentences(aside: Path, backup: BackupFile | None, replayed: Replayed) -> tuple[str, ...]:
    said = [
        f"The database was damaged. The backup of {_when(backup.at_ms)} was put back."
        if backup
        else "The database was damaged, and there was no good backup: a new one was begun."
    ]
    parts = [
        _counted(sum(show.replayed for show in replayed.shows), "entry of the log", "entries of the log")
    ]
    parts += [_counted(replayed.counts.get(key, 0), *noun) for key, noun in NOUNS.items()]
    parts = [part for part in parts if part]
    if parts:
        said.append(f"Read from the damaged file and put back too: {', '.join(parts)}.")
    else:
        said.append(
            "The damaged file held nothing newer that could be read: what came in since then is missing, but for what "
            "shop and channels send again."
        )
    for show in replayed.shows:
        if missing := show.known_seq - show.last_seq:
            since = f" after {_when(show.last_at_ms)}" if show.last_at_ms else ""
            what = _counted(missing, "entry", "entries")
            said.append(
                f"Missing from the log of “{show.title}”: {what}{since}. Compare the pinned product and the codes "
                "with the shop."
            )
    if replayed.lost_messages > 0:
        said.append(f"Missing from the chat: {_counted(replayed.lost_messages, *NOUNS['messages'])}.")
    if parts and len(said) == 2:
        said.append("Nothing is known to be missing; what came in last and left no trace cannot be known.")
    if replayed.in_outbox:
        said.append(
            "What waits in the outbox may have been sent already: it is sent again with its key where the target knows "
            "keys, and you are asked where it does not."
        )
    said.append(f"The damaged file is kept as “{aside}”.")
    return tuple(said)


def _counted(count: int, one: str, many: str) -> str:
    return "" if count <= 0 else f"1 {one}" if count == 1 else f"{count:,} {many}"


def _when(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
