"""A code that is planned for a time is issued at that time by the shop's clock: by itself, and exactly once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from studio.control.clock import MeasuredShowClock
from studio.control.desk import Desk
from studio.control.ports import StoreFull
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.decide import Facts
from studio.domain.effects import CreatePromo
from studio.domain.promo import PromoPlan, PromoScope
from studio.domain.show import ShowState, fold
from studio.sync.promo_timer import PromoTimer
from tests.fakes.memory_store import MemoryOutbox
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import item, lineup, plan

SHOW = "show-1"
MINUTE = 60
MS = 60_000
SHOP_AHEAD_MS = 7 * MS
"""The shop's clock is not this computer's."""


class Stage:
    """A show in virtual time with planned codes."""

    def __init__(self, loop: VirtualLoop, rate: float) -> None:
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall, rate)
        self.store = MemoryOutbox()
        self.full = False
        self.notices: list[tuple[str, str]] = []
        self._begin([])
        self.measure()

    def measure(self) -> None:
        now = self.clock.best_ms() if self.clock.now_ms() else self.wall.now_ms() + SHOP_AHEAD_MS
        self.clock.measured(now, self.wall.now_ms(), self.wall.now_ms(), self.clock.rate)

    def _begin(self, log: Sequence[ev.Logged]) -> None:
        self.desk = Desk(
            fold(SHOW, log),
            self.store,
            self.clock,
            self.wall,
            Facts,
            lambda _e, _f, _s: self.timer.wake(),
            last_ms=log[-1].at_ms if log else 0,
        )
        self.timer = PromoTimer(lambda: self.desk.state, self.clock, self._amend, self._tell)
        self.task = asyncio.create_task(self.timer.run())

    async def _amend(self, make: Callable[[ShowState], Sequence[ev.Event]]) -> None:
        if self.full:
            raise StoreFull("The disk is full.")
        await self.desk.amend(make)

    def _tell(self, level: str, sentence: str, key: str) -> None:
        assert level == "warning"
        self.notices.append((key, sentence))

    async def on_air(self, *codes: PromoPlan, of_item: PromoPlan | None = None) -> None:
        await self.do(cmd.PlanShow(lineup(item(1, promo=of_item), item(2)), "demo", ("live",), promos=codes))
        await self.do(cmd.StartShow())

    async def do(self, command: cmd.Command) -> None:
        assert await self.desk.do(command) is None

    async def stop(self) -> None:
        """The process ends."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def start_again(self, *, shop_answers: bool = True) -> None:
        """A new process reads the log; without the shop nobody knows its time."""
        self.clock = MeasuredShowClock(self.wall, self.clock.rate)
        if shop_answers:
            self.clock.measured(self.wall.now_ms() + SHOP_AHEAD_MS, self.wall.now_ms(), self.wall.now_ms())
        self._begin(self.store.log)

    @property
    def issued(self) -> list[tuple[str, float]]:
        """Which codes were issued, and how many minutes after the start by the shop's clock."""
        began = self.desk.state.started_at_ms or 0
        return [
            (entry.event.promo.code, round((entry.at_ms - began) / MS, 2))
            for entry in self.store.log
            if isinstance(entry.event, ev.PromoIssued)
        ]

    @property
    def to_shop(self) -> list[str]:
        rows = [row.effect for row in self.store.table.values()]
        return [effect.action.promo.code for effect in rows if isinstance(effect.action, CreatePromo)]

    @property
    def said(self) -> list[str]:
        return [sentence for _, sentence in self.notices]


def play(story: Callable[[Stage], Awaitable[None]], rate: float = 1.0) -> Stage:
    async def main(loop: VirtualLoop) -> Stage:
        stage = Stage(loop, rate)
        await story(stage)
        assert fold(SHOW, stage.store.log) == stage.desk.state
        return stage

    return run(main)


def after(late: float, code: str = "AFTER10", **changes: object) -> PromoPlan:
    return plan(code, scope=PromoScope.ALL, after_start_ms=round(late * MS), **changes)


@pytest.mark.parametrize("rate", [1.0, 60.0])
def test_codes_are_issued_at_their_times_by_the_shops_clock(rate: float):
    async def story(s: Stage) -> None:
        await s.on_air(after(10), after(2, "AFTER2"), of_item=plan("ITEM5", after_start_ms=5 * MS))
        await asyncio.sleep(30 * MINUTE / rate)

    s = play(story, rate)
    assert [(code, round(at, 1)) for code, at in s.issued] == [
        ("AFTER2", 2.0),
        ("ITEM5", 5.0),
        ("AFTER10", 10.0),
    ]
    assert s.to_shop == ["AFTER2", "ITEM5", "AFTER10"]
    (record,) = [r for r in s.desk.state.promos.values() if r.promo.code == "ITEM5"]
    assert (record.promo.product_ids, record.promo.item_id) == (("p1",), "i1")
    assert s.said == []


def test_a_window_of_the_calendar_begins_with_it_or_with_the_show_and_ends_with_it():
    ends_at: list[int] = []

    async def story(s: Stage) -> None:
        now = s.clock.best_ms()
        ends_at.append(now + 9 * MS)
        await s.on_air(
            plan("LATER", scope=PromoScope.ALL, from_ms=now + 3 * MS, until_ms=now + 9 * MS),
            plan("SINCE", scope=PromoScope.ALL, from_ms=now - 60 * MS, until_ms=now + 9 * MS),
        )
        await asyncio.sleep(20 * MINUTE)

    s = play(story)
    assert s.issued == [("SINCE", 0.0), ("LATER", 3.0)]
    assert [r.promo.ends_at_ms for r in s.desk.state.promos.values()] == ends_at * 2


def test_nothing_is_issued_before_the_show_nor_after_it():
    async def story(s: Stage) -> None:
        codes = (after(2), plan("DATE", scope=PromoScope.ALL, until_ms=s.clock.best_ms() + 60 * MS))
        await s.do(cmd.PlanShow(lineup(item(1)), "demo", ("live",), promos=codes))
        await asyncio.sleep(10 * MINUTE)
        assert s.issued == []
        await s.do(cmd.StartShow())
        await asyncio.sleep(1 * MINUTE)
        await s.do(cmd.EndShow())
        await asyncio.sleep(30 * MINUTE)

    assert play(story).issued == [("DATE", 0.0)]


def test_a_plan_that_changes_while_on_air_counts_as_it_stands_then():
    async def story(s: Stage) -> None:
        await s.on_air(after(10), after(12, "GONE"))
        await asyncio.sleep(5 * MINUTE)
        await s.do(cmd.PlanPromos((after(7), after(1, "NOW"))))
        await asyncio.sleep(20 * MINUTE)

    assert play(story).issued == [("NOW", 5.0), ("AFTER10", 7.0)]


def test_a_restart_after_the_moment_issues_nothing_again_and_one_before_it_forgets_nothing():
    async def story(s: Stage) -> None:
        await s.on_air(after(2, "AFTER2"), after(10))
        await asyncio.sleep(3 * MINUTE)
        for minutes in (1, 1, 2, 4, 1):
            await s.stop()
            s.start_again()
            await asyncio.sleep(minutes * MINUTE)

    assert play(story).issued == [("AFTER2", 2.0), ("AFTER10", 10.0)]


def test_a_code_whose_moment_came_while_the_studio_was_closed_is_issued_when_it_opens():
    async def story(s: Stage) -> None:
        await s.on_air(after(10))
        await s.stop()
        await asyncio.sleep(15 * MINUTE)
        s.start_again()
        await asyncio.sleep(1 * MINUTE)

    assert play(story).issued == [("AFTER10", 15.0)]


def test_one_whose_whole_time_passed_is_left_out_and_said_once():
    async def story(s: Stage) -> None:
        await s.on_air(after(10))
        await s.stop()
        await asyncio.sleep(25 * MINUTE)
        s.start_again()
        await asyncio.sleep(5 * MINUTE)
        await s.do(cmd.NextItem())
        await asyncio.sleep(5 * MINUTE)

    s = play(story)
    assert s.issued == []
    assert s.said == ["The time of AFTER10 passed unused: issue it by hand, or leave it out."]


def test_without_the_shops_time_nothing_is_issued_and_once_it_is_known_it_is():
    async def story(s: Stage) -> None:
        await s.on_air(after(10))
        await s.stop()
        s.start_again(shop_answers=False)
        await asyncio.sleep(12 * MINUTE)
        assert s.issued == []
        s.measure()
        await asyncio.sleep(1)

    s = play(story)
    assert [code for code, _ in s.issued] == ["AFTER10"]
    assert s.issued[0][1] == pytest.approx(12.0, abs=0.05)


def test_what_the_host_issued_or_took_back_is_not_issued_by_the_clock():
    async def story(s: Stage) -> None:
        await s.on_air(after(10), after(3, "TAKEN-BACK"))
        await s.do(cmd.IssuePromoPlan("by-hand", "plan-AFTER10"))
        await asyncio.sleep(4 * MINUTE)
        (promo_id,) = [r.promo.id for r in s.desk.state.promos.values() if r.promo.code == "TAKEN-BACK"]
        await s.do(cmd.EndPromo(promo_id))
        await asyncio.sleep(20 * MINUTE)

    assert [code for code, _ in play(story).issued] == ["AFTER10", "TAKEN-BACK"]


def test_undo_takes_back_what_the_host_did_last_and_not_what_the_clock_did():
    async def story(s: Stage) -> None:
        await s.on_air(after(1))
        await s.do(cmd.NextItem())
        await asyncio.sleep(2 * MINUTE)
        await s.do(cmd.Undo())

    s = play(story)
    assert s.desk.state.on_air is None
    assert [r.withdrawn for r in s.desk.state.promos.values()] == [False]


def test_a_code_for_the_product_of_a_skipped_item_lapses_and_is_said_and_one_for_all_is_issued():
    async def story(s: Stage) -> None:
        of_item = plan("ITEM5", after_start_ms=5 * MS)
        await s.on_air(after(2, "AFTER2"), of_item=of_item)
        await s.do(cmd.SkipItem("i1"))
        await asyncio.sleep(30 * MINUTE)

    s = play(story)
    assert [code for code, _ in s.issued] == ["AFTER2"]
    assert s.said == [
        "ITEM5 was not issued at its time: “Item 1” was skipped. Issue it by hand, or plan the item again."
    ]


@pytest.mark.parametrize("scope", [PromoScope.LINEUP, PromoScope.ALL])
def test_a_code_of_a_skipped_item_that_is_good_for_more_than_it_is_issued_at_its_time(scope: PromoScope):
    async def story(s: Stage) -> None:
        await s.on_air(of_item=plan("ITEM5", after_start_ms=5 * MS, scope=scope))
        await s.do(cmd.SkipItem("i1"))
        await asyncio.sleep(30 * MINUTE)

    s = play(story)
    assert (s.issued, s.said) == ([("ITEM5", 5.0)], [])


def test_a_code_of_an_item_that_is_planned_again_in_time_is_issued_then():
    async def story(s: Stage) -> None:
        await s.on_air(of_item=plan("ITEM5", after_start_ms=5 * MS))
        await s.do(cmd.SkipItem("i1"))
        await asyncio.sleep(8 * MINUTE)
        assert s.issued == []
        await s.do(cmd.SkipItem("i1", skip=False))
        await asyncio.sleep(1)

    s = play(story)
    assert s.issued == [("ITEM5", 8.0)]
    assert len(s.said) == 2
    assert s.said[-1] == "", "what was said is taken back"


def test_a_code_for_the_end_of_a_skipped_item_is_left_out_and_said():
    async def story(s: Stage) -> None:
        await s.on_air(of_item=plan("LAST", at_end=True, hours_after_show=24))
        await s.do(cmd.SkipItem("i1"))
        await asyncio.sleep(1)
        await s.do(cmd.EndShow())
        await asyncio.sleep(1 * MINUTE)

    s = play(story)
    assert (s.issued, s.said) == (
        [],
        ["LAST was not issued at the end of the show. “Item 1” was skipped."],
    )


def test_a_refusal_is_said_once_and_taken_back_when_the_plan_is_mended():
    async def story(s: Stage) -> None:
        await s.on_air(after(1, "with space"))
        await asyncio.sleep(5 * MINUTE)
        await s.do(cmd.NextItem())
        await asyncio.sleep(5 * MINUTE)
        await s.do(cmd.PlanPromos((after(1, "MENDED", id="plan-with space", minutes=20),)))
        await asyncio.sleep(1)

    s = play(story)
    assert s.said == [
        "with space was not issued at its time. Write the code in capitals: WITH SPACE.",
        "",
    ]
    assert [code for code, _ in s.issued] == ["MENDED"]
    assert len({key for key, _ in s.notices}) == 1


def test_a_full_disk_delays_a_code_and_loses_none():
    async def story(s: Stage) -> None:
        await s.on_air(after(1))
        s.full = True
        await asyncio.sleep(3 * MINUTE)
        assert s.issued == []
        s.full = False
        await asyncio.sleep(10)

    assert [code for code, _ in play(story).issued] == ["AFTER10"]


def test_what_could_not_be_issued_with_the_end_is_said_after_it():
    async def story(s: Stage) -> None:
        await s.on_air(
            plan("LAST", scope=PromoScope.ALL, at_end=True),
            plan("LAST", id="second", scope=PromoScope.ALL, at_end=True),
        )
        await asyncio.sleep(1)
        await s.do(cmd.EndShow())
        await asyncio.sleep(1 * MINUTE)

    s = play(story)
    assert [code for code, _ in s.issued] == ["LAST"]
    (sentence,) = s.said
    assert sentence.startswith(
        "LAST was not issued at the end of the show. The code LAST was issued in this show"
    )
