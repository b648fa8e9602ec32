"""The parts the prompter is painted with: always light on black, sized by the monitor, not by the theme."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.ui.palette import DARK, mix
from studio.ui.prompter.fit import Fitted, fit, largest_that, lines_of, sized

BLACK: Final = "#000000"
TEXT: Final = DARK.text
SOFT: Final = "#d3dae2"
MUTED: Final = DARK.muted
WARNING: Final = DARK.warning
RED: Final = DARK.on_air
GREEN: Final = DARK.next_text
PROMO: Final = DARK.promo_text
_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a strip. `px` at a window of 1440 by 900; `gap` before it; `pill` is the fill of a rounded box
    round it; a `dot` is the lamp.
    """

    text: str
    px: int
    colour: str = TEXT
    bold: bool = False
    struck: bool = False
    pill: str = ""
    gap: int = 18
    dot: bool = False


class Part(QWidget):
    """A painted part. `unit` is how many pixels one pixel of the 1440 by 900 design takes."""

    def __init__(self, font: QFont, parent: QWidget) -> None:
        super().__init__(parent)
        self._face = font
        self.unit = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_unit(self, unit: float) -> None:
        """Scale everything in it."""
        if unit != self.unit:
            self.unit = unit
            self.update()

    def px(self, size: float) -> int:
        """A size of the design in pixels of this window."""
        return max(1, round(size * self.unit))

    def face(self, px: int, *, bold: bool = False, struck: bool = False) -> QFont:
        """The prompter's font in a size in pixels of this window."""
        font = sized(self._face, px)
        font.setBold(bold)
        font.setStrikeOut(struck)
        return font


class FitText(Part):
    """A text as large as its place allows, from `largest` down to `smallest` px of the design, in `lines` lines."""

    def __init__(
        self, font: QFont, parent: QWidget, *, largest: int, smallest: int, lines: int = 1, bold: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:  # fmt: skip
        super().__init__(font, parent)
        self._largest, self._smallest, self._lines, self._bold = largest, smallest, lines, bold
        self._align = align
        # Fitting tries a dozen sizes, and the place is asked for twice: to lay out, and to paint.
        self._kept: dict[tuple[str, float, float, int, int], Fitted] = {}
        self.text = ""
        self.colour = TEXT

    def show_text(self, text: str, colour: str = TEXT, spoken: str = "") -> None:
        """Show a text; screen readers hear `spoken`, or the text."""
        if (text, colour) != (self.text, self.colour):
            self.text, self.colour = text, colour
            self.update()
        self.setAccessibleName(spoken or text)
        self.setVisible(bool(text))

    def set_look(self, align: Qt.AlignmentFlag, largest: int) -> None:
        """Change where it stands in its place, and its largest size."""
        if (align, largest) != (self._align, self._largest):
            self._align, self._largest = align, largest
            self.update()

    def fitted(self, width: float | None = None, height: float | None = None) -> Fitted:
        """The text in a place, its own by default."""
        place = (
            self.text,
            self.width() if width is None else width,
            self.height() if height is None else height,
            self.px(self._largest),
            self.px(self._smallest),
        )
        found = self._kept.get(place)
        if found is None:
            text, wide, high, largest, smallest = place
            face = self.face(1, bold=self._bold)
            found = fit(text, face, wide, high, largest=largest, smallest=smallest, lines=self._lines)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[place] = found
        return found

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        if not self.text:
            return
        with QPainter(self) as painter:
            found = self.fitted()
            painter.setFont(self.face(found.px, bold=self._bold))
            painter.setPen(QColor(self.colour))
            flags = self._align.value | Qt.AlignmentFlag.AlignVCenter.value | Qt.TextFlag.TextDontClip.value
            for n, line in enumerate(found.lines):
                box = QRectF(0, n * found.line_height, self.width(), found.line_height)
                painter.drawText(box, flags | Qt.TextFlag.TextSingleLine.value, line)


class Strip(Part):
    """Pieces side by side on one base line; when they are too wide, all shrink together.

    `before_paint` is called first of all: a code that ended while the machine slept must not be painted once more.
    """

    def __init__(
        self,
        font: QFont,
        parent: QWidget,
        *,
        right: bool = False,
        before_paint: Callable[[], None] | None = None,
    ) -> None:
        super().__init__(font, parent)
        self._right = right
        self._before_paint = before_paint
        self.runs: tuple[Run, ...] = ()
        self._metrics: dict[tuple[int, bool], QFontMetricsF] = {}

    def show_runs(self, runs: tuple[Run, ...], spoken: str) -> None:
        """Show these pieces."""
        if runs != self.runs:
            self.runs = runs
            self.update()
        self.setAccessibleName(spoken)
        self.setVisible(bool(runs))

    def wanted_width(self) -> float:
        """How wide it would like to be, in pixels."""
        return self._width(self.runs)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        if self._before_paint is not None:
            self._before_paint()
        runs = self.runs
        wide = self._width(runs)
        if not runs or wide <= 0:
            return
        if wide > self.width():
            share = self.width() / wide
            runs = tuple(replace(r, px=max(8, int(r.px * share)), gap=int(r.gap * share)) for r in runs)
            wide = self._width(runs)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            highest = max((r for r in runs if not r.dot), key=lambda r: r.px, default=runs[0])
            metrics = QFontMetricsF(self.face(self.px(highest.px), bold=highest.bold))
            base = (self.height() + metrics.capHeight()) / 2
            x = self.width() - wide if self._right else 0.0
            for n, run in enumerate(runs):
                x += self.px(run.gap) if n else 0
                x += self._paint(painter, run, x, base, metrics.capHeight())

    def _width(self, runs: tuple[Run, ...]) -> float:
        return sum(self._run_width(r) + (self.px(r.gap) if n else 0) for n, r in enumerate(runs))

    def _run_width(self, run: Run) -> float:
        if run.dot:
            return self.px(run.px)
        look = (self.px(run.px), run.bold)
        metrics = self._metrics.get(look)
        if metrics is None:
            metrics = self._metrics[look] = QFontMetricsF(self.face(look[0], bold=run.bold))
        wide = metrics.horizontalAdvance(run.text)
        return wide + (self.px(run.px) * 1.2 if run.pill else 0)

    def _paint(self, painter: QPainter, run: Run, x: float, base: float, cap: float) -> float:
        wide = self._run_width(run)
        painter.setPen(Qt.PenStyle.NoPen)
        if run.dot:
            painter.setBrush(QColor(run.colour))
            painter.drawEllipse(QPointF(x + wide / 2, base - cap / 2), wide / 2, wide / 2)
            return wide
        px = self.px(run.px)
        font = self.face(px, bold=run.bold, struck=run.struck)
        inside = x
        if run.pill:
            own_cap = QFontMetricsF(font).capHeight()
            middle = base - cap / 2
            painter.setBrush(QColor(run.pill))
            painter.drawRoundedRect(QRectF(x, middle - px * 0.86, wide, px * 1.72), px * 0.5, px * 0.5)
            inside, base = x + px * 0.6, middle + own_cap / 2
        painter.setFont(font)
        painter.setPen(QColor(run.colour))
        painter.drawText(QPointF(inside, base), run.text)
        return wide


class Bullets(Part):
    """Talking points, all in one size: the largest at which every one of them is whole."""

    LARGEST: Final = 46
    SMALLEST: Final = 24

    def __init__(self, font: QFont, parent: QWidget) -> None:
        super().__init__(font, parent)
        self.points: tuple[str, ...] = ()

    def show_points(self, points: tuple[str, ...]) -> None:
        """Show these points."""
        if points != self.points:
            self.points = points
            self.update()
        self.setAccessibleDescription("\n".join(points))
        self.setVisible(bool(points))

    def rows(self) -> tuple[int, list[tuple[bool, str]]]:
        """The size in pixels, and the lines that are painted: whether a point begins there, and the text."""
        px = largest_that(self._all_fit, self.px(self.SMALLEST), self.px(self.LARGEST))
        size = self.px(self.SMALLEST) if px is None else px
        lines = self._lines(size)
        if px is not None:
            return size, lines
        kept = max(1, self._most(size))
        more = sum(1 for begins, _ in lines[kept - 1 :] if begins)
        return size, [*lines[: kept - 1], (False, f"… +{more}")] if len(lines) > kept else lines

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            size, lines = self.rows()
            font = self.face(size)
            metrics = QFontMetricsF(font)
            painter.setFont(font)
            painter.setPen(QColor(SOFT))
            y = metrics.ascent()
            for n, (begins, text) in enumerate(lines):
                if begins:
                    y += self._between(size) if n else 0
                    painter.drawText(QPointF(0, y), "•")
                painter.drawText(QPointF(self._indent(size), y), text)
                y += metrics.lineSpacing()

    def _indent(self, px: int) -> float:
        return px * 0.95

    def _between(self, px: int) -> float:
        return px * 0.28

    def _lines(self, px: int) -> list[tuple[bool, str]]:
        font = self.face(px)
        found: list[tuple[bool, str]] = []
        for point in self.points:
            lines = lines_of(point, font, self.width() - self._indent(px))
            found += [(n == 0, line) for n, line in enumerate(lines)]
        return found

    def _all_fit(self, px: int) -> bool:
        high = len(self._lines(px)) * QFontMetricsF(self.face(px)).lineSpacing()
        return high + (len(self.points) - 1) * self._between(px) <= self.height()

    def _most(self, px: int) -> int:
        each = QFontMetricsF(self.face(px)).lineSpacing()
        gaps = (len(self.points) - 1) * self._between(px)
        return int((self.height() - gaps) // each)


class Frame(Part):
    """A rounded box with a line round it, tinted by what it says."""

    def __init__(self, font: QFont, parent: QWidget) -> None:
        super().__init__(font, parent)
        self._tint, self._line = BLACK, BLACK

    def tint(self, tint: str, line: str) -> None:
        """Change its colours, `#rrggbb`."""
        if (tint, line) != (self._tint, self._line):
            self._tint, self._line = tint, line
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(QColor(self._tint))
            painter.setPen(QPen(QColor(self._line), max(1.0, self.unit)))
            radius = self.px(10)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Tile(Frame):
    """A small caption and a text: the question, or what comes next."""

    def __init__(self, font: QFont, parent: QWidget, largest: int, colour: str, tint: str, line: str) -> None:
        super().__init__(font, parent)
        self._colour, self._largest = colour, largest
        self.tint(mix(BLACK, tint, 0.9), mix(BLACK, line, 0.55))
        self.caption = FitText(font, self, largest=21, smallest=16)
        self.body = FitText(font, self, largest=largest, smallest=20, lines=3, bold=True)

    def show_tile(self, caption: str, text: str) -> None:
        """Show both; nothing hides the tile."""
        self.caption.show_text(caption, self._colour)
        self.body.show_text(text)
        self.setAccessibleName(f"{caption}: {text}" if text else "")
        self.setVisible(bool(text))

    def place(self, unit: float) -> None:
        """Lay the two out."""
        self.set_unit(unit)
        inside = self.rect().adjusted(self.px(25), self.px(16), -self.px(25), -self.px(12))
        for part in (self.caption, self.body):
            part.set_unit(unit)
        high = self.px(32)
        # With the room of a whole question hour, the question is the largest thing on the screen.
        tall = inside.height() > self.px(200)
        self.body.set_look(Qt.AlignmentFlag.AlignLeft, self._largest * 3 // 2 if tall else self._largest)
        self.caption.setGeometry(inside.left(), inside.top(), inside.width(), high)
        self.body.setGeometry(inside.left(), inside.top() + high, inside.width(), inside.height() - high)
