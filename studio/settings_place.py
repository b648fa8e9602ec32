"""The screens of the settings in one window: one switches between them, and nothing that is not saved is lost."""

from typing import Any, Final

from studio.app import Desktop
from studio.ui.connections.channel_words import channel_wording
from studio.ui.connections.screen import ConnectionsScreen
from studio.ui.connections.stage_screen import StageScreen
from studio.ui.connections.stage_words import NAME as STAGE
from studio.ui.connections.stage_words import stage_title
from studio.ui.connections.words import shop_wording

SettingsScreen = ConnectionsScreen[Any] | StageScreen


def place_titles() -> dict[str, str]:
    """The screens that there are, name to title, in the order of their tabs."""
    return {wording.name: wording.title for wording in (shop_wording(), channel_wording())} | {
        STAGE: stage_title()
    }


class SettingsPlace:
    """Add each screen once. What is not saved on any of them is asked about when one leaves them, and before the studio
    closes.
    """

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self._screens: dict[str, SettingsScreen] = {}
        self._back_to = ""
        self._asking = False
        self.titles: Final = place_titles()
        desktop.window.closing.disconnect(desktop.exit.set)
        desktop.window.closing.connect(lambda: desktop.tasks.spawn(self._close(), "close"))

    def add(self, name: str, screen: SettingsScreen) -> None:
        """One more screen; the action of its name leads there."""
        desktop = self._desktop
        self._screens[name] = screen
        screen.left.connect(self._leave)
        screen.went.connect(self.show)
        screen.notice.connect(desktop.window.post)
        desktop.window.add_workspace(name, screen)
        desktop.actions[name].enable(True)
        desktop.actions.on(name, lambda: self.show(name))

    def show(self, name: str) -> None:
        """Bring a screen to the front."""
        window = self._desktop.window
        if window.workspace not in self._screens:
            self._back_to = window.workspace
        window.show_workspace(name)
        self._desktop.tasks.spawn(self._screens[name].load(), f"read {name}")

    def _leave(self) -> None:
        self._desktop.tasks.spawn(self._leave_all(), "leave the settings")

    async def _leave_all(self) -> None:
        if await self._may_leave():
            self._desktop.window.show_workspace(self._back_to or "shows")

    async def _may_leave(self) -> bool:
        """Whether nothing is unsaved any more on any screen; the one that is asked about is in front."""
        for name, screen in self._screens.items():
            if screen.unsaved:
                self._desktop.window.show_workspace(name)
            if not await screen.may_leave():
                return False
        return True

    async def _close(self) -> None:
        if self._asking:  # the question stands there already
            return
        self._asking = True
        try:
            if await self._may_leave():
                self._desktop.exit.set()
        finally:
            self._asking = False
