"""What lies on a chart besides its lines: what was on air, promos, forecasts."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in which something was on air: UTC ms, `end_ms` None = still is. `colour` is `#rrggbb`."""

    start_ms: int
    end_ms: int | None
    label: str
    colour: str
    item_id: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A moment with a name, e.g. when a promo code went live (UTC ms)."""

    at_ms: int
    label: str


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a stock is expected to be sold out (UTC ms), drawn dashed from its newest value."""

    item_id: str
    sold_out_ms: int


def spans_at(spans: Sequence[Span], t_ms: float, now_ms: int) -> list[Span]:
    """The spans that cover a moment; an open one reaches to `now_ms`."""
    return [s for s in spans if s.start_ms <= t_ms < end_of(s, now_ms) or s.start_ms == t_ms]


def on_air_label(spans: Sequence[Span], t_ms: float, now_ms: int) -> str:
    """The names of what was on air at a moment, the newest first; empty when nothing was."""
    return ", ".join(s.label for s in reversed(spans_at(spans, t_ms, now_ms)))


def end_of(span: Span, now_ms: int) -> int:
    """The end of a span, UTC ms: now for one that is still on air; never before its start."""
    return max(span.start_ms, now_ms if span.end_ms is None else span.end_ms)
