"""Stock of the demo shop: reservations of carts, sales, and goods that come back."""

from studio.rehearsal.problems import refuse
from studio.rehearsal.shop_store import Tx
from studio.rehearsal.storefront_contract import RESERVATION_MS


def sellable(tx: Tx, variant_id: str) -> int:
    """On hand - reserved - safety stock of each location, never below zero, summed."""
    return tx.value(
        "SELECT coalesce(sum(max(0, on_hand - reserved - safety_stock)), 0) FROM stock WHERE variant_id = ?",
        (variant_id,),
    )


def reserve(tx: Tx, cart_id: int, variant_id: str, quantity: int) -> None:
    """Hold `quantity` for the cart, from the fullest location on. Refuses with sold-out."""
    rows = tx.all(
        "SELECT location_id, on_hand - reserved - safety_stock AS free FROM stock "
        "WHERE variant_id = ? AND on_hand - reserved - safety_stock > 0 ORDER BY free DESC, location_id",
        (variant_id,),
    )
    available = sum(row["free"] for row in rows)
    if available < quantity:
        left = "none is left" if available == 0 else f"only {available} are left"
        raise refuse("sold-out", f"There are not {quantity} of it: {left}.", available=available)
    for row in rows:
        part = min(quantity, row["free"])
        if part == 0:
            break
        quantity -= part
        tx.run(
            "UPDATE stock SET reserved = reserved + ? WHERE variant_id = ? AND location_id = ?",
            (part, variant_id, row["location_id"]),
        )
        tx.run(
            "INSERT INTO reservations (cart_id, variant_id, location_id, quantity, expires_at_ms) VALUES (?, ?, ?, ?, ?)",
            (cart_id, variant_id, row["location_id"], part, tx.now_ms + RESERVATION_MS),
        )
        tx.stock_moved(variant_id, row["location_id"])


def held(tx: Tx, cart_id: int) -> dict[str, tuple[int, int]]:
    """By variant: how many the cart holds, and when the first of them is let go (UTC ms)."""
    rows = tx.all(
        "SELECT variant_id, sum(quantity) AS quantity, min(expires_at_ms) AS until FROM reservations "
        "WHERE cart_id = ? GROUP BY variant_id",
        (cart_id,),
    )
    return {row["variant_id"]: (row["quantity"], row["until"]) for row in rows}


def release_expired(tx: Tx) -> int:
    """Let go of what was held too long; how many reservations that were."""
    rows = tx.all(
        "DELETE FROM reservations WHERE expires_at_ms <= ? RETURNING variant_id, location_id, quantity",
        (tx.now_ms,),
    )
    for row in rows:
        tx.run(
            "UPDATE stock SET reserved = reserved - ? WHERE variant_id = ? AND location_id = ?",
            (row["quantity"], row["variant_id"], row["location_id"]),
        )
        tx.stock_moved(row["variant_id"], row["location_id"])
    return len(rows)


def take(tx: Tx, cart_id: int, order_id: int) -> None:
    """What the cart holds leaves the shelf for the order; where it was taken is written down."""
    rows = tx.all(
        "DELETE FROM reservations WHERE cart_id = ? RETURNING variant_id, location_id, quantity", (cart_id,)
    )
    for row in rows:
        tx.run(
            "UPDATE stock SET reserved = reserved - ?, on_hand = on_hand - ? WHERE variant_id = ? AND location_id = ?",
            (row["quantity"], row["quantity"], row["variant_id"], row["location_id"]),
        )
        tx.run(
            "INSERT INTO order_picks (order_id, variant_id, location_id, quantity) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity",
            (order_id, row["variant_id"], row["location_id"], row["quantity"]),
        )
        tx.stock_moved(row["variant_id"], row["location_id"])


def put_back(tx: Tx, order_id: int, variant_id: str, quantity: int) -> None:
    """Goods of an order return to the shelves they came from."""
    for row in tx.all(
        "SELECT location_id, quantity FROM order_picks WHERE order_id = ? AND variant_id = ? AND quantity > 0",
        (order_id, variant_id),
    ):
        part = min(quantity, row["quantity"])
        quantity -= part
        key = (variant_id, row["location_id"])
        tx.run(
            "UPDATE stock SET on_hand = on_hand + ? WHERE variant_id = ? AND location_id = ?", (part, *key)
        )
        tx.run(
            "UPDATE order_picks SET quantity = quantity - ? WHERE order_id = ? AND variant_id = ? AND location_id = ?",
            (part, order_id, *key),
        )
        tx.stock_moved(*key)
