"""What a studio costs that is on air at 1x with 1,500 viewers: the CPU time of its process, without shop and audience.

Run it alone: ``python tests/benchmarks/bench_idle.py [--seconds 60] [--viewers 1500]``. Prints a JSON line; target < 3 % of a core.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

from PySide6.QtWidgets import QApplication
from rig import on_air, report

from studio.app import run_desktop

SETTLE_S = 10.0


async def measure(app: QApplication, given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-idle-") as name:
        async with on_air(app, Path(name), speed=1.0, viewers=given.viewers, minutes=60, items=14) as (
            desktop,
            _,
        ):
            await asyncio.sleep(SETTLE_S)
            cpu, own, began = time.process_time(), time.thread_time(), time.perf_counter()
            await asyncio.sleep(given.seconds)
            took = time.perf_counter() - began
            live = desktop.live
            report(
                "on air at 1x",
                seconds=round(took, 1),
                viewers=live.viewers if live else None,
                cpu_percent=round(100 * (time.process_time() - cpu) / took, 2),
                window_thread_cpu_percent=round(100 * (time.thread_time() - own) / took, 2),
                target_percent=3,
            )
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--viewers", type=int, default=1_500)
    given = parser.parse_args()
    sys.exit(run_desktop(lambda app: measure(app, given)))
