"""How the screens of the shops and the channels are laid out."""

from collections.abc import Mapping, Sequence
from typing import Generic

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from studio.ui.connections.connection_list import ConnectionList
from studio.ui.connections.drafts import D
from studio.ui.connections.findings import FindingsCard, LastErrors
from studio.ui.connections.form import ConnectionForm
from studio.ui.connections.wording import Wording
from studio.ui.connections.words import tr
from studio.ui.icons import IconName
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import EmptyState
from studio.ui.widgets.labels import PlainLabel, tooltip_text


class ConnectionsPage(QWidget, Generic[D]):
    """The list at the left, the form in the middle, what a test found at the right; or one sentence instead.

    `escaped` is emitted for Esc, `entered` for Return in a field; Return presses the button with the focus. `places` are
    the screens of the settings, name to title: `went` carries the name of another one that was chosen. `beside` stands
    between what a test found and the last errors.
    """

    escaped = Signal()
    entered = Signal()
    went = Signal(str)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        places: Mapping[str, str],
        left: ConnectionList[D],
        form: ConnectionForm,
        findings: FindingsCard,
        errors: LastErrors,
        beside: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._wording = wording
        self.setProperty("role", "workspace")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(wording.title)
        self.keys_sentence = PlainLabel("", tone="muted", wrap=True)
        self.back = QPushButton(tr("Back"))
        self.back.setAccessibleName(tr("Back"))
        self.back.setToolTip(tooltip_text(tr("Back to where you came from (Esc)")))
        self.list = left
        self.list.setFixedWidth(theme.px(280))
        self.findings, self.errors = findings, errors
        self.empty = EmptyState(theme, wording.icon, "")
        self._stack = QStackedWidget()
        self._stack.addWidget(_columns(form, [*beside, findings, errors]))
        self._stack.addWidget(self.empty)
        self._places = list(places)
        self.switch = QTabBar()
        self.switch.setAccessibleName(tr("Settings"))
        self.switch.setExpanding(False)
        self.switch.setDrawBase(False)
        for title in places.values():
            self.switch.addTab(title)
        self._mark_place()
        self.switch.currentChanged.connect(self._chose_place)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(self.switch)
        head.addWidget(self.keys_sentence, 1)
        head.addWidget(self.back)
        below = QHBoxLayout()
        below.setSpacing(SPACE_S)
        below.addWidget(self.list)
        below.addWidget(self._stack, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        whole.setSpacing(SPACE_M)
        whole.addLayout(head)
        whole.addLayout(below, 1)

    def _mark_place(self) -> None:
        self.switch.setCurrentIndex(self._places.index(self._wording.name))

    def _chose_place(self, index: int) -> None:
        if self._places[index] != self._wording.name:
            self._mark_place()  # the tab of this screen stays that of this screen
            self.went.emit(self._places[index])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        focused = QApplication.focusWidget()
        pressed = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.isAutoRepeat():
            return
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif pressed and isinstance(focused, QAbstractButton):
            focused.click()
        elif pressed and isinstance(focused, QLineEdit):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def _show_form(self) -> None:
        self._stack.setCurrentIndex(0)

    def _show_sentence(self, sentence: str, icon: IconName, button: str = "") -> None:
        self._stack.setCurrentWidget(self.empty)
        self.empty.say(sentence, icon, button)


def _columns(form: ConnectionForm, right: Sequence[QWidget]) -> QWidget:
    told = QWidget()
    told.setProperty("role", "plain")
    column = QVBoxLayout(told)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(SPACE_S)
    for card in right:
        column.addWidget(card)
    column.addStretch(1)
    page = QWidget()
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(SPACE_S)
    left = QVBoxLayout()
    left.setSpacing(SPACE_S)
    left.addWidget(_scrolling(form), 1)
    left.addWidget(form.foot)
    row.addLayout(left, 1)
    row.addWidget(_scrolling(told), 1)
    return page


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
