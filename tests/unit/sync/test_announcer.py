"""The facts that nobody decides come into the log at their moment, once, also after a restart."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from studio.control.clock import MeasuredShowClock
from studio.control.desk import Desk
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.announcement_rules import AnnouncementKind, AnnouncementRules, KindRule
from studio.domain.decide import Facts
from studio.domain.effects import Effect, Say
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.show import fold
from studio.sync.announcer import Announcer
from tests.fakes.memory_store import MemoryOutbox
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import item, lineup

SHOW = "show-1"
MINUTE = 60
PROMO = "promo-1"


class Stage:
    """A show on air in virtual time, whose stock the test sets and whose shop answers when the test says so."""

    def __init__(self, loop: VirtualLoop, rate: float) -> None:
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall, rate)
        self.measure()
        self.store = MemoryOutbox()
        self.stock: dict[str, int] = {"p1": 5, "p2": 5}
        self.desk = self._desk([])
        self.announcer = self._announcer()
        self.task = asyncio.create_task(self.announcer.run())

    def measure(self) -> None:
        now = self.clock.best_ms() if self.clock.now_ms() else self.wall.now_ms()
        self.clock.measured(now, self.wall.now_ms(), self.wall.now_ms(), self.clock.rate)

    def _desk(self, log: Sequence[ev.Logged]) -> Desk:
        facts = Facts(self.stock)
        return Desk(
            fold(SHOW, log),
            self.store,
            self.clock,
            self.wall,
            lambda: facts,
            lambda _e, _f, _s: self.announcer.wake(),
            last_ms=log[-1].at_ms if log else 0,
        )

    def _announcer(self) -> Announcer:
        return Announcer(lambda: self.desk.state, self.stock.get, self.clock, self.desk.amend)

    async def on_air(self, rules: AnnouncementRules | None = None) -> None:
        items = lineup(item(1, safety_stock=2), item(2))
        await self.do(cmd.PlanShow(items, "demo", ("live",), announcements=rules))
        await self.do(cmd.StartShow())

    async def do(self, command: cmd.Command) -> None:
        assert await self.desk.do(command) is None

    async def restart(self) -> None:
        """The process ends; a new one reads the log."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.desk = self._desk(self.store.log)
        self.announcer = self._announcer()
        self.task = asyncio.create_task(self.announcer.run())

    async def code(self, minutes: int, *, at_once: bool = True) -> None:
        plan = PromoPlan("plan", "NORD20", PromoKind.PERCENT, 20, scope=PromoScope.ALL, minutes=minutes)
        await self.do(cmd.IssuePromo(PROMO, plan))
        promo = self.desk.state.promos[PROMO].promo
        if at_once:
            await self.desk.record([ev.PromoConfirmed(PROMO, "s", promo.starts_at_ms, promo.ends_at_ms)])

    async def window_confirmed(self) -> None:
        wanted = self.desk.state.promos[PROMO].wanted_ends_at_ms
        await self.desk.record([ev.PromoWindowConfirmed(PROMO, wanted)])

    async def sells(self, product_id: str, left: int) -> None:
        self.stock[product_id] = left
        self.announcer.wake()
        await asyncio.sleep(0.001)

    def facts(self, kind: type) -> list[ev.Logged]:
        return [logged for logged in self.store.log if isinstance(logged.event, kind)]

    def store_says(self) -> list[Effect]:
        """What is to be said, in order."""
        rows = [row.effect for row in self.store.table.values() if isinstance(row.effect.action, Say)]
        return sorted(rows, key=lambda effect: effect.seq)

    def before_end(self) -> list[int]:
        """How many seconds before its end each last minute was noted."""
        return [round((e.event.ends_at_ms - e.at_ms) / 1000) for e in self.facts(ev.PromoEnding)]


def play(story: Callable[[Stage], Awaitable[None]], rate: float = 1.0) -> Stage:
    async def main(loop: VirtualLoop) -> Stage:
        stage = Stage(loop, rate)
        await story(stage)
        assert fold(SHOW, stage.store.log) == stage.desk.state
        return stage

    return run(main)


# --- the last minute of a code ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [1.0, 60.0])
def test_a_codes_last_minute_is_noted_when_it_begins_by_the_shops_clock(rate: float):
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        await asyncio.sleep(8.9 * MINUTE / rate)
        assert not s.facts(ev.PromoEnding)
        await asyncio.sleep(30 * MINUTE / rate)

    s = play(story, rate)
    assert s.before_end() == [60]
    assert [effect.action.text.split(" at ")[0] for effect in s.store_says()][-1] == (
        "Code NORD20 ends in 1 min,"
    )


def test_a_short_code_gets_none_nor_one_that_the_shop_has_not_confirmed_or_that_was_ended():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.code(1)
        await asyncio.sleep(10 * MINUTE)

    async def unconfirmed(s: Stage) -> None:
        await s.on_air()
        await s.code(10, at_once=False)
        await asyncio.sleep(20 * MINUTE)

    async def ended(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        await asyncio.sleep(5 * MINUTE)
        await s.do(cmd.EndPromo(PROMO))
        await asyncio.sleep(20 * MINUTE)

    assert [play(each).before_end() for each in (story, unconfirmed, ended)] == [[], [], []]


def test_the_last_minute_moves_with_an_extension_and_waits_for_the_shop_to_confirm_it():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        await asyncio.sleep(8.5 * MINUTE)
        await s.do(cmd.ExtendPromo(PROMO, 5 * MINUTE * 1000))
        await asyncio.sleep(1.2 * MINUTE)
        assert not s.facts(ev.PromoEnding), "the host wants more, the shop has not said so yet"
        await s.window_confirmed()
        await asyncio.sleep(30 * MINUTE)

    s = play(story)
    assert s.before_end() == [60]
    assert s.facts(ev.PromoEnding)[0].event.ends_at_ms == s.desk.state.promos[PROMO].confirmed_ends_at_ms


def test_an_extension_within_the_last_minute_brings_another_last_minute():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        await asyncio.sleep(9.5 * MINUTE)
        await s.do(cmd.ExtendPromo(PROMO, 5 * MINUTE * 1000))
        await s.window_confirmed()
        await asyncio.sleep(30 * MINUTE)

    assert play(story).before_end() == [60, 60]


def test_after_a_restart_the_last_minute_is_noted_once_and_later_rather_than_never_but_not_too_late():
    async def noted(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        await asyncio.sleep(9.1 * MINUTE)
        await s.restart()
        await asyncio.sleep(10 * MINUTE)

    async def away(s: Stage, minutes: float) -> None:
        await s.on_air()
        await s.code(10)
        s.task.cancel()
        await asyncio.sleep(minutes * MINUTE)
        await s.restart()
        await asyncio.sleep(10 * MINUTE)

    assert play(noted).before_end() == [60]
    assert play(lambda s: away(s, 9.5)).before_end() == [30]
    assert play(lambda s: away(s, 9.9)).before_end() == []
    assert play(lambda s: away(s, 11)).before_end() == []


def test_while_the_shops_time_is_not_known_nothing_is_noted_and_soon_after_it_is():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        await asyncio.sleep(8.9 * MINUTE)
        s.wall.jump_ms = 3_600_000
        await asyncio.sleep(0.5 * MINUTE)
        assert not s.facts(ev.PromoEnding)
        s.wall.jump_ms = 0
        await asyncio.sleep(20 * MINUTE)

    assert play(story).before_end() in ([36], [35])


def test_a_full_disk_delays_it_and_loses_nothing():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.code(10)
        s.store.full = True
        await asyncio.sleep(9.2 * MINUTE)
        s.store.full = False
        await asyncio.sleep(20 * MINUTE)

    (left,) = play(story).before_end()
    assert 40 <= left <= 48


# --- sold out -----------------------------------------------------------------------------------------------------


def test_the_last_piece_of_the_product_on_air_is_noted_less_what_is_kept_back():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.do(cmd.PinItem("i1"))
        await s.sells("p1", 3)
        await s.sells("p2", 0)
        assert not s.facts(ev.SoldOut)
        await s.sells("p1", 2)
        await s.sells("p1", 1)
        await s.sells("p1", 0)

    s = play(story)
    assert [e.event for e in s.facts(ev.SoldOut)] == [ev.SoldOut("p1")]
    assert s.store_says()[-1].action.text == "Sold out: Item 1"


def test_what_is_pinned_though_it_is_sold_out_has_not_sold_out_on_air():
    async def story(s: Stage) -> None:
        await s.on_air()
        s.stock["p1"] = 0
        await s.do(cmd.PinItem("i1", deliberate=True))
        await s.sells("p1", 0)
        await s.restart()
        await asyncio.sleep(5)

    assert play(story).facts(ev.SoldOut) == []


def test_it_sells_out_again_only_when_it_was_back_and_the_pause_is_over():
    async def story(s: Stage) -> None:
        await s.on_air(AnnouncementRules(kinds={AnnouncementKind.SOLD_OUT: KindRule(cooldown_s=300)}))
        await s.do(cmd.PinItem("i2"))
        await s.sells("p2", 0)
        await asyncio.sleep(600)
        await s.sells("p2", 0)
        assert len(s.facts(ev.SoldOut)) == 1, "it never was back"
        await s.sells("p2", 1)
        await s.sells("p2", 0)
        assert len(s.facts(ev.SoldOut)) == 2
        await asyncio.sleep(200)
        await s.sells("p2", 1)
        await s.sells("p2", 0)
        await asyncio.sleep(200)
        await s.sells("p2", 0)
        assert len(s.facts(ev.SoldOut)) == 2, "it was too soon, and later it is no news"
        await s.sells("p2", 1)
        await s.sells("p2", 0)

    assert len(play(story).facts(ev.SoldOut)) == 3


def test_after_a_restart_a_sold_out_product_is_not_sold_out_again_but_one_that_sold_out_meanwhile_is():
    async def before(s: Stage) -> None:
        await s.on_air()
        await s.do(cmd.PinItem("i2"))
        await s.sells("p2", 0)
        await s.restart()
        await asyncio.sleep(600)
        await s.sells("p2", 0)

    async def meanwhile(s: Stage) -> None:
        await s.on_air()
        await s.do(cmd.PinItem("i2"))
        s.task.cancel()
        s.stock["p2"] = 0
        await s.restart()
        await asyncio.sleep(1)

    assert [len(play(each).facts(ev.SoldOut)) for each in (before, meanwhile)] == [1, 1]


def test_nobody_is_told_of_what_nobody_knows_or_after_the_show():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.do(cmd.PinItem("i2"))
        del s.stock["p2"]
        await s.sells("p1", 0)
        await s.code(10)
        await s.do(cmd.EndShow())
        await s.sells("p2", 0)
        await asyncio.sleep(20 * MINUTE)

    s = play(story)
    assert s.facts(ev.SoldOut) + s.facts(ev.PromoEnding) == []
