"""What says whether the figures of a show are still those that they were."""

import sqlite3

from studio.store import catalogue

_FED = """
SELECT
    (SELECT count(*) FROM show_order WHERE show_id = ?1 AND shop = ?2),
    -- Of the whole shop: an order of the replay may have been told to another show.
    (SELECT count(*) FROM shop_order WHERE shop = ?2),
    (SELECT coalesce(sum(revision), 0) FROM shop_order WHERE shop = ?2),
    (SELECT coalesce(max(num), 0) FROM viewer_sample WHERE show_id = ?1),
    (SELECT coalesce(sum(asked), 0) FROM question WHERE show_id = ?1),
    (SELECT count(*) FROM question WHERE show_id = ?1 AND json_extract(body, '$.withdrawn')),
    (SELECT coalesce(max(revision), 0) FROM traffic WHERE show_id = ?1),
    (SELECT coalesce(max(chat_rows), 0) FROM show WHERE id = ?1)
"""


def fed(conn: sqlite3.Connection, show_id: str) -> tuple[int, ...]:
    """Numbers that change whenever anything comes in that the figures of a show are made of. Raises `sqlite3.Error`."""
    return tuple(conn.execute(_FED, (show_id, catalogue.shop_of_show(conn, show_id))).fetchone())
