"""The figures of a review in words: one tile each, with the formula behind it."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from studio.domain.kpi import Sales, ShowFigures
from studio.domain.order import REPLAY_MS
from studio.domain.show import ShowPhase, ShowState
from studio.ui.texts import Texts, length

translate: Final = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `how` is its formula, `note` a second small line; `known` False when nobody can give it."""

    key: str
    name: str
    value: str
    how: str
    note: str = ""
    known: bool = True


def not_known() -> str:
    """What stands in place of a figure that nobody can give: never 0."""
    return translate("Review", "not known")


def tiles(figures: ShowFigures, texts: Texts) -> list[Figure]:
    """The figures on top of the review."""
    return [*_audience(figures, texts), *_sales(figures, texts)]


def _audience(figures: ShowFigures, texts: Texts) -> list[Figure]:
    viewers = figures.viewers
    peak_at = ""
    if viewers.peak_at_ms is not None:
        peak_at = translate("Review", "at {time}").replace("{time}", texts.clock(viewers.peak_at_ms))
    stay = ""
    if figures.average_session_ms is not None:
        stay = translate("Review", "{length} on average").replace(
            "{length}", length(figures.average_session_ms)
        )
    share = None
    if figures.add_to_carts is not None and figures.sessions:
        share = figures.add_to_carts / figures.sessions
    return [
        _figure(
            "peak",
            translate("Review", "Peak viewers"),
            viewers.peak,
            translate("Review", "The highest number of viewers at one moment, all channels together."),
            texts,
            peak_at,
        ),
        _figure(
            "average",
            translate("Review", "Average viewers"),
            viewers.average,
            translate(
                "Review",
                "Viewers of all channels together, weighted by time, from the start of the show to its end. Time before"
                " the first figure is left out.",
            ),
            texts,
            translate("Review", "weighted by time"),
        ),
        _figure(
            "sessions",
            translate("Review", "Link sessions"),
            figures.sessions,
            translate("Review", "Visits to the shop by the show's tracked links, as the shop counts them."),
            texts,
            stay,
        ),
        _figure(
            "carts",
            translate("Review", "Add-to-carts"),
            figures.add_to_carts,
            translate("Review", "How often something was put into a cart in those sessions, as the shop counts it."),
            texts,
            "" if share is None else _of_sessions(share, texts),
        ),
    ]  # fmt: skip


def _sales(figures: ShowFigures, texts: Texts) -> list[Figure]:
    own = figures.own
    units = translate("Review", "{n} units").replace("{n}", texts.number(own.units))
    basket = own.average_basket
    conversion = "" if figures.conversion is None else _of_sessions(figures.conversion, texts)
    redeemed = ""
    if figures.redemption_share is not None:
        redeemed = translate("Review", "{share} of orders").replace(
            "{share}", texts.percent(figures.redemption_share, 1)
        )
    return [
        _figure("orders", translate("Review", "Orders"), own.orders, _orders_how(own, texts), texts, conversion),
        Figure(
            "net",
            translate("Review", "Revenue net"),
            texts.money(own.net),
            translate(
                "Review",
                "Net: gross less cancelled orders less what was paid back for returns.\n"
                "Gross: the totals of all paid orders of the show, with tax and shipping, after discounts.",
            ),
            translate("Review", "gross {money}").replace("{money}", texts.money(own.gross)),
        ),
        Figure(
            "basket",
            translate("Review", "Average basket"),
            not_known() if basket is None else texts.money(basket),
            translate("Review", "The totals of the orders that were not cancelled, divided by their number."),
            units if own.orders else "",
            basket is not None,
        ),
        _figure(
            "redemptions",
            translate("Review", "Code redemptions"),
            figures.redemptions,
            translate(
                "Review",
                "How often the show's codes were used in its orders that were not cancelled. The share is the orders"
                " with a code divided by all orders.",
            ),
            texts,
            redeemed,
        ),
    ]  # fmt: skip


def questions(figures: ShowFigures, texts: Texts) -> list[Figure]:
    """What was asked, and what became of it."""
    asked = figures.questions
    return [
        _figure("asked", translate("Review", "Asked"), asked.asked, translate("Review", "Messages that asked something."), texts),
        _figure(
            "answered", translate("Review", "Replied"), asked.answered,
            translate("Review", "Messages that got a written reply which the channel took."), texts,
        ),
        _figure(
            "open", translate("Review", "Open"), asked.open,
            translate("Review", "Questions that nobody answered, aloud or in writing. The same question counts once."), texts,
        ),
    ]  # fmt: skip


def shop_total(total: Sales, texts: Texts) -> list[Figure]:
    """What the whole shop took meanwhile, for comparison."""
    return [
        _figure(
            "shop-orders", translate("Review", "Orders"), total.orders,
            translate(
                "Review",
                "All orders which the shop took from the start of the show to its end and which were not cancelled,"
                " whoever they belong to.",
            ),
            texts,
        ),
        Figure(
            "shop-gross", translate("Review", "Gross"), texts.money(total.gross),
            translate("Review", "The totals of those orders that were paid, with tax and shipping, after discounts."),
        ),
        Figure(
            "shop-net", translate("Review", "Net"), texts.money(total.net),
            translate("Review", "That gross less cancelled orders less what was paid back for returns."),
        ),
    ]  # fmt: skip


def when(state: ShowState, figures: ShowFigures, texts: Texts) -> str:
    """The line under the title: day, length on air, and until when replay sales count."""
    if state.started_at_ms is None:
        return texts.day(state.starts_at_ms) if state.starts_at_ms is not None else ""
    parts = [
        texts.day(state.started_at_ms),
        translate("Review", "on air {length}").replace("{length}", length(figures.on_air_ms)),
    ]
    if state.phase is ShowPhase.ENDED and state.ended_at_ms is not None:
        until = state.ended_at_ms + REPLAY_MS
        parts.append(
            translate("Review", "replay sales until {day} {time}")
            .replace("{day}", texts.day(until))
            .replace("{time}", texts.clock(until))
        )
    return " · ".join(parts)


def _figure(key: str, name: str, value: float | None, how: str, texts: Texts, note: str = "") -> Figure:
    known = value is not None
    return Figure(key, name, texts.number(value) if known else not_known(), how, note, known)


def _orders_how(own: Sales, texts: Texts) -> str:
    how = translate(
        "Review",
        "Orders by the show's codes or tracked links, placed until the end of the replay, not cancelled."
        " The share is orders divided by link sessions.",
    )
    if not own.cancelled:
        return how
    cancelled = translate("Review", "{n} more were cancelled.").replace("{n}", texts.number(own.cancelled))
    return f"{how}\n{cancelled}"


def _of_sessions(share: float, texts: Texts) -> str:
    return translate("Review", "{share} of sessions").replace("{share}", texts.percent(share, 1))
