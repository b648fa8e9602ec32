"""The shop's catalogue as an item model: only the pages that somebody looks at are in it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec
from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from studio.domain.catalogue import CatalogueEntry, CatalogueQuery
from studio.domain.product import Product, sellable_stock
from studio.ui.models.live_show import LiveShow
from studio.ui.models.sync_rows import sync_rows
from studio.ui.prepare.mime import PRODUCTS, products_mime
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 1
"""The whole `CatalogueRow`."""
PAGE: Final = 60
"""Rows read at a time: some screens full."""
_MOST_READ_AGAIN: Final = 600
TYPING_MS: Final = 90
"""So long after a letter nobody types on, and it is looked for."""
_NEWS_MS: Final = 1_500
"""While a catalogue is being read, what it has more is looked at no more often than this."""


class CatalogueRow(msgspec.Struct, frozen=True):
    """What one row shows. `left` is what can be sold, None when it is not known; `stock_at_ms` when that was read (UTC ms of
    this computer); `planned`: it is in the line-up.
    """

    product: Product
    left: int | None
    stock_at_ms: int | None
    sold: int
    shown: int
    planned: bool

    @property
    def image_url(self) -> str:
        """Its first picture, empty without one."""
        return self.product.image_urls[0] if self.product.image_urls else ""


class CatalogueModel(QAbstractListModel):
    """Rows of what was found, read page by page as the view comes to them. What `query` asks is looked for with the first
    page; an answer that comes after the next question is dropped.

    `told` is emitted when an answer came, or did not: see `loading`, `total` and `failure`.
    """

    told = Signal()

    def __init__(
        self,
        studio: Studio,
        show: LiveShow,
        tasks: Tasks,
        wall_ms: Callable[[], int],
        spoken: Callable[[CatalogueRow], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio, self._show, self._tasks, self._wall_ms = studio, show, tasks, wall_ms
        self._spoken = spoken
        self._rows: list[CatalogueRow] = []
        self._at: dict[str, int] | None = None
        self._planned = self._planned_now()
        self._question = 0
        self._reading = self._stale = self._seen = False
        self.query = CatalogueQuery()
        self.total: int | None = None
        self.loading = False
        self.failure: Exception | None = None
        self._typed = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typed.timeout.connect(self._look)
        self._news = QTimer(self, singleShot=True, interval=_NEWS_MS)
        self._news.timeout.connect(self.read_again)
        show.products_changed.connect(self._products_changed)
        show.stock_changed.connect(self._stock_changed)
        show.lineup_changed.connect(self._lineup_changed)

    # --- asking -----------------------------------------------------------------------------------------------

    def ask(self, query: CatalogueQuery, *, typing: bool = False) -> None:
        """Look for something else; `typing`: a moment later, for more letters may come."""
        if query == self.query and self.total is not None and self.failure is None:
            return
        self.query = query
        self._question += 1
        self.loading = True
        if typing:
            self._typed.start()
        else:
            self._look()
        self.told.emit()

    def _look(self) -> None:
        self._typed.stop()
        self._question += 1
        self.loading = True
        self._tasks.spawn(self._find(self._question, self.query), "look through the catalogue")

    async def _find(self, question: int, query: CatalogueQuery) -> None:
        try:
            page = await self._studio.catalogue(query, 0, PAGE)
        except Exception as error:
            self._failed(question, error)
            raise
        if question != self._question:
            return
        self.beginResetModel()
        self._rows = [self._row(entry) for entry in page.entries]
        self._at = None
        self._reading = False
        self.endResetModel()
        self._answered(page.total)

    def read_again(self) -> None:
        """Read anew what is shown: the catalogue has changed. Rows that stay keep their place and selection."""
        self._news.stop()
        self._stale = False
        if self.loading:
            return
        limit = min(max(PAGE, len(self._rows)), _MOST_READ_AGAIN)
        self._tasks.spawn(self._renew(self._question, self.query, limit), "read the catalogue again")

    async def _renew(self, question: int, query: CatalogueQuery, limit: int) -> None:
        try:
            page = await self._studio.catalogue(query, 0, limit)
        except Exception as error:
            self._failed(question, error)
            raise
        if question != self._question:
            return
        # Pages behind the renewed ones may have moved: they are read when somebody comes there again.
        self._question += 1
        self._reading = False
        wanted = {row.product.id: row for row in map(self._row, page.entries)}
        self._at = None
        sync_rows(self, self._rows, list(wanted.values()), lambda row: row.product.id, self._changed)
        self._answered(page.total)

    def _failed(self, question: int, error: Exception) -> None:
        if question == self._question:
            self.failure, self.loading, self._reading = error, False, False
            self.told.emit()

    def _answered(self, total: int) -> None:
        self.total, self.loading, self.failure = total, False, None
        self.told.emit()

    # --- the model --------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """How many rows have been read."""
        return 0 if parent.isValid() else len(self._rows)

    def canFetchMore(self, parent: _Index) -> bool:
        """Whether more was found than has been read."""
        more = self.total is not None and len(self._rows) < self.total
        return (
            more and not parent.isValid() and not self._reading and not self.loading and self.failure is None
        )

    def fetchMore(self, parent: _Index) -> None:
        """Read the next page."""
        if self.canFetchMore(parent):
            self._reading = True
            self._tasks.spawn(self._more(self._question, self.query, len(self._rows)), "catalogue page")

    async def _more(self, question: int, query: CatalogueQuery, offset: int) -> None:
        try:
            page = await self._studio.catalogue(query, offset, PAGE)
        except Exception as error:
            self._failed(question, error)
            raise
        if question != self._question:
            return
        places = self._places()
        fresh = [self._row(entry) for entry in page.entries if entry.product.id not in places]
        if fresh:
            self.beginInsertRows(_ROOT, len(self._rows), len(self._rows) + len(fresh) - 1)
            self._rows += fresh
            self._at = None
            self.endInsertRows()
        # Not before the rows are in: views ask for more while they are told of them.
        self._reading = False
        self._answered(page.total if page.entries else len(self._rows))
        if page.entries and not fresh:
            self.read_again()  # everything has moved

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The title, a sentence for screen readers, or the whole row."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.product.title
        return self._spoken(row) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Rows can be dragged."""
        return (
            super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled
            if index.isValid()
            else Qt.ItemFlag.NoItemFlags
        )

    def mimeTypes(self) -> list[str]:
        """What a drag carries."""
        return [PRODUCTS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The products of these rows, from top to bottom."""
        return products_mime([row.product.id for row in self.rows(indexes)])

    def supportedDragActions(self) -> Qt.DropAction:
        """The catalogue loses nothing by a drag."""
        return Qt.DropAction.CopyAction

    def row(self, at: int) -> CatalogueRow:
        """The row at this place."""
        return self._rows[at]

    def rows(self, indexes: Iterable[_Index]) -> list[CatalogueRow]:
        """These rows, from top to bottom."""
        return [self._rows[at] for at in sorted({index.row() for index in indexes}) if at < len(self._rows)]

    # --- what the world tells ---------------------------------------------------------------------------------

    def _row(self, entry: CatalogueEntry) -> CatalogueRow:
        product = self._show.products.get(entry.product.id)
        if product is None or product.revision < entry.product.revision:
            product = entry.product
        planned = product.id in self._planned
        return CatalogueRow(product, entry.sellable, entry.stock_at_ms, entry.sold, entry.shown, planned)

    def _planned_now(self) -> frozenset[str]:
        return frozenset(item.product_id for item in self._show.state.items if item.product_id)

    def _places(self) -> dict[str, int]:
        if self._at is None:
            self._at = {row.product.id: at for at, row in enumerate(self._rows)}
        return self._at

    def _products_changed(self, product_ids: set[str]) -> None:
        places = self._places()
        for product_id in product_ids & places.keys():
            self._put(places[product_id], product=self._show.products[product_id])
        if product_ids - places.keys():
            self._stale = True
            self._follow_news()

    def watch(self, seen: bool) -> None:
        """Whether anybody sees it: only then what the catalogue has more is looked at by itself."""
        self._seen = seen
        self._follow_news()

    def _follow_news(self) -> None:
        if self._seen and self._stale and not self._news.isActive():
            self._news.start()

    def _stock_changed(self, product_ids: set[str]) -> None:
        places = self._places()
        for product_id in product_ids & places.keys():
            left = sellable_stock(self._show.levels(product_id)).total
            self._put(places[product_id], left=left, stock_at_ms=self._wall_ms())

    def _lineup_changed(self) -> None:
        before, self._planned = self._planned, self._planned_now()
        places = self._places()
        for product_id in (before ^ self._planned) & places.keys():
            self._put(places[product_id], planned=product_id in self._planned)

    def _put(self, at: int, **fields: Any) -> None:
        row = msgspec.structs.replace(self._rows[at], **fields)
        if row != self._rows[at]:
            self._rows[at] = row
            self._changed(at)

    def _changed(self, at: int) -> None:
        index = self.index(at)
        self.dataChanged.emit(index, index)
