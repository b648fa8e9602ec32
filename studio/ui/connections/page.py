"""How the screen of the shops is laid out."""

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
    QVBoxLayout,
    QWidget,
)

from studio.ui.actions import Actions
from studio.ui.connections.findings import Findings, LastErrors
from studio.ui.connections.form import ShopForm
from studio.ui.connections.shop_list import ShopList
from studio.ui.connections.words import tr
from studio.ui.icons import IconName
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import EmptyState
from studio.ui.widgets.labels import PlainLabel, tooltip_text


class ShopsPage(QWidget):
    """The list at the left, the form in the middle, what a test found at the right; or one sentence instead.

    `escaped` is emitted for Esc, `entered` for Return in a field; Return presses the button with the focus.
    """

    escaped = Signal()
    entered = Signal()

    def __init__(self, actions: Actions, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "workspace")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Shops"))
        self.keys_sentence = PlainLabel("", tone="muted", wrap=True)
        self.back = QPushButton(tr("Back"))
        self.back.setAccessibleName(tr("Back"))
        self.back.setToolTip(tooltip_text(tr("Back to where you came from (Esc)")))
        self.list = ShopList(theme, actions)
        self.list.setFixedWidth(theme.px(280))
        self.form = ShopForm(actions)
        self.findings = Findings(texts)
        self.errors = LastErrors(texts)
        self.empty = EmptyState(theme, "bag", "")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._shop_page())
        self._stack.addWidget(self.empty)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(PlainLabel(tr("Shops"), size="l", strong=True))
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

    def _shop_page(self) -> QWidget:
        right = QWidget()
        right.setProperty("role", "plain")
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.findings)
        column.addWidget(self.errors)
        column.addStretch(1)
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        left = QVBoxLayout()
        left.setSpacing(SPACE_S)
        left.addWidget(_scrolling(self.form), 1)
        left.addWidget(self.form.foot)
        row.addLayout(left, 1)
        row.addWidget(_scrolling(right), 1)
        return page

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

    def _show_shop(self) -> None:
        self._stack.setCurrentIndex(0)

    def _show_sentence(self, sentence: str, icon: IconName, button: str = "") -> None:
        self._stack.setCurrentWidget(self.empty)
        self.empty.say(sentence, icon, button)


def _scrolling(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(inside)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area
