"""Helps for reading a shop's JSON into domain values: moments, lists with bad entries, what stands for "no limit"."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from studio.control.ports.answers import plain

T = TypeVar("T")
UNCOUNTED = 1_000_000
"""What is told to be on hand of a variant whose stock the shop does not track: it never sells out."""
FOREVER_MS = 253_402_214_400_000
"""The end of a code without an end: the last day of the year 9999."""


class _Ref(msgspec.Struct, frozen=True):
    id: str


def ms(moment: dt.datetime) -> int:
    """UTC ms of a moment; one without a zone is UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return round(aware.timestamp() * 1000)


def iso(moment_ms: int) -> str:
    """UTC ms in ISO 8601, to the millisecond."""
    moment = dt.datetime.fromtimestamp(moment_ms / 1000, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment_ms % 1000:03d}Z"


def each(
    entries: Iterable[msgspec.Raw], what: str, read: Callable[[msgspec.Raw], T], problems: list[str]
) -> list[T]:
    """All entries that can be read; for the others a sentence is added to `problems`."""
    found: list[T] = []
    for raw in entries:
        try:
            found.append(read(raw))
        except (msgspec.MsgspecError, ValueError) as error:
            problems.append(f"The shop's {what} {_name_of(raw)} was left out: {plain(str(error), 160)}.")
    return found


def _name_of(raw: msgspec.Raw) -> str:
    try:
        return plain(msgspec.json.decode(raw, type=_Ref).id, 60) or "?"
    except msgspec.MsgspecError:
        return "?"
