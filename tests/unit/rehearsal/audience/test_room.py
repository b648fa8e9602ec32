"""The room keeps in its book where the show stands, so that a new process goes on there."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from studio.rehearsal.audience_book import ChannelBook
from studio.rehearsal.audience_hub import Hub
from studio.rehearsal.audience_room import Parts, Plan, Room
from studio.rehearsal.clock import Anchor, ShopClock
from studio.rehearsal.faults import FaultBoard

NOW = 1_790_000_000_000


@pytest.fixture
def book(tmp_path: Path) -> Iterator[ChannelBook]:
    opened = ChannelBook(tmp_path / "c.sqlite3")
    opened.open()
    yield opened
    opened.close()


def room(book: ChannelBook) -> Room:
    clock, board = ShopClock(Anchor(0, NOW, 1.0), wall_ms=lambda: 0, monotonic=lambda: 0.0), FaultBoard()
    return Room(Plan(1, 20, 500, wait=True), Parts(book, Hub(book, board, clock.now_ms), board, clock, None))


async def test_a_show_goes_on_from_its_start_in_a_new_process(book: ChannelBook) -> None:
    room(book).start(NOW - 90_000)
    again = room(book)
    await again.load()
    show_ms, viewers, stopped = again.state(NOW)
    assert (show_ms, stopped) == (90_000, False)
    assert viewers > 0


async def test_who_was_stopped_stays_quiet_in_a_new_process_until_the_next_start(book: ChannelBook) -> None:
    first = room(book)
    first.start(NOW - 90_000)
    await first.stop()
    again = room(book)
    await again.load()
    assert again.state(NOW) == (90_000, again.state(NOW)[1], True)
    again.start(NOW)
    assert again.state(NOW + 1)[::2] == (1, False)


async def test_the_same_start_told_twice_repeats_nothing(book: ChannelBook) -> None:
    playing = room(book)
    playing.start(NOW - 90_000)
    await playing._beat(NOW)
    before = await book.run(lambda tx: tx.last_seq)
    playing.start(NOW - 90_000)
    await playing._beat(NOW)
    assert await book.run(lambda tx: tx.last_seq) == before > 90


async def test_stopping_before_the_start_harms_nothing(book: ChannelBook) -> None:
    await room(book).stop()
    again = room(book)
    await again.load()
    assert again.state(NOW) == (None, 0, True)


async def test_what_was_announced_before_the_audience_heard_of_the_start_is_not_lost(
    book: ChannelBook,
) -> None:
    class Window:
        """A shop window that knows one product behind every link."""

        offers: Mapping[str, None] = MappingProxyType({})
        featured: str | None = None

        async def behind(self, link_id: str) -> str:
            return "throw"

        def knows(self, link_id: str) -> bool:
            return link_id == "lnk-1"

        def focus(self, product_id: str | None, since: int) -> None:
            return None

    playing = room(book)
    await playing._react(Window(), NOW - 2_000, "Now on air: Linen throw http://shop.example/go/lnk-1")
    assert playing._interests == []
    playing.start(NOW - 3_000)
    await playing._react(Window(), *playing._heard.get_nowait())
    assert [(i.kind, i.link_id, i.since) for i in playing._interests] == [("link", "lnk-1", 1)]
