"""What YouTube's interface costs, and how fast a chat may be read so that a day's units last.

Costs: "Quota impact" of each method in the reference of the YouTube Live Streaming API and the descriptions in Google's
discovery document `youtube` v3 (revision 20261104): liveChatMessages list 5, insert 20, delete 20; the quota calculator
(YouTube Data API): every other list 1. A project has 10,000 units a day unless Google grants more; the day ends at
midnight Pacific time. Failed requests are counted in full: Google says only that they cost at least one unit.
"""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

DAILY_UNITS = 10_000
"""What Google gives a project without asking."""
COSTS: Mapping[str, int] = MappingProxyType(
    {
        "liveBroadcasts.list": 1,
        "videos.list": 1,
        "channels.list": 1,
        "liveChatMessages.list": 5,
        "liveChatMessages.insert": 20,
        "liveChatMessages.delete": 20,
    }
)
"""Units of one request by its method."""
READ, WRITE, VIEWERS = (
    COSTS["liveChatMessages.list"],
    COSTS["liveChatMessages.insert"],
    COSTS["videos.list"],
)
HOUR_MS = 3_600_000
OPEN_END_MS = 2 * HOUR_MS
"""A show without a planned end is taken to go on for so long, at any moment: the units then never run out."""
OVERTIME_MS = 15 * 60_000
"""A show near or behind its planned end is taken to go on for so long."""
_RESERVED_SHARE = 10
_VIEWERS_SHARE = 5
_PACIFIC = ZoneInfo("America/Los_Angeles")


class QuotaBook(Protocol):
    """How many units were used on a day, kept over restarts. Days are dates in Pacific time, such as 2026-11-22."""

    def used(self, day: str) -> int:
        """Units used on this day so far."""
        ...

    def add(self, day: str, units: int) -> None:
        """So many more were used."""
        ...


class Pace(msgspec.Struct, frozen=True):
    """How long to wait between two looks at the chat, and between two at the viewers (ms)."""

    chat_ms: int
    viewers_ms: int

    @property
    def hourly(self) -> int:
        """What an hour at this pace costs, in units."""
        return round(HOUR_MS / self.chat_ms * READ + HOUR_MS / self.viewers_ms * VIEWERS)


def quota_day(now_ms: int) -> str:
    """The day of the quota that this moment (UTC ms) belongs to."""
    return _pacific(now_ms).date().isoformat()


def quota_resets_at_ms(now_ms: int) -> int:
    """The next midnight in Pacific time, UTC ms."""
    tomorrow = _pacific(now_ms).date() + dt.timedelta(days=1)
    midnight = dt.datetime.combine(tomorrow, dt.time(), _PACIFIC)
    return round(midnight.timestamp() * 1000)


def _pacific(now_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(now_ms / 1000, _PACIFIC)


def reserved(limit: int) -> int:
    """The units of a day that reading leaves alone: they are for what we say, and for hiding."""
    return limit // _RESERVED_SHARE


def horizon_ms(now_ms: int, ends_at_ms: int | None) -> int:
    """For how long from now the units must last: to the planned end of the show, or to their renewal where that is
    sooner.
    """
    left = OPEN_END_MS if ends_at_ms is None else max(ends_at_ms - now_ms, OVERTIME_MS)
    return max(1, min(left, quota_resets_at_ms(now_ms) - now_ms))


def pace(told_ms: int, viewers_ms: int, left: int, for_ms: int) -> Pace | None:
    """How fast to read so that `left` units last `for_ms` ms: never faster than `told_ms` and `viewers_ms`. None when
    they are not even enough for one look. Viewers get at most a fifth.
    """
    if left < READ + VIEWERS:
        return None
    viewers = max(viewers_ms, _up(for_ms * VIEWERS * _VIEWERS_SHARE, left))
    looks = (left - _up(for_ms, viewers) * VIEWERS) // READ
    if looks < 1:
        return None
    return Pace(max(told_ms, _up(for_ms, looks)), viewers)


def _up(whole: int, part: int) -> int:
    return -(-whole // part)
