"""Small pictures for lists: asked for once, decoded beside the window, kept."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.widgets.thumbnail import decode_image

KEEP = 600
AGAIN_MS = 60_000
"""After so long a picture that was not to be had is asked for again, when it comes into sight."""


class Pictures(QObject):
    """Pictures by address. `arrived` carries the address of a picture that can be painted now."""

    arrived = Signal(str)

    def __init__(self, studio: Studio, tasks: Tasks, side_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._tasks = tasks
        self._side = side_px
        self._small: dict[str, QPixmap] = {}
        self._asked: set[str] = set()

    def small(self, url: str) -> QPixmap | None:
        """The small picture, or None for now: it is asked for, and `arrived` tells when it is there."""
        found = self._small.get(url)
        if found is None and url and url not in self._asked:
            self._asked.add(url)
            self._tasks.spawn(self._fetch(url), f"picture {url[-40:]}")
        return found

    def large(self, url: str, side_px: int, take: Callable[[QImage | None], None]) -> None:
        """Hand the picture in this size to `take` when it is there; None when there is none to be had."""

        async def fetch() -> None:
            take(await self._decoded(url, side_px))

        self._tasks.spawn(fetch(), f"picture {url[-40:]}")

    async def _fetch(self, url: str) -> None:
        image = await self._decoded(url, self._side)
        if image is None:
            QTimer.singleShot(AGAIN_MS, self, lambda: self._asked.discard(url))
            return
        while len(self._small) >= KEEP:
            del self._small[next(iter(self._small))]
        self._small[url] = QPixmap.fromImage(image)
        self.arrived.emit(url)

    async def _decoded(self, url: str, side_px: int) -> QImage | None:
        data = await self._studio.image(url)
        if not data:
            return None
        return await asyncio.get_running_loop().run_in_executor(None, decode_image, data, side_px)
