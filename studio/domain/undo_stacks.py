"""What can be undone and what can be done again, as the log tells it."""

from studio.domain import events as ev
from studio.domain.show_state import Decided, ShowPhase, ShowState

UNDO_DEPTH = 200
"""How far undo goes back once a show is on air; a plan can be undone to its beginning."""

_NOT_UNDOABLE = (
    ev.ShowPlanned, ev.ShopChanged, ev.ShowStarted, ev.ShowEnded, ev.EffectSettled, ev.PromoConfirmed, ev.PromoRefused, ev.PromoLapsed,
    ev.PromoWindowConfirmed, ev.PromoChangeRefused, ev.UnsureResolved, ev.StageCleared,
    ev.PromoEnding, ev.SoldOut, ev.StreamStarted, ev.StreamStopped, ev.ShowArchived, ev.LinkLost, ev.LinkRestored,
)  # fmt: skip
_PLANS = (
    ev.ItemAdded, ev.ItemChanged, ev.ItemMoved, ev.ItemRemoved, ev.ItemSkipped, ev.ItemUnskipped, ev.ShowChanged,
    ev.GoalsSet, ev.PromosPlanned, ev.AnnouncementsSet,
)  # fmt: skip
"""What touches nobody outside: only these are done again."""

Stack = tuple[Decided, ...]


def stacks(state: ShowState, logged: ev.Logged) -> tuple[Stack, Stack]:
    """What can be undone and what can be done again, after one more event: the state's `undoable` and `redoable`."""
    undo, redo = state.undoable, state.redoable
    if isinstance(logged.event, ev.ShopChanged):
        # What was planned before names products of the other shop by their numbers there.
        return (), ()
    if logged.undoes:
        if _is_on(redo, logged.undoes) or _goes_on(undo, logged):
            return _pushed(undo, logged, state.phase), _without(redo, logged.undoes)
        undone = next((decided for decided in undo if decided.command_id == logged.undoes), None)
        if undone is None:
            # A later event of an undo: it belongs to what its first one began.
            return undo, _pushed(redo, logged, state.phase) if _goes_on(redo, logged) else redo
        undo = _without(undo, logged.undoes)
        # Half a decision is never done again: what was pinned with an item that came in is not pinned anew.
        plan = all(isinstance(was.event, _PLANS) for was in undone.events)
        return undo, _pushed(redo, logged, state.phase) if plan else ()
    if not logged.command_id or isinstance(logged.event, _NOT_UNDOABLE):
        return undo, redo
    return _pushed(undo, logged, state.phase), ()


def _is_on(stack: Stack, command_id: str) -> bool:
    return any(decided.command_id == command_id for decided in stack)


def _goes_on(stack: Stack, logged: ev.Logged) -> bool:
    return bool(stack) and stack[-1].command_id == logged.command_id


def _without(stack: Stack, command_id: str) -> Stack:
    return tuple(decided for decided in stack if decided.command_id != command_id)


def _pushed(stack: Stack, logged: ev.Logged, phase: ShowPhase) -> Stack:
    if _goes_on(stack, logged):
        return (*stack[:-1], Decided(logged.command_id, (*stack[-1].events, logged)))
    kept = stack if phase is ShowPhase.PLANNED else stack[-UNDO_DEPTH + 1 :]
    return (*kept, Decided(logged.command_id, (logged,)))
