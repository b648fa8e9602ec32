"""The demo shop's books: the truth that a rehearsal's figures are held against.

Plain SQL over the shop's own tables. It shares no code with the studio, and none with what the shop tells the studio either: the
redemption counter, the feed and the `show_id` of orders are not looked at.
"""

from studio.rehearsal.contract import REPLAY_WINDOW_MS
from studio.rehearsal.shop_store import Tx
from studio.rehearsal.storefront_contract import Books

_FOREVER = 2**62

# An order is the show's by its last touch: a redeemed code, which is typed at checkout, before the session's tracked link.
_OF_SHOW = """
WITH of_show AS (
    SELECT o.id, o.status, o.total, o.refunded, o.paid_at_ms
    FROM orders o
    LEFT JOIN promos p ON p.code = o.code
    LEFT JOIN links l ON l.id = o.link_id
    WHERE coalesce(p.show_id, l.show_id) = :show AND o.placed_at_ms <= :last
)
SELECT
    count(*) FILTER (WHERE status != 'cancelled') AS orders,
    coalesce(sum(total) FILTER (WHERE paid_at_ms IS NOT NULL), 0) AS gross,
    coalesce(sum(total - refunded) FILTER (WHERE paid_at_ms IS NOT NULL), 0) AS net
FROM of_show
"""

_REDEMPTIONS = """
SELECT p.code, count(o.id) AS used
FROM promos p LEFT JOIN orders o ON o.code = p.code AND o.status != 'cancelled'
WHERE p.show_id = :show GROUP BY p.code ORDER BY p.code
"""

_DUPLICATES = """
SELECT
    (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM promos WHERE show_id = :show GROUP BY mark))
  + (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM featured WHERE show_id = :show
        GROUP BY decided_at_ms, product_id))
  + (SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM orders WHERE cart_id IS NOT NULL GROUP BY cart_id))
"""


def books(
    tx: Tx, show_id: str, currency: str, started_at_ms: int | None = None, ended_at_ms: int | None = None
) -> Books:
    """The figures of a show as of the feed's newest sequence. Times are UTC ms: the show's start and end, where known."""
    args = {
        "show": show_id,
        "start": started_at_ms or 0,
        "end": _FOREVER if ended_at_ms is None else ended_at_ms,
        "last": _FOREVER if ended_at_ms is None else ended_at_ms + REPLAY_WINDOW_MS,
    }
    tx.tell_stock()
    figures = tx.db.execute(_OF_SHOW, args).fetchone()
    total = tx.db.execute(
        "SELECT count(*) FROM orders WHERE status != 'cancelled' AND placed_at_ms >= :start AND placed_at_ms < :end",
        args,
    ).fetchone()[0]
    promos = tx.db.execute("SELECT count(*) FROM promos WHERE show_id = :show", args).fetchone()[0]
    pins = tx.db.execute(
        "SELECT count(*) FROM (SELECT DISTINCT decided_at_ms, product_id FROM featured "
        "WHERE show_id = :show AND product_id IS NOT NULL)",
        args,
    ).fetchone()[0]
    return Books(
        show_id=show_id, last_seq=tx.last_seq, now_ms=tx.now_ms, orders=figures["orders"], shop_total_orders=total,
        revenue_gross_minor=figures["gross"], revenue_net_minor=figures["net"], currency=currency,
        redemptions={row["code"]: row["used"] for row in tx.db.execute(_REDEMPTIONS, args)}, promos_accepted=promos,
        pins_accepted=pins, duplicates=tx.db.execute(_DUPLICATES, args).fetchone()[0],
    )  # fmt: skip
