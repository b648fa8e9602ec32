"""Meta's own SDK runs against the stand-in: what the connector is tested with is what Facebook's client understands too."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from facebook_business.adobjects.comment import Comment
from facebook_business.adobjects.livevideo import LiveVideo
from facebook_business.adobjects.page import Page
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from studio.channels.facebook import FacebookChannel
from tests.contracts.channel_contract import listening
from tests.real.facebook.graph import PAGE, TOKEN, GraphError, GraphServer


@pytest.fixture
def api(graph: GraphServer) -> Iterator[FacebookAdsApi]:
    session = FacebookSession(access_token=TOKEN)
    session.GRAPH = graph.url
    yield FacebookAdsApi(session)
    session.requests.close()


def test_metas_sdk_finds_the_broadcast_and_its_viewers(graph: GraphServer, api: FacebookAdsApi):
    videos = list(
        Page(PAGE, api=api).get_live_videos(fields=["id", "status"], params={"broadcast_status": ["LIVE"]})
    )
    assert [video["id"] for video in videos] == ["77"]
    assert dict(LiveVideo("77", api=api).api_get(fields=["live_views", "status"])) == {
        "id": "77",
        "live_views": 128,
        "status": "LIVE",
    }


def test_metas_sdk_reads_all_comments_page_by_page(graph: GraphServer, api: FacebookAdsApi):
    written = [graph.write("Steph C.", f"question {n}") for n in range(7)]
    reply = graph.write("Joe", "me too", parent=written[0])
    found = LiveVideo("77", api=api).get_comments(
        fields=["from", "message", "created_time", "parent", "is_hidden"],
        params={
            "order": "reverse_chronological",
            "filter": "stream",
            "live_filter": "no_filter",
            "limit": 3,
        },
    )
    comments: list[Any] = list(found)
    assert [comment["id"] for comment in comments] == [reply, *written[::-1]]
    assert comments[0]["parent"]["id"] == written[0]
    assert comments[1]["from"]["name"] == "Steph C."
    assert comments[1]["created_time"].endswith("+0000")


def test_metas_sdk_understands_the_stand_ins_errors(graph: GraphServer, api: FacebookAdsApi):
    graph.fail(GraphError(190, "Error validating access token", subcode=463, status=401))
    with pytest.raises(FacebookRequestError) as failed:
        LiveVideo("77", api=api).api_get()
    assert (failed.value.api_error_code(), failed.value.api_error_subcode()) == (190, 463)
    with pytest.raises(FacebookRequestError) as gone:
        Comment("1_1", api=api).api_get()
    assert (gone.value.api_error_code(), gone.value.api_error_subcode()) == (100, 33)
    with pytest.warns(UserWarning, match="nonsense"), pytest.raises(FacebookRequestError) as unknown:
        LiveVideo("77", api=api).api_get(fields=["id", "nonsense"])
    assert unknown.value.api_error_code() == 100


async def test_a_comment_that_metas_sdk_hides_is_hidden_here(
    graph: GraphServer, api: FacebookAdsApi, channel: FacebookChannel
):
    async with listening(channel) as heard:
        written = await asyncio.to_thread(graph.write, "Troll", "buy elsewhere")
        await heard.message(lambda m: m.id == written)
        await asyncio.to_thread(Comment(written, api=api).api_update, params={"is_hidden": True})
        await heard.until(lambda item: item.hidden_id == written)


async def test_what_metas_sdk_says_comes_as_ours(
    graph: GraphServer, api: FacebookAdsApi, channel: FacebookChannel
):
    async with listening(channel) as heard:
        written = await asyncio.to_thread(graph.write, "Steph C.", "how much?")
        await asyncio.to_thread(Comment(written, api=api).create_comment, params={"message": "49 euros"})
        answer = await heard.message(lambda m: m.text == "49 euros")
        assert (answer.by_us, answer.reply_to, answer.author) == (True, written, "Nordic Home")
