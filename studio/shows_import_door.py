"""A new show from a line-up file: its rows are looked at in the same dialog as an import into a show that is there.

The show is made when that is accepted, with all that comes in; until then there is none.
"""

import asyncio
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtWidgets import QFileDialog

from studio.control.ports import StoreFull
from studio.domain.exchange import Terms
from studio.domain.lineup import LineUpItem
from studio.domain.lineup_file import MAX_ITEMS
from studio.domain.promo import PromoPlan
from studio.engine_room import new_show_id
from studio.exchange_door import ExchangeDoor
from studio.settings.schema import ShopSettings
from studio.show_connections import Connections
from studio.shows_files import FileShow, file_show
from studio.shows_reach_door import ShowsReach
from studio.store.errors import StoreError
from studio.sync.http import BadAddress
from studio.ui.dialogs import chosen_file
from studio.ui.prepare.import_dialog import ImportDialog, Place
from studio.ui.prepare.importing import SUFFIXES
from studio.ui.texts import Texts

CURRENCY_S = 5.0
"""How long the shop may take to say in what it sells."""
_FALLBACK: Final = "EUR"


class Taken(msgspec.Struct, frozen=True):
    """What comes of a file into the new show, and in which currency."""

    currency: str
    items: tuple[LineUpItem, ...]
    codes: tuple[PromoPlan, ...] = ()


class FileImport:
    """Asks for a file, and what of it a new show begins with."""

    def __init__(self, reach: ShowsReach) -> None:
        self._reach = reach
        self._exchange = ExchangeDoor(reach.desktop)
        self.dialog: ImportDialog | None = None

    async def choose(self) -> FileShow | None:
        """A line-up that a person chose; why one is none is said."""
        path = await self._choose_file()
        if path is None:
            return None
        found = await asyncio.to_thread(file_show, path)
        if found.trouble:
            self._reach.say("trouble", found.trouble)
            return None
        return found

    async def take(
        self, file: FileShow, shop: ShopSettings, language: str, time_zone: str, currency: str = ""
    ) -> Taken | None:
        """Let a person look at the rows, and decide; None when it came to nothing, and then nothing was made. The file's own
        currency goes before `currency`, and where there is neither the shop is asked.
        """
        if not await self._reach.may_leave():
            return None
        desktop = self._reach.desktop
        async with self._reach.turn:
            try:
                await desktop.close_show()
                # Neither channels nor stage: nothing is planned under this id, it is there to ask the shop.
                wired = self._reach.shops.connections(shop)
                desktop.room.connections = Connections(wired.shop, (), wired.secrets)
                await desktop.studio.open(new_show_id(), language=language)
                known = file.currency or currency or await self._ask_shop()
                return await self._ask(file, Terms(known, language, time_zone))
            except (BadAddress, StoreError, StoreFull) as error:
                self._reach.say("trouble", f"The show was not made. {error}")
                return None
            finally:
                if desktop.live is None:
                    await desktop.studio.close()

    async def _ask_shop(self) -> str:
        """In what the shop sells, as it says itself; EUR, and that is said, when it does not."""
        room = self._reach.desktop.room
        told = await asyncio.wrap_future(room.run(room.show.currency(CURRENCY_S)))
        if not told:
            self._reach.say(
                "warning",
                "The shop did not say in what it sells, so the show is planned in EUR. If that is wrong, make the show "
                "again when the shop answers.",
            )
        return told or _FALLBACK

    async def _ask(self, file: FileShow, terms: Terms) -> Taken | None:
        desktop = self._reach.desktop
        texts = Texts(desktop.settings.language or terms.language, terms.time_zone)
        read_in = Terms(terms.currency, str(texts.locale).replace("_", "-"), terms.time_zone)
        dialog = ImportDialog(
            desktop.window, file.path, self._exchange, read_in, texts, desktop.theme, desktop.tasks,
            room={Place.END: MAX_ITEMS}, title=desktop.window.tr("New show from a line-up"),
        )  # fmt: skip
        taken: list[Taken] = []
        # Read while the dialog lives: it deletes itself when it closes.
        dialog.accepted.connect(lambda: taken.append(Taken(terms.currency, dialog.items(), dialog.codes())))
        self.dialog = dialog
        dialog.load()
        try:
            await dialog.answer()
        finally:
            self.dialog = None
        return taken[0] if taken else None

    async def _choose_file(self) -> Path | None:
        window = self._reach.desktop.window
        dialog = QFileDialog(window, window.tr("Choose a line-up"))
        patterns = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        dialog.setNameFilters([f"{window.tr('Line-ups')} ({patterns})"])
        return await chosen_file(dialog)
