"""Where an axis has its marks and what is written at them."""

import datetime as dt
import math
import zoneinfo

_TIME_STEPS_S = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    86_400,
)


def zone(where: str | int | dt.tzinfo) -> dt.tzinfo:
    """The time zone of an IANA name (`Europe/Oslo`), of minutes east of UTC, or the zone itself.

    Raises ValueError with a sentence for a name or an offset that does not exist.
    """
    if isinstance(where, dt.tzinfo):
        return where
    if isinstance(where, int):
        if abs(where) >= 24 * 60:
            raise ValueError(f"An offset from UTC is less than 24 hours, not {where} minutes.")
        return dt.timezone(dt.timedelta(minutes=where))
    try:
        return zoneinfo.ZoneInfo(where)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"There is no time zone “{where}”: use a name like Europe/Oslo.") from error


def clock(t_ms: float, where: dt.tzinfo, *, seconds: bool = False) -> str:
    """The local time of a moment (UTC ms): 20:14, or 20:14:05."""
    moment = dt.datetime.fromtimestamp(t_ms / 1000, where)
    return moment.strftime("%H:%M:%S" if seconds else "%H:%M")


def nice_step(highest: float, marks: int, *, least: float = 1.0) -> float:
    """The step of 1, 2 or 5 times a power of ten by which 0 to `highest` has at most `marks` marks above 0."""
    raw = max(least, highest / max(1, marks))
    power = 10.0 ** math.floor(math.log10(raw))
    for nice in (1, 2, 5, 10):
        if nice * power >= raw * (1 - 1e-9):
            return nice * power
    raise AssertionError("10 times the power of ten below it is above any number")


def value_marks(highest: float, marks: int) -> list[float]:
    """Marks of a count axis from 0 up to `highest`, evenly and at whole numbers."""
    step = nice_step(highest, marks)
    return [i * step for i in range(math.floor(highest / step + 1e-9) + 1)]


def short_count(value: float, point: str = ".") -> str:
    """A count as an axis has room for: 0, 500, 1k, 1.5k (or with another `point` 1,5k), 12k, 1.2M."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{unit}".replace(".", point)
    return f"{value:.4g}".replace(".", point)


def time_step_s(span_s: float, marks: int) -> int:
    """The step in seconds (1, 2, 5, 10 ... minutes, hours) by which `span_s` has at most `marks` marks."""
    for step in _TIME_STEPS_S:
        if span_s / step <= max(1, marks):
            return step
    days = math.ceil(span_s / 86_400 / max(1, marks))
    return 86_400 * days


def time_marks(start_ms: float, end_ms: float, step_s: int, where: dt.tzinfo) -> list[int]:
    """The moments (UTC ms) of [start, end] at which the local clock shows a multiple of `step_s`."""
    offset = dt.datetime.fromtimestamp(start_ms / 1000, where).utcoffset() or dt.timedelta()
    shift_ms = round(offset.total_seconds() * 1000)
    step_ms = step_s * 1000
    first = math.ceil((start_ms + shift_ms) / step_ms) * step_ms - shift_ms
    return list(range(first, math.floor(end_ms) + 1, step_ms))
