"""Shoppers at the demo shop: sessions, carts, codes typed in."""

from studio.rehearsal import shop_ids, shop_orders, shop_promos, shop_show, shop_stock
from studio.rehearsal.contract import Money, Order
from studio.rehearsal.problems import invalid, not_found, refuse
from studio.rehearsal.shop_store import Row, Tx
from studio.rehearsal.storefront_contract import (
    Cart,
    CartLine,
    CodeAnswer,
    LineAdd,
    OrderExpress,
    Session,
    SessionBatch,
    SessionBatchAnswer,
    SessionCreate,
)

MAX_LINE = 1000


def session(row: Row) -> Session:
    """A row of the table `sessions`."""
    return Session(
        id=shop_ids.written(shop_ids.SESSION, row["id"]), link_id=shop_ids.optional(shop_ids.LINK, row["link_id"]),
        show_id=row["show_id"], customer_ref=row["customer_ref"], started_at_ms=row["started_at_ms"],
        last_seen_at_ms=row["last_seen_at_ms"], ended_at_ms=row["ended_at_ms"],
    )  # fmt: skip


def find_session(tx: Tx, session_id: str) -> Row:
    """The session's row; refuses with not-found."""
    row = _session(tx, session_id)
    if row is None:
        raise not_found("session", session_id)
    return row


def _session(tx: Tx, session_id: str) -> Row | None:
    return tx.one("SELECT * FROM sessions WHERE id = ?", (shop_ids.number(shop_ids.SESSION, session_id),))


def _link(tx: Tx, link_id: str) -> Row:
    row = tx.one("SELECT * FROM links WHERE id = ?", (shop_ids.number(shop_ids.LINK, link_id),))
    if row is None:
        raise invalid(("link_id", f"The shop has no tracked link {link_id!r}."))
    return row


def _count_landing(tx: Tx, link: Row) -> None:
    tx.run("UPDATE links SET sessions = sessions + 1 WHERE id = ?", (link["id"],))
    if link["product_id"] is not None:
        shop_show.count_product(tx, link["show_id"], link["product_id"], sessions=1)


def open_session(tx: Tx, wanted: SessionCreate) -> Session:
    """A shopper comes. Refuses with invalid for a link the shop does not know."""
    link = None if wanted.link_id is None else _link(tx, wanted.link_id)
    row = tx.one(
        "INSERT INTO sessions (link_id, show_id, touched_at_ms, referrer, customer_ref, started_at_ms, last_seen_at_ms) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING *",
        (
            None if link is None else link["id"], None if link is None else link["show_id"],
            None if link is None else tx.now_ms, wanted.referrer, wanted.customer_ref, tx.now_ms, tx.now_ms,
        ),
    )  # fmt: skip
    if link is not None:
        _count_landing(tx, link)
        shop_show.count_traffic(tx, link["show_id"], sessions=1)
    assert row is not None  # noqa: S101 - RETURNING of what was inserted
    return session(row)


def see(tx: Tx, row: Row, *, leaving: bool) -> Session:
    """The shopper is still here, or leaves; after leaving nothing changes any more."""
    if row["ended_at_ms"] is not None:
        return session(row)
    tx.run(
        "UPDATE sessions SET last_seen_at_ms = ?, ended_at_ms = ? WHERE id = ?",
        (tx.now_ms, tx.now_ms if leaving else None, row["id"]),
    )
    if row["show_id"] is not None:
        shop_show.count_traffic(tx, row["show_id"], duration_ms=tx.now_ms - row["last_seen_at_ms"])
    return session(find_session(tx, shop_ids.written(shop_ids.SESSION, row["id"])))


def touch(tx: Tx, session_id: str, link_id: str) -> Session:
    """A shopper who is here follows another tracked link. Refuses with not-found, invalid."""
    row, link = find_session(tx, session_id), _link(tx, link_id)
    see(tx, row, leaving=False)
    if row["link_id"] != link["id"]:
        _count_landing(tx, link)
    if row["show_id"] != link["show_id"]:
        shop_show.count_traffic(tx, link["show_id"], sessions=1)
    tx.run(
        "UPDATE sessions SET link_id = ?, show_id = ?, touched_at_ms = ? WHERE id = ?",
        (link["id"], link["show_id"], tx.now_ms, row["id"]),
    )
    return session(find_session(tx, session_id))


def batch(tx: Tx, wanted: SessionBatch) -> SessionBatchAnswer:
    """Many shoppers come, stay and leave; ids the shop does not know are named, not refused."""
    opened = [open_session(tx, one).id for one in wanted.opened]
    unknown: list[str] = []
    for ids, leaving in ((wanted.alive, False), (wanted.ended, True)):
        for session_id in ids:
            row = _session(tx, session_id)
            if row is None:
                unknown.append(session_id)
            else:
                see(tx, row, leaving=leaving)
    return SessionBatchAnswer(opened=opened, unknown=unknown)


def open_cart(tx: Tx, session_id: str, currency: str) -> Cart:
    """A new cart. Refuses with not-found."""
    row = find_session(tx, session_id)
    cart_id = tx.run("INSERT INTO carts (session_id) VALUES (?)", (row["id"],))
    return cart(tx, shop_ids.written(shop_ids.CART, cart_id), currency)


def find_cart(tx: Tx, cart_id: str) -> Row:
    """The cart's row; refuses with not-found."""
    row = tx.one("SELECT * FROM carts WHERE id = ?", (shop_ids.number(shop_ids.CART, cart_id),))
    if row is None:
        raise not_found("cart", cart_id)
    return row


def cart(tx: Tx, cart_id: str, currency: str) -> Cart:
    """A cart with its lines. Refuses with not-found."""
    row = find_cart(tx, cart_id)
    held = shop_stock.held(tx, row["id"])
    rows = tx.all(
        "SELECT l.variant_id, l.quantity, v.product_id, v.price FROM cart_lines l JOIN variants v ON v.id = l.variant_id "
        "WHERE l.cart_id = ? ORDER BY l.variant_id",
        (row["id"],),
    )
    lines: list[CartLine] = []
    for line in rows:
        quantity, until = held.get(line["variant_id"], (0, None))
        lines.append(
            CartLine(
                variant_id=line["variant_id"], product_id=line["product_id"], quantity=line["quantity"],
                unit_price=Money(line["price"], currency),
                reserved_until_ms=until if quantity >= line["quantity"] else None,
            )
        )  # fmt: skip
    return Cart(
        id=cart_id, session_id=shop_ids.written(shop_ids.SESSION, row["session_id"]), lines=lines, code=row["code"],
        order_id=shop_ids.optional(shop_ids.ORDER, row["order_id"]),
    )  # fmt: skip


def _open_cart_row(tx: Tx, cart_id: str) -> Row:
    row = find_cart(tx, cart_id)
    if row["order_id"] is not None:
        raise refuse(
            "cart-closed", f"The cart already became {shop_ids.written(shop_ids.ORDER, row['order_id'])}."
        )
    return row


def add_line(tx: Tx, cart_id: str, wanted: LineAdd, currency: str) -> Cart:
    """Put something into a cart and hold it. Refuses with not-found, cart-closed, product-inactive, sold-out, invalid."""
    row = _open_cart_row(tx, cart_id)
    variant = tx.one(
        "SELECT v.product_id, v.active AND p.active AS active FROM variants v JOIN products p ON p.id = v.product_id "
        "WHERE v.id = ?",
        (wanted.variant_id,),
    )
    if variant is None:
        raise invalid(("variant_id", f"The shop has no variant {wanted.variant_id!r}."))
    if not variant["active"]:
        raise refuse("product-inactive", f"{wanted.variant_id} is not sold any more.")
    quantity = tx.value(
        "INSERT INTO cart_lines (cart_id, variant_id, quantity) VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET quantity = quantity + excluded.quantity RETURNING quantity",
        (row["id"], wanted.variant_id, wanted.quantity),
    )
    if quantity > MAX_LINE:
        raise invalid(("quantity", f"A cart takes at most {MAX_LINE} of a kind."))
    shop_stock.reserve(tx, row["id"], wanted.variant_id, wanted.quantity)
    visit = tx.one("SELECT link_id, show_id FROM sessions WHERE id = ?", (row["session_id"],))
    if visit is not None and visit["show_id"] is not None:
        tx.run("UPDATE links SET add_to_carts = add_to_carts + 1 WHERE id = ?", (visit["link_id"],))
        shop_show.count_product(tx, visit["show_id"], variant["product_id"], add_to_carts=1)
        shop_show.count_traffic(tx, visit["show_id"], add_to_carts=1)
    return cart(tx, cart_id, currency)


def enter_code(tx: Tx, cart_id: str, code: str | None, currency: str) -> CodeAnswer:
    """Try a code; the last good one stays in the cart. Refuses with not-found, cart-closed."""
    row = _open_cart_row(tx, cart_id)
    if code is None:
        tx.run("UPDATE carts SET code = NULL WHERE id = ?", (row["id"],))
        detail = "No code any more."
        return CodeAnswer(accepted=True, reason=None, detail=detail, cart=cart(tx, cart_id, currency))
    found, reason = shop_promos.look_up(tx, code, _customer(tx, row), _products(tx, row["id"]))
    if found is not None:
        tx.run("UPDATE carts SET code = ? WHERE id = ?", (found["code"], row["id"]))
    detail = "The code is good." if reason is None else shop_promos.REFUSALS[reason]
    return CodeAnswer(accepted=reason is None, reason=reason, detail=detail, cart=cart(tx, cart_id, currency))


def _customer(tx: Tx, cart_row: Row) -> str | None:
    return tx.value("SELECT customer_ref FROM sessions WHERE id = ?", (cart_row["session_id"],))


def _products(tx: Tx, cart_id: int) -> list[str]:
    rows = tx.all(
        "SELECT v.product_id FROM cart_lines l JOIN variants v ON v.id = l.variant_id WHERE l.cart_id = ?",
        (cart_id,),
    )
    return [row["product_id"] for row in rows]


def express(tx: Tx, wanted: OrderExpress, currency: str) -> Order:
    """Cart, lines, code and checkout in one; all of it or nothing. Refuses like the single steps."""
    shop_orders.refuse_when_stopped(tx)
    made = open_cart(tx, wanted.session_id, currency)
    for line in wanted.lines:
        add_line(tx, made.id, line, currency)
    if wanted.code is not None:
        answer = enter_code(tx, made.id, wanted.code, currency)
        if answer.reason is not None and not wanted.drop_refused_code:
            raise shop_promos.code_refused(answer.reason)
    return shop_orders.checkout(tx, find_cart(tx, made.id), currency)
