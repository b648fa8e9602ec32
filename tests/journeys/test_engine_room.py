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
from studio.ui.studio import Link
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import CHANNEL, Room, Server, opened_room, sample_lineup, stop_sales, truth

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
    paid = [o for o in shop.get("orders", show_id=room.show_id)["items"] if o["status"] == "paid"]
    assert shop.store(f"orders/{paid[0]['id']}/cancel").is_success
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


def test_what_the_shop_refuses_counts_on_neither_side_and_the_host_is_told_why(
    room: Room, shop: ShopProcess, audience: AudienceProcess
) -> None:
    plan(room)
    first, second = (item.product_id for item in room.state.items[:2])
    taken = {"code": "TAKEN-20", "kind": "percent", "percent": 5, "show_id": "another", "mark": "another"}
    now = shop.now_ms()
    made = shop.send("POST", "/v1/promos", taken | {"starts_at_ms": now, "ends_at_ms": now + 86_400_000})
    assert made.status_code == 201
    shop.admin(f"products/{second}", {"active": False})
    room.must(cmd.StartShow())
    room.must(cmd.NextItem(deliberate=True))
    room.must(cmd.NextItem(deliberate=True))
    assert room.drained()
    room.must(cmd.IssuePromo(uuid7(), a_code("TAKEN-20")))
    room.must(cmd.IssuePromo(uuid7(), a_code("FRESH-20")))
    assert room.drained()
    room.must(cmd.EndShow())
    stop_sales(shop, audience)
    assert room.drained()
    books = truth(shop, audience, room.state)
    assert room.caught_up(books)
    summary = room.summary(books)
    assert differences(summary) == []
    assert (summary.pins, summary.promos) == (1, 1)
    assert list(summary.redemptions) == ["FRESH-20"]
    refused = {e.action: e for e in room.state.settled.values() if e.outcome is Outcome.REFUSED}
    assert refused.keys() == {"FeatureProduct", "CreatePromo"}
    assert refused["FeatureProduct"].subject == second != first
    for settled in refused.values():
        room.until(lambda why=settled.sentence: [n for n in room.notices() if why in n], "a notice of it")


def test_what_waits_of_one_show_goes_on_when_that_show_is_opened_again(
    room: Room, shop: ShopProcess, audience: AudienceProcess
) -> None:
    plan(room)
    early = room.show_id
    shop.admin("faults", {"name": "shop-down", "from_ms": 0, "until_ms": 4_000_000_000_000, "intensity": 1.0})
    room.must(cmd.StartShow())
    room.must(cmd.NextItem())
    room.must(cmd.IssuePromo(uuid7(), a_code("LATER-20", minutes=6_000)))
    room.open(uuid7())
    room.must(cmd.PlanShow(sample_lineup(), "demo", (CHANNEL,), rehearsal=True))
    assert room.waiting() == []
    shop.admin("faults", method="DELETE")
    reopened = room.open(early)
    assert [o.action for o in reopened.outbox if o.action == "CreatePromo"] == ["CreatePromo"]
    assert room.drained(), room.waiting()
    assert [p["code"] for p in shop.get("promos", show_id=early)["items"]] == ["LATER-20"]
    assert shop.get("featured")["current"]["product_id"] == room.state.pinned_product_id


def test_a_channel_that_asks_for_another_token_gets_what_waited_once_it_is_given(
    shop: ShopProcess, audience: AudienceProcess, tmp_path: Path
) -> None:
    with opened_room(
        tmp_path / "studio" / "studio.db", shop, Server(audience.url, "a-token-of-long-ago")
    ) as room:
        plan(room)
        room.must(cmd.StartShow())
        room.must(cmd.Reply(uuid7(), "Welcome, everybody."))
        room.until(lambda: [r for r in room.waiting() if r.held == "token"], "a row that waits for a token")
        asking = [s for b in room.batches for s in b.links if s.kind == "channel" and s.link is Link.ASKING]
        assert asking
        room.ask(room.engine_room.give_token(f"channel:{CHANNEL}", audience.token))
        assert room.drained(), room.waiting()
        assert "Welcome, everybody." in [
            f["message"]["text"] for f in audience.frames() if f["kind"] == "message"
        ]
        assert not [n for n in room.notices() if audience.token in n]
