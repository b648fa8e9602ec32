"""From Vendure's JSON to domain values. Each mapping raises `ValueError` for values that make no sense."""

from collections.abc import Iterable, Sequence

from studio.control.ports import PromoReceipt
from studio.control.ports.answers import plain
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.product import Product, StockLevel, Variant
from studio.shops import vendure_wire as wire
from studio.shops.reading import FOREVER_MS, UNCOUNTED, ms
from studio.shops.texts import from_html

_PRESET = "preset=large"
_TAKEN = frozenset({"Authorized", "Settled"})
_SENT = frozenset({"Shipped", "Delivered"})
_BEFORE = frozenset({"Created", "Draft", "AddingItems", "ArrangingPayment"})


def _image(preview: str) -> str:
    return f"{preview}{'&' if '?' in preview else '?'}{_PRESET}"


def to_variant(told: wire.Variant, currency: str) -> Variant:
    """A variant; its title is its option values, or its name where it has none."""
    if told.currencyCode != currency:
        raise ValueError(f"its price is in {plain(told.currencyCode, 12)}, the shop sells in {currency}")
    if told.priceWithTax < 0:
        raise ValueError(f"its price is {told.priceWithTax}")
    low = told.customFields.lowestPrice30Days if told.customFields else None
    return Variant(
        id=told.id,
        sku=told.sku[:200],
        title=(" / ".join(o.name for o in told.options) or told.name)[:300],
        price=Money(told.priceWithTax, currency),
        low_30d=None if low is None or low < 0 else Money(low, currency),
        options={o.group.name[:100]: o.name[:100] for o in told.options},
        active=told.enabled,
    )


def to_product(
    told: wire.Product, variants: Sequence[tuple[wire.Variant, Variant]], url: str, featured_facet: str
) -> Product:
    """A product with its variants, revision 0. Points are the bullets of its description."""
    text, points = from_html(told.description)
    assets = [told.featuredAsset, *told.assets, *(v.featuredAsset for v, _ in variants)]
    images = dict.fromkeys(_image(asset.preview) for asset in assets if asset and len(asset.preview) <= 2_000)
    tags = [value.name for value in told.facetValues if value.facet.code != featured_facet]
    shelves = [c.name for c in told.collections if not c.isPrivate]
    return Product(
        id=told.id,
        revision=0,
        title=told.name[:300],
        variants=tuple(variant for _, variant in variants),
        description=text,
        category=shelves[0][:300] if shelves else "",
        tags=tuple(tag[:100] for tag in tags[:100]),
        image_urls=tuple(images)[:50],
        points=points,
        active=told.enabled,
        url=url,
    )


def to_levels(told: wire.Stock, tracked: bool, threshold: int) -> list[StockLevel]:
    """A variant's levels, revision 0. Vendure sells what is on hand, less what is allocated, less the threshold of the
    whole variant: here that is kept back where most lies (a negative one, for orders beyond the stock, is given there).

    `tracked` and `threshold` hold where the variant says nothing itself.
    """
    if told.trackInventory == "FALSE" or (told.trackInventory != "TRUE" and not tracked):
        place = told.stockLevels[0].stockLocationId if told.stockLevels else ""
        return [StockLevel(told.id, place, UNCOUNTED, 0, 0, 0, 0)]
    keep = threshold if told.useGlobalOutOfStockThreshold else told.outOfStockThreshold
    levels: list[StockLevel] = []
    fullest = sorted(told.stockLevels, key=lambda x: x.stockAllocated - x.stockOnHand)
    for level in fullest:
        free = max(0, level.stockOnHand - level.stockAllocated)
        kept = min(keep, free)
        keep -= kept
        levels.append(
            StockLevel(told.id, level.stockLocationId, level.stockOnHand, level.stockAllocated, kept, 0, 0)
        )
    return sorted(levels, key=lambda level: level.location)


def to_order(told: wire.Order) -> tuple[Order, int] | None:
    """An order, revision 0, with when it changed last; None for what was never placed.

    What was paid are its payments, not `totalWithTax`: that falls when lines are cancelled. A cancelled order whose
    goods had left is a return.
    """
    if told.orderPlacedAt is None or told.state in _BEFORE:
        return None
    payments = [p for p in told.payments or () if p.state in _TAKEN]
    paid = sum(p.amount for p in payments) if told.payments else told.totalWithTax
    refunded = sum(r.total for p in payments for r in p.refunds if r.state != "Failed")
    lines = tuple(_line(line, told.currencyCode) for line in told.lines)
    sent = any(f.state in _SENT for f in told.fulfillments or ())
    status = _status(told, lines, paid, refunded, sent)
    show_id, _, link_id = ((told.customFields.hostStudioLink or "") if told.customFields else "").partition(
        "/"
    )
    cancelled = status is OrderStatus.CANCELLED
    updated = ms(told.updatedAt)
    placed = ms(told.orderPlacedAt)
    order = Order(
        id=told.id,
        number=told.code[:100],
        revision=0,
        placed_at_ms=placed,
        status=status,
        lines=lines,
        total=_money(paid, told.currencyCode),
        refunded=_money(0 if cancelled else refunded, told.currencyCode),
        discount=_money(
            sum(-d.amountWithTax for d in told.discounts if d.amountWithTax < 0), told.currencyCode
        ),
        promo_codes=tuple(dict.fromkeys(p.couponCode for p in told.promotions if p.couponCode)),
        link_id=link_id[:200] if show_id and link_id else "",
        link_show_id=show_id[:200] if show_id and link_id else "",
        cancelled_at_ms=updated if cancelled else None,
        paid=bool(payments) or not told.payments,
    )
    return order, max(updated, placed)


def _status(
    told: wire.Order, lines: Iterable[OrderLine], paid: int, refunded: int, sent: bool
) -> OrderStatus:
    if told.state == "Cancelled":
        return OrderStatus.RETURNED if sent else OrderStatus.CANCELLED
    if refunded and refunded >= paid:
        return OrderStatus.RETURNED
    if refunded or any(line.returned_quantity for line in lines):
        return OrderStatus.PARTLY_RETURNED
    return OrderStatus.PLACED if told.state == "PaymentAuthorized" else OrderStatus.PAID


def _line(line: wire.Line, currency: str) -> OrderLine:
    quantity = max(line.quantity, line.orderPlacedQuantity)
    whole = line.quantity == quantity
    total = line.proratedLinePriceWithTax if whole else line.proratedUnitPriceWithTax * quantity
    return OrderLine(
        variant_id=line.productVariant.id,
        product_id=line.productVariant.productId,
        quantity=quantity,
        total=_money(total, currency),
        returned_quantity=quantity - line.quantity,
    )


def _money(amount: int, currency: str) -> Money:
    if amount < 0:
        raise ValueError(f"an amount is {amount}")
    return Money(amount, currency)


def to_receipt(told: wire.Promotion) -> PromoReceipt:
    """What the shop has of a code; one that was switched off has ended."""
    if not told.id or not told.couponCode:
        raise ValueError("the promotion has no id or no code")
    starts = told.startsAt or told.createdAt
    start_ms = ms(starts) if starts else 0
    end_ms = ms(told.endsAt) if told.endsAt else FOREVER_MS
    return PromoReceipt(told.id, told.couponCode, start_ms, end_ms)
