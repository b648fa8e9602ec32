"""Starts the demo shop and the audience as processes of their own, and ends them."""

import asyncio
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from studio.rehearsal.parents import parent_watch

READY_WITHIN_S = 30.0
STOP_WITHIN_S = 5.0
GONE_WITHIN_S = 10.0
"""How long a server of a killed studio may take to notice that it is alone, and end."""


class LaunchError(RuntimeError):
    """A server did not start; the message is a sentence with the last words of its log."""


class _Ready(msgspec.Struct):
    url: str
    pid: int


class Server:
    """A running server process. `url` is its address on loopback."""

    def __init__(self, name: str, url: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = name
        self.url = url
        self.log = log
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.returncode is None

    async def stop(self) -> None:
        """Ask it to end, insist after some seconds, and wait until it has."""
        if self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _files(data: Path, name: str) -> tuple[Path, Path]:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return data / f"{name}.ready", data / f"{name}.log"


def _predecessor(ready: Path) -> Callable[[], bool]:
    """Says whether the server that a killed studio left behind with this data has gone."""
    try:
        return parent_watch(msgspec.json.decode(ready.read_bytes(), type=_Ready).pid)
    except (OSError, msgspec.DecodeError):
        return lambda: True


def _forget(ready: Path) -> None:
    ready.unlink(missing_ok=True)


async def _alone(ready: Path) -> None:
    """Wait until no server of an earlier run writes this data any more."""
    gone = _predecessor(ready)
    deadline = time.monotonic() + GONE_WITHIN_S
    # Its number may be another program's by now: then the wait is in vain, and harmless.
    while not gone() and time.monotonic() < deadline:  # noqa: ASYNC110 - a process that is not our child tells nobody
        await asyncio.sleep(0.05)


async def launch(
    module: str,
    arguments: Sequence[str],
    tokens: Mapping[str, str],
    data: Path,
    *,
    parent_pid: int | None = None,
) -> Server:
    """Start `python -m module` with its data below `data`, and wait until it listens.

    Tokens go by the environment, never by the command line. The server ends when `parent_pid` (this process, when
    None) does. Raises `LaunchError`.
    """
    name = module.rpartition(".")[2]
    ready, log = _files(data, name)
    await _alone(ready)
    _forget(ready)
    own = [
        "--port", "0", "--data", str(data), "--ready-file", str(ready),
        "--parent-pid", str(parent_pid or os.getpid()),
    ]  # fmt: skip
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module, *arguments, *own,
            stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, env={**os.environ, **tokens},
        )  # fmt: skip
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and process.returncode is None:
        if ready.exists():
            return Server(name, msgspec.json.decode(ready.read_bytes(), type=_Ready).url, process, log)
        await asyncio.sleep(0.02)
    if process.returncode is None:
        process.kill()
        await process.wait()
    words = log.read_text(errors="replace")[-2000:]
    raise LaunchError(f"The {name} did not start. Its last words: {words.strip() or '(none)'}")
