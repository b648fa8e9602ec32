"""Makes new shows: empty, with another show's line-up, from a template, from a file."""

from typing import Final

import msgspec

from studio.announcements_door import local_time_zone
from studio.control.ports import ShowSummary
from studio.domain.commands import PlanShow
from studio.domain.copying import plan_like, plans_of, told_of_dates
from studio.domain.lineup import LineUp
from studio.domain.plan import ShowDetails
from studio.engine_room import new_show_id
from studio.settings.schema import ShopSettings
from studio.shows_files import FileShow
from studio.shows_import_door import FileImport
from studio.shows_reach_door import ShowsReach
from studio.ui.shows.details_dialog import EMPTY, FILE, NewShow, ask_new_show

_USUAL_MS: Final = 60 * 60_000
_SOURCES: Final = 60


class ShowMaker:
    """Asks what a new show is, sets it up, and opens it."""

    def __init__(self, reach: ShowsReach) -> None:
        self._reach = reach
        self._files = FileImport(reach)

    async def new_show(self, source: str = EMPTY, *, details: ShowDetails | None = None) -> None:
        """Ask what the new show is, make it and open it."""
        settings, window = self._reach.desktop.settings, self._reach.desktop.window
        shows = await self._reach.desktop.studio.shows()
        origin = next((s for s in shows if s.id == source), None)
        shop = settings.shop(origin.shop) if origin is not None else None
        shop = shop or settings.shop() or (settings.shops[0] if settings.shops else None)
        if shop is None:
            self._reach.say(
                "warning", "Connect the shop first: a show reads its products and stock from there."
            )
            return
        new = await ask_new_show(
            window,
            details or self._usual(shows, shop),
            title=window.tr("New show"),
            deed=window.tr("Make the show"),
            now_ms=self._reach.desktop.room.wall.now_ms(),
            channels=self._reach.channel_names(),
            series=self._reach.series(shows),
            shops=tuple((s.id, s.name) for s in settings.shops),
            shop=shop.id,
            sources=self._sources(shows),
            source=source,
        )
        chosen = settings.shop(new.shop) if new is not None else None
        if new is None or chosen is None:
            return
        await self._make(new, chosen)

    async def _make(self, new: NewShow, shop: ShopSettings) -> None:
        if new.source == FILE:
            file = await self._files.choose()
            if file is not None:
                await self._make_from(file, new.details, shop, new.details.currency)
        elif new.source:
            state = await self._reach.state(new.source)
            products = await self._reach.products_of(state.shop)
            command = plan_like(state, new.details, shop.id, new_show_id, products, whole=False)
            made = await self._set_up(self._with_rules(command), shop)
            told = told_of_dates(state, plans_of(command))
            if made and told:
                self._reach.say("info", told)
        else:
            details = new.details
            lineup = LineUp(details.title, details.currency, (), details.language, details.planned_ms)
            await self._set_up(self._with_rules(_planned(details, lineup, shop.id)), shop)

    async def new_from_file(self) -> None:
        """Make a show from a line-up file, when a person has looked at its rows."""
        shop = await self._reach.shops.choose_for_new()
        file = await self._files.choose() if shop is not None else None
        if file is None or shop is None:
            return
        settings = self._reach.desktop.settings
        channels = tuple(c.id for c in settings.channels if c.enabled)
        language = file.language or settings.language or "en"
        details = ShowDetails(
            file.title, language, file.currency, file.planned_ms, local_time_zone(), None, channels
        )
        await self._make_from(file, details, shop)

    async def _make_from(
        self, file: FileShow, details: ShowDetails, shop: ShopSettings, currency: str = ""
    ) -> None:
        """What a person said of the show goes before what the file says; the file knows the money of its amounts."""
        left = self._reach.left_open()
        taken = await self._files.take(file, shop, details.language, details.time_zone, currency)
        if taken is None:
            await self._reach.back_to(left)
            return
        lineup = LineUp(details.title or file.title, taken.currency, taken.items, details.language)
        planned_ms = details.planned_ms or file.planned_ms or lineup.length_ms
        lineup = msgspec.structs.replace(lineup, planned_ms=planned_ms)
        command = msgspec.structs.replace(_planned(details, lineup, shop.id), promos=taken.codes)
        if not await self._set_up(self._with_rules(command), shop):
            await self._reach.back_to(left)

    async def _set_up(self, command: PlanShow, shop: ShopSettings) -> bool:
        """Set up a show and open it; whether it was made."""
        show_id = new_show_id()
        if not await self._reach.decided(show_id, command, "The show was not made."):
            return False
        await self._reach.changed()
        if await self._reach.may_leave():
            await self._reach.switch_to(show_id, shop, "The show was made, but not opened.")
        return True

    def _with_rules(self, command: PlanShow) -> PlanShow:
        settings = self._reach.desktop.settings
        channels = tuple(c for c in settings.channels if c.id in command.channels)
        return msgspec.structs.replace(command, announcements=settings.announcements.for_show(channels))

    def _usual(self, shows: list[ShowSummary], shop: ShopSettings) -> ShowDetails:
        """What a new show starts from: as the one of its shop that was set up last."""
        last = next((s for s in shows if s.shop == shop.id and not s.rehearsal), None)
        settings = self._reach.desktop.settings
        return ShowDetails(
            "",
            settings.language or "en",
            last.currency if last is not None else "EUR",
            last.planned_ms if last is not None else _USUAL_MS,
            local_time_zone(),
            channels=tuple(c.id for c in settings.channels if c.enabled),
        )

    def _sources(self, shows: list[ShowSummary]) -> tuple[tuple[str, str], ...]:
        tr = self._reach.desktop.window.tr
        found = [(EMPTY, tr("An empty line-up")), (FILE, tr("A line-up file…"))]
        usable = [s for s in shows if s.items and not s.archived]
        found += [(s.id, tr("Template: {title}").replace("{title}", s.title)) for s in usable if s.template]
        others = [s for s in usable if not s.template][:_SOURCES]
        return (*found, *((s.id, tr("Line-up of: {title}").replace("{title}", s.title)) for s in others))


def _planned(details: ShowDetails, lineup: LineUp, shop_id: str) -> PlanShow:
    return PlanShow(
        lineup,
        shop_id,
        details.channels,
        time_zone=details.time_zone,
        starts_at_ms=details.starts_at_ms,
        series=details.series,
        template=details.template,
    )
