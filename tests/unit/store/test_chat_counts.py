"""A review counts a chat as its texts say, also one that an earlier version stored."""

import random

from studio.control.ports import FeedBatch
from studio.domain.audience import ChatMessage
from studio.domain.kpi_figures import ChatCount
from studio.domain.question import is_question

SHOW = "show-counted"


def message(n: int, channel: str = "live", author: str = "Ann", text: str = "nice", **more) -> ChatMessage:
    return ChatMessage(channel, f"{channel}-{n}", n, 1_000 + n, author, text, **more)


def brute(messages, from_ms, to_ms):
    within = [m for m in messages if from_ms <= m.at_ms <= to_ms and not m.by_us]
    people = {(m.channel, m.origin, m.author_id or ("", m.author)) for m in within}
    return {
        channel: ChatCount(
            sum(m.channel == channel for m in within),
            sum(who[0] == channel for who in people),
            sum(m.channel == channel and is_question(m.text) for m in within),
        )
        for channel in {m.channel for m in within}
    }


def a_chat(rng: random.Random) -> list[ChatMessage]:
    return [
        message(
            n,
            rng.choice(["live", "other", "ähnlich"]),
            rng.choice(["Ann", "Bo", "Cy"]),
            rng.choice(["nice", "how big is this one?", "wow"]),
            author_id=rng.choice(["", "u1", "u2"]),
            origin=rng.choice(["", "tiktok"]),
            by_us=rng.random() < 0.2,
        )
        for n in range(200)
    ]


async def test_messages_and_people_are_counted_by_channel_within_the_time(db, feeds, history):
    chat = a_chat(random.Random(1))
    await feeds.store(SHOW, FeedBatch("live", messages=tuple(chat)))
    for span in ((1_000, 1_300), (1_050, 1_120), (1_120, 1_120), (5_000, 6_000)):
        counts = brute(chat, *span)
        assert history.chat_counts(SHOW, *span) == counts


async def test_rows_of_an_earlier_version_are_counted_by_their_texts(db, feeds, history):
    chat = a_chat(random.Random(2))
    await feeds.store(SHOW, FeedBatch("live", messages=tuple(chat)))
    await db.write(
        lambda sqlite: sqlite.conn.execute(
            "UPDATE chat_message SET asks = NULL, chatter = NULL WHERE num % 2 = 0"
        )
    )
    counts = brute(chat, 1_020, 1_180)
    assert history.chat_counts(SHOW, 1_020, 1_180) == counts


async def test_gaps_are_found_by_channel_within_the_time_with_how_many_are_missing(db, feeds, history):
    await feeds.store(SHOW, FeedBatch("live", messages=tuple(a_chat(random.Random(4)))))
    await feeds.store(SHOW, FeedBatch("live", gap=(300, 310)))
    await feeds.store(SHOW, FeedBatch("other", lost=(900, 1_150)))
    gaps = history.chat_gaps(SHOW, 0, 10_000)
    assert sorted((g.channel, g.missing) for g in gaps) == [("live", 10), ("other", 0)]
    assert [g.at_ms for g in gaps] == sorted(g.at_ms for g in gaps)
    unknown = next(g for g in gaps if g.channel == "other")
    assert unknown.at_ms == 1_150
    assert history.chat_gaps(SHOW, 1_150, 1_150) == [unknown]
    assert history.chat_gaps(SHOW, 0, 1_149) == []
    assert history.chat_gaps("another show", 0, 10_000) == []


async def test_a_message_whose_id_reads_like_a_gap_s_is_none(db, feeds, history):
    odd = [
        ChatMessage("live", id_, n, 1_000 + n, "Ann", "nice")
        for n, id_ in enumerate(("gap:1-2", "lost:3-4", "gaps"))
    ]
    await feeds.store(SHOW, FeedBatch("live", messages=tuple(odd)))
    assert history.chat_gaps(SHOW, 0, 10_000) == []
    await feeds.store(SHOW, FeedBatch("live", gap=(5, 9)))
    assert [gap.missing for gap in history.chat_gaps(SHOW, 0, 10_000)] == [4]


async def test_answered_are_those_of_the_time_that_are_there(db, feeds, history):
    await feeds.store(SHOW, FeedBatch("live", messages=(message(1), message(50), message(99))))
    answered = {("live", "live-1"), ("live", "live-50"), ("other", "live-50"), ("live", "gone")}
    assert history.replied(SHOW, 1_010, 1_099, answered) == 1


async def test_the_chat_of_a_stretch_is_read_in_order_over_all_channels(db, feeds, history):
    chat = a_chat(random.Random(3))
    await feeds.store(SHOW, FeedBatch("live", messages=tuple(chat[::-1])))
    await feeds.store(SHOW, FeedBatch("live", gap=(300, 310)))
    found = history.chat_between(SHOW, 1_050, 1_100, 30)
    assert [row.message for row in found] == chat[50:80]
    assert [row.message for row in history.chat_between(SHOW, 1_050, 1_100, 500)] == chat[50:100]
    assert history.chat_between("another show", 0, 9_000, 10) == []
