"""The panels of the review: figures as tiles, and the two tables with what stands beside them."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.review.figures import Figure, questions, shop_total, tiles
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
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text


class FigureTile(Card):
    """One figure in a card; its formula is the tooltip, and read out by screen readers."""

    def __init__(self) -> None:
        super().__init__("card", margin=SPACE_M)
        self.stat = Stat(size="l", caption_first=True)
        self.body.addWidget(self.stat)
        self.body.addStretch(1)

    def show_figure(self, figure: Figure) -> None:
        """Show a figure."""
        show_stat(self.stat, figure)
        self.setToolTip(tooltip_text(figure.how))
        self.setAccessibleName(f"{figure.name}: {figure.value}")
        self.setAccessibleDescription(" ".join(x for x in (figure.note, figure.how) if x))


def show_stat(stat: Stat, figure: Figure) -> None:
    """Put a figure into a stat: what is not known stands back."""
    stat.show_value(figure.value, figure.name, "" if figure.known else "muted")
    stat.show_note(figure.note)
    stat.setToolTip(tooltip_text(figure.how))
    stat.setAccessibleDescription(figure.how)


class Tiles(QWidget):
    """The row of figures on top; two rows where it is narrow."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.cards: dict[str, FigureTile] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(SPACE_S)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these figures, in this order."""
        for n, figure in enumerate(figures):
            card = self.cards.get(figure.key)
            if card is None:
                card = self.cards[figure.key] = FigureTile()
                self._grid.addWidget(card, 0, n)
                self._grid.setColumnStretch(n, 1)
            card.show_figure(figure)


class StatRow(QWidget):
    """A few figures side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.stats: dict[str, Stat] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(SPACE_L)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show these figures, in this order."""
        for figure in figures:
            stat = self.stats.get(figure.key)
            if stat is None:
                stat = self.stats[figure.key] = Stat(size="m", caption_first=True)
                self._row.addWidget(stat, 1)
            show_stat(stat, figure)


class ReviewTables(QWidget):
    """Products at the left; codes, questions and the shop's total at the right."""

    def __init__(self, theme: Theme, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.products = FiguresTable(FiguresModel(product_columns(), self), theme, self.tr("Products"))
        self.promos = FiguresTable(FiguresModel(promo_columns(), self), theme, self.tr("Promo codes"))
        self.no_products = self._nothing(self.tr("There were no products in the line-up."))
        self.no_promos = self._nothing(self.tr("No promo code was live in this show."))
        self.questions = StatRow()
        self.shop = StatRow()
        left = self._card(self.tr("Products"), self.products, self.no_products)
        codes = self._card(self.tr("Promo codes"), self.promos, self.no_promos)
        asked = self._card(self.tr("Questions"), self.questions)
        shop = self._card(self.tr("Shop total during the show"), self.shop)
        shop.set_kind("card-dashed")
        shop.setToolTip(
            self.tr("Not the show's figures: orders that have nothing to do with it are among these, too.")
        )
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
        row.addWidget(left, 1)
        row.addLayout(right, 1)

    def show_review(self, review: Review) -> None:
        """Fill everything."""
        figures = review.figures
        self.products.figures.set_rows([product_row(p, self._texts) for p in figures.products])
        self.promos.figures.set_rows([promo_row(p, self._texts) for p in figures.promos])
        for table, sentence in ((self.products, self.no_products), (self.promos, self.no_promos)):
            filled = table.figures.rowCount() > 0
            table.setVisible(filled)
            sentence.setVisible(not filled)
        self.questions.show_figures(questions(figures, self._texts))
        self.shop.show_figures(shop_total(figures.shop_total, self._texts))

    def _nothing(self, sentence: str) -> PlainLabel:
        label = PlainLabel(sentence, tone="muted", wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        label.hide()
        return label

    def _card(self, title: str, *widgets: QWidget) -> Card:
        card = Card("card", margin=SPACE_M)
        card.setAccessibleName(title)
        card.body.addWidget(SectionHeader(title))
        for widget in widgets:
            card.body.addWidget(widget, 1)
        return card


def tiles_of(review: Review, texts: Texts) -> list[Figure]:
    """The figures of the tiles."""
    return tiles(review.figures, texts)
