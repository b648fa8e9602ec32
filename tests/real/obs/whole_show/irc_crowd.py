"""Viewers in an IRC chat: ``python -m tests.real.obs.whole_show.irc_crowd PORT TAG RATE BOOK``. They also hear what the studio says."""

import asyncio
import datetime as dt
import sys
from collections import deque
from pathlib import Path

from studio.channels.irc import Line, Lines, parse
from tests.real.obs.whole_show.crowd import Books, now_ms, play

ROOM, NICK, STUDIO = "#lovingt3s", "ana", "lovingt3s"
MOST_WAITING = 1_000
AGAIN_S = 0.02


def sent_ms(line: Line) -> int:
    """When the server relayed it."""
    return round(dt.datetime.fromisoformat(line.tag("time")).timestamp() * 1000)


class IrcWriters:
    """One connection that writes for all, and comes again as soon as it can."""

    def __init__(self, port: int) -> None:
        self.books = Books()
        self._port = port
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: deque[str] = deque()
        self._moved = asyncio.Event()
        self._since = 0
        self.joined = asyncio.Event()
        self.tasks = [asyncio.create_task(self.run())]

    async def run(self) -> None:
        """Be there."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                await self._life(reader, writer)
            except ConnectionError:
                pass
            finally:
                self._writer = None
                self.books.perhaps += self._waiting
                self._waiting.clear()
                self._moved.set()
                writer.transport.abort()
            await asyncio.sleep(AGAIN_S)

    async def _life(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        cut, self._since = Lines(), 0
        caps = "message-tags server-time echo-message"
        hello = (f"CAP REQ :{caps}", f"NICK {NICK}", f"USER {NICK} 0 * :{NICK}", "CAP END")
        writer.write("".join(f"{line}\r\n" for line in hello).encode())
        try:
            while data := await reader.read(262_144):
                for text in cut.feed(data):
                    line = parse(text)
                    if line.command == "PRIVMSG":
                        self._heard(line)
                    elif line.command == "PING":
                        writer.write(f"PONG {line.rest}\r\n".encode())
                    elif line.command == "001":
                        writer.write(f"JOIN {ROOM}\r\n".encode())
                    elif line.command == "ERROR":
                        print(text, file=sys.stderr)
                    elif line.command == "366":
                        self._since, self._writer = now_ms(), writer
                        self.joined.set()
                self._moved.set()
        finally:
            if self._since:
                self.books.there.append((self._since, now_ms()))

    def _heard(self, line: Line) -> None:
        if line.nick == NICK:
            assert self._waiting.popleft() == line.last
            self.books.taken.append((line.last, sent_ms(line)))
        elif line.nick.startswith(STUDIO):
            self.books.said.append((line.last, sent_ms(line)))

    async def write(self, texts: list[str]) -> bool:
        """Say them all."""
        while len(self._waiting) > MOST_WAITING:
            self._moved.clear()
            await self._moved.wait()
        if self._writer is None:
            return False
        self._waiting += texts
        self._writer.write("".join(f"PRIVMSG {ROOM} :{text}\r\n" for text in texts).encode())
        return True

    async def settle(self) -> None:
        """Until the server echoed everything."""
        while self._waiting:
            self._moved.clear()
            await self._moved.wait()
        if self._writer is not None:
            self.books.there.append((self._since, now_ms()))

    def close(self) -> None:
        """There are no threads."""


async def made(port: int) -> IrcWriters:
    """They are in the room."""
    writers = IrcWriters(port)
    await writers.joined.wait()
    print("ready", flush=True)
    return writers


if __name__ == "__main__":
    play(lambda: made(int(sys.argv[1])), sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))
