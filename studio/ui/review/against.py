"""A figure against its goal and against the show before, in a few words."""

import re
from dataclasses import dataclass
from typing import Final

from studio.domain.past import PastShow
from studio.ui.review.kpis import Kpi, translate
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text

_NUMBERED: Final = re.compile(r"#\s?\d{1,6}$")
_NAME: Final = 16
_DECIMALS: Final = re.compile(r"(?<=\d)[.,]\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Told:
    """A few words and the role of their colour: `warning`, `ok` or `muted`."""

    text: str
    tone: str = "muted"


NOTHING: Final = Told("")


def against_goal(kpi: Kpi, value: float | None, goal: float | None, currency: str, texts: Texts) -> Told:
    """`⚠ 95 % of 2,000`, amber when missed, green when reached; nothing without a goal or a figure."""
    if value is None or not goal:
        return NOTHING
    reached = value >= goal
    # 99.6 % is not 100 %: a goal that was missed never reads as reached.
    share = texts.percent(value / goal if reached else min(value / goal, 0.99))
    text = translate("Review", "{share} of {goal}").replace("{share}", share)
    text = text.replace("{goal}", whole(kpi.text(goal, currency, texts)))
    return Told(text if reached else f"⚠ {text}", "ok" if reached else "warning")


def change(kpi: Kpi, value: float | None, before: float | None, texts: Texts) -> Told:
    """`+12 %`, or in points where the figure is a share itself; nothing where one of the two is not known."""
    if value is None or before is None:
        return NOTHING
    tone = "ok" if kpi.more is not None and value != before and (value > before) is kpi.more else "muted"
    if kpi.kind == "share":
        points = round((value - before) * 100, 1)
        sign = "+" if points > 0 else "−" if points < 0 else "±"
        told = translate("Review", "{n} points").replace("{n}", f"{sign}{texts.number(abs(points), 1)}")
        return Told(told, tone)
    if before <= 0:
        return NOTHING
    share = round((value - before) / before * 100)
    sign = "+" if share > 0 else "−" if share < 0 else "±"
    return Told(f"{sign}{texts.number(abs(share))} %", tone)


def against_before(kpi: Kpi, value: float | None, past: PastShow | None, currency: str, texts: Texts) -> Told:
    """`+12 % on #13`; nothing without a show before, and no sums of another currency."""
    if past is None or (kpi.kind == "money" and past.currency != currency):
        return NOTHING
    told = change(kpi, value, kpi.read(past.figures), texts)
    if not told.text:
        return NOTHING
    words = translate("Review", "{change} on {show}").replace("{change}", told.text)
    return Told(words.replace("{show}", short_name(past.title)), told.tone)


def whole(money: str) -> str:
    """A sum without its decimals where they say nothing (`€2,000`): a tile has no room for them."""
    found = _DECIMALS.search(money)
    return without_decimals(money) if found is not None and found.group(0)[1:] == "00" else money


def without_decimals(money: str) -> str:
    """`€9,911` of `€9,911.30`: cut, not rounded, so that two places never seem to differ upwards."""
    return _DECIMALS.sub("", money)


def short_name(title: str) -> str:
    """`#13` of `Autumn Home Live #13`; else the title, cut."""
    title = clean_text(title, 200)
    found = _NUMBERED.search(title)
    return found.group(0).replace(" ", "") if found else clean_text(title, _NAME)
