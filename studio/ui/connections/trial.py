"""The one test of a shop or channel that is under way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.ui.tasks import Tasks

Try = Callable[[Callable[[Any], None]], Coroutine[Any, Any, Any]]
"""Tries it, telling each step as it begins; returns what was found."""


class Trial(QObject):
    """`subject` is the id of what is being tried, empty while nothing is; `step` how far it is.

    `stepped` carries the id and the step, `found` the id and what was found; `over` comes at the end, however it ended.
    """

    stepped = Signal(str, object)
    found = Signal(str, object)
    over = Signal(str)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: asyncio.Task[Any] | None = None
        self.subject = ""
        self.step: Any = None

    def begin(self, subject: str, first: object, attempt: Try) -> None:
        """Try it, beginning with the first step; one at a time."""
        self.subject, self.step = subject, first
        task = self._task = self._tasks.spawn(self._run(subject, attempt), "test connection")
        task.add_done_callback(lambda done: self._ended(subject, done))

    def cancel(self) -> bool:
        """Give it up; whether there was one."""
        if self._task is None:
            return False
        task, self._task = self._task, None
        task.cancel()
        return True

    async def _run(self, subject: str, attempt: Try) -> None:
        def stepped(step: object) -> None:
            if self._task is not None:
                self.step = step
                self.stepped.emit(subject, step)

        told = await attempt(stepped)
        if self._task is not None:
            self._task, self.subject = None, ""
            self.found.emit(subject, told)

    def _ended(self, subject: str, task: "asyncio.Task[Any]") -> None:
        if self._task in (None, task):
            self._task, self.subject = None, ""
        self.over.emit(subject)
