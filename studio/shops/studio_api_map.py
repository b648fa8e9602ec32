"""From the Studio Shop API's JSON to domain values. Each mapping raises `Surprise` for values that make no sense."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, UnsetType

from studio.control.ports import PromoReceipt, PromoUsage, ShopChange, TrackedLink, Traffic
from studio.control.ports.answers import plain
from studio.domain import money, order, product
from studio.shops import studio_api_wire as wire

T = TypeVar("T")
_TITLE = 300
_TEXT = 20_000
_MS = range(9_007_199_254_740_992)


class Surprise(ValueError):
    """A value that has the right type and makes no sense; the text completes "...: "."""


def name_of(raw: bytes | Raw) -> str:
    """What an entry that cannot be read calls itself, for a sentence about it."""
    try:
        named = msgspec.json.decode(raw, type=wire.Named)
    except msgspec.MsgspecError:
        return "?"
    return plain(str(named.id or named.variant_id), 60) or "?"


def _cut(text: str, limit: int) -> str:
    text = text.replace("\x00", "")
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _time(name: str, value: int) -> int:
    if value not in _MS:
        raise Surprise(f"{name} is no time ({value})")
    return value


def _count(name: str, value: int) -> int:
    if not 0 <= value <= 2**53:
        raise Surprise(f"{name} is {value}")
    return value


def _amount(value: wire.Money, currency: str, name: str) -> money.Money:
    if value.currency != currency:
        raise Surprise(f"{name} is in {plain(value.currency, 12)}, the shop sells in {currency}")
    _count(name, value.amount_minor)
    return money.Money(value.amount_minor, value.currency)


def _identified(value: str) -> str:
    if not value or len(value) > 200:
        raise Surprise("it has no usable id")
    return value


def to_product(raw: bytes | Raw, currency: str, language: str) -> product.Product:
    """A product in the language asked for, as far as the shop has it; long texts are cut."""
    told = msgspec.json.decode(raw, type=wire.Product)
    texts = told.texts.get(language) or told.texts.get(language.split("-", maxsplit=1)[0])
    in_english = told.texts.get("en") or wire.Texts(told.title)
    words = texts or in_english
    variants = tuple(
        product.Variant(
            id=_identified(v.id),
            sku=_cut(v.sku, 200),
            title=_cut(v.title, _TITLE),
            price=_amount(v.price, currency, "a price"),
            low_30d=None if v.low_30d_price is None else _amount(v.low_30d_price, currency, "a price"),
            options={_cut(k, 100): _cut(o, 100) for k, o in v.options.items()},
            barcode=_cut(v.barcode, 100),
            active=v.active,
        )
        for v in told.variants
    )
    reviews, score = told.reviews, told.reviews.score
    return product.Product(
        id=_identified(told.id),
        revision=_count("its revision", told.revision),
        title=_cut(words.title or told.title, _TITLE),
        variants=variants,
        description=_cut(words.description, _TEXT),
        category=_cut(told.category, _TITLE),
        tags=tuple(_cut(t, 100) for t in told.tags[:100]),
        image_urls=tuple(i.url for i in told.images[:50] if len(i.url) <= 2_000),
        points=tuple(_cut(p, 1_000) for p in (words.talking_points or in_english.talking_points)[:50]),
        returns_text=_cut(told.returns_text, _TEXT),
        delivery_text=_cut(told.delivery_text, _TEXT),
        review_score=score if reviews.count > 0 and score is not None and 0 <= score <= 5 else None,
        review_count=max(0, reviews.count),
        active=told.active,
        url=_cut(told.url, 2_000),
    )


def to_stock(raw: bytes | Raw) -> product.StockLevel:
    """A stock level; a negative quantity is a surprise."""
    told = msgspec.json.decode(raw, type=wire.StockLevel)
    return product.StockLevel(
        variant_id=_identified(told.variant_id),
        location=_cut(told.location_id, 200),
        on_hand=_count("the quantity on hand", told.on_hand),
        reserved=_count("the reserved quantity", told.reserved),
        safety_stock=_count("the safety stock", told.safety_stock),
        revision=_count("its revision", told.revision),
        updated_at_ms=_time("its time", told.updated_at_ms),
    )


def to_order(raw: bytes | Raw, currency: str) -> tuple[order.Order, int]:
    """An order and when it changed last. `refunded` of a cancelled one is 0: the domain counts returns only."""
    told = msgspec.json.decode(raw, type=wire.Order)
    lines: list[order.OrderLine] = []
    for line in told.lines:
        total = _amount(line.total, currency, "a line's total")
        discount = _amount(line.discount, currency, "a line's discount")
        lines.append(
            order.OrderLine(
                variant_id=line.variant_id,
                product_id=line.product_id,
                quantity=_count("a quantity", line.quantity),
                total=total.less(discount),
                returned_quantity=_count("a returned quantity", line.returned_quantity),
            )
        )
    refunded = _amount(told.refunded, currency, "the refund")
    cancelled = told.status is order.OrderStatus.CANCELLED
    value = order.Order(
        id=_identified(told.id),
        number=_cut(told.number, 100),
        revision=_count("its revision", told.revision),
        placed_at_ms=_time("its time", told.placed_at_ms),
        status=told.status,
        lines=tuple(lines),
        total=_amount(told.total, currency, "its total"),
        refunded=money.zero(currency) if cancelled else refunded,
        discount=_amount(told.discount, currency, "its discount"),
        promo_codes=tuple(told.promo_codes),
        link_id=told.link_id or "",
        link_show_id=told.link_show_id or "",
        session_id=told.session_id or "",
        cancelled_at_ms=told.cancelled_at_ms,
        paid=told.paid_at_ms is not None,
    )
    return value, _time("its time", told.updated_at_ms)


def to_receipt(raw: bytes | Raw) -> PromoReceipt:
    """What the shop confirmed of a code."""
    told = msgspec.json.decode(raw, type=wire.Promo)
    return PromoReceipt(
        _identified(told.id),
        told.code,
        _time("its start", told.starts_at_ms),
        _time("its end", told.ends_at_ms),
    )


def to_usage(raw: bytes | Raw) -> PromoUsage:
    """How often a code was used."""
    told = msgspec.json.decode(raw, type=wire.Promo)
    redemptions = _count("the number of redemptions", told.redemptions)
    return PromoUsage(told.code, redemptions, _count("its revision", told.revision), told.total_limit)


def to_link(raw: bytes | Raw) -> TrackedLink:
    """A tracked link; its address must be one that viewers can open."""
    told = msgspec.json.decode(raw, type=wire.Link)
    if not told.url.startswith(("https://", "http://")) or not told.url.isprintable() or " " in told.url:
        raise Surprise("its address is none")
    return TrackedLink(_identified(told.id), told.url, told.show_id, told.product_id or "", told.channel)


def to_traffic(raw: bytes | Raw) -> Traffic:
    """A show's visits; without sessions there is no average."""
    told = msgspec.json.decode(raw, type=wire.TrafficFigures)
    return Traffic(
        sessions=_count("the number of sessions", told.sessions),
        average_session_ms=_count("the session length", told.avg_session_ms) if told.sessions else None,
        add_to_carts=_count("the number of carts", told.add_to_carts),
        revision=_count("its revision", told.revision),
        add_to_carts_by_product={p.product_id: p.add_to_carts for p in told.by_product},
        sessions_by_product={p.product_id: p.sessions for p in told.by_product},
        show_id=told.show_id,
    )


def to_change(raw: bytes | Raw, currency: str, language: str) -> ShopChange:
    """One change. An entity that cannot be read leaves a `problem`; its sequence number still counts.

    Raises `msgspec.MsgspecError` when not even that can be read.
    """
    try:
        told = msgspec.json.decode(raw, type=wire.Change)
    except msgspec.ValidationError as error:
        seq = msgspec.json.decode(raw, type=wire.Numbered).seq
        return ShopChange(seq, name_of(raw), 0, problem=_left_out("change", name_of(raw), error))
    mappings: Mapping[str, tuple[Raw | UnsetType, Callable[[Raw], Any], str]] = {
        "product": (told.product, lambda r: to_product(r, currency, language), "product"),
        "stock": (told.stock, to_stock, "stock"),
        "order": (told.order, lambda r: to_order(r, currency)[0], "order"),
        "promo": (told.promo, to_usage, "usage"),
        "traffic": (told.traffic, to_traffic, "traffic"),
    }
    plain_change = ShopChange(told.seq, told.id, told.at_ms)
    if told.kind not in mappings:
        return plain_change
    entity, read, field = mappings[told.kind]
    try:
        if isinstance(entity, UnsetType):
            raise Surprise("it is empty")
        return msgspec.structs.replace(plain_change, **{field: read(entity)})
    except (msgspec.MsgspecError, ValueError) as error:
        problem = _left_out(told.kind, plain(told.entity_id, 60), error)
        return msgspec.structs.replace(plain_change, problem=problem)


def each(entries: list[Raw], what: str, read: Callable[[Raw], T], problems: list[str]) -> list[T]:
    """All entries that can be read; for the others a sentence is added to `problems`."""
    found: list[T] = []
    for raw in entries:
        try:
            found.append(read(raw))
        except (msgspec.MsgspecError, ValueError) as error:
            problems.append(_left_out(what, name_of(raw), error))
    return found


def _left_out(what: str, name: str, error: Exception) -> str:
    return f"The shop's {what} {name} was left out: {plain(str(error), 160)}."
