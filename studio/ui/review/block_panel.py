"""The side panel of a block: its figures, its chat, its questions and its orders."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from studio.control.ports import ChatRow
from studio.domain.alerts import Alert
from studio.domain.order import Order
from studio.domain.show import ShowState
from studio.ui.models.chat_source import line_of
from studio.ui.review.against import without_decimals
from studio.ui.review.alert_words import alert_words
from studio.ui.review.blocks import Block, BlockFacts, Feeds, facts_of
from studio.ui.review.figures import Figure
from studio.ui.review.figures_model import Cell, Column, FigureRow, FiguresModel
from studio.ui.review.figures_table import FiguresTable
from studio.ui.review.kpis import not_known, translate
from studio.ui.review.panels import StatRow
from studio.ui.review.rows import question_columns, question_row
from studio.ui.review.tables import TablePage
from studio.ui.studio import Review, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts, length
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.chat_lines import ChatLog
from studio.ui.widgets.chat_view import ChatView
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, tooltip_text
from studio.ui.widgets.text import clean_text

PAGE: Final = 300
"""Messages that are read at once."""
MOST_ALERTS: Final = 4
"""Alerts that are named; the timeline has them all."""


class BlockPanel(Card):
    """One block of the show. `closed` when a person closes it; `step_asked` carries -1 or 1 for the block before or behind."""

    closed = Signal()
    step_asked = Signal(int)

    def __init__(
        self, studio: Studio, theme: Theme, tasks: Tasks, channel_names: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("card", margin=SPACE_M)
        self._studio, self._theme, self._tasks = studio, theme, tasks
        self._channel_names = channel_names or {}
        self._texts = Texts()
        self._turn = 0
        self._rows: list[ChatRow] = []
        self.block: Block | None = None
        self.show_id = ""
        self.setAccessibleName(self.tr("Block of the show"))
        self.setMinimumWidth(theme.px(320))
        self.title = ElidedLabel("", size="m", strong=True)
        self.when = ElidedLabel("", tone="muted")
        self.stats = StatRow(theme)
        self.alerts = PlainLabel("", tone="warning", wrap=True)
        self.alerts.hide()
        self.chat = ChatView(theme, ChatLog(), time_text=self._clock)
        self.chat_said = PlainLabel("", tone="muted", wrap=True)
        self.more = QPushButton(self.tr("Read on"))
        self.more.setToolTip(self.tr("Read the next messages of this block"))
        self.more.setAutoDefault(False)
        self.more.clicked.connect(self._read_on)
        questions = FiguresTable(
            FiguresModel(question_columns()[:3], self), theme, self.tr("Questions of this block")
        )
        orders = FiguresTable(FiguresModel(order_columns(), self), theme, self.tr("Orders of this block"))
        self.questions = TablePage(questions, self.tr("Nobody asked anything first in this block."))
        self.orders = TablePage(orders, self.tr("The show had no order in this block."))
        self.tabs: dict[str, QPushButton] = {}
        self._stack = QStackedWidget()
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.when)
        head.addLayout(names, 1)
        self.before = self._small("‹", self.tr("The block before (Ctrl Left)"))
        self.behind = self._small("›", self.tr("The block behind (Ctrl Right)"))
        self.close_button = self._small("✕", self.tr("Close (Esc)"))
        self.before.clicked.connect(lambda: self.step_asked.emit(-1))
        self.behind.clicked.connect(lambda: self.step_asked.emit(1))
        self.close_button.clicked.connect(self.closed)
        for button in (self.before, self.behind, self.close_button):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S // 2)
        group = QButtonGroup(self)
        chat = QWidget()
        column = QVBoxLayout(chat)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.chat_said)
        column.addWidget(self.chat, 1)
        column.addWidget(self.more)
        for key, name, page in (
            ("chat", self.tr("Chat"), chat),
            ("questions", self.tr("Questions"), self.questions),
            ("orders", self.tr("Orders"), self.orders),
        ):
            tab = self.tabs[key] = QPushButton(name)
            tab.setProperty("variant", "tab")
            tab.setCheckable(True)
            tab.setAutoDefault(False)
            tab.clicked.connect(lambda _checked=False, chosen=page: self._stack.setCurrentWidget(chosen))
            group.addButton(tab)
            bar.addWidget(tab)
            self._stack.addWidget(page)
        bar.addStretch(1)
        self.tabs["chat"].setChecked(True)
        self.body.addLayout(head)
        self.body.addWidget(self.stats)
        self.body.addWidget(self.alerts)
        self.body.addLayout(bar)
        self.body.addWidget(self._stack, 1)

    def show_block(self, review: Review, feeds: Feeds, block: Block, texts: Texts, *, last: bool) -> None:
        """Show a block; `last`: there is none behind it. Chat and figures come when they are read."""
        same = self.block is not None and (self.show_id, self.block.from_ms) == (
            review.state.id,
            block.from_ms,
        )
        self.block, self.show_id, self._texts = block, review.state.id, texts
        title = clean_text(block.title, 200) or self.tr("Item that was removed")
        self.title.setText(title)
        self.setAccessibleName(self.tr("Block: {title}").replace("{title}", title))
        span = f"{texts.clock(block.from_ms)}–{texts.clock(block.to_ms)}"
        self.when.setText(f"{span} · {length(block.to_ms - block.from_ms)}")
        self.before.setEnabled(block.n > 0)
        self.behind.setEnabled(not last)
        self._turn += 1
        self._tasks.spawn(self._count(review, feeds, block, self._turn), "block's figures")
        if not same:
            self._rows = []
            self.chat.set_source(ChatLog())
            self.more.hide()
            self._say(self.tr("Reading the chat…"))
            self._tasks.spawn(self._read(block, self._turn), "block's chat")

    async def _count(self, review: Review, feeds: Feeds, block: Block, turn: int) -> None:
        facts = await asyncio.to_thread(facts_of, review, feeds, block)
        if turn != self._turn:
            return
        self.stats.show_figures(_stats(facts, self._texts))
        self._tell_alerts(facts.alerts)
        self.questions.show_rows(
            [_short(q) for q in (question_row(q, "", self._texts) for q in facts.questions)]
        )
        self.orders.show_rows([order_row(o, review.state, self._texts) for o in facts.orders])
        for key, name, count in (
            ("questions", self.tr("Questions"), len(facts.questions)), ("orders", self.tr("Orders"), len(facts.orders)),
        ):  # fmt: skip
            self.tabs[key].setText(f"{name} ({self._texts.number(count)})")

    def _tell_alerts(self, alerts: Sequence[Alert]) -> None:
        """What went wrong, in order of time; the chat below keeps its room."""
        lines = [
            f"⚠ {self._texts.clock(a.at_ms)} {alert_words(a, self._channel_names, self._texts)}"
            for a in alerts[:MOST_ALERTS]
        ]
        more = len(alerts) - len(lines)
        if more:
            lines.append(self.tr("and {n} more").replace("{n}", self._texts.number(more)))
        self.alerts.setText("\n".join(lines))
        # A name stands in place of the text for a screen reader: it has all of it.
        self.alerts.setAccessibleName("\n".join([self.tr("What went wrong in this block"), *lines]))
        self.alerts.setVisible(bool(lines))

    async def _read(self, block: Block, turn: int) -> None:
        """The next page of the chat, behind what is read already."""
        # The last one read may share its moment with others that are not.
        after = self._rows[-1].message.at_ms if self._rows else block.from_ms
        known = {row.rowid for row in self._rows}
        limit = PAGE + sum(1 for row in self._rows if row.message.at_ms == after)
        try:
            found = await self._studio.chat_between(self.show_id, after, block.to_ms, limit)
        except Exception:
            if turn == self._turn:
                self._say(self.tr("The chat could not be read. The log says why."))
            raise
        if self.block is None or self.block.from_ms != block.from_ms:
            return
        fresh = [row for row in found if row.rowid not in known]
        first = not self._rows
        self._rows += fresh
        self._say("" if self._rows else self.tr("Nobody wrote anything in this block."))
        self.chat.append_batch([line_of(row) for row in fresh])
        if first:
            self.chat.verticalScrollBar().setValue(0)
        self.more.setVisible(len(found) >= limit)
        self.more.setEnabled(True)

    def _read_on(self) -> None:
        if self.block is not None:
            self.more.setEnabled(False)
            self._tasks.spawn(self._read(self.block, self._turn), "block's chat")

    def _clock(self, at_ms: int) -> str:
        return self._texts.clock(at_ms)

    def _say(self, sentence: str) -> None:
        self.chat_said.setText(sentence)
        self.chat_said.setVisible(bool(sentence))
        self.chat.setVisible(not sentence)

    def _small(self, sign: str, what: str) -> QPushButton:
        button = QPushButton(sign)
        button.setProperty("variant", "compact")
        button.setAutoDefault(False)
        button.setAccessibleName(what)
        button.setToolTip(tooltip_text(what))
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif control and event.key() == Qt.Key.Key_Left and self.before.isEnabled():
            self.step_asked.emit(-1)
        elif control and event.key() == Qt.Key.Key_Right and self.behind.isEnabled():
            self.step_asked.emit(1)
        else:
            super().keyPressEvent(event)


def order_columns() -> list[Column]:
    """The columns of the orders' table."""
    tr = translate
    return [
        Column(tr("Review", "Items"), tr("Review", "What was ordered."), number=False, least=90),
        Column(tr("Review", "Order"), tr("Review", "The order's number at the shop."), number=False),
        Column(tr("Review", "Time"), tr("Review", "When it was placed.")),
        Column(tr("Review", "Total"), tr("Review", "What was paid, with tax and shipping, after discounts.")),
        Column(
            tr("Review", "Code"), tr("Review", "The promo codes that it used."), number=False, optional=True
        ),
    ]


def order_row(order: Order, state: ShowState, texts: Texts) -> FigureRow:
    """An order's row; one that was cancelled says so, with a sign."""
    titles = {i.product_id: i.title for i in state.items if i.product_id}
    other = translate("Review", "another product")
    named = [
        f"{texts.number(line.quantity)} × {clean_text(titles.get(line.product_id, other), 80)}"
        for line in order.lines
    ]
    items = ", ".join(named)
    if order.cancelled:
        items = translate("Review", "⚠ cancelled: {items}").replace("{items}", items)
    codes = ", ".join(clean_text(code, 40) for code in order.promo_codes)
    cells = (
        Cell(items, items, items),
        Cell(clean_text(order.number, 40), order.number),
        Cell(
            texts.clock(order.placed_at_ms),
            float(order.placed_at_ms),
            texts.clock(order.placed_at_ms, seconds=True),
        ),
        Cell(texts.money(order.total), float(order.total.amount_minor)),
        Cell(codes or "–", codes, codes),
    )
    return FigureRow(order.id, cells, order.cancelled)


def _short(row: FigureRow) -> FigureRow:
    return FigureRow(row.id, row.cells[:3], row.warning)


def _stats(facts: BlockFacts, texts: Texts) -> list[Figure]:
    own, tr = facts.own, translate
    minutes = (facts.block.to_ms - facts.block.from_ms) / 60_000
    gross = texts.money(own.gross)
    rate = (
        tr("Review", "{n} a minute").replace("{n}", texts.number(own.orders / minutes, 1)) if minutes else ""
    )
    return [
        Figure(
            "viewers", tr("Review", "Avg viewers"), not_known() if facts.viewers is None else texts.number(facts.viewers),
            tr("Review", "Average viewers, weighted by time, while it was on air."), known=facts.viewers is not None,
        ),
        Figure(
            "orders", tr("Review", "Orders"), texts.number(own.orders),
            " ".join((tr("Review", "The show's own orders placed meanwhile, not cancelled."), rate)).strip(),
        ),
        Figure(
            "revenue", tr("Review", "Revenue"), gross,
            tr("Review", "The totals of the paid ones, with tax and shipping, after discounts."),
            brief=without_decimals(gross),
        ),
        Figure(
            "asked", tr("Review", "Questions"), texts.number(len(facts.questions)),
            tr("Review", "Questions that were first asked meanwhile."),
        ),
    ]  # fmt: skip
