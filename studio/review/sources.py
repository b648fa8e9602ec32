"""Where each figure of a report is from, in English, German and Norwegian (bokmål)."""

from dataclasses import fields
from enum import StrEnum
from typing import Final

from studio.review.labels import Formula, Labels
from studio.review.more_words import MoreWords


class Source(StrEnum):
    """Who tells what a figure is reckoned from."""

    CHANNELS = "channels"
    SHOP = "shop"
    ORDERS = "orders"
    AIRED = "aired"
    BOTH = "both"
    CHAT = "chat"
    LOG = "log"
    PLAN = "plan"
    COSTS = "costs"


_OF: Final = {
    Source.CHANNELS: "peak average unique watch messages chat_rate engagement",
    Source.SHOP: "sessions add_to_carts session_length conversion clicks shop_total orders_taken gross_taken net_taken",
    Source.ORDERS: "orders net gross basket redemptions sold revenue per_minute used code_revenue discount on_air replay units"
    " cancelled share channel_orders channel_net before",
    Source.AIRED: "item_viewers",
    Source.BOTH: "viewer_conversion viewer_minute",
    Source.CHAT: "chatters asked",
    Source.LOG: "time_on_air answered open",
    Source.PLAN: "goal",
    Source.COSTS: "cost roi",
}
"""The fields of `Labels` and `MoreWords` by where their figures are from."""

_WORDS: Final = {
    "en": {
        Source.CHANNELS: "Source: the channels.",
        Source.SHOP: "Source: the shop.",
        Source.ORDERS: "Source: the show's log and the shop's orders.",
        Source.AIRED: "Source: the channels and the show's log.",
        Source.BOTH: "Source: the channels and the shop's orders.",
        Source.CHAT: "Source: the stored chat of the channels.",
        Source.LOG: "Source: the show's log.",
        Source.PLAN: "Source: the show's plan.",
        Source.COSTS: "Source: the costs that were named for this show and the shop's orders.",
    },
    "de": {
        Source.CHANNELS: "Quelle: die Kanäle.",
        Source.SHOP: "Quelle: der Shop.",
        Source.ORDERS: "Quelle: das Protokoll der Show und die Bestellungen des Shops.",
        Source.AIRED: "Quelle: die Kanäle und das Protokoll der Show.",
        Source.BOTH: "Quelle: die Kanäle und die Bestellungen des Shops.",
        Source.CHAT: "Quelle: der gespeicherte Chat der Kanäle.",
        Source.LOG: "Quelle: das Protokoll der Show.",
        Source.PLAN: "Quelle: der Plan der Show.",
        Source.COSTS: "Quelle: die Kosten, die für diese Show angegeben sind, und die Bestellungen des Shops.",
    },
    "nb": {
        Source.CHANNELS: "Kilde: kanalene.",
        Source.SHOP: "Kilde: butikken.",
        Source.ORDERS: "Kilde: sendingens logg og butikkens bestillinger.",
        Source.AIRED: "Kilde: kanalene og sendingens logg.",
        Source.BOTH: "Kilde: kanalene og butikkens bestillinger.",
        Source.CHAT: "Kilde: den lagrede chatten fra kanalene.",
        Source.LOG: "Kilde: sendingens logg.",
        Source.PLAN: "Kilde: sendingens plan.",
        Source.COSTS: "Kilde: kostnadene som er oppgitt for sendingen, og butikkens bestillinger.",
    },
}


def sources(words: Labels, more: MoreWords) -> dict[Formula, str]:
    """For each formula of these words, where its figure is from, as a sentence in their language."""
    told = _WORDS[words.language]
    by_name = {name: told[source] for source, names in _OF.items() for name in names.split()}
    found: dict[Formula, str] = {}
    for each in (words, more):
        for field in fields(each):
            formula = getattr(each, field.name)
            if isinstance(formula, Formula):
                found[formula] = by_name[field.name]
    return found
