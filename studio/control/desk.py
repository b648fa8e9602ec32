"""The desk: one command at a time becomes events in the show's log, with their effects in the outbox."""

import asyncio
from collections.abc import Callable, Sequence

from studio.control.ports import ExpectedSeqMismatch, ShowClock, ShowLog, WallClock
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.commands import Command, Refused
from studio.domain.decide import Facts, decide
from studio.domain.effects import Effect, effects_of
from studio.domain.ids import uuid7
from studio.domain.show import ShowState, apply
from studio.domain.undo import undone_command

_TRIES = 5
OnAppended = Callable[[Sequence[ev.Logged], Sequence[Effect], ShowState], None]


class Desk:
    """Decides for one show. Commands queue behind each other: what one decided, the next one sees.

    `facts` is asked before each decision; `on_appended` is told of what is on disk, in order. `last_ms` is the time of
    the log's last event: a decision is never stamped at or before an earlier one, also when the clock was set back,
    for the latest decision is the one that counts at the shop.
    """

    def __init__(
        self,
        state: ShowState,
        log: ShowLog,
        show_clock: ShowClock,
        wall_clock: WallClock,
        facts: Callable[[], Facts],
        on_appended: OnAppended,
        seat: str = "seat-1",
        last_ms: int = 0,
    ) -> None:
        self._state = state
        self._log = log
        self._show_clock = show_clock
        self._wall_clock = wall_clock
        self._facts = facts
        self._on_appended = on_appended
        self._seat = seat
        self._last_ms = last_ms
        self._turn = asyncio.Lock()

    @property
    def state(self) -> ShowState:
        """The show as decided so far: all of it is on disk."""
        return self._state

    async def do(self, command: Command, actor: str = "host") -> Refused | None:
        """Carry out a command. None means that its events are on disk. Raises `StoreFull`."""
        async with self._turn:
            for _ in range(_TRIES):
                now = self._show_clock.best_ms()
                facts = self._facts()
                answer = decide(self._state, command, now, facts)
                if isinstance(answer, Refused):
                    return answer
                undoes = ""
                if isinstance(command, cmd.Undo):
                    undone = undone_command(self._state, now, facts.attempted, command.skip_irrevocable)
                    undoes = undone.command_id if undone else ""
                elif isinstance(command, cmd.Redo) and self._state.redoable:
                    undoes = self._state.redoable[-1].command_id
                try:
                    await self._append(answer, max(now, self._last_ms + 1), actor, undoes)
                except ExpectedSeqMismatch:
                    await self._catch_up()
                    continue
                return None
            return Refused("Another seat is changing the show at this moment: try again.", "busy")

    async def record(self, events: Sequence[ev.Event], actor: str = "engine") -> None:
        """Put down what the outside world answered. Raises `StoreFull`, and `ExpectedSeqMismatch` when other seats do
        not stop writing in between.
        """
        await self.amend(lambda _state: events, actor)

    async def amend(self, make: Callable[[ShowState], Sequence[ev.Event]], actor: str = "engine") -> None:
        """Put down the events that follow from the show as it stands at that moment. They are nobody's command: undo
        passes them over. Raises as `record` does.
        """
        async with self._turn:
            for tries_left in range(_TRIES - 1, -1, -1):
                try:
                    events = make(self._state)
                    now = max(self._show_clock.best_ms(), self._last_ms)
                    await self._append(events, now, actor, "", group=False)
                except ExpectedSeqMismatch:
                    if not tries_left:
                        raise
                    await self._catch_up()
                else:
                    return

    async def _catch_up(self) -> None:
        missed = await self._log.read(self._state.id, self._state.seq)
        for logged in missed:
            before = self._state
            self._state = apply(before, logged)
            self._last_ms = max(self._last_ms, logged.at_ms)
            self._on_appended([logged], effects_of(logged, before, self._state), self._state)

    async def _append(
        self, events: Sequence[ev.Event], now_ms: int, actor: str, undoes: str, group: bool = True
    ) -> None:
        if not events:
            return
        state = self._state
        command_id = uuid7() if group else ""
        logged: list[ev.Logged] = []
        effects: list[Effect] = []
        for event in events:
            entry = ev.Logged(
                id=uuid7(),
                show_id=state.id,
                seq=state.seq + 1,
                at_ms=now_ms,
                wall_ms=self._wall_clock.now_ms(),
                actor=actor,
                seat=self._seat,
                command_id=command_id,
                event=event,
                undoes=undoes,
            )
            after = apply(state, entry)
            effects.extend(effects_of(entry, state, after))
            logged.append(entry)
            state = after
        await self._log.append(state.id, self._state.seq, logged, effects)
        self._state = state
        self._last_ms = now_ms
        self._on_appended(logged, effects, state)
