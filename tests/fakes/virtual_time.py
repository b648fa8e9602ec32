"""An event loop whose time is a number: sleeping costs nothing, and hours pass in milliseconds.

    run(lambda loop: main(loop))

Whatever sleeps by asyncio wakes in the right order as soon as nothing else is left to do. Nothing in it may wait for
the real world: threads, processes and sockets are not waited for, and a loop in which nothing could ever happen
again raises `Stuck`.
"""

import asyncio
import selectors
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Stuck(AssertionError):
    """Everybody waits for somebody else."""


class _Selector(selectors.SelectSelector):
    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[Any]:
        found = super().select(0)
        if found:
            return found
        if timeout is None:
            raise Stuck("nothing will ever happen again")
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time passes only when all sleep."""

    def __init__(self) -> None:
        self.now = 0.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


def run(main: Callable[["VirtualLoop"], Awaitable[T]]) -> T:
    """Run a coroutine on a virtual loop to its end; whatever it left running is cancelled."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main(loop))
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


class VirtualWall:
    """The `WallClock` of a virtual loop; `jump_ms` sets this computer's clock without touching the monotonic one."""

    def __init__(self, loop: VirtualLoop, start_ms: int = 1_790_000_000_000) -> None:
        self._loop = loop
        self._start_ms = start_ms
        self.jump_ms = 0

    def now_ms(self) -> int:
        return self._start_ms + round(self._loop.now * 1000) + self.jump_ms

    def monotonic_ms(self) -> int:
        return round(self._loop.now * 1000)
