"""The plot's rectangle on the screen and the words laid out on it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Frame:
    """Where times (UTC ms) and values lie, in pixels of the plot widget. `highest` is the value at the top."""

    rect: QRectF
    start_ms: int
    end_ms: int
    highest: float
    font: QFont
    scale: float = 1.0

    @property
    def width(self) -> int:
        """The width in whole pixels, at least 2."""
        return max(2, round(self.rect.width()))

    @property
    def row(self) -> float:
        """The height of a row of small text."""
        return QFontMetricsF(self.font).height()

    def x(self, t_ms: float) -> float:
        """The place of a moment from the left."""
        return self.rect.left() + (t_ms - self.start_ms) / (self.end_ms - self.start_ms) * self.rect.width()

    def y(self, value: float) -> float:
        """The place of a value from the top."""
        return self.rect.bottom() - value / self.highest * self.rect.height()

    def t(self, x: float) -> float:
        """The moment (UTC ms) at a place, held within the view."""
        share = (x - self.rect.left()) / max(1.0, self.rect.width())
        return self.start_ms + min(max(share, 0.0), 1.0) * (self.end_ms - self.start_ms)

    def shows(self, t_ms: float) -> bool:
        """Whether a moment lies in the view."""
        return self.start_ms <= t_ms <= self.end_ms

    def wide(self, text: str, *, bold: bool = False) -> float:
        """The width of a text in the small font."""
        return QFontMetricsF(self._font(bold)).horizontalAdvance(text) + 1

    def short(self, text: str, room: float, *, bold: bool = False) -> str:
        """The text, cut with an ellipsis to `room` pixels; empty where fewer than three letters would be left."""
        if self.wide(text, bold=bold) <= room:
            return text
        cut = QFontMetricsF(self._font(bold)).elidedText(text, Qt.TextElideMode.ElideRight, room)
        return cut if len(cut) > 3 else ""

    def draw(self, painter: QPainter, word: "Word") -> None:
        """Write one word."""
        painter.setFont(self._font(word.bold))
        painter.setPen(QColor(word.colour))
        painter.drawText(word.rect, int(word.side | Qt.TextFlag.TextSingleLine), word.text)

    def _font(self, bold: bool) -> QFont:
        font = QFont(self.font)
        font.setBold(bold)
        return font


@dataclass(frozen=True, slots=True)
class Word:
    """A text at a place. `kind` says what it is for: `span`, `marker`, `peak`, `end`."""

    kind: str
    text: str
    rect: QRectF
    colour: str
    bold: bool = False
    side: Qt.AlignmentFlag = LEFT


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cursor reads: the moment, points on the lines (value, colour), and lines of (text, colour)."""

    t_ms: int
    points: tuple[tuple[float, str], ...]
    lines: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The reading as one sentence, for who hears it."""
        return ", ".join(text for text, _ in self.lines if text)


def without_overlaps(words: list[Word]) -> list[Word]:
    """The words, without those that would cover one before them."""
    kept: list[Word] = []
    for word in words:
        if word.text and not any(word.rect.intersects(other.rect) for other in kept):
            kept.append(word)
    return kept


def draw_dot(painter: QPainter, at: QPointF, radius: float, colour: str, around: str) -> None:
    """A dot with a ring in the colour of what is behind it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(around), 1.5))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(at, radius, radius)
