"""What became of each product: pieces sold by the orders kept here, and in how many past shows it was on air.

Kept for each shop, also while another's products are kept; the cards of the kept shop's products say the same.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlite_utils import Database as Sqlite

from studio.domain.order import Order
from studio.store import codec
from studio.store.errors import StoreDamaged
from studio.store.kept_shop import kept_shop


def pieces(order: Order) -> Counter[str]:
    """How many pieces of each product (by its id) were bought and not returned; none of a cancelled order."""
    bought: Counter[str] = Counter()
    if not order.cancelled:
        for line in order.lines:
            bought[line.product_id] += max(0, line.quantity - line.returned_quantity)
    return bought


def order_changed(db: Sqlite, shop: str, before: str | None, order: Order) -> None:
    """An order of a shop came in place of `before` (its body, None: there was none). Raises `sqlite3.Error`."""
    change = pieces(order)
    if before is not None:
        try:
            change.subtract(pieces(codec.order_of(before)))
        except StoreDamaged:
            return  # what it counted cannot be read: nobody knows by how much it changed
    _add(db, shop, {product: by for product, by in change.items() if by}, {})


def show_ended(db: Sqlite, shop: str, product_ids: Collection[str]) -> None:
    """A show of this shop has ended in which these were on air. Raises `sqlite3.Error`."""
    _add(db, shop, {}, dict.fromkeys(product_ids, 1))


def of_products(
    conn: sqlite3.Connection, shop: str, product_ids: Sequence[str]
) -> dict[str, tuple[int, int]]:
    """(pieces sold, past shows) of those of the products that have any, by id. Raises `sqlite3.Error`."""
    rows = conn.execute(
        "SELECT product_id, sold, shown FROM json_each(?) wanted "
        "JOIN product_past ON shop = ? AND product_id = wanted.value",
        (codec.listed(product_ids), shop),
    )
    return {product_id: (sold, shown) for product_id, sold, shown in rows}


def _add(db: Sqlite, shop: str, sold: Mapping[str, int], shown: Mapping[str, int]) -> None:
    products = {*sold, *shown} - {""}
    db.conn.executemany(
        "INSERT INTO product_past (shop, sold, shown, product_id) VALUES (?, ?, ?, ?) ON CONFLICT (shop, product_id) "
        "DO UPDATE SET sold = sold + excluded.sold, shown = shown + excluded.shown",
        [(shop, sold.get(product, 0), shown.get(product, 0), product) for product in products],
    )
    if products and kept_shop(db.conn) in ("", shop):
        db.conn.executemany(
            "UPDATE product_card SET (sold, shown) = "
            "(SELECT sold, shown FROM product_past WHERE shop = ?1 AND product_id = ?2) "
            "WHERE num = (SELECT num FROM product WHERE id = ?2)",
            [(shop, product) for product in products],
        )
