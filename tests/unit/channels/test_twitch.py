"""A Twitch chat as the studio shows it: each message once, what moderators do, and what happens when connections come and go."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from studio.channels.irc_wire import BadChatAddress
from studio.channels.twitch import TwitchChannel
from studio.channels.twitch_chat import Pace
from studio.control.clock import SystemWallClock
from studio.control.ports import ChannelItem, RefusedByTarget, Unauthorised, Unreachable
from studio.sync.http import HttpClient
from tests.contracts.channel_contract import listening
from tests.fakes.helix import CLIENT_ID, SHOP_CHANNEL
from tests.fakes.twitch_chat import ROOM, SENT, FakeTwitchChat, a_message, a_notice
from tests.unit.channels.twitch_world import SOON, World, world

NOTHING = Pace(ping_ms=600_000, viewers_ms=600_000)
WEB = pytest.mark.parametrize("web", [False, True], ids=["tcp", "websocket"])


async def heard_of(*lines: str, web: bool = False) -> list[ChannelItem]:
    """What the studio hears of these lines, between joining and a last message."""
    async with world(FakeTwitchChat(web=web), pace=NOTHING) as w, listening(w.channel) as heard:
        await w.chat.tell(*lines, a_message("the end"))
        await heard.message(lambda m: m.text == "the end")
        return [item for item in heard.items[1:] if item.message is None or item.message.text != "the end"]


async def until_the_feed_ends(w: World, happens: Callable[[], Awaitable[None]]) -> None:
    async with listening(w.channel) as heard:
        await happens()
        await heard.until(lambda _: False)


@WEB
async def test_a_message_comes_with_all_that_twitch_tells_of_it(web: bool):
    [item] = await heard_of(a_message("Is it warm? 🧵", "ronni", "the-id"), web=web)
    assert item.seq == 0
    message = item.message
    assert message is not None
    assert (message.id, message.author, message.author_id, message.text) == (
        "the-id", "Ronni", "id-of-ronni", "Is it warm? 🧵",
    )  # fmt: skip
    assert (message.at_ms, message.channel, message.by_us, message.reply_to) == (SENT, "twitch", False, "")


async def test_a_viewers_reply_names_the_message_that_it_answers():
    parent = "reply-parent-display-name=Abc;reply-parent-msg-body=Is\\sit\\swarm?;reply-parent-msg-id=first;"
    [item] = await heard_of(a_message("@Abc yes", "ronni", more=parent))
    assert item.message is not None
    assert item.message.reply_to == "first"


async def test_what_the_owner_writes_elsewhere_counts_as_ours():
    [item] = await heard_of(a_message("Back in five", SHOP_CHANNEL))
    assert item.message is not None
    assert item.message.by_us


async def test_odd_messages_come_as_plain_text_or_not_at_all():
    items = await heard_of(
        a_message("\x01ACTION dances\x01", message_id="1"),
        a_message("again \U000e0000", message_id="2"),
        a_message("\x02bold\x0f\x00", message_id="3"),
        a_message("<b>not bold</b>", message_id="4"),
        a_message("\U000e0000", message_id="5"),
        a_message("\x01VERSION\x01", message_id="6"),
        ":x!x@x PRIVMSG #another_room :not for us",
        ":x!x@x PRIVMSG",
        "@id=7;tmi-sent-ts=soon :x!x@x PRIVMSG #lovingt3s word",
        "PRIVMSG #lovingt3s :from nobody",
        "garbage \x00\x01",
    )
    assert [(i.message.id[:8], i.message.text) for i in items if i.message] == [
        ("1", "dances"),
        ("2", "again"),
        ("3", "bold"),
        ("4", "<b>not bold</b>"),
        ("7", "word"),
        ("derived-", "from nobody"),
    ]
    assert all(0 < i.message.at_ms < 2**53 for i in items if i.message)


async def test_the_same_message_told_twice_is_heard_once_and_the_same_words_again_are_heard_again():
    once, again = a_message("hi", message_id="1"), a_message("hi", message_id="2")
    without = a_message("hi", message_id="").replace(";id=", ";no-id=")
    later = without.replace(f"tmi-sent-ts={SENT}", f"tmi-sent-ts={SENT + 1}")
    items = await heard_of(once, once, again, once, without, without, later)
    ids = [item.message.id for item in items if item.message]
    assert ids[:2] == ["1", "2"]
    assert len(set(ids)) == len(ids) == 4


async def test_what_a_subscriber_says_with_a_resub_is_a_message_and_the_bare_news_is_none():
    resub = (
        "@badge-info=;badges=staff/1;display-name=ronni;emotes=;id=db25007f;login=ronni;mod=0;msg-id=resub;"
        "msg-param-cumulative-months=6;room-id=12345678;system-msg=ronni\\shas\\ssubscribed\\sfor\\s6\\smonths!;"
        f"tmi-sent-ts={SENT};user-id=87654321 :tmi.twitch.tv USERNOTICE {ROOM}"
    )
    items = await heard_of(f"{resub} :Great stream -- keep it up!", resub)
    assert [(i.message.author, i.message.author_id, i.message.text) for i in items if i.message] == [
        ("ronni", "87654321", "Great stream -- keep it up!")
    ]
    assert len(items) == 1


async def test_what_moderators_take_away_at_twitch_is_hidden_here_too():
    items = await heard_of(
        f"@login=ronni;room-id=;target-msg-id=abc-123;tmi-sent-ts={SENT} :tmi.twitch.tv CLEARMSG {ROOM} :HeyGuys",
        f"@ban-duration=350;room-id=12345678;target-user-id=87654321;tmi-sent-ts={SENT} :tmi.twitch.tv CLEARCHAT {ROOM} :ronni",
        f"@room-id=12345678;tmi-sent-ts={SENT} :tmi.twitch.tv CLEARCHAT {ROOM}",
        ":tmi.twitch.tv CLEARCHAT #another_room",
        f":tmi.twitch.tv CLEARMSG {ROOM} :without saying which",
    )
    assert items == [
        ChannelItem(0, hidden_id="abc-123"),
        ChannelItem(0, hidden_author="87654321"),
        ChannelItem(0, cleared=True),
    ]


@WEB
async def test_many_lines_in_one_piece_come_in_their_order(web: bool):
    lines = [a_message(f"line {n}", message_id=f"m{n}") for n in range(5_000)]
    items = await heard_of(*lines, web=web)
    assert [i.message.id for i in items if i.message] == [f"m{n}" for n in range(5_000)]


# -- signing in


@WEB
async def test_the_studio_signs_in_with_its_token_and_asks_for_tags(web: bool):
    async with world(FakeTwitchChat(web=web), pace=NOTHING) as w, listening(w.channel):
        said = w.chat.connections[0].lines
    assert said[0] == "CAP REQ :twitch.tv/tags twitch.tv/commands"
    assert said[1:3] == ["PASS oauth:a-good-token", f"NICK {SHOP_CHANNEL}"]
    assert f"JOIN {ROOM}" in said


async def test_without_a_token_the_chat_is_read_and_nothing_can_be_written():
    async with world(token=None, pace=SOON) as w:
        can = await w.channel.hello()
        assert (can.reply, can.hide, can.viewers) == (False, False, False)
        async with listening(w.channel) as heard:
            assert w.chat.connections[0].nick.startswith("justinfan")
            await w.chat.tell(a_message("hello"))
            await heard.message(lambda m: m.text == "hello")
            for saying in (
                w.channel.say("Hi", "k"),
                w.channel.reply("x", "Hi", "k"),
                w.channel.hide("x", "k"),
            ):
                with pytest.raises(RefusedByTarget, match="sign in"):
                    await saying
        assert not w.helix.server.requests


@pytest.mark.parametrize("token", ["a-wrong-token", "oauth:a-wrong-token"])
async def test_a_token_that_twitch_does_not_take_asks_to_sign_in_again(token: str):
    async with world(token=token) as w:
        with pytest.raises(Unauthorised, match="sign in again") as refused:
            async for _ in w.channel.items(0):
                pass
        assert "wrong" not in refused.value.sentence


@WEB
async def test_a_token_that_is_over_is_renewed_once_and_the_chat_goes_on(web: bool):
    async with world(FakeTwitchChat(web=web), token="over", pace=NOTHING) as w:
        w.next_token = "a-good-token"
        async with listening(w.channel):
            assert (w.renewals, w.token) == (1, "a-good-token")
        w.token = w.next_token = "still-wrong"
        with pytest.raises(Unauthorised):
            await until_the_feed_ends(w, w.chat.joined)
        assert w.renewals == 2


async def test_a_token_with_a_line_end_is_never_sent():
    async with world(token="good\r\nQUIT") as w:
        with pytest.raises(Unauthorised):
            async for _ in w.channel.items(0):
                pass
        await w.chat.until(lambda: bool(w.chat.connections) and w.chat.connections[0].ended)
        assert w.chat.connections[0].lines == []


@pytest.mark.parametrize("web", [False, True])
async def test_a_sign_in_that_ends_during_the_show_asks_for_another(web: bool):
    async with world(FakeTwitchChat(web=web), pace=NOTHING) as w:
        with pytest.raises(Unauthorised):
            await until_the_feed_ends(
                w, lambda: w.chat.tell(":tmi.twitch.tv NOTICE * :Login authentication failed")
            )


async def test_a_channel_that_is_suspended_is_named_so():
    async with world(FakeTwitchChat(closed="msg_channel_suspended")) as w:
        with pytest.raises(RefusedByTarget, match="suspended"):
            async for _ in w.channel.items(0):
                pass


async def test_a_room_that_never_opens_is_given_up():
    async with world(FakeTwitchChat(silent_to={"JOIN"}), pace=Pace(join_ms=50)) as w:
        with pytest.raises(Unreachable, match="channel's name"):
            async for _ in w.channel.items(0):
                pass


# -- connections that come and go


async def test_the_servers_question_is_answered_and_its_answers_are_the_heartbeat():
    async with world(pace=SOON) as w, listening(w.channel) as heard:
        await w.chat.tell("PING :tmi.twitch.tv")
        await w.chat.until(lambda: "PONG :tmi.twitch.tv" in w.chat.connections[0].lines)
        await heard.until(lambda _: len(heard.items) > 3)
        assert heard.items == [ChannelItem(0)] * len(heard.items)


@WEB
async def test_a_server_that_answers_no_more_is_noticed(web: bool):
    async with world(FakeTwitchChat(web=web, silent_to={"PING"}), pace=SOON) as w:
        with pytest.raises(Unreachable, match="does not answer"):
            async for _ in w.channel.items(0):
                pass


@WEB
async def test_a_studio_that_takes_nothing_for_a_while_neither_gives_up_nor_loses_anything(web: bool):
    many = 45_000
    async with world(FakeTwitchChat(web=web), pace=SOON) as w, aclosing(w.channel.items(0)) as items:  # type: ignore[type-var]
        await anext(items)
        lines = [a_message(f"line {n}", message_id=f"m{n}") for n in range(many)]
        telling = asyncio.create_task(w.chat.tell(*lines))
        asked = w.chat.connections[0].lines
        await w.chat.until(lambda: sum(line.startswith("PING") for line in asked) >= 10)
        found: list[str] = []
        while len(found) < many:
            item = await anext(items)
            found += [item.message.id] if item.message else []
        await telling
        assert found == [f"m{n}" for n in range(many)]
        assert len(w.chat.connections) == 1


@WEB
async def test_a_connection_that_breaks_ends_the_feed_and_the_next_says_since_when_something_may_be_missing(
    web: bool,
):
    async with world(FakeTwitchChat(web=web), pace=NOTHING) as w:
        async with listening(w.channel) as heard:
            assert heard.items == [ChannelItem(0)]
            await w.chat.tell(a_message("before", message_id="1"))
            await heard.message(lambda m: m.text == "before")
        with pytest.raises(Unreachable):
            await until_the_feed_ends(w, lambda: w.chat.end(w.chat.connections[1]))
        async with listening(w.channel) as heard:
            since = heard.items[0].lost_since_ms
            assert since is not None
            assert SENT <= since < SENT + 60_000  # by Twitch's clock, not by this computer's
            await w.chat.tell(a_message("before", message_id="1"), a_message("after"))
            await heard.message(lambda m: m.text == "after")
            assert [m.text for m in heard.messages] == ["after"]


@WEB
async def test_when_twitch_asks_to_reconnect_nothing_is_lost_and_nothing_comes_twice(web: bool):
    async with world(FakeTwitchChat(web=web), pace=NOTHING) as w, listening(w.channel) as heard:
        old = w.chat.connections[0]
        await w.chat.tell(a_message("one", message_id="1"), ":tmi.twitch.tv RECONNECT")
        await w.chat.tell(a_message("two", message_id="2"), to=old)
        await w.chat.joined(2)
        await w.chat.tell(a_message("three", message_id="3"))  # by both
        await w.chat.until(lambda: old.ended)
        await w.chat.tell(a_message("four", message_id="4"))
        await heard.message(lambda m: m.text == "four")
        assert [m.id for m in heard.messages] == ["1", "2", "3", "4"]
        assert all(item.lost_since_ms is None for item in heard.items)
        assert await w.channel.say("Still here", "k")


async def test_when_the_old_connection_ends_before_the_new_one_has_joined_that_is_said():
    async with world(pace=NOTHING) as w, listening(w.channel) as heard:
        old = w.chat.connections[0]
        w.chat.silent_to.add("JOIN")
        await w.chat.tell(a_message("one", message_id="1"), ":tmi.twitch.tv RECONNECT")
        await w.chat.until(
            lambda: len(w.chat.connections) == 2 and f"JOIN {ROOM}" in w.chat.connections[1].lines
        )
        await w.chat.end(old)
        await w.chat.tell(
            f":lovingt3s.tmi.twitch.tv 366 lovingt3s {ROOM} :End of /NAMES list",
            a_message("two", message_id="2"),
            to=w.chat.connections[1],
        )
        await heard.message(lambda m: m.text == "two")
        lost = [item.lost_since_ms for item in heard.items if item.lost_since_ms is not None]
        assert len(lost) == 1
        assert lost[0] >= SENT


async def test_being_put_out_of_the_chat_ends_the_feed():
    async with world(pace=NOTHING) as w:
        with pytest.raises(Unreachable, match="out of the chat"):
            await until_the_feed_ends(w, lambda: w.chat.tell(f":{SHOP_CHANNEL}!a@b PART {ROOM}"))


async def test_who_stops_reading_leaves_no_connection_and_no_task_behind():
    async with world(pace=SOON) as w:
        before = asyncio.all_tasks()
        async with listening(w.channel) as heard:
            await heard.until(lambda _: True)
        await w.chat.until(lambda: not w.chat.here)
        left = {task.get_name() for task in asyncio.all_tasks() - before if "twitch" in task.get_name()}
        assert left == set()


# -- settings


@pytest.mark.parametrize(
    "login", ["LovingT3s", "#lovingt3s", " @lovingt3s ", "https://www.twitch.tv/lovingt3s/"]
)
async def test_a_channels_name_may_be_written_as_people_write_it(login: str):
    async with FakeTwitchChat() as chat:
        http = HttpClient("http://127.0.0.1:1", lambda: None, SystemWallClock())
        channel = TwitchChannel(
            "twitch",
            http,
            lambda: None,
            login=login,
            client_id=CLIENT_ID,
            chat_url=chat.url,
            wall=SystemWallClock(),
        )
        async with listening(channel):
            assert f"JOIN {ROOM}" in chat.connections[0].lines
        await http.aclose()


@pytest.mark.parametrize("login", ["", "two words", "a\r\nQUIT", "x" * 60, "https://youtube.com/x"])
async def test_a_name_that_is_none_is_refused_before_anything_is_sent(login: str):
    http = HttpClient("http://127.0.0.1:1", lambda: None, SystemWallClock())
    with pytest.raises(BadChatAddress):
        TwitchChannel("twitch", http, lambda: None, login=login, client_id="", wall=SystemWallClock())
    await http.aclose()


async def test_a_notice_about_the_room_changes_nothing():
    items = await heard_of(a_notice("slow_on", "This room is now in slow mode."), a_notice("", ""))
    assert items == []
