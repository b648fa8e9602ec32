"""The prompter's face: where everything stands, and how one view of it is shown."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from studio.ui.palette import DARK, mix
from studio.ui.prompter.paint import (
    BLACK,
    GREEN,
    MUTED,
    PROMO,
    RED,
    TEXT,
    WARNING,
    Bullets,
    FitText,
    Frame,
    Run,
    Strip,
    Tile,
)
from studio.ui.prompter.view import PrompterView, StockFace

DESIGN: Final = (1440, 900)
"""The window the sizes are given for; every other one is scaled to it."""


class StockTile(Frame):
    """How many are left, in figures to be read from three metres."""

    def __init__(self, font: QFont, parent: QWidget) -> None:
        super().__init__(font, parent)
        centre = Qt.AlignmentFlag.AlignHCenter
        self.caption = FitText(font, self, largest=26, smallest=18, align=centre)
        self.left = FitText(font, self, largest=132, smallest=40, lines=2, bold=True, align=centre)
        self.forecast = FitText(font, self, largest=27, smallest=18, lines=2, align=centre)
        self.note = FitText(font, self, largest=23, smallest=16, lines=4, align=centre)

    def show_stock(self, stock: StockFace | None) -> None:
        """Show the stock; None hides the tile."""
        self.setVisible(stock is not None)
        if stock is None:
            return
        colour = WARNING if stock.worried else TEXT
        self.caption.show_text(stock.caption, MUTED)
        self.left.show_text(stock.left, colour)
        self.forecast.show_text(stock.forecast, colour)
        self.note.show_text(stock.note, WARNING if stock.worried else MUTED)
        if stock.worried:
            self.tint(mix(BLACK, DARK.warning_tint, 0.5), mix(BLACK, DARK.warning, 0.35))
        else:
            self.tint(mix(BLACK, DARK.surface, 0.6), DARK.line)
        words = (stock.left, stock.caption, stock.forecast, stock.note)
        self.setAccessibleName(", ".join(w for w in words if w))

    def place(self, unit: float) -> None:
        """Centre the texts under each other."""
        self.set_unit(unit)
        inside = self.rect().adjusted(self.px(16), self.px(12), -self.px(16), -self.px(12))
        parts = [(self.caption, 34), (self.left, 132), (self.forecast, 38), (self.note, 30)]
        shown: list[tuple[FitText, int]] = []
        for part, high in parts:
            part.set_unit(unit)
            if part.text:
                found = part.fitted(inside.width(), inside.height())
                shown.append((part, max(self.px(high), round(found.height))))
        y = inside.top() + max(0, inside.height() - sum(high for _, high in shown)) // 2
        for part, high in shown:
            part.setGeometry(inside.left(), y, inside.width(), high)
            y += high


class PrompterFace(QWidget):
    """Everything the presenter sees. `before_paint` is called before the code is painted."""

    def __init__(self, font: QFont, before_paint: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = PrompterView()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.time = Strip(font, self)
        self.mark = Strip(font, self)
        self.stats = Strip(font, self, right=True)
        self.title = FitText(font, self, largest=68, smallest=34, lines=2, bold=True)
        self.line = FitText(font, self, largest=34, smallest=20, lines=2)
        self.offer = Strip(font, self, before_paint=before_paint)
        self.points = Bullets(font, self)
        self.points.setAccessibleName(self.tr("Talking points"))
        self.stock = StockTile(font, self)
        self.question = Tile(font, self, 42, MUTED, DARK.accent_tint, DARK.accent)
        self.next = Tile(font, self, 36, GREEN, DARK.next_tint, DARK.next)
        self.show_view(self.view)

    def show_view(self, view: PrompterView) -> None:
        """Show what this view says."""
        self.view = view
        self._show_top(view)
        self.title.show_text(view.title, MUTED if view.quiet_title else TEXT)
        self.line.show_text(view.line, WARNING if view.warning else MUTED)
        self._show_offer(view)
        self.points.show_points(view.points)
        self.stock.show_stock(view.stock)
        self.question.show_tile(view.asked, view.question)
        self.next.show_tile(view.next_caption, view.next_title)
        self.place()

    def _show_top(self, view: PrompterView) -> None:
        time: list[Run] = [Run("", 22, RED, dot=True)] if view.lit else []
        if view.time:
            time.append(Run(view.time, 56, WARNING if view.over else TEXT, bold=True))
        if view.time_words:
            time.append(Run(view.time_words, 40 if view.over else 26, WARNING if view.over else MUTED))
        lamp = self.tr("On air") if view.lit else ""
        self.time.show_runs(tuple(time), " ".join(x for x in (lamp, view.time, view.time_words) if x))
        mark = self.tr("REHEARSAL") if view.rehearsal else ""
        pill = Run(mark, 22, WARNING, bold=True, pill=DARK.warning_tint)
        self.mark.show_runs((pill,) if mark else (), mark)
        stats: list[Run] = []
        if view.plan:
            stats.append(Run(view.plan, 31, WARNING if view.late else TEXT))
        if view.plan_words:
            stats.append(Run(view.plan_words, 31, MUTED, gap=11))
        if view.viewers:
            stats.append(Run(view.viewers, 31, TEXT, gap=40))
            stats.append(Run(view.viewers_words, 31, MUTED, gap=11))
        stats.append(Run(view.clock, 31, MUTED, gap=40))
        words = (f"{view.plan} {view.plan_words}", f"{view.viewers} {view.viewers_words}", view.clock)
        self.stats.show_runs(tuple(stats), ", ".join(w.strip() for w in words if w.strip()))

    def _show_offer(self, view: PrompterView) -> None:
        runs: list[Run] = []
        if view.price:
            runs.append(Run(view.price, 54, TEXT, bold=True))
        if view.struck:
            runs.append(Run(view.struck, 35, MUTED, struck=True, gap=24))
        code = " · ".join(x for x in (view.code, view.code_left) if x)
        if code:
            runs.append(Run(code, 31, PROMO, pill=DARK.promo_tint, gap=24))
        before = self.tr("before {price}").replace("{price}", view.struck) if view.struck else ""
        spoken = self.tr("code {code}").replace("{code}", code) if code else ""
        self.offer.show_runs(tuple(runs), ", ".join(x for x in (view.price, before, spoken) if x))

    def place(self) -> None:
        """Put everything in its place, for the size the window has."""
        wide, high = self.width(), self.height()
        unit = max(0.3, min(wide / DESIGN[0], high / DESIGN[1]))

        def px(size: float) -> int:
            return max(1, round(size * unit))

        edge, top = px(36), px(36)
        for part in (self.time, self.mark, self.stats, self.title, self.line, self.offer, self.points):
            part.set_unit(unit)
        self._place_top(QRect(edge, top, wide - 2 * edge, px(72)), px(30))
        bottom = high - px(24)
        row = px(320 if self.view.question and not self.view.points else 150)
        has_row = bool(self.view.question or self.view.next_title)
        body = QRect(edge, px(134), wide - 2 * edge, bottom - px(134) - (row + px(14) if has_row else 0))
        next_wide = px(460)
        self.next.setGeometry(wide - edge - next_wide, bottom - px(150), next_wide, px(150))
        self.question.setGeometry(edge, bottom - row, wide - 2 * edge - next_wide - px(24), row)
        if not self.view.next_title:
            self.question.setGeometry(edge, bottom - row, wide - 2 * edge, row)
        tile = px(330)
        self.stock.setGeometry(body.right() + 1 - tile, body.top(), tile, body.height())
        if self.view.stock is not None:
            body.setRight(body.right() - tile - px(34))
        if has_row and not self.view.question and self.view.stock is not None:
            # Nobody asks: the talking points may have that place.
            body.setBottom(bottom)
        self._place_body(body, px)
        for box in (self.stock, self.question, self.next):
            box.place(unit)

    def _place_top(self, row: QRect, gap: int) -> None:
        left, right = round(self.time.wanted_width()) + 2, round(self.stats.wanted_width()) + 2
        mark = round(self.mark.wanted_width()) + 2 if self.view.rehearsal else 0
        spare = row.width() - left - right - mark - (2 * gap if mark else gap)
        if spare < 0:
            share = (row.width() - 2 * gap) / (left + right + mark)
            left, right, mark = (int(x * share) for x in (left, right, mark))
        self.time.setGeometry(row.left(), row.top(), left, row.height())
        self.stats.setGeometry(row.right() + 1 - right, row.top(), right, row.height())
        self.mark.setGeometry(row.left() + left + gap, row.top(), mark, row.height())

    def _place_body(self, body: QRect, px: Callable[[float], int]) -> None:
        view = self.view
        align = Qt.AlignmentFlag.AlignHCenter if view.centred else Qt.AlignmentFlag.AlignLeft
        self.title.set_look(align, 96 if view.centred else 68)
        self.line.set_look(align, 52 if view.centred else 34)
        heads = [
            (part, round(part.fitted(body.width(), px(most)).height) + 1, px(gap))
            for part, most, gap in ((self.title, 230 if view.centred else 190, 14), (self.line, 130, 20))
            if part.text
        ]
        y = body.top()
        if view.centred:
            y += max(0, body.height() - sum(high + gap for _, high, gap in heads)) * 2 // 5
        for part, high, gap in heads:
            part.setGeometry(body.left(), y, body.width(), high)
            y += high + gap
        if self.offer.runs:
            self.offer.setGeometry(body.left(), y, body.width(), px(74))
            y += px(74) + px(24)
        self.points.setGeometry(body.left(), y, body.width(), max(1, body.bottom() + 1 - y))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self.place()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), QColor(BLACK))
