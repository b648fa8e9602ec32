"""Carries visits out at the shop: opens sessions, keeps them alive, fills carts, pays, calls off, sends back; says what came of each.

Sessions go in batches twice a second; the rest is done by a few hands. What finds no free hand in time, or no shop, is
left out and told as that.
"""

import asyncio
import heapq
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from studio.rehearsal.audience_shop import IN_FLIGHT, Refused, ShopAway, ShopLine
from studio.rehearsal.contract import Order
from studio.rehearsal.scenario import Visit
from studio.rehearsal.storefront_contract import (
    Cart,
    CartCreate,
    CodeAnswer,
    CodeEntry,
    LineAdd,
    OrderExpress,
    ReturnLine,
    ReturnRequest,
    SessionBatch,
    SessionBatchAnswer,
    SessionCreate,
)

BATCH_S = 0.5
"""Real seconds between two batches of sessions."""
HEARTBEAT_MS = 30_000
_MOST_IN_BATCH = 2000
_MOST_WAITING = 400
_LATE_S = 6.0
"""Real seconds after which a shopper gives up waiting for a free hand."""
_BUSY, _AWAY = "left out: too busy", "left out: shop away"


class Listener(Protocol):
    """Who hears what shoppers do."""

    def over(self, visit: Visit, kind: str, outcome: str) -> None:
        """A visit (or a later act of it: cancel, return) came to its end."""
        ...

    def bought(self, visit: Visit, with_code: bool) -> None:
        """Somebody placed an order; `with_code`: their code was taken."""
        ...

    def code_refused(self, visit: Visit) -> None:
        """Somebody's code was not taken."""
        ...


@dataclass(eq=False)
class _Guest:
    """A visit under way. `open` counts its steps that are still to come."""

    visit: Visit
    began_ms: int
    session: str = ""
    cart: str = ""
    outcome: str = "looked"
    seen_ms: int = 0
    open: int = 0

    @property
    def leaves_ms(self) -> int:
        """When it ends, if nothing keeps it."""
        return self.began_ms + round(self.visit.stay_s * 1000)


class _Job(NamedTuple):
    """Something to do at `due_ms`; `lost` is told why it was not done."""

    due_ms: int
    number: int
    run: Callable[[], Awaitable[None]]
    lost: Callable[[str], None]


class Shoppers:
    """Everybody at the shop. One event loop only."""

    def __init__(self, line: ShopLine, listener: Listener, now_ms: Callable[[], int]) -> None:
        self._line = line
        self._listener = listener
        self._now_ms = now_ms
        self._due: list[_Job] = []
        self._numbers = itertools.count()
        self._work: asyncio.Queue[tuple[float, _Job]] = asyncio.Queue(_MOST_WAITING)
        self._coming: list[_Guest] = []
        self._here: dict[int, _Guest] = {}
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopped = False

    def come(self, visit: Visit, began_ms: int) -> None:
        """A visit begins; its session opens with the next batch."""
        self._coming.append(_Guest(visit, began_ms))

    async def work(self) -> None:
        """Hands and batches, for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            for _ in range(IN_FLIGHT - 1):
                group.create_task(self._hand())
            group.create_task(self._batches())

    def tick(self, now_ms: int) -> None:
        """Give out what is due; what finds no room is left out."""
        loop_s = asyncio.get_running_loop().time()
        while self._due and self._due[0].due_ms <= now_ms:
            job = heapq.heappop(self._due)
            if self._work.full():
                job.lost(_BUSY)
            else:
                self._work.put_nowait((loop_s, job))

    async def stop(self) -> None:
        """No new step; returns when every step under way is finished."""
        self._stopped = True
        self._line.hang_up()
        jobs = self._due
        self._due = []
        while not self._work.empty():
            jobs.append(self._work.get_nowait()[1])
        for job in jobs:
            job.lost("stopped")
        await self._idle.wait()
        for guest in (*self._coming, *self._here.values()):
            self._listener.over(guest.visit, guest.visit.kind, guest.outcome)
        self._coming.clear()
        self._here.clear()

    def start(self) -> None:
        """Shopping goes on after a stop."""
        self._stopped = False
        self._line.pick_up()

    async def _hand(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            asked_s, job = await self._work.get()
            if loop.time() - asked_s > _LATE_S:
                job.lost(_BUSY)
            elif self._line.away:
                job.lost(_AWAY)
            else:
                with _Busy(self):
                    await self._try(job)

    async def _try(self, job: _Job) -> None:
        try:
            await job.run()
        except ShopAway:
            job.lost("given up: shop away")
        except Refused as refusal:
            job.lost(f"refused: {refusal}")

    def enter(self) -> None:
        """Something is under way."""
        self._busy += 1
        self._idle.clear()

    def leave(self) -> None:
        """It is finished."""
        self._busy -= 1
        if self._busy == 0:
            self._idle.set()

    async def _batches(self) -> None:
        while True:
            await asyncio.sleep(BATCH_S)
            if not self._stopped and not self._line.away:
                with _Busy(self):
                    await self._batch()

    async def _batch(self) -> None:
        now = self._now_ms()
        coming, self._coming = self._coming[:_MOST_IN_BATCH], self._coming[_MOST_IN_BATCH:]
        here = list(self._here.values())
        leaving = [g for g in here if g.open == 0 and g.leaves_ms <= now][:_MOST_IN_BATCH]
        gone = set(map(id, leaving))
        alive = [g for g in here if id(g) not in gone and now - g.seen_ms >= HEARTBEAT_MS][:_MOST_IN_BATCH]
        if not coming and not leaving and not alive:
            return
        wanted = SessionBatch(
            opened=[SessionCreate(link_id=g.visit.link_id, customer_ref=g.visit.customer) for g in coming],
            alive=[g.session for g in alive],
            ended=[g.session for g in leaving],
        )
        try:
            answer = await self._line.post("/store/v1/sessions/batch", wanted, SessionBatchAnswer)
        except (ShopAway, Refused) as error:
            outcome = _AWAY if isinstance(error, ShopAway) else f"refused: {error}"
            for guest in coming:
                self._listener.over(guest.visit, guest.visit.kind, outcome)
            return
        for guest, session in zip(coming, answer.opened, strict=True):
            guest.session = session
            self._here[id(guest)] = guest
            self._arrived(guest)
        for guest in (*coming, *alive):
            guest.seen_ms = now
        for guest in leaving:
            del self._here[id(guest)]
            self._listener.over(guest.visit, guest.visit.kind, guest.outcome)

    def _arrived(self, guest: _Guest) -> None:
        visit = guest.visit
        if not visit.variant:
            return
        if visit.express and visit.buys_after_s is not None:
            self._step(guest, visit.buys_after_s, self._buy_at_once)
        else:
            self._step(guest, visit.cart_after_s, self._fill_cart)

    def _step(self, guest: _Guest, after_s: float, step: Callable[[_Guest], Awaitable[None]]) -> None:
        async def run() -> None:
            await step(guest)
            guest.open -= 1

        def lost(why: str) -> None:
            guest.outcome = why
            guest.open -= 1

        guest.open += 1
        self._later(guest.began_ms + round(after_s * 1000), run, lost)

    def _later(self, due_ms: int, run: Callable[[], Awaitable[None]], lost: Callable[[str], None]) -> None:
        if self._stopped:
            lost("stopped")
        else:
            heapq.heappush(self._due, _Job(due_ms, next(self._numbers), run, lost))

    async def _fill_cart(self, guest: _Guest) -> None:
        visit = guest.visit
        cart = await self._line.post("/store/v1/carts", CartCreate(guest.session), Cart)
        line = LineAdd(variant_id=visit.variant, quantity=visit.quantity)
        await self._line.post(f"/store/v1/carts/{cart.id}/lines", line, Cart)
        guest.cart, guest.outcome = cart.id, "left the cart"
        if visit.buys_after_s is not None:
            self._step(guest, visit.buys_after_s, self._pay)

    async def _pay(self, guest: _Guest) -> None:
        visit = guest.visit
        if visit.code is not None and not await self._enter(guest, visit.code):
            self._listener.code_refused(visit)
            if not visit.buys_without_code:
                guest.outcome = "left the cart: code refused"
                return
        path = f"/store/v1/carts/{guest.cart}/checkout"
        try:
            order = await self._line.post(path, {}, Order)
        except Refused as refusal:
            # The code was good when it was typed in; since then it ended, or others used it up.
            if refusal.slug != "code-refused":
                raise
            self._listener.code_refused(visit)
            if not visit.buys_without_code:
                raise
            await self._enter(guest, None)
            order = await self._line.post(path, {}, Order)
        self._bought(guest, order)

    async def _enter(self, guest: _Guest, code: str | None) -> bool:
        path = f"/store/v1/carts/{guest.cart}/code"
        return (await self._line.post(path, CodeEntry(code), CodeAnswer)).accepted

    async def _buy_at_once(self, guest: _Guest) -> None:
        visit = guest.visit
        wanted = OrderExpress(
            session_id=guest.session,
            lines=[LineAdd(variant_id=visit.variant, quantity=visit.quantity)],
            code=visit.code,
            drop_refused_code=visit.buys_without_code,
        )
        try:
            order = await self._line.post("/store/v1/orders", wanted, Order)
        except Refused as refusal:
            if refusal.slug == "code-refused":
                self._listener.code_refused(visit)
            raise
        if visit.code is not None and not order.promo_codes:
            self._listener.code_refused(visit)
        self._bought(guest, order)

    def _bought(self, guest: _Guest, order: Order) -> None:
        visit = guest.visit
        guest.outcome = "bought"
        self._listener.bought(visit, bool(order.promo_codes))
        after_s = visit.cancels_after_s if visit.cancels_after_s is not None else visit.returns_after_s
        if after_s is None:
            return
        kind = "cancel" if visit.cancels_after_s is not None else "return"

        async def run() -> None:
            await self._give_back(kind, visit, order)
            self._listener.over(visit, kind, "done")

        due = order.placed_at_ms + round(after_s * 1000)
        self._later(due, run, lambda why: self._listener.over(visit, kind, why))

    async def _give_back(self, kind: str, visit: Visit, order: Order) -> None:
        if kind == "cancel":
            await self._line.post(f"/store/v1/orders/{order.id}/cancel", {}, Order)
            return
        bought = order.lines[0]
        quantity = bought.quantity if visit.returns_all else max(1, bought.quantity // 2)
        back = ReturnRequest([ReturnLine(variant_id=bought.variant_id, quantity=quantity)])
        await self._line.post(f"/store/v1/orders/{order.id}/returns", back, Order)


class _Busy:
    """Counts what is under way, so that a stop can wait for it."""

    def __init__(self, shoppers: Shoppers) -> None:
        self._shoppers = shoppers

    def __enter__(self) -> None:
        self._shoppers.enter()

    def __exit__(self, *_: object) -> None:
        self._shoppers.leave()
