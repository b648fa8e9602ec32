"""What viewers are told in the chat, in the show's language."""

import datetime as dt
import zoneinfo

from studio.domain.promo import PromoCode, PromoKind

_PINNED = {
    "en": "Now on air: {title} {link}",
    "de": "Jetzt live: {title} {link}",
    "nb": "Nå på lufta: {title} {link}",
}
_OFF = {
    "en": {"percent": "{n} % off", "fixed": "{n} {currency} off", "free_shipping": "free shipping"},
    "de": {"percent": "{n} % Rabatt", "fixed": "{n} {currency} Rabatt", "free_shipping": "Versand gratis"},
    "nb": {"percent": "{n} % rabatt", "fixed": "{n} {currency} rabatt", "free_shipping": "fri frakt"},
}
_SHORT = {
    "en": "Code {code}: {off}, for {minutes} min, until {time}",
    "de": "Code {code}: {off}, {minutes} Min. lang, bis {time}",
    "nb": "Kode {code}: {off} i {minutes} min, til {time}",
}
_LONG = {
    "en": "Code {code}: {off}, until {time}",
    "de": "Code {code}: {off}, bis {time}",
    "nb": "Kode {code}: {off}, til {time}",
}
_LONG_AFTER_MS = 3 * 3_600_000


def _pick(table: dict[str, str], language: str) -> str:
    return table.get(language[:2], table["en"])


def pinned(language: str, title: str) -> str:
    """The announcement of a product; `{link}` is left in for its tracked link, braces of the title are not."""
    plain = title.replace("{", "(").replace("}", ")")
    return _pick(_PINNED, language).replace("{title}", plain)


def promo_live(language: str, promo: PromoCode, lasts_ms: int, time_zone: str, ends_at_ms: int) -> str:
    """The announcement of a code that the shop has confirmed: what it takes off and until when."""
    offs = _OFF.get(language[:2], _OFF["en"])
    number = f"{promo.percent}" if promo.kind is PromoKind.PERCENT else f"{promo.amount_minor / 100:.2f}"
    off = offs[promo.kind.value].format(n=number, currency=promo.currency)
    try:
        zone = zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    ends = dt.datetime.fromtimestamp(ends_at_ms / 1000, zone)
    long = lasts_ms > _LONG_AFTER_MS
    time = ends.strftime("%d.%m. %H:%M") if long else ends.strftime("%H:%M")
    template = _pick(_LONG if long else _SHORT, language)
    return template.format(code=promo.code, off=off, minutes=max(1, round(lasts_ms / 60_000)), time=time)


def link_placed(text: str, link: str) -> str:
    """The text with the tracked link in its place, or without the place when there is none."""
    return text.replace("{link}", link).strip()
