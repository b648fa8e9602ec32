"""The show price: what the shop will charge after the planned code, and which reduction may be claimed of it."""

from collections.abc import Collection

import msgspec

from studio.domain.lineup import LineUpItem
from studio.domain.money import CurrencyMismatch, Money
from studio.domain.product import Product, Variant
from studio.domain.promo import PromoPlan, price_after


class ShowPrice(msgspec.Struct, frozen=True):
    """What is known of one item's price; every amount is None where nobody knows it.

    `shop` is what the shop charges now (the lowest of what can be bought), `after` what it will charge with the planned
    code that takes most off, and `code` that code (empty: none is planned). `low_30d` is the lowest price of the last 30 days of all that can be bought, None as soon as one is not known.
    `struck` and `percent` are what may be claimed beside `after` (EU Directive 98/6/EC, Art. 6a: a reduction is stated
    against that low, whatever the price was yesterday), None where there is no low or no reduction by it; the
    percentage is rounded down. `mismatch`: the item's show price is another than `after`.
    """

    shop: Money | None = None
    after: Money | None = None
    low_30d: Money | None = None
    struck: Money | None = None
    percent: int | None = None
    mismatch: bool = False
    code: str = ""


def show_price(
    item: LineUpItem, product: Product | None, currency: str, of_show: Collection[PromoPlan] = ()
) -> ShowPrice:
    """The prices of an item, with the shop's product (None: unknown) and the show's currency. `of_show`: the codes of the
    whole show that can be used while it is on air (`codes_of_show`); a viewer uses one code, the best.
    """
    sold = _sold(product)
    if product is None or not sold:
        return ShowPrice()
    shop = _lowest([v.price for v in sold])
    after, code = price_with(product, item.promo), item.promo.code if item.promo else ""
    for plan in of_show:
        other = price_with(product, plan)
        if other is not None and after is not None and other < after:
            after, code = other, plan.code
    low = lowest_30d(product)
    struck, percent = claim(after, low)
    mismatch = (
        item.show_price_minor is not None
        and after is not None
        and after != Money(item.show_price_minor, currency)
    )
    return ShowPrice(shop, after, low, struck, percent, mismatch, code)


def price_with(product: Product, plan: PromoPlan | None) -> Money | None:
    """The lowest price of what can be bought, with a code; None when the product has no variant, or where an amount off
    is in another currency than its prices.
    """
    prices = [v.price for v in _sold(product)]
    if plan is not None:
        try:
            prices = [price_after(price, plan) for price in prices]
        except CurrencyMismatch:
            return None
    return _lowest(prices)


def lowest_30d(product: Product) -> Money | None:
    """The lowest price of the last 30 days of what can be bought, None when any variant's is not known."""
    lows = [v.low_30d for v in _sold(product)]
    known = [low for low in lows if low is not None]
    return _lowest(known) if len(known) == len(lows) else None


def claim(after: Money | None, low_30d: Money | None) -> tuple[Money | None, int | None]:
    """The struck price and the percentage that may stand beside `after`; (None, None) where nothing may be claimed. A
    reduction below one percent has no percentage.
    """
    if after is None or low_30d is None or after.currency != low_30d.currency:
        return None, None
    if after.amount_minor >= low_30d.amount_minor:
        return None, None
    # Rounded down: nothing is promised that the price does not keep.
    percent = (low_30d.amount_minor - after.amount_minor) * 100 // low_30d.amount_minor
    return low_30d, percent or None


def _sold(product: Product | None) -> tuple[Variant, ...]:
    if product is None:
        return ()
    return tuple(v for v in product.variants if v.active) or product.variants


def _lowest(prices: list[Money]) -> Money | None:
    if len({price.currency for price in prices}) != 1:
        return None
    return min(prices, key=lambda price: price.amount_minor)
