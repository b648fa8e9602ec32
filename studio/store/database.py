"""The database: one connection that writes, on one thread that answers with futures, and one that reads.

Decisions (`write`) are on disk, each in a transaction of its own, before their future resolves, and overtake feed
batches that still wait. Feed batches (`write(..., grouped=True)`) that wait together share one transaction.
"""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlite_utils import Database as Sqlite

from studio.control.ports.store import StoreFull
from studio.control.ports.world import KillPoints
from studio.store import connections, migrations
from studio.store.copies import backup_folder, copy_database, newest_first, remove_unfinished
from studio.store.errors import (
    StoreClosed,
    StoreDamaged,
    damaged_sentence,
    means_bad_text,
    translated,
    translated_at_start,
)
from studio.store.kill_points import NoKillPoints
from studio.store.soundness import quickly_wrong
from studio.store.swap import finish_swap

T = TypeVar("T")
Notice = Callable[[str], None]
_GROUP_MS = 20
_GROUP_JOBS = 64


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    run: Callable[[Sqlite], T]
    future: Future[T]
    after: tuple[str, ...]


def no_notice(_sentence: str) -> None:
    """Nobody listens."""


class Database:
    """The store's file, opened. Its methods may be called from any thread and any asyncio loop."""

    # On a disk that is nearly full small things still fit: so long nothing must have failed until it is told well.
    CALM_S = 10.0

    def __init__(self, path: Path, kill_points: KillPoints, on_notice: Notice) -> None:
        self.path = path
        self.kill_points = kill_points
        self._on_notice = on_notice
        self._waiting = threading.Condition()
        self._decisions: deque[_Job[Any]] = deque()
        self._feeds: deque[_Job[Any]] = deque()
        self._closing = False
        self._full = False
        self._full_at = 0.0
        self._reader: sqlite3.Connection | None = None
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._thread = threading.Thread(target=self._main, name="store-writer", daemon=True)
        self._opened: Future[None] = Future()

    @classmethod
    def open(
        cls, path: Path, *, kill_points: KillPoints | None = None, on_notice: Notice = no_notice
    ) -> "Database":
        """Open the database at `path`, or make it, check it and bring it to today's version. Blocks while it does.

        `on_notice` is called in the writer's thread with sentences for the host: the disk is full, can be written
        again, a migration was made. An older database is backed up into the folder `backups` beside it first.

        Raises `NewerDatabaseError`, `NotAStudioDatabaseError`, `StoreDamaged` or `StoreFull`.
        """
        database = cls(path, kill_points or NoKillPoints(), on_notice)
        database._thread.start()
        try:
            database._opened.result()
        except BaseException:
            database.close()
            raise
        return database

    def submit(
        self, run: Callable[[Sqlite], T], *, grouped: bool = False, after: tuple[str, ...] = ()
    ) -> Future[T]:
        """Have `run` called in the writer's thread inside a transaction; the future resolves when it is on disk.

        What `run` raises rolls back its own work only. `after` names kill points reached once it is on disk.
        Raises `StoreClosed`; the future may hold `StoreFull` or `StoreDamaged`.
        """
        job = _Job(run, Future[T](), after)
        with self._waiting:
            if self._closing:
                raise StoreClosed("The store is closed: nothing more can be written.")
            (self._feeds if grouped else self._decisions).append(job)
            self._waiting.notify()
        return job.future

    async def write(
        self, run: Callable[[Sqlite], T], *, grouped: bool = False, after: tuple[str, ...] = ()
    ) -> T:
        """`submit`, awaited. Cancelling it withdraws what has not begun yet."""
        return await asyncio.wrap_future(self.submit(run, grouped=grouped, after=after))

    async def read(self, run: Callable[[sqlite3.Connection], T]) -> T:
        """Have `run` called in the reader's thread with a read-only connection, inside one read transaction.

        It sees whatever was on disk when it began. Raises `StoreClosed`, `StoreDamaged`.
        """
        try:
            reading = self._reading.submit(self._read, run)
        except RuntimeError as error:  # the executor was shut down
            raise StoreClosed("The store is closed: nothing more can be read.") from error
        return await asyncio.wrap_future(reading)

    def close(self) -> None:
        """Finish what waits, then close. Blocks; may be called twice."""
        # The reader goes first: the last connection to close folds the WAL into the file, and only a writer may.
        self._reading.shutdown(wait=True)
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        with self._waiting:
            self._closing = True
            self._waiting.notify()
        if self._thread.ident is not None:
            self._thread.join()

    async def aclose(self) -> None:
        """`close`, without blocking the loop."""
        await asyncio.to_thread(self.close)

    def reached(self, name: str) -> None:
        """A kill point is reached."""
        self.kill_points.reached(name)

    def notice(self, sentence: str) -> None:
        """Tell the host something."""
        self._on_notice(sentence)

    def _read(self, run: Callable[[sqlite3.Connection], T]) -> T:
        try:
            if self._reader is None:
                self._reader = connections.open_reader(self.path)
            return in_read_transaction(self._reader, run)
        except sqlite3.Error as error:
            raise translated(error, self.path) from error

    def _main(self) -> None:
        try:
            db = self._open()
        except sqlite3.Error as error:
            self._opened.set_exception(translated_at_start(error, self.path))
            return
        except UnicodeDecodeError as error:  # SQLite's own message quotes a damaged name
            self._opened.set_exception(StoreDamaged(damaged_sentence(self.path, str(error))))
            return
        except BaseException as error:  # noqa: BLE001 - handed to who opens
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        try:
            while jobs := self._next():
                if jobs is self._feeds:
                    self._run_group(db)
                else:
                    self._run_one(db, jobs.popleft())
        finally:
            db.close()

    def _open(self) -> Sqlite:
        path = self.path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        finish_swap(path)  # a recovery that was broken off at its very end
        remove_unfinished(backup_folder(path))
        known = connections.versions_in_file(path)
        if known is not None:
            connections.refuse_strangers(path, *known, migrations.latest())
            self._check(path)
        elif path.exists() and newest_first(backup_folder(path)):
            raise StoreDamaged(damaged_sentence(path, "it is empty, and there are backups of it"))
        else:
            path.touch(mode=0o600)
        db = connections.open_writer(path)
        try:
            migrations.migrate(
                db,
                lambda: self._back_up_before_migration(db),
                lambda: self.reached("migration.before-commit"),
            )
        except BaseException:
            db.close()
            raise
        return db

    def _check(self, path: Path) -> None:
        """By a connection that only reads: one that writes would fold the WAL into a damaged or a stranger's file."""
        with contextlib.closing(connections.open_reader(path)) as conn:
            application_id, version = (
                int(conn.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("application_id", "user_version")
            )
            connections.refuse_strangers(path, application_id, version, migrations.latest())
            if wrong := quickly_wrong(conn):
                raise StoreDamaged(damaged_sentence(path, wrong))

    def _back_up_before_migration(self, db: Sqlite) -> None:
        made = copy_database(db.conn, backup_folder(self.path), "migration", reached=self.reached)
        self.notice(
            f"The database was brought to this version's form; the one before is kept as “{made.name}”."
        )

    def _next(self) -> deque[_Job[Any]] | None:
        """The queue whose turn it is; None when the store closes and nothing waits."""
        with self._waiting:
            while not (self._decisions or self._feeds):
                if self._closing:
                    return None
                self._waiting.wait()
            return self._decisions or self._feeds

    def _run_one(self, db: Sqlite, job: _Job[Any]) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            with db.atomic():
                result = job.run(db)
        except BaseException as error:  # noqa: BLE001 - handed to who asked
            self._failed(job, error)
        else:
            self._done(job, result)

    def _run_group(self, db: Sqlite) -> None:
        """Feed batches in one transaction, each in a savepoint, until time is up or a decision waits."""
        done: list[tuple[_Job[Any], Any]] = []
        failed: list[tuple[_Job[Any], BaseException]] = []
        current: _Job[Any] | None = None
        until = time.monotonic() + _GROUP_MS / 1000
        try:
            with db.atomic():
                while self._feeds and len(done) < _GROUP_JOBS:
                    job = self._feeds.popleft()
                    if not job.future.set_running_or_notify_cancel():
                        continue
                    current = job
                    try:
                        with db.atomic():
                            done.append((job, job.run(db)))
                    except BaseException as error:
                        if not db.conn.in_transaction:
                            raise  # SQLite gave up the whole transaction: nothing of the group is written
                        failed.append((job, error))
                    current = None
                    if self._decisions or time.monotonic() > until:
                        break
        except BaseException as error:  # noqa: BLE001 - handed to who asked
            unwritten = [job for job, _ in done] + ([current] if current else [])
            failed += [(job, error) for job in unwritten]
            done = []
        for job, error in failed:
            self._failed(job, error)
        for job, result in done:
            self._done(job, result)

    def _done(self, job: _Job[Any], result: object) -> None:
        for name in job.after:
            self.reached(name)
        if self._full and time.monotonic() - self._full_at >= self.CALM_S:
            self._full = False
            self.notice("The database can be written again.")
        job.future.set_result(result)

    def _failed(self, job: _Job[Any], error: BaseException) -> None:
        if isinstance(error, sqlite3.Error):
            told = translated(error, self.path)
            if told is not error:
                told.__cause__ = error
            error = told
        if isinstance(error, StoreFull):
            self._full_at = time.monotonic()
            if not self._full:
                self._full = True
                self.notice(str(error))
        job.future.set_exception(error)


def _mended_text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def in_read_transaction(conn: sqlite3.Connection, run: Callable[[sqlite3.Connection], T]) -> T:
    """`run` on one snapshot of the database. Raises `sqlite3.Error`.

    A text that the disk has changed so that it is none any more is read with what stands in for a letter.
    """
    conn.execute("BEGIN")
    try:
        return run(conn)
    except sqlite3.OperationalError as error:
        if not means_bad_text(error):
            raise
        conn.text_factory = _mended_text
        return run(conn)
    finally:
        with contextlib.suppress(sqlite3.Error):  # the error of `run` says more
            conn.execute("COMMIT")
