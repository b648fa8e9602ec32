"""Price and stock of an item: what is planned, what the shop will charge, what may be claimed, what can be sold."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.domain.lineup import LineUpItem
from studio.domain.money import Money
from studio.domain.promo_plan import codes_of_show, show_start
from studio.domain.show_price import ShowPrice, show_price
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.item_fields import ItemField
from studio.ui.prepare.item_values import Field, amount_text
from studio.ui.prepare.lineup_edit_row import VariantRow, variant_rows
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

_FIELD_WIDTH: Final = 104


class ItemPrices(QWidget):
    """Figures of one item. `price_taken` carries the price (minor units) that a person takes over from the shop."""

    price_taken = Signal(int)

    def __init__(
        self, live: LiveShow, edits: ItemEdits, theme: Theme, texts: Texts, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._live, self._texts, self._theme = live, texts, theme
        self._after: Money | None = None
        currency = live.state.currency
        self.price = ItemField(edits, Field.PRICE, self.tr("Show price"), beside=currency)
        self.target = ItemField(edits, Field.TARGET, self.tr("Target units"))
        self.safety = ItemField(edits, Field.SAFETY, self.tr("Safety stock"))
        self.after = PlainLabel("", wrap=True)
        self.mismatch = PlainLabel("", tone="warning", wrap=True)
        self.take = QPushButton("")
        self.take.setProperty("variant", "compact")
        self.take.setAutoDefault(False)
        self.claim = PlainLabel("", wrap=True, tone="muted")
        self.stock = PlainLabel("", wrap=True)
        self.variants = QTreeWidget()
        self.variants.setAccessibleName(self.tr("Variants"))
        self.variants.setHeaderLabels([self.tr("Variant"), self.tr("Price"), self.tr("Stock")])
        self.variants.setRootIsDecorated(False)
        self.variants.setUniformRowHeights(True)
        self.variants.setFrameShape(QTreeWidget.Shape.NoFrame)
        self.variants.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.variants.setMinimumWidth(theme.px(200))
        header = self.variants.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self._lay_out()
        self.take.clicked.connect(self._take)

    def _lay_out(self) -> None:
        fields = QHBoxLayout()
        fields.setSpacing(SPACE_M)
        for field in (self.price, self.target, self.safety):
            field.setMinimumWidth(self._theme.px(_FIELD_WIDTH))
            fields.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        wrong = QHBoxLayout()
        wrong.setSpacing(SPACE_S)
        wrong.addWidget(self.mismatch, 1)
        wrong.addWidget(self.take, 0, Qt.AlignmentFlag.AlignTop)
        left = QVBoxLayout()
        left.setSpacing(SPACE_XS)
        left.addLayout(fields)
        left.addSpacing(SPACE_XS)
        left.addLayout(wrong)
        for label in (self.after, self.claim, self.stock):
            left.addWidget(label)
        left.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SPACE_M + SPACE_S)
        grid.addLayout(left, 0, 0)
        grid.addWidget(self.variants, 0, 1)
        grid.setColumnStretch(0, 3)
        self._grid = grid

    def show_item(self, item: LineUpItem | None) -> None:
        """Show the figures of this item."""
        for field in (self.price, self.target, self.safety):
            field.show_item(item)
        product = self._live.products.get(item.product_id) if item and item.product_id else None
        if item is None or product is None:
            self._after = None
            for label in (self.mismatch, self.claim):
                label.hide()
            self.take.hide()
            self.variants.hide()
            self.after.setText(
                self.tr("The shop has not told of this product: its price and stock are not known.")
            )
            self.stock.hide()
            return
        state = self._live.state
        codes = codes_of_show(state, show_start(state, 0)).get(item.id, ())
        price = show_price(item, product, state.currency, codes)
        self._show_price(item, price)
        stock = self._live.sellable(product.id)
        self._show_stock(item, stock.total, stock.by_location)
        several = len(product.variants) > 1
        self.variants.setVisible(several)
        self._grid.setColumnStretch(1, 2 if several else 0)
        if several:
            self._show_variants(variant_rows(product, stock.by_variant))

    def _show_price(self, item: LineUpItem, price: ShowPrice) -> None:
        money, code = self._texts.money, clean_text(price.code, 24)
        self._after = price.after
        after = price.after
        planned = "" if after is None else amount_text(after.amount_minor, after.currency, self._texts)
        self.price.input.setPlaceholderText(planned)
        if price.after is None:
            text = self.tr("What the shop will charge is not known.")
        elif code:
            text = self.tr("With {code} the shop will charge {price}; now it charges {now}.")
            text = text.replace("{code}", code).replace("{now}", money(price.shop))
        else:
            text = self.tr("The shop charges {price}; no code is planned for it.")
        self.after.setText(text.replace("{price}", money(price.after)))
        self.mismatch.setVisible(price.mismatch)
        currency = self._live.state.currency
        mine = price.after is not None and price.after.currency == currency
        self.take.setVisible(price.mismatch and mine)
        if price.mismatch and item.show_price_minor is not None:
            wanted = money(Money(item.show_price_minor, currency))
            sentence = self.tr(
                "⚠ The shop will charge {after}, not {wanted}: change the code, or this price."
            )
            self.mismatch.setText(sentence.replace("{after}", money(price.after)).replace("{wanted}", wanted))
            self.take.setText(self.tr("Take {price}").replace("{price}", money(price.after)))
        self._show_claim(price)

    def _show_claim(self, price: ShowPrice) -> None:
        money = self._texts.money
        self.claim.setVisible(price.after is not None)
        if price.struck is not None:
            percent = f" −{price.percent} %" if price.percent else ""
            text = self.tr("To be claimed: {low} struck{percent}, by the lowest price of 30 days.")
            text = text.replace("{low}", money(price.struck)).replace("{percent}", percent)
        elif price.low_30d is None:
            text = self.tr("No reduction may be claimed: the lowest price of 30 days is not known.")
        else:
            text = self.tr("No reduction may be claimed: it was {low} within 30 days.")
            text = text.replace("{low}", money(price.low_30d))
        self.claim.setText(text)

    def _show_stock(self, item: LineUpItem, left: int | None, places: dict[str, int]) -> None:
        number, names = self._texts.number, self._live.locations
        self.stock.show()
        if left is None:
            self.stock.setText(self.tr("The shop has not told its stock."))
            self.stock.set_tone("muted")
            return
        text = self.tr("{n} can be sold").replace("{n}", number(left))
        if len(places) > 1:
            rows = sorted(places.items(), key=lambda place: -place[1])
            text += ": " + ", ".join(f"{clean_text(names.get(i, i), 40)} {number(n)}" for i, n in rows)
        short = item.target_units - left
        if short > 0:
            text = "⚠ " + text + " – " + self.tr("{n} fewer than the target").replace("{n}", number(short))
        self.stock.setText(f"{text}.")
        self.stock.set_tone("warning" if short > 0 or left <= 0 else "")

    def _show_variants(self, rows: tuple[VariantRow, ...]) -> None:
        self.variants.clear()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row in rows:
            left = "–" if row.left is None else self._texts.number(row.left)
            if row.left is not None and row.left <= 0:
                left = self.tr("⚠ Sold out")
            title = clean_text(row.title, 120)
            title = title if row.active else self.tr("{title} (not sold)").replace("{title}", title)
            entry = QTreeWidgetItem([title, self._texts.money(row.price), left])
            for column in (1, 2):
                entry.setTextAlignment(column, right)
            self.variants.addTopLevelItem(entry)

    def _take(self) -> None:
        if self._after is not None:
            self.price_taken.emit(self._after.amount_minor)
