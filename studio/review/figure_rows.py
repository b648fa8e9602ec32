"""Every figure of a show with its goal and the show before, for the report's table and for spreadsheets."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from studio.domain.kpi import Sales, ShowFigures, change
from studio.domain.money import Money
from studio.review.formats import Formats
from studio.review.labels import Formula, Labels
from studio.review.material import Material
from studio.review.more_words import MoreWords

Kind = Literal["count", "ratio", "share", "money", "length"]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure: counts, shares (0 to 1), ms, or minor units of the show's currency; None where nobody can give it.
    `on_air` and `replay` are of the orders of that time alone, None for what is no figure of orders.
    """

    key: str
    formula: Formula
    kind: Kind
    value: float | None
    on_air: float | None = None
    replay: float | None = None
    goal: float | None = None
    before: float | None = None

    @property
    def goal_share(self) -> float | None:
        """The figure divided by its goal."""
        return self.value / self.goal if self.value is not None and self.goal else None

    @property
    def change(self) -> float | None:
        """By how much it is more than in the show before: 0.12 is 12 %."""
        return change(self.value, self.before)


def in_words(value: float | None, kind: Kind, currency: str, formats: Formats) -> str:
    """A figure as its language writes it."""
    if kind == "money":
        return formats.money(None if value is None else Money(round(value), currency))
    if kind == "share":
        return formats.percent(value)
    if kind == "length":
        return formats.length(None if value is None else round(value))
    return formats.decimal(value) if kind == "ratio" else formats.number(value)


def figure_rows(material: Material, words: Labels, more: MoreWords) -> list[FigureRow]:
    """All figures, in the order in which they are told."""
    figures, goals, previous = material.figures, material.state.goals, material.previous
    before = previous.figures if previous is not None else None
    same_money = previous is not None and previous.currency == material.state.currency
    goal_of = {
        "peak": goals.peak_viewers, "sessions": goals.sessions, "orders": goals.orders, "gross": goals.revenue_minor,
    }  # fmt: skip
    rows: list[FigureRow] = []
    for key, formula, kind, read in _figures(words, more):
        comparable = before is not None and (kind != "money" or same_money)
        part = _PARTS.get(key)
        rows.append(
            FigureRow(
                key,
                formula,
                kind,
                read(figures),
                _of(part, figures.on_air),
                _of(part, figures.replay),
                goal_of.get(key),
                read(before) if before is not None and comparable else None,
            )
        )
    return rows


_PARTS: dict[str, Callable[[Sales], float | None]] = {
    "orders": lambda s: s.orders,
    "cancelled": lambda s: s.cancelled,
    "units": lambda s: s.units,
    "gross": lambda s: s.gross.amount_minor,
    "net": lambda s: s.net.amount_minor,
    "basket": lambda s: _minor(s.average_basket),
}


def _of(part: Callable[[Sales], float | None] | None, sold: Sales | None) -> float | None:
    return None if part is None or sold is None else part(sold)


def _minor(money: Money | None) -> int | None:
    return None if money is None else money.amount_minor


def _figures(
    words: Labels, more: MoreWords
) -> list[tuple[str, Formula, Kind, Callable[[ShowFigures], float | None]]]:
    return [
        ("peak", words.peak, "count", lambda f: f.viewers.peak),
        ("average", words.average, "count", lambda f: f.viewers.average),
        ("unique", more.unique, "count", lambda f: f.unique_viewers),
        ("watch", more.watch, "length", lambda f: f.average_watch_ms),
        ("messages", more.messages, "count", lambda f: f.chat_messages),
        ("chat_rate", more.chat_rate, "ratio", lambda f: f.chat_rate),
        ("engagement", more.engagement, "share", lambda f: f.engagement),
        ("sessions", words.sessions, "count", lambda f: f.sessions),
        ("session_length", more.session_length, "length", lambda f: f.average_session_ms),
        ("carts", words.add_to_carts, "count", lambda f: f.add_to_carts),
        ("orders", words.orders, "count", lambda f: f.own.orders),
        ("conversion", more.conversion, "share", lambda f: f.conversion),
        ("viewer_conversion", more.viewer_conversion, "share", lambda f: f.viewer_conversion),
        ("cancelled", more.cancelled, "count", lambda f: f.own.cancelled),
        ("units", more.units, "count", lambda f: f.own.units),
        ("basket", words.basket, "money", lambda f: _minor(f.own.average_basket)),
        ("gross", words.gross, "money", lambda f: f.own.gross.amount_minor),
        ("net", words.net, "money", lambda f: f.own.net.amount_minor),
        ("redemptions", words.redemptions, "count", lambda f: f.redemptions),
        ("share", more.share, "share", lambda f: f.redemption_share),
        ("viewer_minute", more.viewer_minute, "money", lambda f: _minor(f.revenue_per_viewer_minute)),
        ("cost", more.cost, "money", lambda f: _minor(f.cost)),
        ("roi", more.roi, "ratio", lambda f: f.roi),
    ]  # fmt: skip
