"""What stands in the window while no show is open: the shows so far, a new one, a rehearsal, the shop."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from studio.control.ports import ShowSummary
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text

_BEGUN: Final = Qt.ItemDataRole.UserRole + 1
_NAMED: Final = 4


class Home(QWidget):
    """Emits what a person wants; knows nothing of how it is done."""

    show_wanted = Signal(str)
    new_wanted = Signal()
    rehearsal_wanted = Signal()
    shop_wanted = Signal()
    channels_wanted = Signal()
    change_shop_wanted = Signal(str)

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._several = False
        self.setAccessibleName(self.tr("Shows"))
        card = Card("card", margin=SPACE_L)
        card.setMaximumWidth(theme.px(720))
        self.title = PlainLabel(self.tr("Host Studio"), size="xl", strong=True)
        self.shop = PlainLabel("", tone="muted", wrap=True)
        self.new = QPushButton(self.tr("New show from a line-up file…"))
        self.new.setProperty("variant", "primary")
        self.rehearse = QPushButton(self.tr("Rehearse with the demo shop"))
        self.connect_shop = QPushButton(self.tr("Connect a shop…"))
        self.connect_shop.setToolTip(self.tr("Connect shops, test them, and see what they can do (Ctrl+,)"))
        self.channels = PlainLabel("", tone="muted", wrap=True)
        self.connect_channels = QPushButton(self.tr("Channels…"))
        self.connect_channels.setToolTip(self.tr("Connect channels, sign in, test them, and see how each is"))
        self.change_shop = QPushButton(self.tr("Change its shop…"))
        self.change_shop.setProperty("variant", "compact")
        self.change_shop.setToolTip(self.tr("Let the selected show sell from another shop"))
        self.change_shop.hide()
        self.shows = QListWidget()
        self.shows.setAccessibleName(self.tr("Shows so far"))
        self.shows.setFrameShape(QListWidget.Shape.NoFrame)
        self.empty = EmptyState(
            theme,
            "box",
            self.tr("No shows yet. Rehearse one with the demo shop, or make one from a line-up file."),
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        for button in (self.new, self.rehearse, self.connect_shop, self.connect_channels):
            buttons.addWidget(button)
        buttons.addStretch(1)
        card.body.setSpacing(SPACE_M)
        for widget in (self.title, self.shop, self.channels):
            card.body.addWidget(widget)
        card.body.addLayout(buttons)
        header = SectionHeader(self.tr("Shows"))
        header.add(self.change_shop)
        card.body.addWidget(header)
        card.body.addWidget(self.shows, 1)
        card.body.addWidget(self.empty, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column = QVBoxLayout()
        column.addWidget(card, 1)
        row.addStretch(1)
        row.addLayout(column, 8)
        row.addStretch(1)
        self.new.clicked.connect(self.new_wanted)
        self.rehearse.clicked.connect(self.rehearsal_wanted)
        self.connect_shop.clicked.connect(self.shop_wanted)
        self.connect_channels.clicked.connect(self.channels_wanted)
        self.change_shop.clicked.connect(self._change_shop)
        self.shows.itemActivated.connect(self._open)
        self.shows.currentItemChanged.connect(self._selected)

    def show_shop(self, name: str, address: str, count: int = 1) -> None:
        """Say which shop is connected, for new shows where there are several (`count`); an empty name: none."""
        connected = self.tr("Shop: {name} ({address})")
        if count > 1:
            connected = self.tr("Shop for new shows: {name} ({address})")
        self._several = count > 1
        self.connect_shop.setText(self.tr("Shops…") if name else self.tr("Connect a shop…"))
        text = connected.replace("{name}", name).replace("{address}", address)
        none = self.tr("No shop is connected yet. A show needs one; a rehearsal brings its own.")
        self.shop.setText(clean_text(text, 300) if name else none)
        self.new.setEnabled(bool(name))

    def show_channels(self, names: Sequence[str]) -> None:
        """Say from which channels new shows get their chat."""
        shown = ", ".join(clean_text(name, 60) for name in names[:_NAMED])
        if len(names) > _NAMED:
            shown = self.tr("{names} and {n} more").replace("{names}", shown)
            shown = shown.replace("{n}", str(len(names) - _NAMED))
        told = self.tr("Channels for new shows: {names}").replace("{names}", shown)
        none = self.tr("No channel is connected yet: chat and viewers come from there.")
        self.channels.setText(told if names else none)

    def list_shows(self, shows: list[ShowSummary], shops: Mapping[str, str] | None = None) -> None:
        """Show the list, the newest first; `shops` has the names of the shows' shops where that is worth saying."""
        self.shows.clear()
        for each in reversed(shows):
            if each.started_at_ms is None:
                when = self.tr("not started")
            elif each.ended_at_ms is None:
                when = self.tr("on air since {day}").replace("{day}", self._texts.day(each.started_at_ms))
            else:
                when = self._texts.day(each.started_at_ms)
            if name := (shops or {}).get(each.id):
                when = f"{when} · {clean_text(name, 60)}"
            row = QListWidgetItem(f"{clean_text(each.title, 120)}\n{when}")
            row.setData(Qt.ItemDataRole.UserRole, each.id)
            row.setData(_BEGUN, each.started_at_ms is not None)
            self.shows.addItem(row)
        self.shows.setVisible(bool(shows))
        self.empty.setVisible(not shows)
        if shows:
            self.shows.setCurrentRow(0)
        self._selected()

    def _selected(self) -> None:
        """Only a show that has not begun can change its shop."""
        chosen = self.shows.currentRow() >= 0
        self.change_shop.setVisible(self._several and chosen and not self.shows.currentItem().data(_BEGUN))

    def _change_shop(self) -> None:
        if self.shows.currentRow() >= 0:
            self.change_shop_wanted.emit(str(self.shows.currentItem().data(Qt.ItemDataRole.UserRole)))

    def _open(self, row: QListWidgetItem) -> None:
        self.show_wanted.emit(str(row.data(Qt.ItemDataRole.UserRole)))
