"""The list of shops or channels at the left: what each is called, where it is, and how it is."""

from typing import Final, Generic

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
from studio.ui.connections.drafts import D
from studio.ui.connections.wording import Wording
from studio.ui.icons import IconName, icon
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.buttons import ActionButton
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import SectionHeader
from studio.ui.widgets.text import clean_text

_Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


class ConnectionModel(QAbstractListModel, Generic[D]):
    """Them in the order of the settings, those that are not saved yet behind them. What stands in the second line, and
    how each is, a subclass says.
    """

    DraftRole: Final = Qt.ItemDataRole.UserRole + 1

    def __init__(self, theme: Theme, unnamed: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._unnamed = unnamed
        self._drafts: list[D] = []
        self._titles: dict[str, str] = {}
        theme.changed.connect(self._redrawn)

    @property
    def drafts(self) -> tuple[D, ...]:
        """All of them."""
        return tuple(self._drafts)

    def name_platforms(self, titles: dict[str, str]) -> None:
        """What each kind is called."""
        self._titles = dict(titles)
        self._redrawn()

    def set_all(self, drafts: list[D]) -> None:
        """Show these and no others."""
        self.beginResetModel()
        self._drafts = list(drafts)
        self.endResetModel()

    def add(self, draft: D) -> int:
        """Put one behind the others; returns its row."""
        row = len(self._drafts)
        self.beginInsertRows(_ROOT, row, row)
        self._drafts.append(draft)
        self.endInsertRows()
        return row

    def put(self, row: int, draft: D) -> None:
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
            return f"{self.title(draft)}\n{self.second_line(draft)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(x for x in (self.title(draft), self.second_line(draft), self.state(draft)) if x)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._sign(draft)
        return draft if role == self.DraftRole else None

    def _redrawn(self) -> None:
        if self._drafts:
            self.dataChanged.emit(self.index(0), self.index(len(self._drafts) - 1))

    def title(self, draft: D) -> str:
        """What it is called."""
        return clean_text(draft.name, 60) or self._unnamed

    def platform(self, draft: D) -> str:
        """What its platform is called."""
        kind = draft.values["kind"]
        return clean_text(self._titles.get(kind, kind), 40)

    def second_line(self, draft: D) -> str:
        """Its platform, and what is to be known of it."""
        raise NotImplementedError

    def state(self, draft: D) -> str:
        """How it is, in words, for who cannot see the sign; empty when the second line says so."""
        raise NotImplementedError

    def sign(self, draft: D) -> tuple[IconName, str]:
        """How it is, as an icon and its colour."""
        raise NotImplementedError

    def _sign(self, draft: D) -> object:
        name, tone = self.sign(draft)
        return icon(name, self._theme.px(16), self._theme.colour(tone))


class _View(QListView):
    """Delete removes, as everywhere."""

    delete_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and not event.isAutoRepeat():
            self.delete_asked.emit()
            return
        super().keyPressEvent(event)


class ConnectionList(Card, Generic[D]):
    """The list with its buttons. `chosen` carries the id of the one that is looked at, empty for none."""

    chosen = Signal(str)

    def __init__(
        self, model: ConnectionModel[D], wording: Wording, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__("card", parent)
        self.model = model
        self.view = _View()
        self.view.setModel(self.model)
        self.view.setAccessibleName(wording.title)
        self.view.setUniformItemSizes(True)
        self.view.setSpacing(2)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.header = SectionHeader(wording.title)
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
    def current(self) -> D | None:
        """The one that is looked at."""
        row = self.row
        return self.model.drafts[row] if 0 <= row < len(self.model.drafts) else None

    def choose(self, row: int) -> None:
        """Look at a row."""
        index = self.model.index(min(row, self.model.rowCount() - 1))
        self.view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def _moved(self, now: QModelIndex) -> None:
        draft = self.current if now.isValid() else None
        self.chosen.emit(draft.id if draft else "")
