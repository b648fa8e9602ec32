"""The studio without its window: an engine room in a thread of its own, and what it told."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from studio.control.ports import ChatRow
from studio.domain.commands import Command
from studio.domain.show import ShowState
from studio.engine_room import EngineRoom
from studio.show_connections import Connections
from studio.ui.studio import ChangeBatch

T = TypeVar("T")
PATIENCE_S = 60.0


class Studio:
    """Every method is for the test's loop; the engine has its own."""

    def __init__(self, database: Path, connections: Connections) -> None:
        self.newest: dict[str, ChatRow] = {}
        """The newest message of a viewer, by channel."""
        self.notices: list[str] = []
        self._loop = asyncio.get_running_loop()
        self._heard: dict[str, asyncio.Event] = {}
        self.room = EngineRoom(database, connections, self._take)

    def _take(self, batch: ChangeBatch) -> None:
        """In the engine's thread."""
        for row in batch.chat:
            if not row.gap and not row.message.by_us:
                self.newest[row.message.channel] = row
            heard = self._heard.get(row.message.text)
            if heard is not None:
                self._loop.call_soon_threadsafe(heard.set)
        self.notices += [notice.sentence for notice in batch.notices if notice.sentence]

    async def ask(self, coro: Coroutine[Any, Any, T]) -> T:
        """The result of a coroutine on the engine's loop."""
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.wrap_future(self.room.run(coro))

    async def must(self, command: Command) -> None:
        """Carry out a command that may not be refused."""
        refused = await self.ask(self.room.do(command))
        assert refused is None, f"{command}: {refused}"

    @property
    def state(self) -> ShowState:
        """The open show as decided so far."""
        return self.room.show.desk.state

    async def hears(self, text: str, say: Callable[[], None], *, again_s: float = 1.0) -> None:
        """Have it said until the studio has heard it: whoever is not yet there hears nothing."""
        heard = self._heard.setdefault(text, asyncio.Event())
        async with asyncio.timeout(PATIENCE_S):
            while not heard.is_set():
                say()
                try:
                    async with asyncio.timeout(again_s):
                        await heard.wait()
                except TimeoutError:
                    continue

    async def drained(self, within_s: float) -> bool:
        """Wait until the outbox holds nothing but what a person must decide."""
        return await asyncio.wrap_future(self.room.run(self.room.show.engine.drained(within_s)))

    async def all_chat(self) -> list[ChatRow]:
        """Every row of the chat, gaps too."""
        show_id, history = self.room.show.show_id, self.room.history
        found: list[ChatRow] = []
        while page := await asyncio.wrap_future(
            self.room.read(
                lambda after=found[-1].rowid if found else 0: history.chat_after(show_id, after, 10_000)
            )
        ):
            found += page
        return found
