"""Brings a model's rows to a wanted order by exact signals: one remove, insert or move at a time."""

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

Row = TypeVar("Row")
_Index = QModelIndex | QPersistentModelIndex


class RowsModel(Protocol):
    """What of `QAbstractItemModel` is needed: its protected begin and end calls, see there."""

    def beginInsertRows(self, parent: _Index, first: int, last: int, /) -> None: ...  # noqa: D102
    def endInsertRows(self) -> None: ...  # noqa: D102
    def beginRemoveRows(self, parent: _Index, first: int, last: int, /) -> None: ...  # noqa: D102
    def endRemoveRows(self) -> None: ...  # noqa: D102
    def beginMoveRows(  # noqa: D102
        self, source: _Index, first: int, last: int, destination: _Index, child: int, /
    ) -> bool: ...
    def endMoveRows(self) -> None: ...  # noqa: D102


def sync_rows(
    model: RowsModel,
    rows: list[Row],
    wanted: Sequence[Row],
    key: Callable[[Row], Hashable],
    changed: Callable[[int], None],
) -> None:
    """Make `rows` (the model's own list) equal `wanted`, telling the views each step as it is done.

    Keys are unique in both. `changed(row)` is called for rows that stay but differ, in the end.
    """
    root = QModelIndex()
    wanted_keys = [key(r) for r in wanted]
    keep = set(wanted_keys)
    for at in range(len(rows) - 1, -1, -1):
        if key(rows[at]) not in keep:
            model.beginRemoveRows(root, at, at)
            del rows[at]
            model.endRemoveRows()
    have = {key(r) for r in rows}
    at = 0
    while at < len(wanted):
        if wanted_keys[at] not in have:
            last = at
            while last + 1 < len(wanted) and wanted_keys[last + 1] not in have:
                last += 1
            model.beginInsertRows(root, at, last)
            rows[at:at] = wanted[at : last + 1]
            model.endInsertRows()
            have.update(wanted_keys[at : last + 1])
            at = last + 1
            continue
        if key(rows[at]) != wanted_keys[at]:
            _bring(model, rows, at, wanted_keys[at], key, wanted_keys)
        at += 1
    for at, row in enumerate(wanted):
        if rows[at] != row:
            rows[at] = row
            changed(at)


def _bring(
    model: RowsModel,
    rows: list[Row],
    at: int,
    wanted: Hashable,
    key: Callable[[Row], Hashable],
    order: Sequence[Hashable],
) -> None:
    """Move one row so that `wanted` stands at `at`: the row at `at` far down when that alone does it (a single
    move downwards), else the wanted row up.
    """
    root = QModelIndex()
    source = next(n for n in range(at + 1, len(rows)) if key(rows[n]) == wanted)
    if source == at + 1 and at + 1 < len(rows):
        target = order.index(key(rows[at]), at)
        target = min(target, len(rows) - 1)
        if target > at:
            model.beginMoveRows(root, at, at, root, target + 1)
            rows.insert(target, rows.pop(at))
            model.endMoveRows()
            return
    model.beginMoveRows(root, source, source, root, at)
    rows.insert(at, rows.pop(source))
    model.endMoveRows()
