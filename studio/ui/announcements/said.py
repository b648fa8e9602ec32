"""What was announced: when, where, in which words, and what became of it."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStackedWidget, QTableView, QWidget

from studio.domain.announcement_log import AnnouncementLine
from studio.domain.events import Outcome
from studio.ui.announcements.words import kind_words, outcome_words, tr
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.cards import EmptyState
from studio.ui.widgets.labels import tooltip_text
from studio.ui.widgets.text import clean_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()
_FINE = (None, Outcome.DELIVERED, Outcome.WITHDRAWN, Outcome.SUPERSEDED)


class SaidModel(QAbstractTableModel):
    """The announcements, the newest first."""

    def __init__(
        self, texts: Texts, theme: Theme, name_of: Callable[[str], str], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._texts, self._theme, self._name_of = texts, theme, name_of
        self._lines: list[AnnouncementLine] = []
        self._heads = (tr("Time"), tr("Channel"), tr("What happened"), tr("Text"), tr("Outcome"))

    def take(self, lines: Sequence[AnnouncementLine]) -> None:
        """Show these; rows that are there already stay, so that nothing jumps."""
        fresh = list(reversed(lines))
        more = len(fresh) - len(self._lines)
        known = [line.effect_id for line in self._lines]
        if more < 0 or [line.effect_id for line in fresh[more:]] != known:
            self.beginResetModel()
            self._lines = fresh
            self.endResetModel()
            return
        if more:
            self.beginInsertRows(_ROOT, 0, more - 1)
            self._lines = fresh[:more] + self._lines
            self.endInsertRows()
        for row, line in enumerate(fresh):
            if line != self._lines[row]:
                self._lines[row] = line
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(self._heads) - 1))

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._heads)

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._heads[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self._lines[index.row()]
        trouble = line.outcome not in _FINE
        if role == Qt.ItemDataRole.DisplayRole:
            outcome = outcome_words(line.outcome)
            return (
                self._texts.clock(line.at_ms, seconds=True),
                clean_text(self._name_of(line.channel), 60),
                kind_words(line.kind),
                clean_text(line.text, 600),
                f"⚠ {outcome}" if trouble else outcome,
            )[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole and index.column() >= 3:
            return tooltip_text(
                clean_text(f"{line.text}\n{line.sentence}" if line.sentence else line.text, 2_000)
            )
        if role == Qt.ItemDataRole.ForegroundRole and trouble and index.column() == 4:
            return self._theme.colour("warning_text")
        return None


class SaidView(QStackedWidget):
    """The table, or a sentence while nothing was announced."""

    def __init__(
        self, texts: Texts, theme: Theme, name_of: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.model: Final = SaidModel(texts, theme, name_of, self)
        self.table: Final = QTableView()
        self.table.setModel(self.model)
        self.table.setAccessibleName(tr("What was announced"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(28))
        head = self.table.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.setColumnWidth(0, theme.px(92))
        head.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.addWidget(EmptyState(theme, "chat", tr("Nothing was announced in this show yet.")))
        self.addWidget(self.table)

    def take(self, lines: Sequence[AnnouncementLine]) -> None:
        """Show these."""
        self.model.take(lines)
        self.setCurrentIndex(1 if lines else 0)
