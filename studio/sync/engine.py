"""The engine: everything that talks to the outside world for the one show that is open."""

import asyncio
import random as _random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from typing import Any

import structlog

from studio.control.ports import (
    Channel,
    Feeds,
    Hint,
    KillPoints,
    Outbox,
    RefusedByTarget,
    Shop,
    ShopChange,
    ShowClock,
    StoredBatch,
    TargetError,
    Unauthorised,
    WallClock,
)
from studio.control.ports.channel import ChannelItem
from studio.domain.effects import SHOP, channel_target
from studio.domain.product import Product
from studio.domain.question import QuestionFinder
from studio.sync.backoff import Backoff
from studio.sync.engine_events import EngineEvents, HintSource
from studio.sync.follow import Follow
from studio.sync.hints import HintReader
from studio.sync.intake import Intake
from studio.sync.links import LinkState, LinkStatus
from studio.sync.poller import OnAir, Poller
from studio.sync.sender import Sender, Settle
from studio.sync.sources import ChannelFeed, ShopFeed
from studio.sync.supervise import Bell, supervised
from studio.sync.timekeeper import Timekeeper

_log = structlog.get_logger(__name__)


class _Running:
    """All that belongs to one open show."""

    def __init__(
        self,
        sender: Sender,
        shop_intake: Intake[ShopChange],
        channel_intakes: dict[str, Intake[ChannelItem] | Follow],
        poller: Poller,
        timekeeper: Timekeeper,
        hints: HintReader,
    ) -> None:
        self.sender = sender
        self.shop_intake = shop_intake
        self.channel_intakes = channel_intakes
        self.poller = poller
        self.timekeeper = timekeeper
        self.hints = hints
        self.shop_token = Bell()
        self.task: asyncio.Task[None] | None = None


class Engine:
    """Sends and receives for one open show, on the loop on which it is started.

    `settle(show_id, events)` puts events into the show's log (`Desk.record`). `shop_name` is the connection's name for
    the health strip. A link to a channel is stale after `silent_channel_ms` without an item. `hints` is listened to while a
    show is open.
    """

    def __init__(
        self,
        *,
        shop_name: str,
        shop: Shop,
        channels: Mapping[str, Channel],
        feeds: Feeds,
        outbox: Outbox,
        show_clock: ShowClock,
        wall_clock: WallClock,
        settle: Settle,
        events: EngineEvents,
        kill_points: KillPoints,
        silent_channel_ms: int = 30_000,
        hints: HintSource | None = None,
        random: Callable[[], float] = _random.random,
    ) -> None:
        self._hint_source = hints
        self._shop_name = shop_name
        self._shop = shop
        self._channels = dict(channels)
        self._feeds = feeds
        self._outbox = outbox
        self._show_clock = show_clock
        self._wall = wall_clock
        self._settle = settle
        self._events = events
        self._kill_points = kill_points
        self._silent_channel_ms = silent_channel_ms
        self._random = random
        self._on_air = OnAir()
        self._running: _Running | None = None

    # -- the show's life

    async def start(
        self,
        show_id: str,
        *,
        whole_feeds: bool = False,
        orders_since_ms: int | None = None,
        products: Collection[Product] = (),
    ) -> None:
        """Begin to send and receive for this show. `whole_feeds`: when it was never opened before, its feeds are read
        from their beginning (a rehearsal) instead of from now. `orders_since_ms` (shop's UTC ms) is where orders
        are read from when the shop has no feed, or when changes of it were lost. `products` are those that are kept,
        where somebody has read them already. Raises `RuntimeError` when a show is open.
        """
        if self._running is not None:
            raise RuntimeError("a show is open already")
        known = await self._feeds.questions(show_id)
        finder = QuestionFinder(show_id, known)
        shop_link = LinkStatus(
            self._shop_name, "shop", self._wall, self._events.link_status, self._shop_is_back
        )
        poller = Poller(
            show_id,
            self._shop,
            self._feeds,
            self._wall,
            self._events.stored,
            self._events.notice,
            shop_link,
            self._events.catalogue_progress,
            self._random,
        )
        running = _Running(
            self._make_sender(show_id),
            self._shop_intake(show_id, whole_feeds, shop_link),
            {name: self._channel_intake(show_id, name, whole_feeds, finder) for name in self._channels},
            poller,
            Timekeeper(self._shop, self._show_clock, self._wall, self._clock_failed, self._random),
            HintReader(poller, self._wall, self._random),
        )
        # What may be too late waits for the shop's time.
        running.timekeeper.on_measured = running.sender.wake
        running.poller.products_seen(products)
        running.poller.on_air = self._on_air
        running.poller.orders_cursor = "" if orders_since_ms is None else f"since:{orders_since_ms}"
        self._running = running
        running.task = asyncio.create_task(self._run(running), name=f"engine {show_id}")

    async def stop(self) -> None:
        """End all loops. What is not delivered stays in the outbox."""
        running, self._running = self._running, None
        if running is None or running.task is None:
            return
        running.task.cancel()
        await asyncio.wait([running.task])
        if not running.task.cancelled() and (error := running.task.exception()) is not None:
            _log.error("engine ended badly", exc_info=error)

    async def _run(self, running: _Running) -> None:
        loops: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "sender": running.sender.run,
            "clock": running.timekeeper.run,
            "catalogue": running.poller.run_sync,
            "shop": lambda: self._follow_shop(running),
            "hints": running.hints.run,
        }
        if (source := self._hint_source) is not None:
            loops["webhooks"] = lambda: source.run(running.hints.put, self._events.notice)
        for name, intake in running.channel_intakes.items():
            loops[f"channel {name}"] = intake.run
        async with asyncio.TaskGroup() as group:
            for name, loop in loops.items():
                group.create_task(supervised(name, loop, Backoff(self._random, cap_ms=5_000)), name=name)

    async def _follow_shop(self, running: _Running) -> None:
        """By its feed when it pushes, by asking otherwise."""
        backoff = Backoff(self._random, cap_ms=5_000)
        while True:
            try:
                identity = await self._shop.identity()
            except TargetError as error:
                running.shop_intake.link.failed(error)
                wait = 30_000 if isinstance(error, Unauthorised) else backoff.failed()
                await running.shop_token.wait(wait)
                continue
            running.poller.push = identity.capabilities.push
            if identity.capabilities.push:
                await running.shop_intake.run()
            else:
                self._events.shop_identity(identity)
                await running.poller.run_polls()

    # -- what the studio asks

    def wake(self) -> None:
        """The log was appended to: there may be something to send."""
        if self._running:
            self._running.sender.wake()

    def set_on_air(self, pinned: str, lineup: Collection[str] = (), codes: Collection[str] = ()) -> None:
        """What the show is about now: what is asked for first and most often."""
        self._on_air = OnAir(pinned, tuple(lineup), tuple(codes))
        if self._running:
            self._running.poller.on_air = self._on_air

    def clock_hint(self, shop_ms: int, sent_wall_ms: int, received_wall_ms: int) -> None:
        """An answer's header told the shop's time: measured again when it parts from what is known."""
        if self._running:
            self._running.timekeeper.hint(shop_ms, sent_wall_ms, received_wall_ms)

    def hint(self, hint: Hint) -> None:
        """The shop may have changed this: it is read now."""
        if self._running:
            self._running.hints.put(hint)

    async def token_given(self, target: str) -> None:
        """There is a new token for `target` ("shop" or "channel:NAME"): what waited for it goes on."""
        running = self._running
        if running is None:
            await self._outbox.free_held(target, "token")
            return
        if target == SHOP:
            running.shop_token.ring()
            running.shop_intake.token_given.ring()
            running.timekeeper.measure_soon()
            running.poller.shop_is_back()
        for name, intake in running.channel_intakes.items():
            if target == channel_target(name):
                intake.token_given.ring()
        await running.sender.token_given(target)

    async def pulse(self) -> None:
        """Ask the shop for a sign of life. Raises `TargetError`."""
        await self._shop.clock()
        link = self._open.shop_intake.link
        link.heard(link.sentence if link.state is LinkState.OK else "")

    async def tracked_link(self, show_id: str, product_id: str, channel: str) -> str:
        """A product's link for `channel`, empty where the shop has none. Raises `TargetError`."""
        for link in await self._outbox.links(show_id):
            if (link.product_id, link.channel) == (product_id, channel):
                return link.url
        try:
            made = await self._shop.tracked_link(show_id, product_id, channel)
        except RefusedByTarget as refusal:
            _log.info("the shop has no link", product=product_id, reason=refusal.sentence)
            return ""
        await self._outbox.save_link(made)
        return made.url

    async def code_taken(self, code: str) -> bool | None:
        """Whether the shop has a code of this name; None where it cannot say. Raises `TargetError`."""
        return await self._shop.code_taken(code)

    async def refresh(self, product_ids: Collection[str]) -> None:
        """Read these products and their stock now. Raises `TargetError`."""
        await self._open.poller.refresh(product_ids)

    async def caught_up(
        self, shop_seq: int, channel_seqs: Mapping[str, int] | None = None, timeout_s: float | None = None
    ) -> bool:
        """Wait until the feeds are on disk up to these numbers; False when that takes longer."""
        running = self._open
        waits: list[Awaitable[None]] = [running.shop_intake.stored_up_to(shop_seq)]
        waits += [
            running.channel_intakes[name].stored_up_to(seq) for name, seq in (channel_seqs or {}).items()
        ]
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.gather(*waits)
        except TimeoutError:
            return False
        return True

    async def drained(self, timeout_s: float | None = None) -> bool:
        """Wait until the outbox holds nothing but what a person must decide; False when that takes longer."""
        return await self._open.sender.drained(timeout_s)

    async def clock_measured(self) -> None:
        """Wait until the shop's clock was measured once."""
        await self._open.timekeeper.measured.wait()

    @property
    def attempted(self) -> Collection[str]:
        """Effects in the outbox that may have reached their target; for `Facts.attempted`."""
        return self._running.sender.attempted if self._running else ()

    @property
    def _open(self) -> _Running:
        if self._running is None:
            raise RuntimeError("no show is open")
        return self._running

    # -- the parts

    def _make_sender(self, show_id: str) -> Sender:
        return Sender(
            show_id,
            self._outbox,
            self._settle,
            self._shop,
            self._channels,
            self._show_clock,
            self._wall,
            self._kill_points,
            self._events.outbox_changed,
            self._events.notice,
            self._random,
        )

    def _shop_intake(self, show_id: str, whole: bool, link: LinkStatus) -> Intake[ShopChange]:
        source = ShopFeed(
            self._shop,
            self._feeds,
            show_id,
            whole,
            self._events.notice,
            self._events.shop_identity,
            self._shop_lost_changes,
        )
        return Intake(
            show_id,
            source,
            self._feeds,
            link,
            self._wall,
            self._stored,
            self._events.notice,
            None,
            self._random,
        )

    def _channel_intake(
        self, show_id: str, name: str, whole: bool, finder: QuestionFinder
    ) -> Intake[ChannelItem] | Follow:
        def back() -> None:
            if self._running:
                self._running.sender.heard(channel_target(name))

        channel, events = self._channels[name], self._events
        feed = ChannelFeed(channel, self._feeds, show_id, whole, finder, events.notice, self._wall.now_ms)
        link = LinkStatus(name, "channel", self._wall, events.link_status, back)
        silent_ms = self._silent_channel_ms
        if channel.numbered:
            return Intake(
                show_id,
                feed,
                self._feeds,
                link,
                self._wall,
                self._stored,
                events.notice,
                silent_ms,
                self._random,
            )
        return Follow(
            show_id,
            feed,
            self._feeds,
            link,
            self._wall,
            self._stored,
            lambda quota: events.channel_quota(name, quota),
            events.notice,
            silent_ms,
            self._random,
        )

    def _stored(self, batch: StoredBatch) -> None:
        if self._running and batch.products:
            self._running.poller.products_seen(batch.products)
        self._events.stored(batch)

    def _shop_is_back(self) -> None:
        if self._running:
            self._running.timekeeper.measure_soon()
            self._running.poller.shop_is_back()
            # Announcements wait for the shop too: for their links.
            for target in (SHOP, *map(channel_target, self._channels)):
                self._running.sender.heard(target)

    def _shop_lost_changes(self) -> None:
        if self._running:
            self._running.poller.sync_soon(orders=True)

    def _clock_failed(self, error: TargetError) -> None:
        _log.info("the shop's clock is not to be had", reason=error.sentence)
