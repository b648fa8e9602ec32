"""The report of a show: one HTML page that needs nothing else, on a screen and on paper."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from studio.domain.audience import ViewerSample, ViewerTimeline
from studio.domain.kpi import ShowFigures, newest_revisions, own_orders
from studio.domain.order import Order
from studio.domain.show import ShowPhase, ShowState
from studio.review.alerted import alert_text, alerted
from studio.review.announced import announced
from studio.review.formats import Formats, plain
from studio.review.labels import Formula, Labels, labels_for
from studio.review.material import Material
from studio.review.more_words import more_words
from studio.review.report_parts import parts_of
from studio.review.sources import sources
from studio.review.svg_chart import Block, Moment, viewers_svg

_TEMPLATES: Final = Path(__file__).parent / "templates"
_NAMESPACE: Final = ' xmlns="http://www.w3.org/2000/svg"'
"""HTML knows `<svg>` without its namespace; a report names no address at all."""
_COLOURS: Final = ("#4d7c0f", "#1f66d6", "#b26a00", "#86358a", "#0f766e", "#8a5a00", "#3b50b5", "#7a8591")


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure on top of the report."""

    formula: Formula
    value: str
    note: str = ""
    also: Formula | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `note` stands smaller behind it."""

    text: str
    note: str = ""


def render_report(
    state: ShowState,
    figures: ShowFigures,
    samples: Sequence[ViewerSample],
    orders: Sequence[Order],
    *,
    generated_ms: int,
    language: str,
) -> str:
    """The report as `report_of` makes it, of the figures alone."""
    return report_of(
        Material(
            state=state,
            figures=figures,
            samples=tuple(samples),
            orders=tuple(orders),
            generated_ms=generated_ms,
            language=language,
        )
    )


def report_of(material: Material) -> str:
    """The report as HTML text: inline CSS and SVG, no scripts, no requests to anywhere.

    The figures are shown as they are; samples and orders (any order, any revision) draw the chart. Times are UTC ms and
    shown in the show's time zone; words are in English, German or Norwegian, else English.
    """
    state, figures, language = material.state, material.figures, material.language
    words = labels_for(language)
    more = more_words(words.language)
    same = language.replace("_", "-").split("-")[0].lower() == words.language
    formats = Formats(language if same else words.language, state.time_zone, words.not_known)
    parts = parts_of(material, formats, words, more)
    products = figures.products
    told = (
        (more.clicks, any(p.clicks is not None for p in products)),
        (words.add_to_carts, any(p.add_to_carts is not None for p in products)),
    )
    return _template().render(
        words=words,
        more=more,
        parts=parts,
        language=words.language,
        title=plain(state.title),
        rehearsal=state.rehearsal,
        status=_status(state, words),
        when=_when(material, formats, words),
        tiles=_tiles(figures, formats, words),
        chart=None if state.started_at_ms is None else _chart(material, formats, words),
        alerted=alerted(material.alerts, formats, words.language),
        products=_products(figures, formats, words, told),
        product_heads=[
            words.time_on_air,
            words.item_viewers,
            *(head for head, known in told if known),
            words.sold,
            words.revenue,
            words.per_minute,
        ],
        not_told=[head.name for head, known in told if not known],
        promos=_promos(figures, formats, words),
        announced=announced(state, formats, words.language),
        questions=_questions(figures, formats, words),
        shop=_shop(figures, formats, words),
        formulas=list(dict.fromkeys((*_formulas(words), *parts.formulas))),
        sources=sources(words, more),
        made=words.made.format(
            day=formats.day(material.generated_ms), time=formats.clock(material.generated_ms)
        ),
        zone=words.times_in.format(zone=formats.zone_name),
    )


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2")


def _status(state: ShowState, words: Labels) -> str:
    return {
        ShowPhase.PLANNED: words.not_started,
        ShowPhase.ON_AIR: words.so_far,
        ShowPhase.ENDED: "",
    }[state.phase]


def _when(material: Material, formats: Formats, words: Labels) -> str:
    state, figures = material.state, material.figures
    if state.started_at_ms is None:
        return formats.day(state.starts_at_ms) if state.starts_at_ms is not None else ""
    end = "" if state.ended_at_ms is None else formats.clock(state.ended_at_ms)
    parts = [
        formats.day(state.started_at_ms),
        words.on_air.format(
            start=formats.clock(state.started_at_ms), end=end, length=formats.length(figures.on_air_ms)
        ),
    ]
    if state.ended_at_ms is not None:
        until = state.ended_at_ms + material.replay_ms
        parts.append(words.replay.format(day=formats.day(until), time=formats.clock(until)))
    return " · ".join(parts)


def _tiles(figures: ShowFigures, formats: Formats, words: Labels) -> list[Tile]:
    own, viewers = figures.own, figures.viewers
    peak_note = "" if viewers.peak_at_ms is None else words.at.format(time=formats.clock(viewers.peak_at_ms))
    session_note = (
        ""
        if figures.average_session_ms is None
        else words.session_length.format(length=formats.length(figures.average_session_ms))
    )
    carts_note = ""
    if figures.add_to_carts is not None and figures.sessions:
        carts_note = words.of_sessions.format(share=formats.percent(figures.add_to_carts / figures.sessions))
    orders_note = words.cancelled.format(n=formats.number(own.cancelled)) if own.cancelled else ""
    if figures.conversion is not None:
        share = words.of_sessions.format(share=formats.percent(figures.conversion))
        orders_note = f"{share} · {orders_note}" if orders_note else share
    share_note = ""
    if figures.redemption_share is not None:
        share_note = words.of_orders.format(share=formats.percent(figures.redemption_share))
    return [
        Tile(words.peak, formats.number(viewers.peak), peak_note),
        Tile(words.average, formats.number(viewers.average)),
        Tile(words.sessions, formats.number(figures.sessions), session_note),
        Tile(words.add_to_carts, formats.number(figures.add_to_carts), carts_note),
        Tile(words.orders, formats.number(own.orders), orders_note),
        Tile(
            words.net,
            formats.money(own.net),
            words.gross_note.format(money=formats.money(own.gross)),
            also=words.gross,
        ),
        Tile(
            words.basket,
            formats.money(own.average_basket),
            words.units.format(n=formats.number(own.units)) if own.orders else "",
        ),
        Tile(words.redemptions, formats.number(figures.redemptions), share_note),
    ]


def _chart(material: Material, formats: Formats, words: Labels) -> Markup:
    state, now_ms = material.state, material.generated_ms
    start = state.started_at_ms if state.started_at_ms is not None else now_ms
    end = state.ended_at_ms if state.ended_at_ms is not None else max(now_ms, start)
    titles = {i.id: plain(i.title, 80) for i in state.items}
    shown = list(dict.fromkeys(r.item_id for r in state.runs))
    blocks = [
        Block(
            run.from_ms,
            run.to_ms if run.to_ms is not None else end,
            titles.get(run.item_id, ""),
            _COLOURS[shown.index(run.item_id) % len(_COLOURS)],
        )
        for run in state.runs
    ]
    markers = [
        Moment(record.confirmed_starts_at_ms, record.promo.code)
        for record in state.promos.values()
        if record.confirmed_starts_at_ms is not None and start <= record.confirmed_starts_at_ms <= end
    ]
    minutes = [
        (order.placed_at_ms, 1)
        for order in own_orders(state, newest_revisions(material.orders), material.replay_ms)
        if not order.cancelled and start <= order.placed_at_ms <= end
    ]
    svg = viewers_svg(
        totals(material.samples, start, end),
        blocks=blocks,
        markers=markers,
        orders=minutes,
        alerts=[Moment(a.at_ms, alert_text(a, formats, words.language)) for a in material.alerts],
        questions=[
            q.asked_at_ms for q in material.questions if start <= q.asked_at_ms <= end and not q.withdrawn
        ],
        where=formats.zone,
        words=words.chart,
    )
    # What viewers_svg escapes is every text that comes from elsewhere.
    return Markup(svg.replace(_NAMESPACE, "", 1))  # noqa: S704


def totals(samples: Sequence[ViewerSample], start_ms: int, end_ms: int) -> list[tuple[int, float | None]]:
    """(UTC ms, viewers of all channels together) within [start_ms, end_ms]: a channel's count holds until its next
    sample; the first point stands at the start when figures came before it.
    """
    return [(at, float(viewers)) for at, viewers in ViewerTimeline(samples).points(start_ms, end_ms)]


def _products(
    figures: ShowFigures, formats: Formats, words: Labels, told: Sequence[tuple[Formula, bool]]
) -> list[list[Cell]]:
    """`told`: whether clicks and add-to-carts have columns, which they have where any is known."""
    clicks, carts = (known for _, known in told)
    rows: list[list[Cell]] = []
    for p in figures.products:
        gone = "" if p.sold_out_at_ms is None else words.sold_out.format(time=formats.clock(p.sold_out_at_ms))
        rows.append(
            [
                Cell(plain(p.title), gone),
                Cell(formats.length(p.on_air_ms) if p.on_air_ms else "–"),
                Cell(formats.number(p.viewers) if p.on_air_ms else "–"),
                *([Cell(formats.number(p.clicks))] if clicks else []),
                *([Cell(formats.number(p.add_to_carts))] if carts else []),
                Cell(formats.number(p.units)),
                Cell(formats.money(p.revenue)),
                Cell("–" if p.revenue_per_minute is None else formats.money(p.revenue_per_minute)),
                Cell(formats.number(p.questions)),
            ]
        )
    return rows


def _promos(figures: ShowFigures, formats: Formats, words: Labels) -> list[list[Cell]]:
    return [
        [
            Cell(plain(p.code)),
            Cell(
                formats.number(p.redemptions)
                if p.limit is None
                else words.of_limit.format(n=formats.number(p.redemptions), limit=formats.number(p.limit))
            ),
            Cell(formats.money(p.revenue)),
            Cell(formats.money(p.discount)),
        ]
        for p in figures.promos
    ]


def _questions(figures: ShowFigures, formats: Formats, words: Labels) -> list[Tile]:
    asked = figures.questions
    return [
        Tile(words.asked, formats.number(asked.asked)),
        Tile(words.answered, formats.number(asked.answered)),
        Tile(words.open, formats.number(asked.open)),
    ]


def _shop(figures: ShowFigures, formats: Formats, words: Labels) -> list[Tile]:
    total = figures.shop_total
    return [
        Tile(words.orders_taken, formats.number(total.orders)),
        Tile(words.gross_taken, formats.money(total.gross)),
        Tile(words.net_taken, formats.money(total.net)),
    ]


def _formulas(words: Labels) -> list[Formula]:
    return [
        words.peak, words.average, words.sessions, words.add_to_carts, words.orders, words.gross, words.net,
        words.basket, words.redemptions, words.time_on_air, words.item_viewers, words.sold, words.revenue,
        words.per_minute, words.used, words.code_revenue, words.discount, words.asked, words.answered, words.open,
        words.shop_total, words.orders_taken, words.gross_taken, words.net_taken,
    ]  # fmt: skip
