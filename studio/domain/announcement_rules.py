"""What is announced in the chat, in which words: the rules, which a person can change, and the texts they start from.

A text is one line with placeholders such as `{title}`; a wrong one is refused where it is edited (`problem`), and a rule
that is wrong all the same (a settings file changed by hand) falls back to the text behind it.
"""

import enum
import re
from collections.abc import Mapping
from typing import TypeVar

import msgspec

MAX_TEMPLATE = 400
MAX_COOLDOWN_S = 86_400
MAX_GAP_S = 3_600
_MAX_ENTRIES = 100
LINK = "{link}"
_Entry = TypeVar("_Entry", str, "KindRule")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_LANGUAGE = re.compile(r"^([a-z]{2,3}([_-][A-Za-z]{2,4})?)?$")


class AnnouncementKind(enum.StrEnum):
    """What happened that viewers are told of."""

    PINNED = "pinned"
    PROMO_LIVE = "promo_live"
    PROMO_ENDING = "promo_ending"
    SOLD_OUT = "sold_out"


class KindRule(msgspec.Struct, frozen=True):
    """Whether a kind is announced, and for how many seconds the same thing (product, code) is not announced again."""

    on: bool = True
    cooldown_s: int = 0


class ChannelRule(msgspec.Struct, frozen=True):
    """What is different in one channel: its language (empty: the show's), its own texts, or nothing is announced there."""

    on: bool = True
    language: str = ""
    texts: dict[AnnouncementKind, str] = {}


class AnnouncementRules(msgspec.Struct, frozen=True):
    """All rules. `texts` maps a language (two letters) to own texts; `channels` maps a channel's id to what is different
    there. `gap_s` seconds must lie between a product's announcement and the one before it in that channel; a code is
    announced all the same, for nobody would learn of it otherwise.
    """

    kinds: dict[AnnouncementKind, KindRule] = {}
    texts: dict[str, dict[AnnouncementKind, str]] = {}
    channels: dict[str, ChannelRule] = {}
    gap_s: int = 0

    def kind(self, kind: AnnouncementKind) -> KindRule:
        """The rule of a kind."""
        return self.kinds.get(kind, _PLAIN)

    def channel(self, channel: str) -> ChannelRule:
        """The rule of a channel."""
        return self.channels.get(channel, _ANY_CHANNEL)


_PLAIN = KindRule()
_ANY_CHANNEL = ChannelRule()
BUILT_IN = AnnouncementRules()
"""Of shows that were planned without rules: everything is announced, every time."""
RECOMMENDED = AnnouncementRules(
    kinds={
        AnnouncementKind.PINNED: KindRule(cooldown_s=120),
        AnnouncementKind.SOLD_OUT: KindRule(cooldown_s=300),
    }
)
"""What the settings start from: going back and forth in the line-up does not fill the chat."""

PLACEHOLDERS: Mapping[AnnouncementKind, tuple[str, ...]] = {
    AnnouncementKind.PINNED: ("title", "price", "left", "link"),
    AnnouncementKind.PROMO_LIVE: ("code", "off", "minutes", "time", "title", "link"),
    AnnouncementKind.PROMO_ENDING: ("code", "off", "minutes", "time", "title", "link"),
    AnnouncementKind.SOLD_OUT: ("title", "link"),
}
"""What a text of each kind may hold."""

LANGUAGES = ("en", "de", "nb")
"""The languages that have texts of their own."""

_DEFAULTS: Mapping[AnnouncementKind, Mapping[str, str]] = {
    AnnouncementKind.PINNED: {
        "en": "Now on air: {title} {link}",
        "de": "Jetzt live: {title} {link}",
        "nb": "Nå på lufta: {title} {link}",
    },
    AnnouncementKind.PROMO_LIVE: {
        "en": "Code {code}: {off}, for {minutes} min, until {time}",
        "de": "Code {code}: {off}, {minutes} Min. lang, bis {time}",
        "nb": "Kode {code}: {off} i {minutes} min, til {time}",
    },
    AnnouncementKind.PROMO_ENDING: {
        "en": "Code {code} ends in {minutes} min, at {time}: {off}",
        "de": "Code {code} endet in {minutes} Min., um {time}: {off}",
        "nb": "Kode {code} slutter om {minutes} min, kl. {time}: {off}",
    },
    AnnouncementKind.SOLD_OUT: {
        "en": "Sold out: {title}",
        "de": "Ausverkauft: {title}",
        "nb": "Utsolgt: {title}",
    },
}
_LONG = {
    "en": "Code {code}: {off}, until {time}",
    "de": "Code {code}: {off}, bis {time}",
    "nb": "Kode {code}: {off}, til {time}",
}


def language_of(rules: AnnouncementRules, channel: str, show_language: str) -> str:
    """In which language a channel is told: two letters."""
    return (rules.channel(channel).language or show_language)[:2].lower()


def default_text(kind: AnnouncementKind, language: str, *, long: bool = False) -> str:
    """The text that stands where nobody wrote another one; English where the language has none. `long`: of a code that
    lasts for hours, whose minutes tell nobody anything.
    """
    table = _LONG if long and kind is AnnouncementKind.PROMO_LIVE else _DEFAULTS[kind]
    return table.get(language[:2].lower(), table["en"])


def text_for(
    rules: AnnouncementRules, kind: AnnouncementKind, channel: str, show_language: str, *, long: bool = False
) -> str:
    """The text of a kind in a channel: the channel's own, else that of its language, else the default."""
    language = language_of(rules, channel, show_language)
    for texts in (rules.channel(channel).texts, rules.texts.get(language, {})):
        own = texts.get(kind)
        if own is not None and not problem(kind, own):
            return own
    return default_text(kind, language, long=long)


def problem(kind: AnnouncementKind, text: str) -> str:
    """Why this text cannot be announced, as a sentence that says what to do; empty when it can."""
    if not text.strip():
        return "Write a text, or go back to the default. To say nothing, switch the announcement off."
    if len(text) > MAX_TEMPLATE:
        return f"A text has at most {MAX_TEMPLATE} characters; this one has {len(text)}."
    known = PLACEHOLDERS[kind]
    for name in _PLACEHOLDER.findall(text):
        if name not in known:
            offered = ", ".join(f"{{{each}}}" for each in known)
            return f"Nothing is known as {{{name}}} here. These can be used: {offered}."
    left = _PLACEHOLDER.sub("", text)
    if "{" in left or "}" in left:
        return "A curly bracket stands alone. Write a whole placeholder, such as {title}, or take it out.".replace(
            "{title}", f"{{{known[0]}}}"
        )
    if kind is AnnouncementKind.PROMO_LIVE and "{code}" not in text:
        return "Put {code} into it: without the code nobody can use it."
    return ""


def rules_problem(rules: AnnouncementRules) -> str:
    """What is wrong with these rules, as a sentence; empty when nothing is."""
    if not 0 <= rules.gap_s <= MAX_GAP_S:
        return f"Between two announcements there can be 0 to {MAX_GAP_S} seconds."
    for rule in rules.kinds.values():
        if not 0 <= rule.cooldown_s <= MAX_COOLDOWN_S:
            return f"The pause before the same announcement is 0 to {MAX_COOLDOWN_S} seconds."
    if len(rules.texts) > _MAX_ENTRIES or len(rules.channels) > _MAX_ENTRIES:
        return f"There can be texts for at most {_MAX_ENTRIES} languages and channels."
    for language in (*rules.texts, *(channel.language for channel in rules.channels.values())):
        if not _LANGUAGE.match(language):
            return f"“{language[:20]}” is no language: use two letters, such as en or de."
    for texts in (*rules.texts.values(), *(channel.texts for channel in rules.channels.values())):
        for kind, text in texts.items():
            if sentence := problem(kind, text):
                return sentence
    return ""


def cleaned(rules: AnnouncementRules) -> AnnouncementRules:
    """The rules without kinds that this studio does not know: what goes into a log must be read again."""

    def known(entries: Mapping[AnnouncementKind, _Entry]) -> dict[AnnouncementKind, _Entry]:
        return {AnnouncementKind(kind): entry for kind, entry in entries.items() if kind in PLACEHOLDERS}

    return AnnouncementRules(
        known(rules.kinds),
        {language: known(texts) for language, texts in rules.texts.items()},
        {
            name: ChannelRule(channel.on, channel.language, known(channel.texts))
            for name, channel in rules.channels.items()
        },
        rules.gap_s,
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in, in one line; `{link}` stays for the tracked link. What is not known is
    left out, and a curly bracket in a value becomes a round one: no title can pass for a placeholder.
    """

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return LINK if name == "link" else values.get(name, "").replace("{", "(").replace("}", ")")

    told = _PLACEHOLDER.sub(value, text)
    shown = "".join(ch if ch.isprintable() or ch in _JOINERS else " " for ch in told)
    return " ".join(shown.split())


_JOINERS = "\u200c\u200d"  # parts of emoji and of words in some scripts
