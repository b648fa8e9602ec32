"""The notices of this run in a list, the newest on top."""

from PySide6.QtCore import (
    QCoreApplication,
    QDateTime,
    QIdentityProxyModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QListView, QWidget

from studio.ui.dialogs import Dialog
from studio.ui.notices import Notices
from studio.ui.widgets.labels import PlainLabel

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class _Timed(QIdentityProxyModel):
    """Puts the local time before each sentence."""

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As the notices say, with the time."""
        found: object = super().data(index, role)
        if role == Qt.ItemDataRole.DisplayRole:
            at = super().data(index, Notices.AtRole)
            if isinstance(at, int):
                return f"{QDateTime.fromMSecsSinceEpoch(at).toString('HH:mm:ss')}   {found}"
        return found


class NoticeHistory(Dialog):
    """Every notice of this run; those that are over stay listed."""

    def __init__(self, notices: Notices, parent: QWidget) -> None:
        tr = QCoreApplication.translate
        super().__init__(parent, tr("NoticeHistory", "Notices"), width=620)
        model = _Timed(self)
        model.setSourceModel(notices)
        self.list = QListView()
        self.list.setModel(model)
        self.list.setWordWrap(True)
        self.list.setMinimumHeight(320)
        self.list.setUniformItemSizes(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName(tr("NoticeHistory", "Notices, the newest first"))
        nothing = PlainLabel(tr("NoticeHistory", "Nothing has been said yet."), tone="muted")
        nothing.setVisible(model.rowCount() == 0)
        self.list.setVisible(model.rowCount() > 0)
        self.body.addWidget(nothing)
        self.body.addWidget(self.list)
        self.add_cancel(tr("NoticeHistory", "Close"))
