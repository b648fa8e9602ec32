"""The key that starts the show: at once, or after whoever is asked before it."""

from collections.abc import Awaitable, Callable

from studio.domain.commands import StartShow
from studio.ui.host.deciding import Deciding

BeforeStart = Callable[[], Awaitable[StartShow | None]]
"""Asked before the show starts: tells how it is to start, None for not now."""


class Starting:
    """Starts the show of one workspace. `before` None: at once; while it is being asked, another press does nothing."""

    def __init__(self, deciding: Deciding, before: BeforeStart | None = None) -> None:
        self._deciding = deciding
        self._asking = False
        self.before = before

    def start(self) -> None:
        """The key was pressed."""
        if self.before is None:
            self._deciding.give(StartShow())
        elif not self._asking:
            self._asking = True
            self._deciding.run(self._ask(self.before), "start the show")

    async def _ask(self, before: BeforeStart) -> None:
        try:
            command = await before()
        finally:
            self._asking = False
        if command is not None:
            await self._deciding.do(command)
