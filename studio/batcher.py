"""Gathers what changed in the engine and hands it to the window: decisions at once, the world five times a second."""

import asyncio
import math
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

from studio.control.ports import ChatRow, HiddenChat, Quota, StoredBatch, StreamState, Traffic
from studio.domain.events import Logged
from studio.domain.question import is_question
from studio.ui.studio import ChangeBatch, LinkStatus, Notice, OutboxStatus

T = TypeVar("T")
EVERY_S, STOCK_S = 0.2, 0.033
"""The least time between two batches; what was sold is not kept waiting."""
MAX_CHAT = 2_000


class Batcher:
    """Lives on the engine's loop. `emit` is called there with each batch."""

    def __init__(self, emit: Callable[[ChangeBatch], None]) -> None:
        self._emit = emit
        self._timer: asyncio.Handle | None = None
        self._decided: asyncio.Handle | None = None
        self._last_s = -math.inf
        self._due_s = 0.0
        self._chat_count: int | None = None
        self._clear()

    def _clear(self) -> None:
        self._events: list[Logged] = []
        self._lists: dict[str, list[Any]] = {
            name: [] for name in ("products", "stock", "orders", "usage", "samples", "questions")
        }
        self._chat: list[ChatRow] = []
        self._chat_changed = False
        self._hidden: list[HiddenChat] = []
        self._quotas: dict[str, Quota] = {}
        self._streams: dict[str, StreamState] = {}
        self._traffic: Traffic | None = None
        self._outbox: dict[str, OutboxStatus] = {}
        self._links: dict[tuple[str, str], LinkStatus] = {}
        self._notices: list[Notice] = []
        self._locations: dict[str, str] = {}

    def start(self, chat_count: int) -> None:
        """Count chat rows on from here."""
        self._chat_count = chat_count

    def events(self, logged: list[Logged]) -> None:
        """These events are on disk: whoever pressed the key waits for them."""
        self._events += logged
        if self._decided is None:
            # Even at once means behind what the loop has to do anyway, so that what belongs together comes together.
            self._decided = asyncio.get_running_loop().call_soon(self._flush_decided)

    def stored(self, stored: StoredBatch) -> None:
        """This is new from the world, and on disk."""
        for name, values in self._lists.items():
            values += getattr(stored, name)
        if stored.traffic is not None:
            self._traffic = stored.traffic
        if stored.gap is not None:
            self._chat.append(stored.gap)
            self._chat_count = (self._chat_count or 0) + 1
            self._chat_changed = True
        self._hidden += stored.hidden
        if stored.messages:
            rows = enumerate(stored.messages, stored.first_rowid)
            self._chat += [
                ChatRow(rowid, m, question=not m.by_us and is_question(m.text)) for rowid, m in rows
            ]
            del self._chat[:-MAX_CHAT]
            self._chat_count = (self._chat_count or 0) + len(stored.messages)
            self._chat_changed = True
        self._soon(STOCK_S if stored.stock or stored.orders else EVERY_S)

    def outbox(self, rows: list[OutboxStatus]) -> None:
        """These effects moved on."""
        self._outbox.update((row.effect_id, row) for row in rows)
        self._soon()

    def link(self, status: LinkStatus) -> None:
        """A connection changed."""
        self._links[status.kind, status.name] = status
        self._soon()

    def quota(self, channel: str, quota: Quota) -> None:
        """What a channel's platform still allows."""
        self._quotas[channel] = quota
        self._soon()

    def stream(self, stage: str, state: StreamState) -> None:
        """How the broadcast of a stage is."""
        self._streams[stage] = state
        self._soon()

    def notice(self, notice: Notice) -> None:
        """A sentence for the host."""
        self._notices.append(notice)
        self._soon()

    def locations(self, names: dict[str, str]) -> None:
        """The shop's locations have these names."""
        self._locations.update(names)
        self._soon()

    def _soon(self, every_s: float = EVERY_S) -> None:
        loop = asyncio.get_running_loop()
        due = self._last_s + every_s
        if self._timer is not None and due >= self._due_s:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._due_s = due
        self._timer = loop.call_soon(self.flush) if loop.time() >= due else loop.call_at(due, self.flush)

    def _flush_decided(self) -> None:
        """Hand over what was decided; the world's news stays behind it, for its own time."""
        self._decided = None
        events, outbox, notices = self._events, self._outbox, self._notices
        self._events, self._outbox, self._notices = [], {}, []
        self._emit(ChangeBatch(events=tuple(events), outbox=tuple(outbox.values()), notices=tuple(notices)))

    def flush(self) -> None:
        """Hand over what is gathered."""
        for handle in (self._timer, self._decided):
            if handle is not None:
                handle.cancel()
        self._timer = self._decided = None
        self._last_s = asyncio.get_running_loop().time()
        batch = ChangeBatch(
            events=tuple(self._events),
            **{name: tuple(values) for name, values in self._lists.items()},
            traffic=self._traffic,
            chat=tuple(self._chat),
            chat_count=self._chat_count if self._chat_changed else None,
            outbox=tuple(self._outbox.values()),
            links=tuple(self._links.values()),
            notices=tuple(self._notices),
            locations=self._locations,
            hidden=tuple(self._hidden),
            quotas=self._quotas,
            streams=self._streams,
        )
        self._clear()
        if batch != ChangeBatch():  # a decision may have taken along all that waited
            self._emit(batch)


def joined(batches: Sequence[ChangeBatch]) -> ChangeBatch:
    """Batches that came one after the other, at least one, as one."""
    if len(batches) == 1:
        return batches[0]
    chat = [row for batch in batches for row in batch.chat]
    return ChangeBatch(
        events=_all(b.events for b in batches),
        products=_all(b.products for b in batches),
        stock=_all(b.stock for b in batches),
        orders=_all(b.orders for b in batches),
        usage=_all(b.usage for b in batches),
        traffic=next((b.traffic for b in reversed(batches) if b.traffic is not None), None),
        samples=_all(b.samples for b in batches),
        questions=_all(b.questions for b in batches),
        chat=tuple(chat[-MAX_CHAT:]),
        chat_count=next((b.chat_count for b in reversed(batches) if b.chat_count is not None), None),
        outbox=_all(b.outbox for b in batches),
        links=_all(b.links for b in batches),
        notices=_all(b.notices for b in batches),
        locations={i: name for b in batches for i, name in b.locations.items()},
        hidden=_all(b.hidden for b in batches),
        quotas={channel: quota for b in batches for channel, quota in b.quotas.items()},
        streams={stage: state for b in batches for stage, state in b.streams.items()},
    )


def _all(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))
