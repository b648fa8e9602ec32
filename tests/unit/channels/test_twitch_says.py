"""What the host says on Twitch is said once, or a sentence says why it was not."""

import asyncio

import pytest

from studio.channels.twitch_chat import Pace
from studio.channels.twitch_says import MAX_LENGTH
from studio.control.ports import RefusedByTarget, Throttled, Unreachable
from tests.contracts.channel_contract import listening
from tests.fakes.helix import SHOP_CHANNEL
from tests.fakes.twitch_chat import ROOM, FakeTwitchChat, a_message, a_notice
from tests.unit.channels.twitch_world import SOON, World, world

QUIET = Pace(ping_ms=600_000, viewers_ms=600_000, answer_ms=20_000)
IMPATIENT = Pace(ping_ms=600_000, viewers_ms=600_000, answer_ms=150)


def said(w: World) -> list[str]:
    return [line for c in w.chat.connections for line in c.lines if " PRIVMSG " in line]


@pytest.mark.parametrize("web", [False, True], ids=["tcp", "websocket"])
async def test_what_is_said_is_confirmed_and_comes_into_the_chat_once_as_ours(web: bool):
    async with world(FakeTwitchChat(web=web), pace=QUIET) as w, listening(w.channel) as heard:
        message_id = await w.channel.say("Welcome!", "k1")
        ours = await heard.message(lambda m: m.text == "Welcome!")
        assert message_id
        assert (ours.id, ours.by_us, ours.author, ours.reply_to) == (message_id, True, "Lovingt3S", "")
        [line] = said(w)
        assert line.startswith("@client-nonce=")
        assert line.endswith(f" PRIVMSG {ROOM} :Welcome!")
        await w.chat.tell(a_message("Welcome!", SHOP_CHANNEL, message_id), a_message("the end"))
        await heard.message(lambda m: m.text == "the end")
        assert [m.text for m in heard.messages] == ["Welcome!", "the end"]


async def test_a_reply_names_the_message_that_it_answers():
    async with world(pace=QUIET) as w, listening(w.channel) as heard:
        reply_id = await w.channel.reply("b34ccfc7-4977-403a-8a94-33c6bac34fb8", "Yes, it is.", "k")
        ours = await heard.message(lambda m: m.id == reply_id)
        assert ours.reply_to == "b34ccfc7-4977-403a-8a94-33c6bac34fb8"
        assert ";reply-parent-msg-id=b34ccfc7-4977-403a-8a94-33c6bac34fb8 PRIVMSG" in said(w)[0]


async def test_a_server_that_tells_no_id_and_no_nonce_is_believed_too():
    async with world(FakeTwitchChat(with_ids=False), pace=QUIET) as w, listening(w.channel) as heard:
        await heard.until(lambda _: True)
        await w.chat.tell(a_message("settled"))
        await heard.message(lambda m: m.text == "settled")
        assert await w.channel.say("Welcome!", "k1") == ""
        ours = await heard.message(lambda m: m.by_us)
        assert (ours.text, bool(ours.id)) == ("Welcome!", True)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("one\r\nQUIT :bye", "one QUIT :bye"),
        ("one\nPRIVMSG #other :two", "one PRIVMSG #other :two"),
        ("\x01ACTION dances\x01", "ACTION dances"),
        ("a\x00b\u2028c", "ab c"),
        ("/ban everybody", "/ /ban everybody"),
        (".timeout somebody", "/ .timeout somebody"),
        (" /me", "/ /me"),
        ("½ price! 🧵👩‍👩‍👧‍👦", "½ price! 🧵👩‍👩‍👧‍👦"),
        (":)", ":)"),
    ],
)
async def test_a_text_stays_a_text_whatever_is_in_it(text: str, sent: str):
    async with world(pace=QUIET) as w, listening(w.channel):
        await w.channel.say(text, "k")
        assert [line.partition(f"{ROOM} :")[2] for line in said(w)] == [sent]
        assert not any(line.startswith("QUIT") for line in w.chat.connections[0].lines)


async def test_the_id_of_a_message_cannot_smuggle_anything_either():
    async with world(pace=QUIET) as w, listening(w.channel):
        await w.channel.reply("x;client-nonce=1 PRIVMSG #other :hi\r\nQUIT", "Yes", "k")
        [line] = said(w)
        assert "\\:client-nonce=1\\sPRIVMSG\\s#other\\s:hi\\sQUIT PRIVMSG" in line


@pytest.mark.parametrize("text", ["", " \r\n ", "x" * (MAX_LENGTH + 1)])
async def test_nothing_and_too_much_are_refused_and_not_sent(text: str):
    async with world(pace=QUIET) as w, listening(w.channel):
        with pytest.raises(RefusedByTarget):
            await w.channel.say(text, "k")
        assert said(w) == []


REFUSALS = {
    "msg_duplicate": "Your message was not sent because it is identical to the previous one you sent, less than 30 seconds ago.",
    "msg_banned": "You are permanently banned from talking in lovingt3s.",
    "msg_timedout": "You are timed out for 600 more seconds.",
    "msg_channel_suspended": "This channel does not exist or has been suspended.",
    "msg_followersonly": "This room is in 10 minutes followers-only mode.",
    "msg_subsonly": "This room is in subscribers only mode.",
    "msg_requires_verified_phone_number": "A verified phone number is required to chat in this channel.",
    "msg_rejected": "Hey! Your message is being checked by mods and has not been sent.",
    "msg_from_the_future": "Something new.",
    "invalid_parent": "The message is gone.",
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_what_twitch_refuses_says_what_to_do(code: str):
    chat = FakeTwitchChat(answers=lambda _: [a_notice(code, REFUSALS[code])])
    async with world(chat, pace=QUIET) as w, listening(w.channel) as heard:
        with pytest.raises(RefusedByTarget) as refused:
            await w.channel.say("Hello", "k")
        assert refused.value.code == code
        assert refused.value.sentence.startswith("Twitch ")
        await w.chat.tell(a_message("the end"))
        await heard.message(lambda m: m.text == "the end")
        assert not any(m.by_us for m in heard.messages)


@pytest.mark.parametrize(
    ("code", "words", "wait"),
    [
        ("msg_ratelimit", "Your message was not sent because you are sending messages too quickly.", 2_000),
        ("msg_slowmode", "This room is in slow mode. You will be able to talk again in 17 seconds.", 17_000),
    ],
)
async def test_twitch_asking_for_patience_means_that_nothing_was_said_yet(code: str, words: str, wait: int):
    chat = FakeTwitchChat(answers=lambda _: [a_notice(code, words)])
    async with world(chat, pace=QUIET) as w, listening(w.channel):
        with pytest.raises(Throttled) as told:
            await w.channel.say("Hello", "k")
    assert (told.value.retry_after_ms, told.value.attempted) == (wait, False)


async def test_news_of_the_room_is_no_answer():
    def news(_: object) -> list[str]:
        return [a_notice("slow_on", "This room is now in slow mode."), f":tmi.twitch.tv ROOMSTATE {ROOM}"]

    async with world(FakeTwitchChat(answers=news), pace=IMPATIENT) as w, listening(w.channel):
        with pytest.raises(Unreachable) as told:
            await w.channel.say("Hello", "k")
    assert told.value.attempted


async def test_an_answer_that_comes_too_late_still_shows_what_was_said_and_answers_nothing_else():
    late: list[str] = []

    def withheld(line: object) -> list[str]:
        late.append(str(line.tag("client-nonce")))  # type: ignore[attr-defined]
        return []

    async with world(FakeTwitchChat(answers=withheld), pace=IMPATIENT) as w, listening(w.channel) as heard:
        with pytest.raises(Unreachable):
            await w.channel.say("Slow", "k1")
        second = asyncio.create_task(w.channel.say("Lost", "k2"))
        await w.chat.until(lambda: len(late) == 2)
        await w.chat.tell(f"@client-nonce={late[0]};display-name=X;id=the-id :tmi.twitch.tv USERSTATE {ROOM}")
        ours = await heard.message(lambda m: m.by_us)
        assert (ours.id, ours.text) == ("the-id", "Slow")
        with pytest.raises(Unreachable):
            await second


async def test_a_connection_that_breaks_before_the_answer_leaves_it_open_whether_it_was_said():
    async with world(FakeTwitchChat(hangs_up_on={"PRIVMSG"}), pace=QUIET) as w:

        async def saying() -> None:
            async with listening(w.channel) as heard:
                with pytest.raises(Unreachable) as told:
                    await w.channel.say("Hello", "k")
                assert told.value.attempted
                with pytest.raises(Unreachable) as told:
                    await w.channel.say("Hello again", "k2")
                assert not told.value.attempted
                await heard.until(lambda _: False)

        with pytest.raises(Unreachable):
            await saying()


async def test_before_the_chat_is_connected_nothing_is_sent_and_that_is_certain():
    async with world(pace=QUIET) as w:
        with pytest.raises(Unreachable) as told:
            await w.channel.say("Hello", "k")
        assert not told.value.attempted
        assert w.chat.connections == []


@pytest.mark.parametrize(("badges", "most"), [("", 20), ("moderator/1", 100), ("broadcaster/1", 100)])
async def test_no_more_is_said_within_half_a_minute_than_twitch_takes(badges: str, most: int):
    async with world(FakeTwitchChat(badges=badges), pace=QUIET) as w, listening(w.channel) as heard:
        await w.chat.tell(a_message("settled"))
        await heard.message(lambda m: m.text == "settled")
        for number in range(most):
            await w.channel.say(f"number {number}", f"k{number}")
        with pytest.raises(Throttled) as told:
            await w.channel.say("one too many", "k")
        assert told.value.retry_after_ms is not None
        assert 0 < told.value.retry_after_ms <= 30_000
        assert len(said(w)) == most


async def test_many_at_once_are_said_one_after_the_other():
    async with world(pace=QUIET) as w, listening(w.channel) as heard:
        ids = await asyncio.gather(*(w.channel.say(f"number {n}", f"k{n}") for n in range(10)))
        await heard.message(lambda m: m.text == "number 9")
        assert [m.id for m in heard.messages] == list(ids)
        assert [m.text for m in heard.messages] == [f"number {n}" for n in range(10)]


async def test_neither_the_token_nor_its_traces_are_in_what_is_told_or_kept():
    async with world(pace=SOON) as w, listening(w.channel) as heard:
        await w.channel.say("Hello", "k")
        told = f"{w.channel!r} {vars(w.channel)!r} {heard.items!r}"
        assert "a-good-token" not in told
