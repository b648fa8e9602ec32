"""What the screens of the settings have in common: the tabs between them, the way back, and Esc and Return."""

from collections.abc import Mapping, Sequence

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
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from studio.ui.connections.words import tr
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S
from studio.ui.widgets.labels import PlainLabel, tooltip_text


class SettingsPage(QWidget):
    """A screen of the settings. `name` is its own among `places`, the screens there are (name to title).

    `escaped` is emitted for Esc, `entered` for Return in a field; Return presses the button with the focus. `went` carries
    the name of another screen that was chosen. Put what is on it below the head by `fill`.
    """

    escaped = Signal()
    entered = Signal()
    went = Signal(str)

    def __init__(
        self, name: str, title: str, places: Mapping[str, str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._place = name
        self._places = list(places)
        self.setProperty("role", "workspace")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.keys_sentence = PlainLabel("", tone="muted", wrap=True)
        self.back = QPushButton(tr("Back"))
        self.back.setAccessibleName(tr("Back"))
        self.back.setToolTip(tooltip_text(tr("Back to where you came from (Esc)")))
        self.switch = QTabBar()
        self.switch.setAccessibleName(tr("Settings"))
        self.switch.setExpanding(False)
        self.switch.setDrawBase(False)
        for text in places.values():
            self.switch.addTab(text)
        self._mark_place()
        self.switch.currentChanged.connect(self._chose_place)

    def fill(self, below: QWidget) -> None:
        """What the screen is about."""
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(self.switch)
        head.addWidget(self.keys_sentence, 1)
        head.addWidget(self.back)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        whole.setSpacing(SPACE_M)
        whole.addLayout(head)
        whole.addWidget(below, 1)

    def _mark_place(self) -> None:
        self.switch.setCurrentIndex(self._places.index(self._place))

    def _chose_place(self, index: int) -> None:
        if self._places[index] != self._place:
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


def form_and_findings(form: QWidget, foot: QWidget, right: Sequence[QWidget]) -> QWidget:
    """The form with what stays in sight below it, and cards at the right; each scrolls by itself."""
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
    left.addWidget(_scrolling(form, tr("What is entered")), 1)
    left.addWidget(foot)
    row.addLayout(left, 1)
    row.addWidget(_scrolling(told, tr("What is known of it")), 1)
    return page


def _scrolling(inside: QWidget, name: str) -> QScrollArea:
    area = QScrollArea()
    area.setAccessibleName(name)
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
