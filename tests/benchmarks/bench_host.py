"""How long the On air workspace takes for what comes in while a line-up of 500 items is on air.

Run it: python -m tests.benchmarks.bench_host [--items 500] [--seconds 20] [--profile]

Prints one JSON object. Times are ms, once by the clock and once as the processor time of the window's thread (`cpu`),
which a busy machine does not lengthen: of one batch folded and shown by the models (`take`), of a whole turn of the
window with its painting (`turn`), of what the clock moves twice a second (`tick`), and of one decision that moves an
item from one end of the line-up to the other, painted (`reorder`, against the 16.7 ms of a frame).
"""

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import qasync
from PySide6.QtWidgets import QApplication

from studio.control.ports import ChatRow
from studio.domain import commands as cmd
from studio.domain.audience import ChatMessage, ViewerSample
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.product import StockLevel
from studio.ui.studio import ChangeBatch
from tests.fakes.fake_studio import MINUTE, FakeStudio, a_product
from tests.ui.host_scene import Scene, at_once

FRAME_MS = 16.7
BATCHES_A_SECOND = 30


def a_big_studio(items: int) -> FakeStudio:
    """A show on air with so many items, each of a product of its own in two locations."""
    rows = tuple(
        LineUpItem(f"i{n}", ItemKind.PRODUCT, f"Item {n} of the line-up", 5 * MINUTE, f"p{n}", f"SKU-{n}")
        for n in range(1, items + 1)
    )
    studio = FakeStudio(LineUp("A long show", "EUR", rows))
    studio.products = {f"p{n}": a_product(n, f"Item {n} of the line-up", 4900) for n in range(1, items + 1)}
    studio.levels = {
        f"v{n}": StockLevel(f"v{n}", "Oslo", 900, 0, 0, 1, studio.clock.now) for n in range(1, items + 1)
    }
    at_once(studio.do(cmd.StartShow()))
    at_once(studio.do(cmd.NextItem()))
    studio.settle_all()
    return studio


class Flood:
    """Batches as a busy evening sends them: stock of five products, a sample, twenty messages."""

    def __init__(self, studio: FakeStudio, items: int) -> None:
        self._studio, self._items = studio, items
        self._random = random.Random(7)
        self._revision = 1
        self._rowid = 0

    def batch(self) -> ChangeBatch:
        """The next one."""
        self._studio.clock.passes(1000 // BATCHES_A_SECOND)
        now, self._revision = self._studio.clock.now, self._revision + 1
        stock = tuple(
            StockLevel(f"v{n}", "Oslo", self._random.randint(0, 900), 0, 0, self._revision, now)
            for n in [1, *self._random.sample(range(2, self._items + 1), 4)]
        )
        rows: list[ChatRow] = []
        for _ in range(20):
            self._rowid += 1
            text = f"message {self._rowid} of a viewer who likes to write"
            rows.append(
                ChatRow(self._rowid, ChatMessage("live", f"m{self._rowid}", self._rowid, now, "viewer", text))
            )
        sample = ViewerSample("live", now, self._random.randint(4000, 6000))
        return ChangeBatch(stock=stock, samples=(sample,), chat=tuple(rows), chat_count=self._rowid)


class Took(NamedTuple):
    """How long something took, ms: by the clock, and of processor time."""

    wall: float
    cpu: float

    def __add__(self, other: "Took") -> "Took":  # type: ignore[override]
        return Took(self.wall + other.wall, self.cpu + other.cpu)


def timed(act: Callable[[], object]) -> Took:
    started, worked = time.perf_counter(), time.thread_time()
    act()
    return Took((time.perf_counter() - started) * 1000, (time.thread_time() - worked) * 1000)


def told(times: list[Took]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, values in (("", [t.wall for t in times]), ("_cpu", [t.cpu for t in times])):
        cuts = statistics.quantiles(values, n=100, method="inclusive")
        found |= {f"p50{name}": round(cuts[49], 2), f"p99{name}": round(cuts[98], 2)}
    return found


async def measure(app: QApplication, items: int, seconds: int, profile: bool) -> dict[str, object]:
    """All of it, on one window."""
    studio = a_big_studio(items)
    scene = Scene(app, studio)
    scene.window.resize(1440, 900)
    scene.window.show()
    await asyncio.sleep(0.5)
    await scene.settle()
    scene.host._ticker.stop()
    flood = Flood(studio, items)
    takes: list[Took] = []
    turns: list[Took] = []
    ticks: list[Took] = []
    profiler = cProfile.Profile() if profile else None
    if profiler is not None:
        profiler.enable()
    for n in range(seconds * BATCHES_A_SECOND):
        batch = flood.batch()
        take = timed(lambda b=batch: scene.live.take(b))
        tick = timed(scene.host.tick) if n % (BATCHES_A_SECOND // 2) == 0 else None
        takes.append(take)
        turns.append(take + (tick or Took(0, 0)) + timed(app.processEvents))
        if tick is not None:
            ticks.append(tick)
        await asyncio.sleep(max(0.0, (1000 / BATCHES_A_SECOND - turns[-1].wall) / 1000))
    if profiler is not None:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(40)
        profiler = cProfile.Profile()
        profiler.enable()
    reorders = [reorder(scene, items, n) for n in range(60)]
    if profiler is not None:
        profiler.disable()
        pstats.Stats(profiler, stream=sys.stderr).sort_stats("tottime").print_stats(25)
    found: dict[str, object] = {
        "items": items,
        "batches_per_second": BATCHES_A_SECOND,
        "take_ms": told(takes),
        "turn_ms": told(turns),
        "tick_ms": told(ticks),
        "reorder_ms": told(reorders),
        "reorder_frames": round(statistics.median(r.cpu for r in reorders) / FRAME_MS, 2),
    }
    await scene.close()
    return found


def reorder(scene: Scene, items: int, turn: int) -> Took:
    """Move an item to the other end: from the decision in the log to the line-up painted."""
    up = turn % 2 == 0
    item = scene.live.state.items[-1 if up else 1]
    events = scene.studio._decide(cmd.MoveItem(item.id, 1 if up else items - 1))
    assert isinstance(events, list)

    def show() -> None:
        scene.live.take(ChangeBatch(events=tuple(events)))
        scene.host.lineup.view.viewport().repaint()

    return timed(show)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    with qasync.QEventLoop(app) as loop:
        found = loop.run_until_complete(measure(app, given.items, given.seconds, given.profile))
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
