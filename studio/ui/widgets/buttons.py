"""Buttons that show an action with its key, and the button that has to be held."""

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolTip,
    QWidget,
)

from studio.ui.actions import StudioAction
from studio.ui.keyguard import FocusKeys
from studio.ui.theme import Theme, set_look
from studio.ui.widgets.labels import ElidedLabel, Kbd, tooltip_text

_HOLD_KEYS: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}


class ActionButton(QPushButton):
    """A button for an action: its text and its key cap, following text, key, tooltip and enabled state.

    `variant` is primary, promo, quiet, compact or empty; `text` overrides the action's own text.
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
        # A long name of a product is cut here; it must not push the columns of a window apart.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._follow()
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)

    def set_variant(self, variant: str) -> None:
        """Change the look."""
        set_look(self, "variant", variant)
        self.updateGeometry()

    def shorten(self, text: str = "", *, cap: bool = True) -> None:
        """Say `text` instead of the action's own text (empty: that again), with or without the key cap."""
        if (text, cap) != (self._own_text, self._with_cap):
            self._own_text, self._with_cap = text, cap
            self._follow()

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


class HoldButton(ActionButton):
    """Acts only after it was held for `hold_ms`: with the mouse, with Return or Space, or with the action's key.

    Letting go earlier does nothing but say what to do. `keys` tells when the action's own key was let go.
    """

    def __init__(
        self,
        action: StudioAction,
        theme: Theme,
        keys: FocusKeys,
        parent: QWidget | None = None,
        *,
        hold_ms: int = 1200,
        text: str = "",
        variant: str = "danger-hold",
    ) -> None:
        super().__init__(action, variant, parent, text=text)
        # Red is for what ends or begins being on air; any other act held on purpose is amber.
        self._role = "on_air" if variant == "danger-hold" else "warning"
        self.clicked.disconnect(action.trigger)
        self._theme = theme
        self._keys = keys
        self._progress = QVariantAnimation(self)
        self._progress.setStartValue(0.0)
        self._progress.setEndValue(1.0)
        self._progress.setDuration(hold_ms)
        self._progress.valueChanged.connect(self.update)
        self._progress.finished.connect(self._done)
        self.pressed.connect(self.begin)
        self.released.connect(self.let_go)
        keys.released.connect(self._key_released)
        action.hold_asked.connect(self._asked)

    @property
    def holding(self) -> bool:
        """Whether it is being held now."""
        return self._progress.state() == QVariantAnimation.State.Running

    def begin(self) -> None:
        """The press begins."""
        if self.isEnabled() and not self.holding:
            self._progress.start()

    def let_go(self) -> None:
        """The press ends before its time."""
        if self.holding:
            self._progress.stop()
            self.update()
            self._hint()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in _HOLD_KEYS:
            if not event.isAutoRepeat():
                self.begin()
            return
        super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in _HOLD_KEYS:
            if not event.isAutoRepeat():
                self.let_go()
            return
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: D102
        self.let_go()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        self._progress.stop()
        super().hideEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: D102
        super().paintEvent(event)
        if self._progress.state() == QVariantAnimation.State.Stopped:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            shape = QPainterPath()
            radius = self._theme.px(6)
            shape.addRoundedRect(QRectF(self.rect()), radius, radius)
            painter.setClipPath(shape)
            width = self.width() * float(self._progress.currentValue())
            bar = self._theme.px(4)
            wash = self._theme.colour(self._role)
            painter.fillRect(QRectF(0, self.height() - bar, width, bar), wash)
            wash.setAlpha(40)
            painter.fillRect(QRectF(0, 0, width, self.height()), wash)

    def _asked(self) -> None:
        if self._keys.pressing:
            self.begin()
        else:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self._hint()

    def _key_released(self, _key: int) -> None:
        if not self.isDown():
            self.let_go()

    def _done(self) -> None:
        self.setDown(False)
        self.update()
        # A menu that opened meanwhile may have swallowed the release of the key.
        if QApplication.activePopupWidget() is None:
            self.action.act()

    def _hint(self) -> None:
        if self.isVisible():
            hint = self.tr("Keep it pressed for {seconds} s").format(
                seconds=f"{self._progress.duration() / 1000:.1f}"
            )
            QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), tooltip_text(hint), self)
