"""Takes up a long list a little at a time, so that the window is not held up by it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer

AT_ONCE: Final = 4_000
"""As many are taken at once: nobody notices."""
_SLICE: Final = 500


class InSlices(QObject):
    """Calls `take` with every value: at once with the first `AT_ONCE` of them, with the rest whenever the loop has nothing
    else to do.
    """

    def __init__(self, take: Callable[[Any], object], parent: QObject) -> None:
        super().__init__(parent)
        self._take = take
        self._left: Iterator[Any] = iter(())
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)

    def read(self, values: Sequence[Any], near: Iterable[Any] = ()) -> None:
        """Take these; what is `near` before all others, and again in its turn."""
        for value in near:
            self._take(value)
        self._left = iter(values)
        self._some(AT_ONCE)
        if len(values) > AT_ONCE:
            self._timer.start(0)

    def _next(self) -> None:
        if self._some(_SLICE) < _SLICE:
            self._timer.stop()

    def _some(self, count: int) -> int:
        taken = 0
        for value in islice(self._left, count):
            self._take(value)
            taken += 1
        return taken
