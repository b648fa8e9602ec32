"""Reviews of shows that are over: what still comes in, the show before, and shows of the past."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from studio.control.clock import MeasuredShowClock, SystemWallClock
from studio.control.ports import FeedBatch
from studio.control.ports.shop import TrackedLink, Traffic
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.kpi import newest_revisions, own_orders
from studio.domain.order import REPLAY_MS, Order
from studio.domain.question import Question
from studio.reviews import Reviews
from studio.store.store import Store, open_store
from studio.ui.studio import ExportKind, Review
from tests.unit.domain.show_builder import MINUTE, T0, Show
from tests.unit.domain.test_kpi import order, show_with_sales

HOUR = 60 * MINUTE
WEEK = 7 * 24 * HOUR


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "studio.db")
    yield opened
    opened.close()


@pytest.fixture
def reviews(store: Store) -> Iterator[Reviews]:
    wall = SystemWallClock()
    with ThreadPoolExecutor(1) as reader:
        yield Reviews(store, MeasuredShowClock(wall), wall, reader.submit)


async def a_show(
    store: Store, show_id: str, weeks: int, series: str = "", *, rehearsal: bool = False, end: bool = True
) -> int:
    """A show of ten minutes, so many weeks after the first; when it ended."""
    show = Show(started=False)
    show.now += weeks * WEEK
    show.do(cmd.StartShow())
    show.do(cmd.NextItem())
    show.now += 10 * MINUTE
    if end:
        show.do(cmd.EndShow())
    log: list[ev.Logged] = []
    for logged in show.log:
        event = logged.event
        if isinstance(event, ev.ShowPlanned):
            event = msgspec.structs.replace(event, rehearsal=rehearsal, series=series)
        log.append(
            msgspec.structs.replace(logged, id=f"{show_id}-{logged.seq}", show_id=show_id, event=event)
        )
    await store.log.append(show_id, 0, log, [])
    return show.now


async def test_a_late_order_and_a_late_return_change_the_figures(store: Store, reviews: Reviews):
    ended = await a_show(store, "first", 0)
    bought = order(1, show="first", at=ended - 1)
    await store.feeds.store("first", FeedBatch("shop", orders=(bought,)))
    assert (await reviews.review("first")).figures.own.net.amount_minor == 1_000
    back = msgspec.structs.replace(
        bought, revision=2, refunded=msgspec.structs.replace(bought.refunded, amount_minor=400)
    )
    late = order(2, show="first", at=ended + HOUR)
    await store.feeds.store("first", FeedBatch("shop", orders=(back, late)))
    figures = (await reviews.review("first")).figures
    assert figures.own.net.amount_minor == 1_600
    assert figures.replay is not None
    assert figures.replay.orders == 1


async def test_an_order_of_the_replay_counts_also_when_another_show_was_open_by_then(
    store: Store, reviews: Reviews
):
    ended = await a_show(store, "first", 0)
    await a_show(store, "second", 1)
    mine = order(1, show="first", at=ended + HOUR)
    await store.feeds.store(
        "second", FeedBatch("shop", orders=(mine, order(2, show="second", at=ended + HOUR)))
    )
    assert (await reviews.review("first")).figures.own.orders == 1
    reviews.replay_ms = HOUR - 1
    first = await reviews.review("first")
    assert (first.figures.own.orders, first.replay_ms) == (0, HOUR - 1)


async def test_the_show_before_is_that_of_the_series_else_of_the_shop_and_no_rehearsal(
    store: Store, reviews: Reviews
):
    await a_show(store, "home-1", 0, "Home")
    await a_show(store, "garden-1", 1, "Garden")
    await a_show(store, "rehearsed", 2, "Home", rehearsal=True)
    await a_show(store, "home-2", 3, "Home")
    await a_show(store, "kitchen-1", 4, "Kitchen")

    async def before(show_id: str) -> str:
        previous = (await reviews.review(show_id)).previous
        return "" if previous is None else previous.id

    assert await before("home-2") == "home-1"
    assert await before("kitchen-1") == "home-2"
    assert await before("home-1") == ""
    assert await before("rehearsed") == ""
    assert [p.id for p in await reviews.past()] == ["kitchen-1", "home-2", "garden-1", "home-1"]
    assert [p.id for p in await reviews.past("Home")] == ["home-2", "home-1"]
    assert [p.id for p in await reviews.past(None, 1)] == ["kitchen-1"]


async def test_past_shows_are_reckoned_once_and_again_when_anything_of_them_is_new(
    store: Store, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
):
    ended = await a_show(store, "first", 0)
    reckoned: list[str] = []
    plain = reviews._told

    async def told(show_id: str):
        reckoned.append(show_id)
        return await plain(show_id)

    monkeypatch.setattr(reviews, "_told", told)
    await reviews.past()
    await reviews.past()
    assert reckoned == ["first"]
    await store.feeds.store("first", FeedBatch("shop", orders=(order(1, show="first", at=ended + HOUR),)))
    (known,) = await reviews.past()
    assert (reckoned, known.figures.own.orders) == (["first", "first"], 1)
    newer = order(1, show="first", at=ended + HOUR, revision=2, refunded=100)
    await store.feeds.store("first", FeedBatch("shop", orders=(newer,)))
    assert (await reviews.past())[0].figures.own.net.amount_minor == 900
    reviews.replay_ms = 0
    assert (await reviews.past())[0].figures.own.orders == 0
    asked = Question("q1", "first", "how big?", "Ann", "live", "m1", ended - 1, ended - 1, 1, ("live",))
    for question, left in ((asked, 1), (msgspec.structs.replace(asked, withdrawn=True), 0)):
        await store.feeds.store("first", FeedBatch("live", questions=(question,)))
        assert (await reviews.past())[0].figures.questions.open == left


async def test_a_show_on_air_is_reckoned_each_time(store: Store, reviews: Reviews):
    await a_show(store, "first", 0, end=False)
    assert (await reviews.past())[0].ended_at_ms is None
    assert (await reviews.review("first")).advice == ()


async def test_visits_chat_and_links_stand_in_the_figures(store: Store, reviews: Reviews):
    ended = await a_show(store, "first", 0)
    chat = tuple(
        ChatMessage("live", f"m{n}", n, T0 + n, f"viewer {n % 2}", "how big is it?") for n in range(5)
    )
    samples = (ViewerSample("live", T0 + 1, 50),)
    traffic = Traffic(8, 60_000, 2, 1, {"p1": 2}, {"p1": 8}, "first")
    await store.outbox.save_link(TrackedLink("link-1", "https://shop.test/1", "first", "p1", "live"))
    bought = order(1, show="first", at=ended - 1, link_id="link-1")
    await store.feeds.store(
        "first", FeedBatch("x", messages=chat, samples=samples, traffic=traffic, orders=(bought,))
    )
    review = await reviews.review("first")
    figures = review.figures
    assert (figures.chat_messages, figures.chatters, figures.questions.asked) == (5, 2, 5)
    assert (figures.sessions, figures.conversion, figures.products[0].clicks) == (8, 1 / 8, 8)
    (channel,) = figures.channels
    assert (channel.peak, channel.messages, channel.orders) == (50, 5, 1)
    assert review.replay_ms == REPLAY_MS


async def test_a_review_is_written_as_each_kind(store: Store, reviews: Reviews, tmp_path: Path):
    await a_show(store, "first", 0)
    for kind in ExportKind:
        await reviews.export("first", kind, tmp_path / kind.value, 1_500)
        assert (tmp_path / kind.value).exists()
    assert "00:00:01.500 --> " in (tmp_path / "chapters_vtt").read_text()
    assert "Autumn Home Live #14" in await reviews.report_html("first")


async def test_before_a_review_is_written_it_is_known_what_of_before_it_replaces(
    store: Store, reviews: Reviews, tmp_path: Path
):
    await a_show(store, "first", 0)
    folder = tmp_path / "tables"
    assert await reviews.would_replace("first", ExportKind.CSV, folder) == []
    await reviews.export("first", ExportKind.CSV, folder)
    assert set(await reviews.would_replace("first", ExportKind.CSV, folder)) == set(folder.iterdir())


async def test_whose_an_order_with_a_code_and_a_link_is_follows_from_how_long_orders_count(
    store: Store, reviews: Reviews
):
    first = show_with_sales()
    ended = first.state.ended_at_ms
    assert ended is not None
    await store.log.append("show-1", 0, first.log, [])
    await a_show(store, "second", 0, end=False)

    async def owners(n: int, hours: int) -> list[str]:
        """The shows that an order counts for which came by the second show's link with the first one's code."""
        both = order(n, show="second", codes=["NORD20"], at=ended + hours * HOUR)
        await store.feeds.store("second", FeedBatch("shop", orders=(both,)))
        told = [await reviews.review(show_id) for show_id in ("show-1", "second")]
        return [r.state.id for r in told if both.id in {o.id for o in own_of(r)}]

    assert await owners(1, 24) == ["show-1"], "a code beats a link while orders count for its show"
    reviews.replay_ms = 12 * HOUR
    assert await owners(2, 24) == ["second"], "they no longer do"
    reviews.replay_ms = 96 * HOUR
    assert await owners(3, 72) == ["show-1"], "they still do"


async def test_an_order_of_the_show_counts_that_only_another_show_was_told_of(store: Store, reviews: Reviews):
    ended = await a_show(store, "first", 0)
    await a_show(store, "second", 1)
    await store.feeds.store("second", FeedBatch("shop", orders=(order(1, show="first", at=ended - MINUTE),)))
    figures = (await reviews.review("first")).figures
    assert (figures.own.orders, figures.shop_total.orders) == (1, 1)
    assert (await reviews.review("second")).figures.own.orders == 0


async def test_a_channel_that_nothing_came_from_is_not_known_and_one_that_was_silent_wrote_nothing(
    store: Store, reviews: Reviews
):
    ended = await a_show(store, "deaf", 0)
    figures = (await reviews.review("deaf")).figures
    assert (figures.chat_messages, figures.chat_rate, figures.chatters) == (None, None, None)
    assert [(c.channel, c.messages, c.chatters) for c in figures.channels] == [("live", None, None)]
    counted = (ViewerSample("live", ended - MINUTE, 20),)
    await store.feeds.store("deaf", FeedBatch("live", samples=counted))
    figures = (await reviews.review("deaf")).figures
    assert (figures.chat_messages, figures.chatters) == (0, 0)
    assert [(c.channel, c.messages, c.chatters) for c in figures.channels] == [("live", 0, 0)]


def own_of(review: Review) -> list[Order]:
    return own_orders(review.state, newest_revisions(review.orders), review.replay_ms)


@pytest.mark.parametrize("kind", [ExportKind.XLSX, ExportKind.CSV, ExportKind.HTML])
async def test_an_export_that_is_cancelled_leaves_what_was_there(
    reviews: Reviews, store: Store, tmp_path: Path, kind: ExportKind
):
    await a_show(store, "show-1", 0)
    folder = tmp_path / "exports"
    folder.mkdir()
    began, go_on, loop = asyncio.Event(), threading.Event(), asyncio.get_running_loop()

    def told(_share: float) -> None:
        loop.call_soon_threadsafe(began.set)
        assert go_on.wait(30)

    task = asyncio.create_task(reviews.export("show-1", kind, folder / "show", progress=told))
    await began.wait()
    task.cancel()
    for _ in range(5):
        await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(folder.iterdir()) == [], "the thread that wrote has ended, too"


async def test_an_export_tells_how_far_it_is(reviews: Reviews, store: Store, tmp_path: Path):
    await a_show(store, "show-1", 0)
    shares: list[float] = []
    await reviews.export("show-1", ExportKind.XLSX, tmp_path / "show.xlsx", progress=shares.append)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert shares == sorted(shares)
    assert (tmp_path / "show.xlsx").exists()
