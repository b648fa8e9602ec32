"""From the form of the promo plan to commands: each is one decision that can be undone."""

from collections.abc import Callable

import msgspec

from studio.domain.commands import ChangeItem, PlanPromos
from studio.domain.ids import uuid7
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, suggest_code
from studio.domain.show import ShowState

Edit = ChangeItem | PlanPromos


def owner_of(state: ShowState, plan_id: str) -> LineUpItem | None:
    """The item to which a planned code belongs; None for one of the whole show, and for one that is gone."""
    return next((i for i in state.items if i.promo is not None and i.promo.id == plan_id), None)


def changed(state: ShowState, plan: PromoPlan) -> Edit | None:
    """The planned code of this id becomes this one; None when there is no such code any more."""
    item = owner_of(state, plan.id)
    if item is not None:
        return ChangeItem(msgspec.structs.replace(item, promo=plan))
    if all(known.id != plan.id for known in state.planned_promos):
        return None
    return PlanPromos(tuple(plan if known.id == plan.id else known for known in state.planned_promos))


def removed(state: ShowState, plan_id: str) -> Edit | None:
    """The planned code goes."""
    item = owner_of(state, plan_id)
    if item is not None:
        return ChangeItem(msgspec.structs.replace(item, promo=None))
    left = tuple(known for known in state.planned_promos if known.id != plan_id)
    return None if left == state.planned_promos else PlanPromos(left)


def added(
    state: ShowState, item: LineUpItem | None, percent: int, minutes: int, like: PromoPlan | None = None
) -> tuple[Edit, PromoPlan]:
    """One more code, for an item or (None) for the whole show, with a suggested name; `like`: otherwise as that one."""
    stem = item.title if item is not None and item.kind is ItemKind.PRODUCT else "LIVE"
    of_product = item is not None and item.kind is ItemKind.PRODUCT
    if like is None:
        scope = PromoScope.PRODUCT if of_product else PromoScope.LINEUP
        plan = PromoPlan(
            uuid7(), "", PromoKind.PERCENT, percent, scope=scope, minutes=minutes, armed=of_product
        )
    else:
        plan = msgspec.structs.replace(like, id=uuid7())
    plan = msgspec.structs.replace(plan, code=suggested(state, stem, percent_of(plan)))
    if item is not None:
        return ChangeItem(msgspec.structs.replace(item, promo=plan)), plan
    return PlanPromos((*state.planned_promos, plan)), plan


def percent_of(plan: PromoPlan) -> int:
    """The percentage that a code's name tells, 0 for none."""
    return plan.percent if plan.kind is PromoKind.PERCENT else 0


def suggested(
    state: ShowState, stem: str, percent: int, suggest: Callable[[str, int], str] = suggest_code
) -> str:
    """A code that this show does not plan yet; `percent` of 0 is left out of it."""
    known = {each.code for each, _ in state.promo_plans}
    while (code := suggest(stem, percent)) in known:
        pass
    return code


def next_without(state: ShowState, item_id: str) -> LineUpItem | None:
    """The product behind an item (else before it) that has no code yet: where a copy of its code goes."""
    at = state.index(item_id)
    around = (*state.items[at + 1 :], *state.items[: max(at, 0)])
    return next((i for i in around if i.promo is None and i.kind is ItemKind.PRODUCT), None)
