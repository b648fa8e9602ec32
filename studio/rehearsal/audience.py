"""The simulated audience: a live channel of its own, and the people in front of it who chat and buy. A process of its own.

    python -m studio.rehearsal.audience --shop URL --seed N --minutes M --viewers N [--port 0] [--data DIR] ...

Tokens come by environment only: HOST_STUDIO_SHOP_TOKEN (the shop's), HOST_STUDIO_CHANNEL_TOKEN and HOST_STUDIO_ADMIN_TOKEN (this
server's). When it listens it prints one line of JSON, ``{"url", "port", "pid"}``, and writes the same to ``--ready-file``. It ends with the
process named by ``--parent-pid``, and on SIGTERM and SIGINT.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from studio.rehearsal.audience_app import Channel, channel_app
from studio.rehearsal.audience_book import ChannelBook
from studio.rehearsal.audience_clock import FarClock, keep_reading
from studio.rehearsal.audience_contract import Frame
from studio.rehearsal.audience_empty import EmptyRoom
from studio.rehearsal.audience_faults import FaultBook
from studio.rehearsal.audience_hub import Hub
from studio.rehearsal.audience_life import ChannelServer, announce, end_with_parent, listen
from studio.rehearsal.audience_room import Parts, Plan, Room
from studio.rehearsal.audience_shop import ShopLine
from studio.rehearsal.clock import ShopClock, first_anchor
from studio.rehearsal.faults import FaultBoard

_SHOP_WITHIN_S = 5.0
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """What the command line says."""

    shop: str
    port: int
    seed: int
    minutes: float
    viewers: int
    data: Path | None
    parent_pid: int | None
    ready_file: Path | None
    show_id: str
    wait: bool
    rate: float


@dataclass(frozen=True, repr=False)
class Tokens:
    """Tokens from the environment; never printed."""

    shop: str
    channel: str
    admin: str


def options(argv: Sequence[str]) -> Options:
    """Parse the command line. Exits with a sentence for what cannot be understood."""
    parser = argparse.ArgumentParser(prog="audience", description="The simulated audience of a rehearsal.")
    parser.add_argument(
        "--shop", default="", metavar="URL", help="the shop's address; without it nobody buys"
    )
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=20.0, help="planned length of the show")
    parser.add_argument("--viewers", type=int, default=2000, help="about how many watch at the show's height")
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="where the channel's book is kept"
    )
    parser.add_argument("--parent-pid", type=int, default=None, help="end when this process does")
    parser.add_argument("--ready-file", type=Path, default=None, metavar="FILE")
    parser.add_argument("--show-id", default="", help="only for the books")
    parser.add_argument("--wait", action="store_true", help="nobody comes before POST /admin/v1/start")
    parser.add_argument("--rate", type=float, default=1.0, help="speed of the clock where there is no shop")
    given = parser.parse_args(argv)
    if given.minutes <= 0 or not 0 <= given.viewers <= 1_000_000 or not 0 <= given.port <= 65535:
        parser.error("--minutes must be more than 0, --viewers from 0 to 1000000, --port from 0 to 65535")
    return Options(**vars(given))


def tokens_of(environ: Mapping[str, str], with_shop: bool) -> Tokens:
    """Tokens from the environment. Raises SystemExit with a sentence when one is missing."""
    names = ("HOST_STUDIO_SHOP_TOKEN", "HOST_STUDIO_CHANNEL_TOKEN", "HOST_STUDIO_ADMIN_TOKEN")
    missing = [name for name in names[0 if with_shop else 1 :] if not environ.get(name)]
    if missing:
        raise SystemExit(f"Set {' and '.join(missing)} in the environment first.")
    return Tokens(*(environ.get(name, "") for name in names))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the audience until it is told to end; the exit code."""
    given = options(sys.argv[1:] if argv is None else argv)
    tokens = tokens_of(os.environ, bool(given.shop))
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stderr,
        format="%(asctime)s audience %(levelname)s %(name)s: %(message)s",
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with contextlib.ExitStack() as stack:
        folder = given.data or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="host-studio-audience-"))
        )
        folder.mkdir(parents=True, exist_ok=True)
        try:
            asyncio.run(_serve(given, tokens, folder))
        except KeyboardInterrupt:
            return 130
    return 0


async def _serve(given: Options, tokens: Tokens, folder: Path) -> None:
    loop = asyncio.get_running_loop()

    def publish(frames: list[Frame]) -> None:
        loop.call_soon_threadsafe(hub.publish, frames)

    board = FaultBoard()
    clock = FarClock() if given.shop else ShopClock(first_anchor(None, given.rate))
    book = ChannelBook(folder / "channel.sqlite3", publish)
    hub = Hub(book, board, clock.now_ms, given.seed)
    with contextlib.ExitStack() as stack:
        sock = stack.enter_context(listen(given.port))
        hub.begin(book.open())
        stack.callback(book.close)
        headers = {"Authorization": f"Bearer {tokens.shop}"}
        async with httpx.AsyncClient(base_url=given.shop, headers=headers, trust_env=False) as http:
            line = ShopLine(http) if given.shop else None
            room = _room(given, Parts(book, hub, board, clock, line))
            faults = FaultBook(book, board)
            await faults.load()
            channel = Channel(
                name="Rehearsal", book=book, hub=hub, faults=faults, clock=clock, director=room,
                token=tokens.channel, admin_token=tokens.admin, seed=given.seed,
            )  # fmt: skip
            server = ChannelServer(channel_app(channel), hub, lambda: announce(sock, given.ready_file))
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(end_with_parent(server, given.parent_pid))]
                if isinstance(clock, FarClock):
                    tasks.append(group.create_task(keep_reading(clock, http)))
                    await clock.known(_SHOP_WITHIN_S)
                await room.load()
                tasks.append(group.create_task(room.run()))
                try:
                    await server.serve([sock])
                finally:
                    for task in tasks:
                        task.cancel()


def _room(given: Options, parts: Parts) -> Room | EmptyRoom:
    if given.viewers == 0:
        return EmptyRoom(given.wait)
    return Room(Plan(given.seed, given.minutes, given.viewers, given.wait), parts)


if __name__ == "__main__":
    sys.exit(main())
