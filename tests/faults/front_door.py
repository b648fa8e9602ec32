"""`host-studio` as it opens: its window with the list of shows, and what its buttons do."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import shiboken6
from PySide6.QtWidgets import QApplication, QDialog

from studio.open_studio import open_studio
from studio.settings.logging import Redactor
from studio.settings.paths import Paths
from studio.ui.garbage import WindowGarbage
from studio.ui.keyguard import FocusKeys
from studio.ui.main_window import MainWindow
from studio.ui.notices import Notices
from studio.ui.prepare.import_dialog import ImportDialog
from studio.ui.shows.page import ShowsPage
from studio.ui.shows.show_list import Deed
from tests.fakes.bad_shop import BadShop
from tests.faults.windows import PATIENCE_S

D = TypeVar("D", bound=QDialog)


class OpenStudioWindow:
    """`host-studio` with its list of shows."""

    def __init__(self, app: QApplication, paths: Paths) -> None:
        self.window = MainWindow(rehearsal=False)
        self.paths = paths
        self.running = asyncio.ensure_future(open_studio(app, self.window, paths, Redactor()))

    @property
    def home(self) -> ShowsPage:
        found = self.window.findChild(ShowsPage)
        assert isinstance(found, ShowsPage)
        return found

    @property
    def listed(self) -> list[str]:
        """The titles of the shows that are listed now."""
        return [show.title for show in self.home.list.listed]

    def row(self, number: int) -> str:
        """What stands in a row of the list."""
        shown = self.home.list.shown
        return " ".join(str(shown.index(number, column).data()) for column in range(shown.columnCount()))

    def do(self, deed: Deed, number: int = 0) -> str:
        """Do something with the show of a row, as its button does; the id of that show."""
        show = self.home.list.listed[number]
        assert self.home.list.select(show.id)
        self.home.list.act(deed)
        return show.id

    def said(self) -> list[str]:
        """Every sentence so far."""
        notices: Notices | None = getattr(self.window, "_notices", None)
        return [] if notices is None else [n.sentence for n in reversed(notices._posted)]

    async def dialog(self, kind: type[D]) -> D:
        """The dialog that is being opened."""
        await self.until(lambda: isinstance(QApplication.activeModalWidget(), kind), f"a {kind.__name__}")
        found = QApplication.activeModalWidget()
        assert isinstance(found, kind)
        return found

    async def import_shown(self, to_come: str = "") -> ImportDialog:
        """The preview of a line-up file, when its rows are there (with `to_come` on the button)."""
        dialog = await self.dialog(ImportDialog)
        await self.until(lambda: not dialog.progress.isVisibleTo(dialog), "the rows")
        await self.until(lambda: to_come in dialog.deed.text(), f"{to_come} on {dialog.deed.text()}")
        return dialog

    async def take_import(self, to_come: str = "") -> None:
        """Accept what comes in of a line-up file."""
        dialog = await self.import_shown(to_come)
        await self.until(dialog.deed.isEnabled, "something to import")
        dialog.deed.click()

    async def until(self, holds: Callable[[], object], what: str) -> None:
        """Let the window work until it holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                assert not self.running.done(), f"{what}: the studio ended with {self.running}"
                await asyncio.sleep(0)

    async def until_said(self, *words: str) -> str:
        """Wait for a notice with all these words; the sentence."""

        def found() -> list[str]:
            return [s for s in self.said() if all(word in s for word in words)]

        await self.until(found, f"{words} in {self.said()}")
        return found()[0]


@asynccontextmanager
async def studio(app: QApplication, paths: Paths) -> AsyncIterator[OpenStudioWindow]:
    """The studio, opened on its list of shows, and closed at the end."""
    garbage = WindowGarbage()
    opened = OpenStudioWindow(app, paths)
    try:
        await opened.until(lambda: opened.window.findChild(ShowsPage), "the list of shows")
        yield opened
        if not opened.running.done():
            opened.window.close()
        assert await asyncio.wait_for(opened.running, PATIENCE_S) == 0
    finally:
        opened.running.cancel()
        await asyncio.wait([opened.running])
        for keys in app.findChildren(FocusKeys):
            shiboken6.delete(keys)
        if shiboken6.isValid(opened.window):
            shiboken6.delete(opened.window)
        gc.collect()
        garbage.close()


def with_settings(paths: Paths, shop: BadShop, **more: object) -> None:
    """Settings that know the shop."""
    known = {"id": "demo", "name": "Nordhus", "base_url": shop.url}
    paths.settings.write_text(json.dumps({"shops": [known], "active_shop": "demo", **more}))
