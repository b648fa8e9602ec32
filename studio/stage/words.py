"""What stands on the stage, in the show's language: the same words in OBS and on the overlay page."""

import babel
import msgspec
from babel.numbers import format_currency, get_currency_precision

from studio.domain.money import Money
from studio.domain.promo import PromoCode, PromoKind
from studio.domain.stage import StageView

_LEFT = {"en": "only {n} left", "de": "nur noch {n}", "nb": "bare {n} igjen"}
_GONE = {"en": "sold out", "de": "ausverkauft", "nb": "utsolgt"}
_FREE = {"en": "free shipping", "de": "Versand gratis", "nb": "fri frakt"}
_OFF = {"en": "{n} off", "de": "−{n}", "nb": "−{n}"}


class StageTexts(msgspec.Struct, frozen=True):
    """Plain texts, each empty where it is not shown. `off` is what the code takes off; `code_ends_at_ms` its end (UTC ms
    of the shop's clock), None without a code; `link` and `image_url` are addresses.
    """

    title: str = ""
    price: str = ""
    struck: str = ""
    left: str = ""
    code: str = ""
    off: str = ""
    code_ends_at_ms: int | None = None
    question: str = ""
    link: str = ""
    image_url: str = ""


def stage_texts(view: StageView) -> StageTexts:
    """The words of a view."""
    card, code = view.card, view.code
    left = ""
    if card is not None and card.left is not None:
        table = _LEFT if card.left > 0 else _GONE
        left = table.get(view.language[:2], table["en"]).replace("{n}", str(card.left))
    return StageTexts(
        title=card.title if card else "",
        price=money_text(card.price, view.language) if card and card.price else "",
        struck=money_text(card.struck, view.language) if card and card.struck else "",
        left=left,
        code=code.promo.code if code else "",
        off=_off(code.promo, view.language) if code else "",
        code_ends_at_ms=code.ends_at_ms if code else None,
        question=view.question,
        link=card.link if card else "",
        image_url=card.image_url if card else "",
    )


def money_text(money: Money, language: str) -> str:
    """An amount as the language writes it."""
    digits = get_currency_precision(money.currency)
    return format_currency(money.amount_minor / 10**digits, money.currency, locale=_locale(language))


def countdown_text(left_ms: int) -> str:
    """What is left, rounded up to the second: 4:59, 1:02:03, and 0:00 at the end."""
    seconds = max(0, -(-left_ms // 1000))
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def _off(promo: PromoCode, language: str) -> str:
    if promo.kind is PromoKind.FREE_SHIPPING:
        return _FREE.get(language[:2], _FREE["en"])
    amount = (
        f"{promo.percent} %"
        if promo.kind is PromoKind.PERCENT
        else money_text(Money(promo.amount_minor, promo.currency), language)
    )
    return _OFF.get(language[:2], _OFF["en"]).replace("{n}", amount)


def _locale(language: str) -> babel.Locale:
    try:
        return babel.Locale.parse(language, sep="-" if "-" in language else "_")
    except (babel.UnknownLocaleError, ValueError):
        return babel.Locale("en")
