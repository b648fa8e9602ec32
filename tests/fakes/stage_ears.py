"""What a stage tells, kept, and waited for."""

import asyncio
from collections.abc import Callable

from studio.control.ports import StreamState


class StageEars:
    """`StageEvents` for tests: `links` are (well, sentence, asks for a key), `streams` the states in turn."""

    def __init__(self) -> None:
        self.links: list[tuple[bool, str, bool]] = []
        self.streams: list[StreamState] = []
        self._told = asyncio.Event()

    def link(self, well: bool, sentence: str, asks_for_key: bool = False) -> None:
        """Note it."""
        self.links.append((well, sentence, asks_for_key))
        self._told.set()

    def stream(self, state: StreamState) -> None:
        """Note it."""
        self.streams.append(state)
        self._told.set()

    def forget(self) -> None:
        """What was told so far does not count for what follows."""
        self.links.clear()
        self.streams.clear()

    async def until(self, fits: Callable[["StageEars"], bool], within_s: float = 30) -> None:
        """Wait until it was told what fits."""
        async with asyncio.timeout(within_s):
            while not fits(self):
                self._told.clear()
                await self._told.wait()

    async def until_well(self, within_s: float = 30) -> None:
        """Wait until the last word is that all is well."""
        await self.until(lambda ears: bool(ears.links) and ears.links[-1][0], within_s)
