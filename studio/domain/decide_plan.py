"""Deciding about the plan of a show: its line-up, its details, its goals. Pure: same input, same answer."""

from collections.abc import Callable
from typing import Any

import msgspec

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain.commands import Refused
from studio.domain.deciding import GONE, Answer, Facts
from studio.domain.lineup import LineUpItem
from studio.domain.lineup_file import MAX_ITEMS, MAX_UNITS
from studio.domain.money import zero
from studio.domain.plan import MAX_COSTS, MAX_PLANNED_MS, MAX_TITLE, Goals, ShowDetails
from studio.domain.promo import PromoKind, PromoPlan
from studio.domain.promo_plan import stands
from studio.domain.show_state import ShowPhase, ShowState

_FULL = Refused(f"A line-up holds {MAX_ITEMS} items: take one out first.", "full")
_NO_SHOW = Refused("There is no show yet: make one first.", "no-show")
_OVER = Refused("The show is over: its line-up stays as it was.", "over")
_WORTH_IT = 10
"""So many events fewer are worth to log the others as moved, instead of those that a person moved."""


def item_problem(item: LineUpItem) -> Refused | None:
    """Why an item cannot be planned like this; None when it can."""
    if not item.title.strip():
        return Refused("An item needs a title.", "title")
    if item.planned_ms <= 0:
        return Refused("The planned minutes must be more than zero.", "length")
    if item.planned_ms > MAX_PLANNED_MS:
        return Refused("An item is planned for seven days at most.", "length")
    if not 0 <= item.target_units <= MAX_UNITS or not 0 <= item.safety_stock <= MAX_UNITS:
        return Refused("Target units and safety stock cannot be negative, nor beyond a billion.", "units")
    if item.show_price_minor is not None and not 0 <= item.show_price_minor <= MAX_UNITS:
        return Refused("The show price cannot be negative, nor beyond what a price may be.", "price")
    return None


def _add(state: ShowState, c: cmd.AddItem, now: int, facts: Facts) -> Answer:
    return _add_all(state, cmd.AddItems((c.item,), c.index), now, facts)


def _add_all(state: ShowState, c: cmd.AddItems, _now: int, _facts: Facts) -> Answer:
    if state.phase is ShowPhase.ENDED:
        return _OVER
    return _additions(state.items, c.items, c.index)


def _additions(before: tuple[LineUpItem, ...], items: tuple[LineUpItem, ...], index: int) -> Answer:
    if len(before) + len(items) > MAX_ITEMS:
        room = MAX_ITEMS - len(before)
        if len(items) == 1 or not room:
            return _FULL
        return Refused(
            f"A line-up holds {MAX_ITEMS} items, and there is room for {room} more: choose fewer.", "full"
        )
    known = {item.id for item in before}
    for item in items:
        if item.id in known:
            return Refused("This item is in the line-up already.", "exists")
        if problem := item_problem(item):
            return problem
        known.add(item.id)
    at = min(max(index, 0), len(before))
    return [ev.ItemAdded(item, at + n) for n, item in enumerate(items)]


def _import(state: ShowState, c: cmd.ImportItems, now: int, facts: Facts) -> Answer:
    if state.phase is ShowPhase.ENDED:
        return _OVER
    shown = {run.item_id for run in state.runs}
    gone = tuple(item.id for item in state.items if item.id not in shown) if c.instead else ()
    kept = tuple(item for item in state.items if item.id not in gone)
    removed = _remove_all(state, cmd.RemoveItems(gone), now, facts)
    added = _additions(kept, c.items, len(kept) if c.instead else c.index)
    planned = _plan_promos(state, cmd.PlanPromos(_with_codes(state, c.promos)), now, facts)
    for answer in (removed, added, planned):
        if isinstance(answer, Refused):
            return answer
    return [
        event for answer in (removed, added, planned) if not isinstance(answer, Refused) for event in answer
    ]


def _with_codes(state: ShowState, promos: tuple[PromoPlan, ...]) -> tuple[PromoPlan, ...]:
    """The planned codes of the show with those of a file. One that was issued stays as it was."""
    codes = {plan.code: plan for plan in state.planned_promos}
    issued = {record.promo.code for record in state.promos.values() if stands(record)}
    for plan in promos:
        before = codes.get(plan.code)
        if before is None:
            codes[plan.code] = plan
        elif plan.code not in issued:
            codes[plan.code] = msgspec.structs.replace(plan, id=before.id)
    ahead = {plan.id for plan in state.planned_promos}
    # Two of the same code were planned on purpose: only the last of them is the one that is replaced.
    planned = [codes[p.code] if codes[p.code].id == p.id else p for p in state.planned_promos]
    return (*planned, *(plan for plan in codes.values() if plan.id not in ahead))


def _change(state: ShowState, c: cmd.ChangeItem, now: int, facts: Facts) -> Answer:
    return _change_all(state, cmd.ChangeItems((c.item,)), now, facts)


def _change_all(state: ShowState, c: cmd.ChangeItems, _now: int, _facts: Facts) -> Answer:
    if state.phase is ShowPhase.ENDED:
        return _OVER
    known = {item.id: item for item in state.items}
    events: list[ev.Event] = []
    for item in c.items:
        before = known.get(item.id)
        if before is None:
            return GONE
        if problem := item_problem(item):
            return problem
        if item != before:
            events.append(ev.ItemChanged(item, before))
            known[item.id] = item
    return events


def _move(state: ShowState, c: cmd.MoveItem, _now: int, _facts: Facts) -> Answer:
    if state.phase is ShowPhase.ENDED:
        return _OVER
    at = state.index(c.item_id)
    if at < 0:
        return GONE
    to = min(max(c.index, 0), len(state.items) - 1)
    return [] if to == at else [ev.ItemMoved(c.item_id, to, at)]


def _move_all(state: ShowState, c: cmd.MoveItems, _now: int, _facts: Facts) -> Answer:
    if state.phase is ShowPhase.ENDED:
        return _OVER
    wanted = set(c.item_ids)
    order = [item.id for item in state.items]
    if not wanted <= set(order):
        return GONE
    at = min(max(c.index, 0), len(order))
    moved = [item_id for item_id in order if item_id in wanted]
    ahead = [item_id for item_id in order[:at] if item_id not in wanted]
    behind = [item_id for item_id in order[at:] if item_id not in wanted]
    target = [*ahead, *moved, *behind]
    if target == order:
        return []
    chosen = _moves(order, target, moved)
    # A large block that is put behind one item: that item is put before the block.
    others = _moves(order, target, [i for n, i in enumerate(target) if i not in wanted and order[n] != i])
    return others if len(others) + _WORTH_IT <= len(chosen) else chosen


def _moves(order: list[str], target: list[str], movers: list[str]) -> list[ev.Event]:
    """Moves of `movers` that, one after the other, make `target` of `order`; the others keep their order among
    themselves.
    """
    now = list(order)
    settled = set(order).difference(movers)
    ahead = ""
    events: list[ev.Event] = []
    for item_id in target:
        if item_id not in settled:
            before = now.index(item_id)
            del now[before]
            index = now.index(ahead) + 1 if ahead else 0
            now.insert(index, item_id)
            settled.add(item_id)
            if index != before:
                events.append(ev.ItemMoved(item_id, index, before))
        ahead = item_id
    return events


def _remove(state: ShowState, c: cmd.RemoveItem, now: int, facts: Facts) -> Answer:
    return _remove_all(state, cmd.RemoveItems((c.item_id,)), now, facts)


def _remove_all(state: ShowState, c: cmd.RemoveItems, _now: int, _facts: Facts) -> Answer:
    if state.phase is ShowPhase.ENDED:
        return _OVER
    wanted = set(c.item_ids)
    shown = {run.item_id for run in state.runs}
    events: list[ev.Event] = []
    index = 0
    for item in state.items:
        if item.id not in wanted:
            index += 1
            continue
        if item.id in shown:
            return Refused(f"“{item.title}” has been on air and stays in the line-up.", "shown")
        events.append(ev.ItemRemoved(item, index))
    return GONE if len(events) < len(wanted) else events


def _change_show(state: ShowState, c: cmd.ChangeShow, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return _NO_SHOW
    if state.phase is not ShowPhase.PLANNED:
        return Refused("The show has begun: what it is called and when it is stays as it was.", "begun")
    if problem := details_problem(c.details):
        return problem
    if c.details == state.details:
        return []
    changed = ev.ShowChanged(c.details, state.details)
    if c.details.currency == state.currency:
        return [changed]
    if _has_amounts(state):
        return Refused(
            f"Amounts are planned in {state.currency} and would be other ones in {c.details.currency}: take out show prices, "
            "amounts off, the goal for revenue and costs first, or make a new show with this line-up.",
            "currency",
        )
    # What the shop charged when an item was planned is known in the other currency only.
    bare = {item.id: msgspec.structs.replace(item, planned_price_minor=None) for item in state.items}
    forgotten = [ev.ItemChanged(bare[item.id], item) for item in state.items if item != bare[item.id]]
    return [changed, *forgotten]


def _has_amounts(state: ShowState) -> bool:
    """Whether somebody planned an amount in the show's currency."""
    return (
        state.goals.revenue_minor is not None
        or bool(state.goals.costs)
        or any(item.show_price_minor is not None for item in state.items)
        or any(plan.kind is PromoKind.FIXED for plan, _ in state.promo_plans)
    )


def details_problem(details: ShowDetails) -> Refused | None:
    """Why a show cannot be planned like this; None when it can."""
    if not details.title.strip() or len(details.title) > MAX_TITLE:
        return Refused(f"A show needs a title of at most {MAX_TITLE} characters.", "title")
    if not 0 <= details.planned_ms <= MAX_PLANNED_MS:
        return Refused("A show is planned for seven days at most.", "length")
    try:
        zero(details.currency)
    except ValueError:
        return Refused("A currency has three capital letters, such as EUR.", "currency")
    return None


def _archive(state: ShowState, c: cmd.ArchiveShow, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return _NO_SHOW
    if state.phase is ShowPhase.ON_AIR:
        return Refused("The show is on air: end it first.", "on-air")
    return [] if c.archived == state.archived else [ev.ShowArchived(c.archived)]


def _set_goals(state: ShowState, c: cmd.SetGoals, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return _NO_SHOW
    if problem := goals_problem(c.goals):
        return problem
    return [] if c.goals == state.goals else [ev.GoalsSet(c.goals, state.goals)]


def goals_problem(goals: Goals) -> Refused | None:
    """Why these goals cannot be set; None when they can."""
    numbers = (goals.peak_viewers, goals.sessions, goals.orders, goals.revenue_minor)
    if any(number is not None and not 0 <= number <= 10**12 for number in numbers):
        return Refused("A goal is a whole number, not negative; leave it empty for none.", "goals")
    if len(goals.costs) > MAX_COSTS:
        return Refused(f"A show has at most {MAX_COSTS} lines of costs: put some together.", "costs")
    if any(not cost.label.strip() or not 0 <= cost.amount_minor <= 10**12 for cost in goals.costs):
        return Refused("Each line of costs needs a name and an amount that is not negative.", "costs")
    return None


def _plan_promos(state: ShowState, c: cmd.PlanPromos, _now: int, _facts: Facts) -> Answer:
    if not state.seq:
        return _NO_SHOW
    if state.phase is ShowPhase.ENDED:
        return Refused("The show is over: no code can be planned any more.", "over")
    if len({plan.id for plan in c.promos}) < len(c.promos):
        return Refused("Each planned code has an id of its own.", "exists")
    return [] if c.promos == state.planned_promos else [ev.PromosPlanned(c.promos, state.planned_promos)]


DECIDE_PLAN: dict[type, Callable[[ShowState, Any, int, Facts], Answer]] = {
    cmd.AddItem: _add,
    cmd.AddItems: _add_all,
    cmd.ImportItems: _import,
    cmd.ChangeItem: _change,
    cmd.ChangeItems: _change_all,
    cmd.MoveItem: _move,
    cmd.MoveItems: _move_all,
    cmd.RemoveItem: _remove,
    cmd.RemoveItems: _remove_all,
    cmd.ChangeShow: _change_show,
    cmd.ArchiveShow: _archive,
    cmd.SetGoals: _set_goals,
    cmd.PlanPromos: _plan_promos,
}
"""The commands of this page, for `studio.domain.decide`."""
