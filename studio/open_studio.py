"""`host-studio`: the studio on the shop of the settings."""

import asyncio
import sys
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from studio.announcements_door import AnnouncementsDoor, local_time_zone
from studio.app import Desktop, open_log, run_desktop
from studio.channel_quotas import Quotas
from studio.channels_door import ChannelsDoor
from studio.control.ports import StoreFull
from studio.domain.commands import PlanShow
from studio.domain.lineup import LineUp
from studio.domain.lineup_file import LineUpUnreadable, ReadLineUp, read_csv, read_json
from studio.engine_room import EngineRoom, new_show_id
from studio.instance import AlreadyOpenError, InstanceLock, server_name
from studio.settings.file import quotas_file
from studio.settings.logging import Redactor
from studio.settings.paths import Paths
from studio.settings.schema import ShopSettings
from studio.settings.secrets import KeyringSecrets
from studio.settings_place import SettingsPlace
from studio.shops_door import ShopsDoor
from studio.stage_door import StageDoor
from studio.store.errors import StoreError
from studio.sync.http import BadAddress
from studio.ui.home import Home
from studio.ui.main_window import MainWindow
from studio.ui.single_instance import AlreadyOpenDialog, OpenStudio
from studio.ui.studio import Notice
from studio.ui.texts import Texts
from studio.ui.theme import Theme

MAX_FILE_BYTES = 20_000_000
NAMED_ROWS = 10
CURRENCY_S = 5.0
"""How long the shop may take to say in what it sells."""


def open_command(paths: Paths, window: MainWindow) -> int:
    """`host-studio`: open the studio on the shop of the settings; without one, say how to begin."""
    log, redactor = open_log(paths)
    try:
        return run_desktop(lambda app: open_studio(app, window, paths, redactor))
    finally:
        log.close()


async def open_studio(app: QApplication, window: MainWindow, paths: Paths, redactor: Redactor) -> int:
    """Fill the window with the list of shows; returns the exit code."""
    try:
        lock = InstanceLock(paths.lock)
    except AlreadyOpenError as error:
        window.leave()
        return await _already_open(error, paths)
    secrets = await asyncio.to_thread(KeyringSecrets, learned=redactor.learn)
    room = EngineRoom(paths.database, None)
    try:
        sentences = await asyncio.to_thread(room.start)
    except (StoreError, StoreFull) as error:
        lock.release()
        window.leave()
        return await _say_and_leave(app, str(error))
    desktop = Desktop(app, room, paths, rehearsal=False, window=window)
    quotas = Quotas(quotas_file(paths.channel_quotas))
    greeter = OpenStudio(server_name(paths.data))
    greeter.show_wanted.connect(desktop.window.raise_)
    try:
        for sentence in sentences:
            desktop.window.post(Notice("warning", sentence))
        place = SettingsPlace(desktop)
        AnnouncementsDoor(desktop)
        shops = ShopsDoor(desktop, secrets, redactor, place, quotas)
        front = FrontDoor(desktop, shops, ChannelsDoor(desktop, secrets, redactor, place, quotas))
        StageDoor(desktop, secrets, place)
        await front.refresh()
        desktop.window.show()
        await front.say_what_is_owed()
        await desktop.exit.wait()
        return 0
    finally:
        greeter.close()
        await desktop.close()
        await asyncio.to_thread(quotas.close)
        lock.release()


async def _already_open(error: AlreadyOpenError, paths: Paths) -> int:
    dialog = AlreadyOpenDialog(str(error), server_name(paths.data))
    done = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda _code: done.done() or done.set_result(None))  # pyright: ignore[reportUnknownLambdaType]
    dialog.open()
    await done
    return 1


async def _say_and_leave(app: QApplication, sentence: str) -> int:
    theme = Theme()
    theme.apply(app)
    box = QMessageBox(QMessageBox.Icon.Warning, "Host Studio", "")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(sentence)
    box.addButton(box.tr("Close"), QMessageBox.ButtonRole.RejectRole)
    done = asyncio.get_running_loop().create_future()
    box.finished.connect(lambda _code: done.done() or done.set_result(None))  # pyright: ignore[reportUnknownLambdaType]
    box.open()
    await done
    return 2


class FrontDoor:
    """What the home page's buttons do."""

    def __init__(self, desktop: Desktop, shops: ShopsDoor, channels: ChannelsDoor) -> None:
        self._desktop = desktop
        self._shops, self._channels = shops, channels
        self.home = Home(desktop.theme, Texts(desktop.settings.language))
        desktop.window.add_workspace("home", self.home)
        desktop.window.show_workspace("home")
        spawn = desktop.tasks.spawn
        self.home.show_wanted.connect(lambda show_id: spawn(self.open(str(show_id)), "open show"))  # pyright: ignore[reportUnknownLambdaType]
        self.home.new_wanted.connect(lambda: spawn(self.new_show(), "new show"))
        self.home.rehearsal_wanted.connect(lambda: spawn(self.rehearse(), "rehearse"))
        self.home.shop_wanted.connect(shops.show)
        self.home.channels_wanted.connect(channels.show)
        self.home.change_shop_wanted.connect(self._change_shop_wanted)
        shops.book.changed = self._shops_changed
        channels.book.changed = self._channels_changed

    def _change_shop_wanted(self, show_id: str) -> None:
        self._desktop.tasks.spawn(self.change_shop(show_id), "change shop")

    def _shops_changed(self) -> None:
        self._desktop.tasks.spawn(self.refresh(), "refresh the list")

    def _channels_changed(self) -> None:
        self._channels.name_notices()
        self._shops_changed()

    async def refresh(self) -> None:
        """Bring the page up to what there is."""
        settings = self._desktop.settings
        shop = settings.shop()
        self.home.show_shop(shop.name if shop else "", shop.base_url if shop else "", len(settings.shops))
        self.home.show_channels([channel.name for channel in settings.channels if channel.enabled])
        used = await self._shops.shop_ids()
        names = {s.id: s.name for s in settings.shops} if len(settings.shops) > 1 else {}
        shops = {show_id: names[shop_id] for show_id, shop_id in used.items() if shop_id in names}
        self.home.list_shows(await self._desktop.studio.shows(), shops)

    async def say_what_is_owed(self) -> None:
        """A show that was cut off may have decisions to send still: they go out when it is opened."""
        room = self._desktop.room
        owed = await asyncio.wrap_future(room.run(room.owed()))
        titles = {s.id: s.title for s in await self._desktop.studio.shows()}
        for show_id, count in owed.items():
            title = titles.get(show_id, show_id)
            self._say("warning", f"“{title}” has {count} decisions to send still. Open it, and they go out.")

    async def open(self, show_id: str) -> None:
        """Open a show; without a shop its figures can be read still."""
        shop = await self._shops.shop_of(show_id)
        if shop is None:
            return
        self._desktop.room.connections = self._shops.connections(shop)
        try:
            await self._desktop.open_show(show_id)
        except (BadAddress, StoreError) as error:
            self._say("trouble", f"The show was not opened. {error}")

    async def new_show(self) -> None:
        """Make a show from a line-up file: good rows are kept, the others named."""
        shop = await self._shops.choose_for_new()
        file = await self._choose_file() if shop is not None else None
        if file is None or shop is None:
            return
        try:
            read = await asyncio.to_thread(_read_lineup, file)
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._say(
                "trouble", f"“{file.name}” cannot be read ({why}). Make it readable, or choose another file."
            )
            return
        except LineUpUnreadable as error:
            self._say("trouble", f"“{file.name}”: {error}")
            return
        self._name_left_out(file, read)
        if not read.lineup.items:
            self._say(
                "trouble",
                f"Nothing in “{file.name}” could be used, so no show was made. Correct the rows, then choose it again.",
            )
            return
        try:
            await self._plan_and_open(read.lineup, shop)
        except (BadAddress, StoreError, StoreFull) as error:
            self._say("trouble", f"The show was not made. {error}")

    def _name_left_out(self, file: Path, read: ReadLineUp) -> None:
        """One sentence a row, so that each can be read again in the history of notices."""
        kept, problems = len(read.lineup.items), read.problems
        if problems:
            self._say("info", f"“{file.name}”: {kept} items were kept, {len(problems)} rows were not.")
        for problem in reversed(problems[:NAMED_ROWS]):
            self._say("warning", problem.sentence)
        if len(problems) > NAMED_ROWS:
            more = len(problems) - NAMED_ROWS
            self._say("warning", f"And {more} more rows of “{file.name}” were left out: correct these first.")

    async def _plan_and_open(self, lineup: LineUp, shop: ShopSettings) -> None:
        room, studio = self._desktop.room, self._desktop.studio
        room.connections = self._shops.connections(shop)
        show_id = new_show_id()
        await studio.open(show_id)
        if not lineup.currency:
            told = await asyncio.wrap_future(room.run(room.show.currency(CURRENCY_S)))
            lineup = msgspec.structs.replace(lineup, currency=told or "EUR")
            if not told:
                self._say(
                    "warning",
                    "The shop did not say in what it sells, so the show is planned in EUR. If that is wrong, make the show "
                    "again when the shop answers.",
                )
        settings = self._desktop.settings
        channels = tuple(c for c in settings.channels if c.enabled)
        rules = settings.announcements.for_show(channels)
        ids = tuple(c.id for c in channels)
        refused = await studio.do(
            PlanShow(lineup, shop.id, ids, time_zone=local_time_zone(), announcements=rules)
        )
        if refused is not None:
            self._say("warning", refused.sentence)
            return
        await self._desktop.open_show(show_id)

    async def rehearse(self) -> None:
        """A rehearsal is sealed off: a studio of its own, in a process of its own."""
        folder = str(self._desktop.paths.data)
        await asyncio.to_thread(
            _start_detached, [sys.executable, "-m", "studio", "--data-dir", folder, "rehearse"]
        )
        self._say("ok", "The rehearsal opens in a window of its own, with its own data.")

    async def change_shop(self, show_id: str) -> None:
        """Let a show that has not begun sell from another shop."""
        try:
            await self._shops.change_shop(show_id)
        except (BadAddress, StoreError, StoreFull) as error:
            self._say("trouble", f"The shop of the show was not changed. {error}")
        await self.refresh()

    async def _choose_file(self) -> Path | None:
        dialog = QFileDialog(self._desktop.window, self._desktop.window.tr("Choose a line-up"))
        dialog.setNameFilters(["Line-ups (*.json *.csv)"])
        chosen: asyncio.Future[Path | None] = asyncio.get_running_loop().create_future()

        def finished(_code: int) -> None:
            files = dialog.selectedFiles() if dialog.result() else []
            if not chosen.done():
                chosen.set_result(Path(files[0]) if files else None)

        dialog.finished.connect(finished)
        dialog.open()
        return await chosen

    def _say(self, level: str, sentence: str) -> None:
        self._desktop.window.post(Notice(level, sentence))


def _read_lineup(file: Path) -> ReadLineUp:
    """A line-up from CSV has no currency yet: the shop's is taken. Raises `OSError`, `LineUpUnreadable`."""
    with file.open("rb") as opened:
        data = opened.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise LineUpUnreadable(
            f"It has more than {MAX_FILE_BYTES // 1_000_000} MB, which no line-up has: choose another file."
        )
    if file.suffix.lower() == ".json":
        return read_json(data, new_show_id)
    return read_csv(data, file.stem, "", new_show_id)


def _start_detached(command: list[str]) -> None:
    import subprocess

    subprocess.Popen(command, start_new_session=True)  # noqa: S603 - our own program
