"""The figures of a review in words: one tile each, with the formula behind it."""

from dataclasses import dataclass

from studio.domain.kpi import ShowFigures
from studio.domain.past import PastShow
from studio.domain.plan import Goals
from studio.domain.show import ShowPhase, ShowState
from studio.ui.review.against import NOTHING, Told, against_before, against_goal, without_decimals
from studio.ui.review.kpis import MAIN, Kpi, kpi_of, kpis, not_given, not_known, translate
from studio.ui.texts import Texts, length


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `how` is its formula; `note` the line below it, `before` the line below that; `known` False when nobody can
    give it; `brief` the value without decimals, for narrow places.
    """

    key: str
    name: str
    value: str
    how: str
    note: Told = NOTHING
    before: Told = NOTHING
    known: bool = True
    brief: str = ""


def tiles(
    figures: ShowFigures, goals: Goals, past: PastShow | None, currency: str, texts: Texts
) -> list[Figure]:
    """The figures on top of the review, against their goals and against the show before."""
    found = {k.key: k for k in kpis()}
    return [_tile(found[key], figures, goals, past, currency, texts) for key in MAIN]


def _tile(
    kpi: Kpi, figures: ShowFigures, goals: Goals, past: PastShow | None, currency: str, texts: Texts
) -> Figure:
    value = kpi.read(figures)
    note = Told(not_given(kpi, figures)) if value is None else _note(kpi, figures, goals, currency, texts)
    before = against_before(kpi, value, past, currency, texts)
    text = kpi.text(value, currency, texts)
    return Figure(kpi.key, kpi.name, text, kpi.told_how, note, before, value is not None, _brief(kpi, text))


def _brief(kpi: Kpi, text: str) -> str:
    return without_decimals(text) if kpi.kind == "money" else ""


def _note(kpi: Kpi, figures: ShowFigures, goals: Goals, currency: str, texts: Texts) -> Told:
    """The goal where there is one, else what stands behind the figure."""
    if kpi.key == "net" and goals.revenue_minor:
        gross = kpi_of("gross")
        return against_goal(gross, gross.read(figures), goals.revenue_minor, currency, texts)
    if kpi.goal is not None:
        told = against_goal(kpi, kpi.read(figures), kpi.goal(goals), currency, texts)
        if told.text:
            return told
    return Told(_behind(kpi.key, figures, texts))


def _behind(key: str, figures: ShowFigures, texts: Texts) -> str:
    """What stands behind a figure, in a few words; empty for nothing."""
    tr = translate
    if key == "peak" and figures.viewers.peak_at_ms is not None:
        return tr("Review", "at {time}").replace("{time}", texts.clock(figures.viewers.peak_at_ms))
    if key == "sessions" and figures.average_session_ms is not None:
        return tr("Review", "{length} on average").replace("{length}", length(figures.average_session_ms))
    if key == "carts" and figures.add_to_carts is not None and figures.sessions:
        return _of_sessions(figures.add_to_carts / figures.sessions, texts)
    if key == "orders" and figures.conversion is not None:
        return _of_sessions(figures.conversion, texts)
    if key == "net":
        return tr("Review", "gross {money}").replace("{money}", texts.money(figures.own.gross))
    if key == "basket" and figures.own.orders:
        return tr("Review", "{n} units").replace("{n}", texts.number(figures.own.units))
    if key == "redemptions" and figures.redemption_share is not None:
        share = texts.percent(figures.redemption_share, 1)
        return tr("Review", "{share} of orders").replace("{share}", share)
    if key == "roi" and figures.cost is not None:
        return tr("Review", "cost {money}").replace("{money}", texts.money(figures.cost))
    return ""


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


def when(state: ShowState, figures: ShowFigures, texts: Texts, replay_ms: int) -> str:
    """The line under the title: day, length on air, and until when replay sales count."""
    if state.started_at_ms is None:
        return texts.day(state.starts_at_ms) if state.starts_at_ms is not None else ""
    parts = [
        texts.day(state.started_at_ms),
        translate("Review", "on air {length}").replace("{length}", length(figures.on_air_ms)),
    ]
    if state.phase is ShowPhase.ENDED and state.ended_at_ms is not None:
        until = state.ended_at_ms + replay_ms
        parts.append(
            translate("Review", "replay sales until {day} {time}")
            .replace("{day}", texts.day(until))
            .replace("{time}", texts.clock(until))
        )
    return " · ".join(parts)


def _figure(key: str, name: str, value: float | None, how: str, texts: Texts) -> Figure:
    known = value is not None
    return Figure(key, name, texts.number(value) if known else not_known(), how, known=known)


def _of_sessions(share: float, texts: Texts) -> str:
    return translate("Review", "{share} of sessions").replace("{share}", texts.percent(share, 1))


def in_zone(texts: Texts, time_zone: str) -> Texts:
    """The same language, with the times of a show as its own audience had them."""
    return Texts(str(texts.locale).replace("_", "-"), time_zone)
