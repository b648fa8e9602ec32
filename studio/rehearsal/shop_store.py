"""The demo shop's database: one SQLite file, one thread that owns it, many requests in one commit.

Every request hands a function to that thread. What has queued up meanwhile runs in one transaction, each function in a savepoint of its own,
and is answered after the commit. So everything that was answered is on disk (`synchronous=FULL`), and a flood of checkouts still
costs one fsync a batch, not one each. Functions run strictly one after the other: limits and stock need no further locks.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import uuid
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from studio.rehearsal.contract import StockLevel, encode
from studio.rehearsal.contract_show import ChangeKind
from studio.rehearsal.shop_schema import SCHEMA, SCHEMA_VERSION

T = TypeVar("T")
Row = sqlite3.Row
_BATCH = 200
log = logging.getLogger(__name__)


class StoreClosed(RuntimeError):
    """The shop is shutting down."""


class Tx:
    """What a function may use while it runs in the store's thread: the database, the time, the feed."""

    def __init__(self, db: sqlite3.Connection, now_ms: int, last_seq: int) -> None:
        self.db = db
        self.now_ms = now_ms
        self.last_seq = last_seq
        self.changes: list[tuple[int, bytes]] = []
        self.stale_stock: dict[tuple[str, str], None] = {}

    def one(self, sql: str, args: Sequence[object] = ()) -> Row | None:
        """The first row, or None."""
        return self.db.execute(sql, args).fetchone()

    def all(self, sql: str, args: Sequence[object] = ()) -> list[Row]:
        """All rows."""
        return self.db.execute(sql, args).fetchall()

    def value(self, sql: str, args: Sequence[object] = ()) -> Any:
        """The first column of the first row; None without a row."""
        row = self.db.execute(sql, args).fetchone()
        return None if row is None else row[0]

    def run(self, sql: str, args: Sequence[object] = ()) -> int:
        """Execute; the rowid of what was inserted last."""
        return self.db.execute(sql, args).lastrowid or 0

    def changed(self, sql: str, args: Sequence[object] = ()) -> int:
        """Execute; how many rows that changed."""
        return self.db.execute(sql, args).rowcount

    @contextmanager
    def savepoint(self, name: str = "inner") -> Generator[None]:
        """All of what happens inside, or nothing of it; the exception goes on."""
        mark = (self.last_seq, len(self.changes), dict(self.stale_stock))
        self.db.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self.db.execute(f"ROLLBACK TO {name}")
            self.db.execute(f"RELEASE {name}")
            self.last_seq, count, self.stale_stock = mark
            del self.changes[count:]
            raise
        self.db.execute(f"RELEASE {name}")

    def tell(self, kind: ChangeKind, entity_id: str, revision: int, entity: object) -> None:
        """Append a change to the feed."""
        change_id = uuid.uuid4().hex
        # Kept without its seq, so that a change can be sent again under another one.
        body = encode(
            {
                "id": change_id,
                "at_ms": self.now_ms,
                "kind": kind,
                "entity_id": entity_id,
                "revision": revision,
                kind: entity,
            }
        )
        self.append(change_id, body[1:])

    def append(self, change_id: str, tail: bytes) -> None:
        """Append an encoded change (without its seq) under the next sequence."""
        self.last_seq += 1
        self.db.execute(
            "INSERT INTO changes (seq, id, tail) VALUES (?, ?, ?)", (self.last_seq, change_id, tail)
        )
        self.changes.append((self.last_seq, with_seq(self.last_seq, tail)))

    def stock_moved(self, variant_id: str, location_id: str) -> None:
        """Have the level told at the end of the batch, once."""
        self.stale_stock[variant_id, location_id] = None

    def tell_stock(self) -> None:
        """Append the levels that moved."""
        moved, self.stale_stock = self.stale_stock, {}
        for variant_id, location_id in moved:
            row = self.one(
                "UPDATE stock SET revision = revision + 1, updated_at_ms = ? "
                "WHERE variant_id = ? AND location_id = ? RETURNING *",
                (self.now_ms, variant_id, location_id),
            )
            if row is not None:
                self.tell("stock", f"{variant_id}@{location_id}", row["revision"], stock_level(row))


def with_seq(seq: int, tail: bytes) -> bytes:
    """A change as JSON."""
    return b'{"seq":%d,' % seq + tail


def stock_level(row: Row) -> StockLevel:
    """A row of the table `stock`."""
    return StockLevel(
        variant_id=row["variant_id"], location_id=row["location_id"], on_hand=row["on_hand"],
        reserved=row["reserved"], safety_stock=row["safety_stock"], revision=row["revision"],
        updated_at_ms=row["updated_at_ms"],
    )  # fmt: skip


class Store:
    """Runs functions on the database, in order, in batches; `on_changes` gets what was appended, after the commit."""

    def __init__(
        self,
        path: Path,
        now_ms: Callable[[], int],
        on_changes: Callable[[Sequence[tuple[int, bytes]]], None] = lambda _: None,
        after_batch: Callable[[Tx], None] = lambda _: None,
    ) -> None:
        self.path = path
        self._now_ms = now_ms
        self._on_changes = on_changes
        self._after_batch = after_batch
        self._jobs: queue.SimpleQueue[tuple[Callable[[Tx], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._main, name="shop-store", daemon=True)
        self._ready: Future[None] = Future()
        self._closed = False
        self._last_seq = 0

    def open(self) -> None:
        """Open the file, make its tables, start the thread. Raises sqlite3.Error or RuntimeError for a strange file."""
        self._thread.start()
        self._ready.result()

    def submit(self, job: Callable[[Tx], T]) -> Future[T]:
        """Queue `job`; its result comes after the commit. Raises StoreClosed."""
        if self._closed:
            raise StoreClosed
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    async def run(self, job: Callable[[Tx], T]) -> T:
        """As `submit`, for the event loop. A caller that goes away does not stop the job."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(job)))

    def close(self) -> None:
        """Finish what is queued and close the file."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()

    def _main(self) -> None:
        try:
            db = _open(self.path)
        except Exception as error:  # noqa: BLE001 - handed to the one who opens
            self._ready.set_exception(error)
            return
        self._last_seq = int(db.execute("SELECT coalesce(max(seq), 0) FROM changes").fetchone()[0])
        self._ready.set_result(None)
        going = True
        while going:
            batch, going = self._collect()
            if batch:
                self._commit(db, batch)
        db.close()

    def _collect(self) -> tuple[list[tuple[Callable[[Tx], Any], Future[Any]]], bool]:
        batch: list[tuple[Callable[[Tx], Any], Future[Any]]] = []
        item = self._jobs.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= _BATCH:
                return batch, True
            try:
                item = self._jobs.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _commit(
        self, db: sqlite3.Connection, batch: Iterable[tuple[Callable[[Tx], Any], Future[Any]]]
    ) -> None:
        tx = Tx(db, self._now_ms(), self._last_seq)
        done: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            db.execute("BEGIN IMMEDIATE")
            for job, future in batch:
                tx.now_ms = max(tx.now_ms, self._now_ms())
                try:
                    with tx.savepoint("job"):
                        result = job(tx)
                except Exception as error:
                    if not db.in_transaction:  # a full disk, for one, takes the whole batch back
                        raise
                    done.append((future, None, error))
                else:
                    done.append((future, result, None))
            tx.tell_stock()
            self._after_batch(tx)
            db.execute("COMMIT")
        except Exception as error:
            log.exception("a batch could not be committed")
            if db.in_transaction:
                db.execute("ROLLBACK")
            for _, future in batch:
                future.set_exception(error)
            return
        self._last_seq = tx.last_seq
        if tx.changes:
            self._on_changes(tx.changes)
        for future, result, error in done:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=3.0, isolation_level=None, cached_statements=400)
    db.row_factory = sqlite3.Row
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version not in (0, SCHEMA_VERSION):
        db.close()
        raise RuntimeError(
            f"{path.name} was written by another version of the demo shop ({version}): choose another --data folder."
        )
    # Exclusive: a second server on the same folder must fail at once, not write the same sequences again.
    for pragma in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        db.execute(f"PRAGMA {pragma}")
    if version == 0:
        db.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA:
            db.execute(statement)
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        db.execute("COMMIT")
    return db
