"""What is dragged from the catalogue into the line-up: product ids, and nothing else. And how such data are made."""

from collections.abc import Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QByteArray, QMimeData, QStringListModel

PRODUCTS: Final = "application/x-host-studio-products"


def empty_mime() -> QMimeData:
    """Nothing yet, to be filled and given to a clipboard or a drag, which own it then."""
    # Made by Qt itself. What stands on the clipboard is destroyed when the process ends, after Python has: one that Python
    # made calls back into Python then, and the studio would crash while it is left.
    data = (maker := QStringListModel([""])).mimeData([maker.index(0, 0)])
    for own in data.formats():
        data.removeFormat(own)
    return data


def products_mime(product_ids: Sequence[str]) -> QMimeData:
    """These products, for a drag."""
    data = empty_mime()
    data.setData(PRODUCTS, QByteArray(msgspec.json.encode(list(product_ids))))
    return data


def dragged_products(data: QMimeData) -> tuple[str, ...]:
    """The ids of the dragged products; empty where something else is dragged."""
    if not data.hasFormat(PRODUCTS):
        return ()
    try:
        return tuple(msgspec.json.decode(bytes(data.data(PRODUCTS).data()), type=list[str]))
    except msgspec.MsgspecError:
        return ()
