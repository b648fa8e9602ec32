"""Keeps the computer and its screen awake while a show is on air."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject

from studio.domain.show import ShowPhase
from studio.ui.models.live_show import LiveShow
from studio.ui.studio import Notice
from studio.ui.tasks import Tasks


class Awake(QObject):
    """Follows the show's phase. Where the system does not let itself be kept awake, it says so once."""

    def __init__(self, live: LiveShow, tasks: Tasks, notify: Callable[[Notice], None]) -> None:
        super().__init__(live)
        self._live, self._tasks, self._notify = live, tasks, notify
        self._over: asyncio.Event | None = None
        live.show_changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        on_air = self._live.state.phase is ShowPhase.ON_AIR
        if on_air and self._over is None:
            self._over = asyncio.Event()
            self._tasks.spawn(self._hold(self._over), "keep awake")
        elif not on_air and self._over is not None:
            self._over.set()
            self._over = None

    async def _hold(self, over: asyncio.Event) -> None:
        from wakepy import keep

        # The mode talks to the system (D-Bus, Win32) and belongs to one thread, which is not the window's.
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="awake")
        mode = await loop.run_in_executor(thread, lambda: keep.presenting(on_fail="pass"))
        await loop.run_in_executor(thread, mode.__enter__)
        try:
            if not mode.active:
                sentence = self.tr(
                    "This computer can't be kept awake from here: switch its sleep and screen saver off."
                )
                self._notify(Notice("warning", sentence, "awake"))
            await over.wait()
        finally:
            await loop.run_in_executor(thread, mode.__exit__, None, None, None)
            thread.shutdown(wait=False)
