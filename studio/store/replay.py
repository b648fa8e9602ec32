"""What was salvaged from a damaged database, put into a restored one by the same rules by which it came in."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec
from sqlite_utils import Database as Sqlite

from studio.control.ports.shop import PromoUsage, TrackedLink
from studio.control.ports.store import HiddenChat
from studio.domain.audience import ViewerSample
from studio.domain.effects import effects_of
from studio.domain.events import Logged
from studio.domain.product import Product, StockLevel
from studio.domain.show import ShowState, apply, fold
from studio.store import (
    catalogue,
    catalogue_cards,
    catalogue_rows,
    chat,
    codec,
    kept_shop,
    merge,
    outbox,
    projection,
    show_log,
)
from studio.store.errors import StoreDamaged
from studio.store.salvage import Found

T = TypeVar("T")
_CHUNK = 1000


class ReplayedShow(msgspec.Struct, frozen=True):
    """What of one show's log could be replayed: `replayed` events behind the backup's; `known_seq` is the highest that
    is known to have been written, `last_seq` the highest there is now, `last_at_ms` its time (shop's UTC ms).
    """

    title: str
    replayed: int
    last_seq: int
    known_seq: int
    last_at_ms: int


class Replayed(msgspec.Struct, frozen=True):
    """What was put back, and what is known to be missing. `counts` is by the nouns of `NOUNS`; `in_outbox` effects wait
    to be sent.
    """

    shows: tuple[ReplayedShow, ...]
    counts: dict[str, int]
    lost_messages: int
    in_outbox: int


NOUNS = {
    "messages": ("chat message", "chat messages"),
    "orders": ("order or order's change", "orders or orders' changes"),
    "stock": ("stock level", "stock levels"),
    "products": ("product", "products"),
    "samples": ("viewer figure", "viewer figures"),
}


def _nothing(_name: str) -> None:
    """No kill points: a recovery that is broken off begins anew."""


def replay(db: Sqlite, found: Found) -> Replayed:
    """Put what was found into the restored database, which already holds a backup or nothing. Raises `sqlite3.Error`.

    Events only as far as they follow the backup's without a hole: what stands behind a hole cannot be folded.
    """
    db.conn.execute("UPDATE outbox SET attempts = 0")  # the log alone says what was withdrawn
    shows = tuple(_logs(db, found))
    for show in db.conn.execute("SELECT id FROM show WHERE last_seq > 0").fetchall():
        _outbox(db, found, show[0])
    cursors = {row["source"]: row["cursor"] for row in found.rows("feed_cursor") if row["show_id"] == ""}
    current = catalogue.found_beside(db, cursors)
    kept = kept_shop.kept_shop(db.conn)
    shops = _Shops(db)
    counts = {
        "products": _products(db, found, kept) if current else 0,
        "stock": _stock(db, found, shops, current),
        "orders": _orders(db, found, shops),
        "samples": _count(found.rows("viewer_sample"), lambda r: merge.store_sample(
            db, r["show_id"], ViewerSample(r["channel"], r["at_ms"], r["viewers"]))),
    }  # fmt: skip
    if current:
        kept_shop.read_again(db, cursors)
    for row in found.rows("forgotten_product"):
        for _ in _decoded([row], lambda r: codec.ids_of(r["variants"])):
            catalogue.remember_variants(db, row["shop"], row["id"], row["revision"], row["variants"])
    for row in found.rows("link"):
        outbox.save_link(
            db, TrackedLink(row["id"], row["url"], row["show_id"], row["product_id"], row["channel"])
        )
    for row in found.rows("promo_usage"):
        usage = PromoUsage(row["code"], row["redemptions"], row["revision"], row["usage_limit"])
        merge.store_usage(db, row["show_id"], usage)
    for row in found.rows("traffic"):
        for traffic in _decoded([row], lambda r: codec.traffic_of(r["body"])):
            merge.store_traffic(db, row["show_id"], traffic)
    for question in _decoded(found.rows("question"), lambda r: codec.question_of(r["body"])):
        merge.store_question(db, question.show_id, question)
    counts["messages"], lost = _chat(db, found)
    return Replayed(shows, counts, lost, int(codec.one(db.conn, "SELECT count(*) FROM outbox")))


class _Shops:
    """Whose the rows are that were written before there was a shop in them, as the migration has it."""

    def __init__(self, db: Sqlite) -> None:
        self._of_show = show_log.shop_ids(db.conn)
        kept = catalogue.kept_shop(db.conn)
        self.known = {*filter(None, self._of_show.values()), *([kept] if kept else [])} or {""}

    def of_show(self, show_id: str) -> set[str]:
        """The shop of a show; all that are known where its log names none."""
        shop = self._of_show.get(show_id)
        return {shop} if shop else self.known


def _decoded(rows: Iterable[dict[str, Any]], decode: Callable[[dict[str, Any]], T]) -> Iterator[T]:
    for row in rows:
        try:
            yield decode(row)
        except StoreDamaged:
            continue  # a row of which the page was overwritten in the middle


def _count(values: Iterable[T], store: Callable[[T], object]) -> int:
    return sum(1 for value in values if store(value))


def _logs(db: Sqlite, found: Found) -> Iterator[ReplayedShow]:
    by_show: dict[str, dict[int, Logged]] = defaultdict(dict)
    for logged in _decoded(
        found.rows("event"), lambda r: codec.logged_of([r[c] for c in codec.EVENT.split(", ")])
    ):
        by_show[logged.show_id][logged.seq] = logged
    known: dict[str, int] = defaultdict(int)
    for row in found.rows("show"):
        known[row["id"]] = max(known[row["id"]], row["last_seq"])
    for show_id in sorted({*by_show, *(i for i, last in known.items() if last)}):
        events = by_show[show_id]
        stored = show_log.read(db.conn, show_id)
        state = fold(show_id, stored)
        replayed = 0
        while (logged := events.get(state.seq + 1)) is not None:
            try:
                state = _append(db, state, logged)
            except (ValueError, KeyError):  # it does not fold: what follows cannot either
                break
            replayed += 1
        last = show_log.read(db.conn, show_id, state.seq - 1)
        yield ReplayedShow(
            title=state.title or show_id,
            replayed=replayed,
            last_seq=state.seq,
            known_seq=max([known[show_id], state.seq, *events]),
            last_at_ms=last[-1].at_ms if last else 0,
        )


def _append(db: Sqlite, state: ShowState, logged: Logged) -> ShowState:
    after = apply(state, logged)
    with db.atomic():
        show_log.append(db, state.id, state.seq, [logged], effects_of(logged, state, after), _nothing)
    return after


def _outbox(db: Sqlite, found: Found, show_id: str) -> None:
    """The outbox as the log has it. All of it counts as attempted: it may have been, after the backup was made, and
    whether a row that was found is the newest state of it cannot be known.
    """
    projection.mend(db, show_id, show_log.read(db.conn, show_id))
    db.conn.execute(
        "UPDATE outbox SET attempts = 1, next_wall_ms = 0 WHERE show_id = ? AND attempts = 0", (show_id,)
    )
    for row in found.rows("outbox"):
        db.conn.execute(
            "UPDATE outbox SET attempts = max(attempts, ?), last_error = ? WHERE effect_id = ?",
            (row["attempts"], row["last_error"], row["effect_id"]),
        )


def _products(db: Sqlite, found: Found, shop: str) -> int:
    decoded = _decoded(
        found.rows("product"),
        lambda r: (codec.product_of(r["body"]), r.get("first_seen_ms")),  # older versions do not know
    )
    products: list[Product] = []
    seen: dict[str, int | None] = {}
    for product, first_seen_ms in decoded:
        products.append(product)
        seen.setdefault(product.id, first_seen_ms)
    return len(catalogue_rows.store_products(db, products, shop, 0, seen))


def _stock(db: Sqlite, found: Found, shops: _Shops, current: bool) -> int:
    """`current`: the levels that were found are of the shop whose are kept."""
    merge.keep_history(
        db,
        [
            (shop, row["variant_id"], row["location"], row["revision"], row["at_ms"], row["sellable"])
            for row in found.rows("stock_history")
            for shop in ([row["shop"]] if "shop" in row else shops.known)
        ],
    )
    names = codec.STOCK.split(", ")
    levels = [StockLevel(*(row[name] for name in names)) for row in found.rows("stock_level") if current]
    kept = catalogue.kept_shop(db.conn)
    stored = merge.store_stock(db, kept, levels) if kept else merge.keep_levels(db, levels)
    newest = max((level.updated_at_ms for level in stored), default=0)
    catalogue_cards.restock(db, {level.variant_id for level in stored}, newest)
    return len(stored)


def _orders(db: Sqlite, found: Found, shops: _Shops) -> int:
    told = [
        (shop, row["show_id"], row["order_id"])
        for row in found.rows("show_order")
        for shop in ([row["shop"]] if "shop" in row else shops.of_show(row["show_id"]))
    ]
    sold_by: dict[str, set[str]] = defaultdict(set)
    for shop, order_id in db.conn.execute("SELECT shop, order_id FROM show_order").fetchall():
        sold_by[order_id].add(shop)
    for shop, _, order_id in told:
        sold_by[order_id].add(shop)
    stored = 0
    for row in found.rows("shop_order"):
        of = [row["shop"]] if "shop" in row else sold_by.get(row["id"]) or shops.known
        for order in _decoded([row], lambda r: codec.order_of(r["body"])):
            kept = [merge.keep_order(db, shop, order) for shop in of]
            stored += any(kept)
    db.conn.executemany(
        "INSERT OR IGNORE INTO show_order (shop, show_id, order_id) "
        "SELECT shop, ?2, id FROM shop_order WHERE shop = ?1 AND id = ?3",
        told,
    )
    return stored


def _chat(db: Sqlite, found: Found) -> tuple[int, int]:
    """How many messages were put back, and how many are known to be missing between and before them."""
    ids: dict[int, str] = dict(db.conn.execute("SELECT num, id FROM show").fetchall())
    ids |= {row["num"]: row["id"] for row in found.rows("show")}
    shows = {num: show_log.show_num(db, show_id) for num, show_id in ids.items()}
    numbers = found.numbers("chat_message")
    highest = max([0, *numbers, *(row["chat_last"] for row in found.rows("show"))])
    before = int(codec.one(db.conn, "SELECT coalesce(max(num), 0) FROM chat_message"))
    lost = max(0, highest - before) - len({n for n in numbers if n > before})
    stored, waiting = 0, list[dict[str, Any]]()
    for row in found.rows("chat_message"):
        if waiting and (len(waiting) == _CHUNK or row["show"] != waiting[0]["show"] or row["gap"]):
            stored += _messages(db, shows, waiting)
            waiting = []
        if row["gap"]:
            if row["show"] in shows:
                _gap(db, shows[row["show"]], row)
        else:
            waiting.append(row)
    if waiting:
        stored += _messages(db, shows, waiting)
    for row in found.rows("chat_hidden"):
        if row["show"] in shows:
            chat.hide(db, shows[row["show"]], [HiddenChat(row["channel"], row["id"])])
    for row in found.rows("chat_hidden_author"):
        if row["show"] in shows:
            mark = HiddenChat(row["channel"], "", row["author_id"], row["until_ms"])
            chat.hide(db, shows[row["show"]], [mark])
    return stored, lost


def _gap(db: Sqlite, show: int, row: dict[str, Any]) -> None:
    if row["gap"] == chat.UNKNOWN:
        since_ms = int(row["id"].removeprefix("lost:").partition("-")[0])
        chat.store_lost(db, show, row["channel"], (since_ms, row["at_ms"]))
    else:
        chat.store_gap(db, show, row["channel"], (row["seq"] - row["gap"], row["seq"]), row["at_ms"])


def _messages(db: Sqlite, shows: dict[int, int], rows: list[dict[str, Any]]) -> int:
    show = shows.get(rows[0]["show"])
    if show is None:  # nobody knows any more which show they were of
        return 0
    names = codec.CHAT.split(", ")
    # Older versions kept no origin.
    messages = [codec.message_of([row.get(name, "") for name in names]) for row in rows]
    return len(chat.store_messages(db, show, messages)[0])
