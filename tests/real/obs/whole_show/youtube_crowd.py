"""A YouTube and its viewers: ``python -m tests.real.obs.whole_show.youtube_crowd TAG RATE BOOK``. Says `ready URL TOKEN`.

Its door to the world is a proxy, which is killed: the books of YouTube outlive that, as they do in the field.
"""

import asyncio
import sys
from pathlib import Path

from tests.real.obs.whole_show.crowd import Books, now_ms, play
from tests.real.youtube.stand_in import StandIn
from tests.real.youtube.state import YouTubeState

POLLING_MS = 1_000
CHECKED = 20
"""So many entries of an answer are held against Google's own description: all of them would take a flood's time."""


class YouTubeWriters:
    """They write straight into the chat."""

    def __init__(self) -> None:
        self.books = Books()
        self.tasks: list[asyncio.Task[None]] = []
        self._server = StandIn(YouTubeState(polling_ms=POLLING_MS), most_checked=CHECKED)
        self._server.__enter__()
        self._state = self._server.state
        self._broadcast = self._state.start()

    @property
    def hello(self) -> str:
        """Where it is, and who may come in."""
        return f"ready {self._server.url} {self._state.token}"

    async def write(self, texts: list[str]) -> bool:
        """Say them all."""
        at = now_ms()
        for text in texts:
            self._state.write(text)
            self.books.taken.append((text, at))
        return True

    async def settle(self) -> None:
        """The chat itself is the book of what the studio said."""
        with self._state.lock:
            entries = [entry for entry in self._broadcast.entries if entry]
        own = [e for e in entries if e.get("authorDetails", {}).get("isChatOwner")]
        self.books.said = [(e["snippet"]["displayMessage"], 0) for e in own]
        self.books.complaints = [*self._server.complaints]
        if self._server.too_early:
            self.books.complaints.append(f"looked too early: {self._server.too_early} times")

    def close(self) -> None:
        """The platform closes."""
        self._server.__exit__()


async def made() -> YouTubeWriters:
    """It is live."""
    writers = YouTubeWriters()
    print(writers.hello, flush=True)
    return writers


if __name__ == "__main__":
    play(made, sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
