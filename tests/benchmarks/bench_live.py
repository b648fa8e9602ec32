"""How fast the window answers while a rehearsal runs: 5,000 viewers at 60x, with its shop and audience as processes.

Run it alone: ``python tests/benchmarks/bench_live.py [--seconds 60] [--speed 60] [--viewers 5000]``. Prints JSON lines:
key press to screen change (targets: p99 <= 50 ms) and the stalls of the event loop (p99 <= 8 ms), each beside what a bare
Qt loop, in a process of its own, sees in the same seconds on the same machine.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

import psutil
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from rig import Painted, Stalls, on_air, report, spread, until

from studio.app import Desktop, run_desktop
from studio.domain.commands import SkipItem
from studio.domain.lineup import ItemStatus

ITEMS = 100
EVERY_S = 0.45  # a key pressed twice within 300 ms acts once
WARM_UP_S = 5.0


def probe(seconds: float) -> int:
    """A bare Qt loop: what this machine lets any program have."""
    app = QCoreApplication([])
    stalls = Stalls()
    stalls.start()
    QTimer.singleShot(round(seconds * 1000), app.quit)
    app.exec()
    report("bare loop beside", stall_ms=stalls.figures())
    return 0


class KeyTimes:
    """Presses F12 and measures until the frame with the change in line-up or card is out."""

    def __init__(self, desktop: Desktop) -> None:
        if desktop.live is None or desktop.host is None:
            raise RuntimeError("no show is open")
        self._desktop, self._live = desktop, desktop.live
        self._pressed = 0.0
        self._before = ""
        self.done = asyncio.Event()
        self.taken_ms: list[float] = []
        self._painted = Painted([desktop.host.lineup.view.viewport(), desktop.host.stage.card], self._seen)

    async def press(self) -> None:
        """Go to the next item; at the end of the line-up back. What is sold out is skipped: it would be asked about."""
        while (item := self._live.state.next_item) is not None and self._sold_out(item.product_id):
            await self._desktop.studio.do(SkipItem(item.id))
            await until(lambda skipped=item.id: self._live.state.status(skipped) is ItemStatus.SKIPPED)
        state = self._live.state
        self.done.clear()
        self._before = state.on_air_id
        held = Qt.KeyboardModifier.NoModifier if state.next_item else Qt.KeyboardModifier.ShiftModifier
        self._pressed = time.perf_counter()
        QTest.keyClick(self._desktop.window, Qt.Key.Key_F12, held)
        async with asyncio.timeout(20):
            await self.done.wait()

    def _sold_out(self, product_id: str) -> bool:
        return bool(product_id) and self._live.sellable(product_id).total == 0

    def _seen(self) -> None:
        if not self.done.is_set() and self._live.state.on_air_id != self._before:
            self.taken_ms.append((time.perf_counter() - self._pressed) * 1000)
            self.done.set()


async def measure(app: QApplication, given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="bench-live-") as name:
        minutes = given.speed * (given.seconds + 60) / 60
        async with on_air(
            app, Path(name), speed=given.speed, viewers=given.viewers, minutes=minutes, items=ITEMS
        ) as (desktop, _):
            live = desktop.live
            if live is None:
                raise RuntimeError("no show is open")
            await until(lambda: (live.viewers or 0) > given.viewers / 5)
            await asyncio.sleep(WARM_UP_S)
            beside = await asyncio.create_subprocess_exec(
                sys.executable, __file__, "--probe", str(given.seconds), stdout=subprocess.PIPE
            )
            keys, stalls = KeyTimes(desktop), Stalls()
            chat, orders = live.chat_count, len(live.orders)
            cpu, own = time.process_time(), time.thread_time()
            servers = psutil.Process().children()
            before = {p.pid: p.cpu_times() for p in servers}
            began = time.perf_counter()
            stalls.start()
            while time.perf_counter() - began < given.seconds:
                await keys.press()
                await asyncio.sleep(EVERY_S)
            stalls.stop()
            took = time.perf_counter() - began
            used = [p.cpu_times() for p in servers]
            servers_s = sum(
                now.user + now.system - sum(before[p.pid][:2]) for p, now in zip(servers, used, strict=True)
            )
            report(
                "while it runs",
                seconds=round(took, 1),
                speed=given.speed,
                viewers=live.viewers,
                chat_per_s=round((live.chat_count - chat) / took, 1),
                orders_per_s=round((len(live.orders) - orders) / took, 1),
                cpu_percent=round(100 * (time.process_time() - cpu) / took, 1),
                servers_cpu_percent=round(100 * servers_s / took, 1),
                window_thread_cpu_percent=round(100 * (time.thread_time() - own) / took, 1),
            )
            report("key to screen", ms=spread(keys.taken_ms), target_p99=50)
            report("event loop", stall_ms=stalls.figures(), target_p99=8)
            said, _ = await beside.communicate()
            print(said.decode().strip(), flush=True)
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--viewers", type=int, default=5_000)
    parser.add_argument("--probe", type=float, metavar="SECONDS", help="only the bare loop")
    given = parser.parse_args()
    sys.exit(probe(given.probe) if given.probe else run_desktop(lambda app: measure(app, given)))
