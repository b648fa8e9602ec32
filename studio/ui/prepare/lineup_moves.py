"""From one order of rows to another in as few steps as rows moved: what a model has to tell its views."""

import bisect
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from typing import NamedTuple


class StepKind(Enum):
    """What happens to the rows [first, last]."""

    REMOVE = auto()
    INSERT = auto()
    MOVE = auto()


class Step(NamedTuple):
    """One step. Rows [first, last] leave, come in there, or move together before the row that stands at `to` (counted
    before the move, as `QAbstractItemModel.beginMoveRows` does).
    """

    kind: StepKind
    first: int
    last: int
    to: int = 0


def steps(have: list[str], wanted: Sequence[str]) -> Iterator[Step]:
    """The steps that make `wanted` of `have`; each is applied to `have` when the next one is asked for. Keys are unique in
    both.
    """
    yield from _removals(have, frozenset(wanted))
    kept = set(have)
    yield from _moves(have, [key for key in wanted if key in kept])
    at = 0
    while at < len(wanted):
        if wanted[at] in kept:
            at += 1
            continue
        last = at
        while last + 1 < len(wanted) and wanted[last + 1] not in kept:
            last += 1
        yield Step(StepKind.INSERT, at, last)
        have[at:at] = wanted[at : last + 1]
        at = last + 1


def _removals(have: list[str], keep: frozenset[str]) -> Iterator[Step]:
    last = len(have) - 1
    while last >= 0:
        if have[last] in keep:
            last -= 1
            continue
        first = last
        while first > 0 and have[first - 1] not in keep:
            first -= 1
        yield Step(StepKind.REMOVE, first, last)
        del have[first : last + 1]
        last = first - 1


def _moves(have: list[str], wanted: Sequence[str]) -> Iterator[Step]:
    settled = _in_order(have, wanted)
    at, ahead = 0, ""
    while at < len(wanted):
        if wanted[at] in settled:
            ahead = wanted[at]
            at += 1
            continue
        first = have.index(wanted[at])
        size = 1
        # What is moved together is told of together.
        while (
            at + size < len(wanted)
            and first + size < len(have)
            and have[first + size] == wanted[at + size]
            and wanted[at + size] not in settled
        ):
            size += 1
        to = have.index(ahead) + 1 if ahead else 0
        block = wanted[at : at + size]
        if to != first:
            yield Step(StepKind.MOVE, first, first + size - 1, to)
            del have[first : first + size]
            place = to - size if to > first else to
            have[place:place] = block
        settled.update(block)
        ahead = block[-1]
        at += size


def _in_order(have: Sequence[str], wanted: Sequence[str]) -> set[str]:
    """The most keys that need not move: a longest increasing run of their places."""
    # What stands in its place at both ends stays there, and there is the most of it.
    first, end = 0, len(wanted)
    while first < end and have[first] == wanted[first]:
        first += 1
    while end > first and have[end - 1] == wanted[end - 1]:
        end -= 1
    kept = {*wanted[:first], *wanted[end:]}
    have, wanted = have[first:end], wanted[first:end]
    place = {key: n for n, key in enumerate(have)}
    ends: list[int] = []
    tails: list[int] = []
    before: list[int] = []
    for n, key in enumerate(wanted):
        at = bisect.bisect_left(ends, place[key])
        before.append(tails[at - 1] if at else -1)
        if at == len(ends):
            ends.append(place[key])
            tails.append(n)
        else:
            ends[at], tails[at] = place[key], n
    n = tails[-1] if tails else -1
    while n >= 0:
        kept.add(wanted[n])
        n = before[n]
    return kept
