"""What the window is furnished with once the studio is imported: menus, keys, ways to the workspaces, notices."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QPushButton, QWidget

from studio.ui.actions import Actions, StudioAction
from studio.ui.command_palette import CommandPalette, PaletteEntry
from studio.ui.keys_dialog import KeysDialog
from studio.ui.notice_history import NoticeHistory
from studio.ui.notices import Notices, NoticeStack
from studio.ui.theme import SPACE_S, SPACE_XS, Theme
from studio.ui.widgets.labels import Pill

_MENUS: Final = {
    "Show": ("show.start", "show.end", "", "item.next", "item.previous", "item.skip", "unpin", "", "stage.clear", "stage.preview", "prompter.toggle", "", "shops", "channels", "stage", "announcements", "quit"),
    "Edit": ("undo", "redo", "", "search"),
    "Promo": ("promo.issue", "promo.extend", "promo.end"),
    "Questions": ("reply.focus", "question.next", "question.previous", "question.answered", "question.claim", "question.hide", "question.prompter"),
    "View": ("workspace.shows", "workspace.prepare", "workspace.host", "workspace.moderate", "workspace.review", "", "chart.table", "chart.live", "", "theme.toggle", "notices.history", "notices.dismiss"),
    "Help": ("palette", "help"),
}  # fmt: skip
_WORKSPACES: Final = ("shows", "prepare", "host", "moderate", "review")
_ABOVE_PROMOS: Final = 120
"""Notices keep this much (px) of the lower edge free: the strip of promo codes."""


class WorkspaceTab(QPushButton):
    """The way to one workspace, beside the menus."""

    def __init__(self, action: StudioAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.action = action
        self.setProperty("variant", "tab")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        self.setText(self.action.text())
        self.setToolTip(self.action.toolTip())
        self.setChecked(self.action.isChecked())


class Furniture(QObject):
    """Everything around the workspaces of one window. `find` answers the palette's search."""

    def __init__(
        self,
        window: QMainWindow,
        actions: Actions,
        theme: Theme,
        notices: Notices,
        find: Callable[[str], list[PaletteEntry]],
        *,
        rehearsal: bool,
    ) -> None:
        super().__init__(window)
        self._window, self._actions, self._theme, self._notices = window, actions, theme, notices
        self._find = find
        self._corner = QWidget()
        self._tabs = QHBoxLayout(self._corner)
        self.rehearsal = Pill(self.tr("REHEARSAL"), "warning")
        self._tabbed: dict[str, WorkspaceTab] = {}
        self._make_menus()
        self.rehearsal.setVisible(rehearsal)
        for name in _WORKSPACES:
            self._allow(name, possible=False)
        for action_id in (
            "shops",
            "channels",
            "stage",
            "shop.test",
            "shop.save",
            "shop.add",
            "shop.duplicate",
            "shop.remove",
        ):
            actions[action_id].enable(
                False, self.tr("Shops, channels and the stage are set up where no rehearsal runs.")
            )
        actions.bind_to(window)
        self.notice_stack = NoticeStack(notices, window, bottom_margin=_ABOVE_PROMOS)
        actions.on("palette", self.open_palette)
        actions.on("help", lambda: KeysDialog(actions, theme, window).open())
        actions.on("notices.dismiss", notices.dismiss_newest)
        actions.on("notices.history", lambda: NoticeHistory(notices, window).open())
        actions.on("quit", window.close)

    def _make_menus(self) -> None:
        names = {
            "Show": self.tr("Show"),
            "Promo": self.tr("Promo codes"),
            "Questions": self.tr("Questions"),
            "Edit": self.tr("Edit"),
            "View": self.tr("View"),
            "Help": self.tr("Help"),
        }
        bar = self._window.menuBar()
        # One look everywhere, and room for the workspaces beside the menus.
        bar.setNativeMenuBar(False)
        for key, action_ids in _MENUS.items():
            bar.addMenu(self._actions.menu(names[key], action_ids, self._window))
        self._tabs.setContentsMargins(0, SPACE_XS, SPACE_S, 0)
        self._tabs.setSpacing(SPACE_XS)
        self._tabs.addWidget(self.rehearsal)
        bar.setCornerWidget(self._corner, Qt.Corner.TopRightCorner)

    def _allow(self, name: str, *, possible: bool) -> None:
        action = self._actions[f"workspace.{name}"]
        action.setVisible(possible)
        action.enable(possible, self.tr("This workspace is not open."))

    def offer(self, name: str) -> None:
        """Give a workspace its tab, once; those without an action have none."""
        if name in _WORKSPACES and name not in self._tabbed:
            tab = self._tabbed[name] = WorkspaceTab(self._actions[f"workspace.{name}"], self._corner)
            self._allow(name, possible=True)
            self._tabs.insertWidget(self._place(name), tab)
            # A layout shows what is put into it later, when the corner has its size already.
            tab.show()
            self._fit_tabs()

    def _fit_tabs(self) -> None:
        """A menu bar places its corner only when it is put there, or when the window changes its size."""
        self._tabs.activate()
        self._corner.adjustSize()
        self._window.menuBar().setCornerWidget(self._corner, Qt.Corner.TopRightCorner)
        self._corner.show()

    def _place(self, name: str) -> int:
        """Where the tab stands: the tabs keep their order, whatever was opened first."""
        before = _WORKSPACES[: _WORKSPACES.index(name)]
        return 1 + sum(other in self._tabbed for other in before)

    def withdraw(self, name: str) -> None:
        """Take away the tab of a workspace that is gone."""
        tab = self._tabbed.pop(name, None)
        if tab is not None:
            self._allow(name, possible=False)
            self._tabs.removeWidget(tab)
            tab.hide()
            tab.deleteLater()
            self._fit_tabs()

    def mark(self, shown: str) -> None:
        """Check the tab of the workspace in front."""
        for name in self._tabbed:
            self._actions[f"workspace.{name}"].setChecked(name == shown)

    def open_palette(self) -> None:
        """Ctrl K."""
        find = self._find

        class _Found:
            def search(self, words: str, limit: int) -> list[PaletteEntry]:
                return find(words)[:limit] if len(words) >= 2 else []

        CommandPalette(self._actions, self._theme, self._window, [_Found()]).open_over()
