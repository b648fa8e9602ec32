"""The show as the window knows it: the log's fold and the feeds, kept up by change batches."""

import bisect
from collections.abc import Iterable
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Signal

from studio.control.ports import ChatRow, PromoUsage, Traffic
from studio.domain.audience import ViewerSample
from studio.domain.effects import effects_of
from studio.domain.events import Logged
from studio.domain.kpi import Sales, newest_revisions
from studio.domain.order import Order
from studio.domain.product import (
    Product,
    SellableStock,
    StockLevel,
    sellable_stock,
    sold_out_in_ms,
)
from studio.domain.question import Question
from studio.domain.show import ShowState, apply
from studio.ui.models.live_catalogue import LiveCatalogue
from studio.ui.models.pace import AT_ONCE, Pace, Paced, Way
from studio.ui.models.sales_tally import SalesTally
from studio.ui.models.viewer_tally import ViewerTally
from studio.ui.studio import ChangeBatch, LinkStatus, Notice, Opened, OutboxStatus, Sending

FORECAST_WINDOW_MS: Final = 180_000
"""The window of `sold_out_in_ms`."""
DECIDED_MS: Final = 60
_SHOWN: Final = tuple(f for f in ShowState.__struct_fields__ if f not in {"seq", "settled"})


class LiveShow(QObject):
    """One open show. Panels read its attributes and listen to what changed; nobody but `take` changes it.

    All times are UTC ms of the shop's clock but those named wall. Signals come after everything of a batch is in
    place: those of decisions with every batch, those of stock, figures, questions and chat not more often than `pace`.
    """

    show_changed = Signal()
    """An event changed phase, items, pin, promos or decisions about questions; that effects arrived is told apart."""
    lineup_changed = Signal()
    """The line-up's items, their order or their statuses changed."""
    stock_changed = Signal(object)
    """Stock of these products (set of ids) changed."""
    products_changed = Signal(object)
    """These products (set of ids) changed at the shop."""
    viewers_changed = Signal()
    sales_changed = Signal()
    questions_changed = Signal(object)
    """These questions (set of ids) are new, were asked again or were decided about; None: all."""
    promos_changed = Signal()
    outbox_changed = Signal()
    links_changed = Signal()
    chat_appended = Signal(object, int)
    """New chat rows (tuple of `ChatRow`, oldest first), and how many rows there are now."""
    chat_hidden = Signal(object)
    """What channels took out of sight (tuple of `HiddenChat`); the rows were told of before."""
    notice = Signal(object)
    """A `Notice` of the engine."""
    batch_taken = Signal()
    """Behind all other signals of one moment: for who shows much of it and wants to do so once."""

    def __init__(self, opened: Opened, parent: QObject | None = None, pace: Pace = AT_ONCE) -> None:
        super().__init__(parent)
        self._stocked: set[str] = set()
        self._asked: set[str] = set()
        self._viewers_moved = self._sales_moved = self._usage_moved = False
        self._rows: list[ChatRow] = []
        self._way = way = Way()
        self._stock_pace = Paced(self._tell_stock, pace.stock_ms, self, way)
        self._figures_pace = Paced(self._tell_figures, pace.figures_ms, self, way)
        self._questions_pace = Paced(self._tell_questions, pace.questions_ms, self, way)
        self._chat_pace = Paced(self._tell_chat, pace.chat_ms, self, way)
        self.state: ShowState = opened.state
        self.log: list[Logged] = list(opened.log)
        self.usage: dict[str, PromoUsage] = {u.code: u for u in opened.usage}
        self.traffic: Traffic | None = opened.traffic
        self.locations: dict[str, str] = dict(opened.locations)
        self._viewers = ViewerTally(opened.samples)
        self._viewers.bound(self.state.started_at_ms, self.state.ended_at_ms)
        self.questions: dict[str, Question] = {q.id: q for q in opened.questions}
        self.outbox: dict[str, OutboxStatus] = {o.effect_id: o for o in opened.outbox}
        self.links: dict[str, LinkStatus] = {f"{s.kind}:{s.name}": s for s in opened.links}
        self.chat_count = opened.chat_count
        self.quotas, self.streams = dict(opened.quotas), dict(opened.streams)
        self.stock_heard_wall_ms: int | None = None
        self._sales = SalesTally(self.state, newest_revisions(opened.orders), opened.replay_ms)
        self._kept: tuple[object, dict[str, int]] = ((), {})
        self._catalogue = LiveCatalogue(opened.products, opened.product_of, self)
        self._catalogue.read_history(opened.stock_history)
        self._catalogue.read_stock(opened.stock, self.state.product_ids)
        self._catalogue.arrived.connect(self._products_arrived)

    # --- reading ----------------------------------------------------------------------------------------------

    @property
    def products(self) -> dict[str, Product]:
        """All products of the shop that are known, by id."""
        return self._catalogue.products

    @property
    def pinned(self) -> Product | None:
        """The pinned product as the shop last told it."""
        return self.products.get(self.state.pinned_product_id)

    def sellable(self, product_id: str) -> SellableStock:
        """What can be sold of a product, less the safety stock that its item keeps back."""
        return sellable_stock(self._catalogue.levels(product_id), self._kept_back(product_id))

    def _kept_back(self, product_id: str) -> int:
        if self._kept[0] is not self.state.items:
            self._kept = (self.state.items, {i.product_id: i.safety_stock for i in self.state.items})
        return self._kept[1].get(product_id, 0)

    def levels(self, product_id: str) -> list[StockLevel]:
        """The stock levels of a product, by variant and location."""
        return list(self._catalogue.levels(product_id))

    def stock_series(self, product_id: str) -> list[tuple[int, int]]:
        """(UTC ms, sellable) of a product in order of time, as far as this show has heard."""
        history, kept = self._catalogue.history(product_id), self._kept_back(product_id)
        return [(at, max(0, left - kept)) for at, left in history] if kept else history

    def sold_out_in_ms(self, product_id: str, now_ms: int) -> int | None:
        """How long the stock lasts at the recent rate; None when the data do not carry an answer."""
        kept, history = self._kept_back(product_id), self._catalogue.history(product_id)
        # The rate is of the last three minutes: the level that held before them, and what came since.
        first = max(0, bisect.bisect_left(history, (now_ms - FORECAST_WINDOW_MS,)) - 1)
        recent = history[first:]
        return sold_out_in_ms([(at, max(0, left - kept)) for at, left in recent], now_ms, FORECAST_WINDOW_MS)

    @property
    def samples(self) -> list[ViewerSample]:
        """All samples in order of time."""
        return self._viewers.samples

    @property
    def viewers(self) -> int | None:
        """How many watch now, over all channels; None before the first sample."""
        return self._viewers.viewers

    @property
    def viewers_by_channel(self) -> dict[str, int]:
        """How many watch now on each channel that told; one that told nothing is missing."""
        return self._viewers.by_channel

    @property
    def peak(self) -> tuple[int, int] | None:
        """The viewer peak and its time since the show started."""
        return self._viewers.peak

    def average_viewers(self, now_ms: int) -> float | None:
        """The time-weighted mean of all channels from the start of the show to `now_ms`."""
        return self._viewers.average(now_ms)

    def new_viewers(self) -> tuple[list[int], list[float]]:
        """For the one chart: times (UTC ms) and sums of all channels that came since it last asked."""
        return self._viewers.take_new()

    @property
    def orders(self) -> list[Order]:
        """All orders heard of during the show, each in its newest revision."""
        return list(self._sales.orders.values())

    @property
    def sales(self) -> Sales:
        """What the show's own orders came to."""
        return self._sales.sales

    def count_until(self, replay_ms: int) -> None:
        """Orders count for this show until so long after its end, from now on."""
        self._sales.count_until(replay_ms)
        self._sales_moved = True
        self._figures_pace.soon()

    def redemptions(self, code: str) -> int | None:
        """How often a code was redeemed, as the shop counts; None when it has not said yet."""
        usage = self.usage.get(code)
        return usage.redemptions if usage else None

    def sending(self, event_id: str) -> OutboxStatus | None:
        """The first effect of this event that is still on its way, None when all arrived (or it has none)."""
        return next((o for o in self.outbox.values() if o.event_id == event_id), None)

    @property
    def waiting(self) -> int:
        """How many effects are not delivered yet."""
        return len(self.outbox)

    def make_way(self) -> None:
        """A person has just decided something: hold back what is only news until it is on the screen."""
        self._way.make(DECIDED_MS)

    # --- taking changes ---------------------------------------------------------------------------------------

    def take(self, batch: ChangeBatch) -> None:
        """Fold a batch in, then tell who listens."""
        before = self.state
        questions = {q.id for q in batch.questions}
        for question in batch.questions:
            self.questions[question.id] = question
        self._take_events(batch.events, questions)
        self.locations.update(batch.locations)
        changed_products = self._catalogue.take(batch.products, self.state.product_ids)
        stocked = {p for p in map(self._catalogue.take_level, batch.stock) if p}
        self._take_sales(batch)
        for sample in batch.samples:
            self._viewers.add(sample)
        outbox = self._take_outbox(batch.outbox)
        links = [self._take_link(status) for status in batch.links]
        if batch.chat_count is not None:
            self.chat_count = batch.chat_count
        self._tell(batch, before, questions, changed_products, stocked, outbox, any(links))

    def _tell(
        self,
        batch: ChangeBatch,
        before: ShowState,
        questions: set[str],
        products: set[str],
        stocked: set[str],
        outbox: bool,
        links: bool,
    ) -> None:
        if self._differs(before, "items", "statuses"):
            self.lineup_changed.emit()
        # That something arrived is told by the outbox: everything else stands as it stood.
        if self._differs(before, *_SHOWN):
            self.make_way()
            self.show_changed.emit()
        if self._differs(before, "promos"):
            self.promos_changed.emit()
        if products:
            self.products_changed.emit(products)
        if stocked:
            self._stocked |= stocked
            self._stock_pace.soon()
        self._note_figures(batch)
        if questions:
            self._asked |= questions
            # What was decided about a question is seen at once.
            (self._questions_pace.now if batch.events else self._questions_pace.soon)()
        if outbox:
            self.outbox_changed.emit()
        if links:
            self.links_changed.emit()
        if batch.chat or batch.chat_count is not None:
            self._rows += batch.chat
            self._chat_pace.soon()
        if batch.hidden:
            self._chat_pace.now()
            self.chat_hidden.emit(batch.hidden)
        if batch.quotas or batch.streams:
            self.quotas |= batch.quotas
            self.streams |= batch.streams
            self.links_changed.emit()
        for notice in batch.notices:
            self.notice.emit(notice)
        self.batch_taken.emit()

    def _differs(self, before: ShowState, *fields: str) -> bool:
        return any(getattr(before, name) is not getattr(self.state, name) for name in fields)

    def _note_figures(self, batch: ChangeBatch) -> None:
        self._viewers_moved |= bool(batch.samples)
        self._sales_moved |= bool(batch.orders or batch.traffic or batch.usage)
        self._usage_moved |= bool(batch.usage)
        if self._viewers_moved or self._sales_moved:
            self._figures_pace.soon()

    def _tell_stock(self) -> None:
        stocked, self._stocked = self._stocked, set()
        self.stock_changed.emit(stocked)
        self.batch_taken.emit()

    def _tell_figures(self) -> None:
        moved = (
            (self._viewers_moved, self.viewers_changed),
            (self._sales_moved, self.sales_changed),
            (self._usage_moved, self.promos_changed),
        )
        self._viewers_moved = self._sales_moved = self._usage_moved = False
        for has_moved, signal in moved:
            if has_moved:
                signal.emit()
        self.batch_taken.emit()

    def _tell_questions(self) -> None:
        asked, self._asked = self._asked, set()
        self.questions_changed.emit(asked)

    def _tell_chat(self) -> None:
        rows, self._rows = self._rows, []
        self.chat_appended.emit(tuple(rows), self.chat_count)

    def _take_events(self, events: Iterable[Logged], questions: set[str]) -> None:
        for logged in events:
            if logged.seq <= self.state.seq:
                continue
            before = self.state
            self.state = apply(before, logged)
            self.log.append(logged)
            question_id = getattr(logged.event, "question_id", "")
            if question_id:
                questions.add(question_id)
            for effect in effects_of(logged, before, self.state):
                if effect.id not in self.state.settled:
                    self.outbox.setdefault(
                        effect.id,
                        OutboxStatus(
                            effect.id, effect.event_id, effect.target, type(effect.action).__name__, Sending.SENDING,
                        ),
                    )  # fmt: skip
        self._viewers.bound(self.state.started_at_ms, self.state.ended_at_ms)
        self._sales.follow(self.state)

    def _take_link(self, status: LinkStatus) -> bool:
        """Whether it says something else than before; that it was heard again is seen with the next second."""
        key = f"{status.kind}:{status.name}"
        known, self.links[key] = self.links.get(key), status
        return known is None or msgspec.structs.replace(known, heard_wall_ms=status.heard_wall_ms) != status

    def _products_arrived(self, product_ids: set[str]) -> None:
        self.products_changed.emit(product_ids)
        self.batch_taken.emit()

    def _take_sales(self, batch: ChangeBatch) -> None:
        for order in batch.orders:
            self._sales.add(order)
        for usage in batch.usage:
            known_usage = self.usage.get(usage.code)
            if known_usage is None or known_usage.revision <= usage.revision:
                self.usage[usage.code] = usage
        if batch.traffic and (self.traffic is None or self.traffic.revision <= batch.traffic.revision):
            self.traffic = batch.traffic

    def _take_outbox(self, rows: Iterable[OutboxStatus]) -> bool:
        changed = False
        for row in rows:
            changed = True
            if row.sending is Sending.SETTLED:
                self.outbox.pop(row.effect_id, None)
            else:
                self.outbox[row.effect_id] = row
        settled = [e for e, row in self.outbox.items() if e in self.state.settled and not row.unsure]
        for effect_id in settled:
            del self.outbox[effect_id]
            changed = True
        return changed


def trouble(sentence: str, key: str = "") -> Notice:
    """A notice of trouble made in the window itself."""
    return Notice("trouble", sentence, key)
