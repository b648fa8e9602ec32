"""Backups: at a show's start, every hour, and before a migration (that one is made by `Database.open`)."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from studio.control.ports.store import StoreFull
from studio.store import connections
from studio.store.copies import BackupFile, backup_folder, copy_database, newest_first
from studio.store.database import Database
from studio.store.errors import StoreError, translated

HOUR_S = 3600.0


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class Backups:
    """Copies of an open database in the folder `backups` beside it: the newest 10, and all of the last show.

    A copy is made from a connection of its own, in a thread of its own: neither writing nor reading waits for it.
    """

    def __init__(self, db: Database, wall_ms: Callable[[], int] = _wall_ms) -> None:
        self._db = db
        self._wall_ms = wall_ms
        self._one_at_a_time = threading.Lock()

    async def make(self, reason: str, show_id: str = "") -> Path:
        """Make a copy now; `reason` is of lower-case letters and hyphens, such as "show-start".

        Raises `StoreFull`, or `StoreDamaged` when what was copied is not sound (then nothing is kept of it, and
        the older backups stay).
        """
        return await asyncio.to_thread(self._make, reason, show_id)

    async def hourly(
        self, show_id: str = "", sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Make a copy every hour until cancelled; what goes wrong is told to the host, and the next hour tried again."""
        while True:
            await sleep(HOUR_S)
            try:
                await self.make("hourly", show_id)
            except (StoreFull, StoreError) as error:
                self._db.notice(f"The hourly backup could not be made. {error}")

    def list(self) -> list[BackupFile]:
        """The copies, newest first."""
        return newest_first(backup_folder(self._db.path))

    def _make(self, reason: str, show_id: str) -> Path:
        folder = backup_folder(self._db.path)
        with self._one_at_a_time:
            try:
                source = connections.open_reader(self._db.path)
                try:
                    return copy_database(
                        source, folder, reason, show_id, reached=self._db.reached, wall_ms=self._wall_ms()
                    )
                finally:
                    source.close()
            except sqlite3.Error as error:
                raise translated(error, folder / "a backup") from error
            except OSError as error:
                raise StoreFull(
                    f"The backup could not be written to “{folder}” ({error.strerror or error}). Free some space."
                ) from error
