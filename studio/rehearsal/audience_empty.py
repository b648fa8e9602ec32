"""An empty room: a channel that nobody but a director writes to (``--viewers 0``)."""

import asyncio


class EmptyRoom:
    """Nobody comes; lines and counts come by the administration."""

    def __init__(self, wait: bool) -> None:
        self._began_ms: int | None = None
        self._wait = wait
        self._stopped = False

    async def load(self) -> None:
        """There is nothing to take up."""

    def start(self, at_ms: int) -> None:
        """The show begins then."""
        self._began_ms, self._stopped = at_ms, False

    async def stop(self) -> None:
        """There is nobody who could go on."""
        self._stopped = True

    def state(self, now_ms: int) -> tuple[int | None, int, bool]:
        """Time since the show's start in ms, viewers, stopped."""
        if self._began_ms is None and not self._wait:
            self._began_ms = now_ms
        return (None if self._began_ms is None else now_ms - self._began_ms), 0, self._stopped

    async def run(self) -> None:
        """Nothing happens by itself."""
        await asyncio.Event().wait()
