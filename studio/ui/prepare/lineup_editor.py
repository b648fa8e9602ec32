"""The line-up as a producer plans it: the table of its items, and beneath it everything about the one that is chosen."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from studio.domain.lineup import ItemStatus, LineUpItem
from studio.domain.product import Product
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.host.deciding import Deciding
from studio.ui.host.pictures import Pictures
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.item_editor import PAGES, ItemEditor
from studio.ui.prepare.item_edits import ItemEdits
from studio.ui.prepare.item_pictures import SIDE
from studio.ui.prepare.lineup_acts import LineUpActs
from studio.ui.prepare.lineup_edit_delegate import LineUpEditDelegate
from studio.ui.prepare.lineup_edit_model import FIELDS, ID_ROLE, Column, LineUpEditModel
from studio.ui.prepare.lineup_edit_view import KEYS, LineUpEditView
from studio.ui.prepare.lineup_edit_words import item_words
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts, length
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import PlainLabel, SectionHeader

_SLOTS: Final = (5, 10, 15)
"""The planner's lengths of an item, minutes."""
_MS: Final = 60_000


async def _nobody(_sentence: str) -> bool:
    """Nothing that is planned asks for a deliberate second act."""
    return False


class LineUpEditor(Card):
    """The panel. It changes nothing itself: every change is a command, and is seen when it has been decided."""

    selection_changed = Signal()
    promo_wanted = Signal(str)
    """The code of this item (id) is to be edited."""
    notice = Signal(object)

    def __init__(
        self,
        studio: Studio,
        live: LiveShow,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("card", parent, margin=0)
        self._live, self._actions, self._theme, self._texts = live, actions, theme, texts
        self.setAccessibleName(self.tr("Line-up"))
        self.deciding = Deciding(
            studio, tasks, self.notice.emit, _nobody, lambda: time.monotonic_ns() // 1_000_000, live.make_way
        )
        self.edits = ItemEdits(live, self.deciding, texts, self)
        pictures = Pictures(studio, tasks, round(theme.px(SIDE) * self.devicePixelRatioF()), self)
        self.model = LineUpEditModel(live, self.edits, texts)
        # Behind the model: what came in is selected when its row is there.
        self.acts = LineUpActs(live, self.deciding, self.notice.emit, self)
        self.view = LineUpEditView(self.model, actions, theme)
        self.view.setAccessibleName(self.tr("Items of the line-up"))
        self._cells = LineUpEditDelegate(theme, self.model.words, pictures.small, self.view)
        self._cells.expanded = self._is_expanded
        self.view.setItemDelegate(self._cells)
        self.header = SectionHeader(self.tr("Line-up"))
        self.add_button = QPushButton(self.tr("Add segment"))
        self.state_line = PlainLabel("", tone="warning", wrap=True)
        self.problem = PlainLabel("", tone="warning", wrap=True)
        self.item = ItemEditor(studio, live, self.edits, pictures, theme, texts, tasks)
        self.empty = EmptyState(
            theme, "box",
            self.tr("The line-up is empty: drag products here from the catalogue, or add a segment."),
        )  # fmt: skip
        self._pages = QStackedLayout()
        self._next_place = -1
        self._refusals: set[tuple[str, str]] = set()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self._connect(live, pictures)
        self._follow()

    def _lay_out(self) -> None:
        self.add_button.setProperty("variant", "compact")
        self.add_button.setAutoDefault(False)
        self.header.add(self.add_button)
        top = QVBoxLayout()
        top.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_S)
        top.setSpacing(SPACE_S)
        top.addWidget(self.header)
        top.addWidget(self.state_line)
        table = QWidget()
        pages = QVBoxLayout(table)
        pages.setContentsMargins(0, 0, 0, 0)
        pages.setSpacing(0)
        # Above the table, which takes what is dropped and pasted while it is empty too.
        self._pages.setStackingMode(QStackedLayout.StackingMode.StackAll)
        self.empty.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self._pages.setCurrentWidget(self.empty)
        pages.addLayout(self._pages, 1)
        self.problem.setContentsMargins(SPACE_M, SPACE_S, SPACE_M, SPACE_S)
        pages.addWidget(self.problem)
        line = Card("card", margin=0)
        line.setProperty("role", "rowline")
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(0)
        below.addWidget(line)
        below.addWidget(self.item, 1)
        self.splitter.addWidget(table)
        self.splitter.addWidget(lower)
        self.splitter.setStretchFactor(0, 9)
        self.splitter.setStretchFactor(1, 5)
        self.splitter.setSizes([514, 286])
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(SPACE_S)
        self.body.setContentsMargins(1, 1, 1, 1)
        self.body.setSpacing(0)
        self.body.addLayout(top)
        self.body.addWidget(self.splitter, 1)

    def _connect(self, live: LiveShow, pictures: Pictures) -> None:
        for action_id in KEYS:
            self._actions.on(action_id, partial(self._asked, action_id))
        self._actions.on("undo", lambda: self.isVisible() and self.acts.undo())
        self._actions.on("redo", lambda: self.isVisible() and self.acts.redo())
        self.view.asked.connect(self._act)
        self.view.promo_clicked.connect(self.promo_wanted)
        self.view.menu_asked.connect(self._menu)
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self.view.selectionModel().currentRowChanged.connect(self._current)
        self.model.move_asked.connect(self.acts.move)
        self.model.products_dropped.connect(self._dropped)
        self.acts.came.connect(self._came)
        self.add_button.clicked.connect(lambda: self._segments(self.add_button))
        self.model.totals_changed.connect(self._follow)
        self.model.rowsRemoved.connect(self._removed)
        self.edits.changed.connect(self._show_problems)
        live.show_changed.connect(self._follow)
        pictures.arrived.connect(self._picture_came)

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(380), super().minimumSizeHint().height())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._allow()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self.commit()
        super().hideEvent(event)
        self._allow()

    # --- for the workspace ------------------------------------------------------------------------------------

    @property
    def selection(self) -> tuple[str, ...]:
        """The ids of the selected items, in their order."""
        return tuple(self.model.rows[at].item.id for at in self.view.selected_rows())

    def add_products(self, products: Sequence[Product], index: int | None = None) -> None:
        """Put products in before the item at `index`; without one behind the selected items, else at the end."""
        self.acts.add_products(products, self._behind() if index is None else index)

    def add_items(self, items: Sequence[LineUpItem], index: int | None = None) -> None:
        """Put items in before the item at `index`; without one behind the selected items, else at the end."""
        self.acts.add(items, self._behind() if index is None else index)

    def select_item(self, item_id: str, column: str = "") -> None:
        """Bring an item to the front. `column` is one of a row (`title`, `minutes`, `price`, `target`, `promo`) or a page
        of its editor (`points`, `price`, `pictures`, `alternatives`).
        """
        at = self.model.place(item_id)
        if at < 0:
            return
        cells = {str(field): cell for cell, field in FIELDS.items()} | {
            "promo": Column.PROMO,
            "stock": Column.STOCK,
        }
        self.view.select_rows([at], cells.get(column, Column.ITEM))
        page = {"stock": "price", "target": "price", "note": "points"}.get(column, column)
        self.item.show_item(item_id, page if page in PAGES else "")
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def commit(self) -> None:
        """Whatever is typed and not decided yet is meant: before the workspace goes, or the show starts."""
        self.item.commit()

    # --- following --------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        state, count = self._live.state, self.model.rowCount()
        self.empty.setVisible(not count)
        items = self.tr("{n} items").replace("{n}", self._texts.number(count))
        if count == 1:
            items = self.tr("1 item")
        total, planned = length(self.model.length_ms), length(state.planned_ms)
        over = bool(state.planned_ms) and self.model.length_ms > state.planned_ms
        text = self.tr("{items} · {total} of {plan}") if state.planned_ms else self.tr("{items} · {total}")
        note = text.replace("{items}", items).replace("{total}", total).replace("{plan}", planned)
        self.header.set_note(f"⚠ {note}" if over else note)
        self.header.note.set_tone("warning" if over else "muted")
        self.state_line.setText({
            ShowPhase.PLANNED: "",
            ShowPhase.ON_AIR: self.tr("⚠ The show is on air: the host sees every change at once, and what was shown stays."),
            ShowPhase.ENDED: self.tr("⚠ The show is over: its line-up stays as it was."),
        }[state.phase])  # fmt: skip
        self.state_line.setVisible(state.phase is not ShowPhase.PLANNED)
        self.item.say(
            self.tr("Select an item to see and change everything about it.")
            if count else self.tr("An item's talking points, price, pictures and alternatives stand here.")
        )  # fmt: skip
        self._allow()
        self._show_problems()

    def _allow(self) -> None:
        """What is possible now, in menus and in the palette."""
        over = self._live.state.phase is ShowPhase.ENDED
        chosen, here = self.view.selectionModel().hasSelection(), self.isVisible()
        ended = self.tr("The show is over: its line-up stays as it was.")
        select, elsewhere = (
            self.tr("Select items in the line-up first."),
            self.tr("Go to the Prepare workspace first."),
        )
        told: set[tuple[str, str]] = set()
        for action_id in KEYS:
            fixed = over and action_id != "lineup.copy"
            needs = action_id not in ("lineup.segment", "lineup.paste") and not chosen
            reason = elsewhere if not here else ended if fixed else select if needs else ""
            action = self._actions[action_id]
            # Asked for several times by each edit: what stands as it stood is not told again.
            if (action_id, reason) not in self._refusals or action.isEnabled() is bool(reason):
                action.enable(not reason, reason)
            told.add((action_id, reason))
        self._refusals = told
        self.add_button.setEnabled(not over)
        self.view.setDragEnabled(not over)

    def _show_problems(self, _item_id: str = "") -> None:
        problems = [(i, f, s) for i, f, s in self.edits.problems() if self.model.place(i) >= 0]
        names = {Column.ITEM: "", **{c: self.model.words.header(c) for c in FIELDS if c != Column.ITEM}}
        columns = {field: column for column, field in FIELDS.items()}
        lines = [
            " ".join(x for x in (f"⚠ {item_words(self._live, i)}", names[columns[f]]) if x) + f": {s}"
            for i, f, s in problems if f in columns
        ]  # fmt: skip
        self.problem.setText("\n".join(lines[:3]))
        self.problem.setVisible(bool(lines))

    def _picture_came(self, _url: str) -> None:
        self.view.viewport().update()

    def _is_expanded(self, item_id: str) -> bool:
        at = self.model.place(item_id)
        return at >= 0 and self.view.isExpanded(self.model.index(at, 0))

    def _selected(self, *_what: object) -> None:
        self._allow()
        self.selection_changed.emit()

    def _current(self, current: QModelIndex, _before: QModelIndex) -> None:
        if not current.parent().isValid():
            self.item.show_item(str(current.data(ID_ROLE) or ""))

    def _removed(self, parent: QModelIndex) -> None:
        # Items that stood apart go one stretch after the other.
        if parent.isValid() or self._next_place < 0 or self.selection:
            return
        place, self._next_place = self._next_place, -1
        last = self.model.rowCount() - 1
        if last >= 0:
            self.view.select_rows([min(place, last)], self.view.currentIndex().column())

    def _came(self, item_ids: tuple[str, ...]) -> None:
        places = sorted(at for at in map(self.model.place, item_ids) if at >= 0)
        self.view.select_rows(places)

    # --- acts -------------------------------------------------------------------------------------------------

    def _behind(self) -> int:
        if (coming := self.acts.behind_awaited) is not None:
            return coming
        places = self.view.selected_rows()
        return places[-1] + 1 if places else self.model.rowCount()

    def _asked(self, action_id: str) -> None:
        """From the palette or a menu."""
        if self.isVisible():
            self._act(action_id)

    def _act(self, action_id: str) -> None:
        action = self._actions[action_id]
        if not action.isEnabled():
            return
        chosen, clipboard = self.selection, QGuiApplication.clipboard()
        acts: dict[str, Callable[[], object]] = {
            "lineup.remove": lambda: self._remove(chosen),
            "lineup.up": lambda: self.acts.move_by(chosen, -1),
            "lineup.down": lambda: self.acts.move_by(chosen, 1),
            "lineup.segment": lambda: self._segments(None),
            "lineup.duplicate": lambda: self.acts.duplicate(chosen, self._behind()),
            "lineup.copy": lambda: self.acts.copy(chosen, clipboard),
            "lineup.cut": lambda: (self.acts.copy(chosen, clipboard), self._remove(chosen)),
            "lineup.paste": lambda: self.acts.paste(clipboard, self._behind()),
        }
        acts[action_id]()

    def _remove(self, item_ids: tuple[str, ...]) -> None:
        places = self.view.selected_rows()
        self.acts.remove(item_ids)
        # The next one is under the hand then, as in a list of anything.
        self._next_place = places[0] if places else -1

    def _dropped(self, product_ids: tuple[str, ...], index: int) -> None:
        known = [self._live.products[i] for i in product_ids if i in self._live.products]
        if len(known) < len(product_ids):
            sentence = self.tr("The shop has not told of these products yet: try again in a moment.")
            self.notice.emit(Notice("warning", sentence, "lineup"))
        self.acts.add_products(known, index)

    def _segments(self, over: QWidget | None) -> None:
        """A small menu of what stands in a line-up without a product."""
        menu = self._new_menu()
        at = self._behind()
        for title, minutes in ((self.tr("Talk"), 5), (self.tr("Questions"), 8), (self.tr("Draw"), 5)):
            self._entry(menu, title, partial(self.acts.segment, title, minutes, at))
        if over is not None:
            menu.popup(over.mapToGlobal(over.rect().bottomLeft()))
            return
        cell = self.view.visualRect(self.view.currentIndex())
        menu.popup(self.view.viewport().mapToGlobal(cell.bottomLeft() if cell.isValid() else QPoint(0, 0)))
        menu.setActiveAction(menu.actions()[0])

    def _menu(self, where: QPoint) -> None:
        chosen, over = self.selection, self._live.state.phase is ShowPhase.ENDED
        menu = self._new_menu()
        for action_id in (
            "lineup.up",
            "lineup.down",
            "",
            "lineup.copy",
            "lineup.cut",
            "lineup.paste",
            "lineup.duplicate",
        ):
            if action_id:
                action = self._actions[action_id]
                entry = self._entry(menu, action.text(), partial(self._act, action_id), action.isEnabled())
                entry.setText(f"{action.text()}\t{action.cap}" if action.cap else action.text())
            else:
                menu.addSeparator()
        menu.addSeparator()
        for minutes in _SLOTS:
            text = self.tr("{n} minutes each") if len(chosen) > 1 else self.tr("{n} minutes")
            put = partial(self.edits.put_all, chosen, planned_ms=minutes * _MS)
            self._entry(menu, text.replace("{n}", str(minutes)), put, bool(chosen) and not over)
        if len(chosen) == 1:
            status = self._live.state.status(chosen[0])
            skipped = status is ItemStatus.SKIPPED
            may = not over and status in (ItemStatus.PLANNED, ItemStatus.SKIPPED)
            text = self.tr("Plan it again") if skipped else self.tr("Skip")
            menu.addSeparator()
            self._entry(menu, text, partial(self.acts.skip, chosen[0]), may)
        menu.addSeparator()
        remove = self._actions["lineup.remove"]
        self._entry(
            menu, f"{remove.text()}\t{remove.cap}", partial(self._act, "lineup.remove"), remove.isEnabled()
        )
        menu.popup(where)

    def _new_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _entry(self, menu: QMenu, text: str, act: Callable[[], object], possible: bool = True) -> QAction:
        entry = QAction(text, menu)
        entry.triggered.connect(lambda _checked=False: act())
        entry.setEnabled(possible)
        menu.addAction(entry)
        return entry
