"""Items of a line-up on the clipboard: JSON of our own, and their titles for everybody else."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QByteArray, QMimeData

from studio.domain.lineup import LineUpItem
from studio.domain.lineup_file import MAX_ITEMS
from studio.ui.prepare.mime import empty_mime

ITEMS: Final = "application/x-host-studio-items+json"
"""Whole items, for the clipboard."""
ITEM_IDS: Final = "application/x-host-studio-item-ids"
"""Ids of items that are dragged within their line-up."""
_MAX_BYTES: Final = 20_000_000


def items_mime(items: Sequence[LineUpItem]) -> QMimeData:
    """These items, to be pasted into this or another show."""
    data = empty_mime()
    data.setData(ITEMS, QByteArray(msgspec.json.encode(list(items))))
    data.setText("\n".join(item.title for item in items))
    return data


def pasted_items(data: QMimeData | None) -> tuple[LineUpItem, ...]:
    """The items on a clipboard; empty where something else is there."""
    if data is None or not data.hasFormat(ITEMS):
        return ()
    raw = bytes(data.data(ITEMS).data())
    if len(raw) > _MAX_BYTES:
        return ()
    try:
        return tuple(msgspec.json.decode(raw, type=list[LineUpItem]))[:MAX_ITEMS]
    except msgspec.MsgspecError:
        return ()


def as_new(
    items: Sequence[LineUpItem], codes: Collection[str], new_id: Callable[[], str]
) -> tuple[LineUpItem, ...]:
    """The same items with ids of their own. A planned code that the show has already (one of `codes`) stays behind: the
    shop takes each code once.
    """
    known = set(codes)
    made: list[LineUpItem] = []
    for item in items:
        promo = item.promo
        if promo is not None:
            promo = None if promo.code in known else msgspec.structs.replace(promo, id=new_id())
            known |= {promo.code} if promo else set()
        made.append(msgspec.structs.replace(item, id=new_id(), promo=promo))
    return tuple(made)


def ids_mime(item_ids: Sequence[str]) -> QMimeData:
    """These items, for a drag within the line-up."""
    data = empty_mime()
    data.setData(ITEM_IDS, QByteArray(msgspec.json.encode(list(item_ids))))
    return data


def dragged_items(data: QMimeData) -> tuple[str, ...]:
    """The ids of the dragged items; empty where something else is dragged."""
    if not data.hasFormat(ITEM_IDS):
        return ()
    try:
        return tuple(msgspec.json.decode(bytes(data.data(ITEM_IDS).data()), type=list[str]))
    except msgspec.MsgspecError:
        return ()
