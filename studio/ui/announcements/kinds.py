"""The list of what can be announced: each on or off, and how soon again."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from studio.domain.announcement_rules import (
    MAX_COOLDOWN_S,
    MAX_GAP_S,
    AnnouncementKind,
    AnnouncementRules,
    KindRule,
)
from studio.ui.announcements.words import kind_words, tr
from studio.ui.theme import Theme
from studio.ui.widgets.cards import Card
from studio.ui.widgets.inputs import NumberField
from studio.ui.widgets.labels import PlainLabel, SectionHeader, tooltip_text


class KindList(Card):
    """`chosen` says that another kind is looked at, `ruled` carries a kind and its rule, `gapped` the gap in seconds."""

    chosen = Signal()
    ruled = Signal(object, object)
    gapped = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("card", parent)
        self._showing = True
        self.list: Final = QListWidget()
        self.list.setAccessibleName(tr("What is announced"))
        self.list.setToolTip(tooltip_text(tr("Ticked is announced. Space switches it on or off.")))
        self.list.setSpacing(2)
        self.list.setFixedHeight(theme.px(136))
        for kind in AnnouncementKind:
            item = QListWidgetItem(kind_words(kind))
            item.setData(Qt.ItemDataRole.UserRole, kind.value)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
            )
            item.setCheckState(Qt.CheckState.Checked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.cooldown: Final = _seconds(
            MAX_COOLDOWN_S,
            tr("Pause"),
            tr("So many seconds the same product or code is not announced again. 0: every time."),
        )
        self.gap: Final = _seconds(
            MAX_GAP_S,
            tr("Gap in a channel"),
            tr(
                "So many seconds a channel has peace before a product is announced. Codes are always announced."
            ),
        )
        self.body.addWidget(SectionHeader(tr("What is announced")))
        self.body.addWidget(self.list)
        for text, field in (
            (tr("Pause before the same is announced again"), self.cooldown),
            (tr("Gap between announcements in a channel"), self.gap),
        ):
            label = PlainLabel(text, tone="muted", wrap=True)
            label.setBuddy(field)
            self.body.addWidget(label)
            self.body.addWidget(field)
        self.body.addStretch(1)
        self.list.currentRowChanged.connect(self._chosen)
        self.list.itemChanged.connect(self._switched)
        self.cooldown.valueChanged.connect(self._paused)
        self.gap.valueChanged.connect(self._gapped)
        self._showing = False

    @property
    def kind(self) -> AnnouncementKind:
        """The kind that is looked at."""
        return tuple(AnnouncementKind)[max(0, self.list.currentRow())]

    def choose(self, kind: AnnouncementKind) -> None:
        """Look at this kind."""
        self.list.setCurrentRow(tuple(AnnouncementKind).index(kind))

    def show_rules(self, rules: AnnouncementRules) -> None:
        """Show what holds."""
        self._showing = True
        for row, kind in enumerate(AnnouncementKind):
            on = rules.kind(kind).on
            self.list.item(row).setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.cooldown.setValue(rules.kind(self.kind).cooldown_s)
        self.gap.setValue(rules.gap_s)
        self._showing = False

    def _switched(self, item: QListWidgetItem) -> None:
        if not self._showing:
            kind = AnnouncementKind(str(item.data(Qt.ItemDataRole.UserRole)))
            on = item.checkState() is Qt.CheckState.Checked
            self.list.setCurrentItem(item)  # which shows the pause of this kind
            self.ruled.emit(kind, KindRule(on, self.cooldown.value()))

    def _chosen(self, _row: int) -> None:
        self.chosen.emit()

    def _paused(self, seconds: int) -> None:
        if not self._showing:
            on = self.list.item(self.list.currentRow()).checkState() is Qt.CheckState.Checked
            self.ruled.emit(self.kind, KindRule(on, seconds))

    def _gapped(self, seconds: int) -> None:
        if not self._showing:
            self.gapped.emit(seconds)


def _seconds(highest: int, name: str, tooltip: str) -> NumberField:
    field = NumberField(0, highest, " s")
    field.setAccessibleName(name)
    field.setToolTip(tooltip_text(tooltip))
    return field
