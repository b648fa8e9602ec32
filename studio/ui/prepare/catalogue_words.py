"""What the catalogue says of a product, of its stock's age and of itself."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject

from studio.domain.catalogue import CatalogueFacets, CatalogueSort
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.catalogue_model import CatalogueRow
from studio.ui.studio import Link
from studio.ui.texts import Texts
from studio.ui.widgets.text import clean_text

_FRESH_MS: Final = 10 * 60_000
"""Stock that was read later is not said to be old."""
_DAY_MS: Final = 24 * 3_600_000


class CatalogueWords(QObject):
    """Sentences of the catalogue. `wall_ms` says this computer's time (UTC ms)."""

    def __init__(
        self, show: LiveShow, texts: Texts, wall_ms: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._show, self._texts, self._wall_ms = show, texts, wall_ms

    @property
    def offline(self) -> bool:
        """Whether the shop is not heard: then stock is as old as it was read."""
        return not any(
            status.kind == "shop" and status.link is Link.OK for status in self._show.links.values()
        )

    def line(self, row: CatalogueRow) -> list[tuple[str, str]]:
        """The line below the title, as pieces with the colour of each."""
        stock, tone = self._stock(row)
        pieces = [(f"{self.price(row)} · ", "muted"), (stock, tone)]
        age = self._age(row)
        if age and self.offline and row.left is not None:
            pieces.append((f" · {age}", "muted"))
        return pieces

    def price(self, row: CatalogueRow) -> str:
        """The price, "from" where its variants differ."""
        price = self._texts.money(row.product.price)
        differ = len({variant.price.amount_minor for variant in row.product.variants if variant.active}) > 1
        return self.tr("from {price}").replace("{price}", price) if differ else price

    def _stock(self, row: CatalogueRow) -> tuple[str, str]:
        if not row.product.active:
            return self.tr("⚠ withdrawn"), "warning_text"
        if row.left is None:
            return self.tr("stock unknown"), "muted"
        if row.left <= 0:
            return self.tr("⚠ sold out"), "warning_text"
        return self.tr("{n} in stock").replace("{n}", self._texts.number(row.left)), "muted"

    def _age(self, row: CatalogueRow) -> str:
        if row.stock_at_ms is None:
            return ""
        age = self._wall_ms() - row.stock_at_ms
        return self.ago(row.stock_at_ms) if age >= _FRESH_MS else ""

    def ago(self, at_ms: int) -> str:
        """How long ago a moment (UTC ms of this computer) was."""
        age = max(0, self._wall_ms() - at_ms)
        if age < 60_000:
            return self.tr("just now")
        if age < 3_600_000:
            return self.tr("{n} min ago").replace("{n}", str(age // 60_000))
        if age < _DAY_MS:
            return self.tr("{n} h ago").replace("{n}", str(age // 3_600_000))
        return self.tr("{n} d ago").replace("{n}", self._texts.number(age // _DAY_MS))

    def whole(self, row: CatalogueRow) -> str:
        """Everything that is known of a product, in lines."""
        product = row.product
        skus = ", ".join(dict.fromkeys(v.sku for v in product.variants if v.sku))
        lines = [clean_text(product.title, 300), clean_text(skus, 200)]
        if len(product.variants) > 1:
            lines.append(self.tr("{n} variants").replace("{n}", self._texts.number(len(product.variants))))
        lines.append(clean_text(" · ".join(part for part in (product.category, *product.tags) if part), 200))
        stock = self._stock(row)[0]
        if row.stock_at_ms is not None and row.left is not None:
            read = self.tr("{stock}, read {ago}")
            stock = read.replace("{stock}", stock).replace("{ago}", self.ago(row.stock_at_ms))
        lines.append(stock)
        if row.sold > 0:
            lines.append(self.tr("{n} sold so far").replace("{n}", self._texts.number(row.sold)))
        if row.shown > 0:
            lines.append(self.tr("Shown in {n} past shows").replace("{n}", self._texts.number(row.shown)))
        return "\n".join(line for line in lines if line)

    def button(self, row: CatalogueRow) -> str:
        """What the button of a row does."""
        return self.tr("It is in the line-up") if row.planned else self.tr("Add to the line-up (Return)")

    def spoken(self, row: CatalogueRow) -> str:
        """A row for screen readers."""
        parts = [clean_text(row.product.title, 300), self.price(row), self._stock(row)[0].lstrip("⚠ ")]
        if row.planned:
            parts.append(self.tr("in the line-up"))
        return ", ".join(parts)

    def count(self, found: int | None, facets: CatalogueFacets, *, briefly: bool = False) -> str:
        """How much was found, and unless `briefly` when the catalogue was read last."""
        if found is None:
            return ""
        said = self.tr("{n} found").replace("{n}", self._texts.number(found))
        if facets.read_wall_ms is None or briefly:
            return said
        read = self.tr("read {ago}").replace("{ago}", self.ago(facets.read_wall_ms))
        return f"{said} · {read}"

    def search(self, facets: CatalogueFacets, cap: str) -> str:
        """What stands in the empty search field."""
        if facets.products:
            said = self.tr("Search {n} products…").replace("{n}", self._texts.number(facets.products))
        else:
            said = self.tr("Search products…")
        return f"{said}  {cap}" if cap else said

    def sort(self, sort: CatalogueSort) -> str:
        """An order in words."""
        return {
            CatalogueSort.BEST: self.tr("Best match"),
            CatalogueSort.TITLE: self.tr("Title"),
            CatalogueSort.PRICE_UP: self.tr("Cheapest first"),
            CatalogueSort.PRICE_DOWN: self.tr("Dearest first"),
            CatalogueSort.STOCK: self.tr("Most in stock"),
            CatalogueSort.NEWEST: self.tr("Newest first"),
            CatalogueSort.BESTSELLER: self.tr("Most sold"),
        }[sort]
