"""The whole store, opened and closed in the right order: what the application wires into the engine and the screens."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio.control.ports.world import KillPoints
from studio.store.backup import Backups
from studio.store.catalogue import ImageCache
from studio.store.database import Database, no_notice
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.outbox import SqlOutbox
from studio.store.recovery import Recovery, open_or_recover
from studio.store.show_log import SqlShowLog


@dataclass(frozen=True, slots=True)
class Store:
    """The ports of the store over one file. `recovery` is what had to be restored when it was opened (None: nothing),
    `mended` are sentences about an outbox that differed from the log.
    """

    database: Database
    log: SqlShowLog
    outbox: SqlOutbox
    feeds: SqlFeeds
    history: SqlHistory
    backups: Backups
    images: ImageCache
    recovery: Recovery | None
    mended: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the host must be told of how the store was opened; empty when all was well."""
        return (*(self.recovery.sentences if self.recovery else ()), *self.mended)

    def close(self) -> None:
        """Finish what is waiting to be written, then close: the readers first. Blocks; may be called twice."""
        self.history.close()
        self.images.close()
        self.database.close()


def open_store(
    path: Path, *, kill_points: KillPoints | None = None, on_notice: Callable[[str], None] = no_notice
) -> Store:
    """Open the database at `path` (`Paths.database`), restoring it first when it is damaged. Blocks: not for the GUI's
    thread. Pictures lie in `images.db` beside it, copies in the folder `backups`.

    `on_notice` is called in the store's threads with sentences for the host. Raises `NewerDatabaseError`,
    `NotAStudioDatabaseError` (both `StoreError`s with a sentence), `StoreDamaged`, `StoreFull`.
    """
    opened = open_or_recover(path, kill_points=kill_points, on_notice=on_notice)
    database = opened.database
    images = ImageCache(path.with_name("images.db"))
    return Store(
        database=database,
        log=SqlShowLog(database),
        outbox=SqlOutbox(database),
        feeds=SqlFeeds(database, images),
        history=SqlHistory(path),
        backups=Backups(database),
        images=images,
        recovery=opened.recovery,
        mended=opened.mended,
    )
