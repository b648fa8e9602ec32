"""From the Studio Shop API's JSON to domain values. Each mapping raises `Surprise` for values that make no sense."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec
from msgspec import Raw, UnsetType

from studio.control.ports import PromoReceipt, PromoUsage, ShopChange, TrackedLink, Traffic
from studio.control.ports.answers import plain
from studio.domain import money, order, product
from studio.shops import studio_api_tidy as tidy
from studio.shops import studio_api_wire as wire

T = TypeVar("T")
_NUL: Final = b"\\u0000"
"""JSON's only way to write it."""
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
    if not value or len(value) > 200 or "\x00" in value:
        raise Surprise("it has no usable id")
    return value


def product_reader(page: bytes, currency: str, language: str) -> Callable[[Raw], product.Product]:
    """What reads the products of a page as `to_product` does: what holds for all of them is looked at once."""
    wanted, amounts = _languages(language), _Amounts(currency)
    # Looking for a single byte is many times faster, and most pages have none.
    has_nul = b"\\" in page and _NUL in page
    return lambda raw: _to_product(raw, amounts, wanted, has_nul=has_nul)


def to_product(raw: bytes | Raw, currency: str, language: str) -> product.Product:
    """A product in the language asked for, as far as the shop has it; long texts are cut."""
    return _to_product(raw, _Amounts(currency), _languages(language), has_nul=_NUL in bytes(raw))


class _Amounts(dict[int, money.Money]):
    """Amounts in one currency by their minor units: most prices of a catalogue are the same few."""

    def __init__(self, currency: str) -> None:
        super().__init__()
        self.currency = currency

    def __missing__(self, amount_minor: int) -> money.Money:
        found = self[amount_minor] = money.Money(amount_minor, self.currency)
        return found


def _languages(language: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((language, language.split("-", maxsplit=1)[0], "en")))


def _to_product(
    raw: bytes | Raw, amounts: "_Amounts", wanted: Sequence[str], *, has_nul: bool
) -> product.Product:
    try:
        told, texts = _tidied(raw, wanted) if has_nul else _tidy(raw, wanted)
    except msgspec.ValidationError:
        told, texts = _tidied(raw, wanted)
    in_english = texts.get("en") or tidy.TidyTexts(told.title)
    words = next((texts[each] for each in wanted if each in texts), in_english)
    currency = amounts.currency
    variants: list[product.Variant] = []
    for v in told.variants:
        price, low = v.price, v.low_30d_price
        if price.currency != currency or (low is not None and low.currency != currency):
            other = price.currency if low is None or price.currency != currency else low.currency
            raise Surprise(f"a price is in {plain(other, 12)}, the shop sells in {currency}")
        variants.append(
            product.Variant(
                v.id, v.sku, v.title, amounts[price.amount_minor],
                None if low is None else amounts[low.amount_minor],
                v.options, v.barcode, v.active,
            )
        )  # fmt: skip
    reviews, score = told.reviews, told.reviews.score
    return product.Product(
        id=told.id,
        revision=told.revision,
        title=words.title or told.title,
        variants=tuple(variants),
        description=words.description,
        category=told.category,
        tags=tuple(told.tags),
        image_urls=tuple([i.url for i in told.images]),
        points=tuple(words.talking_points or in_english.talking_points),
        returns_text=told.returns_text,
        delivery_text=told.delivery_text,
        review_score=score if reviews.count > 0 and score is not None and 0 <= score <= 5 else None,
        review_count=max(0, reviews.count),
        active=told.active,
        url=told.url,
    )


def _tidy(
    data: bytes | Raw, languages: Collection[str]
) -> tuple[tidy.TidyProduct, dict[str, tidy.TidyTexts]]:
    told = tidy.tidy_product.decode(data)
    texts = {each: tidy.tidy_texts.decode(told.texts[each]) for each in languages if each in told.texts}
    return told, texts


def _tidied(
    data: bytes | Raw, languages: Collection[str]
) -> tuple[tidy.TidyProduct, dict[str, tidy.TidyTexts]]:
    """One that is not tidy, with its texts cut to size and without what can stand in no text."""
    told = msgspec.json.decode(data, type=wire.Product)

    def price(value: wire.Money) -> tidy.TidyMoney:
        return tidy.TidyMoney(_count("a price", value.amount_minor), value.currency)

    texts = {
        each: tidy.TidyTexts(
            title=_cut(words.title, tidy.TITLE),
            description=_cut(words.description, tidy.TEXT),
            talking_points=[_cut(p, tidy.POINT) for p in words.talking_points[: tidy.MOST_POINTS]],
        )
        for each, words in told.texts.items()
        if each in languages
    }
    tidied = tidy.TidyProduct(
        id=_identified(told.id),
        revision=_count("its revision", told.revision),
        title=_cut(told.title, tidy.TITLE),
        variants=[
            tidy.TidyVariant(
                id=_identified(v.id),
                sku=_cut(v.sku, tidy.SKU),
                title=_cut(v.title, tidy.TITLE),
                price=price(v.price),
                low_30d_price=None if v.low_30d_price is None else price(v.low_30d_price),
                barcode=_cut(v.barcode, tidy.NAME),
                options={_cut(k, tidy.NAME): _cut(o, tidy.NAME) for k, o in v.options.items()},
                active=v.active,
            )
            for v in told.variants
        ],
        category=_cut(told.category, tidy.TITLE),
        tags=[_cut(tag, tidy.NAME) for tag in told.tags[: tidy.MOST_TAGS]],
        active=told.active,
        images=[tidy.TidyImage(i.url) for i in told.images[: tidy.MOST_IMAGES] if len(i.url) <= tidy.URL],
        returns_text=_cut(told.returns_text, tidy.TEXT),
        delivery_text=_cut(told.delivery_text, tidy.TEXT),
        reviews=tidy.TidyReviews(told.reviews.score, told.reviews.count),
        url=_cut(told.url, tidy.URL),
    )
    return tidied, texts


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
