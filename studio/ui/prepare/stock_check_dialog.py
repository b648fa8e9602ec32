"""Stock against demand, item by item and location by location; what can be done is one press, and can be undone."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QTableView,
    QWidget,
)

from studio.domain.commands import Command
from studio.domain.ids import uuid7
from studio.domain.stock_check import Remedy, StockAct, StockRow, command_of
from studio.ui.dialogs import Dialog
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.stock_model import OPEN, StockModel
from studio.ui.prepare.stock_words import act_help, act_text, source_text, tr
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, tooltip_text
from studio.ui.widgets.rows import dress_rows, size_columns
from studio.ui.widgets.text import clean_text

Give = Callable[[Command], Awaitable[bool]]
"""Gives a command; True when it is on disk. What was refused was said already."""
_ALTERNATIVES: Final = "alternatives"
_VARIANTS: Final = 8
_DETAIL: Final = 148


class StockCheckDialog(Dialog):
    """The open show's stock check. `rows` gives it as it was seen last, `refresh` shows it; `item_wanted` carries an item's id and a column of the
    line-up, for what is chosen there.
    """

    item_wanted = Signal(str, str)

    def __init__(
        self, parent: QWidget, live: LiveShow, rows: Callable[[], Sequence[StockRow]], give: Give, theme: Theme, texts: Texts,
        tasks: Tasks,
    ) -> None:  # fmt: skip
        sentence = tr("What is expected to be sold, against what can be sold less the safety stock.")
        super().__init__(parent, tr("Stock check"), sentence, width=theme.px(760))
        room = parent.window().size()
        self.resize(
            max(theme.px(760), min(theme.px(1_160), room.width() * 7 // 8)),
            max(theme.px(480), min(theme.px(720), room.height() * 7 // 8)),
        )
        self._live, self._rows, self._give, self._tasks = live, rows, give, tasks
        self._texts, self._theme = texts, theme
        self._shown: StockRow | None = None
        self.model: Final = StockModel(theme, texts)
        self.table: Final = QTableView()
        self.only_open: Final = QCheckBox(tr("Only what is open"))
        self.empty: Final = EmptyState(
            theme, "check", tr("Every item has enough, as far as anybody knows."), parent=self
        )
        self.detail: Final = Card("card-raised")
        self.name: Final = ElidedLabel("", strong=True)
        self.source: Final = ElidedLabel("", tone="muted")
        self.variants: Final = QGridLayout()
        self.acts: Final = QHBoxLayout()
        self.nothing: Final = PlainLabel("", tone="muted", wrap=True)
        self.act_buttons: list[QPushButton] = []
        self._lay_out()
        self.only_open.toggled.connect(self.refresh)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.model.modelReset.connect(self._choose_again)
        self.refresh()

    def _lay_out(self) -> None:
        table = self.table
        dress_rows(table, self.model, tr("Demand and stock by item"), self._theme.px(30))
        self.body.addWidget(table, 1)
        self.body.addWidget(self.empty, 1)
        self.variants.setHorizontalSpacing(SPACE_L)
        self.variants.setVerticalSpacing(2)
        self.acts.setSpacing(SPACE_S)
        for widget in (self.name, self.source):
            self.detail.body.addWidget(widget)
        self.detail.body.addLayout(self.variants)
        self.detail.body.addWidget(self.nothing)
        self.detail.body.addLayout(self.acts)
        # As high as it ever is: the table does not jump when another item is chosen.
        self.detail.setMinimumHeight(self._theme.px(_DETAIL))
        self.detail.body.addStretch(1)
        self.body.addWidget(self.detail)
        self.buttons.insertWidget(0, self.only_open)
        close = self.add_button(tr("Close"))
        close.clicked.connect(self.accept)
        self._first = table

    # --- showing ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Bring the table up to now; the chosen item stays chosen."""
        rows = [row for row in self._rows() if not self.only_open.isChecked() or row.state in OPEN]
        self.model.show_rows(rows, self._live.locations)
        self.table.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.detail.setVisible(bool(rows))
        if rows:
            size_columns(self.table, 0, self._theme.px(64))
            if not self.table.currentIndex().isValid():
                self._choose_again()
            self._show(self.model.rows[self.table.currentIndex().row()])

    def _choose_again(self) -> None:
        """After the rows are others: the item that was chosen, else the first that is open."""
        rows = self.model.rows
        if not rows:
            self._shown = None
            return
        kept = self._shown.item_id if self._shown else ""
        at = next((n for n, row in enumerate(rows) if row.item_id == kept), -1)
        if at < 0:
            at = next((n for n, row in enumerate(rows) if row.state in OPEN), 0)
        self.table.setCurrentIndex(self.model.index(at, 0))

    def choose(self, item_id: str) -> None:
        """Choose an item."""
        at = next((n for n, row in enumerate(self.model.rows) if row.item_id == item_id), -1)
        if at >= 0:
            self.table.setCurrentIndex(self.model.index(at, 0))

    def _chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid() and now.row() < len(self.model.rows):
            self._show(self.model.rows[now.row()])

    def _show(self, row: StockRow) -> None:
        if row == self._shown:
            return
        self._shown = row
        texts = self._texts
        self.name.setText(clean_text(row.title, 120))
        told = [
            tr("{n} expected ({source})")
            .replace("{n}", texts.number(row.demand.units))
            .replace("{source}", source_text(row.demand, texts)),
            tr("{n} can be sold").replace("{n}", texts.number(row.sellable)),
        ]
        if row.safety_stock:
            told.append(tr("{n} kept back").replace("{n}", texts.number(row.safety_stock)))
        if row.taken:
            told.append(
                tr("{n} expected to be sold earlier in the show").replace("{n}", texts.number(row.taken))
            )
        self.source.setText(" · ".join(told))
        self._show_variants(row)
        self._show_acts(row)

    def _show_variants(self, row: StockRow) -> None:
        _clear(self.variants)
        if len(row.variants) < 2:
            return
        # What is sold out goes first: it is what a viewer will ask for.
        ordered = sorted(row.variants, key=lambda v: (v.sellable is None, v.sellable or 0))
        for column, variant in enumerate(ordered[:_VARIANTS]):
            left = variant.sellable
            gone = left == 0
            label = ElidedLabel(clean_text(variant.title, 24), size="caption", tone="muted")
            figure = self._texts.number(left)
            value = PlainLabel(f"⚠ {figure}" if gone else figure, tone="warning" if gone else "")
            value.setAccessibleName(f"{clean_text(variant.title, 24)}: {figure}")
            self.variants.addWidget(label, 0, column)
            self.variants.addWidget(value, 1, column)
        more = len(ordered) - _VARIANTS
        if more > 0:
            text = tr("and {n} more").replace("{n}", self._texts.number(more))
            self.variants.addWidget(PlainLabel(text, size="caption", tone="muted"), 0, _VARIANTS)
        self.variants.setColumnStretch(_VARIANTS + 1, 1)

    def _show_acts(self, row: StockRow) -> None:
        _clear(self.acts)
        self.act_buttons = []
        for act in row.acts:
            button = QPushButton(act_text(act, self._live.products, self._texts).replace("&", "&&"))
            button.setAutoDefault(False)
            button.setToolTip(tooltip_text(act_help(act, self._texts)))
            button.setAccessibleDescription(act_help(act, self._texts))
            button.clicked.connect(lambda _=False, a=act, item_id=row.item_id: self._do(a, item_id))
            self.act_buttons.append(button)
            self.acts.addWidget(button)
        self.acts.addStretch(1)
        self.nothing.setVisible(not row.acts)
        self.nothing.setText(
            tr("The shop has not told the stock of this item yet.") if row.sellable is None
            else tr("Say on air which variants are left.") if row.sold_out
            else tr("Nothing has to be done.")
        )  # fmt: skip

    # --- doing ------------------------------------------------------------------------------------------------

    def _do(self, act: StockAct, item_id: str) -> None:
        if act.remedy is Remedy.CHOOSE:
            self.item_wanted.emit(item_id, _ALTERNATIVES)
            self.accept()
            return
        state = self._live.state
        item = state.item(item_id)
        if item is None:
            return
        command = command_of(act, item, state.index(item_id), self._live.products, uuid7, state.currency)
        if command is None:
            return
        for button in self.act_buttons:
            button.setEnabled(False)
        self._tasks.spawn(self._given(command), "stock remedy")

    async def _given(self, command: Command) -> None:
        try:
            await self._give(command)
        finally:
            for button in self.act_buttons:
                button.setEnabled(True)
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)


def _clear(layout: QGridLayout | QHBoxLayout) -> None:
    while (entry := layout.takeAt(0)) is not None:
        widget = entry.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
