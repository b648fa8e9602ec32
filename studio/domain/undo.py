"""Undo: which events take a decision back. What never left is withdrawn; what did gets its counterpart."""

from collections.abc import Collection

from studio.domain import events as ev
from studio.domain.commands import Refused
from studio.domain.effects import Effect, EffectKind, FeatureProduct, effects_of
from studio.domain.promo import PromoPhase, phase
from studio.domain.show import applied
from studio.domain.show_state import Decided, ShowPhase, ShowState

_NOTHING = Refused("There is nothing to undo.", "nothing")
_LATER = "Press again to undo the decision before it."


def undo(
    state: ShowState, now_ms: int, attempted: Collection[str], skip_irrevocable: bool = False
) -> list[ev.Event] | Refused:
    """The events that take back the last decision. `attempted` are effects that may have reached their target.

    The desk marks the events with the command id that `undone_command` names.
    """
    decided = undone_command(state, now_ms, attempted, skip_irrevocable)
    if decided is None:
        return _NOTHING
    return _reverse_all(state, decided, now_ms, attempted)


def undone_command(
    state: ShowState, now_ms: int, attempted: Collection[str], skip_irrevocable: bool = False
) -> Decided | None:
    """The decision that `undo` would take back, None when there is none."""
    for decided in reversed(state.undoable):
        if not skip_irrevocable:
            return decided
        if not isinstance(_reverse_all(state, decided, now_ms, attempted), Refused):
            return decided
    return None


def redo(state: ShowState, now_ms: int, attempted: Collection[str]) -> list[ev.Event] | Refused:
    """The events that do again what was undone last; the desk marks them with that undo's command id."""
    if not state.redoable:
        return Refused("Nothing was undone that could be done again.", "nothing")
    answer = _reverse_all(state, state.redoable[-1], now_ms, attempted)
    if isinstance(answer, Refused):
        # There is nothing behind it that could be done again instead.
        return Refused(answer.sentence.removesuffix(_LATER).rstrip(), answer.reason)
    return answer


def _reverse_all(
    state: ShowState, decided: Decided, now_ms: int, attempted: Collection[str]
) -> list[ev.Event] | Refused:
    back: list[ev.Event] = []
    for logged in reversed(decided.events):
        answer = _reverse(state, logged, now_ms, attempted)
        if isinstance(answer, Refused):
            return answer
        back.extend(answer)
        for event in answer:
            state = applied(state, event, now_ms)
    return back


def _withdrawals(effects: Collection[Effect], state: ShowState, attempted: Collection[str]) -> list[ev.Event]:
    """Settle what never left. Announcements that left stay said: a newer one follows."""
    return [
        ev.EffectSettled(e.id, e.target, type(e.action).__name__, ev.Outcome.WITHDRAWN)
        for e in effects
        if e.id not in attempted and e.id not in state.settled
    ]


def _reverse(
    state: ShowState, logged: ev.Logged, now_ms: int, attempted: Collection[str]
) -> list[ev.Event] | Refused:
    if refused := _too_late(state, logged.event):
        return refused
    # What was announced stands in the show for good; the effects depend on nothing else that does not last.
    effects = effects_of(logged, _around(state, logged), state)
    withdrawn = _withdrawals(effects, state, attempted)
    gone = {e.effect_id for e in withdrawn if isinstance(e, ev.EffectSettled)}
    left = [e for e in effects if e.id not in gone]
    events = _counter_events(state, logged, now_ms, left)
    return events if isinstance(events, Refused) else [*withdrawn, *events]


def _too_late(state: ShowState, event: ev.Event) -> Refused | None:
    """What cannot be decided any more is not undone either (`studio.domain.decide_plan`)."""
    match event:
        case ev.ShowChanged() if state.phase is not ShowPhase.PLANNED:
            return Refused(
                f"The show has begun: what it is called and when it is stays as it was. {_LATER}",
                "irrevocable",
            )
        case ev.ItemAdded() | ev.ItemChanged() | ev.ItemMoved() | ev.ItemRemoved() | ev.PromosPlanned() if (
            state.phase is ShowPhase.ENDED
        ):
            return Refused(
                f"The show is over: its line-up and its codes stay as they were. {_LATER}", "irrevocable"
            )
        case _:
            return None


def _around(state: ShowState, logged: ev.Logged) -> ShowState:
    """A show in which the event's effects on the pin are those that it had: something was pinned before."""
    event = logged.event
    if isinstance(event, ev.ItemWentOnAir):
        before = next((r for r in reversed(state.runs) if r.item_id == event.left_id), None)
        pinned = before.product_id if before else ""
        return ShowState(state.id, pinned_product_id=pinned)
    return state


def _back_on_air(state: ShowState, event: ev.ItemWentOnAir, told: bool) -> list[ev.Event] | Refused:
    if state.on_air_id != event.item_id:
        return Refused(f"Another item is on air by now. {_LATER}", "irrevocable")
    before = next((r for r in reversed(state.runs[:-1]) if r.item_id == event.left_id), None)
    if before is None or not event.left_id:
        return [ev.OnAirReverted(event.item_id, tell_shop=told)]
    return [
        ev.OnAirReverted(event.item_id, before.item_id, before.product_id, before.from_ms, tell_shop=told)
    ]


def _counter_events(  # noqa: C901 - one case an event: the table is the point
    state: ShowState, logged: ev.Logged, now_ms: int, left: list[Effect]
) -> list[ev.Event] | Refused:
    told = any(isinstance(e.action, FeatureProduct) for e in left)
    sent = [e for e in left if e.kind is not EffectKind.MOMENT]
    match logged.event:
        case ev.ItemWentOnAir() as event:
            return _back_on_air(state, event, told)
        case ev.Unpinned(item_id=item_id, product_id=product_id, since_ms=since):
            if state.on_air_id:
                return Refused(f"Another item is on air by now. {_LATER}", "irrevocable")
            return [ev.OnAirReverted(item_id, item_id, product_id, since, tell_shop=told)]
        case ev.PromoIssued(promo=promo):
            if not sent:
                return [ev.PromoWithdrawn(promo.id)]
            record = state.promos[promo.id]
            if phase(record, now_ms) in (PromoPhase.ENDED, PromoPhase.REFUSED, PromoPhase.WITHDRAWN):
                return Refused(f"{promo.code} is over already. {_LATER}", "irrevocable")
            return [ev.PromoEnded(promo.id, now_ms, record.wanted_ends_at_ms)]
        case ev.PromoExtended(promo_id=promo_id, ends_at_ms=ends, before_ms=before):
            return [ev.PromoExtended(promo_id, max(before, now_ms), ends, tell_shop=bool(sent))]
        case ev.PromoEnded(promo_id=promo_id, ends_at_ms=ends, before_ms=before):
            if sent:
                return Refused(f"The shop has ended the code: issue a new one. {_LATER}", "irrevocable")
            return [ev.PromoExtended(promo_id, before, ends, tell_shop=False)]
        case ev.ReplyWritten():
            if left:
                return Refused(f"The reply has gone out and can't be taken back. {_LATER}", "irrevocable")
            return []
        case (
            ev.QuestionClaimed(question_id=q)
            | ev.QuestionHidden(question_id=q)
            | ev.QuestionAnswered(question_id=q)
        ):
            return [ev.QuestionReopened(q, "open")]
        case ev.QuestionReleased(question_id=q):
            return [ev.QuestionClaimed(q)]
        case ev.QuestionPrompted() as e:
            return [
                ev.QuestionPrompted(
                    e.before_id, e.before_text, e.before_asked, e.question_id, e.text, e.asked
                )
            ]
        case ev.AnnouncementsSet(rules=rules, before=before):
            return [ev.AnnouncementsSet(before, rules)]
        case ev.ShowChanged(details=details, before=before):
            return [ev.ShowChanged(before, details)]
        case ev.GoalsSet(goals=goals, before=before):
            return [ev.GoalsSet(before, goals)]
        case ev.PromosPlanned(promos=promos, before=before):
            return [ev.PromosPlanned(before, promos)]
        case ev.ItemAdded(item=item):
            if any(r.item_id == item.id for r in state.runs) and state.on_air_id != item.id:
                return Refused(
                    f"“{item.title}” has been on air and stays in the line-up. {_LATER}", "irrevocable"
                )
            return [ev.ItemRemoved(item, state.index(item.id))]
        case ev.ItemRemoved(item=item, index=index):
            return [ev.ItemAdded(item, min(index, len(state.items)))]
        case ev.ItemMoved(item_id=item_id, index=index, before=before):
            return [ev.ItemMoved(item_id, before, index)]
        case ev.ItemChanged(item=item, before=before):
            return [ev.ItemChanged(before, item)]
        case ev.ItemSkipped(item_id=item_id):
            return [ev.ItemUnskipped(item_id)]
        case ev.ItemUnskipped(item_id=item_id):
            return [ev.ItemSkipped(item_id)]
        case _:
            return Refused(f"This can't be undone. {_LATER}", "irrevocable")
