"""Facebook Live over real connections: nothing is lost, nothing comes twice, and every trouble is said in a sentence."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import msgspec
import pytest

from studio.channels.facebook import MAX_LENGTH, FacebookChannel
from studio.channels.facebook_feed import Over
from studio.control.ports import (
    ChannelItem,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from tests.contracts.channel_contract import Heard, listening
from tests.fakes.http_server import BadServer, stream
from tests.real.facebook.conftest import QUICK, MakeChannel
from tests.real.facebook.graph import PAGE, TOKEN, GraphError, GraphServer


async def ended(channel: FacebookChannel) -> tuple[list[ChannelItem], TargetError]:
    """The feed to its end, and why it ended."""
    items: list[ChannelItem] = []
    try:
        async for item in channel.items(0):
            items.append(item)  # noqa: PERF401 - those before the end are wanted
    except TargetError as error:
        return items, error
    raise AssertionError("the feed ended without a word")


async def at_once(act: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(act)


def texts(heard: Heard) -> list[str]:
    return [message.text for message in heard.messages]


# -- comments


async def test_viewers_come_with_the_comments(graph: GraphServer, channel: FacebookChannel):
    async with listening(channel) as heard:
        item = await heard.until(lambda i: i.sample is not None)
        assert item.sample is not None
        assert (item.sample.channel, item.sample.viewers) == ("facebook", 128)
        graph.videos["77"]["live_views"] = 4_000
        await heard.until(lambda i: i.sample is not None and i.sample.viewers == 4_000)


async def test_a_platform_that_tells_no_viewers_is_alive_and_never_counted_as_none_watching(
    graph: GraphServer, channel: FacebookChannel
):
    del graph.videos["77"]["live_views"]
    async with listening(channel) as heard:
        await at_once(lambda: graph.asked_for("GET /v23.0/77$", 3))
        await heard.until(lambda i: i == ChannelItem(0) and i is not heard.items[0])
        assert not [item for item in heard.items if item.sample is not None]


async def test_what_was_said_before_we_came_is_no_news(graph: GraphServer, channel: FacebookChannel):
    for number in range(150):
        graph.write("Early", f"early {number}")
    async with listening(channel) as heard:
        await at_once(lambda: graph.asked_for("GET /v23.0/77/comments", 5))
        await at_once(lambda: graph.write("Late", "late"))
        await heard.message(lambda m: m.text == "late")
    assert texts(heard) == ["late"]


async def test_a_stream_that_breaks_off_loses_nothing_and_repeats_nothing(
    graph: GraphServer, channel: FacebookChannel
):
    async with listening(channel) as heard:
        for burst in range(5):
            await at_once(graph.streaming)
            for number in range(20):
                await at_once(lambda b=burst, n=number: graph.write("Ana", f"{b}-{n}"))
            await at_once(graph.cut)
        await at_once(lambda: graph.write("Ana", "last"))
        await heard.message(lambda m: m.text == "last")
        await at_once(lambda: graph.asked_for("GET /v23.0/77/comments", graph.count("/77/comments") + 2))
    assert sorted(texts(heard)) == sorted([f"{b}-{n}" for b in range(5) for n in range(20)] + ["last"])


async def test_a_server_that_cannot_resume_is_made_up_for_by_reading_the_comments(
    graph: GraphServer, channel: FacebookChannel
):
    graph.resumes = False
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        first = await at_once(lambda: graph.write("Ana", "before"))
        await heard.message(lambda m: m.id == first)
        graph.fail(GraphError(2, "Service temporarily unavailable", status=503), "live_comments", times=3)
        await at_once(graph.cut)
        for number in range(250):
            await at_once(lambda n=number: graph.write("Ana", f"while away {n}"))
        await heard.message(lambda m: m.text == "while away 249")
        assert not [item for item in heard.items if item.lost_since_ms is not None]
    assert texts(heard) == ["before", *(f"while away {n}" for n in range(250))]


async def test_more_than_can_be_read_back_is_said_to_be_lost(graph: GraphServer, make: MakeChannel):
    channel = make(
        pace=msgspec.structs.replace(QUICK, fill_pages=2, sweep_s=3600, unstreamed_s=3600, settle_s=3600)
    )
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        first = await at_once(lambda: graph.write("Ana", "before"))
        known = await heard.message(lambda m: m.id == first)
        graph.fail(GraphError(2, status=503), "live_comments|/77/comments", times=10_000)
        await at_once(graph.cut)
    # More than two pages, and older than the overlap of the second reading.
    for number in range(300):
        graph.write("Ana", f"while away {number}")
    for comment in graph.comments[1:]:
        comment.at += 60
    graph.heal()
    graph.resumes = False
    async with listening(channel) as heard:
        lost = await heard.until(lambda i: i.lost_since_ms is not None)
        assert lost.lost_since_ms is not None
        assert known.at_ms <= lost.lost_since_ms < known.at_ms + 1_000
        await heard.message(lambda m: m.text == "while away 299")
    assert len(heard.messages) == 200


async def test_without_a_stream_a_flood_that_cannot_be_read_back_is_said_to_be_lost(
    graph: GraphServer, make: MakeChannel
):
    graph.fail(GraphError(100, "Unsupported request"), "live_comments", times=10_000)
    channel = make(pace=msgspec.structs.replace(QUICK, sweep_pages=1, fill_pages=2))
    async with listening(channel) as heard:
        await at_once(lambda: graph.write("Ana", "before"))
        await heard.message(lambda m: m.text == "before")
        soon = graph.comments[0].at + 60
        await at_once(lambda: graph.burst([f"{n}" for n in range(300)], soon))
        await heard.until(lambda i: i.lost_since_ms is not None)
        await heard.message(lambda m: m.text == "299")
    assert texts(heard) == ["before", *(f"{n}" for n in range(100, 300))]


async def test_comments_that_the_stream_leaves_out_come_all_the_same(
    graph: GraphServer, channel: FacebookChannel
):
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        for number in range(40):
            await at_once(lambda n=number: graph.write("Ana", f"{n}", streamed=n % 2 == 0))
        await heard.until(lambda _: len(heard.messages) == 40)
    assert sorted(texts(heard), key=int) == [f"{n}" for n in range(40)]


async def test_where_the_stream_is_refused_comments_are_read_by_asking(
    graph: GraphServer, channel: FacebookChannel
):
    graph.fail(GraphError(100, "Unsupported request"), "live_comments", times=10_000)
    async with listening(channel) as heard:
        written = await at_once(lambda: graph.write("Ana", "does it come in blue?"))
        await heard.message(lambda m: m.id == written)


async def test_a_stream_with_a_hostile_event_id_is_opened_again(make: MakeChannel, graph: GraphServer):
    data = b'{"id": "9001_1", "message": "hi", "from": {"id": "5", "name": "Ana"}}'
    more = data.replace(b"9001_1", b"9001_2").replace(b"hi", b"again")
    async with BadServer() as server:
        server.on(
            "/77/live_comments",
            stream("id: \u00e9vil\u2028\ndata: ".encode() + data + b"\n\n"),
            stream(b"data: " + more + b"\n\n", then_close=False),
        )
        async with listening(make(stream=server.url)) as heard:
            await heard.message(lambda m: m.text == "again")
    assert texts(heard) == ["hi", "again"]


async def test_who_reads_again_later_gets_what_was_said_meanwhile_once(
    graph: GraphServer, channel: FacebookChannel
):
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        await at_once(lambda: graph.write("Ana", "one"))
        await heard.message(lambda m: m.text == "one")
    await at_once(lambda: graph.write("Ana", "two"))
    async with listening(channel) as heard:
        await heard.message(lambda m: m.text == "two")
        await at_once(lambda: graph.write("Ana", "three"))
        await heard.message(lambda m: m.text == "three")
    assert texts(heard) == ["two", "three"]


async def test_what_was_just_being_handed_on_when_a_reading_ended_is_told_by_the_next(
    graph: GraphServer, channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.channels.facebook_feed._QUEUE", 1)
    texts = [f"comment {n}" for n in range(30)]
    told: list[str] = []
    async with aclosing(channel.items(0)) as feed:  # type: ignore[type-var]
        await anext(feed)
        for text in texts:
            await at_once(lambda t=text: graph.write("Ana", t))
        async for item in feed:
            if item.message is not None:
                told.append(item.message.text)
                break
    async with listening(channel) as heard:
        await heard.until(lambda _: len(told) + len(heard.messages) >= len(texts))
        told += [message.text for message in heard.messages]
    assert sorted(told) == sorted(texts)


async def test_a_comment_deleted_or_hidden_at_facebook_is_hidden_here(
    graph: GraphServer, channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.channels.facebook_memory.SETTLED_MS", 0)
    async with listening(channel) as heard:
        kept = await at_once(lambda: graph.write("Ana", "kept"))
        gone = [await at_once(lambda n=n: graph.write("Troll", f"bad {n}")) for n in range(3)]
        await heard.message(lambda m: m.id == gone[-1])
        for each in gone[:2]:
            await at_once(lambda e=each: graph.delete(e))
        next(c for c in graph.comments if c.id == gone[2]).is_hidden = True
        for each in gone:
            await heard.until(lambda i, e=each: i.hidden_id == e)
        before = graph.count("GET /v23.0/77/comments")
        await at_once(lambda: graph.asked_for("GET /v23.0/77/comments", before + 2))
    hidden = [item.hidden_id for item in heard.items if item.hidden_id]
    assert sorted(hidden) == sorted(gone)
    assert kept not in hidden


async def test_a_comment_that_the_list_leaves_out_but_is_there_is_not_hidden(
    graph: GraphServer, channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.channels.facebook_memory.SETTLED_MS", 0)
    async with listening(channel) as heard:
        written = await at_once(lambda: graph.write("Ana", "there"))
        await heard.message(lambda m: m.id == written)
        graph.unread = True
        await at_once(lambda: graph.asked_for("GET /v23.0/$"))
        before = graph.count("GET /v23.0/77/comments")
        await at_once(lambda: graph.asked_for("GET /v23.0/77/comments", before + 2))
    assert not [item for item in heard.items if item.hidden_id]
    assert graph.count("GET /v23.0/$") == 1, "it is not asked for again and again"


async def test_what_we_hide_is_hidden_there(graph: GraphServer, channel: FacebookChannel):
    written = graph.write("Troll", "bad")
    await channel.hide(written, "k")
    assert graph.comments[0].is_hidden
    with pytest.raises(RefusedByTarget):
        await channel.hide("9001_999", "k")


async def test_an_entry_that_cannot_be_read_is_said_and_its_neighbours_stay(
    graph: GraphServer, channel: FacebookChannel
):
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        broken = await at_once(lambda: graph.write("Ana", "broken", at=-1e10))
        await at_once(lambda: graph.write("Ana", "whole"))
        await heard.message(lambda m: m.text == "whole")
        item = await heard.until(lambda i: bool(i.problem))
    assert "left out" in item.problem
    assert broken not in [message.id for message in heard.messages]


# -- saying


async def test_what_we_say_is_found_again_by_its_text_and_time(graph: GraphServer, channel: FacebookChannel):
    question = graph.write("Ana", "which size?")
    for number in range(120):
        graph.write("Ana", f"noise {number}")
    reply = await channel.reply(question, "It fits all.", "k")
    for number in range(120):
        graph.write("Ana", f"noise {number}")
    since = round(graph.comments[0].at * 1000)
    assert await channel.find_said("It fits all.", question, since) == reply
    assert await channel.find_said("It fits all.", "", since) == reply
    assert await channel.find_said("Something else", question, since) is None
    assert await channel.find_said("noise 3", "", since) is None, "viewers write it, not we"
    assert await channel.find_said("It fits all.", question, since + 60_000) is None


async def test_who_cannot_be_certain_says_so(graph: GraphServer, channel: FacebookChannel):
    for number in range(600):
        graph.write("Ana", f"noise {number}")
    with pytest.raises(Unreachable, match="too many new comments"):
        await channel.find_said("It fits all.", "", round(graph.comments[0].at * 1000))


async def test_a_text_that_is_too_long_is_not_sent(graph: GraphServer, channel: FacebookChannel):
    with pytest.raises(RefusedByTarget, match="shorten it"):
        await channel.say("x" * (MAX_LENGTH + 1), "k")
    assert graph.comments == []


async def test_faster_than_is_seemly_waits_with_nothing_sent(graph: GraphServer, channel: FacebookChannel):
    for number in range(10):
        await channel.say(f"{number}", "k")
    with pytest.raises(Throttled) as wait:
        await channel.say("one more", "k")
    assert wait.value.retry_after_ms
    assert len(graph.comments) == 10


async def test_a_hostile_id_leads_to_no_other_address(graph: GraphServer, channel: FacebookChannel):
    for bad in ("../me", "..", ".", "", "77/comments?x=", "9001_1#"):
        with pytest.raises(RefusedByTarget):
            await channel.reply(bad, "hello", "k")
    assert all(method == "GET" or path.count("/") == 3 for method, path, _ in graph.requests)
    assert graph.comments == []


# -- the broadcast


async def test_a_live_videos_own_id_will_do(graph: GraphServer, make: MakeChannel):
    channel = make("77")
    assert (await channel.hello()).reply
    await channel.say("Hello", "k")
    assert graph.comments[0].video == "77"


async def test_the_pages_own_token_needs_no_account(graph: GraphServer, make: MakeChannel):
    await make("").say("Hello", "k")
    assert graph.comments[0].video == "77"


async def test_of_several_broadcasts_the_newest_is_taken(graph: GraphServer, channel: FacebookChannel):
    graph.videos["78"] = graph.videos["77"] | {
        "id": "78",
        "broadcast_start_time": "2026-11-22T08:00:00+0000",
    }
    graph.videos["79"] = graph.videos["78"] | {"id": "79", "status": "VOD"}
    await channel.say("Hello", "k")
    assert graph.comments[0].video == "78"


async def test_nothing_live_is_a_sentence_and_facebook_is_not_asked_each_second(
    graph: GraphServer, channel: FacebookChannel
):
    graph.videos["77"]["status"] = "VOD"
    for _ in range(5):
        with pytest.raises(Unreachable, match="Nothing is live at Facebook") as nothing:
            await channel.hello()
        assert not nothing.value.attempted
        assert nothing.value.retry_after_ms
    assert graph.count("live_videos") == 1


@pytest.mark.parametrize("status", ["LIVE_STOPPED", "PROCESSING", "VOD"])
async def test_a_broadcast_that_is_over_is_said_to_be(
    graph: GraphServer, channel: FacebookChannel, status: str
):
    feed = asyncio.create_task(ended(channel))
    await at_once(graph.streaming)
    graph.videos["77"]["status"] = status
    _, error = await feed
    assert isinstance(error, Over)
    assert "is over" in error.sentence
    with pytest.raises(Unreachable, match="is over"):
        await channel.hello()


async def test_a_broadcast_that_is_refused_for_a_moment_loses_nothing_that_was_said_meanwhile(
    graph: GraphServer, channel: FacebookChannel, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("studio.channels.facebook._LOOK_MS", 0)
    feed = asyncio.create_task(ended(channel))
    await at_once(graph.streaming)
    graph.fail(GraphError(424242, "An odd thing"), "GET /v23.0/77$")
    _, error = await feed
    assert isinstance(error, RefusedByTarget)
    written = await at_once(lambda: graph.write("Ana", "written meanwhile"))
    async with listening(channel) as heard:
        await heard.message(lambda m: m.id == written)


async def test_a_broadcast_that_was_deleted_is_said_to_be_gone(graph: GraphServer, channel: FacebookChannel):
    feed = asyncio.create_task(ended(channel))
    await at_once(graph.streaming)
    graph.videos.clear()
    _, error = await feed
    assert isinstance(error, RefusedByTarget)
    assert error.code == "gone"


async def test_an_account_that_is_none_is_said_to_be(graph: GraphServer, make: MakeChannel):
    graph.fail(GraphError(100, "Unsupported get request", subcode=33), "4711")
    with pytest.raises(RefusedByTarget, match="check the account"):
        await make("4711").hello()


# -- tokens and limits


async def test_a_token_that_is_refused_is_renewed_once_and_the_reply_is_said_once(
    graph: GraphServer, make: MakeChannel
):
    tokens = ["old-token"]
    renewed: list[str] = []

    async def renew() -> bool:
        renewed.append("yes")
        tokens[0] = TOKEN
        return True

    channel = make(token=lambda: tokens[0], renew=renew)
    await channel.say("Hello", "k")
    assert (renewed, [c.message for c in graph.comments]) == (["yes"], ["Hello"])
    graph.token = "changed-again"

    async def refuse() -> bool:
        return False

    stubborn = make(token=lambda: tokens[0], renew=refuse)
    with pytest.raises(Unauthorised, match="made invalid: make a new one"):
        await stubborn.hello()


async def test_a_token_that_ends_while_live_ends_the_feed_with_what_to_do(
    graph: GraphServer, channel: FacebookChannel
):
    feed = asyncio.create_task(ended(channel))
    await at_once(graph.streaming)
    graph.token = "another"
    _, error = await feed
    assert isinstance(error, Unauthorised)
    assert TOKEN not in error.sentence
    with pytest.raises(Unauthorised):
        await channel.hello()
    graph.token = TOKEN
    assert (await channel.hello()).reply


async def test_without_a_token_one_is_asked_for(make: MakeChannel):
    with pytest.raises(Unauthorised, match="token"):
        await make(token=lambda: None).hello()


async def test_a_missing_permission_is_named(graph: GraphServer, channel: FacebookChannel):
    await channel.hello()
    graph.fail(GraphError(200, "(#200) Permissions error"), "POST")
    with pytest.raises(MissingRight, match="pages_manage_engagement"):
        await channel.say("Hello", "k")
    graph.fail(GraphError(10, "(#10) This requires the pages_read_engagement permission"), "GET /v23.0/77")
    feed, error = await ended(channel)
    assert isinstance(error, MissingRight)
    assert "pages_read_engagement" in error.sentence
    assert feed == [] or feed == [ChannelItem(0)]


async def test_too_many_requests_wait_as_long_as_facebook_says(graph: GraphServer, channel: FacebookChannel):
    await channel.hello()
    usage = '{"1001":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":19}]}'
    graph.fail(
        GraphError(32, "(#32) Page request limit reached", headers={"X-Business-Use-Case-Usage": usage}),
        "POST",
    )
    with pytest.raises(Throttled) as wait:
        await channel.say("Hello", "k")
    assert (wait.value.retry_after_ms, wait.value.attempted) == (19 * 60_000, False)
    assert graph.comments == []


async def test_a_throttled_side_question_does_not_end_the_chat(graph: GraphServer, channel: FacebookChannel):
    graph.fail(GraphError(4, "(#4) Application request limit reached"), "GET /v23.0/77$")
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        await at_once(lambda: graph.asked_for("GET /v23.0/77$"))
        await at_once(lambda: graph.write("Ana", "still here"))
        await heard.message(lambda m: m.text == "still here")


async def test_the_stream_goes_on_while_facebook_wants_no_more_questions(
    graph: GraphServer, channel: FacebookChannel
):
    async with listening(channel) as heard:
        await at_once(graph.streaming)
        graph.fail(GraphError(32, "(#32) Page request limit reached"), "GET /v23.0/77", times=10_000)
        await at_once(lambda: graph.write("Ana", "one"))
        await heard.message(lambda m: m.text == "one")
        await at_once(graph.cut)
        await at_once(lambda: graph.write("Ana", "two"))
        await heard.message(lambda m: m.text == "two")
    assert texts(heard) == ["one", "two"]


async def test_where_facebook_is_away_the_feed_ends_and_hello_says_so_too(
    graph: GraphServer, channel: FacebookChannel
):
    feed = asyncio.create_task(ended(channel))
    await at_once(graph.streaming)
    graph.fail(GraphError(2, "Service temporarily unavailable", status=503), times=10_000)
    await at_once(graph.cut)
    _, error = await feed
    assert isinstance(error, Unreachable)
    asked = len(graph.requests)
    for _ in range(5):
        with pytest.raises(Unreachable, match="cannot answer right now"):
            await channel.hello()
    assert len(graph.requests) <= asked + 1
    with pytest.raises(Unreachable) as unsent:
        await channel.say("Hello", "k")
    assert not unsent.value.attempted


async def test_the_page_is_asked_for_by_its_id(graph: GraphServer, channel: FacebookChannel):
    await channel.hello()
    assert ("GET", f"/v23.0/{PAGE}/live_videos") in [(method, path) for method, path, _ in graph.requests]
    assert "access_token" not in str(graph.requests)
