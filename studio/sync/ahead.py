"""Reading ahead: while one page is being stored the next one is on its way already."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


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
