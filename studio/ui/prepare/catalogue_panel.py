"""The shop's catalogue in Prepare: search as you type, filter, choose, and take into the line-up."""

import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QIcon, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QStackedLayout, QVBoxLayout, QWidget

from studio.domain.catalogue import CatalogueFacets
from studio.domain.product import Product
from studio.ui.actions import Actions
from studio.ui.host.pictures import Pictures
from studio.ui.icons import icon
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.catalogue_delegate import PICTURE, CatalogueDelegate
from studio.ui.prepare.catalogue_filters import CatalogueFilters
from studio.ui.prepare.catalogue_model import CatalogueModel, CatalogueRow
from studio.ui.prepare.catalogue_view import CatalogueView
from studio.ui.prepare.catalogue_words import CatalogueWords
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import SectionHeader

_TICK_MS: Final = 20_000
_NARROW: Final = 300
_MOST_TYPED: Final = 200
_STEPS: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class CataloguePanel(Card):
    """The panel. `add_wanted` carries the products (tuple of `Product`) that a person wants in the line-up.

    `wall_ms` says this computer's time (UTC ms).
    """

    add_wanted = Signal(object)

    def __init__(
        self,
        studio: Studio,
        live: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
        *,
        wall_ms: Callable[[], int] = _wall_ms,
    ) -> None:
        super().__init__("card", parent, margin=0)
        self._studio, self._live, self._theme, self._tasks = studio, live, theme, tasks
        self._search_action = actions["search"]
        self._facets = CatalogueFacets()
        self._facets_asked = self._adds_found = False
        self._words = CatalogueWords(live, texts, wall_ms, self)
        self.setAccessibleName(self.tr("Catalogue"))
        self.header = SectionHeader(self.tr("Catalogue"))
        self.search = QLineEdit()
        self.search.setMaxLength(_MOST_TYPED)
        self.search.setAccessibleName(self.tr("Search the catalogue"))
        self._clear = self.search.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip(self.tr("End the search (Esc)"))
        self._clear.triggered.connect(self.search.clear)
        self.filters = CatalogueFilters(self._words, texts, live.state.currency)
        self.model = CatalogueModel(studio, live, tasks, wall_ms, self._words.spoken, self)
        self._pictures = Pictures(studio, tasks, theme.px(PICTURE) * 2, self)
        self.view = CatalogueView(CatalogueDelegate(theme, self._words, self._pictures.small, self))
        self.view.setAccessibleName(self.tr("Products of the shop"))
        self.view.setModel(self.model)
        self.empty = EmptyState(theme, "search", self.tr("Reading the catalogue…"))
        self._pages = QStackedLayout()
        self._ticker = QTimer(self, interval=_TICK_MS)
        self._lay_out()
        self._connect()
        self._draw_clear()
        self._tell()
        QTimer.singleShot(0, self, self._begin)

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.setSpacing(SPACE_S)
        for widget in (self.header, self.search, self.filters):
            top.addWidget(widget)
        # The rows reach to the frame, which stays to be seen.
        self.body.setContentsMargins(1, 1, 1, SPACE_S)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self.body.addLayout(self._pages, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._add_chosen)
        self.search.installEventFilter(self)
        self.filters.changed.connect(self._ask)
        self.model.told.connect(self._tell)
        self.view.add_asked.connect(self._add_chosen)
        self.view.row_asked.connect(self._add_row)
        self.view.menu_asked.connect(self._menu)
        self.view.typed.connect(self._type_on)
        self.empty.acted.connect(self._help)
        self._pictures.arrived.connect(self._picture_came)
        self._live.links_changed.connect(self._links_changed)
        self._live.products_changed.connect(self._ask_facets)
        self._ticker.timeout.connect(self._tick)
        self._theme.changed.connect(self._draw_clear)
        self._search_action.changed.connect(self._say_search)

    def _begin(self) -> None:
        self._ticker.start()
        self._ask_facets()
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self.model.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self.model.watch(False)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(230), super().minimumSizeHint().height())

    # --- searching --------------------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def leave_search(self) -> bool:
        """Esc: end the search; False when nothing is searched."""
        if not self.search.text():
            return False
        self.search.clear()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: D102
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self.leave_search():
                return True
            # The arrows of the field move through what was found, with Shift they choose more of it.
            if by := _STEPS.get(Qt.Key(event.key()), 0):
                self._step(by, more=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
                return True
        return super().eventFilter(watched, event)

    def _step(self, by: int, *, more: bool) -> None:
        rows = self.model.rowCount()
        if not rows:
            return
        at = self.view.currentIndex().row()
        index = self.model.index(min(max(at + by, 0), rows - 1))
        flag = (
            QItemSelectionModel.SelectionFlag.Select
            if more
            else QItemSelectionModel.SelectionFlag.ClearAndSelect
        )
        self.view.selectionModel().setCurrentIndex(index, flag)
        self.view.scrollTo(index)

    def _type_on(self, text: str) -> None:
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.setCursorPosition(len(self.search.text()))
        self.search.insert(text)

    def _typed(self) -> None:
        self._adds_found = False
        self._clear.setVisible(bool(self.search.text()))
        self._ask(typing=True)

    def _ask(self, *, typing: bool = False) -> None:
        query = msgspec.structs.replace(self.filters.query, words=self.search.text().strip())
        self.model.ask(query, typing=typing)

    def _ask_facets(self, _what: object = None) -> None:
        if not self._facets_asked:
            self._facets_asked = True
            self._tasks.spawn(self._read_facets(), "what the catalogue can be filtered by")

    async def _read_facets(self) -> None:
        try:
            self._facets = await self._studio.facets()
        finally:
            # What comes in within a while is counted together.
            QTimer.singleShot(_TICK_MS // 4, self, self._ask_facets_later)
        self.filters.show_facets(self._facets)
        self._tell()

    def _ask_facets_later(self) -> None:
        self._facets_asked = False

    # --- what is shown ----------------------------------------------------------------------------------------

    def _tell(self) -> None:
        model = self.model
        self._say_search()
        self._say_count()
        if model.failure is not None:
            why = str(model.failure).strip()
            said = self.tr("The catalogue could not be read. {why}").replace("{why}", why)
            self.empty.say(said.strip(), "warning", self.tr("Try again"))
        elif model.rowCount():
            pass
        elif model.loading or model.total is None:
            self.empty.say(self.tr("Looking through the catalogue…"), "search")
        elif self._narrowed:
            self.empty.say(
                self.tr("Nothing found. Try another word, or take the filters away."), "search",
                self.tr("Clear all"),
            )  # fmt: skip
        else:
            self.empty.say(
                self.tr(
                    "No products yet. They come as soon as the shop answers; look at the shop's state above."
                ),
                "bag",
            )
        fine = model.failure is None and model.rowCount() > 0
        self._pages.setCurrentWidget(self.view if fine else self.empty)
        self.view.read_ahead()
        if self._adds_found and not model.loading:
            self._adds_found = False
            self._add([model.row(0)] if fine else [])

    @property
    def _narrowed(self) -> bool:
        return bool(self.search.text().strip()) or self.filters.narrowed

    def _help(self) -> None:
        if self.model.failure is not None:
            self._ask_facets()
            self._ask()
            return
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._clear.setVisible(False)
        self.filters.clear()
        self._ask()

    def _say_count(self) -> None:
        briefly = self.width() < self._theme.px(_NARROW)
        self.header.set_note(self._words.count(self.model.total, self._facets, briefly=briefly))
        self.header.note.setAccessibleName(self._words.count(self.model.total, self._facets))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._say_count()

    def _say_search(self) -> None:
        self.search.setPlaceholderText(self._words.search(self._facets, self._search_action.cap))

    def _draw_clear(self) -> None:
        picture = icon("close", self._theme.px(14), self._theme.colour("muted"), self.devicePixelRatioF())
        self._clear.setIcon(picture)
        self._clear.setVisible(bool(self.search.text()))

    def _picture_came(self, url: str) -> None:
        for at in range(self.model.rowCount()):
            if self.model.row(at).image_url == url:
                self.view.update(self.model.index(at))

    def _links_changed(self) -> None:
        self.view.viewport().update()

    def _tick(self) -> None:
        """Ages grow older."""
        self._say_count()
        self.view.viewport().update()

    # --- taking into the line-up ------------------------------------------------------------------------------

    def chosen(self) -> list[CatalogueRow]:
        """The chosen rows, from top to bottom."""
        return self.model.rows(self.view.selectionModel().selectedIndexes())

    def _add_chosen(self) -> None:
        if self.search.hasFocus() and self.model.loading:
            # Who types a SKU, or scans a barcode, and presses Return means what will be found.
            self._adds_found = True
            return
        rows = self.chosen()
        if not rows and self.search.hasFocus() and self.search.text().strip():
            rows = [self.model.row(0)] if self.model.rowCount() else []
        self._add(rows)

    def _add_row(self, at: int) -> None:
        if at < self.model.rowCount():
            self._add([self.model.row(at)])

    def _add(self, rows: Sequence[CatalogueRow], *, again: bool = False) -> None:
        wanted: tuple[Product, ...] = tuple(row.product for row in rows if again or not row.planned)
        if wanted:
            self.add_wanted.emit(wanted)

    def _menu(self, where: QPoint) -> None:
        rows = self.chosen()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fresh = [row for row in rows if not row.planned]
        for text, act, possible in (
            (self.tr("Add to the line-up"), lambda: self._add(rows), bool(fresh)),
            (self.tr("Add once more"), lambda: self._add(rows, again=True), len(fresh) < len(rows)),
            (self.tr("Read the stock now"), lambda: self._refresh(rows), bool(rows)),
        ):
            action = QAction(text, menu)
            action.triggered.connect(act)
            action.setEnabled(possible)
            menu.addAction(action)
        menu.popup(where)

    def _refresh(self, rows: Sequence[CatalogueRow]) -> None:
        ids = [row.product.id for row in rows]
        self._tasks.spawn(self._studio.refresh_stock(ids), "read the stock")
