"""How the page of the shows reaches them: decided in, read, opened and left, each with what is said of it."""

import asyncio
from collections.abc import Awaitable, Callable

from studio.app import Desktop
from studio.closed_shows import ClosedCommand
from studio.control.ports import ShowSummary, StoreFull
from studio.domain.commands import Refused
from studio.domain.product import Product
from studio.domain.show import ShowPhase, ShowState
from studio.settings.schema import ShopSettings
from studio.shops_door import ShopsDoor
from studio.store.errors import StoreError
from studio.sync.http import BadAddress
from studio.ui.dialogs import confirm
from studio.ui.studio import Notice


class ShowsReach:
    """`changed` is awaited when the list of shows is another."""

    def __init__(self, desktop: Desktop, shops: ShopsDoor, changed: Callable[[], Awaitable[None]]) -> None:
        self.desktop, self.shops, self.changed = desktop, shops, changed
        # Who opens two shows in a hurry has both opened one after the other, each with its own shop.
        self.turn = asyncio.Lock()

    async def decided(self, show_id: str, command: ClosedCommand, failed: str) -> bool:
        """Carry out a command in a show, open or not; whether it is on disk. `failed` begins the sentence when the disk is
        full.
        """
        room = self.desktop.room
        try:
            refused: Refused | None = await asyncio.wrap_future(room.run(room.do_in(show_id, command)))
        except StoreFull as full:
            self.say("trouble", f"{failed} {full}")
            return False
        if refused is not None:
            self.say("warning", refused.sentence)
        return refused is None

    async def state(self, show_id: str) -> ShowState:
        """A show as its log tells it."""
        room = self.desktop.room
        return await asyncio.wrap_future(room.run(room.closed.state(show_id)))

    async def products_of(self, shop_id: str) -> dict[str, Product]:
        """The products of a shop as far as they are kept here: those of the shop that was open last."""
        room = self.desktop.room
        return await asyncio.wrap_future(room.run(room.known_products(shop_id)))

    async def may_leave(self) -> bool:
        """Whether the open show may be left for another one. One that is on air is left only knowingly."""
        live, window = self.desktop.live, self.desktop.window
        if live is None:
            return True
        if live.state.phase is not ShowPhase.ON_AIR and not live.waiting:
            return True
        if live.state.phase is ShowPhase.ON_AIR:
            sentence = window.tr(
                "“{title}” is on air. It stays on air at the shop and on the channels, but while another show is open its "
                "pins, codes and replies do not go out, and its chat and orders are read only when it is opened again."
            )
        else:
            sentence = window.tr(
                "“{title}” has decisions that were not sent yet. They go out only while it is open: when it is opened again."
            )
        title = window.tr("Leave the open show?")
        sentence = sentence.replace("{title}", live.state.title[:80])
        return await confirm(window, title, sentence, window.tr("Leave it"), variant="warning-hold")

    def left_open(self) -> tuple[str, ShopSettings] | None:
        """The show that is open and its shop, for `back_to`."""
        live, wired = self.desktop.live, self.desktop.room.connections
        return None if live is None or wired is None else (live.state.id, wired.shop)

    async def back_to(self, left: tuple[str, ShopSettings] | None) -> None:
        """Open again what had to be left for something that came to nothing."""
        if left is None or self.desktop.live is not None:
            await self.changed()
        else:
            await self.switch_to(*left, "The show that was open could not be opened again.")

    async def switch_to(self, show_id: str, shop: ShopSettings, failed: str) -> None:
        """Leave the show that is open and open this one; `failed` begins the sentence when that cannot be."""
        async with self.turn:
            live = self.desktop.live
            if live is not None and live.state.id == show_id:
                return
            try:
                await self.desktop.close_show()
                self.desktop.room.connections = self.shops.connections(shop)
                await self.desktop.open_show(show_id)
            except (BadAddress, StoreError, StoreFull) as error:
                self.say("trouble", f"{failed} {error}")
        await self.changed()

    def series(self, shows: list[ShowSummary]) -> tuple[str, ...]:
        """The series that there are."""
        return tuple(sorted({s.series for s in shows if s.series}, key=str.casefold))

    def channel_names(self) -> tuple[tuple[str, str], ...]:
        """All channels of the settings: id and name."""
        return tuple((c.id, c.name) for c in self.desktop.settings.channels)

    def say(self, level: str, sentence: str) -> None:
        """A notice."""
        self.desktop.window.post(Notice(level, sentence))
