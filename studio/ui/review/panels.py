"""Figures of the review as tiles, as rows of small figures, and as the sales apart: on air, replay, the whole shop."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QWidget

from studio.domain.kpi import ShowFigures
from studio.ui.review.figures import Figure
from studio.ui.review.kpis import not_known
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, TEXT_CAPTION, TEXT_L, TEXT_M, TEXT_S, Theme, set_look
from studio.ui.widgets.cards import Card, Stat
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, tooltip_text

_SIZES: Final = (("l", TEXT_L), ("m", TEXT_M), ("s", TEXT_S), ("caption", TEXT_CAPTION))


class FitStat(Stat):
    """A figure which gets smaller where its place is narrow: a sum is never cut."""

    def __init__(self, theme: Theme, largest: str = "l") -> None:
        super().__init__(size=largest, caption_first=True)
        self._theme = theme
        self._texts = ("–", "–")
        names = [name for name, _ in _SIZES]
        self._sizes = _SIZES[names.index(largest) :]
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self.caption, self.note):
            set_look(label, "textsize", "caption")
        self.before = ElidedLabel("", tone="muted")
        set_look(self.before, "textsize", "caption")
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self.before)
        for label in (self.note, self.before):
            # A figure without a note stands at the height of its neighbours; the small ones have none.
            room = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            room.setRetainSizeWhenHidden(largest == "l")
            label.setSizePolicy(room)
            label.hide()
        theme.changed.connect(self._fit)

    def show_figure(self, figure: Figure) -> None:
        """Show a figure; what is not known stands back. The formula is the tooltip, and read out."""
        self._texts = (figure.value, figure.brief or figure.value)
        self.show_value(figure.value, figure.name, "" if figure.known else "muted")
        self.show_note(figure.note.text, figure.note.tone)
        self.before.setText(figure.before.text)
        self.before.set_tone(figure.before.tone)
        self.before.setVisible(bool(figure.before.text))
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
        whole, brief = self._texts
        # The decimals of a sum go before any of its digits is cut.
        for text, sizes in ((whole, self._sizes[:3]), (brief, self._sizes)):
            for name, size in sizes:
                if QFontMetricsF(self._theme.font(size, bold=True)).horizontalAdvance(text) <= room:
                    self.value.setText(text)
                    set_look(self.value, "textsize", name)
                    return
        self.value.setText(brief)
        set_look(self.value, "textsize", self._sizes[-1][0])


class FigureTile(Card):
    """One figure in a card; its formula is the tooltip, and read out by screen readers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__("card", margin=SPACE_S)
        self.stat = FitStat(theme)
        self.body.addWidget(self.stat)
        self.body.addStretch(1)
        self.setMinimumWidth(theme.px(84))
        self.setMinimumHeight(theme.px(96))

    def show_figure(self, figure: Figure) -> None:
        """Show a figure."""
        self.stat.show_figure(figure)
        self.setToolTip(tooltip_text(figure.how))
        self.setAccessibleName(f"{figure.name}: {figure.value}")
        told = (figure.note.text, figure.before.text, figure.how)
        self.setAccessibleDescription(". ".join(x for x in told if x))


class Tiles(QWidget):
    """The row of figures on top. In a narrow window names and notes go on in a second line, all of a kind alike, so that the
    figures stay side by side.
    """

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
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: D102
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self.cards:
            return
        gaps = self._row.spacing() * (len(self.cards) - 1)
        # Not what a tile has, but what it is going to have: a layout comes after this.
        room = (self.width() - gaps) // len(self.cards) - 2 * SPACE_S - 2
        stats = [card.stat for card in self.cards.values()]
        for labels in ([s.caption for s in stats], [s.note for s in stats], [s.before for s in stats]):
            widest = max(label.fontMetrics().horizontalAdvance(label.text()) for label in labels)
            lines = 2 if widest > room else 1
            for label in labels:
                label.set_lines(lines)
                label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                label.setMinimumHeight(label.fontMetrics().lineSpacing() * lines)


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


class SalesApart(QWidget):
    """What came in on air, in the replay, and to the whole shop meanwhile: three rows that are never added up."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.values: dict[tuple[str, str], PlainLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_S // 2)
        self._grid.setColumnStretch(0, 1)
        heads = (self.tr("Orders"), self.tr("Gross"), self.tr("Net"))
        for n, head in enumerate(heads, start=1):
            label = PlainLabel(head, size="caption", tone="muted")
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(label, 0, n)
        self._names = {
            "air": (self.tr("On air"), self.tr("The show's own orders placed until its end.")),
            "replay": (self.tr("Replay"), self.tr("The show's own orders placed after its end, until the replay's.")),
            "shop": (
                self.tr("Shop total during the show"),
                self.tr("Not the show's figures: orders that have nothing to do with it are among these, too."),
            ),
        }  # fmt: skip
        for row, (key, (name, how)) in enumerate(self._names.items(), start=1):
            label = ElidedLabel(name, tone="muted" if key == "shop" else "")
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            label.setAccessibleDescription(how)
            self._grid.addWidget(label, row, 0)
            for column, (figure, head) in enumerate(
                zip(("orders", "gross", "net"), heads, strict=True), start=1
            ):
                value = PlainLabel("", tone="muted" if key == "shop" else "", strong=key != "shop")
                value.setAlignment(Qt.AlignmentFlag.AlignRight)
                value.setToolTip(tooltip_text(how))
                value.setAccessibleName(f"{name}, {head}")
                value.setAccessibleDescription(how)
                self.values[key, figure] = value
                self._grid.addWidget(value, row, column)

    def show_sales(self, figures: ShowFigures, texts: Texts) -> None:
        """Fill the three rows; what does not exist yet (a replay while on air) is said, not 0."""
        for key, found in (("air", figures.on_air), ("replay", figures.replay), ("shop", figures.shop_total)):
            none = self.tr("not yet") if key == "replay" else not_known()
            told = (
                (none, "–", "–")
                if found is None
                else (texts.number(found.orders), texts.money(found.gross), texts.money(found.net))
            )
            for figure, text in zip(("orders", "gross", "net"), told, strict=True):
                self.values[key, figure].setText(text)
