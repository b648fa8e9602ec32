"""The poller: reads whole lists at the start, and asks by pace where a shop cannot push."""

import asyncio
import random as _random
from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Sequence,
)
from contextlib import aclosing
from typing import Any

import msgspec
import structlog

from studio.control.ports import (
    BadAnswer,
    FeedBatch,
    Feeds,
    Hint,
    OnCursor,
    ReadyProducts,
    RefusedByTarget,
    Shop,
    StoredBatch,
    StoreFull,
    TargetError,
    Throttled,
    Unreachable,
    Urgency,
    WallClock,
    urgent,
)
from studio.domain.product import Product, StockLevel
from studio.sync.ahead import read_ahead, store_behind, turn_pages
from studio.sync.asking import REST_MS, Pace
from studio.sync.backoff import Backoff
from studio.sync.links import LinkStatus
from studio.sync.seen_products import SeenProducts
from studio.sync.supervise import Bell

PINNED_MS, LINEUP_MS = 1_000, 5_000
ORDERS_MS, TRAFFIC_MS, CATALOGUE_MS = 5_000, 10_000, 600_000
SOURCE = "poller"
_MANY_VARIANTS = 20_000
_LONG_CATALOGUE = 1_000
_CHUNK = 400
_AT_ONCE = 2
"""Pages of the catalogue that are stored together: they share what writing takes."""
_SHARE = 50
"""Variants beside the line-up that are asked about in one second, at least."""
_log = structlog.get_logger(__name__)


class OnAir(msgspec.Struct, frozen=True):
    """What the show is about now: the pinned product (empty: none), the line-up's products, the show's codes."""

    pinned: str = ""
    lineup: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class _ReadPage(msgspec.Struct, frozen=True):
    """A page of the catalogue, with what the store has made of it."""

    products: tuple[Product, ...]
    cursor: str | None
    ready: ReadyProducts


class Poller:
    """Reads catalogue, stock, and for shops without a feed also orders, redemptions and visits, into the feeds.

    `progress` is told (products read, products in all). Problems of single entries are reported by the shop itself.
    """

    def __init__(
        self,
        show_id: str,
        shop: Shop,
        feeds: Feeds,
        wall: WallClock,
        on_stored: Callable[[StoredBatch], None],
        notice: Callable[[str, str, str], None],
        link: LinkStatus,
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self.push = True
        self.orders_cursor = ""
        self._show_id = show_id
        self._shop = shop
        self._feeds = feeds
        self._wall = wall
        self._on_stored = on_stored
        self._notice = notice
        self._link = link
        self._progress = progress
        self._random = random
        self._on_air = OnAir()
        self._seen = SeenProducts()
        self._pace = Pace()
        # Variants of a large shop whose stock has not been read since the catalogue was.
        self._unread: list[str] = []
        self._sync = Bell()
        self._back = Bell()
        self._pinned = Bell()
        # Polls, hints and the first sync read on from the same place.
        self._orders_turn = asyncio.Lock()
        self._orders_too = False
        self._visits = False
        self._turn = 0
        self._next_ms = {"orders": 0, "traffic": 0, "catalogue": CATALOGUE_MS + wall.monotonic_ms()}

    @property
    def on_air(self) -> OnAir:
        """What is asked about first and most often."""
        return self._on_air

    @on_air.setter
    def on_air(self, on_air: OnAir) -> None:
        if on_air.pinned != self._on_air.pinned:
            self._pinned.ring()
        self._on_air = on_air

    def products_seen(self, products: Iterable[Product]) -> None:
        """Products whose variants can be asked about."""
        self._seen.take(products)

    def sync_soon(self, orders: bool = False) -> None:
        """Read all products and stock again; `orders`: those too, because changes of the feed were lost."""
        self._orders_too = self._orders_too or orders
        self._sync.ring()

    def shop_is_back(self) -> None:
        """The shop answers again: what failed is tried at once."""
        self._back.ring()

    async def run_sync(self) -> None:
        """Read all products and stock now, and again whenever `sync_soon` asks; until cancelled."""
        if not self._seen:
            self.products_seen(list((await self._feeds.products()).values()))
        with urgent(Urgency.BULK):
            while True:
                await self._retried(self._everything)
                await self._retried(self._other_stock)
                await self._sync.wait()

    async def run_polls(self) -> None:
        """Ask by pace while the shop cannot push, about the pinned product beside the line-up, the orders and the rest:
        what is on air never waits for a long list. Until cancelled.
        """
        polls = {
            "pinned": (self._poll_pinned, Urgency.PINNED, self._pinned),
            "line-up": (self._poll_lineup, Urgency.LIVE, Bell()),
            "orders": (self._poll_orders, Urgency.LIVE, Bell()),
            "rest": (self._poll_rest, Urgency.BULK, Bell()),
        }
        async with asyncio.TaskGroup() as group:
            for name, poll in polls.items():
                group.create_task(self._by_pace(*poll), name=f"poll {name}")

    async def _by_pace(self, work: Callable[[], Awaitable[None]], urgency: Urgency, wake: Bell) -> None:
        """Every second, counted from beginning to beginning; a slow shop gets some rest between."""
        with urgent(urgency):
            while True:
                began = self._wall.monotonic_ms()
                if not self.push:
                    await self._retried(work)
                took = self._wall.monotonic_ms() - began
                await wake.wait(max(PINNED_MS - took, min(took // 4, PINNED_MS)))

    async def refresh(self, product_ids: Iterable[str]) -> None:
        """Read products and their stock now. Raises `TargetError`."""
        wanted = tuple(dict.fromkeys(product_ids))
        for product_id in wanted:
            await self._product(product_id)
        await self._stock(wanted)

    def touches_pinned(self, hint: Hint) -> bool:
        """Whether the hint may be about the pinned product's stock."""
        pinned = self.on_air.pinned
        return bool(pinned) and (
            hint.stock
            or hint.orders
            or pinned in hint.products
            or pinned in self._seen.owners((*hint.variants, *hint.offers))
        )

    async def read_pinned(self) -> None:
        """Read the pinned product's stock now. Raises `TargetError`."""
        with urgent(Urgency.PINNED):
            await self._poll_pinned()

    async def read_hinted(self, hint: Hint) -> None:
        """Read now what a hint names, the pinned product's stock excepted. Raises `TargetError`."""
        on_air = self.on_air
        told = dict.fromkeys((*hint.products, *self._seen.owners(hint.offers)))
        named = {**told, **dict.fromkeys(self._seen.owners(hint.variants))}
        moved = [p for p in on_air.lineup if hint.stock or p in named]
        with urgent(Urgency.LIVE):
            await self._stock([p for p in moved if p != on_air.pinned])
            if hint.orders:
                await self._orders()
                await self._usage()
            for product_id in told:
                await self._product(product_id)
        with urgent(Urgency.BULK):
            await self._stock([p for p in named if p not in moved and p != on_air.pinned])

    async def _retried(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it until it works; a shop that cannot be reached is told by its link."""
        backoff = Backoff(self._random, cap_ms=10_000)
        told = ""
        while True:
            try:
                await work()
            except StoreFull as full:
                failure = full
                self._notice("trouble", str(full), "store")
                wait = backoff.failed()
            except TargetError as error:
                failure = error
                if not isinstance(error, Unreachable) and error.sentence != told:
                    told = error.sentence
                    self._notice("warning", told, "shop:poll")
                _log.info("shop not read", reason=error.sentence)
                wait = backoff.failed(error.retry_after_ms if isinstance(error, Unreachable) else None)
                if not self.push and not isinstance(error, Throttled):
                    self._link.failed(error)
            else:
                if told:
                    self._notice("info", "", "shop:poll")
                if not self.push:
                    self._link.heard()
                return
            if isinstance(failure, Throttled):
                await asyncio.sleep(wait / 1000)
            else:
                await self._back.wait(wait)

    async def _everything(self) -> None:
        identity = await self._shop.identity()
        self._visits = identity.capabilities.traffic
        total = identity.product_count
        near = [p for p in dict.fromkeys((self.on_air.pinned, *self.on_air.lineup)) if p]
        if total > _LONG_CATALOGUE:
            await self.refresh(p for p in near if p not in self._seen)
        with urgent(Urgency.LIVE):
            await self._stock(near)
        done = 0

        async def keep(pages: Sequence[_ReadPage]) -> None:
            nonlocal done
            products = tuple(product for page in pages for product in page.products)
            ready = {product_id: each for page in pages for product_id, each in page.ready.items()}
            await self._store(FeedBatch(SOURCE, products=products), ready)
            done += len(products)
            # All of it is read when nothing follows, whatever number of products the shop has named.
            if done < total:
                self._progress(done, total)

        async with aclosing(turn_pages(self._page)) as pages:
            await store_behind(pages, keep, _AT_ONCE)
        self._progress(done, done)
        if self._orders_too:
            await self._orders()
            self._orders_too = False
        if not self.push:
            with urgent(Urgency.LIVE):
                await self._poll_orders()
        with urgent(Urgency.LIVE):
            await self._stock(near)
        others = [p for p in self._seen if p not in near]
        self._unread = [v for p in others for v in self._seen.variants_of(p)]
        if len(self._unread) <= _MANY_VARIANTS:
            self._unread.clear()
            await self._stock(others)

    async def _page(self, cursor: str | None, on_cursor: OnCursor) -> _ReadPage:
        """A page of products, made ready while the pages before it are being stored."""
        page = await self._shop.catalogue(cursor, on_cursor)
        return _ReadPage(page.products, page.cursor, await self._feeds.prepare(page.products))

    async def _other_stock(self) -> None:
        """What is unread of a large shop's that pushes, with as long a rest after each part as it took; to read all anew comes
        first. Where a shop cannot push, the polls come round to all of it.
        """
        while self._unread and self.push:
            part = self._unread[:_CHUNK]
            began = self._wall.monotonic_ms()
            try:
                await self._store(FeedBatch(SOURCE, stock=await self._shop.stock(part)))
            except (BadAnswer, RefusedByTarget) as error:
                # One part that the shop cannot tell must not keep all others from being read.
                _log.warning("a part of the stock was left out", reason=error.sentence, variants=len(part))
            del self._unread[: len(part)]
            if await self._sync.wait(self._wall.monotonic_ms() - began):
                self._sync.ring()
                return

    async def _stock(self, product_ids: Collection[str]) -> None:
        wanted = [v for p in dict.fromkeys(product_ids) for v in self._seen.variants_of(p)]
        parts = (wanted[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK))
        first = next(parts, None)
        if first is None:
            return

        def following(_: object) -> Coroutine[Any, Any, tuple[StockLevel, ...]] | None:
            part = next(parts, None)
            return None if part is None else self._shop.stock(part)

        async with aclosing(read_ahead(self._shop.stock(first), following)) as pages:
            async for levels in pages:
                await self._store(FeedBatch(SOURCE, stock=levels))

    async def _poll_pinned(self) -> None:
        if self.on_air.pinned:
            await self._stock((self.on_air.pinned,))

    async def _poll_lineup(self) -> None:
        now = self._wall.monotonic_ms()
        await self._stock(
            self._pace.due((p for p in self.on_air.lineup if p != self.on_air.pinned), LINEUP_MS, now)
        )

    async def _poll_rest(self) -> None:
        near = {self.on_air.pinned, *self.on_air.lineup}
        rest = [p for p in self._seen if p not in near]
        # A share each second, not all once a minute: a long answer holds up what is on air at the shop itself.
        share = max(_SHARE, self._seen.variant_count * PINNED_MS // REST_MS + 1)
        due = self._pace.due(
            rest, REST_MS, self._wall.monotonic_ms(), lambda p: len(self._seen.variants_of(p)), share
        )
        await self._stock(due)

    async def _poll_orders(self) -> None:
        now = self._wall.monotonic_ms()
        if now >= self._next_ms["orders"]:
            await self._orders()
            await self._usage()
            await self._products()
            self._next_ms["orders"] = now + ORDERS_MS
        if self._visits and now >= self._next_ms["traffic"]:
            await self._store(FeedBatch(SOURCE, traffic=await self._shop.traffic(self._show_id)))
            self._next_ms["traffic"] = now + TRAFFIC_MS
        if now >= self._next_ms["catalogue"]:
            self._next_ms["catalogue"] = now + CATALOGUE_MS
            self.sync_soon()

    async def _products(self) -> None:
        """The pinned product, and one of the line-up's in turn: prices and texts change seldom."""
        lineup = [p for p in self.on_air.lineup if p != self.on_air.pinned]
        self._turn += 1
        in_turn = lineup[self._turn % len(lineup)] if lineup else ""
        for product_id in (self.on_air.pinned, in_turn):
            if product_id:
                await self._product(product_id)

    async def _product(self, product_id: str) -> None:
        product = await self._shop.product(product_id)
        if product is not None:
            await self._store(FeedBatch(SOURCE, products=(product,)))

    async def _usage(self) -> None:
        if self.on_air.codes:
            usage = await self._shop.promo_usage(self.on_air.codes)
            await self._store(FeedBatch(SOURCE, usage=usage))

    async def _orders(self) -> None:
        async with self._orders_turn:
            while True:
                page = await self._shop.orders(self.orders_cursor)
                await self._store(FeedBatch(SOURCE, orders=page.orders))
                stuck = page.cursor == self.orders_cursor
                self.orders_cursor = page.cursor
                if not page.more or stuck:
                    return

    async def _store(self, batch: FeedBatch, ready: ReadyProducts | None = None) -> None:
        if batch == FeedBatch(SOURCE):
            return
        self.products_seen(batch.products)
        self._on_stored(await self._feeds.store(self._show_id, batch, ready))
