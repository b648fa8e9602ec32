"""What is wrong with the planned codes of a show before it begins. Pure; the words are made by who shows them."""

import enum
from collections.abc import Collection, Iterator, Mapping
from operator import attrgetter

import msgspec

from studio.domain.lineup import ItemKind
from studio.domain.order import REPLAY_MS
from studio.domain.product import Product
from studio.domain.promo import PromoKind, PromoPlan, PromoScope, PromoWhen
from studio.domain.promo_plan import (
    PlannedCode,
    field_problems,
    held_by_skip,
    planned_codes,
    show_start,
    stands,
)
from studio.domain.rundown import rundown
from studio.domain.show_state import ShowPhase, ShowState

FLOOR_PERCENT = 50
"""The share of its price below which a product is not sold with a code, where the settings say nothing else."""


class ConflictKind(enum.StrEnum):
    """What is wrong with a planned code."""

    FORM = "form"
    """A field cannot be so: `field` says which, `sentence` why."""
    REPEATED = "repeated"
    """The code is planned twice in this show (`other_plan_id`), or was issued in it."""
    TAKEN = "taken"
    """The shop has the code already."""
    OTHER_SHOW = "other_show"
    """Another show here plans or has used the code: `other_show` is its title."""
    NO_PRODUCT = "no_product"
    """It is good for the product of its item, and there is none."""
    NEVER_PINNED = "never_pinned"
    """It is issued when its item goes on air, and has no item."""
    ENDS_FIRST = "ends_first"
    """It ends before it begins."""
    OVER = "over"
    """Its window is over."""
    BEFORE_SHOW = "before_show"
    """It is to begin before the show: codes are issued when the show is on air."""
    ENDS_BEFORE_SHOW = "ends_before_show"
    """Its window is over before the show begins: it is never issued."""
    AFTER_SHOW = "after_show"
    """It is to begin when the show is over: it is never issued."""
    AFTER_REPLAY = "after_replay"
    """It lasts beyond the replay: orders are not counted for the show any more."""
    OVERLAP = "overlap"
    """Two codes take something off one product at one time."""
    FREE = "free"
    """Nothing is left of the price."""
    BELOW_FLOOR = "below_floor"
    """Less is left of the price than may be."""
    NO_LOWEST_PRICE = "no_lowest_price"
    """A reduction is announced of a product whose lowest price of the last 30 days is not known (Directive 98/6/EC,
    Article 6a, as put in by Directive (EU) 2019/2161, Article 2).
    """


_STOPPING = frozenset({
    ConflictKind.FORM, ConflictKind.REPEATED, ConflictKind.TAKEN, ConflictKind.NO_PRODUCT, ConflictKind.NEVER_PINNED,
    ConflictKind.ENDS_FIRST, ConflictKind.OVER, ConflictKind.ENDS_BEFORE_SHOW, ConflictKind.AFTER_SHOW,
})  # fmt: skip


class Conflict(msgspec.Struct, frozen=True):
    """One thing that is wrong with a planned code. Which of the values are set follows from `kind`.

    `product_ids` are the products it is about (empty for an overlap of two codes for the whole shop). `from_ms` and
    `until_ms` (UTC ms) are the time in which two codes overlap, or the bound (`until_ms`) that a window passes.
    `price_minor`, `after_minor` and `floor_minor` are the price of the worst hit product, what the code leaves of it and what
    is to be left at least, in minor units of the show's currency.
    """

    kind: ConflictKind
    plan_id: str
    item_id: str = ""
    other_plan_id: str = ""
    other_item_id: str = ""
    product_ids: tuple[str, ...] = ()
    from_ms: int | None = None
    until_ms: int | None = None
    price_minor: int | None = None
    after_minor: int | None = None
    floor_minor: int | None = None
    other_show: str = ""
    field: str = ""
    sentence: str = ""

    @property
    def stops(self) -> bool:
        """Whether the code cannot be issued like this; otherwise it can, and a person should know."""
        return self.kind in _STOPPING


class PromoRules(msgspec.Struct, frozen=True):
    """What conflicts are measured by: how long after the show its orders count (ms), and the percentage of a product's price
    that a code leaves at least (0: anything goes).
    """

    replay_ms: int = REPLAY_MS
    floor_percent: int = FLOOR_PERCENT


def conflicts(
    state: ShowState,
    now_ms: int,
    products: Mapping[str, Product],
    rules: PromoRules | None = None,
    taken: Mapping[str, bool | None] | None = None,
    other_shows: Mapping[str, str] | None = None,
) -> tuple[Conflict, ...]:
    """What is wrong with the planned codes, in their order. `products` are those that are known, by id; `taken` is what the
    shop says of codes (None: it cannot say), `other_shows` the titles of other shows by the codes that they use. Nothing is
    wrong any more with a show that is over. What was issued is judged by its window and prices only.
    """
    if state.phase is ShowPhase.ENDED:
        return ()
    rules = rules or PromoRules()
    codes = planned_codes(state, now_ms)
    found: list[Conflict] = []
    first: dict[str, PlannedCode] = {}
    issued = {r.promo.code.upper() for r in state.promos.values() if stands(r)}
    start = show_start(state, now_ms)
    show_end = rundown(state, now_ms).planned_end_ms
    for code in codes:
        name = code.plan.code.upper()
        comparable = _with_show(state, code)
        if code.record is None:
            found += _unissued(state, code, first.get(name), name in issued, taken or {}, other_shows or {})
            found += _about_window(code, now_ms, start, show_end, comparable)
        if name:
            first.setdefault(name, code)
        if comparable and code.ends_at_ms is not None and code.ends_at_ms > show_end + rules.replay_ms:
            found.append(_of(code, ConflictKind.AFTER_REPLAY, until_ms=show_end + rules.replay_ms))
        found += _about_prices(state, code, products, rules.floor_percent)
    found += _overlaps([code for code in codes if not held_by_skip(state, code)], start)
    order = {code.plan.id: at for at, code in enumerate(codes)}
    return tuple(sorted(found, key=lambda c: order[c.plan_id]))


def by_plan(found: Collection[Conflict]) -> dict[str, list[Conflict]]:
    """The conflicts of each plan, by its id: an overlap is told with both."""
    told: dict[str, list[Conflict]] = {}
    for conflict in found:
        told.setdefault(conflict.plan_id, []).append(conflict)
        if conflict.kind is ConflictKind.OVERLAP:
            told.setdefault(conflict.other_plan_id, []).append(conflict)
    return told


def _of(
    code: PlannedCode,
    kind: ConflictKind,
    *,
    product_ids: tuple[str, ...] = (),
    from_ms: int | None = None,
    until_ms: int | None = None,
    other: PlannedCode | None = None,
) -> Conflict:
    return Conflict(
        kind,
        code.plan.id,
        code.item_id,
        other.plan.id if other else "",
        other.item_id if other else "",
        product_ids,
        from_ms,
        until_ms,
    )


def _unissued(
    state: ShowState,
    code: PlannedCode,
    earlier: PlannedCode | None,
    issued: bool,
    taken: Mapping[str, bool | None],
    other_shows: Mapping[str, str],
) -> Iterator[Conflict]:
    plan = code.plan
    for field, sentence in field_problems(plan).items():
        yield msgspec.structs.replace(_of(code, ConflictKind.FORM), field=field, sentence=sentence)
    if earlier is not None or issued:
        yield _of(code, ConflictKind.REPEATED, other=earlier)
    elif taken.get(plan.code):
        yield _of(code, ConflictKind.TAKEN)
    if plan.code in other_shows:
        yield msgspec.structs.replace(_of(code, ConflictKind.OTHER_SHOW), other_show=other_shows[plan.code])
    if plan.when is PromoWhen.ON_PIN and code.item is None:
        yield _of(code, ConflictKind.NEVER_PINNED)
    elif code.products == frozenset() and not _comes_by_sku(state, code):
        yield _of(code, ConflictKind.NO_PRODUCT)


def _comes_by_sku(state: ShowState, code: PlannedCode) -> bool:
    """Whether it is for an item that names only its SKU: its product is found before the show."""
    items = state.items if code.plan.scope is PromoScope.LINEUP else (code.item,)
    return any(item and item.kind is ItemKind.PRODUCT and item.sku for item in items)


def _about_window(
    code: PlannedCode, now_ms: int, show_start: int, show_end: int, comparable: bool
) -> Iterator[Conflict]:
    starts, ends, plan = code.starts_at_ms, code.ends_at_ms, code.plan
    absolute = plan.when is PromoWhen.ABSOLUTE
    if absolute and ends is not None:
        if plan.from_ms is not None and ends <= plan.from_ms:
            yield _of(code, ConflictKind.ENDS_FIRST)
            return
        if ends <= now_ms:
            yield _of(code, ConflictKind.OVER, until_ms=ends)
            return
    if starts is None or not comparable:
        return
    if absolute and ends is not None and ends <= show_start:
        yield _of(code, ConflictKind.ENDS_BEFORE_SHOW, until_ms=show_start)
    elif absolute and starts < show_start:
        yield _of(code, ConflictKind.BEFORE_SHOW, until_ms=show_start)
    elif plan.when in (PromoWhen.AT_TIME, PromoWhen.ABSOLUTE) and starts >= show_end:
        yield _of(code, ConflictKind.AFTER_SHOW, until_ms=show_end)


def _with_show(state: ShowState, code: PlannedCode) -> bool:
    """Whether its window can be held against the show's: both have a date, or the window is reckoned from the show."""
    dated = state.started_at_ms is not None or state.starts_at_ms is not None
    return dated or not code.dated


def _about_prices(
    state: ShowState, code: PlannedCode, products: Mapping[str, Product], floor_percent: int
) -> Iterator[Conflict]:
    if code.plan.kind is PromoKind.FREE_SHIPPING:
        return
    asked = (
        state.product_ids
        if code.products is None
        else tuple(p for p in state.product_ids if p in code.products)
    )
    known = [products[product_id] for product_id in asked if product_id in products]
    left: list[tuple[int, int, str]] = []
    for product in known:
        price = product.price
        if price is None or price.currency != state.currency:
            continue
        after = _after(code.plan, price.amount_minor)
        left.append((price.amount_minor, after, product.id))
    free = [entry for entry in left if entry[1] <= 0]
    low = [entry for entry in left if entry[1] > 0 and entry[1] * 100 < entry[0] * floor_percent]
    for kind, hit in ((ConflictKind.FREE, free), (ConflictKind.BELOW_FLOOR, low)):
        if hit:
            price_minor, after_minor, _ = min(hit, key=lambda entry: (entry[1] / max(entry[0], 1), entry[1]))
            yield msgspec.structs.replace(
                _of(code, kind, product_ids=tuple(entry[2] for entry in hit)),
                price_minor=price_minor,
                after_minor=after_minor,
                floor_minor=-(-price_minor * floor_percent // 100),
            )
    unclaimed = tuple(product.id for product in known if product.low_30d is None)
    if unclaimed:
        yield _of(code, ConflictKind.NO_LOWEST_PRICE, product_ids=unclaimed)


def _after(plan: PromoPlan, price_minor: int) -> int:
    """What is left of a price, below zero where an amount is more than it."""
    if plan.kind is PromoKind.FIXED:
        return price_minor - plan.amount_minor
    # Halves are rounded up, as `Money.less_percent` does.
    return (price_minor * (100 - min(max(plan.percent, 0), 100)) * 2 + 100) // 200


def _overlaps(codes: Collection[PlannedCode], show_start: int) -> Iterator[Conflict]:
    """Two codes on one product at one time; swept in order of time, for a show may have hundreds of codes."""
    spans = [span for code in codes if (span := _span(code, show_start)) is not None]
    running: list[_Span] = []
    for span in sorted(spans, key=attrgetter("starts")):
        running = [other for other in running if other.ends > span.starts]
        for other in running:
            if conflict := _overlap(other, span):
                yield conflict
        running.append(span)


class _Span(msgspec.Struct, frozen=True):
    code: PlannedCode
    starts: int
    ends: int


def _span(code: PlannedCode, show_start: int) -> _Span | None:
    starts, ends = code.starts_at_ms, code.ends_at_ms
    if starts is None or ends is None:
        return None
    if code.record is None and code.plan.when is PromoWhen.ABSOLUTE:
        starts = max(starts, show_start)
    return _Span(code, starts, ends) if ends > starts else None


def _overlap(one: _Span, two: _Span) -> Conflict | None:
    a, b = one.code, two.code
    if a.dated != b.dated or a.plan.code.upper() == b.plan.code.upper():
        return None
    # Free shipping and a lower price are had together at most shops, and neither makes the other dearer.
    if (a.plan.kind is PromoKind.FREE_SHIPPING) != (b.plan.kind is PromoKind.FREE_SHIPPING):
        return None
    if a.products is None or b.products is None:
        shared = b.products if a.products is None else a.products
    else:
        shared = a.products & b.products
    if shared is not None and not shared:
        return None
    times = {"from_ms": max(one.starts, two.starts), "until_ms": min(one.ends, two.ends)}
    return msgspec.structs.replace(
        _of(a, ConflictKind.OVERLAP, product_ids=tuple(sorted(shared or ())), other=b), **times
    )
