"""Icons, drawn as strokes in the colour asked for, so that both themes and every size stay crisp."""

from typing import Final, Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

IconName = Literal[
    "box", "chat", "question", "promo", "warning", "info", "check", "close", "undo", "pin", "chart", "search",
    "offline", "clock", "monitor", "play", "bag",
]  # fmt: skip

_GRID: Final = 24.0
# On a grid of 24: "M x y" moves, "L x y" draws a line, "C" closes, "O x y r" is a circle, "D x y r" a filled dot,
# "A x y w h start sweep" an arc of the ellipse in that box (degrees).
_SHAPES: Final[dict[str, str]] = {
    "box": "M 4 8 L 12 4 L 20 8 L 20 16 L 12 20 L 4 16 C M 4 8 L 12 12 L 20 8 M 12 12 L 12 20",
    "chat": "M 4 5 L 20 5 L 20 16 L 11 16 L 7 20 L 7 16 L 4 16 C",
    "question": "O 12 12 8.5 A 9 7 6 6 180 -240 M 12 13 L 12 14 D 12 16.8 1.0",
    "promo": "M 4 12 L 12 4 L 20 4 L 20 12 L 12 20 C D 16 8 1.4",
    "warning": "M 12 4 L 21 19.5 L 3 19.5 C M 12 10 L 12 14 D 12 16.8 1.0",
    "info": "O 12 12 8.5 M 12 11 L 12 16.5 D 12 8 1.0",
    "check": "M 5 12.5 L 10 17.5 L 19 7",
    "close": "M 6 6 L 18 18 M 18 6 L 6 18",
    "undo": "M 8 5 L 4 9 L 8 13 M 4 9 L 14 9 A 9 9 10 10 90 -180 M 14 19 L 9 19",
    "pin": "M 9 4 L 15 4 L 14.5 10 L 18 14 L 6 14 L 9.5 10 C M 12 14 L 12 20",
    "chart": "M 4 4 L 4 20 L 20 20 M 7 15 L 11 10 L 14 13 L 19 6",
    "search": "O 10.5 10.5 6 M 15 15 L 20 20",
    "offline": "M 7 18 L 17 18 A 13 10 8 8 -90 160 A 7 5 10 10 20 140 A 3 10 8 8 110 160 M 4 4 L 20 20",
    "clock": "O 12 12 8.5 M 12 7 L 12 12 L 15.5 14",
    "monitor": "M 3 5 L 21 5 L 21 16 L 3 16 C M 9 20 L 15 20 M 12 16 L 12 20",
    "play": "M 7 4.5 L 19 12 L 7 19.5 C",
    "bag": "M 5 8 L 19 8 L 20 20 L 4 20 C A 8 4 8 8 0 180",
}


def icon_pixmap(name: IconName, size: int, colour: QColor, ratio: float = 1.0) -> QPixmap:
    """A square pixmap of `size` logical pixels for a screen of `ratio` device pixels each."""
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    with QPainter(pixmap) as painter:
        paint_icon(painter, name, QRectF(0, 0, size, size), colour)
    return pixmap


def icon(name: IconName, size: int, colour: QColor, ratio: float = 1.0) -> QIcon:
    """The same as a QIcon, for item views and menus."""
    return QIcon(icon_pixmap(name, size, colour, ratio))


def paint_icon(painter: QPainter, name: IconName, box: QRectF, colour: QColor) -> None:
    """Paint an icon into a box of a widget that paints by hand."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(box.topLeft())
    painter.scale(box.width() / _GRID, box.height() / _GRID)
    strokes, dots = _paths(_SHAPES[name])
    pen = QPen(colour, 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(strokes)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawPath(dots)
    painter.restore()


def _paths(shape: str) -> tuple[QPainterPath, QPainterPath]:
    strokes, dots = QPainterPath(), QPainterPath()
    words = iter(shape.split())

    def numbers(count: int) -> list[float]:
        return [float(next(words)) for _ in range(count)]

    for word in words:
        match word:
            case "M":
                strokes.moveTo(QPointF(*numbers(2)))
            case "L":
                strokes.lineTo(QPointF(*numbers(2)))
            case "C":
                strokes.closeSubpath()
            case "O":
                x, y, radius = numbers(3)
                strokes.addEllipse(QPointF(x, y), radius, radius)
            case "D":
                x, y, radius = numbers(3)
                dots.addEllipse(QPointF(x, y), radius, radius)
            case "A":
                x, y, width, height, start, sweep = numbers(6)
                strokes.arcMoveTo(QRectF(x, y, width, height), start)
                strokes.arcTo(QRectF(x, y, width, height), start, sweep)
            case other:
                raise ValueError(f"unknown stroke {other} in an icon")
    return strokes, dots
