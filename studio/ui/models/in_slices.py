"""Takes up a long list a little at a time, so that the window is not held up by it."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

AT_ONCE: Final = 4_000
"""As many are taken at once: nobody notices."""
_SLICE: Final = 500


class InSlices(QObject):
    """Calls `take` with all values, in order, so many of them (`size`) whenever the loop has nothing else to do."""

    taken = Signal()
    """Nothing is left."""

    def __init__(self, take: Callable[[Sequence[Any]], object], parent: QObject, size: int = _SLICE) -> None:
        super().__init__(parent)
        self._take, self._size = take, size
        self._left: deque[Any] = deque()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)

    def read(self, values: Iterable[Any], near: Iterable[Any] = ()) -> None:
        """Take these: the first `AT_ONCE` of them at once; what is `near` before all others, and again in its turn."""
        self._take(list(near))
        self.add(values)
        self._some(AT_ONCE)

    def add(self, values: Iterable[Any]) -> None:
        """Take these behind all that is left, none at once."""
        self._left.extend(values)
        if self._left:
            self._timer.start(0)

    def _next(self) -> None:
        self._some(self._size)

    def _some(self, count: int) -> None:
        self._take([self._left.popleft() for _ in range(min(count, len(self._left)))])
        if not self._left and self._timer.isActive():
            self._timer.stop()
            self.taken.emit()
