"""What the cells of the line-up say, to the eye and to a screen reader."""

from typing import Final

from PySide6.QtCore import QCoreApplication

from studio.domain.lineup import ItemKind, ItemStatus, LineUpItem
from studio.domain.money import Money
from studio.domain.promo import PromoPlan, PromoWhen
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.item_values import Field
from studio.ui.prepare.lineup_edit_row import EditRow, VariantRow
from studio.ui.texts import Texts, length
from studio.ui.widgets.text import clean_text

NUMBER, PICTURE, ITEM, MINUTES, STARTS, PRICE, TARGET, STOCK, PROMO = range(9)
_TITLE: Final = 300
_FIELD: Final = {ITEM: Field.TITLE, MINUTES: Field.MINUTES, PRICE: Field.PRICE, TARGET: Field.TARGET}


def _tr(text: str) -> str:
    return QCoreApplication.translate("LineUpEditor", text)


class RowWords:
    """The texts of one line-up's rows."""

    def __init__(self, live: LiveShow, edits: ItemEdits, texts: Texts) -> None:
        self._live, self._edits, self._texts = live, edits, texts

    @property
    def currency(self) -> str:
        """What the show's prices are in."""
        return self._live.state.currency

    def refused(self, item: LineUpItem) -> tuple[tuple[str, str], ...]:
        """What was typed into this row and not taken: each text with its reason."""
        return tuple((self._edits.text(item, f), why) for i, f, why in self._edits.problems() if i == item.id)

    def problem(self, row: EditRow, column: int) -> str:
        """Why what was typed into this cell was not taken; empty when nothing was refused."""
        field = _FIELD.get(column)
        return self._edits.problem(row.item.id, field) if field is not None else ""

    def header(self, column: int) -> str:
        """The name of a column; that of the pictures needs none."""
        return (
            "#", "", _tr("Item"), _tr("Minutes"), _tr("Starts"), _tr("Show price"), _tr("Target"), _tr("Stock"),
            _tr("Promo"),
        )[column]  # fmt: skip

    def cell(self, row: EditRow, column: int) -> str:
        """What stands in one cell."""
        item, field = row.item, _FIELD.get(column)
        if field is not None and self._edits.problem(item.id, field):
            return clean_text(self._edits.text(item, field), 80)
        product = item.kind is ItemKind.PRODUCT
        match column:
            case 0:
                return str(row.number)
            case 2:
                return clean_text(item.title, _TITLE)
            case 3:
                return length(item.planned_ms)
            case 4:
                return self.starts(row)
            case 5:
                return self.price(row) if product else ""
            case 6:
                return self._texts.number(item.target_units) if product else ""
            case 7:
                return self.stock(row) if product else ""
            case 8:
                return self.promo(item.promo) if product else ""
            case _:
                return ""

    def starts(self, row: EditRow) -> str:
        """When it starts, by the clock of the show's time zone, else from its beginning."""
        if row.starts_ms is None:
            return "–"
        state = self._live.state
        if state.starts_at_ms is None and state.started_at_ms is None:
            return length(row.starts_ms)
        return self._texts.clock(row.starts_ms)

    def price(self, row: EditRow) -> str:
        """The show price that was planned, else what the shop will charge after the code."""
        minor = row.item.show_price_minor
        if minor is not None:
            return self._texts.money(Money(minor, self._live.state.currency))
        return self._texts.money(row.facts.price.after)

    def stock(self, row: EditRow) -> str:
        """What can be sold; a question mark where nobody knows."""
        if row.facts.withdrawn:
            return _tr("gone")
        return "?" if row.facts.left is None else self._texts.number(row.facts.left)

    def stock_words(self, row: EditRow) -> str:
        """What can be sold, in words."""
        if not row.item.product_id:
            return _tr("The shop has no product with this SKU.")
        if row.facts.withdrawn:
            return _tr("The shop has withdrawn this product: nobody can buy it.")
        if not row.facts.known:
            return _tr("The shop has not told of this product yet.")
        left = row.facts.left
        if left is None:
            return _tr("The shop has not told its stock.")
        if left <= 0:
            return _tr("Sold out.")
        target, number = row.item.target_units, self._texts.number
        if row.short:
            sentence = _tr("{left} can be sold, {target} is the target.")
            return sentence.replace("{left}", number(left)).replace("{target}", number(target))
        return _tr("{n} can be sold.").replace("{n}", number(left))

    def warns_of_stock(self, row: EditRow) -> bool:
        """Whether the stock needs a look."""
        item = row.item
        return item.kind is ItemKind.PRODUCT and (not item.product_id or row.facts.withdrawn or row.short)

    def promo(self, plan: PromoPlan | None) -> str:
        """The code and how long it lasts, or that one can be added."""
        if plan is None:
            return _tr("add")
        if plan.hours_after_show:
            lasts = _tr("+{n} h").replace("{n}", str(plan.hours_after_show))
        elif plan.when is PromoWhen.ABSOLUTE:
            lasts = ""
        else:
            lasts = _tr("{n} min").replace("{n}", str(plan.minutes))
        return f"{plan.code} {lasts}".strip()

    def variants(self, row: EditRow) -> str:
        """How many variants stand under it."""
        count = len(row.facts.variants)
        return _tr("{n} variants").replace("{n}", str(count)) if count else ""

    def of_variant(self, row: VariantRow, column: int) -> str:
        """What stands in one cell of a variant."""
        if column == ITEM:
            title = clean_text(row.title, _TITLE)
            return title if row.active else _tr("{title} (not sold)").replace("{title}", title)
        if column == PRICE:
            return self._texts.money(row.price)
        if column == STOCK:
            return "?" if row.left is None else self._texts.number(row.left)
        return ""

    def hint(self, row: EditRow, column: int) -> str:
        """What a pointer that rests on the cell is told; empty when the cell says it all."""
        field = _FIELD.get(column)
        problem = self._edits.problem(row.item.id, field) if field else ""
        if problem:
            return problem
        if column == PRICE and row.item.kind is ItemKind.PRODUCT:
            return self.price_hint(row)
        if column == STOCK and row.item.kind is ItemKind.PRODUCT:
            return self.stock_words(row)
        return clean_text(row.item.title, _TITLE) if column == ITEM else ""

    def price_hint(self, row: EditRow) -> str:
        """How the show price stands to what the shop will charge."""
        price = row.facts.price
        if price.after is None:
            return _tr("The shop has not told what this costs.")
        after, code = self._texts.money(price.after), price.code
        charges = _tr("The shop will charge {price}.").replace("{price}", after)
        if code:
            charges = _tr("With {code} the shop will charge {price}.")
            charges = charges.replace("{code}", code).replace("{price}", after)
        return charges

    def spoken(self, row: EditRow) -> str:
        """The row in one sentence."""
        item = row.item
        parts = [str(row.number), clean_text(item.title, _TITLE), length(item.planned_ms), self.starts(row)]
        if item.kind is ItemKind.PRODUCT:
            parts += [
                self.price(row),
                self.stock_words(row).rstrip("."),
                self.variants(row),
                item.promo.code if item.promo else "",
            ]
        else:
            parts.append(_tr("without product"))
        if row.status is ItemStatus.ON_AIR:
            parts.append(_tr("on air"))
        elif row.status is ItemStatus.DONE:
            parts.append(_tr("shown"))
        elif row.status is ItemStatus.SKIPPED:
            parts.append(_tr("skipped"))
        return ", ".join(part for part in parts if part)


def item_words(live: LiveShow, item_id: str) -> str:
    """An item as notices name it."""
    item = live.state.item(item_id)
    return f"“{clean_text(item.title, 60)}”" if item else _tr("An item")
