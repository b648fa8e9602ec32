"""The engine of one show: what comes in is on disk once and in order, and every connection says how it is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.control.clock import MeasuredShowClock
from studio.control.ports import (
    BadAnswer,
    ChannelItem,
    FeedBatch,
    OutboxRow,
    PromoUsage,
    Quota,
    ReadyProducts,
    ShopChange,
    ShopIdentity,
    StoredBatch,
    Throttled,
    Traffic,
    Unauthorised,
    Unreachable,
)
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.money import Money
from studio.domain.product import Product, StockLevel, Variant
from studio.domain.question import Question
from studio.sync.engine import Engine
from studio.sync.links import LinkState
from tests.fakes.fake_shop import FakeChannel, FakeShop, offline
from tests.fakes.memory_store import MemoryFeeds, MemoryOutbox
from tests.fakes.virtual_time import VirtualLoop, VirtualWall, run

SHOW = "show-1"


class NoPoints:
    def reached(self, name: str) -> None:
        pass


class Seen:
    """What the engine told."""

    def __init__(self) -> None:
        self.batches: list[StoredBatch] = []
        self.links: list[tuple[str, LinkState, str]] = []
        self.notices: list[tuple[str, str, str]] = []
        self.identities: list[ShopIdentity] = []
        self.progress: list[tuple[int, int]] = []
        self.rows: Sequence[OutboxRow] = ()
        self.quotas: list[tuple[str, Quota]] = []

    def stored(self, batch: StoredBatch) -> None:
        self.batches.append(batch)

    def link_status(
        self, name: str, kind: str, state: LinkState, sentence: str, heard_wall_ms: int | None
    ) -> None:
        self.links.append((name, state, sentence))

    def notice(self, level: str, sentence: str, key: str) -> None:
        self.notices.append((level, sentence, key))

    def outbox_changed(self, rows: Sequence[OutboxRow]) -> None:
        self.rows = rows

    def shop_identity(self, identity: ShopIdentity) -> None:
        self.identities.append(identity)

    def catalogue_progress(self, done: int, total: int) -> None:
        self.progress.append((done, total))

    def channel_quota(self, name: str, quota: Quota) -> None:
        self.quotas.append((name, quota))

    def states(self, name: str) -> list[str]:
        """The states of a link, each once in a row."""
        states = [state.value for found, state, _ in self.links if found == name]
        return [s for before, s in zip([None, *states], states, strict=False) if s != before]


class World:
    """An engine between a fake shop, a fake channel and feeds in memory, in virtual time."""

    def __init__(self, loop: VirtualLoop, channel: FakeChannel | None = None) -> None:
        self.loop = loop
        self.wall = VirtualWall(loop)
        self.clock = MeasuredShowClock(self.wall)
        self.shop = FakeShop(self.wall.now_ms)
        self.shop.products = {f"p{n}": product(n) for n in range(1, 5)}
        self.shop.levels = [level(n, 1, 10) for n in range(1, 5)]
        self.channel = channel or FakeChannel()
        self.feeds = MemoryFeeds()
        self.outbox = MemoryOutbox()
        self.seen = Seen()
        self.engine = self.new_engine()

    def new_engine(self) -> Engine:
        async def settle(_show: str, _events: object) -> None:
            raise AssertionError("nothing is sent here")

        return Engine(
            shop_name="demo",
            shop=self.shop,
            channels={"live": self.channel},
            feeds=self.feeds,
            outbox=self.outbox,
            show_clock=self.clock,
            wall_clock=self.wall,
            settle=settle,
            events=self.seen,
            kill_points=NoPoints(),
            random=lambda: 0.5,
        )

    def stored(self, field: str, source: str = "") -> list:
        return [v for b in self.feeds.batches if b.source.startswith(source) for v in getattr(b, field)]

    def texts(self) -> list[str]:
        return [m.text for b in self.seen.batches for m in b.messages]


def product(n: int, revision: int = 1) -> Product:
    return Product(f"p{n}", revision, f"Product {n}", (Variant(f"v{n}", f"S{n}", "One", Money(1000, "EUR")),))


def level(n: int, revision: int, on_hand: int) -> StockLevel:
    return StockLevel(f"v{n}", "berlin", on_hand, 0, 0, revision, 1_790_000_000_000 + revision)


def stock(seq: int, n: int = 1) -> ShopChange:
    return ShopChange(seq, f"c{seq}", 5, stock=level(n, seq + 1, 100 - seq))


def said(seq: int, text: str = "", message_id: str = "", author: str = "Kari") -> ChannelItem:
    words = text or f"line {seq}"
    return ChannelItem(seq, message=ChatMessage("live", message_id or f"m{seq}", seq, seq, author, words))


def watched(seq: int, count: int) -> ChannelItem:
    return ChannelItem(seq, sample=ViewerSample("live", seq, count))


def play(
    story: Callable[[World], Awaitable[None]],
    channel: FakeChannel | None = None,
    *,
    start: bool = True,
    world: type[World] = World,
) -> World:
    made = world

    async def main(loop: VirtualLoop) -> World:
        world = made(loop, channel)
        if start:
            await world.engine.start(SHOW, whole_feeds=True)
            await asyncio.sleep(1)
        await story(world)
        await world.engine.stop()
        return world

    return run(main)


def test_at_the_start_the_catalogue_and_the_stock_are_read_and_the_clock_is_measured():
    async def story(w: World) -> None:
        await w.engine.clock_measured()

    w = play(story)
    assert [p.id for p in w.stored("products")] == ["p1", "p2", "p3", "p4"]
    assert {s.variant_id for s in w.stored("stock")} == {"v1", "v2", "v3", "v4"}
    assert w.clock.now_ms() is not None
    assert w.seen.progress[-1] == (4, 4)
    assert w.seen.states("demo") == ["connecting", "ok"]
    assert w.seen.states("live") == ["connecting", "ok"]
    assert w.seen.identities[0].name == "Fake"


LARGE = 21_000


class SlowStock(FakeShop):
    """Each part of the stock takes a second."""

    async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
        await asyncio.sleep(1)
        wanted = frozenset(variant_ids)
        self.calls.append(("stock", tuple(variant_ids)))
        return tuple(level for level in self.levels if level.variant_id in wanted)


class LargeWorld(World):
    """A shop of so many variants that all its stock takes a minute to read."""

    shop_type: type[SlowStock] = SlowStock

    def new_engine(self) -> Engine:
        self.shop = self.shop_type(self.wall.now_ms)
        self.shop.products = {f"p{n}": product(n) for n in range(1, LARGE + 1)}
        self.shop.levels = [level(n, 1, 10) for n in range(1, LARGE + 1)]
        return super().new_engine()


def test_all_stock_of_a_large_shop_that_pushes_is_read_with_a_rest_after_each_part():
    began: list[float] = []

    async def story(w: World) -> None:
        loop = asyncio.get_running_loop()
        while len({s.variant_id for s in w.stored("stock")}) < LARGE:
            began.append(loop.time())
            await asyncio.sleep(1)

    w = play(story, world=LargeWorld)
    parts = len(w.shop.called("stock"))
    assert sorted({s.variant_id for s in w.stored("stock")}) == sorted(f"v{n}" for n in range(1, LARGE + 1))
    assert began[-1] - began[0] >= 2 * parts - 10, "the shop had as much rest as work"


def test_a_part_of_a_large_shop_s_stock_that_fails_is_read_again_and_one_that_makes_no_sense_is_left_out():
    class Failing(SlowStock):
        odd = {4: Unreachable("gone", attempted=True), 9: BadAnswer("odd")}  # noqa: RUF012 - of this test alone

        async def stock(self, variant_ids: Collection[str]) -> tuple[StockLevel, ...]:
            levels = await super().stock(variant_ids)
            failure = self.odd.pop(len(self.called("stock")), None)
            if failure is not None:
                raise failure
            return levels

    class World(LargeWorld):
        shop_type = Failing

    async def story(w: LargeWorld) -> None:
        await asyncio.sleep(200)

    w = play(story, world=World)
    stored = {s.variant_id for s in w.stored("stock")}
    assert len(stored) == LARGE - 400
    assert len(w.shop.called("catalogue")) == 1
    assert len(w.shop.called("stock")) == LARGE // 400 + 2


def test_a_catalogue_is_stored_with_what_was_made_ready_of_it_while_it_came_in():
    async def story(_w: LargeWorld) -> None:
        await asyncio.sleep(10)

    w = play(story, world=LargeWorld)
    read = [
        (batch, ready)
        for batch, ready in zip(w.feeds.batches, w.feeds.ready, strict=True)
        if len(batch.products) > 1
    ]
    assert read
    for batch, ready in read:
        assert ready == {product.id: product for product in batch.products}


def test_when_everything_is_to_be_read_anew_the_rest_of_a_large_shop_s_stock_waits():
    async def story(w: World) -> None:
        await asyncio.sleep(10)
        before = len(w.shop.called("stock"))
        assert before < LARGE // 400
        w.shop.lose = {1}
        w.shop.tell(stock(2))
        await asyncio.sleep(10)
        assert len(w.shop.called("catalogue")) == 2

    play(story, world=LargeWorld)


def test_what_the_shop_pushes_is_stored_once_and_in_order_whatever_the_wire_does():
    async def story(w: World) -> None:
        w.shop.tell(stock(2), stock(1), stock(2), stock(4), stock(3), stock(1), stock(5))
        assert await w.engine.caught_up(5, timeout_s=10)

    w = play(story)
    assert [s.revision for s in w.stored("stock", "shop:")] == [2, 3, 4, 5, 6]
    assert w.feeds.cursors["shop:one"] == 5


def test_what_the_stream_leaves_out_is_read_again():
    async def story(w: World) -> None:
        w.shop.drop = {2, 3, 6}
        w.shop.tell(*(stock(n) for n in range(1, 7)))
        assert await w.engine.caught_up(6, timeout_s=10)

    w = play(story)
    assert [s.revision for s in w.stored("stock", "shop:")] == [2, 3, 4, 5, 6, 7]


def test_changes_that_the_shop_has_lost_are_passed_over_and_everything_is_read_again():
    async def story(w: World) -> None:
        before = len(w.shop.called("catalogue"))
        w.shop.lose = {2, 3}
        w.shop.tell(*(stock(n) for n in range(1, 6)))
        assert await w.engine.caught_up(5, timeout_s=60)
        await asyncio.sleep(5)
        assert len(w.shop.called("catalogue")) == before + 1
        assert w.shop.called("orders")

    w = play(story)
    assert [s.revision for s in w.stored("stock", "shop:")] == [2, 5, 6]
    assert any("lost 2 of its changes" in sentence for _, sentence, _ in w.seen.notices)
    assert all(batch.gap is None for batch in w.feeds.batches)


def test_a_gap_that_the_channel_cannot_fill_is_marked_in_the_chat():
    async def story(w: World) -> None:
        w.channel.lose = {3, 4}
        w.channel.tell(*(said(n) for n in range(1, 7)))
        assert await w.engine.caught_up(0, {"live": 6}, timeout_s=60)

    w = play(story)
    assert w.texts() == ["line 1", "line 2", "line 5", "line 6"]
    gap = next(b for b in w.feeds.batches if b.gap)
    assert (gap.source, gap.gap, [m.seq for m in gap.messages]) == ("live", (2, 4), [5, 6])


def test_a_message_that_comes_under_two_numbers_is_kept_once():
    async def story(w: World) -> None:
        w.channel.tell(said(1, "Hello", "a"), said(2, "Hello", "a"), said(3, "World", "b"))
        assert await w.engine.caught_up(0, {"live": 3}, timeout_s=10)

    w = play(story)
    assert w.texts() == ["Hello", "World"]


def test_questions_are_found_in_the_chat_and_stored_with_the_message_that_asks():
    async def story(w: World) -> None:
        w.channel.tell(
            said(1, "Is the blanket washable?"),
            said(2, "nice!"),
            said(3, "is the blanket washable??"),
            watched(4, 12),
        )
        assert await w.engine.caught_up(0, {"live": 4}, timeout_s=10)

    w = play(story)
    batch = next(b for b in w.feeds.batches if b.messages)
    assert [m.seq for m in batch.messages] == [1, 2, 3]
    assert [(q.text, q.asked) for q in batch.questions] == [("Is the blanket washable?", 2)]
    assert [s.viewers for s in w.stored("samples")] == [12]


def test_after_a_restart_reading_goes_on_where_it_was_and_questions_are_counted_on():
    async def story(w: World) -> None:
        w.channel.tell(said(1, "Is the blanket washable?"))
        w.shop.tell(stock(1))
        assert await w.engine.caught_up(1, {"live": 1}, timeout_s=10)
        await w.engine.stop()
        w.feeds.asked = [q for b in w.feeds.batches for q in b.questions]
        w.channel.tell(said(2, "Is this blanket washable?"))
        w.shop.tell(stock(2))
        w.engine = w.new_engine()
        await w.engine.start(SHOW, whole_feeds=True)
        assert await w.engine.caught_up(2, {"live": 2}, timeout_s=10)

    w = play(story)
    assert w.texts() == ["Is the blanket washable?", "Is this blanket washable?"]
    assert [q.asked for q in w.stored("questions")] == [1, 2]
    assert ("changes", 2) in w.shop.calls
    assert [s.revision for s in w.stored("stock", "shop:")] == [2, 3]


def test_a_show_joins_a_running_channel_from_now_on():
    async def story(w: World) -> None:
        w.channel.tell(*(said(n) for n in range(1, 50)))
        w.shop.tell(*(stock(n) for n in range(1, 50)))
        await w.engine.start(SHOW)
        await asyncio.sleep(1)
        w.channel.tell(said(50))
        w.shop.tell(stock(50))
        assert await w.engine.caught_up(50, {"live": 50}, timeout_s=10)

    w = play(story, start=False)
    assert w.texts() == ["line 50"]
    assert [s.revision for s in w.stored("stock", "shop:")] == [51]


def test_a_shop_that_is_away_is_told_as_down_and_everything_comes_when_it_is_back():
    async def story(w: World) -> None:
        w.shop.always["*"] = offline()
        w.shop.stream_down = offline()
        w.shop.tell(stock(1))
        await asyncio.sleep(60)
        w.shop.tell(stock(2))
        assert w.seen.states("demo")[-1] == "down"
        w.shop.always.clear()
        w.shop.stream_down = None
        assert await w.engine.caught_up(2, timeout_s=10)

    w = play(story)
    assert w.seen.states("demo") == ["connecting", "ok", "down", "ok"]
    assert [s.revision for s in w.stored("stock", "shop:")] == [2, 3]


def test_without_its_stream_a_shop_is_asked_every_second():
    async def story(w: World) -> None:
        w.shop.stream_down = BadAnswer(
            "The shop answered with something else than a stream: check the address."
        )
        w.shop.tell(stock(1))
        await asyncio.sleep(20)
        before = w.loop.now
        w.shop.tell(stock(2))
        assert await w.engine.caught_up(2, timeout_s=1.5)
        assert w.loop.now - before <= 1.5

    w = play(story)
    _, state, sentence = [link for link in w.seen.links if link[0] == "demo"][-1]
    assert state is LinkState.OK
    assert "Asking every second" in sentence


def test_a_stream_that_swallows_changes_is_found_out_by_asking():
    async def story(w: World) -> None:
        w.shop.drop = {1, 2}
        w.shop.tell(stock(1), stock(2))
        await asyncio.sleep(11)

    w = play(story)
    assert w.feeds.cursors["shop:one"] == 2


def test_a_channel_that_is_connected_and_silent_is_stale_not_well():
    async def story(w: World) -> None:
        w.channel.tell(watched(1, 5))
        await asyncio.sleep(40)
        assert w.seen.states("live")[-1] == "stale"
        w.channel.tell(watched(2, 6))
        await asyncio.sleep(1)

    w = play(story)
    assert w.seen.states("live") == ["connecting", "ok", "stale", "ok"]
    assert any("says nothing" in sentence for _, state, sentence in w.seen.links if state is LinkState.STALE)


def test_a_shop_where_nothing_happens_is_well():
    async def story(w: World) -> None:
        await asyncio.sleep(600)

    w = play(story)
    assert w.seen.states("demo") == ["connecting", "ok"]


def test_a_missing_token_asks_and_a_new_one_goes_on_at_once():
    async def story(w: World) -> None:
        w.shop.always["*"] = Unauthorised("The shop does not accept the token: enter it again.")
        await w.engine.start(SHOW, whole_feeds=True)
        await asyncio.sleep(5)
        assert w.seen.states("demo")[-1] == "asking"
        w.shop.always.clear()
        w.shop.tell(stock(1))
        await w.engine.token_given("shop")
        assert await w.engine.caught_up(1, timeout_s=2)

    w = play(story, start=False)
    assert w.seen.states("demo")[-1] == "ok"


def test_another_database_at_the_shop_is_noticed_and_read_from_its_own_place():
    async def story(w: World) -> None:
        w.shop.tell(stock(1), stock(2))
        assert await w.engine.caught_up(2, timeout_s=10)
        w.shop.instance_id, w.shop.feed = "two", [stock(1, 3)]
        w.shop.stream_down = Unreachable("The connection broke off.")
        w.shop.tell()
        await asyncio.sleep(3)
        w.shop.stream_down = None
        await asyncio.sleep(10)

    w = play(story)
    assert w.feeds.cursors == {"shop:one": 2, "shop:two": 1}
    assert any("database was replaced" in sentence for _, sentence, _ in w.seen.notices)
    assert len(w.shop.called("catalogue")) == 2


def test_a_feed_that_was_set_back_is_read_on_from_where_it_is():
    async def story(w: World) -> None:
        w.shop.tell(*(stock(n) for n in range(1, 9)))
        assert await w.engine.caught_up(8, timeout_s=10)
        w.shop.feed = w.shop.feed[:3]
        w.shop.stream_down = Unreachable("The connection broke off.")
        w.shop.tell()
        await asyncio.sleep(1)
        w.shop.stream_down = None
        await asyncio.sleep(10)
        w.shop.tell(stock(4, 2))
        assert await w.engine.caught_up(4, timeout_s=10)

    w = play(story)
    assert w.feeds.cursors["shop:one"] == 4
    assert [s.variant_id for s in w.stored("stock", "shop:")][-1] == "v2"


def test_a_channel_that_numbers_anew_is_read_on_and_said():
    async def story(w: World) -> None:
        w.channel.tell(*(said(n) for n in range(1, 9)))
        assert await w.engine.caught_up(0, {"live": 8}, timeout_s=10)
        await w.engine.stop()
        w.channel.feed = [said(1, "new world", "n1")]
        w.engine = w.new_engine()
        await w.engine.start(SHOW, whole_feeds=True)
        await asyncio.sleep(1)
        w.channel.tell(said(2, "hello again", "n2"))
        assert await w.engine.caught_up(0, {"live": 2}, timeout_s=10)

    w = play(story)
    assert w.texts()[-2:] == ["new world", "hello again"]
    assert any("began its feed anew" in sentence for _, sentence, _ in w.seen.notices)


def test_a_full_disk_holds_the_feeds_up_and_loses_nothing():
    async def story(w: World) -> None:
        w.feeds.full = True
        w.channel.tell(*(said(n) for n in range(1, 30)))
        await asyncio.sleep(20)
        assert w.texts() == []
        w.feeds.full = False
        assert await w.engine.caught_up(0, {"live": 29}, timeout_s=20)

    w = play(story)
    assert w.texts() == [f"line {n}" for n in range(1, 30)]
    told = [sentence for _, sentence, key in w.seen.notices if key == "store"]
    assert "disk is full" in told[0]
    assert told[-1] == ""


def test_a_bug_in_storing_is_logged_and_nothing_is_lost(logged: list[dict[str, Any]]):
    async def story(w: World) -> None:
        real, broken = w.feeds.store, [True]

        async def store(show_id: str, batch: FeedBatch, ready: ReadyProducts | None = None) -> StoredBatch:
            if batch.messages and broken:
                broken.pop()
                raise RuntimeError("a bug")
            return await real(show_id, batch, ready)

        w.feeds.store = store  # type: ignore[method-assign]
        w.channel.tell(*(said(n) for n in range(1, 10)))
        await asyncio.sleep(1)
        w.channel.tell(*(said(n) for n in range(10, 20)))
        assert await w.engine.caught_up(0, {"live": 19}, timeout_s=60)

    w = play(story)
    assert w.texts() == [f"line {n}" for n in range(1, 20)]
    assert [entry["exc_info"] for entry in logged if entry["event"] == "batch not stored"] == [True]


def test_entries_that_make_no_sense_are_said_and_their_neighbours_stay():
    async def story(w: World) -> None:
        w.shop.tell(
            stock(1), ShopChange(2, "c2", 5, problem="The shop's order X was left out: odd."), stock(3)
        )
        w.channel.tell(said(1), ChannelItem(2, problem="live sent something odd."), said(3))
        assert await w.engine.caught_up(3, {"live": 3}, timeout_s=10)

    w = play(story)
    assert [s.revision for s in w.stored("stock", "shop:")] == [2, 4]
    assert w.texts() == ["line 1", "line 3"]
    assert ("warning", "The shop's order X was left out: odd.", "shop:problem") in w.seen.notices
    assert ("warning", "live sent something odd.", "problem:live") in w.seen.notices


def test_visits_of_other_shows_are_not_ours_and_the_newest_figures_win():
    async def story(w: World) -> None:
        w.shop.tell(
            ShopChange(1, "c1", 5, traffic=Traffic(5, 10, 1, 2, show_id=SHOW)),
            ShopChange(2, "c2", 5, traffic=Traffic(9, 10, 1, 9, show_id="other")),
            ShopChange(3, "c3", 5, traffic=Traffic(4, 10, 1, 1, show_id=SHOW)),
            ShopChange(4, "c4", 5, usage=PromoUsage("A", 2, 2)),
            ShopChange(5, "c5", 5, usage=PromoUsage("A", 1, 1)),
        )
        assert await w.engine.caught_up(5, timeout_s=10)

    w = play(story)
    batch = next(b for b in w.feeds.batches if b.traffic)
    assert batch.traffic == Traffic(5, 10, 1, 2, show_id=SHOW)
    assert batch.usage == (PromoUsage("A", 2, 2),)


def test_a_shop_that_cannot_push_is_asked_by_what_is_on_air():
    async def story(w: World) -> None:
        w.shop.push = False
        await w.engine.start(SHOW, orders_since_ms=77)
        w.engine.set_on_air("p1", ("p1", "p2"), ("NORD20",))
        await asyncio.sleep(5)
        w.shop.calls.clear()
        await asyncio.sleep(60)

    w = play(story, start=False)
    asked = [variant for call in w.shop.called("stock") for variant in call[1]]
    assert 55 <= asked.count("v1") <= 62
    assert 11 <= asked.count("v2") <= 13
    assert 1 <= asked.count("v3") <= 2
    assert len(w.shop.called("orders")) >= 11
    assert len(w.shop.called("promo_usage")) >= 11
    assert len(w.shop.called("traffic")) >= 5
    assert w.seen.states("demo")[-1] == "ok"


def test_a_shop_that_counts_no_visits_is_not_asked_for_them():
    async def story(w: World) -> None:
        w.shop.push = w.shop.counts_visits = False
        await w.engine.start(SHOW)
        await asyncio.sleep(60)

    w = play(story, start=False)
    assert w.shop.called("traffic") == []
    assert len(w.shop.called("orders")) >= 11


def test_prices_of_the_line_up_are_read_again_in_turn_where_the_shop_cannot_push():
    async def story(w: World) -> None:
        w.shop.push = False
        await w.engine.start(SHOW)
        w.engine.set_on_air("p1", ("p1", "p2", "p3"))
        await asyncio.sleep(60)

    w = play(story, start=False)
    asked = [call[1] for call in w.shop.called("product-read")]
    assert asked.count("p1") >= 11
    assert min(asked.count("p2"), asked.count("p3")) >= 5


def test_a_busy_shop_that_cannot_push_is_left_in_peace():
    async def story(w: World) -> None:
        w.shop.push = False
        await w.engine.start(SHOW)
        await asyncio.sleep(5)
        w.engine.set_on_air("p1")
        w.shop.always["stock-check"] = Throttled("Wait.", 30_000, attempted=False)
        w.shop.calls.clear()
        await asyncio.sleep(29)

    w = play(story, start=False)
    assert len(w.shop.called("stock")) <= 2


def test_after_sleep_the_clock_is_measured_again_at_once():
    async def story(w: World) -> None:
        w.wall.jump_ms = 3_600_000
        assert w.clock.now_ms() is None
        await asyncio.sleep(1)
        assert w.clock.now_ms() == w.shop.now()

    play(story)


def test_a_header_that_parts_from_the_clock_is_a_reason_to_measure_but_not_all_the_time():
    async def story(w: World) -> None:
        await asyncio.sleep(6)
        before = len(w.shop.called("clock"))
        for _ in range(100):
            now = w.wall.now_ms()
            w.engine.clock_hint(now + 420_000, now, now)
            await asyncio.sleep(0.1)
        measured = len(w.shop.called("clock")) - before
        assert 2 <= measured <= 4
        now = w.wall.now_ms()
        await asyncio.sleep(6)
        before = len(w.shop.called("clock"))
        w.engine.clock_hint(w.wall.now_ms() + 500, w.wall.now_ms(), w.wall.now_ms())
        await asyncio.sleep(1)
        assert len(w.shop.called("clock")) == before

    play(story)


def test_a_product_can_be_asked_about_right_now():
    async def story(w: World) -> None:
        w.shop.levels = [level(n, 9, 1) for n in range(1, 5)]
        await w.engine.refresh(["p2"])
        assert w.stored("stock")[-1].revision == 9
        assert w.stored("products")[-1].id == "p2"
        w.shop.always["*"] = offline()
        with pytest.raises(Unreachable):
            await w.engine.refresh(["p2"])

    play(story)


def test_waiting_for_what_never_comes_ends_in_time():
    async def story(w: World) -> None:
        assert not await w.engine.caught_up(99, timeout_s=5)

    play(story)


def test_a_stopped_engine_leaves_nothing_running_and_can_start_again():
    async def story(w: World) -> None:
        with pytest.raises(RuntimeError, match="open already"):
            await w.engine.start(SHOW)
        await w.engine.stop()
        await w.engine.stop()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await w.engine.start(SHOW)
        await asyncio.sleep(1)

    play(story)


def test_a_question_known_before_is_the_same_question():
    async def story(w: World) -> None:
        w.feeds.asked = [Question("q1", SHOW, "Is the blanket washable?", "Ola", "live", "m0", 1, 1)]
        await w.engine.start(SHOW, whole_feeds=True)
        w.channel.tell(said(1, "Is the blanket washable?"))
        assert await w.engine.caught_up(0, {"live": 1}, timeout_s=10)

    w = play(story, start=False)
    assert [(q.id, q.asked) for q in w.stored("questions")] == [("q1", 2)]


@settings(max_examples=40)
@given(st.data())
def test_whatever_the_wire_repeats_swaps_and_swallows_the_chat_is_whole_and_in_order(data: st.DataObject):
    count = data.draw(st.integers(1, 25))
    swallowed = data.draw(st.sets(st.integers(1, count)))
    order = data.draw(st.lists(st.integers(1, count), max_size=60))
    pauses = data.draw(
        st.lists(st.sampled_from([0.0, 0.0, 0.03, 0.4, 3.0]), min_size=len(order), max_size=len(order))
    )

    class Wire(FakeChannel):
        """Delivers `order`, whatever was sent."""

        async def items(self, after: int) -> AsyncIterator[ChannelItem]:
            for seq, pause in zip(order, pauses, strict=True):
                await asyncio.sleep(pause)
                if seq not in swallowed:
                    yield said(seq)
            await asyncio.Event().wait()

    async def story(w: World) -> None:
        w.channel.feed = [said(n) for n in range(1, count + 1)]
        await w.engine.start(SHOW, whole_feeds=True)
        assert await w.engine.caught_up(0, {"live": count}, timeout_s=300)

    w = play(story, Wire(), start=False)
    assert w.texts() == [f"line {n}" for n in range(1, count + 1)]
    assert all(batch.gap is None for batch in w.feeds.batches)


def test_nothing_is_read_before_it_is_known_where_to_begin():
    async def story(w: World) -> None:
        w.channel.tell(*(said(n) for n in range(1, 50)))
        w.channel.always["*"] = offline()
        w.shop.tell(*(stock(n) for n in range(1, 50)))
        w.shop.fail("identity", offline(), offline(), offline())
        await w.engine.start(SHOW)
        await asyncio.sleep(3)
        w.channel.always.clear()
        await asyncio.sleep(10)

    w = play(story, start=False)
    assert w.texts() == []
    assert w.stored("stock", "shop:") == []
    assert "" not in w.feeds.cursors
    assert w.seen.states("live")[-1] == "ok"


def test_the_catalogue_comes_as_soon_as_the_shop_is_back():
    async def story(w: World) -> None:
        w.shop.always["*"] = offline()
        await w.engine.start(SHOW)
        await asyncio.sleep(600)
        w.shop.always.clear()
        await asyncio.sleep(6)
        assert w.feeds.known

    play(story, start=False)
