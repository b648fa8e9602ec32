"""Deciding in shows that are not open: archived, set up, planned for another day. Runs on the engine's loop."""

import asyncio
from collections.abc import Callable

import structlog

from studio.control.desk import Desk
from studio.control.ports import ShowClock, ShowLog, WallClock
from studio.domain.commands import ArchiveShow, ChangeShop, ChangeShow, PlanShow, Refused
from studio.domain.deciding import Facts
from studio.domain.show import ShowState, fold
from studio.store.errors import StoreError

ClosedCommand = PlanShow | ChangeShow | ArchiveShow | ChangeShop
"""What can be decided without a shop: nothing of it has to be told to anybody."""

_OPEN = Refused("This show is open: decide it there.", "open")
_log = structlog.get_logger(__name__)


class ClosedShows:
    """`is_open` says whether a show (its id) is open in this studio: there it is decided by its own desk."""

    def __init__(
        self, log: ShowLog, show_clock: ShowClock, wall_clock: WallClock, is_open: Callable[[str], bool]
    ) -> None:
        self._log, self._show_clock, self._wall_clock, self._is_open = log, show_clock, wall_clock, is_open
        self._turn = asyncio.Lock()

    async def state(self, show_id: str) -> ShowState:
        """A show as its log tells it. Raises `StoreDamaged`."""
        return fold(show_id, await self._log.read(show_id))

    async def do(self, show_id: str, command: ClosedCommand) -> Refused | None:
        """Carry out a command; None when it is on disk. Setting up the same show a second time is refused, so a command
        that is given again does nothing. Raises `StoreFull`.
        """
        async with self._turn:
            if self._is_open(show_id):
                return _OPEN
            try:
                log = await self._log.read(show_id)
                desk = Desk(
                    fold(show_id, log),
                    self._log,
                    self._show_clock,
                    self._wall_clock,
                    Facts,
                    lambda _logged, _effects, _state: None,
                    last_ms=log[-1].at_ms if log else 0,
                )
                return await desk.do(command)
            except StoreError as error:
                _log.exception("decision not stored", command=type(command).__name__)
                return Refused(str(error), "store")
