"""The announcer: puts down, at their moment and once, the facts that nobody decides but viewers are told of.

A code's last minute begins by the shop's clock; a product sells out by the shop's stock. Both become events of the
show's log, so that after a restart nothing is said twice.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from studio.control.ports import ShowClock, StoreFull
from studio.domain import events as ev
from studio.domain.announcement_rules import AnnouncementKind
from studio.domain.promo import EXPIRING_MS, PromoRecord, visible_until_ms
from studio.domain.show import ShowPhase, ShowState
from studio.sync.supervise import Bell

SHORTEST_MS = 2 * EXPIRING_MS
"""A code that is shorter was announced just now."""
TOO_LATE_MS = 10_000
"""With less time left a code's end is not announced: nobody could use it any more."""
SOLD_OUT_PAUSE_MS = 60_000
"""At the last pieces carts come and go: so long a product does not sell out again."""
_LOOK_MS = 500
_RETRY_MS = 5_000
_LONGEST_SLEEP_MS = 5_000
_log = structlog.get_logger(__name__)

Amend = Callable[[Callable[[ShowState], Sequence[ev.Event]]], Awaitable[None]]
"""Puts down the events that follow from the show as it then stands (`Desk.amend`)."""


class Announcer:
    """Watches one open show. `sellable` is how many pieces of a product can be sold, None where nobody knows; `amend`
    writes into the log. Call `wake` whenever the log, the stock or the clock has changed.
    """

    def __init__(
        self,
        state: Callable[[], ShowState],
        sellable: Callable[[str], int | None],
        show_clock: ShowClock,
        amend: Amend,
    ) -> None:
        self._state = state
        self._clock = show_clock
        self._amend = amend
        self._bell = Bell()
        self._stock = _Stock(sellable)

    def wake(self) -> None:
        """Something has changed."""
        self._bell.ring()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            state = self._state()
            if self._facts(state):
                await self._put_down()
                continue
            if self._clock.now_ms() is not None:
                self._stock.told(state)
            await self._bell.wait(self._sleep_ms())

    async def _put_down(self) -> None:
        try:
            await self._amend(self._facts)
        except StoreFull as full:
            _log.warning("an announcement waits for room on the disk", reason=str(full))
            await self._bell.wait(_RETRY_MS)

    def _facts(self, state: ShowState) -> list[ev.Event]:
        now = self._clock.now_ms()
        if now is None:
            return []
        facts: list[ev.Event] = [event for due, event in endings(state, now) if due <= now]
        if self._stock.fell(state) and not _sold_out_lately(state, now):
            facts.append(ev.SoldOut(state.pinned_product_id))
        return facts

    def _sleep_ms(self) -> int | None:
        """Until the next moment; None when only a change can bring one."""
        now = self._clock.now_ms()
        state = self._state()
        due = [moment for moment, _ in endings(state, self._clock.best_ms() if now is None else now)]
        if now is None:
            return _LOOK_MS if due or self._stock.fell(state) else None
        if not due:
            return None
        # The clock may be measured anew meanwhile: never asleep for long.
        left = (min(due) - now) / max(self._clock.rate, 0.001)
        return max(1, min(round(left) + 1, _LONGEST_SLEEP_MS))


class _Stock:
    """Whether the product on air has sold out there: it was in stock while it was on air, and now is not."""

    def __init__(self, sellable: Callable[[str], int | None]) -> None:
        self._sellable = sellable
        self._run: tuple[str, int | None] = ("", None)
        self._had = False

    def fell(self, state: ShowState) -> bool:
        """Whether the last piece is gone."""
        item, product_id = state.on_air, state.pinned_product_id
        if state.phase is not ShowPhase.ON_AIR or item is None or not product_id:
            return False
        run = (state.on_air_id, state.on_air_since_ms)
        if run != self._run:
            since = state.on_air_since_ms or 0
            self._run = run
            # After a restart too: it had some when it went on air, and has not sold out since.
            self._had = bool(state.on_air_left) and state.sold_out.get(product_id, since - 1) < since
        left = self._sellable(product_id)
        if left is None:
            return False
        if left - item.safety_stock > 0:
            self._had = True
            return False
        return self._had

    def told(self, state: ShowState) -> None:
        """That it fell is put down, or came too soon after the last time: first it must be back in stock."""
        if self.fell(state):
            self._had = False


def _sold_out_lately(state: ShowState, now: int) -> bool:
    last = state.sold_out.get(state.pinned_product_id)
    pause_ms = state.announcements.kind(AnnouncementKind.SOLD_OUT).cooldown_s * 1000
    return last is not None and now - last < max(pause_ms, SOLD_OUT_PAUSE_MS)


def endings(state: ShowState, now_ms: int) -> list[tuple[int, ev.PromoEnding]]:
    """The last minutes to come: when each begins (UTC ms of the shop's clock), and the fact to put down then."""
    if state.phase is not ShowPhase.ON_AIR:
        return []
    found: list[tuple[int, ev.PromoEnding]] = []
    for promo_id, record in state.promos.items():
        ends = _certain_end(record)
        if ends is not None and now_ms <= ends - TOO_LATE_MS and state.endings.get(promo_id) != ends:
            found.append((ends - EXPIRING_MS, ev.PromoEnding(promo_id, ends)))
    return found


def _certain_end(record: PromoRecord) -> int | None:
    """A code's end as the shop confirmed it; None where there is nothing to announce: while a longer one is asked for,
    and of short codes.
    """
    ends, starts = visible_until_ms(record), record.confirmed_starts_at_ms
    if ends is None or starts is None or record.wanted_ends_at_ms > ends:
        return None
    return ends if ends - starts >= SHORTEST_MS else None
