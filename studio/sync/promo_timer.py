"""The promo timer: issues the codes that are planned for a time of their own, at that time and once.

It asks the same rules as a person's key does; what they refuse becomes a notice. Its codes have ids that follow from their
plans, so that a restart, or a clock that is measured anew, never issues one twice, and what a person took back stays so.
Undo passes over what it did: the last thing that the host did is another one.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from studio.control.ports import ShowClock, StoreFull
from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.commands import Refused
from studio.domain.decide import decide
from studio.domain.decide_promo import missed_at_end
from studio.domain.promo_plan import Due, timed
from studio.domain.show import ShowPhase, ShowState
from studio.sync.supervise import Bell

_LOOK_MS = 500
_RETRY_MS = 5_000
_LONGEST_SLEEP_MS = 5_000
_log = structlog.get_logger(__name__)

Amend = Callable[[Callable[[ShowState], Sequence[ev.Event]]], Awaitable[None]]
"""Puts down the events that follow from the show as it then stands (`Desk.amend`)."""
Tell = Callable[[str, str, str], None]
"""Shows the host a notice: its level, its sentence (empty takes it back) and its key."""


class PromoTimer:
    """Watches one open show. `amend` writes into the log, `tell` is told what was not issued and why. Call `wake` whenever
    the log has changed.
    """

    def __init__(
        self, state: Callable[[], ShowState], show_clock: ShowClock, amend: Amend, tell: Tell
    ) -> None:
        self._state = state
        self._clock = show_clock
        self._amend = amend
        self._tell = tell
        self._bell = Bell()
        self._said: dict[str, str] = {}
        self._on_air = False

    def wake(self) -> None:
        """Something has changed."""
        self._bell.ring()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            self._tell_of_the_end()
            # While nobody knows the shop's time a code could begin too early: the moment is not lost, it is looked up
            # again as soon as the shop has answered.
            now = self._clock.now_ms()
            try:
                if now is not None:
                    await self._issue_due(now)
            except StoreFull as full:
                _log.warning("a planned code waits for room on the disk", reason=str(full))
                await self._bell.wait(_RETRY_MS)
                continue
            await self._bell.wait(self._sleep_ms())

    async def _issue_due(self, now: int) -> None:
        wanted = timed(self._state())
        refusals: dict[str, str] = {}
        for due in wanted:
            if due.at_ms > now:
                continue
            if due.left_out and due.item is not None:
                sentence = (
                    f"{due.plan.code} was not issued at its time: “{due.item.title}” was skipped. "
                    "Issue it by hand, or plan the item again."
                )
            elif now >= due.until_ms:
                sentence = f"The time of {due.plan.code} passed unused: issue it by hand, or leave it out."
            else:
                sentence = await self._issue(due, now)
            if sentence:
                refusals[due.plan.id] = sentence
        self._say(refusals)

    async def _issue(self, due: Due, now: int) -> str:
        """Issue one; why it was not."""
        refusal = ""

        def events(state: ShowState) -> Sequence[ev.Event]:
            nonlocal refusal
            refusal = ""
            still = next((d for d in timed(state) if d.promo_id == due.promo_id), None)
            if still is None or still.left_out or still.at_ms > now:
                return ()
            answer = decide(state, _command(still), now)
            if isinstance(answer, Refused):
                refusal = f"{still.plan.code} was not issued at its time. {answer.sentence}"
                return ()
            return answer

        await self._amend(events)
        return refusal

    def _say(self, refusals: dict[str, str]) -> None:
        """Each sentence once; one that does not hold any more is taken back."""
        for plan_id in [known for known in self._said if known not in refusals]:
            del self._said[plan_id]
            self._tell("warning", "", _key(plan_id))
        for plan_id, sentence in refusals.items():
            if self._said.get(plan_id) != sentence:
                self._said[plan_id] = sentence
                self._tell("warning", sentence, _key(plan_id))

    def _tell_of_the_end(self) -> None:
        """The end of a show waits for nothing: what could not be issued with it is told afterwards."""
        state = self._state()
        if self._on_air and state.phase is ShowPhase.ENDED:
            for plan, refused in missed_at_end(state):
                sentence = f"{plan.code} was not issued at the end of the show. {refused.sentence}"
                self._tell("warning", sentence, _key(plan.id))
        self._on_air = state.phase is ShowPhase.ON_AIR

    def _sleep_ms(self) -> int | None:
        """Until the next moment; None when only a change can bring one."""
        wanted = timed(self._state())
        now = self._clock.now_ms()
        if now is None:
            return _LOOK_MS if wanted else None
        ahead = [due.at_ms for due in wanted if due.at_ms > now]
        if not ahead:
            # What was refused is tried again when something changes; a clock that was lost may have missed one.
            return _LONGEST_SLEEP_MS if wanted else None
        # The clock may be measured anew meanwhile: never asleep for long.
        left = (min(ahead) - now) / max(self._clock.rate, 0.001)
        return max(1, min(round(left) + 1, _LONGEST_SLEEP_MS))


def _command(due: Due) -> cmd.IssuePlannedPromo | cmd.IssuePromoPlan:
    if due.item is not None:
        return cmd.IssuePlannedPromo(due.promo_id, due.item.id)
    return cmd.IssuePromoPlan(due.promo_id, due.plan.id)


def _key(plan_id: str) -> str:
    return f"promo-plan:{plan_id}"
