"""What is dragged from the catalogue into the line-up: product ids, and nothing else."""

from collections.abc import Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QByteArray, QMimeData

PRODUCTS: Final = "application/x-host-studio-products"


def products_mime(product_ids: Sequence[str]) -> QMimeData:
    """These products, for a drag."""
    data = QMimeData()
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
