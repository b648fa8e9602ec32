"""Pages of the past, read while the present is being written."""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports.store import FeedBatch, HiddenChat
from studio.domain.product import StockLevel
from studio.domain.question import Question
from studio.store.catalogue import fts_query
from studio.store.database import Database
from studio.store.errors import StoreClosed
from studio.store.feeds import SqlFeeds
from studio.store.history import SqlHistory
from studio.store.show_log import SqlShowLog
from tests.fakes.shows import T0, Show, a_level, a_message, a_product

SHOW = "show-1"


async def chat(feeds: SqlFeeds, *texts: str, first: int = 0, show: str = SHOW) -> None:
    messages = tuple(a_message(first + n, text) for n, text in enumerate(texts))
    await feeds.store(show, FeedBatch("demo", messages=messages))


async def test_the_chat_is_paged_by_rows_in_both_directions(feeds: SqlFeeds, history: SqlHistory):
    await chat(feeds, *(f"text {n}" for n in range(25)))
    await chat(feeds, "of another show", show="another")
    newest = history.chat_page(SHOW, None, 10)
    assert [r.message.text for r in newest] == [f"text {n}" for n in range(15, 25)]
    older = history.chat_page(SHOW, newest[0].rowid, 10)
    assert [r.message.text for r in older] == [f"text {n}" for n in range(5, 15)]
    oldest = history.chat_page(SHOW, older[0].rowid, 10)
    assert len(oldest) == 5
    assert history.chat_page(SHOW, oldest[0].rowid, 10) == []
    assert history.chat_after(SHOW, older[-1].rowid, 10) == newest
    assert history.chat_after(SHOW, newest[-1].rowid, 10) == []
    assert history.chat_count(SHOW) == 25
    assert history.chat_count("nobody's") == 0


async def test_a_gap_is_a_row_that_says_how_much_is_missing(feeds: SqlFeeds, history: SqlHistory):
    await chat(feeds, "before")
    batch = FeedBatch("demo", 20, messages=(a_message(20, "after"),), gap=(3, 19))
    stored = await feeds.store(SHOW, batch)
    await feeds.store(SHOW, batch)
    before, gap, after = history.chat_page(SHOW, None, 10)
    assert (before.gap, gap.gap, after.gap) == (False, True, False)
    assert gap.message.text == "16"
    assert (gap.message.channel, gap.message.seq, gap.message.at_ms) == ("demo", 19, after.message.at_ms)
    assert stored.first_rowid == after.rowid == gap.rowid + 1
    assert history.chat_search(SHOW, "16", 5) == []


async def test_questions_and_hidden_messages_are_marked(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(SHOW, FeedBatch("demo", hidden=(HiddenChat("demo", "m1"),)))
    await chat(feeds, "Does it come in blue?", "spam spam", "lovely")
    assert [(r.question, r.hidden) for r in history.chat_page(SHOW, None, 5)] == [
        (True, False),
        (False, True),
        (False, False),
    ]


async def test_what_an_author_wrote_until_then_is_hidden_and_what_comes_later_is_not(
    feeds: SqlFeeds, history: SqlHistory
):
    await chat(feeds, "spam one", "hello", "spam two")
    now = a_message(2).at_ms
    spam = HiddenChat("demo", author_id="u0", until_ms=now)
    stored = await feeds.store(SHOW, FeedBatch("demo", hidden=(spam,)))
    assert stored.hidden == (spam,)
    await feeds.store(SHOW, FeedBatch("demo", messages=(a_message(50, "back again"),)))
    assert [(r.message.text, r.hidden) for r in history.chat_page(SHOW, None, 9)] == [
        ("spam one", True),
        ("hello", False),
        ("spam two", False),
        ("back again", False),
    ]
    await feeds.store(SHOW, FeedBatch("demo", hidden=(HiddenChat("demo", until_ms=now),)))
    assert [r.hidden for r in history.chat_page(SHOW, None, 9)] == [True, True, True, False]


async def test_where_nothing_is_numbered_a_gap_says_that_something_may_be_missing(
    feeds: SqlFeeds, history: SqlHistory
):
    await chat(feeds, "before")
    batch = FeedBatch("demo", messages=(a_message(20, "after"),), lost=(1_000, 2_000))
    stored = await feeds.store(SHOW, batch)
    assert (await feeds.store(SHOW, batch)).gap is None
    before, gap, after = history.chat_page(SHOW, None, 10)
    assert stored.gap == gap
    assert (gap.gap, gap.message.text, gap.message.channel, gap.message.at_ms) == (True, "", "demo", 2_000)
    assert (before.message.text, after.message.text) == ("before", "after")
    assert history.chat_count(SHOW) == 3


async def test_when_a_channel_spoke_last_is_known_and_gaps_do_not_count(feeds: SqlFeeds):
    assert await feeds.last_said_ms(SHOW, "demo") is None
    await chat(feeds, "one", "two")
    await feeds.store(SHOW, FeedBatch("other", messages=(a_message(9, channel="other"),)))
    await feeds.store(SHOW, FeedBatch("demo", lost=(1, 2)))
    assert await feeds.last_said_ms(SHOW, "demo") == a_message(1).at_ms
    assert await feeds.last_said_ms("another", "demo") is None


async def test_a_question_that_its_channel_hid_is_withdrawn_until_somebody_asks_again(feeds: SqlFeeds):
    question = Question("q", SHOW, "Is it blue?", "Ana", "demo", "m1", T0, T0, author_id="u1")
    gone = msgspec.structs.replace(question, withdrawn=True)
    again = msgspec.structs.replace(question, asked=2, last_at_ms=T0 + 5)
    for told, kept in ((question, question), (gone, gone), (question, gone), (again, again), (gone, again)):
        await feeds.store(SHOW, FeedBatch("demo", questions=(told,)))
        assert await feeds.questions(SHOW) == [kept]


async def test_search_finds_all_the_words_newest_first_and_the_last_may_go_on(
    feeds: SqlFeeds, history: SqlHistory
):
    await chat(feeds, "Is the blue jumper soft?", "BLUE is lovely", "jump up", "the jumper in blue please")
    await chat(feeds, "blue jumper elsewhere", show="another")

    def found(words: str, limit: int = 10) -> list[str]:
        return [r.message.text for r in history.chat_search(SHOW, words, limit)]

    assert found("blue jum") == ["the jumper in blue please", "Is the blue jumper soft?"]
    assert found("blue jumper ") == found("blue jum")
    assert found("blue jum ") == [], "a space ends a word"
    assert found("jum blue") == [], "only the last word may go on"
    assert found("blue", 1) == ["the jumper in blue please"]
    assert found("viewer3") == ["the jumper in blue please"], "authors are found too"
    assert found("") == found("  ?! ") == found("nothing of it") == []


@given(st.text(max_size=40))
async def test_no_text_breaks_the_search(words: str):
    # The query alone: that FTS5 takes it is checked on a table without rows.
    import sqlite3

    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE VIRTUAL TABLE f USING fts5(a)")
    if query := fts_query(words):
        conn.execute("SELECT * FROM f WHERE f MATCH ?", (query,)).fetchall()
    conn.close()


@pytest.mark.parametrize(
    "words",
    ['"', 'a"b', "NOT", "a OR", "a:b", "(x", "x*", "-x", "^x", "NEAR(a b)", "{a}:x", "'", "\x00", "a\ud800"],
)
async def test_words_that_mean_something_to_fts_are_only_words(
    feeds: SqlFeeds, history: SqlHistory, words: str
):
    await chat(feeds, "not a near x b")
    history.chat_search(SHOW, words, 5)
    await feeds.store(SHOW, FeedBatch("shop", products=(a_product(1, title="x NOT y"),)))
    history.search_products(words, 5)
    assert history.chat_search(SHOW, "NOT", 5) != []


async def test_products_are_found_by_title_number_category_tag_and_the_middle_of_a_word(
    feeds: SqlFeeds, history: SqlHistory
):
    named = [
        a_product(0, title="Sommerkjole i lin"),
        a_product(1, title="Kjole, blå"),
        a_product(2, title="Größere Pfanne"),
        a_product(3, title="Lamp"),
    ]
    await feeds.store(SHOW, FeedBatch("shop", products=tuple(named)))

    def found(words: str) -> list[str]:
        return [p.title for p in history.search_products(words, 10)]

    assert found("kjole") == ["Kjole, blå", "Sommerkjole i lin"], "the word itself first, then within others"
    assert found("pfan gross") == []
    assert found("pfa größ") == ["Größere Pfanne"]
    assert found("blaa") == []
    assert found("bla") == ["Kjole, blå"]
    assert found("SKU-003") == ["Lamp"]
    assert found("003-M") == ["Lamp"]
    assert found("tag2") == ["Größere Pfanne"]
    assert set(found("home")) == {"Kjole, blå", "Lamp"}
    assert len(found("")) == 4
    assert found("zebra") == []


async def test_a_product_is_found_by_its_new_title_only(feeds: SqlFeeds, history: SqlHistory):
    await feeds.store(SHOW, FeedBatch("shop", products=(a_product(1, 1, "Old lamp"),)))
    await feeds.store(SHOW, FeedBatch("shop", products=(a_product(1, 2, "New candle"),)))
    assert history.search_products("lamp", 5) == []
    assert [p.revision for p in history.search_products("candle", 5)] == [2]


async def test_stock_over_time_starts_with_what_stood_when_the_show_was_planned(
    log: SqlShowLog, feeds: SqlFeeds, history: SqlHistory
):
    def level(revision: int, on_hand: int, at_ms: int, location: str = "berlin") -> StockLevel:
        return a_level(1, revision, on_hand, location, at_ms)

    show = Show(SHOW)
    show.now_ms = T0 + 9000
    plan = show.plan()
    await log.append(SHOW, 0, plan.events, plan.effects)
    levels = [
        level(1, 99, T0),
        level(2, 50, T0 + 5000),
        level(1, 10, T0 + 6000, "oslo"),
        level(3, 45, T0 + 20_000),
        level(2, 10, T0 + 21_000, "oslo"),  # nothing to sell came or went
        level(3, 0, T0 + 30_000, "oslo"),
    ]
    await feeds.store(SHOW, FeedBatch("shop", products=(a_product(1), a_product(2)), stock=tuple(levels[3:])))
    await feeds.store(SHOW, FeedBatch("shop", stock=tuple(reversed(levels[:3]))))
    assert history.stock_samples(SHOW, ["p1", "p2", "unknown"]) == [
        (T0 + 6000, "p1-S", 60),
        (T0 + 20_000, "p1-S", 55),
        (T0 + 30_000, "p1-S", 45),
    ]
    assert history.stock_samples(SHOW, []) == []


async def test_several_threads_read_while_one_writes(db: Database, feeds: SqlFeeds, history: SqlHistory):
    def read_all() -> int:
        pages = 0
        while (count := history.chat_count(SHOW)) < 2000:
            rows = history.chat_page(SHOW, None, 5000)
            assert len(rows) >= count
            assert [r.message.seq for r in rows] == list(range(len(rows)))
            pages += 1
        return pages

    readers = [asyncio.create_task(asyncio.to_thread(read_all)) for _ in range(3)]
    for n in range(0, 2000, 50):
        await chat(feeds, *("text" for _ in range(50)), first=n)
    await asyncio.gather(*readers)


async def test_a_closed_history_says_so(db: Database):
    history = SqlHistory(db.path)
    history.chat_count(SHOW)
    history.close()
    with pytest.raises(StoreClosed):
        history.chat_count(SHOW)
    with pytest.raises(StoreClosed):
        await asyncio.to_thread(history.chat_count, SHOW)
