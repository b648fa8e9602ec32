"""The list of the shows in its sections, with what can be done with the one that is selected."""

import enum
from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTabBar,
    QTableView,
    QWidget,
)

from studio.control.ports import ShowSummary
from studio.ui.shows.model import SHOW, Column, Names, Section, ShownShows, ShowsModel
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import tooltip_text

_SECTIONS: Final = tuple(Section)
_WIDTHS: Final = {
    Column.WHEN: 165, Column.LENGTH: 110, Column.SERIES: 150, Column.CHANNELS: 150, Column.SHOP: 110, Column.ITEMS: 60,
    Column.PEAK: 100, Column.REVENUE: 110, Column.STATE: 150,
}  # fmt: skip
_TITLE_WIDTH: Final = 200
_FIRST_TO_GO: Final = (Column.SERIES, Column.CHANNELS, Column.LENGTH, Column.ITEMS)


class Deed(enum.StrEnum):
    """What a person can do with a show of the list. COPY: a new show with its line-up, or from this template."""

    OPEN = "open"
    DETAILS = "details"
    DUPLICATE = "duplicate"
    COPY = "copy"
    TEMPLATE = "template"
    REHEARSE = "rehearse"
    CHANGE_SHOP = "change_shop"
    ARCHIVE = "archive"
    BRING_BACK = "bring_back"


class ShowList(Card):
    """Sections, search, table and deeds. `deed` carries a `Deed` and the id of the show; `new_wanted` comes from the empty
    list.
    """

    deed = Signal(object, str)
    new_wanted = Signal()
    section_shown = Signal(object)
    """A `Section` that a person has gone to."""

    def __init__(self, theme: Theme, language: str, parent: QWidget | None = None) -> None:
        super().__init__("card", parent, margin=SPACE_M)
        self._theme = theme
        self._several = False
        self._listed = False
        self._new = ""
        self.model = ShowsModel(theme, language, self)
        self.shown = ShownShows(self.model, self)
        self._make_list()
        self.buttons = self._make_deeds()
        self._lay_out()
        self._connect()
        self.refresh()

    def _make_list(self) -> None:
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(self.tr("Which shows"))
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        for _ in _SECTIONS:
            self.tabs.addTab("")
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search by title or series"))
        self.search.setAccessibleName(self.tr("Search the shows"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(self._theme.px(300))
        self.archived = QCheckBox(self.tr("Archived too"))
        self.shows = QTableView()
        self.shows.setModel(self.shown)
        self.shows.setAccessibleName(self.tr("Shows of this section"))
        self.shows.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.shows.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.shows.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.shows.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.shows.setTabKeyNavigation(False)
        self.shows.setShowGrid(False)
        self.shows.setWordWrap(False)
        self.shows.setSortingEnabled(True)
        rows = self.shows.verticalHeader()
        rows.hide()
        rows.setDefaultSectionSize(self._theme.px(36))
        columns = self.shows.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setMinimumSectionSize(self._theme.px(50))
        for column, width in _WIDTHS.items():
            self.shows.setColumnWidth(column, self._theme.px(width))
        columns.setSectionResizeMode(Column.TITLE, QHeaderView.ResizeMode.Stretch)
        self.empty = EmptyState(self._theme, "clock", self.tr("Reading the shows…"))

    def _make_deeds(self) -> dict[Deed, QPushButton]:
        told = {
            Deed.OPEN: (self.tr("Open"), self.tr("Open the selected show (Return)")),
            Deed.DETAILS: (self.tr("Details…"), self.tr("Title, date, length, channels (F2)")),
            Deed.DUPLICATE: (self.tr("Duplicate"), self.tr("Another show like this one, without its date")),
            Deed.COPY: (
                self.tr("New show with its line-up…"),
                self.tr("Plan a new show with the items and codes of this one"),
            ),
            Deed.TEMPLATE: (
                self.tr("Make a template"),
                self.tr("Keep it as a template that new shows are made from"),
            ),
            Deed.REHEARSE: (
                self.tr("Rehearse it"),
                self.tr("Rehearse this line-up with the demo shop, sealed off from the real one"),
            ),
            Deed.CHANGE_SHOP: (
                self.tr("Change its shop…"),
                self.tr("Let the selected show sell from another shop"),
            ),
            Deed.ARCHIVE: (
                self.tr("Archive"),
                self.tr("Put it out of the list; it can be brought back (Del)"),
            ),
        }
        buttons: dict[Deed, QPushButton] = {}
        for deed, (text, tooltip) in told.items():
            button = buttons[deed] = QPushButton(text)
            button.setProperty("variant", "compact")
            button.setToolTip(tooltip_text(tooltip))
            button.clicked.connect(partial(self._pressed, deed))
        return buttons

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_M)
        bar.addWidget(self.tabs)
        bar.addStretch(1)
        bar.addWidget(self.archived)
        bar.addWidget(self.search, 1)
        below = QWidget()
        self._stack = QStackedLayout(below)
        self._stack.addWidget(self.shows)
        self._stack.addWidget(self.empty)
        deeds = QHBoxLayout()
        deeds.setSpacing(SPACE_S)
        for deed, button in self.buttons.items():
            deeds.addWidget(button)
            if deed is Deed.OPEN:
                deeds.addStretch(1)
        self.body.addLayout(bar)
        self.body.addWidget(below, 1)
        self.body.addLayout(deeds)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._section_chosen)
        self.search.textChanged.connect(self._look)
        self.archived.toggled.connect(self._look)
        self.shows.activated.connect(partial(self._pressed, Deed.OPEN))
        self.shows.customContextMenuRequested.connect(self._show_menu)
        self.shows.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.empty.acted.connect(self.new_wanted)
        self._sort()

    def _section_chosen(self, _at: int) -> None:
        self._filter(sort=True)
        self.section_shown.emit(self.shown.section)

    def _look(self, _what: object) -> None:
        self._filter()

    def _row_chosen(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._selected()

    def _pressed(self, deed: Deed, _what: object = None) -> None:
        self.act(deed)

    # --- what is told -----------------------------------------------------------------------------------------

    def take(self, shows: Sequence[ShowSummary], names: Names, now_ms: int, open_id: str) -> None:
        """List these shows. What was selected stays selected."""
        before = self.selected
        self._listed = True
        self.model.set_all(list(shows), names, now_ms, open_id)
        self._filter()
        if before is not None:
            self.select(before.id)

    def offer(self, new: str, *, several_shops: bool) -> None:
        """`new` is what the button in the empty list says, empty for none."""
        self._new, self._several = new, several_shops
        self.refresh()

    # --- what is selected -------------------------------------------------------------------------------------

    @property
    def selected(self) -> ShowSummary | None:
        """The selected show."""
        found = self.shows.currentIndex().data(SHOW)
        return found if isinstance(found, ShowSummary) else None

    @property
    def listed(self) -> tuple[ShowSummary, ...]:
        """The shows that are listed now, in their order."""
        rows = range(self.shown.rowCount())
        return tuple(self.shown.index(row, 0).data(SHOW) for row in rows)

    def select(self, show_id: str) -> bool:
        """Select a show; False when it is not listed now."""
        for row, show in enumerate(self.listed):
            if show.id == show_id:
                flags = QItemSelectionModel.SelectionFlag
                self.shows.selectionModel().setCurrentIndex(
                    self.shown.index(row, 0), flags.ClearAndSelect | flags.Rows
                )
                return True
        return False

    def go_to(self, section: Section) -> None:
        """List this section."""
        self.tabs.setCurrentIndex(_SECTIONS.index(section))

    def _filter(self, *, sort: bool = False) -> None:
        section = _SECTIONS[self.tabs.currentIndex()]
        self.shown.show_only(section, self.search.text(), archived=self.archived.isChecked())
        if sort:
            self._sort()
        if self.shown.rowCount() and not self.shows.currentIndex().isValid():
            self.select(self.listed[0].id)
        self.refresh()

    def _sort(self) -> None:
        """What comes next first; of what was, the newest."""
        past = self.shown.section is Section.PAST
        order = Qt.SortOrder.DescendingOrder if past else Qt.SortOrder.AscendingOrder
        column = Column.TITLE if self.shown.section is Section.TEMPLATES else Column.WHEN
        self.shows.sortByColumn(column, order)

    def refresh(self) -> None:
        """Say how many shows each section has, and what can be done."""
        counts = self.shown.counts()
        titles = {
            Section.UPCOMING: self.tr("Upcoming"),
            Section.PAST: self.tr("Past"),
            Section.TEMPLATES: self.tr("Templates"),
        }
        for at, section in enumerate(_SECTIONS):
            self.tabs.setTabText(at, f"{titles[section]}  {counts[section]}")
        past = self.shown.section is Section.PAST
        shows = self.model.shows
        wanted = dict.fromkeys(Column, True) | {
            Column.PEAK: past,
            Column.REVENUE: past,
            Column.SHOP: self._several,
            Column.SERIES: any(show.series for show in shows),
            Column.WHEN: self.shown.section is not Section.TEMPLATES,
        }
        self._fit(wanted)
        if self.shown.rowCount():
            self._stack.setCurrentWidget(self.shows)
        else:
            self._say_empty()
            self._stack.setCurrentWidget(self.empty)
        self._selected()

    def _fit(self, wanted: dict[Column, bool]) -> None:
        """Leave columns out rather than have the table pushed aside."""
        room = self.width() - 2 * SPACE_M - self._theme.px(_TITLE_WIDTH)
        for column in _FIRST_TO_GO:
            width = sum(self._theme.px(_WIDTHS[c]) for c, shown in wanted.items() if shown and c in _WIDTHS)
            if width > room:
                wanted[column] = False
        for column, shown in wanted.items():
            self.shows.setColumnHidden(column, not shown)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.refresh()

    def _say_empty(self) -> None:
        new = self._new
        if not self._listed:
            self.empty.say(self.tr("Reading the shows…"), "clock")
        elif self.shown.searched:
            self.empty.say(self.tr("No show of this section has these words."), "search")
        elif not self.model.shows:
            self.empty.say(
                self.tr("No shows yet. Rehearse one with the demo shop, or make a new one."), "box", new
            )
        elif self.shown.section is Section.UPCOMING:
            self.empty.say(self.tr("No show is planned."), "clock", new)
        elif self.shown.section is Section.PAST:
            self.empty.say(self.tr("No show has ended yet."), "chart")
        else:
            self.empty.say(
                self.tr("No templates yet. Select a show and make one of it: new shows start from there."),
                "box",
            )

    def _selected(self) -> None:
        """What can be done with the selected show."""
        show = self.selected if self.shown.rowCount() else None
        begun = show is not None and show.started_at_ms is not None
        on_air = show is not None and begun and show.ended_at_ms is None
        is_template = show is not None and show.template
        for button in self.buttons.values():
            button.setEnabled(show is not None)
        self.buttons[Deed.DETAILS].setEnabled(show is not None and not begun)
        self.buttons[Deed.ARCHIVE].setEnabled(show is not None and not on_air)
        self.buttons[Deed.REHEARSE].setEnabled(show is not None and show.items > 0)
        self.buttons[Deed.CHANGE_SHOP].setVisible(self._several and show is not None and not begun)
        self.buttons[Deed.TEMPLATE].setVisible(not is_template)
        copy = self.tr("New show from it…") if is_template else self.tr("New show with its line-up…")
        self.buttons[Deed.COPY].setText(copy)
        back = show is not None and show.archived
        self.buttons[Deed.ARCHIVE].setText(self.tr("Bring back") if back else self.tr("Archive"))

    def act(self, deed: Deed) -> None:
        """Do this with the selected show, where it can be done."""
        show = self.selected
        if show is None or not self.buttons[deed].isEnabled() or self.buttons[deed].isHidden():
            return
        if deed is Deed.ARCHIVE and show.archived:
            deed = Deed.BRING_BACK
        self.deed.emit(deed, show.id)

    def menu(self) -> QMenu:
        """The same deeds as a menu for the selected show."""
        menu = QMenu(self)
        for button in self.buttons.values():
            if not button.isHidden():
                action = QAction(button.text(), menu)
                action.setEnabled(button.isEnabled())
                action.triggered.connect(button.click)
                menu.addAction(action)
        return menu

    def _show_menu(self, where: QPoint) -> None:
        if not self.shows.indexAt(where).isValid():
            return
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.shows.viewport().mapToGlobal(where))
