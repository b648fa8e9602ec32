"""The outbox gets out: in order, once, by kind, and whatever happens in between."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.control.clock import MeasuredShowClock
from studio.control.desk import Desk
from studio.control.ports import (
    BadAnswer,
    OutboxRow,
    RefusedByTarget,
    Throttled,
    Unauthorised,
    Unreachable,
    Urgency,
    urgency_or,
)
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.decide import Facts
from studio.domain.kpi import pins_accepted
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.show import ShowState, fold
from studio.sync.http import REQUEST_SENT
from studio.sync.sender import KILL_POINTS, Sender
from tests.fakes.fake_shop import FakeChannel, FakeShop, lost, offline
from tests.fakes.memory_store import MemoryOutbox
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run
from tests.unit.domain.show_builder import item, lineup

SHOW = "show-1"
MINUTE = 60_000


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Points:
    at: str = ""
    reached_names: list[str] = field(default_factory=list)

    def reached(self, name: str) -> None:
        self.reached_names.append(name)
        if name == self.at:
            self.at = ""
            raise Killed(name)


class Stage:
    """A show on air with its desk, its sender, a shop and a channel, in virtual time."""

    store_kind = MemoryOutbox
    shop_kind = FakeShop

    def __init__(self, loop: VirtualLoop, channels: dict[str, FakeChannel] | None = None) -> None:
        self.loop = loop
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall)
        self.clock.measured(self.wall.now_ms(), self.wall.now_ms(), self.wall.now_ms())
        self.store = self.store_kind()
        self.shop = self.shop_kind(self.clock.best_ms)
        self.channels = {"live": FakeChannel()} if channels is None else channels
        for channel in self.channels.values():
            channel.wall_ms = self.wall.now_ms
        self.notices: list[tuple[str, str, str]] = []
        self.rows: list[tuple[OutboxRow, ...]] = []
        self.points = Points()
        self.sender = self.new_sender()
        self.desk = Desk(
            ShowState(SHOW),
            self.store,
            self.clock,
            self.wall,
            lambda: Facts({}, frozenset(self.sender.attempted)),
            lambda _e, _f, _s: self.sender.wake(),
        )
        self.task: asyncio.Task[None] | None = None

    def new_sender(self) -> Sender:
        return Sender(
            SHOW,
            self.store,
            lambda _show, events: self.desk.record(events),
            self.shop,
            self.channels,
            self.clock,
            self.wall,
            self.points,
            lambda rows: self.rows.append(tuple(rows)),
            lambda *notice: self.notices.append(notice),
            random=lambda: 0.5,
        )

    async def on_air(self, channels: tuple[str, ...] = ("live",)) -> "Stage":
        await self.desk.do(cmd.PlanShow(lineup(item(1), item(2), item(3), item(4)), "demo", channels))
        await self.desk.do(cmd.StartShow())
        self.start()
        return self

    def start(self) -> None:
        self.task = asyncio.create_task(self.sender.run())

    async def die(self) -> None:
        """The process ends; a new one starts on the same store."""
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.sender = self.new_sender()
        self.start()

    async def issue(self, code: str = "NORD20", minutes: int = 10, promo_id: str = "promo-1") -> None:
        plan = PromoPlan("plan", code, PromoKind.PERCENT, percent=20, scope=PromoScope.ALL, minutes=minutes)
        assert await self.desk.do(cmd.IssuePromo(promo_id, plan)) is None

    async def pin(self, number: int) -> None:
        assert await self.desk.do(cmd.PinItem(f"i{number}")) is None

    async def drained(self, seconds: float = 3600) -> None:
        assert await self.sender.drained(seconds), self.store.table

    def events(self, kind: type) -> list:
        return [logged.event for logged in self.store.log if isinstance(logged.event, kind)]

    def outcomes(self, action: str) -> list[str]:
        return [e.outcome.value for e in self.events(ev.EffectSettled) if e.action == action]

    def told(self, key: str) -> list[str]:
        return [sentence for _, sentence, found in self.notices if found == key]


def play(
    story: Callable[[Stage], Awaitable[None]], *channels: FakeChannel, kind: type[Stage] = Stage
) -> Stage:
    async def main(loop: VirtualLoop) -> Stage:
        stage = kind(loop, {c.name: c for c in channels} if channels else None)
        await story(stage)
        assert fold(SHOW, stage.store.log) == stage.desk.state
        return stage

    return run(main)


def test_a_pin_reaches_the_shop_and_the_viewers_with_its_link():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.pin(1)
        await s.drained()

    s = play(story)
    assert s.shop.featured[0] == "p1"
    assert s.channels["live"].said == ["Now on air: Item 1 https://shop.example/go/p1"]
    assert s.outcomes("FeatureProduct") == ["delivered"]
    assert s.events(ev.EffectSettled)[0].subject == "p1"
    assert s.store.saved_links[0].url == "https://shop.example/go/p1"
    in_order = [point for point in KILL_POINTS if point != REQUEST_SENT]
    assert sorted(s.points.reached_names) == sorted(
        in_order * 2
    )  # one attempt at the shop, one at the channel
    assert s.points.reached_names[0] == in_order[0]


def test_a_code_is_live_when_the_shop_has_said_so_and_then_it_is_announced():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.issue()
        await s.drained()

    s = play(story)
    record = s.desk.state.promos["promo-1"]
    assert record.confirmed_ends_at_ms == record.promo.ends_at_ms
    assert record.shop_promo_id == "id-NORD20"
    assert "NORD20" in s.channels["live"].said[0]
    kinds = [type(logged.event).__name__ for logged in s.store.log]
    assert kinds.index("PromoConfirmed") < kinds.index("EffectSettled")


def test_a_night_offline_ends_with_the_last_pin_and_the_shop_knows_the_others():
    async def story(s: Stage) -> None:
        s.shop.always["*"] = offline()
        await s.on_air()
        for number in (1, 2, 3):
            await s.pin(number)
            await asyncio.sleep(600)
        assert s.shop.pins == []
        assert not [row for row in s.store.table.values() if row.attempts]
        s.shop.always.clear()
        s.sender.heard("shop")
        await s.drained()

    s = play(story)
    assert [product for product, _ in s.shop.pins] == ["p1", "p2", "p3"]
    assert s.shop.featured[0] == "p3"
    assert s.outcomes("FeatureProduct") == ["superseded", "superseded", "delivered"]
    assert len([c for c in s.shop.called("feature") if c[2] == ("p1", "p2")]) >= 1


def test_announcements_that_could_not_go_out_in_time_are_reported_and_not_sent_an_hour_late():
    async def story(s: Stage) -> None:
        s.channels["live"].always["*"] = offline()
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(301)
        s.channels["live"].always.clear()
        await s.drained()

    s = play(story)
    assert s.channels["live"].said == []
    assert s.outcomes("Say") == ["expired"]
    assert "not sent" in next(e for e in s.events(ev.EffectSettled) if e.action == "Say").sentence
    assert s.shop.featured[0] == "p1"


def test_a_code_whose_end_passed_offline_is_not_issued_but_reported():
    async def story(s: Stage) -> None:
        s.shop.always["create_promo"] = offline()
        await s.on_air()
        await s.issue(minutes=10)
        await asyncio.sleep(601)
        s.shop.always.clear()
        await s.drained()

    s = play(story)
    assert s.shop.promos == {}
    assert s.desk.state.promos["promo-1"].lapsed
    assert s.outcomes("CreatePromo") == ["expired"]


def test_a_code_of_which_nobody_knows_whether_it_was_made_is_asked_for_until_the_shop_says():
    async def story(s: Stage) -> None:
        s.shop.fail("create_promo", lost, lost)
        await s.on_air()
        await s.issue(minutes=10)
        await s.drained()

    s = play(story)
    calls = s.shop.called("create_promo")
    assert len(calls) == 3
    assert len({key for *_, key in calls}) == 1
    assert list(s.shop.promos) == ["NORD20"]
    assert s.desk.state.promos["promo-1"].confirmed_ends_at_ms is not None
    assert s.desk.state.promos["promo-1"].refusal == ""


def test_an_attempted_code_is_retried_even_when_its_end_has_passed():
    async def story(s: Stage) -> None:
        s.shop.fail("create_promo", lost)
        s.shop.always["create_promo"] = Unreachable("The shop cannot answer right now (503).")
        await s.on_air()
        await s.issue(minutes=10)
        await asyncio.sleep(1200)
        s.shop.always.clear()
        await s.drained()

    s = play(story)
    assert s.outcomes("CreatePromo") == ["delivered"]
    assert not s.desk.state.promos["promo-1"].lapsed


def test_a_refused_code_says_why_and_holds_up_nothing():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.issue("SAME", promo_id="promo-1")
        await s.drained()
        s.shop.fail("create_promo", RefusedByTarget("The shop already has a code AUTUMN.", "code-taken"))
        await s.issue("AUTUMN", promo_id="promo-2")
        await s.pin(2)
        await s.drained()

    s = play(story)
    assert s.desk.state.promos["promo-2"].refusal == "The shop already has a code AUTUMN."
    assert s.outcomes("CreatePromo") == ["delivered", "refused"]
    assert s.shop.featured[0] == "p2"


def test_extending_and_ending_a_code_follow_in_order_and_are_confirmed():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.issue()
        await s.desk.do(cmd.ExtendPromo("promo-1", 5 * MINUTE))
        await s.drained()
        extended = s.desk.state.promos["promo-1"]
        assert extended.confirmed_ends_at_ms == extended.wanted_ends_at_ms
        await asyncio.sleep(60)
        await s.desk.do(cmd.EndPromo("promo-1"))
        await s.drained()

    s = play(story)
    assert [call[0] for call in s.shop.calls if "promo" in call[0]] == [
        "create_promo",
        "update_promo",
        "end_promo",
    ]
    assert s.desk.state.promos["promo-1"].confirmed_ends_at_ms == s.shop.promos["NORD20"].ends_at_ms


def test_a_change_that_the_shop_refuses_puts_the_true_end_back():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.issue()
        await s.drained()
        s.shop.fail("update_promo", RefusedByTarget("Too late to change it.", "promo-ended"))
        await s.desk.do(cmd.ExtendPromo("promo-1", 5 * MINUTE))
        await s.drained()

    s = play(story)
    record = s.desk.state.promos["promo-1"]
    assert record.wanted_ends_at_ms == record.promo.ends_at_ms
    assert s.events(ev.PromoChangeRefused)[0].sentence == "Too late to change it."


def test_a_shop_that_asks_for_patience_gets_it():
    async def story(s: Stage) -> None:
        s.shop.fail("feature", Throttled("Too many requests.", 20_000, attempted=False))
        await s.on_air()
        before = s.loop.now
        await s.pin(1)
        await asyncio.sleep(5)
        s.sender.heard("shop")
        s.sender.wake()
        await asyncio.sleep(10)
        assert len(s.shop.called("feature")) == 1
        row = next(r for r in s.store.table.values() if r.effect.target == "shop")
        assert row.attempts == 0
        await s.drained()
        assert s.loop.now - before >= 20

    play(story)


def test_what_waits_goes_at_once_when_the_shop_is_heard_again():
    async def story(s: Stage) -> None:
        s.shop.always["*"] = offline()
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(3600)
        s.shop.always.clear()
        before = s.loop.now
        s.sender.heard("shop")
        await s.drained()
        assert s.loop.now - before < 0.1

    play(story)


def test_a_missing_token_stops_the_shop_asks_once_and_goes_on_with_a_new_one():
    async def story(s: Stage) -> None:
        s.shop.always["feature"] = Unauthorised("The shop does not accept the token: enter it again.")
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(600)
        await s.pin(2)
        await asyncio.sleep(600)
        assert len(s.shop.called("feature")) == 1
        held = [r for r in s.store.table.values() if r.effect.target == "shop"]
        assert [r.held for r in held] == ["token", ""]
        assert [r.attempts for r in held] == [0, 0]
        s.shop.always.clear()
        await s.sender.token_given("shop")
        await s.drained()

    s = play(story)
    assert s.told("token:shop") == ["The shop does not accept the token: enter it again.", ""]
    assert s.shop.featured[0] == "p2"
    assert s.outcomes("FeatureProduct") == ["superseded", "delivered"]


class SlowOutbox(MemoryOutbox):
    """Every write takes as long as it does on a disk: 5 ms."""

    async def attempted(self, effect_id: str, attempts: int) -> None:
        await asyncio.sleep(0.005)
        await super().attempted(effect_id, attempts)

    async def postponed(
        self, effect_id: str, next_wall_ms: int, error: str, held: str = "", attempts: int | None = None
    ) -> None:
        await asyncio.sleep(0.005)
        await super().postponed(effect_id, next_wall_ms, error, held, attempts)

    async def free_held(self, target: str, held: str) -> None:
        await asyncio.sleep(0.005)
        await super().free_held(target, held)


class ShopWithKey(FakeShop):
    """Looks at the key with which a pin leaves, and answers 10 ms later."""

    accepts = False

    async def feature(self, *arguments: Any) -> None:
        if self.accepts:
            return await super().feature(*arguments)
        self.calls.append(("feature", *arguments))
        await asyncio.sleep(0.01)
        raise Unauthorised("The shop does not accept the token: enter it again.")


class StageWithKey(Stage):
    store_kind = SlowOutbox
    shop_kind = ShopWithKey


@pytest.mark.parametrize("after_ms", range(0, 60, 2))
def test_a_key_given_at_any_moment_around_the_refusal_lets_everything_go(after_ms: int):
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.pin(1)
        await s.pin(2)
        await asyncio.sleep(after_ms / 1000)
        assert isinstance(s.shop, ShopWithKey)
        s.shop.accepts = True
        await s.sender.token_given("shop")
        await s.drained(5)

    s = play(story, kind=StageWithKey)
    assert s.shop.featured[0] == "p2"
    assert s.told("token:shop")[-1:] in ([], [""]), "no notice stays that asks for a key"
    assert all(row.held == "" for rows in s.rows[-1:] for row in rows)


def test_a_new_key_that_is_wrong_too_is_asked_for_again_and_not_tried_over_and_over():
    async def story(s: Stage) -> None:
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(0.008)
        await s.sender.token_given("shop")
        await asyncio.sleep(60)

    s = play(story, kind=StageWithKey)
    assert len(s.shop.called("feature")) == 2
    assert s.told("token:shop")[-1] == "The shop does not accept the token: enter it again."
    assert [r.held for r in s.store.table.values() if r.effect.target == "shop"] == ["token"]


def test_targets_do_not_wait_for_each_other():
    async def story(s: Stage) -> None:
        s.shop.always["feature"] = Unreachable("The shop cannot answer right now (503).")
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(1)

    s = play(story)
    assert s.channels["live"].said != []
    assert s.outcomes("FeatureProduct") == []


def test_on_a_channel_without_keys_an_attempt_without_answer_waits_for_a_person():
    async def story(s: Stage) -> None:
        live = s.channels["live"]
        live.fail("say", lost)
        await s.on_air()
        await s.pin(1)
        await s.drained()
        await asyncio.sleep(3600)
        assert len(live.said) == 1
        row = next(iter(s.store.table.values()))
        assert row.held == "unsure"
        await s.pin(2)
        await s.drained()
        assert [text.split()[3:5] for text in live.said] == [["Item", "1"], ["Item", "2"]]
        await s.desk.do(cmd.ResolveUnsure(row.effect.id, resend=True))
        await s.drained()

    s = play(story, FakeChannel(keyed=False))
    assert len(s.channels["live"].said) == 3
    assert s.outcomes("Say") == ["unsure", "delivered", "delivered"]
    assert s.store.table == {}


def test_where_it_can_be_looked_up_a_lost_answer_is_found_and_nothing_is_said_twice():
    async def story(s: Stage) -> None:
        s.channels["live"].fail("say", lost)
        await s.on_air()
        await s.pin(1)
        await s.drained()

    s = play(story, FakeChannel(keyed=False, read_back=True))
    assert len(s.channels["live"].said) == 1
    assert s.outcomes("Say") == ["delivered"]


def test_where_it_can_be_looked_up_what_never_arrived_is_said_again():
    async def story(s: Stage) -> None:
        s.channels["live"].fail("say", Unreachable("No answer."))
        await s.on_air()
        await s.pin(1)
        await s.drained()

    s = play(story, FakeChannel(keyed=False, read_back=True))
    live = s.channels["live"]
    assert len(live.said) == 1
    assert s.outcomes("Say") == ["delivered"]
    looked_up = live.called("find_said")
    assert len(looked_up) == 1
    assert looked_up[0][2] < s.wall.now_ms()


def test_a_channel_that_is_heard_again_at_once_is_still_given_time_to_show_what_it_was_told():
    class Slow(FakeChannel):
        """Says nothing back, and shows what it was told 4 s later."""

        async def say(self, text: str, key: str) -> str:
            self.calls.append(("say", key, text))
            asyncio.get_running_loop().call_later(4, self.said.append, text)
            raise Unreachable("The connection broke off.")

    async def story(s: Stage) -> None:
        await s.on_air()
        await s.pin(1)
        for _ in range(20):
            await asyncio.sleep(0.5)
            s.sender.heard("channel:live")
        await s.drained()

    s = play(story, Slow(keyed=False, read_back=True))
    assert len(s.channels["live"].said) == 1
    assert s.outcomes("Say") == ["delivered"]


def test_nobody_sends_again_while_it_cannot_be_looked_up_either():
    async def story(s: Stage) -> None:
        live = s.channels["live"]
        live.fail("say", lost)
        live.always["find_said"] = Unreachable("No answer.")
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(120)
        assert len(live.called("say")) == 1
        del live.always["find_said"]
        await s.drained()

    s = play(story, FakeChannel(keyed=False, read_back=True))
    assert len(s.channels["live"].said) == 1


def test_where_the_platform_cannot_tell_a_person_decides():
    async def story(s: Stage) -> None:
        live = s.channels["live"]
        live.fail("say", lost)
        live.always["find_said"] = RefusedByTarget("The chat does not reach back so far.", "not-certain")
        await s.on_air()
        await s.pin(1)
        await s.drained()
        assert [row.held for row in s.store.table.values()] == ["unsure"]

    s = play(story, FakeChannel(keyed=False, read_back=True))
    assert len(s.channels["live"].said) == 1
    assert [(e.outcome.value, e.said) for e in s.events(ev.EffectSettled)[-1:]] == [
        ("unsure", s.channels["live"].said[0])
    ]


def test_what_never_arrived_is_not_said_an_hour_late():
    async def story(s: Stage) -> None:
        live = s.channels["live"]
        live.fail("say", Unreachable("No answer."))
        live.always["find_said"] = Unreachable("No answer.")
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(3600)
        del live.always["find_said"]
        await s.drained()

    s = play(story, FakeChannel(keyed=False, read_back=True))
    assert s.channels["live"].said == []
    assert s.outcomes("Say") == ["expired"]


def test_after_a_crash_in_mid_attempt_it_is_looked_up_first():
    async def story(s: Stage) -> None:
        live = s.channels["live"]
        live.always["say"] = lost
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(1)
        assert len(live.said) == 1
        await s.die()
        await s.drained()

    s = play(story, FakeChannel(keyed=False, read_back=True))
    assert len(s.channels["live"].said) == 1
    assert s.outcomes("Say") == ["delivered"]


def test_what_a_person_leaves_is_not_sent():
    async def story(s: Stage) -> None:
        s.channels["live"].fail("say", lost)
        await s.on_air()
        await s.pin(1)
        await s.drained()
        await s.desk.do(cmd.ResolveUnsure(next(iter(s.store.table)), resend=False))
        await s.drained()

    s = play(story, FakeChannel(keyed=False))
    assert len(s.channels["live"].said) == 1
    assert s.store.table == {}


def test_a_channel_without_keys_that_was_never_reached_is_simply_tried_again():
    async def story(s: Stage) -> None:
        s.channels["live"].fail("say", offline(), Throttled("Wait.", 1000, attempted=False))
        await s.on_air()
        await s.pin(1)
        await s.drained()

    s = play(story, FakeChannel(keyed=False))
    assert s.outcomes("Say") == ["delivered"]
    assert len(s.channels["live"].said) == 1


def test_with_keys_a_lost_answer_is_asked_for_again_and_said_once():
    async def story(s: Stage) -> None:
        s.channels["live"].fail("say", lost, BadAnswer("The channel answered with a web page."))
        await s.on_air()
        await s.pin(1)
        await s.drained()

    s = play(story)
    assert len(s.channels["live"].said) == 1
    assert s.outcomes("Say") == ["delivered"]


def test_an_announcement_waits_for_its_link_but_not_longer_than_it_makes_sense():
    async def story(s: Stage) -> None:
        s.shop.always["tracked_link"] = offline()
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(100)
        assert s.channels["live"].said == []
        s.shop.always.clear()
        await s.drained()
        assert len(s.channels["live"].said) == 1
        s.shop.always["tracked_link"] = offline()
        await s.pin(2)
        await asyncio.sleep(400)

    s = play(story)
    assert len(s.channels["live"].said) == 1
    assert s.outcomes("Say") == ["delivered", "expired"]


def test_a_product_without_a_link_is_announced_without():
    async def story(s: Stage) -> None:
        await s.on_air()
        s.shop.unknown_products = {"p1"}
        await s.pin(1)
        await s.drained()

    s = play(story)
    assert s.channels["live"].said == ["Now on air: Item 1"]
    assert s.outcomes("FeatureProduct") == ["refused"]


def test_one_unknown_product_does_not_take_the_other_pins_with_it():
    async def story(s: Stage) -> None:
        s.shop.always["*"] = offline()
        await s.on_air()
        for number in (1, 2, 3):
            await s.pin(number)
            await asyncio.sleep(1)
        s.shop.unknown_products = {"p2"}
        s.shop.always.clear()
        s.sender.heard("shop")
        await s.drained()

    s = play(story)
    assert s.shop.featured[0] == "p3"
    assert sorted(product for product, _ in s.shop.pins) == ["p1", "p3"]
    settled = {e.subject: e.outcome.value for e in s.events(ev.EffectSettled) if e.action == "FeatureProduct"}
    assert settled["p2"] == "refused"
    assert settled["p1"] in ("delivered", "superseded")
    assert settled["p3"] == "delivered"


def test_a_pin_undone_before_it_left_is_never_told():
    async def story(s: Stage) -> None:
        s.shop.always["*"] = offline()
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(60)
        assert await s.desk.do(cmd.Undo()) is None
        s.shop.always.clear()
        s.sender.heard("shop")
        await s.drained()

    s = play(story)
    assert s.shop.pins == []
    assert s.outcomes("FeatureProduct") == ["withdrawn"]


def test_a_pin_that_may_have_arrived_is_undone_by_its_counterpart():
    async def story(s: Stage) -> None:
        s.shop.fail("feature", lost)
        s.shop.always["feature"] = Unreachable("The shop cannot answer right now (503).")
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(1)
        assert await s.desk.do(cmd.Undo()) is None
        s.shop.always.clear()
        await s.drained()

    s = play(story)
    assert s.shop.featured[0] == ""
    assert [product for product, _ in s.shop.pins] == ["p1", ""]


def test_a_full_disk_stops_the_sending_says_so_and_loses_nothing():
    async def story(s: Stage) -> None:
        await s.on_air()
        s.shop.always["*"] = offline()
        await s.pin(1)
        await asyncio.sleep(1)
        s.store.full = True
        s.shop.always.clear()
        calls = len(s.shop.calls)
        await asyncio.sleep(60)
        assert len(s.shop.calls) == calls + 1  # the link was asked for; nothing that has an effect
        assert s.shop.pins == []
        s.store.full = False
        await s.drained()

    s = play(story)
    assert s.shop.featured[0] == "p1"
    assert "disk is full" in s.told("store")[0]
    assert s.told("store")[-1] == ""


def test_an_answer_that_could_not_be_written_down_is_written_later_and_not_asked_for_again():
    async def story(s: Stage) -> None:
        await s.on_air()

        def fill(name: str) -> None:
            if name == "sender.answered":
                s.store.full = True

        s.points.reached = fill  # type: ignore[method-assign]
        await s.issue()
        await asyncio.sleep(30)
        assert "NORD20" in s.shop.promos
        assert s.desk.state.promos["promo-1"].confirmed_ends_at_ms is None
        s.points.reached = lambda _name: None  # type: ignore[method-assign]
        s.store.full = False
        await s.drained()

    s = play(story)
    assert len(s.shop.called("create_promo")) == 1
    assert s.desk.state.promos["promo-1"].confirmed_ends_at_ms is not None


@pytest.mark.parametrize("point", [p for p in KILL_POINTS if p != REQUEST_SENT])
@pytest.mark.parametrize("keyed", [True, False])
def test_wherever_the_process_dies_everything_takes_effect_once(point: str, keyed: bool):
    async def story(s: Stage) -> None:
        s.points.at = point
        await s.on_air()
        await s.pin(1)
        await s.issue()
        deaths = 0
        while True:
            drained = asyncio.create_task(s.sender.drained(7200))
            assert s.task is not None
            await asyncio.wait([drained, s.task], return_when=asyncio.FIRST_COMPLETED)
            drained.cancel()
            if not s.task.done():
                break
            with pytest.raises(BaseException) as death:
                await s.task
            assert death.group_contains(Killed) if isinstance(death.value, BaseExceptionGroup) else True
            deaths += 1
            await s.die()
        assert deaths == 1

    s = play(story, FakeChannel(keyed=keyed))
    assert s.shop.pins == [("p1", s.shop.featured[1])]
    assert list(s.shop.promos) == ["NORD20"]
    said = s.channels["live"].said
    assert len(said) == len(set(said))
    if keyed:
        assert len(said) == 2
        assert s.store.table == {}
    else:
        unsure = [r for r in s.store.table.values() if r.held == "unsure"]
        assert len(said) + len(unsure) >= 2


def test_after_a_death_in_the_attempt_a_channel_without_keys_asks_a_person():
    async def story(s: Stage) -> None:
        live = s.channels["live"]
        await s.on_air()
        s.shop.always["feature"] = offline()
        hang = asyncio.Event()

        async def never(_text: str, _key: str) -> str:
            await hang.wait()
            return ""

        live.say, real = never, live.say  # type: ignore[method-assign]
        await s.pin(1)
        await asyncio.sleep(1)
        live.say = real  # type: ignore[method-assign]
        await s.die()
        await asyncio.sleep(1)
        assert live.said == []
        assert [r.held for r in s.store.table.values() if r.effect.target == "channel:live"] == ["unsure"]

    s = play(story, FakeChannel(keyed=False))
    assert s.outcomes("Say") == ["unsure"]


def test_the_outbox_is_shown_as_it_is_at_every_step():
    async def story(s: Stage) -> None:
        s.shop.fail("feature", lost)
        await s.on_air(channels=())
        await s.pin(1)
        await s.drained()

    s = play(story)
    seen = [tuple((r.attempts, bool(r.last_error)) for r in rows) for rows in s.rows]
    compact = [now for before, now in zip([None, *seen], seen, strict=False) if now != before]
    assert compact == [((0, False),), ((1, False),), ((1, True),), ((2, True),), ()]


def test_a_clock_that_was_set_back_does_not_hold_up_the_outbox():
    async def story(s: Stage) -> None:
        s.shop.fail("feature", Unreachable("The shop cannot answer right now (503)."))
        await s.on_air()
        await s.pin(1)
        await asyncio.sleep(0.1)
        s.wall.jump_ms = -86_400_000
        s.sender.wake()
        await s.drained(60)

    play(story)


FAILURES = st.sampled_from(
    [
        lost,
        offline(),
        Unreachable("The shop cannot answer right now (503)."),
        Throttled("Wait.", 3_000, attempted=False),
        BadAnswer("The shop answered with a web page."),
        Unauthorised("The shop does not accept the token: enter it again."),
    ]
)
ACTS = st.sampled_from(
    ["pin 1", "pin 2", "pin 3", "pin 4", "unpin", "issue", "extend", "end", "undo", "wait", "die"]
)


@settings(max_examples=200)
@given(
    acts=st.lists(ACTS, max_size=14),
    failures=st.dictionaries(
        st.sampled_from(["feature", "create_promo", "update_promo", "end_promo", "say", "tracked_link"]),
        st.lists(FAILURES, max_size=6),
    ),
    way=st.sampled_from(["keyed", "read back", "neither"]),
    pause=st.sampled_from([0.002, 0.4, 45.0]),
)
def test_whatever_is_done_and_whatever_fails_the_books_agree_in_the_end(
    acts: list[str], failures: dict[str, list], way: str, pause: float
):
    async def story(s: Stage) -> None:
        await s.on_air()
        for method, planned in failures.items():
            s.shop.fail(method, *planned)
            s.channels["live"].fail(method, *planned)
        codes = 0
        for act in acts:
            match act.split():
                case ["pin", number]:
                    await s.desk.do(cmd.PinItem(f"i{number}"))
                case ["unpin"]:
                    await s.desk.do(cmd.Unpin())
                case ["issue"]:
                    codes += 1
                    await s.issue(f"CODE-{codes}", promo_id=f"promo-{codes}", minutes=600)
                case ["extend"]:
                    await s.desk.do(cmd.ExtendPromo(f"promo-{codes}", MINUTE))
                case ["end"]:
                    await s.desk.do(cmd.EndPromo(f"promo-{codes}"))
                case ["undo"]:
                    await s.desk.do(cmd.Undo())
                case ["die"]:
                    await s.die()
                case _:
                    await asyncio.sleep(30)
            await asyncio.sleep(pause)
        s.shop.failures.clear()
        s.channels["live"].failures.clear()
        for target in ("shop", "channel:live"):
            await s.sender.token_given(target)
        await s.drained(36_000)

    s = play(story, FakeChannel(keyed=way == "keyed", read_back=way == "read back"))
    state = s.desk.state
    assert pins_accepted(state) == len([1 for product, _ in s.shop.pins if product])
    assert {r.promo.code for r in state.promos.values() if r.confirmed_ends_at_ms is not None} == set(
        s.shop.promos
    )
    for record in state.promos.values():
        if record.confirmed_ends_at_ms is not None:
            assert record.confirmed_ends_at_ms == s.shop.promos[record.promo.code].ends_at_ms
    assert s.shop.featured[0] == state.pinned_product_id or not s.shop.pins
    outcomes = s.outcomes("Say")
    said, unsure = s.channels["live"].said, outcomes.count("unsure")
    assert outcomes.count("delivered") <= len(said) <= outcomes.count("delivered") + unsure
    assert way == "neither" or unsure == 0
    assert all(row.held == "unsure" for row in s.store.table.values())


def test_all_that_is_asked_of_the_shop_for_a_decision_is_as_urgent_as_the_decision():
    seen: dict[str, Urgency] = {}

    class Watched(FakeShop):
        async def _do(self, method: str, *rest: Any) -> Any:
            seen[method] = urgency_or(Urgency.BULK)
            return await super()._do(method, *rest)

    async def story(s: Stage) -> None:
        s.shop = Watched(s.clock.best_ms)
        s.sender = s.new_sender()
        await s.on_air()
        await s.pin(1)
        await s.issue()
        await s.drained()
        assert urgency_or(Urgency.BULK) is Urgency.BULK

    play(story)
    assert seen == dict.fromkeys(("feature", "tracked_link", "create_promo"), Urgency.WRITE)
