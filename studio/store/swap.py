"""How a recovered database takes the place of a damaged one: in steps that can be broken off and gone on with."""

import time
from pathlib import Path

from studio.store.copies import backup_folder, stamp, sync_folder

_BESIDE = ("-wal", "-shm", "-journal")


def recovered_path(path: Path) -> Path:
    """Where a database lies that is recovered, complete and on disk, but not in its place yet."""
    return path.with_name(path.name + ".recovered")


def finish_swap(path: Path, aside: Path | None = None) -> Path:
    """Put the damaged file aside and the recovered one, if there is one, in its place; where the damaged one is now.

    Without `aside` a place in the folder of backups is taken. Raises `OSError`.
    """
    aside = aside or backup_folder(path) / f"{path.name}.damaged-{stamp(time.time_ns() // 1_000_000)}"
    recovered = recovered_path(path)
    if not recovered.exists():
        return aside
    aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The WAL first: beside another database SQLite would take it for that one's.
    for suffix in (*_BESIDE, ""):
        old = path.with_name(path.name + suffix)
        if old.exists():
            old.replace(aside.with_name(aside.name + suffix))
    sync_folder(path.parent)
    recovered.replace(path)
    sync_folder(path.parent)
    return aside
