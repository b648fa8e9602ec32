"""The table of the rows that are about to come in, and the place where a person decides about one of them."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.domain.exchange import SURE, Candidate, Found
from studio.ui.prepare.import_model import TONE_ROLE, Choice, Chosen, ImportRowsModel, RowState
from studio.ui.prepare.import_words import tr
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.labels import PlainLabel
from studio.ui.widgets.text import clean_text

_COLOURS: Final = {"ok": "next_text", "warning": "warning_text", "muted": "muted"}
_WIDTHS: Final = {0: 48, 1: 112, 3: 72, 4: 92, 5: 112}
_CODE: Final = 5
_NARROW: Final = 760
"""Below this width (px at scale 1) the codes make room for the names."""
_ROW: Final = 30


class _Delegate(QStyledItemDelegate):
    """Cells in the colour of their state."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Colours by the theme in force."""
        super().initStyleOption(option, index)
        tone = index.data(TONE_ROLE)
        if tone:
            colour = self._theme.colour(_COLOURS[tone])
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, colour)  # type: ignore[attr-defined]


class ImportTable(QTableView):
    """The rows of the file; `at_changed` carries the place of the row that is looked at, -1 for none."""

    at_changed = Signal(int)

    def __init__(self, model: ImportRowsModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narrow = theme.px(_NARROW)
        self.setModel(model)
        self.setItemDelegate(_Delegate(theme, self))
        self.setAccessibleName(tr("Rows of the file"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(theme.px(_ROW))
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setMinimumSectionSize(theme.px(40))
        for at in range(len(model.heads)):
            fixed = at in _WIDTHS
            head.setSectionResizeMode(
                at, QHeaderView.ResizeMode.Fixed if fixed else QHeaderView.ResizeMode.Stretch
            )
            if fixed:
                self.setColumnWidth(at, theme.px(_WIDTHS[at]))
        self.selectionModel().currentRowChanged.connect(self._moved)
        model.modelReset.connect(lambda: self.at_changed.emit(-1))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.setColumnHidden(_CODE, self.width() < self._narrow)

    @property
    def at(self) -> int:
        """The place of the row that is looked at, -1 for none."""
        return self.currentIndex().row()

    def look_at(self, at: int) -> None:
        """Look at a row, and bring it into sight."""
        if at >= 0:
            index = self.model().index(at, 0)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def _moved(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.at_changed.emit(now.row())


class Decision(QWidget):
    """What is to be said of one row, and the choice that a person has."""

    def __init__(
        self, model: ImportRowsModel, table: ImportTable, texts: Texts, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model, self._table, self._texts = model, table, texts
        self._choices: list[Choice] = []
        self.sentence: Final = PlainLabel("", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.sentence.setMinimumHeight(self.sentence.fontMetrics().lineSpacing() * 3)
        self.choice: Final = QComboBox()
        self.choice.setAccessibleName(tr("What becomes of this row"))
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(24)
        self.next: Final = QPushButton(tr("Next to confirm"))
        self.next.setAutoDefault(False)
        self.take_all: Final = QPushButton("")
        self.take_all.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.choice, 1)
        row.addWidget(self.next)
        row.addWidget(self.take_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.sentence)
        column.addLayout(row)
        self.choice.activated.connect(self._choose)
        self.next.clicked.connect(self._go_on)
        self.take_all.clicked.connect(self._take_all)
        table.at_changed.connect(self._show_row)
        model.dataChanged.connect(self._again)
        model.modelReset.connect(self._again)
        self._refresh()

    def _again(self, *_args: object) -> None:
        self._refresh()

    def _refresh(self) -> None:
        self.setVisible(self._model.rowCount() > 0)
        count = len(self._model.open_proposals())
        self.take_all.setText(tr("Confirm all {n} single proposals").replace("{n}", str(count)))
        self.take_all.setVisible(count > 1)
        self.next.setEnabled(self._model.count(RowState.ASKS) > 0)
        self._show_row(self._table.at)

    def _show_row(self, at: int) -> None:
        self.choice.clear()
        self._choices = []
        if not 0 <= at < self._model.rowCount():
            self.sentence.setText(tr("Choose a row to see what is said of it."))
            self.sentence.set_tone("muted")
            self.choice.setEnabled(False)
            return
        row, state = self._model.row(at), self._model.state(at)
        said = (
            [*row.problems, row.match.sentence, *row.notes]
            if row.item is None or row.match.sentence
            else list(row.notes)
        )
        self.sentence.setText(
            "\n".join(clean_text(text, 400) for text in said if text)
            or tr("There is nothing to say of this row.")
        )
        self.sentence.set_tone("warning" if state in (RowState.WRONG, RowState.ASKS) else "muted")
        if row.item is not None:
            self._offer(at)
        self.choice.setEnabled(row.item is not None)

    def _offer(self, at: int) -> None:
        row = self._model.row(at)
        if row.match.found in SURE:
            self._add(tr("Bring it in"), None)
        else:
            self._add(tr("Decide…"), None)
            for candidate in row.match.candidates:
                self._add(self._words(candidate, row.match.found), candidate)
            if row.item is not None and (row.item.product_id or row.item.sku):
                self._add(tr("Take it as it stands in the file"), Chosen.AS_IT_STANDS)
        self._add(tr("Leave it out"), Chosen.LEFT_OUT)
        self.choice.setCurrentIndex(self._choices.index(self._model.choice(at)))

    def _add(self, words: str, choice: Choice) -> None:
        self._choices.append(choice)
        self.choice.addItem(words)

    def _words(self, candidate: Candidate, found: Found) -> str:
        alike = (
            tr("{n} % alike").replace("{n}", str(candidate.score)) if found is Found.LIKELY else candidate.sku
        )
        price = self._texts.money(candidate.price) if candidate.price is not None else ""
        return " · ".join(part for part in (clean_text(candidate.title, 80), price, alike) if part)

    def _choose(self, place: int) -> None:
        at = self._table.at
        if 0 <= at < self._model.rowCount() and 0 <= place < len(self._choices):
            self._model.choose(at, self._choices[place])

    def _go_on(self) -> None:
        self._table.look_at(self._model.next_open(self._table.at))

    def _take_all(self) -> None:
        for at in self._model.open_proposals():
            self._model.choose(at, self._model.row(at).match.candidates[0])
