"""What the pictures of a report are drawn with: where times and values lie, their words, and texts that are safe in XML."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

MINUTE_MS = 60_000
LEFT, RIGHT, TOP = 52.0, 16.0, 22.0
ROW = 16.0
BARS_SHARE = 0.24
LETTER_PX = 6.2
"""The mean width of a letter at 11 px: SVG text can't be measured here, so names are cut by estimate."""
TIME_STEPS_MIN = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440)


@dataclass(frozen=True, slots=True)
class Block:
    """What was on air, UTC ms. `colour` is `#rrggbb`; anything else is drawn grey."""

    start_ms: int
    end_ms: int
    label: str
    colour: str = "#8a94a0"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment with a name, e.g. a promo code going live (UTC ms)."""

    at_ms: int
    label: str


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the picture, for a report in another language. `{count}`, `{time}` and so on are filled in;
    `thousands` parts the digits of large numbers.
    """

    title: str = "Viewers, orders and what was on air"
    peak: str = "peak {count} at {time}"
    no_viewers: str = "No viewer figures were recorded."
    viewers: str = "Peak {peak} viewers at {time}; {first} at the start, {last} at the end."
    orders: str = "{orders} orders."
    on_air: str = "On air: {items}."
    promos: str = "Promo codes: {codes}."
    alerts: str = "Alerts: {alerts}."
    questions: str = "{questions} questions."
    thousands: str = ","
    key_viewers: str = "viewers"
    key_orders: str = "orders a minute, at most {count}"
    key_pin: str = "went on air"
    key_promo: str = "promo code"
    key_alert: str = "alert"
    key_question: str = "questions asked"


@dataclass(frozen=True, slots=True)
class Content:
    """All that is drawn, in order of time. `viewers`: (UTC ms, count or None where not known); `orders`: (any UTC ms of a
    minute, count); `questions`: when each was asked.
    """

    viewers: Sequence[tuple[int, float | None]]
    blocks: Sequence[Block]
    promos: Sequence[Moment]
    orders: Sequence[tuple[int, int]]
    alerts: Sequence[Moment]
    questions: Sequence[int]

    @property
    def known(self) -> list[tuple[int, float]]:
        """The viewers where they are known."""
        return [(t, v) for t, v in self.viewers if v is not None and math.isfinite(v)]

    @property
    def rows(self) -> int:
        """How many rows lie under the plot, above its times."""
        return sum(map(bool, (self.blocks, self.promos, self.alerts, self.questions)))


@dataclass(frozen=True, slots=True)
class Plot:
    """Where times and values lie, in px."""

    width: float
    height: float
    bottom: float
    start_ms: int
    end_ms: int
    highest: float

    @property
    def right(self) -> float:
        """The plot's right edge."""
        return self.width - RIGHT

    def x(self, t_ms: float) -> float:
        """The place of a moment, never outside of the plot."""
        share = (t_ms - self.start_ms) / (self.end_ms - self.start_ms)
        return LEFT + min(max(share, 0.0), 1.0) * (self.right - LEFT)

    def y(self, value: float) -> float:
        """The height of a value."""
        return self.bottom - value / self.highest * (self.bottom - TOP)


def minute_of(at_ms: int) -> int:
    """The start of a moment's minute, UTC ms."""
    return at_ms // MINUTE_MS * MINUTE_MS


def nice_step(highest: float, marks: int) -> float:
    """The step of 1, 2 or 5 times a power of ten by which 0 to `highest` has about as many marks."""
    raw = max(1.0, highest / marks)
    power = 10.0 ** math.floor(math.log10(raw))
    return next(nice * power for nice in (1, 2, 5, 10) if nice * power >= raw * (1 - 1e-9))


def short(text: str, room: float) -> str:
    """The text, cut to so many px; empty where not even a part of it would be read."""
    letters = int(room / LETTER_PX)
    if len(text) <= letters:
        return text
    return f"{text[: letters - 1].rstrip()}…" if letters >= 4 else ""


def clock(at_ms: float, where: dt.tzinfo) -> str:
    """20:14, from UTC ms."""
    return dt.datetime.fromtimestamp(at_ms / 1000, where).strftime("%H:%M")


def counted(value: float, words: Words) -> str:
    """A count with its thousands apart."""
    return f"{round(value):,}".replace(",", words.thousands)


def by_minute(moments: Iterable[tuple[int, int]]) -> dict[int, int]:
    """(Any UTC ms of a minute, amount) added up by the minute's start."""
    sums: dict[int, int] = {}
    for at_ms, amount in moments:
        sums[minute_of(at_ms)] = sums.get(minute_of(at_ms), 0) + amount
    return dict(sorted(sums.items()))


def safe_colour(colour: str) -> str:
    """The colour, or grey: nothing else may get into an attribute."""
    digits = colour.removeprefix("#")
    good = colour.startswith("#") and len(digits) == 6 and all(c in "0123456789abcdefABCDEF" for c in digits)
    return colour if good else "#8a94a0"


def xml_text(text: str) -> str:
    """The text for XML: marks escaped, control characters (which XML forbids) and lone surrogates taken out."""
    allowed = "".join(
        c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff"
    )
    return escape(allowed)
