"""What the chat view shows: lines, where they come from, and how each is laid out once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPen,
    QPixmap,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from studio.ui.theme import TEXT_CAPTION, TEXT_S, Theme
from studio.ui.widgets.text import AUTHOR_LIMIT, clean_text, isolate

_BADGES: Final = 64
_CACHED: Final = 512
_GROWTH: Final = 4
_TIMED_FROM: Final = 420


@dataclass(frozen=True, slots=True)
class ChatLine:
    """One message as it came (the view cleans the text), or a gap: then `text` says what is missing.

    `at_ms` is UTC ms; `channel` the platform's name, `letter` and `colour` (`#rrggbb`) its badge.
    """

    id: str
    at_ms: int
    author: str
    text: str
    channel: str = ""
    letter: str = ""
    colour: str = "#7b8794"
    question: bool = False
    highlight: bool = False
    hidden: bool = False
    gap: bool = False


class ChatSource(Protocol):
    """Where the view reads lines: index 0 is the oldest."""

    def row_count(self) -> int:
        """How many lines there are."""
        ...

    def row(self, index: int) -> ChatLine | None:
        """A line, or None while it is not loaded: then it is loaded, and the view told by `rows_changed`."""
        ...


class ChatLog:
    """A `ChatSource` in memory that keeps the newest `limit` lines, and more while a reader holds the view."""

    def __init__(self, limit: int = 5_000) -> None:
        self._limit = limit
        self._lines: list[ChatLine] = []

    def row_count(self) -> int:
        """How many lines there are."""
        return len(self._lines)

    def row(self, index: int) -> ChatLine | None:
        """The line at `index`, 0 being the oldest."""
        return self._lines[index] if 0 <= index < len(self._lines) else None

    def append(self, lines: Sequence[ChatLine], *, holding: bool = False) -> int:
        """Add the newest lines; returns how many old ones were dropped. `holding` postpones dropping."""
        self._lines.extend(lines)
        allowed = self._limit * _GROWTH if holding else self._limit
        # Dropped in blocks: taking one off the head of a list moves all the others.
        surplus = len(self._lines) - allowed
        if surplus < (1 if holding else max(1, self._limit // 10)):
            return 0
        del self._lines[:surplus]
        return surplus

    def replace(self, line: ChatLine) -> bool:
        """Put a changed line (hidden, answered) in the place of the one with its id; False when it is gone."""
        for index in range(len(self._lines) - 1, -1, -1):
            if self._lines[index].id == line.id:
                self._lines[index] = line
                return True
        return False


@dataclass(frozen=True, slots=True)
class LaidLine:
    """A line ready to be painted: its text layout at `at` inside the row, its width and the height of the row (px)."""

    text: QTextLayout
    at: QPointF
    width: float
    height: float


class LineLayouts:
    """Lays lines out for a width and remembers the last few hundred, so that scrolling and repainting are cheap."""

    def __init__(self, theme: Theme, time_text: Callable[[int], str] | None = None) -> None:
        self._theme = theme
        self._time_text = time_text
        self._cache: OrderedDict[str, tuple[ChatLine, LaidLine]] = OrderedDict()
        self._width = 0.0
        self._font = QFont()
        self.left = 0.0
        self.pad = 0.0
        self.line_height = 1.0
        self.restyle()

    def restyle(self) -> None:
        """Take font and colours from the theme anew."""
        self._font = self._theme.font(TEXT_S)
        self.line_height = QFontMetricsF(self._font).height()
        self.left = float(self._theme.px(34))
        self.pad = float(self._theme.px(4))
        self._small = self._theme.font(TEXT_CAPTION)
        self._badge = self._theme.font(TEXT_CAPTION - 2, bold=True)
        self._badges: dict[tuple[object, str, float], QPixmap] = {}
        self._time_width = QFontMetricsF(self._small).horizontalAdvance(" 00:00:00 ")
        self._cache.clear()

    def set_width(self, width: float) -> None:
        """Lay out for rows this wide; changes nothing when it is the width already."""
        if width != self._width:
            self._width = width
            self._cache.clear()

    def height(self, line: ChatLine | None) -> float:
        """The height of a row in px."""
        return self.line_height + 2 * self.pad if line is None else self.laid(line).height

    def laid(self, line: ChatLine) -> LaidLine:
        """The layout of a line, from memory when it did not change."""
        found = self._cache.get(line.id)
        if found is not None and found[0] == line:
            self._cache.move_to_end(line.id)
            return found[1]
        laid = self._lay_out(line)
        self._cache[line.id] = (line, laid)
        if len(self._cache) > _CACHED:
            self._cache.popitem(last=False)
        return laid

    @property
    def _timed(self) -> bool:
        return self._time_text is not None and self._width >= self._theme.px(_TIMED_FROM)

    def paint(self, painter: QPainter, line: ChatLine, box: QRectF, *, selected: bool) -> None:
        """Paint a line into its row."""
        colour = self._theme.colour
        if selected:
            painter.fillRect(box, colour("hover"))
            painter.fillRect(QRectF(0, box.top(), self._theme.px(3), box.height()), colour("accent"))
        elif line.question or line.highlight:
            painter.fillRect(box, colour("accent_tint"))
        laid = self.laid(line)
        top = box.top() + laid.at.y()
        painter.setPen(colour("text"))
        laid.text.draw(painter, QPointF(laid.at.x(), top))
        if line.gap:
            painter.setPen(QPen(colour("muted"), 1, Qt.PenStyle.DashLine))
            middle = box.center().y()
            painter.drawLine(QPointF(self.pad * 3, middle), QPointF(self.left - self.pad, middle))
            painter.drawLine(
                QPointF(self.left + laid.width + self.pad, middle),
                QPointF(box.right() - self.pad * 3, middle),
            )
            return
        self._paint_badge(painter, line, top)
        if self._timed and self._time_text is not None:
            painter.setFont(self._small)
            painter.setPen(colour("muted"))
            spot = QRectF(
                box.right() - self._time_width, top, self._time_width - self.pad * 2, self.line_height
            )
            painter.drawText(
                spot, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._time_text(line.at_ms)
            )

    def _paint_badge(self, painter: QPainter, line: ChatLine, top: float) -> None:
        side = self._theme.px(15)
        ratio = painter.device().devicePixelRatioF()
        key = (line.colour, line.letter[:1], ratio)
        badge = self._badges.get(key)
        if badge is None:
            if len(self._badges) >= _BADGES:
                self._badges.clear()
            badge = self._badges[key] = self._drawn_badge(QColor(line.colour), line.letter[:1], side, ratio)
        painter.drawPixmap(QPointF(self.pad * 3 - 2, top + (self.line_height - side) / 2 - 1), badge)

    def _drawn_badge(self, colour: QColor, letter: str, side: int, ratio: float) -> QPixmap:
        pixmap = QPixmap(round((side + 2) * ratio), round((side + 2) * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        box = QRectF(1, 1, side, side)
        with QPainter(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(colour, 1))
            colour.setAlpha(56)
            painter.setBrush(colour)
            painter.drawEllipse(box)
            painter.setFont(self._badge)
            painter.setPen(self._theme.colour("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)
        return pixmap

    def _lay_out(self, line: ChatLine) -> LaidLine:
        author = "" if line.gap else isolate(clean_text(line.author, AUTHOR_LIMIT))
        text = isolate(clean_text(line.text))
        layout = QTextLayout(f"{author} {text}" if author else text, self._font)
        option = QTextOption()
        # The row starts with its author whatever script the message is in: isolates keep each part to itself.
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.setFormats(self._formats(line, _units(author), _units(text)))
        width = max(20.0, self._width - self.left - self.pad * 3 - (self._time_width if self._timed else 0))
        layout.beginLayout()
        y, widest = 0.0, 0.0
        while (row := layout.createLine()).isValid():
            row.setLineWidth(width)
            row.setPosition(QPointF(0, y))
            y += row.height()
            widest = max(widest, row.naturalTextWidth())
        layout.endLayout()
        return LaidLine(layout, QPointF(self.left, self.pad), widest, max(y, self.line_height) + 2 * self.pad)

    def _formats(self, line: ChatLine, author: int, text: int) -> list[QTextLayout.FormatRange]:
        name = QTextCharFormat()
        name.setFontWeight(QFont.Weight.Bold)
        name.setForeground(self._theme.colour("accent_text" if line.highlight else "muted"))
        words = QTextCharFormat()
        words.setForeground(self._theme.colour("muted" if line.hidden or line.gap else "text"))
        words.setFontStrikeOut(line.hidden)
        words.setFontItalic(line.gap)
        start = author + 1 if author else 0
        return [_range(0, author, name), _range(start, text, words)] if author else [_range(0, text, words)]


def _units(text: str) -> int:
    """How long Qt says that a text is: in units of UTF-16, of which an emoji has two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _range(start: int, length: int, style: QTextCharFormat) -> QTextLayout.FormatRange:
    part = QTextLayout.FormatRange()
    part.start = start
    part.length = length
    part.format = style
    return part
