"""Log, outbox and feeds in memory, with the store's rules, for tests that need no disk."""

from collections.abc import Sequence

import msgspec

from studio.control.ports import (
    ExpectedSeqMismatch,
    FeedBatch,
    OutboxRow,
    ReadyProducts,
    ShowSummary,
    StoredBatch,
    StoreFull,
    TrackedLink,
)
from studio.domain import events as ev
from studio.domain.effects import Effect
from studio.domain.product import Product
from studio.domain.question import Question
from studio.domain.show import fold

_set = msgspec.structs.replace


class MemoryOutbox:
    """Log and outbox of one show. `full`: the disk takes nothing."""

    def __init__(self) -> None:
        self.log: list[ev.Logged] = []
        self.table: dict[str, OutboxRow] = {}
        self.saved_links: list[TrackedLink] = []
        self.full = False
        self.attempts_noted: list[str] = []

    async def append(
        self, show_id: str, expected_seq: int, events: Sequence[ev.Logged], effects: Sequence[Effect]
    ) -> None:
        self._check()
        if expected_seq != len(self.log):
            raise ExpectedSeqMismatch
        for logged in events:
            event = logged.event
            if isinstance(event, ev.EffectSettled) and event.outcome is ev.Outcome.WITHDRAWN:
                row = self.table.get(event.effect_id)
                if row and row.attempts:
                    raise ExpectedSeqMismatch
        self.log += events
        for effect in effects:
            self.table[effect.id] = OutboxRow(effect)
        for logged in events:
            match logged.event:
                case ev.EffectSettled(effect_id=i, outcome=ev.Outcome.UNSURE, sentence=sentence):
                    if i in self.table:
                        self.table[i] = _set(self.table[i], held="unsure", last_error=sentence)
                case ev.UnsureResolved(effect_id=i, resend=True):
                    if i in self.table:
                        self.table[i] = _set(self.table[i], held="", next_wall_ms=0)
                case ev.EffectSettled(effect_id=i) | ev.UnsureResolved(effect_id=i):
                    self.table.pop(i, None)
                case _:
                    pass

    async def read(self, show_id: str, after: int = 0) -> list[ev.Logged]:
        return self.log[after:]

    async def shows(self) -> list[ShowSummary]:
        if not self.log:
            return []
        state = fold(self.log[0].show_id, self.log)
        return [
            ShowSummary(
                state.id, state.title, state.rehearsal, state.started_at_ms, state.ended_at_ms, state.currency, state.seq,
                state.starts_at_ms, state.planned_ms, state.time_zone, state.series, state.template, state.archived,
                len(state.items), self.log[0].at_ms, state.shop, state.channels,
            )
        ]  # fmt: skip

    async def pending(self, show_id: str | None = None) -> list[OutboxRow]:
        return list(self.table.values())

    async def attempted(self, effect_id: str, attempts: int) -> None:
        self._check()
        if effect_id not in self.table:
            raise LookupError(effect_id)
        self.attempts_noted.append(effect_id)
        self.table[effect_id] = _set(self.table[effect_id], attempts=attempts, held="")

    async def postponed(
        self, effect_id: str, next_wall_ms: int, error: str, held: str = "", attempts: int | None = None
    ) -> None:
        self._check()
        if effect_id not in self.table:
            raise LookupError(effect_id)
        row = self.table[effect_id]
        count = row.attempts if attempts is None else attempts
        self.table[effect_id] = _set(
            row, next_wall_ms=next_wall_ms, last_error=error, held=held, attempts=count
        )

    async def free_held(self, target: str, held: str) -> None:
        for effect_id, row in self.table.items():
            if row.effect.target == target and row.held == held:
                self.table[effect_id] = _set(row, held="", next_wall_ms=0)

    async def save_link(self, link: TrackedLink) -> None:
        self.saved_links.append(link)

    async def links(self, show_id: str) -> list[TrackedLink]:
        return [link for link in self.saved_links if link.show_id == show_id]

    def _check(self) -> None:
        if self.full:
            raise StoreFull("The disk is full: nothing was written. Free some space and do it again.")


class MemoryFeeds:
    """What came in, batch by batch. Messages and samples are kept once, as the store does."""

    def __init__(self) -> None:
        self.batches: list[FeedBatch] = []
        self.ready: list[ReadyProducts | None] = []
        self.cursors: dict[str, int] = {}
        self.known: dict[str, Product] = {}
        self.asked: list[Question] = []
        self.full = False
        self.message_ids: list[str] = []

    async def prepare(self, products: Sequence[Product]) -> ReadyProducts:
        return {product.id: product for product in products}

    async def store(self, show_id: str, batch: FeedBatch, ready: ReadyProducts | None = None) -> StoredBatch:
        if self.full:
            raise StoreFull("The disk is full: nothing was written. Free some space and do it again.")
        self.batches.append(batch)
        self.ready.append(ready)
        if batch.cursor is not None:
            self.cursors[batch.source] = batch.cursor
        self.known |= {p.id: p for p in batch.products}
        new = tuple(m for m in batch.messages if m.id not in self.message_ids)
        self.message_ids += [m.id for m in new]
        self.asked = list({q.id: q for q in (*self.asked, *batch.questions)}.values())
        return StoredBatch(
            products=batch.products,
            stock=batch.stock,
            orders=batch.orders,
            usage=batch.usage,
            traffic=batch.traffic,
            messages=new,
            samples=batch.samples,
            questions=batch.questions,
            first_rowid=1 if new else 0,
        )

    async def cursor(self, show_id: str, source: str) -> int:
        return self.cursors.get(source, 0)

    async def last_said_ms(self, show_id: str, channel: str) -> int | None:
        said = [m.at_ms for b in self.batches for m in b.messages if m.channel == channel]
        return said[-1] if said else None

    async def products(self) -> dict[str, Product]:
        return dict(self.known)

    async def questions(self, show_id: str) -> list[Question]:
        return list(self.asked)
