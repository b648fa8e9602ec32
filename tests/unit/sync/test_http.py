"""The one way out: what it sends, what it never sends, and what it makes of every bad answer."""

import asyncio
import time
import traceback
from pathlib import Path

import pytest

from studio.control.clock import SystemWallClock
from studio.control.ports import BadAnswer, RefusedByTarget, SseEvent, TargetError, Unauthorised, Unreachable
from studio.sync import http as http_module
from studio.sync import http_stream
from studio.sync.http import BadAddress, HttpClient
from tests.fakes.certificates import certificate, server_tls
from tests.fakes.http_server import BadServer, Request, endless, half, hang_up, head, never, reply, stream

TOKEN = "a-very-secret-token"


class Wall:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


def client(url: str, token: str | None = TOKEN, **more: object) -> HttpClient:
    return HttpClient(url, lambda: token, Wall(), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://shop.example", "https://"),
        ("http://192.168.1.20:8000", "https://"),
        ("ftp://shop.example", "begin with https://"),
        ("shop.example", "begin with https://"),
        ("", "begin with https://"),
        ("https://", "name a server"),
        ("https://me:word@shop.example", "Leave user name"),
        ("https://[::1", "not an address"),
    ],
)
def test_an_address_that_is_not_safe_is_refused_with_a_sentence(address: str, words: str) -> None:
    with pytest.raises(BadAddress, match=words):
        client(address)


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://shop.example"]
)
async def test_https_everywhere_and_http_on_this_computer_are_taken(address: str) -> None:
    await client(address).aclose()


async def test_a_request_carries_token_body_and_parameters_and_comes_back_with_its_times() -> None:
    async with BadServer() as server:
        server.on("/base/v1/x", reply(201, b'{"a":1}', {"X-Some-Header": "v"}))
        http = client(server.url + "/base/")
        before = Wall().now_ms()
        answer = await http.request(
            "POST", "/v1/x", body=b"{}", params=[("q", "a b"), ("q", "c")], headers={"Idempotency-Key": "k"}
        )
        await http.aclose()
        sent = server.requests[0]
    assert (answer.status, answer.body, answer.headers["x-some-header"]) == (201, b'{"a":1}', "v")
    assert before <= answer.sent_ms <= answer.received_ms <= Wall().now_ms()
    assert sent.method == "POST"
    assert sent.target == "/base/v1/x?q=a+b&q=c"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.headers["idempotency-key"] == "k"


async def test_a_token_given_later_is_used_from_then_on() -> None:
    tokens: list[str | None] = [None]
    async with BadServer() as server:
        server.on("/x", reply())
        http = HttpClient(server.url, lambda: tokens[0], Wall())
        await http.request("GET", "/x")
        tokens[0] = "new"
        await http.request("GET", "/x")
        await http.aclose()
    assert "authorization" not in server.requests[0].headers
    assert server.requests[1].headers["authorization"] == "Bearer new"


async def test_the_token_stays_out_of_every_text_that_is_made_of_a_failure() -> None:
    async with BadServer() as server:
        server.on("/x", hang_up())
        http = client(server.url)
        with pytest.raises(Unreachable) as caught:
            await http.request("POST", "/x", body=b"{}")
        await http.aclose()
    error = caught.value
    assert error.__traceback__ is not None
    inside = error.with_traceback(error.__traceback__.tb_next)  # without this test's own frame
    whole = traceback.TracebackException.from_exception(inside, capture_locals=True)
    assert "request" in "".join(whole.format())
    assert TOKEN not in "".join(whole.format())
    assert TOKEN not in repr(http)
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ümlaut"])
async def test_a_token_that_no_header_can_hold_asks_for_another_one(token: str) -> None:
    http = client("http://127.0.0.1:9", token)
    with pytest.raises(Unauthorised) as caught:
        await http.request("GET", "/x")
    await http.aclose()
    assert token not in str(caught.value)


async def test_no_connection_means_that_certainly_nothing_was_sent() -> None:
    async with BadServer() as server:
        url = server.url
    http = client(url)
    with pytest.raises(Unreachable) as caught:
        await http.request("POST", "/x", body=b"{}")
    await http.aclose()
    assert caught.value.attempted is False
    assert caught.value.sentence == "The shop cannot be reached: check the network and the address."


@pytest.mark.parametrize("handler", [hang_up(), half(), never()])
async def test_an_answer_that_never_comes_whole_may_have_been_a_success(handler: object) -> None:
    async with BadServer() as server:
        server.on("/x", handler)  # type: ignore[arg-type]
        http = client(server.url)
        with pytest.raises(Unreachable) as caught:
            await http.request("POST", "/x", body=b"{}", timeout_ms=300)
        await http.aclose()
    assert caught.value.attempted is True


async def test_an_answer_that_drips_is_given_up_in_time() -> None:
    async def drip(_: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(head(200, {"content-type": "application/json"}))
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with BadServer() as server:
        server.on("/x", drip)
        http = client(server.url)
        with pytest.raises(Unreachable, match="in time"):
            await http.request("GET", "/x", timeout_ms=200)
        await http.aclose()


async def test_more_bytes_than_asked_for_are_not_taken() -> None:
    async with BadServer() as server:
        server.on("/x", endless(b"x" * 65_536))
        http = client(server.url)
        with pytest.raises(BadAnswer, match="more than 1 MB"):
            await http.request("GET", "/x", max_bytes=1_000_000)
        await http.aclose()


async def test_at_most_four_requests_are_on_their_way_at_once() -> None:
    async def slow(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        await reply()(request, writer)

    async with BadServer() as server:
        server.on("/x", slow)
        http = client(server.url)
        await asyncio.gather(*(http.request("GET", "/x") for _ in range(12)))
        await http.aclose()
    assert len(server.requests) == 12
    assert server.most_in_flight == 4


async def test_the_kill_point_lies_between_a_write_and_its_answer() -> None:
    reached: list[tuple[str, int]] = []
    answered: list[int] = []

    class Points:
        def reached(self, name: str) -> None:
            reached.append((name, len(answered)))

    async with BadServer() as server:
        server.on("/x", reply())
        http = client(server.url, kill_points=Points())
        await http.request("GET", "/x")
        assert reached == []
        await http.request("PUT", "/x", body=b"{}")
        answered.append(1)
        await http.aclose()
    assert reached == [("sender.request-sent", 0)]


async def test_a_picture_elsewhere_is_fetched_without_the_token() -> None:
    http = client("https://shop.example")
    request = http._build("GET", "https://cdn.example/a.png", None, (), None, http_module._Sent(None), 1)
    flow = http._auth_for(request.url).auth_flow(request)
    assert "authorization" not in next(flow).headers
    await http.aclose()


@pytest.mark.parametrize(
    "url",
    ["http://cdn.example/a.png", "https://127.0.0.1/a.png", "http://127.0.0.1/", "ftp://cdn.example/a.png"],
)
async def test_a_shop_cannot_send_the_studio_to_this_computer_or_into_the_open(url: str) -> None:
    http = client("https://shop.example")
    with pytest.raises(BadAnswer, match="does not open"):
        await http.request("GET", url)
    await http.aclose()


async def test_events_come_with_their_ids_until_the_stream_ends() -> None:
    async with BadServer() as server:
        server.on(
            "/s",
            stream(b": hi\n\n", b"id: 7\nevent: change\nda", b"ta: {}\n\n", b"id: 8\ndata: a\ndata: b\n\n"),
        )
        http = client(server.url)
        got = [event async for event in http.events("/s", params=[("after", "6")])]
        await http.aclose()
    assert got == [SseEvent("7", "change", "{}"), SseEvent("8", "message", "a\nb")]
    assert server.requests[0].target == "/s?after=6"
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


async def test_events_that_a_server_writes_one_by_one_are_read_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Forty reads a second are plenty; forty events a second are not."""
    monkeypatch.setattr(http_stream, "_GATHER_S", 0.2)
    events = [f"id: {n}\ndata: {n}\n\n".encode() for n in range(1_000)]

    async def all_at_once(_: Request, writer: asyncio.StreamWriter) -> None:
        kinds = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        chunks = b"".join(f"{len(each):x}\r\n".encode() + each + b"\r\n" for each in events)
        writer.write(head(200, kinds) + chunks + b"0\r\n\r\n")
        await writer.drain()

    async with BadServer() as server:
        server.on("/s", all_at_once)
        http = client(server.url)
        async with asyncio.timeout(30):
            got = [event.data async for event in http.events("/s")]
        await http.aclose()
    assert got == [f"{n}" for n in range(1_000)]


async def test_a_stream_without_a_sign_of_life_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_module, "IDLE_S", 0.2)
    async with BadServer() as server:
        server.on("/s", stream(b"id: 1\ndata: x\n\n", then_close=False))
        http = client(server.url)
        events = http.events("/s")
        assert (await anext(events)).id == "1"
        with pytest.raises(Unreachable, match="did not answer in time"):
            await anext(events)
        await http.aclose()


@pytest.mark.parametrize(
    ("handler", "error", "words"),
    [
        (reply(200, b"<html>", {"content-type": "text/html"}), BadAnswer, "something else than a stream"),
        (reply(401, b"{}"), Unauthorised, "token"),
        (reply(409, b'{"type":"/problems/cursor-ahead","detail":"Too far."}'), RefusedByTarget, "Too far"),
        (reply(503, b"", {"retry-after": "2"}), Unreachable, "503"),
        (hang_up(), Unreachable, "broke off"),
        (stream(b"data: " + b"x" * 70_000, b"y" * 70_000), BadAnswer, "without an end"),
    ],
)
async def test_what_is_no_stream_says_what_it_is(
    handler: object, error: type[TargetError], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_stream, "_EVENT_BYTES", 100_000)
    async with BadServer() as server:
        server.on("/s", handler)  # type: ignore[arg-type]
        http = client(server.url)
        with pytest.raises(error, match=words):
            [event async for event in http.events("/s")]
        await http.aclose()


async def test_a_server_that_cannot_prove_who_it_is_gets_nothing(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    async with BadServer(tls=server_tls(cert, key)) as server:
        server.on("/x", reply())
        http = client(server.url)
        with pytest.raises(Unreachable, match="cannot prove who it is") as caught:
            await http.request("POST", "/x", body=b"{}")
        await http.aclose()
        assert caught.value.attempted is False
        assert server.requests == []
        trusting = client(server.url, ca_file=cert)
        assert (await trusting.request("GET", "/x")).status == 200
        await trusting.aclose()


async def test_http_spoken_where_tls_is_expected_is_a_sentence() -> None:
    async with BadServer() as server:
        server.on("/x", reply())
        http = client(server.url.replace("http:", "https:"))
        with pytest.raises(Unreachable, match="cannot prove who it is"):
            await http.request("GET", "/x")
        await http.aclose()


def test_a_certificate_file_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadAddress, match="No such file"):
        client("https://shop.example", ca_file=tmp_path / "none.pem")
    (tmp_path / "letter.pem").write_text("Dear shop,")
    with pytest.raises(BadAddress, match="no certificate in PEM"):
        client("https://shop.example", ca_file=tmp_path / "letter.pem")


async def test_without_any_token_a_401_asks_for_one() -> None:
    async with BadServer() as server:
        server.on("/x", reply(401, b"{}"))
        http = client(server.url, token=None)
        with pytest.raises(Unauthorised, match="none is known here: enter it"):
            await http.request("GET", "/x")
        with pytest.raises(Unauthorised, match="none is known here: enter it"):
            [event async for event in http.events("/x")]
        await http.aclose()


async def test_a_refusal_that_repeats_the_token_is_masked_and_data_is_left_alone() -> None:
    async with BadServer() as server:
        server.on("/no", reply(422, f'{{"detail": "Bearer {TOKEN}"}}'.encode()))
        server.on("/yes", reply(200, TOKEN.encode()))
        http = client(server.url)
        assert TOKEN.encode() not in (await http.request("GET", "/no")).body
        assert (await http.request("GET", "/yes")).body == TOKEN.encode()
        with pytest.raises(RefusedByTarget) as caught:
            [event async for event in http.events("/no")]
        await http.aclose()
    assert TOKEN not in caught.value.sentence


async def test_a_request_that_is_cancelled_in_the_middle_of_its_handshake_leaves_no_connection_open():
    greeted, left = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)  # the client has begun its handshake, and is never answered
        greeted.set()
        while await reader.read(65_536):
            pass
        left.set()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    http = HttpClient(f"https://127.0.0.1:{port}", lambda: None, SystemWallClock())
    asking = asyncio.create_task(http.request("GET", "/"))
    await asyncio.wait_for(greeted.wait(), 10)
    asking.cancel()
    await asyncio.wait([asking])
    await asyncio.wait_for(left.wait(), 10)
    await http.aclose()
    server.close()
    await server.wait_closed()
