"""The line-up as an item model: one row an item, with its status, its time and its stock."""

from typing import Any, Final

import msgspec
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.money import Money
from studio.domain.promo import PromoPhase, PromoRecord, applies_to, phase, price_after
from studio.domain.rundown import Rundown, RundownRow, rundown
from studio.domain.show import ShowPhase
from studio.ui.models.live_show import LiveShow
from studio.ui.models.sync_rows import sync_rows

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The whole `LineUpRow`."""
ID_ROLE = Qt.ItemDataRole.UserRole + 2
"""The item's id."""
STARTS_ROLE = Qt.ItemDataRole.UserRole + 3
"""When the item began or is expected to (UTC ms), None when nobody knows. It moves with the clock, unannounced."""
_FEW_ROWS: Final = 6
"""So many changed rows are told of one by one: what lies between them is not painted again."""
_LIVE = (PromoPhase.LIVE, PromoPhase.EXPIRING)


class LineUpRow(msgspec.Struct, frozen=True):
    """What one row shows. `left` is None when the stock is not known (and for talk); `show_price` is the price
    with a running code, None without one.
    """

    item: LineUpItem
    status: ItemStatus
    is_next: bool
    lasted_ms: int
    left: int | None
    price: Money | None
    show_price: Money | None
    variants: int
    sending: bool
    image_url: str
    withdrawn: bool
    facts: object = None


class _Facts(msgspec.Struct, frozen=True):
    """What the shop says of one product, as a row shows it."""

    left: int | None = None
    price: Money | None = None
    show_price: Money | None = None
    variants: int = 0
    image_url: str = ""
    withdrawn: bool = False


_NOTHING = _Facts()


class LineUpModel(QAbstractListModel):
    """Rows of the line-up. `refresh_times(now)` is called by a clock; everything else follows the show.

    Stock moves many times a second in a line-up of hundreds: only the rows of those products are made anew.
    """

    def __init__(self, show: LiveShow, now_ms: int) -> None:
        super().__init__(show)
        self._show = show
        self._now = now_ms
        self._codes_at: int | None = now_ms
        self._rows: list[LineUpRow] = []
        self._facts: dict[str, _Facts] = {}
        self._live: tuple[PromoRecord, ...] = ()
        self._places: dict[str, list[int]] | None = None
        self._sending = False
        self.rundown: Rundown = rundown(show.state, now_ms)
        self._sync()
        show.show_changed.connect(self._sync)
        show.outbox_changed.connect(self._sync_sending)
        show.stock_changed.connect(self._sync_products)
        show.products_changed.connect(self._sync_products)

    def refresh_times(self, now_ms: int, *, sure: bool = True) -> None:
        """Move the rundown to `now_ms`, UTC ms of the shop's clock. While nobody is `sure` of the time no code is
        live, and no price shown with one.
        """
        self._now = now_ms
        self._codes_at = now_ms if sure else None
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

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Rows can be dragged; what is dropped lands between rows."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Items are moved, never copied."""
        return Qt.DropAction.MoveAction

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title, a sentence for screen readers, or the whole row."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.item.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row)
        if role == STARTS_ROLE:
            return self.rundown.rows[index.row()].starts_at_ms
        return row.item.id if role == ID_ROLE else None

    def _spoken(self, row: LineUpRow) -> str:
        status = self.tr("next") if row.is_next else row.status.value.replace("_", " ")
        left = "" if row.left is None else self.tr("{n} left").replace("{n}", str(row.left))
        return ", ".join(part for part in (row.item.title, status, left) if part)

    def _sync(self, _what: object = None) -> None:
        show = self._show
        live = tuple(r for r in show.state.promos.values() if phase(r, self._codes_at) in _LIVE)
        if live != self._live:
            self._live = live
            self._facts.clear()
        self._sending = any(o.action == "FeatureProduct" for o in show.outbox.values())
        self.rundown = rundown(show.state, self._now)
        before = self._rows
        known = {r.item.id: r for r in before}
        wanted: list[LineUpRow] = []
        for item, times in zip(show.state.items, self.rundown.rows, strict=True):
            old = known.get(item.id)
            if old is None or old.item is not item:
                # New, or planned anew: another safety stock leaves another number to sell.
                self._facts.pop(item.product_id, None)
            wanted.append(self._make(item, times, old))
        if len(wanted) == len(before) and all(
            a.item.id == b.item.id for a, b in zip(wanted, before, strict=True)
        ):
            self._replace(wanted)
            return
        self._places = None
        sync_rows(self, self._rows, wanted, lambda r: r.item.id, self._changed)

    def _replace(self, wanted: list[LineUpRow]) -> None:
        changed = [n for n, row in enumerate(wanted) if row is not self._rows[n]]
        if changed:
            self._rows = wanted
            if len(changed) <= _FEW_ROWS:
                for at in changed:
                    self._changed(at)
            else:
                self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _sync_sending(self) -> None:
        if self._sending != any(o.action == "FeatureProduct" for o in self._show.outbox.values()):
            self._sync()

    def _sync_products(self, product_ids: set[str]) -> None:
        if self._places is None:
            self._places = {}
            for at, row in enumerate(self._rows):
                self._places.setdefault(row.item.product_id, []).append(at)
        # Of a large catalogue they are thousands, few of them in the line-up.
        for product_id in self._facts.keys() & product_ids:
            del self._facts[product_id]
        for product_id in self._places.keys() & product_ids:
            for at in self._places[product_id]:
                row = self._rows[at]
                now = self._make(row.item, self.rundown.rows[at], row)
                if now is not row:
                    self._rows[at] = now
                    self._changed(at)

    def _changed(self, at: int) -> None:
        index = self.index(at)
        self.dataChanged.emit(index, index)

    def _make(self, item: LineUpItem, times: RundownRow, old: LineUpRow | None) -> LineUpRow:
        """The row of an item; `old` itself when nothing of it has changed."""
        facts = self._facts_of(item)
        lasted = times.lasted_ms // 1000 * 1000
        is_next = times.is_next and self._show.state.phase is not ShowPhase.ENDED
        sending = self._sending and times.status is ItemStatus.ON_AIR
        if (
            old is not None
            and old.item is item
            and old.facts is facts
            and old.status is times.status
            and old.is_next == is_next
            and old.lasted_ms == lasted
            and old.sending == sending
        ):
            return old
        return LineUpRow(
            item=item,
            status=times.status,
            is_next=is_next,
            lasted_ms=lasted,
            left=facts.left,
            price=facts.price,
            show_price=facts.show_price,
            variants=facts.variants,
            sending=sending,
            image_url=facts.image_url,
            withdrawn=facts.withdrawn,
            facts=facts,
        )

    def _facts_of(self, item: LineUpItem) -> _Facts:
        product_id = item.product_id
        if item.kind is not ItemKind.PRODUCT or not product_id:
            return _NOTHING
        facts = self._facts.get(product_id)
        if facts is None:
            product = self._show.products.get(product_id)
            price = product.price if product else None
            facts = self._facts[product_id] = _Facts(
                left=self._show.sellable(product_id).total,
                price=price,
                show_price=None if price is None else self._discounted(product_id, price),
                variants=len(product.variants) if product else 0,
                image_url=product.image_urls[0] if product and product.image_urls else "",
                withdrawn=product is not None and not product.active,
            )
        return facts

    def _discounted(self, product_id: str, price: Money) -> Money | None:
        best = price
        for record in self._live:
            if applies_to(record.promo, product_id):
                best = min(best, price_after(price, record))
        return best if best < price else None
