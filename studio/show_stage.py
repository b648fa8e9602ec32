"""The stages of one open show: kept as the show has it, and what the broadcast does put into the show's log.

Everything here runs on the engine's loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from studio.control.ports import ShowClock, Stage, StreamState, WallClock
from studio.domain.events import EffectSettled, Event, StreamStarted, StreamStopped
from studio.domain.product import Product
from studio.domain.show import ShowState
from studio.domain.stage import refused_pins
from studio.sync.backoff import Backoff
from studio.sync.links import OnLink
from studio.sync.stage_keeper import StageKeeper
from studio.sync.supervise import Bell, supervised

_SAME_STREAM_MS = 30_000
"""OBS tells how long it has streamed, and so when it began, by its frames: that moves with those it drops."""
_CLOCK_MS = 500
"""While the shop's time is not known it is looked at so often: a broadcast is put down by it."""

Amend = Callable[[Callable[[ShowState], Sequence[Event]]], Awaitable[None]]


class StagesOf(Protocol):
    """The stages of one show, and how they are kept."""

    sure: Callable[[], bool]

    @property
    def unsure_ms(self) -> int:
        """Price and code leave so long after the shop was heard last."""
        ...

    @property
    def few(self) -> int:
        """From which number on it is told that only so many are left."""
        ...

    def make(self) -> Sequence[Stage]:
        """New stages, for a show that is being opened."""
        ...


class ShowStage:
    """`pulse` asks the shop for a sign of life, `link_of` a product's link (both raise `TargetError`); `amend` writes into
    the log; `on_link` and `on_stream` hear how stages and broadcast are.
    """

    def __init__(
        self,
        stages: StagesOf,
        show_clock: ShowClock,
        wall: WallClock,
        pulse: Callable[[], Awaitable[None]],
        link_of: Callable[[str], Awaitable[str]],
        amend: Amend,
        on_link: OnLink,
        on_stream: Callable[[str, StreamState], None],
    ) -> None:
        self.streams: dict[str, StreamState] = {}
        self._clock, self._wall = show_clock, wall
        self._amend = amend
        self._on_stream = on_stream
        self._moved = Bell()
        self._answers: Mapping[str, EffectSettled] | None = None
        self._pinned = ""
        self._refused: frozenset[str] = frozenset()
        self._task: asyncio.Task[None] | None = None
        keeper = StageKeeper(
            stages.make(),
            show_clock,
            wall,
            pulse,
            link_of,
            on_link,
            self._streamed,
            unsure_ms=stages.unsure_ms,
            few=stages.few,
        )
        stages.sure = lambda: keeper.holds
        self._keeper = keeper
        self.shop_heard = keeper.shop_heard

    def start(self) -> None:
        """Begin to keep the stages."""
        self._task = asyncio.create_task(self._run(), name="stage")

    async def close(self) -> None:
        """Take everything of ours off the stages."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def update(self, state: ShowState, products: Mapping[str, Product], sellable: Mapping[str, int]) -> None:
        """The show, the shop's products and their stock stand so now."""
        # A long show has thousands of answers, and its stock changes many times a second.
        if state.settled is not self._answers or state.pinned_product_id != self._pinned:
            self._answers, self._pinned = state.settled, state.pinned_product_id
            self._refused = refused_pins(state)
        self._keeper.update(state, products, sellable, self._refused)

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._keeper.run(), name="stage keeper")
            group.create_task(supervised("broadcast", self._log_streams, Backoff()), name="broadcast")

    def _streamed(self, name: str, state: StreamState) -> None:
        if self.streams.get(name) != state:
            self.streams[name] = state
            self._on_stream(name, state)
            self._moved.ring()

    async def _log_streams(self) -> None:
        """Put down when the broadcast began and ended: chapters of the replay count from there."""
        wait_ms: int | None = None
        while True:
            await self._moved.wait(wait_ms)
            known = self._clock.now_ms() is not None
            if known:
                await self._amend(self._facts)
            wait_ms = None if known else _CLOCK_MS

    def _facts(self, state: ShowState) -> list[Event]:
        facts: list[Event] = []
        for name, stream in self.streams.items():
            known = state.streams.get(name)
            if stream.streaming and stream.started_wall_ms is not None:
                began = self._shop_ms(stream.started_wall_ms)
                if known is None or abs(known - began) > _SAME_STREAM_MS * self._clock.rate:
                    facts.append(StreamStarted(name, began))
            elif known is not None and not stream.streaming and not stream.reconnecting:
                facts.append(StreamStopped(name))
        return facts

    def _shop_ms(self, wall_ms: int) -> int:
        return self._clock.best_ms() - round((self._wall.now_ms() - wall_ms) * self._clock.rate)
