"""How long the line-up editor of the Prepare workspace takes at 500 items, from the press of a key to the painted screen.

Run it: python -m tests.benchmarks.bench_lineup_editor [--items 500] [--times 40] [--profile [KIND]]

Prints one JSON object; times are ms, by the clock and as the processor time of the window's thread (`cpu`), against the
16.7 ms of a frame. `move` is one item moved a place by Alt Down, `move_block` fifty of them, `move_far` fifty dropped at
the other end, `type` a cell of minutes from Return to the new starts of all that follows, `undo` of the block, `paste` of
fifty items, `remove` of them, `scroll` by a page. `stock` and `stock_many` are batches of news: of five products, and of
all. The studio is the tests' one: it decides by the real rules in memory and in the same thread, so the disk is not in these
figures and the deciding is (`deciding` says how much of `cpu` it is).
"""

import argparse
import asyncio
import cProfile
import json
import os
import pstats
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("LC_ALL", "C.UTF-8")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.app import run_desktop
from studio.domain import commands as cmd
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.product import StockLevel
from studio.ui.prepare.lineup_edit_model import Column
from studio.ui.studio import ChangeBatch
from tests.fakes.fake_studio import MINUTE, FakeStudio, a_plan, a_product
from tests.ui.lineup_scene import LineUpScene

FRAME_MS = 16.7
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


class TimedStudio(FakeStudio):
    """Tells how long it decided (ms of processor time), which in the studio is the work of the engine's thread."""

    def __init__(self, lineup: LineUp) -> None:
        self.decided = 0.0
        super().__init__(lineup)

    def _decide(self, command: cmd.Command):
        began = time.thread_time()
        try:
            return super()._decide(command)
        finally:
            self.decided += (time.thread_time() - began) * 1000


def a_long_plan(items: int) -> TimedStudio:
    """A show with so many items, each of a product of its own; every tenth has a code."""
    rows = tuple(
        LineUpItem(
            f"i{n}", ItemKind.PRODUCT, f"Item {n} of a long line-up", 5 * MINUTE, f"p{n}", f"SKU-{n}", target_units=40,
            promo=a_plan(f"CODE{n}") if n % 10 == 0 else None,
        )
        for n in range(1, items + 1)
    )  # fmt: skip
    studio = TimedStudio(LineUp("A long show", "EUR", rows))
    studio.products = {
        f"p{n}": a_product(n, f"Item {n} of a long line-up", 4900) for n in range(1, items + 1)
    }
    studio.levels = {
        f"v{n}": StockLevel(f"v{n}", "Oslo", 900, 0, 0, 1, studio.clock.now) for n in range(1, items + 1)
    }
    return studio


class Painting(QObject):
    """Tells when the table has been painted."""

    def __init__(self, scene: LineUpScene) -> None:
        super().__init__()
        self.painted = asyncio.Event()
        scene.view.viewport().installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """The filter sees the event before the widget does: the frame is out when the loop turns again."""
        if event.type() == QEvent.Type.Paint:
            self.painted.set()
        return False


class Bench:
    """One window, and what is done in it."""

    def __init__(self, scene: LineUpScene, studio: TimedStudio, items: int, times: int) -> None:
        self.scene, self.studio, self.items, self.times = scene, studio, items, times
        self.painting = Painting(scene)
        self.found: dict[str, dict[str, float]] = {}
        self.profiled: str | None = None
        """The kind of edit that is profiled, all of them when empty; None: none."""
        self._revision = 1

    async def measured(
        self, name: str, act: Callable[[int], object], before: Callable[[int], Awaitable[None]] | None = None
    ) -> None:
        """Do it again and again, each time until it is painted."""
        walls: list[float] = []
        cpus: list[float] = []
        decided: list[float] = []
        profiler = cProfile.Profile() if self.profiled in ("", name) else None
        for n in range(self.times):
            if before is not None:
                await before(n)
            await self.settled()
            self.painting.painted.clear()
            if profiler is not None:
                profiler.enable()
            self.studio.decided = 0.0
            wall, cpu = time.perf_counter(), time.thread_time()
            act(n)
            while len(self.scene.tasks):  # noqa: ASYNC110 - as long as it takes
                await asyncio.sleep(0)
            await asyncio.wait_for(self.painting.painted.wait(), 20)
            await asyncio.sleep(0)
            walls.append((time.perf_counter() - wall) * 1000)
            cpus.append((time.thread_time() - cpu) * 1000)
            decided.append(self.studio.decided)
            if profiler is not None:
                profiler.disable()
        self.found[name] = {
            **_told("", walls),
            **_told("_cpu", cpus),
            "p50_deciding": round(statistics.median(decided), 2),
        }
        if profiler is not None:
            print(f"--- {name}, {self.times} times", file=sys.stderr)
            pstats.Stats(profiler, stream=sys.stderr).sort_stats("cumtime").print_stats(70)

    async def settled(self) -> None:
        """Nothing is under way, and nothing waits to be painted."""
        for _ in range(5):
            await self.scene.settle()
            QApplication.processEvents()

    async def select(self, first: int, count: int) -> None:
        """These rows are chosen."""
        self.scene.view.select_rows(list(range(first, first + count)))
        self.scene.view.setFocus()

    def stock(self, products: int, turn: int) -> ChangeBatch:
        """News of so many products."""
        self._revision += 1
        now = self.scene.studio.clock.now
        return ChangeBatch(
            stock=tuple(
                StockLevel(f"v{n}", "Oslo", (n * 7 + turn) % 900, 0, 0, self._revision, now)
                for n in range(1, products + 1)
            )
        )

    async def run(self) -> None:
        """All of it."""
        scene, view = self.scene, self.scene.view
        half = self.items // 2

        async def one(_n: int) -> None:
            await self.select(half, 1)

        async def block(_n: int) -> None:
            await self.select(half, 50)

        async def top(_n: int) -> None:
            await self.select(1, 50)

        async def cell(n: int) -> None:
            await self.select(2, 1)
            view.setCurrentIndex(scene.editor.model.index(2, Column.MINUTES))
            view.edit_current()
            QTest.keyClicks(scene.focused_widget(), str(4 + n % 2))

        async def moved(_n: int) -> None:
            await self.select(half, 50)
            await scene.give(cmd.MoveItems(scene.editor.selection, half + 51))

        async def copied(_n: int) -> None:
            while len(scene.order) > self.items - 50:
                await scene.give(cmd.RemoveItem(scene.order[-1]))
            await self.select(100, 50)
            scene.actions["lineup.copy"].enable(True)
            QTest.keyClick(view, Qt.Key.Key_C, CTRL)

        await self.measured("move", lambda _n: QTest.keyClick(view, Qt.Key.Key_Down, ALT), one)
        await self.measured("move_block", lambda _n: QTest.keyClick(view, Qt.Key.Key_Down, ALT), block)
        await self.measured(
            "move_far", lambda _n: scene.editor.acts.move(scene.editor.selection, self.items), top
        )
        await self.measured("undo", lambda _n: scene.editor.acts.undo(), moved)
        await self.measured(
            "type", lambda _n: QTest.keyClick(scene.focused_widget(), Qt.Key.Key_Return), cell
        )
        await self.measured("scroll", lambda n: view.verticalScrollBar().setValue((n + 1) * 400 % 18_000))
        await self.measured("stock", lambda n: scene.live.take(self.stock(5, n)), self._at_top)
        await self.measured("stock_many", lambda n: scene.live.take(self.stock(self.items, n)), self._at_top)
        await self.measured("paste", lambda _n: QTest.keyClick(view, Qt.Key.Key_V, CTRL), copied)
        await self.measured("remove", lambda _n: QTest.keyClick(view, Qt.Key.Key_Delete), self._fifty)

    async def _at_top(self, _n: int) -> None:
        self.scene.view.scrollToTop()

    async def _fifty(self, _n: int) -> None:
        if len(self.scene.order) < self.items:
            await self.scene.give(cmd.Undo())
        await self.select(100, 50)


def _told(name: str, values: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {f"p50{name}": round(cuts[49], 2), f"p99{name}": round(cuts[98], 2)}


class BenchScene(LineUpScene):
    """The scene, with whoever has the focus."""

    def focused_widget(self):
        """Who gets the keys."""
        return QApplication.focusWidget() or self.window


async def measure(app: QApplication, items: int, times: int, profile: str | None) -> dict[str, object]:
    """All of it, on one window."""
    studio = a_long_plan(items)
    started = time.perf_counter()
    scene = BenchScene(app, studio)
    scene.window.resize(900, 900)
    scene.window.show()
    scene.window.activateWindow()
    bench = Bench(scene, studio, items, times)
    await asyncio.wait_for(bench.painting.painted.wait(), 20)
    opened = round((time.perf_counter() - started) * 1000, 2)
    await bench.settled()
    bench.profiled = profile
    await bench.run()
    await scene.close()
    slow = {name: f["p99"] for name, f in bench.found.items() if f["p99"] > FRAME_MS}
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    return {
        "part": "lineup_editor", "items": items, "open_ms": opened, **bench.found, "frame_ms": FRAME_MS,
        "over_a_frame": slow, "load": load,
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument(
        "--profile", nargs="?", const="", help="profile the edits, or those of one kind: KIND"
    )
    args = parser.parse_args()

    async def measured(app: QApplication) -> int:
        print(json.dumps(await measure(app, args.items, args.times, args.profile)), flush=True)
        return 0

    sys.exit(run_desktop(measured))


if __name__ == "__main__":
    main()
