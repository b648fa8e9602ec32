"""Products: stored with an index to search them, and a cache of their pictures."""

import contextlib
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from sqlite_utils import Database as Sqlite

from studio.domain.product import Product
from studio.store import codec, show_log
from studio.store import kept_shop as kept_shops
from studio.store.errors import means_damage, translated
from studio.store.kept_shop import kept_shop

T = TypeVar("T")

IMAGE_CAP_BYTES = 128 * 1024 * 1024
# Most letters in a title, then the number on the box, then where it stands in the shop.
WEIGHTS = "10.0, 8.0, 2.0, 2.0"
"""Of the columns of the words, for `bm25`."""
# Below SQLite's limit on parameters of one statement, also of old ones.
_AT_A_TIME = 500
_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """A text as it is compared: without case and compatibility forms."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().encode("utf-8", "replace").decode("utf-8")


def fts_query(words: str) -> str:
    """What a person typed as an FTS5 query that can mean nothing else: all of the words, and the last one may go on
    unless a space ends it.

    Empty when there is no word in it (https://www.sqlite.org/fts5.html, section 3).
    """
    found = [f'"{word}"' for word in _WORD.findall(words.replace("_", " "))]
    goes_on = "" if words[-1:].isspace() else "*"
    return " ".join(found) + goes_on if found else ""


def prefix_query(words: str) -> str:
    """What a person typed as an FTS5 query in which every word may go on: who types fast leaves words half written."""
    query = fts_query(words)
    return query.removesuffix("*").replace('" ', '"* ') + "*" if query else ""


def keep_for(db: Sqlite, kind: str, shop: str, language: str = "") -> bool:
    """From now on what comes in is of `shop` (its id in the settings), and so are products and stock: what another shop
    had is forgotten, for its numbers may mean something else here, and both are read anew by whoever opens a show. How
    stock went over time is kept, for reviews, and which variants it was of. Products in another `language` than this stay
    until they are read in it.

    Says whether something was forgotten. Raises `sqlite3.Error`.
    """
    mark = f"{kept_shops.OF_SHOP}{kind}:{shop}"
    before = kept_shops.mark(db.conn)
    if language:
        if before == mark and kept_shops.language(db.conn) not in ("", language):
            _read_anew(db)
        kept_shops.put_language(db, language)
    if before == mark:
        return False
    if before is not None:
        _forget(db, before)
    kept_shops.put_mark(db, mark)
    return before is not None


def found_beside(db: Sqlite, sources: Iterable[str]) -> bool:
    """Whether products and stock found in a damaged file, with these sources of its cursors, are of the shop whose are
    kept. If they are not, or nobody can tell, those that are kept are forgotten as well: whoever opens a show reads
    them anew. Raises `sqlite3.Error`.
    """
    marks = {source for source in sources if source.startswith(kept_shops.OF_SHOP)}
    before = kept_shops.mark(db.conn)
    if before is None and len(marks) == 1:
        kept_shops.put_mark(db, marks.pop())
    elif not marks <= {before}:
        if before is not None:
            _forget(db, before)
        return False
    return True


def _read_anew(db: Sqlite) -> None:
    """Whatever revision of a product comes in next is kept in place of what is."""
    db.conn.execute(
        "UPDATE product SET revision = -1, "
        "body = CASE WHEN json_valid(body) THEN json_set(body, '$.revision', -1) ELSE body END"
    )


def _forget(db: Sqlite, mark: str) -> None:
    for product in products(db.conn).values():
        ids = codec.listed([variant.id for variant in product.variants])
        remember_variants(db, kept_shops.shop_of(mark), product.id, product.revision, ids)
    for table in ("product", "product_fts", "product_card", "product_variant", "stock_level"):
        db.conn.execute(f"DELETE FROM {table}")  # noqa: S608 - names of our own
    kept_shops.take_mark(db, mark)


def remember_variants(db: Sqlite, shop: str, product_id: str, revision: int, ids: str) -> None:
    """Keep which variants (a JSON list of ids) a product of a shop has, unless those of a higher revision are kept.

    Raises `sqlite3.Error`.
    """
    db.conn.execute(
        "INSERT INTO forgotten_product (shop, id, revision, variants) VALUES (?, ?, ?, ?) ON CONFLICT (shop, id) "
        "DO UPDATE SET revision = excluded.revision, variants = excluded.variants "
        "WHERE excluded.revision >= forgotten_product.revision",
        (shop, product_id, revision, ids),
    )


def shop_of_show(conn: sqlite3.Connection, show_id: str) -> str:
    """The shop whose orders and stock a show has: that of its log, before it has one the shop that is kept.

    Raises `sqlite3.Error`, `StoreDamaged`.
    """
    return show_log.shop_id(conn, show_id) or kept_shop(conn)


def variants(conn: sqlite3.Connection, show_id: str, product_ids: Collection[str]) -> dict[str, str]:
    """The variants of the products of a show's shop, also when another's are kept: variant id to product id.

    Raises `sqlite3.Error`, `StoreDamaged`.
    """
    shop = shop_of_show(conn, show_id)
    here = kept_shop(conn) in ("", shop)
    found: dict[str, str] = {}
    ids = list(product_ids)
    for start in range(0, len(ids), _AT_A_TIME):
        part = ids[start : start + _AT_A_TIME]
        marks = ", ".join("?" * len(part))
        if here:
            for row in conn.execute(f"SELECT body FROM product WHERE id IN ({marks})", part):  # noqa: S608
                product = codec.product_of(row[0])
                found.update((variant.id, product.id) for variant in product.variants)
        else:
            sql = f"SELECT id, variants FROM forgotten_product WHERE shop = ? AND id IN ({marks})"  # noqa: S608
            for product_id, listed in conn.execute(sql, (shop, *part)):
                found.update((variant_id, product_id) for variant_id in codec.ids_of(listed))
    return found


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
    query = prefix_query(words)
    if not words.strip():
        sql = "SELECT num, body FROM product ORDER BY active DESC, folded LIMIT ?"
        return [codec.product_of(row[1]) for row in conn.execute(sql, (limit,))]
    found: dict[int, str] = {}
    if query:
        sql = (
            "SELECT num, body FROM product_fts JOIN product ON product.num = product_fts.rowid "  # noqa: S608
            f"WHERE product_fts MATCH ? ORDER BY active DESC, bm25(product_fts, {WEIGHTS}), folded LIMIT ?"
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
