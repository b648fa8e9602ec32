"""A channel that numbers nothing: each message once, what may be missing is marked, and silence is noticed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from studio.control.ports import ChannelItem, HiddenChat, Quota, Throttled, Unauthorised, Unreachable
from studio.domain.audience import ChatMessage, ViewerSample
from tests.fakes.fake_shop import FakeChannel
from tests.unit.sync.test_engine import World, play

MINUTE_S = 60


def said(message_id: str, at_ms: int = 0, text: str = "", author_id: str = "u1") -> ChannelItem:
    words = text or f"text of {message_id}"
    return ChannelItem(0, message=ChatMessage("live", message_id, 0, at_ms, "Kari", words, author_id))


def follow(story: Callable[[World], Awaitable[None]]) -> World:
    return play(story, FakeChannel(numbered=False, keyed=False))


def test_what_is_said_is_stored_once_however_often_it_comes():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1), said("b", 2), said("a", 1))
        await asyncio.sleep(1)
        w.channel.tell(said("b", 2), said("c", 3))
        await asyncio.sleep(1)

    w = follow(story)
    assert w.texts() == ["text of a", "text of b", "text of c"]
    assert not w.channel.called("items_between"), "it numbers nothing, so nothing is read back"


def test_what_comes_together_is_in_the_order_of_the_platforms_time():
    async def story(w: World) -> None:
        w.channel.tell(said("late", 30), said("early", 10), said("middle", 20))
        await asyncio.sleep(1)

    assert follow(story).texts() == ["text of early", "text of middle", "text of late"]


def test_after_a_break_it_reads_on_and_marks_what_may_be_missing():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1_000))
        await asyncio.sleep(1)
        w.channel.break_off(Unreachable("The connection broke off."))
        await asyncio.sleep(10)
        w.channel.tell(ChannelItem(0, lost_since_ms=1_000), said("b", 9_000))
        await asyncio.sleep(1)

    w = follow(story)
    assert w.texts() == ["text of a", "text of b"]
    assert [b.lost for b in w.feeds.batches if b.lost] == [(1_000, 9_000)]
    assert w.seen.states("live") == ["connecting", "ok", "down", "ok"]


def test_neither_what_came_before_a_break_nor_what_we_said_in_it_ends_what_may_be_missing():
    ours = ChatMessage("live", "ours", 0, 3_000, "Host", "Sold out", by_us=True)

    async def story(w: World) -> None:
        w.channel.tell(
            said("a", 1_000),
            said("b", 1_500),
            ChannelItem(0, message=ours),
            ChannelItem(0, lost_since_ms=1_000),
            ChannelItem(0, message=msgspec.structs.replace(ours, id="ours too", at_ms=4_000)),
            said("c", 9_000),
        )
        await asyncio.sleep(1)

    assert [b.lost for b in follow(story).feeds.batches if b.lost] == [(1_000, 9_000)]


def test_of_several_breaks_at_once_all_that_may_be_missing_is_marked():
    async def story(w: World) -> None:
        breaks = [ChannelItem(0, lost_since_ms=since) for since in (1_000, 3_000)]
        w.channel.tell(breaks[0], said("a", 2_000), breaks[1], said("b", 9_000))
        await asyncio.sleep(1)

    assert [b.lost for b in follow(story).feeds.batches if b.lost] == [(1_000, 9_000)]


def test_what_was_said_while_the_studio_was_dead_may_be_missing_and_is_marked():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1_000))
        await asyncio.sleep(1)
        assert not any(batch.lost for batch in w.feeds.batches), "nothing was heard before"
        await started_anew(w)
        w.channel.tell(said("b", 9_000))
        await asyncio.sleep(1)

    w = follow(story)
    assert w.texts() == ["text of a", "text of b"]
    (lost,) = [b.lost for b in w.feeds.batches if b.lost]
    assert lost == (1_000, 9_000)


def test_what_a_platform_tells_again_after_a_restart_is_not_marked_as_missing():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1_000), said("b", 2_000))
        await asyncio.sleep(1)
        await started_anew(w)
        w.channel.tell(said("a", 1_000), said("b", 2_000), said("c", 3_000))
        await asyncio.sleep(1)

    w = follow(story)
    assert w.texts() == ["text of a", "text of b", "text of c"]
    assert [b.lost for b in w.feeds.batches if b.lost] == []


async def started_anew(w: World) -> None:
    await w.engine.stop()
    w.engine = w.new_engine()
    await w.engine.start("show-1")
    await asyncio.sleep(1)


def test_what_is_hidden_after_a_restart_hides_what_was_said_before_it():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1_000, author_id="troll"))
        await asyncio.sleep(1)
        await started_anew(w)
        w.channel.tell(ChannelItem(0, hidden_author="troll"))
        await asyncio.sleep(1)

    w = follow(story)
    assert [h for b in w.feeds.batches for h in b.hidden] == [HiddenChat("live", "", "troll", 1_000)]


def test_a_question_that_a_platform_tells_again_after_a_restart_was_asked_once():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1_000, "Is the blanket washable?"))
        await asyncio.sleep(1)
        await started_anew(w)
        w.channel.tell(said("a", 1_000, "Is the blanket washable?"), said("b", 2_000, "Is it blue?"))
        await asyncio.sleep(1)

    w = follow(story)
    last = {q.id: q for q in w.stored("questions")}
    assert [(q.message_id, q.asked) for q in last.values()] == [("a", 1), ("b", 1)]


def test_a_platform_that_breaks_off_each_time_after_its_greeting_is_not_stormed():
    class Flapping(FakeChannel):
        async def items(self, after: int) -> AsyncIterator[ChannelItem]:
            self.calls.append(("items", after))
            yield ChannelItem(0)
            raise Unreachable("Facebook cannot answer right now.")

    async def story(w: World) -> None:
        await asyncio.sleep(10 * MINUTE_S)

    w = play(story, Flapping(numbered=False, keyed=False))
    assert len(w.channel.called("items")) < 60


def test_what_its_platform_hides_is_hidden_here_with_the_question_that_it_asked():
    async def story(w: World) -> None:
        w.channel.tell(
            said("a", 1_000, "Is the blanket washable?", "troll"), said("b", 2_000, "Does it come in blue?")
        )
        await asyncio.sleep(1)
        w.channel.tell(
            ChannelItem(0, hidden_id="b"), ChannelItem(0, hidden_author="troll"), ChannelItem(0, cleared=True)
        )
        await asyncio.sleep(1)

    w = follow(story)
    assert [h for b in w.seen.batches for h in b.hidden] == []
    assert [h for b in w.feeds.batches for h in b.hidden] == [
        HiddenChat("live", "b"),
        HiddenChat("live", "", "troll", 2_000),
        HiddenChat("live", "", "", 2_000),
    ]
    last = {q.id: q for q in w.stored("questions")}
    assert [(q.message_id, q.withdrawn) for q in last.values()] == [("a", True), ("b", True)]


def test_a_question_that_others_ask_too_stays_when_the_first_one_is_hidden():
    async def story(w: World) -> None:
        w.channel.tell(said("a", 1, "Is the blanket washable?"), said("b", 2, "is the blanket washable??"))
        w.channel.tell(ChannelItem(0, hidden_id="a"))
        await asyncio.sleep(1)

    assert [q.withdrawn for q in follow(story).stored("questions")] == [False]


def test_a_connection_without_a_sign_of_life_is_stale_and_one_with_heartbeats_is_not():
    async def story(w: World) -> None:
        for _ in range(20):
            w.channel.tell(ChannelItem(0))
            await asyncio.sleep(15)
        assert w.seen.states("live") == ["connecting", "ok"]
        await asyncio.sleep(5 * MINUTE_S)
        assert w.seen.states("live")[-1] == "stale"
        w.channel.tell(ChannelItem(0))
        await asyncio.sleep(1)

    assert follow(story).seen.states("live")[-2:] == ["stale", "ok"]


def test_a_lively_chat_that_falls_silent_is_stale_although_the_connection_is_alive():
    async def story(w: World) -> None:
        for n in range(60):
            w.channel.tell(said(f"m{n}", n))
            await asyncio.sleep(1)
        for _ in range(10):
            w.channel.tell(ChannelItem(0, sample=ViewerSample("live", 1, 5)))
            await asyncio.sleep(5)
        assert w.seen.states("live")[-1] == "stale"
        w.channel.tell(said("back", 99))
        await asyncio.sleep(1)

    assert follow(story).seen.states("live")[-2:] == ["stale", "ok"]


def test_a_missing_token_asks_and_a_given_one_is_tried_at_once():
    async def story(w: World) -> None:
        w.channel.break_off(Unauthorised("The token has run out: sign in again."))
        await asyncio.sleep(1)
        assert w.seen.states("live")[-1] == "asking"
        tries = len(w.channel.called("items"))
        await w.engine.token_given("channel:live")
        await asyncio.sleep(0.5)
        assert len(w.channel.called("items")) == tries + 1

    follow(story)


def test_a_platform_that_asks_for_patience_gets_it():
    async def story(w: World) -> None:
        w.channel.break_off(Throttled("Wait.", 240_000))
        tries = len(w.channel.called("items"))
        await asyncio.sleep(239)
        assert len(w.channel.called("items")) == tries
        await asyncio.sleep(60)
        assert len(w.channel.called("items")) == tries + 1

    follow(story)


def test_what_the_platform_still_allows_is_told():
    async def story(w: World) -> None:
        w.channel.tell(ChannelItem(0, quota=Quota(5, 10_000, 300)))
        await asyncio.sleep(1)

    assert follow(story).seen.quotas == [("live", Quota(5, 10_000, 300))]


def test_a_full_disk_loses_nothing():
    async def story(w: World) -> None:
        w.feeds.full = True
        w.channel.tell(*(said(f"m{n}", n) for n in range(3_000)))
        await asyncio.sleep(30)
        assert w.texts() == []
        w.feeds.full = False
        await asyncio.sleep(60)

    w = follow(story)
    assert w.texts() == [f"text of m{n}" for n in range(3_000)]
    assert any(key == "store" and sentence for _, sentence, key in w.seen.notices)
