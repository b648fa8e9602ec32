"""What is painted under and over the lines: shades of what was on air, promos, the peak, end labels, the cursor."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from studio.ui.charts.colours import ChartColours
from studio.ui.charts.frame import LEFT, Frame, Reading, Word, draw_dot
from studio.ui.charts.labels import beside_points, in_a_row, spread
from studio.ui.charts.marks import Marker, Span, end_of
from studio.ui.palette import mix

_GAP = 5.0


def span_rect(frame: Frame, span: Span, now_ms: int) -> QRectF:
    """The part of the plot a span covers; empty where it lies outside the view."""
    left = max(frame.rect.left(), frame.x(span.start_ms))
    right = min(frame.rect.right(), frame.x(end_of(span, now_ms)))
    return QRectF(left, frame.rect.top(), max(0.0, right - left), frame.rect.height())


def paint_spans(
    painter: QPainter, frame: Frame, spans: Sequence[Span], now_ms: int, colours: ChartColours
) -> None:
    """Shade what was on air, each with an edge at its start, so that neighbours of one colour stay apart."""
    for span in spans:
        rect = span_rect(frame, span, now_ms)
        if rect.width() <= 0:
            continue
        painter.fillRect(rect, QColor(colours.shade(span.colour)))
        if frame.shows(span.start_ms):
            edge = QRectF(rect.left(), rect.top(), 1, rect.height())
            painter.fillRect(edge, QColor(mix(colours.surface, span.colour, 0.45)))


def span_words(
    frame: Frame, spans: Sequence[Span], now_ms: int, top: float, colours: ChartColours, *, spill: bool
) -> list[Word]:
    """The names of the spans in one row at `top`. With `spill` a name may reach to the next span's start."""
    rects = [(span, span_rect(frame, span, now_ms)) for span in sorted(spans, key=lambda s: s.start_ms)]
    seen = [(span, rect) for span, rect in rects if rect.width() > 0]
    starts = [rect.left() + _GAP for _, rect in seen]
    widths = [frame.wide(span.label) for span, _ in seen]
    words: list[Word] = []
    for (span, rect), (left, room) in zip(
        seen, in_a_row(starts, widths, frame.rect.right(), _GAP), strict=True
    ):
        inside = room if spill else min(room, rect.right() - left - 2)
        text = frame.short(span.label, inside)
        colour = colours.text if span.end_ms is None else colours.muted
        words.append(Word("span", text, QRectF(left, top, frame.wide(text), frame.row), colour))
    return words


def marker_words(frame: Frame, markers: Sequence[Marker], top: float, colour: str) -> list[Word]:
    """The names of the markers beside their triangles, in one row at `top`."""
    seen = shown_markers(frame, markers)
    gap = triangle_size(frame) / 2 + 3
    places = beside_points(
        [frame.x(m.at_ms) for m in seen],
        [frame.wide(m.label) for m in seen],
        frame.rect.left(),
        frame.rect.right(),
        gap,
    )
    words: list[Word] = []
    for marker, (left, room) in zip(seen, places, strict=True):
        text = frame.short(marker.label, room)
        words.append(Word("marker", text, QRectF(left, top, frame.wide(text), frame.row), colour))
    return words


def paint_markers(
    painter: QPainter, frame: Frame, markers: Sequence[Marker], top: float, colour: str
) -> None:
    """A triangle for every marker in view, pointing at its moment."""
    half = triangle_size(frame) / 2
    middle = top + frame.row / 2
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    for marker in shown_markers(frame, markers):
        x = frame.x(marker.at_ms)
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(x, middle - half),
                    QPointF(x + half, middle + half * 0.8),
                    QPointF(x - half, middle + half * 0.8),
                ]
            )
        )


def shown_markers(frame: Frame, markers: Sequence[Marker]) -> list[Marker]:
    """The markers of the view, the earliest first."""
    return sorted((m for m in markers if frame.shows(m.at_ms)), key=lambda m: m.at_ms)


def triangle_size(frame: Frame) -> float:
    """The width of a marker's triangle in pixels."""
    return frame.row * 0.6


def peak_word(frame: Frame, t_ms: int, value: float, text: str, colours: ChartColours) -> Word:
    """The label of the peak: right above its dot, at the left of it where the plot ends."""
    wide = frame.wide(text)
    x, y = frame.x(t_ms), frame.y(value)
    left = x + 8 if x + 8 + wide <= frame.rect.right() else x - 8 - wide
    left = min(max(left, frame.rect.left() + 2), max(frame.rect.left() + 2, frame.rect.right() - wide))
    top = max(frame.rect.top(), y - frame.row)
    return Word("peak", text, QRectF(left, top, wide, frame.row), colours.text)


def end_words(
    frame: Frame, ends: Sequence[tuple[float, str, str]], room: float, colours: ChartColours
) -> list[Word]:
    """Labels right of the plot, each as near to its line's end as the others let it: (value, text, colour)."""
    places = spread(
        [frame.y(value) for value, _, _ in ends], frame.row, frame.rect.top() - 4, frame.rect.bottom() + 4
    )
    words: list[Word] = []
    for (_, text, colour), middle in zip(ends, places, strict=True):
        if middle is not None:
            width = room - _GAP - 2
            short = frame.short(text, width, bold=True)
            rect = QRectF(frame.rect.right() + _GAP, middle - frame.row / 2, width, frame.row)
            words.append(Word("end", short, rect, colours.readable(colour), bold=True))
    return words


def paint_reading(painter: QPainter, frame: Frame, reading: Reading, colours: ChartColours) -> None:
    """The cursor: a line at its moment, dots on the lines, and a box with what they say."""
    x = frame.x(reading.t_ms)
    painter.setPen(QPen(QColor(colours.muted), 1))
    painter.drawLine(QPointF(x, frame.rect.top()), QPointF(x, frame.rect.bottom()))
    for value, colour in reading.points:
        draw_dot(painter, QPointF(x, frame.y(value)), 3.5, colour, colours.surface)
    box = reading_box(frame, reading)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours.line), 1))
    painter.setBrush(QColor(colours.raised))
    painter.drawRoundedRect(box, 6, 6)
    for i, (text, colour) in enumerate(reading.lines):
        row = QRectF(box.left() + 8, box.top() + 5 + i * frame.row, box.width() - 16, frame.row)
        short = frame.short(text, row.width(), bold=i == 0)
        frame.draw(painter, Word("cursor", short, row, colours.readable(colour), i == 0, LEFT))


def reading_box(frame: Frame, reading: Reading) -> QRectF:
    """Where the cursor's box goes: beside the cursor, right if it fits there, else on the side with more room."""
    wide = max(frame.wide(text, bold=i == 0) for i, (text, _) in enumerate(reading.lines)) + 16
    high = frame.row * len(reading.lines) + 10
    x = frame.x(reading.t_ms)
    right_room, left_room = frame.rect.right() - x - 10, x - 10 - frame.rect.left()
    if wide <= right_room or right_room >= left_room:
        return QRectF(x + 10, frame.rect.top() + 4, min(wide, right_room), high)
    wide = min(wide, left_room)
    return QRectF(x - 10 - wide, frame.rect.top() + 4, wide, high)
