"""The broadcast is in the show's log, so that the chapters of its replay begin where they should."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from studio.control.clock import MeasuredShowClock
from studio.control.ports import Stage, StreamState
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.show import ShowState
from studio.domain.show_state import Broadcast
from studio.show_stage import ShowStage
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import Show
from tests.unit.domain.test_stage import PRODUCTS
from tests.unit.sync.test_stage_keeper import FakeStage

MINUTE = 60_000


class Stages:
    unsure_ms = 5_000
    few = 10

    def __init__(self, stage: FakeStage) -> None:
        self._stage = stage
        self.sure: Callable[[], bool] = lambda: False

    def make(self) -> Sequence[Stage]:
        return [self._stage]


class Place:
    """A show whose clock is a minute ahead of this computer's, and OBS."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall)
        now = self.wall.now_ms()
        self.clock.measured(now + MINUTE, now, now)
        self.show = Show()
        self.obs = FakeStage(self.wall)
        self.told: list[tuple[str, StreamState]] = []
        self.stages = Stages(self.obs)
        self.stage = ShowStage(
            self.stages, self.clock, self.wall, self.nothing, self.no_link, self.amend,
            lambda *_: None, lambda name, state: self.told.append((name, state)),
        )  # fmt: skip

    def tell(self) -> None:
        self.stage.update(self.show.state, PRODUCTS, {})

    async def nothing(self) -> None:
        pass

    async def no_link(self, _product_id: str) -> str:
        return ""

    async def amend(self, make: Callable[[ShowState], Sequence[ev.Event]]) -> None:
        self.show.now = self.clock.best_ms()
        for event in make(self.show.state):
            self.show.append(event)

    async def streams(self, since_ms: int | None, **changes) -> None:
        assert self.obs.events is not None
        self.obs.events.stream(
            StreamState(streaming=since_ms is not None, started_wall_ms=since_ms, **changes)
        )
        await asyncio.sleep(0.01)


def play(story: Callable[[Place], Awaitable[None]]) -> Place:
    async def main(loop: VirtualLoop) -> Place:
        place = Place(loop)
        place.stage.start()
        await asyncio.sleep(0.01)
        await story(place)
        await place.stage.close()
        return place

    return run(main)


def test_a_broadcast_is_logged_by_the_shops_time_when_it_begins_and_when_it_ends():
    async def story(p: Place) -> None:
        begun = p.wall.now_ms()
        await p.streams(None)
        assert p.show.state.broadcasts == ()
        await p.streams(begun)
        assert p.show.state.broadcasts == (Broadcast("obs", begun + MINUTE),)
        await asyncio.sleep(600)
        await p.streams(begun + 900, dropped=12)
        await p.streams(begun + 900, dropped=40, reconnecting=True)
        assert len(p.show.state.broadcasts) == 1, "it is the same broadcast"
        ended = p.clock.best_ms()
        await p.streams(None)
        assert [(b.from_ms, b.to_ms) for b in p.show.state.broadcasts] == [(begun + MINUTE, ended)]
        again = p.wall.now_ms()
        await p.streams(again)
        assert p.show.state.streams == {"obs": again + MINUTE}

    p = play(story)
    assert p.obs.cleared
    assert len(p.told) == 6


def test_a_broadcast_that_ended_unseen_ended_when_the_next_one_began():
    async def story(p: Place) -> None:
        first = p.wall.now_ms()
        await p.streams(first)
        await asyncio.sleep(120)
        second = p.wall.now_ms()
        await p.streams(second)
        assert [(b.from_ms, b.to_ms) for b in p.show.state.broadcasts] == [
            (first + MINUTE, second + MINUTE),
            (second + MINUTE, None),
        ]

    play(story)


def test_before_the_shop_was_heard_nothing_of_it_is_on_the_stage_so_all_that_is_there_holds():
    async def story(p: Place) -> None:
        assert p.stages.sure()

    play(story)


def test_a_broadcast_that_began_while_the_shops_time_was_unknown_is_logged_as_soon_as_it_is_known():
    async def story(p: Place) -> None:
        p.wall.jump_ms = 3_600_000  # this computer slept
        begun = p.wall.now_ms()
        await p.streams(begun)
        assert p.show.state.broadcasts == ()
        now = p.wall.now_ms()
        p.clock.measured(now + MINUTE, now, now)
        await asyncio.sleep(2)
        assert p.show.state.broadcasts == (Broadcast("obs", begun + MINUTE),)

    play(story)


def test_a_product_that_the_shop_refused_leaves_the_stage_and_comes_back_when_the_shop_takes_it():
    async def story(p: Place) -> None:
        p.show.do(cmd.PinItem("i1"))
        p.tell()
        assert p.obs.now.card is not None
        for n, (outcome, shown) in enumerate([(ev.Outcome.REFUSED, False), (ev.Outcome.DELIVERED, True)]):
            p.show.append(ev.EffectSettled(f"e{n}", "shop", "FeatureProduct", outcome, subject="p1"))
            p.tell()
            assert (p.obs.now.card is not None) is shown

    play(story)
