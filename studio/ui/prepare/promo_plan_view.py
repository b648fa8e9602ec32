"""What stands in the promo plan: the table, adding below it, and the chosen code: its form, and what is wrong with it."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio.domain.lineup import ItemKind, LineUpItem
from studio.ui.prepare.promo_plan_form import PromoPlanForm
from studio.ui.prepare.promo_plan_model import OWNER, PromoPlanModel
from studio.ui.prepare.promo_words import filled, tr
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import ElidedLabel, PlainLabel, SectionHeader, tooltip_text
from studio.ui.widgets.rows import dress_rows, size_columns
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
        self.shop_says: Final = ElidedLabel("", tone="muted")
        self.target: Final = QComboBox()
        self.floor: Final = NumberField(0, 100, tr(" % of a price"))
        self.floor.setSpecialValueText(tr("none"))
        self.floor.setKeyboardTracking(False)
        self.floor.setAccessibleName(tr("The least that a code may leave of a price, for all shows"))
        self.floor.setToolTip(tooltip_text(tr("The least that a code may leave of a price, for all shows")))
        self.replay: Final = NumberField(0, 336, tr(" h"))
        self.replay.setKeyboardTracking(False)
        counts = tr("How long after a show its orders and codes still count, for all shows")
        self.replay.setAccessibleName(counts)
        self.replay.setToolTip(tooltip_text(counts))
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
        self.well: Final = PlainLabel(tr("Nothing is wrong with it."), tone="muted", wrap=True)
        self.detail: Final = Card("card-raised")
        dress_rows(self.table, self.model, tr("Planned codes"), theme.px(32))
        self._lay_out()

    def _lay_out(self) -> None:
        said, adding, chosen = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for row in (said, adding):
            row.setSpacing(SPACE_S)
        said.addWidget(self.summary)
        said.addStretch(1)
        said.addWidget(self.shop_says, 4)
        said.addWidget(self.ask_again)
        self.shop_says.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.target.setAccessibleName(tr("For what a code is added"))
        self.target.setMinimumContentsLength(18)
        self.target.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        adding.addWidget(self.target, 1)
        adding.addWidget(self.add)
        adding.addStretch(1)
        for name, field in ((tr("Floor"), self.floor), (tr("Replay"), self.replay)):
            label = PlainLabel(name, tone="muted")
            label.setBuddy(field)
            adding.addWidget(label)
            adding.addWidget(field)
        adding.addWidget(self.duplicate)
        adding.addWidget(self.remove)
        chosen.setSpacing(SPACE_L)
        chosen.addWidget(self._scrolled(tr("The chosen code"), self.form), 1)
        chosen.addWidget(
            self._scrolled(tr("What is to be said of it"), self.fixed, self.conflicts, self.well), 1
        )
        self.detail.body.setSpacing(SPACE_S)
        self.detail.body.addWidget(self.heading)
        self.detail.body.addLayout(chosen, 1)
        self.detail.setMinimumHeight(self._theme.px(298))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(said)
        column.addWidget(self.table, 3)
        column.addWidget(self.empty, 3)
        column.addLayout(adding)
        column.addWidget(self.detail, 3)

    def _scrolled(self, name: str, *widgets: QWidget) -> QScrollArea:
        inside = QWidget()
        inside.setProperty("role", "plain")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, SPACE_M, 0)
        column.setSpacing(SPACE_M)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea()
        area.setAccessibleName(name)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        return area

    def size_columns(self) -> None:
        """As wide as their words; what a code belongs to takes the rest."""
        size_columns(self.table, OWNER, self._theme.px(72))

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
