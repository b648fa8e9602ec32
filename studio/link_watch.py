"""How the connections of one open show are, and which of them were lost on air: that goes into the show's log.

Everything here runs on the engine's loop.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from studio.control.ports import ShowClock, StoreFull, WallClock
from studio.domain.events import Event, LinkLost, LinkRestored
from studio.domain.show import ShowPhase, ShowState
from studio.sync.links import LinkState
from studio.sync.supervise import Bell
from studio.ui.studio import Link, LinkStatus

LOST_AFTER_MS: Final = 10_000
"""A connection counts as lost when it did not work for so long: a reconnect, or a server that is restarted behind its
balancer, takes a few seconds and is no alert that anybody would look for afterwards.
"""
_WATCHED: Final = ("shop", "channel")
"""Of a stage the log has its broadcast."""
_LOOK_MS: Final = 1_000
"""A show may go on air while a connection is down already."""
_RETRY_MS: Final = 5_000
_log = structlog.get_logger(__name__)

Amend = Callable[[Callable[[ShowState], Sequence[Event]]], Awaitable[None]]
"""Puts down the events that follow from the show as it then stands (`Desk.amend`)."""


class LinkWatch:
    """`amend` writes into the show's log. What a connection says of its trouble stays out of it: no sentence of a server is
    kept for good.
    """

    def __init__(self, show_clock: ShowClock, wall: WallClock, amend: Amend) -> None:
        self._clock, self._wall, self._amend = show_clock, wall, amend
        self._links: dict[tuple[str, str], LinkStatus] = {}
        self._down_since: dict[tuple[str, str], int] = {}
        self._bell = Bell()

    @property
    def statuses(self) -> tuple[LinkStatus, ...]:
        """How all connections are."""
        return tuple(self._links.values())

    def take(
        self, name: str, kind: str, state: LinkState, sentence: str, heard_wall_ms: int | None
    ) -> LinkStatus:
        """A connection is so from now on."""
        key = kind, name
        before = self._links.get(key)
        status = self._links[key] = LinkStatus(name, kind, Link(str(state)), sentence, heard_wall_ms)
        if kind in _WATCHED and (before is None or before.link is not status.link):
            self._turned(key, status.link)
        return status

    def _turned(self, key: tuple[str, str], link: Link) -> None:
        # One that is connected but silent is neither lost nor back: nobody may have anything to say.
        if link in (Link.OK, Link.STALE):
            self._down_since.pop(key, None)
        else:
            self._down_since.setdefault(key, self._wall.monotonic_ms())
        self._bell.ring()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                await self._amend(self._facts)
            except StoreFull as full:
                _log.warning("a lost connection is not put down while the disk is full", reason=str(full))
                await self._bell.wait(_RETRY_MS)
                continue
            await self._bell.wait(self._sleep_ms())

    def _facts(self, state: ShowState) -> list[Event]:
        if state.phase is not ShowPhase.ON_AIR:
            return []
        now = self._wall.monotonic_ms()
        facts: list[Event] = [
            LinkLost(*key, self._heard_ms(key))
            for key, since in self._down_since.items()
            if now - since >= LOST_AFTER_MS and key not in state.links_lost
        ]
        for key in sorted(state.links_lost):
            status = self._links.get(key)
            if status is not None and status.link is Link.OK:
                facts.append(LinkRestored(*key))
        return facts

    def _heard_ms(self, key: tuple[str, str]) -> int:
        """When it was heard last, by the shop's clock; where it was not since the studio was started: since when it is down."""
        heard = self._links[key].heard_wall_ms
        ago = (
            self._wall.monotonic_ms() - self._down_since[key]
            if heard is None
            else self._wall.now_ms() - heard
        )
        return self._clock.best_ms() - round(ago * self._clock.rate)

    def _sleep_ms(self) -> int | None:
        """Until the next moment that matters; None when only a change can bring one."""
        if not self._down_since:
            return None
        now = self._wall.monotonic_ms()
        left = [since + LOST_AFTER_MS - now for since in self._down_since.values()]
        return min([_LOOK_MS, *(ms for ms in left if ms > 0)])
