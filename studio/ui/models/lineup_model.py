"""The line-up as an item model: one row an item, with its status, its time and its stock."""

from typing import Any

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.money import Money
from studio.domain.promo import PromoPhase, applies_to, phase, price_after
from studio.domain.rundown import Rundown, RundownRow, rundown
from studio.ui.models.live_show import LiveShow
from studio.ui.models.sync_rows import sync_rows

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The whole `LineUpRow`."""
ID_ROLE = Qt.ItemDataRole.UserRole + 2
"""The item's id."""


class LineUpRow(msgspec.Struct, frozen=True):
    """What one row shows. `left` is None when the stock is not known (and for talk); `show_price` is the price
    with a running code, None without one.
    """

    item: LineUpItem
    status: ItemStatus
    is_next: bool
    lasted_ms: int
    starts_at_ms: int | None
    left: int | None
    price: Money | None
    show_price: Money | None
    variants: int
    sending: bool
    image_url: str
    withdrawn: bool


class LineUpModel(QAbstractListModel):
    """Rows of the line-up. `refresh_times(now)` is called by a clock; everything else follows the show."""

    def __init__(self, show: LiveShow, now_ms: int) -> None:
        super().__init__(show)
        self._show = show
        self._now = now_ms
        self._rows: list[LineUpRow] = []
        self.rundown: Rundown = rundown(show.state, now_ms)
        self._sync()
        show.show_changed.connect(self._sync)
        show.promos_changed.connect(self._sync)
        show.outbox_changed.connect(self._sync)
        show.stock_changed.connect(self._sync_products)
        show.products_changed.connect(self._sync_products)

    def refresh_times(self, now_ms: int) -> None:
        """Move the rundown to `now_ms`, UTC ms of the shop's clock."""
        self._now = now_ms
        self._sync()

    def row(self, at: int) -> LineUpRow:
        """The row at this place."""
        return self._rows[at]

    def row_of(self, item_id: str) -> int:
        """The place of an item, -1 when it is not in the line-up."""
        return next((n for n, r in enumerate(self._rows) if r.item.id == item_id), -1)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many items there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title, a sentence for screen readers, or the whole row."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.item.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == ROW_ROLE:
            return row
        return row.item.id if role == ID_ROLE else None

    def _spoken(self, row: LineUpRow) -> str:
        status = self.tr("next") if row.is_next else row.status.value.replace("_", " ")
        left = "" if row.left is None else self.tr("{n} left").replace("{n}", str(row.left))
        return ", ".join(part for part in (row.item.title, status, left) if part)

    def _sync(self, _what: object = None) -> None:
        self.rundown = rundown(self._show.state, self._now)
        wanted = [
            self._make(item, times)
            for item, times in zip(self._show.state.items, self.rundown.rows, strict=True)
        ]
        sync_rows(self, self._rows, wanted, lambda r: r.item.id, self._changed)

    def _sync_products(self, product_ids: set[str]) -> None:
        # Stock moves many times a second: only its own rows are made anew.
        for at, row in enumerate(self._rows):
            if row.item.product_id in product_ids:
                now = self._make(row.item, self.rundown.rows[at])
                if now != row:
                    self._rows[at] = now
                    self._changed(at)

    def _changed(self, at: int) -> None:
        index = self.index(at)
        self.dataChanged.emit(index, index)

    def _make(self, item: LineUpItem, times: RundownRow) -> LineUpRow:
        show = self._show
        product = show.products.get(item.product_id)
        left = show.sellable(item.product_id).total if item.kind is ItemKind.PRODUCT else None
        price = product.price if product else None
        discounted: Money | None = None
        if price is not None:
            for record in show.state.promos.values():
                live = phase(record, self._now) in (PromoPhase.LIVE, PromoPhase.EXPIRING)
                if live and applies_to(record.promo, item.product_id):
                    after = price_after(price, record)
                    if after < (discounted or price):
                        discounted = after
        on_air = times.status is ItemStatus.ON_AIR
        return LineUpRow(
            item=item,
            status=times.status,
            is_next=times.is_next,
            lasted_ms=times.lasted_ms // 1000 * 1000,
            starts_at_ms=None if times.starts_at_ms is None else times.starts_at_ms // 1000 * 1000,
            left=left,
            price=price,
            show_price=discounted,
            variants=len(product.variants) if product else 0,
            sending=on_air and any(o.action == "FeatureProduct" for o in show.outbox.values()),
            image_url=product.image_urls[0] if product and product.image_urls else "",
            withdrawn=product is not None and not product.active,
        )
