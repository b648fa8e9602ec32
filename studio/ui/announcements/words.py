"""What the screen of the announcements says."""

from PySide6.QtCore import QCoreApplication

from studio.domain.announcement_rules import AnnouncementKind
from studio.domain.events import Outcome


def tr(text: str) -> str:
    """A text of this screen in the language of the studio."""
    return QCoreApplication.translate("Announcements", text)


def kind_words(kind: AnnouncementKind) -> str:
    """What happened, in a few words."""
    translate = QCoreApplication.translate
    return {
        AnnouncementKind.PINNED: translate("Announcements", "A product goes on air"),
        AnnouncementKind.PROMO_LIVE: translate("Announcements", "A code is live"),
        AnnouncementKind.PROMO_ENDING: translate("Announcements", "A code ends in a minute"),
        AnnouncementKind.SOLD_OUT: translate("Announcements", "The product on air is sold out"),
    }[kind]


def placeholder_words(name: str) -> str:
    """What stands for a placeholder."""
    translate = QCoreApplication.translate
    return {
        "title": translate("Announcements", "The product's title in the line-up"),
        "price": translate("Announcements", "Its price, with tax, when it went on air"),
        "left": translate("Announcements", "How many can still be sold, when it went on air"),
        "link": translate("Announcements", "Its tracked link, another one in each channel"),
        "code": translate("Announcements", "The code"),
        "off": translate("Announcements", "What the code takes off"),
        "minutes": translate("Announcements", "How many minutes are left"),
        "time": translate("Announcements", "When it ends"),
    }[name]


def language_words(language: str) -> str:
    """A language by its own name; the letters of one that nobody here speaks."""
    return {"en": "English", "de": "Deutsch", "nb": "Norsk bokmål"}.get(language, language)


def outcome_words(outcome: Outcome | None) -> str:
    """What became of an announcement."""
    translate = QCoreApplication.translate
    if outcome is None:
        return translate("Announcements", "waiting")
    return {
        Outcome.DELIVERED: translate("Announcements", "said"),
        Outcome.REFUSED: translate("Announcements", "refused"),
        Outcome.SUPERSEDED: translate("Announcements", "overtaken"),
        Outcome.EXPIRED: translate("Announcements", "too late"),
        Outcome.WITHDRAWN: translate("Announcements", "taken back"),
        Outcome.UNSURE: translate("Announcements", "unsure"),
    }[outcome]
