"""How long until the first window is painted, against a bare PySide6 window.

Run it alone: ``python tests/benchmarks/bench_start.py [--rounds 15]``. Each start is a process of its own, the ways in turn, timed
from the moment of the start until the first frame of a window is out. Prints JSON lines; the target is a ratio of 1.2 at most.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.abc import MetaPathFinder
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STARTED = "HOST_STUDIO_BENCH_STARTED"
TARGET = 1.2
HEAVY = ("asyncio", "msgspec", "numpy", "httpx", "structlog", "sqlite_utils")
WAYS = {
    "bare PySide6 window": ("bare",),
    "host-studio": ("studio",),
    "host-studio rehearse": ("studio", "rehearse"),
}


def watch() -> None:
    """Have the application, once it is made, say when its first frame is out, and end."""
    from PySide6 import QtWidgets
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watched(QtWidgets.QApplication):
        def __init__(self, arguments: list[str]) -> None:
            super().__init__(arguments)
            self.installEventFilter(self)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and watched.isWidgetType() and watched.isWindow():
                QTimer.singleShot(0, self._say)  # when the loop turns again the frame is out
            return False

        def _say(self) -> None:
            taken = (time.monotonic_ns() - int(os.environ[STARTED])) / 1e6
            print(json.dumps({"ms": taken, "imported": [m for m in HEAVY if m in sys.modules]}), flush=True)
            os._exit(0)

    QtWidgets.QApplication = Watched


class WhenOpened(MetaPathFinder):
    """Watches as soon as the studio asks for its opening, so that what it imports before Qt comes before Qt."""

    def find_spec(self, name: str, *_where: object) -> None:
        if name == "studio.opening":
            watch()


def child(way: str, arguments: list[str]) -> None:
    if way == "bare":
        watch()
        from PySide6.QtWidgets import QApplication, QMainWindow

        app = QApplication(sys.argv[:1])
        window = QMainWindow()
        window.resize(1440, 900)
        window.show()
        app.exec()
    else:
        sys.meta_path.insert(0, WhenOpened())
        from studio.cli import main

        main(arguments)


def first_frame_ms(way: tuple[str, ...], data: str) -> tuple[float, list[str]]:
    kind, *arguments = way
    env = {**os.environ, STARTED: str(time.monotonic_ns()), "PYTHONPATH": str(ROOT)}
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    # A display is named, so that the rehearsal opens its window as for a person, and drawn offscreen by default.
    env.setdefault("DISPLAY", ":0")
    env |= {"XDG_DATA_HOME": data, "HOST_STUDIO_DATA": "" if sys.platform == "linux" else data}
    command = [sys.executable, __file__, "--child", kind, *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True, timeout=120)
    said = json.loads(done.stdout.splitlines()[-1])
    return said["ms"], said["imported"]


def bench(rounds: int) -> None:
    taken: dict[str, list[float]] = {name: [] for name in WAYS}
    imported: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-start-") as data:
        for number in range(rounds + 1):
            for name, way in WAYS.items():
                ms, imported[name] = first_frame_ms(way, data)
                if number:  # the first round fills the system's caches
                    taken[name].append(ms)
    bare = taken["bare PySide6 window"]
    for name, all_ms in taken.items():
        ratios = [ms / beside for ms, beside in zip(all_ms, bare, strict=True)]
        print(
            json.dumps(
                {
                    "part": name,
                    "median_ms": round(statistics.median(all_ms), 1),
                    "ratio": round(statistics.median(ratios), 3),
                    "target": TARGET,
                    "imported_before": imported[name],
                    "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3:])
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--rounds", type=int, default=15)
        bench(parser.parse_args().rounds)
