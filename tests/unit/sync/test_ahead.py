"""Reading ahead: the next page is on its way while one is being stored, and nothing is left behind when that fails."""

import asyncio
from contextlib import aclosing

import pytest

from studio.control.ports import Unreachable
from studio.sync.ahead import read_ahead
from tests.fakes.virtual_time import VirtualLoop, run


class Pages:
    """So many pages, each of which takes a second; the one at `bad` fails."""

    def __init__(self, count: int, bad: int = -1) -> None:
        self.count, self.bad = count, bad
        self.begun: list[int] = []
        self.cancelled: list[int] = []

    async def read(self, number: int) -> int:
        self.begun.append(number)
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            self.cancelled.append(number)
            raise
        if number == self.bad:
            raise Unreachable("gone")
        return number

    def following(self, number: int):
        return self.read(number + 1) if number + 1 < self.count else None


@pytest.mark.parametrize("count", [1, 2, 5])
def test_storing_and_reading_take_the_time_of_the_slower(count: int):
    async def main(loop: VirtualLoop) -> tuple[list[int], float]:
        pages, found = Pages(count), []
        async with aclosing(read_ahead(pages.read(0), pages.following)) as reading:
            async for page in reading:
                await asyncio.sleep(1)  # stored
                found.append(page)
        return found, loop.time()

    assert run(main) == (list(range(count)), count + 1)


def test_no_more_than_one_page_is_read_ahead():
    async def main(_: VirtualLoop) -> list[int]:
        pages = Pages(9)
        async with aclosing(read_ahead(pages.read(0), pages.following)) as reading:
            async for _ in reading:
                await asyncio.sleep(30)
                return list(pages.begun)
        raise AssertionError

    assert run(main) == [0, 1]


@pytest.mark.parametrize("took", [0, 0.5, 5])
def test_when_storing_fails_the_page_ahead_is_given_up(took: float):
    async def main(_: VirtualLoop) -> Pages:
        pages = Pages(9, bad=1)

        async def stored() -> None:
            async with aclosing(read_ahead(pages.read(0), pages.following)) as reading:
                async for _ in reading:
                    await asyncio.sleep(took)
                    raise ValueError("full")

        with pytest.raises(ValueError, match="full"):
            await stored()
        assert len(asyncio.all_tasks()) == 1
        return pages

    assert run(main).begun in ([0], [0, 1])


def test_what_reading_raises_comes_after_the_pages_before_it():
    async def main(_: VirtualLoop) -> list[int]:
        found: list[int] = []
        pages = Pages(9, bad=2)

        async def stored() -> None:
            async with aclosing(read_ahead(pages.read(0), pages.following)) as reading:
                async for page in reading:
                    found.append(page)  # noqa: PERF401 - a page that was read counts, whatever follows

        with pytest.raises(Unreachable):
            await stored()
        return found

    assert run(main) == [0, 1]
