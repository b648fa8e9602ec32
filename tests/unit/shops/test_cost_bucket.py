"""Whose turn it is when a platform counts points: nothing is overdrawn, nothing waits for ever, decisions go first."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.shops.cost_bucket import KEPT, Bucket, CostBucket, Urgency
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
        bucket = CostBucket(1_000, 50, now_ms)

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
        bucket = CostBucket(1_000, 50, lambda: loop.time() * 1000)

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
        bucket = CostBucket(1_000, 100, lambda: loop.time() * 1000)
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
        bucket = CostBucket(1_000, 50, lambda: loop.time() * 1000)
        bucket.told(20_000, 100, 1_000)
        async with bucket.turn(600, Urgency.WRITE):
            return loop.time()

    assert run(main) == pytest.approx(0.5, abs=0.01)


def test_nobody_goes_while_the_platform_wants_patience():
    async def main(loop: VirtualLoop) -> float:
        bucket = CostBucket(1_000, 50, lambda: loop.time() * 1000)
        bucket.refused(3_000)
        async with bucket.turn(1, Urgency.WRITE):
            return loop.time()

    assert run(main) == pytest.approx(3.0, abs=0.01)


def test_a_request_that_is_given_up_does_not_hold_the_others_up():
    async def main(loop: VirtualLoop) -> float:
        bucket = CostBucket(1_000, 50, lambda: loop.time() * 1000)

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
