"""The one window: workspaces on a stack, notices over them, menus made from the actions."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QLabel,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QWidget,
)

if TYPE_CHECKING:
    # Only Qt is imported before the window is painted; what it is furnished with comes after.
    from studio.ui.actions import Actions
    from studio.ui.command_palette import PaletteEntry
    from studio.ui.notices import Notices, NoticeStack
    from studio.ui.studio import Notice
    from studio.ui.theme import Theme

_MENUS: Final = {
    "Show": ("show.start", "show.end", "", "item.next", "item.previous", "unpin", "", "stage.clear", "prompter.toggle", "", "quit"),
    "Promo": ("promo.issue", "promo.extend", "promo.end"),
    "Questions": ("reply.focus", "question.next", "question.previous", "question.answered", "question.claim", "question.hide", "question.prompter"),
    "View": ("workspace.host", "workspace.review", "", "chart.table", "chart.live", "", "theme.toggle", "notices.history", "notices.dismiss"),
    "Help": ("palette", "help"),
}  # fmt: skip


class MainWindow(QMainWindow):
    """Holds workspaces by name and shows one. `closing` is emitted instead of closing: the application drains,
    then closes it by `leave`.

    It is shown, with a sentence, before the studio is imported; `furnish` it before anything else.
    """

    closing = Signal()
    shown_once = Signal()
    notice_stack: "NoticeStack"

    def __init__(self, *, rehearsal: bool = False) -> None:
        super().__init__()
        self._leaving = False
        self.asked_to_close = False
        """Whether a person has closed it already, perhaps before anybody listened to `closing`."""
        self._rehearsal = rehearsal
        self._stack = QStackedWidget()
        self._opening = QLabel()
        self._opening.setTextFormat(Qt.TextFormat.PlainText)
        self._opening.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._opening)
        self._workspaces: dict[str, QWidget] = {}
        self._splitters: dict[str, QSplitter] = {}
        self.setCentralWidget(self._stack)
        self.name_show("")
        self.setMinimumSize(1000, 640)
        self.resize(1440, 900)
        self.find_products: Callable[[str], list[PaletteEntry]] = lambda _words: []

    def wait_with(self, sentence: str) -> None:
        """Show a sentence until the first workspace is here."""
        self._opening.setText(sentence)
        self._opening.setAccessibleName(sentence)

    def furnish(self, actions: "Actions", theme: "Theme", notices: "Notices") -> None:
        """Menus, keys and notices, once."""
        from studio.ui.notices import NoticeStack

        self._actions, self._theme, self._notices = actions, theme, notices
        self._make_menus()
        actions.bind_to(self)
        self.notice_stack = NoticeStack(notices, self, bottom_margin=120)
        actions.on("palette", self.open_palette)
        actions.on("help", self._open_keys)
        actions.on("notices.dismiss", notices.dismiss_newest)
        actions.on("quit", self.close)

    def _make_menus(self) -> None:
        names = {
            "Show": self.tr("Show"),
            "Promo": self.tr("Promo codes"),
            "Questions": self.tr("Questions"),
            "View": self.tr("View"),
            "Help": self.tr("Help"),
        }
        for key, action_ids in _MENUS.items():
            self.menuBar().addMenu(self._actions.menu(names[key], action_ids, self))

    def name_show(self, title: str) -> None:
        """Say in the title which show this is, and that it is a rehearsal."""
        parts = [title] if title else []
        if self._rehearsal:
            parts.append(self.tr("REHEARSAL"))
        self.setWindowTitle(" · ".join([*parts, "Host Studio"]))

    def add_workspace(
        self, name: str, widget: QWidget, splitters: Mapping[str, QSplitter] | None = None
    ) -> None:
        """Put a workspace on the stack; its splitters are kept in the window's state."""
        self._workspaces[name] = widget
        self._stack.addWidget(widget)
        for key, splitter in (splitters or {}).items():
            self._splitters[f"{name}.{key}"] = splitter

    def show_workspace(self, name: str) -> None:
        """Bring a workspace to the front; one that is not built is passed over."""
        widget = self._workspaces.get(name)
        if widget is None:
            return
        self._stack.setCurrentWidget(widget)
        for other in self._workspaces:
            action_id = f"workspace.{other}"
            if any(a.spec.id == action_id for a in self._actions):
                self._actions[action_id].setChecked(other == name)
        widget.setFocus()

    @property
    def workspace(self) -> str:
        """The name of the workspace in front."""
        current = self._stack.currentWidget()
        return next((n for n, w in self._workspaces.items() if w is current), "")

    def post(self, notice: "Notice") -> None:
        """Show a notice."""
        self._notices.post(notice.level, notice.sentence, key=notice.key)

    def open_palette(self) -> None:
        """Ctrl K."""
        from studio.ui.command_palette import CommandPalette

        window = self

        class _Products:
            def search(self, words: str, limit: int) -> "list[PaletteEntry]":
                return window.find_products(words)[:limit] if len(words) >= 2 else []

        CommandPalette(self._actions, self._theme, self, [_Products()]).open_over()

    def _open_keys(self) -> None:
        from studio.ui.keys_dialog import KeysDialog

        KeysDialog(self._actions, self._theme, self).open()

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

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: D102
        if self._leaving:
            event.accept()
            return
        event.ignore()
        self.asked_to_close = True
        QTimer.singleShot(0, self.closing.emit)
