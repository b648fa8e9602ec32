"""An example of everything that can be announced: the product and the code on air, or invented ones."""

from dataclasses import dataclass

import msgspec

from studio.domain.announcement_rules import AnnouncementKind, AnnouncementRules, problem
from studio.domain.announcements import Occasion, fitted, link_placed, told, units
from studio.domain.money import Money
from studio.domain.promo import EXPIRING_MS, PromoCode, PromoKind, PromoPhase, PromoScope, phase
from studio.domain.show import ShowState
from studio.ui.announcements.edits import Place, text_at
from studio.ui.announcements.words import tr

_MINUTE = 60_000
_LIMITS = {"youtube": 200, "twitch": 500, "facebook": 1_000, "social": 200}
_USUAL_LIMIT = 500
_T0 = 1_790_010_000_000


class PreviewChannel(msgspec.Struct, frozen=True):
    """A channel as announcements see it. `limit` is how long a text may be there; 0: as its `kind` has it. `language` and
    `announce` are the channel's own settings, for new shows; a show has taken them into its rules.
    """

    id: str
    name: str
    kind: str = "native"
    limit: int = 0
    language: str = ""
    announce: bool = True

    @property
    def longest(self) -> int:
        """How long a text may be, in UTF-16 code units."""
        return self.limit or _LIMITS.get(self.kind, _USUAL_LIMIT)


class Example(msgspec.Struct, frozen=True):
    """What the previews are made of. `at_ms` is the moment (UTC ms of the shop's clock)."""

    title: str
    promo: PromoCode
    price: Money | None = None
    left: int | None = None
    link: str = "https://shop.example/go/lnk-1042"
    language: str = "en"
    time_zone: str = "UTC"
    at_ms: int = _T0


@dataclass(frozen=True, slots=True)
class Preview:
    """What one channel would be told. `length` is that of the whole text; `sentence` says what is wrong, or why nothing
    is said (then `text` is empty).
    """

    text: str
    length: int
    limit: int
    sentence: str = ""
    wrong: bool = False


def invented() -> Example:
    """An example where there is no show."""
    return Example(tr("Wool blanket “Nord”, 140×200"), _a_code(_T0, "EUR"), Money(8_900, "EUR"), 17)


def example_of(state: ShowState, price: Money | None, left: int | None, now_ms: int) -> Example:
    """An example with what is on air, or comes first in the line-up, and the code that is live, or an invented one.
    `price` and `left` are those of that product.
    """
    product_id = shown_product(state)
    title = next((i.title for i in state.items if i.product_id == product_id), invented().title)
    live = [
        record.promo
        for record in state.promos.values()
        if phase(record, now_ms) in (PromoPhase.LIVE, PromoPhase.EXPIRING)
    ]
    promo = live[-1] if live else _a_code(now_ms, state.currency)
    return Example(
        title, promo, price, left, language=state.language, time_zone=state.time_zone, at_ms=now_ms
    )


def shown_product(state: ShowState) -> str:
    """The product that examples are about; empty where there is none."""
    return state.pinned_product_id or next(iter(state.product_ids), "")


def preview(
    rules: AnnouncementRules, kind: AnnouncementKind, channel: PreviewChannel, example: Example
) -> Preview:
    """What the channel would be told of such an occasion."""
    if not rules.kind(kind).on:
        return Preview("", 0, channel.longest, tr("This is switched off."))
    if not rules.channel(channel.id).on:
        return Preview("", 0, channel.longest, tr("Nothing is announced in this channel."))
    if not channel.announce:
        return Preview(
            "", 0, channel.longest, tr("Announcing is switched off in the settings of this channel.")
        )
    language = channel.language or example.language
    written = text_at(rules, kind, Place(channel=channel.id), language)
    if sentence := problem(kind, written):
        return Preview("", 0, channel.longest, sentence, wrong=True)
    at_ms = example.at_ms
    if kind is AnnouncementKind.PROMO_ENDING:
        at_ms = example.promo.ends_at_ms - EXPIRING_MS
    code = example.promo if kind in (AnnouncementKind.PROMO_LIVE, AnnouncementKind.PROMO_ENDING) else None
    occasion = Occasion(
        kind, "example", 0, example.title, "example", code, example.promo.ends_at_ms, example.price, example.left
    )  # fmt: skip
    text = told(occasion, rules, channel.id, language, example.time_zone, at_ms)
    length = units(link_placed(text, example.link))
    said = fitted(text, example.link, channel.longest, code.code if code else "")
    too_long = length > channel.longest
    sentence = (
        tr("Too long for this channel: its words are cut there, link and code stay.") if too_long else ""
    )
    return Preview(said, length, channel.longest, sentence, wrong=too_long)


def _a_code(now_ms: int, currency: str) -> PromoCode:
    return PromoCode(
        id="example", code="NORD20-K7X", kind=PromoKind.PERCENT, percent=20, amount_minor=0, currency=currency,
        scope=PromoScope.ALL, product_ids=(), starts_at_ms=now_ms, ends_at_ms=now_ms + 10 * _MINUTE, total_limit=None,
        per_customer_limit=None,
    )  # fmt: skip
