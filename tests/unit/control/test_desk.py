"""The desk writes before it says yes, and decides again when another seat was faster."""

import pytest

from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.desk import Desk
from studio.control.ports import ExpectedSeqMismatch, StoreFull
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.decide import Facts
from studio.domain.show import ShowState
from tests.unit.domain.show_builder import lineup


class MemoryLog:
    def __init__(self) -> None:
        self.events: list[ev.Logged] = []
        self.effects = []
        self.full = False

    async def append(self, show_id, expected_seq, events, effects) -> None:
        if self.full:
            raise StoreFull("The disk is full.")
        if expected_seq != len(self.events):
            raise ExpectedSeqMismatch
        self.events += events
        self.effects += effects

    async def read(self, show_id, after=0):
        return self.events[after:]

    async def shows(self):
        return []


def desk(log: MemoryLog, seen: list | None = None) -> Desk:
    wall = SystemWallClock()
    told = [] if seen is None else seen
    return Desk(
        ShowState("show-1"),
        log,
        MeasuredShowClock(wall),
        wall,
        Facts,
        lambda events, _e, _s: told.extend(events),
    )


async def test_what_was_decided_is_in_the_log_when_the_desk_says_yes():
    log, seen = MemoryLog(), []
    host = desk(log, seen)
    assert await host.do(cmd.PlanShow(lineup(), "demo", ("live",))) is None
    assert await host.do(cmd.StartShow()) is None
    assert [type(e.event).__name__ for e in log.events] == ["ShowPlanned", "ShowStarted"]
    assert seen == log.events
    assert [e.seq for e in log.events] == [1, 2]


async def test_a_full_disk_leaves_everything_as_it_was():
    log = MemoryLog()
    host = desk(log)
    await host.do(cmd.PlanShow(lineup(), "demo", ("live",)))
    log.full = True
    with pytest.raises(StoreFull):
        await host.do(cmd.StartShow())
    assert host.state.started_at_ms is None
    log.full = False
    assert await host.do(cmd.StartShow()) is None


async def test_another_seats_decision_is_seen_before_deciding_again():
    log = MemoryLog()
    one, other = desk(log), desk(log)
    await one.do(cmd.PlanShow(lineup(), "demo", ("live",)))
    assert (await other.do(cmd.PlanShow(lineup(), "demo", ()))).reason == "exists"
    await one.do(cmd.StartShow())
    assert await other.do(cmd.SkipItem("i2")) is None
    assert other.state.started_at_ms is not None
    await one.record([ev.PromoLapsed("none")])
    assert [e.seq for e in log.events] == [1, 2, 3, 4]


async def test_undo_names_the_command_it_takes_back():
    log = MemoryLog()
    host = desk(log)
    for command in (cmd.PlanShow(lineup(), "demo", ("live",)), cmd.StartShow(), cmd.NextItem(), cmd.Undo()):
        assert await host.do(command) is None
    pinned = next(e for e in log.events if isinstance(e.event, ev.ItemWentOnAir))
    assert log.events[-1].undoes == pinned.command_id
    assert host.state.undoable == ()


class TurnedBack:
    """A show clock that says something earlier each time."""

    rate = 1.0

    def __init__(self) -> None:
        self._now = 1_000_000

    def now_ms(self) -> int:
        return self.best_ms()

    def best_ms(self) -> int:
        self._now -= 60_000
        return self._now

    def measured(self, shop_ms, sent_wall_ms, received_wall_ms, rate=1.0) -> None:
        raise AssertionError("a desk only reads the time")


async def test_decisions_are_stamped_in_their_order_even_when_the_clock_is_set_back():
    log = MemoryLog()
    seat = Desk(
        ShowState("show-1"), log, TurnedBack(), SystemWallClock(), Facts, lambda *_: None, last_ms=2_000_000
    )
    for command in (cmd.PlanShow(lineup(), "shop", ("live",)), cmd.StartShow(), cmd.NextItem()):
        assert await seat.do(command) is None
    await seat.record([ev.EffectSettled("e1", "shop", "FeatureProduct", ev.Outcome.DELIVERED)])
    assert await seat.do(cmd.Unpin()) is None
    assert [logged.at_ms for logged in log.events] == [2_000_001, 2_000_002, 2_000_003, 2_000_003, 2_000_004]
