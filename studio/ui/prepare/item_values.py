"""What is typed into the fields of an item, and what stands there: from text to value and back, with a sentence where it
cannot be.
"""

import enum
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec
from babel import numbers
from PySide6.QtCore import QCoreApplication

from studio.domain.lineup import MAX_ITEM_TITLE, MAX_POINT, MAX_POINTS, LineUpItem
from studio.domain.lineup_file import MAX_UNITS
from studio.domain.money import plain_amount
from studio.ui.texts import Texts, length

MAX_NOTE: Final = 20_000
_BULLET: Final = re.compile(r"^\s*[•·\-*–—]\s+")
_CLOCK: Final = re.compile(r"^(?:(\d{1,3}):)?(\d{1,4}):(\d{2})$")
_MINUTES: Final = re.compile(r"^(\d{1,5}(?:[.,]\d{1,3})?)\s*(?:m|min|min\.|′|')?$", re.IGNORECASE)
_NOT_AMOUNT: Final = re.compile(r"[^\d.,\-]")


class Field(enum.StrEnum):
    """A field of an item that is typed into."""

    TITLE = "title"
    MINUTES = "minutes"
    PRICE = "price"
    TARGET = "target"
    SAFETY = "safety"
    POINTS = "points"
    NOTE = "note"


ATTRIBUTE: Final = {
    Field.TITLE: "title", Field.MINUTES: "planned_ms", Field.PRICE: "show_price_minor", Field.TARGET: "target_units",
    Field.SAFETY: "safety_stock", Field.POINTS: "points", Field.NOTE: "note",
}  # fmt: skip
"""What of a `LineUpItem` each field is."""


class Wrong(ValueError):
    """What was typed cannot be; the message is a sentence that says what to type."""


def written(field: Field, item: LineUpItem, currency: str, texts: Texts) -> str:
    """What stands in the field of this item."""
    if field is Field.MINUTES:
        return length(item.planned_ms)
    if field is Field.PRICE:
        return "" if item.show_price_minor is None else amount_text(item.show_price_minor, currency, texts)
    if field is Field.POINTS:
        return "\n".join(item.points)
    if field in (Field.TARGET, Field.SAFETY):
        return str(getattr(item, ATTRIBUTE[field]))
    return str(getattr(item, ATTRIBUTE[field]))


def read(field: Field, text: str, currency: str, texts: Texts) -> Any:
    """The value that was typed. Raises `Wrong`."""
    reader: dict[Field, Callable[[str], Any]] = {
        Field.TITLE: _title,
        Field.MINUTES: _minutes,
        Field.PRICE: lambda typed: _amount(typed, currency, texts),
        Field.TARGET: _units,
        Field.SAFETY: _units,
        Field.POINTS: _points,
        Field.NOTE: _note,
    }
    return reader[field](text)


def put(field: Field, item: LineUpItem, value: Any) -> LineUpItem:
    """The item with another value in this field."""
    return msgspec.structs.replace(item, **{ATTRIBUTE[field]: value})


def amount_text(amount_minor: int, currency: str, texts: Texts) -> str:
    """An amount as it is typed, without the currency: 71.20, or 71,20 in German."""
    symbol = numbers.get_decimal_symbol(texts.locale)
    return plain_amount(amount_minor, currency).replace(".", symbol)


def _title(text: str) -> str:
    title = " ".join(text.split())
    if len(title) > MAX_ITEM_TITLE:
        raise Wrong(_tr("A title has at most {n} characters.").replace("{n}", str(MAX_ITEM_TITLE)))
    return title


def _minutes(text: str) -> int:
    typed = text.strip()
    if found := _CLOCK.match(typed):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        if seconds < 60 and (minutes < 60 or not found[1]):
            return ((hours * 60 + minutes) * 60 + seconds) * 1000
    if found := _MINUTES.match(typed):
        return round(float(found[1].replace(",", ".")) * 60) * 1000
    raise Wrong(_tr("Write minutes, or minutes and seconds: 5 or 5:30."))


def _amount(text: str, currency: str, texts: Texts) -> int | None:
    if not text.strip():
        return None
    typed = _NOT_AMOUNT.sub("", text)
    try:
        amount = numbers.parse_decimal(typed, locale=texts.locale, strict=True)
    except numbers.NumberFormatError:
        try:
            # One separator, and not this language's: what else could it be than the decimals?
            amount = Decimal(typed.replace(",", "."))
        except InvalidOperation:
            raise Wrong(
                _tr("Write an amount such as 49.90, or nothing for whatever the shop charges.")
            ) from None
    minor = amount.scaleb(texts.currency_digits(currency))
    if minor != minor.to_integral_value():
        digits = texts.currency_digits(currency)
        sentence = _tr("Amounts in {currency} have {n} decimals at most.")
        raise Wrong(sentence.replace("{currency}", currency).replace("{n}", str(digits)))
    if not 0 <= minor <= MAX_UNITS:
        raise Wrong(_tr("The show price cannot be negative, nor beyond what a price may be."))
    return int(minor)


def _units(text: str) -> int:
    typed = re.sub(r"[\s.,'’]", "", text)
    if not typed:
        return 0
    if not typed.isascii() or not typed.isdigit() or int(typed) > MAX_UNITS:
        raise Wrong(_tr("Write a whole number of pieces, such as 40."))
    return int(typed)


def _points(text: str) -> tuple[str, ...]:
    lines = (_BULLET.sub("", line).strip() for line in text.splitlines())
    points = tuple(line for line in lines if line)
    if len(points) > MAX_POINTS:
        raise Wrong(_tr("At most {n} talking points: put some together.").replace("{n}", str(MAX_POINTS)))
    if any(len(point) > MAX_POINT for point in points):
        raise Wrong(_tr("A talking point has at most {n} characters.").replace("{n}", str(MAX_POINT)))
    return points


def _note(text: str) -> str:
    note = text.strip()
    if len(note) > MAX_NOTE:
        raise Wrong(_tr("A note has at most {n} characters.").replace("{n}", str(MAX_NOTE)))
    return note


def _tr(text: str) -> str:
    return QCoreApplication.translate("ItemValues", text)
