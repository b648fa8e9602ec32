"""`host-studio`: the studio on the shop of the settings."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from studio.announcements_door import AnnouncementsDoor
from studio.app import Desktop, open_log, run_desktop
from studio.channel_quotas import Quotas
from studio.channels_door import ChannelsDoor
from studio.control.ports import StoreFull
from studio.engine_room import EngineRoom
from studio.instance import AlreadyOpenError, InstanceLock, server_name
from studio.prepare_door import PrepareDoor
from studio.settings.file import quotas_file
from studio.settings.logging import Redactor
from studio.settings.paths import Paths
from studio.settings.secrets import KeyringSecrets
from studio.settings_place import SettingsPlace
from studio.shops_door import ShopsDoor
from studio.shows_page_door import ShowsPageDoor
from studio.stage_door import StageDoor
from studio.store.errors import StoreError
from studio.ui.main_window import MainWindow
from studio.ui.single_instance import AlreadyOpenDialog, OpenStudio
from studio.ui.studio import Notice
from studio.ui.theme import Theme


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
    desktop.count_orders()
    quotas = Quotas(quotas_file(paths.channel_quotas))
    greeter = OpenStudio(server_name(paths.data))
    greeter.show_wanted.connect(desktop.window.raise_)
    try:
        for sentence in sentences:
            desktop.window.post(Notice("warning", sentence))
        place = SettingsPlace(desktop)
        AnnouncementsDoor(desktop)
        shops = ShopsDoor(desktop, secrets, redactor, place, quotas)
        front = ShowsPageDoor(desktop, shops, ChannelsDoor(desktop, secrets, redactor, place, quotas))
        StageDoor(desktop, secrets, place)
        PrepareDoor(desktop, front)
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
