"""Reading a feed whose items are numbered without gaps, and that may repeat, swap and lose them on the way."""

import heapq
from typing import Generic, TypeVar

T = TypeVar("T")


class DenseCursor(Generic[T]):
    """Puts items into their order, each once. `at` is the number up to which all have been given out (or were passed
    over); items beyond a gap are held back until it is filled.
    """

    def __init__(self, at: int = 0) -> None:
        self.at = at
        self._held: dict[int, T] = {}
        self._numbers: list[int] = []

    def put(self, seq: int, item: T) -> bool:
        """Take an item in; False when it was there already."""
        if seq <= self.at or seq in self._held:
            return False
        self._held[seq] = item
        heapq.heappush(self._numbers, seq)
        return True

    def run(self) -> list[T]:
        """The items that follow `at` without a gap, in order; `at` moves on."""
        found: list[T] = []
        while self._numbers and self._numbers[0] == self.at + 1:
            self.at = heapq.heappop(self._numbers)
            found.append(self._held.pop(self.at))
        return found

    def missing(self) -> tuple[int, int] | None:
        """The first gap (after, until], None when nothing is held back."""
        if not self._numbers or self._numbers[0] == self.at + 1:
            return None
        return self.at, self._numbers[0] - 1

    @property
    def held(self) -> int:
        """How many items are held back."""
        return len(self._held)

    @property
    def seen(self) -> int:
        """The highest number that came in."""
        return max(self._held, default=self.at)

    def pass_over(self, until: int) -> None:
        """Give up what is missing up to `until`. Only for a gap that `missing` named."""
        gap = self.missing()
        if gap is None or gap[1] != until:
            raise ValueError(f"{until} ends no gap")
        self.at = until
