"""The filters and the order of the catalogue: chips for what is asked most, menus for the rest."""

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from studio.domain.catalogue import CatalogueFacets, CatalogueQuery, CatalogueSort
from studio.domain.money import Money
from studio.ui.prepare.catalogue_words import CatalogueWords
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_XS
from studio.ui.widgets.flow import FlowLayout
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text

_STEPS: Final = (10, 20, 50, 100, 200, 500)
_MOST_LISTED: Final = 200
"""So many categories or tags a menu holds; who needs a rarer one types it into the search."""


class CatalogueFilters(QWidget):
    """Says what is looked for: `query`, but for its words. `changed` is emitted when a person has changed it."""

    changed = Signal()

    def __init__(
        self, words: CatalogueWords, texts: Texts, currency: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._words, self._texts, self._currency = words, texts, currency
        self._facets = CatalogueFacets()
        self.query = CatalogueQuery()
        self.in_stock = self._chip(self.tr("In stock"), self.tr("Only what can be sold now"))
        self.bestseller = self._chip(
            self.tr("Bestseller"),
            self.tr("What sold most by the orders kept here, and what the shop marks so"),
        )
        self.new = self._chip(self.tr("New"), self.tr("In the shop for less than 30 days"))
        self.price = self._chip("", self.tr("Up to a price"))
        self.more = self._chip("", self.tr("By category, by tag, and by what was shown before"))
        self.order = self._chip("", self.tr("In which order products come"))
        for chip in (self.price, self.more, self.order):
            chip.setCheckable(False)
            menu = QMenu(chip)
            chip.setMenu(menu)
        self.price.menu().aboutToShow.connect(self._fill_prices)
        self.more.menu().aboutToShow.connect(self._fill_more)
        self.order.menu().aboutToShow.connect(self._fill_orders)
        for chip, field in ((self.in_stock, "in_stock"), (self.bestseller, "bestseller"), (self.new, "new")):
            chip.toggled.connect(partial(self._toggled, field))
        self._lay_out()
        self._name()

    def _chip(self, text: str, tooltip: str) -> QPushButton:
        chip = QPushButton(text)
        chip.setProperty("variant", "compact")
        chip.setCheckable(True)
        chip.setAutoDefault(False)
        chip.setToolTip(tooltip_text(tooltip))
        return chip

    def _lay_out(self) -> None:
        flow = FlowLayout(self, SPACE_XS + 2)
        for chip in (self.in_stock, self.bestseller, self.new, self.price, self.more, self.order):
            flow.addWidget(chip)

    def show_facets(self, facets: CatalogueFacets) -> None:
        """What can be filtered by."""
        self._facets = facets

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered out."""
        return msgspec.structs.replace(self.query, sort=CatalogueSort.BEST) != CatalogueQuery()

    def clear(self) -> None:
        """Take all filters away; the order stays."""
        self.take(CatalogueQuery(sort=self.query.sort))

    def take(self, query: CatalogueQuery) -> None:
        """Look for this from now on."""
        if query == self.query:
            return
        self.query = query
        for chip, on in (
            (self.in_stock, query.in_stock),
            (self.bestseller, query.bestseller),
            (self.new, query.new),
        ):
            chip.blockSignals(True)
            chip.setChecked(on)
            chip.blockSignals(False)
        self._name()
        self.changed.emit()

    def _toggled(self, field: str, on: bool) -> None:
        self.take(msgspec.structs.replace(self.query, **{field: on}))

    def _with(self, **fields: object) -> None:
        self.take(msgspec.structs.replace(self.query, **fields))

    def _name(self) -> None:
        query = self.query
        most = query.max_price_minor
        self._say(self.price, self.tr("Price") if most is None else self._up_to(most), on=most is not None)
        parts = [clean_text(part, 40) for part in (query.category, query.tag) if part]
        if query.shown is not None:
            parts.append(self.tr("Shown before") if query.shown else self.tr("Not shown yet"))
        more = self.tr("More filters")
        if len(parts) == 1:
            more = parts[0] if len(parts[0]) <= 20 else f"{parts[0][:19]}…"
        elif parts:
            more = self.tr("{n} more filters").replace("{n}", str(len(parts)))
        self._say(self.more, more, on=bool(parts), spoken=", ".join(parts))
        self._say(self.order, self._words.sort(query.sort), on=False, spoken=self.tr("Order"))

    def _say(self, chip: QPushButton, text: str, *, on: bool, spoken: str = "") -> None:
        chip.setText(text.replace("&", "&&"))
        chip.setAccessibleName(f"{spoken}: {text}" if spoken and spoken != text else text)
        chip.setCheckable(on)
        chip.setChecked(on)

    def _up_to(self, minor: int) -> str:
        return f"≤ {self._texts.money(Money(minor, self._currency))}"

    def _fill_prices(self) -> None:
        menu = self.price.menu()
        menu.clear()
        group = QActionGroup(menu)
        self._choice(
            menu, group, self.tr("Any price"), self.query.max_price_minor is None, max_price_minor=None
        )
        for step in _STEPS:
            minor = self._texts.minor_units(step, self._currency)
            self._choice(
                menu, group, self._up_to(minor), self.query.max_price_minor == minor, max_price_minor=minor
            )

    def _fill_orders(self) -> None:
        menu = self.order.menu()
        menu.clear()
        group = QActionGroup(menu)
        for sort in CatalogueSort:
            self._choice(menu, group, self._words.sort(sort), self.query.sort is sort, sort=sort)

    def _fill_more(self) -> None:
        menu = self.more.menu()
        menu.clear()
        shown = QActionGroup(menu)
        for text, value in (
            (self.tr("Shown before or not"), None),
            (self.tr("Not shown yet"), False),
            (self.tr("Shown before"), True),
        ):
            self._choice(menu, shown, text, self.query.shown is value, shown=value)
        menu.addSeparator()
        self._submenu(
            menu, self.tr("Category"), self.tr("Every category"), "category", self._facets.categories
        )
        self._submenu(menu, self.tr("Tag"), self.tr("Every tag"), "tag", self._facets.tags)
        menu.addSeparator()
        clear = QAction(self.tr("Take all filters away"), menu)
        clear.setEnabled(self.narrowed)
        clear.triggered.connect(self.clear)
        menu.addAction(clear)

    def _submenu(
        self, menu: QMenu, title: str, every: str, field: str, listed: tuple[tuple[str, int], ...]
    ) -> None:
        part = QMenu(title, menu)
        part.setEnabled(bool(listed))
        group = QActionGroup(part)
        chosen = getattr(self.query, field)
        self._choice(part, group, every, not chosen, **{field: ""})
        for name, count in listed[:_MOST_LISTED]:
            text = f"{clean_text(name, 60)}  ({self._texts.number(count)})"
            self._choice(part, group, text, chosen == name, **{field: name})
        menu.addMenu(part)

    def _choice(self, menu: QMenu, group: QActionGroup, text: str, on: bool, **fields: object) -> None:
        action = QAction(text.replace("&", "&&"), menu)
        action.setCheckable(True)
        action.setChecked(on)
        group.addAction(action)
        action.triggered.connect(partial(_call, self._with, fields))
        menu.addAction(action)


def _call(take: Callable[..., None], fields: dict[str, object], _checked: bool = False) -> None:
    take(**fields)
