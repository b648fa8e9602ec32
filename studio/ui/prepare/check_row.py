"""One check before a show, as a row: a dot with a sign, what it is about, a sentence, and the button that mends it."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.domain.checks import Check, CheckState
from studio.ui.prepare.readiness_words import fix_help, fix_text, sentence_of, state_word, title_of
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, TEXT_CAPTION, Theme
from studio.ui.widgets.labels import ElidedLabel, tooltip_text

_DOT: Final = 14
_LINES: Final = 4
_BESIDE: Final = 250
"""In a row narrower than this the button stands under the sentence."""
_SIGNS: Final = {
    CheckState.OK: "✓",
    CheckState.WARNING: "!",
    CheckState.TROUBLE: "!",
    CheckState.CHECKING: "…",
}
_ROLES: Final = {
    CheckState.OK: "next", CheckState.WARNING: "warning", CheckState.TROUBLE: "warning", CheckState.CHECKING: "muted",
}  # fmt: skip


class StateDot(QWidget):
    """How a check stands: a tick in green, a mark in amber (filled where it is trouble), or dots in grey."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.state = CheckState.CHECKING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_state(self, state: CheckState) -> None:
        """Show how it stands."""
        if state is not self.state:
            self.state = state
            self.update()

    def sizeHint(self) -> QSize:  # noqa: D102
        side = self._theme.px(_DOT)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        colour = self._theme.colour(_ROLES[self.state])
        filled = self.state is CheckState.TROUBLE
        side = self._theme.px(_DOT)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(0, 0, side, side)
            tint = self._theme.colour(_ROLES[self.state])
            tint.setAlpha(255 if filled else 48)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint)
            painter.drawEllipse(box)
            if self.state is CheckState.OK:
                pen = painter.pen()
                pen.setStyle(Qt.PenStyle.SolidLine)
                pen.setColor(colour)
                pen.setWidthF(side / 8)
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                tick = [QPointF(side * x, side * y) for x, y in ((0.27, 0.53), (0.44, 0.70), (0.74, 0.34))]
                painter.drawPolyline(tick)
                return
            painter.setFont(self._theme.font(TEXT_CAPTION, bold=True))
            painter.setPen(self._theme.colour("surface") if filled else colour)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _SIGNS[self.state])


class CheckRow(QWidget):
    """One check. `fix_wanted` carries it when its button was pressed. What is well takes one line."""

    fix_wanted = Signal(object)

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self.check: Check | None = None
        self.dot = StateDot(theme)
        self.title = ElidedLabel("", strong=True)
        self.inline = ElidedLabel("", tone="muted")
        self.sentence = ElidedLabel("", tone="muted", lines=_LINES)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.fix = QPushButton()
        self.fix.setProperty("variant", "compact")
        self.fix.setAutoDefault(False)
        self.fix.clicked.connect(self._wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        middle = QVBoxLayout()
        middle.setSpacing(1)
        first = QHBoxLayout()
        first.setSpacing(SPACE_S)
        first.addWidget(self.title)
        first.addWidget(self.inline, 1)
        middle.addLayout(first)
        middle.addWidget(self.sentence)
        dot = QVBoxLayout()
        dot.setContentsMargins(0, 2, 0, 0)
        dot.addWidget(self.dot)
        dot.addStretch(1)
        row.addLayout(dot)
        row.addLayout(middle, 1)
        row.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignTop)
        self._row, self._middle, self._least = row, middle, theme.px(_BESIDE)
        self._beside = True

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        beside = self.width() >= self._least
        if beside != self._beside:
            self._beside = beside
            self._row.removeWidget(self.fix)
            self._middle.removeWidget(self.fix)
            if beside:
                self._row.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignTop)
            else:
                self._middle.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignLeft)

    def show_check(self, check: Check) -> None:
        """Show it."""
        title, said = title_of(check), sentence_of(check, self._texts)
        self.check = check
        self.dot.show_state(check.state)
        self.title.setText(title)
        # What is well takes one line; what is open is read to the end.
        self.inline.setText(said)
        self.inline.setVisible(not check.open)
        # Beside its sentence a title stays whole; beside a button it may be cut.
        self.title.setMinimumWidth(0 if check.open else min(self.title.sizeHint().width(), self._least // 2))
        self.sentence.setText(said)
        self.sentence.setVisible(check.open)
        text = fix_text(check)
        self.fix.setVisible(bool(text))
        if text != self.fix.text():
            self.fix.setText(text)
        self.fix.setToolTip(tooltip_text(fix_help(check)))
        self.fix.setAccessibleName(f"{title}: {text}")
        self.fix.setAccessibleDescription(fix_help(check))
        word = state_word(check.state)
        self.setAccessibleName(f"{title}: {word}")
        self.setAccessibleDescription(said)
        self.dot.setToolTip(tooltip_text(word))

    def _wanted(self) -> None:
        if self.check is not None:
            self.fix_wanted.emit(self.check)
