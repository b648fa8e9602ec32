"""Rehearsals without a display, started from the command line as a person would, and what they leave."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtGui import QImage

from studio.domain.events import Logged
from studio.store.store import open_store

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 200.0
"""How long a whole rehearsal may take on a machine that has other things to do."""


@dataclass
class Ended:
    """A command that has ended, and what it said."""

    code: int
    said: str
    complained: str


@dataclass
class Played:
    """A rehearsal that has been played."""

    ended: Ended
    data: Path
    out: Path
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The rehearsal's own data."""
        (folder,) = (path.parent for path in self.data.glob("rehearsals/*/rehearsal.json"))
        return folder

    def log(self) -> list[Logged]:
        """The show's log, read from its database."""
        return log_of(self.folder / "studio" / "studio.db", self.summary["show_id"])


def surroundings(changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a computer without a display."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return {**kept, "PYTHONPATH": str(ROOT), **(changes or {})}


def studio(
    data: Path, *arguments: str, environment: Mapping[str, str] | None = None, timeout_s: float = PATIENCE_S,
    cwd: Path | None = None,
) -> Ended:  # fmt: skip
    """Run `host-studio` with these arguments to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "studio", "--data-dir", str(data), *arguments],
        cwd=cwd or ROOT,
        env=surroundings(environment),
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def rehearse(data: Path, out: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> Played:
    """Rehearse a show without a display."""
    ended = studio(data, "rehearse", "--headless", "--out", str(out), *arguments, environment=environment)
    played = Played(ended, data, out)
    if (out / "summary.json").exists():
        played.summary = msgspec.json.decode((out / "summary.json").read_bytes())
    return played


class Begun:
    """A rehearsal under way, which can be killed."""

    def __init__(self, data: Path, out: Path, *arguments: str) -> None:
        self.data, self.out = data, out
        self._log = data.parent / f"{data.name}.said"
        with self._log.open("wb") as said:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "studio", "--data-dir", str(data), "rehearse", "--headless", "--out",
                    str(out), *arguments,
                ],
                cwd=ROOT, env=surroundings(), stdout=said, stderr=said,
            )  # fmt: skip

    def said(self) -> str:
        """What it has said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def until(self, words: str, timeout_s: float = 90.0) -> None:
        """Wait until it says these words."""
        self.see(lambda: words in self.said(), words, timeout_s)

    def see(self, holds: Callable[[], bool], what: str, timeout_s: float = 90.0) -> None:
        """Wait until something is so, while it runs."""
        deadline = time.monotonic() + timeout_s
        while not holds():
            assert self._process.poll() is None, f"it ended before {what}: {self.said()[-2000:]}"
            assert time.monotonic() < deadline, f"{what}: not within {timeout_s} s"
            # Another process: nothing in ours tells of it.
            self._process_lives_on()

    def _process_lives_on(self) -> None:
        try:
            self._process.wait(0.05)
        except subprocess.TimeoutExpired:
            return

    def kill(self) -> None:
        """End it as a power cut does: no handler runs."""
        if hasattr(signal, "SIGKILL"):
            os.kill(self._process.pid, signal.SIGKILL)
        else:
            self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it in any case."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


def log_of(database: Path, show_id: str) -> list[Logged]:
    """A show's whole log."""
    store = open_store(database)
    try:
        return store.history.events(show_id)
    finally:
        store.close()


def picture(file: Path) -> QImage:
    """A picture that was left."""
    image = QImage(str(file))
    assert not image.isNull(), f"{file} is no picture"
    return image.convertToFormat(QImage.Format.Format_RGB32)


def colours(image: QImage, step: int = 3) -> int:
    """How many different colours a picture has, looked at in a grid."""
    return len(
        {image.pixel(x, y) for x in range(0, image.width(), step) for y in range(0, image.height(), step)}
    )
