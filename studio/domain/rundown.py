"""The rundown: when items were planned to start, when they did, and when the show will end."""

import msgspec

from studio.domain.lineup import ItemStatus
from studio.domain.show import ShowState


class RundownRow(msgspec.Struct, frozen=True):
    """One item in time, all in UTC ms or ms. `starts_at_ms` is the actual start of what was shown and the
    expected start of what comes; `lasted_ms` how long it has been on air so far, over all its runs.
    """

    item_id: str
    status: ItemStatus
    is_next: bool
    planned_start_ms: int
    planned_ms: int
    starts_at_ms: int | None
    lasted_ms: int


class Rundown(msgspec.Struct, frozen=True):
    """All rows; `offset_ms` > 0 means behind plan; ends are UTC ms."""

    rows: tuple[RundownRow, ...]
    offset_ms: int
    planned_end_ms: int
    projected_end_ms: int


def lasted_ms(state: ShowState, item_id: str, now_ms: int) -> int:
    """How long an item has been on air at `now_ms`, over all its runs."""
    ends = ((r.from_ms, now_ms if r.to_ms is None else r.to_ms) for r in state.runs if r.item_id == item_id)
    return sum(max(0, end - start) for start, end in ends)


def rundown(state: ShowState, now_ms: int) -> Rundown:
    """The rundown at `now_ms`. Before the show it starts now (or when it is planned to).

    The projected end is now, plus what is left of the item on air, plus the planned length of what is still
    planned; the offset is the projected end less the planned one.
    """
    start = state.started_at_ms
    if start is None:
        start = max(now_ms, state.starts_at_ms or now_ms)
    lasted: dict[str, int] = {}
    first: dict[str, int] = {}
    for run in state.runs:
        end = run.to_ms if run.to_ms is not None else now_ms
        lasted[run.item_id] = lasted.get(run.item_id, 0) + max(0, end - run.from_ms)
        first.setdefault(run.item_id, run.from_ms)
    on_air = state.on_air
    cursor = max(now_ms, start)
    if on_air:
        cursor += max(0, on_air.planned_ms - lasted.get(on_air.id, 0))
    upcoming = state.next_item
    next_id = upcoming.id if upcoming else None
    expected: dict[str, int] = {}
    # Asked for many times a second, with hundreds of items: one look-up an item.
    statuses = [state.statuses.get(i.id, ItemStatus.PLANNED) for i in state.items]
    ahead = [i for i, s in zip(state.items, statuses, strict=True) if s is ItemStatus.PLANNED]
    at_next = next((n for n, i in enumerate(ahead) if i.id == next_id), 0)
    for item in (*ahead[at_next:], *ahead[:at_next]):
        expected[item.id] = cursor
        cursor += item.planned_ms
    rows: list[RundownRow] = []
    planned_at = start
    for item, status in zip(state.items, statuses, strict=True):
        item_id, planned = item.id, item.planned_ms
        starts = first.get(item_id)
        rows.append(
            RundownRow(
                item_id,
                status,
                item_id == next_id,
                planned_at,
                planned,
                expected.get(item_id) if starts is None else starts,
                lasted.get(item_id, 0),
            )
        )
        planned_at += planned
    planned_end = start + (state.planned_ms or sum(i.planned_ms for i in state.items))
    projected = state.ended_at_ms if state.ended_at_ms is not None else cursor
    return Rundown(tuple(rows), projected - planned_end, planned_end, projected)
