"""Says once when what is on air, or comes, runs low, is sold out, costs something else or is withdrawn."""

import enum
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject

from studio.domain.lineup import ItemStatus, LineUpItem
from studio.domain.money import Money
from studio.domain.product import Product
from studio.domain.show import ShowPhase
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Notice
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text


class Left(enum.IntEnum):
    """How much is left of a product."""

    OUT = 0
    LOW = 1
    ENOUGH = 2


class StockWatch(QObject):
    """Listens to the show. A notice comes once at each crossing: `low_stock` pieces or fewer, and none.

    What is let go from carts makes a stock flicker: it counts as recovered only some pieces above the line.
    What was low when the show was opened is not said again; the rows of the line-up show it.
    """

    def __init__(
        self,
        show: LiveShow,
        texts: Texts,
        low_stock: int,
        notify: Callable[[Notice], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._show, self._texts, self._low, self._notify = show, texts, low_stock, notify
        self._known: dict[str, Left] = {}
        self._prices: dict[str, tuple[Money | None, bool]] = {}
        self._look(show.state.product_ids, say=False)
        self._look_at_products(show.state.product_ids, say=False)
        show.stock_changed.connect(self._stock_changed)
        show.products_changed.connect(self._products_changed)
        show.lineup_changed.connect(self._lineup_changed)

    def _stock_changed(self, product_ids: set[str]) -> None:
        self._look(product_ids, say=True)

    def _products_changed(self, product_ids: set[str]) -> None:
        self._look_at_products(product_ids, say=True)

    def _lineup_changed(self) -> None:
        state = self._show.state
        ids = state.product_ids
        self._look([p for p in ids if p not in self._known], say=False)
        self._look_at_products([p for p in ids if p not in self._prices], say=False)
        for item in state.items:
            if item.product_id in self._known and not self._matters(item):
                self._notify(Notice("info", "", f"stock:{item.product_id}"))

    def _matters(self, item: LineUpItem) -> bool:
        state = self._show.state
        status = state.status(item.id)
        return state.phase is not ShowPhase.ENDED and status in (ItemStatus.PLANNED, ItemStatus.ON_AIR)

    def _item_of(self, product_id: str) -> LineUpItem | None:
        items = [i for i in self._show.state.items if i.product_id == product_id and self._matters(i)]
        on_air = self._show.state.on_air_id
        return next((i for i in items if i.id == on_air), items[0] if items else None)

    def _look(self, product_ids: Iterable[str], *, say: bool) -> None:
        planned = self._planned()
        for product_id in product_ids:
            if product_id not in planned:
                continue
            left = self._show.sellable(product_id).total
            if left is None:
                continue
            before = self._known.get(product_id, Left.ENOUGH)
            now = self._class_of(left, before)
            self._known[product_id] = now
            if now is before or not say:
                continue
            item = self._item_of(product_id)
            if item is not None:
                self._say(item, now, left)

    def _planned(self) -> set[str]:
        return {i.product_id for i in self._show.state.items if i.product_id}

    def _class_of(self, left: int, before: Left) -> Left:
        now = Left.OUT if left <= 0 else Left.LOW if left <= self._low else Left.ENOUGH
        if now <= before:
            return now
        # Up again: a few pieces above the line, or it stays where it was.
        slack = max(2, self._low // 5)
        if before is Left.OUT and left < slack:
            return Left.OUT
        if now is Left.ENOUGH and left <= self._low + slack:
            return Left.LOW
        return now

    def _say(self, item: LineUpItem, now: Left, left: int) -> None:
        key = f"stock:{item.product_id}"
        title = clean_text(item.title, 60)
        on_air = item.id == self._show.state.on_air_id
        if now is Left.ENOUGH:
            self._notify(Notice("info", "", key))
            return
        if now is Left.OUT:
            sentence = (
                self.tr("“{title}” is sold out: go to the next item, or offer something like it.")
                if on_air
                else self.tr("“{title}” of the line-up is sold out: skip it, or move it back.")
            )
        else:
            sentence = (
                self.tr("“{title}” on air: only {n} left.")
                if on_air
                else self.tr("“{title}” of the line-up: only {n} left.")
            )
        said = sentence.replace("{title}", title).replace("{n}", self._texts.number(left))
        self._notify(Notice("warning", said, key))

    def _look_at_products(self, product_ids: Iterable[str], *, say: bool) -> None:
        for product_id in self._planned().intersection(product_ids):
            product = self._show.products.get(product_id)
            if product is None:
                continue
            before = self._prices.get(product_id)
            now = (product.price, product.active)
            self._prices[product_id] = now
            item = self._item_of(product_id)
            if say and before is not None and before != now and item is not None:
                self._say_changed(item, product, before)

    def _say_changed(self, item: LineUpItem, product: Product, before: tuple[Money | None, bool]) -> None:
        title, on_air = clean_text(item.title, 60), item.id == self._show.state.on_air_id
        price, was_active = before
        key = f"product:{product.id}"
        if was_active and not product.active:
            sentence = (
                self.tr("The shop has withdrawn “{title}” while it is on air: nobody can buy it now.")
                if on_air
                else self.tr("The shop has withdrawn “{title}” of the line-up: skip it.")
            )
            self._notify(Notice("warning", sentence.replace("{title}", title), key))
        elif not was_active and product.active:
            self._notify(
                Notice("info", self.tr("“{title}” can be bought again.").replace("{title}", title), key)
            )
        elif price is not None and product.price is not None and on_air:
            sentence = self.tr("The shop changed the price of “{title}” from {old} to {new}: say so on air.")
            said = sentence.replace("{title}", title).replace("{old}", self._texts.money(price))
            self._notify(Notice("warning", said.replace("{new}", self._texts.money(product.price)), key))
