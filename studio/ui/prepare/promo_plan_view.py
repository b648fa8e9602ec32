"""What stands in the promo plan: the table at the left, the chosen code's form at the right, adding at the foot."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.domain.lineup import ItemKind, LineUpItem
from studio.ui.prepare.promo_plan_form import PromoPlanForm
from studio.ui.prepare.promo_plan_model import OWNER, STATE, PromoPlanModel
from studio.ui.prepare.promo_words import filled, tr
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.text import clean_text


class PromoPlanView(QWidget):
    """The widgets and where they stand; the dialog fills them. `add_asked`, `copy_asked`, `remove_asked` and `ask_asked` are
    its buttons.
    """

    add_asked = Signal()
    copy_asked = Signal()
    remove_asked = Signal()
    ask_asked = Signal()

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.model: Final = PromoPlanModel(theme)
        self.table: Final = QTableView()
        self.form: Final = PromoPlanForm(theme, texts)
        nothing = tr("No codes are planned. Choose below for what, and add one.")
        self.empty: Final = EmptyState(theme, "promo", nothing, parent=self)
        self.summary: Final = PlainLabel("", tone="muted")
        self.heading: Final = SectionHeader("")
        self.conflicts: Final = PlainLabel("", tone="warning", wrap=True)
        self.fixed: Final = PlainLabel("", tone="muted", wrap=True)
        self.shop_says: Final = PlainLabel("", size="caption", tone="muted", wrap=True)
        self.target: Final = QComboBox()
        self.add: Final = _button(tr("Add code"), tr("Plan one more code (Insert)"), self.add_asked)
        self.duplicate: Final = _button(
            tr("Duplicate"),
            tr(
                "The same offer under another code: for the next item without one, or for the whole show again"
            ),
            self.copy_asked,
        )
        self.remove: Final = _button(
            tr("Remove"), tr("Do not plan this code any more (Delete)"), self.remove_asked
        )
        self.ask_again: Final = _button(
            tr("Ask again"), tr("Ask the shop again which codes are free"), self.ask_asked
        )
        self.right: Final = Card("card-raised")
        self.area: Final = QScrollArea()
        self._dress_table()
        self._lay_out()

    def _dress_table(self) -> None:
        table = self.table
        table.setModel(self.model)
        table.setAccessibleName(tr("Planned codes"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setWordWrap(False)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(self._theme.px(32))
        table.horizontalHeader().setHighlightSections(False)

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(SPACE_S)
        left.addWidget(self.summary)
        left.addWidget(self.table, 1)
        left.addWidget(self.empty, 1)
        said, adding = QHBoxLayout(), QHBoxLayout()
        for row in (said, adding):
            row.setSpacing(SPACE_S)
            left.addLayout(row)
        said.addWidget(self.shop_says, 1)
        said.addWidget(self.ask_again)
        self.target.setAccessibleName(tr("For what a code is added"))
        self.target.setMinimumContentsLength(18)
        self.target.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        adding.addWidget(self.target, 1)
        for button in (self.add, self.duplicate, self.remove):
            adding.addWidget(button)
        inside = QWidget()
        inside.setProperty("role", "plain")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE_S, 0)
        column.setSpacing(SPACE_M)
        for widget in (self.fixed, self.conflicts, self.form):
            column.addWidget(widget)
        column.addStretch(1)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        self.right.body.setSpacing(SPACE_M)
        self.right.body.addWidget(self.heading)
        self.right.body.addWidget(self.area, 1)
        self.right.setFixedWidth(self._theme.px(390))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        row.addLayout(left, 1)
        row.addWidget(self.right)

    def size_columns(self) -> None:
        """As wide as their words; what a code belongs to takes the rest."""
        header = self.table.horizontalHeader()
        for column in range(STATE + 1):
            stretch = column == OWNER
            wanted = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.ResizeToContents
            if header.sectionResizeMode(column) is not wanted:
                header.setSectionResizeMode(column, wanted)
        header.setMinimumSectionSize(self._theme.px(72))

    def offer_targets(self, items: Sequence[LineUpItem]) -> None:
        """For what a code can be added: the whole show, and the products that have none."""
        wanted = [("", tr("For the whole show"))]
        for number, item in enumerate(items, start=1):
            if item.promo is None and item.kind is ItemKind.PRODUCT:
                text = filled(tr("For {n}. {item}"), n=str(number), item=clean_text(item.title, 60))
                wanted.append((item.id, text))
        box = self.target
        if [(box.itemData(n), box.itemText(n)) for n in range(box.count())] == wanted:
            return
        chosen = box.currentData()
        box.clear()
        for item_id, text in wanted:
            box.addItem(text, item_id)
        box.setCurrentIndex(max(0, box.findData(chosen)))


def _button(text: str, help_: str, asked: SignalInstance) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setToolTip(tooltip_text(help_))
    button.clicked.connect(asked)
    return button
