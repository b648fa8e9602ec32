"""A show's raw figures as tables, for spreadsheets. Names are English, so that programs find them; money is in units of the
currency, times are in the show's time zone.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from babel import numbers

from studio.domain.alerts import AlertKind
from studio.domain.events import Logged
from studio.domain.kpi import answered_messages, newest_revisions, own_orders, unanswered
from studio.domain.money import Money
from studio.domain.order import Order
from studio.domain.question import Question
from studio.review.alerted import alert_text
from studio.review.figure_rows import FigureRow, figure_rows
from studio.review.formats import Formats, plain
from studio.review.labels import labels_for
from studio.review.material import Material
from studio.review.more_words import more_words

Cell = str | int | float | Decimal | dt.datetime | bool | None
TABLE_NAMES: Final = (
    "Figures", "Products", "Promos", "Orders", "Viewers", "Questions", "Channels", "Alerts", "Log",
)  # fmt: skip
"""The tables that every show has, in their order."""
_LONGEST = 2_000
_OF_PRODUCTS = (AlertKind.SOLD_OUT, AlertKind.PIN_REFUSED)
_SECOND = 1000


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its name, the names of its columns, and its rows, which can be gone through once. A cell that nobody can
    give is None, never 0.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]


def tables(material: Material) -> list[Table]:
    """All tables of a show, in the order of the sheets."""
    raw = _Raw(material)
    return [
        Table(
            "Figures",
            ("Key", "Figure", "Value", "Unit", "On air", "Replay", "Goal", "Share of goal", "Show before", "Change", "Formula"),
            raw.figures(),
        ),
        Table(
            "Products",
            (
                "Product", "Title", "Minutes on air", "Average viewers", "Clicks", "Add-to-carts", "Units", "Revenue",
                "Revenue per minute", "Currency", "Sold out at", "Questions",
            ),
            raw.products(),
        ),
        Table("Promos", ("Code", "Redemptions", "Limit", "Revenue", "Discount", "Currency"), raw.promos()),
        Table(
            "Orders",
            (
                "Order", "Number", "Placed at", "Status", "Own", "When", "Units", "Total", "Refunded", "Net", "Discount",
                "Currency", "Codes", "Link", "Paid", "Products",
            ),
            raw.orders(),
        ),
        Table("Viewers", ("Channel", "At", "Viewers"), raw.viewers()),
        Table(
            "Questions",
            ("Question", "Asked", "First at", "Last at", "Channels", "Author", "Status", "Unanswered", "Replied"),
            raw.questions(),
        ),
        Table(
            "Channels",
            (
                "Channel", "Peak viewers", "Peak at", "Average viewers", "Messages", "People who wrote", "Sessions", "Orders",
                "Net", "Currency",
            ),
            raw.channels(),
        ),
        Table("Alerts", ("In show", "Seconds", "At", "Product title", "What"), raw.alerts()),
        Table("Log", ("Number", "At", "Who", "Seat", "What", "Details"), raw.log()),
    ]  # fmt: skip


class _Raw:
    def __init__(self, material: Material) -> None:
        self._material = material
        self._words = labels_for(material.language)
        self._zone = Formats("en", material.state.time_zone, "").zone
        self._currency = material.state.currency

    def figures(self) -> Iterator[tuple[Cell, ...]]:
        for row in figure_rows(self._material, self._words, more_words(self._words.language)):
            values = (row.value, row.on_air, row.replay, row.goal, row.before)
            value, on_air, replay, goal, before = (self._figure(row, v) for v in values)
            yield (
                row.key, row.formula.name, value, self._unit(row), on_air, replay, goal, _rounded(row.goal_share), before,
                _rounded(row.change), row.formula.how,
            )  # fmt: skip

    def products(self) -> Iterator[tuple[Cell, ...]]:
        for p in self._material.figures.products:
            yield (
                plain(p.product_id), plain(p.title), _rounded(p.on_air_ms / 60_000), _rounded(p.viewers), p.clicks,
                p.add_to_carts, p.units, self._money(p.revenue), self._money(p.revenue_per_minute), self._currency,
                self._at(p.sold_out_at_ms), p.questions,
            )  # fmt: skip

    def promos(self) -> Iterator[tuple[Cell, ...]]:
        for p in self._material.figures.promos:
            yield (
                plain(p.code), p.redemptions, p.limit, self._money(p.revenue), self._money(p.discount), self._currency
            )  # fmt: skip

    def orders(self) -> Iterator[tuple[Cell, ...]]:
        state = self._material.state
        every = newest_revisions(self._material.orders)
        own = {o.id for o in own_orders(state, every, self._material.replay_ms)}
        for order in every:
            yield (
                plain(order.id), plain(order.number), self._at(order.placed_at_ms), order.status.value, order.id in own,
                self._when(order), sum(line.quantity - line.returned_quantity for line in order.lines),
                self._money(order.total), self._money(order.refunded), self._money(order.net), self._money(order.discount),
                plain(order.total.currency), plain(" ".join(order.promo_codes)), plain(order.link_id), order.paid,
                plain(" ".join(dict.fromkeys(line.product_id for line in order.lines)), _LONGEST),
            )  # fmt: skip

    def viewers(self) -> Iterator[tuple[Cell, ...]]:
        for sample in sorted(self._material.samples, key=lambda s: s.at_ms):
            yield sample.channel, self._at(sample.at_ms), sample.viewers

    def questions(self) -> Iterator[tuple[Cell, ...]]:
        state = self._material.state
        left = {q.id for q in unanswered(state, self._material.questions)}
        replied = answered_messages(state)

        def row(q: Question) -> tuple[Cell, ...]:
            return (
                plain(q.text, _LONGEST), q.asked, self._at(q.asked_at_ms), self._at(q.last_at_ms),
                plain(" ".join(q.channels)), plain(q.author), state.question_status(q.id).value, q.id in left,
                (q.channel, q.message_id) in replied,
            )  # fmt: skip

        return map(row, sorted(self._material.questions, key=lambda q: (q.asked_at_ms, q.id)))

    def channels(self) -> Iterator[tuple[Cell, ...]]:
        for c in self._material.figures.channels:
            yield (
                plain(c.channel), c.peak, self._at(c.peak_at_ms), _rounded(c.average), c.messages, c.chatters, c.sessions,
                c.orders, self._money(c.revenue), self._currency if c.revenue is not None else None,
            )  # fmt: skip

    def alerts(self) -> Iterator[tuple[Cell, ...]]:
        state = self._material.state
        formats = Formats(self._material.language, state.time_zone, "")
        for alert in self._material.alerts:
            since = None if state.started_at_ms is None else alert.at_ms - state.started_at_ms
            title = alert.subject if alert.kind in _OF_PRODUCTS else ""
            yield (
                formats.length(since), None if since is None else Decimal(since).scaleb(-3), self._at(alert.at_ms),
                plain(title) or None, alert_text(alert, formats, self._words.language),
            )  # fmt: skip

    def log(self) -> Iterator[tuple[Cell, ...]]:
        def row(logged: Logged) -> tuple[Cell, ...]:
            return (
                logged.seq, self._at(logged.at_ms), plain(logged.actor), plain(logged.seat), type(logged.event).__name__,
                plain(_details(logged), _LONGEST),
            )  # fmt: skip

        return map(row, self._material.log)

    def _at(self, at_ms: int | None) -> dt.datetime | None:
        if at_ms is None:
            return None
        try:
            return dt.datetime.fromtimestamp(at_ms / _SECOND, self._zone)
        except (ValueError, OverflowError, OSError):
            # A time that no calendar has: of a shop or channel whose clock is wild.
            return None

    def _when(self, order: Order) -> str:
        state = self._material.state
        if state.started_at_ms is None or order.placed_at_ms < state.started_at_ms:
            return "before"
        ended = state.ended_at_ms
        return "on air" if ended is None or order.placed_at_ms <= ended else "replay"

    def _money(self, money: Money | None) -> Decimal | None:
        return None if money is None else _units(money.amount_minor, money.currency)

    def _figure(self, row: FigureRow, value: float | None) -> Cell:
        if value is None:
            return None
        if row.kind == "money":
            return _units(round(value), self._currency)
        if row.kind == "length":
            return _rounded(value / _SECOND)
        return value if isinstance(value, int) else _rounded(value)

    def _unit(self, row: FigureRow) -> str:
        return {"money": self._currency, "length": "s", "share": "share"}.get(row.kind, "")


def _units(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-numbers.get_currency_precision(currency))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _details(logged: Logged) -> str:
    """What an event says, without what its name says already."""
    event = logged.event
    names = event.__struct_fields__
    return "; ".join(f"{name}={getattr(event, name)!r}" for name in names)
