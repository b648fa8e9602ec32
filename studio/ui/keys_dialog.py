"""F1: every key of the studio, to read, to find and to change."""

from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTableView,
    QWidget,
)

from studio.ui.actions import Actions, StudioAction, translated
from studio.ui.dialogs import Dialog
from studio.ui.hotkeys import KeyConflictError, key_cap
from studio.ui.theme import SPACE_S, Theme
from studio.ui.widgets.labels import PlainLabel, tooltip_text


class KeysModel(QAbstractTableModel):
    """The actions with their keys: command, keys, group. `ActionRole` gives the action."""

    ActionRole: Final = Qt.ItemDataRole.UserRole + 1

    def __init__(self, actions: Actions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = list(actions)
        self._actions = actions
        actions.bindings.changed.connect(self._changed)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, D102
        return 0 if parent.isValid() else 3

    def data(  # noqa: D102
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if not index.isValid():
            return None
        action = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                translated(action.spec.text),
                "   ".join(key_cap(key) for key in action.keys),
                translated(action.spec.group),
            )[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_text(translated(action.spec.tooltip))
        return action if role == self.ActionRole else None

    def headerData(  # noqa: D102
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Command"), self.tr("Keys"), self.tr("Where"))[section]
        return None

    def row_of(self, action_id: str) -> int:
        """The row of an action."""
        return next(row for row, action in enumerate(self._rows) if action.spec.id == action_id)

    def _changed(self, action_id: str) -> None:
        row = self.row_of(action_id)
        self.dataChanged.emit(self.index(row, 0), self.index(row, 2))


class KeysDialog(Dialog):
    """The help page of the keys. Opens with `open()`; changes hold at once and are saved by who owns the settings."""

    def __init__(self, actions: Actions, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, self.tr("Keys"), width=theme.px(640))
        self._actions = actions
        self._model = KeysModel(actions, self)
        self._filter = QSortFilterProxyModel(self)
        self._filter.setSourceModel(self._model)
        self._filter.setFilterKeyColumn(-1)
        self._filter.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search commands and keys…"))
        self.search.setAccessibleName(self.tr("Search commands and keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter.setFilterFixedString)
        self.table = QTableView()
        self.first = self._editor(self.tr("Key"))
        self.second = self._editor(self.tr("Second key"))
        self.sentence = PlainLabel("", tone="muted", wrap=True)
        self._set_up_table(theme)
        editors = QHBoxLayout()
        editors.setSpacing(SPACE_S)
        for name, editor in ((self.tr("Key"), self.first), (self.tr("or"), self.second)):
            editors.addWidget(PlainLabel(name, tone="muted"))
            editors.addWidget(editor, 1)
        self.body.addWidget(self.search)
        self.body.addWidget(self.table, 1)
        self.body.addLayout(editors)
        self.body.addWidget(self.sentence)
        self.reset_one = self.add_button(self.tr("Reset this key"))
        self.reset_one.clicked.connect(self._reset_one)
        self.reset_all = self.add_button(self.tr("Reset all"))
        self.reset_all.clicked.connect(self._reset_all)
        self.add_cancel(self.tr("Close"))
        self._first = self.search
        self.resize(theme.px(680), theme.px(620))
        self.table.selectRow(0)

    @property
    def chosen(self) -> StudioAction | None:
        """The action whose keys the editors show."""
        index = self.table.currentIndex()
        action = index.siblingAtColumn(0).data(KeysModel.ActionRole) if index.isValid() else None
        return action if isinstance(action, StudioAction) else None

    def choose(self, action_id: str) -> None:
        """Show the keys of an action in the editors."""
        self.search.clear()
        self.table.selectRow(
            self._filter.mapFromSource(self._model.index(self._model.row_of(action_id), 0)).row()
        )

    def _editor(self, name: str) -> QKeySequenceEdit:
        editor = QKeySequenceEdit()
        editor.setMaximumSequenceLength(1)
        editor.setClearButtonEnabled(True)
        editor.setAccessibleName(name)
        editor.editingFinished.connect(self._take)
        return editor

    def _set_up_table(self, theme: Theme) -> None:
        self.table.setModel(self._filter)
        self.table.setAccessibleName(self.tr("Commands and their keys"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.px(28))
        self.table.setTabKeyNavigation(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.selectionModel().currentRowChanged.connect(self._show_keys)

    def _show_keys(self) -> None:
        action = self.chosen
        keys = action.keys if action is not None else ()
        for editor, place in ((self.first, 0), (self.second, 1)):
            editor.setKeySequence(
                QKeySequence.fromString(keys[place]) if place < len(keys) else QKeySequence()
            )
            editor.setEnabled(action is not None)
        self.reset_one.setEnabled(
            action is not None and not self._actions.bindings.is_default(action.spec.id)
        )
        self._say(translated(action.spec.tooltip) if action is not None else "")

    def _take(self) -> None:
        action = self.chosen
        if action is None:
            return
        keys = [editor.keySequence().toString() for editor in (self.first, self.second)]
        keys += action.keys[2:]
        try:
            self._actions.bindings.bind(action.spec.id, [key for key in keys if key])
        except KeyConflictError as error:
            self._show_keys()
            self._say(str(error), trouble=True)
        else:
            self._show_keys()

    def _reset_one(self) -> None:
        action = self.chosen
        if action is None:
            return
        try:
            self._actions.bindings.reset(action.spec.id)
        except KeyConflictError as error:
            self._say(str(error), trouble=True)
        else:
            self._show_keys()

    def _reset_all(self) -> None:
        self._actions.bindings.reset_all()
        self._show_keys()

    def _say(self, sentence: str, *, trouble: bool = False) -> None:
        self.sentence.setText(f"⚠ {sentence}" if trouble else sentence)
        self.sentence.set_tone("warning" if trouble else "muted")
