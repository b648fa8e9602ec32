"""Whatever order, however often the world sends it: what is stored is the newest of everything, once."""

import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.control.ports.shop import PromoUsage, Traffic
from studio.control.ports.store import FeedBatch, HiddenChat
from studio.domain.order import OrderStatus
from studio.store.catalogue import ImageCache
from studio.store.database import Database
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from tests.fakes.shows import a_level, a_message, a_product, a_sample, an_order

SHOW = "show-1"


async def everything(feeds: SqlFeeds, history: SqlHistory) -> dict[str, object]:
    """All that is stored, without the order of arrival, which is nobody's truth."""
    rows = history.chat_page(SHOW, None, 10_000)
    return {
        "products": await feeds.products(),
        "stock": set(await feeds.stock()),
        "orders": await feeds.orders(SHOW),
        "usage": sorted(await feeds.usage(SHOW), key=lambda u: u.code),
        "traffic": await feeds.traffic(SHOW),
        "samples": await feeds.samples(SHOW),
        "questions": sorted(await feeds.questions(SHOW), key=lambda q: q.id),
        "messages": sorted((r.message.channel, r.message.id, r.message.text, r.hidden) for r in rows),
        "stock over time": history.stock_samples(SHOW, ["p0", "p1", "p2"]),
    }


small = st.integers(0, 2)
revisions = st.integers(1, 4)
products = st.builds(lambda n, r: a_product(n, r, f"Title {n} of {r}"), small, revisions)
levels = st.builds(
    lambda n, r, place: a_level(n, r, (n * 7 + r * 3) % 11, place),
    small,
    revisions,
    st.sampled_from(["a", "b"]),
)
orders = st.builds(
    lambda n, r: an_order(n, r, OrderStatus.RETURNED if r > 2 else OrderStatus.PAID), small, revisions
)
usages = st.builds(lambda n, r: PromoUsage(f"CODE{n}", r * 5, r, 50), small, revisions)
traffics = st.builds(lambda r: Traffic(r * 10, r * 100, r, r), revisions)
messages = st.builds(a_message, st.integers(0, 12))
samples = st.builds(lambda n: a_sample(n, 100 + n), st.integers(0, 12))
batches = st.builds(
    FeedBatch,
    source=st.just("demo"),
    products=st.lists(products, max_size=3).map(tuple),
    stock=st.lists(levels, max_size=4).map(tuple),
    orders=st.lists(orders, max_size=3).map(tuple),
    usage=st.lists(usages, max_size=2).map(tuple),
    traffic=st.none() | traffics,
    messages=st.lists(messages, max_size=6).map(tuple),
    samples=st.lists(samples, max_size=3).map(tuple),
    hidden=st.lists(st.integers(0, 12).map(lambda n: HiddenChat("demo", f"m{n}")), max_size=2).map(tuple),
)


@settings(max_examples=40)
@given(given_batches=st.lists(batches, max_size=5), data=st.data())
async def test_any_order_and_any_repetition_of_batches_ends_in_the_same_store(
    given_batches: list[FeedBatch], data: st.DataObject
):
    again = data.draw(st.lists(st.sampled_from(given_batches), max_size=4)) if given_batches else []
    other_order = data.draw(st.permutations([*given_batches, *again]))
    ends: list[dict[str, object]] = []
    for order in (given_batches, other_order):
        with tempfile.TemporaryDirectory() as folder:
            db = Database.open(Path(folder) / "studio.db")
            images, history = ImageCache(Path(folder) / "images.db"), SqlHistory(db.path)
            feeds = SqlFeeds(db, images)
            try:
                for batch in order:
                    await feeds.store(SHOW, batch)
                ends.append(await everything(feeds, history))
            finally:
                history.close()
                images.close()
                db.close()
    assert ends[0] == ends[1]


async def test_only_what_was_new_comes_back_and_messages_are_numbered_without_a_hole(
    feeds: SqlFeeds, history: SqlHistory
):
    first = await feeds.store(SHOW, FeedBatch("demo", 3, messages=tuple(map(a_message, (1, 2, 3, 2)))))
    assert [m.id for m in first.messages] == ["m1", "m2", "m3"]
    second = await feeds.store(SHOW, FeedBatch("demo", 5, messages=tuple(map(a_message, (3, 4, 2, 5)))))
    assert [m.id for m in second.messages] == ["m4", "m5"]
    assert second.first_rowid == first.first_rowid + 3
    third = await feeds.store(SHOW, FeedBatch("demo", 5, messages=(a_message(4),)))
    assert (third.messages, third.first_rowid) == ((), 0)
    rows = history.chat_page(SHOW, None, 10)
    assert [(r.rowid, r.message) for r in rows] == [
        (first.first_rowid + n, a_message(n + 1)) for n in range(5)
    ]
    assert history.chat_count(SHOW) == 5


async def test_an_older_revision_never_replaces_a_newer_one(feeds: SqlFeeds):
    await feeds.store(SHOW, FeedBatch("shop", products=(a_product(1, 5, "New"),), stock=(a_level(1, 9, 4),)))
    late = await feeds.store(
        SHOW, FeedBatch("shop", products=(a_product(1, 4, "Old"),), stock=(a_level(1, 8, 40),))
    )
    assert (late.products, late.stock) == ((), ())
    assert (await feeds.products())["p1"].title == "New"
    assert [level.on_hand for level in await feeds.stock()] == [4]


async def test_the_cursor_is_on_disk_with_its_batch(feeds: SqlFeeds):
    assert await feeds.cursor(SHOW, "demo") == 0
    await feeds.store(SHOW, FeedBatch("demo", 41, messages=(a_message(41),)))
    await feeds.store(SHOW, FeedBatch("demo", None, messages=(a_message(60),)))
    assert await feeds.cursor(SHOW, "demo") == 41
    assert await feeds.cursor("another", "demo") == 0
    assert await feeds.cursor(SHOW, "shop") == 0


async def test_a_late_return_reaches_every_show_that_was_told_of_the_order(feeds: SqlFeeds):
    await feeds.store("monday", FeedBatch("shop", orders=(an_order(1),)))
    returned = an_order(1, 2, OrderStatus.RETURNED)
    await feeds.store("friday", FeedBatch("shop", orders=(returned,)))
    assert await feeds.orders("monday") == [returned]
    assert await feeds.orders("friday") == [returned]


async def test_a_show_that_is_told_late_gets_the_order_as_it_stands_now(feeds: SqlFeeds):
    returned = an_order(1, 2, OrderStatus.RETURNED)
    await feeds.store("monday", FeedBatch("shop", orders=(returned,)))
    stored = await feeds.store("friday", FeedBatch("shop", orders=(an_order(1, 1),)))
    assert stored.orders == (returned,)


async def test_a_shop_that_does_not_number_its_counts_has_the_last_one_kept(feeds: SqlFeeds):
    for count in (3, 4, 4):
        await feeds.store(
            SHOW, FeedBatch("shop", usage=(PromoUsage("A", count),), traffic=Traffic(count, None, 0))
        )
    assert await feeds.usage(SHOW) == [PromoUsage("A", 4)]
    traffic = await feeds.traffic(SHOW)
    assert traffic is not None
    assert traffic.sessions == 4
    again = await feeds.store(
        SHOW, FeedBatch("shop", usage=(PromoUsage("A", 4),), traffic=Traffic(4, None, 0))
    )
    assert (again.usage, again.traffic) == ((), None)


async def test_what_sqlite_cannot_hold_is_kept_as_near_as_it_can(feeds: SqlFeeds, history: SqlHistory):
    odd = msgspec.structs.replace(a_message(1), text="half \ud83d of a smile", seq=10**30, at_ms=-(10**30))
    stored = await feeds.store(SHOW, FeedBatch("demo", messages=(odd, a_message(2))))
    assert [m.id for m in stored.messages] == ["m1", "m2"]
    assert [row.message for row in history.chat_page(SHOW, None, 5)] == list(stored.messages)
    assert "half" in stored.messages[0].text
    level = msgspec.structs.replace(a_level(1, 2, 5), updated_at_ms=10**25)
    product = a_product(1, title="a \udc00 title")
    batch = FeedBatch("shop", 4, products=(product, a_product(2)), stock=(level,), orders=(an_order(1),))
    assert len((await feeds.store(SHOW, batch)).products) == 2
    assert await feeds.orders(SHOW) == [an_order(1)]
    assert (await feeds.stock())[0].on_hand == 5
    assert (await feeds.products())["p1"].title == "a ? title"
    assert await feeds.cursor(SHOW, "shop") == 4


@pytest.mark.parametrize(
    "text", ["", "\x00", "<b>&amp;</b>", "مرحبا", "👩‍👩‍👧" * 50, "x" * 100_000, "\u200b\u202eabc"]
)
async def test_any_text_of_a_viewer_comes_back_as_it_was(feeds: SqlFeeds, history: SqlHistory, text: str):
    message = msgspec.structs.replace(a_message(1), text=text)
    await feeds.store(SHOW, FeedBatch("demo", messages=(message,)))
    assert history.chat_page(SHOW, None, 1)[0].message == message


async def test_pictures_are_kept_until_there_are_too_many_and_survive_a_damaged_cache(
    db: Database, tmp_path: Path
):
    images = ImageCache(tmp_path / "images.db", cap_bytes=2500)
    feeds = SqlFeeds(db, images)
    for n in range(3):
        await feeds.save_image(f"u{n}", bytes([n]) * 1000)
    assert await feeds.image("u0") is None
    assert await feeds.image("u2") == bytes([2]) * 1000
    await feeds.save_image("too large", bytes(3000))
    assert await feeds.image("too large") is None
    assert await feeds.image("u2") is not None
    images.close()
    (tmp_path / "images.db").write_bytes(b"nonsense" * 1000)
    images = ImageCache(tmp_path / "images.db")
    feeds = SqlFeeds(db, images)
    assert await feeds.image("u2") is None
    await feeds.save_image("u2", b"again")
    assert await feeds.image("u2") == b"again"
    images.close()
