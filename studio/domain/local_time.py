"""A moment as a person says it: a date and a time of day in a time zone, in which an hour may be missing or come twice."""

import datetime as dt
import zoneinfo

import msgspec


class Moment(msgspec.Struct, frozen=True):
    """`at_ms` is UTC ms, None when there is no such moment: then `problem` says why, and what to do. `note` is what is
    worth knowing of it.
    """

    at_ms: int | None
    problem: str = ""
    note: str = ""


def zone_of(name: str) -> zoneinfo.ZoneInfo | None:
    """The time zone of an IANA name; None when there is none, or this computer does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def moment_of(local: dt.datetime, zone_name: str) -> Moment:
    """The moment of a date and time without a zone (whole minutes) in the zone of this name."""
    zone = zone_of(zone_name)
    if zone is None:
        return Moment(None, f"“{zone_name[:60]}” is no time zone: choose one of the list.")
    first = local.replace(tzinfo=zone, fold=0)
    second = local.replace(tzinfo=zone, fold=1)
    at = first.astimezone(dt.UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        after = at.astimezone(zone)
        return Moment(
            None,
            f"The clocks of {zone_name} go forward in that night: there is no {local:%H:%M}. Choose {after:%H:%M}.",
        )
    note = ""
    if first.utcoffset() != second.utcoffset():
        note = f"The clocks of {zone_name} go back in that night: {local:%H:%M} comes twice, and the first is meant."
    return Moment(round(at.timestamp() * 1000), note=note)


def local_of(at_ms: int, zone_name: str) -> dt.datetime:
    """Date and time of day of a moment (UTC ms), without a zone; in UTC where the zone is not known."""
    zone = zone_of(zone_name) or dt.UTC
    return dt.datetime.fromtimestamp(at_ms / 1000, zone).replace(tzinfo=None)
