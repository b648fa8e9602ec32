"""What to change next time, in words: one sentence each, with its numbers."""

from dataclasses import dataclass

from studio.domain.advice import Advice, AdviceKind
from studio.domain.money import Money
from studio.ui.review.kpis import translate
from studio.ui.texts import Texts, length
from studio.ui.widgets.text import clean_text

_SUBJECT = 90


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of advice: what it found (`lead`), and what follows from it (`rest`)."""

    lead: str
    rest: str

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.lead}: {self.rest}."


def words_of(advice: Advice, currency: str, texts: Texts, started_at_ms: int | None = None) -> Sentence:
    """The sentence of a piece of advice. `started_at_ms` (UTC ms) is what times are told from."""
    lead, rest = _PATTERNS[advice.kind](advice)
    at = texts.clock(advice.at_ms)
    if advice.at_ms is not None and started_at_ms is not None and advice.kind is AdviceKind.SOLD_OUT_EARLY:
        # A length that could be taken for a time of day must not be told as one.
        at = length(advice.at_ms - started_at_ms)
        lead = translate("Review", "{subject} sold out after {at}")
    minutes = texts.number(advice.minutes, 1) if advice.minutes is not None else ""
    money = texts.money(Money(round(advice.value), currency))
    filled = {
        "{value}": texts.number(advice.value),
        "{other}": texts.number(advice.other, 1),
        "{money}": money,
        "{other_money}": "" if advice.other is None else texts.money(Money(round(advice.other), currency)),
        "{share}": texts.percent(advice.value),
        "{other_share}": texts.percent(advice.other),
        "{length}": length(round(advice.value)),
        "{minutes}": minutes,
        "{times}": texts.number(times(advice), 1),
        "{at}": at,
        "{subject}": clean_text(advice.subject, _SUBJECT),
    }  # fmt: skip
    return Sentence(_fill(lead, filled), _fill(rest, filled))


def times(advice: Advice) -> float | None:
    """How many times the other figure the first one is; None where that says nothing."""
    return advice.value / advice.other if advice.other is not None and advice.other >= 1 else None


def _fill(pattern: str, filled: dict[str, str]) -> str:
    """The subject last: whatever a viewer wrote into it is not taken for a place to be filled."""
    for place, text in filled.items():
        pattern = pattern.replace(place, text)
    return pattern


def _sold_out(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "{subject} sold out")
    if advice.at_ms is not None:
        lead = translate("Review", "{subject} sold out at {at}")
    rest = translate("Review", "plan with {value} pieces")
    if advice.other is not None:
        rest = translate("Review", "plan with {value} pieces instead of {other}")
    return lead, rest


def _earned_most(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "{subject} earned {money} a minute")
    rest = translate("Review", "bring it forward and give it more time")
    if times(advice) is not None:
        rest = translate(
            "Review", "{times} times the show ({other_money}); bring it forward and give it more time"
        )
    if advice.minutes is not None:
        rest = translate("Review", "{times} times the show ({other_money}); give it {minutes} minutes")
    return lead, rest


def _earned_least(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "{subject} earned only {money} a minute")
    rest = translate("Review", "shorten it")
    if advice.other is not None:
        rest = translate("Review", "it was on air for {other} minutes; shorten it")
    if advice.other is not None and advice.minutes is not None:
        rest = translate("Review", "shorten it from {other} to {minutes} minutes")
    return lead, rest


def _viewers_lost(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "Viewers fell by {share} during {subject}")
    rest = translate("Review", "shorten it, or move it behind something that holds them")
    if advice.other is not None and advice.minutes is not None:
        rest = translate("Review", "shorten it from {other} to {minutes} minutes")
    return lead, rest


def _questions_open(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "{value} questions were never answered")
    if advice.value == 1:
        lead = translate("Review", "1 question was never answered")
    rest = translate("Review", "most asked was “{subject}”")
    if advice.other is not None and advice.other > 1:
        rest = translate("Review", "most asked was “{subject}” (×{other})")
    return lead, rest


def _code_unused(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "{subject} was redeemed {value} times")
    if advice.value == 1:
        lead = translate("Review", "{subject} was redeemed once")
    elif not advice.value:
        lead = translate("Review", "{subject} was never redeemed")
    rest = translate("Review", "name it more often, or leave it out")
    if advice.other is not None:
        rest = translate("Review", "{other} viewers could have; name it more often, or leave it out")
    return lead, rest


def _code_needless(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "{subject} cost {money} in discounts without selling more")
    rest = translate("Review", "sell without it")
    if advice.other is not None:
        rest = translate("Review", "before it {other} pieces a minute were sold, not fewer; sell without it")
    return lead, rest


def _over_time(advice: Advice) -> tuple[str, str]:
    lead = translate("Review", "The show lasted {length} longer than planned")
    rest = translate("Review", "plan with fewer items")
    if advice.other is not None:
        rest = translate("Review", "{other_share} of the viewers were left by then; plan with fewer items")
    return lead, rest


_PATTERNS = {
    AdviceKind.SOLD_OUT_EARLY: _sold_out,
    AdviceKind.EARNED_MOST: _earned_most,
    AdviceKind.EARNED_LEAST: _earned_least,
    AdviceKind.VIEWERS_LOST: _viewers_lost,
    AdviceKind.QUESTIONS_OPEN: _questions_open,
    AdviceKind.CODE_UNUSED: _code_unused,
    AdviceKind.CODE_NEEDLESS: _code_needless,
    AdviceKind.OVER_TIME: _over_time,
}
