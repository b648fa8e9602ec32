"""Viewers who write, in a process of their own: what they do when told, and the books they keep of what the server took.

A crowd is told by lines: `flood` begins, `quiet` ends it, `say TEXT` is one message, `end` writes the books and ends the process,
as does the end of its input. The books are a file of JSON, see `Books`.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

TURN_S = 0.02
MOST_BEHIND_S = 0.25


class Books(msgspec.Struct):
    """`taken` are the messages that the server took: (text, UTC ms by the server); of `perhaps` nobody knows, for it ended meanwhile.
    `said` is what the studio said there, `there` when the crowd was there to hear it (UTC ms), `complaints` what the studio
    did that the platform does not allow.
    """

    taken: list[tuple[str, int]] = []
    perhaps: list[str] = []
    said: list[tuple[str, int]] = []
    there: list[tuple[int, int]] = []
    complaints: list[str] = []


class Writers(Protocol):
    """A platform's viewers."""

    books: Books
    tasks: list[asyncio.Task[None]]

    async def write(self, texts: list[str]) -> bool:
        """Hand these over as soon as the server lets us; False when it is not there."""
        ...

    async def settle(self) -> None:
        """Wait until the server answered for all that was handed over."""
        ...

    def close(self) -> None:
        """End what runs in threads."""
        ...


async def lines() -> asyncio.StreamReader:
    """What this process is told."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


async def flood(writers: Writers, tag: str, rate: int) -> None:
    """So many messages a second, as far as the server takes them: what it does not take in time is never said."""
    began, number = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - began) * rate) - number
        if due > rate * MOST_BEHIND_S:
            skipped = due - int(rate * MOST_BEHIND_S)
            began += skipped / rate
            due -= skipped
        if due > 0:
            texts = [f"{tag}{n:07d} how much is the coat?" for n in range(number, number + due)]
            number += due
            await writers.write(texts)
        await asyncio.sleep(TURN_S)


async def heard(told: asyncio.StreamReader, writers: Writers) -> str:
    """The next line, empty at the end. Raises what ended the writers."""
    line = asyncio.create_task(told.readline())
    await asyncio.wait([line, *writers.tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in writers.tasks:
        if task.done():
            task.result()
    return (await line).decode().rstrip("\n")


async def obey(writers: Writers, tag: str, rate: int, book: Path) -> None:
    """Do what is told until the end."""
    told = await lines()
    flooding: asyncio.Task[None] | None = None
    while line := await heard(told, writers):
        word, _, rest = line.partition(" ")
        if word == "flood":
            flooding = asyncio.create_task(flood(writers, tag, rate))
        elif flooding is not None and word in ("quiet", "end"):
            flooding.cancel()
            await asyncio.wait([flooding])
            flooding = None
        if word == "say":
            await writers.write([rest])
        if word == "end":
            break
    await writers.settle()
    book.write_bytes(msgspec.json.encode(writers.books))
    writers.close()
    print("booked", flush=True)


def play(made: Callable[[], Awaitable[Writers]], tag: str, rate: int, book: Path) -> None:
    """The whole of a crowd's process."""

    async def run() -> None:
        await obey(await made(), tag, rate, book)

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(run())


def now_ms() -> int:
    """UTC ms."""
    return time.time_ns() // 1_000_000
