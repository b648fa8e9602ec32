"""The whole way out and in against the real demo shop and audience, through the real store: the books agree, whatever happens."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from studio.channels.ingest import IngestChannel
from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.desk import Desk
from studio.control.ports import OutboxRow, ShopIdentity, StoredBatch
from studio.domain import commands as cmd
from studio.domain.decide import Facts
from studio.domain.events import EffectSettled
from studio.domain.ids import uuid7
from studio.domain.kpi import pins_accepted, promos_accepted, show_figures
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.show import ShowState
from studio.shops.studio_api import StudioApiShop
from studio.store.kill_points import NoKillPoints
from studio.store.store import Store, open_store
from studio.sync.engine import Engine
from studio.sync.http import HttpClient
from studio.sync.links import LinkState
from tests.fakes.audience_process import AudienceProcess, start_audience
from tests.fakes.shop_process import ShopProcess, start_shop

SPEED = 20.0


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopProcess]:
    with start_shop(tmp_path / "shop", speed=SPEED) as running:
        yield running


@pytest.fixture
def audience(shop: ShopProcess, tmp_path: Path) -> Iterator[AudienceProcess]:
    running = start_audience(shop, tmp_path, viewers=300, minutes=10, arguments=("--wait",))
    yield running
    running.stop()


class Studio:
    """Store, desk and engine, without a window."""

    def __init__(self, path: Path, shop: ShopProcess, audience: AudienceProcess, show_id: str) -> None:
        self.show_id = show_id
        self.store: Store = open_store(path)
        self.wall = SystemWallClock()
        self.clock = MeasuredShowClock(self.wall)
        self.shop_http = HttpClient(shop.url, lambda: shop.token, self.wall)
        self.channel_http = HttpClient(
            audience.url, lambda: audience.token, self.wall, who="The channel live"
        )
        self.states: list[tuple[str, LinkState]] = []
        self.notices: list[str] = []
        self.rows: Sequence[OutboxRow] = ()
        self.engine = Engine(
            shop_name="demo",
            shop=StudioApiShop(self.shop_http),
            channels={"live": IngestChannel("live", self.channel_http)},
            feeds=self.store.feeds,
            outbox=self.store.outbox,
            show_clock=self.clock,
            wall_clock=self.wall,
            settle=lambda _show, events: self.desk.record(events),
            events=self,
            kill_points=NoKillPoints(),
        )
        self.desk = Desk(
            ShowState(show_id),
            self.store.log,
            self.clock,
            self.wall,
            lambda: Facts({}, frozenset(self.engine.attempted)),
            lambda _events, _effects, _state: self.engine.wake(),
        )

    async def open(self) -> None:
        await self.engine.start(self.show_id, whole_feeds=True)
        await self.engine.clock_measured()

    async def close(self) -> None:
        await self.engine.stop()
        await self.shop_http.aclose()
        await self.channel_http.aclose()
        await asyncio.to_thread(self.store.close)

    async def do(self, command: cmd.Command) -> None:
        assert await self.desk.do(command) is None

    # what the engine tells
    def stored(self, batch: StoredBatch) -> None:
        pass

    def link_status(
        self, name: str, kind: str, state: LinkState, sentence: str, heard_wall_ms: int | None
    ) -> None:
        self.states.append((name, state))

    def notice(self, level: str, sentence: str, key: str) -> None:
        if sentence and level != "info":
            self.notices.append(sentence)

    def outbox_changed(self, rows: Sequence[OutboxRow]) -> None:
        self.rows = rows

    def shop_identity(self, identity: ShopIdentity) -> None:
        pass

    def catalogue_progress(self, done: int, total: int) -> None:
        pass


@pytest.fixture
async def studio(tmp_path: Path, shop: ShopProcess, audience: AudienceProcess) -> AsyncIterator[Studio]:
    made = Studio(tmp_path / "studio.db", shop, audience, uuid7())
    yield made
    await made.close()


async def plan(studio: Studio, shop: ShopProcess) -> None:
    page = await asyncio.to_thread(shop.get, "products", limit=5)
    items = tuple(
        LineUpItem(f"i{n}", ItemKind.PRODUCT, p["title"], 300_000, p["id"])
        for n, p in enumerate(page["items"], 1)
    )
    lineup = LineUp("A night in the harbour", "EUR", items, "en", 1_200_000)
    await studio.do(cmd.PlanShow(lineup, "demo", ("live",), rehearsal=True))


async def play(studio: Studio, seconds: float) -> None:
    """Four pins, two codes and their changes, spread over the time given."""
    pause = seconds / 7
    for number in (1, 2):
        await studio.do(cmd.PinItem(f"i{number}"))
        await asyncio.sleep(pause)
    percent = PromoPlan(
        "plan-1", "HARBOUR-1", PromoKind.PERCENT, percent=20, scope=PromoScope.LINEUP, minutes=30
    )
    await studio.do(cmd.IssuePromo("promo-1", percent))
    await studio.do(cmd.PinItem("i3"))
    await asyncio.sleep(pause)
    await studio.do(cmd.ExtendPromo("promo-1", 600_000))
    free = PromoPlan(
        "plan-2", "HARBOUR-2", PromoKind.FREE_SHIPPING, scope=PromoScope.ALL, minutes=30, total_limit=5
    )
    await studio.do(cmd.IssuePromo("promo-2", free))
    await asyncio.sleep(pause)
    await studio.do(cmd.PinItem("i4"))
    await asyncio.sleep(pause)
    await studio.do(cmd.EndPromo("promo-1"))
    await studio.do(cmd.Unpin())
    await asyncio.sleep(pause)
    await studio.do(cmd.Reply(uuid7(), "Thank you for watching!"))
    await asyncio.sleep(pause)


async def settle(
    studio: Studio, shop: ShopProcess, audience: AudienceProcess
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Stop the people, heal everything, and wait until both sides have said all: the books of shop and channel."""
    await studio.do(cmd.EndShow())
    await asyncio.to_thread(shop.admin, "faults", method="DELETE")
    stopped = await asyncio.to_thread(audience.admin, "stop", {})
    assert await studio.engine.drained(60), studio.rows
    orders = await asyncio.to_thread(shop.admin, "stop-orders", {"stopped": True})
    channel_seq = (await asyncio.to_thread(audience.admin, "state"))["last_seq"]
    assert channel_seq >= stopped["last_seq"]
    assert await studio.engine.caught_up(orders["last_seq"], {"live": channel_seq}, 60)
    state = studio.desk.state
    books = await asyncio.to_thread(
        shop.admin,
        "books",
        show_id=studio.show_id,
        started_at_ms=state.started_at_ms,
        ended_at_ms=state.ended_at_ms,
    )
    crowd = await asyncio.to_thread(
        audience.admin, "books", show_id=studio.show_id, from_ms=state.started_at_ms, to_ms=state.ended_at_ms
    )
    return books, crowd


TROUBLES = {
    "none": (),
    "lost-replies": ("lost-replies",),
    "busy": ("rate-limited",),
    "out-of-order": ("duplicate-events", "out-of-order"),
    "skewed": ("clock-skew",),
    "down": ("shop-down",),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_what_was_decided_takes_effect_once_and_the_books_agree(
    studio: Studio, shop: ShopProcess, audience: AudienceProcess, trouble: str
):
    await studio.open()
    await plan(studio, shop)
    await studio.do(cmd.StartShow())
    await asyncio.to_thread(audience.admin, "start", {})
    now = (await asyncio.to_thread(shop.admin, "clock", {}))["now_ms"]
    for name in TROUBLES[trouble]:
        fault = {
            "name": name,
            "from_ms": now,
            "until_ms": now + 3_600_000,
            "intensity": 0.6 if "-" in name else 1.0,
        }
        await asyncio.to_thread(shop.admin, "faults", fault)
    await play(studio, 5)
    books, crowd = await settle(studio, shop, audience)

    state = studio.desk.state
    feeds = studio.store.feeds
    figures = show_figures(
        state,
        await feeds.orders(studio.show_id),
        await feeds.samples(studio.show_id),
        await feeds.questions(studio.show_id),
        studio.clock.best_ms(),
    )
    assert books["duplicates"] == 0
    assert crowd["duplicates"] == 0
    assert pins_accepted(state) == books["pins_accepted"] == 4
    assert promos_accepted(state) == books["promos_accepted"] == 2
    assert figures.own.orders == books["orders"]
    assert figures.own.orders > 0 or trouble != "none"  # a shop in trouble may sell nothing
    assert figures.own.gross.amount_minor == books["revenue_gross_minor"]
    assert figures.own.net.amount_minor == books["revenue_net_minor"]
    assert {p.code: p.redemptions for p in figures.promos} == books["redemptions"]
    usage = {u.code: u.redemptions for u in await feeds.usage(studio.show_id)}
    assert {code: usage.get(code, 0) for code in books["redemptions"]} == books["redemptions"]
    assert figures.viewers.peak == crowd["peak_viewers"]
    count = studio.store.history.chat_count(studio.show_id)
    ours = [r for r in studio.store.history.chat_page(studio.show_id, None, count) if r.message.by_us]
    all_night = await asyncio.to_thread(audience.admin, "books", show_id=studio.show_id)
    assert len(ours) == all_night["announcements"] + all_night["replies"] > 0
    assert list(studio.rows) == []
    outcomes = {
        e.event.outcome.value
        for e in await studio.store.log.read(studio.show_id)
        if isinstance(e.event, EffectSettled)
    }
    assert outcomes <= {"delivered", "superseded", "expired"}
    assert all(record.confirmed_ends_at_ms is not None for record in state.promos.values())


async def test_with_the_shop_killed_in_the_middle_the_show_goes_on_and_the_books_agree(
    studio: Studio, shop: ShopProcess, audience: AudienceProcess
):
    await studio.open()
    await plan(studio, shop)
    await studio.do(cmd.StartShow())
    await studio.do(cmd.PinItem("i1"))
    assert await studio.engine.drained(30)
    await asyncio.to_thread(shop.kill)
    for number in (2, 3):
        await studio.do(cmd.PinItem(f"i{number}"))
    code = PromoPlan("plan-1", "HARBOUR-1", PromoKind.PERCENT, percent=20, scope=PromoScope.ALL, minutes=60)
    await studio.do(cmd.IssuePromo("promo-1", code))
    assert not await studio.engine.drained(2)
    assert ("demo", LinkState.DOWN) in studio.states
    await asyncio.to_thread(shop.start)
    assert await studio.engine.drained(30)
    books = await asyncio.to_thread(shop.admin, "books", show_id=studio.show_id)
    state = studio.desk.state
    assert books["duplicates"] == 0
    assert pins_accepted(state) == books["pins_accepted"] == 3
    assert promos_accepted(state) == books["promos_accepted"] == 1
    assert (await asyncio.to_thread(shop.get, "featured"))["current"]["product_id"] == state.pinned_product_id
