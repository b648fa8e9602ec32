"""The stock of what is on air: how many are left, how old that is, where they lie, when they will be gone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.theme import SPACE_S, Theme, set_look
from studio.ui.widgets.cards import StockBar
from studio.ui.widgets.clock import NowMs, age_text
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.text import clean_text

STALE_MS: Final = 15_000
"""Stock older than this is marked: it may have been sold since."""


@dataclass(frozen=True, slots=True)
class CardStock:
    """The sellable stock of what is pinned. `left` None means the shop has not said yet; `of` fills the bar.

    `variants`: what is left of each size or colour, the scarcest first. `read_at_ms`: when the shop said so. `minutes_left` None: no forecast, and `how` explains forecast or lack of it.
    """

    left: int | None
    of: int = 0
    read_at_ms: int | None = None
    low: bool = False
    locations: tuple[tuple[str, int], ...] = ()
    minutes_left: float | None = None
    how: str = ""
    variants: tuple[tuple[str, int], ...] = ()


class StockPanel(QWidget):
    """The right column of the card: how many are left, how old that is, where, and when they will be gone."""

    def __init__(
        self, theme: Theme, now_ms: NowMs, number: Callable[[int], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._now_ms = now_ms
        self._number = number
        self._stock = CardStock(None)
        self.header = SectionHeader(self.tr("Sellable stock"))
        self.left = PlainLabel("–", size="xl")
        self.age = ElidedLabel("", size="caption", tone="muted")
        self.age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self.bar = StockBar(theme)
        self.places = ElidedLabel("", tone="muted", lines=2)
        self.variants = ElidedLabel("", size="caption", tone="muted", lines=2)
        self.forecast = PlainLabel("", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        figures = QHBoxLayout()
        figures.addWidget(self.left)
        figures.addWidget(self.age, 1, Qt.AlignmentFlag.AlignBottom)
        column.addWidget(self.header)
        column.addLayout(figures)
        for widget in (self.bar, self.places, self.variants, self.forecast):
            column.addWidget(widget)

    def show_stock(self, stock: CardStock) -> None:
        """Show these figures."""
        self._stock = stock
        left = stock.left
        worried = left is not None and (stock.low or left <= 0)
        if left is None:
            self.left.setText("–")
        else:
            self.left.setText(self._number(left) if left > 0 else self.tr("Sold out"))
        set_look(self.left, "textsize", "l" if left is not None and left <= 0 else "xl")
        self.left.set_tone("warning" if worried else "")
        self.bar.show_level(left or 0, stock.of, "warning" if worried else "next")
        self.places.setText(
            " · ".join(f"{clean_text(name, 40)} {self._number(n)}" for name, n in stock.locations)
        )
        self.places.setVisible(bool(stock.locations))
        self.variants.setText(
            " · ".join(f"{clean_text(name, 40)}: {self._number(n)}" for name, n in stock.variants)
        )
        self.variants.setVisible(len(stock.variants) > 1)
        self.forecast.setText(self._forecast(stock))
        self.forecast.set_tone(
            "warning" if stock.minutes_left is not None and stock.minutes_left < 10 else "muted"
        )
        self.forecast.setToolTip(tooltip_text(stock.how))
        self.tick()

    def tick(self) -> None:
        """Say how old the figures are now."""
        now, read_at = self._now_ms(), self._stock.read_at_ms
        if self._stock.left is None or read_at is None:
            self.age.setText(self.tr("not read yet"))
            self.age.set_tone("warning")
            return
        age = None if now is None else max(0, now - read_at)
        self.age.setText(self.tr("age unknown") if age is None else age_text(age))
        self.age.set_tone("warning" if age is None or age >= STALE_MS else "muted")

    def _forecast(self, stock: CardStock) -> str:
        if stock.left is None or stock.left <= 0 or stock.minutes_left is None:
            return ""
        if stock.minutes_left < 1:
            return self.tr("Sold out in less than a minute")
        return self.tr("Sold out in about {n} min").format(n=round(stock.minutes_left))
