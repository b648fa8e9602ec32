"""What a target is to be told next: pure rules over the rows of its outbox."""

from collections.abc import Sequence

import msgspec

from studio.control.ports import OutboxRow
from studio.domain.effects import EffectKind

TOKEN = "token"  # noqa: S105 - why a row is held, no secret
UNSURE = "unsure"
_RECHECK_MS = 1_000
_LONGEST_WAIT_MS = 6 * 60_000
_MOST_SUPERSEDED = 1_000


class Now(msgspec.Struct, frozen=True):
    """The time: `show_ms` is the shop's as far as it is known, `known` whether it was measured, `wall_ms` this
    computer's.
    """

    show_ms: int
    known: bool
    wall_ms: int


class Send(msgspec.Struct, frozen=True):
    """Send this one now; `superseded` are older states that it replaces and tells of."""

    row: OutboxRow
    superseded: tuple[OutboxRow, ...] = ()


class Expire(msgspec.Struct, frozen=True):
    """These were never attempted within their time."""

    rows: tuple[OutboxRow, ...]


class Wait(msgspec.Struct, frozen=True):
    """Nothing to do before `wall_ms`; None: until something happens."""

    wall_ms: int | None


Step = Send | Expire | Wait


def is_over(row: OutboxRow, now: Now) -> bool:
    """Whether a row that was never attempted came too late. A record does not lapse by a guessed time."""
    last = row.effect.not_after_ms
    sure = now.known or row.effect.kind is EffectKind.MOMENT
    return row.attempts == 0 and last is not None and now.show_ms >= last and sure and row.held != UNSURE


def next_step(rows: Sequence[OutboxRow], now: Now, ignore_waits: bool = False) -> Step:
    """The next step for one target. `rows` are its rows in the order in which they were decided.

    What is held as unsure lets the others pass; a missing token stops them all. `ignore_waits`: the target was
    just heard, so what waited for a retry goes at once.
    """
    over = tuple(row for row in rows if is_over(row, now))
    if over:
        return Expire(over)
    live = [row for row in rows if row.held != UNSURE and not _is_early(row, now)]
    waits = [row for row in rows if row.held != UNSURE and row.attempts == 0]
    timed = any(row.effect.not_after_ms is not None or row.effect.not_before_ms is not None for row in waits)
    idle = Wait(now.wall_ms + _RECHECK_MS if timed else None)
    if not live or any(row.held == TOKEN for row in live):
        return idle
    head, superseded = _head(live)
    due = max(row.next_wall_ms for row in live)
    # A wait longer than any that was ever noted means that this computer's clock was set back.
    if not ignore_waits and now.wall_ms < due <= now.wall_ms + _LONGEST_WAIT_MS:
        return Wait(min(due, now.wall_ms + _RECHECK_MS) if timed else due)
    last = head.effect.not_after_ms
    # A record that may be too late is neither sent nor given up before the shop's time is known.
    guessed = head.effect.kind is EffectKind.RECORD and not now.known
    if head.attempts == 0 and last is not None and (guessed or now.show_ms >= last):
        return idle
    return Send(head, superseded)


def _is_early(row: OutboxRow, now: Now) -> bool:
    first = row.effect.not_before_ms
    return row.attempts == 0 and first is not None and now.show_ms < first


def _head(live: Sequence[OutboxRow]) -> tuple[OutboxRow, tuple[OutboxRow, ...]]:
    latest = {_state(row): row for row in live if row.effect.kind is EffectKind.STATE}
    for row in live:
        if row.effect.kind is not EffectKind.STATE:
            return row, ()
        if latest[_state(row)] is row:
            older = [r for r in live if r.effect.kind is EffectKind.STATE and _state(r) == _state(row)][:-1]
            return row, tuple(older[-_MOST_SUPERSEDED:])
    raise ValueError("no row is live")


def _state(row: OutboxRow) -> tuple[str, str]:
    return (row.effect.show_id, row.effect.supersedes)
