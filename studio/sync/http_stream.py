"""How the bytes of a stream of events are read: in few and large portions, and no event without an end."""

import asyncio
from collections.abc import AsyncGenerator

import httpx

from studio.control.ports import BadAnswer

_EVENT_BYTES = 32_000_000
_GATHER_S = 0.025
_FLOOD_BYTES = 16_000


class Capped(httpx.AsyncByteStream):
    """Ends a stream whose single event grows beyond all measure: whoever reads sets `since_event` to 0 at each event.

    Each read costs the same for one event or for hundreds, and wakes a thread that takes the interpreter from the
    window's: what comes within `_GATHER_S` behind a read is read in one go. One read may hold many chunks, as servers
    write an event each: nothing is waited for between these.
    """

    def __init__(self, stream: httpx.AsyncByteStream, who: str) -> None:
        self._stream = stream
        self._who = who
        self._waited = False
        self.since_event = 0

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        loop, chunks = asyncio.get_running_loop(), aiter(self._stream)
        while True:
            # The loop turns only when the next chunk is not there yet, and has to be read.
            self._waited = False
            turn = loop.call_soon(self._turned)
            try:
                chunk = await anext(chunks, None)
            finally:
                turn.cancel()
            if chunk is None:
                return
            self.since_event += len(chunk)
            if self.since_event > _EVENT_BYTES:
                raise BadAnswer(f"{self._who} sends an event without an end.")
            waited = self._waited
            yield chunk
            if waited and len(chunk) < _FLOOD_BYTES:
                await asyncio.sleep(_GATHER_S)

    def _turned(self) -> None:
        self._waited = True

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()
