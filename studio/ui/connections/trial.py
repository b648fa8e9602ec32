"""The one test of a shop that is under way."""

import asyncio
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.settings.schema import ShopSettings
from studio.ui.connections.port import ShopConnections, Step
from studio.ui.tasks import Tasks


class Trial(QObject):
    """`shop_id` is that of the shop which is being tried, empty while none is; `step` how far it is.

    `stepped` carries the id and the step, `found` the id and what was found; `over` comes at the end, however it ended.
    """

    stepped = Signal(str, object)
    found = Signal(str, object)
    over = Signal(str)

    def __init__(self, connections: ShopConnections, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._port, self._tasks = connections, tasks
        self._task: asyncio.Task[Any] | None = None
        self.shop_id = ""
        self.step = Step.CONNECT

    def begin(self, shop_id: str, shop: ShopSettings, key: str) -> None:
        """Try a shop; one at a time."""
        self.shop_id, self.step = shop_id, Step.CONNECT
        task = self._task = self._tasks.spawn(self._run(shop_id, shop, key), "test shop")
        task.add_done_callback(lambda done: self._ended(shop_id, done))

    def cancel(self) -> bool:
        """Give it up; whether there was one."""
        if self._task is None:
            return False
        task, self._task = self._task, None
        task.cancel()
        return True

    async def _run(self, shop_id: str, shop: ShopSettings, key: str) -> None:
        def stepped(step: Step) -> None:
            if self._task is not None:
                self.step = step
                self.stepped.emit(shop_id, step)

        told = await self._port.test(shop, key, stepped)
        if self._task is not None:
            self._task, self.shop_id = None, ""
            self.found.emit(shop_id, told)

    def _ended(self, shop_id: str, task: "asyncio.Task[Any]") -> None:
        if self._task in (None, task):
            self._task, self.shop_id = None, ""
        self.over.emit(shop_id)
