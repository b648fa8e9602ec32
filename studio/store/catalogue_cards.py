"""The card of each product: what the catalogue is filtered and sorted by, kept up as products and stock come in."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from sqlite_utils import Database as Sqlite

from studio.domain.product import Product
from studio.store import catalogue_past, codec
from studio.store.many import insert_many

_AGE_MS: Final = 60_000
"""Stock that was read and has not changed is noted that often: a poll each second must not write each second."""
_LISTED: Final = "(SELECT value FROM json_each(?))"
"""As one text: a statement takes only so many values, and each by itself would take longer."""
SEPARATOR: Final = "\x1f"
_BESTSELLER: Final = "bestseller"
_SELLABLE: Final = (
    "SELECT v.product, sum(max(0, l.on_hand - l.reserved - l.safety_stock)) FROM product_variant v "
    "JOIN stock_level l ON l.variant_id = v.variant_id"
)


class Card(NamedTuple):
    """What a product's card says that the product says itself; `price` in minor units, None without one."""

    active: int
    bestseller: int
    price: int | None
    category: str
    tags: str
    folded: str


class Prepared(NamedTuple):
    """A product as it is stored: its `body` (UTF-8), its `words` folded, what it is `found_by` (title, SKUs and barcodes, category,
    tags), its card.
    """

    product: Product
    body: bytes
    words: str
    found_by: tuple[str, str, str, str]
    card: Card


class Kept(NamedTuple):
    """What was just stored as row `num`; `is_new`: it has no card yet, and was first seen at `first_seen_ms` (UTC ms; None:
    when the catalogue was read first).
    """

    num: int
    of: Prepared
    is_new: bool
    first_seen_ms: int | None = None


def card_of(product: Product, words: str) -> Card:
    """The card of a product whose folded words are these."""
    price = product.price
    return Card(
        int(product.active),
        int(_BESTSELLER in map(str.casefold, product.tags)),
        None if price is None else price.amount_minor,
        product.category,
        SEPARATOR.join(("", *product.tags, "")) if product.tags else "",
        words,
    )


def keep(db: Sqlite, stored: Sequence[Kept], shop: str, now_ms: int) -> None:
    """Keep the cards of products, each in it once. Raises `sqlite3.Error`."""
    _variants(db, stored)
    nums = [kept.num for kept in stored]
    sql = f"{_SELLABLE} WHERE v.product IN {_LISTED} GROUP BY v.product"
    left: dict[int, int] = dict(db.conn.execute(sql, (codec.listed(nums),)))
    past = catalogue_past.of_products(db.conn, shop, [kept.of.product.id for kept in stored])
    cards: list[tuple[Any, ...]] = [
        (
            kept.num, *kept.of.card, *past.get(kept.of.product.id, (0, 0)), left.get(kept.num),
            now_ms if kept.num in left else None, kept.first_seen_ms,
        )
        for kept in stored
    ]  # fmt: skip
    insert_many(
        db.conn,
        "INSERT INTO product_card (num, active, bestseller, price, category, tags, folded, sold, shown, sellable, "
        "stock_at_ms, first_seen_ms)",
        cards,
        "ON CONFLICT (num) DO UPDATE SET active = excluded.active, bestseller = excluded.bestseller, "
        "price = excluded.price, sellable = excluded.sellable, category = excluded.category, tags = excluded.tags, "
        "folded = excluded.folded",
    )


def _variants(db: Sqlite, stored: Sequence[Kept]) -> None:
    """A variant that was another product's until now is this one's."""
    db.conn.executemany(
        "DELETE FROM product_variant WHERE product = ?", [(kept.num,) for kept in stored if not kept.is_new]
    )
    owned = {variant.id: kept.num for kept in stored for variant in kept.of.product.variants}
    # As one JSON text: variants are a quarter of all values that a catalogue hands over, and handing each over by itself takes
    # longer than SQLite's reading of the text, which holds up nobody else.
    came = db.conn.execute(
        f"INSERT OR IGNORE INTO product_variant (variant_id, product) SELECT key, value FROM json_each({codec.TEXT})",  # noqa: S608
        (codec.json_of(owned),),
    )
    if came.rowcount == len(owned):
        return
    left: set[int] = set()
    sql = f"SELECT variant_id, product FROM product_variant WHERE variant_id IN {_LISTED}"  # noqa: S608
    rows = db.conn.execute(sql, (codec.listed(list(owned)),))
    left.update(owner for variant_id, owner in rows if owner != owned[variant_id])
    db.conn.executemany(
        "UPDATE product_variant SET product = ?2 WHERE variant_id = ?1 AND product <> ?2", list(owned.items())
    )
    for other in left:
        found = db.conn.execute(f"{_SELLABLE} WHERE v.product = ? GROUP BY v.product", (other,)).fetchone()
        db.conn.execute("UPDATE product_card SET sellable = ? WHERE num = ?", (found and found[1], other))


def restock(db: Sqlite, variant_ids: Collection[str], now_ms: int) -> None:
    """The stock of these variants was read at `now_ms` (UTC ms of this computer): their products' cards say what can be
    sold. Raises `sqlite3.Error`.
    """
    sql = (
        f"{_SELLABLE} WHERE v.product IN (SELECT product FROM product_variant WHERE variant_id IN {_LISTED}) "  # noqa: S608
        "GROUP BY v.product"
    )
    found = db.conn.execute(sql, (codec.listed(list(variant_ids)),)).fetchall()
    db.conn.executemany(
        "UPDATE product_card SET sellable = ?2, stock_at_ms = ?3 WHERE num = ?1 "
        "AND (sellable IS NOT ?2 OR stock_at_ms IS NULL OR stock_at_ms <= ?4)",
        [(num, left, now_ms, now_ms - _AGE_MS) for num, left in found],
    )
