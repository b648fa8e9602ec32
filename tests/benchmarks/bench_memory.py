"""How much the studio's memory grows over a long show, played fast: 8 hours at 120x take 4 minutes.

Run it alone: ``python tests/benchmarks/bench_memory.py [--hours 8] [--speed 120] [--viewers 2000]``. Prints a JSON line for each eighth
and the growth from the end of the second (the warm-up) to the end; target < 5 %.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import psutil
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from rig import on_air, report

from studio.app import run_desktop

PARTS = 8
ITEM_S = 4.0


async def measure(app: QApplication, given: argparse.Namespace) -> int:
    process = psutil.Process()
    minutes = given.hours * 60
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as name:
        async with on_air(
            app, Path(name), speed=given.speed, viewers=given.viewers, minutes=minutes + 30, items=100
        ) as (desktop, _):
            live = desktop.live
            if live is None:
                raise RuntimeError("no show is open")
            part_s = minutes * 60 / given.speed / PARTS
            sizes: list[int] = []
            for part in range(PARTS):
                for _ in range(max(1, round(part_s / ITEM_S))):
                    QTest.keyClick(desktop.window, Qt.Key.Key_F12)
                    await asyncio.sleep(ITEM_S)
                sizes.append(process.memory_info().rss)
                report(
                    f"part {part + 1} of {PARTS}",
                    rss_mb=round(sizes[-1] / 1e6, 1),
                    chat=live.chat_count,
                    orders=len(live.orders),
                    samples=len(live.samples),
                )
            growth = 100 * (sizes[-1] / sizes[1] - 1)
            report("memory", hours=given.hours, growth_percent=round(growth, 1), target_percent=5)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--speed", type=float, default=120.0)
    parser.add_argument("--viewers", type=int, default=2_000)
    given = parser.parse_args()
    sys.exit(run_desktop(lambda app: measure(app, given)))
