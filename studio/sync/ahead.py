"""Reading ahead: while some pages are being stored the next one is on its way already."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Collection, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class HasCursor(Protocol):
    """A page that says where the next one begins; None: nowhere."""

    @property
    def cursor(self) -> str | None:
        """Where the next one begins."""
        ...


Paged = TypeVar("Paged", bound=HasCursor)


async def read_ahead(
    first: Coroutine[Any, Any, T], following: Callable[[T], Coroutine[Any, Any, T] | None]
) -> AsyncGenerator[T, None]:
    """The pages, in order; `following` says how the one behind a page is read, None behind the last. Close it (`aclosing`):
    a page that nobody wants any more is then not waited for. Raises what reading raises.
    """
    reading = asyncio.ensure_future(first)
    try:
        while True:
            page = await reading
            more = following(page)
            if more is not None:
                reading = asyncio.ensure_future(more)
            yield page
            if more is None:
                return
    finally:
        if not reading.done():
            reading.cancel()
            await asyncio.wait([reading])
        if not reading.cancelled():
            reading.exception()  # what the page that nobody wants would have raised is of no interest


async def turn_pages(
    read: Callable[[str | None, Callable[[str | None], None]], Coroutine[Any, Any, Paged]], ahead: int = 1
) -> AsyncGenerator[Paged, None]:
    """The pages, in order. `read` gets a page's cursor and is given what to tell the next one's; that is asked for at once,
    while at most `ahead` pages wait to be taken. A cursor that comes twice ends. Close it (`aclosing`): a page that nobody
    wants any more is then not waited for. Raises what reading raises.
    """
    seen: set[str] = set()
    next_cursor: str | None = None
    reading: deque[asyncio.Task[Paged]] = deque()

    def begin() -> None:
        nonlocal next_cursor
        if next_cursor is not None and len(reading) <= ahead:
            cursor, next_cursor = next_cursor, None
            reading.append(asyncio.create_task(read(cursor, told)))

    def told(cursor: str | None) -> None:
        nonlocal next_cursor
        if cursor is not None and cursor not in seen:
            seen.add(cursor)
            next_cursor = cursor
            begin()

    reading.append(asyncio.create_task(read(None, told)))
    try:
        while reading:
            page = await reading[0]
            told(page.cursor)
            reading.popleft()
            begin()
            yield page
    finally:
        await _withdrawn(reading)


async def store_behind(
    pages: AsyncIterable[T], store: Callable[[Sequence[T]], Coroutine[Any, Any, None]], most: int
) -> None:
    """Store the pages while others are being read: all that came meanwhile, at most so many at once. One lot after the other:
    two under way got in each other's way, and the window's. Raises what reading and storing raise, once what was begun is
    stored; cancelled, it withdraws that.
    """
    waiting: list[T] = []
    storing: asyncio.Task[None] | None = None
    try:
        async for page in pages:
            waiting.append(page)
            if storing is not None and (storing.done() or len(waiting) >= most):
                await storing
                storing = None
            if storing is None:
                storing = asyncio.create_task(store(waiting))
                waiting = []
        if storing is not None:
            await storing
        if waiting:
            storing = asyncio.create_task(store(waiting))
            await storing
    except Exception:
        # What is being written comes on disk, and whoever is to hear of it must: nobody tells it a second time.
        if storing is not None:
            await asyncio.wait([storing])
        raise
    finally:
        await _withdrawn([] if storing is None else [storing])


async def _withdrawn(tasks: Collection[asyncio.Task[Any]]) -> None:
    """They are ended, whatever they would have raised: nobody wants it any more."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.exception()
