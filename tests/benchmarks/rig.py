"""What the benchmarks of a running studio share: a rehearsal on air, a clock of the event loop, and the figures' form."""

import asyncio
import json
import math
import os
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.app import RESOURCES, Desktop, open_log
from studio.domain.commands import PlanShow
from studio.domain.lineup import ItemKind, LineUp, LineUpItem
from studio.domain.show import ShowPhase
from studio.engine_room import new_show_id
from studio.rehearsal.director import Director, Rehearsal
from studio.rehearsal_lineup import DEMO_CHANNEL, DEMO_SHOP
from studio.rehearse import Plan, rehearsing, sample_lineup
from studio.settings.paths import Paths

LONG_MS = 8.0


def report(part: str, **figures: Any) -> None:
    """One JSON object on a line, with the load of the machine it was measured on."""
    load = round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
    print(json.dumps({"part": part, **figures, "load": load}), flush=True)


def at_share(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p99, the largest, and how many there were."""
    return {
        "p50": round(at_share(values, 0.5), 2),
        "p99": round(at_share(values, 0.99), 2),
        "max": round(max(values, default=math.nan), 2),
        "n": len(values),
    }


def long_lineup(items: int, minutes: float) -> LineUp:
    """The sample line-up, then other products of the demo shop, each once, and a talk now and then."""
    sample = sample_lineup(minutes)
    catalogue = json.loads((RESOURCES / "catalogue" / "catalogue.json").read_bytes())
    known = {i.product_id for i in sample.items}
    others = (p for p in catalogue["products"] if p["active"] and p["id"] not in known)
    each = round(minutes * 60_000 / items)
    chosen = [msgspec.structs.replace(i, planned_ms=each) for i in sample.items[:items]]
    while len(chosen) < items:
        if len(chosen) % 10 == 9:
            chosen.append(LineUpItem(new_show_id(), ItemKind.TALK, "Questions", each))
            continue
        product = next(others)
        chosen.append(
            LineUpItem(
                new_show_id(), ItemKind.PRODUCT, product["title"]["en"], each, product["id"], product["sku"]
            )
        )
    return msgspec.structs.replace(sample, items=tuple(chosen))


@asynccontextmanager
async def on_air(
    app: QApplication,
    folder: Path,
    *,
    speed: float,
    viewers: int,
    minutes: float,
    items: int,
    prompter: bool = True,
) -> AsyncGenerator[tuple[Desktop, Director], None]:
    """A rehearsal whose show has been started by its button; shop and audience are processes of their own."""
    rehearsal = Rehearsal(7, minutes, speed, viewers, new_show_id())
    paths = Paths(folder / "studio")
    paths.prepare()
    plan = Plan(rehearsal, folder, headless=True, out=folder, shop="", resumed=False)
    log, _ = open_log(paths)
    try:
        async with _started(app, paths, plan, long_lineup(items, minutes), prompter=prompter) as running:
            yield running
    finally:
        log.close()


@asynccontextmanager
async def _started(
    app: QApplication, paths: Paths, plan: Plan, lineup: LineUp, *, prompter: bool
) -> AsyncGenerator[tuple[Desktop, Director], None]:
    show = PlanShow(lineup, DEMO_SHOP, (DEMO_CHANNEL,), rehearsal=True, time_zone="Europe/Oslo")
    async with rehearsing(app, paths, plan, show) as (desktop, director):
        desktop.window.resize(1440, 900)
        if prompter:
            desktop.toggle_prompter()
        desktop.window.activateWindow()
        await until(desktop.window.isActiveWindow)
        live, host = desktop.live, desktop.host
        if live is None or host is None:
            raise RuntimeError("no show is open")
        await until(lambda: len(live.products) > 100)
        QTest.mouseClick(host.header.start, Qt.MouseButton.LeftButton)
        await until(lambda: live.state.phase is ShowPhase.ON_AIR)
        await until(lambda: bool(live.viewers))
        yield desktop, director


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Look until it is so. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - looks at the screen, as a person does
            await asyncio.sleep(0.02)


class Stalls(QObject):
    """How late a timer of 1 ms is on the window's loop: what a key press would have to wait for.

    `late_ms` has one value a tick; a long stall holds back many ticks and counts once, so `time_over` says how much of
    the time lay in stalls. `own_ms` is the part of each that this thread worked: the rest it waited for a processor or
    for the interpreter, which on a busy machine is not the window's doing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self.own_ms: list[float] = []
        self._last = self._own = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to measure."""
        self._last, self._own = time.perf_counter_ns(), time.thread_time_ns()
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now, own = time.perf_counter_ns(), time.thread_time_ns()
        self.late_ms.append(max(0.0, (now - self._last) / 1e6 - 1.0))
        self.own_ms.append((own - self._own) / 1e6)
        self._last, self._own = now, own

    def figures(self) -> dict[str, float]:
        """Spread of the lateness and of the own work, and the share of the time that lies in stalls above 8 ms."""
        whole = sum(self.late_ms) + len(self.late_ms)
        over = sum(x for x in self.late_ms if x > LONG_MS)
        own = spread(self.own_ms)
        return {
            **spread(self.late_ms),
            "time_over_8_ms_percent": round(100 * over / whole, 2),
            "own_p99": own["p99"],
            "own_max": own["max"],
        }


class Painted(QObject):
    """Tells when one of the watched widgets has been painted: `seen` is called once the whole frame is out."""

    def __init__(self, widgets: Sequence[QWidget], seen: Callable[[], None]) -> None:
        super().__init__()
        self._seen = seen
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The filter sees the event before the widget does; the frame is out when the loop turns again."""
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, self._seen)
        return super().eventFilter(watched, event)
