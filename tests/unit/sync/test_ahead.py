"""Reading ahead: the next page is on its way while one is being stored, and nothing is left behind when that fails."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import NamedTuple

import pytest

from studio.control.ports import Unreachable
from studio.sync.ahead import read_ahead, store_behind, turn_pages
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


class Page(NamedTuple):
    """A page with where the next one begins."""

    number: int
    cursor: str | None


class Shop:
    """So many pages: each takes a second to come, tells its cursor, and takes another to be read."""

    def __init__(self, count: int, bad: int = -1) -> None:
        self.count, self.bad = count, bad
        self.asked: list[int] = []
        self.open = 0

    async def read(self, cursor: str | None, told: Callable[[str | None], None]) -> Page:
        number = int(cursor or 0)
        self.asked.append(number)
        self.open += 1
        try:
            await asyncio.sleep(1)
            if number == self.bad:
                raise Unreachable("gone")
            following = str(number + 1) if number + 1 < self.count else None
            told(following)
            await asyncio.sleep(1)
            return Page(number, following)
        finally:
            self.open -= 1


@pytest.mark.parametrize("count", [1, 2, 7])
def test_the_next_page_is_asked_for_as_soon_as_its_place_is_known(count: int):
    async def main(loop: VirtualLoop) -> tuple[list[int], float]:
        shop, found = Shop(count), list[int]()
        async with aclosing(turn_pages(shop.read)) as pages:
            async for page in pages:
                found.append(page.number)
        assert not shop.open
        return found, loop.time()

    found, took = run(main)
    assert found == list(range(count))
    assert took == pytest.approx(count + 1), "coming and reading overlap"


def test_no_more_pages_are_asked_for_than_are_wanted_soon():
    async def main(_loop: VirtualLoop) -> None:
        shop = Shop(9)
        async with aclosing(turn_pages(shop.read)) as pages:
            async for page in pages:
                await asyncio.sleep(50)
                assert len(shop.asked) <= page.number + 3
                if page.number == 4:
                    break
        assert not shop.open

    run(main)


def test_a_shop_that_names_the_same_place_again_ends_its_list():
    async def main(_loop: VirtualLoop) -> list[str | None]:
        async def read(cursor: str | None, _told: object) -> Page:
            return Page(0, "again")

        async with aclosing(turn_pages(read)) as pages:
            return [page.cursor async for page in pages]

    assert run(main) == ["again", "again"]


def test_a_page_that_cannot_be_read_leaves_nothing_under_way():
    async def main(_loop: VirtualLoop) -> Shop:
        shop = Shop(9, bad=3)

        async def turned() -> list[int]:
            async with aclosing(turn_pages(shop.read)) as pages:
                return [page.number async for page in pages]

        with pytest.raises(Unreachable):
            await turned()
        return shop

    assert not run(main).open


async def _numbers(count: int, each_s: float) -> AsyncIterator[int]:
    for number in range(count):
        await asyncio.sleep(each_s)
        yield number


@pytest.mark.parametrize(
    ("each_s", "kept"),
    [
        (5.0, [[0], [1], [2], [3], [4], [5]]),
        (0.6, [[0], [1, 2], [3, 4], [5]]),
        (0.3, [[0], [1, 2, 3], [4, 5]]),
        (0.01, [[0], [1, 2, 3], [4, 5]]),
    ],
)
def test_pages_that_come_while_others_are_stored_are_stored_together_and_in_order(
    each_s: float, kept: list[list[int]]
):
    async def main(_loop: VirtualLoop) -> list[list[int]]:
        found: list[list[int]] = []

        async def store(some: Sequence[int]) -> None:
            await asyncio.sleep(1)
            found.append(list(some))

        await store_behind(_numbers(6, each_s), store, 3)
        return found

    found = run(main)
    assert [n for some in found for n in some] == list(range(6))
    assert max(map(len, found)) <= 3
    assert found == kept


def test_what_cannot_be_stored_ends_the_reading_and_is_raised():
    async def main(_loop: VirtualLoop) -> None:
        async def store(_some: Sequence[int]) -> None:
            await asyncio.sleep(1)
            raise Unreachable("full")

        with pytest.raises(Unreachable):
            await store_behind(_numbers(9, 0.1), store, 3)

    run(main)


@pytest.mark.parametrize("last", [1, 2, 4, 7])
def test_what_is_being_stored_when_reading_fails_is_stored_to_its_end(last: int):
    async def main(_loop: VirtualLoop) -> tuple[list[int], list[int]]:
        begun: list[int] = []
        told: list[int] = []

        async def pages() -> AsyncIterator[int]:
            for number in range(last):
                await asyncio.sleep(0.1)
                yield number
            raise Unreachable("gone")

        async def store(some: Sequence[int]) -> None:
            begun.extend(some)
            await asyncio.sleep(1)
            told.extend(some)

        with pytest.raises(Unreachable):
            await store_behind(pages(), store, 3)
        return begun, told

    begun, told = run(main)
    assert begun
    assert told == begun, "nobody tells it a second time"


def test_who_stops_waiting_withdraws_what_is_being_stored():
    async def main(_loop: VirtualLoop) -> bool:
        withdrawn = False

        async def store(_some: Sequence[int]) -> None:
            nonlocal withdrawn
            try:
                await asyncio.sleep(100)
            except asyncio.CancelledError:
                withdrawn = True
                raise

        storing = asyncio.create_task(store_behind(_numbers(9, 0.1), store, 3))
        await asyncio.sleep(1)
        storing.cancel()
        await asyncio.wait([storing])
        return withdrawn

    assert run(main)
