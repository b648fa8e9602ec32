"""The run sheet: the line-up with its times, to be printed or sent; one HTML page that needs nothing else."""

import base64
import datetime as dt
import functools
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from babel import dates, numbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from studio.domain.exchange import ItemFacts
from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.money import Money
from studio.domain.promo import PromoKind, PromoPlan, PromoWhen
from studio.domain.rundown import rundown
from studio.domain.show import ShowState
from studio.exchange.plain import block, line
from studio.exchange.sheet_words import SheetWords, sheet_words
from studio.exchange.values import locale_of, zone_of

_TEMPLATES: Final = Path(__file__).parent / "templates"
_NOTHING: Final = ItemFacts()
_PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
_SIDE: Final = 56
"""Pixels of the longer side of a picture."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture within the page, with its size in pixels; printing needs to be told it."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the sheet, in words. `short`: less can be sold than is aimed at."""

    start: str
    minutes: str
    title: str
    sku: str
    talk: bool
    picture: Picture | None
    price: str
    show_price: str
    target: str
    stock: str
    short: bool
    code: str
    points: tuple[str, ...]
    note: tuple[str, ...]
    alternatives: str


def run_sheet(
    state: ShowState,
    facts: Mapping[str, ItemFacts],
    names: Mapping[str, str],
    *,
    made_ms: int,
    language: str,
) -> str:
    """The run sheet as HTML: inline CSS, pictures within, no scripts, no requests to anywhere.

    `facts` are what the shop says of items, by item id; `names` the titles of products that are alternatives, by product
    id; `made_ms` is now (UTC ms). Times are in the show's time zone, and count from 0:00 while the show has no date. Words
    are English, German or Norwegian, by `language` (BCP 47).
    """
    words = sheet_words(language)
    same = language.replace("_", "-").split("-")[0].lower() == words.language
    say = _Say(words, language if same else words.language, state, made_ms)
    starts = {row.item_id: row.planned_start_ms for row in rundown(state, made_ms).rows}
    rows = [say.row(item, starts[item.id], facts.get(item.id, _NOTHING), names) for item in state.items]
    return _template().render(
        words=words,
        title=line(state.title, 300),
        rehearsal=state.rehearsal,
        when=say.when(),
        length=say.total(),
        over=say.is_over(),
        rows=rows,
        pictures=any(row.picture for row in rows),
        others=[say.promo(plan) for plan in state.planned_promos],
        count=words.items.format(n=len(rows)),
        made=words.made.format(day=say.day(made_ms), time=say.clock(made_ms)),
        zone=words.times_in.format(zone=state.time_zone),
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
    return environment.get_template("run_sheet.html.j2")


class _Say:
    """Figures and times of one show in words."""

    def __init__(self, words: SheetWords, language: str, state: ShowState, made_ms: int) -> None:
        self._words, self._locale, self._state = words, locale_of(language), state
        # Without a date the rundown begins now.
        self._made_ms = made_ms
        self._zone = zone_of(state.time_zone)
        self._start = state.started_at_ms if state.started_at_ms is not None else state.starts_at_ms

    def row(self, item: LineUpItem, starts_ms: int, facts: ItemFacts, names: Mapping[str, str]) -> Row:
        price, left = facts.price, facts.sellable
        shown = None if item.show_price_minor is None else Money(item.show_price_minor, self._state.currency)
        if price is None and item.planned_price_minor is not None:
            price = Money(item.planned_price_minor, self._state.currency)
        return Row(
            start=self.clock(starts_ms) if self._start is not None else _length(starts_ms - self._made_ms),
            minutes=_length(item.planned_ms),
            title=line(item.title, 300),
            sku=line(item.sku, 200),
            talk=item.kind is ItemKind.TALK,
            picture=_picture(facts.picture),
            price=self.money(price),
            show_price=self.money(shown),
            target=self.number(item.target_units) if item.target_units else "",
            stock="" if left is None else self.number(left),
            short=left is not None and left < item.target_units,
            code="" if item.promo is None else self.promo(item.promo),
            points=tuple(line(point, 1_000) for point in item.points),
            note=tuple(filter(None, (line(part) for part in block(item.note).split("\n")))),
            alternatives=", ".join(line(names.get(other, other), 200) for other in item.alternatives),
        )

    def promo(self, plan: PromoPlan) -> str:
        """A planned code: what it takes off, when it begins, and how long it lasts."""
        words = self._words
        value = {
            PromoKind.PERCENT: words.off.format(value=f"{plan.percent} %"),
            PromoKind.FIXED: words.off.format(
                value=self.money(Money(plan.amount_minor, self._state.currency))
            ),
            PromoKind.FREE_SHIPPING: words.free_shipping,
        }[plan.kind]
        begins = {
            PromoWhen.BY_HAND: words.by_hand,
            PromoWhen.ON_PIN: words.on_pin,
            PromoWhen.AT_TIME: words.after_start.format(length=_length(plan.after_start_ms or 0)),
            PromoWhen.AT_END: words.at_end,
            PromoWhen.ABSOLUTE: words.window.format(
                begin=self._moment(plan.from_ms), end=self._moment(plan.until_ms)
            ),
        }[plan.when]
        parts = [plan.code, value, begins]
        if plan.when is not PromoWhen.ABSOLUTE:
            hours = plan.hours_after_show
            parts.append(
                words.lasts_hours.format(n=hours) if hours else words.lasts_minutes.format(n=plan.minutes)
            )
        return ", ".join(parts)

    def when(self) -> str:
        if self._start is None:
            return self._words.no_date
        end = self._start + (self._state.planned_ms or sum(item.planned_ms for item in self._state.items))
        times = self._words.planned.format(start=self.clock(self._start), end=self.clock(end))
        return f"{self.day(self._start)}, {times}"

    def total(self) -> str:
        length, planned = sum(item.planned_ms for item in self._state.items), self._state.planned_ms
        if not planned:
            return _length(length)
        text = self._words.over_plan if self.is_over() else self._words.of_plan
        return text.format(length=_length(length), planned=_length(planned), over=_length(length - planned))

    def is_over(self) -> bool:
        return 0 < self._state.planned_ms < sum(item.planned_ms for item in self._state.items)

    def money(self, money: Money | None) -> str:
        if money is None:
            return ""
        amount = Decimal(money.amount_minor).scaleb(-numbers.get_currency_precision(money.currency))
        return numbers.format_currency(amount, money.currency, locale=self._locale)

    def number(self, value: int) -> str:
        return numbers.format_decimal(value, locale=self._locale)

    def clock(self, at_ms: int) -> str:
        return self._local(at_ms).strftime("%H:%M")

    def day(self, at_ms: int) -> str:
        style = "EEE d MMM y" if str(self._locale) == "en" else "full"
        return dates.format_date(self._local(at_ms).date(), style, locale=self._locale)

    def _moment(self, at_ms: int | None) -> str:
        if at_ms is None:
            return "…"
        style = "d MMM y" if str(self._locale) == "en" else "medium"
        return (
            f"{dates.format_date(self._local(at_ms).date(), style, locale=self._locale)} {self.clock(at_ms)}"
        )

    def _local(self, at_ms: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(at_ms / 1000, self._zone)


def _length(ms: int) -> str:
    """5:00, or 1:05:00 from an hour on."""
    hours, rest = divmod(max(0, ms) // 1000, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def _picture(data: bytes) -> Picture | None:
    """The picture as an address that holds it; None for anything but PNG. Its size stands in its head (PNG, IHDR)."""
    if not data.startswith(_PNG) or len(data) < 24:
        return None
    wide, high = struct.unpack(">II", data[16:24])
    if not 0 < wide < 10_000 or not 0 < high < 10_000:
        return None
    scale = _SIDE / max(wide, high)
    address = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return Picture(address, max(1, round(wide * scale)), max(1, round(high * scale)))
