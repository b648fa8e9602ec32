"""Products as they come in, many at a time, put into their tables: the body, the words, the card, the variants.

Each statement is made for many of them at once: a shop of 100,000 variants comes in while the window is used, and every
call of the database costs time of the interpreter that both share. What can be made without the database is made before
it is the writer's turn (`prepared`).
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlite_utils import Database as Sqlite

from studio.domain.product import Product
from studio.store import catalogue_cards, codec, kept_shop
from studio.store.catalogue import folded
from studio.store.catalogue_cards import Kept, Prepared, card_of
from studio.store.many import insert_many

_WORDS_AT_A_TIME: Final = 2_000
_MERGED_PAGES: Final = 64
"""Of the index of the words, written in one go: a decision may have to wait for it."""


def prepared(product: Product) -> Prepared:
    """What a product is stored as, made without the database. Raises `UnicodeEncodeError` for halves of surrogate pairs."""
    skus = " ".join(dict.fromkeys([variant.sku for variant in product.variants]))
    codes = dict.fromkeys([variant.barcode for variant in product.variants])
    codes.pop("", None)
    words = folded(f"{product.title} {skus}")
    found_by = (product.title, " ".join((skus, *codes)).strip(), product.category, " ".join(product.tags))
    return Prepared(product, codec.json_of(product), words, found_by, card_of(product, words))


def revisions(conn: sqlite3.Connection, product_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Row and revision of those of the products that are kept, by id. Raises `sqlite3.Error`."""
    rows = conn.execute(
        "SELECT product.id, num, revision FROM json_each(?) wanted JOIN product ON product.id = wanted.value",
        (codec.listed(product_ids),),
    )
    return {product_id: (num, revision) for product_id, num, revision in rows}


def store_products(
    db: Sqlite,
    products: Sequence[Product],
    shop: str,
    now_ms: int,
    first_seen_ms: Mapping[str, int | None] | None = None,
    ready: Mapping[str, Prepared] | None = None,
) -> tuple[Product, ...]:
    """Keep products of a shop, each unless one of its revision or a higher one is kept; those that were, in their order.

    `now_ms` (UTC ms of this computer) is when they were seen; `first_seen_ms` when each was seen first, by its id, where
    that is known of an earlier time; `ready` what is prepared of them, by id. Raises `sqlite3.Error`.
    """
    kept = revisions(db.conn, [product.id for product in products])
    free = int(codec.one(db.conn, "SELECT coalesce(max(num), 0) FROM product")) + 1
    seen, seen_now = first_seen_ms or {}, None if kept_shop.read_wall_ms(db.conn) is None else now_ms
    made = ready or {}
    rows: dict[str, Kept] = {}
    stored: list[Product] = []
    for product in products:
        num, revision = kept.get(product.id, (0, 0))
        if num and revision >= product.revision:
            continue
        # Behind all that came before it, as if each had been stored by itself: the last to name a variant has it.
        before = rows.pop(product.id, None)
        is_new = before.is_new if before is not None else not num
        if not num:
            num, free = free, free + 1
        kept[product.id] = (num, product.revision)
        known = made.get(product.id)
        of = known if known is not None and known.product is product else prepared(product)
        rows[product.id] = Kept(num, of, is_new, seen.get(product.id) or seen_now)
        stored.append(product)
    if rows:
        _put(db, list(rows.values()))
        catalogue_cards.keep(db, list(rows.values()), shop, now_ms)
    return tuple(stored)


def bring_words_together(db: Sqlite) -> bool:
    """A few ms' worth of bringing together what was written of the words lot by lot: the fewer parts they are in, the faster
    they are searched. Says whether there is more to do. Raises `sqlite3.Error`.

    Source: https://www.sqlite.org/fts5.html, section 6.8 (fewer than two changes: nothing was left to be done).
    """
    before = db.conn.total_changes
    db.execute("INSERT INTO product_fts (product_fts, rank) VALUES ('merge', ?)", (_MERGED_PAGES,))
    return db.conn.total_changes - before >= 2


def _put(db: Sqlite, rows: Sequence[Kept]) -> None:
    """Body and words of each."""
    came: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    for row in rows:
        of, product = row.of, row.of.product
        fields = (of.body, product.revision, product.title, of.words, int(product.active), row.num)
        if row.is_new:
            came.append((*fields, product.id, row.first_seen_ms))
        else:
            changed.append(fields)
    insert_many(
        db.conn,
        "INSERT INTO product (body, revision, title, folded, active, num, id, first_seen_ms)",
        came,
        marks=(codec.TEXT, *"???????"),
    )
    db.conn.executemany(
        "UPDATE product SET body = CAST(? AS TEXT), revision = ?, title = ?, folded = ?, active = ? WHERE num = ?",
        changed,
    )
    db.conn.executemany("DELETE FROM product_fts WHERE rowid = ?", [(fields[-1],) for fields in changed])
    insert_many(
        db.conn,
        "INSERT INTO product_fts (rowid, title, sku, category, tags)",
        [(row.num, *row.of.found_by) for row in rows],
        at_a_time=_WORDS_AT_A_TIME,
    )
