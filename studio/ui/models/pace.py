"""How often the window is told of what changes faster than an eye can follow."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from PySide6.QtCore import QObject, QTimer


@dataclass(frozen=True, slots=True)
class Pace:
    """The least time between two signals of a kind, in ms; 0: every batch at once."""

    stock_ms: int = 0
    figures_ms: int = 0
    questions_ms: int = 0
    chat_ms: int = 0


AT_ONCE: Final = Pace()
FOR_EYES: Final = Pace(stock_ms=340, figures_ms=830, questions_ms=530, chat_ms=100)
"""Three times a second for stock, about once for figures, twice for questions, ten times for the chat. They differ so that they do not fall due
together: a frame has time for each of them, but not for all.
"""


class Way:
    """Time that is kept free for the frame of what a person has just decided: nothing else is painted then."""

    def __init__(self) -> None:
        self._until_s = 0.0

    def make(self, ms: int) -> None:
        """Keep the next `ms` free."""
        self._until_s = max(self._until_s, monotonic() + ms / 1000)

    def wait_ms(self) -> int:
        """How long it is kept free still; 0: it is not."""
        return max(0, math.ceil((self._until_s - monotonic()) * 1000))


class Paced(QObject):
    """Calls `tell` at once after a rest of `every_ms`, else when the rest is over; with a pace, never in anybody's `way`."""

    def __init__(
        self, tell: Callable[[], None], every_ms: int, parent: QObject, way: Way | None = None
    ) -> None:
        super().__init__(parent)
        self._tell = tell
        self._every_ms = every_ms
        self._way = way or Way()
        self._due = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._rested)

    def soon(self) -> None:
        """There is something to tell."""
        if self._rest.isActive():
            self._due = True
        elif self._every_ms and (wait := self._way.wait_ms()):
            self._due = True
            self._rest.start(wait)
        else:
            self.now()

    def now(self) -> None:
        """Tell, whatever was told a moment ago."""
        self._due = False
        if self._every_ms > 0:
            self._rest.start(self._every_ms)
        self._tell()

    def _rested(self) -> None:
        if self._due:
            self._due = False
            self.soon()
