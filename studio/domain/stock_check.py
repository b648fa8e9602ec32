"""Stock against demand, item by item: what a show is likely to sell, what can be sold, and what to do about the difference.

Expected demand is the item's target; without one it is learned from past shows: pieces of that product per viewer and minute
on air, times the viewers expected, times the planned minutes; where viewers are not known, pieces per minute on air.
"""

import enum
import math
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from studio.domain.commands import AddItem, ChangeItem
from studio.domain.kpi import ProductFigures
from studio.domain.lineup import ItemKind, LineUpItem, item_of
from studio.domain.past import PastShow
from studio.domain.plan import Goals
from studio.domain.product import Product, StockLevel

MINUTE_MS = 60_000
TIGHT = 0.9
"""From this share of the stock on, the demand is so close to it that late orders may find nothing left."""
MIN_ON_AIR_MS = 30_000
"""A product that was on air for less in all past shows together tells nothing."""

LevelsOf = Callable[[str], Collection[StockLevel]]
"""The stock levels of a product, by its id."""


class DemandSource(enum.StrEnum):
    """Where the expected demand is from. *viewers*: learned from past shows and scaled by viewers; *minutes*: learned
    without viewers; *unknown*: no target, and never on air before.
    """

    TARGET = "target"
    VIEWERS = "viewers"
    MINUTES = "minutes"
    UNKNOWN = "unknown"


class Demand(msgspec.Struct, frozen=True):
    """How many pieces are expected to be sold (None: nobody knows). `learned` is what past shows say, also where a target
    goes first; `shows` how many of them; `at_least`: it sold out in one of them, so that more would have been sold.
    """

    units: int | None
    source: DemandSource
    learned: int | None = None
    shows: int = 0
    at_least: bool = False


class VariantStock(msgspec.Struct, frozen=True):
    """What can be sold of one variant, altogether (None: nothing is known) and by location."""

    id: str
    title: str
    sellable: int | None
    by_location: dict[str, int] = {}


class StockState(enum.StrEnum):
    """*tight*: enough, but hardly; *variant*: enough altogether, but a variant is sold out."""

    OK = "ok"
    TIGHT = "tight"
    VARIANT = "variant"
    SHORT = "short"
    SOLD_OUT = "sold_out"
    UNKNOWN = "unknown"


class Remedy(enum.StrEnum):
    """What can be done. *alternative*: add it behind; *swap*: show it instead; *choose*: name an alternative first."""

    LOWER_TARGET = "lower_target"
    RAISE_SAFETY = "raise_safety"
    LOWER_SAFETY = "lower_safety"
    ALTERNATIVE = "alternative"
    SWAP = "swap"
    CHOOSE = "choose"


class StockAct(msgspec.Struct, frozen=True):
    """One thing that can be done: `units` is the new target or safety stock, or what can be sold of the alternative
    `product_id`.
    """

    remedy: Remedy
    units: int = 0
    product_id: str = ""


class StockRow(msgspec.Struct, frozen=True):
    """One item with a product. `sellable` is what can be sold less the item's safety stock and what earlier items with the
    same product are expected to take (`taken`); None when nothing is known. `by_location` and `variants` are before both.
    `sold_out` are the variants of which nothing is left while others are to be had. `updated_at_ms`: UTC ms.
    """

    item_id: str
    product_id: str
    title: str
    demand: Demand
    sellable: int | None
    state: StockState
    safety_stock: int = 0
    taken: int = 0
    by_location: dict[str, int] = {}
    variants: tuple[VariantStock, ...] = ()
    sold_out: tuple[VariantStock, ...] = ()
    acts: tuple[StockAct, ...] = ()
    updated_at_ms: int | None = None

    @property
    def missing(self) -> int:
        """How many pieces the demand is above the stock; 0 when it is not, or nobody knows."""
        if self.sellable is None or self.demand.units is None:
            return 0
        return max(0, self.demand.units - self.sellable)


def expected_viewers(goals: Goals, past: Sequence[PastShow]) -> float | None:
    """The average viewers to expect: the goal for the peak times the mean of average / peak in past shows; without a goal
    the mean of their averages. None when the data do not carry an answer.
    """
    known = [
        (figures.average, figures.peak)
        for figures in (show.figures.viewers for show in past)
        if figures.average is not None and figures.peak
    ]
    if not known:
        return None
    if goals.peak_viewers:
        return goals.peak_viewers * sum(average / peak for average, peak in known) / len(known)
    return sum(average for average, _ in known) / len(known)


Learned = Mapping[str, Sequence[ProductFigures]]
"""What past shows sold of each product, by its id."""


def figures_by_product(past: Sequence[PastShow]) -> Learned:
    """What past shows sold of each product that was on air: made once for many items."""
    found: dict[str, list[ProductFigures]] = {}
    for show in past:
        for row in show.figures.products:
            if row.on_air_ms > 0:
                found.setdefault(row.product_id, []).append(row)
    return found


def learned_demand(product_id: str, planned_ms: int, learned: Learned, viewers: float | None) -> Demand:
    """What past shows say of a product on air for `planned_ms`, before `viewers` (average, None: unknown)."""
    rows = learned.get(product_id, ())
    if sum(row.on_air_ms for row in rows) < MIN_ON_AIR_MS:
        return _NOTHING_LEARNED
    at_least = any(row.sold_out_at_ms is not None for row in rows)
    watched = [(row, row.viewers) for row in rows if row.viewers]
    if viewers and watched:
        seen = sum(row.on_air_ms * each for row, each in watched)
        units = max(0, sum(row.units for row, _ in watched)) * viewers * planned_ms / seen
        source, shows = DemandSource.VIEWERS, len(watched)
    else:
        units = max(0, sum(row.units for row in rows)) * planned_ms / sum(row.on_air_ms for row in rows)
        source, shows = DemandSource.MINUTES, len(rows)
    # A hair above a whole number is that number: a product of floats is not a customer.
    expected = math.ceil(round(units, 6))
    return Demand(expected, source, expected, shows, at_least)


def expected_demand(item: LineUpItem, learned: Learned, viewers: float | None) -> Demand:
    """The item's target, else what is learned."""
    told = learned_demand(item.product_id, item.planned_ms, learned, viewers)
    if item.target_units <= 0:
        return told
    return Demand(item.target_units, DemandSource.TARGET, told.learned, told.shows, told.at_least)


_NOTHING_LEARNED = Demand(None, DemandSource.UNKNOWN)


def variants_of(product: Product | None, levels: Collection[StockLevel]) -> tuple[VariantStock, ...]:
    """What can be sold of each variant on sale, in the shop's order; those that only the stock names come last."""
    found: dict[str, dict[str, int]] = {}
    for level in levels:
        places = found.setdefault(level.variant_id, {})
        places[level.location] = places.get(level.location, 0) + level.sellable
    titles = {v.id: v.title for v in product.variants} if product else {}
    off_sale = {v.id for v in product.variants if not v.active} if product else set[str]()
    ids = [*titles, *(variant_id for variant_id in found if variant_id not in titles)]
    return tuple(
        VariantStock(
            variant_id,
            titles.get(variant_id, variant_id),
            sum(found[variant_id].values()) if variant_id in found else None,
            found.get(variant_id, {}),
        )
        for variant_id in ids
        if variant_id not in off_sale
    )


def stock_rows(
    items: Sequence[LineUpItem],
    products: Mapping[str, Product],
    levels_of: LevelsOf,
    learned: Learned | None = None,
    viewers: float | None = None,
) -> tuple[StockRow, ...]:
    """A row for each item whose product is known by id, in the order of the line-up."""
    taken: dict[str, int] = {}
    rows: list[StockRow] = []
    for item in items:
        if item.kind is not ItemKind.PRODUCT or not item.product_id:
            continue
        row = _row(item, products, levels_of, expected_demand(item, learned or {}, viewers), taken)
        rows.append(row)
        taken[item.product_id] = taken.get(item.product_id, 0) + (row.demand.units or 0)
    return tuple(rows)


def _row(
    item: LineUpItem,
    products: Mapping[str, Product],
    levels_of: LevelsOf,
    demand: Demand,
    taken: Mapping[str, int],
) -> StockRow:
    levels = levels_of(item.product_id)
    variants = variants_of(products.get(item.product_id), levels)
    by_location: dict[str, int] = {}
    for variant in variants:
        for location, left in variant.by_location.items():
            by_location[location] = by_location.get(location, 0) + left
    before = taken.get(item.product_id, 0)
    total = sum(by_location.values()) if any(v.sellable is not None for v in variants) else None
    sellable = None if total is None else max(0, total - item.safety_stock - before)
    known = [v for v in variants if v.sellable is not None]
    gone = tuple(v for v in known if not v.sellable)
    sold_out = gone if 0 < len(gone) < len(known) else ()
    state = _state(sellable, demand, sold_out)
    return StockRow(
        item.id,
        item.product_id,
        item.title,
        demand,
        sellable,
        state,
        item.safety_stock,
        before,
        by_location,
        variants,
        sold_out,
        _acts(item, state, sellable, total, before, demand, products, levels_of),
        max((level.updated_at_ms for level in levels), default=None),
    )


def _state(sellable: int | None, demand: Demand, sold_out: tuple[VariantStock, ...]) -> StockState:
    if sellable is None:
        return StockState.UNKNOWN
    if sellable <= 0:
        return StockState.SOLD_OUT
    if demand.units is not None and demand.units > sellable:
        return StockState.SHORT
    if sold_out:
        return StockState.VARIANT
    if demand.units is not None and demand.units > sellable * TIGHT:
        return StockState.TIGHT
    return StockState.OK


def _acts(
    item: LineUpItem,
    state: StockState,
    sellable: int | None,
    total: int | None,
    taken: int,
    demand: Demand,
    products: Mapping[str, Product],
    levels_of: LevelsOf,
) -> tuple[StockAct, ...]:
    if sellable is None or total is None or state in (StockState.OK, StockState.VARIANT, StockState.UNKNOWN):
        return ()
    acts: list[StockAct] = []
    wanted = demand.units or 0
    if state is StockState.TIGHT:
        # What is kept back is not offered: an order that comes in with the last ones is still filled.
        spare = sellable - wanted
        return (StockAct(Remedy.RAISE_SAFETY, item.safety_stock + spare),) if spare else ()
    free = max(0, total - taken)
    if item.safety_stock and free > sellable:
        acts.append(StockAct(Remedy.LOWER_SAFETY, max(0, free - max(1, wanted))))
    if item.target_units > sellable > 0:
        acts.append(StockAct(Remedy.LOWER_TARGET, sellable))
    # What stands in for it needs only what is missing; what replaces it needs all.
    for remedy, needed in ((Remedy.SWAP, max(1, wanted)), (Remedy.ALTERNATIVE, max(1, wanted - sellable))):
        if remedy is Remedy.ALTERNATIVE and not sellable:
            continue
        found = _stand_in(item, needed, products, levels_of)
        if found is not None:
            acts.append(StockAct(remedy, found[1], found[0]))
    if not any(act.product_id for act in acts):
        acts.append(StockAct(Remedy.CHOOSE))
    return tuple(acts)


def _stand_in(
    item: LineUpItem, needed: int, products: Mapping[str, Product], levels_of: LevelsOf
) -> tuple[str, int] | None:
    """The first of the item's alternatives on sale with so many pieces, and how many it has."""
    for product_id in item.alternatives:
        product = products.get(product_id)
        if product is None or not product.active or product_id == item.product_id:
            continue
        left = sum(v.sellable or 0 for v in variants_of(product, levels_of(product_id)))
        if left >= needed:
            return product_id, left
    return None


def command_of(
    act: StockAct,
    item: LineUpItem,
    index: int,
    products: Mapping[str, Product],
    new_id: Callable[[], str],
    currency: str,
) -> AddItem | ChangeItem | None:
    """The command that does it; None for what a person has to choose first. What was said of one product (points,
    prices, code, pictures) is not said of another. `currency`: the show's.
    """
    replace = msgspec.structs.replace
    if act.remedy is Remedy.LOWER_TARGET:
        return ChangeItem(replace(item, target_units=act.units))
    if act.remedy in (Remedy.RAISE_SAFETY, Remedy.LOWER_SAFETY):
        return ChangeItem(replace(item, safety_stock=act.units))
    product = products.get(act.product_id)
    if product is None:
        return None
    if act.remedy is Remedy.SWAP:
        other = item_of(product, lambda: item.id, currency, item.planned_ms)
        left = tuple(each for each in item.alternatives if each != product.id)
        return ChangeItem(replace(other, note=item.note, target_units=item.target_units, alternatives=left))
    return AddItem(item_of(product, new_id, currency, item.planned_ms), index + 1)
