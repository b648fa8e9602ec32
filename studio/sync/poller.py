"""The poller: reads whole lists at the start, and asks by pace where a shop cannot push."""

import asyncio
import random as _random
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence

import msgspec
import structlog

from studio.control.ports import (
    FeedBatch,
    Feeds,
    Shop,
    StoredBatch,
    StoreFull,
    TargetError,
    Throttled,
    Unreachable,
    WallClock,
)
from studio.domain.product import Product
from studio.sync.backoff import Backoff
from studio.sync.links import LinkStatus
from studio.sync.supervise import Bell

PINNED_MS, LINEUP_MS, REST_MS = 1_000, 5_000, 60_000
ORDERS_MS, TRAFFIC_MS, CATALOGUE_MS = 5_000, 10_000, 600_000
SOURCE = "poller"
_MOST_VARIANTS = 20_000
_LONG_CATALOGUE = 1_000
_CHUNK = 400
_log = structlog.get_logger(__name__)


class OnAir(msgspec.Struct, frozen=True):
    """What the show is about now: the pinned product (empty: none), the line-up's products, the show's codes."""

    pinned: str = ""
    lineup: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


class Pace:
    """Says which products are to be asked about: the pinned one every second, the line-up every 5 s, the rest every
    minute, each product counted from when it was asked about last.
    """

    def __init__(self) -> None:
        self._asked_ms: dict[str, int] = {}

    def due(self, on_air: OnAir, known: Collection[str], now_ms: int) -> list[str]:
        """The products that are due at `now_ms` (monotonic), the most urgent first; they count as asked."""
        lineup = [p for p in on_air.lineup if p != on_air.pinned]
        near = {on_air.pinned, *lineup}
        groups: list[tuple[Sequence[str], int]] = [
            ([on_air.pinned] if on_air.pinned else [], PINNED_MS),
            (lineup, LINEUP_MS),
            ([p for p in known if p not in near], REST_MS),
        ]
        found = [
            product_id
            for products, every in groups
            for product_id in products
            if now_ms - self._asked_ms.get(product_id, -REST_MS) >= every
        ]
        self._asked_ms.update(dict.fromkeys(found, now_ms))
        return found


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
        self.on_air = OnAir()
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
        self._variants: dict[str, tuple[str, ...]] = {}
        self._pace = Pace()
        self._sync = Bell()
        self._back = Bell()
        self._orders_too = False
        self._visits = False
        self._turn = 0
        self._next_ms = {"orders": 0, "traffic": 0, "catalogue": CATALOGUE_MS + wall.monotonic_ms()}

    def products_seen(self, products: Sequence[Product]) -> None:
        """Products whose variants can be asked about."""
        self._variants |= {p.id: tuple(v.id for v in p.variants) for p in products}

    def sync_soon(self, orders: bool = False) -> None:
        """Read all products and stock again; `orders`: those too, because changes of the feed were lost."""
        self._orders_too = self._orders_too or orders
        self._sync.ring()

    def shop_is_back(self) -> None:
        """The shop answers again: what failed is tried at once."""
        self._back.ring()

    async def run_sync(self) -> None:
        """Read all products and stock now, and again whenever `sync_soon` asks; until cancelled."""
        known: Mapping[str, Product] = await self._feeds.products()
        self.products_seen(list(known.values()))
        while True:
            await self._retried(self._everything)
            await self._sync.wait()

    async def run_polls(self) -> None:
        """Ask by pace while the shop cannot push, about the pinned product beside everything else: it never waits for
        a long list. Until cancelled.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._by_pace(self._poll_pinned), name="poll pinned")
            group.create_task(self._by_pace(self._poll), name="poll")

    async def _by_pace(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            if not self.push:
                await self._retried(work)
            await asyncio.sleep(PINNED_MS / 1000)

    async def refresh(self, product_ids: Iterable[str]) -> None:
        """Read products and their stock now. Raises `TargetError`."""
        wanted = tuple(dict.fromkeys(product_ids))
        for product_id in wanted:
            product = await self._shop.product(product_id)
            if product is not None:
                await self._store(FeedBatch(SOURCE, products=(product,)))
        await self._stock(wanted)

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
            await self.refresh(p for p in near if p not in self._variants)
        await self._stock(near)
        cursor: str | None = None
        done = 0
        turned: set[str] = set()
        while True:
            page = await self._shop.catalogue(cursor)
            await self._store(FeedBatch(SOURCE, products=page.products))
            done += len(page.products)
            self._progress(done, max(done, total))
            if page.cursor is None or page.cursor in turned:
                break
            turned.add(page.cursor)
            cursor = page.cursor
        self._progress(done, done)
        if self._orders_too:
            await self._orders()
            self._orders_too = False
        if not self.push:
            await self._poll()
        if sum(map(len, self._variants.values())) <= _MOST_VARIANTS:
            await self._stock([p for p in self._variants if p not in near])
        await self._stock(near)

    async def _stock(self, product_ids: Collection[str]) -> None:
        wanted = [v for p in dict.fromkeys(product_ids) for v in self._variants.get(p, ())]
        for start in range(0, len(wanted), _CHUNK):
            levels = await self._shop.stock(wanted[start : start + _CHUNK])
            await self._store(FeedBatch(SOURCE, stock=levels))

    async def _poll_pinned(self) -> None:
        if self.on_air.pinned:
            await self._stock((self.on_air.pinned,))

    async def _poll(self) -> None:
        now = self._wall.monotonic_ms()
        if now >= self._next_ms["orders"]:
            await self._orders()
            if self.on_air.codes:
                usage = await self._shop.promo_usage(self.on_air.codes)
                await self._store(FeedBatch(SOURCE, usage=usage))
            await self._products()
            self._next_ms["orders"] = now + ORDERS_MS
        due = self._pace.due(self.on_air, self._variants, now)
        await self._stock([product_id for product_id in due if product_id != self.on_air.pinned])
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
            product = await self._shop.product(product_id) if product_id else None
            if product is not None:
                await self._store(FeedBatch(SOURCE, products=(product,)))

    async def _orders(self) -> None:
        while True:
            page = await self._shop.orders(self.orders_cursor)
            await self._store(FeedBatch(SOURCE, orders=page.orders))
            stuck = page.cursor == self.orders_cursor
            self.orders_cursor = page.cursor
            if not page.more or stuck:
                return

    async def _store(self, batch: FeedBatch) -> None:
        if batch == FeedBatch(SOURCE):
            return
        self.products_seen(batch.products)
        self._on_stored(await self._feeds.store(self._show_id, batch))
