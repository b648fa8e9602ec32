"""What can be shown instead of an item that is sold out: the alternatives that its producer chose, where they can be sold."""

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QPushButton

from studio.domain.commands import PinItem, PinProduct
from studio.domain.ids import uuid7
from studio.domain.lineup import ItemStatus, LineUpItem, item_of
from studio.domain.product import Product
from studio.domain.show import ShowPhase
from studio.ui.command_palette import PaletteEntry
from studio.ui.models.live_show import LiveShow
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text

_TITLE: Final = 32
_ON_BUTTON: Final = 24
Pin = Callable[[PinItem | PinProduct], None]


class Instead(NamedTuple):
    """An alternative of an item: the product, and the item of the line-up that shows it, if one does."""

    product: Product
    item_id: str = ""

    @property
    def text(self) -> str:
        """What the palette calls it."""
        return self.named(80)

    def named(self, limit: int) -> str:
        """What pins it, with so much of its title."""
        pattern = QCoreApplication.translate("Instead", "Pin alternative: {title}")
        return pattern.replace("{title}", clean_text(self.product.title, limit))

    def command(self, currency: str) -> PinItem | PinProduct:
        """What pins it."""
        if self.item_id:
            return PinItem(self.item_id)
        return PinProduct(item_of(self.product, uuid7, currency))


def instead_of(live: LiveShow, item: LineUpItem | None) -> tuple[Instead, ...]:
    """The alternatives of an item that is sold out, in their order; none while it can be sold. What is sold out itself,
    withdrawn or not heard of is left out.
    """
    if item is None or not item.alternatives or live.sellable(item.product_id).total != 0:
        return ()
    state = live.state
    planned = {
        i.product_id: i.id
        for i in reversed(state.items)
        if i.product_id and state.status(i.id) is not ItemStatus.ON_AIR
    }
    found: list[Instead] = []
    for product_id in item.alternatives:
        product = live.products.get(product_id)
        if product is None or not product.active or product_id == state.pinned_product_id:
            continue
        if live.sellable(product_id).total != 0:
            found.append(Instead(product, planned.get(product_id, "")))
    return tuple(found)


def offered(live: LiveShow) -> tuple[Instead, ...]:
    """What can be pinned instead of the item on air, and of the next one."""
    state = live.state
    if state.phase is not ShowPhase.ON_AIR:
        return ()
    both = (*instead_of(live, state.on_air), *instead_of(live, state.next_item))
    return tuple({one.product.id: one for one in both}.values())


def next_sold_out(live: LiveShow) -> str:
    """The sentence about a next item that is sold out and has an alternative; empty when there is nothing to say."""
    item = live.state.next_item
    if live.state.phase is not ShowPhase.ON_AIR or item is None or not instead_of(live, item):
        return ""
    sentence = QCoreApplication.translate("Instead", "“{title}” comes next and is sold out.")
    return sentence.replace("{title}", clean_text(item.title, _TITLE))


def offer_button(offer: Instead, currency: str, pin: Pin) -> QPushButton:
    """A button that pins an alternative; the palette has the others too."""
    button = QPushButton(offer.named(_ON_BUTTON).replace("&", "&&"))
    button.setToolTip(tooltip_text(offer.named(300)))
    button.setProperty("variant", "compact")
    button.setAutoDefault(False)
    # A click leaves the focus where it was, as with every button of the workspace.
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.clicked.connect(partial(_pin, pin, offer, currency))
    return button


def _pin(pin: Pin, offer: Instead, currency: str, _checked: bool = False) -> None:
    pin(offer.command(currency))


def alternative_entries(live: LiveShow, words: str, pin: Pin) -> list[PaletteEntry]:
    """The alternatives that the palette offers for these words (casefolded)."""
    currency = live.state.currency
    return [
        PaletteEntry(offer.text, "", partial(_pin, pin, offer, currency))
        for offer in offered(live)
        if words in offer.text.casefold()
    ]
