"""Buttons that show an action with its key, and the button that has to be held."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QWidget,
)

from studio.ui.actions import StudioAction
from studio.ui.theme import set_look
from studio.ui.widgets.labels import ElidedLabel, Kbd


class ActionButton(QPushButton):
    """A button for an action: its text and its key cap, following text, key, tooltip and enabled state.

    `variant` is primary, promo, quiet, danger-hold, compact or empty; `text` overrides the action's own text.
    """

    def __init__(
        self,
        action: StudioAction,
        variant: str = "",
        parent: QWidget | None = None,
        *,
        text: str = "",
        cap: bool = True,
    ) -> None:
        super().__init__(parent)
        self.action = action
        self._own_text = text
        self._with_cap = cap
        self._label = ElidedLabel("")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._cap = Kbd()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(6)
        row.addStretch(1)
        row.addWidget(self._label)
        row.addWidget(self._cap, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        self._row = row
        self.setObjectName(f"button:{action.spec.id}")
        self.setProperty("variant", variant)
        self.setAutoDefault(False)
        self._follow()
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)

    def set_variant(self, variant: str) -> None:
        """Change the look."""
        set_look(self, "variant", variant)
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: D102
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = "x"
        metrics = self.fontMetrics()
        bare = self.style().sizeFromContents(
            QStyle.ContentsType.CT_PushButton, option, QSize(0, metrics.height()), self
        )
        wanted = self._label.sizeHint().width()
        if self._cap.isVisibleTo(self):
            wanted += self._row.spacing() + self._cap.sizeHint().width()
        return QSize(bare.width() + wanted, bare.height())

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        hint = self.sizeHint()
        return QSize(min(hint.width(), hint.width() - self._label.sizeHint().width() + 48), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()

    def _follow(self) -> None:
        text = self._own_text or self.action.plain_text
        self.setText(text.replace("&", "&&"))
        self._label.setText(text)
        self._cap.setText(self.action.cap)
        self._cap.setVisible(self._with_cap and bool(self.action.cap))
        self.setToolTip(self.action.toolTip())
        self.setAccessibleName(text)
        self.setAccessibleDescription(self.action.plain_tooltip)
        self.setEnabled(self.action.isEnabled())
        self.setCheckable(self.action.isCheckable())
        self.setChecked(self.action.isChecked())
        self.updateGeometry()
