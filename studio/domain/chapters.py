"""Chapters of a show's replay: when each item begins in the recording, and the formats in which platforms take them."""

import msgspec

from studio.domain.show_state import Broadcast, ShowState


class Chapter(msgspec.Struct, frozen=True):
    """One chapter: it begins `at_ms` after the recording's beginning. `broadcast` counts the recordings of a show from 0:
    a stream that was cut off and begun again leaves several. `item_id` is empty for what comes before the first item.
    """

    at_ms: int
    title: str
    item_id: str = ""
    product_id: str = ""
    broadcast: int = 0


def chapters(state: ShowState, offset_ms: int = 0) -> tuple[Chapter, ...]:
    """The chapters of a show, in order of time, one for each turn of an item on air (turns of one item that follow each
    other are one); `offset_ms` puts all of them later, or (below 0) earlier. Each recording's first chapter is at 0.

    An item begins as long after its broadcast's start as it went on air after it. What was on air outside of every
    broadcast is in no recording. Where no broadcast is known, the recording is taken to begin with the show.
    """
    return tuple(
        chapter
        for number, stretch in enumerate(recordings(state))
        for chapter in _of(state, stretch, number, offset_ms)
    )


def recordings(state: ShowState) -> list[Broadcast]:
    """The recordings that there are of a show, in order of time; its chapters count them from 0. One stage's broadcasts that the show is in: the stage that was on for longest, as two stages stream one show."""
    if state.started_at_ms is None:
        return []
    end = state.ended_at_ms
    lasted: dict[str, int] = {}
    for cast in state.broadcasts:
        to = cast.to_ms if cast.to_ms is not None else end
        if to is None or to > state.started_at_ms:
            known = cast.from_ms if to is None else to
            lasted[cast.stage] = lasted.get(cast.stage, 0) + max(0, known - cast.from_ms)
    if not lasted:
        return [Broadcast("", state.started_at_ms, end)]
    stage = max(lasted, key=lambda name: lasted[name])
    return [
        c
        for c in sorted(state.broadcasts, key=lambda c: c.from_ms)
        if c.stage == stage
        and (c.to_ms is None or c.to_ms > state.started_at_ms)
        and (end is None or c.from_ms < end)
    ]


def _of(state: ShowState, stretch: Broadcast, number: int, offset_ms: int) -> list[Chapter]:
    titles = {item.id: item.title for item in state.items}
    found: list[Chapter] = []
    for run in state.runs:
        if stretch.to_ms is not None and run.from_ms >= stretch.to_ms:
            continue
        if run.to_ms is not None and run.to_ms <= stretch.from_ms:
            continue
        if found and found[-1].item_id == run.item_id:
            continue
        at = max(0, run.from_ms - stretch.from_ms + offset_ms)
        if found and found[-1].at_ms >= at:
            # An offset below 0 cut the beginning of the recording off: the later of both is what is seen there.
            found.pop()
        found.append(Chapter(at, titles.get(run.item_id, ""), run.item_id, run.product_id, number))
    if found and found[0].at_ms > 0:
        found.insert(0, Chapter(0, state.title, broadcast=number))
    return found
