"""The one window: workspaces on a stack.

It is on the screen before the studio is imported, so that only what every Qt window needs is imported here. Qt's `Qt`
alone, with its hundred enumerations, takes a fifth of the time in which a window can be there.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QTimer, Signal
from PySide6.QtWidgets import QMainWindow

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent
    from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

    from studio.ui.actions import Actions
    from studio.ui.command_palette import PaletteEntry
    from studio.ui.furniture import Furniture
    from studio.ui.notices import NoticeAction, Notices, NoticeStack
    from studio.ui.studio import Notice
    from studio.ui.theme import Theme


class MainWindow(QMainWindow):
    """Holds workspaces by name and shows one. `closing` is emitted instead of closing: the application drains,
    then closes it by `leave`.

    It can be shown at once; `furnish` it before it gets workspaces or notices.
    """

    closing = Signal()
    _stack: "QStackedWidget"
    _furniture: "Furniture"
    _notices: "Notices"

    def __init__(self, *, rehearsal: bool = False) -> None:
        super().__init__()
        self.asked_to_close = False
        """Whether a person has closed it already, perhaps before anybody listened to `closing`."""
        self._leaving = False
        self._rehearsal = rehearsal
        self._workspaces: dict[str, QWidget] = {}
        self._splitters: dict[str, QSplitter] = {}
        self.find_products: Callable[[str], list[PaletteEntry]] = lambda _words: []
        self.name_show("")
        self.setMinimumSize(1000, 640)
        self.resize(1440, 900)

    def wait_with(self, sentence: str) -> None:
        """Show a sentence until there are workspaces."""
        from studio.ui.widgets.waiting import Waiting

        if not self._workspaces:
            self.setCentralWidget(Waiting(sentence))

    def furnish(self, actions: "Actions", theme: "Theme", notices: "Notices") -> None:
        """Give it menus, keys and notices, once."""
        from PySide6.QtWidgets import QStackedWidget

        from studio.ui.furniture import Furniture

        self._notices = notices
        self._stack = QStackedWidget()
        self._furniture = Furniture(self, actions, theme, notices, self._find, rehearsal=self._rehearsal)

    def _find(self, words: str) -> "list[PaletteEntry]":
        return self.find_products(words)

    @property
    def notice_stack(self) -> "NoticeStack":
        """The notices over the window."""
        return self._furniture.notice_stack

    def name_show(self, title: str) -> None:
        """Say in the title which show this is, and that it is a rehearsal."""
        parts = [title] if title else []
        if self._rehearsal:
            parts.append(self.tr("REHEARSAL"))
        self.setWindowTitle(" · ".join([*parts, "Host Studio"]))

    def add_workspace(
        self, name: str, widget: "QWidget", splitters: "Mapping[str, QSplitter] | None" = None
    ) -> None:
        """Put a workspace on the stack; its splitters are kept in the window's state."""
        if self.centralWidget() is not self._stack:
            self.setCentralWidget(self._stack)
        self._workspaces[name] = widget
        self._stack.addWidget(widget)
        for key, splitter in (splitters or {}).items():
            self._splitters[f"{name}.{key}"] = splitter
        self._furniture.offer(name)

    def remove_workspace(self, name: str) -> None:
        """Take a workspace off the stack, with its tab and its splitters; the widget is whoever made it's to delete."""
        widget = self._workspaces.pop(name, None)
        if widget is None:
            return
        self._stack.removeWidget(widget)
        self.notice_stack.stand_over(None)
        widget.hide()
        for key in [key for key in self._splitters if key.startswith(f"{name}.")]:
            del self._splitters[key]
        self._furniture.withdraw(name)

    def show_workspace(self, name: str) -> None:
        """Bring a workspace to the front; one that is not built is passed over. Notices stand over its `notices_over`."""
        widget = self._workspaces.get(name)
        if widget is None:
            return
        self._stack.setCurrentWidget(widget)
        self.notice_stack.stand_over(getattr(widget, "notices_over", None))
        self._furniture.mark(name)
        widget.setFocus()

    @property
    def workspace(self) -> str:
        """The name of the workspace in front."""
        current = self._stack.currentWidget()
        return next((n for n, w in self._workspaces.items() if w is current), "")

    def post(self, notice: "Notice", action: "NoticeAction | None" = None) -> None:
        """Show a notice, with a button that does something about it."""
        self._notices.post(notice.level, notice.sentence, key=notice.key, action=action)

    def open_palette(self) -> None:
        """Ctrl K."""
        self._furniture.open_palette()

    # --- where things stand -----------------------------------------------------------------------------------

    def take_state(self, windows: Mapping[str, bytes], splitters: Mapping[str, bytes]) -> None:
        """Put window and splitters where they stood last time."""
        if kept := windows.get("main"):
            self.restoreGeometry(QByteArray(kept))
        for name, splitter in self._splitters.items():
            if kept := splitters.get(name):
                splitter.restoreState(QByteArray(kept))

    def window_bytes(self) -> bytes:
        """Where the window stands."""
        return bytes(self.saveGeometry().data())

    def splitter_bytes(self) -> dict[str, bytes]:
        """Where the splitters stand."""
        return {name: bytes(s.saveState().data()) for name, s in self._splitters.items()}

    def leave(self) -> None:
        """Close for good."""
        self._leaving = True
        self.close()

    def closeEvent(self, event: "QCloseEvent") -> None:  # noqa: D102
        if self._leaving:
            event.accept()
            return
        event.ignore()
        self.asked_to_close = True
        QTimer.singleShot(0, self.closing.emit)
