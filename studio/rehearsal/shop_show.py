"""What a show leaves at the demo shop: featured products, tracked links, traffic."""

from studio.rehearsal import shop_ids
from studio.rehearsal.contract_show import (
    FeaturedAnswer,
    FeaturedPut,
    FeaturedRecord,
    LinkCreate,
    LinkTraffic,
    ProductTraffic,
    TrackedLink,
    Traffic,
)
from studio.rehearsal.problems import invalid, refuse
from studio.rehearsal.shop_store import Row, Tx


def record(row: Row) -> FeaturedRecord:
    """A row of the table `featured`."""
    return FeaturedRecord(
        id=shop_ids.written(shop_ids.FEATURED, row["id"]), revision=row["revision"], show_id=row["show_id"],
        product_id=row["product_id"], decided_at_ms=row["decided_at_ms"], received_at_ms=row["received_at_ms"],
        live_from_ms=row["live_from_ms"], live_until_ms=row["live_until_ms"],
    )  # fmt: skip


def current(tx: Tx) -> Row | None:
    """The live record: the last that took effect."""
    return tx.one("SELECT * FROM featured WHERE live_from_ms IS NOT NULL AND live_until_ms IS NULL")


def feature(tx: Tx, wanted: FeaturedPut) -> FeaturedAnswer:
    """Record decisions; the latest becomes live. Refuses with invalid (unknown product) or product-inactive."""
    decisions = [(pin.product_id, pin.decided_at_ms) for pin in wanted.superseded]
    decisions.append((wanted.product_id, wanted.decided_at_ms))
    for index, (product_id, _) in enumerate(decisions):
        if product_id is None:
            continue
        active = tx.value("SELECT active FROM products WHERE id = ?", (product_id,))
        last = index == len(decisions) - 1
        if active is None:
            field = "product_id" if last else f"superseded.{index}.product_id"
            raise invalid((field, f"The shop has no product {product_id!r}."))
        if last and not active:
            raise refuse("product-inactive", f"{product_id} is withdrawn: the shop does not feature it.")
    ids = [_record(tx, wanted.show_id, product_id, decided) for product_id, decided in decisions]
    _make_live(tx, ids[-1])
    rows = [tx.one("SELECT * FROM featured WHERE id = ?", (number,)) for number in dict.fromkeys(ids)]
    now = current(tx)
    return FeaturedAnswer(
        None if now is None else record(now), [record(row) for row in rows if row is not None]
    )


def _record(tx: Tx, show_id: str, product_id: str | None, decided_at_ms: int) -> int:
    known = tx.value(
        "SELECT id FROM featured WHERE show_id = ? AND decided_at_ms = ? AND coalesce(product_id, '') = ?",
        (show_id, decided_at_ms, product_id or ""),
    )
    if known is not None:
        return known
    number = tx.run(
        "INSERT INTO featured (show_id, product_id, decided_at_ms, received_at_ms) VALUES (?, ?, ?, ?)",
        (show_id, product_id, decided_at_ms, tx.now_ms),
    )
    _tell(tx, number)
    return number


def _make_live(tx: Tx, number: int) -> None:
    row, before = tx.one("SELECT * FROM featured WHERE id = ?", (number,)), current(tx)
    if row is None or row["live_from_ms"] is not None:
        return
    if before is not None:
        if before["decided_at_ms"] > row["decided_at_ms"]:
            return
        tx.run(
            "UPDATE featured SET live_until_ms = ?, revision = revision + 1 WHERE id = ?",
            (tx.now_ms, before["id"]),
        )
        _tell(tx, before["id"])
    tx.run("UPDATE featured SET live_from_ms = ?, revision = revision + 1 WHERE id = ?", (tx.now_ms, number))
    _tell(tx, number)


def _tell(tx: Tx, number: int) -> None:
    row = tx.one("SELECT * FROM featured WHERE id = ?", (number,))
    if row is not None:
        told = record(row)
        tx.tell("featured", told.id, told.revision, told)


def link(row: Row, base_url: str) -> TrackedLink:
    """A row of the table `links`."""
    link_id = shop_ids.written(shop_ids.LINK, row["id"])
    return TrackedLink(
        id=link_id, url=f"{base_url}/go/{link_id}", show_id=row["show_id"], product_id=row["product_id"],
        channel=row["channel"], created_at_ms=row["created_at_ms"],
    )  # fmt: skip


def make_link(tx: Tx, wanted: LinkCreate, base_url: str) -> tuple[bool, TrackedLink]:
    """The tracked link of a show, product and channel, and whether it is new. Refuses with invalid."""
    product_id = wanted.product_id
    if product_id is not None and tx.one("SELECT 1 FROM products WHERE id = ?", (product_id,)) is None:
        raise invalid(("product_id", f"The shop has no product {product_id!r}."))
    row = tx.one(
        "SELECT * FROM links WHERE show_id = ? AND coalesce(product_id, '') = ? AND channel = ?",
        (wanted.show_id, wanted.product_id or "", wanted.channel),
    )
    if row is not None:
        return False, link(row, base_url)
    row = tx.one(
        "INSERT INTO links (show_id, product_id, channel, created_at_ms) VALUES (?, ?, ?, ?) RETURNING *",
        (wanted.show_id, wanted.product_id, wanted.channel, tx.now_ms),
    )
    assert row is not None  # noqa: S101 - RETURNING of what was inserted
    return True, link(row, base_url)


def traffic(tx: Tx, show_id: str) -> Traffic:
    """What a show's links brought so far."""
    row = tx.one("SELECT * FROM traffic WHERE show_id = ?", (show_id,))
    if row is None:
        return Traffic(
            show_id=show_id,
            revision=0,
            sessions=0,
            avg_session_ms=0,
            add_to_carts=0,
            by_product=[],
            by_link=[],
        )
    products = tx.all("SELECT * FROM product_traffic WHERE show_id = ? ORDER BY product_id", (show_id,))
    links = tx.all(
        "SELECT * FROM links WHERE show_id = ? AND (sessions > 0 OR add_to_carts > 0) ORDER BY id", (show_id,)
    )
    return Traffic(
        show_id=show_id, revision=row["revision"], sessions=row["sessions"],
        avg_session_ms=row["duration_ms"] // row["sessions"] if row["sessions"] else 0, add_to_carts=row["add_to_carts"],
        by_product=[
            ProductTraffic(product_id=r["product_id"], sessions=r["sessions"], add_to_carts=r["add_to_carts"])
            for r in products
        ],
        by_link=[
            LinkTraffic(
                link_id=shop_ids.written(shop_ids.LINK, r["id"]), sessions=r["sessions"], add_to_carts=r["add_to_carts"]
            )
            for r in links
        ],
    )  # fmt: skip


def count_traffic(
    tx: Tx, show_id: str, *, sessions: int = 0, duration_ms: int = 0, add_to_carts: int = 0
) -> None:
    """Add to a show's traffic; the feed hears of it with the next `tell_traffic`."""
    tx.run(
        "INSERT INTO traffic (show_id, sessions, duration_ms, add_to_carts) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "sessions = sessions + excluded.sessions, duration_ms = duration_ms + excluded.duration_ms, "
        "add_to_carts = add_to_carts + excluded.add_to_carts, revision = revision + 1",
        (show_id, sessions, duration_ms, add_to_carts),
    )


def count_product(tx: Tx, show_id: str, product_id: str, *, sessions: int = 0, add_to_carts: int = 0) -> None:
    """Add to a product's part of a show's traffic."""
    tx.run(
        "INSERT INTO product_traffic (show_id, product_id, sessions, add_to_carts) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET sessions = sessions + excluded.sessions, add_to_carts = add_to_carts + excluded.add_to_carts",
        (show_id, product_id, sessions, add_to_carts),
    )


def tell_traffic(tx: Tx) -> None:
    """Append the traffic of every show that moved since it was told last."""
    for row in tx.all("SELECT show_id FROM traffic WHERE told_revision < revision"):
        told = traffic(tx, row["show_id"])
        tx.tell("traffic", told.show_id, told.revision, told)
        tx.run("UPDATE traffic SET told_revision = ? WHERE show_id = ?", (told.revision, told.show_id))
