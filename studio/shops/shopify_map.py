"""From Shopify's JSON to domain values. Each mapping raises `Surprise` (a `ValueError`) for what makes no sense."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import msgspec
from babel import numbers
from msgspec import Raw

from studio.control.ports import PromoReceipt
from studio.control.ports.answers import plain
from studio.domain import order, product
from studio.domain.money import Money, zero
from studio.shops import shopify_wire as wire
from studio.shops import shopify_wire_orders as told_of

T = TypeVar("T")
SOURCE = "host-studio"
LINK, SHOW = "host_studio_link", "host_studio_show"
"""Note attributes of an order, for themes and cart permalinks that pass them on."""
NEVER_MS = 253_402_300_799_000
_MARK = "(Host Studio {})"
_NOW_MS = 5_000
_PAID = frozenset({"PAID", "AUTHORIZED", "PARTIALLY_REFUNDED", "REFUNDED"})
_SOLD = frozenset({"ACTIVE", "UNLISTED"})


class Surprise(ValueError):
    """A value that has the right type and makes no sense; the text completes "...: "."""


def ms_of(text: str) -> int:
    """UTC epoch milliseconds of an ISO 8601 time."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Surprise(f"{plain(text, 40)!r} is no time") from None
    return round((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def iso_of(ms: int) -> str:
    """ISO 8601 of UTC epoch milliseconds, with milliseconds where there are any."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return (
        at.isoformat(timespec="milliseconds" if ms % 1000 else "seconds")
        .removesuffix("+00:00")
        + "Z"
    )  # fmt: skip


def minor_of(amount: str, currency: str) -> Money:
    """A decimal amount in minor units: as many digits as the currency has; halves are rounded up."""
    try:
        value = Decimal(amount)
        exact = value.scaleb(numbers.get_currency_precision(currency))
        return Money(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), currency)
    except (InvalidOperation, ValueError, OverflowError):
        raise Surprise(f"{plain(amount, 40)!r} {plain(currency, 12)} is no amount of money") from None


def decimal_of(amount_minor: int, currency: str) -> str:
    """The decimal that `minor_of` reads back."""
    return str(Decimal(amount_minor).scaleb(-numbers.get_currency_precision(currency)))


def _amount(bag: wire.Bag, currency: str) -> Money:
    given = bag.shop_money
    if given.currency_code != currency:
        raise Surprise(f"an amount is in {plain(given.currency_code, 12)}, the shop sells in {currency}")
    return minor_of(given.amount, currency)


def _cut(text: str, limit: int) -> str:
    text = text.replace("\x00", "")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def to_variant(told: wire.Variant, title: str, currency: str, active: bool) -> product.Variant:
    """A variant; the only one of a product is called like the product."""
    price = minor_of(told.price, currency)
    if price.amount_minor < 0:
        raise Surprise(f"a price is {plain(told.price, 40)}")
    return product.Variant(
        id=told.id,
        sku=_cut(told.sku or "", 200),
        title=_cut(title if told.title == "Default Title" else told.title, 300),
        price=price,
        options={_cut(o.name, 100): _cut(o.value, 100) for o in told.selected_options if o.name != "Title"},
        barcode=_cut(told.barcode or "", 100),
        active=active,
    )


def to_product(
    told: wire.Product, more: Sequence[wire.Variant], currency: str
) -> tuple[product.Product, int]:
    """A product without its revision, and when it changed last. A status that is not sold makes it inactive."""
    words = {t.key: t.value for t in told.translations if t.value}
    title = _cut(words.get("title") or told.title, 300)
    active = told.status in _SOLD
    pictures = [m.preview.image.url for m in told.media.nodes if m.preview and m.preview.image]
    description = plain(words["body_html"], 20_000) if "body_html" in words else told.description
    score, count = _review(told)
    return (
        product.Product(
            id=told.id,
            revision=0,
            title=title,
            variants=tuple(
                to_variant(v, title, currency, active) for v in (*told.variants.nodes, *more)
            ),
            description=_cut(description, 20_000),
            category=_cut(told.product_type, 300),
            tags=tuple(_cut(t, 100) for t in told.tags[:100]),
            image_urls=tuple(url for url in pictures if len(url) <= 2_000),
            review_score=score,
            review_count=count,
            active=active,
            url=_cut(told.online_store_url or "", 2_000),
        ),
        ms_of(told.updated_at),
    )  # fmt: skip


class _Rating(msgspec.Struct, frozen=True):
    value: str
    scale_max: str = "5.0"


def _review(told: wire.Product) -> tuple[float | None, int]:
    """Shopify's standard review metafields; whatever else stands there is no review."""
    if told.score is None or told.scores is None:
        return None, 0
    try:
        rating = msgspec.json.decode(told.score.value, type=_Rating)
        score = float(rating.value) * 5 / float(rating.scale_max)
        count = int(told.scores.value)
    except (msgspec.MsgspecError, ValueError, ZeroDivisionError):
        return None, 0
    return (score, count) if 0 <= score <= 5 and count > 0 else (None, 0)


def to_levels(told: wire.Stocked) -> list[tuple[product.StockLevel, int]]:
    """A variant's levels without revisions, and when each changed last. What Shopify does not count has none.

    "Available" is what can still be sold: on hand without what is committed, reserved or kept for safety.
    """
    if told.inventory_item is None or not told.inventory_item.tracked:
        return []
    found: list[tuple[product.StockLevel, int]] = []
    for level in told.inventory_item.inventory_levels.nodes:
        quantity = level.quantities[0] if level.quantities else None
        changed = ms_of((quantity and quantity.updated_at) or level.updated_at)
        available = max(0, quantity.quantity) if quantity else 0
        found.append((product.StockLevel(told.id, level.location.id, available, 0, 0, 0, changed), changed))
    return found


def _line_total(line: told_of.Line, taxes_included: bool, currency: str) -> Money:
    total = _amount(line.original_total_set, currency)
    for allocation in line.discount_allocations:
        total = total.less(_amount(allocation.allocated_amount_set, currency))
    if not taxes_included:
        for tax in line.tax_lines:
            total += _amount(tax.price_set, currency)
    return total


def _status(told: told_of.Order, lines: Sequence[told_of.Line]) -> order.OrderStatus:
    if told.cancelled_at is not None:
        return order.OrderStatus.CANCELLED
    back = sum(line.quantity - line.current_quantity for line in lines)
    if told.display_financial_status == "REFUNDED" or (back and back >= sum(x.quantity for x in lines)):
        return order.OrderStatus.RETURNED
    if told.display_financial_status == "PARTIALLY_REFUNDED" or back:
        return order.OrderStatus.PARTLY_RETURNED
    return order.OrderStatus.PAID if told.display_financial_status in _PAID else order.OrderStatus.PLACED


def to_order(told: told_of.Order, more: Sequence[told_of.Line], currency: str) -> tuple[order.Order, int]:
    """An order without its revision, and when it changed last."""
    lines = (*told.line_items.nodes, *more)
    link_id, show_id = attribution(told)
    status = _status(told, lines)
    cancelled = status is order.OrderStatus.CANCELLED
    value = order.Order(
        id=told.id,
        number=_cut(told.name, 100),
        revision=0,
        placed_at_ms=ms_of(told.created_at),
        status=status,
        lines=tuple(
            order.OrderLine(
                variant_id=line.variant.id if line.variant else "",
                product_id=line.product.id if line.product else "",
                quantity=line.quantity,
                total=_line_total(line, told.taxes_included, currency),
                returned_quantity=0 if cancelled else max(0, line.quantity - line.current_quantity),
            )
            for line in lines
        ),
        total=_amount(told.total_price_set, currency),
        refunded=zero(currency) if cancelled else _amount(told.total_refunded_set, currency),
        discount=zero(currency) if told.total_discounts_set is None else _amount(told.total_discounts_set, currency),
        promo_codes=tuple(code.upper() for code in told.discount_codes),
        link_id=link_id,
        link_show_id=show_id,
        cancelled_at_ms=None if told.cancelled_at is None else ms_of(told.cancelled_at),
        paid=told.display_financial_status in _PAID,
    )  # fmt: skip
    return value, ms_of(told.updated_at)


def attribution(told: told_of.Order) -> tuple[str, str]:
    """The link and the show that the customer came by last: by the order's note attributes, else by the campaign of
    the last visit, else by the address at which that visit began. Two empty texts without one of ours.
    """
    notes = {note.key: note.value or "" for note in told.custom_attributes}
    if notes.get(SHOW):
        return notes.get(LINK, ""), notes[SHOW]
    visit = told.customer_journey_summary and told.customer_journey_summary.last_visit
    if not visit:
        return "", ""
    utm = visit.utm_parameters
    if utm and utm.source == SOURCE and utm.campaign:
        return utm.content or "", utm.campaign
    query = parse_qs(urlsplit(visit.landing_page or "").query)
    if query.get("utm_source") == [SOURCE] and query.get("utm_campaign"):
        return query.get("utm_content", [""])[0], query["utm_campaign"][0]
    return "", ""


def tracked(address: str, show_id: str, channel: str, link_id: str) -> str:
    """The address with the show's campaign."""
    parts = urlsplit(address)
    if parts.scheme not in ("https", "http") or not parts.netloc:
        raise Surprise("its address is none")
    ours = urlencode(
        {"utm_source": SOURCE, "utm_medium": channel, "utm_campaign": show_id, "utm_content": link_id}
    )
    query = f"{parts.query}&{ours}" if parts.query else ours
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, ""))


def mark(code: str, key: str) -> str:
    """The title of a discount of ours: it names the write that made it."""
    return f"{code} {_MARK.format(key)}"


def is_marked(told: told_of.DiscountNode, key: str) -> bool:
    """Whether this very write made it."""
    return told.code_discount.title.endswith(_MARK.format(key))


def to_receipt(told: told_of.DiscountNode, code: str, now_ms: int) -> PromoReceipt:
    """What the shop has of a code. One that was stopped before its end ended when it changed last."""
    discount = told.code_discount
    ends = NEVER_MS if discount.ends_at is None else ms_of(discount.ends_at)
    # What is known of the shop's time is not exact: an end that is only just ahead is the one that it has.
    if discount.status == "EXPIRED" and ends > now_ms + _NOW_MS:
        ends = min(ends, ms_of(discount.updated_at))
    return PromoReceipt(told.id, code, ms_of(discount.starts_at), ends)


def each(entries: Sequence[Raw], what: str, read: Callable[[Raw], T], problems: list[str]) -> list[T]:
    """All entries that can be read; for the others a sentence is added to `problems`."""
    found: list[T] = []
    for raw in entries:
        try:
            found.append(read(raw))
        except (msgspec.MsgspecError, ValueError) as error:
            problems.append(f"The shop's {what} {name_of(raw)} was left out: {plain(str(error), 160)}.")
    return found


def name_of(raw: Raw) -> str:
    """What an entry that cannot be read calls itself."""
    try:
        return plain(msgspec.json.decode(raw, type=wire.Named).id, 60) or "?"
    except msgspec.MsgspecError:
        return "?"
