"""Every key figure of a show: what it is called, how it is reckoned, where it is from, and its text."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication

from studio.domain.kpi import Sales, ShowFigures
from studio.domain.money import Money
from studio.domain.plan import Goals
from studio.ui.texts import Texts, length

translate: Final = QCoreApplication.translate

KpiKind = Literal["count", "ratio", "share", "money", "length"]
Source = Literal["channel", "shop", "studio", "plan"]

MAIN: Final = ("peak", "average", "sessions", "carts", "orders", "net", "basket", "redemptions", "roi")
"""The figures that stand on tiles."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One key figure. `read` gives it in counts, shares (0 to 1), ms or minor units; None when nobody can give it. `goal`
    reads what it was to reach, `part` the same figure of the orders on air or of the replay alone. `more` is whether more of
    it is better, None for neither.
    """

    key: str
    name: str
    kind: KpiKind
    source: Source
    how: str
    read: Callable[[ShowFigures], float | None]
    goal: Callable[[Goals], float | None] | None = None
    part: Callable[[Sales], float | None] | None = None
    more: bool | None = True

    def text(self, value: float | None, currency: str, texts: Texts) -> str:
        """The figure in words of the person's language; what is not known says so."""
        if value is None:
            return not_known()
        if self.kind == "money":
            return texts.money(Money(round(value), currency))
        if self.kind == "share":
            return texts.percent(value, 1)
        if self.kind == "length":
            return length(round(value))
        return texts.number(value, 1 if self.kind == "ratio" else 0)

    @property
    def told_how(self) -> str:
        """The formula with its source, as tooltips tell it."""
        return f"{self.how}\n{source_text(self.source)}"


def not_known() -> str:
    """What stands in place of a figure that nobody can give: never 0."""
    return translate("Review", "not known")


def not_given(kpi: Kpi, figures: ShowFigures) -> str:
    """Why a figure is not known, in a few words."""
    if kpi.key in ("cost", "roi") and figures.cost is None:
        return translate("Review", "no costs named")
    if kpi.key in ("basket", "share") and not figures.own.orders:
        return translate("Review", "no orders")
    if kpi.source == "channel":
        return translate("Review", "not given by the channel")
    if kpi.source == "shop":
        return translate("Review", "not given by the shop")
    return translate("Review", "not enough figures")


def source_text(source: Source) -> str:
    """Where a figure is from, as a sentence."""
    return {
        "channel": translate("Review", "Source: the channels."),
        "shop": translate("Review", "Source: the shop."),
        "studio": translate("Review", "Source: the show's log and the shop's orders."),
        "plan": translate("Review", "Source: the costs that were named for this show."),
    }[source]


def kpis() -> list[Kpi]:
    """All key figures, in the order in which they are told."""
    return [*_audience(), *_visits(), *_sales(), *_returns()]


def kpi_of(key: str) -> Kpi:
    """The key figure of this key. Raises KeyError."""
    return {k.key: k for k in kpis()}[key]


def _audience() -> list[Kpi]:
    tr = translate
    return [
        Kpi("peak", tr("Review", "Peak viewers"), "count", "channel",
            tr("Review", "The highest number of viewers at one moment, all channels together."),
            lambda f: f.viewers.peak, goal=lambda g: g.peak_viewers),
        Kpi("average", tr("Review", "Average viewers"), "count", "channel",
            tr("Review", "Viewers of all channels together, weighted by time, from the start of the show to its end. Time before"
               " the first figure is left out."),
            lambda f: f.viewers.average),
        Kpi("unique", tr("Review", "Unique viewers"), "count", "channel",
            tr("Review", "How many different people watched at all, as the channels count them."),
            lambda f: f.unique_viewers),
        Kpi("watch", tr("Review", "Average watch time"), "length", "channel",
            tr("Review", "How long one of them watched on average, as the channels count it."),
            lambda f: f.average_watch_ms),
        Kpi("chat", tr("Review", "Chat messages"), "count", "channel",
            tr("Review", "Messages of viewers from the start of the show to its end."),
            lambda f: f.chat_messages),
        Kpi("chat-rate", tr("Review", "Messages a minute"), "ratio", "channel",
            tr("Review", "Those messages divided by the minutes on air."),
            lambda f: f.chat_rate),
        Kpi("engagement", tr("Review", "Engagement"), "share", "channel",
            tr("Review", "People who wrote divided by unique viewers; by peak viewers where no channel tells unique ones."),
            lambda f: f.engagement),
    ]  # fmt: skip


def _visits() -> list[Kpi]:
    tr = translate
    return [
        Kpi("sessions", tr("Review", "Link sessions"), "count", "shop",
            tr("Review", "Visits to the shop by the show's tracked links, as the shop counts them."),
            lambda f: f.sessions, goal=lambda g: g.sessions),
        Kpi("session-length", tr("Review", "Session length"), "length", "shop",
            tr("Review", "How long such a visit lasted on average, as the shop counts it."),
            lambda f: f.average_session_ms),
        Kpi("carts", tr("Review", "Add-to-carts"), "count", "shop",
            tr("Review", "How often something was put into a cart in those sessions, as the shop counts it."),
            lambda f: f.add_to_carts),
        Kpi("conversion", tr("Review", "Conversion of sessions"), "share", "shop",
            tr("Review", "The show's orders divided by link sessions."),
            lambda f: f.conversion),
        Kpi("viewer-conversion", tr("Review", "Conversion of viewers"), "share", "channel",
            tr("Review", "The show's orders divided by unique viewers; by peak viewers where no channel tells unique ones."),
            lambda f: f.viewer_conversion),
    ]  # fmt: skip


def _sales() -> list[Kpi]:
    tr = translate
    return [
        Kpi("orders", tr("Review", "Orders"), "count", "studio",
            tr("Review", "Orders by the show's codes or tracked links, placed until the end of the replay, not cancelled."),
            lambda f: f.own.orders, goal=lambda g: g.orders, part=lambda s: s.orders),
        Kpi("units", tr("Review", "Units"), "count", "studio",
            tr("Review", "Pieces in those orders, less returned ones."),
            lambda f: f.own.units, part=lambda s: s.units),
        Kpi("gross", tr("Review", "Revenue gross"), "money", "studio",
            tr("Review", "The totals of all paid orders of the show, with tax and shipping, after discounts."),
            lambda f: f.own.gross.amount_minor, goal=lambda g: g.revenue_minor, part=lambda s: s.gross.amount_minor),
        Kpi("net", tr("Review", "Revenue net"), "money", "studio",
            tr("Review", "Net: gross less cancelled orders less what was paid back for returns.\n"
               "Gross: the totals of all paid orders of the show, with tax and shipping, after discounts.\n"
               "The goal is one of gross revenue."),
            lambda f: f.own.net.amount_minor, part=lambda s: s.net.amount_minor),
        Kpi("basket", tr("Review", "Average basket"), "money", "studio",
            tr("Review", "The totals of the orders that were not cancelled, divided by their number."),
            lambda f: _minor(f.own.average_basket), part=lambda s: _minor(s.average_basket)),
        Kpi("cancelled", tr("Review", "Cancelled orders"), "count", "studio",
            tr("Review", "Orders of the show that were cancelled, by the customer or by the shop."),
            lambda f: f.own.cancelled, part=lambda s: s.cancelled, more=False),
        Kpi("redemptions", tr("Review", "Code redemptions"), "count", "studio",
            tr("Review", "How often the show's codes were used in its orders that were not cancelled."),
            lambda f: f.redemptions, more=None),
        Kpi("share", tr("Review", "Orders with a code"), "share", "studio",
            tr("Review", "The orders with a code of the show divided by all its orders."),
            lambda f: f.redemption_share, more=None),
    ]  # fmt: skip


def _returns() -> list[Kpi]:
    tr = translate
    return [
        Kpi("viewer-minute", tr("Review", "Revenue per viewer minute"), "money", "channel",
            tr("Review", "Net revenue of the orders placed on air, divided by average viewers times minutes on air."),
            lambda f: _minor(f.revenue_per_viewer_minute)),
        Kpi("cost", tr("Review", "Cost"), "money", "plan",
            tr("Review", "All costs that were named for this show."),
            lambda f: _minor(f.cost), more=None),
        Kpi("roi", tr("Review", "ROI"), "ratio", "plan",
            tr("Review", "Return on investment: net revenue less cost, divided by cost."),
            lambda f: f.roi),
    ]  # fmt: skip


def _minor(money: Money | None) -> float | None:
    return None if money is None else money.amount_minor
