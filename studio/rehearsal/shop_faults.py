"""Faults of the demo shop: kept in its tables, so that they outlive a restart, and the sell-out played."""

import json

from studio.rehearsal import shop_orders, shop_show, shop_stock, shop_visits
from studio.rehearsal.problems import Refusal, invalid
from studio.rehearsal.shop_store import Row, Tx
from studio.rehearsal.storefront_contract import Fault, FaultCreate, SessionCreate


def fault(row: Row, now_ms: int) -> Fault:
    """A row of the table `faults`."""
    return Fault(
        id=row["id"], name=row["name"], from_ms=row["from_ms"], until_ms=row["until_ms"], intensity=row["intensity"],
        variant_id=row["variant_id"], skew_ms=row["skew_ms"], active=row["from_ms"] <= now_ms < row["until_ms"],
    )  # fmt: skip


def listed(tx: Tx) -> list[Fault]:
    """All faults that were ordered."""
    return [fault(row, tx.now_ms) for row in tx.all("SELECT * FROM faults ORDER BY id")]


def order_fault(tx: Tx, wanted: FaultCreate) -> Fault:
    """Write a fault down. Refuses with invalid."""
    if wanted.until_ms <= wanted.from_ms:
        raise invalid(("until_ms", "The fault would heal before it starts."))
    if (
        wanted.variant_id is not None
        and tx.one("SELECT 1 FROM variants WHERE id = ?", (wanted.variant_id,)) is None
    ):
        raise invalid(("variant_id", f"The shop has no variant {wanted.variant_id!r}."))
    number = tx.run(
        "INSERT INTO faults (name, from_ms, until_ms, intensity, variant_id, skew_ms) VALUES (?, ?, ?, ?, ?, ?)",
        (wanted.name, wanted.from_ms, wanted.until_ms, wanted.intensity, wanted.variant_id, wanted.skew_ms),
    )
    return next(found for found in listed(tx) if found.id == number)


def heal_all(tx: Tx) -> list[Fault]:
    """End what is active and call off what was still to come."""
    tx.run(
        "UPDATE faults SET from_ms = min(from_ms, ?), until_ms = ? WHERE until_ms > ?",
        (tx.now_ms, tx.now_ms, tx.now_ms),
    )
    return listed(tx)


def play_sell_outs(tx: Tx, currency: str) -> None:
    """Buy up what a sell-out names once it starts; restock it once it is over."""
    for row in tx.all(
        "SELECT * FROM faults WHERE name = 'sell-out' AND played != 'over' AND from_ms <= ?", (tx.now_ms,)
    ):
        if row["played"] == "" and tx.now_ms < row["until_ms"] and row["intensity"] > 0:
            try:
                with tx.savepoint("sellout"):
                    bought = _buy_up(tx, row, currency)
            except Refusal:
                continue  # The shop takes no orders now, or everything is gone already: look again next time.
            tx.run("UPDATE faults SET played = ? WHERE id = ?", (json.dumps(bought), row["id"]))
        elif tx.now_ms >= row["until_ms"]:
            if row["played"]:
                _restock(tx, json.loads(row["played"]))
            tx.run("UPDATE faults SET played = 'over' WHERE id = ?", (row["id"],))


def _buy_up(tx: Tx, row: Row, currency: str) -> list[tuple[str, str, int]]:
    """An order of somebody who has nothing to do with the show; where the goods lay, as (variant, location, quantity)."""
    if row["variant_id"] is not None:
        variants = [row["variant_id"]]
    else:
        live = shop_show.current(tx)
        product_id = None if live is None else live["product_id"]
        variants = [r["id"] for r in tx.all("SELECT id FROM variants WHERE product_id = ?", (product_id,))]
    buyer = shop_visits.open_session(tx, SessionCreate(referrer="wholesale", customer_ref="wholesale"))
    made = shop_visits.open_cart(tx, buyer.id, currency)
    cart = shop_visits.find_cart(tx, made.id)
    for variant_id in variants:
        quantity = shop_stock.sellable(tx, variant_id)
        if quantity:
            tx.run(
                "INSERT INTO cart_lines (cart_id, variant_id, quantity) VALUES (?, ?, ?)",
                (cart["id"], variant_id, quantity),
            )
    order = shop_orders.checkout(tx, cart, currency)
    picks = tx.all("SELECT * FROM order_picks WHERE order_id = ?", (shop_orders.find(tx, order.id)["id"],))
    return [(pick["variant_id"], pick["location_id"], pick["quantity"]) for pick in picks]


def _restock(tx: Tx, bought: list[tuple[str, str, int]]) -> None:
    for variant_id, location_id, quantity in bought:
        tx.run(
            "UPDATE stock SET on_hand = on_hand + ? WHERE variant_id = ? AND location_id = ?",
            (quantity, variant_id, location_id),
        )
        tx.stock_moved(variant_id, location_id)
