"""Makes new shows: empty, with another show's line-up, from a template, from a file."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec
from PySide6.QtWidgets import QFileDialog

from studio.announcements_door import local_time_zone
from studio.control.ports import ShowSummary, StoreFull
from studio.domain.commands import PlanShow
from studio.domain.copying import plan_like
from studio.domain.exchange import Terms
from studio.domain.lineup import LineUp
from studio.domain.lineup_file import in_currency
from studio.domain.plan import ShowDetails
from studio.engine_room import new_show_id
from studio.settings.schema import ShopSettings
from studio.shows_files import NAMED_ROWS, FileShow, read_show
from studio.shows_reach_door import ShowsReach
from studio.store.errors import StoreError
from studio.sync.http import BadAddress
from studio.ui.shows.details_dialog import EMPTY, FILE, NewShow, ask_new_show

CURRENCY_S = 5.0
"""How long the shop may take to say in what it sells."""
_USUAL_MS: Final = 60 * 60_000
_SOURCES: Final = 60


class ShowMaker:
    """Asks what a new show is, sets it up, and opens it."""

    def __init__(self, reach: ShowsReach) -> None:
        self._reach = reach

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
            said = new.details
            file = await self._file(Terms(said.currency, said.language, said.time_zone))
            if file is not None:
                await self._plan_and_open(new.details, _named(file.lineup, new.details), shop)
        elif new.source:
            state = await self._reach.state(new.source)
            products = await self._reach.products_of(state.shop)
            command = plan_like(state, new.details, shop.id, new_show_id, products, whole=False)
            await self._set_up(self._with_rules(command), shop)
        else:
            details = new.details
            lineup = LineUp(details.title, details.currency, (), details.language, details.planned_ms)
            await self._set_up(self._with_rules(_planned(details, lineup, shop.id)), shop)

    async def new_from_file(self) -> None:
        """Make a show from a line-up file: good rows are kept, the others named."""
        shop = await self._reach.shops.choose_for_new()
        file = await self._file() if shop is not None else None
        if file is None or shop is None:
            return
        channels = tuple(c.id for c in self._reach.desktop.settings.channels if c.enabled)
        lineup = file.lineup
        details = ShowDetails(
            lineup.title,
            lineup.language,
            lineup.currency,
            lineup.planned_ms,
            local_time_zone(),
            None,
            channels,
        )
        await self._plan_and_open(details, lineup, shop)

    async def _file(self, terms: Terms | None = None) -> FileShow | None:
        """A line-up that a person chose; what could not be used of it is said. `terms` are those of a file that names none."""
        path = await self._choose_file()
        if path is None:
            return None
        read = await asyncio.to_thread(read_show, path, new_show_id, terms)
        if read.trouble:
            self._reach.say("trouble", read.trouble)
            return None
        kept, problems = len(read.lineup.items), read.problems
        # One sentence a row, so that each can be read again in the history of notices.
        if problems:
            self._reach.say("info", f"“{path.name}”: {kept} items were kept, {len(problems)} rows were not.")
        for sentence in reversed(problems[:NAMED_ROWS]):
            self._reach.say("warning", sentence)
        if len(problems) > NAMED_ROWS:
            more = len(problems) - NAMED_ROWS
            self._reach.say(
                "warning", f"And {more} more rows of “{path.name}” were left out: correct these first."
            )
        if read.lineup.items:
            return read
        self._reach.say(
            "trouble",
            f"Nothing in “{path.name}” could be used, so no show was made. Correct the rows, then choose it again.",
        )
        return None

    async def _plan_and_open(self, details: ShowDetails, lineup: LineUp, shop: ShopSettings) -> None:
        """A line-up without a currency is planned in the shop's."""
        if lineup.currency:
            currency = lineup.currency
        elif not await self._reach.may_leave():
            return
        else:
            currency = await self._currency_of(shop)
        if not currency:
            return
        if not lineup.currency:
            lineup = in_currency(lineup, currency)
        command = self._with_rules(_planned(details, lineup, shop.id))
        await self._set_up(command, shop)

    async def _currency_of(self, shop: ShopSettings) -> str:
        """In what a shop sells, as it says itself; EUR, and that is said, when it does not. Empty when it cannot be asked."""
        room = self._reach.desktop.room
        async with self._reach.turn:
            try:
                await self._reach.desktop.close_show()
                room.connections = self._reach.shops.connections(shop)
                # Nothing is planned under this id yet: it is there to ask the shop.
                await self._reach.desktop.studio.open(new_show_id())
                told = await asyncio.wrap_future(room.run(room.show.currency(CURRENCY_S)))
            except (BadAddress, StoreError, StoreFull) as error:
                self._reach.say("trouble", f"The show was not made. {error}")
                return ""
            finally:
                if self._reach.desktop.live is None:
                    await self._reach.desktop.studio.close()
        if not told:
            self._reach.say(
                "warning",
                "The shop did not say in what it sells, so the show is planned in EUR. If that is wrong, make the show "
                "again when the shop answers.",
            )
        return told or "EUR"

    async def _set_up(self, command: PlanShow, shop: ShopSettings) -> None:
        """Set up a show and open it."""
        show_id = new_show_id()
        if not await self._reach.decided(show_id, command, "The show was not made."):
            return
        await self._reach.changed()
        if await self._reach.may_leave():
            await self._reach.switch_to(show_id, shop, "The show was made, but not opened.")

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

    async def _choose_file(self) -> Path | None:
        dialog = QFileDialog(self._reach.desktop.window, self._reach.desktop.window.tr("Choose a line-up"))
        dialog.setNameFilters(["Line-ups (*.json *.csv *.xlsx)"])
        chosen: asyncio.Future[Path | None] = asyncio.get_running_loop().create_future()

        def finished(_code: int) -> None:
            files = dialog.selectedFiles() if dialog.result() else []
            if not chosen.done():
                chosen.set_result(Path(files[0]) if files else None)

        dialog.finished.connect(finished)
        dialog.open()
        return await chosen


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


def _named(lineup: LineUp, details: ShowDetails) -> LineUp:
    """What a person said of the show goes before what the file says; the file knows the money of its amounts."""
    return msgspec.structs.replace(
        lineup,
        title=details.title or lineup.title,
        language=details.language,
        currency=lineup.currency or details.currency,
        planned_ms=details.planned_ms or lineup.planned_ms,
    )
