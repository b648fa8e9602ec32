"""Whose turn it is at a shop: nothing is overdrawn, nobody waits for ever, decisions go first, patience is kept by all."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.control.ports import HttpAnswer, SseEvent, Throttled, Unreachable, Urgency, urgency_or, urgent
from studio.shops.cost_bucket import KEPT, Bucket
from studio.shops.pacing import IN_FLIGHT, Gate, PacedHttp, Rate
from tests.fakes.virtual_time import VirtualLoop, run

costs = st.floats(0, 1_000)
buckets = st.builds(
    Bucket,
    maximum=st.sampled_from([1_000.0, 2_000.0, 20_000.0]),
    available=st.floats(0, 1_000),
    refill=st.sampled_from([50.0, 100.0, 1_000.0]),
    at_ms=st.just(0.0),
)


@given(buckets, costs, st.sampled_from(Urgency), st.floats(0, 100_000))
def test_after_the_wait_the_points_are_there(bucket: Bucket, cost: float, urgency: Urgency, now: float):
    wait = bucket.wait_ms(cost, urgency, now)
    assert bucket.wait_ms(cost, urgency, now + wait) == 0
    assert bucket.left(now + wait) >= min(cost, bucket.maximum) - 0.001


@given(buckets, costs, st.floats(0, 100_000))
def test_the_more_urgent_never_waits_longer(bucket: Bucket, cost: float, now: float):
    waits = [bucket.wait_ms(cost, urgency, now) for urgency in Urgency]
    assert waits == sorted(waits)


@given(buckets, costs)
def test_a_read_leaves_the_points_of_a_decision(bucket: Bucket, cost: float):
    if bucket.wait_ms(cost, Urgency.BULK, 0) == 0 and cost <= bucket.maximum * (1 - KEPT[Urgency.BULK]):
        assert bucket.spent(cost, 0).wait_ms(bucket.maximum * 0.49, Urgency.WRITE, 0) == 0


def a_gate(loop: VirtualLoop, rate: Rate | None = None, patience_ms: int = 3_000) -> Gate:
    return Gate(rate, patience_ms=patience_ms, now_ms=lambda: loop.time() * 1000, random=lambda: 0.0)


@dataclass
class Platform:
    """Counts as the platform does, and remembers who was let through when."""

    bucket: Bucket
    refused: int = 0
    seen: list[tuple[float, Urgency]] = field(default_factory=list)

    def ask(self, cost: float, now: float, urgency: Urgency) -> None:
        self.seen.append((now, urgency))
        if self.bucket.left(now) < cost - 0.01:
            self.refused += 1
        else:
            self.bucket = self.bucket.spent(cost, now)


requests = st.lists(
    st.tuples(st.floats(0, 5), st.floats(1, 900), st.sampled_from(Urgency), st.floats(0, 2)),
    min_size=1,
    max_size=30,
)


@given(requests)
def test_side_by_side_requests_never_overdraw_the_bucket_and_all_come_through(
    wanted: list[tuple[float, float, Urgency, float]],
):
    async def main(loop: VirtualLoop) -> Platform:
        def now_ms() -> float:
            return loop.time() * 1000

        platform = Platform(Bucket(1_000, 1_000, 50, 0))
        bucket = Gate(Rate(1_000, 50), now_ms=now_ms)

        async def one(start: float, cost: float, urgency: Urgency, takes: float) -> None:
            await asyncio.sleep(start)
            async with bucket.turn(cost, urgency):
                platform.ask(cost, now_ms(), urgency)
                await asyncio.sleep(takes)
            bucket.told(1_000, platform.bucket.left(now_ms()), 50)

        await asyncio.gather(*(one(*request) for request in wanted))
        return platform

    platform = run(main)
    assert platform.refused == 0
    assert len(platform.seen) == len(wanted)


@given(st.integers(5, 40), st.floats(0, 20))
def test_a_decision_is_not_starved_by_reads_that_came_before_it(reads: int, decided_at: float):
    async def main(loop: VirtualLoop) -> float:
        bucket = a_gate(loop, Rate(1_000, 50))

        async def read() -> None:
            async with bucket.turn(400, Urgency.BULK):
                pass

        waiting = [asyncio.create_task(read()) for _ in range(reads)]
        await asyncio.sleep(decided_at)
        began = loop.time()
        async with bucket.turn(12, Urgency.WRITE):
            waited = loop.time() - began
        for task in waiting:
            task.cancel()
        return waited

    assert run(main) == 0


def test_the_pinned_product_goes_before_the_line_up_and_the_catalogue():
    async def main(loop: VirtualLoop) -> list[Urgency]:
        bucket = a_gate(loop, Rate(1_000, 100))
        order: list[Urgency] = []

        async def one(urgency: Urgency) -> None:
            async with bucket.turn(300, urgency):
                order.append(urgency)

        async with bucket.turn(1_000, Urgency.WRITE):
            pass
        await asyncio.gather(*(one(u) for u in (Urgency.BULK, Urgency.LIVE, Urgency.PINNED, Urgency.WRITE)))
        return order

    assert run(main) == [Urgency.WRITE, Urgency.PINNED, Urgency.LIVE, Urgency.BULK]


def test_what_the_platform_tells_counts_from_then_on():
    async def main(loop: VirtualLoop) -> float:
        bucket = a_gate(loop, Rate(1_000, 50))
        bucket.told(20_000, 100, 1_000)
        async with bucket.turn(600, Urgency.WRITE):
            return loop.time()

    assert run(main) == pytest.approx(0.5, abs=0.01)


def test_nobody_goes_while_the_platform_wants_patience():
    async def main(loop: VirtualLoop) -> float:
        bucket = a_gate(loop, Rate(1_000, 50))
        bucket.refused(3_000)
        async with bucket.turn(1, Urgency.WRITE):
            return loop.time()

    assert run(main) == pytest.approx(3.0, abs=0.01)


def test_a_request_that_is_given_up_does_not_hold_the_others_up():
    async def main(loop: VirtualLoop) -> float:
        bucket = a_gate(loop, Rate(1_000, 50))

        async def large() -> None:
            async with bucket.turn(1_000, Urgency.WRITE):
                await asyncio.sleep(0)

        await large()
        waiting = asyncio.create_task(large())
        await asyncio.sleep(1)
        waiting.cancel()
        async with bucket.turn(50, Urgency.WRITE):
            return loop.time()

    assert run(main) == pytest.approx(1.0, abs=0.1)


# --- four at a time ---------------------------------------------------------------------------------------------


def test_four_requests_at_most_are_under_way_and_a_decision_always_finds_a_place():
    async def main(loop: VirtualLoop) -> tuple[int, float]:
        gate = a_gate(loop)
        under_way, most = 0, 0

        async def one(urgency: Urgency, takes: float) -> float:
            nonlocal under_way, most
            began = loop.time()
            async with gate.turn(1, urgency):
                waited = loop.time() - began
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(takes)
                under_way -= 1
            return waited

        reads = [asyncio.create_task(one(u, 30)) for u in (Urgency.BULK, Urgency.LIVE, Urgency.PINNED) * 9]
        await asyncio.sleep(1)
        waited = await one(Urgency.WRITE, 5)
        await asyncio.gather(*reads)
        return most, waited

    assert run(main) == (IN_FLIGHT[Urgency.WRITE], 0)


def test_the_catalogue_leaves_a_place_for_the_pinned_product():
    async def main(loop: VirtualLoop) -> float:
        gate = a_gate(loop)

        async def page() -> None:
            async with gate.turn(1, Urgency.BULK):
                await asyncio.sleep(20)

        reading = [asyncio.create_task(page()) for _ in range(10)]
        await asyncio.sleep(1)
        async with gate.turn(1, Urgency.PINNED):
            at = loop.time()
        for task in reading:
            task.cancel()
        return at

    assert run(main) == 1


def test_a_steady_stream_about_the_pinned_product_does_not_starve_the_orders():
    async def main(loop: VirtualLoop) -> float:
        gate = a_gate(loop, Rate(10, 1))

        async def pinned() -> None:
            async with gate.turn(1, Urgency.PINNED):
                pass

        async def stream() -> None:
            while True:
                asked.append(asyncio.create_task(pinned()))
                await asyncio.sleep(0.5)

        asked: list[asyncio.Task[None]] = []
        streaming = asyncio.create_task(stream())
        await asyncio.sleep(20)
        began = loop.time()
        async with gate.turn(1, Urgency.LIVE):
            waited = loop.time() - began
        for task in (streaming, *asked):
            task.cancel()
        return waited

    assert run(main) < 60


# --- patience ---------------------------------------------------------------------------------------------------


def test_after_a_refusal_one_goes_to_see_and_no_storm_follows():
    async def main(loop: VirtualLoop) -> list[float]:
        gate = a_gate(loop)
        sent: list[float] = []

        async def read() -> None:
            async with gate.turn(1, Urgency.LIVE):
                sent.append(loop.time())
                await asyncio.sleep(0.2)
                if loop.time() < 6:
                    gate.refused(2_000)

        await asyncio.gather(*(read() for _ in range(20)))
        return sent

    sent = run(main)
    assert len(sent) == 20
    before = [at for at in sent if at < 6]
    assert len(before) == IN_FLIGHT[Urgency.LIVE] + 2  # those under way at first, then one every 2.2 s
    assert all(later - earlier >= 2 for earlier, later in itertools.pairwise(before[2:]))


def test_a_decision_does_not_wait_for_the_one_that_goes_to_see():
    async def main(loop: VirtualLoop) -> tuple[float, float]:
        gate = a_gate(loop)

        async def read() -> float:
            async with gate.turn(1, Urgency.LIVE):
                at = loop.time()
                await asyncio.sleep(15)
            return at

        gate.refused(1_000)
        reads = [asyncio.create_task(read()) for _ in range(2)]
        await asyncio.sleep(2)
        async with gate.turn(1, Urgency.WRITE):
            decided = loop.time()
        return decided, max(await asyncio.gather(*reads))

    assert run(main) == (2, 2)  # it was answered: the others follow


def test_a_platform_that_does_not_say_for_how_long_is_left_alone_longer_each_time():
    async def main(loop: VirtualLoop) -> list[float]:
        gate = a_gate(loop, patience_ms=600_000)
        sent: list[float] = []
        for _ in range(6):
            async with gate.turn(1, Urgency.LIVE):
                sent.append(loop.time())
                gate.refused()
        async with gate.turn(1, Urgency.LIVE):
            pass
        async with gate.turn(1, Urgency.LIVE):
            gate.refused()
        sent.append(gate.closed_ms / 1000)
        return sent

    sent = run(main)
    waits = [round(b - a, 1) for a, b in itertools.pairwise(sent[:6])]
    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert sent[-1] == 0.5  # once it answered it is trusted again


def test_nobody_is_kept_waiting_for_a_long_patience():
    async def main(loop: VirtualLoop) -> tuple[float, int | None, bool]:
        gate = a_gate(loop)

        async def read() -> Throttled:
            with pytest.raises(Throttled) as caught:
                async with gate.turn(1, Urgency.WRITE):
                    raise AssertionError("it went")
            return caught.value

        gate.refused(2_000)
        early = asyncio.create_task(read())
        await asyncio.sleep(1)
        gate.refused(30_000)
        error = await early
        later = await read()
        assert later.retry_after_ms == error.retry_after_ms
        return loop.time(), error.retry_after_ms, error.attempted

    assert run(main) == (1, 30_000, False)


def test_a_request_that_fails_without_an_answer_ends_the_caution():
    async def main(loop: VirtualLoop) -> float:
        gate = a_gate(loop)
        gate.refused(1_000)
        with pytest.raises(Unreachable):
            async with gate.turn(1, Urgency.LIVE):
                raise Unreachable("gone")

        async def read() -> None:
            async with gate.turn(1, Urgency.LIVE):
                await asyncio.sleep(1)

        await asyncio.gather(read(), read(), read())
        return loop.time()

    assert run(main) == 2


# --- by whom it is used -----------------------------------------------------------------------------------------


@dataclass
class Server:
    """The `Http` port: answers what it is told to, and remembers when it was asked how urgently."""

    loop: VirtualLoop
    statuses: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[float, str]] = field(default_factory=list)
    closed: bool = False

    async def request(self, method: str, path: str, **_: object) -> HttpAnswer:
        self.asked.append((round(self.loop.time(), 3), path))
        await asyncio.sleep(0.1)
        status, headers = self.statuses.pop(0) if self.statuses else (200, {})
        return HttpAnswer(status, headers, b"", 0, 0)

    async def events(self, path: str, **_: object) -> AsyncIterator[SseEvent]:
        self.asked.append((round(self.loop.time(), 3), path))
        if self.statuses:
            raise Throttled("Wait.", 5_000, attempted=False)
        yield SseEvent("1", "change", "{}")

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize("status", [429, 503])
def test_what_a_read_is_told_all_callers_of_that_shop_keep(status: int):
    async def main(loop: VirtualLoop) -> Server:
        server = Server(loop, [(status, {"retry-after": "2"})])
        http = PacedHttp(server, a_gate(loop))
        assert (await http.request("GET", "/stock")).status == status
        await asyncio.gather(http.request("GET", "/orders"), http.request("POST", "/codes"))
        return server

    assert [at for at, _ in run(main).asked] == [0, 2.1, 2.2]


def test_a_503_without_a_time_and_a_picture_s_server_close_nothing():
    async def main(loop: VirtualLoop) -> list[float]:
        server = Server(loop, [(503, {}), (429, {"retry-after": "60"})])
        http = PacedHttp(server, a_gate(loop))
        await http.request("GET", "/stock")
        await http.request("GET", "https://pictures.example/1.png")
        await http.request("GET", "/stock")
        return [at for at, _ in server.asked]

    assert run(main) == [0, 0.1, 0.2]


def test_the_urgency_of_who_asks_reaches_the_gate_through_all_layers():
    async def main(loop: VirtualLoop) -> list[str]:
        server = Server(loop)
        http = PacedHttp(server, a_gate(loop, Rate(1, 1)))

        async def connector(path: str) -> None:
            await http.request("GET", path)

        async def asks(urgency: Urgency, path: str) -> None:
            with urgent(urgency):
                await asyncio.gather(connector(path), connector(path + "/again"))

        await http.request("GET", "/first")
        assert urgency_or(Urgency.BULK) is Urgency.BULK
        await asyncio.gather(
            asks(Urgency.BULK, "/all"), asks(Urgency.PINNED, "/pinned"), asks(Urgency.WRITE, "/code")
        )
        return [path for _, path in server.asked]

    expected = ["/first", "/code", "/code/again", "/pinned", "/pinned/again", "/all", "/all/again"]
    assert run(main) == expected


def test_a_stream_takes_no_place_and_its_refusal_counts_for_all():
    async def main(loop: VirtualLoop) -> tuple[list[str], int, bool]:
        server = Server(loop)
        http = PacedHttp(server, a_gate(loop))
        seen = [event.id async for event in http.events("/changes")]
        server.statuses = [(429, {})]
        with pytest.raises(Throttled):
            async for _ in http.events("/changes"):
                pass
        await http.aclose()
        return seen, http.gate.closed_ms, server.closed

    assert run(main) == (["1"], 5_000, True)


def test_what_the_platform_tells_first_sets_the_pace():
    async def main(loop: VirtualLoop) -> tuple[float, float, float]:
        gate = a_gate(loop)
        before = gate.left
        gate.told(40, 10, 2)
        gate.told(0, 5, 2)  # nonsense
        return before, gate.left, gate.maximum

    assert run(main) == (float("inf"), 10, 40)
