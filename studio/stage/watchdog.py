"""The watchdog of the stage: a process of its own that takes everything of the studio off OBS when the studio cannot.

It reads its standard input: a JSON line (`Config`), then a lease a second. `sure` is a lease; `unsure` is one too, but price
and code must leave now; `end` and the end of the input mean that nobody is there any more. When the leases stop, or the
input ends, all of ours leaves OBS over the watchdog's own connection, which is kept open for that. What it says goes to
its standard output, a word a line (`Said`). It ends when the studio ended and OBS is clear, or cannot be reached.
"""

import asyncio
import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any

import msgspec
import structlog
from msgspec import Struct

from studio.control.ports import TargetError, Unauthorised
from studio.stage.obs_find import HELD, Cleared, Found, calls_to_hide, find, in_portions
from studio.stage.obs_parts import UNSURE, Part
from studio.stage.obs_socket import Call, ObsSocket, open_obs

SURE, NOT_SURE, END = b"sure", b"unsure", b"end"
EVERYTHING = frozenset(Part)

_BEAT_S = 1.0
_AGAIN_S = 0.5
_AGAIN_WITH_ANOTHER_KEY_S = 5.0
_GIVE_UP_S = 180.0
"""So long OBS is looked for after the studio died."""
_GIVE_UP_AT_END_S = 2.0
_IN_TIME = 0.8
"""The part of `unsure_ms` after which it acts: the rest is for the clearing."""
_LONGEST_LINE = 65_536
_log = structlog.get_logger(__name__)


class Said(StrEnum):
    """What it tells the studio: it has its connection, it has none, OBS asks for the password, it holds everything off the
    stage, or price and code, or nothing.
    """

    CONNECTED = "connected"
    AWAY = "away"
    KEY = "key"
    HOLDS_ALL = "holds-all"
    HOLDS_UNSURE = "holds-unsure"
    FREE = "free"


class Config(Struct, frozen=True):
    """Where OBS is, and after how many ms without a lease its stage is clear. It comes over a pipe, and is never shown."""

    address: str
    password: str | None = None
    unsure_ms: int = 5000

    def __repr__(self) -> str:
        return f"Config(address={self.address!r}, unsure_ms={self.unsure_ms})"


class Guard:
    """What the process does, without its input and output. `say` tells the studio; `now` is in seconds and never jumps."""

    def __init__(
        self, config: Config, say: Callable[[Said], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._config = config
        self._say = say
        self._now = now
        self._lease_at = now()
        self._sure = True
        self._over_at: float | None = None
        self._patience_s = _GIVE_UP_S
        self._heard = asyncio.Event()

    def hear(self, line: bytes | None) -> None:
        """A line of the studio's, None when there will be no more."""
        if line is None or line == END:
            if self._over_at is None:
                self._over_at = self._now()
                self._patience_s = _GIVE_UP_S if line is None else _GIVE_UP_AT_END_S
        elif line in (SURE, NOT_SURE):
            self._lease_at, self._sure = self._now(), line == SURE
        elif line.startswith(b"{"):
            self._config = msgspec.json.decode(line, type=Config)
        self._heard.set()

    async def run(self) -> None:
        """Guard the stage until the studio ended, and what it left is cleared or cannot be."""
        while True:
            before = self._situation()
            try:
                async with open_obs(self._config.address, lambda: self._config.password) as obs:
                    self._say(Said.CONNECTED)
                    await self._guard(obs)
                    return
            except TargetError as error:
                key = isinstance(error, Unauthorised)
                wait_s = _AGAIN_WITH_ANOTHER_KEY_S if key else _AGAIN_S
                self._say(Said.KEY if key else Said.AWAY)
            if self._over_at is not None and self._now() - self._over_at >= self._patience_s:
                _log.warning("the stage was not cleared: OBS cannot be reached")
                return
            await self._wait_for_other(self._situation, before, wait_s)

    def _situation(self) -> tuple[Config, float | None]:
        return self._config, self._over_at

    def _holds(self) -> frozenset[Part]:
        """What must be off the stage now."""
        if self._over_at is not None or self._lease_left_s() <= 0:
            return EVERYTHING
        return frozenset() if self._sure else UNSURE

    def _lease_left_s(self) -> float:
        return self._lease_at + self._config.unsure_ms / 1000 * _IN_TIME - self._now()

    async def _guard(self, obs: ObsSocket) -> None:
        told: frozenset[Part] | None = None
        while True:
            holds = self._holds()
            if holds or holds != told:
                await _hold(obs, holds, tell=holds != told)
            else:
                (await obs.ask("GetStats")).read(msgspec.Raw)
            if holds != told:
                told = holds
                self._say(_WORDS.get(holds, Said.HOLDS_ALL))
            if self._over_at is not None and holds == EVERYTHING:
                return
            beat_s = _BEAT_S if holds else min(_BEAT_S, max(0.0, self._lease_left_s()) + 0.001)
            await self._wait_for_other(self._holds, holds, beat_s)

    async def _wait_for_other(self, than: Callable[[], object], now: object, at_most_s: float) -> None:
        """Wait for a line that changes this; leases that change nothing are no reason to ask OBS."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                while than() == now:
                    await self._heard.wait()
                    self._heard.clear()


_WORDS = {frozenset[Part](): Said.FREE, UNSURE: Said.HOLDS_UNSURE, EVERYTHING: Said.HOLDS_ALL}


async def _hold(obs: ObsSocket, parts: Collection[Part], tell: bool) -> None:
    """Take the parts out of sight where they are in it, and tell the studio, if it hears, that they are."""
    calls: list[Call] = []
    if parts:
        calls += _still_there(await find(obs), parts)
    if tell:
        held = Cleared(HELD, tuple(sorted(parts)))
        calls.append(("BroadcastCustomEvent", {"eventData": msgspec.to_builtins(held)}))
    if calls:
        for answer in await in_portions(obs, calls):
            if not answer.well:
                _log.warning("OBS did not do it", asked=answer.asked, code=answer.code)


def _still_there(found: Found, parts: Collection[Part]) -> list[Call]:
    items = {key: item for key, item in found.items.items() if item.enabled}
    inputs = {name: source for name, source in found.inputs.items() if source.text}
    return calls_to_hide(Found(inputs, items), parts)


class _StandardError:
    """Where the log goes; the studio, which reads it, may be gone."""

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            os.write(2, text.encode(errors="replace"))

    def flush(self) -> None:
        """Nothing is held back."""


def _say(word: Said) -> None:
    with contextlib.suppress(OSError):
        os.write(1, f"{word.value}\n".encode())


async def _watch(lines: "_Lines") -> None:
    first = await lines.first()
    if first is None:
        return
    guard = Guard(msgspec.json.decode(first, type=Config), _say)
    lines.to(guard.hear)
    await guard.run()


class _Lines:
    """The lines of the standard input, read in a thread: not every system can wait for a pipe otherwise."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._to: Callable[[bytes | None], None] = self._waiting.put_nowait
        threading.Thread(target=self._read, name="reads the studio", daemon=True).start()

    async def first(self) -> bytes | None:
        """The first line."""
        return await self._waiting.get()

    def to(self, hear: Callable[[bytes | None], None]) -> None:
        """All further lines, then None, go there."""
        self._to = hear
        while not self._waiting.empty():
            hear(self._waiting.get_nowait())

    def end(self, *_: Any) -> None:
        """As if the input had ended."""
        self._hand_on(None)

    def _read(self) -> None:
        rest = b""
        with contextlib.suppress(OSError):
            while chunk := os.read(0, _LONGEST_LINE):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self._hand_on(line.strip())
        self._hand_on(None)

    def _hand_on(self, line: bytes | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(lambda: self._to(line))


def main() -> int:
    """The process: guard the stage of the studio that started it. Its exit code."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(_StandardError()))  # pyright: ignore[reportArgumentType] - all that is asked of a file
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl C is for the studio

    async def run() -> None:
        lines = _Lines()
        signal.signal(signal.SIGTERM, lines.end)
        await _watch(lines)

    asyncio.run(run())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
