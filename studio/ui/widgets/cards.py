"""Panels and figures: card, stat, stock bar, empty state, suggestion line."""

from typing import Literal

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.icons import IconName, icon_pixmap
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme, set_look
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, TextTone

CardKind = Literal[
    "card", "card-raised", "card-onair", "card-next", "card-accent", "card-warning", "card-dashed"
]


class Card(QFrame):
    """A panel: surface, one-pixel line, radius 8. Add children to `body`, a vertical layout with 12 px inside."""

    def __init__(
        self, kind: CardKind = "card", parent: QWidget | None = None, *, margin: int = SPACE_M
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", kind)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(SPACE_S)

    def set_kind(self, kind: CardKind) -> None:
        """Change what the frame says: plain, raised, on air (red line), next, accent, warning or dashed."""
        set_look(self, "role", kind)


class Stat(QWidget):
    """A figure with its caption below, as in the health strip and the review: `1,284` / `viewers`.

    `size` is m, l or xl. With `caption_first` the caption stands above and `note` below the figure.
    """

    def __init__(
        self,
        value: str = "–",
        caption: str = "",
        parent: QWidget | None = None,
        *,
        size: str = "l",
        caption_first: bool = False,
    ) -> None:
        super().__init__(parent)
        self.value = PlainLabel(value, size=size, strong=True)
        self.caption = ElidedLabel(caption, tone="muted")
        self.note = ElidedLabel("", tone="muted")
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        for label in (self.caption, self.value) if caption_first else (self.value, self.caption):
            column.addWidget(label)
        column.addWidget(self.note)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._name()

    def show_value(self, value: str, caption: str | None = None, tone: TextTone = "") -> None:
        """Show a figure; `tone` colours it. The caption stays when it is None."""
        self.value.setText(value)
        self.value.set_tone(tone)
        if caption is not None:
            self.caption.setText(caption)
        self._name()

    def show_note(self, note: str, tone: TextTone = "muted") -> None:
        """A second small line, e.g. `95 % of 2,000`; empty hides it."""
        self.note.setText(note)
        self.note.set_tone(tone)
        self.note.setVisible(bool(note))
        self._name()

    def _name(self) -> None:
        self.setAccessibleName(
            " ".join(x for x in (self.value.text(), self.caption.text(), self.note.text()) if x)
        )


class StockBar(QWidget):
    """How much of the stock the show began with is still there. `warning` makes it amber."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._level: tuple[int, int, str] | None = None
        self._share = 0.0
        self._role = "accent"
        theme.changed.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_level(self, left: int, of: int, role: str = "accent") -> None:
        """`left` units of `of` (at the start, or the limit); role is accent, warning, promo or next."""
        if self._level == (left, of, role):
            return
        self._level = (left, of, role)
        self._share = min(1.0, max(0.0, left / of)) if of > 0 else 0.0
        self._role = role
        self.setAccessibleName(self.tr("{left} of {of}").format(left=left, of=of))
        self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(120), self._theme.px(5))

    def minimumSizeHint(self) -> QSize:  # noqa: D102
        return QSize(self._theme.px(24), self._theme.px(5))

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            box = QRectF(self.rect())
            radius = box.height() / 2
            painter.setBrush(self._theme.colour("track"))
            painter.drawRoundedRect(box, radius, radius)
            if self._share > 0:
                box.setWidth(max(box.height(), box.width() * self._share))
                painter.setBrush(self._theme.colour(self._role))
                painter.drawRoundedRect(box, radius, radius)


class EmptyState(QWidget):
    """What a panel shows when it has nothing: an icon, a sentence that says why, and what to do about it."""

    acted = Signal()

    def __init__(
        self, theme: Theme, icon: IconName, sentence: str, button: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon: IconName = icon
        self.picture = PlainLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence = PlainLabel(sentence, tone="muted", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.button = QPushButton(button.replace("&", "&&"))
        self.button.setVisible(bool(button))
        self.button.clicked.connect(self.acted)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_M)
        column.addStretch(1)
        column.addWidget(self.picture)
        column.addWidget(self.sentence)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(1)
        theme.changed.connect(self._draw)
        self._draw()

    def event(self, event: QEvent) -> bool:  # noqa: D102
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._draw()
        return super().event(event)

    def say(self, sentence: str, icon: IconName | None = None, button: str = "") -> None:
        """Change sentence, icon and button together; loading, empty and failed use the same place."""
        self.sentence.setText(sentence)
        self.button.setText(button.replace("&", "&&"))
        self.button.setVisible(bool(button))
        if icon is not None and icon != self._icon:
            self._icon = icon
            self._draw()

    def _draw(self) -> None:
        self.picture.setPixmap(
            icon_pixmap(self._icon, self._theme.px(32), self._theme.colour("muted"), self.devicePixelRatioF())
        )


class SuggestLine(ElidedLabel):
    """One suggested answer in accent colour; a click or Return takes it (`taken` carries the text)."""

    taken = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent, tone="accent")
        self._answer = ""
        self.setProperty("textsize", "caption")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def suggest(self, answer: str) -> None:
        """Offer an answer; empty hides the line."""
        self._answer = answer
        self.setText(self.tr("SUGGESTED: “{answer}”").format(answer=answer) if answer else "")
        self.setAccessibleName(self.tr("Suggested answer: {answer}").format(answer=answer))
        self.setVisible(bool(answer))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: D102
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.taken.emit(self._answer)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not event.isAutoRepeat():
            self.taken.emit(self._answer)
        else:
            super().keyPressEvent(event)
