"""Whatever goes wrong at the shop or the channel during a show: at its end the studio's figures are those of both books."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from studio.domain import commands as cmd
from studio.domain.ids import uuid7
from studio.domain.order import Order
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.rehearsal import faults
from studio.rehearsal.storefront_contract import FaultName
from studio.summary import Summary, differences
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import CHANNEL, Room, opened_room, sample_lineup, stop_sales, truth

SPEED = 60.0
MINUTES = 5.0
LENGTH_MS = round(MINUTES * 60_000)
SEED = 11


class Stage:
    """One show's studio, shop and audience."""

    def __init__(self, room: Room, shop: ShopProcess, audience: AudienceProcess) -> None:
        self.room = room
        self.shop = shop
        self.audience = audience

    def order(self, name: FaultName) -> None:
        """Have a fault take its place in the show, as the director of a rehearsal does."""
        began = self.room.state.started_at_ms
        assert began is not None
        lasts = faults.window(name, began, LENGTH_MS)
        if name == "shop-down":
            # At this speed its own window is shorter than the patience that the shop asks for: nothing would be tried in it.
            lasts = msgspec.structs.replace(lasts, until_ms=lasts.from_ms + LENGTH_MS * 2 // 5)
        window = msgspec.to_builtins(lasts)
        self.shop.admin("faults", window)
        self.audience.admin("faults", window)

    def play(self, name: FaultName | None) -> Summary:
        """A show in which the host does something every half minute; the figures at its end, beside the books."""
        room = self.room
        room.open(uuid7(), whole_feeds=True)
        room.clock_measured()
        room.must(cmd.PlanShow(sample_lineup(), "demo", (CHANNEL,), rehearsal=True))
        room.must(cmd.StartShow())
        self.audience.admin("start", {"at_ms": room.state.started_at_ms})
        if name is not None:
            self.order(name)
        for act in range(10):
            room.must(cmd.NextItem(deliberate=True))
            if act % 3 == 0:
                room.must(cmd.IssuePromo(uuid7(), a_code(f"ACT{act}-7PQ")))
            self.answer(act)
            room.pass_until(act * LENGTH_MS // 10 + LENGTH_MS // 10)
        room.must(cmd.EndShow())
        stop_sales(self.shop, self.audience)
        assert room.drained(), room.waiting()
        books = truth(self.shop, self.audience, room.state)
        assert room.caught_up(books)
        return room.summary(books, SEED)

    def answer(self, act: int) -> None:
        """Answer a question that was asked by now."""
        answered = {reply.message_id for reply in self.room.state.replies.values()}
        asked = [
            q for batch in list(self.room.batches) for q in batch.questions if q.message_id not in answered
        ]
        if asked:
            q = asked[-1]
            text = f"Yes, that is so ({act})."
            self.room.must(cmd.AnswerQuestion(q.id, uuid7(), text, q.channel, q.message_id, q.author))


def a_code(code: str) -> PromoPlan:
    return PromoPlan(
        uuid7(),
        code,
        PromoKind.PERCENT,
        15,
        scope=PromoScope.ALL,
        minutes=60,
        total_limit=40,
        per_customer_limit=None,
    )


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with start_shop(tmp_path / "shop", seed=SEED, speed=SPEED, start_ms=None) as shop:
        audience = start_audience(
            shop, tmp_path, seed=SEED, minutes=MINUTES, viewers=1_000, arguments=("--wait",)
        )
        try:
            with opened_room(tmp_path / "studio" / "studio.db", shop, audience) as room:
                yield Stage(room, shop, audience)
        finally:
            audience.stop()


def failed_attempts(room: Room) -> list[str]:
    return [o.sentence for batch in room.batches for o in batch.outbox if o.sentence]


def sold_out(room: Room) -> set[str]:
    levels = [
        level
        for batch in room.batches
        for level in batch.stock
        if level.updated_at_ms >= (room.state.started_at_ms or 0)
    ]
    return {level.variant_id for level in levels if level.sellable == 0}


def messages(room: Room) -> int:
    return room.engine_room.history.chat_count(room.show_id)


FELT: dict[FaultName, Callable[[Room], object]] = {
    "shop-down": failed_attempts,
    "rate-limited": failed_attempts,
    "lost-replies": failed_attempts,
    "sell-out": sold_out,
    "chat-flood": lambda room: messages(room) > 2_000,
}
"""Where the host cannot but notice a fault: that it was there."""


@pytest.mark.parametrize("name", faults.NAMES)
def test_after_a_show_with_a_fault_the_figures_are_those_of_both_books(stage: Stage, name: FaultName) -> None:
    summary = stage.play(name)
    assert differences(summary) == []
    assert name not in FELT or FELT[name](stage.room), "the fault was not there"
    assert summary.orders > 0
    assert summary.revenue_net_minor > 0
    assert summary.pins > 1
    assert summary.promos > 1
    assert summary.questions.asked > 0
    assert summary.peak_viewers
    assert summary.avg_viewers


def test_an_order_that_is_wrong_in_the_studios_store_shows_as_a_difference(stage: Stage) -> None:
    honest = stage.play(None)
    assert differences(honest) == []
    assert honest.shop_truth is not None
    show_id, database = stage.room.show_id, stage.room.database
    stage.room.stop()
    _corrupt_an_order(database, show_id)
    with opened_room(database, stage.shop, stage.audience) as room:
        room.open(show_id)
        assert room.caught_up(honest.shop_truth)
        found = differences(room.summary(honest.shop_truth, SEED))
    assert [sentence.partition(":")[0] for sentence in found] == [
        "The gross revenue (minor units)",
        "The net revenue (minor units)",
    ]


def _corrupt_an_order(database: Path, show_id: str) -> None:
    """Make one of the show's paid orders a cent dearer."""
    with closing(sqlite3.connect(database)) as db, db:
        rows = db.execute("SELECT num, body FROM shop_order").fetchall()
        for num, body in rows:
            order = msgspec.json.decode(body, type=Order)
            if order.link_show_id == show_id and order.paid and not order.cancelled:
                total = msgspec.structs.replace(order.total, amount_minor=order.total.amount_minor + 1)
                dearer = msgspec.json.encode(msgspec.structs.replace(order, total=total)).decode()
                db.execute("UPDATE shop_order SET body = ? WHERE num = ?", (dearer, num))
                return
    raise AssertionError("the show has no order of its own")
