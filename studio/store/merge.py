"""How what comes in is merged with what is stored: in any order and any number of times, the result is the same."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlite_utils import Database as Sqlite

from studio.control.ports.shop import PromoUsage, Traffic
from studio.control.ports.store import FeedBatch, StoredBatch
from studio.domain.audience import ViewerSample
from studio.domain.order import REPLAY_MS, Order, last_touched
from studio.domain.product import StockLevel
from studio.domain.question import Question
from studio.store import catalogue, catalogue_cards, catalogue_past, catalogue_rows, chat, codec, show_log
from studio.store.catalogue_cards import Prepared
from studio.store.many import insert_many
from studio.store.show_log import shop_codes, show_num

T = TypeVar("T")
_INT64_MAX = 2**63 - 1
# Below SQLite's limit on parameters of one statement, also of old ones.
_AT_A_TIME = 500


def store_batch(
    db: Sqlite,
    show_id: str,
    batch: FeedBatch,
    reached: Callable[[str], None],
    now_ms: int,
    replay_ms: int = REPLAY_MS,
    ready: Mapping[str, Prepared] | None = None,
) -> StoredBatch:
    """Store a batch that came at `now_ms` (UTC ms of this computer) with its cursor within a transaction; what of it was
    new. Orders count for a show until `replay_ms` after its end; `ready` is what is prepared of its products, by their ids.
    Raises `sqlite3.Error`.
    """
    try:
        with db.atomic():
            return _store(db, show_id, batch, reached, now_ms, replay_ms, ready)
    except (OverflowError, UnicodeEncodeError):
        # One odd value must not hold up its source for good: the batch would come again and again.
        storable = msgspec.convert(_storable(msgspec.to_builtins(batch)), FeedBatch)
        return _store(db, show_id, storable, reached, now_ms, replay_ms, None)


def _storable(value: Any) -> Any:
    """A value as near as SQLite can hold it: no numbers beyond 64 bits, no halves of surrogate pairs."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-_INT64_MAX, min(_INT64_MAX, value))
    if isinstance(value, dict):
        pairs: dict[Any, Any] = value
        return {_storable(key): _storable(item) for key, item in pairs.items()}
    if isinstance(value, list | tuple):
        items: Sequence[Any] = value
        return [_storable(item) for item in items]
    return value


def _store(
    db: Sqlite,
    show_id: str,
    batch: FeedBatch,
    reached: Callable[[str], None],
    now_ms: int,
    replay_ms: int,
    ready: Mapping[str, Prepared] | None,
) -> StoredBatch:
    reached("feeds.before-store")
    show = show_num(db, show_id)
    gap = None
    channel = batch.messages[0].channel if batch.messages else batch.source
    if batch.gap is not None:
        at_ms = batch.messages[0].at_ms if batch.messages else chat.last_at_ms(db.conn, show)
        gap = chat.store_gap(db, show, channel, batch.gap, at_ms)
    elif batch.lost is not None:
        gap = chat.store_lost(db, show, channel, batch.lost)
    messages, first_rowid = chat.store_messages(db, show, batch.messages)
    chat.hide(db, show, batch.hidden)
    shop = _shop(db, show_id) if batch.products or batch.stock or batch.orders else ""
    stored = StoredBatch(
        products=catalogue_rows.store_products(db, batch.products, shop, now_ms, ready=ready)
        if batch.products
        else (),
        stock=store_stock(db, shop, batch.stock) if batch.stock else (),
        orders=_stored(
            _last_touched(db, show_id, batch.orders, replay_ms),
            lambda order: store_order(db, shop, show_id, order),
        ),
        usage=tuple(u for u in batch.usage if store_usage(db, show_id, u)),
        traffic=batch.traffic if batch.traffic and store_traffic(db, show_id, batch.traffic) else None,
        messages=tuple(messages),
        samples=tuple(s for s in batch.samples if store_sample(db, show_id, s)),
        questions=tuple(q for q in batch.questions if store_question(db, show_id, q)),
        first_rowid=first_rowid,
        gap=gap,
        hidden=batch.hidden,
    )
    catalogue_cards.restock(db, {level.variant_id for level in batch.stock}, now_ms)
    if batch.cursor is not None:
        db.conn.execute(
            "INSERT INTO feed_cursor (show_id, source, cursor) VALUES (?, ?, ?) "
            "ON CONFLICT (show_id, source) DO UPDATE SET cursor = excluded.cursor",
            (show_id, batch.source, batch.cursor),
        )
    reached("feeds.before-commit")
    return stored


def _shop(db: Sqlite, show_id: str) -> str:
    """Of which shop is what comes in. The show's log may still name the one that it is just being changed from."""
    return catalogue.kept_shop(db.conn) or show_log.shop_id(db.conn, show_id)


def _stored(given: tuple[T, ...], store: Callable[[T], T | None]) -> tuple[T, ...]:
    results = [store(value) for value in given]
    return tuple(value for value in results if value is not None)


def _last_touched(db: Sqlite, show_id: str, orders: tuple[Order, ...], replay_ms: int) -> tuple[Order, ...]:
    """The orders, each counted by what touched it last."""
    contested = [order.placed_at_ms for order in orders if order.link_show_id and order.promo_codes]
    if not contested:
        return orders
    codes = shop_codes(db.conn, show_id, min(contested), replay_ms)
    return tuple(last_touched(order, codes) for order in orders)


def store_stock(db: Sqlite, shop: str, levels: Sequence[StockLevel]) -> tuple[StockLevel, ...]:
    """Keep levels of a shop, each unless its revision or a higher one is kept; those that were, in their order. The
    history keeps every revision.
    """
    keep_history(
        db,
        [(shop, v.variant_id, v.location, v.revision, v.updated_at_ms, v.sellable) for v in levels],
    )
    return keep_levels(db, levels)


def keep_levels(db: Sqlite, levels: Sequence[StockLevel]) -> tuple[StockLevel, ...]:
    """`store_stock` without the history."""
    known: dict[tuple[str, str], int] = {}
    variant_ids = list(dict.fromkeys(level.variant_id for level in levels))
    for start in range(0, len(variant_ids), _AT_A_TIME):
        some = variant_ids[start : start + _AT_A_TIME]
        marks = ", ".join("?" * len(some))
        sql = f"SELECT variant_id, location, revision FROM stock_level WHERE variant_id IN ({marks})"  # noqa: S608
        known.update(((row[0], row[1]), row[2]) for row in db.conn.execute(sql, some))
    newer: list[StockLevel] = []
    for level in levels:
        place = (level.variant_id, level.location)
        before = known.get(place)
        if before is None or level.revision > before:
            known[place] = level.revision
            newer.append(level)
    insert_many(
        db.conn,
        f"INSERT INTO stock_level ({codec.STOCK})",
        [
            (v.variant_id, v.location, v.on_hand, v.reserved, v.safety_stock, v.revision, v.updated_at_ms)
            for v in newer
        ],
        "ON CONFLICT (variant_id, location) DO UPDATE SET on_hand = excluded.on_hand, "
        "reserved = excluded.reserved, safety_stock = excluded.safety_stock, revision = excluded.revision, "
        "updated_at_ms = excluded.updated_at_ms WHERE excluded.revision > stock_level.revision",
    )
    return tuple(newer)


def keep_history(db: Sqlite, rows: Sequence[tuple[str, str, str, int, int, int]]) -> None:
    """Keep what of variants could be sold at a moment, once for each revision: (shop, variant, location, revision, UTC ms,
    sellable) each.
    """
    into = "INSERT OR IGNORE INTO stock_history (shop, variant_id, location, revision, at_ms, sellable)"
    insert_many(db.conn, into, rows)


def keep_order(db: Sqlite, shop: str, order: Order) -> bool:
    """Keep an order of a shop unless its revision or a higher one is kept; whether it was."""
    sql = "SELECT revision, body FROM shop_order WHERE shop = ? AND id = ?"
    before = db.conn.execute(sql, (shop, order.id)).fetchone()
    if before is not None and before[0] >= order.revision:
        return False
    db.conn.execute(
        "INSERT INTO shop_order (shop, id, revision, placed_at_ms, body) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (shop, id) DO UPDATE SET revision = excluded.revision, placed_at_ms = excluded.placed_at_ms, "
        "body = excluded.body",
        (shop, order.id, order.revision, order.placed_at_ms, codec.body_of(order)),
    )
    catalogue_past.order_changed(db, shop, None if before is None else before[1], order)
    return True


def store_order(db: Sqlite, shop: str, show_id: str, order: Order) -> Order | None:
    """Keep an order unless its revision or a higher one is kept, and that the show was told of it.

    Returns the order as it is kept now when that is news to the show, else None.
    """
    kept = keep_order(db, shop, order)
    told = db.conn.execute(
        "INSERT OR IGNORE INTO show_order (shop, show_id, order_id) VALUES (?, ?, ?)",
        (shop, show_id, order.id),
    ).rowcount
    if kept:
        return order
    if told:
        sql = "SELECT body FROM shop_order WHERE shop = ? AND id = ?"
        return codec.order_of(codec.one(db.conn, sql, (shop, order.id)))
    return None


def store_usage(db: Sqlite, show_id: str, usage: PromoUsage) -> bool:
    """Keep a code's redemptions unless its revision or a higher one is kept. Revision 0 is of a shop that does not
    number them: then what came last counts.
    """
    return bool(
        db.conn.execute(
            "INSERT INTO promo_usage (show_id, code, redemptions, revision, usage_limit) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (show_id, code) DO UPDATE SET redemptions = excluded.redemptions, "
            "revision = excluded.revision, usage_limit = excluded.usage_limit "
            "WHERE excluded.revision > promo_usage.revision OR (excluded.revision = 0 AND promo_usage.revision = 0 "
            "AND (excluded.redemptions, excluded.usage_limit) IS NOT (promo_usage.redemptions, promo_usage.usage_limit))",
            (show_id, usage.code, usage.redemptions, usage.revision, usage.limit),
        ).rowcount
    )


def store_traffic(db: Sqlite, show_id: str, traffic: Traffic) -> bool:
    """Keep the visits of a show's links; revisions as in `store_usage`."""
    return bool(
        db.conn.execute(
            "INSERT INTO traffic (show_id, revision, body) VALUES (?, ?, ?) "
            "ON CONFLICT (show_id) DO UPDATE SET revision = excluded.revision, body = excluded.body "
            "WHERE excluded.revision > traffic.revision "
            "OR (excluded.revision = 0 AND traffic.revision = 0 AND excluded.body <> traffic.body)",
            (show_id, traffic.revision, codec.body_of(traffic)),
        ).rowcount
    )


def store_sample(db: Sqlite, show_id: str, sample: ViewerSample) -> bool:
    """Keep a sample, one for each channel and moment."""
    return bool(
        db.conn.execute(
            "INSERT OR IGNORE INTO viewer_sample (show_id, channel, at_ms, viewers) VALUES (?, ?, ?, ?)",
            (show_id, sample.channel, sample.at_ms, sample.viewers),
        ).rowcount
    )


def store_question(db: Sqlite, show_id: str, question: Question) -> bool:
    """Keep a question as it was asked most often, last and on most channels, and withdrawn if it ever was since."""
    body = codec.body_of(question)
    return bool(
        db.conn.execute(
            "INSERT INTO question (show_id, id, asked, last_at_ms, body) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (show_id, id) DO UPDATE SET asked = excluded.asked, last_at_ms = excluded.last_at_ms, "
            "body = excluded.body WHERE (excluded.asked, excluded.last_at_ms, "
            "coalesce(json_extract(excluded.body, '$.withdrawn'), 0), excluded.body) > (question.asked, "
            "question.last_at_ms, coalesce(json_extract(question.body, '$.withdrawn'), 0), question.body)",
            (show_id, question.id, question.asked, question.last_at_ms, body),
        ).rowcount
    )
