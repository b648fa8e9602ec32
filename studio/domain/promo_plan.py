"""The planned codes of a show in time: their windows, which of them the clock issues, and what their fields may hold. Pure."""

import msgspec

from studio.domain import promo as promos
from studio.domain.ids import derived_id
from studio.domain.lineup import ItemStatus, LineUpItem
from studio.domain.promo import PromoCode, PromoKind, PromoPlan, PromoRecord, PromoScope, PromoWhen
from studio.domain.rundown import rundown
from studio.domain.show_state import ShowPhase, ShowState

_MINUTE = 60_000
_HOUR = 3_600_000


class PlannedCode(msgspec.Struct, frozen=True):
    """A planned code in time: [starts_at_ms, ends_at_ms) in UTC ms. A start of None is not known (the host's key); an end of
    None follows from it. `products` are the ids of what it is good for, None: the whole shop. `record`: it was issued, and
    the window is that of the code.

    `dated`: the window is one of the calendar. Otherwise the show has no date yet, and the window is reckoned as if it began
    at the moment that was given.
    """

    plan: PromoPlan
    item: LineUpItem | None
    starts_at_ms: int | None
    ends_at_ms: int | None
    products: frozenset[str] | None
    dated: bool
    record: PromoRecord | None = None

    @property
    def item_id(self) -> str:
        """Its item's id, empty for a code of the whole show."""
        return self.item.id if self.item is not None else ""


# --- in time --------------------------------------------------------------------------------------------------------------


def planned_codes(state: ShowState, now_ms: int) -> tuple[PlannedCode, ...]:
    """Every planned code of the show with its window, in the order of `ShowState.promo_plans`. `now_ms` is the shop's time.

    A code that is issued on pin begins when its item does by the rundown, one at the end with the planned end. What was
    issued has the window that was decided.
    """
    rows = rundown(state, now_ms)
    start = show_start(state, now_ms)
    show_end = state.ended_at_ms if state.ended_at_ms is not None else rows.planned_end_ms
    dated = state.started_at_ms is not None or state.starts_at_ms is not None
    pins = {r.item_id: r.planned_start_ms if r.starts_at_ms is None else r.starts_at_ms for r in rows.rows}
    issued = {r.promo.plan_id: r for r in state.promos.values() if r.promo.plan_id and stands(r)}
    found: list[PlannedCode] = []
    for plan, item in state.promo_plans:
        record = issued.get(plan.id)
        starts: int | None
        ends: int | None
        if record is not None:
            starts, ends = record.promo.starts_at_ms, record.wanted_ends_at_ms
        else:
            starts = _planned_start(plan, pins.get(item.id) if item else None, start, show_end)
            ends = _planned_end(plan, starts, show_end)
        calendar = dated or record is not None or plan.when is PromoWhen.ABSOLUTE
        found.append(PlannedCode(plan, item, starts, ends, _products(state, plan, item), calendar, record))
    return tuple(found)


def show_start(state: ShowState, now_ms: int) -> int:
    """When the show began, else when it is to begin, else (without a date, or when that has passed) now: UTC ms."""
    if state.started_at_ms is not None:
        return state.started_at_ms
    return max(now_ms, state.starts_at_ms or now_ms)


def stands(record: PromoRecord) -> bool:
    """Whether an issued code counts: it was neither taken back nor refused."""
    return not record.withdrawn and not record.refusal


def _planned_start(plan: PromoPlan, pin_ms: int | None, show_start: int, show_end: int) -> int | None:
    match plan.when:
        case PromoWhen.ON_PIN:
            return pin_ms
        case PromoWhen.AT_TIME:
            return show_start + (plan.after_start_ms or 0)
        case PromoWhen.AT_END:
            return show_end
        case PromoWhen.ABSOLUTE:
            return show_start if plan.from_ms is None else plan.from_ms
        case PromoWhen.BY_HAND:
            return None


def _planned_end(plan: PromoPlan, starts: int | None, show_end: int) -> int | None:
    if plan.when is PromoWhen.ABSOLUTE:
        return plan.until_ms
    if plan.hours_after_show:
        return show_end + plan.hours_after_show * _HOUR
    return None if starts is None else starts + plan.minutes * _MINUTE


def _products(state: ShowState, plan: PromoPlan, item: LineUpItem | None) -> frozenset[str] | None:
    if plan.scope is PromoScope.ALL:
        return None
    if plan.scope is PromoScope.LINEUP:
        return frozenset(state.product_ids)
    return frozenset({item.product_id}) if item is not None and item.product_id else frozenset()


def codes_of_show(state: ShowState, now_ms: int) -> dict[str, tuple[PromoPlan, ...]]:
    """The planned codes that are good for more than one product, by the id of each item during which they can be used.
    `now_ms` is the shop's time. A code that is issued by hand can be used at any time, as nobody knows when it begins; one
    of the calendar at none, while the show has no date.
    """
    dated = state.started_at_ms is not None or state.starts_at_ms is not None
    wide = [
        code
        for code in planned_codes(state, now_ms)
        if code.plan.scope is not PromoScope.PRODUCT and code.dated <= dated and not held_by_skip(state, code)
    ]
    found: dict[str, list[PromoPlan]] = {}
    for row in rundown(state, now_ms).rows if wide else ():
        begins = row.planned_start_ms if row.starts_at_ms is None else row.starts_at_ms
        ends = begins + max(row.planned_ms, row.lasted_ms, 1)
        for code in wide:
            starts, over = code.starts_at_ms, code.ends_at_ms
            if starts is None or over is None or (starts < ends and over > begins):
                found.setdefault(row.item_id, []).append(code.plan)
    return {item_id: tuple(plans) for item_id, plans in found.items()}


def held_by_skip(state: ShowState, code: PlannedCode) -> bool:
    """Whether a code that would be issued by itself is not, because its item was skipped, while that stays so: it begins with
    that item, or is for its product.
    """
    if code.record is not None or code.plan.when is PromoWhen.BY_HAND:
        return False
    pinned = code.plan.when is PromoWhen.ON_PIN and state.status(code.item_id) is ItemStatus.SKIPPED
    return pinned or is_left_out(state, code.plan, code.item)


# --- issued by themselves ---------------------------------------------------------------------------------------------------


class Due(msgspec.Struct, frozen=True):
    """A code that is issued by itself: from when to when (UTC ms of the shop's clock), and with which id, always the same.
    `left_out`: its product's item was skipped, so it is not issued while that stays so.
    """

    plan: PromoPlan
    item: LineUpItem | None
    at_ms: int
    until_ms: int
    promo_id: str
    left_out: bool = False


def is_left_out(state: ShowState, plan: PromoPlan, item: LineUpItem | None) -> bool:
    """Whether a code is for the product of an item that was skipped: nobody has shown what it would take something off."""
    skipped = item is not None and state.status(item.id) is ItemStatus.SKIPPED
    return skipped and plan.scope is PromoScope.PRODUCT


def timed_id(state: ShowState, plan: PromoPlan) -> str:
    """The id of the code that the clock issues for this plan."""
    return derived_id(state.id, plan.id, "timed")


def timed(state: ShowState) -> tuple[Due, ...]:
    """The codes that the clock issues while this show is on air, the earliest first: those planned at a time after its start,
    and those with a window of the calendar. What was issued once, also what was taken back, is not issued again.
    """
    start = state.started_at_ms
    if state.phase is not ShowPhase.ON_AIR or start is None:
        return ()
    done = {r.promo.plan_id for r in state.promos.values() if stands(r)}
    found: list[Due] = []
    for plan, item in state.promo_plans:
        promo_id, left_out = timed_id(state, plan), is_left_out(state, plan, item)
        if plan.id in done or promo_id in state.promos:
            continue
        if plan.when is PromoWhen.AT_TIME:
            at = start + (plan.after_start_ms or 0)
            lasts = plan.minutes * _MINUTE
            until = (
                at + lasts
                if not plan.hours_after_show
                else start + state.length_ms + plan.hours_after_show * _HOUR
            )
            found.append(Due(plan, item, at, max(until, at + 1), promo_id, left_out))
        elif plan.when is PromoWhen.ABSOLUTE and plan.until_ms is not None:
            at = start if plan.from_ms is None else max(start, plan.from_ms)
            found.append(Due(plan, item, at, plan.until_ms, promo_id, left_out))
    return tuple(sorted(found, key=lambda due: due.at_ms))


# --- their fields ---


def field_problems(plan: PromoPlan) -> dict[str, str]:
    """What is wrong with the fields of a plan, by name (code, value, lasts, total_limit, per_customer_limit): each a sentence
    that says what to do. What it is good for and its window of the calendar are not looked at.
    """
    well = PromoCode("", "CODE", PromoKind.PERCENT, 1, 1, "EUR", PromoScope.ALL, (), 0, 1, None, None)
    minutes = plan.minutes if plan.when is not PromoWhen.ABSOLUTE and not plan.hours_after_show else 1
    tried = {
        "code": msgspec.structs.replace(well, code=plan.code),
        "value": msgspec.structs.replace(
            well, kind=plan.kind, percent=plan.percent, amount_minor=plan.amount_minor
        ),
        "lasts": msgspec.structs.replace(well, ends_at_ms=min(minutes, plan.hours_after_show * 60 + minutes)),
        "total_limit": msgspec.structs.replace(well, total_limit=plan.total_limit),
        "per_customer_limit": msgspec.structs.replace(well, per_customer_limit=plan.per_customer_limit),
    }
    said = {field: promos.problem(code) for field, code in tried.items()}
    return {field: sentence for field, sentence in said.items() if sentence}
