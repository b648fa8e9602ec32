"""Figures in words: money, numbers, lengths, clock times, in the person's language."""

import datetime as dt
import zoneinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError, numbers
from PySide6.QtCore import QCoreApplication

from studio.domain.money import Money
from studio.domain.promo import PromoKind

_MINUTE = 60_000
_HOUR = 3_600_000
_KEPT: Final = 2_000


class Texts:
    """Formats for one language (BCP 47) and one time zone (IANA name; an unknown one is taken as UTC)."""

    def __init__(self, language: str = "en", time_zone: str = "UTC") -> None:
        try:
            self.locale = Locale.parse(language or "en", sep="-")
        except (UnknownLocaleError, ValueError):
            self.locale = Locale("en")
        self.zone: dt.tzinfo = dt.UTC
        self.use_zone(time_zone)
        # The same figures are asked for at every frame, and Babel takes a tenth of a millisecond for each.
        self._money = lru_cache(_KEPT)(self._money_text)
        self._number = lru_cache(_KEPT)(self._number_text)

    def use_zone(self, time_zone: str) -> None:
        """From now on times are those of this zone."""
        try:
            self.zone = zoneinfo.ZoneInfo(time_zone)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            self.zone = dt.UTC

    def money(self, money: Money | None) -> str:
        """€4,210.50 in English, 4.210,50 € in German; – when there is none."""
        return "–" if money is None else self._money(money.amount_minor, money.currency)

    def _money_text(self, amount_minor: int, currency: str) -> str:
        digits = numbers.get_currency_precision(currency)
        amount = Decimal(amount_minor).scaleb(-digits)
        return numbers.format_currency(amount, currency, locale=self.locale)

    def discount(self, kind: PromoKind, percent: int, amount_minor: int, currency: str) -> str:
        """−20 %, −€5.00, or free shipping."""
        if kind is PromoKind.PERCENT:
            return f"−{percent} %"
        if kind is PromoKind.FIXED:
            return f"−{self.money(Money(amount_minor, currency))}"
        return QCoreApplication.translate("Texts", "free shipping")

    def minor_units(self, amount: float, currency: str) -> int:
        """7.5 of EUR is 750 cents, of JPY 8 yen."""
        digits = numbers.get_currency_precision(currency)
        return int(Decimal(str(amount)).scaleb(digits).to_integral_value(ROUND_HALF_UP))

    def currency_digits(self, currency: str) -> int:
        """How many decimals amounts of this currency have."""
        return numbers.get_currency_precision(currency)

    def number(self, value: float | None, digits: int = 0) -> str:
        """1,284 in English; – when there is none."""
        return "–" if value is None else self._number(round(value, digits) if digits else round(value))

    def _number_text(self, value: float) -> str:
        return numbers.format_decimal(value, locale=self.locale)

    def percent(self, share: float | None, digits: int = 0) -> str:
        """0.43 is 43 %; – when there is none."""
        if share is None:
            return "–"
        return f"{self.number(share * 100, digits)} %"

    def clock(self, at_ms: int | None, *, seconds: bool = False) -> str:
        """20:14 in the show's time zone, from UTC ms; – when there is none."""
        if at_ms is None:
            return "–"
        try:
            at = dt.datetime.fromtimestamp(at_ms // 1000, self.zone)
        except (ValueError, OverflowError, OSError):
            # A time that no calendar has: of a channel whose clock is wild.
            return "–"
        # Written by hand, ten times as fast as strftime: every row of the chat has one.
        return f"{at.hour:02}:{at.minute:02}:{at.second:02}" if seconds else f"{at.hour:02}:{at.minute:02}"

    def day(self, at_ms: int | None) -> str:
        """26 Nov 2026 in the show's time zone, from UTC ms; – when there is none."""
        if at_ms is None:
            return "–"
        return dt.datetime.fromtimestamp(at_ms / 1000, self.zone).strftime("%d %b %Y").lstrip("0")


def length(ms: int | None) -> str:
    """3:12, or 1:03:12 from an hour on; – when there is none. Never negative."""
    if ms is None:
        return "–"
    seconds = max(0, ms) // 1000
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def running(ms: int) -> str:
    """00:42:17, the clock of a show."""
    seconds = max(0, ms) // 1000
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def offset(ms: int) -> str:
    """+01:20 behind plan, −00:40 ahead of it."""
    seconds = abs(ms) // 1000
    sign = "+" if ms >= 0 else "−"
    hours = f"{seconds // 3600}:" if seconds >= 3600 else ""
    return f"{sign}{hours}{seconds // 60 % 60:02}:{seconds % 60:02}"


def rough(ms: int) -> str:
    """47 h 12 min, 12 min, under a minute."""
    tr = QCoreApplication.translate
    if ms >= _HOUR:
        text = tr("Texts", "{h} h {m} min")
        return text.replace("{h}", str(ms // _HOUR)).replace("{m}", str(ms % _HOUR // _MINUTE))
    if ms >= _MINUTE:
        return tr("Texts", "{m} min").replace("{m}", str(ms // _MINUTE))
    return tr("Texts", "under a minute")
