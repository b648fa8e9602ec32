"""Everything about one item of the line-up: what is said, its price and stock, its pictures, and what comes instead."""

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedLayout, QTabWidget, QVBoxLayout, QWidget

from studio.domain.lineup import ItemKind, LineUpItem
from studio.domain.show import ShowPhase
from studio.ui.host.pictures import Pictures
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.item_alternatives import ItemAlternatives
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.item_fields import ItemField
from studio.ui.prepare.item_pictures import ItemPictures
from studio.ui.prepare.item_prices import ItemPrices
from studio.ui.prepare.item_values import Field
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.labels import ElidedLabel, PlainLabel
from studio.ui.widgets.text import clean_text

PAGES = ("points", "price", "pictures", "alternatives")


class ItemEditor(QWidget):
    """Edits the item that `show_item` names. Every change is decided at once, by `edits`."""

    def __init__(
        self,
        studio: Studio,
        live: LiveShow,
        edits: ItemEdits,
        pictures: Pictures,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._live, self._edits, self._theme = live, edits, theme
        self._item_id = ""
        self.header = PlainLabel("", size="")
        self.header.setProperty("role", "section")
        self.title = ElidedLabel("", strong=True)
        self.points = ItemField(
            edits, Field.POINTS, self.tr("Talking points, one a line"), lines=True,
            hint=self.tr("What is to be said about it, one point a line"), beside=self.tr("shown in the prompter"),
        )  # fmt: skip
        self.note = ItemField(
            edits, Field.NOTE, self.tr("Private note"), lines=True,
            hint=self.tr("For the host's eyes only"), beside=self.tr("never shown to viewers"),
        )  # fmt: skip
        self.prices = ItemPrices(live, edits, theme, texts)
        self.pictures = ItemPictures(theme, pictures)
        self.alternatives = ItemAlternatives(studio, live, texts, tasks)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("Parts of the item"))
        self.tabs.tabBar().setAccessibleName(self.tr("Parts of the item"))
        self.nothing = PlainLabel("", tone="muted", wrap=True)
        self._pages = QStackedLayout()
        self._lay_out()
        self.pictures.ordered.connect(self._put_images)
        self.alternatives.chosen.connect(self._put_alternatives)
        self.prices.price_taken.connect(self._put_price)
        edits.changed.connect(self._edited)
        live.lineup_changed.connect(self.refresh)
        live.show_changed.connect(self._follow)
        live.stock_changed.connect(self._products)
        live.products_changed.connect(self._products)
        self._planned = live.state.planned_promos
        self.show_item("")

    def _lay_out(self) -> None:
        said = QWidget()
        row = QHBoxLayout(said)
        row.setContentsMargins(0, SPACE_S, 0, 0)
        row.setSpacing(SPACE_M)
        row.addWidget(self.points, 3)
        row.addWidget(self.note, 2)
        for page in (self.pictures, self.alternatives):
            page.setContentsMargins(0, SPACE_S, 0, 0)
        names = (
            self.tr("Talking points"),
            self.tr("Price and stock"),
            self.tr("Pictures"),
            self.tr("If it sells out"),
        )
        for page, name in zip((said, self.prices, self.pictures, self.alternatives), names, strict=True):
            self.tabs.addTab(_scrolled(page, name) if page is self.prices else page, name)
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        top.addWidget(self.header)
        top.addWidget(self.title, 1)
        whole, empty = QWidget(), QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)
        middle = QVBoxLayout(empty)
        middle.addStretch(1)
        middle.addWidget(self.nothing)
        middle.addStretch(1)
        self._pages.addWidget(whole)
        self._pages.addWidget(empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        outer.addLayout(self._pages)
        self._whole, self._empty = whole, empty

    @property
    def item_id(self) -> str:
        """The item that is shown; empty for none."""
        return self._item_id

    def show_item(self, item_id: str, page: str = "") -> None:
        """Show this item, on the named page (see `PAGES`) or the one that is open."""
        item = self._edits.item(item_id)
        self._item_id = item.id if item else ""
        self._show(item)
        if page in PAGES and item is not None:
            self.tabs.setCurrentIndex(PAGES.index(page))

    def say(self, sentence: str) -> None:
        """What stands here while there is no item to show."""
        self.nothing.setText(sentence)

    def commit(self) -> None:
        """Whatever is typed and not decided yet is meant."""
        for field in (self.points, self.note, self.prices.price, self.prices.target, self.prices.safety):
            field.commit()

    def refresh(self) -> None:
        """Follow the show."""
        if self._item_id:
            item = self._edits.item(self._item_id)
            self._item_id = item.id if item else ""
            self._show(item)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self.commit()
        super().hideEvent(event)

    def _show(self, item: LineUpItem | None) -> None:
        self._pages.setCurrentWidget(self._empty if item is None else self._whole)
        self.points.show_item(item)
        self.note.show_item(item)
        self._show_product(item)
        if item is not None:
            number = self._live.state.index(item.id) + 1
            self.header.setText(self.tr("Item {n}").replace("{n}", str(number)).upper())
            self.title.setText(clean_text(item.title, 300))
            product = item.kind is ItemKind.PRODUCT
            for at in range(1, len(PAGES)):
                if self.tabs.isTabVisible(at) is not product:
                    # Each time it lays out the whole editor.
                    self.tabs.setTabVisible(at, product)
        self._allow()

    def _show_product(self, item: LineUpItem | None) -> None:
        self.prices.show_item(item)
        product = self._live.products.get(item.product_id) if item and item.product_id else None
        self.pictures.show_item(item, product)
        self.alternatives.show_item(item)

    def _allow(self) -> None:
        """When the show is over everything can be read, and nothing changed."""
        over = self._live.state.phase is ShowPhase.ENDED
        for field in (self.points, self.note, self.prices.price, self.prices.target, self.prices.safety):
            field.input.setReadOnly(over)
        for part in (self.pictures, self.alternatives, self.prices.take):
            part.setEnabled(not over)

    def _put_images(self, urls: tuple[str, ...]) -> None:
        self._edits.put(self._item_id, images=urls)

    def _put_alternatives(self, product_ids: tuple[str, ...]) -> None:
        self._edits.put(self._item_id, alternatives=product_ids)

    def _put_price(self, minor: int) -> None:
        self._edits.put(self._item_id, show_price_minor=minor)

    def _edited(self, item_id: str) -> None:
        if item_id == self._item_id:
            self.refresh()

    def _follow(self) -> None:
        """Codes of the whole show change what the shop will charge."""
        if self._live.state.planned_promos != self._planned:
            self._planned = self._live.state.planned_promos
            self.prices.show_item(self._edits.item(self._item_id))
        self._allow()

    def _products(self, product_ids: set[str]) -> None:
        item = self._edits.item(self._item_id)
        if item is not None and product_ids.intersection((item.product_id, *item.alternatives)):
            self._show_product(item)


def _scrolled(page: QWidget, name: str) -> QScrollArea:
    """A page that may be higher than its place."""
    area = QScrollArea()
    area.setAccessibleName(name)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    page.setProperty("role", "plain")
    inside = QWidget()
    inside.setProperty("role", "plain")
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, SPACE_S, 0, 0)
    column.addWidget(page)
    area.setWidget(inside)
    return area
