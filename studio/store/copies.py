"""Copies of the database: their names, how one is made, and which are kept."""

import os
import re
import sqlite3
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from studio.store.errors import StoreDamaged, damaged_sentence
from studio.store.soundness import what_is_wrong

KEEP = 10
_NAME = re.compile(r"^studio-(\d{8}T\d{9}Z)-([a-z-]+?)(?:--(.+))?\.db$")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


class BackupFile(msgspec.Struct, frozen=True):
    """A copy of the database. `at_ms` is UTC ms, `reason` such as "hourly", `show` the show it was made in (its id
    with only letters, digits and single hyphens), empty outside of one.
    """

    path: Path
    at_ms: int
    reason: str
    show: str


def backup_folder(database: Path) -> Path:
    """Where the copies of a database lie: the folder `backups` beside it."""
    return database.parent / "backups"


def stamp(wall_ms: int) -> str:
    """A moment as names of files have it: UTC, to the millisecond, in the order of time."""
    moment = datetime.fromtimestamp(wall_ms / 1000, UTC)
    return moment.strftime("%Y%m%dT%H%M%S") + f"{wall_ms % 1000:03d}Z"


def _at_ms(text: str) -> int:
    moment = datetime.strptime(text[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1000 + int(text[15:18])


def newest_first(folder: Path) -> list[BackupFile]:
    """The copies in a folder, newest first; other files are left out."""
    matches = [(path, _NAME.match(path.name)) for path in folder.iterdir()] if folder.is_dir() else []
    found = [BackupFile(path, _at_ms(m[1]), m[2], m[3] or "") for path, m in matches if m]
    return sorted(found, key=lambda b: b.path.name, reverse=True)


def superfluous(copies: Iterable[BackupFile], keep: int = KEEP) -> list[BackupFile]:
    """Which copies may go: all but the newest `keep` and every one of the last show."""
    newest = sorted(copies, key=lambda b: b.path.name, reverse=True)
    last_show = next((b.show for b in newest if b.show), None)
    return [b for b in newest[keep:] if last_show is None or b.show != last_show]


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def copy_database(
    source: sqlite3.Connection,
    folder: Path,
    reason: str,
    show_id: str = "",
    *,
    reached: Callable[[str], None],
    wall_ms: int | None = None,
) -> Path:
    """Copy the database of `source` into `folder` by SQLite's online backup, check the copy, and prune old ones.

    `reason` is of lower-case letters and hyphens. The copy has its name only when it is complete, checked and on
    disk. Raises `sqlite3.Error`, `OSError`, or `StoreDamaged` when the copy is not sound.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    show = _NOT_IN_NAMES.sub("-", show_id).strip("-")
    name = f"studio-{stamp(wall_ms if wall_ms is not None else _now_ms())}-{reason}{'--' + show if show else ''}.db"
    part, final = folder / f"{name}.part", folder / name
    part.unlink(missing_ok=True)
    try:
        target = sqlite3.connect(str(part), check_same_thread=False)
        try:
            # Without care for a crash while it is made: it gets its name only when it is complete and on disk.
            target.execute("PRAGMA journal_mode = OFF").fetchall()
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE").fetchall()  # one file that stands alone
            if wrong := what_is_wrong(target):
                raise StoreDamaged(damaged_sentence(final, wrong))
        finally:
            target.close()
        part.chmod(0o600)
        sync_file(part)
        reached("backup.before-rename")
        part.replace(final)
        sync_folder(folder)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    for old in superfluous(newest_first(folder)):
        old.path.unlink(missing_ok=True)
    return final


def remove_unfinished(folder: Path) -> None:
    """Remove copies that were broken off; to be called while none is being made."""
    for left in folder.glob("studio-*.db.part*"):
        left.unlink(missing_ok=True)


def sync_file(path: Path) -> None:
    """Have the system write a file to disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Have the system write a folder's names to disk, where it has such a thing."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
