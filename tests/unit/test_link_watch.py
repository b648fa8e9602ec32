"""A connection that is lost on air is in the show's log, once, and so is that it is back; nothing that a server said is."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.control.clock import MeasuredShowClock
from studio.control.desk import Desk
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.decide import Facts
from studio.domain.show import fold
from studio.link_watch import LOST_AFTER_MS, LinkWatch
from studio.sync.links import LinkState
from tests.fakes.memory_store import MemoryOutbox
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import item, lineup

SHOW = "show-1"
SECRET = "the token abc123 was wrong"


class Place:
    """A show in virtual time, watched."""

    def __init__(self, loop: VirtualLoop, log: Sequence[ev.Logged] = ()) -> None:
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall)
        self.clock.measured(self.wall.now_ms(), self.wall.now_ms(), self.wall.now_ms())
        self.store = MemoryOutbox()
        self.store.log = list(log)
        last = log[-1].at_ms if log else 0
        self.desk = Desk(
            fold(SHOW, log), self.store, self.clock, self.wall, Facts, lambda *_: None, last_ms=last
        )
        self.watch = LinkWatch(self.clock, self.wall, self.desk.amend)
        self.task = asyncio.create_task(self.watch.run())

    async def on_air(self) -> None:
        await self.do(cmd.PlanShow(lineup(item(1), item(2)), "demo", ("live",)))
        await self.do(cmd.StartShow())

    async def do(self, command: cmd.Command) -> None:
        assert await self.desk.do(command) is None

    def is_now(self, state: LinkState, kind: str = "shop", name: str = "demo") -> None:
        self.watch.take(
            name, kind, state, SECRET, self.wall.now_ms() if state is LinkState.OK else self.heard(kind, name)
        )

    def heard(self, kind: str, name: str) -> int | None:
        return next((s.heard_wall_ms for s in self.watch.statuses if (s.kind, s.name) == (kind, name)), None)

    @property
    def facts(self) -> list[ev.Logged]:
        return [e for e in self.store.log if isinstance(e.event, ev.LinkLost | ev.LinkRestored)]


async def passes(seconds: float) -> None:
    """Virtual time: nothing is waited for."""
    await asyncio.sleep(seconds)


@pytest.mark.parametrize("bad", [LinkState.DOWN, LinkState.ASKING, LinkState.CONNECTING])
@pytest.mark.parametrize("kind", ["shop", "channel"])
def test_a_loss_and_the_return_are_put_down_with_when_it_was_heard_last(bad: LinkState, kind: str):
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        await p.on_air()
        p.is_now(LinkState.OK, kind)
        await passes(60)
        heard = p.clock.best_ms() - 60_000
        p.is_now(bad, kind)
        await passes(LOST_AFTER_MS / 1000 - 1)
        assert p.facts == []
        await passes(2)
        assert [e.event for e in p.facts] == [ev.LinkLost(kind, "demo", heard)]
        assert p.desk.state.links_lost == {(kind, "demo")}
        await passes(300)
        p.is_now(LinkState.OK, kind)
        await passes(0.1)
        assert [e.event for e in p.facts][1:] == [ev.LinkRestored(kind, "demo")]
        assert p.facts[1].at_ms - p.facts[0].at_ms >= 300_000
        assert p.desk.state.links_lost == frozenset()

    run(main)


def test_a_hiccup_and_a_silence_are_no_loss():
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        await p.on_air()
        for state in (LinkState.OK, LinkState.DOWN, LinkState.CONNECTING):
            p.is_now(state)
            await passes(4)
        p.is_now(LinkState.OK)
        p.is_now(LinkState.STALE)
        await passes(600)
        assert p.facts == []

    run(main)


def test_a_connection_that_comes_back_to_a_silence_was_away_for_a_moment_only():
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        await p.on_air()
        for state in (LinkState.OK, LinkState.STALE, LinkState.DOWN):
            p.is_now(state)
            await passes(5)
        p.is_now(LinkState.STALE)
        await passes(600)
        assert p.facts == []

    run(main)


def test_only_what_happens_on_air_is_put_down_and_undo_passes_it_over():
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        await p.do(cmd.PlanShow(lineup(item(1), item(2)), "demo", ("live",)))
        down = p.clock.best_ms()
        p.is_now(LinkState.DOWN)
        p.is_now(LinkState.DOWN, "stage", "obs")
        await passes(60)
        assert p.facts == []
        await p.do(cmd.StartShow())
        await p.do(cmd.PinItem("i1"))
        await passes(5)
        assert [e.event for e in p.facts] == [ev.LinkLost("shop", "demo", down)]
        assert p.facts[0].command_id == ""
        await p.do(cmd.Undo())
        assert p.desk.state.on_air_id == "", "the pin was undone"
        await p.do(cmd.EndShow())
        p.is_now(LinkState.OK)
        await passes(60)
        assert len(p.facts) == 1

    run(main)


def test_after_a_restart_the_return_is_put_down_and_the_loss_not_twice():
    async def main(loop: VirtualLoop) -> None:
        first = Place(loop)
        await first.on_air()
        first.is_now(LinkState.DOWN)
        await passes(20)
        first.task.cancel()
        p = Place(loop, first.store.log)
        p.is_now(LinkState.CONNECTING)
        await passes(60)
        assert len(p.facts) == 1
        p.is_now(LinkState.OK)
        await passes(1)
        assert [type(e.event) for e in p.facts] == [ev.LinkLost, ev.LinkRestored]

    run(main)


def test_what_could_not_be_put_down_while_the_disk_was_full_is_put_down_later():
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        await p.on_air()
        p.store.full = True
        down = p.clock.best_ms()
        p.is_now(LinkState.DOWN)
        await passes(60)
        assert p.facts == []
        p.store.full = False
        await passes(10)
        assert [e.event for e in p.facts] == [ev.LinkLost("shop", "demo", down)]

    run(main)


turns = st.lists(
    st.tuples(st.sampled_from(list(LinkState)), st.sampled_from(["shop", "channel"]), st.integers(0, 40)), max_size=25
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(turns)
def test_losses_and_returns_take_turns_whatever_the_links_do_and_keep_no_sentence(
    turned: list[tuple[LinkState, str, int]],
):
    async def main(loop: VirtualLoop) -> None:
        p = Place(loop)
        await p.on_air()
        for state, kind, seconds in turned:
            p.is_now(state, kind)
            await passes(seconds)
        for kind in ("shop", "channel"):
            told = [type(e.event) for e in p.facts if e.event.kind == kind]
            assert all(one is (ev.LinkLost if n % 2 == 0 else ev.LinkRestored) for n, one in enumerate(told))
        assert SECRET.encode() not in msgspec.json.encode(p.store.log)
        assert fold(SHOW, p.store.log) == p.desk.state

    run(main)
