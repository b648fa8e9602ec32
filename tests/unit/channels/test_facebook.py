"""What Facebook answers, good and bad, becomes comments or a sentence that says what to do."""

import json
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.channels.facebook import STREAM_URL, stream_url
from studio.channels.facebook_graph import CommentsRead, Graph, safe
from studio.channels.facebook_memory import AGAIN_MS, SETTLED_MS, Memory
from studio.channels.facebook_wire import Node, Seen, error_of, key_of, read_comment, time_ms, usage
from studio.control.clock import SystemWallClock
from studio.control.ports import (
    BadAnswer,
    HttpAnswer,
    MissingRight,
    RefusedByTarget,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
)
from studio.sync.http import HttpClient
from tests.fakes.http_server import BadServer, Handler, hang_up, reply

NOW = 1_790_000_000_000


def answer(status: int, body: Any, headers: dict[str, str] | None = None) -> HttpAnswer:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpAnswer(status, headers or {}, data, NOW, NOW)


def error(code: int, subcode: int = 0, message: str = "Something", **more: Any) -> dict[str, Any]:
    return {
        "error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode} | more
    }


ERRORS: list[tuple[int, int, type[TargetError], str]] = [
    (190, 0, Unauthorised, "make a new one"),
    (190, 458, Unauthorised, "allow it again"),
    (190, 459, Unauthorised, "log in at facebook.com"),
    (190, 460, Unauthorised, "password at Facebook was changed"),
    (190, 463, Unauthorised, "has run out"),
    (190, 464, Unauthorised, "log in at facebook.com"),
    (190, 467, Unauthorised, "was made invalid"),
    (102, 0, Unauthorised, "make a new one"),
    (104, 0, Unauthorised, "make a new one"),
    (4, 0, Throttled, "patience"),
    (17, 0, Throttled, "patience"),
    (32, 0, Throttled, "patience"),
    (341, 0, Throttled, "patience"),
    (613, 0, Throttled, "patience"),
    (80001, 0, Throttled, "patience"),
    (3, 0, MissingRight, "pages_read_user_content"),
    (10, 0, MissingRight, "pages_read_user_content"),
    (200, 0, MissingRight, "pages_read_user_content"),
    (230, 0, MissingRight, "pages_read_user_content"),
    (299, 0, MissingRight, "pages_read_user_content"),
    (100, 0, RefusedByTarget, "did not understand"),
    (100, 33, RefusedByTarget, "no such thing"),
    (803, 0, RefusedByTarget, "no such thing"),
    (368, 0, RefusedByTarget, "has blocked this page"),
    (506, 0, RefusedByTarget, "only once"),
    (1, 0, Unreachable, "cannot answer right now"),
    (2, 0, Unreachable, "cannot answer right now"),
    (424242, 0, RefusedByTarget, "Something"),
]


@pytest.mark.parametrize(("code", "subcode", "kind", "words"), ERRORS)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 500])
def test_what_went_wrong_is_told_by_its_code_and_not_by_the_status(
    code: int, subcode: int, kind: type[TargetError], words: str, status: int
):
    if status == 500 and code == 424242:
        kind, words = Unreachable, "cannot answer right now"
    found = error_of(answer(status, error(code, subcode)), "pages_read_user_content")
    if status == 500 and code == 100 and not subcode:
        kind, words = Unreachable, "cannot answer right now"
    assert type(found) is kind
    assert found is not None
    assert words in found.sentence


def test_a_permission_that_facebook_names_is_named():
    said = error(200, message="(#200) Requires the pages_manage_posts permission to do this")
    found = error_of(answer(403, said), "other")
    assert isinstance(found, MissingRight)
    assert "pages_manage_posts" in found.sentence


def test_a_passing_trouble_is_tried_again_whatever_its_code():
    found = error_of(answer(400, error(9999, is_transient=True)), "x")
    assert isinstance(found, Unreachable)


def test_an_answer_without_an_error_has_none():
    for body in (
        b"<html>",
        b"{}",
        b"[]",
        b'{"error": "text"}',
        b'{"data": [{"message": "\\"error\\""}]}',
        b"",
    ):
        assert error_of(answer(200, body), "x") is None


BUSY = '{"1001": [{"type": "pages", "call_count": 98, "estimated_time_to_regain_access": 19}], "2": [{"total_time": 7}]}'
USAGE: list[tuple[dict[str, str], float, int]] = [
    ({}, 0, 0),
    ({"x-app-usage": '{"call_count": 28, "total_time": 25, "total_cputime": 80}'}, 80, 0),
    ({"x-business-use-case-usage": BUSY}, 98, 19 * 60_000),
    ({"x-app-usage": '{"call_count": 99}', "x-business-use-case-usage": BUSY}, 99, 19 * 60_000),
    ({"x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": 1e30}]}'}, 0, 60 * 60_000),
    ({"x-business-use-case-usage": '{"1": [{"estimated_time_to_regain_access": -5}]}'}, 0, 0),
    ({"x-app-usage": "busy"}, 0, 0),
    ({"x-app-usage": "[]"}, 0, 0),
]


@pytest.mark.parametrize(("headers", "percent", "wait_ms"), USAGE)
def test_how_much_may_still_be_asked_is_read_from_the_headers(
    headers: dict[str, str], percent: float, wait_ms: int
):
    assert usage(answer(200, {}, headers)) == (percent, wait_ms)


def test_who_is_throttled_waits_as_long_as_facebook_says_and_nothing_was_sent():
    found = error_of(answer(400, error(32), {"x-business-use-case-usage": BUSY}), "x")
    assert isinstance(found, Throttled)
    assert (found.retry_after_ms, found.attempted) == (19 * 60_000, False)
    plain = error_of(answer(400, error(4)), "x")
    assert isinstance(plain, Throttled)
    assert plain.retry_after_ms == 60_000


def test_a_comment_is_read_as_it_is():
    raw = {
        "id": "9001_7",
        "message": "<b>how much?</b>\x00",
        "created_time": "2018-08-30T18:47:02+0000",
        "from": {"id": 126577551217199, "name": "Joe Commenter"},
        "parent": {"id": "9001_3"},
        "new_field": 1,
    }
    seen = read_comment(json.dumps(raw).encode(), NOW)
    assert seen == Seen(
        key="7",
        id="9001_7",
        at_ms=1_535_654_822_000,
        author="Joe Commenter",
        author_id="126577551217199",
        text="<b>how much?</b>",
        reply_to="9001_3",
        hidden=False,
    )


def test_who_wrote_may_be_unknown_and_the_time_too():
    seen = read_comment(b'{"id": 5, "message": "hi"}', NOW)
    assert (seen.id, seen.author, seen.at_ms) == ("5", "", NOW)


BAD_COMMENTS = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b'{"id": ""}',
    b'{"id": "9001_"}',
    b'{"id": null}',
    b'{"id": "' + b"x" * 300 + b'"}',
    b'{"id": "1", "message": 5}',
    b'{"id": "1", "created_time": "yesterday"}',
    b'{"id": "1", "created_time": "0001-01-01T00:00:00+0000"}',
    b'{"id": "1", "from": "Ana"}',
    b'{"id": "1", "from": {"name": "Ana"}}',
    b'{"id": "1", "message": "\\ud800"}',
    b'{"id": "1", "is_hidden": "no"}',
]


@pytest.mark.parametrize("raw", BAD_COMMENTS)
def test_a_comment_that_is_none_is_refused(raw: bytes):
    with pytest.raises((msgspec.MsgspecError, ValueError)):
        read_comment(raw, NOW)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode(errors="replace")))
def test_whatever_comes_is_a_comment_or_refused(raw: bytes):
    with suppress(msgspec.MsgspecError, ValueError):
        assert read_comment(raw, NOW).key


@given(st.text(max_size=40))
def test_whatever_time_is_told_is_one_or_refused(text: str):
    with suppress(ValueError):
        assert 0 <= time_ms(text) < 2**53


@given(st.text(st.characters(codec="utf-8"), max_size=400))
def test_no_id_leads_to_another_address(text: str):
    try:
        part = safe(text)
    except RefusedByTarget:
        return
    assert part
    assert part.strip(".")
    assert not set(part) & set("/?#\\ :")


@pytest.mark.parametrize(
    ("graph", "stream"),
    [
        ("https://graph.facebook.com/v23.0", STREAM_URL),
        ("https://graph.facebook.com/v26.0/", STREAM_URL),
        ("http://127.0.0.1:8080/v23.0", "http://127.0.0.1:8080"),
    ],
)
def test_the_streams_are_found_for_every_version(graph: str, stream: str):
    assert stream_url(graph) == stream


# -- what was seen


def seen(number: int, at_ms: int | None = None, hidden: bool = False, prefix: str = "9001") -> Seen:
    at = number * 1_000 if at_ms is None else at_ms
    return Seen(f"{number}", f"{prefix}_{number}", at, "Ana", "5", f"m{number}", "", hidden)


def page(*comments: Seen, more: bool = False) -> CommentsRead:
    return CommentsRead(comments, "c", more, ())


def test_a_comment_is_news_once_whatever_prefix_its_id_bears():
    memory = Memory()
    memory.begin([page(seen(1))], 0, 0)
    assert memory.is_news(seen(2), 0)
    assert not memory.is_news(seen(2, prefix="77"), 0)
    assert not memory.is_news(seen(1), 0)
    assert key_of("77_2") == key_of("9001_2") == key_of("2")


def test_what_is_older_than_what_was_read_at_the_beginning_is_no_news():
    memory = Memory()
    memory.begin([page(seen(5), seen(4), more=True)], 0, 0)
    assert not memory.is_news(seen(3), 0)
    assert memory.is_news(seen(6), 0)


def test_a_comment_that_was_hidden_before_it_came_is_not_shown():
    memory = Memory()
    memory.begin([], 0, 0)
    assert not memory.is_news(seen(1, hidden=True), 0)
    assert memory.newly_hidden([seen(1, hidden=True)]) == []


def test_what_is_not_where_it_should_be_is_asked_for_and_not_again_at_once():
    memory = Memory()
    memory.begin([page(seen(3), seen(2), seen(1))], 0, 0)
    later = SETTLED_MS
    assert memory.missing([seen(3)], False, later) == [], "what is further back was not read"
    assert memory.missing([seen(3), seen(1)], False, later - 1) == [], "it may not be there yet"
    assert memory.missing([seen(3), seen(1)], False, later) == ["9001_2"]
    assert memory.missing([seen(3)], True, later) == ["9001_2", "9001_1"]
    memory.asked(["9001_2"], later)
    assert memory.missing([seen(3)], True, later) == ["9001_1"]
    assert memory.missing([seen(3)], True, later + AGAIN_MS) == ["9001_1", "9001_2"]
    memory.hide("1")
    assert memory.missing([seen(3)], True, later) == []


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=60))
def test_each_comment_is_told_once_and_hidden_once(given: list[tuple[int, bool]]):
    memory = Memory()
    memory.begin([], 0, 0)
    told = [number for number, hidden in given if memory.is_news(seen(number, hidden=hidden), 0)]
    assert len(told) == len(set(told))
    everything = [seen(number, hidden=True) for number, _ in given]
    hidden = memory.newly_hidden(everything)
    assert len(hidden) == len(set(hidden))
    assert memory.newly_hidden(everything) == []
    assert {f"9001_{number}" for number in told} <= set(hidden)


# -- over a connection


BAD_ANSWERS: list[tuple[Handler, type[TargetError], str]] = [
    (reply(200, b"<html>", {"content-type": "text/html"}), BadAnswer, "web page"),
    (reply(200, b"{}"), BadAnswer, "not as agreed"),
    (reply(200, b'{"id": true}'), BadAnswer, "not as agreed"),
    (reply(302, b"", {"location": "https://elsewhere.example"}), BadAnswer, "another address"),
    (reply(404, b"not here"), RefusedByTarget, "404"),
    (reply(401, b"{}"), Unauthorised, "token"),
    (reply(403, b"{}"), MissingRight, "right"),
    (reply(429, b"{}"), Throttled, "patience"),
    (reply(502, b"<html>", {"content-type": "text/html"}), Unreachable, "502"),
    (hang_up(), Unreachable, "broke off"),
]


@pytest.mark.parametrize(("handler", "kind", "words"), BAD_ANSWERS)
async def test_where_facebook_says_nothing_of_its_own_the_status_counts(
    handler: Handler, kind: type[TargetError], words: str
):
    async with BadServer() as server:
        server.on("/v23.0/1", handler)
        http = HttpClient(f"{server.url}/v23.0", lambda: "secret-token", SystemWallClock(), who="Facebook")
        try:
            with pytest.raises(kind, match=words) as failed:
                await Graph(http).get("/1", [], Node)
        finally:
            await http.aclose()
    assert "secret-token" not in str(failed.value)


async def test_the_token_goes_into_no_address():
    async with BadServer() as server:
        server.on("/v23.0/1", reply(200, b'{"id": "1"}'))
        http = HttpClient(f"{server.url}/v23.0", lambda: "secret-token", SystemWallClock(), who="Facebook")
        await Graph(http).get("/1", [("fields", "id")], Node)
        await http.aclose()
    [request] = server.requests
    assert request.headers["authorization"] == "Bearer secret-token"
    assert "secret-token" not in request.target


async def test_a_renewal_that_fails_has_sent_nothing():
    async def away() -> bool:
        raise Unreachable("Google cannot be reached: check the network.")

    async with BadServer() as server:
        server.on("/v23.0/1/comments", reply(400, json.dumps(error(190, 463)).encode()))
        http = HttpClient(f"{server.url}/v23.0", lambda: "t", SystemWallClock(), who="Facebook")
        try:
            with pytest.raises(Unreachable) as failed:
                await Graph(http, away).post("/1/comments", [("message", "hi")], Node)
        finally:
            await http.aclose()
    assert not failed.value.attempted
