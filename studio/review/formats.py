"""Figures in words for reports: money, numbers, times, in one language and one time zone."""

import datetime as dt
import re
import unicodedata
import zoneinfo
from decimal import Decimal

from babel import Locale, UnknownLocaleError, dates, numbers

from studio.domain.money import Money

_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TITLE_LIMIT = 300


class Formats:
    """Writes figures in `language` (BCP 47) and times in `time_zone` (IANA; an unknown one is taken as UTC).

    A figure that nobody can give is written as `not_known`, never as 0.
    """

    def __init__(self, language: str, time_zone: str, not_known: str) -> None:
        self._not_known = not_known
        try:
            self._locale = Locale.parse(language, sep="-")
        except (UnknownLocaleError, ValueError):
            self._locale = Locale("en")
        try:
            self.zone: dt.tzinfo = zoneinfo.ZoneInfo(time_zone)
            self.zone_name = time_zone
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            self.zone, self.zone_name = dt.UTC, "UTC"

    def money(self, money: Money | None) -> str:
        """€4,210.50 in English, 4.210,50 € in German."""
        if money is None:
            return self._not_known
        digits = numbers.get_currency_precision(money.currency)
        amount = Decimal(money.amount_minor).scaleb(-digits)
        return numbers.format_currency(amount, money.currency, locale=self._locale)

    def number(self, value: float | None) -> str:
        """A whole number, 1,284 in English."""
        if value is None:
            return self._not_known
        return numbers.format_decimal(round(value), locale=self._locale)

    def decimal(self, value: float | None) -> str:
        """A number with one digit behind the point where it has any, 3.5 in English."""
        if value is None:
            return self._not_known
        return numbers.format_decimal(round(value, 1), locale=self._locale)

    def percent(self, share: float | None) -> str:
        """0.428 is 42.8 %."""
        if share is None:
            return self._not_known
        return f"{numbers.format_decimal(round(share * 100, 1), locale=self._locale)} %"

    def clock(self, at_ms: int | None) -> str:
        """20:14, from UTC ms."""
        at = self._local(at_ms)
        return self._not_known if at is None else at.strftime("%H:%M")

    def day(self, at_ms: int | None) -> str:
        """The date as the language writes it, from UTC ms."""
        at = self._local(at_ms)
        if at is None:
            return self._not_known
        # Plain English is nobody's in particular: day, month in letters, year is read the same way everywhere.
        style = "d MMM y" if str(self._locale) == "en" else "medium"
        return dates.format_date(at.date(), style, locale=self._locale)

    def length(self, ms: int | None) -> str:
        """3:12, or 1:03:12 from an hour on."""
        if ms is None:
            return self._not_known
        hours, rest = divmod(max(0, ms) // 1000, 3600)
        return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"

    def _local(self, at_ms: int | None) -> dt.datetime | None:
        try:
            return None if at_ms is None else dt.datetime.fromtimestamp(at_ms / 1000, self.zone)
        except (ValueError, OverflowError, OSError):
            # A time that no calendar has: of a channel whose clock is wild.
            return None


def plain(text: str, limit: int = _TITLE_LIMIT) -> str:
    """A text of strangers on one line: no control characters, none that turn the direction of what follows."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        # What most texts are, and what is asked for a hundred thousand times in a large show.
        return " ".join(text.split())
    kept = (
        "\ufffd" if unicodedata.category(c) == "Cs" else c if unicodedata.category(c) != "Cc" else " "
        for c in _TURNING.sub("", text[: limit * 4])
    )  # fmt: skip
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"
