"""Viewers of Twitch are counted beside its chat, and messages hidden there, by its HTTP API."""

import json
from functools import partial

import pytest

from studio.channels.twitch_chat import Pace
from studio.control.ports import MissingRight, RefusedByTarget, Throttled, Unauthorised
from tests.contracts.channel_contract import listening
from tests.fakes.helix import CLIENT_ID, SHOP_CHANNEL, STUDIO
from tests.fakes.http_server import reply
from tests.fakes.twitch_chat import a_message
from tests.unit.channels.twitch_world import SOON, World
from tests.unit.channels.twitch_world import world as any_world

OFTEN = Pace(ping_ms=600_000, viewers_ms=10)
world = partial(any_world, client_id=CLIENT_ID)
MESSAGE = "885196de-cb67-427a-baa8-82f9b0fcd05f"


async def test_the_channel_is_looked_up_and_can_do_what_a_signed_in_owner_can():
    async with world() as w:
        can = await w.channel.hello()
    assert (can.reply, can.hide, can.viewers, can.keyed, can.read_back, can.max_length) == (
        True, True, True, False, False, 500,
    )  # fmt: skip


async def test_a_token_without_an_app_writes_but_counts_and_hides_nothing():
    async with world(client_id="") as w:
        can = await w.channel.hello()
        assert (can.reply, can.hide, can.viewers) == (True, False, False)
        with pytest.raises(RefusedByTarget, match="client id"):
            await w.channel.hide(MESSAGE, "k")
        assert not w.helix.server.requests


async def test_a_channel_that_twitch_does_not_know_is_said_to_be_wrong():
    async with world() as w:
        del w.helix.users[SHOP_CHANNEL]
        with pytest.raises(RefusedByTarget, match="check its name"):
            await w.channel.hello()


async def test_a_token_that_is_not_valid_any_more_asks_to_sign_in_again():
    async with world() as w:
        w.helix.token = "another"
        with pytest.raises(Unauthorised, match="sign in again"):
            await w.channel.hello()


async def test_a_token_that_is_over_is_renewed_once_and_the_question_asked_again():
    async with world(token="over") as w:
        w.next_token = "a-good-token"
        assert (await w.channel.hello()).hide
        w.helix.scopes.clear()
        with pytest.raises(MissingRight):  # a newer token would have no more rights
            await w.channel.hide(MESSAGE, "k")
        assert w.renewals == 1
        w.helix.token = "another"
        with pytest.raises(Unauthorised):
            await w.channel.hello()
        assert w.renewals == 2


async def test_the_studio_may_be_signed_in_as_somebody_else_than_the_channel():
    async with world() as w:
        w.helix.us = STUDIO
        w.chat.tokens = {"a-good-token": STUDIO}
        w.helix.moderators.add(STUDIO)
        w.helix.messages.add(MESSAGE)
        await w.channel.hello()
        async with listening(w.channel) as heard:
            assert f"NICK {STUDIO}" in w.chat.connections[0].lines
            await w.channel.say("Hello", "k")
            await w.chat.tell(a_message("From the owner", SHOP_CHANNEL))
            await heard.message(lambda m: m.text == "From the owner")
            assert [(m.text, m.by_us) for m in heard.messages] == [("Hello", True), ("From the owner", False)]
        await w.channel.hide(MESSAGE, "k")
        assert w.helix.messages == set()


# -- viewers


async def samples(w: World, count: int) -> list[int]:
    async with listening(w.channel) as heard:
        await heard.until(lambda _: sum(i.sample is not None for i in heard.items) >= count)
        return [i.sample.viewers for i in heard.items if i.sample]


async def test_the_number_of_viewers_comes_beside_the_chat():
    async with world(pace=OFTEN) as w:
        w.helix.viewers[SHOP_CHANNEL] = 1_234
        assert set(await samples(w, 3)) == {1_234}


async def test_a_channel_that_is_not_live_has_no_number_and_never_zero():
    async with world(pace=OFTEN) as w, listening(w.channel) as heard:
        while w.helix.count("/streams") < 3:
            w.helix.asked.clear()
            await w.helix.asked.wait()
        assert not any(item.sample for item in heard.items)
        w.helix.viewers[SHOP_CHANNEL] = 0  # live, and nobody there yet
        assert (await heard.until(lambda i: i.sample is not None)).sample is not None


@pytest.mark.parametrize(
    "failure", [(500, "oops", {}), (503, "later", {}), (401, "Invalid OAuth token", {}), (400, "no", {})]
)
async def test_when_counting_fails_the_chat_goes_on_and_it_is_said_once(
    failure: tuple[int, str, dict[str, str]],
):
    async with world(pace=OFTEN) as w:
        w.helix.viewers[SHOP_CHANNEL] = 5
        w.helix.fail_next += [failure] * 4
        async with listening(w.channel) as heard:
            await heard.until(lambda i: i.sample is not None)
            await w.chat.tell(a_message("still here"))
            await heard.message(lambda m: m.text == "still here")
            assert len([i for i in heard.items if i.problem]) == 1


@pytest.mark.parametrize(
    "body", [b"<html>", b"{}", b'{"data": [{"user_login": "lovingt3s", "viewer_count": "many"}]}', b"\xff"]
)
async def test_an_answer_that_makes_no_sense_is_told_and_the_chat_goes_on(body: bytes):
    async with world(pace=OFTEN) as w:
        w.helix.server.on("/helix/streams", reply(200, body))
        async with listening(w.channel) as heard:
            item = await heard.until(lambda i: bool(i.problem))
            assert "viewers" in item.problem
            await w.chat.tell(a_message("still here"))
            await heard.message(lambda m: m.text == "still here")


async def test_no_number_below_nought_is_believed():
    told = {"data": [{"user_login": SHOP_CHANNEL, "viewer_count": -1}]}
    async with world(pace=OFTEN) as w:
        w.helix.server.on("/helix/streams", reply(200, json.dumps(told).encode()))
        async with listening(w.channel) as heard:
            await heard.until(lambda i: bool(i.problem))
            assert not any(i.sample for i in heard.items)


async def test_too_many_requests_wait_until_twitch_says():
    async with world(pace=SOON) as w:
        far = str(4_000_000_000)
        w.helix.fail_next.append((429, "Too Many Requests", {"ratelimit-reset": far}))
        with pytest.raises(Throttled) as told:
            await w.channel.hello()
        assert told.value.retry_after_ms == 300_000
        assert not told.value.attempted
        w.helix.fail_next.append((429, "Too Many Requests", {"ratelimit-reset": far}))
        async with listening(w.channel) as heard:
            await heard.until(lambda i: bool(i.problem))
            asked = w.helix.count("/streams")
            for _ in range(5):  # five heartbeats, in the time of which it would be asked twenty times
                beats = len(heard.items)
                await heard.until(lambda _, beats=beats: len(heard.items) > beats)
            assert w.helix.count("/streams") == asked == 1


# -- hiding


async def test_a_message_is_hidden_at_twitch():
    async with world() as w:
        w.helix.messages.add(MESSAGE)
        await w.channel.hide(MESSAGE, "k")
        assert w.helix.messages == set()
        request = w.helix.server.requests[-1]
        assert request.method == "DELETE"
        assert "broadcaster_id=713936733&moderator_id=713936733" in request.target


async def test_a_message_that_is_gone_already_is_said_to_be():
    async with world() as w:
        with pytest.raises(RefusedByTarget, match="older than 6 hours"):
            await w.channel.hide(MESSAGE, "k")


async def test_an_account_without_the_right_is_told_which_one():
    async with world() as w:
        w.helix.scopes.clear()
        with pytest.raises(MissingRight, match="moderator:manage:chat_messages"):
            await w.channel.hide(MESSAGE, "k")


async def test_an_account_that_is_no_moderator_is_told_so():
    async with world() as w:
        w.helix.us = STUDIO
        with pytest.raises(MissingRight, match="moderator"):
            await w.channel.hide(MESSAGE, "k")
