"""What went wrong during a show, in words, for its report."""

from collections.abc import Iterable
from dataclasses import dataclass

from studio.domain.alerts import Alert, AlertKind
from studio.review.formats import Formats, plain

_LONGEST = 80


@dataclass(frozen=True, slots=True)
class AlertedWords:
    """The words of one language. `kinds`: what is told of one, and of another number; `shop`: what stands for the shop."""

    heading: str
    columns: tuple[str, str]
    none: str
    shop: str
    kinds: dict[AlertKind, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Alerted:
    """The table: rows of time and words."""

    words: AlertedWords
    rows: list[tuple[str, str]]


def alerted(alerts: Iterable[Alert], formats: Formats, language: str) -> Alerted:
    """All alerts, the earliest first, in a language of `Labels.language`."""
    return Alerted(
        _WORDS[language], [(formats.clock(a.at_ms), alert_text(a, formats, language)) for a in alerts]
    )


def alert_text(alert: Alert, formats: Formats, language: str) -> str:
    """The words of one alert."""
    words = _WORDS[language]
    one, many = words.kinds[alert.kind]
    subject = plain(alert.subject, _LONGEST)
    if not subject:
        subject = words.shop
    # The subject last: whatever stands in a title is not taken for a place to be filled.
    return (
        (one if alert.count == 1 else many)
        .replace("{n}", formats.number(alert.count) if alert.count else "?")
        .replace("{length}", alert.lasted)
        .replace("{subject}", subject)
    )


def _same(text: str) -> tuple[str, str]:
    return text, text


_EN = AlertedWords(
    "What went wrong",
    ("Time", "What"),
    "Nothing went wrong that the studio knows of.",
    "shop",
    {
        AlertKind.OPEN_WARNINGS: ("started with 1 open warning", "started with {n} open warnings"),
        AlertKind.SOLD_OUT: _same("{subject} sold out"),
        AlertKind.CAST_CUT: _same("broadcast cut off"),
        AlertKind.LINK_LOST: _same("{subject} lost"),
        AlertKind.LINK_BACK: _same("{subject} back after {length}"),
        AlertKind.CHAT_LOST: ("{subject}: 1 message missing", "{subject}: {n} messages missing"),
        AlertKind.CODE_REFUSED: _same("{subject} refused"),
        AlertKind.CODE_LAPSED: _same("{subject} never reached the shop"),
        AlertKind.CODE_KEPT: _same("end of {subject} not moved"),
        AlertKind.PIN_REFUSED: _same("{subject}: pin refused"),
        AlertKind.NOT_TAKEN: ("message refused by {subject}", "{n} messages refused by {subject}"),
        AlertKind.TOO_LATE: ("message too late for {subject}", "{n} messages too late for {subject}"),
        AlertKind.UNSURE: ("message to {subject} unsure", "{n} messages to {subject} unsure"),
    },
)
_DE = AlertedWords(
    "Was nicht lief",
    ("Zeit", "Was"),
    "Von Störungen weiß das Studio nichts.",
    "Shop",
    {
        AlertKind.OPEN_WARNINGS: ("mit 1 offenen Warnung begonnen", "mit {n} offenen Warnungen begonnen"),
        AlertKind.SOLD_OUT: _same("{subject} ausverkauft"),
        AlertKind.CAST_CUT: _same("Übertragung abgebrochen"),
        AlertKind.LINK_LOST: _same("{subject} nicht erreichbar"),
        AlertKind.LINK_BACK: _same("{subject} wieder da nach {length}"),
        AlertKind.CHAT_LOST: ("{subject}: 1 Nachricht fehlt", "{subject}: {n} Nachrichten fehlen"),
        AlertKind.CODE_REFUSED: _same("{subject} abgelehnt"),
        AlertKind.CODE_LAPSED: _same("{subject} kam nie beim Shop an"),
        AlertKind.CODE_KEPT: _same("Ende von {subject} nicht verschoben"),
        AlertKind.PIN_REFUSED: _same("{subject}: Anzeige abgelehnt"),
        AlertKind.NOT_TAKEN: ("Nachricht von {subject} abgelehnt", "{n} Nachrichten von {subject} abgelehnt"),
        AlertKind.TOO_LATE: ("Nachricht zu spät für {subject}", "{n} Nachrichten zu spät für {subject}"),
        AlertKind.UNSURE: ("Nachricht an {subject} ungewiss", "{n} Nachrichten an {subject} ungewiss"),
    },
)
_NB = AlertedWords(
    "Det som gikk galt",
    ("Tid", "Hva"),
    "Studioet vet ikke om noe som gikk galt.",
    "butikken",
    {
        AlertKind.OPEN_WARNINGS: ("begynte med 1 åpen advarsel", "begynte med {n} åpne advarsler"),
        AlertKind.SOLD_OUT: _same("{subject} utsolgt"),
        AlertKind.CAST_CUT: _same("overføringen brøt av"),
        AlertKind.LINK_LOST: _same("{subject} borte"),
        AlertKind.LINK_BACK: _same("{subject} tilbake etter {length}"),
        AlertKind.CHAT_LOST: ("{subject}: 1 melding mangler", "{subject}: {n} meldinger mangler"),
        AlertKind.CODE_REFUSED: _same("{subject} avvist"),
        AlertKind.CODE_LAPSED: _same("{subject} nådde aldri butikken"),
        AlertKind.CODE_KEPT: _same("slutten på {subject} ble ikke flyttet"),
        AlertKind.PIN_REFUSED: _same("{subject}: ble ikke framhevet"),
        AlertKind.NOT_TAKEN: ("melding avvist av {subject}", "{n} meldinger avvist av {subject}"),
        AlertKind.TOO_LATE: ("melding for sen til {subject}", "{n} meldinger for sene til {subject}"),
        AlertKind.UNSURE: ("melding til {subject} usikker", "{n} meldinger til {subject} usikre"),
    },
)
_WORDS = {"en": _EN, "de": _DE, "nb": _NB}
