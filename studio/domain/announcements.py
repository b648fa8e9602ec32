"""What viewers are told in the chat: occasions become texts, and texts are made to fit into a channel."""

import datetime as dt
import unicodedata
import zoneinfo
from collections.abc import Callable, Mapping, Sequence

import msgspec

from studio.domain.announcement_rules import (
    BUILT_IN,
    LINK,
    AnnouncementKind,
    AnnouncementRules,
    filled,
    language_of,
    text_for,
)
from studio.domain.ids import effect_id
from studio.domain.money import Money, plain_amount
from studio.domain.promo import PromoCode, PromoKind

CHANNEL = "channel:"
LASTS_MS = 5 * 60_000
SOLD_OUT_LASTS_MS = 2 * 60_000
_OFF = {
    "en": {"percent": "{n} % off", "fixed": "{n} {currency} off", "free_shipping": "free shipping"},
    "de": {"percent": "{n} % Rabatt", "fixed": "{n} {currency} Rabatt", "free_shipping": "Versand gratis"},
    "nb": {"percent": "{n} % rabatt", "fixed": "{n} {currency} rabatt", "free_shipping": "fri frakt"},
}
_LONG_AFTER_MS = 3 * 3_600_000
_POINT = frozenset({"en"})


class Occasion(msgspec.Struct, frozen=True):
    """Something that may be announced. `subject` is the product's or the code's id; after `until_ms` (UTC ms of the
    shop's clock) it helps nobody. `ends_at_ms` is a code's end; `price` and `left` are None where they are not known.
    """

    kind: AnnouncementKind
    subject: str
    until_ms: int
    title: str = ""
    product_id: str = ""
    promo: PromoCode | None = None
    ends_at_ms: int = 0
    price: Money | None = None
    left: int | None = None


class Said(msgspec.Struct, frozen=True):
    """What one channel is told of an occasion; what became of it is known by its effect's id. `{link}` in the text is
    where the tracked link of `product_id` goes, `code` what must not be cut.
    """

    event_id: str
    effect_id: str
    at_ms: int
    until_ms: int
    kind: AnnouncementKind
    subject: str
    channel: str
    text: str
    product_id: str = ""
    code: str = ""


def channel_target(channel: str) -> str:
    """The outbox target of a channel."""
    return CHANNEL + channel


# long: it decides about one occasion from all there is to know
def said_of(
    occasion: Occasion, event_id: str, at_ms: int, rules: AnnouncementRules, *, channels: Sequence[str], language: str,
    time_zone: str, before: Sequence[Said], unsaid: Callable[[str], bool], first: int,
) -> tuple[Said, ...]:  # fmt: skip
    """What each channel is told. Nothing where the kind or the channel is off, or where the pause is not over since the
    last of the announcements `before` (in order of time; those whose effects are `unsaid` never went out). `first` is
    the ordinal of the first effect.
    """
    found: list[Said] = []
    rule = rules.kind(occasion.kind)
    for channel in channels if rule.on else ():
        if not rules.channel(channel).on or _too_soon(occasion, channel, at_ms, rules, before, unsaid):
            continue
        text = told(occasion, rules, channel, language, time_zone, at_ms)
        found.append(
            Said(
                event_id, effect_id(event_id, channel_target(channel), first + len(found)), at_ms,
                occasion.until_ms, occasion.kind, occasion.subject, channel, text,
                occasion.product_id if LINK in text else "", occasion.promo.code if occasion.promo else "",
            )
        )  # fmt: skip
    return tuple(found)


def _too_soon(
    occasion: Occasion, channel: str, at_ms: int, rules: AnnouncementRules, before: Sequence[Said],
    unsaid: Callable[[str], bool],
) -> bool:  # fmt: skip
    cooldown_ms = rules.kind(occasion.kind).cooldown_s * 1000
    gap_ms = rules.gap_s * 1000 if occasion.promo is None else 0
    for said in reversed(before):
        ago = at_ms - said.at_ms
        if ago >= max(cooldown_ms, gap_ms):
            return False
        if said.channel != channel or unsaid(said.effect_id):
            continue
        same = said.kind is occasion.kind and said.subject == occasion.subject
        if ago < gap_ms or (same and ago < cooldown_ms):
            return True
    return False


def told(
    occasion: Occasion, rules: AnnouncementRules, channel: str, language: str, time_zone: str, at_ms: int
) -> str:
    """The text of an occasion for a channel, with `{link}` left in where it has its place."""
    lasts_ms = occasion.ends_at_ms - at_ms
    long = occasion.promo is not None and lasts_ms > _LONG_AFTER_MS
    text = text_for(rules, occasion.kind, channel, language, long=long)
    return filled(text, _values(occasion, language_of(rules, channel, language), time_zone, lasts_ms, long))


def _values(
    occasion: Occasion, language: str, time_zone: str, lasts_ms: int, long: bool
) -> Mapping[str, str]:
    values = {"title": occasion.title}
    if occasion.price is not None:
        values["price"] = _amount(occasion.price, language)
    if occasion.left is not None:
        values["left"] = f"{occasion.left}"
    if (promo := occasion.promo) is not None:
        offs = _OFF.get(language, _OFF["en"])
        fixed = plain_amount(promo.amount_minor, promo.currency)
        number = f"{promo.percent}" if promo.kind is PromoKind.PERCENT else fixed
        values |= {
            "code": promo.code,
            "off": offs[promo.kind.value].format(n=number, currency=promo.currency),
            "minutes": f"{max(1, round(lasts_ms / 60_000))}",
            "time": _time(occasion.ends_at_ms, time_zone, long),
        }
    return values


def _time(at_ms: int, time_zone: str, long: bool) -> str:
    try:
        zone = zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        zone = zoneinfo.ZoneInfo("UTC")
    try:
        at = dt.datetime.fromtimestamp(at_ms / 1000, zone)
    except (OverflowError, ValueError, OSError):
        return ""  # no calendar goes that far
    return at.strftime("%d.%m. %H:%M") if long else at.strftime("%H:%M")


def _amount(money: Money, language: str) -> str:
    text = plain_amount(money.amount_minor, money.currency)
    return f"{text if language in _POINT else text.replace('.', ',')} {money.currency}"


def pinned(language: str, title: str) -> str:
    """The built-in announcement of a product; `{link}` is left in for its tracked link, braces of the title are not."""
    return told(Occasion(AnnouncementKind.PINNED, "", 0, title), BUILT_IN, "", language, "UTC", 0)


def promo_live(language: str, promo: PromoCode, lasts_ms: int, time_zone: str, ends_at_ms: int) -> str:
    """The built-in announcement of a code that the shop has confirmed: what it takes off and until when."""
    occasion = Occasion(AnnouncementKind.PROMO_LIVE, promo.id, 0, promo=promo, ends_at_ms=ends_at_ms)
    return told(occasion, BUILT_IN, "", language, time_zone, ends_at_ms - lasts_ms)


# --- what fits into a channel -----------------------------------------------------------------------------------------


def units(text: str) -> int:
    """How long a text is in UTF-16 code units: platforms count differently, none counts more than these."""
    return len(text) + sum(ch > "\uffff" for ch in text)


def link_placed(text: str, link: str) -> str:
    """The text with the tracked link in its place, or without the place when there is none."""
    if link or LINK not in text:
        return text.replace(LINK, link).strip()
    return " ".join(text.replace(LINK, "").split())


def fitted(text: str, link: str, limit: int, code: str = "") -> str:
    """The text with its link, within `limit` UTF-16 code units: words are cut, the link and the code are not. Where only
    one of them fits it is the code: it can be typed.
    """
    whole = link_placed(text, link)
    if units(whole) <= limit:
        return whole
    kept = [each for each in (code, link if LINK in text else "") if each and each in whole]
    while kept and units(" ".join(kept)) > limit:
        kept.pop()
    if code and link in kept and code in kept and whole.index(link) < whole.index(code):
        kept.reverse()
    # What is dropped must not be half there.
    if link and link not in kept:
        whole = link_placed(text, "")
        if units(whole) <= limit:
            return whole
    return _cut(whole, kept, limit)


def shortened(text: str, limit: int) -> str:
    """The text within `limit` UTF-16 code units: what is too long ends behind a word with “…”."""
    return text if units(text) <= limit else _cut(text, (), limit)


def _cut(whole: str, kept: Sequence[str], limit: int) -> str:
    places = [(at, at + len(each)) for each in kept if (at := whole.find(each)) >= 0]
    for end in range(min(len(whole), limit), 0, -1):
        if not _may_end(whole, end) or any(start < end < stop for start, stop in places):
            continue
        text = _ended_at(whole, end, kept)
        if units(text) > limit:
            continue
        word = whole.rfind(" ", max(0, end - _LONGEST_TORN), end) if whole[end : end + 1].strip() else -1
        if word > 0 and not any(start < word < stop for start, stop in places):
            shorter = _ended_at(whole, word, kept)
            text = shorter if units(shorter) <= limit else text
        return text
    return " ".join(kept)


_LONGEST_TORN = 24
"""A longer word is torn rather than left out: some scripts have no spaces."""


def _ended_at(whole: str, end: int, kept: Sequence[str]) -> str:
    head = whole[:end].rstrip(" ,;:")
    tail = [each for each in kept if each not in head]
    return " ".join([f"{head}…" if head else "", *tail]).strip()


def _may_end(text: str, end: int) -> bool:
    """Whether no character is torn in two there: an accent, or an emoji of several parts."""
    if end >= len(text):
        return True
    after, last = text[end], text[end - 1]
    joined = after in "\u200d\ufe0e\ufe0f\u20e3" or "\U0001f3fb" <= after <= "\U0001f3ff"
    return not (joined or last == "\u200d" or unicodedata.combining(after))
