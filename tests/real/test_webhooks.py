"""The receiver of webhooks over real connections: what is signed is heard once, and strangers get nowhere."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import httpx
import pytest

from studio.control.ports import Hint, PushReader
from studio.shops.push_shopify import ShopifyPush
from studio.shops.push_vendure import vendure_push
from studio.sync import webhooks
from studio.sync.webhooks import MOST_BYTES, WebhookReceiver, push_path
from tests.real.webhook_sender import JSON, SECRET, Platform, told

SALE = told("stock.moved", "e1", variantIds=["v1"])


class Door:
    """A receiver that listens, and the platform in front of it."""

    def __init__(self, receiver: WebhookReceiver) -> None:
        self.receiver = receiver
        self.hints: list[Hint] = []
        self.notices: list[tuple[str, str, str]] = []
        self.noticed = asyncio.Event()
        self.task = asyncio.create_task(receiver.run(self.hints.append, self.notice))
        self.platform: Platform

    def notice(self, level: str, sentence: str, key: str) -> None:
        self.notices.append((level, sentence, key))
        self.noticed.set()

    async def opened(self) -> "Door":
        async with asyncio.timeout(20):
            await self.receiver.listening.wait()
        self.platform = Platform(self.receiver.address)
        return self

    async def closed(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        if hasattr(self, "platform"):
            await self.platform.aclose()


@asynccontextmanager
async def a_door(
    reader: PushReader | None = None,
    secret: Callable[[], str | None] = lambda: SECRET,
    *,
    port: int = 0,
    request_s: float = 10.0,
) -> AsyncIterator[Door]:
    receiver = WebhookReceiver(
        port, reader or vendure_push(), secret, request_s=request_s, random=lambda: 0.0
    )
    door = Door(receiver)
    try:
        yield await door.opened()
    finally:
        await door.closed()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with a_door() as opened:
        yield opened


async def test_a_signed_webhook_is_a_hint(door: Door):
    assert await door.platform.send(SALE) == 200
    assert door.hints == [Hint(variants=("v1",))]


async def test_a_bad_signature_is_refused_and_nothing_happens(door: Door):
    stranger = Platform(door.receiver.address, "another secret")
    stranger.path = door.platform.path
    assert await stranger.send(SALE) == 401
    assert await door.platform.send(SALE, X_Host_Studio_Signature="sha256=") == 401
    unsigned = await door.platform.http.post(door.platform.path, content=SALE, headers=JSON)
    assert unsigned.status_code == 401
    assert door.hints == []
    await stranger.aclose()


async def test_a_body_that_was_changed_by_one_byte_is_refused(door: Door):
    for place in range(0, len(SALE), 7):
        changed = SALE[:place] + bytes([SALE[place] ^ 1]) + SALE[place + 1 :]
        assert await door.platform.send(changed, signed=SALE) == 401
    assert door.hints == []


async def test_a_webhook_that_comes_twice_is_heard_once(door: Door):
    assert [await door.platform.send(SALE) for _ in range(3)] == [200, 200, 200]
    assert await door.platform.send(told("stock.moved", "e2", variantIds=["v1"])) == 200
    assert len(door.hints) == 2


async def test_one_without_an_id_is_heard_each_time(door: Door):
    for _ in range(2):
        assert await door.platform.send(told("order.placed", variantIds=["v1"])) == 200
    assert len(door.hints) == 2


async def test_what_the_studio_does_not_show_is_answered_well_and_does_nothing(door: Door):
    assert await door.platform.send(told("customer.updated", "e9", id="c1")) == 200
    assert not any(door.hints)


async def test_a_wrong_token_in_the_path_finds_nothing(door: Door):
    for path in (
        "/",
        "/push",
        "/push/",
        push_path("guess"),
        door.platform.path + "/x",
        door.platform.path[:-1],
    ):
        answer = await door.platform.http.post(
            path, content=SALE, headers=JSON | door.platform.signature(SALE)
        )
        assert answer.status_code == 404, path
    assert door.hints == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_posts_are_taken(door: Door, method: str):
    answer = await door.platform.http.request(method, door.platform.path)
    assert answer.status_code == 405
    assert door.hints == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
async def test_only_json_is_taken(door: Door, kind: str):
    assert await door.platform.send(SALE, content_type=kind) == 415
    assert door.hints == []


async def test_json_with_a_charset_is_json(door: Door):
    assert await door.platform.send(SALE, content_type="application/json; charset=utf-8") == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"nonsense", b'{"topic": 5}', gzip.compress(SALE, mtime=0)])
async def test_what_the_platform_never_sends_is_refused_even_when_it_is_signed(door: Door, body: bytes):
    assert await door.platform.send(body) == 400
    assert door.hints == []


async def test_a_body_of_a_megabyte_is_refused(door: Door):
    large = told("stock.moved", "large", variantIds=["v" * 1_000_000])
    assert await door.platform.send(large) == 413

    async def streamed() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b" " * 50_000

    answer = await door.platform.http.post(
        door.platform.path, content=streamed(), headers=JSON | {"Transfer-Encoding": "chunked"}
    )
    assert answer.status_code == 413
    assert door.hints == []
    fits = told("stock.moved", "fits", variantIds=["v" * 100], note="x" * (MOST_BYTES - 200))
    assert await door.platform.send(fits) == 200


async def connected(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    port = int(door.receiver.address.rpartition(":")[2])
    return await asyncio.open_connection("127.0.0.1", port)


async def test_headers_without_an_end_are_refused(door: Door):
    answered, out = await connected(door)
    out.write(f"POST {door.platform.path} HTTP/1.1\r\nX-Long: ".encode())
    with suppress(ConnectionError):
        for _ in range(50):
            out.write(b"y" * 10_000)
            await out.drain()
    said = b""
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            said = await answered.read()
    assert said == b"" or said.startswith(b"HTTP/1.1 4")
    out.close()
    assert await door.platform.send(SALE) == 200


async def test_slow_clients_are_cut_off_and_hold_nobody_up():
    async with a_door(request_s=1.0) as door:
        silent, silent_out = await connected(door)
        trickling, trickling_out = await connected(door)
        bodiless, bodiless_out = await connected(door)
        head = f"POST {door.platform.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        trickling_out.write(head[:20].encode())
        bodiless_out.write(f"{head}Content-Length: 500\r\n\r\n{{".encode())
        await asyncio.gather(trickling_out.drain(), bodiless_out.drain())
        assert await door.platform.send(SALE) == 200
        async with asyncio.timeout(10):
            late = await bodiless.read()
            assert late.startswith(b"HTTP/1.1 408 ")
            for stream in (silent, trickling):
                with suppress(ConnectionError):
                    assert await stream.read() == b""
        for out in (silent_out, trickling_out, bodiless_out):
            out.close()
            with suppress(ConnectionError):
                await out.wait_closed()
        assert door.hints == [Hint(variants=("v1",))]


async def test_more_connections_than_a_platform_needs_are_turned_away_until_they_are_cut(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(webhooks, "MOST_CONNECTIONS", 4)
    async with a_door(request_s=1.0) as door:
        idle = [await connected(door) for _ in range(4)]
        assert await door.platform.send(SALE) == 503
        async with asyncio.timeout(10):
            for stream, _ in idle:
                with suppress(ConnectionError):
                    await stream.read()
        assert await door.platform.send(SALE) == 200
        for _, out in idle:
            out.close()


async def test_a_platform_that_sends_many_at_once_is_heard(door: Door):
    bodies = [told("order.placed", f"o{n}", variantIds=[f"v{n}"]) for n in range(25)]
    statuses = await asyncio.gather(*(door.platform.send(body) for body in bodies))
    assert statuses == [200] * 25
    assert {hint.variants[0] for hint in door.hints} == {f"v{n}" for n in range(25)}


async def test_shopify_is_heard_in_its_own_way():
    async with a_door(ShopifyPush()) as door:
        order = {"id": 5, "line_items": [{"variant_id": 42}]}
        assert await door.platform.send_as_shopify("orders/paid", "w1", order) == 200
        assert await door.platform.send_as_shopify("orders/create", "w2", order) == 200  # late: no harm
        assert await door.platform.send_as_shopify("orders/paid", "w1", order) == 200
        assert await door.platform.send(SALE) == 401
        assert door.hints == [Hint(variants=("gid://shopify/ProductVariant/42",), orders=True)] * 2


async def test_it_listens_on_this_computer_only(door: Door):
    assert door.receiver.address.startswith("http://127.0.0.1:")
    port = int(door.receiver.address.rpartition(":")[2])
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.1", port)) == 0
    others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    for address in others - {"127.0.0.1"}:
        with socket.socket() as probe:
            probe.settimeout(2)
            assert probe.connect_ex((address, port)) != 0


async def test_it_ends_cleanly_also_while_somebody_is_talking():
    async with a_door() as door:
        _, out = await connected(door)
        out.write(
            f"POST {door.platform.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
        )
        out.write(b"Content-Length: 500\r\n\r\n{")
        await out.drain()
        assert await door.platform.send(SALE) == 200
        address = door.receiver.address
        others = asyncio.all_tasks() - {door.task}
        async with asyncio.timeout(10):
            await door.closed()
        left = {t for t in asyncio.all_tasks() - others if not t.done()}
        assert left <= {asyncio.current_task()}
        with pytest.raises(httpx.ConnectError):
            await Platform(address).send(SALE)
        out.close()


async def test_a_port_that_another_program_has_is_told_and_taken_when_it_is_free():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        door = Door(WebhookReceiver(port, vendure_push(), lambda: SECRET, random=lambda: 0.0))
        async with asyncio.timeout(10):
            await door.noticed.wait()
    assert str(port) in door.notices[0][1]
    await door.opened()
    assert door.notices[-1] == ("info", "", "webhooks")
    assert await door.platform.send(SALE) == 200
    await door.closed()


async def test_without_a_secret_nobody_is_heard_until_it_is_there():
    secrets: list[str] = []
    door = Door(
        WebhookReceiver(0, vendure_push(), lambda: secrets[0] if secrets else None, random=lambda: 0.0)
    )
    async with asyncio.timeout(10):
        await door.noticed.wait()
    assert not door.receiver.listening.is_set()
    assert "secret" in door.notices[0][1]
    secrets.append(SECRET)
    await door.opened()
    assert await door.platform.send(SALE) == 200
    await door.closed()


def test_the_path_tells_nothing_of_the_secret_and_changes_with_it():
    assert SECRET not in push_path(SECRET)
    assert push_path(SECRET) != push_path(SECRET + "x")
    assert SECRET not in repr(WebhookReceiver(1, vendure_push(), lambda: SECRET))
