"""Bringing a line-up in from a file: which column is which, what became of each row, and where the items go."""

import asyncio
import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from studio.domain.exchange import Candidate, LineUpSource, Terms
from studio.domain.lineup import LineUpItem
from studio.domain.promo import PromoPlan
from studio.ui.dialogs import Dialog
from studio.ui.prepare.exchange_port import ExchangePort, NotReadError
from studio.ui.prepare.import_columns import ImportColumns
from studio.ui.prepare.import_model import ImportRowsModel, RowState
from studio.ui.prepare.import_table import Decision, ImportTable
from studio.ui.prepare.import_words import tr
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text


class Place(enum.StrEnum):
    """Where the items go."""

    END = "end"
    BEHIND = "behind"
    INSTEAD = "instead"


class ImportDialog(Dialog):
    """Shows what stands in `path` and lets a person decide. `items()` and `place()` are what was decided.

    `room` names the places where items may go, and how many find room there; `behind` is the title of the item behind
    which they may. Reading begins with `load`. As long as the shop's catalogue is not here, rows come in as they stand, and
    are looked up again once it is.
    """

    def __init__(
        self, parent: QWidget, path: Path, port: ExchangePort, terms: Terms, texts: Texts, theme: Theme, tasks: Tasks,
        *, room: Mapping[Place, int], behind: str = "", title: str = "",
    ) -> None:  # fmt: skip
        super().__init__(parent, title or tr("Import a line-up"), width=theme.px(900))
        self._path, self._port, self._terms, self._tasks = path, port, terms, tasks
        self._room = dict(room)
        self._source: LineUpSource | None = None
        self._work: asyncio.Task[Any] | None = None
        window = parent.window().size()
        self.setMinimumHeight(theme.px(520))
        self.resize(
            max(theme.px(900), min(theme.px(1_200), window.width() * 7 // 8)),
            max(theme.px(560), min(theme.px(800), window.height() * 7 // 8)),
        )
        self.model: Final = ImportRowsModel(texts, terms.currency, self)
        self.file: Final = ElidedLabel(clean_text(path.name, 200), strong=True)
        self.sheet: Final = QComboBox()
        self.sheet.setAccessibleName(tr("Sheet"))
        self.sheet.hide()
        self.notices: Final = PlainLabel("", tone="warning", wrap=True)
        self.notices.hide()
        self.progress: Final = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.columns: Final = ImportColumns()
        self.table: Final = ImportTable(self.model, theme)
        self.decision: Final = Decision(self.model, self.table, texts)
        self.place_choice: Final = QComboBox()
        self.content: Final = QWidget()
        self.left: Final = QWidget()
        self.head: Final = SectionHeader(tr("Rows"))
        self.full: Final = ElidedLabel("", tone="warning")
        self._lay_out(theme)
        self._offer_places(behind)
        self.add_cancel()
        self.deed: Final = self.add_button("", variant="primary")
        self.deed.clicked.connect(self.accept)
        self.columns.changed.connect(self._look_up)
        self.sheet.activated.connect(self._choose_sheet)
        self.model.dataChanged.connect(self._recount)
        self.model.modelReset.connect(self._recount)
        self.place_choice.currentIndexChanged.connect(self._recount)
        self.accepted.connect(self._remember)
        self.finished.connect(self._stop)
        self._count()

    def _lay_out(self, theme: Theme) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_M)
        top.addWidget(self.file, 1)
        top.addWidget(self.sheet)
        self.left.setFixedWidth(theme.px(236))
        columns = QVBoxLayout(self.left)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(SPACE_S)
        columns.addWidget(SectionHeader(tr("Columns of the file")))
        columns.addWidget(self.columns, 1)
        right = QVBoxLayout()
        right.setSpacing(SPACE_S)
        right.addWidget(self.head)
        right.addWidget(self.table, 1)
        right.addWidget(self.decision)
        both = QHBoxLayout(self.content)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(SPACE_M)
        both.addWidget(self.left)
        both.addLayout(right, 1)
        self.body.addLayout(top)
        self.body.addWidget(self.notices)
        self.body.addWidget(self.progress)
        self.body.addWidget(self.content, 1)

    def _offer_places(self, behind: str) -> None:
        self.place_choice.setAccessibleName(tr("Where the items go"))
        words = {
            Place.END: tr("At the end of the line-up"),
            Place.BEHIND: tr("Behind “{title}”").replace("{title}", clean_text(behind, 40)),
            Place.INSTEAD: tr("Instead of what is in the line-up"),
        }
        for place in self._room:
            self.place_choice.addItem(words[place], place)
        self.place_choice.setHidden(len(self._room) < 2)
        self.buttons.insertWidget(0, self.place_choice)
        self.buttons.insertWidget(1, self.full, 1)

    # --- what was decided -------------------------------------------------------------------------------------

    def items(self) -> tuple[LineUpItem, ...]:
        """The items that come in, in the order of the file."""
        found: list[LineUpItem] = []
        for row, choice in self.model.good():
            if isinstance(choice, Candidate):
                found.append(self._port.chosen(row, choice, self._terms))
            elif row.item is not None:
                found.append(row.item)
        return tuple(found)

    def codes(self) -> tuple[PromoPlan, ...]:
        """The planned codes of the whole show that come in."""
        return self._source.codes if self._source is not None else ()

    def place(self) -> Place:
        """Where they go."""
        return Place(self.place_choice.currentData())

    # --- reading ----------------------------------------------------------------------------------------------

    def load(self, sheet: str = "") -> None:
        """Read the file; a reading that runs is given up."""
        self._begin(self._read(sheet), "read a line-up")

    def _choose_sheet(self, at: int) -> None:
        self.load(self.sheet.itemText(at))

    async def _read(self, sheet: str) -> None:
        try:
            source = await self._port.read(self._path, self._terms, sheet)
        except NotReadError as error:
            self._refuse(str(error))
            return
        self._source = source
        self._say(" ".join(source.notices))
        table = source.table
        self.left.setVisible(table is not None)
        if table is not None:
            self._show_sheets(table.sheets, table.sheet)
            self.columns.show_table(table, source.guesses)
        await self._match()

    def _refuse(self, sentence: str) -> None:
        """Nothing was read: of a file with other sheets one of those may be chosen, else there is nothing more to see."""
        self._say(sentence)
        self.progress.hide()
        self._source = None
        self.left.hide()
        self.model.set_rows(())
        if self.sheet.count() > 1:
            return
        for widget in (self.content, self.place_choice, self.deed):
            widget.hide()
        self.setMinimumHeight(0)
        self.resize(self.width(), self.sizeHint().height())

    def _show_sheets(self, sheets: tuple[str, ...], chosen: str) -> None:
        self.sheet.clear()
        self.sheet.addItems(list(sheets))
        self.sheet.setCurrentText(chosen)
        self.sheet.setVisible(len(sheets) > 1)

    def _look_up(self) -> None:
        self._begin(self._match(), "look up the products of a line-up")

    async def _match(self) -> None:
        source = self._source
        if source is None:
            return
        mapping = self.columns.mapping() if source.table is not None else ()
        lacks = self._port.missing(mapping) if source.table is not None else ""
        said = [*source.notices, lacks]
        self._say(" ".join(said).strip())
        if lacks:
            self.progress.hide()
            self.model.set_rows(())
            return
        complete, again = False, False
        while not complete:
            complete = await self._port.catalogue_is_here()
            waits = (
                ""
                if complete
                else tr("The shop's catalogue is not here yet: rows are looked up again when it is.")
            )
            self._say(" ".join([*said, waits]).strip())
            rows = await self._port.rows(source, mapping, self._terms, self._show_progress)
            self.progress.hide()
            self.model.set_rows(rows, again=again)
            self.table.look_at(max(0, self.model.next_open(-1)) if rows else -1)
            if not complete:
                await self._port.catalogue_comes()
                again = True

    def _remember(self) -> None:
        if self._source is not None and self._source.table is not None:
            self._port.remember(self._source, self.columns.mapping())

    def _begin(self, coro: Any, name: str) -> None:
        self._stop()
        self._work = self._tasks.spawn(coro, name)
        self._show_progress(0, 0)

    def _stop(self, _code: int = 0) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def _show_progress(self, done: int, of: int) -> None:
        # What a thread told may come when its reading was given up long ago.
        if self._work is None and of:
            return
        self.progress.setRange(0, of)
        self.progress.setValue(done)
        self.progress.show()
        self._count()

    # --- saying -----------------------------------------------------------------------------------------------

    def _say(self, sentence: str) -> None:
        self.notices.setText(sentence)
        self.notices.setVisible(bool(sentence))

    def _recount(self, *_args: object) -> None:
        self._count()

    def _count(self) -> None:
        model = self.model
        good, asks, wrong = (model.count(s) for s in (RowState.GOOD, RowState.ASKS, RowState.WRONG))
        busy = self.progress.isVisibleTo(self)
        codes = len(self.codes())
        self.deed.setText(_deed(good, codes))
        left = self._room[self.place()]
        full = tr("There is room for {n} items there: leave some out.").replace("{n}", str(left))
        self.full.setText(full if good > left else "")
        self.deed.setEnabled(good + codes > 0 and good <= left and not busy)
        parts = [tr("{n} come in").replace("{n}", str(good))]
        if codes:
            parts.append(tr("{n} codes of the whole show").replace("{n}", str(codes)))
        if asks:
            parts.append(tr("{n} to confirm, else left out").replace("{n}", str(asks)))
        if wrong:
            parts.append(tr("{n} to correct in the file").replace("{n}", str(wrong)))
        self.head.set_note(" · ".join(parts) if model.rowCount() or codes else "")


def _deed(good: int, codes: int) -> str:
    if not good and codes:
        return tr("Import codes")
    if good == 1:
        return tr("Import 1 item")
    return tr("Import {n} items").replace("{n}", str(good)) if good else tr("Import")
