"""The studio's side of the watchdog: starts it, renews its lease while all is well, and ends it."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
import structlog

from studio.stage.watchdog import END, NOT_SURE, SURE, Config, Said

T = TypeVar("T")
COMMAND = (sys.executable, "-m", "studio.stage.watchdog")
_LEASES = 5
"""So many leases within the time after which the watchdog acts."""
_LONGEST_S = 1.0
_END_S = 3.0
_HANGS = 4_096
_SHORTEST_LIFE_S = 30.0
_LONGEST_PAUSE_S = 30.0
_log = structlog.get_logger(__name__)


class Watchdog:
    """Keeps one watchdog running. `command` starts it (a frozen program starts itself with a sub-command); `password` is
    asked when it starts and whenever OBS wants another; `sure` says whether the shop is heard, and is asked with each
    lease. Leases are renewed on the loop that `run` runs on: when that hangs, they stop. `said` hears what the watchdog says.
    """

    def __init__(
        self,
        address: str,
        password: Callable[[], str | None],
        sure: Callable[[], bool],
        *,
        unsure_ms: int = 5000,
        command: Sequence[str] = COMMAND,
        said: Callable[[Said], None] = lambda _: None,
    ) -> None:
        self._address = address
        self._password = password
        self._sure = sure
        self._unsure_ms = unsure_ms
        self._command = tuple(command)
        self._said = said
        self.pid: int | None = None

    async def run(self) -> None:
        """Until cancelled; then the watchdog clears the stage a last time and ends. One that ends by itself is started
        again. Raises `OSError` when it cannot be started at all.
        """
        pause_s = _LONGEST_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            await self._once()
            pause_s = (
                _LONGEST_S if loop.time() - began > _SHORTEST_LIFE_S else min(2 * pause_s, _LONGEST_PAUSE_S)
            )
            _log.warning("the watchdog of the stage ended and is started again", pause_s=pause_s)
            await asyncio.sleep(pause_s)

    async def _once(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, stderr=PIPE, **_apart()
        )
        self.pid = process.pid
        hearing = [
            asyncio.create_task(self._hear(process), name="hears the watchdog"),
            asyncio.create_task(_log_on(process), name="logs the watchdog"),
        ]
        try:
            self._configure(process)
            await self._renew(process)
        finally:
            self.pid = None
            await _end(process)
            for task in hearing:
                task.cancel()
            await asyncio.gather(*hearing, return_exceptions=True)

    async def _renew(self, process: Process) -> None:
        """A lease now and again, until the process ends or takes them no more."""
        every_s = min(_LONGEST_S, self._unsure_ms / 1000 / _LEASES)
        ended = asyncio.create_task(process.wait())
        try:
            while not ended.done() and _tell(process, SURE if self._sure() else NOT_SURE):
                await asyncio.wait([ended], timeout=every_s)
        finally:
            ended.cancel()

    def _configure(self, process: Process) -> None:
        config = Config(self._address, self._password(), self._unsure_ms)
        _tell(process, msgspec.json.encode(config))

    async def _hear(self, process: Process) -> None:
        before: Said | None = None
        async for line in _there(process.stdout):
            try:
                word = Said(line.decode("ascii", "replace").strip())
            except ValueError:
                _log.warning("the watchdog of the stage said something else", length=len(line))
                continue
            if word is not before:
                _log.info("the watchdog of the stage", says=word.value)
            before = word
            if word is Said.KEY:
                self._configure(process)
            self._said(word)


def _apart() -> dict[str, Any]:
    """What keeps it alive when the studio, its terminal or its group is killed."""
    if sys.platform == "win32":
        import subprocess

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _tell(process: Process, line: bytes) -> bool:
    """Whether it takes lines; one that lets them pile up hangs."""
    pipe = _there(process.stdin)
    if pipe.is_closing() or pipe.transport.get_write_buffer_size() > _HANGS:
        return False
    pipe.write(line + b"\n")
    return True


def _there(pipe: T | None) -> T:
    if pipe is None:
        raise OSError("a process was started without its pipes")
    return pipe


async def _log_on(process: Process) -> None:
    """What it logs, into the studio's log."""
    async for line in _there(process.stderr):
        _log.warning("the watchdog of the stage", logs=line.decode(errors="replace").rstrip()[:2000])


async def _end(process: Process) -> None:
    """Let it clear the stage and go, soon; kill it otherwise."""
    if process.returncode is None:
        _tell(process, END)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_S):
                await process.wait()
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
