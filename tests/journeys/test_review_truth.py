"""The review's figures are those of the shop's and the channel's own books, whatever goes wrong on the way, and with what is
bought, called off and sent back when the show is over.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from studio.domain import commands as cmd
from studio.domain.ids import uuid7
from studio.domain.kpi import ShowFigures, own_orders
from studio.domain.order import REPLAY_MS
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.rehearsal.faults import window
from studio.summary import differences
from studio.ui.studio import Review
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop
from tests.journeys.rooms import CHANNEL, Room, opened_room, sample_lineup, stop_sales, truth

SPEED = 120.0
MINUTE = 60_000
ON_AIR = 4 * MINUTE
AUDIENCE_MINUTES = 60.0
"""The audience stays for longer than the show: somebody buys when it is over, however slow the computer."""
ENOUGH = 3
FAULTS = (
    "shop-down", "shop-slow", "rate-limited", "lost-replies", "duplicate-events", "out-of-order", "sell-out", "chat-flood",
    "clock-skew", "channel-silent",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(1, 21))
def test_every_figure_is_that_of_the_books(seed: int, tmp_path: Path) -> None:
    with start_shop(tmp_path / "shop", seed=seed, speed=SPEED, start_ms=None) as shop:
        audience = start_audience(
            shop, tmp_path, seed=seed, minutes=AUDIENCE_MINUTES, viewers=1_200, arguments=("--wait",)
        )
        try:
            with opened_room(tmp_path / "studio" / "studio.db", shop, audience) as room:
                play(room, shop, audience, random.Random(seed))
                compare(room, shop, audience)
        finally:
            audience.stop()


def play(room: Room, shop: ShopProcess, audience: AudienceProcess, rng: random.Random) -> None:
    """A show with three faults, and sales, cancellations and returns after it."""
    room.open(uuid7(), whole_feeds=True)
    room.clock_measured()
    room.must(cmd.PlanShow(sample_lineup(), "demo", (CHANNEL,), rehearsal=True))
    room.must(cmd.StartShow())
    began = room.state.started_at_ms
    assert began is not None
    audience.admin("start", {"at_ms": began})
    for name in rng.sample(FAULTS, 3):
        order = window(name, began, ON_AIR)  # pyright: ignore[reportArgumentType]
        body = {
            "name": name, "from_ms": order.from_ms, "until_ms": order.until_ms, "intensity": order.intensity,
        }  # fmt: skip
        for server in (shop, audience):
            server.admin("faults", body)
    for turn in range(5):
        room.must(cmd.NextItem(deliberate=True))
        if turn in (0, 2):
            code = PromoPlan(
                uuid7(), f"NORD2{turn}-K4X", PromoKind.PERCENT, 20, scope=PromoScope.ALL, minutes=6_000,
                per_customer_limit=None,
            )  # fmt: skip
            room.must(cmd.IssuePromo(uuid7(), code))
        room.pass_until((turn + 1) * ON_AIR // 5)
    room.until(lambda: len(own_paid(room, began)) >= ENOUGH, "orders of the show")
    room.must(cmd.EndShow())
    ended = room.state.ended_at_ms
    assert ended is not None
    room.until(lambda: own_paid(room, ended + 1), "an order of the replay")
    # Both kinds of going back, whatever the audience does by itself.
    paid = shop.get("orders", show_id=room.show_id, limit=200)["items"]
    own = [o for o in paid if o["status"] == "paid"]
    shop.admin("faults", method="DELETE")
    assert shop.store(f"orders/{own[0]['id']}/cancel").is_success
    line = own[1]["lines"][0]
    back = {"lines": [{"variant_id": line["variant_id"], "quantity": 1}]}
    assert shop.store(f"orders/{own[1]['id']}/returns", back).is_success
    stop_sales(shop, audience)


def own_paid(room: Room, since_ms: int) -> set[str]:
    """The orders of the show that the studio heard of, placed from then on."""
    orders = [o for batch in list(room.batches) for o in batch.orders]
    return {
        o.id
        for o in own_orders(room.state, orders)
        if o.placed_at_ms >= since_ms and o.paid and not o.cancelled
    }


def compare(room: Room, shop: ShopProcess, audience: AudienceProcess) -> None:
    """Every figure that the servers can tell, with what they tell."""
    assert room.drained(), room.waiting()
    books = truth(shop, audience, room.state)
    assert room.caught_up(books)
    assert differences(room.summary(books)) == []

    def reviewed() -> Review:
        return room.ask(room.engine_room.reviews.review(room.show_id))

    visits = shop.get("traffic", show_id=room.show_id)

    def visited() -> ShowFigures | None:
        figures = reviewed().figures
        told = (figures.sessions, figures.add_to_carts)
        return figures if told == (visits["sessions"], visits["add_to_carts"]) else None

    # The shop tells of visits some times a second only.
    figures = room.until(visited, "the visits")
    assert figures.own.cancelled >= 1
    assert figures.own.gross.amount_minor > figures.own.net.amount_minor
    _compare_times(figures, room, shop)
    _compare_chat(figures, room, audience)
    assert figures.channels[0].peak == books.peak_viewers
    assert (figures.unique_viewers, figures.average_watch_ms) == (None, None), "no channel tells them"


def _compare_times(figures: ShowFigures, room: Room, shop: ShopProcess) -> None:
    """Sold on air is what the books have when orders count until the show's end; the rest is of the replay."""
    state = room.state
    assert state.started_at_ms is not None
    assert state.ended_at_ms is not None

    def books(ended_ms: int) -> dict[str, Any]:
        return shop.admin("books", show_id=state.id, started_at_ms=state.started_at_ms, ended_at_ms=ended_ms)

    whole, until_end = books(state.ended_at_ms), books(state.ended_at_ms - REPLAY_MS)
    assert figures.on_air is not None
    assert figures.replay is not None
    for name, ours in (("orders", lambda s: s.orders), ("revenue_gross_minor", lambda s: s.gross.amount_minor),
                       ("revenue_net_minor", lambda s: s.net.amount_minor)):  # fmt: skip
        assert ours(figures.on_air) == until_end[name], name
        assert ours(figures.replay) == whole[name] - until_end[name], name
    assert figures.shop_total.orders == whole["shop_total_orders"]


def _compare_chat(figures: ShowFigures, room: Room, audience: AudienceProcess) -> None:
    start, end = room.state.started_at_ms, room.state.ended_at_ms
    assert start is not None
    assert end is not None
    written = [
        f["message"]
        for f in audience.frames()
        if f["kind"] == "message" and start <= f["at_ms"] <= end and not f["message"]["by_us"]
    ]
    assert figures.chat_messages == len({m["id"] for m in written})
    assert figures.chatters == len({m["author_id"] or m["author"] for m in written})
