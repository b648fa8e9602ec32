"""How fast a Twitch chat is read: prints one JSON object a line. Run it as `python tests/benchmarks/bench_irc.py [--quick]`.

- `parse`: lines a second, alone, with the five tags that a message needs, and cut out of the bytes of a connection; their
  floor is a bare `str.partition` of the same lines in the same run.
- `items`: messages a second through `TwitchChannel.items`, by TCP and by WebSocket, as fast as they go; the server is a
  process of its own that writes lines of Twitch made beforehand.
- `paced`: the processor's time per 100,000 messages at 10,000 a second, the share of the time in which the loop was held
  for longer than 8 ms, and how late the messages came.
"""

import argparse
import asyncio
import itertools
import json
import math
import multiprocessing
import sys
import time
from contextlib import aclosing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from studio.channels.irc import Lines, parse
from studio.channels.twitch import TwitchChannel
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.fakes.twitch_chat import FakeTwitchChat, a_message

TAGS = ("id", "tmi-sent-ts", "display-name", "user-id", "reply-parent-msg-id")
TEXTS = (
    "how much is the coat?",
    "is it warm? 🧵",
    "wow",
    "does it come in blue, and in a size that fits a tall person?",
)
HELD_MS = 8.0


def report(what: str, **figures: object) -> None:
    print(json.dumps({"bench": f"irc.{what}", **figures}), flush=True)


def at_share(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 2) if ordered else math.nan


def lines_of(count: int, sent: int = 1_642_786_203_573) -> list[str]:
    return [
        a_message(TEXTS[n % len(TEXTS)], f"viewer{n % 997}", f"885196de-cb67-427a-baa8-{n:012d}", sent)
        for n in range(count)
    ]


def bench_parse(count: int) -> None:
    lines = lines_of(1_000)
    data = "".join(f"{line}\r\n" for line in lines).encode()
    rounds = max(1, count // len(lines))

    def per_second(run: Any) -> int:
        began = time.perf_counter()
        for _ in range(rounds):
            run()
        return round(rounds * len(lines) / (time.perf_counter() - began))

    def bare() -> None:
        for line in lines:
            line.partition(" ")

    def whole() -> None:
        for line in lines:
            parse(line)

    def with_tags() -> None:
        for line in lines:
            read = parse(line)
            for name in TAGS:
                read.tag(name)

    report(
        "parse",
        lines=rounds * len(lines),
        lines_per_second=per_second(whole),
        with_five_tags_per_second=per_second(with_tags),
        cut_out_of_bytes_per_second=per_second(lambda: Lines().feed(data)),
        bare_partition_per_second=per_second(bare),
    )


def flooding_server(web: bool, pipe: Connection) -> None:
    """In a process of its own: tells its address, then writes what it is asked to: (how many, how many a second)."""

    async def flood() -> None:
        loop = asyncio.get_running_loop()
        async with FakeTwitchChat(web=web) as chat:
            pipe.send(chat.url)
            while (asked := await loop.run_in_executor(None, pipe.recv)) is not None:
                count, pace = asked
                await chat.until(lambda: bool(chat.here) and chat.here[-1].in_room)
                made = lines_of(count) if not pace else []
                began = loop.time()
                each = pace // 100 or 1_000
                for first in range(0, count, each):
                    sent = time.time_ns() // 1_000_000
                    piece = made[first : first + each] or [
                        a_message(TEXTS[n % 4], f"viewer{n % 997}", f"885196de-cb67-427a-baa8-{n:012d}", sent)
                        for n in range(first, first + each)
                    ]
                    await chat.tell(*piece)
                    if pace:
                        await asyncio.sleep(max(0.0, began + (first + each) / pace - loop.time()))

    asyncio.run(flood())


async def holds(held: list[float]) -> None:
    """How long the loop could not take up anything, in ms, again and again."""
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        held.append((now - last) * 1000 - 1)
        last = now


async def read_all(url: str, pipe: Connection, count: int, pace: int) -> dict[str, object]:
    http = HttpClient("http://127.0.0.1:1", lambda: None, SystemWallClock())
    channel = TwitchChannel(
        "twitch", http, lambda: None, login="lovingt3s", client_id="", chat_url=url, wall=SystemWallClock()
    )
    got, asked, late, held = 0, False, list[float](), list[float]()
    watch = asyncio.create_task(holds(held))
    cpu = began = 0.0
    async with aclosing(channel.items(0)) as items:  # type: ignore[type-var]
        async for item in items:
            if item.message is None:
                if not asked:
                    asked = True
                    pipe.send((count, pace))
                continue
            if not got:
                cpu, began = time.process_time(), time.perf_counter()
            got += 1
            if pace:
                late.append(time.time() * 1000 - item.message.at_ms)
            if got == count:
                break
        took, spent = time.perf_counter() - began, time.process_time() - cpu
    watch.cancel()
    await http.aclose()
    over = sum(ms for ms in held if ms > HELD_MS)
    figures: dict[str, object] = {
        "messages": got,
        "per_second": round(got / took),
        "cpu_s_per_100k": round(spent / got * 100_000, 2),
    }
    if pace:
        figures |= {
            "late_ms": {"p50": at_share(late, 0.5), "p99": at_share(late, 0.99)},
            "held_ms": {"p50": at_share(held, 0.5), "p99": at_share(held, 0.99), "max": at_share(held, 1)},
            "held_over_8_ms_percent": round(100 * over / (took * 1000), 2),
        }
    return figures


def bench_items(quick: bool) -> None:
    many, some = (30_000, 20_000) if quick else (300_000, 100_000)
    processes = multiprocessing.get_context("spawn")
    for web, (what, count, pace) in itertools.product(
        (False, True), (("items", many, 0), ("paced", some, 10_000))
    ):
        ours, theirs = processes.Pipe()
        server = processes.Process(target=flooding_server, args=(web, theirs), daemon=True)
        server.start()
        try:
            figures = asyncio.run(read_all(ours.recv(), ours, count, pace))
            report(what, by="websocket" if web else "tcp", **figures)
            ours.send(None)
            server.join(20)
        finally:
            server.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    arguments = parser.parse_args()
    bench_parse(30_000 if arguments.quick else 300_000)
    bench_items(arguments.quick)
