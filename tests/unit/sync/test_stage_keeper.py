"""The stage is as the show has it, and never wrong for longer than agreed."""

import asyncio
from collections.abc import Awaitable, Callable

from studio.control.clock import MeasuredShowClock
from studio.control.ports import StageEvents, StreamState, Unreachable
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.stage import StageView
from studio.sync.links import LinkState
from studio.sync.stage_keeper import StageKeeper
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import Show
from tests.unit.domain.test_stage import PRODUCTS


class FakeStage:
    """Remembers what it was told to show, and when."""

    name = "obs"

    def __init__(self, wall: VirtualWall) -> None:
        self._wall = wall
        self.views: list[tuple[int, StageView]] = []
        self.events: StageEvents | None = None
        self.cleared = False

    def show(self, view: StageView) -> None:
        self.views.append((self._wall.monotonic_ms(), view))

    async def run(self, events: StageEvents) -> None:
        self.events = events
        try:
            await asyncio.Event().wait()
        finally:
            self.cleared = True

    @property
    def now(self) -> StageView:
        return self.views[-1][1]


class Place:
    """A show, a shop that can be away, and a stage, in virtual time."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall)
        self.clock.measured(self.wall.now_ms(), self.wall.now_ms(), self.wall.now_ms())
        self.show = Show()
        self.stage = FakeStage(self.wall)
        self.away = False
        self.hangs = False
        self.pulses = 0
        self.links: list[tuple[str, str, LinkState, str]] = []
        self.streams: list[tuple[str, StreamState]] = []
        self.link_fails = False
        self.asked_links: list[str] = []
        self.keeper = StageKeeper(
            [self.stage],
            self.clock,
            self.wall,
            self.pulse,
            self.link_of,
            lambda name, kind, state, sentence, _heard: self.links.append((name, kind, state, sentence)),
            lambda name, stream: self.streams.append((name, stream)),
        )

    async def pulse(self) -> None:
        self.pulses += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.away:
            raise Unreachable("The shop cannot be reached.")

    async def link_of(self, product_id: str) -> str:
        self.asked_links.append(product_id)
        if self.link_fails:
            raise Unreachable("The shop cannot be reached.")
        return f"https://s.example/{product_id}"

    def do(self, command) -> None:
        self.show.now = self.wall.now_ms()
        assert self.show.do(command) is None
        self.tell()

    def tell(self) -> None:
        self.keeper.update(self.show.state, PRODUCTS, {}, frozenset())

    def confirm_code(self, minutes: int = 1) -> None:
        plan = PromoPlan(
            "plan", "NORD20", PromoKind.PERCENT, percent=20, scope=PromoScope.ALL, minutes=minutes
        )
        self.do(cmd.IssuePromo("promo", plan))
        promo = self.show.state.promos["promo"].promo
        self.show.append(ev.PromoConfirmed("promo", "s1", promo.starts_at_ms, promo.ends_at_ms))
        self.tell()


def play(story: Callable[[Place], Awaitable[None]]) -> Place:
    async def main(loop: VirtualLoop) -> Place:
        place = Place(loop)
        task = asyncio.create_task(place.keeper.run())
        await asyncio.sleep(0.01)
        place.keeper.shop_heard()
        await story(place)
        task.cancel()
        await asyncio.wait([task])
        return place

    return run(main)


def test_a_pin_is_on_the_stage_at_once_with_its_price_and_soon_with_its_link():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        card = p.stage.now.card
        assert card is not None
        assert card.price is not None
        await asyncio.sleep(0.1)
        card = p.stage.now.card
        assert card is not None
        assert card.link == "https://s.example/p1"

    assert play(story).stage.cleared, "at the end everything of ours leaves"


def test_a_code_leaves_at_its_end_not_a_second_later():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        p.confirm_code(minutes=1)
        begun = p.wall.monotonic_ms()
        assert p.stage.now.code is not None
        await asyncio.sleep(70)
        gone = next(at for at, view in p.stage.views if view.code is None and at > begun)
        assert gone - begun == 60_000

    play(story)


def test_while_the_shop_answers_price_and_code_stay_although_nothing_happens():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        p.confirm_code(minutes=30)
        before = len(p.stage.views)
        await asyncio.sleep(600)
        assert len(p.stage.views) == before + 1, "only the link came"
        assert p.stage.now.code is not None
        assert p.pulses > 300

    play(story)


def test_a_shop_that_is_away_takes_price_and_code_off_within_five_seconds():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        p.confirm_code(minutes=30)
        await asyncio.sleep(20)
        p.away = True
        lost = p.wall.monotonic_ms()
        await asyncio.sleep(20)
        gone = next(at for at, view in p.stage.views if view.code is None and at > lost)
        assert gone - lost <= 5_000
        assert p.stage.now.card is not None
        assert p.stage.now.card.price is None
        p.away = False
        await asyncio.sleep(3)
        assert p.stage.now.code is not None
        assert p.stage.now.card is not None
        assert p.stage.now.card.price is not None

    play(story)


def test_a_shop_that_hangs_takes_price_and_code_off_as_well():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        await asyncio.sleep(20)
        p.hangs = True
        lost = p.wall.monotonic_ms()
        await asyncio.sleep(30)
        gone = next(at for at, view in p.stage.views if view.card and view.card.price is None and at > lost)
        assert gone - lost <= 5_000

    play(story)


def test_when_the_shops_time_is_unknown_price_and_code_leave():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        await asyncio.sleep(3)
        p.wall.jump_ms = 3_600_000  # this computer slept
        await asyncio.sleep(5)
        assert p.clock.now_ms() is None
        assert p.stage.now.card is not None
        assert p.stage.now.card.price is None

    play(story)


def test_with_nothing_on_the_stage_the_shop_is_left_in_peace():
    async def story(p: Place) -> None:
        p.tell()
        await asyncio.sleep(60)

    assert play(story).pulses == 0


def test_a_link_that_is_not_to_be_had_is_asked_for_again_and_the_card_does_not_wait():
    async def story(p: Place) -> None:
        p.link_fails = True
        p.do(cmd.PinItem("i1"))
        await asyncio.sleep(12)
        assert p.stage.now.card is not None
        assert p.stage.now.card.link == ""
        assert len(p.asked_links) == 3
        p.link_fails = False
        await asyncio.sleep(6)
        assert p.stage.now.card.link == "https://s.example/p1"

    play(story)


def test_how_the_stage_and_the_broadcast_are_is_told():
    async def story(p: Place) -> None:
        events = p.stage.events
        assert events is not None
        events.link(True, "")
        events.link(False, "OBS has gone: start it again.")
        events.link(False, "OBS asks for its password.", asks_for_key=True)
        events.stream(StreamState(streaming=True, dropped=3))

    p = play(story)
    assert [(name, kind, state) for name, kind, state, _ in p.links] == [
        ("obs", "stage", LinkState.OK),
        ("obs", "stage", LinkState.DOWN),
        ("obs", "stage", LinkState.ASKING),
    ]
    assert p.streams == [("obs", StreamState(streaming=True, dropped=3))]


def test_a_code_leaves_at_its_end_also_where_the_shops_time_runs_fast():
    async def story(p: Place) -> None:
        wall = p.wall.now_ms()
        p.clock.measured(wall - 3, wall, wall, rate=10.0)
        p.do(cmd.PinItem("i1"))
        p.confirm_code(minutes=1)
        begun = p.wall.monotonic_ms()
        await asyncio.sleep(9)
        gone = next(at for at, view in p.stage.views if view.code is None and at > begun)
        assert gone - begun == 6_001

    play(story)


def test_after_the_show_and_after_its_codes_the_shop_is_left_in_peace():
    async def story(p: Place) -> None:
        p.do(cmd.PinItem("i1"))
        p.confirm_code(minutes=1)
        p.do(cmd.Unpin())
        await asyncio.sleep(30)
        asked = p.pulses
        assert asked > 10, "a code is live"
        await asyncio.sleep(32)
        asked = p.pulses
        await asyncio.sleep(60)
        assert p.pulses == asked, "it is over"
        p.do(cmd.PinItem("i1"))
        await asyncio.sleep(10)
        assert p.pulses > asked
        p.do(cmd.EndShow())
        asked = p.pulses
        await asyncio.sleep(60)
        assert p.pulses == asked

    play(story)


def test_a_link_that_is_not_to_be_had_is_not_asked_for_at_each_change_of_the_stock():
    async def story(p: Place) -> None:
        p.link_fails = True
        p.do(cmd.PinItem("i1"))
        for _ in range(40):
            await asyncio.sleep(0.1)
            p.tell()
        assert p.asked_links == ["p1"]
        p.do(cmd.PinItem("i2"))
        await asyncio.sleep(0.1)
        assert p.asked_links == ["p1", "p2"], "another product does not wait"

    play(story)
