"""Loops that never die silently, and waiting that wakes at once."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from studio.sync.backoff import Backoff

_log = structlog.get_logger(__name__)


async def supervised(name: str, run: Callable[[], Awaitable[None]], backoff: Backoff) -> None:
    """Run a loop until it returns or is cancelled. A bug in it goes to the log with its traceback, and the loop
    starts again, each time a little later.
    """
    while True:
        try:
            await run()
        except Exception:  # noqa: BLE001 - a bug in one loop must not end the show; it is logged whole
            _log.exception("loop failed and starts again", loop=name)
        else:
            return
        await asyncio.sleep(backoff.failed() / 1000)


class Bell:
    """Wakes one sleeper; a ring that comes before the sleep is not lost."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake up now."""
        self._event.set()

    async def wait(self, ms: int | None = None) -> bool:
        """Sleep until a ring, at most `ms`. Whether it rang."""
        try:
            async with asyncio.timeout(None if ms is None else max(0, ms) / 1000):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True
