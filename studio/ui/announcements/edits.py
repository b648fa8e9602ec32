"""The rules as they are edited: what stands in a place, and what they are once it is changed. Pure."""

from dataclasses import dataclass

import msgspec

from studio.domain.announcement_rules import (
    AnnouncementKind,
    AnnouncementRules,
    ChannelRule,
    KindRule,
    default_text,
    language_of,
    problem,
)

_set = msgspec.structs.replace


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text holds: in all channels of a language, or in one channel."""

    language: str = ""
    channel: str = ""


def without_own(rules: AnnouncementRules, kind: AnnouncementKind, place: Place, show_language: str) -> str:
    """What would be said there without a text of its own."""
    language = place.language or language_of(rules, place.channel, show_language)
    shared = rules.texts.get(language, {}).get(kind) if place.channel else None
    return default_text(kind, language) if shared is None else shared


def text_at(rules: AnnouncementRules, kind: AnnouncementKind, place: Place, show_language: str) -> str:
    """What is said there, as it was typed."""
    own = _texts(rules, place).get(kind)
    return without_own(rules, kind, place, show_language) if own is None else own


def is_own(rules: AnnouncementRules, kind: AnnouncementKind, place: Place) -> bool:
    """Whether there is a text of its own."""
    return kind in _texts(rules, place)


def with_text(
    rules: AnnouncementRules, kind: AnnouncementKind, place: Place, text: str | None, show_language: str
) -> AnnouncementRules:
    """With this text there; None, and what would be said anyway, is no text of its own."""
    texts = {k: v for k, v in _texts(rules, place).items() if k is not kind}
    if text is not None and text != without_own(rules, kind, place, show_language):
        texts[kind] = text
    if place.channel:
        return with_channel(rules, place.channel, _set(rules.channel(place.channel), texts=texts))
    return _set(
        rules, texts={**{k: v for k, v in rules.texts.items() if k != place.language}, **_one(place, texts)}
    )


def with_kind(rules: AnnouncementRules, kind: AnnouncementKind, rule: KindRule) -> AnnouncementRules:
    """With this rule for a kind."""
    return _set(rules, kinds={**rules.kinds, kind: rule})


def with_channel(rules: AnnouncementRules, channel: str, rule: ChannelRule) -> AnnouncementRules:
    """With this rule for a channel; one that says nothing is left out."""
    others = {name: each for name, each in rules.channels.items() if name != channel}
    return _set(rules, channels=others if rule == ChannelRule() else {**others, channel: rule})


def first_problem(rules: AnnouncementRules) -> tuple[AnnouncementKind, Place, str] | None:
    """The first text that cannot be announced, where it stands, and why."""
    places = [(Place(language=language), texts) for language, texts in rules.texts.items()]
    places += [(Place(channel=name), channel.texts) for name, channel in rules.channels.items()]
    for place, texts in places:
        for kind, text in texts.items():
            if sentence := problem(kind, text):
                return kind, place, sentence
    return None


def _texts(rules: AnnouncementRules, place: Place) -> dict[AnnouncementKind, str]:
    return rules.channel(place.channel).texts if place.channel else rules.texts.get(place.language, {})


def _one(place: Place, texts: dict[AnnouncementKind, str]) -> dict[str, dict[AnnouncementKind, str]]:
    return {place.language: texts} if texts else {}
