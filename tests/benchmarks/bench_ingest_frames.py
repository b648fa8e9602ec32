"""How many frames of Social Stream Ninja go in: prints one JSON object a line. Run `python tests/benchmarks/bench_ingest_frames.py`.

- `read`: frames to messages alone, of plain text, of HTML with emotes, and of the native frame v1 beside them; the floor is decoding the same
  JSON with the standard library in the same run.
- `hostile`: as much HTML as is looked at, made to keep a parser busy, the slowest of several.
- `websocket`: from a relay in a process of its own through the channel's feed; `post`: over HTTP, 50 a request, four senders.
"""

import argparse
import asyncio
import json
import socket
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from studio.channels.ingest import IngestChannel
from studio.channels.plain_text import LONGEST_HTML, plain_text
from studio.channels.social import SocialChannel
from studio.channels.social_frames import SocialFrames
from studio.channels.social_listener import post_path
from studio.channels.social_memory import Said
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.fakes.social_relay import frame

AT = 1_795_000_000_000
TOKEN = "a-token-of-the-benchmark-0123"
EMOTES = 'so <b>soft</b> &amp; warm <img class="emote" src="https://cdn.example/e/1.png" alt="Kappa"> <img alt="😀" src="x">'
HOSTILE = ("<a ", "<!--", "<", "&#1", "<br>", "<a x='", "<img alt", "&lt;b", "</")


def report(what: str, **figures: object) -> None:
    print(json.dumps({"bench": f"ingest.{what}", **figures}), flush=True)


def frames(count: int, text: str = "is the blue jumper still there in medium?") -> list[str]:
    return [
        json.dumps(frame(f"{text} {n}", "tiktok", f"viewer{n % 997}", id=n, userid=f"u{n % 997}", chatimg="https://cdn.example/p.png"))
        for n in range(count)
    ]  # fmt: skip


def rate(run: Callable[[str], object], told: Sequence[str]) -> int:
    began = time.perf_counter()
    for one in told:
        run(one)
    return round(len(told) / (time.perf_counter() - began))


def bench_read(count: int, http: HttpClient) -> None:
    plain, html = frames(count), frames(count, EMOTES)
    native = [
        json.dumps({"seq": n + 1, "kind": "message", "at_ms": AT, "message": {"id": f"m{n}", "author": "ana", "text": "is the blue jumper there?"}})
        for n in range(count)
    ]  # fmt: skip
    social, ingest = SocialFrames("social", "The relay", Said()), IngestChannel("live", http)
    floor = rate(json.loads, plain)
    figures = {
        "plain_per_s": rate(lambda raw: social.items(raw, AT), plain),
        "html_per_s": rate(lambda raw: social.items(raw, AT), html),
        "native_per_s": rate(lambda raw: ingest._item(raw.encode()), native),  # pyright: ignore[reportPrivateUsage]
    }
    report("read", n=count, json_loads_per_s=floor, ratio=round(figures["plain_per_s"] / floor, 3), **figures)


def bench_hostile() -> None:
    took: dict[str, float] = {}
    for unit in HOSTILE:
        source = unit * (LONGEST_HTML // len(unit))
        began = time.perf_counter()
        plain_text(source)
        took[unit] = round((time.perf_counter() - began) * 1000, 1)
    worst = max(took, key=took.__getitem__)
    report("hostile", kilobytes=LONGEST_HTML // 1000, worst=worst, worst_ms=took[worst])


async def relay(count: int) -> None:
    """The relay's process: tells all frames to the first who joins."""
    from tests.fakes.social_relay import SocialRelay

    told = frames(count)
    async with SocialRelay() as running:
        print(running.port, flush=True)
        await running.joined.wait()
        await running.tell(*told)
        await asyncio.to_thread(sys.stdin.read)


async def taken(channel: SocialChannel, count: int, begun: asyncio.Event) -> float:
    """Seconds from the first message to the last; `begun` is set once it listens."""
    got, began = 0, 0.0
    async with aclosing(channel.items(0)) as feed:  # type: ignore[type-var]
        async for item in feed:
            begun.set()
            if item.message is not None:
                got += 1
                began = began or time.perf_counter()
                if got == count:
                    break
    return time.perf_counter() - began


async def bench_websocket(count: int, http: HttpClient) -> None:
    command = [sys.executable, __file__, "--relay", str(count)]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        channel = SocialChannel(
            "social", http, session="a-session", chat_url=f"ws://127.0.0.1:{port}", token=lambda: None,
            wall=SystemWallClock(),
        )  # fmt: skip
        took = await taken(channel, count, asyncio.Event())
    finally:
        await process.communicate(b"")
    report("websocket", n=count, per_s=round(count / took))


async def bench_post(count: int, http: HttpClient) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    channel = SocialChannel(
        "social", http, session="", listen_port=port, token=lambda: TOKEN, wall=SystemWallClock()
    )
    told = frames(count)
    begun = asyncio.Event()
    reading = asyncio.create_task(taken(channel, count, begun))
    await begun.wait()
    out = HttpClient(channel.address, lambda: None, SystemWallClock())

    async def posts(of: int) -> None:
        for start in range(of * 50, count, 200):
            body = f"[{','.join(told[start : start + 50])}]".encode()
            headers = {"Content-Type": "application/json"}
            answer = await out.request("POST", post_path(TOKEN), body=body, headers=headers)
            assert answer.status == 200, answer.status

    await asyncio.gather(*(posts(of) for of in range(4)))
    took = await reading
    await out.aclose()
    report("post", n=count, per_s=round(count / took))


async def measure(count: int) -> None:
    http = HttpClient("http://127.0.0.1:9", lambda: None, SystemWallClock())
    bench_read(count, http)
    bench_hostile()
    await bench_websocket(count, http)
    await bench_post(count, http)
    await http.aclose()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--relay", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    asyncio.run(relay(given.relay) if given.relay else measure(5_000 if given.quick else 50_000))
    return 0


if __name__ == "__main__":
    sys.exit(main())
