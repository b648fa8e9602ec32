"""The shop's clock as the audience reads it from afar: `GET /v1/clock`, again and again."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from typing import NamedTuple

import httpx
import msgspec

from studio.rehearsal.contract import Clock

EVERY_S = 1.0
"""Real seconds between two looks at the shop's clock."""
log = logging.getLogger(__name__)


class _Reading(NamedTuple):
    mono_s: float
    shop_ms: float
    rate: float
    doubt_ms: float


class FarClock:
    """Shop time from its last good reading and the monotonic clock; None before the first one.

    A reading may be off by half the time it took. So a new one is taken up when it is surer than what the last one has
    become, or when the two cannot both be right: then the shop's clock was set.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._reading: _Reading | None = None
        self._first = asyncio.Event()

    async def known(self, within_s: float) -> bool:
        """Wait for the first reading; False when it did not come in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._first.wait()
        return self._first.is_set()

    @property
    def rate(self) -> float:
        """Shop milliseconds per real one, as last read."""
        return 1.0 if self._reading is None else self._reading.rate

    def now_ms(self) -> int | None:
        """The shop's time, UTC ms; None until it was read once."""
        return None if self._reading is None else int(self._at(self._reading, self._monotonic()))

    def read(self, shop_ms: int, rate: float, sent_s: float, came_s: float) -> None:
        """Take down an answer of the shop: sent and come at these monotonic seconds."""
        middle, doubt = (sent_s + came_s) / 2, (came_s - sent_s) * 500 * rate + 1
        fresh = _Reading(middle, float(shop_ms), rate, doubt)
        known = self._reading
        self._first.set()
        if known is None or known.rate != rate:
            self._reading = fresh
            return
        apart = abs(self._at(known, middle) - shop_ms)
        aged = known.doubt_ms + (middle - known.mono_s) * rate * 0.05
        if doubt <= aged or apart > doubt + aged:
            self._reading = fresh

    @staticmethod
    def _at(reading: _Reading, mono_s: float) -> float:
        return reading.shop_ms + (mono_s - reading.mono_s) * 1000.0 * reading.rate


async def keep_reading(clock: FarClock, http: httpx.AsyncClient) -> None:
    """Read the shop's clock for as long as the process lives."""
    silent = False
    while True:
        sent = time.monotonic()
        try:
            answer = await http.get("/v1/clock", timeout=5.0)
            came = time.monotonic()
            answer.raise_for_status()
            told = msgspec.json.decode(answer.content, type=Clock)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            if not silent:
                log.info(
                    "the shop's clock cannot be read (%s); going on by the last reading", type(error).__name__
                )
            silent = True
        else:
            silent = False
            clock.read(told.now_ms, told.rate, sent, came)
        await asyncio.sleep(EVERY_S if clock.now_ms() is not None else 0.1)
