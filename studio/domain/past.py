"""A show that is over (or on air), with what it came to: what the next one is compared with and learns from."""

import msgspec

from studio.domain.kpi import ShowFigures
from studio.domain.plan import Goals


class PastShow(msgspec.Struct, frozen=True):
    """A show with its figures. Times are UTC ms; `ended_at_ms` is None while it runs; `items` are in its line-up."""

    id: str
    title: str
    series: str
    currency: str
    time_zone: str
    started_at_ms: int
    ended_at_ms: int | None
    items: int
    goals: Goals
    figures: ShowFigures
