"""One open show in the engine's thread: its desk, its engine, and the batches that the window gets.

Everything here runs on the engine's loop; nothing of it touches a widget.
"""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from studio.batcher import Batcher
from studio.control.desk import Desk
from studio.control.ports import (
    OutboxRow,
    Quota,
    ShopIdentity,
    ShowClock,
    StoredBatch,
    StoreFull,
    WallClock,
)
from studio.domain.commands import Command, Refused
from studio.domain.decide import Facts
from studio.domain.effects import Effect
from studio.domain.events import Event, Logged, ShowPlanned
from studio.domain.lineup import LineUpItem
from studio.domain.product import sellable_stock
from studio.domain.show import ShowPhase, ShowState, fold
from studio.known_products import KnownProducts
from studio.link_watch import LinkWatch
from studio.outcomes import outcome_notices
from studio.shop_problems import ShopProblems
from studio.show_stage import ShowStage, StagesOf
from studio.sku_lookup import SkuLookup
from studio.store.errors import StoreError
from studio.store.store import Store
from studio.sync.announcer import Announcer
from studio.sync.backoff import Backoff
from studio.sync.engine import Engine
from studio.sync.links import LinkState
from studio.sync.promo_timer import PromoTimer
from studio.sync.stage_keeper import STAGE_CHANNEL
from studio.sync.supervise import supervised
from studio.ui.studio import ChangeBatch, Notice, Opened, OutboxStatus, Sending

_log = structlog.get_logger(__name__)
_FRAME_S = 0.05
"""What a person decided is on the screen before its way to the shop begins: window and engine share an interpreter."""
_PROGRESS_MS = 1_000

MakeEngine = Callable[["RunningShow"], Engine]
"""Makes the engine of a show; the show is its `EngineEvents` and its `settle`."""


class RunningShow:
    """Implements the engine's `EngineEvents`. `open` first, then `do`; `close` ends it.

    `last_ms` is the time of the last event in the log that made `state`.
    """

    def __init__(
        self,
        state: ShowState,
        stored: Store,
        show_clock: ShowClock,
        wall_clock: WallClock,
        make_engine: MakeEngine,
        emit: Callable[[ChangeBatch], None],
        last_ms: int = 0,
        stages: StagesOf | None = None,
    ) -> None:
        self.show_id = state.id
        self._stored = stored
        self._wall = wall_clock
        self._batcher = Batcher(emit)
        self._known = KnownProducts()
        self._outbox: dict[str, OutboxStatus] = {}
        self._locations: dict[str, str] = {}
        self._quotas: dict[str, Quota] = {}
        self._backup: asyncio.Task[None] | None = None
        self._noting: asyncio.Task[None] | None = None
        self._currency = ""
        self._told_next_ms = 0
        self._identified = asyncio.Event()
        self._problems = ShopProblems(self.notice)
        self.shop_problem = self._problems.add
        self.desk = Desk(
            state, stored.log, show_clock, wall_clock, self._facts, self._appended, last_ms=last_ms
        )
        self._links = LinkWatch(show_clock, wall_clock, self.desk.amend)
        self._skus = SkuLookup(lambda: self.desk, self._known.products, self.notice)
        self.engine: Engine = make_engine(self)
        self._stage = self._make_stage(stages, show_clock)
        self._announcer = Announcer(lambda: self.desk.state, self._left, show_clock, self.desk.amend)
        self._timer = PromoTimer(lambda: self.desk.state, show_clock, self.desk.amend, self.notice)
        self._watching: list[asyncio.Task[None]] = []

    def _make_stage(self, stages: StagesOf | None, show_clock: ShowClock) -> ShowStage | None:
        if stages is None:
            return None
        return ShowStage(
            stages,
            show_clock,
            self._wall,
            self.engine.pulse,
            lambda product_id: self.engine.tracked_link(self.show_id, product_id, STAGE_CHANNEL),
            self.desk.amend,
            self.link_status,
            self._batcher.stream,
        )

    # --- its life ---------------------------------------------------------------------------------------------

    async def open(self, *, whole_feeds: bool) -> None:
        """Begin to send and receive."""
        state = self.desk.state
        self._known.learn(
            tuple((await self._stored.feeds.products()).values()), tuple(await self._stored.feeds.stock())
        )
        self._outbox = {
            row.effect.id: _status(row, 0) for row in await self._stored.outbox.pending(self.show_id)
        }
        self._batcher.start(self._stored.history.chat_count(self.show_id))
        self._tell_engine(state)
        self._skus.look_soon()
        known, since_ms = tuple(self._known.products.values()), state.started_at_ms
        await self.engine.start(
            self.show_id, whole_feeds=whole_feeds, orders_since_ms=since_ms, products=known
        )
        if self._stage is not None:
            self._tell_stage()
            self._stage.start()
        loops = {"announcer": self._announcer, "promo timer": self._timer, "link watch": self._links}
        for name, watcher in loops.items():
            loop = supervised(name, watcher.run, Backoff())
            self._watching.append(asyncio.create_task(loop, name=name))

    async def close(self) -> None:
        """Stop sending and receiving; what waits stays in the outbox."""
        if self._stage is not None:
            await self._stage.close()
        for task in self._watching:
            task.cancel()
        if self._watching:
            await asyncio.wait(self._watching)
        await self.engine.stop()
        await self._skus.close()
        self._problems.close()
        for task in (self._backup, self._noting):
            if task is not None:
                await asyncio.wait([task])
        self._batcher.flush()

    async def snapshot(self) -> Opened:
        """The show as it stands; batches that follow may repeat what is in it."""
        feeds, show_id = self._stored.feeds, self.show_id
        log = await self._stored.log.read(show_id)
        state = fold(show_id, log)
        return Opened(
            state=state,
            log=tuple(log),
            # What is known here is what is stored; read again, a large catalogue would be twice in memory.
            products=dict(self._known.products),
            product_of=dict(self._known.product_of),
            stock=tuple(self._known.levels.values()),
            orders=tuple(await feeds.orders(show_id)),
            usage=tuple(await feeds.usage(show_id)),
            traffic=await feeds.traffic(show_id),
            samples=tuple(await feeds.samples(show_id)),
            questions=tuple(await feeds.questions(show_id)),
            stock_history=tuple(self._stored.history.stock_samples(show_id, state.product_ids)),
            outbox=tuple(o for o in self._outbox.values() if o.effect_id not in state.settled or o.unsure),
            links=self._links.statuses,
            chat_count=self._stored.history.chat_count(show_id),
            locations=self._locations,
            quotas=dict(self._quotas),
            streams=dict(self._stage.streams) if self._stage is not None else {},
            replay_ms=feeds.replay_ms,
        )

    # --- deciding ---------------------------------------------------------------------------------------------

    async def do(self, command: Command) -> Refused | None:
        """Carry out a person's command. Raises `StoreFull`."""
        before = self.desk.state.phase
        refused = await self.desk.do(command)
        if before is ShowPhase.PLANNED and self.desk.state.phase is ShowPhase.ON_AIR:
            self._backup = asyncio.create_task(self._back_up(), name="backup at show start")
        return refused

    async def _back_up(self) -> None:
        try:
            await self._stored.backups.make("show-start", self.show_id)
        except (StoreFull, StoreError) as error:
            self.notice(
                "warning", f"The backup at the start of the show could not be made. {error}", "backup"
            )

    async def settle(self, show_id: str, events: Sequence[Event]) -> None:
        """The engine's answers come into the log."""
        if show_id == self.show_id:
            await self.desk.record(events)

    def _facts(self) -> Facts:
        items = self.desk.state.items
        known = {item.product_id: self._known.products.get(item.product_id) for item in items}
        prices = {
            product_id: p.price for product_id, p in known.items() if p is not None and p.price is not None
        }
        return Facts(self._sellable(*items), frozenset(self.engine.attempted), prices)

    def _appended(self, logged: Sequence[Logged], effects: Sequence[Effect], state: ShowState) -> None:
        self._batcher.events(list(logged))
        for notice in outcome_notices(logged, state):
            self._batcher.notice(notice)
        if effects:
            rows = [
                OutboxStatus(e.id, e.event_id, e.target, type(e.action).__name__, Sending.SENDING)
                for e in effects
            ]
            self._outbox.update((row.effect_id, row) for row in rows)
            self._batcher.outbox(rows)
        if any(isinstance(entry.event, ShowPlanned) for entry in logged):
            self._check_currency(state)
        self._tell_engine(state)
        self._tell_stage()
        if any(entry.command_id for entry in logged):
            asyncio.get_running_loop().call_later(_FRAME_S, self.engine.wake)
        else:
            self.engine.wake()
        self._skus.look_soon()

    def _tell_engine(self, state: ShowState) -> None:
        self.engine.set_on_air(state.pinned_product_id, state.product_ids, state.codes)

    def _tell_stage(self) -> None:
        self._announcer.wake()
        self._timer.wake()
        if self._stage is not None:
            state = self.desk.state
            self._stage.update(state, self._known.products, self._sellable(state.on_air))

    def _is_of_air(self, batch: StoredBatch) -> bool:
        """Whether it tells of the product on air: of nothing else is anything to be seen or announced."""
        item = self.desk.state.on_air if batch.products or batch.stock else None
        if item is None or not item.product_id:
            return False
        shown = item.product_id
        return any(product.id == shown for product in batch.products) or any(
            self._known.product_of.get(level.variant_id) == shown for level in batch.stock
        )

    def _left(self, product_id: str) -> int | None:
        return sellable_stock(self._known.levels_of(product_id)).total

    def _sellable(self, *items: LineUpItem | None) -> dict[str, int]:
        """What can be sold of the items' products, as far as it is known."""
        known: dict[str, int] = {}
        for item in items:
            if item is not None:
                total = self._left(item.product_id)
                if total is not None:
                    known[item.product_id] = total
        return known

    # --- what the engine tells --------------------------------------------------------------------------------

    def stored(self, batch: StoredBatch) -> None:
        """This came in and is on disk."""
        self._known.learn(batch.products, batch.stock)
        self._batcher.stored(batch)
        if self._is_of_air(batch):
            self._tell_stage()
        if batch.products:
            self._skus.look_soon()

    def link_status(
        self, name: str, kind: str, state: LinkState, sentence: str, heard_wall_ms: int | None
    ) -> None:
        """How a connection is."""
        if kind == "shop" and state is LinkState.OK and self._stage is not None:
            self._stage.shop_heard()
        self._batcher.link(self._links.take(name, kind, state, sentence, heard_wall_ms))

    def notice(self, level: str, sentence: str, key: str) -> None:
        """A sentence for the host."""
        self._batcher.notice(Notice(level, sentence, key))

    def outbox_changed(self, rows: Sequence[OutboxRow]) -> None:
        """The whole outbox as it is now: what is gone from it is settled."""
        now = self._wall.now_ms()
        statuses = {row.effect.id: _status(row, now) for row in rows}
        gone = [
            OutboxStatus(o.effect_id, o.event_id, o.target, o.action, Sending.SETTLED)
            for o in self._outbox.values()
            if o.effect_id not in statuses and o.effect_id in self.desk.state.settled
        ]
        changed = [s for s in statuses.values() if self._outbox.get(s.effect_id) != s]
        for row in gone:
            self._outbox.pop(row.effect_id, None)
        self._outbox.update(statuses)
        if gone or changed:
            self._batcher.outbox([*gone, *changed])

    def channel_quota(self, name: str, quota: Quota) -> None:
        """What a channel's platform still allows."""
        self._quotas[name] = quota
        self._batcher.quota(name, quota)

    def shop_identity(self, identity: ShopIdentity) -> None:
        """Who the shop is: another currency than the show's would make every figure wrong."""
        self._locations = dict(identity.locations)
        self._batcher.locations(self._locations)
        self._currency = identity.currency
        self._identified.set()
        self._check_currency(self.desk.state)

    async def currency(self, timeout_s: float) -> str:
        """In what the shop sells: as it says itself, else (when it does not answer in time) as its products that are
        known; empty when neither is.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._identified.wait()
        except TimeoutError:
            return next((p.price.currency for p in self._known.products.values() if p.price is not None), "")
        return self._currency

    def _check_currency(self, state: ShowState) -> None:
        if state.seq and self._currency not in ("", state.currency):
            sentence = (
                f"The shop sells in {self._currency}, this show is planned in {state.currency}: "
                "its orders are not counted. Plan the show in the shop's currency."
            )
            self._batcher.notice(Notice("trouble", sentence, "currency"))

    def catalogue_progress(self, done: int, total: int) -> None:
        """How far the catalogue has been read; said as often as a person can read it."""
        now = self._wall.monotonic_ms()
        if done >= total or now >= self._told_next_ms:
            self._told_next_ms = now + _PROGRESS_MS
            sentence = "" if done >= total else f"Reading the catalogue: {done} of {total} products."
            self._batcher.notice(Notice("info", sentence, "catalogue"))
        if done >= total:
            self._skus.catalogue_read()
            self._noting = asyncio.create_task(self._note_read(), name="catalogue read")

    async def _note_read(self) -> None:
        try:
            await self._stored.feeds.catalogue_read()
        except (StoreFull, StoreError) as error:
            _log.info("not noted that the catalogue was read", reason=str(error))


def _status(row: OutboxRow, now_wall_ms: int) -> OutboxStatus:
    effect = row.effect
    sending = Sending.SENDING
    if row.held:
        sending = Sending.HELD
    elif row.next_wall_ms > now_wall_ms or row.last_error:
        sending = Sending.WAITING
    return OutboxStatus(
        effect.id,
        effect.event_id,
        effect.target,
        type(effect.action).__name__,
        sending,
        row.last_error,
        unsure=row.held == "unsure",
    )
