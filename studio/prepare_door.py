"""Wires the Prepare workspace of each show that is opened: to its panels' ports, to files, and to going on air."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol

from studio.app import Desktop, OpenShow
from studio.domain.commands import StartShow
from studio.domain.copying import plan_like, told_of_dates
from studio.domain.ids import uuid7
from studio.domain.show import ShowPhase
from studio.exchange_door import ExchangeDoor
from studio.promo_door import PromoDoor
from studio.readiness_door import ReadinessDoor
from studio.ui.prepare.catalogue_panel import CataloguePanel
from studio.ui.prepare.exporting import LineUpExport
from studio.ui.prepare.go_live_dialog import before_start, go_live
from studio.ui.prepare.goals_panel import GoalsPanel
from studio.ui.prepare.header import PrepareHeader
from studio.ui.prepare.importing import LineUpImport
from studio.ui.prepare.lineup_clipboard import as_new
from studio.ui.prepare.lineup_editor import LineUpEditor
from studio.ui.prepare.past_panel import PastPanel
from studio.ui.prepare.promo_plan_dialog import PromoPlanDialog
from studio.ui.prepare.readiness_panel import ReadinessPanel
from studio.ui.prepare.workspace import PrepareWorkspace
from studio.ui.studio import Notice
from studio.ui.widgets.text import clean_text

NAME: Final = "prepare"


class Shows(Protocol):
    """What the page of the shows does for the show that is open, by its id."""

    async def change_details(self, show_id: str) -> None:
        """Ask for title, date and the rest."""
        ...

    async def rehearse(self, show_id: str) -> None:
        """Rehearse its line-up."""
        ...


class PrepareDoor:
    """Makes the workspace whenever the desktop opens a show, brings it to the front while the show is still a plan, and has
    the key that starts the show ask before it does.
    """

    def __init__(self, desktop: Desktop, shows: Shows) -> None:
        self._desktop, self._shows = desktop, shows
        self._exchange = ExchangeDoor(desktop)
        self._promos = PromoDoor(desktop)
        self._readiness = ReadinessDoor(desktop, self._promos)
        self._prepared: _Prepared | None = None
        desktop.opened_with.append(self.build)
        desktop.actions.on("workspace.prepare", lambda: desktop.window.show_workspace(NAME))

    def build(self, show: OpenShow) -> None:
        """The workspace of a show that has just been opened."""
        # Kept here: a signal that is connected to it does not keep it.
        prepared = self._prepared = _Prepared(
            self._desktop, self._shows, show, self._exchange, self._promos, self._readiness
        )
        self._desktop.add_workspace(NAME, prepared.workspace, prepared.workspace.splitters)
        if show.live.state.phase is ShowPhase.PLANNED:
            self._desktop.window.show_workspace(NAME)


class _Prepared:
    """One show's workspace with the ways out of it."""

    def __init__(
        self, desktop: Desktop, shows: Shows, show: OpenShow, exchange: ExchangeDoor, promos: PromoDoor,
        readiness: ReadinessDoor,
    ) -> None:  # fmt: skip
        self._desktop, self._shows, self._show, self._promos = desktop, shows, show, promos
        studio, theme = desktop.studio, desktop.theme
        live, actions, texts, tasks = show.live, show.actions, show.texts, show.tasks
        notify = desktop.window.post
        self._zone = live.state.time_zone
        self.lineup = LineUpEditor(studio, live, actions, theme, texts, tasks)
        self.readiness = ReadinessPanel(studio, readiness, live, actions, theme, texts, tasks)
        self.past = PastPanel(studio, live, theme, texts, tasks)
        self._import = LineUpImport(
            studio, exchange, live, theme, texts, tasks, desktop.window, self._selected
        )
        self._export = LineUpExport(studio, exchange, live, texts, tasks, desktop.window)
        self.header = PrepareHeader(live, texts, show.names, desktop.room.wall.now_ms, self._export.menu())
        self.workspace = PrepareWorkspace(
            self.header,
            CataloguePanel(studio, live, actions, theme, texts, tasks),
            self.lineup,
            self.readiness,
            GoalsPanel(studio, live, actions, theme, texts, tasks),
            self.past,
        )
        for source in (self.lineup, self.readiness, self.workspace.goals, self._import, self._export):
            source.notice.connect(notify)
        self._connect()
        show.host.starting.before = self._before_start
        show.host.undo_elsewhere = self.workspace.isVisible
        desktop.leave_with = self.lineup.commit

    def _connect(self) -> None:
        live, header, workspace = self._show.live, self.header, self.workspace
        show_id = live.state.id
        self._show.actions.on("search", lambda: workspace.isVisible() and workspace.search())
        self.lineup.promo_wanted.connect(self._edit_promo)
        self.readiness.promos_wanted.connect(self._show_promos)
        self.readiness.items_wanted.connect(workspace.search)
        header.promos_wanted.connect(self._show_promos)
        header.stock_wanted.connect(self.readiness.open_stock_check)
        header.import_wanted.connect(self._starting(self._import.run, "import a line-up"))
        header.details_wanted.connect(
            self._starting(lambda: self._shows.change_details(show_id), "show's details")
        )
        header.rehearsal_wanted.connect(
            self._starting(lambda: self._shows.rehearse(show_id), "rehearse the line-up")
        )
        header.go_live_wanted.connect(self._starting(self._go_live, "go live"))
        workspace.file_dropped.connect(self._import_file)
        self.past.copy_wanted.connect(self._copy)
        live.show_changed.connect(self._follow)

    def _selected(self) -> str:
        """The last of the items that are selected."""
        chosen = self.lineup.selection
        return chosen[-1] if chosen else ""

    def _starting(self, make: Callable[[], Awaitable[object]], name: str) -> Callable[[], None]:
        async def run() -> None:
            await make()

        def start() -> None:
            self._show.tasks.spawn(run(), name)

        return start

    def _follow(self) -> None:
        """Another title or another zone."""
        state = self._show.live.state
        self._desktop.window.name_show(state.title)
        if state.time_zone != self._zone:
            self._zone = state.time_zone
            self._show.texts.use_zone(state.time_zone)
            self.header.refresh()
            self._show.live.lineup_changed.emit()

    # --- codes ------------------------------------------------------------------------------------------------

    def _promo_plan(self) -> PromoPlanDialog:
        show, desktop = self._show, self._desktop
        dialog = PromoPlanDialog(
            desktop.studio,
            self._promos,
            show.live,
            show.actions,
            desktop.theme,
            show.texts,
            show.tasks,
            desktop.window,
        )
        dialog.open()
        return dialog

    def _show_promos(self) -> None:
        self._promo_plan()

    def _edit_promo(self, item_id: str) -> None:
        self._promo_plan().edit_for_item(item_id)

    # --- line-ups ---------------------------------------------------------------------------------------------

    def _import_file(self, path: str) -> None:
        self._show.tasks.spawn(self._import.run(Path(path)), "import a line-up")

    def _copy(self, show_id: str) -> None:
        self._show.tasks.spawn(self._copied(show_id), "copy a line-up")

    async def _copied(self, show_id: str) -> None:
        live = self._show.live
        state = live.state
        room = self._desktop.room
        source = await asyncio.wrap_future(room.run(room.closed.state(show_id)))
        command = plan_like(source, state.details, state.shop, uuid7, live.products, whole=False)
        planned = {plan.code for plan, _ in state.promo_plans}
        issued = {record.promo.code for record in state.promos.values()}
        items = as_new(command.lineup.items, planned | issued, uuid7)
        self.lineup.add_items(items)
        title = clean_text(source.title, 80)
        sentence = f"{len(items)} items of “{title}” come in at the end of the line-up; undo takes them back."
        told = told_of_dates(source, [item.promo for item in items if item.promo is not None])
        self._desktop.window.post(Notice("ok", f"{sentence} {told}".strip(), "lineup"))

    # --- on air -----------------------------------------------------------------------------------------------

    async def _go_live(self) -> None:
        show, desktop = self._show, self._desktop
        await show.tasks.finish(self.lineup.commit)
        checks = await self.readiness.check_now()
        gone = await go_live(
            desktop.studio, checks, desktop.window, show.live.state, show.actions, desktop.theme, desktop.keys, show.texts,
            desktop.window.post, show.names,
        )  # fmt: skip
        if gone:
            desktop.window.show_workspace("host")

    async def _before_start(self) -> StartShow | None:
        show, desktop = self._show, self._desktop
        await show.tasks.finish(self.lineup.commit)
        if show.live.state.rehearsal:
            return StartShow()
        checks = await self.readiness.check_now()
        return await before_start(
            desktop.window,
            show.live.state,
            checks,
            show.actions,
            desktop.theme,
            desktop.keys,
            show.texts,
            show.names,
        )
