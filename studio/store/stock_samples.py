"""How the sellable stock went over time."""

import sqlite3
from collections.abc import Collection

from studio.store import catalogue, codec


def stock_samples(
    conn: sqlite3.Connection, show_id: str, product_ids: Collection[str]
) -> list[tuple[int, str, int]]:
    """(UTC ms, variant id, sellable over all locations) of the products' variants, in order of time: the last value
    before the show was planned, and every change since. Raises `sqlite3.Error`, `StoreDamaged`.
    """
    since = codec.one(conn, "SELECT planned_at_ms FROM show WHERE id = ?", (show_id,)) or 0
    samples: list[tuple[int, str, int]] = []
    shop = catalogue.shop_of_show(conn, show_id)
    for variant_id in catalogue.variants(conn, show_id, product_ids):
        samples += _of_variant(conn, shop, variant_id, since)
    return sorted(samples, key=lambda sample: sample[0])


def _of_variant(
    conn: sqlite3.Connection, shop: str, variant_id: str, since: int
) -> list[tuple[int, str, int]]:
    """One value a moment; a revision that came late but is older than what stood then counts at its own time."""
    sql = (
        "SELECT at_ms, location, sellable FROM stock_history WHERE shop = ? AND variant_id = ? "
        "ORDER BY at_ms, location, revision"
    )
    by_location: dict[str, int] = {}
    values: dict[int, int] = {}
    for at_ms, location, sellable in conn.execute(sql, (shop, variant_id)):
        by_location[location] = sellable
        values[at_ms] = sum(by_location.values())
    before = [(at_ms, total) for at_ms, total in values.items() if at_ms < since]
    kept = before[-1:] + [(at_ms, total) for at_ms, total in values.items() if at_ms >= since]
    samples: list[tuple[int, str, int]] = []
    for at_ms, total in kept:
        if not samples or samples[-1][2] != total:
            samples.append((at_ms, variant_id, total))
    return samples
