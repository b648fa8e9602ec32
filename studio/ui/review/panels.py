"""The panels of the review: figures as tiles, and the two tables with what stands beside them."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.review.figures import Figure, questions, shop_total
from studio.ui.review.figures_model import (
    FiguresModel,
    product_columns,
    product_row,
    promo_columns,
    promo_row,
)
from studio.ui.review.figures_table import FiguresTable
from studio.ui.studio import Review
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, TEXT_CAPTION, TEXT_L, TEXT_M, TEXT_S, Theme, set_look
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text

_SIZES: Final = (("l", TEXT_L), ("m", TEXT_M), ("s", TEXT_S), ("caption", TEXT_CAPTION))


class FitStat(Stat):
    """A figure which gets smaller where its place is narrow: a sum is never cut."""

    def __init__(self, theme: Theme, largest: str = "l") -> None:
        super().__init__(size=largest, caption_first=True)
        self._theme = theme
        names = [name for name, _ in _SIZES]
        self._sizes = _SIZES[names.index(largest) :]
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self.caption, self.note):
            set_look(label, "textsize", "caption")
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        # A figure without a note, or a smaller one, stands at the height of its neighbours.
        room = self.note.sizePolicy()
        room.setRetainSizeWhenHidden(largest == "l")
        self.note.setSizePolicy(room)
        theme.changed.connect(self._fit)

    def show_figure(self, figure: Figure) -> None:
        """Show a figure; what is not known stands back. The formula is the tooltip, and read out."""
        self.show_value(figure.value, figure.name, "" if figure.known else "muted")
        self.show_note(figure.note)
        self.setToolTip(tooltip_text(figure.how))
        self.setAccessibleDescription(figure.how)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width()
        self.value.setMinimumHeight(
            round(QFontMetricsF(self._theme.font(self._sizes[0][1], bold=True)).height())
        )
        for name, size in self._sizes:
            wide = QFontMetricsF(self._theme.font(size, bold=True)).horizontalAdvance(self.value.text())
            if wide <= room or name == self._sizes[-1][0]:
                set_look(self.value, "textsize", name)
                return


class FigureTile(Card):
    """One figure in a card; its formula is the tooltip, and read out by screen readers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("card", margin=SPACE_M)
        self.stat = FitStat(theme)
        self.body.addWidget(self.stat)
        self.body.addStretch(1)
        self.setMinimumWidth(theme.px(84))
        self.setMinimumHeight(theme.px(82))

    def show_figure(self, figure: Figure) -> None:
        """Show a figure."""
        self.stat.show_figure(figure)
        self.setToolTip(tooltip_text(figure.how))
        self.setAccessibleName(f"{figure.name}: {figure.value}")
        self.setAccessibleDescription(" ".join(x for x in (figure.note, figure.how) if x))


class Tiles(QWidget):
    """The row of figures on top."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.cards: dict[str, FigureTile] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_S)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these figures, in this order."""
        for figure in figures:
            card = self.cards.get(figure.key)
            if card is None:
                card = self.cards[figure.key] = FigureTile(self._theme)
                self._row.addWidget(card, 1)
            card.show_figure(figure)


class StatRow(QWidget):
    """A few figures side by side."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.stats: dict[str, FitStat] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_S)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these figures, in this order."""
        for figure in figures:
            stat = self.stats.get(figure.key)
            if stat is None:
                stat = self.stats[figure.key] = FitStat(self._theme, "m")
                self._row.addWidget(stat)
            stat.show_figure(figure)


class ReviewTables(QWidget):
    """Products at the left; codes, questions and the shop's total at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.products = FiguresTable(FiguresModel(product_columns(), self), theme, self.tr("Products"))
        self.promos = FiguresTable(FiguresModel(promo_columns(), self), theme, self.tr("Promo codes"))
        self.no_products = self._nothing(self.tr("There were no products in the line-up."))
        self.no_promos = self._nothing(self.tr("No promo code was live in this show."))
        self.questions = StatRow(theme)
        self.shop = StatRow(theme)
        left = self._card(self.tr("Products"), self.products, self.no_products)
        codes = self._card(self.tr("Promo codes"), self.promos, self.no_promos)
        asked = self._card(self.tr("Questions"), self.questions)
        shop = self._card(self.tr("Shop total"), self.shop, note=self.tr("during the show"))
        shop.set_kind("card-dashed")
        apart = self.tr(
            "Not the show's figures: orders that have nothing to do with it are among these, too."
        )
        shop.setToolTip(tooltip_text(apart))
        shop.setAccessibleDescription(apart)
        below = QHBoxLayout()
        below.setSpacing(SPACE_S)
        below.addWidget(asked, 2)
        below.addWidget(shop, 3)
        right = QVBoxLayout()
        right.setSpacing(SPACE_S)
        right.addWidget(codes, 1)
        right.addLayout(below)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(left, 3)
        row.addLayout(right, 2)

    def show_review(self, review: Review, texts: Texts) -> None:
        """Fill everything."""
        figures = review.figures
        self.products.figures.set_rows([product_row(p, texts) for p in figures.products])
        self.promos.figures.set_rows([promo_row(p, texts) for p in figures.promos])
        for table, sentence in ((self.products, self.no_products), (self.promos, self.no_promos)):
            filled = table.figures.rowCount() > 0
            table.setVisible(filled)
            sentence.setVisible(not filled)
        self.questions.show_figures(questions(figures, texts))
        self.shop.show_figures(shop_total(figures.shop_total, texts))

    def _nothing(self, sentence: str) -> PlainLabel:
        label = PlainLabel(sentence, tone="muted", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.hide()
        return label

    def _card(self, title: str, *widgets: QWidget, note: str = "") -> Card:
        card = Card("card", margin=SPACE_M)
        card.setAccessibleName(f"{title} {note}".strip())
        card.body.addWidget(SectionHeader(title, note))
        for widget in widgets:
            card.body.addWidget(widget, 1)
        return card
