"""Shows of a series beside each other: how each figure goes, and how each product sold."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from studio.domain.past import PastShow
from studio.domain.show import ShowState
from studio.ui.review.compare_rows import columns, in_order, kpi_rows, product_rows
from studio.ui.review.figures_model import FiguresModel
from studio.ui.review.figures_table import FiguresTable
from studio.ui.review.tables import TablePage
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text

MOST: Final = 50
"""So many past shows are offered."""
_FIRST: Final = 4
"""So many of them are compared at first."""
_ID: Final = Qt.ItemDataRole.UserRole


class ComparePage(QWidget):
    """Which shows are compared at the left, their figures and their products at the right. `left` when a person goes back."""

    left = Signal()

    def __init__(self, studio: Studio, theme: Theme, tasks: Tasks) -> None:
        super().__init__()
        self._studio, self._theme, self._tasks = studio, theme, tasks
        self._texts = Texts()
        self._state: ShowState | None = None
        self._shows: list[PastShow] = []
        self._turn = 0
        self.setAccessibleName(self.tr("Compare shows"))
        self.back = QPushButton(self.tr("Back to the review"))
        self.back.setToolTip(self.tr("Leave the comparison (Esc)"))
        self.back.setAutoDefault(False)
        self.back.clicked.connect(self.left)
        self.of = QComboBox()
        self.of.setAccessibleName(self.tr("Which shows to choose from"))
        self.of.activated.connect(self.start_loading)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Shows to compare"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.itemChanged.connect(self._compare)
        self.figures = self._table(
            self.tr("Figures by show"), self.tr("Choose at least one show at the left.")
        )
        self.products = self._table(self.tr("Products by show"), self.tr("None of these shows had products."))
        self.measure = QComboBox()
        self.measure.setAccessibleName(self.tr("What is compared of the products"))
        for key, name in (
            ("per-minute", self.tr("Revenue per minute")), ("revenue", self.tr("Revenue")), ("units", self.tr("Units")),
            ("minutes", self.tr("Minutes on air")),
        ):  # fmt: skip
            self.measure.addItem(name, key)
        self.measure.activated.connect(self._compare)
        self.message = EmptyState(theme, "clock", self.tr("Reading the shows…"))
        self.message.acted.connect(self.start_loading)
        self._pages = QStackedWidget()
        self._lay_out()

    def _table(self, name: str, nothing: str) -> TablePage:
        return TablePage(FiguresTable(FiguresModel((), self), self._theme, name), nothing)

    def _lay_out(self) -> None:
        choice = Card("card", margin=SPACE_M)
        choice.setAccessibleName(self.tr("Shows"))
        choice.body.addWidget(self.back)
        choice.body.addWidget(SectionHeader(self.tr("Shows")))
        choice.body.addWidget(self.of)
        choice.body.addWidget(self.list, 1)
        self.hint = PlainLabel("", size="caption", tone="muted", wrap=True)
        choice.body.addWidget(self.hint)
        top = Card("card", margin=SPACE_M)
        top.body.addWidget(SectionHeader(self.tr("Figures by show")))
        top.body.addWidget(self.figures, 1)
        below = Card("card", margin=SPACE_M)
        head = SectionHeader(self.tr("Products by show"))
        head.add(self.measure)
        below.body.addWidget(head)
        below.body.addWidget(self.products, 1)
        tables = QSplitter(Qt.Orientation.Vertical)
        tables.setChildrenCollapsible(False)
        tables.setHandleWidth(SPACE_S)
        tables.addWidget(top)
        tables.addWidget(below)
        tables.setSizes([420, 300])
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        choice.setFixedWidth(self._theme.px(250))
        row.addWidget(choice)
        row.addWidget(tables, 1)
        self._pages.addWidget(self.message)
        self._pages.addWidget(both)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)

    def compare_with(self, state: ShowState, texts: Texts) -> None:
        """Compare a show with those of its series, else with all."""
        fresh = self._state is None or self._state.id != state.id
        self._state, self._texts = state, texts
        if fresh:
            self.of.clear()
            if state.series:
                words = self.tr("Series “{series}”").replace("{series}", clean_text(state.series, 60))
                self.of.addItem(words, state.series)
            self.of.addItem(self.tr("All shows"), None)
            self._shows = []
        self.start_loading()

    def start_loading(self) -> None:
        """Read the past shows anew."""
        self._turn += 1
        self._tasks.spawn(self._load(self._turn), "past shows")

    async def _load(self, turn: int) -> None:
        if not self._shows:
            self._say(self.tr("Reading the shows…"), busy=True)
        try:
            found = await self._studio.past(self.of.currentData(), MOST)
        except Exception:
            if turn == self._turn:
                self._say(
                    self.tr("The past shows could not be read. The log says why."),
                    button=self.tr("Try again"),
                )
            raise
        if turn != self._turn:
            return
        if not found:
            self._say(self.tr("No show has been on air yet: there is nothing to compare."))
            return
        self._offer(found)
        self._pages.setCurrentIndex(1)

    def _offer(self, shows: list[PastShow]) -> None:
        own = self._state.id if self._state is not None else ""
        kept = self.chosen() if self._shows else []
        self._shows = shows
        # The show under review is always one of them at first, with those before it.
        nearest = [s.id for s in shows if s.id == own] + [s.id for s in shows if s.id != own]
        ticked = set(kept) & {s.id for s in shows} or set(nearest[:_FIRST])
        self.list.blockSignals(True)
        self.list.clear()
        for show in shows:
            title = clean_text(show.title, 80)
            item = QListWidgetItem(f"{title}\n{self._texts.day(show.started_at_ms)}")
            item.setData(_ID, show.id)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
            )
            item.setCheckState(Qt.CheckState.Checked if show.id in ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._compare()

    def chosen(self) -> list[str]:
        """The ids of the shows that are ticked."""
        items = [self.list.item(n) for n in range(self.list.count())]
        return [str(i.data(_ID)) for i in items if i.checkState() is Qt.CheckState.Checked]

    def _compare(self) -> None:
        ids = set(self.chosen())
        shows = in_order([s for s in self._shows if s.id in ids])
        texts = self._texts
        self.figures.show_rows(
            kpi_rows(shows, texts) if shows else [], columns(shows, self.tr("Figure"), texts)
        )
        rows = product_rows(shows, self.measure.currentData(), texts) if shows else []
        self.products.show_rows(rows, columns(shows, self.tr("Product"), texts))
        currencies = {s.currency for s in shows}
        mixed = self.tr("Sums of different currencies are not compared with each other.")
        self.hint.setText(mixed if len(currencies) > 1 else "")
        self.hint.setVisible(len(currencies) > 1)

    def _say(self, sentence: str, *, busy: bool = False, button: str = "") -> None:
        self.message.say(sentence, "clock" if busy else "warning" if button else "chart", button)
        self.message.setAccessibleName(sentence)
        self._pages.setCurrentIndex(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
