"""What stands in a cell, as a value of the line-up. Whatever cannot be one is said in a clause that tells what to write."""

import datetime as dt
import math
import re
import zoneinfo
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

from babel import Locale, UnknownLocaleError, dates, numbers

from studio.domain.exchange import Cell
from studio.domain.lineup_file import MAX_UNITS
from studio.domain.money import plain_amount
from studio.exchange import plain

_MINUTE: Final = 60_000
_HOUR: Final = 60 * _MINUTE
_LONG: Final = 4 * _HOUR
"""No item lasts that long, as a rule."""
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2007'’`´]+")
_NUMBER: Final = re.compile(r"[+-]?[\d.,]+")
_CLOCK: Final = re.compile(r"(?:(\d{1,3}):)?(\d{1,4}):([0-5]?\d)(?:[.,](\d{1,3}))?")
_LENGTH: Final = re.compile(
    r"(?:(?P<h>\d+) ?(?:h|hrs?|hours?|std\.?|stunden?|t|timer?))? ?"
    r"(?:(?P<m>\d+) ?(?:m|mins?|min\.|minutes?|minuten?|minutter?|['′]))? ?"
    r"(?:(?P<s>\d+) ?(?:s|secs?|sek\.?|seconds?|sekunden?|sekunder?|[\"″]))?",
    re.IGNORECASE,
)
_MINUTES_WORD: Final = re.compile(r" ?(?:m|mins?|min\.|minutes?|minuten?|minutter?)$", re.IGNORECASE)
_UNITS_WORD: Final = re.compile(r" ?(?:x|pcs?\.?|pieces?|units?|stk\.?|stück|st\.?)$", re.IGNORECASE)
_CODE: Final = re.compile(r"[A-Za-z]{3}")
_OTHER_SIGNS: Final = {
    "€": "EUR", "$": "", "£": "GBP", "¥": "", "kr": "", "kr.": "", "zł": "PLN", "CHF": "CHF", "Fr.": "CHF", "₹": "INR",
    "₩": "KRW", "₺": "TRY", "Kč": "CZK", "Ft": "HUF", "lei": "RON", ",-": "",
}  # fmt: skip
"""Signs of money, with the currency where it is one only."""


def locale_of(language: str) -> Locale:
    """The locale of a BCP 47 language; English where there is none."""
    try:
        return Locale.parse(language.replace("_", "-") or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def decimal_sign(language: str) -> str:
    """The sign before the decimals, as the language writes numbers."""
    return "," if numbers.get_decimal_symbol(locale_of(language)) == "," else "."


def text_of(cell: Cell) -> str:
    """A cell as one line of text: a whole number without decimals, dates as ISO 8601 has them."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return plain.line(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell)


def number(cell: Cell, decimal: str) -> Decimal:
    """A number, however its thousands are parted. `decimal` is the sign that stands before the decimals where a text
    leaves that open. Raises `ValueError` with a clause.
    """
    if isinstance(cell, (bool, dt.date, dt.time, dt.timedelta)):
        raise ValueError(f"{text_of(cell)!r} is not a number")
    if isinstance(cell, (int, float)):
        if not math.isfinite(cell) or abs(cell) > 1e15:
            raise ValueError(f"{text_of(cell)!r} is out of range")
        return Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    return _parsed(text_of(cell), decimal, None)


def _parsed(said: str, decimal: str, digits: int | None) -> Decimal:
    """`digits`: how many decimals the number may have; None for any."""
    text = _SPACES.sub("", said[:100]).replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(text) or not any(char.isdigit() for char in text):
        raise ValueError(f"{said[:60]!r} is not a number")
    sign, body = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    whole, part = _split(body, decimal, digits, said)
    try:
        value = Decimal(f"{sign}{whole or '0'}.{part or '0'}")
    except InvalidOperation:
        raise ValueError(f"{said[:60]!r} is not a number") from None
    if abs(value) > 10**15:
        raise ValueError(f"{said[:60]!r} is out of range")
    return value


def _split(body: str, decimal: str, digits: int | None, said: str) -> tuple[str, str]:
    dots, commas = body.count("."), body.count(",")
    if not dots and not commas:
        return body, ""
    if dots and commas:
        mark = "." if body.rfind(".") > body.rfind(",") else ","
    else:
        mark = "." if dots else ","
        alone = dots + commas == 1
        behind = len(body) - body.rfind(mark) - 1
        grouped = behind == 3 and body[0] not in "0.,"
        if not alone or (grouped and (digits == 0 or mark != decimal)):
            return _ungrouped(body, mark, said), ""
        if grouped and digits is not None and digits < 3:
            raise ValueError(
                f"{said[:60]!r} can be read in two ways: write it with {digits} decimals, or without a sign between thousands"
            )
    other = "," if mark == "." else "."
    if body.count(mark) > 1:
        raise ValueError(f"{said[:60]!r} is not a number")
    whole, _, part = body.partition(mark)
    if other in part:
        raise ValueError(f"{said[:60]!r} is not a number")
    return (_ungrouped(whole, other, said) if other in whole else whole), part


def _ungrouped(body: str, mark: str, said: str) -> str:
    groups = body.split(mark)
    if not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:]):
        raise ValueError(f"{said[:60]!r} is not a number: its thousands are parted at odd places")
    return "".join(groups)


def units(cell: Cell, decimal: str) -> int:
    """A whole number of pieces. Raises `ValueError` with a clause."""
    if isinstance(cell, str):
        cell = _UNITS_WORD.sub("", text_of(cell))
        cell = text_of(cell) and str(_parsed(cell, decimal, 0))
    value = number(cell, ".")
    if value != value.to_integral_value():
        raise ValueError(f"{text_of(cell)!r} is not a whole number")
    return int(value)


def minor_units(cell: Cell, currency: str, decimal: str) -> int:
    """An amount of money in the currency's minor units, as a spreadsheet or a person writes it: 89, 89.00, € 1.234,50.

    Raises `ValueError` with a clause: for another currency, and for what can be read in two ways.
    """
    digits = numbers.get_currency_precision(currency)
    if isinstance(cell, str):
        said = text_of(cell)
        value = _parsed(_bare_amount(said, currency), decimal, digits)
    else:
        said, value = text_of(cell), number(cell, decimal)
        # 19.900000000000002 is what spreadsheets make of 19.90.
        value = round(value, digits + 6)
    minor = value.scaleb(digits)
    if minor != minor.to_integral_value():
        raise ValueError(f"{said[:60]!r} has more decimals than {currency} has")
    if not 0 <= minor <= MAX_UNITS:
        raise ValueError(f"{said[:60]!r} cannot be a price: it is negative or too large")
    return int(minor)


def _bare_amount(said: str, currency: str) -> str:
    text = said
    # The longest first: of "kr. 100" no point may stay, which would make ten øre of it.
    signs = sorted((*_OTHER_SIGNS.items(), (_symbol(currency), currency)), key=lambda pair: -len(pair[0]))
    for sign, only in signs:
        if sign and sign in text:
            if only not in ("", currency):
                raise ValueError(f"{said[:60]!r} is in {only}, and the show sells in {currency}")
            text = text.replace(sign, " ")
    for code in (found.upper() for found in _CODE.findall(text)):
        if code != currency:
            other = (
                f"is in {code}, and the show sells in {currency}"
                if numbers.is_currency(code)
                else "is not a number"
            )
            raise ValueError(f"{said[:60]!r} {other}")
    return _CODE.sub(" ", text).replace("–", "").strip()


def _symbol(currency: str) -> str:
    found = numbers.get_currency_symbol(currency, locale="en")
    return "" if _CODE.fullmatch(found) else found


def amount_text(minor: int, currency: str, decimal: str) -> str:
    """An amount with the currency's own decimals and without its name: 89.00, 7.120 (KWD), 500 (JPY)."""
    return plain_amount(minor, currency).replace(".", decimal)


def length_ms(cell: Cell, decimal: str, *, as_minutes: bool | None = None) -> int:
    """A length of time in ms: minutes as 5, 5.5 or 5,5, as 5:00, as 0:05:00, or as `1 h 5 min`.

    A spreadsheet takes 5:00 and 7:30 that are typed into a cell for hours and minutes, and its file does not tell them from
    5:00:00 and 7:30:00: `as_minutes` says of its column whether such times are minutes and seconds (`times_are_minutes`); None
    of a cell that stands alone.
    Raises `ValueError` with a clause.
    """
    ms = _time_ms(cell)
    if ms is not None:
        return ms // 60 if as_minutes or (as_minutes is None and times_are_minutes([cell])) else ms
    if not isinstance(cell, str):
        return _ms(number(cell, decimal) * _MINUTE)
    text = text_of(cell)
    if len(text) > 60:
        raise ValueError(f"{text[:60]!r} is no length of time, write minutes such as 5 or 5:00")
    if found := _CLOCK.fullmatch(text):
        hours, minutes, seconds, part = found.groups()
        whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
        return whole * 1000 + int((part or "0").ljust(3, "0"))
    found = _LENGTH.fullmatch(text)
    if found and (found["h"] or found["s"]):
        return ((int(found["h"] or 0) * 60 + int(found["m"] or 0)) * 60 + int(found["s"] or 0)) * 1000
    try:
        return _ms(_parsed(_MINUTES_WORD.sub("", text), decimal, None) * _MINUTE)
    except ValueError:
        raise ValueError(f"{text[:60]!r} is no length of time, write minutes such as 5 or 5:00") from None


def times_are_minutes(column: Iterable[Cell]) -> bool:
    """Whether the times of a spreadsheet's column were typed as minutes and seconds: one of them would be longer than an item
    ever is, or there are whole hours and nothing shorter than one. None may have seconds, which only h:mm:ss leaves in a cell.
    """
    times = [ms for cell in column if (ms := _time_ms(cell)) is not None]
    if not times or any(ms % _MINUTE for ms in times):
        return False
    whole_hours = any(not ms % _HOUR for ms in times)
    return max(times) >= _LONG or (whole_hours and min(times) >= _HOUR)


def _time_ms(cell: Cell) -> int | None:
    """What a spreadsheet's time says as it stands; None of any other cell."""
    if isinstance(cell, dt.datetime):
        # Spreadsheets count days from here: 25:00 is one day and an hour.
        cell = cell - dt.datetime(1899, 12, 31) if cell.year <= 1900 else cell  # noqa: DTZ001 - no zone in a cell
    if isinstance(cell, dt.time):
        cell = dt.timedelta(
            hours=cell.hour, minutes=cell.minute, seconds=cell.second, microseconds=cell.microsecond
        )
    return round(cell / dt.timedelta(milliseconds=1)) if isinstance(cell, dt.timedelta) else None


def _ms(value: Decimal) -> int:
    return int(value.to_integral_value()) if abs(value) < 10**15 else 10**15


def percent(cell: Cell, decimal: str) -> int:
    """A whole percentage: 20, `20 %`, or a spreadsheet's 20 %, which is 0.2. Raises `ValueError` with a clause."""
    if isinstance(cell, str):
        # Taken off is often written as a negative number; between two numbers such a sign means a range, which is none.
        value = _parsed(text_of(cell).replace("%", "").strip("-−– "), decimal, None)
    else:
        value = number(cell, decimal)
        if value == 1:
            raise ValueError("1 can be read as 1 % or as 100 %: write the percentage as text, such as 1 %")
        if 0 < value < 1:
            value = round(value * 100, 6)
    if value != value.to_integral_value():
        raise ValueError(f"{text_of(cell)!r} is not a whole percentage")
    return int(value)


def moment_ms(cell: Cell, language: str, time_zone: str) -> int:
    """A time of the calendar in UTC ms: a spreadsheet's date, or a text such as 2026-11-26 20:00 or 26.11.2026 20:00; in
    the show's time zone where it names none of its own. Raises `ValueError` with a clause.
    """
    if isinstance(cell, dt.datetime):
        at = cell
    elif isinstance(cell, dt.date):
        at = dt.datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - the zone comes below
    elif isinstance(cell, str):
        at = _read_moment(text_of(cell), language)
    else:
        raise ValueError(
            f"{text_of(cell)[:60]!r} is no date and time that can be read, write it as 2026-11-26 20:00"
        )
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone_of(time_zone))
    try:
        return round(at.timestamp() * 1000)
    except (OverflowError, OSError, ValueError):
        raise ValueError(f"{text_of(cell)!r} is no date of a show") from None


def _read_moment(text: str, language: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    day, _, clock = text.replace(",", " ").strip().partition(" ")
    try:
        date = dates.parse_date(day, locale=locale_of(language), format="short")
        time = dt.time.fromisoformat(clock.strip().zfill(5)) if clock.strip() else dt.time(0)
    except (ValueError, IndexError, KeyError, OverflowError):
        raise ValueError(
            f"{text[:60]!r} is no date and time that can be read, write it as 2026-11-26 20:00"
        ) from None
    return dt.datetime.combine(date, time)


def zone_of(time_zone: str) -> dt.tzinfo:
    """The time zone of this IANA name; UTC where there is none."""
    try:
        return zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC
