"""What is typed into the goals of a show: whole numbers and amounts, in the person's language."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from babel import numbers
from PySide6.QtCore import QCoreApplication

from studio.domain.money import Money
from studio.domain.plan import Goals
from studio.ui.texts import Texts

MOST: Final = 10**12
_NOT_DIGITS: Final = re.compile(r"[\s.,'’\u00a0\u202f]")
_NOT_AMOUNT: Final = re.compile(r"[^\d.,'’\-]")


class Wrong(ValueError):
    """What was typed cannot be; the message is a sentence that says what to type."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Goals", text)


def read_count(text: str) -> int | None:
    """A whole number, None for nothing. Raises `Wrong`."""
    typed = _NOT_DIGITS.sub("", text)
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit()) or int(typed) > MOST:
        raise Wrong(_tr("Write a whole number such as 2000, or nothing for no goal."))
    return int(typed)


def read_amount(text: str, currency: str, texts: Texts) -> int | None:
    """An amount in minor units of a currency, None for nothing. Raises `Wrong`."""
    typed = _NOT_AMOUNT.sub("", text).strip(".,'’")
    if not typed:
        if text.strip():
            raise _wrong_amount()
        return None
    try:
        amount = numbers.parse_decimal(typed, locale=texts.locale, strict=True)
    except numbers.NumberFormatError:
        try:
            # One separator, and not this language's: what else could it be than the decimals?
            amount = Decimal(typed.replace(",", "."))
        except InvalidOperation:
            raise _wrong_amount() from None
    minor = amount.scaleb(texts.currency_digits(currency))
    if not 0 <= minor <= MOST or minor != minor.to_integral_value():
        raise _wrong_amount()
    return int(minor)


def _wrong_amount() -> Wrong:
    return Wrong(_tr("Write an amount such as 9000 or 89.50, or nothing for none."))


def count_text(value: int | None, texts: Texts) -> str:
    """What stands in a field of a whole number."""
    return "" if value is None else texts.number(value)


def amount_text(minor: int | None, currency: str, texts: Texts) -> str:
    """What stands in a field of an amount."""
    return "" if minor is None else texts.money(Money(minor, currency))


def set_fields(goals: Goals) -> int:
    """How many of the four goals are set."""
    four = (goals.peak_viewers, goals.sessions, goals.orders, goals.revenue_minor)
    return sum(each is not None for each in four)
