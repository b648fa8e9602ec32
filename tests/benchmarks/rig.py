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

from studio.app import Desktop, open_log
from studio.domain.lineup import LineUp
from studio.domain.show import ShowPhase
from studio.engine_room import new_show_id
from studio.rehearsal.director import Director, Rehearsal
from studio.rehearse import Plan, rehearsing, sample_lineup
from studio.settings.paths import Paths


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
    """The sample line-up, over and over, until it has this many items."""
    sample = sample_lineup(minutes)
    each = round(minutes * 60_000 / items)
    chosen = [sample.items[n % len(sample.items)] for n in range(items)]
    return msgspec.structs.replace(
        sample,
        items=tuple(
            # A promo plan belongs to one item only.
            msgspec.structs.replace(
                i, id=new_show_id(), planned_ms=each, promo=i.promo if n < len(sample.items) else None
            )
            for n, i in enumerate(chosen)
        ),
    )


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
    async with rehearsing(app, paths, plan, lineup) as (desktop, director):
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

    `late_ms` has one value a tick. Long stalls hold back many ticks and so count once: `weighted` says what somebody
    who comes at any moment has to wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self.late_ms: list[float] = []
        self._last = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begin to measure."""
        self._last = time.perf_counter_ns()
        self._timer.start()

    def stop(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def _tick(self) -> None:
        now = time.perf_counter_ns()
        self.late_ms.append(max(0.0, (now - self._last) / 1e6 - 1.0))
        self._last = now

    def figures(self) -> dict[str, float]:
        """Spread of the lateness, and the share of the time that lies in stalls above 8 and 16.7 ms."""
        whole = sum(self.late_ms) + len(self.late_ms)
        over = {limit: sum(x for x in self.late_ms if x > limit) for limit in (8.0, 16.7)}
        return {
            **spread(self.late_ms),
            "time_over_8_ms_percent": round(100 * over[8.0] / whole, 2),
            "time_over_16_ms_percent": round(100 * over[16.7] / whole, 2),
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
