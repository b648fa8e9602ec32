"""The page of the shows: the list of them, a new one, a rehearsal, and the way to the settings."""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.control.ports import ShowSummary
from studio.ui.shows.model import CameTo, Names, Section
from studio.ui.shows.show_list import Deed, ShowList
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_L, SPACE_S, Theme
from studio.ui.widgets.labels import ElidedLabel, PlainLabel
from studio.ui.widgets.text import clean_text

_NAMED: Final = 4


class ShowsPage(QWidget):
    """Emits what a person wants; knows nothing of how it is done. `deed` carries a `Deed` and the id of a show."""

    deed = Signal(object, str)
    new_wanted = Signal()
    file_wanted = Signal()
    rehearsal_wanted = Signal()
    shop_wanted = Signal()
    channels_wanted = Signal()

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "workspace")
        self.setAccessibleName(self.tr("Shows"))
        self._make_head()
        self.list = ShowList(theme, str(texts.locale).replace("_", "-"))
        self._lay_out()
        for button, wanted in (
            (self.new, self.new_wanted),
            (self.from_file, self.file_wanted),
            (self.rehearse, self.rehearsal_wanted),
            (self.connect_shop, self.shop_wanted),
            (self.connect_channels, self.channels_wanted),
        ):
            button.clicked.connect(wanted)
        self.list.new_wanted.connect(self.new_wanted)
        self.list.deed.connect(self.deed)

    def _make_head(self) -> None:
        self.title = PlainLabel(self.tr("Shows"), size="xl", strong=True)
        self.shop = ElidedLabel("", tone="muted")
        self.channels = ElidedLabel("", tone="muted")
        self.new = QPushButton(self.tr("New show…"))
        self.new.setProperty("variant", "primary")
        self.new.setToolTip(self.tr("Say what it is called and when it is, then plan it (Ctrl+N)"))
        self.from_file = QPushButton(self.tr("From a line-up file…"))
        self.from_file.setToolTip(self.tr("Make a show from a line-up in CSV, Excel or JSON"))
        self.rehearse = QPushButton(self.tr("Rehearse with the demo shop"))
        self.connect_shop = QPushButton(self.tr("Connect a shop…"))
        self.connect_shop.setToolTip(self.tr("Connect shops, test them, and see what they can do (Ctrl+,)"))
        self.connect_channels = QPushButton(self.tr("Channels…"))
        self.connect_channels.setToolTip(self.tr("Connect channels, sign in, test them, and see how each is"))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(self.title)
        head.addStretch(1)
        for button in (self.rehearse, self.connect_shop, self.connect_channels, self.from_file, self.new):
            head.addWidget(button)
        about = QHBoxLayout()
        about.setSpacing(SPACE_L)
        about.addWidget(self.shop)
        about.addWidget(self.channels)
        about.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addLayout(head)
        column.addLayout(about)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.list.shows)

    # --- what is told -----------------------------------------------------------------------------------------

    def show_shop(self, name: str, address: str, count: int = 1) -> None:
        """Say which shop is connected, for new shows where there are several (`count`); an empty name: none."""
        connected = self.tr("Shop: {name} ({address})")
        if count > 1:
            connected = self.tr("Shop for new shows: {name} ({address})")
        self.connect_shop.setText(self.tr("Shops…") if name else self.tr("Connect a shop…"))
        text = connected.replace("{name}", name).replace("{address}", address)
        none = self.tr("No shop is connected yet. A show needs one; a rehearsal brings its own.")
        self.shop.setText(clean_text(text, 300) if name else none)
        for button in (self.new, self.from_file):
            button.setEnabled(bool(name))
        self.list.offer(self.new.text() if name else "", several_shops=count > 1)

    def show_channels(self, names: Sequence[str]) -> None:
        """Say from which channels new shows get their chat."""
        shown = ", ".join(clean_text(name, 60) for name in names[:_NAMED])
        if len(names) > _NAMED:
            shown = self.tr("{names} and {n} more").replace("{names}", shown)
            shown = shown.replace("{n}", str(len(names) - _NAMED))
        told = self.tr("Channels for new shows: {names}").replace("{names}", shown)
        none = self.tr("No channel is connected yet: chat and viewers come from there.")
        self.channels.setText(told if names else none)

    def list_shows(
        self, shows: Sequence[ShowSummary], names: Names | None = None, now_ms: int = 0, open_id: str = ""
    ) -> None:
        """Show the list. `names` has what shops and channels are called, `now_ms` (UTC ms) is the time, `open_id` the show
        that the window has open. What was selected stays selected.
        """
        self.list.take(shows, names or Names({}, {}), now_ms, open_id)

    def show_figures(self, came_to: Mapping[str, CameTo]) -> None:
        """What past shows came to."""
        self.list.model.set_figures(came_to)

    def go_to(self, section: Section, show_id: str = "") -> None:
        """List this section, and select a show of it."""
        self.list.go_to(section)
        if show_id:
            self.list.select(show_id)

    # --- keys -------------------------------------------------------------------------------------------------

    def _button_of(self, event: QKeyEvent) -> QPushButton | None:
        key, modifiers = event.key(), event.modifiers()
        if modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_N:
            return self.new
        if modifiers == Qt.KeyboardModifier.NoModifier and not self.list.search.hasFocus():
            deeds = {Qt.Key.Key_Delete: Deed.ARCHIVE, Qt.Key.Key_F2: Deed.DETAILS}
            deed = deeds.get(Qt.Key(key))
            return None if deed is None else self.list.buttons[deed]
        return None

    def event(self, event: QEvent) -> bool:  # noqa: D102
        # Keys of the page go before those of the window.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            find = event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_F
            if find or self._button_of(event) is not None:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        if event.modifiers() == Qt.KeyboardModifier.ControlModifier and event.key() == Qt.Key.Key_F:
            self.list.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.list.search.selectAll()
            return
        if event.key() == Qt.Key.Key_Escape and self.list.search.hasFocus():
            self.list.search.clear()
            self.list.shows.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        button = self._button_of(event)
        if button is None:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            button.click()
