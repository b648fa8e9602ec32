"""Importing into the line-up of the open show: choosing the file, the dialog, and the decision that comes of it."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from studio.domain.commands import ImportItems
from studio.domain.exchange import Terms
from studio.domain.lineup import LineUpItem
from studio.domain.lineup_file import MAX_ITEMS
from studio.domain.promo import PromoPlan
from studio.ui.dialogs import chosen_file
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.exchange_port import ExchangePort
from studio.ui.prepare.import_dialog import ImportDialog, Place
from studio.ui.prepare.import_words import tr
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".json")
"""How the names of files end that may hold a line-up."""


def terms_of(live: LiveShow, texts: Texts) -> Terms:
    """The show's currency and time zone, and the language of who looks at it."""
    return Terms(live.state.currency, str(texts.locale).replace("_", "-"), live.state.time_zone)


class LineUpImport(QObject):
    """Imports a file, one at a time. `notice` tells what came of it. `selected` gives the id of the item behind which
    others may go, "" for none.
    """

    notice = Signal(object)

    def __init__(
        self, studio: Studio, port: ExchangePort, live: LiveShow, theme: Theme, texts: Texts, tasks: Tasks, parent: QWidget,
        selected: Callable[[], str] = lambda: "",
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._studio, self._port, self._live = studio, port, live
        self._theme, self._texts, self._tasks, self._window = theme, texts, tasks, parent
        self._selected = selected
        self._folder = Path.home()
        self._runs = False
        self.files: QFileDialog | None = None
        self.dialog: ImportDialog | None = None

    def ask(self) -> None:
        """Ask for a file and import it: what a button does."""
        self._tasks.spawn(self.run(), "import a line-up")

    def import_file(self, path: Path) -> None:
        """Import this file: what a file does that is dropped onto the workspace."""
        self._tasks.spawn(self.run(path), "import a line-up")

    async def run(self, path: Path | None = None) -> bool:
        """Import a file, the one that a person chooses where none is given. True when its items are in the line-up."""
        if self._runs:
            if self.dialog is not None:
                self.dialog.raise_()
            return False
        self._runs = True
        try:
            path = path or await self._choose()
            return path is not None and await self._import(path)
        finally:
            self._runs = False

    async def _import(self, path: Path) -> bool:
        self._folder = path.parent
        state = self._live.state
        behind = state.item(self._selected())
        dialog = ImportDialog(
            self._window, path, self._port, terms_of(self._live, self._texts), self._texts, self._theme, self._tasks,
            room=self._room(bool(behind)), behind=behind.title if behind else "",
        )  # fmt: skip
        taken: list[tuple[tuple[LineUpItem, ...], tuple[PromoPlan, ...], Place]] = []
        # Read while the dialog lives: it deletes itself when it closes.
        dialog.accepted.connect(lambda: taken.append((dialog.items(), dialog.codes(), dialog.place())))
        self.dialog = dialog
        dialog.load()
        try:
            await dialog.answer()
        finally:
            self.dialog = None
        return bool(taken) and await self._take(*taken[0], behind.id if behind else "")

    async def _take(
        self, items: tuple[LineUpItem, ...], codes: tuple[PromoPlan, ...], place: Place, behind: str
    ) -> bool:
        at = self._live.state.index(behind) + 1 if place is Place.BEHIND else 0
        # Codes alone replace no items.
        instead = place is Place.INSTEAD and bool(items)
        refused = await self._studio.do(ImportItems(items, at or MAX_ITEMS, instead=instead, promos=codes))
        if refused is not None:
            self.notice.emit(Notice("warning", refused.sentence, "import"))
            return False
        words = (
            tr("{n} items are in the line-up instead of the others. Undo brings those back.")
            if instead
            else tr("{n} items are in the line-up. Undo takes them out again, all at once.")
        )
        said = words.replace("{n}", str(len(items))) if items else ""
        if codes:
            more = (
                tr("{n} codes of the whole show came with them.")
                if items
                else tr("{n} codes of the whole show are planned. Undo takes them out again.")
            )
            said = f"{said} {more.replace('{n}', str(len(codes)))}".strip()
        self.notice.emit(Notice("ok", said, "import"))
        return True

    def _room(self, selected: bool) -> dict[Place, int]:
        """How many items find room in each place. What has been on air stays."""
        state = self._live.state
        left = MAX_ITEMS - len(state.items)
        room = {Place.END: left}
        if selected:
            room[Place.BEHIND] = left
        if state.items:
            room[Place.INSTEAD] = left + len(self._may_go())
        return room

    def _may_go(self) -> tuple[str, ...]:
        shown = {run.item_id for run in self._live.state.runs}
        return tuple(item.id for item in self._live.state.items if item.id not in shown)

    async def _choose(self) -> Path | None:
        dialog = self.files = QFileDialog(self._window, tr("Choose a line-up"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilters([f"{tr('Line-ups')} ({patterns})", f"{tr('All files')} (*)"])
        dialog.setDirectory(str(self._folder))
        try:
            return await chosen_file(dialog)
        finally:
            self.files = None
            if isValid(dialog):
                dialog.deleteLater()
