"""A whole show without a window: the engine's thread, its store, a real shop and a real audience."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.domain import commands as cmd
from studio.domain.events import Outcome
from studio.domain.ids import uuid7
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.show import ShowPhase
from studio.summary import differences
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import CHANNEL, Room, opened_room, sample_lineup, stop_sales, truth

SPEED = 60.0
MINUTES = 6.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", seed=3, speed=SPEED, start_ms=None) as process:
        yield process


@pytest.fixture
def audience(shop: ShopProcess, tmp_path: Path) -> Iterator[AudienceProcess]:
    process = start_audience(shop, tmp_path, seed=3, minutes=MINUTES, viewers=800, arguments=("--wait",))
    yield process
    process.stop()


@pytest.fixture
def room(shop: ShopProcess, audience: AudienceProcess, tmp_path: Path) -> Iterator[Room]:
    with opened_room(tmp_path / "studio" / "studio.db", shop, audience) as opened:
        yield opened


def a_code(code: str, minutes: int = 30) -> PromoPlan:
    return PromoPlan(
        uuid7(), code, PromoKind.PERCENT, 20, scope=PromoScope.ALL, minutes=minutes, per_customer_limit=None
    )


def plan(room: Room) -> None:
    room.open(uuid7(), whole_feeds=True)
    room.clock_measured()
    room.must(cmd.PlanShow(sample_lineup(), "demo", (CHANNEL,), rehearsal=True))


def seen(room: Room, kind: str) -> int:
    return sum(len(getattr(batch, kind)) for batch in room.batches)


def asked_after(room: Room, at_ms: int) -> list[str]:
    return [
        row.message.text for b in room.batches for row in b.chat if row.question and row.message.at_ms > at_ms
    ]


def test_a_whole_show_reaches_the_shop_and_the_audience_and_its_figures_are_those_of_their_books(
    room: Room, shop: ShopProcess, audience: AudienceProcess
) -> None:
    plan(room)
    room.must(cmd.StartShow())
    began = room.state.started_at_ms
    audience.admin("start", {"at_ms": began})
    room.must(cmd.NextItem())
    room.must(cmd.IssuePromo(uuid7(), a_code("NORD20-K4X")))
    room.until(lambda: seen(room, "orders") >= 5 and seen(room, "samples"), "orders and viewers")
    question = room.until(lambda: [q for b in room.batches for q in b.questions], "a question")[0]
    reply = cmd.AnswerQuestion(
        question.id, uuid7(), "Yes, all of them.", question.channel, question.message_id, question.author
    )
    room.must(reply)
    for _ in range(4):
        room.must(cmd.NextItem(deliberate=True))
        orders = seen(room, "orders")
        room.until(lambda wanted=orders + 3: seen(room, "orders") >= wanted, "more orders")
    room.must(cmd.EndShow())
    ended = room.state.ended_at_ms
    room.until(lambda: asked_after(room, ended), "a question that comes when the show is over")
    stop_sales(shop, audience)

    assert room.drained(), room.waiting()
    books = truth(shop, audience, room.state)
    assert room.caught_up(books)
    summary = room.summary(books)
    assert differences(summary) == []
    assert summary.outbox_pending == 0
    assert summary.orders > 10
    assert summary.pins == 5
    assert summary.promos >= 1
    assert summary.revenue_gross_minor > summary.revenue_net_minor > 0
    assert summary.questions.asked > 0
    assert summary.questions.answered == 1
    assert room.state.phase is ShowPhase.ENDED
    assert {e.outcome for e in room.state.settled.values()} <= {Outcome.DELIVERED, Outcome.SUPERSEDED}
