"""What stands in the window while no show is open: the shows so far, a new one, a rehearsal, the shop."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from studio.control.ports import ShowSummary
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme
from studio.ui.widgets.cards import Card, EmptyState
from studio.ui.widgets.labels import PlainLabel, SectionHeader
from studio.ui.widgets.text import clean_text


class Home(QWidget):
    """Emits what a person wants; knows nothing of how it is done."""

    show_wanted = Signal(str)
    new_wanted = Signal()
    rehearsal_wanted = Signal()
    shop_wanted = Signal()

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self.setAccessibleName(self.tr("Shows"))
        card = Card("card", margin=SPACE_L)
        card.setMaximumWidth(theme.px(720))
        self.title = PlainLabel(self.tr("Host Studio"), size="xl", strong=True)
        self.shop = PlainLabel("", tone="muted", wrap=True)
        self.new = QPushButton(self.tr("New show from a line-up file…"))
        self.new.setProperty("variant", "primary")
        self.rehearse = QPushButton(self.tr("Rehearse with the demo shop"))
        self.connect_shop = QPushButton(self.tr("Connect a shop…"))
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
        for button in (self.new, self.rehearse, self.connect_shop):
            buttons.addWidget(button)
        buttons.addStretch(1)
        card.body.setSpacing(SPACE_M)
        for widget in (self.title, self.shop):
            card.body.addWidget(widget)
        card.body.addLayout(buttons)
        card.body.addWidget(SectionHeader(self.tr("Shows")))
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
        self.shows.itemActivated.connect(self._open)

    def show_shop(self, name: str, address: str) -> None:
        """Say which shop is connected; an empty name: none."""
        connected = self.tr("Shop: {name} ({address})")
        text = connected.replace("{name}", name).replace("{address}", address)
        none = self.tr("No shop is connected yet. A show needs one; a rehearsal brings its own.")
        self.shop.setText(clean_text(text, 300) if name else none)
        self.new.setEnabled(bool(name))

    def list_shows(self, shows: list[ShowSummary]) -> None:
        """Show the list, the newest first."""
        self.shows.clear()
        for each in reversed(shows):
            if each.started_at_ms is None:
                when = self.tr("not started")
            elif each.ended_at_ms is None:
                when = self.tr("on air since {day}").replace("{day}", self._texts.day(each.started_at_ms))
            else:
                when = self._texts.day(each.started_at_ms)
            row = QListWidgetItem(f"{clean_text(each.title, 120)}\n{when}")
            row.setData(Qt.ItemDataRole.UserRole, each.id)
            self.shows.addItem(row)
        self.shows.setVisible(bool(shows))
        self.empty.setVisible(not shows)
        if shows:
            self.shows.setCurrentRow(0)

    def _open(self, row: QListWidgetItem) -> None:
        self.show_wanted.emit(str(row.data(Qt.ItemDataRole.UserRole)))
