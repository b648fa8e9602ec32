"""Shows beside each other: every key figure, and every product, by show."""

from collections.abc import Sequence
from typing import Literal

from studio.domain.kpi import ProductFigures
from studio.domain.past import PastShow
from studio.ui.review.against import NOTHING, change, short_name
from studio.ui.review.figures_model import Cell, Column, FigureRow
from studio.ui.review.kpis import Kpi, kpis, not_given, translate
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text

Measure = Literal["units", "revenue", "per-minute", "minutes"]
_TREND = 90


def in_order(shows: Sequence[PastShow]) -> list[PastShow]:
    """The oldest first: a trend is read from the left."""
    return sorted(shows, key=lambda s: (s.started_at_ms, s.id))


def columns(shows: Sequence[PastShow], first: str, texts: Texts) -> list[Column]:
    """The columns of a comparison of these shows, the oldest first."""
    tr = translate
    return [
        Column(first, "", number=False, least=150),
        Column(tr("Review", "Trend"), tr("Review", "From the oldest show to the newest."), number=False, least=_TREND),
        *(
            Column(name, f"{clean_text(s.title, 200)}, {texts.day(s.started_at_ms)}")
            for name, s in zip(_names(shows, texts), shows, strict=True)
        ),
        Column(tr("Review", "Change"), tr("Review", "From the last but one of these shows to the newest.")),
    ]  # fmt: skip


def _names(shows: Sequence[PastShow], texts: Texts) -> list[str]:
    """What tells the shows apart in the least room: their numbers, or with their days."""
    names = [short_name(s.title) for s in shows]
    if len(set(names)) == len(names) and all(name.startswith("#") for name in names):
        return names
    return [f"{name} · {texts.day(s.started_at_ms)}" for name, s in zip(names, shows, strict=True)]


def kpi_rows(shows: Sequence[PastShow], texts: Texts) -> list[FigureRow]:
    """A row for every key figure that at least one of the shows has."""
    rows: list[FigureRow] = []
    for kpi in kpis():
        values = [kpi.read(show.figures) for show in shows]
        if any(value is not None for value in values):
            rows.append(_kpi_row(kpi, shows, values, texts))
    return rows


def _kpi_row(kpi: Kpi, shows: Sequence[PastShow], values: Sequence[float | None], texts: Texts) -> FigureRow:
    money = kpi.kind == "money"
    comparable = [
        v if not money or show.currency == shows[-1].currency else None
        for v, show in zip(values, shows, strict=True)
    ]
    told = change(kpi, comparable[-1], comparable[-2], texts) if len(shows) > 1 else NOTHING
    cells = (
        Cell(kpi.name, kpi.name, kpi.told_how),
        Cell("", None, kpi.told_how, trend=tuple(comparable)),
        *(
            Cell(
                kpi.text(v, show.currency, texts), v, not_given(kpi, show.figures) if v is None else "",
                "muted" if v is None else "",
            )
            for v, show in zip(values, shows, strict=True)
        ),
        Cell(told.text or "–", None, "", told.tone),
    )  # fmt: skip
    return FigureRow(kpi.key, cells)


def product_rows(shows: Sequence[PastShow], measure: Measure, texts: Texts) -> list[FigureRow]:
    """A row for every product of the shows, those in most shows first; a show without it has no figure, not 0."""
    found: dict[str, dict[int, ProductFigures]] = {}
    titles: dict[str, str] = {}
    for n, show in enumerate(shows):
        for product in show.figures.products:
            found.setdefault(product.product_id, {})[n] = product
            titles[product.product_id] = product.title
    order = sorted(found, key=lambda p: (-len(found[p]), -max(found[p]), titles[p].casefold()))
    return [_product_row(p, titles[p], found[p], shows, measure, texts) for p in order]


def _product_row(
    product_id: str,
    title: str,
    by_show: dict[int, ProductFigures],
    shows: Sequence[PastShow],
    measure: Measure,
    texts: Texts,
) -> FigureRow:
    name = clean_text(title, 200)
    values: list[float | None] = []
    cells: list[Cell] = []
    for n, show in enumerate(shows):
        product = by_show.get(n)
        value, text = _measured(product, measure, texts)
        gone = product is not None and product.on_air_ms > 0 and product.sold_out_at_ms is not None
        tip = translate("Review", "It sold out in this show.") if gone else ""
        cells.append(Cell(f"⚠ {text}" if gone else text, value, tip, "warning" if gone else ""))
        values.append(
            value if show.currency == shows[-1].currency or measure in ("units", "minutes") else None
        )
    share, tone = "–", "muted"
    newest, before = (values[-1], values[-2]) if len(values) > 1 else (None, None)
    if newest is not None and before:
        moved = round((newest - before) / before * 100)
        sign = "+" if moved > 0 else "−" if moved < 0 else "±"
        share, tone = (
            f"{sign}{texts.number(abs(moved))} %",
            "ok" if moved > 0 and measure != "minutes" else "muted",
        )
    return FigureRow(
        product_id,
        (Cell(name, name, name), Cell("", None, trend=tuple(values)), *cells, Cell(share, None, "", tone)),
    )


def _measured(product: ProductFigures | None, measure: Measure, texts: Texts) -> tuple[float | None, str]:
    if product is None:
        return None, "–"
    if measure == "units":
        return float(product.units), texts.number(product.units)
    if measure == "minutes":
        return product.on_air_ms / 60_000, texts.number(product.on_air_ms / 60_000, 1)
    money = product.revenue if measure == "revenue" else product.revenue_per_minute
    if money is None:
        return None, translate("Review", "not on air")
    return float(money.amount_minor), texts.money(money)
