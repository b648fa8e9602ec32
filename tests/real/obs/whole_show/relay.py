"""Publishes through an nchan that may be killed at any time, and tells what it took."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import websockets

from tests.real.obs.whole_show.crowd import now_ms

AGAIN_S = 0.02
MOST_WAITING = 500
Taken = Callable[[str, int], None]
"""Told what nchan took, and when (UTC ms)."""


class Publisher:
    """One WebSocket to a publisher's place of nchan, opened again as soon as it can be. `lost` is told what it may have taken."""

    def __init__(self, address: str, taken: Taken, lost: Callable[[str], None]) -> None:
        self._address = address
        self._taken, self._lost = taken, lost
        self._socket: websockets.ClientConnection | None = None
        self._waiting: deque[str] = deque()
        self._moved = asyncio.Event()
        self.open = asyncio.Event()

    async def run(self) -> None:
        """Be there."""
        while True:
            try:
                async with websockets.connect(self._address, proxy=None, compression=None) as socket:
                    self._socket = socket
                    self.open.set()
                    async for _ in socket:  # nchan answers each message
                        self._taken(self._waiting.popleft(), now_ms())
                        self._moved.set()
            except (OSError, websockets.WebSocketException):
                pass
            finally:
                self._socket = None
                for body in self._waiting:
                    self._lost(body)
                self._waiting.clear()
                self._moved.set()
            await asyncio.sleep(AGAIN_S)

    async def publish(self, bodies: list[str]) -> bool:
        """Hand these over; False when nchan is not there."""
        for body in bodies:
            while len(self._waiting) > MOST_WAITING:
                self._moved.clear()
                await self._moved.wait()
            socket = self._socket
            if socket is None:
                return False
            self._waiting.append(body)
            try:
                await socket.send(body)
            except websockets.ConnectionClosed:
                return False
        return True

    async def settle(self) -> None:
        """Until nchan answered for everything."""
        while self._waiting:
            self._moved.clear()
            await self._moved.wait()


async def listen(address: str, hear: Callable[[str], Awaitable[None]]) -> None:
    """Hear what comes at a subscriber's place of nchan, for ever."""
    while True:
        try:
            async with websockets.connect(address, proxy=None, compression=None) as socket:
                async for said in socket:
                    await hear(str(said))
        except (OSError, websockets.WebSocketException):
            pass
        await asyncio.sleep(AGAIN_S)
