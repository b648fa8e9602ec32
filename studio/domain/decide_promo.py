"""Deciding about promo codes. Pure: same input, same answer."""

from collections.abc import Sequence

import msgspec

from studio.domain import commands as cmd
from studio.domain import events as ev
from studio.domain import promo as promos
from studio.domain.commands import Refused
from studio.domain.deciding import GONE, Answer, Facts
from studio.domain.ids import derived_id
from studio.domain.lineup import LineUpItem
from studio.domain.promo import PromoCode, PromoPhase, PromoPlan, PromoScope, PromoWhen
from studio.domain.promo_plan import is_left_out
from studio.domain.show import ShowPhase, ShowState, applied

MAX_EXTENSION_MS = 7 * 24 * 3_600_000


def issued_before(state: ShowState, plan: PromoPlan) -> bool:
    """Whether a code of this plan was issued in this show."""
    return any(
        r.promo.plan_id == plan.id and not r.withdrawn and not r.refusal for r in state.promos.values()
    )


def code_in_use(state: ShowState, code: str) -> bool:
    """Whether this show has issued the code."""
    return any(r.promo.code == code and not r.withdrawn and not r.refusal for r in state.promos.values())


def promo_of(
    state: ShowState,
    promo_id: str,
    plan: PromoPlan,
    product_ids: Sequence[str],
    item: LineUpItem | None,
    now: int,
) -> PromoCode:
    """The code of a plan as it is decided now (UTC ms of the shop's clock), for an item where there is one."""
    if plan.scope is PromoScope.LINEUP:
        products = state.product_ids
    elif plan.scope is PromoScope.ALL:
        products = ()
    else:
        products = tuple(product_ids) or ((item.product_id,) if item and item.product_id else ())
    ends = now + plan.minutes * 60_000
    if plan.hours_after_show:
        planned_end = (state.started_at_ms if state.started_at_ms is not None else now) + state.length_ms
        # A show that ends early has ended: what is issued with its end counts from then.
        ends = (now if plan.at_end else max(now, planned_end)) + plan.hours_after_show * 3_600_000
    if plan.when is PromoWhen.ABSOLUTE and plan.until_ms is not None:
        ends = plan.until_ms
    return PromoCode(
        id=promo_id,
        code=plan.code,
        kind=plan.kind,
        percent=plan.percent if plan.kind is promos.PromoKind.PERCENT else 0,
        amount_minor=plan.amount_minor if plan.kind is promos.PromoKind.FIXED else 0,
        currency=state.currency,
        scope=plan.scope,
        product_ids=products,
        starts_at_ms=now,
        ends_at_ms=ends,
        total_limit=plan.total_limit,
        per_customer_limit=plan.per_customer_limit,
        plan_id=plan.id,
        item_id=item.id if item else "",
    )


def _issue(state: ShowState, promo: PromoCode) -> Answer:
    if not state.seq or state.phase is ShowPhase.ENDED:
        return Refused("A code can be issued until the show ends.", "over")
    if promo.id in state.promos:
        return Refused("This code was issued already.", "same")
    if sentence := promos.problem(promo):
        return Refused(sentence, "invalid")
    if code_in_use(state, promo.code):
        return Refused(
            f"The code {promo.code} was issued in this show already: choose another one.", "code-taken"
        )
    return [ev.PromoIssued(promo)]


def issue_planned(state: ShowState, c: cmd.IssuePlannedPromo, now: int, _facts: Facts) -> Answer:
    """Issue an item's prepared code."""
    item = state.item(c.item_id)
    if item is None:
        return GONE
    if item.promo is None:
        return Refused(f"No code was prepared for “{item.title}”.", "no-plan")
    if issued_before(state, item.promo):
        return Refused(f"The code {item.promo.code} was issued already.", "same")
    return _issue(state, promo_of(state, c.promo_id, item.promo, (), item, now))


def issue_plan(state: ShowState, c: cmd.IssuePromoPlan, now: int, _facts: Facts) -> Answer:
    """Issue a planned code that belongs to no item."""
    plan = next((p for p in state.planned_promos if p.id == c.plan_id), None)
    if plan is None:
        return Refused("This code is no longer planned.", "no-plan")
    if issued_before(state, plan):
        return Refused(f"The code {plan.code} was issued already.", "same")
    return _issue(state, promo_of(state, c.promo_id, plan, (), None, now))


def issued_at_end(state: ShowState, now: int) -> list[ev.Event]:
    """The codes that are planned for the end of the show, as they are issued with it; one that cannot be issued, or whose
    product's item was skipped, is left out, and stays planned.
    """
    events: list[ev.Event] = []
    for plan, item in state.promo_plans:
        if plan.when is not PromoWhen.AT_END or issued_before(state, plan) or is_left_out(state, plan, item):
            continue
        answer = _issue(state, promo_of(state, derived_id(state.id, plan.id, "at-end"), plan, (), item, now))
        if not isinstance(answer, Refused):
            events += answer
            for event in answer:
                state = applied(state, event, now)
    return events


def missed_at_end(state: ShowState) -> list[tuple[PromoPlan, Refused]]:
    """The codes that were planned for the end of a show that is over and could not be issued with it, and why."""
    at = state.ended_at_ms
    if at is None:
        return []
    before = msgspec.structs.replace(state, phase=ShowPhase.ON_AIR)
    missed: list[tuple[PromoPlan, Refused]] = []
    for plan, item in state.promo_plans:
        promo_id = derived_id(state.id, plan.id, "at-end")
        if plan.when is PromoWhen.AT_END and promo_id not in state.promos and not issued_before(state, plan):
            answer: Answer
            if item is not None and is_left_out(state, plan, item):
                answer = Refused(f"“{item.title}” was skipped.", "skipped")
            else:
                answer = _issue(before, promo_of(before, promo_id, plan, (), item, at))
            if isinstance(answer, Refused):
                missed.append((plan, answer))
    return missed


def issue_new(state: ShowState, c: cmd.IssuePromo, now: int, _facts: Facts) -> Answer:
    """Issue a code made on the spot."""
    return _issue(state, promo_of(state, c.promo_id, c.plan, c.product_ids, state.on_air, now))


def extend(state: ShowState, c: cmd.ExtendPromo, now: int, _facts: Facts) -> Answer:
    """Move a code's end to later."""
    record = state.promos.get(c.promo_id)
    if record is None:
        return Refused("This code is not known.", "unknown-promo")
    if promos.phase(record, now) in (PromoPhase.ENDED, PromoPhase.REFUSED, PromoPhase.WITHDRAWN):
        return Refused(f"{record.promo.code} is over: issue a new code instead.", "over")
    if not 0 < c.more_ms <= MAX_EXTENSION_MS:
        return Refused("A code can be extended by up to seven days.", "invalid")
    before = record.wanted_ends_at_ms
    return [ev.PromoExtended(c.promo_id, before + c.more_ms, before)]


def end_promo(state: ShowState, c: cmd.EndPromo, now: int, _facts: Facts) -> Answer:
    """End a code now."""
    record = state.promos.get(c.promo_id)
    if record is None:
        return Refused("This code is not known.", "unknown-promo")
    if promos.phase(record, now) in (PromoPhase.ENDED, PromoPhase.REFUSED, PromoPhase.WITHDRAWN):
        return Refused(f"{record.promo.code} is over already.", "over")
    return [ev.PromoEnded(c.promo_id, now, record.wanted_ends_at_ms)]
