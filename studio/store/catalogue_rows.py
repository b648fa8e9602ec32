"""Products as they come in, many at a time, put into their tables: the body, the words, the card, the variants.

Each statement is made for all of them at once: a shop of 100,000 variants comes in while the window is used, and every
call of the database costs time of the interpreter that both share.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlite_utils import Database as Sqlite

from studio.domain.product import Product
from studio.store import catalogue_cards, codec, kept_shop
from studio.store.catalogue import folded
from studio.store.catalogue_cards import Kept
from studio.store.many import insert_many

_AT_A_TIME: Final = 500
"""Below SQLite's limit on parameters of one statement, also of old ones."""


def store_products(
    db: Sqlite,
    products: Sequence[Product],
    shop: str,
    now_ms: int,
    first_seen_ms: Mapping[str, int | None] | None = None,
) -> tuple[Product, ...]:
    """Keep products of a shop, each unless one of its revision or a higher one is kept; those that were, in their order.

    `now_ms` (UTC ms of this computer) is when they were seen; `first_seen_ms` when each was seen first, by its id, where
    that is known of an earlier time. Raises `sqlite3.Error`.
    """
    kept = _kept(db, [product.id for product in products])
    free = int(codec.one(db.conn, "SELECT coalesce(max(num), 0) FROM product")) + 1
    seen, seen_now = first_seen_ms or {}, None if kept_shop.read_wall_ms(db.conn) is None else now_ms
    rows: dict[str, Kept] = {}
    stored: list[Product] = []
    for product in products:
        num, revision = kept.get(product.id, (0, 0))
        if num and revision >= product.revision:
            continue
        before = rows.get(product.id)
        is_new = before.is_new if before is not None else not num
        if not num:
            num, free = free, free + 1
        kept[product.id] = (num, product.revision)
        words = folded(f"{product.title} {_skus(product)}")
        rows[product.id] = Kept(num, product, words, is_new, seen.get(product.id) or seen_now)
        stored.append(product)
    if rows:
        _put(db, list(rows.values()))
        catalogue_cards.keep(db, list(rows.values()), shop, now_ms)
    return tuple(stored)


def _skus(product: Product) -> str:
    return " ".join(dict.fromkeys(variant.sku for variant in product.variants))


def _kept(db: Sqlite, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Row and revision of those that are kept, by id."""
    found: dict[str, tuple[int, int]] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        some = ids[start : start + _AT_A_TIME]
        marks = ", ".join("?" * len(some))
        rows = db.conn.execute(f"SELECT id, num, revision FROM product WHERE id IN ({marks})", some)  # noqa: S608
        found.update((product_id, (num, revision)) for product_id, num, revision in rows)
    return found


def _put(db: Sqlite, rows: Sequence[Kept]) -> None:
    """Body and words of each."""
    came: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    words: list[tuple[Any, ...]] = []
    for row in rows:
        product, num = row.product, row.num
        fields = (
            product.revision,
            product.title,
            row.words,
            int(product.active),
            codec.body_of(product),
            num,
        )
        if row.is_new:
            came.append((*fields, product.id, row.first_seen_ms))
        else:
            changed.append(fields)
        codes = " ".join(dict.fromkeys(v.barcode for v in product.variants if v.barcode))
        sku = f"{_skus(product)} {codes}".strip()
        words.append((num, product.title, sku, product.category, " ".join(product.tags)))
    insert_many(
        db.conn,
        "INSERT INTO product (revision, title, folded, active, body, num, id, first_seen_ms)",
        came,
    )
    db.conn.executemany(
        "UPDATE product SET revision = ?, title = ?, folded = ?, active = ?, body = ? WHERE num = ?", changed
    )
    db.conn.executemany("DELETE FROM product_fts WHERE rowid = ?", [(fields[-1],) for fields in changed])
    insert_many(db.conn, "INSERT INTO product_fts (rowid, title, sku, category, tags)", words)
