"""Coroutines started from Qt slots: held, named, and never silent when they fail."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

_log = structlog.get_logger(__name__)

OnError = Callable[[str, BaseException], None]
"""Called with the name of the task and its exception, after it was logged."""

_ROUNDS = 20
"""How often what starts while others are being stopped is stopped too; an owner that always starts one more is left."""


class Tasks:
    """The tasks of one owner (a window, a panel). qasync and asyncio hold tasks only weakly: this holds them.

    `on_error` is told of every exception that is not a cancellation, so that a notice can be shown.
    """

    def __init__(self, owner: str, on_error: OnError | None = None) -> None:
        self._owner = owner
        self._on_error = on_error
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._running)

    @property
    def closed(self) -> bool:
        """Whether nothing is started any more: what a timer would still begin is not wanted."""
        return self._closed

    def spawn(self, coro: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        """Start `coro` on the running loop. Raises RuntimeError when closed or when no loop runs."""
        if self._closed:
            coro.close()
            raise RuntimeError(f"{self._owner} is closed: {name} was not started")
        try:
            task = asyncio.get_running_loop().create_task(coro, name=f"{self._owner}: {name}")
        except RuntimeError:
            coro.close()
            raise
        self._running.add(task)
        task.add_done_callback(self._done)
        return task

    async def drain(self) -> None:
        """Wait until every task, and every task those started, has ended. Never raises what they raised."""
        while self._running:
            await asyncio.wait(self._running)

    async def finish(self, start: Callable[[], object]) -> None:
        """Call `start` and wait until the tasks that it started have ended; those that run already are not waited for.
        Never raises what the tasks raised.
        """
        before = set(self._running)
        start()
        if started := self._running - before:
            await asyncio.wait(started)

    async def stop(self) -> None:
        """Cancel what runs, and what starts meanwhile, until nothing does: what a task does at its end finds its owner still
        there. Others may be started afterwards.
        """
        for _round in range(_ROUNDS):
            if not self._running:
                return
            for task in self._running:
                task.cancel()
            await asyncio.wait(self._running)

    async def close(self) -> None:
        """Cancel what still runs, wait for it, and refuse new tasks."""
        self._closed = True
        for task in self._running:
            task.cancel()
        await self.drain()

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        _log.error("task failed", task=task.get_name(), exc_info=error)
        if self._on_error is not None:
            self._on_error(task.get_name(), error)
