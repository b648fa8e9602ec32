"""How shoppers reach the shop: politely, with keys, and without losing their patience at once."""

import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import msgspec
import pytest

from studio.rehearsal.audience_shop import IN_FLIGHT, Refused, ShopAway, ShopLine
from studio.rehearsal.contract import Clock
from studio.rehearsal.problems import refuse

GOOD = httpx.Response(200, json={"now_ms": 1, "rate": 1.0})


class Shop:
    """A shop that answers what it is told to, in order, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[httpx.Response | Callable[[], httpx.Response]] = [GOOD]
        self.requests: list[httpx.Request] = []
        self.at_once = self.most = 0
        self.go = asyncio.Event()
        self.go.set()
        self.full = asyncio.Event()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        if self.at_once >= IN_FLIGHT:
            self.full.set()
        await self.go.wait()
        self.at_once -= 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer() if callable(answer) else answer


def cut() -> httpx.Response:
    raise httpx.RemoteProtocolError("Server disconnected without sending a response.")


@pytest.fixture
async def shop() -> Shop:
    return Shop()


@pytest.fixture
async def line(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ShopLine]:
    waits: list[float] = []

    async def wait(self: ShopLine, seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(ShopLine, "_pause", wait)
    async with httpx.AsyncClient(base_url="http://shop", transport=httpx.MockTransport(shop)) as http:
        line = ShopLine(http)
        line.waits = waits  # type: ignore[attr-defined]
        yield line


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(shop: Shop, line: ShopLine) -> None:
    shop.answers = [cut, GOOD]
    assert await line.post("/store/v1/orders", {"a": 1}, Clock) == Clock(1, 1.0)
    keys = [request.headers["idempotency-key"] for request in shop.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    await line.post("/store/v1/orders", {"a": 1}, Clock)
    assert shop.requests[-1].headers["idempotency-key"] != keys[0]


async def test_the_shop_is_left_alone_for_as_long_as_it_asks(shop: Shop, line: ShopLine) -> None:
    shop.answers = [httpx.Response(429, headers={"Retry-After": "2"}), GOOD]
    await line.get("/v1/clock", Clock)
    assert line.waits == [2.0]  # type: ignore[attr-defined]
    assert not line.away


async def test_a_shop_that_stays_down_is_given_up(shop: Shop, line: ShopLine) -> None:
    shop.answers = [httpx.Response(503, headers={"Retry-After": "1"})]
    with pytest.raises(ShopAway):
        await line.get("/v1/clock", Clock)
    assert line.away
    assert 1 < len(shop.requests) < 10


async def test_a_refusal_is_not_repeated_and_says_why(shop: Shop, line: ShopLine) -> None:
    problem = refuse("code-refused", "The code has ended.", reason="ended").problem
    shop.answers = [httpx.Response(409, content=msgspec.json.encode(problem))]
    with pytest.raises(Refused, match="code-refused ended"):
        await line.post("/store/v1/orders", {}, Clock)
    assert len(shop.requests) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff"])
async def test_a_strange_answer_harms_one_shopper_only(shop: Shop, line: ShopLine, body: bytes) -> None:
    shop.answers = [httpx.Response(200, content=body), httpx.Response(404, content=body)]
    with pytest.raises(Refused, match="unreadable"):
        await line.get("/v1/clock", Clock)
    with pytest.raises(Refused, match="unreadable"):
        await line.get("/v1/clock", Clock)


async def test_never_more_than_eight_requests_are_under_way(shop: Shop, line: ShopLine) -> None:
    shop.go.clear()
    asking = [asyncio.create_task(line.get("/v1/clock", Clock)) for _ in range(40)]
    await shop.full.wait()
    shop.go.set()
    await asyncio.gather(*asking)
    assert shop.most == IN_FLIGHT == 8


async def test_nothing_new_is_asked_after_hanging_up(shop: Shop, line: ShopLine) -> None:
    line.hang_up()
    with pytest.raises(ShopAway):
        await line.post("/store/v1/orders", {}, Clock)
    assert shop.requests == []
    line.pick_up()
    await line.get("/v1/clock", Clock)
