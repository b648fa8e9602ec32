"""What was announced during a show, for its report."""

import re
from dataclasses import dataclass

from studio.domain.announcement_log import announcement_lines
from studio.domain.events import Outcome
from studio.domain.show import ShowState
from studio.review.formats import Formats, plain

_ADDRESS = re.compile(r"https?://\S+")
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class AnnouncedWords:
    """The words of one language. `became` is what the last column says of each outcome."""

    heading: str
    columns: tuple[str, str, str, str]
    became: dict[Outcome | None, str]
    none: str


@dataclass(frozen=True, slots=True)
class Announced:
    """The table: rows of time, channel, text and outcome."""

    words: AnnouncedWords
    rows: list[tuple[str, str, str, str]]


def announced(state: ShowState, formats: Formats, language: str) -> Announced:
    """All that was announced, the oldest first; what was taken back before it left is left out. Links stand as "…": a
    report names no address.
    """
    words = _WORDS.get(language, _WORDS["en"])
    rows = [
        (
            formats.clock(line.at_ms),
            plain(line.channel),
            plain(_ADDRESS.sub("…", line.text), _LONGEST),
            words.became[line.outcome],
        )
        for line in announcement_lines(state)
        if line.outcome not in (Outcome.WITHDRAWN, Outcome.SUPERSEDED)
    ]
    return Announced(words, rows)


def _became(waiting: str, said: str, refused: str, late: str, unsure: str) -> dict[Outcome | None, str]:
    return {
        None: waiting, Outcome.DELIVERED: said, Outcome.REFUSED: refused, Outcome.EXPIRED: late, Outcome.UNSURE: unsure,
    }  # fmt: skip


_WORDS = {
    "en": AnnouncedWords(
        "Announcements",
        ("Time", "Channel", "Text", "Outcome"),
        _became("waiting", "said", "refused", "too late", "unsure"),
        "Nothing was announced in this show.",
    ),
    "de": AnnouncedWords(
        "Ansagen",
        ("Zeit", "Kanal", "Text", "Ausgang"),
        _became("wartet", "gesagt", "abgelehnt", "zu spät", "ungewiss"),
        "In dieser Show wurde nichts angesagt.",
    ),
    "nb": AnnouncedWords(
        "Kunngjøringer",
        ("Tid", "Kanal", "Tekst", "Utfall"),
        _became("venter", "sagt", "avvist", "for sent", "usikkert"),
        "Ingenting ble kunngjort i denne sendingen.",
    ),
}
