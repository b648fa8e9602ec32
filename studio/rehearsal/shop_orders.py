"""Orders of the demo shop: from a cart to money, and back by cancellations and returns."""

from collections.abc import Collection
from dataclasses import dataclass

from studio.rehearsal import shop_ids, shop_promos, shop_stock
from studio.rehearsal.contract import Money, Order, OrderLine
from studio.rehearsal.problems import invalid, not_found, refuse
from studio.rehearsal.shop_store import Row, Tx
from studio.rehearsal.storefront_contract import ReturnRequest

SHIPPING_MINOR = {"letter": 250, "parcel": 490, "chilled": 790, "bulky": 1200}
"""By the product's way of delivery; an order pays the dearest of its lines, once."""
FREE_SHIPPING_FROM_MINOR = 6000
"""Goods of that much after discounts are sent for nothing, when all go by letter or parcel."""


@dataclass(frozen=True)
class _Line:
    variant_id: str
    product_id: str
    quantity: int
    unit_price: int
    tax_bp: int
    delivery: str

    @property
    def total(self) -> int:
        return self.unit_price * self.quantity


def refuse_when_stopped(tx: Tx) -> None:
    """Refuses with orders-stopped once the shop takes no orders any more."""
    if tx.value("SELECT value FROM meta WHERE key = 'orders_stopped'") == "1":
        raise refuse("orders-stopped", "The shop takes no orders, cancellations or returns any more.")


def order(tx: Tx, row: Row, currency: str) -> Order:
    """A row of the table `orders` with its lines."""
    lines = [
        OrderLine(
            variant_id=line["variant_id"], product_id=line["product_id"], quantity=line["quantity"],
            unit_price=Money(line["unit_price"], currency), total=Money(line["unit_price"] * line["quantity"], currency),
            discount=Money(line["discount"], currency), returned_quantity=line["returned_quantity"],
        )
        for line in tx.all("SELECT * FROM order_lines WHERE order_id = ? ORDER BY position", (row["id"],))
    ]  # fmt: skip
    return Order(
        id=shop_ids.written(shop_ids.ORDER, row["id"]), number=str(100_000 + row["id"]), revision=row["revision"],
        placed_at_ms=row["placed_at_ms"], updated_at_ms=row["updated_at_ms"], status=row["status"], lines=lines,
        subtotal=Money(row["subtotal"], currency), discount=Money(row["discount"], currency),
        shipping=Money(row["shipping"], currency), tax=Money(row["tax"], currency), total=Money(row["total"], currency),
        refunded=Money(row["refunded"], currency), promo_codes=[] if row["code"] is None else [row["code"]],
        link_id=shop_ids.optional(shop_ids.LINK, row["link_id"]), link_show_id=row["link_show_id"],
        link_touched_at_ms=row["link_touched_at_ms"], session_id=shop_ids.optional(shop_ids.SESSION, row["session_id"]),
        show_id=row["code_show_id"] or row["link_show_id"], customer_ref=row["customer_ref"],
        paid_at_ms=row["paid_at_ms"], cancelled_at_ms=row["cancelled_at_ms"], returned_at_ms=row["returned_at_ms"],
    )  # fmt: skip


def find(tx: Tx, order_id: str) -> Row:
    """The order's row; refuses with not-found."""
    row = tx.one("SELECT * FROM orders WHERE id = ?", (shop_ids.number(shop_ids.ORDER, order_id),))
    if row is None:
        raise not_found("order", order_id)
    return row


def _told(tx: Tx, order_id: int, currency: str) -> Order:
    row = tx.one("SELECT * FROM orders WHERE id = ?", (order_id,))
    assert row is not None  # noqa: S101 - written a moment ago in this transaction
    made = order(tx, row, currency)
    tx.tell("order", made.id, made.revision, made)
    return made


def checkout(tx: Tx, cart: Row, currency: str) -> Order:
    """Turn a cart into a paid order. Refuses with orders-stopped, cart-closed, cart-empty, product-inactive, sold-out, code-refused."""
    refuse_when_stopped(tx)
    if cart["order_id"] is not None:
        raise refuse(
            "cart-closed", f"The cart already became {shop_ids.written(shop_ids.ORDER, cart['order_id'])}."
        )
    lines = _lines(tx, cart["id"])
    held = shop_stock.held(tx, cart["id"])
    for line in lines:
        missing = line.quantity - held.get(line.variant_id, (0, 0))[0]
        if missing > 0:
            shop_stock.reserve(tx, cart["id"], line.variant_id, missing)
    session = tx.one("SELECT * FROM sessions WHERE id = ?", (cart["session_id"],))
    assert session is not None  # noqa: S101 - a cart refers to its session by a foreign key
    code: Row | None = None
    if cart["code"] is not None:
        code, reason = shop_promos.look_up(
            tx, cart["code"], session["customer_ref"], [line.product_id for line in lines]
        )
        if reason is not None:
            raise shop_promos.code_refused(reason)
    order_id = _write(tx, cart["id"], session, lines, code)
    shop_stock.take(tx, cart["id"], order_id)
    tx.run("UPDATE carts SET order_id = ? WHERE id = ?", (order_id, cart["id"]))
    made = _told(tx, order_id, currency)
    if code is not None:
        shop_promos.count(tx, code["code"], +1, currency)
    return made


def _lines(tx: Tx, cart_id: int) -> list[_Line]:
    rows = tx.all(
        "SELECT l.variant_id, v.product_id, l.quantity, v.price, v.tax_bp, v.active AND p.active AS active, p.delivery "
        "FROM cart_lines l JOIN variants v ON v.id = l.variant_id JOIN products p ON p.id = v.product_id "
        "WHERE l.cart_id = ? ORDER BY l.variant_id",
        (cart_id,),
    )
    if not rows:
        raise refuse("cart-empty", "Put something into the cart first.")
    for row in rows:
        if not row["active"]:
            raise refuse("product-inactive", f"{row['variant_id']} is not sold any more.")
    return [
        _Line(r["variant_id"], r["product_id"], r["quantity"], r["price"], r["tax_bp"], r["delivery"])
        for r in rows
    ]


def _write(tx: Tx, cart_id: int, session: Row, lines: list[_Line], code: Row | None) -> int:
    free_shipping = code is not None and code["kind"] == "free_shipping"
    offs = [0] * len(lines)
    if code is not None and not free_shipping:
        offs = shop_promos.discounts(code, [(line.product_id, line.total) for line in lines])
    subtotal, discount = sum(line.total for line in lines), sum(offs)
    goods = subtotal - discount
    shipping = 0 if free_shipping else shipping_minor(goods, [line.delivery for line in lines])
    tax = sum(contained_tax(line.total - off, line.tax_bp) for line, off in zip(lines, offs, strict=True))
    tax += contained_tax(shipping, max(line.tax_bp for line in lines))
    order_id = tx.run(
        "INSERT INTO orders (revision, placed_at_ms, updated_at_ms, status, subtotal, discount, shipping, tax, total, code, "
        "code_show_id, link_id, link_show_id, link_touched_at_ms, session_id, customer_ref, cart_id, paid_at_ms) "
        "VALUES (1, ?, ?, 'paid', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            tx.now_ms, tx.now_ms, subtotal, discount, shipping, tax, goods + shipping,
            None if code is None else code["code"], None if code is None else code["show_id"],
            session["link_id"], session["show_id"], session["touched_at_ms"], session["id"], session["customer_ref"],
            cart_id, tx.now_ms,
        ),
    )  # fmt: skip
    for position, (line, off) in enumerate(zip(lines, offs, strict=True)):
        tx.run(
            "INSERT INTO order_lines (order_id, position, variant_id, product_id, quantity, unit_price, discount, tax_bp) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                order_id, position, line.variant_id, line.product_id, line.quantity, line.unit_price, off, line.tax_bp,
            ),
        )  # fmt: skip
    return order_id


def shipping_minor(goods: int, deliveries: Collection[str]) -> int:
    """What sending goods of that worth costs, given each line's way of delivery."""
    if goods >= FREE_SHIPPING_FROM_MINOR and all(way in ("letter", "parcel") for way in deliveries):
        return 0
    return max(SHIPPING_MINOR.get(way, SHIPPING_MINOR["parcel"]) for way in deliveries)


def contained_tax(gross: int, tax_bp: int) -> int:
    """Tax within a gross amount, rounded half up: gross x r / (1 + r)."""
    whole = 10_000 + tax_bp
    return (2 * gross * tax_bp + whole) // (2 * whole)


def cancel(tx: Tx, order_id: str, currency: str) -> Order:
    """Call an order off: money, goods and redemption go back. Refuses with not-found, order-state, orders-stopped."""
    row = find(tx, order_id)
    refuse_when_stopped(tx)
    if row["status"] not in ("paid", "placed"):
        raise refuse(
            "order-state", f"An order that is {row['status'].replace('_', ' ')} cannot be cancelled."
        )
    tx.run(
        "UPDATE orders SET status = 'cancelled', cancelled_at_ms = ?, updated_at_ms = ?, revision = revision + 1, "
        "refunded = CASE WHEN paid_at_ms IS NULL THEN 0 ELSE total END WHERE id = ?",
        (tx.now_ms, tx.now_ms, row["id"]),
    )
    for line in tx.all("SELECT variant_id, quantity FROM order_lines WHERE order_id = ?", (row["id"],)):
        shop_stock.put_back(tx, row["id"], line["variant_id"], line["quantity"])
    made = _told(tx, row["id"], currency)
    if row["code"] is not None:
        shop_promos.count(tx, row["code"], -1, currency)
    return made


def give_back(tx: Tx, order_id: str, wanted: ReturnRequest, currency: str) -> Order:
    """Units come back and are refunded. Refuses with not-found, order-state, invalid, orders-stopped."""
    row = find(tx, order_id)
    refuse_when_stopped(tx)
    if row["status"] not in ("paid", "partly_returned"):
        raise refuse("order-state", f"Nothing can be returned of an order that is {row['status']}.")
    coming: dict[str, int] = {}
    for line in wanted.lines:
        coming[line.variant_id] = coming.get(line.variant_id, 0) + line.quantity
    have = {r["variant_id"]: r for r in tx.all("SELECT * FROM order_lines WHERE order_id = ?", (row["id"],))}
    for variant_id, quantity in coming.items():
        line = have.get(variant_id)
        if line is None:
            raise invalid(("lines", f"The order has no {variant_id[:120]!r}."))
        if line["returned_quantity"] + quantity > line["quantity"]:
            raise refuse(
                "order-state",
                f"Of {variant_id} only {line['quantity'] - line['returned_quantity']} can come back.",
            )
        tx.run(
            "UPDATE order_lines SET returned_quantity = returned_quantity + ? WHERE order_id = ? AND position = ?",
            (quantity, row["id"], line["position"]),
        )
        shop_stock.put_back(tx, row["id"], variant_id, quantity)
    lines = tx.all("SELECT * FROM order_lines WHERE order_id = ?", (row["id"],))
    whole = all(line["returned_quantity"] == line["quantity"] for line in lines)
    refunded = sum(
        (line["unit_price"] * line["quantity"] - line["discount"])
        * line["returned_quantity"]
        // line["quantity"]
        for line in lines
    )
    tx.run(
        "UPDATE orders SET status = ?, refunded = ?, returned_at_ms = ?, updated_at_ms = ?, revision = revision + 1 WHERE id = ?",
        (
            "returned" if whole else "partly_returned",
            refunded + (row["shipping"] if whole else 0),
            tx.now_ms,
            tx.now_ms,
            row["id"],
        ),
    )
    return _told(tx, row["id"], currency)
