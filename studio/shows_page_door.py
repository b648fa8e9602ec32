"""Wires the page of the shows: to the store, to the engine, and to the show that the window has open."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec

from studio.app import Desktop
from studio.channels_door import ChannelsDoor
from studio.control.ports import StoreFull
from studio.domain.commands import ArchiveShow, ChangeShow
from studio.domain.copying import plan_like, plans_of, told_of_dates
from studio.domain.plan import ShowDetails
from studio.domain.show import ShowPhase, ShowState
from studio.engine_room import new_show_id
from studio.shops_door import ShopsDoor
from studio.shows_new_door import ShowMaker
from studio.shows_reach_door import ShowsReach
from studio.shows_rehearsal_door import RehearsalDoor
from studio.store.errors import StoreError
from studio.sync.http import BadAddress
from studio.ui.notices import NoticeAction
from studio.ui.shows.details_dialog import ask_details
from studio.ui.shows.model import CameTo, Names, Section, section_of
from studio.ui.shows.page import ShowsPage
from studio.ui.shows.show_list import Deed
from studio.ui.studio import Notice
from studio.ui.texts import Texts

WORKSPACE: Final = "shows"
_RECKONED: Final = 20
"""Of so many past shows the figures are reckoned for the list."""


class ShowsPageDoor:
    """What the page's buttons do. `page` is among the window's workspaces; `rehearsals` starts rehearsals."""

    def __init__(self, desktop: Desktop, shops: ShopsDoor, channels: ChannelsDoor) -> None:
        self._desktop = desktop
        self._shops, self._channels = shops, channels
        self.rehearsals = RehearsalDoor(desktop)
        self.reach = ShowsReach(desktop, shops, self.refresh)
        self.maker = ShowMaker(self.reach)
        self._reckoning = False
        self.page = ShowsPage(desktop.theme, Texts(desktop.settings.language))
        desktop.window.add_workspace(WORKSPACE, self.page)
        desktop.window.show_workspace(WORKSPACE)
        desktop.actions.on("workspace.shows", self.show)
        page = self.page
        page.new_wanted.connect(self._starting(self.maker.new_show, "new show"))
        page.file_wanted.connect(self._starting(self.maker.new_from_file, "new show from a file"))
        page.rehearsal_wanted.connect(self._starting(self.rehearsals.rehearse_sample, "rehearse"))
        page.shop_wanted.connect(shops.show)
        page.channels_wanted.connect(channels.show)
        page.deed.connect(self._deed)
        page.list.section_shown.connect(self._section_shown)
        shops.book.changed = self._settings_changed
        channels.book.changed = self._channels_changed

    def _starting(self, make: Callable[[], Coroutine[Any, Any, object]], name: str) -> Callable[[], None]:
        def start() -> None:
            self._desktop.tasks.spawn(make(), name)

        return start

    def _deed(self, deed: Deed, show_id: str) -> None:
        does: dict[Deed, Callable[[str], Coroutine[Any, Any, object]]] = {
            Deed.OPEN: self.open,
            Deed.DETAILS: self.change_details,
            Deed.DUPLICATE: self.duplicate,
            Deed.COPY: self.copy,
            Deed.TEMPLATE: self.make_template,
            Deed.REHEARSE: self.rehearse,
            Deed.CHANGE_SHOP: self.change_shop,
            Deed.ARCHIVE: lambda show_id: self.archive(show_id, archived=True),
            Deed.BRING_BACK: lambda show_id: self.archive(show_id, archived=False),
        }
        self._desktop.tasks.spawn(does[deed](show_id), f"{deed} show")

    def _settings_changed(self) -> None:
        self._desktop.tasks.spawn(self.refresh(), "refresh the list")

    def _channels_changed(self) -> None:
        self._channels.name_notices()
        self._settings_changed()

    # --- the page ---------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Bring the page to the front. The show that is open stays open, and what waits in its outbox goes on."""
        self._desktop.window.show_workspace(WORKSPACE)
        self._settings_changed()

    async def refresh(self) -> None:
        """Bring the page up to what there is."""
        settings, live = self._desktop.settings, self._desktop.live
        shop = settings.shop()
        self.page.show_shop(shop.name if shop else "", shop.base_url if shop else "", len(settings.shops))
        self.page.show_channels([channel.name for channel in settings.channels if channel.enabled])
        names = Names({s.id: s.name for s in settings.shops}, {c.id: c.name for c in settings.channels})
        shows = await self._desktop.studio.shows()
        now_ms = self._desktop.room.wall.now_ms()
        self.page.list_shows(shows, names, now_ms, live.state.id if live is not None else "")

    def _section_shown(self, section: Section) -> None:
        if section is Section.PAST and not self._reckoning:
            self._reckoning = True
            self._desktop.tasks.spawn(self._reckon(), "what past shows came to")

    async def _reckon(self) -> None:
        """Say what past shows came to. It takes the engine's time, which is the show's while one is on air."""
        live = self._desktop.live
        try:
            if live is not None and live.state.phase is ShowPhase.ON_AIR:
                return
            texts = Texts(self._desktop.settings.language)
            past = await self._desktop.studio.past(limit=_RECKONED)
            self.page.show_figures({
                show.id: CameTo(
                    show.figures.viewers.peak, show.figures.own.gross.amount_minor, texts.money(show.figures.own.gross)
                )
                for show in past
            })  # fmt: skip
        finally:
            self._reckoning = False

    async def say_what_is_owed(self) -> None:
        """A show that was cut off may have decisions to send still: they go out when it is opened."""
        room = self._desktop.room
        owed = await asyncio.wrap_future(room.run(room.owed()))
        titles = {s.id: s.title for s in await self._desktop.studio.shows()}
        for show_id, count in owed.items():
            title = titles.get(show_id, show_id)
            self.reach.say(
                "warning", f"“{title}” has {count} decisions to send still. Open it, and they go out."
            )

    # --- opening ----------------------------------------------------------------------------------------------

    async def open(self, show_id: str) -> None:
        """Open a show; without a shop its figures can be read still."""
        live = self._desktop.live
        if live is not None and live.state.id == show_id:
            self._go_back()
            return
        shop = await self._shops.shop_of(show_id)
        if shop is None or not await self.reach.may_leave():
            return
        await self.reach.switch_to(show_id, shop, "The show was not opened.")

    def _go_back(self) -> None:
        """To the workspace in which one works on the open show now."""
        live = self._desktop.live
        planned = live is not None and live.state.phase is ShowPhase.PLANNED
        for name in ("prepare", "host") if planned else ("host",):
            self._desktop.window.show_workspace(name)
            if self._desktop.window.workspace == name:
                return

    # --- copies -----------------------------------------------------------------------------------------------

    async def duplicate(self, show_id: str) -> None:
        """Another show like this one, without its date."""
        state = await self.reach.state(show_id)
        title = self._desktop.window.tr("{title} (copy)").replace("{title}", state.title)
        details = msgspec.structs.replace(state.details, title=title[:300], starts_at_ms=None)
        await self._copied(state, details, "“{title}” was made.")

    async def make_template(self, show_id: str) -> None:
        """A template with all that this show plans."""
        state = await self.reach.state(show_id)
        details = msgspec.structs.replace(state.details, starts_at_ms=None, template=True)
        await self._copied(
            state,
            details,
            "“{title}” is a template now. Make new shows from it: it stands among the templates.",
        )

    async def _copied(self, state: ShowState, details: ShowDetails, sentence: str) -> None:
        products = await self.reach.products_of(state.shop)
        command = plan_like(state, details, state.shop, new_show_id, products, whole=True)
        show_id = new_show_id()
        if await self.reach.decided(show_id, command, "It was not made."):
            await self.refresh()
            self.page.go_to(Section.TEMPLATES if details.template else Section.UPCOMING, show_id)
            told = told_of_dates(state, plans_of(command))
            self.reach.say("ok", f"{sentence.replace('{title}', details.title[:80])} {told}".strip())

    async def copy(self, show_id: str) -> None:
        """A new show with the line-up of this one."""
        state = await self.reach.state(show_id)
        details = msgspec.structs.replace(state.details, starts_at_ms=None, template=False)
        await self.maker.new_show(show_id, details=details)

    # --- changing shows ---------------------------------------------------------------------------------------

    async def change_details(self, show_id: str) -> None:
        """Ask what a show is called, when and where it is."""
        state = await self.reach.state(show_id)
        details = await self.ask_details(state)
        if details is not None:
            await self.reach.decided(show_id, ChangeShow(details), "The show was not changed.")
            await self.refresh()
            self.page.go_to(Section.TEMPLATES if details.template else Section.UPCOMING, show_id)

    async def ask_details(self, state: ShowState) -> ShowDetails | None:
        """The dialog for the details of a show; None when it was cancelled."""
        window = self._desktop.window
        shows = await self._desktop.studio.shows()
        return await ask_details(
            window,
            state.details,
            title=window.tr("Details of the show"),
            deed=window.tr("Keep"),
            now_ms=self._desktop.room.wall.now_ms(),
            channels=self.reach.channel_names(),
            series=self.reach.series(shows),
        )

    async def archive(self, show_id: str, *, archived: bool) -> None:
        """Put a show out of the list, or back into it; a notice has the way back."""
        if not await self.reach.decided(show_id, ArchiveShow(archived), "The show stays where it is."):
            return
        await self.refresh()
        show = next((s for s in await self._desktop.studio.shows() if s.id == show_id), None)
        if show is None:
            return
        title = show.title[:80]
        if archived:
            back = self._starting(lambda: self.archive(show_id, archived=False), "bring the show back")
            undo = NoticeAction(self._desktop.window.tr("Undo"), back)
            notice = Notice("ok", f"“{title}” is archived.", f"archived:{show_id}")
            self._desktop.window.post(notice, undo)
        else:
            self._desktop.window.post(Notice("ok", f"“{title}” is back in the list.", f"archived:{show_id}"))
            self.page.go_to(section_of(show), show_id)

    async def change_shop(self, show_id: str) -> None:
        """Let a show that has not begun sell from another shop."""
        live = self._desktop.live
        if live is not None and live.state.id == show_id and live.state.phase is ShowPhase.PLANNED:
            if not await self.reach.may_leave():
                return
            async with self.reach.turn:
                await self._desktop.close_show()
        try:
            await self._shops.change_shop(show_id)
        except (BadAddress, StoreError, StoreFull) as error:
            self.reach.say("trouble", f"The shop of the show was not changed. {error}")
        await self.refresh()

    async def rehearse(self, show_id: str) -> None:
        """Rehearse the line-up of a show, open or not."""
        state = await self.reach.state(show_id)
        room = self._desktop.room
        products = await self.reach.products_of(state.shop)
        stock = await asyncio.wrap_future(room.run(room.known_stock())) if products else []
        await self.rehearsals.rehearse_show(state, products, stock)
