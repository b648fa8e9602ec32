"""The one page that wires every layer: the engine's room, the window, and what goes between them."""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import qasync
import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSplitter, QWidget

from studio.control.clock import SystemWallClock
from studio.engine_room import EngineRoom
from studio.local_studio import LocalStudio
from studio.settings.file import SettingsNotSavedError, settings_file, window_state_file
from studio.settings.logging import BugHooks, Log, Redactor
from studio.settings.paths import Paths
from studio.settings.schema import Settings, WindowState
from studio.ui.actions import Actions, ScopedActions
from studio.ui.awake import Awake
from studio.ui.garbage import WindowGarbage
from studio.ui.host.links import LinkNames
from studio.ui.host.workspace import HostWorkspace
from studio.ui.hotkeys import KeyBindings
from studio.ui.keyguard import FocusKeys
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.models.pace import FOR_EYES
from studio.ui.notices import NoticeAction, Notices
from studio.ui.palette import DARK, LIGHT
from studio.ui.prompter.screens import Screens
from studio.ui.prompter.window import PrompterWindow
from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.short_turns import ask_for_short_turns
from studio.ui.studio import ChangeBatch, Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme

T = TypeVar("T")
SWITCH_S: Final = 0.0002
RESOURCES = Path(__file__).resolve().parent.parent / "resources"


def _nothing() -> None:
    """What is to be decided before a show is left whose workspaces keep nothing back."""


@dataclass(frozen=True, slots=True)
class OpenShow:
    """What belongs to the show that has just been opened, for whoever builds a workspace of it."""

    live: LiveShow
    host: HostWorkspace
    actions: Actions
    texts: Texts
    tasks: Tasks
    names: LinkNames


class Desktop:
    """The windows of one studio over one engine room. `open_show` builds what belongs to a show, `close_show` takes it away.

    What belongs to the open show gets its actions and tasks from `show_actions` and `show_tasks`: both end with it.
    """

    def __init__(
        self,
        app: QApplication,
        room: EngineRoom,
        paths: Paths,
        *,
        rehearsal: bool,
        window: MainWindow | None = None,
    ) -> None:
        self.app, self.room, self.paths = app, room, paths
        self.studio = LocalStudio(room)
        self.exit = asyncio.Event()
        wall = SystemWallClock()
        self._settings_file = settings_file(paths.settings)
        self._state_file = window_state_file(paths.window_state)
        settings, state = self._settings_file.load(), self._state_file.load()
        self.settings: Settings = settings.value
        self.window_state: WindowState = state.value
        self.theme = Theme()
        self.theme.apply(app, LIGHT if self.settings.theme == "light" else DARK, self.settings.scale)
        bindings = KeyBindings()
        self.actions = Actions(wall.monotonic_ms, bindings)
        refused_keys = bindings.load(self.settings.keys)
        self.keys = FocusKeys(app)
        self.notices = Notices(wall.now_ms)
        self.notice_actions: dict[str, NoticeAction] = {}
        self.tasks = Tasks("window", self._task_failed)
        # The window that is on the screen already, while the rest of the studio was imported.
        self.window = MainWindow(rehearsal=rehearsal) if window is None else window
        self.window.furnish(self.actions, self.theme, self.notices)
        self.live: LiveShow | None = None
        self.host: HostWorkspace | None = None
        self.prompter: PrompterWindow | None = None
        self.review: ReviewWorkspace | None = None
        self.opened_with: list[Callable[[OpenShow], None]] = []
        """Who builds more workspaces of a show when it is opened."""
        self.leave_with: Callable[[], object] = _nothing
        """Decides what is typed in the open show and not decided yet, before the show is left."""
        self.show_actions = ScopedActions(self.actions)
        self.show_tasks = Tasks("show", self._task_failed)
        self._parts: list[QObject] = []
        self._names: list[str] = []
        self.window.closing.connect(self.exit.set)
        if self.window.asked_to_close:
            self.exit.set()
        self.actions.on("theme.toggle", self._toggle_theme)
        bindings.changed.connect(self._keep_keys)
        self.actions.on("workspace.host", lambda: self.window.show_workspace("host"))
        self.actions.on("workspace.review", self.show_review)
        self.actions.on("prompter.toggle", self.toggle_prompter)
        # Not by the open show: what is said while none is open yet must be heard too.
        self.studio.changes.connect(self._post_notices)
        for sentence in (*settings.sentences, *state.sentences, *refused_keys):
            self.window.post(Notice("warning", sentence))

    def _post_notices(self, batch: ChangeBatch) -> None:
        for notice in batch.notices:
            self.window.post(notice, self.notice_actions.get(notice.key))

    def _task_failed(self, _name: str, error: BaseException) -> None:
        sentence = f"Something went wrong in the studio ({type(error).__name__}). It was written to the log."
        self.window.post(Notice("trouble", sentence, "bug"))

    async def open_show(self, show_id: str, *, whole_feeds: bool = False) -> LiveShow:
        """Open a show and build its workspaces. The show that was open until now is closed."""
        await self.close_show()
        early: list[ChangeBatch] = []
        self.studio.changes.connect(early.append)
        try:
            opened = await self.studio.open(show_id, whole_feeds=whole_feeds)
        finally:
            self.studio.changes.disconnect(early.append)
        live = self.live = LiveShow(opened, self.window, FOR_EYES)
        self.studio.changes.connect(live.take)
        actions = self.show_actions = ScopedActions(self.actions)
        tasks = self.show_tasks = Tasks("show", self._task_failed)
        Awake(live, tasks, self.window.post)
        names = LinkNames(self._channel_names())
        texts = Texts(self.settings.language or live.state.language, live.state.time_zone)
        self.host = HostWorkspace(
            self.studio,
            live,
            actions,
            self.theme,
            self.keys,
            texts,
            tasks,
            monotonic_ms=self.room.wall.monotonic_ms,
            canned_file=RESOURCES / "canned" / "canned.json",
            low_stock=self.settings.alerts.low_stock,
            names=names,
            programme=self.studio.programme,
            preview=self.window_state.preview,
            keep_preview=self._keep_preview,
        )
        self.host.ended.connect(self.show_review)
        self.prompter = PrompterWindow(
            live,
            actions,
            self.theme,
            texts,
            self.studio.clock.now_ms,
            Screens(self.app, lambda: self.window_state.prompter_monitor, self._keep_monitor),
            low_stock=self.settings.alerts.low_stock,
        )
        self.prompter.shown_changed.connect(self.actions["prompter.toggle"].setChecked)
        channels = self._channel_names()
        self.review = ReviewWorkspace(self.studio, actions, self.theme, texts, tasks, channel_names=channels)
        self.review.follow(live)
        for source in (self.host, self.review):
            source.notice.connect(self.window.post)
        self._parts = [live, self.prompter]
        self.add_workspace("host", self.host, self.host.splitters)
        self.add_workspace("review", self.review)
        self.window.show_workspace("host")
        for build in self.opened_with:
            build(OpenShow(live, self.host, actions, texts, tasks, names))
        self.window.find_products = self.host.product_entries
        self.window.name_show(live.state.title)
        self.window.take_state(self.window_state.windows, self.window_state.splitters)
        for batch in early:
            live.take(batch)
        return live

    def add_workspace(
        self, name: str, widget: QWidget, splitters: Mapping[str, QSplitter] | None = None
    ) -> None:
        """A workspace of the open show: it goes when the show is closed."""
        self.window.add_workspace(name, widget, splitters)
        self._names.append(name)
        self._parts.append(widget)

    async def close_show(self) -> None:
        """Leave the open show: nothing of it is heard, shown or decided any more. What waits in its outbox goes on when it
        is opened again.
        """
        live = self.live
        if live is None:
            return
        await self._leave()
        self.studio.changes.disconnect(live.take)
        splitters = {**self.window_state.splitters, **self.window.splitter_bytes()}
        windows = {"main": self.window.window_bytes()}
        self.window_state = msgspec.structs.replace(
            self.window_state, windows=windows, splitters=splitters, last_show=live.state.id
        )
        self.live = self.host = self.prompter = self.review = None
        self.actions["prompter.toggle"].setChecked(False)
        self.window.find_products = lambda _words: []
        self.window.name_show("")
        self.show_actions.release()
        names, parts, self._names, self._parts = self._names, self._parts, [], []
        for name in names:
            self.window.remove_workspace(name)
        await self.show_tasks.stop()
        # At once, before anything of it can start another task.
        for part in reversed(parts):
            shiboken6.delete(part)
        await self.show_tasks.close()
        await self.studio.close()

    async def _leave(self) -> None:
        leave, self.leave_with = self.leave_with, _nothing
        await self.show_tasks.finish(leave)

    def show_review(self) -> None:
        """Bring the figures of the open show to the front."""
        if self.review is not None and self.live is not None:
            self.window.show_workspace("review")
            self.show_tasks.spawn(self.review.load(self.live.state.id), "load review")

    def toggle_prompter(self) -> None:
        """Show or hide the prompter."""
        if self.prompter is None:
            return
        if self.prompter.isVisible():
            self.prompter.hide()
        else:
            self.prompter.present()

    def _keep_monitor(self, name: str) -> None:
        self.window_state = msgspec.structs.replace(self.window_state, prompter_monitor=name)

    def _keep_preview(self, wanted: bool) -> None:
        self.window_state = msgspec.structs.replace(self.window_state, preview=wanted)

    def _channel_names(self) -> dict[str, str]:
        """What the channels of the open show are called, by their ids."""
        wired = self.room.connections
        return {c.id: c.name for c in wired.channels} if wired is not None else {}

    def _toggle_theme(self) -> None:
        self.theme.toggle(self.app)
        self._keep(theme="light" if self.theme.tokens is LIGHT else "dark")

    def _keep_keys(self, _action_id: str) -> None:
        kept = {action: tuple(keys) for action, keys in self.actions.bindings.to_dict().items()}
        self._keep(keys=kept)

    def _keep(self, **changes: Any) -> None:
        try:
            self.save_settings(msgspec.structs.replace(self.settings, **changes))
        except SettingsNotSavedError as error:
            self.window.post(Notice("warning", str(error), "settings"))

    def save_settings(self, settings: Settings) -> None:
        """Keep these settings. Raises `SettingsNotSavedError`."""
        self._settings_file.save(settings)
        before, self.settings = self.settings, settings
        if settings.promos.replay_hours != before.promos.replay_hours:
            self.count_orders()

    def count_orders(self) -> None:
        """Orders count for a show as long as the settings say: for what comes in and for all figures from now on."""
        replay_ms = self.settings.promos.replay_hours * 3_600_000
        self.room.reviews.replay_ms = replay_ms
        if self.live is not None:
            self.live.count_until(replay_ms)
        if self.review is not None and self.review.review is not None:
            self.review.start_loading(self.review.review.state.id)

    async def close(self) -> None:
        """Keep what is to be kept, then close windows and engine. What waits in the outbox goes on next time."""
        await self._leave()
        kept = WindowState(
            windows={"main": self.window.window_bytes()},
            splitters={**self.window_state.splitters, **self.window.splitter_bytes()},
            prompter_monitor=self.window_state.prompter_monitor,
            preview=self.window_state.preview,
            workspace=self.window.workspace,
            last_show=self.live.state.id if self.live else self.window_state.last_show,
        )
        with suppress(SettingsNotSavedError):  # the next start puts the windows where they stand by default
            self._state_file.save(kept)
        # First nothing is painted and no batch taken any more: both start tasks.
        self.studio.changes.disconnect(self._post_notices)
        if self.live is not None:
            self.studio.changes.disconnect(self.live.take)
        if self.prompter is not None:
            self.prompter.close()
        self.window.leave()
        await self.show_tasks.close()
        await self.tasks.close()
        await asyncio.to_thread(self.room.stop)


def run_desktop(main: Callable[[QApplication], Coroutine[Any, Any, int]]) -> int:
    """Run a coroutine on the window's loop; returns its result as the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        raise TypeError("a Qt application without windows is running already")
    app.setApplicationName("Host Studio")
    app.setQuitOnLastWindowClosed(False)
    # The engine's thread works while the window paints: each waits less for the interpreter than a frame takes.
    sys.setswitchinterval(SWITCH_S)
    ask_for_short_turns()
    loop = qasync.QEventLoop(app)
    hooks = BugHooks()
    hooks.watch(loop)
    garbage = WindowGarbage()
    try:
        with loop:
            return loop.run_until_complete(main(app))
    finally:
        garbage.close()
        hooks.remove()


def open_log(paths: Paths) -> tuple[Log, Redactor]:
    """The studio's own log, which masks what it must not say."""
    redactor = Redactor()
    return Log(paths.logs, redactor), redactor
