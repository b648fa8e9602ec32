"""Advice in words: one sentence each, with its numbers, in English, German and Norwegian (bokmål)."""

from studio.domain.advice import Advice, AdviceKind
from studio.domain.money import Money
from studio.review.formats import Formats, plain

_Patterns = dict[AdviceKind, tuple[str, str]]
"""A sentence, and the one where `other` or `minutes` is not known."""


def advised(advice: Advice, currency: str, formats: Formats, language: str) -> str:
    """The sentence of a piece of advice, in a language of `Labels.language`."""
    full, short = _WORDS[language][advice.kind]
    if advice.kind is AdviceKind.CODE_UNUSED and advice.value in (0, 1):
        full, short = _REDEEMED[language][round(advice.value)]
    known = advice.other is not None and ("{minutes}" not in full or advice.minutes is not None)
    other = advice.other or 0
    filled = {
        "{value}": formats.number(advice.value),
        "{other}": formats.decimal(other),
        "{money}": formats.money(Money(round(advice.value), currency)),
        "{other_money}": formats.money(Money(round(other), currency)),
        "{share}": formats.percent(advice.value),
        "{other_share}": formats.percent(other),
        "{length}": formats.length(round(advice.value)),
        "{minutes}": formats.decimal(advice.minutes or 0),
        "{at}": formats.clock(advice.at_ms),
        # Last: whatever a viewer wrote into it is not taken for a place to be filled.
        "{subject}": plain(advice.subject, 120),
    }
    sentence = full if known else short
    for place, text in filled.items():
        sentence = sentence.replace(place, text)
    return sentence


_EN: _Patterns = {
    AdviceKind.SOLD_OUT_EARLY: (
        "{subject} sold out at {at}: plan with {value} pieces instead of {other}.",
        "{subject} sold out at {at}: plan with {value} pieces.",
    ),
    AdviceKind.EARNED_MOST: (
        "{subject} earned {money} a minute, the show {other_money}: bring it forward and give it more time.",
        "{subject} earned {money} a minute: bring it forward and give it more time.",
    ),
    AdviceKind.EARNED_LEAST: (
        "{subject} earned only {money} a minute: shorten it from {other} to {minutes} minutes.",
        "{subject} earned only {money} a minute: shorten it.",
    ),
    AdviceKind.VIEWERS_LOST: (
        "Viewers fell by {share} during {subject}: shorten it from {other} to {minutes} minutes.",
        "Viewers fell by {share} during {subject}: shorten it, or move it behind something that holds them.",
    ),
    AdviceKind.QUESTIONS_OPEN: (
        "Questions never answered: {value}; most asked was “{subject}” (×{other}).",
        "Questions never answered: {value}; most asked was “{subject}”.",
    ),
    AdviceKind.CODE_UNUSED: (
        "{subject} was redeemed {value} times while {other} watched: name it more often, or leave it out.",
        "{subject} was redeemed {value} times: name it more often, or leave it out.",
    ),
    AdviceKind.CODE_NEEDLESS: (
        "{subject} cost {money} in discounts; before it {other} pieces a minute were sold, not fewer: sell without it.",
        "{subject} cost {money} in discounts without selling more: sell without it.",
    ),
    AdviceKind.OVER_TIME: (
        "The show lasted {length} longer than planned, with {other_share} of the viewers left: plan with fewer items.",
        "The show lasted {length} longer than planned: plan with fewer items.",
    ),
}

_DE: _Patterns = {
    AdviceKind.SOLD_OUT_EARLY: (
        "{subject} war um {at} ausverkauft: {value} Stück einplanen statt {other}.",
        "{subject} war um {at} ausverkauft: {value} Stück einplanen.",
    ),
    AdviceKind.EARNED_MOST: (
        "{subject} brachte {money} je Minute, die Show {other_money}: früher zeigen und mehr Zeit geben.",
        "{subject} brachte {money} je Minute: früher zeigen und mehr Zeit geben.",
    ),
    AdviceKind.EARNED_LEAST: (
        "{subject} brachte nur {money} je Minute: von {other} auf {minutes} Minuten kürzen.",
        "{subject} brachte nur {money} je Minute: kürzen.",
    ),
    AdviceKind.VIEWERS_LOST: (
        "Während {subject} gingen {share} der Zuschauer: von {other} auf {minutes} Minuten kürzen.",
        "Während {subject} gingen {share} der Zuschauer: kürzen oder hinter etwas setzen, das sie hält.",
    ),
    AdviceKind.QUESTIONS_OPEN: (
        "Nie beantwortete Fragen: {value}; am häufigsten „{subject}“ (×{other}).",
        "Nie beantwortete Fragen: {value}; am häufigsten „{subject}“.",
    ),
    AdviceKind.CODE_UNUSED: (
        "{subject} wurde {value}-mal eingelöst, während {other} zusahen: öfter nennen oder weglassen.",
        "{subject} wurde {value}-mal eingelöst: öfter nennen oder weglassen.",
    ),
    AdviceKind.CODE_NEEDLESS: (
        "{subject} kostete {money} an Rabatt; davor wurden {other} Stück je Minute verkauft, nicht weniger: darauf verzichten.",
        "{subject} kostete {money} an Rabatt, ohne mehr zu verkaufen: darauf verzichten.",
    ),
    AdviceKind.OVER_TIME: (
        "Die Show dauerte {length} länger als geplant, und {other_share} der Zuschauer waren noch da: weniger einplanen.",
        "Die Show dauerte {length} länger als geplant: weniger einplanen.",
    ),
}

_NB: _Patterns = {
    AdviceKind.SOLD_OUT_EARLY: (
        "{subject} ble utsolgt kl. {at}: planlegg med {value} stykk i stedet for {other}.",
        "{subject} ble utsolgt kl. {at}: planlegg med {value} stykk.",
    ),
    AdviceKind.EARNED_MOST: (
        "{subject} ga {money} i minuttet, sendingen {other_money}: vis den tidligere og gi den mer tid.",
        "{subject} ga {money} i minuttet: vis den tidligere og gi den mer tid.",
    ),
    AdviceKind.EARNED_LEAST: (
        "{subject} ga bare {money} i minuttet: kort den ned fra {other} til {minutes} minutter.",
        "{subject} ga bare {money} i minuttet: kort den ned.",
    ),
    AdviceKind.VIEWERS_LOST: (
        "{share} av seerne gikk under {subject}: kort den ned fra {other} til {minutes} minutter.",
        "{share} av seerne gikk under {subject}: kort den ned, eller flytt den bak noe som holder på dem.",
    ),
    AdviceKind.QUESTIONS_OPEN: (
        "Spørsmål som aldri ble besvart: {value}; oftest «{subject}» (×{other}).",
        "Spørsmål som aldri ble besvart: {value}; oftest «{subject}».",
    ),
    AdviceKind.CODE_UNUSED: (
        "{subject} ble brukt {value} ganger mens {other} så på: nevn den oftere, eller utelat den.",
        "{subject} ble brukt {value} ganger: nevn den oftere, eller utelat den.",
    ),
    AdviceKind.CODE_NEEDLESS: (
        "{subject} kostet {money} i rabatt; før den ble {other} stykk i minuttet solgt, ikke færre: selg uten.",
        "{subject} kostet {money} i rabatt uten å selge mer: selg uten.",
    ),
    AdviceKind.OVER_TIME: (
        "Sendingen varte {length} lenger enn planlagt, med {other_share} av seerne igjen: planlegg færre varer.",
        "Sendingen varte {length} lenger enn planlagt: planlegg færre varer.",
    ),
}

_REDEEMED: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "en": (
        (
            "{subject} was never redeemed while {other} watched: name it more often, or leave it out.",
            "{subject} was never redeemed: name it more often, or leave it out.",
        ),
        (
            "{subject} was redeemed once while {other} watched: name it more often, or leave it out.",
            "{subject} was redeemed once: name it more often, or leave it out.",
        ),
    ),
    "de": (
        (
            "{subject} wurde nie eingelöst, während {other} zusahen: öfter nennen oder weglassen.",
            "{subject} wurde nie eingelöst: öfter nennen oder weglassen.",
        ),
        (
            "{subject} wurde einmal eingelöst, während {other} zusahen: öfter nennen oder weglassen.",
            "{subject} wurde einmal eingelöst: öfter nennen oder weglassen.",
        ),
    ),
    "nb": (
        (
            "{subject} ble aldri brukt mens {other} så på: nevn den oftere, eller utelat den.",
            "{subject} ble aldri brukt: nevn den oftere, eller utelat den.",
        ),
        (
            "{subject} ble brukt én gang mens {other} så på: nevn den oftere, eller utelat den.",
            "{subject} ble brukt én gang: nevn den oftere, eller utelat den.",
        ),
    ),
}
"""Of a code that was redeemed never, or once."""

_WORDS = {"en": _EN, "de": _DE, "nb": _NB}
