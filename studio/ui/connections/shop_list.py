"""The list of shops at the left: what each is called, where it is, and how it was when it was last tried."""

from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QWidget

from studio.ui.actions import Actions
from studio.ui.connections.drafts import Draft
from studio.ui.connections.words import tr
from studio.ui.icons import icon
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.buttons import ActionButton
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import SectionHeader
from studio.ui.widgets.text import clean_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


class ShopModel(QAbstractListModel):
    """The shops in the order of the settings, those that are not saved yet behind them."""

    DraftRole: Final = Qt.ItemDataRole.UserRole + 1

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drafts: list[Draft] = []
        self._titles: dict[str, str] = {}
        theme.changed.connect(self._redrawn)

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """All of them."""
        return tuple(self._drafts)

    def name_platforms(self, titles: dict[str, str]) -> None:
        """What each kind of shop is called."""
        self._titles = dict(titles)
        self._redrawn()

    def set_all(self, drafts: list[Draft]) -> None:
        """Show these and no others."""
        self.beginResetModel()
        self._drafts = list(drafts)
        self.endResetModel()

    def add(self, draft: Draft) -> int:
        """Put one behind the others; returns its row."""
        row = len(self._drafts)
        self.beginInsertRows(_ROOT, row, row)
        self._drafts.append(draft)
        self.endInsertRows()
        return row

    def put(self, row: int, draft: Draft) -> None:
        """What stands in a row from now on."""
        if draft != self._drafts[row]:
            self._drafts[row] = draft
            self.dataChanged.emit(self.index(row), self.index(row))

    def remove(self, row: int) -> None:
        """Take one out."""
        self.beginRemoveRows(_ROOT, row, row)
        del self._drafts[row]
        self.endRemoveRows()

    def row_of(self, draft_id: str) -> int:
        """Where it stands, -1 when it is not there."""
        return next((row for row, draft in enumerate(self._drafts) if draft.id == draft_id), -1)

    def rowCount(self, parent: _Index = _ROOT) -> int:  # noqa: D102
        return 0 if parent.isValid() else len(self._drafts)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: D102
        if not index.isValid() or index.row() >= len(self._drafts):
            return None
        draft = self._drafts[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self._title(draft)}\n{self._second_line(draft)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(
                x for x in (self._title(draft), self._second_line(draft), self._state(draft)) if x
            )
        if role == Qt.ItemDataRole.DecorationRole:
            return self._sign(draft)
        return draft if role == self.DraftRole else None

    def _redrawn(self) -> None:
        if self._drafts:
            self.dataChanged.emit(self.index(0), self.index(len(self._drafts) - 1))

    @staticmethod
    def _title(draft: Draft) -> str:
        return clean_text(draft.name, 60) or tr("New shop")

    def _second_line(self, draft: Draft) -> str:
        kind = draft.values["kind"]
        parts = [clean_text(self._titles.get(kind, kind), 40)]
        if draft.dirty:
            parts.append(tr("not saved"))
        if draft.saved is not None and draft.saved.for_new_shows:
            parts.append(tr("for new shows"))
        return " · ".join(parts)

    @staticmethod
    def _state(draft: Draft) -> str:
        if draft.found is None:
            return ""
        return tr("connected") if draft.found.failure is None else tr("not connected")

    def _sign(self, draft: Draft) -> object:
        size = self._theme.px(16)
        if draft.found is None:
            return icon("bag", size, self._theme.colour("muted"))
        if draft.found.failure is None:
            return icon("check", size, self._theme.colour("next"))
        return icon("warning", size, self._theme.colour("warning"))


class _View(QListView):
    """Delete removes, as everywhere."""

    delete_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and not event.isAutoRepeat():
            self.delete_asked.emit()
            return
        super().keyPressEvent(event)


class ShopList(Card):
    """The list with its buttons. `chosen` carries the id of the shop that is looked at, empty for none."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self.model = ShopModel(theme, self)
        self.view = _View()
        self.view.setModel(self.model)
        self.view.setAccessibleName(tr("Shops"))
        self.view.setUniformItemSizes(True)
        self.view.setSpacing(2)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.header = SectionHeader(tr("Shops"))
        self.body.addWidget(self.header)
        self.body.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        for action_id in ("shop.add", "shop.duplicate", "shop.remove"):
            row.addWidget(ActionButton(actions[action_id], "compact", cap=False))
        row.addStretch(1)
        self.body.addLayout(row)
        self.view.delete_asked.connect(actions["shop.remove"].trigger)
        self.view.selectionModel().currentChanged.connect(self._moved)

    @property
    def row(self) -> int:
        """The row that is looked at, -1 for none."""
        return self.view.currentIndex().row()

    @property
    def current(self) -> Draft | None:
        """The shop that is looked at."""
        row = self.row
        return self.model.drafts[row] if 0 <= row < len(self.model.drafts) else None

    def choose(self, row: int) -> None:
        """Look at a row."""
        index = self.model.index(min(row, self.model.rowCount() - 1))
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _moved(self, now: QModelIndex) -> None:
        draft = self.current if now.isValid() else None
        self.chosen.emit(draft.id if draft else "")
