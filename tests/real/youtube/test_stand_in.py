"""The stand-in of YouTube is one: Google's own client works with it, and what Google's document does not know is noticed."""

import json
from collections.abc import Iterator
from typing import Any

import httplib2
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from studio.channels.youtube_quota import COSTS
from tests.real.youtube.discovery import methods, wrong_request, wrong_with
from tests.real.youtube.stand_in import REASONS, StandIn
from tests.real.youtube.state import READ_ONLY, Account, Broadcast, YouTubeState


def client_for(server: StandIn, token: str) -> Any:
    """Google's own client, with nothing of ours in it but the address."""
    http = AuthorizedHttp(Credentials(token=token), http=httplib2.Http(timeout=20, proxy_info=None))
    return build(
        "youtube", "v3", http=http, static_discovery=True, client_options={"api_endpoint": server.url}
    )


@pytest.fixture
def google(server: StandIn, broadcast: Broadcast) -> Iterator[Any]:
    with client_for(server, server.state.token) as client:
        yield client


def test_googles_client_finds_the_broadcast_and_its_viewers(google: Any, broadcast: Broadcast):
    found = google.liveBroadcasts().list(
        part="id,snippet,status", broadcastStatus="active", broadcastType="all"
    )
    (live,) = found.execute()["items"]
    assert (live["id"], live["snippet"]["liveChatId"]) == (broadcast.id, broadcast.chat_id)
    (video,) = google.videos().list(part="snippet,liveStreamingDetails", id=broadcast.id).execute()["items"]
    assert video["liveStreamingDetails"]["concurrentViewers"] == "12"
    (own,) = google.channels().list(part="id", mine=True).execute()["items"]
    assert own["id"] == broadcast.channel_id


def test_googles_client_pages_through_the_chat(
    google: Any, state: YouTubeState, broadcast: Broadcast, server: StandIn
):
    state.polling_ms = 0
    ids = [state.write(f"message {n}") for n in range(3)]
    messages = google.liveChatMessages()
    asked = messages.list(liveChatId=broadcast.chat_id, part="id,snippet,authorDetails", maxResults=2000)
    page = asked.execute()
    assert [item["id"] for item in page["items"]] == ids
    assert page["items"][0]["authorDetails"]["displayName"] == "Kari"
    ids.append(state.write("one more"))
    page = messages.list_next(asked, page).execute()
    assert [item["id"] for item in page["items"]] == ids[-1:]
    assert server.asked["liveChatMessages.list"] == 2


def test_googles_client_says_and_takes_back(google: Any, state: YouTubeState, broadcast: Broadcast):
    snippet = {
        "liveChatId": broadcast.chat_id,
        "type": "textMessageEvent",
        "textMessageDetails": {"messageText": "Hello"},
    }
    said = google.liveChatMessages().insert(part="snippet", body={"snippet": snippet}).execute()
    assert said["snippet"]["displayMessage"] == "Hello"
    assert broadcast.entries[-1]["id"] == said["id"]
    google.liveChatMessages().delete(id=said["id"]).execute()
    assert broadcast.entries[-1]["snippet"]["type"] == "tombstone"


@pytest.mark.parametrize("reason", sorted(reason for reason, (code, _) in REASONS.items() if code != 401))
def test_googles_client_reads_the_reasons_of_refusals(
    google: Any, server: StandIn, broadcast: Broadcast, reason: str
):
    server.fail("liveChatMessages.list", reason)
    with pytest.raises(HttpError) as caught:
        google.liveChatMessages().list(liveChatId=broadcast.chat_id, part="id").execute(num_retries=0)
    assert caught.value.resp.status == REASONS[reason][0]
    assert [each["reason"] for each in caught.value.error_details] == [reason]


def test_who_reads_a_chat_faster_than_told_is_refused_and_noted(state: YouTubeState, broadcast: Broadcast):
    state.polling_ms = 60_000
    with StandIn(state) as server, client_for(server, state.token) as google:
        asked = google.liveChatMessages().list(liveChatId=broadcast.chat_id, part="id")
        asked.execute()
        with pytest.raises(HttpError) as caught:
            asked.execute()
    assert caught.value.error_details[0]["reason"] == "rateLimitExceeded"
    assert server.too_early == 1


def test_what_was_used_is_counted_and_more_than_the_limit_refused(state: YouTubeState, broadcast: Broadcast):
    state.limit = 6
    with StandIn(state) as server, client_for(server, state.token) as google:
        google.liveChatMessages().list(liveChatId=broadcast.chat_id, part="id").execute()
        google.videos().list(part="id", id=broadcast.id).execute()
        with pytest.raises(HttpError) as caught:
            google.videos().list(part="id", id=broadcast.id).execute()
    assert caught.value.error_details[0]["reason"] == "quotaExceeded"
    assert state.used == 6


def test_a_token_for_reading_only_may_not_say_anything(
    server: StandIn, state: YouTubeState, broadcast: Broadcast
):
    snippet = {
        "liveChatId": broadcast.chat_id,
        "type": "textMessageEvent",
        "textMessageDetails": {"messageText": "x"},
    }
    token = state.sign_in(Account("UC-host", "Reader", READ_ONLY))
    with client_for(server, token) as google, pytest.raises(HttpError) as caught:
        google.liveChatMessages().insert(part="snippet", body={"snippet": snippet}).execute()
    assert caught.value.error_details[0]["reason"] == "insufficientPermissions"
    assert broadcast.entries == []


@pytest.mark.parametrize(
    ("verb", "target", "body", "wrong"),
    [
        (
            "GET",
            "liveChat/messages?liveChatId=c&part=id&maxResult=2",
            b"",
            "no parameter is called maxResult",
        ),
        ("GET", "liveChat/messages?part=id", b"", "liveChatId is missing"),
        ("GET", "liveChat/messages?liveChatId=c&part=id&maxResults=100", b"", "out of range"),
        ("GET", "liveChat/messages?liveChatId=c&part=id,author", b"", "there is no part author"),
        ("GET", "liveBroadcasts?part=id&broadcastStatus=live", b"", "is none of"),
        ("GET", "liveBroadcasts?part=id&broadcastStatus=active&mine=true", b"", "exactly one of"),
        ("POST", "liveChat/messages?part=snippet", b'{"snippet": {"text": "x"}}', "Additional properties"),
        ("POST", "liveChat/messages?part=snippet", b'{"snippet": {"type": "textMessage"}}', "is not one of"),
        ("DELETE", "liveChat/messages?id=c", b"{}", "takes no body"),
        ("GET", "liveChat/message", b"", "there is no GET"),
    ],
)
def test_a_request_that_googles_document_does_not_know_is_a_complaint(
    state: YouTubeState, verb: str, target: str, body: bytes, wrong: str
):
    server = StandIn(state)
    answer = server.answer(verb, f"/youtube/v3/{target}", {"authorization": f"Bearer {state.token}"}, body)
    assert answer.status in (400, 404)
    assert any(wrong in complaint for complaint in server.complaints), server.complaints


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("VideoListResponse", {"items": [{"liveStreamingDetails": {"concurrentViewers": 12}}]}),
        ("VideoListResponse", {"items": [{"liveStreamingDetails": {"viewers": "12"}}]}),
        ("LiveChatMessageListResponse", {"pollingIntervalMillis": "40"}),
        ("LiveChatMessageListResponse", {"items": [{"snippet": {"type": "message"}}]}),
        ("LiveChatMessageListResponse", {"items": [{"snippet": {"publishedAt": "yesterday"}}]}),
    ],
)
def test_an_answer_that_googles_document_does_not_know_is_noticed(schema: str, value: Any):
    assert wrong_with(schema, value)


def test_what_the_studio_counts_for_a_request_is_what_googles_document_says():
    told = {method.name: method.cost for method in methods().values() if method.name in COSTS}
    assert set(told) == set(COSTS)
    assert {name: cost for name, cost in COSTS.items() if told[name] not in (None, cost)} == {}
    assert told["liveChatMessages.list"] == 5


def test_without_a_token_nothing_is_told(server: StandIn):
    http = httplib2.Http(timeout=20, proxy_info=None)
    answer, body = http.request(f"{server.url}/youtube/v3/channels?part=id&mine=true")
    http.close()
    assert answer.status == 401
    assert json.loads(body)["error"]["errors"][0]["reason"] == "authorizationRequired"


def test_googles_client_wants_a_new_token_when_this_one_is_over(server: StandIn, state: YouTubeState):
    with client_for(server, "ya29.wrong") as google, pytest.raises(RefreshError):
        google.channels().list(part="id", mine=True).execute()
    assert state.used == 0


def test_the_check_of_requests_lets_what_is_right_through():
    query = (
        ("liveChatId", "c"),
        ("part", "id,snippet,authorDetails"),
        ("maxResults", "2000"),
        ("pageToken", "t"),
    )
    assert wrong_request("GET", "/youtube/v3/liveChat/messages", query, b"") == ()
