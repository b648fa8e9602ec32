"""The card of each product: what the catalogue is filtered and sorted by, kept up as products and stock come in."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from sqlite_utils import Database as Sqlite

from studio.domain.product import Product
from studio.store import catalogue_past

_AT_A_TIME: Final = 500
"""Below SQLite's limit on parameters of one statement, also of old ones."""
_AGE_MS: Final = 60_000
"""Stock that was read and has not changed is noted that often: a poll each second must not write each second."""
SEPARATOR: Final = "\x1f"
_BESTSELLER: Final = "bestseller"
_SELLABLE: Final = (
    "SELECT v.product, sum(max(0, l.on_hand - l.reserved - l.safety_stock)) FROM product_variant v "
    "JOIN stock_level l ON l.variant_id = v.variant_id"
)


def keep(
    db: Sqlite, num: int, product: Product, folded: str, shop: str, now_ms: int, *, is_new: bool
) -> None:
    """Keep the card of a product that was just stored as row `num`, `folded` being its words. Raises `sqlite3.Error`."""
    _variants(db, num, [variant.id for variant in product.variants], is_new=is_new)
    sold, shown = catalogue_past.of_product(db.conn, shop, product.id)
    left = db.conn.execute(f"{_SELLABLE} WHERE v.product = ? GROUP BY v.product", (num,)).fetchone()
    price = product.price
    tags = SEPARATOR.join(("", *product.tags, "")) if product.tags else ""
    db.conn.execute(
        "INSERT INTO product_card (num, active, bestseller, sold, shown, price, sellable, stock_at_ms, first_seen_ms, "
        "category, tags, folded) VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT first_seen_ms FROM product WHERE num = ?1), "
        "?, ?, ?) ON CONFLICT (num) DO UPDATE SET active = excluded.active, bestseller = excluded.bestseller, "
        "price = excluded.price, sellable = excluded.sellable, category = excluded.category, tags = excluded.tags, "
        "folded = excluded.folded",
        (
            num, int(product.active), int(any(tag.casefold() == _BESTSELLER for tag in product.tags)), sold, shown,
            None if price is None else price.amount_minor, left and left[1], left and now_ms,
            product.category, tags, folded,
        ),
    )  # fmt: skip


def _variants(db: Sqlite, num: int, ids: Sequence[str], *, is_new: bool) -> None:
    """A variant that was another product's until now is this one's."""
    if not is_new:
        db.conn.execute("DELETE FROM product_variant WHERE product = ?", (num,))
    ids = list(dict.fromkeys(ids))
    insert = "INSERT OR IGNORE INTO product_variant (variant_id, product) VALUES (?, ?)"
    came = db.conn.executemany(insert, [(variant_id, num) for variant_id in ids]).rowcount if ids else 0
    if came == len(ids):
        return
    left: set[int] = set()
    for variant_id in ids:
        owner = db.conn.execute(
            "SELECT product FROM product_variant WHERE variant_id = ?", (variant_id,)
        ).fetchone()
        left.add(int(owner[0]))
        db.conn.execute("UPDATE product_variant SET product = ? WHERE variant_id = ?", (num, variant_id))
    for other in left - {num}:
        found = db.conn.execute(f"{_SELLABLE} WHERE v.product = ? GROUP BY v.product", (other,)).fetchone()
        db.conn.execute("UPDATE product_card SET sellable = ? WHERE num = ?", (found and found[1], other))


def restock(db: Sqlite, variant_ids: Collection[str], now_ms: int) -> None:
    """The stock of these variants was read at `now_ms` (UTC ms of this computer): their products' cards say what can be
    sold. Raises `sqlite3.Error`.
    """
    for some in _parts(sorted(variant_ids)):
        marks = ", ".join("?" * len(some))
        found = db.conn.execute(
            f"{_SELLABLE} WHERE v.product IN (SELECT product FROM product_variant WHERE variant_id IN ({marks})) "  # noqa: S608
            "GROUP BY v.product",
            some,
        ).fetchall()
        db.conn.executemany(
            "UPDATE product_card SET sellable = ?2, stock_at_ms = ?3 WHERE num = ?1 "
            "AND (sellable IS NOT ?2 OR stock_at_ms IS NULL OR stock_at_ms <= ?4)",
            [(num, left, now_ms, now_ms - _AGE_MS) for num, left in found],
        )


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_A_TIME):
        yield ids[start : start + _AT_A_TIME]
