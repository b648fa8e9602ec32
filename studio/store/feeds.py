"""What the world sent, in SQLite."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any, TypeVar

from studio.control.ports.shop import PromoUsage, Traffic
from studio.control.ports.store import FeedBatch, ReadyProducts, StoredBatch
from studio.domain.audience import ViewerSample
from studio.domain.order import REPLAY_MS, Order
from studio.domain.product import Product, StockLevel
from studio.domain.question import Question
from studio.store import catalogue, catalogue_rows, chat, codec, kept_shop, merge
from studio.store.catalogue import ImageCache
from studio.store.catalogue_cards import Prepared
from studio.store.database import Database

T = TypeVar("T")
_MANY = 100
_AT_ONCE = 50


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class SqlFeeds:
    """Implements the port `Feeds`. `now_ms` says the time of this computer (UTC ms). `replay_ms` is how long after a show's
    end orders count for it; it may be set at any time, for what comes in from then on.
    """

    def __init__(self, db: Database, images: ImageCache, now_ms: Callable[[], int] = _now_ms) -> None:
        self._db = db
        self._images = images
        self._now_ms = now_ms
        self.replay_ms = REPLAY_MS

    async def store(self, show_id: str, batch: FeedBatch, ready: ReadyProducts | None = None) -> StoredBatch:
        """Store a batch with its cursor in one transaction, together with other batches that wait.

        The highest revision wins, messages and samples are kept once; a batch may come twice or late. A gap is
        marked in the chat before the batch's messages. What it returns was new. `ready` is what `prepare` made of its
        products, if that was asked before. Raises `StoreFull`, `StoreDamaged`.
        """
        if ready is None:
            ready = await self.prepare(batch.products)
        made = {product_id: each for product_id, each in ready.items() if isinstance(each, Prepared)}
        reached, now_ms, replay_ms = self._db.reached, self._now_ms(), self.replay_ms
        return await self._db.write(
            lambda db: merge.store_batch(db, show_id, batch, reached, now_ms, replay_ms, made),
            grouped=True,
            after=("feeds.after-commit",),
        )

    async def prepare(self, products: Sequence[Product]) -> dict[str, Prepared]:
        """What can be made of many products while the writer has others; nothing of what it keeps already. Raises
        `StoreClosed`, `StoreDamaged`.
        """
        ready: dict[str, Prepared] = {}
        if len(products) < _MANY:
            return ready
        ids = [product.id for product in products]
        with contextlib.suppress(UnicodeEncodeError, OverflowError):  # the writer has a way for such a batch
            kept = await self._db.read(lambda conn: catalogue_rows.revisions(conn, ids))
            for done, product in enumerate(products):
                if done % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # whoever else has something to do on this loop comes in between
                known = kept.get(product.id)
                if known is None or known[1] < product.revision:
                    ready[product.id] = catalogue_rows.prepared(product)
        return ready

    async def keep_for(self, kind: str, shop: str, language: str = "") -> bool:
        """From now on what comes in is of this shop (its kind, its id in the settings), and so are the products and the
        stock that are kept; says whether another's were forgotten. Products in another `language` stay until they are read
        in this one.

        Raises `StoreFull`, `StoreDamaged`.
        """
        return await self._db.write(lambda db: catalogue.keep_for(db, kind, shop, language))

    async def catalogue_read(self) -> None:
        """The shop's whole catalogue has been read by now: a product that is seen first from here on is new. Its words are
        brought together, a little at a time, so that nothing waits for it.

        Raises `StoreFull`, `StoreDamaged`.
        """
        now_ms = self._now_ms()
        await self._db.write(lambda db: kept_shop.was_read(db, now_ms), grouped=True)
        while await self._db.write(catalogue_rows.bring_words_together, grouped=True):
            pass

    async def cursor(self, show_id: str, source: str) -> int:
        """How far a source was read without a gap; 0 for nothing yet."""
        sql = "SELECT cursor FROM feed_cursor WHERE show_id = ? AND source = ?"
        return await self._db.read(lambda conn: int(codec.one(conn, sql, (show_id, source)) or 0))

    async def last_said_ms(self, show_id: str, channel: str) -> int | None:
        """When the newest message of a channel in this show was written (UTC ms of the channel); None without one."""
        return await self._db.read(lambda conn: chat.last_said_ms(conn, show_id, channel))

    async def kept_shop(self) -> str:
        """The shop (its id in the settings) whose products and stock are kept; empty when there are none."""
        return await self._db.read(kept_shop.kept_shop)

    async def products(self) -> dict[str, Product]:
        """All products by id, in the order in which they came first."""
        return await self._db.read(catalogue.products)

    async def stock(self) -> list[StockLevel]:
        """All levels."""
        return await self._all(f"SELECT {codec.STOCK} FROM stock_level ORDER BY num", (), codec.stock_of)  # noqa: S608

    async def orders(self, show_id: str) -> list[Order]:
        """The orders of its shop that a show was told of, also those that are not its own, in order of time."""
        sql = (
            "SELECT body FROM show_order JOIN shop_order ON shop_order.shop = ?1 AND shop_order.id = order_id "
            "WHERE show_id = ?2 AND show_order.shop = ?1 ORDER BY placed_at_ms, shop_order.num"
        )

        def read(conn: sqlite3.Connection) -> list[Order]:
            rows = conn.execute(sql, (catalogue.shop_of_show(conn, show_id), show_id))
            return [codec.order_of(row[0]) for row in rows]

        return await self._db.read(read)

    async def late_orders(self, show_id: str, after_ms: int, until_ms: int) -> list[Order]:
        """The orders of a show's shop placed within (after_ms, until_ms] (UTC ms) that other shows were told of: while this
        one was not open, or while the shop could not be reached. In order of time.
        """
        sql = (
            "SELECT body FROM shop_order WHERE shop = ?1 AND placed_at_ms > ?3 AND placed_at_ms <= ?4 AND id NOT IN "
            "(SELECT order_id FROM show_order WHERE show_id = ?2 AND shop = ?1) ORDER BY placed_at_ms, num"
        )

        def read(conn: sqlite3.Connection) -> list[Order]:
            shop = catalogue.shop_of_show(conn, show_id)
            return [codec.order_of(row[0]) for row in conn.execute(sql, (shop, show_id, after_ms, until_ms))]

        return await self._db.read(read)

    async def samples(self, show_id: str) -> list[ViewerSample]:
        """The viewer samples of a show, in order of time."""
        sql = f"SELECT {codec.SAMPLE} FROM viewer_sample WHERE show_id = ? ORDER BY at_ms, channel"  # noqa: S608

        def read(conn: sqlite3.Connection) -> list[ViewerSample]:
            return list(starmap(ViewerSample, conn.execute(sql, (show_id,))))

        return await self._db.read(read)

    async def usage(self, show_id: str) -> list[PromoUsage]:
        """The redemptions of a show's codes."""
        sql = f"SELECT {codec.USAGE} FROM promo_usage WHERE show_id = ? ORDER BY num"  # noqa: S608
        return await self._all(sql, (show_id,), codec.usage_of)

    async def traffic(self, show_id: str) -> Traffic | None:
        """The visits of a show's links, None for nothing yet."""
        found = await self._all(
            "SELECT body FROM traffic WHERE show_id = ?", (show_id,), lambda r: codec.traffic_of(r[0])
        )
        return found[0] if found else None

    async def questions(self, show_id: str) -> list[Question]:
        """The questions of a show, in the order in which they were found."""
        sql = "SELECT body FROM question WHERE show_id = ? ORDER BY num"
        return await self._all(sql, (show_id,), lambda row: codec.question_of(row[0]))

    async def save_image(self, url: str, data: bytes) -> None:
        """Keep a picture for the time being. Raises `StoreFull`."""
        await asyncio.wrap_future(self._images.thread.submit(self._images.save, url, data))

    async def image(self, url: str) -> bytes | None:
        """A picture, None when it is not kept (any more)."""
        return await asyncio.wrap_future(self._images.thread.submit(self._images.load, url))

    async def _all(self, sql: str, parameters: Sequence[Any], make: Callable[[Sequence[Any]], T]) -> list[T]:
        def read(conn: sqlite3.Connection) -> list[T]:
            return [make(row) for row in conn.execute(sql, parameters)]

        return await self._db.read(read)
