"""A show made from another one: its line-up and its codes, each with ids of their own. Pure: same input, same answer."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from studio.domain.commands import PlanShow
from studio.domain.lineup import LineUp, LineUpItem
from studio.domain.plan import Goals, ShowDetails
from studio.domain.product import Product
from studio.domain.promo import PromoKind, PromoPlan, PromoWhen
from studio.domain.show_state import ShowState

NewId = Callable[[], str]
_NAMED: Final = 3
_set = msgspec.structs.replace


def plan_like(
    state: ShowState,
    details: ShowDetails,
    shop: str,
    new_id: NewId,
    products: Mapping[str, Product],
    *,
    whole: bool,
) -> PlanShow:
    """The command that sets up a show with the line-up and the codes of `state`.

    `whole`: its goals and announcements too. `products` are those known of the shop of `state`, by id: prices are planned
    anew from them; where another `shop` sells, only SKUs are taken along. Where the currency differs, what was planned in
    the other one is not taken along.
    """
    same_shop, same_money = shop == state.shop, details.currency == state.currency
    moved_ms = _moved(state, details)
    items = tuple(
        _copied(
            item, details.currency, new_id, products, moved_ms, same_shop=same_shop, same_money=same_money
        )
        for item in state.items
    )
    promos = tuple(_plan(plan, new_id, moved_ms) for plan in state.planned_promos if _fits(plan, same_money))
    lineup = LineUp(details.title, details.currency, items, details.language, details.planned_ms)
    return PlanShow(
        lineup=lineup,
        shop=shop,
        channels=details.channels,
        time_zone=details.time_zone,
        starts_at_ms=details.starts_at_ms,
        announcements=state.announcements if whole else None,
        goals=state.goals if whole and same_money else Goals(),
        promos=promos,
        series=details.series,
        template=details.template,
    )


def told_of_dates(state: ShowState, plans: Iterable[PromoPlan]) -> str:
    """What is to be said where codes of `state` had a window of the calendar and these copies of them have none, as a
    sentence; empty where there are none.
    """
    had = {plan.code for plan, _ in state.promo_plans if plan.when is PromoWhen.ABSOLUTE}
    lost = dict.fromkeys(p.code for p in plans if p.code in had and p.when is PromoWhen.BY_HAND)
    if not lost:
        return ""
    names = ", ".join(list(lost)[:_NAMED])
    if len(lost) > _NAMED:
        names += f" and {len(lost) - _NAMED} more"
    were = "was planned on a date" if len(lost) == 1 else "were planned on dates"
    now = "it is issued by hand" if len(lost) == 1 else "they are issued by hand"
    return f"{names} {were}, and without the show's date nobody knows another: {now} until the promo plan says when."


def plans_of(command: PlanShow) -> tuple[PromoPlan, ...]:
    """The codes that a new show plans: those of its items, then the others."""
    return (*(i.promo for i in command.lineup.items if i.promo is not None), *command.promos)


def _moved(state: ShowState, details: ShowDetails) -> int | None:
    """How much later the new show starts (ms), None while either has no time."""
    began = state.starts_at_ms if state.started_at_ms is None else state.started_at_ms
    return None if began is None or details.starts_at_ms is None else details.starts_at_ms - began


def _copied(
    item: LineUpItem, currency: str, new_id: NewId, products: Mapping[str, Product], moved_ms: int | None,
    *, same_shop: bool, same_money: bool,
) -> LineUpItem:  # fmt: skip
    product = products.get(item.product_id)
    plan = item.promo if item.promo is not None and _fits(item.promo, same_money) else None
    copy = _set(
        item,
        id=new_id(),
        promo=None if plan is None else _plan(plan, new_id, moved_ms),
        show_price_minor=item.show_price_minor if same_money else None,
        planned_price_minor=_price(product, currency) if same_shop else None,
    )
    if same_shop:
        return copy
    sku = item.sku or (product.variants[0].sku if product and product.variants else "")
    return _set(copy, product_id="", sku=sku, images=(), alternatives=())


def _price(product: Product | None, currency: str) -> int | None:
    price = product.price if product is not None else None
    return price.amount_minor if price is not None and price.currency == currency else None


def _fits(plan: PromoPlan, same_money: bool) -> bool:
    """An amount off is in the currency of its show."""
    return same_money or plan.kind is not PromoKind.FIXED


def _plan(plan: PromoPlan, new_id: NewId, moved_ms: int | None) -> PromoPlan:
    """Its code stays; a window of the calendar moves with the show, and is left out where nobody knows by how much: then
    it is issued by hand, and `told_of_dates` says so.
    """
    plan = _set(plan, id=new_id())
    if plan.until_ms is None:
        return plan
    if moved_ms is None:
        return _set(plan, from_ms=None, until_ms=None)
    return _set(
        plan,
        from_ms=None if plan.from_ms is None else plan.from_ms + moved_ms,
        until_ms=plan.until_ms + moved_ms,
    )
