"""Whether a show is ready to go live: one list of checks, each with how it stands, about what, and what mends it.

Nothing here has words: the window makes the sentences.
"""

from collections.abc import Mapping, Sequence

from studio.domain.checks import Check, CheckKind, CheckState, Fix, Outside, Reach, ReadinessFacts, Subject
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product
from studio.domain.promo import PromoKind, PromoPlan, PromoScope
from studio.domain.promo_plan import codes_of_show, show_start
from studio.domain.show_price import lowest_30d, price_with, show_price
from studio.domain.show_state import ShowState
from studio.domain.stock_check import StockRow, StockState

STALE_MS = 60_000
"""A shop that was not heard for longer says nothing of the stock there is now."""
LITTLE_DISK: int = 2_000_000_000
NO_DISK: int = 250_000_000
"""Bytes: a long show with its pictures and copies needs less than the first; with less than the second it may not be kept."""
CLOCK_OFF_MS = 60_000
"""A computer's clock that is further off than this upsets sign-ins and certificates."""
LENGTH_SLACK = 0.05
"""So much of the planned length may be left over or missing."""
TITLE, MINUTES, PRICE, PROMO = "title", "minutes", "price", "promo"
"""The columns of the line-up in which things are mended."""


def readiness(
    state: ShowState,
    products: Mapping[str, Product],
    rows: Sequence[StockRow],
    facts: ReadinessFacts,
) -> tuple[Check, ...]:
    """All checks, in the order of `CheckKind`."""
    known = [
        (item, products[item.product_id])
        for item in state.items
        if item.kind is ItemKind.PRODUCT and item.product_id in products
    ]
    return (
        _line_up(state),
        _shop(facts),
        _items(state, products, facts),
        _skus(state, facts),
        _prices(state, known),
        _show_prices(state, known, facts.now_ms),
        _stock(rows, facts),
        _promos(state, facts),
        _low_price(state, known),
        _channels(facts),
        _stage(facts),
        _clock(facts),
        _length(state),
        _disk(facts),
        _display(facts),
    )


def _line_up(state: ShowState) -> Check:
    if not state.items:
        return Check(CheckKind.LINE_UP, CheckState.TROUBLE, fix=Fix.ADD_ITEMS)
    return Check(CheckKind.LINE_UP, CheckState.OK, count=len(state.items))


def _shop(facts: ReadinessFacts) -> Check:
    shop, heard = facts.shop, facts.shop_heard_ms
    if shop is None or shop.reach is Reach.OFF:
        return Check(CheckKind.SHOP, CheckState.TROUBLE, fix=Fix.SHOPS)
    about = (Subject(shop.name, sentence=shop.sentence, reach=shop.reach),)
    if shop.reach is Reach.CONNECTING:
        return Check(CheckKind.SHOP, CheckState.CHECKING, about)
    if shop.reach in (Reach.DOWN, Reach.ASKING):
        return Check(CheckKind.SHOP, CheckState.TROUBLE, about, number=heard, fix=Fix.SHOPS)
    if heard is None or heard > STALE_MS:
        return Check(CheckKind.SHOP, CheckState.WARNING, about, number=heard, fix=Fix.REFRESH_STOCK)
    return Check(CheckKind.SHOP, CheckState.OK, about, number=heard)


def _is_read(facts: ReadinessFacts) -> bool:
    """Whether what the shop has not told is not there."""
    answers = facts.shop is not None and facts.shop.reach in (Reach.WELL, Reach.SILENT)
    return answers and facts.catalogue_read


def _items(state: ShowState, products: Mapping[str, Product], facts: ReadinessFacts) -> Check:
    named = [item for item in state.items if item.kind is ItemKind.PRODUCT and item.product_id]
    gone = [item for item in named if item.product_id not in products]
    off = [item for item in named if item.product_id in products and not _on_sale(products[item.product_id])]
    if gone and not _is_read(facts):
        if not off:
            return Check(CheckKind.ITEMS, CheckState.CHECKING, count=len(named))
        gone = []
    if gone or off:
        subjects = tuple(Subject(item.title, item.id) for item in (*gone, *off))
        return Check(
            CheckKind.ITEMS, CheckState.TROUBLE, subjects, len(named), len(gone), fix=Fix.ITEM, column=TITLE
        )
    return Check(CheckKind.ITEMS, CheckState.OK, count=len(named))


def _on_sale(product: Product) -> bool:
    return product.active and (not product.variants or any(v.active for v in product.variants))


def _skus(state: ShowState, facts: ReadinessFacts) -> Check:
    unknown = [item for item in state.items if item.kind is ItemKind.PRODUCT and not item.product_id]
    if not unknown:
        return Check(CheckKind.SKUS, CheckState.OK)
    subjects = tuple(Subject(item.title, item.id, sentence=item.sku) for item in unknown)
    if not _is_read(facts):
        return Check(CheckKind.SKUS, CheckState.CHECKING, subjects)
    return Check(CheckKind.SKUS, CheckState.TROUBLE, subjects, fix=Fix.ITEM, column=TITLE)


def _prices(state: ShowState, known: Sequence[tuple[LineUpItem, Product]]) -> Check:
    changed: list[Subject] = []
    looked = 0
    for item, product in known:
        now = price_with(product, None)
        # What was planned is in the show's currency, and is held against nothing else.
        if item.planned_price_minor is None or now is None or now.currency != state.currency:
            continue
        looked += 1
        if item.planned_price_minor != now.amount_minor:
            before = Money(item.planned_price_minor, now.currency)
            changed.append(Subject(item.title, item.id, before=before, after=now))
    stands = CheckState.WARNING if changed else CheckState.OK
    fix = Fix.TAKE_PRICES if changed else Fix.NONE
    return Check(CheckKind.PRICES, stands, tuple(changed), looked, fix=fix)


def _show_prices(state: ShowState, known: Sequence[tuple[LineUpItem, Product]], now_ms: int | None) -> Check:
    codes = codes_of_show(state, show_start(state, 0) if now_ms is None else now_ms)
    wrong: list[Subject] = []
    looked = 0
    for item, product in known:
        if item.show_price_minor is None:
            continue
        looked += 1
        price = show_price(item, product, state.currency, codes.get(item.id, ()))
        if price.mismatch:
            before = Money(item.show_price_minor, state.currency)
            wrong.append(Subject(item.title, item.id, before=before, after=price.after))
    if wrong:
        return Check(
            CheckKind.SHOW_PRICES, CheckState.WARNING, tuple(wrong), looked, fix=Fix.ITEM, column=PRICE
        )
    return Check(CheckKind.SHOW_PRICES, CheckState.OK, count=looked)


def _stock(rows: Sequence[StockRow], facts: ReadinessFacts) -> Check:
    short: list[Subject] = []
    for row in rows:
        if row.state in (StockState.SHORT, StockState.SOLD_OUT):
            short.append(Subject(row.title, row.item_id, row.sellable, row.demand.units))
        elif row.state is StockState.VARIANT:
            gone = tuple(variant.title for variant in row.sold_out)
            short.append(Subject(row.title, row.item_id, row.sellable, row.demand.units, variants=gone))
    known = sum(1 for row in rows if row.sellable is not None)
    unknown = [row for row in rows if row.state is StockState.UNKNOWN]
    if short:
        dry = any(row.state is StockState.SOLD_OUT for row in rows)
        state = CheckState.TROUBLE if dry else CheckState.WARNING
        return Check(CheckKind.STOCK, state, tuple(short), known, fix=Fix.STOCK_CHECK)
    if unknown:
        subjects = tuple(Subject(row.title, row.item_id) for row in unknown)
        if not _is_read(facts):
            return Check(CheckKind.STOCK, CheckState.CHECKING, subjects, known)
        return Check(CheckKind.STOCK, CheckState.WARNING, subjects, known, fix=Fix.REFRESH_STOCK)
    unexpected = sum(1 for row in rows if row.sellable is not None and row.demand.units is None)
    return Check(CheckKind.STOCK, CheckState.OK, count=known - unexpected, number=unexpected)


def _promos(state: ShowState, facts: ReadinessFacts) -> Check:
    count = len(state.promo_plans)
    if not count:
        return Check(CheckKind.PROMOS, CheckState.OK)
    if facts.promo_problems is None:
        return Check(CheckKind.PROMOS, CheckState.CHECKING, count=count)
    if facts.promo_problems:
        subjects = tuple(Subject(sentence) for sentence in facts.promo_problems)
        return Check(CheckKind.PROMOS, CheckState.WARNING, subjects, count, fix=Fix.PROMOS)
    return Check(CheckKind.PROMOS, CheckState.OK, count=count, number=facts.codes_unsure)


def _low_price(state: ShowState, known: Sequence[tuple[LineUpItem, Product]]) -> Check:
    wide = any(_cuts(plan) and plan.scope is not PromoScope.PRODUCT for plan, _ in state.promo_plans)
    cut = [
        (item, product)
        for item, product in known
        if wide or (item.promo is not None and _cuts(item.promo)) or _is_struck(item, product)
    ]
    missing = tuple(Subject(item.title, item.id) for item, product in cut if lowest_30d(product) is None)
    if missing:
        return Check(CheckKind.LOW_PRICE, CheckState.WARNING, missing, len(cut), fix=Fix.ITEM, column=PROMO)
    return Check(CheckKind.LOW_PRICE, CheckState.OK, count=len(cut))


def _cuts(plan: PromoPlan) -> bool:
    return plan.kind is not PromoKind.FREE_SHIPPING


def _is_struck(item: LineUpItem, product: Product) -> bool:
    price = price_with(product, None)
    return (
        item.show_price_minor is not None and price is not None and item.show_price_minor < price.amount_minor
    )


def _outside(subject: Outside) -> Subject:
    return Subject(subject.name, sentence=subject.sentence, reach=subject.reach)


def _channels(facts: ReadinessFacts) -> Check:
    used = [each for each in facts.channels if each.reach is not Reach.OFF]
    if not used:
        return Check(CheckKind.CHANNELS, CheckState.WARNING, fix=Fix.CHANNELS)
    # A chat that nobody writes to before the show is silent, and well.
    bad = [each for each in used if each.signed_in is False or each.reach in (Reach.DOWN, Reach.ASKING)]
    if bad:
        subjects = tuple(
            Subject(each.name, sentence=each.sentence, reach=Reach.ASKING if each.signed_in is False else each.reach)
            for each in bad
        )  # fmt: skip
        return Check(CheckKind.CHANNELS, CheckState.WARNING, subjects, len(used), fix=Fix.CHANNELS)
    waiting = [each for each in used if each.reach is Reach.CONNECTING]
    state = CheckState.CHECKING if waiting else CheckState.OK
    return Check(CheckKind.CHANNELS, state, tuple(map(_outside, waiting or used)), len(used))


def _stage(facts: ReadinessFacts) -> Check:
    used = [each for each in facts.stages if each.reach is not Reach.OFF]
    bad = [each for each in used if each.reach in (Reach.DOWN, Reach.ASKING, Reach.SILENT)]
    if bad:
        return Check(CheckKind.STAGE, CheckState.WARNING, tuple(map(_outside, bad)), len(used), fix=Fix.STAGE)
    waiting = [each for each in used if each.reach is Reach.CONNECTING]
    state = CheckState.CHECKING if waiting else CheckState.OK
    return Check(CheckKind.STAGE, state, tuple(map(_outside, waiting or used)), len(used))


def _clock(facts: ReadinessFacts) -> Check:
    if not facts.clock_known:
        state = (
            CheckState.CHECKING if facts.shop and facts.shop.reach is Reach.CONNECTING else CheckState.WARNING
        )
        return Check(CheckKind.CLOCK, state, fix=Fix.SHOPS if state is CheckState.WARNING else Fix.NONE)
    off = facts.clock_ahead_ms
    state = CheckState.WARNING if off is not None and abs(off) > CLOCK_OFF_MS else CheckState.OK
    return Check(CheckKind.CLOCK, state, count=1, number=off)


def _length(state: ShowState) -> Check:
    length = sum(item.planned_ms for item in state.items)
    planned = state.planned_ms
    if not planned or not state.items:
        return Check(CheckKind.LENGTH, CheckState.OK, number=length, planned=planned or None)
    off = abs(length - planned) > planned * LENGTH_SLACK
    return Check(
        CheckKind.LENGTH,
        CheckState.WARNING if off else CheckState.OK,
        number=length,
        planned=planned,
        fix=Fix.ITEM if off else Fix.NONE,
        column=MINUTES if off else "",
        subjects=(Subject(state.items[0].title, state.items[0].id),) if off else (),
    )


def _disk(facts: ReadinessFacts) -> Check:
    free = facts.disk_free_bytes
    if free is None:
        return Check(CheckKind.DISK, CheckState.CHECKING)
    state = (
        CheckState.TROUBLE if free < NO_DISK else CheckState.WARNING if free < LITTLE_DISK else CheckState.OK
    )
    return Check(
        CheckKind.DISK, state, number=free, fix=Fix.NONE if state is CheckState.OK else Fix.DATA_FOLDER
    )


def _display(facts: ReadinessFacts) -> Check:
    well = facts.displays > 1 or facts.prompter_placed
    state = CheckState.OK if well else CheckState.WARNING
    return Check(CheckKind.DISPLAY, state, count=facts.displays, fix=Fix.NONE if well else Fix.PROMPTER)
