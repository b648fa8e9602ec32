"""From Medusa's JSON to domain values. Each mapping raises `ValueError` for values that make no sense."""

from collections.abc import Collection, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from babel import numbers

from studio.control.ports import PromoReceipt
from studio.control.ports.answers import plain
from studio.domain.money import Money
from studio.domain.order import Order, OrderLine, OrderStatus
from studio.domain.product import Product, StockLevel, Variant
from studio.shops import medusa_wire as wire
from studio.shops import medusa_wire_orders as orders_wire
from studio.shops.reading import FOREVER_MS, UNCOUNTED, ms
from studio.shops.texts import from_html

FEATURED_TAG = "host-studio-live"
"""The featured product has this tag: the storefront asks for the products that carry it."""
LINK_FIELD = "host_studio_link"
"""The metadata of a cart, and so of its order, in which the storefront keeps "SHOW/LINK" of the tracked link."""
LOW_FIELD = "lowest_price_30_days"
"""The metadata of a variant with its lowest price of the last 30 days, a decimal with tax."""
_BULLETS = ("- ", "* ", "• ")


def minor(amount: Decimal, currency: str) -> Money:
    """A decimal amount in minor units: as many digits as the currency has; halves are rounded up."""
    try:
        exact = amount.scaleb(numbers.get_currency_precision(currency))
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), currency)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"{plain(str(amount), 40)} {plain(currency, 12)} is no amount of money") from None


def decimal(amount_minor: int, currency: str) -> float:
    """The decimal that `minor` reads back."""
    return float(Decimal(amount_minor).scaleb(-numbers.get_currency_precision(currency)))


def list_price(prices: Collection[wire.Price], currency: str) -> Decimal | None:
    """What the administration asks for one piece in this currency: the price for everybody, or the lowest of those for
    some regions. None without any.
    """
    own = [p for p in prices if p.currency_code.upper() == currency and (p.min_quantity or 1) <= 1]
    everybody = [p.amount for p in own if not p.rules]
    return min(everybody or [p.amount for p in own if set(p.rules or ()) <= {"region_id"}], default=None)


def to_variant(told: wire.Variant, paid: Mapping[str, Decimal], currency: str) -> Variant:
    """A variant. Its price is what the storefront asks (`paid`, by variant id), else that of the administration."""
    amount = paid.get(told.id, list_price(told.prices or (), currency))
    if amount is None:
        raise ValueError(f"it has no price in {currency}")
    if amount < 0:
        raise ValueError(f"its price is {amount}")
    named = [(o.option.title[:100], o.value[:100]) for o in told.options or () if o.option and o.option.title]
    options = dict(sorted(named))
    return Variant(
        id=told.id,
        sku=(told.sku or "")[:200],
        title=(" / ".join(options.values()) or told.title or "")[:300],
        price=minor(amount, currency),
        low_30d=_low(told.metadata or {}, currency),
        options=options,
        barcode=(told.barcode or told.ean or told.upc or "")[:100],
    )


def _low(metadata: Mapping[str, Any], currency: str) -> Money | None:
    low = metadata.get(LOW_FIELD)
    if isinstance(low, bool) or not isinstance(low, int | float | str):
        return None
    try:
        found = minor(Decimal(str(low)), currency)
    except (InvalidOperation, ValueError):
        return None
    return found if found.amount_minor > 0 else None


def to_product(told: wire.Product, variants: Collection[Variant], url: str, sold: bool) -> Product:
    """A product with its variants, revision 0. Points are the bullets of its description. `sold`: the storefront has it."""
    text, points = _described(told.description or "")
    ranked = sorted(told.images or (), key=lambda image: (image.rank, image.url))
    pictures = [told.thumbnail, *(image.url for image in ranked)]
    shelves = sorted(c.name for c in told.categories or () if c.is_active and not c.is_internal)
    tags = sorted(tag.value for tag in told.tags or () if tag.value != FEATURED_TAG)
    return Product(
        id=told.id,
        revision=0,
        title=told.title[:300],
        variants=tuple(variants),
        description=text,
        category=(shelves[0] if shelves else told.collection.title if told.collection else "")[:300],
        tags=tuple(tag[:100] for tag in tags[:100]),
        image_urls=tuple(dict.fromkeys(url for url in pictures if url and len(url) <= 2_000))[:50],
        points=points,
        active=sold and told.status == "published",
        url=url,
    )


def _described(description: str) -> tuple[str, tuple[str, ...]]:
    """Medusa's own descriptions are plain text of several lines; others are pieces of HTML."""
    if "<" in description:
        return from_html(description)
    lines = [line.strip() for line in description.replace("\x00", "").splitlines()]
    points = [line[2:].strip()[:1_000] for line in lines if line.startswith(_BULLETS)]
    return "\n".join(line for line in lines if line)[:20_000], tuple(p for p in points if p)[:50]


def to_levels(told: wire.Stock, selling: Collection[str]) -> list[StockLevel]:
    """A variant's levels, revision 0. What a set of several inventory items has is what its scarcest part makes up. Stock at
    a location that does not serve the storefront is kept back. What is not managed, or may be ordered beyond the stock,
    never sells out.
    """
    if not told.manage_inventory or told.allow_backorder:
        return [StockLevel(told.id, "", UNCOUNTED, 0, 0, 0, 0)]
    at: dict[str, list[tuple[int, int]]] = {}
    parts = [part for part in told.inventory_items or () if part.required_quantity > 0]
    for part in parts:
        for level in (part.inventory.location_levels if part.inventory else None) or ():
            whole = int(level.stocked_quantity // part.required_quantity)
            free = int((level.stocked_quantity - level.reserved_quantity) // part.required_quantity)
            at.setdefault(level.location_id, []).append((whole, max(0, free)))
    levels: list[StockLevel] = []
    for place, made in sorted(at.items()):
        complete = len(made) == len(parts)
        whole = max(0, min(w for w, _ in made)) if complete else 0
        free = min(whole, *(f for _, f in made)) if complete else 0
        kept = 0 if place in selling else free
        levels.append(StockLevel(told.id, place, whole, whole - free, kept, 0, 0))
    return levels or [StockLevel(told.id, "", 0, 0, 0, 0, 0)]


def to_order(told: orders_wire.Order) -> tuple[Order, int]:
    """An order, revision 0, with when it changed last.

    Medusa's `total` shrinks by returns and refunds, so what was paid are its payments, and what it has shrunk by went
    back or is to go back.
    """
    currency = told.currency_code.upper()
    cancelled = told.status == "canceled"
    payments = [p for held in told.payment_collections or () for p in held.payments or ()]
    standing = [p for p in payments if not p.canceled_at]
    placed = told.summary.original_order_total if told.summary else None
    paid = sum((p.amount for p in standing), Decimal(0))
    total = paid if standing and not cancelled else (told.total if placed is None else placed)
    refunds = sum((r.amount for p in standing for r in p.refunds or ()), Decimal(0))
    refunded = Decimal(0) if cancelled else min(total, max(refunds, total - told.total))
    lines = tuple(_line(line, currency) for line in told.items)
    captured = sum((c.amount for p in standing for c in p.captures or ()), Decimal(0))
    show_id, link_id = _link(told.metadata or {})
    cancelled_at = told.canceled_at or told.updated_at
    order = Order(
        id=told.id,
        number=(told.custom_display_id or str(told.display_id or ""))[:100],
        revision=0,
        placed_at_ms=ms(told.created_at),
        status=OrderStatus.CANCELLED if cancelled else _status(lines, total, refunded, captured),
        lines=lines,
        total=_money(total, currency),
        refunded=_money(refunded, currency),
        discount=_money(max(Decimal(0), told.discount_total), currency),
        promo_codes=_codes(told),
        link_id=link_id,
        link_show_id=show_id,
        cancelled_at_ms=ms(cancelled_at) if cancelled else None,
        paid=bool(standing) or total == 0,
    )
    return order, max(ms(told.updated_at), ms(told.created_at))


def _status(
    lines: Collection[OrderLine], total: Decimal, refunded: Decimal, captured: Decimal
) -> OrderStatus:
    if lines and all(line.returned_quantity >= line.quantity for line in lines):
        return OrderStatus.RETURNED
    if refunded and refunded >= total:
        return OrderStatus.RETURNED
    if refunded or any(line.returned_quantity for line in lines):
        return OrderStatus.PARTLY_RETURNED
    return OrderStatus.PAID if captured >= total else OrderStatus.PLACED


def _line(told: orders_wire.Line, currency: str) -> OrderLine:
    quantity = int(told.quantity)
    detail = told.detail
    back = int(
        detail.return_received_quantity + detail.return_dismissed_quantity + detail.written_off_quantity
    )
    left = quantity - back
    if not back:
        total = told.total
    elif left > 0:
        total = told.total / left * quantity
    else:
        total = _from_parts(told)
    return OrderLine(
        variant_id=told.variant_id or "",
        product_id=told.product_id or "",
        quantity=quantity,
        total=_money(total, currency),
        returned_quantity=min(quantity, back),
    )


def _from_parts(told: orders_wire.Line) -> Decimal:
    """What a line cost of which nothing is left: Medusa counts it as 0."""
    rate = 1 + sum((tax.rate for tax in told.tax_lines or ()), Decimal(0)) / 100
    whole = told.unit_price * told.quantity * (1 if told.is_tax_inclusive else rate)
    off = sum((a.amount * (1 if a.is_tax_inclusive else rate) for a in told.adjustments or ()), Decimal(0))
    return max(Decimal(0), whole - off)


def _codes(told: orders_wire.Order) -> tuple[str, ...]:
    """The codes that took something off."""
    held = [line.adjustments for line in told.items] + [s.adjustments for s in told.shipping_methods or ()]
    return tuple(dict.fromkeys(a.code for some in held for a in some or () if a.code))


def _link(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """(show, link) of the tracked link that the customer came by last."""
    told = metadata.get(LINK_FIELD)
    if isinstance(told, str):
        show_id, _, link_id = told.partition("/")
    else:
        show_id, link_id = metadata.get("utm_campaign"), metadata.get("utm_content")
    if isinstance(show_id, str) and isinstance(link_id, str) and show_id and link_id:
        return show_id[:200], link_id[:200]
    return "", ""


def _money(amount: Decimal, currency: str) -> Money:
    if amount < 0:
        raise ValueError(f"an amount is {amount}")
    return minor(amount, currency)


def to_receipt(told: wire.Promotion) -> PromoReceipt:
    """What the shop has of a code. One that was switched off has ended, whatever its campaign says."""
    window = told.campaign
    created = ms(told.created_at)
    start_ms = ms(window.starts_at) if window and window.starts_at else created
    end_ms = ms(window.ends_at) if window and window.ends_at else FOREVER_MS
    if told.status != "active":
        end_ms = min(end_ms, ms(told.updated_at))
    return PromoReceipt(told.id, told.code, start_ms, end_ms)
