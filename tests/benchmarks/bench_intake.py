"""How a flood of one channel is taken in: 10,000 messages a second by IRC, stored, indexed and shown in the window.

Run it alone: ``python tests/benchmarks/bench_intake.py [--seconds 30] [--pace 10000]``. The chat server is a process of its
own that writes Twitch's lines; the studio is whole: window, engine, database. Prints JSON lines: messages a second on disk
(target: as many as were sent, at 10,000 a second), whether the full-text index has them all, and the stalls of the window's
loop (target: p99 <= 8 ms) beside those of a bare Qt loop in the same seconds.
"""

import argparse
import asyncio
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import bench_live
from bench_irc import flooding_server
from PySide6.QtWidgets import QApplication
from rig import Stalls, report, until
from shop_rig import Known

from studio.app import Desktop, run_desktop
from studio.domain.commands import PlanShow, StartShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.show import ShowPhase
from studio.engine_room import EngineRoom, new_show_id
from studio.settings.paths import Paths
from studio.settings.schema import ChannelSettings, ShopSettings
from studio.show_connections import Connections
from tests.fakes.shop_process import start_shop

WORD = "coat"
"""Stands in every fourth message of the flood."""


async def measure(app: QApplication, given: argparse.Namespace) -> int:
    processes = multiprocessing.get_context("spawn")
    ours, theirs = processes.Pipe()
    chat = processes.Process(target=flooding_server, args=(False, theirs), daemon=True)
    chat.start()
    shop = None
    with tempfile.TemporaryDirectory(prefix="bench-intake-") as name:
        try:
            shop = await asyncio.to_thread(start_shop, Path(name) / "shop")
            await flooded(app, Path(name), given, ours.recv(), ours.send, shop.url, shop.token)
        finally:
            if shop is not None:
                shop.stop()
            chat.kill()
            chat.join(20)
    return 0


async def flooded(
    app: QApplication, folder: Path, given: argparse.Namespace, chat_url: str, ask, shop_url: str, token: str
) -> None:
    paths = Paths(folder / "studio")
    paths.prepare()
    settings = ShopSettings(id="bench", name="Bench", base_url=shop_url)
    channel = ChannelSettings(
        id="twitch", kind="twitch", name="Twitch", base_url="http://127.0.0.1:1", chat_url=chat_url,
        account="lovingt3s",
    )  # fmt: skip
    room = EngineRoom(paths.database, Connections(settings, (channel,), Known(token)))
    await asyncio.to_thread(room.start)
    desktop = Desktop(app, room, paths, rehearsal=False)
    try:
        show_id = new_show_id()
        await desktop.studio.open(show_id)
        talk = LineUpItem("i1", ItemKind.TALK, "Talk", 600_000)
        lineup = LineUp("Bench", "EUR", (talk,), "en", 600_000)
        await desktop.studio.do(PlanShow(lineup, settings.id, (channel.id,)))
        live = await desktop.open_show(show_id)
        desktop.window.resize(1440, 900)
        desktop.window.show()
        await desktop.studio.do(StartShow())
        await until(lambda: live.state.phase is ShowPhase.ON_AIR)
        await until(lambda: any(s.name == "twitch" and s.heard_wall_ms for s in live.links.values()))
        beside = await asyncio.create_subprocess_exec(
            sys.executable, bench_live.__file__, "--probe", str(given.seconds), stdout=subprocess.PIPE
        )
        count = round(given.seconds * given.pace)
        stalls, cpu, began = Stalls(), time.process_time(), time.perf_counter()
        stalls.start()
        ask((count, given.pace))
        await until(lambda: live.chat_count >= count, 10 * given.seconds)
        took = time.perf_counter() - began
        stalls.stop()
        rows = await desktop.studio.chat_search(show_id, WORD, count)
        report(
            "intake",
            messages=live.chat_count,
            per_second=round(live.chat_count / took),
            indexed=len(rows) == count // 4,
            cpu_percent=round(100 * (time.process_time() - cpu) / took, 1),
            target_per_second=10_000,
        )
        report("event loop", stall_ms=stalls.figures(), target_p99=8)
        said, _ = await beside.communicate()
        print(said.decode().strip(), flush=True)
        ask(None)
    finally:
        await desktop.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--pace", type=int, default=10_000)
    given = parser.parse_args()
    sys.exit(run_desktop(lambda app: measure(app, given)))
