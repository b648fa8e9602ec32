"""The tables of the review behind tabs: products, codes, unanswered questions, channels, all figures."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from studio.ui.review.figures import questions
from studio.ui.review.figures_model import Column, FigureRow, FiguresModel
from studio.ui.review.figures_table import FiguresTable
from studio.ui.review.panels import StatRow
from studio.ui.review.rows import (
    all_columns,
    all_rows,
    channel_columns,
    channel_row,
    not_told_by_product,
    product_columns,
    product_row,
    promo_columns,
    promo_row,
    question_columns,
)
from studio.ui.studio import Review
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.labels import PlainLabel


class TablePage(QWidget):
    """One table, or the sentence that says why it is empty."""

    def __init__(self, table: FiguresTable, nothing: str, head: QWidget | None = None) -> None:
        super().__init__()
        self.table = table
        self.nothing = PlainLabel(nothing, tone="muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.nothing.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        if head is not None:
            column.addWidget(head)
        column.addWidget(table, 1)
        column.addWidget(self.nothing, 1)
        self.note = PlainLabel("", size="caption", tone="muted", wrap=True)
        self.note.hide()
        column.addWidget(self.note)
        self.setFocusProxy(table)

    def show_rows(self, rows: Sequence[FigureRow], columns: Sequence[Column] | None = None) -> None:
        """Fill the table; a selection of a row that is still there stays."""
        model = self.table.figures
        if columns is not None and tuple(columns) != model.columns:
            model.set_table(columns, rows)
        else:
            chosen = self.table.chosen_id
            model.set_rows(rows)
            if chosen and self.table.chosen_id != chosen:
                self.table.select_row(chosen)
        self.table.setVisible(bool(rows))
        self.nothing.setVisible(not rows)

    def say(self, note: str) -> None:
        """A line under the table; empty for none."""
        self.note.setText(note)
        self.note.setVisible(bool(note))


class ReviewTables(Card):
    """The tables behind tabs. `product_opened` and `question_opened` carry the id of what is to be found on the timeline."""

    product_opened = Signal(str)
    question_opened = Signal(str)

    def __init__(self, theme: Theme, channel_names: Mapping[str, str]) -> None:
        super().__init__("card", margin=SPACE_M)
        self._theme, self._channel_names = theme, channel_names
        self.setAccessibleName(self.tr("Tables of the show"))
        self.questions_row = StatRow(theme)
        self.pages: dict[str, TablePage] = {}
        self.tabs: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._bar = QHBoxLayout()
        self._bar.setSpacing(SPACE_S // 2)
        self._add(
            "products",
            self.tr("Products"),
            product_columns(),
            self.tr("There were no products in the line-up."),
        )
        self._add(
            "promos", self.tr("Promo codes"), promo_columns(), self.tr("No promo code was live in this show.")
        )
        self._add(
            "questions", self.tr("Questions"), question_columns(), "",
            self.questions_row,
        )  # fmt: skip
        self._add(
            "channels",
            self.tr("Channels"),
            channel_columns(),
            self.tr("No channel told anything of this show."),
        )
        self._add("all", self.tr("All figures"), all_columns(None), self.tr("There are no figures."))
        self._bar.addStretch(1)
        self.body.addLayout(self._bar)
        self.body.addWidget(self._stack, 1)
        self.choose("products")
        self.products.row_opened.connect(self.product_opened)
        self.pages["questions"].table.row_opened.connect(self.question_opened)

    @property
    def products(self) -> FiguresTable:
        """The products' table."""
        return self.pages["products"].table

    def choose(self, key: str) -> None:
        """Bring a table to the front: products, promos, questions, channels, all."""
        self.tabs[key].setChecked(True)
        self._stack.setCurrentWidget(self.pages[key])

    def show_review(self, review: Review, open_ones: Sequence[FigureRow], texts: Texts) -> None:
        """Fill all tables; `open_ones` are the rows of the unanswered questions."""
        figures, state = review.figures, review.state
        self.pages["products"].show_rows([product_row(p, texts) for p in figures.products])
        self.pages["products"].say(not_told_by_product(figures))
        self.pages["promos"].show_rows([promo_row(p, texts) for p in figures.promos])
        self.questions_row.show_figures(questions(figures, texts))
        self.pages["questions"].nothing.setText(
            self.tr("Every question was answered.")
            if figures.questions.asked or any(not q.withdrawn for q in review.questions)
            else self.tr("Nobody asked anything.")
        )
        self.pages["questions"].show_rows(open_ones)
        self.pages["channels"].show_rows(
            [channel_row(c, self._channel_name(c.channel), texts) for c in figures.channels]
        )
        self.pages["all"].show_rows(
            all_rows(figures, state.goals, review.previous, state.currency, texts),
            all_columns(review.previous),
        )
        count = len(open_ones)
        name = self.tr("Questions")
        self.tabs["questions"].setText(f"{name} ({texts.number(count)})" if count else name)

    def _channel_name(self, channel: str) -> str:
        if channel == "stage":
            return self.tr("Links on the picture")
        return self._channel_names.get(channel, channel)

    def _add(
        self, key: str, name: str, columns: Sequence[Column], nothing: str, head: QWidget | None = None
    ) -> None:
        table = FiguresTable(FiguresModel(columns, self), self._theme, name)
        page = self.pages[key] = TablePage(table, nothing, head)
        tab = self.tabs[key] = QPushButton(name)
        tab.setProperty("variant", "tab")
        tab.setCheckable(True)
        tab.setAutoDefault(False)
        # In a narrow window a name may be cut, the window must not be held wide by it.
        tab.setMinimumWidth(self._theme.px(48))
        tab.clicked.connect(lambda: self.choose(key))
        self._group.addButton(tab)
        self._bar.addWidget(tab)
        self._stack.addWidget(page)
