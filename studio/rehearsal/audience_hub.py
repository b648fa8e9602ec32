"""The channel's live feed: the newest events in memory for everybody who listens, older ones from the book.

Readers pull: each goes on from its own cursor when there is news, so a slow one holds nobody up and costs no memory.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice

from studio.rehearsal.audience_book import ChannelBook, as_event
from studio.rehearsal.audience_contract import MAX_FRAMES, Frame
from studio.rehearsal.faults import FaultBoard
from studio.rehearsal.storefront_contract import FaultName

KEPT = 20_000
"""Events kept in memory."""
COMMENT_S = 2.0
"""Seconds between comment lines; the frame promises one every 3 s."""
_PIECE = 512
_COMMENT = b": still here\n\n"


class Hub:
    """What has happened, and how far it may be told. All methods belong to the event loop's thread.

    `channel-silent` freezes what is told (`told`); the rest stays in the book and comes when the fault heals.
    """

    def __init__(
        self, book: ChannelBook, board: FaultBoard, now_ms: Callable[[], int | None], seed: int = 0
    ) -> None:
        self._book = book
        self._board = board
        self._now_ms = now_ms
        self._events: deque[bytes] = deque(maxlen=KEPT)
        self._news = asyncio.Event()
        self._rng = random.Random(f"{seed}/delivery")
        self.listeners: list[Callable[[Sequence[Frame]], None]] = []
        self.last = 0
        self.told = 0
        self.closed = False

    def begin(self, last_seq: int) -> None:
        """The feed goes on behind `last_seq`."""
        self.last = self.told = last_seq

    def publish(self, frames: Sequence[Frame]) -> None:
        """Frames that were just written down, in order."""
        self._events.extend(map(as_event, frames))
        self.last = frames[-1].seq
        self.look()
        for listener in self.listeners:
            listener(frames)

    def look(self) -> None:
        """Tell what may be told; called for every batch and by the clock, so that a silence ends in time."""
        if self.told < self.last and self._fault("channel-silent") is None:
            self.told = self.last
            news, self._news = self._news, asyncio.Event()
            news.set()

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        self._news.set()

    async def stream(self, after: int) -> AsyncIterator[bytes]:
        """Server-sent events behind `after`, joined, with a comment line at least every `COMMENT_S` seconds."""
        loop = asyncio.get_running_loop()
        cursor = after
        spoke = loop.time()
        held: list[bytes] = []
        yield _COMMENT
        while not self.closed:
            news = self._news
            if cursor < self.told:
                cursor, events = await self._piece(cursor)
                pieces = self._mangled(events, held)
            else:
                pieces = []
                try:
                    async with asyncio.timeout(max(0.0, spoke + COMMENT_S - loop.time())):
                        await news.wait()
                except TimeoutError:
                    pieces, held = held, []
            if loop.time() - spoke >= COMMENT_S:
                spoke = loop.time()
                pieces.append(_COMMENT)
            if pieces:
                yield b"".join(pieces)

    async def _piece(self, cursor: int) -> tuple[int, list[bytes]]:
        behind = self.last - cursor
        if behind <= len(self._events):
            start = len(self._events) - behind
            count = min(_PIECE, self.told - cursor)
            return cursor + count, list(islice(self._events, start, start + count))
        frames = await self._book.between(cursor, self.told, MAX_FRAMES)
        return frames[-1].seq if frames else self.told, [as_event(frame) for frame in frames]

    def _fault(self, name: FaultName) -> float | None:
        now = self._now_ms()
        fault = None if now is None else self._board.active(name, now)
        return None if fault is None else fault.intensity

    def _mangled(self, events: list[bytes], held: list[bytes]) -> list[bytes]:
        """Events as the faults deliver them. `held` is what a neighbour shall overtake; it is taken out of there."""
        twice = self._fault("duplicate-events")
        if twice is not None:
            events = [copy for event in events for copy in (event,) * self._times(twice)]
        events = [*events[:1], *held, *events[1:]]
        held.clear()
        swapped = self._fault("out-of-order")
        if swapped is not None:
            for i in range(1, len(events) - 1, 2):
                if self._rng.random() < swapped:
                    events[i], events[i + 1] = events[i + 1], events[i]
            if len(events) == 1 and self._rng.random() < swapped:
                held.append(events.pop())
        return events

    def _times(self, likely: float) -> int:
        return 2 if self._rng.random() < likely else 1
