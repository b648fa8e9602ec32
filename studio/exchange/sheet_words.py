"""The words of the run sheet in English, German and Norwegian (bokmål)."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SheetWords:
    """All words of one language. `{n}` and the like are filled in by the run sheet."""

    language: str
    run_sheet: str
    rehearsal: str
    no_date: str
    planned: str
    items: str
    start: str
    minutes: str
    item: str
    price: str
    show_price: str
    target: str
    stock: str
    code: str
    points: str
    notes: str
    alternatives: str
    talk: str
    no_items: str
    of_plan: str
    over_plan: str
    off: str
    free_shipping: str
    by_hand: str
    on_pin: str
    after_start: str
    at_end: str
    window: str
    lasts_minutes: str
    lasts_hours: str
    made: str
    times_in: str
    other_codes: str


EN: Final = SheetWords(
    "en", "Run sheet", "REHEARSAL: a simulated audience, no real sales", "no date yet",
    "{start}–{end}", "{n} items", "Start", "Min", "Item", "Price", "Show price", "Target", "Stock", "Code",
    "Talking points", "Notes to the host", "Instead, when sold out", "talk", "There is nothing in the line-up yet.",
    "{length} of {planned}", "{length} of {planned}: {over} too long", "−{value}", "free shipping", "by hand",
    "when the item goes on air", "{length} after the start", "at the end", "{begin} to {end}", "for {n} min",
    "until {n} h after the show", "Made on {day} at {time}", "All times in {zone}.", "Codes of the whole show",
)  # fmt: skip

DE: Final = SheetWords(
    "de", "Ablaufplan", "PROBE: simuliertes Publikum, keine echten Verkäufe", "noch kein Datum",
    "{start}–{end}", "{n} Punkte", "Beginn", "Min", "Artikel", "Preis", "Showpreis", "Ziel", "Bestand", "Code",
    "Stichpunkte", "Notizen für die Moderation", "Stattdessen, wenn ausverkauft", "Gespräch", "Im Ablauf steht noch nichts.",
    "{length} von {planned}", "{length} von {planned}: {over} zu lang", "−{value}", "versandkostenfrei", "von Hand",
    "wenn der Artikel auf Sendung geht", "{length} nach Beginn", "am Ende", "{begin} bis {end}", "{n} min lang",
    "bis {n} h nach der Show", "Erstellt am {day} um {time}", "Alle Zeiten in {zone}.", "Codes der ganzen Show",
)  # fmt: skip

NB: Final = SheetWords(
    "nb", "Kjøreplan", "PRØVE: simulert publikum, ingen virkelige salg", "ingen dato ennå",
    "{start}–{end}", "{n} punkter", "Start", "Min", "Vare", "Pris", "Sendepris", "Mål", "Lager", "Kode",
    "Stikkord", "Notater til verten", "I stedet, når den er utsolgt", "prat", "Det er ingenting i kjøreplanen ennå.",
    "{length} av {planned}", "{length} av {planned}: {over} for langt", "−{value}", "fri frakt", "for hånd",
    "når varen kommer på lufta", "{length} etter start", "på slutten", "{begin} til {end}", "i {n} min",
    "til {n} t etter sendingen", "Laget {day} kl. {time}", "Alle tider i {zone}.", "Koder for hele sendingen",
)  # fmt: skip

_BY_LANGUAGE: Final = {"en": EN, "de": DE, "nb": NB, "no": NB, "nn": NB}


def sheet_words(language: str) -> SheetWords:
    """The words for a BCP 47 language; English where there are none."""
    return _BY_LANGUAGE.get(language.replace("_", "-").split("-")[0].lower(), EN)
