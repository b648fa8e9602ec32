"""Products: stored with an index to search them, and a cache of their pictures."""

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database as Sqlite

from studio.domain.product import Product
from studio.store import codec
from studio.store.errors import means_damage, translated

T = TypeVar("T")

IMAGE_CAP_BYTES = 128 * 1024 * 1024
# Most letters in a title, then the number on the box, then where it stands in the shop.
_WEIGHTS = "10.0, 8.0, 2.0, 2.0"
_OF_SHOP = "catalogue of "
_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """A text as it is compared: without case and compatibility forms."""
    return unicodedata.normalize("NFKC", text).casefold().encode("utf-8", "replace").decode("utf-8")


def fts_query(words: str) -> str:
    """What a person typed as an FTS5 query that can mean nothing else: all of the words, and the last one may go on
    unless a space ends it.

    Empty when there is no word in it (https://www.sqlite.org/fts5.html, section 3).
    """
    found = [f'"{word}"' for word in _WORD.findall(words.replace("_", " "))]
    goes_on = "" if words[-1:].isspace() else "*"
    return " ".join(found) + goes_on if found else ""


def store_product(db: Sqlite, product: Product) -> bool:
    """Keep a product unless one of its revision or a higher one is kept; whether it was. Raises `sqlite3.Error`."""
    skus = " ".join(dict.fromkeys(v.sku for v in product.variants))
    kept = db.conn.execute(
        "INSERT INTO product (id, revision, title, folded, active, body) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, title = excluded.title, "
        "folded = excluded.folded, active = excluded.active, body = excluded.body "
        "WHERE excluded.revision > product.revision",
        (
            product.id, product.revision, product.title, folded(f"{product.title} {skus}"), int(product.active),
            codec.body_of(product),
        ),
    ).rowcount  # fmt: skip
    if not kept:
        return False
    num = codec.one(db.conn, "SELECT num FROM product WHERE id = ?", (product.id,))
    db.conn.execute("DELETE FROM product_fts WHERE rowid = ?", (num,))
    db.conn.execute(
        "INSERT INTO product_fts (rowid, title, sku, category, tags) VALUES (?, ?, ?, ?, ?)",
        (num, product.title, skus, product.category, " ".join(product.tags)),
    )
    return True


def keep_for(db: Sqlite, shop: str) -> bool:
    """From now on products and stock are those of `shop`: what another shop had is forgotten, for its numbers may mean
    something else here, and both are read anew by whoever opens a show. How stock went over time is kept, for reviews.

    Says whether something was forgotten. Raises `sqlite3.Error`.
    """
    mark = f"{_OF_SHOP}{shop}"
    before = codec.one(
        db.conn,
        "SELECT source FROM feed_cursor WHERE show_id = '' AND substr(source, 1, ?) = ?",
        (len(_OF_SHOP), _OF_SHOP),
    )
    if before == mark:
        return False
    if before is not None:
        for table in ("product", "product_fts", "stock_level"):
            db.conn.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
        db.conn.execute("DELETE FROM feed_cursor WHERE show_id = '' AND source = ?", (before,))
    db.conn.execute("INSERT INTO feed_cursor (show_id, source, cursor) VALUES ('', ?, 0)", (mark,))
    return before is not None


def products(conn: sqlite3.Connection) -> dict[str, Product]:
    """All products by id. Raises `sqlite3.Error`, `StoreDamaged`."""
    rows = conn.execute("SELECT id, body FROM product ORDER BY num")
    return {row[0]: codec.product_of(row[1]) for row in rows}


def search_products(conn: sqlite3.Connection, words: str, limit: int) -> list[Product]:
    """The products that best match `words`, those on sale first; without words the first by title.

    All words must occur at the beginning of a word of title, sku, category or tags; when that finds fewer than
    `limit`, products follow whose title or sku holds the whole text anywhere ("kjole" in "Sommerkjole").
    Raises `sqlite3.Error`, `StoreDamaged`.
    """
    query = fts_query(words)
    if not words.strip():
        sql = "SELECT num, body FROM product ORDER BY active DESC, folded LIMIT ?"
        return [codec.product_of(row[1]) for row in conn.execute(sql, (limit,))]
    found: dict[int, str] = {}
    if query:
        # Every word may go on: a host types fast and leaves words half written.
        query = query.removesuffix("*").replace('" ', '"* ') + "*"
        sql = (
            "SELECT num, body FROM product_fts JOIN product ON product.num = product_fts.rowid "  # noqa: S608
            f"WHERE product_fts MATCH ? ORDER BY active DESC, bm25(product_fts, {_WEIGHTS}), folded LIMIT ?"
        )
        found.update(conn.execute(sql, (query, limit)))
    if len(found) < limit:
        sql = "SELECT num, body FROM product WHERE instr(folded, ?) ORDER BY active DESC, folded LIMIT ?"
        for num, body in conn.execute(sql, (folded(words).strip(), limit)):
            found.setdefault(num, body)
    return [codec.product_of(body) for body in list(found.values())[:limit]]


class ImageCache:
    """Pictures by address, in a file of their own: they can be had again, so they are neither backed up nor worth
    the wait for the disk. When they grow over `cap_bytes`, those kept first go first. A damaged file starts anew.

    Its methods block; `SqlFeeds` calls them in the cache's own thread.
    """

    def __init__(self, path: Path, cap_bytes: int = IMAGE_CAP_BYTES) -> None:
        self._path = path
        self._cap = cap_bytes
        self._db: Sqlite | None = None
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="store-images")

    def save(self, url: str, data: bytes) -> None:
        """Keep a picture; one larger than the whole cache is not kept. Raises `StoreFull`."""
        if len(data) > self._cap:
            return
        self._tried(lambda: self._save(url, data))

    def load(self, url: str) -> bytes | None:
        """A picture, None when it is not kept. Raises `StoreFull` when the file cannot be opened."""
        return self._tried(lambda: self._load(url))

    def close(self) -> None:
        """Close the file, once the thread has nothing left to do."""
        self.thread.shutdown(wait=True)
        if self._db is not None:
            self._db.close()
            self._db = None

    def _load(self, url: str) -> bytes | None:
        return codec.one(self._open().conn, "SELECT data FROM image WHERE url = ?", (url,))

    def _save(self, url: str, data: bytes) -> None:
        db = self._open()
        with db.atomic():
            db.execute("DELETE FROM image WHERE url = ?", (url,))
            db.execute("INSERT INTO image (url, bytes, data) VALUES (?, ?, ?)", (url, len(data), data))
            over = int(codec.one(db.conn, "SELECT sum(bytes) FROM image")) - self._cap
            for num, size in db.execute("SELECT num, bytes FROM image ORDER BY num").fetchall():
                if over <= 0:
                    break
                db.execute("DELETE FROM image WHERE num = ?", (num,))
                over -= size

    def _open(self) -> Sqlite:
        if self._db is None:
            conn = sqlite3.connect(str(self._path), check_same_thread=False)
            try:
                db = Sqlite(conn, execute_plugins=False)
                conn.execute("PRAGMA synchronous = OFF")
                db.execute(
                    "CREATE TABLE IF NOT EXISTS image (num INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, "
                    "bytes INTEGER NOT NULL, data BLOB NOT NULL)"
                )
            except BaseException:
                conn.close()
                raise
            self._db = db
        return self._db

    def _tried(self, run: Callable[[], T]) -> T:
        try:
            return run()
        except sqlite3.Error as error:
            if not means_damage(error):
                raise translated(error, self._path) from error
        self._remove()
        return run()

    def _remove(self) -> None:
        if self._db is not None:
            with contextlib.suppress(sqlite3.Error):  # the file goes anyway
                self._db.close()
            self._db = None
        for path in (self._path, self._path.with_name(self._path.name + "-journal")):
            path.unlink(missing_ok=True)
