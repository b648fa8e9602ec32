"""The room: everybody who watches. Lets the seconds of the show pass, writes what is said and how many are here, and sends people shopping."""

import asyncio
import heapq
import itertools
import logging
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from studio.rehearsal.audience_app import Clock
from studio.rehearsal.audience_book import BookTx, ChannelBook, Draft, Sample
from studio.rehearsal.audience_contract import Frame
from studio.rehearsal.audience_hub import Hub
from studio.rehearsal.audience_shop import Refused, ShopAway, ShopLine, ShopWindow
from studio.rehearsal.audience_shoppers import Shoppers
from studio.rehearsal.chance import rng_for
from studio.rehearsal.chatter import FLOOD_PER_S, Chatter, Focus, Remark, read_corpus
from studio.rehearsal.crowd import ViewerCurve
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.scenario import (
    CODE_REMEMBERED_S,
    Interest,
    Scenario,
    Visit,
    code_heard,
    featured_seen,
    link_heard,
)

BEAT_S = 0.05
"""Real seconds between two looks at the clock."""
MOST_SAMPLES_PER_S = 20
_LONGEST_SAMPLE_S = 5
_MISSED_S = 3600
_LOOK_S = 1.0
_REMEMBERED_MS = 600_000
_MOST_INTERESTS = 12
_LINK = re.compile(r"/go/([A-Za-z0-9_-]{1,100})")
_CODE = re.compile(r"\b[ck]ode:?\s+([A-Z0-9][A-Z0-9-]{2,31})(?![\w-])", re.IGNORECASE)
log = logging.getLogger(__name__)


def link_in(text: str) -> str | None:
    """The id of the tracked link in an announcement."""
    found = _LINK.search(text)
    return found[1] if found else None


def code_in(text: str) -> str | None:
    """The promo code in an announcement."""
    found = _CODE.search(text)
    return found[1] if found and found[1] == found[1].upper() else None


def sample_every_s(rate: float) -> int:
    """Seconds of the show between two counts: one, or more where that were too many in a real second; never more than five."""
    return min(_LONGEST_SAMPLE_S, max(1, math.ceil(rate / MOST_SAMPLES_PER_S)))


class Plan(msgspec.Struct, frozen=True):
    """What a room is to play."""

    seed: int
    minutes: float
    viewers: int
    wait: bool


@dataclass(frozen=True)
class Parts:
    """What a room works with; `line` is None where there is no shop."""

    book: ChannelBook
    hub: Hub
    board: FaultBoard
    clock: Clock
    line: ShopLine | None


class Room:
    """Everybody who watches. One event loop only."""

    def __init__(self, plan: Plan, parts: Parts) -> None:
        self._plan = plan
        self._parts = parts
        self._curve = ViewerCurve(plan.seed, plan.minutes, plan.viewers)
        self._scenario = Scenario(plan.seed, self._curve.length_s, plan.viewers)
        self._shoppers = None if parts.line is None else Shoppers(parts.line, self, self._now)
        self._window = None if parts.line is None else ShopWindow(parts.line, plan.seed)
        self._chatter = Chatter(plan.seed, read_corpus(), self._curve.length_s)
        self._began_ms: int | None = None
        self._planned = -1
        self._stopped = False
        self._ahead: list[tuple[int, int, Draft | Sample]] = []
        self._numbers = itertools.count()
        self._told: list[tuple[int, str, str, str]] = []
        self._heard: asyncio.Queue[tuple[int, str]] = asyncio.Queue()
        self._before_start: list[tuple[int, str]] = []
        self._interests: list[Interest] = []
        self._focus: Focus | None = None
        self._code: tuple[int, str] | None = None
        parts.hub.listeners.append(self._listen)

    async def load(self) -> None:
        """Take up the show where a process before this one left it."""
        kept = await self._parts.book.run(
            lambda tx: dict(tx.db.execute("SELECT key, value FROM meta").fetchall())
        )
        self._stopped = kept.get("stopped") == "1"
        if "began_ms" in kept:
            self._began_ms = int(kept["began_ms"])
            now = self._parts.clock.now_ms()
            self._planned = -1 if now is None else self._slot(now)
        if self._window is not None:
            try:
                await self._window.read_catalogue()
            except (ShopAway, Refused) as error:
                log.warning("the shop's catalogue cannot be read yet (%s)", type(error).__name__)

    def start(self, at_ms: int) -> None:
        """The show begins then, from its first second; told the same start again, it goes on where it is."""
        if at_ms == self._began_ms:
            if self._stopped:
                self._planned = self._slot(self._now())
                self._resume()
            return
        self._began_ms, self._planned = at_ms, -1
        heard, self._before_start = self._before_start, []
        for announcement in heard:
            self._heard.put_nowait(announcement)
        self._ahead.clear()
        self._interests.clear()
        self._focus = self._code = None
        self._resume()

    def _resume(self) -> None:
        self._stopped = False
        if self._shoppers is not None:
            self._shoppers.start()
        self._keep()

    async def stop(self) -> None:
        """Nobody writes or orders any more; returns when what was under way is finished and written down."""
        self._stopped = True
        self._ahead.clear()
        self._keep()
        if self._shoppers is not None:
            await self._shoppers.stop()
        told, self._told = self._told, []
        await self._parts.book.run(lambda tx: _write_told(tx, told))

    def state(self, now_ms: int) -> tuple[int | None, int, bool]:
        """Time since the show's start in ms, viewers, stopped."""
        if self._began_ms is None:
            return None, 0, self._stopped
        return now_ms - self._began_ms, self._curve.at(self._slot(now_ms)), self._stopped

    async def run(self) -> None:
        """Everything the room does, for as long as the process lives."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beats())
            if self._shoppers is not None:
                group.create_task(self._shoppers.work())
            if self._window is not None:
                group.create_task(self._watch_shop(self._window))

    def over(self, visit: Visit, kind: str, outcome: str) -> None:
        """A visit, or a later act of it, came to its end."""
        self._told.append((visit.slot, kind, visit.detail(), outcome))
        if outcome == "refused: sold-out":
            self._remark("sold_out", visit)

    def bought(self, visit: Visit, with_code: bool) -> None:
        """Somebody placed an order; a few say so."""
        if visit.says_so:
            self._remark("code_worked" if with_code else "ordered", visit)

    def code_refused(self, visit: Visit) -> None:
        """A code was not taken; some complain."""
        if visit.says_so:
            self._remark("code_failed", visit)

    def _now(self) -> int:
        return self._parts.clock.now_ms() or 0

    def _slot(self, at_ms: int) -> int:
        return -1 if self._began_ms is None else (at_ms - self._began_ms) // 1000

    def _keep(self) -> None:
        rows = [("stopped", str(int(self._stopped)))]
        if self._began_ms is not None:
            rows.append(("began_ms", str(self._began_ms)))

        def job(tx: BookTx) -> None:
            tx.db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

        self._parts.book.submit(job)

    def _remark(self, kind: str, visit: Visit) -> None:
        """Somebody says something about what just happened to them."""
        if self._stopped or self._began_ms is None:
            return
        now = self._now()
        rng = rng_for(self._plan.seed, f"says/{kind}/{visit.customer}", visit.slot)
        viewers = self._curve.at(self._slot(now))
        code = visit.code if kind.startswith("code") else self._code_in_mind(visit.slot)
        remark = self._chatter.event(kind, rng, viewers, self._focus, code)
        if remark is not None:
            self._say(now, remark)

    def _say(self, base_ms: int, remark: Remark) -> None:
        at_ms = base_ms + remark.after_ms
        draft = Draft(at_ms, remark.author, remark.author_id, remark.text, asks=remark.asks)
        heapq.heappush(self._ahead, (at_ms, next(self._numbers), draft))

    def _listen(self, frames: Sequence[Frame]) -> None:
        for frame in frames:
            message = frame.message
            if isinstance(message, msgspec.Struct) and message.by_us and not message.reply_to:
                self._heard.put_nowait((frame.at_ms, message.text))

    async def _beats(self) -> None:
        while True:
            now = self._parts.clock.now_ms()
            if now is not None:
                await self._beat(now)
            await asyncio.sleep(BEAT_S)

    async def _beat(self, now: int) -> None:
        self._parts.hub.look()
        if self._began_ms is None and not self._plan.wait:
            self.start(now)
        if self._stopped or self._began_ms is None:
            return
        slot = self._slot(now)
        if slot - self._planned > _MISSED_S:
            log.info("%d seconds of the show were missed", slot - self._planned - 1)
            self._planned = slot - 1
        while self._planned < slot:
            self._planned += 1
            self._second(self._planned)
        rows: list[Draft | Sample] = []
        while self._ahead and self._ahead[0][0] <= now:
            rows.append(heapq.heappop(self._ahead)[2])
        told, self._told = self._told, []
        if rows or told:
            await self._parts.book.run(lambda tx: _write(tx, rows, told))
        if self._shoppers is not None:
            self._shoppers.tick(now)

    def _second(self, slot: int) -> None:
        """Plan one second of the show."""
        assert self._began_ms is not None  # noqa: S101 - planned only after the start
        base_ms, rate = self._began_ms + slot * 1000, self._parts.clock.rate
        viewers = self._curve.at(slot)
        if slot % sample_every_s(rate) == 0:
            heapq.heappush(self._ahead, (base_ms, next(self._numbers), Sample(base_ms, viewers)))
        code = self._code_in_mind(slot)
        for remark in self._chatter.talk(slot, viewers, self._focus, code, rate):
            self._say(base_ms, remark)
        if self._curve.raid_in(slot):
            self._raid(slot, base_ms, viewers)
        flood = self._parts.board.active("chat-flood", base_ms)
        if flood is not None:
            for remark in self._chatter.flood(slot, FLOOD_PER_S * flood.intensity / max(rate, 0.1)):
                self._say(base_ms, remark)
        if self._shoppers is None or self._window is None:
            return
        self._interests = [i for i in self._interests if i.since > slot or i.visits(slot, 1_000_000) > 0]
        visits = self._scenario.visits(slot, viewers, self._interests, code, rate)
        visits += self._scenario.strangers(slot, self._window.all_offers, rate)
        for visit in visits:
            self._shoppers.come(visit, base_ms)

    def _raid(self, slot: int, base_ms: int, viewers: int) -> None:
        rng = rng_for(self._plan.seed, "raid", slot)
        for _ in range(rng.randint(4, 9)):
            remark = self._chatter.event("raid", rng, viewers, self._focus, None)
            if remark is not None:
                self._say(base_ms + rng.randrange(8000), remark)

    def _code_in_mind(self, slot: int) -> str | None:
        return self._code[1] if self._code and slot - self._code[0] <= CODE_REMEMBERED_S else None

    async def _watch_shop(self, window: ShopWindow) -> None:
        """Look at what the shop features, and follow what is announced."""
        for at_ms, text in await self._announced_before():
            self._heard.put_nowait((at_ms, text))
        while True:
            try:
                if not window.offers:
                    await window.read_catalogue()
                if not self._stopped and self._began_ms is not None:
                    await self._see_featured(window)
            except (ShopAway, Refused) as error:
                log.debug("the shop's window cannot be seen: %s", type(error).__name__)
            until = asyncio.get_running_loop().time() + _LOOK_S
            while (rest := until - asyncio.get_running_loop().time()) > 0:
                try:
                    async with asyncio.timeout(rest):
                        at_ms, text = await self._heard.get()
                except TimeoutError:
                    break
                await self._react(window, at_ms, text)

    async def _announced_before(self) -> list[tuple[int, str]]:
        since = self._now() - _REMEMBERED_MS
        return await self._parts.book.read(
            lambda db: db.execute(
                "SELECT at_ms, text FROM frames WHERE by_us = 1 AND reply_to IS NULL AND at_ms > ? ORDER BY seq", (since,)
            ).fetchall()
        )  # fmt: skip

    async def _see_featured(self, window: ShopWindow) -> None:
        before = window.featured
        product_id = await window.look()
        if product_id != before:
            slot = max(0, self._slot(self._now()))
            self._talk_about(window, product_id, slot)
            offer = window.offers.get(product_id or "")
            if offer is not None:
                self._interest(featured_seen(slot, offer))

    async def _react(self, window: ShopWindow, at_ms: int, text: str) -> None:
        if self._began_ms is None:
            # The host may be quicker than who tells us that the show began.
            self._before_start.append((at_ms, text))
            return
        if self._stopped:
            return
        slot, link_id, code = max(0, self._slot(at_ms)), link_in(text), code_in(text)
        if link_id is not None:
            try:
                product_id = await window.behind(link_id)
            except (ShopAway, Refused) as error:
                log.info("nobody can follow %s: %s", link_id, type(error).__name__)
                return
            if not window.knows(link_id):
                return
            if product_id is not None:
                self._talk_about(window, product_id, slot)
            self._interest(link_heard(slot, link_id, window.offers.get(product_id or "")))
        if code is not None:
            self._code = (slot, code)
            last = next((i for i in reversed(self._interests) if i.kind == "link"), None)
            offer = last.offer if last else window.offers.get(window.featured or "")
            self._interest(code_heard(slot, code, offer, last.link_id if last else None))

    def _talk_about(self, window: ShopWindow, product_id: str | None, slot: int) -> None:
        if product_id is None or self._focus is None or self._focus.product_id != product_id:
            self._focus = window.focus(product_id, slot)

    def _interest(self, interest: Interest) -> None:
        self._interests = [*self._interests, interest][-_MOST_INTERESTS:]


def _write(tx: BookTx, rows: Sequence[Draft | Sample], told: Sequence[tuple[int, str, str, str]]) -> None:
    tx.add(rows)
    _write_told(tx, told)


def _write_told(tx: BookTx, told: Sequence[tuple[int, str, str, str]]) -> None:
    tx.db.executemany("INSERT INTO intentions (slot, kind, detail, outcome) VALUES (?, ?, ?, ?)", told)
