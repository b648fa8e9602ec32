"""The channel's book: one SQLite file with every frame, written by one thread, many requests in one commit.

A sequence is given in the transaction that stores its frame, and told after the commit: what anybody has read is on disk.
Keys and their answers are stored in the same transaction, so a repeated request is answered the same after a crash.
"""

import asyncio
import hashlib
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from studio.rehearsal.audience_contract import Frame, Message

T = TypeVar("T")
SCHEMA_VERSION = 1
_BATCH = 500
_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE frames (
        seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, at_ms INTEGER NOT NULL, author TEXT, author_id TEXT, text TEXT,
        reply_to INTEGER, by_us INTEGER, asks INTEGER, viewers INTEGER, hidden INTEGER, said_key TEXT)""",
    "CREATE INDEX frames_viewers ON frames(at_ms, seq) WHERE kind = 'viewers'",
    "CREATE INDEX frames_ours ON frames(reply_to) WHERE by_us = 1",
    "CREATE UNIQUE INDEX frames_hidden ON frames(hidden) WHERE hidden IS NOT NULL",
    """CREATE TABLE keys (
        key TEXT PRIMARY KEY, digest BLOB NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE faults (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
        intensity REAL NOT NULL, variant_id TEXT, skew_ms INTEGER NOT NULL)""",
    """CREATE TABLE intentions (
        id INTEGER PRIMARY KEY, slot INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL, outcome TEXT NOT NULL)""",
)
_INSERT = (
    "INSERT INTO frames (seq, kind, at_ms, author, author_id, text, reply_to, by_us, asks, viewers, hidden, said_key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_BETWEEN = (
    "SELECT seq, kind, at_ms, author, author_id, text, reply_to, by_us, viewers, hidden FROM frames"
    " WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
)
log = logging.getLogger(__name__)
encode = msgspec.json.Encoder().encode


class Draft(NamedTuple):
    """A message before it has a sequence. `reply_to` is the sequence of the message it answers."""

    at_ms: int
    author: str
    author_id: str
    text: str
    asks: bool = False
    by_us: bool = False
    reply_to: int | None = None
    said_key: str | None = None


class Sample(NamedTuple):
    """A count of viewers before it has a sequence."""

    at_ms: int
    viewers: int


class Answer(NamedTuple):
    """The answer to a keyed request; `replay`: it was given before."""

    status: int
    body: bytes
    replay: bool = False


class KeyMismatch(Exception):
    """The key was used for another request."""


def message_id(seq: int) -> str:
    """The id of the message with that sequence."""
    return f"msg-{seq}"


def message_seq(text: str) -> int:
    """The sequence in a message's id; 0, which nothing has, for a text that is none."""
    prefix, _, digits = text.partition("-")
    return (
        int(digits) if prefix == "msg" and digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
    )


def frame_of(row: Sequence[Any]) -> Frame:
    """A row of `frames` (in the order of its select) as it is sent."""
    seq, kind, at_ms, author, author_id, text, reply_to, by_us, viewers, hidden = row
    if kind == "message":
        told = Message(
            id=message_id(seq), author=author, author_id=author_id, text=text,
            reply_to="" if reply_to is None else message_id(reply_to), by_us=bool(by_us),
        )  # fmt: skip
        return Frame(seq=seq, kind="message", at_ms=at_ms, message=told)
    if kind == "viewers":
        return Frame(seq=seq, kind="viewers", at_ms=at_ms, viewers=viewers)
    return Frame(seq=seq, kind="hidden", at_ms=at_ms, hidden_id=message_id(hidden))


def as_event(frame: Frame) -> bytes:
    """The frame as one server-sent event."""
    return b"id: %d\nevent: frame\ndata: %b\n\n" % (frame.seq, encode(frame))


class BookTx:
    """What a job may use while it runs in the book's thread."""

    def __init__(self, db: sqlite3.Connection, last_seq: int) -> None:
        self.db = db
        self.last_seq = last_seq
        self._rows: list[tuple[Any, ...]] = []
        self.frames: list[Frame] = []

    def add(self, rows: Iterable[Draft | Sample]) -> int:
        """Append messages and counts, in their order; the sequence of the last one."""
        for row in rows:
            if isinstance(row, Draft):
                self.add_messages((row,))
            else:
                self.add_viewers(row.at_ms, row.viewers)
        return self.last_seq

    def add_messages(self, drafts: Iterable[Draft]) -> int:
        """Append messages; the sequence of the last one."""
        for d in drafts:
            self._append("message", d.at_ms, d.author, d.author_id, d.text, d.reply_to, int(d.by_us), int(d.asks),
                         None, None, d.said_key)  # fmt: skip
        return self.last_seq

    def add_viewers(self, at_ms: int, viewers: int) -> int:
        """Append a count of viewers; its sequence."""
        self._append("viewers", at_ms, None, None, None, None, None, None, viewers, None, None)
        return self.last_seq

    def add_hidden(self, at_ms: int, seq: int) -> int:
        """Append that the message `seq` is hidden; its sequence."""
        self._append("hidden", at_ms, None, None, None, None, None, None, None, seq, None)
        return self.last_seq

    def _append(self, kind: str, at_ms: int, *rest: Any) -> None:
        self.last_seq += 1
        row = (self.last_seq, kind, at_ms, *rest)
        self._rows.append(row)
        self.frames.append(frame_of((*row[:8], row[9], row[10])))

    def flush(self) -> None:
        """Write the appended frames; called before anything is looked up in them, and before the commit."""
        if self._rows:
            self.db.executemany(_INSERT, self._rows)
            self._rows.clear()

    def value(self, sql: str, args: Sequence[object] = ()) -> Any:
        """The first column of the first row; None without a row."""
        self.flush()
        row = self.db.execute(sql, args).fetchone()
        return None if row is None else row[0]

    def has_message(self, seq: int) -> bool:
        """Whether there is a message with that sequence."""
        return bool(self.value("SELECT 1 FROM frames WHERE seq = ? AND kind = 'message'", (seq,)))

    def once(self, key: str, request: bytes, act: Callable[[], Answer]) -> Answer:
        """Do `act` and keep its answer under `key`, or give the kept answer. Raises KeyMismatch."""
        digest = hashlib.sha256(request).digest()
        self.flush()
        kept = self.db.execute("SELECT digest, status, body FROM keys WHERE key = ?", (key,)).fetchone()
        if kept is not None:
            if kept[0] != digest:
                raise KeyMismatch
            return Answer(kept[1], kept[2], replay=True)
        answer = act()
        self.db.execute("INSERT INTO keys VALUES (?, ?, ?, ?)", (key, digest, answer.status, answer.body))
        return answer

    def rewind(self, last_seq: int, count: int) -> None:
        """Forget what a failed job appended after `last_seq`, when `count` frames stood here."""
        self._rows.clear()
        self.last_seq = last_seq
        del self.frames[count:]


class ChannelBook:
    """Runs jobs on the book in order and in batches; `on_frames` gets what was appended, after the commit, in the book's thread."""

    def __init__(self, path: Path, on_frames: Callable[[list[Frame]], None] = lambda _: None) -> None:
        self.path = path
        self._on_frames = on_frames
        self._jobs: queue.SimpleQueue[tuple[Callable[[BookTx], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._thread = threading.Thread(target=self._main, name="channel-book", daemon=True)
        self._opened: Future[int] = Future()
        self._closed = False
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="channel-reader")
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []

    def open(self) -> int:
        """Open the file and start the thread; the newest sequence in it. Raises sqlite3.Error or RuntimeError for a strange file."""
        self._thread.start()
        return self._opened.result()

    def submit(self, job: Callable[[BookTx], T]) -> Future[T]:
        """Queue a job; its result comes after the commit. Raises RuntimeError when closed."""
        if self._closed:
            raise RuntimeError("The channel's book is closed.")
        future: Future[T] = Future()
        self._jobs.put((job, future))
        return future

    async def run(self, job: Callable[[BookTx], T]) -> T:
        """As `submit`, for the event loop. A caller that goes away does not stop the job."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(job)))

    def close(self) -> None:
        """Finish what is queued and close the file."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._thread.join()
            self._readers.shutdown()
            for connection in self._connections:
                connection.close()

    async def read(self, look: Callable[[sqlite3.Connection], T]) -> T:
        """Run `look` on a read-only connection, in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._look, look)

    async def between(self, after: int, until: int, limit: int) -> list[Frame]:
        """Frames of (after, until], at most `limit`."""

        def look(db: sqlite3.Connection) -> list[Frame]:
            return [frame_of(row) for row in db.execute(_BETWEEN, (after, until, limit))]

        return await self.read(look)

    def _look(self, look: Callable[[sqlite3.Connection], T]) -> T:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            uri = f"{self.path.absolute().as_uri()}?mode=ro"
            db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
            self._local.db = db
            self._connections.append(db)
        return look(db)

    def _main(self) -> None:
        try:
            db = _open(self.path)
        except Exception as error:  # noqa: BLE001 - handed to the one who opens
            self._opened.set_exception(error)
            return
        last_seq = int(db.execute("SELECT coalesce(max(seq), 0) FROM frames").fetchone()[0])
        self._opened.set_result(last_seq)
        going = True
        while going:
            batch: list[tuple[Callable[[BookTx], Any], Future[Any]]] = []
            item = self._jobs.get()
            while item is not None:
                batch.append(item)
                if len(batch) >= _BATCH or self._jobs.empty():
                    break
                item = self._jobs.get()
            going = item is not None
            if batch:
                last_seq = self._commit(db, batch, last_seq)
        db.close()

    def _commit(
        self,
        db: sqlite3.Connection,
        batch: Sequence[tuple[Callable[[BookTx], Any], Future[Any]]],
        last_seq: int,
    ) -> int:
        tx = BookTx(db, last_seq)
        done: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            db.execute("BEGIN IMMEDIATE")
            for job, future in batch:
                mark = (tx.last_seq, len(tx.frames))
                tx.flush()
                db.execute("SAVEPOINT job")
                try:
                    done.append((future, job(tx), None))
                except Exception as error:  # noqa: BLE001 - handed to the one who asked
                    tx.rewind(*mark)
                    db.execute("ROLLBACK TO job")
                    done.append((future, None, error))
                else:
                    tx.flush()
                db.execute("RELEASE job")
            db.execute("COMMIT")
        except Exception as error:
            log.exception("a batch could not be committed")
            if db.in_transaction:
                db.execute("ROLLBACK")
            for _, future in batch:
                future.set_exception(error)
            return last_seq
        if tx.frames:
            self._on_frames(tx.frames)
        for future, result, error in done:
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
        return tx.last_seq


def _open(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version not in (0, SCHEMA_VERSION):
        db.close()
        raise RuntimeError(
            f"{path.name} was written by another version of the audience ({version}): choose another --data folder."
        )
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
        db.execute(f"PRAGMA {pragma}")
    if version == 0:
        db.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            db.execute(statement)
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        db.execute("COMMIT")
    return db
