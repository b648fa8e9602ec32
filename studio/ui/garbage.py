"""Collects reference cycles in the window's thread only.

Python's collector runs in whatever thread allocates next, and what it finds dies there. A Qt object that dies outside of
its own thread takes the process with it ("Timers cannot be stopped from another thread", then a crash), and the engine's
thread is the one that allocates most.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

EVERY_MS: Final = 200
"""While a large catalogue comes in, what the engine has made in a second takes 20 ms to look through: too long at once."""
_MUCH: Final = 40_000
"""So much is made when a show is opened, and stays: looked through once more with what came after it, it would hold up the
window a second later, when somebody works in it.
"""
FULL_EVERY_MS: Final = 90_000
"""The oldest generation is looked through so rarely because that takes longest."""


class WindowGarbage(QObject):
    """Takes over the collector of this process until `close`. Make it in the window's thread."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        # Modules and classes stay as long as the process: looking through them made the longest pauses of all.
        gc.freeze()
        self._rounds = 0
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the generations that are due by the interpreter's own thresholds."""
        self._rounds += 1
        young, middle, _ = gc.get_count()
        limit, middle_limit, _ = gc.get_threshold()
        if self._rounds * EVERY_MS >= FULL_EVERY_MS:
            self._rounds = 0
            gc.collect()
        elif young > limit:
            gc.collect(1 if middle > middle_limit or young > _MUCH else 0)

    def close(self) -> None:
        """Give the collector back."""
        self._timer.stop()
        gc.unfreeze()
        if self._was_on:
            gc.enable()
