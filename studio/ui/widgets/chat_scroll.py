"""Where the chat is scrolled to: an anchor row at the bottom edge, so that no total height is ever needed."""

from collections.abc import Callable
from typing import NamedTuple


class PlacedRow(NamedTuple):
    """A row in sight: its number, its top edge in the viewport and its height (px)."""

    row: int
    top: float
    height: float


class ChatScroll:
    """Rows `0 .. end-1` may be seen of `count` there are; the rest is held back.

    The `bottom` row's lower edge lies `shift` px below the lower edge of the viewport. Laying out goes upwards from
    there and costs what is seen, however many rows there are.
    """

    def __init__(self, height_of: Callable[[int], float]) -> None:
        self._height_of = height_of
        self._height = 0.0
        self.count = 0
        self.end = 0
        self.bottom = 0
        self.shift = 0.0

    @property
    def at_end(self) -> bool:
        """Whether the last row of all is in sight in full."""
        return self.end == self.count and (self.end == 0 or (self.bottom >= self.end - 1 and self.shift < 1))

    def reset(self, count: int) -> None:
        """Begin with `count` rows at the last one."""
        self.count = self.end = count
        self.to_end()

    def set_height(self, height: float) -> None:
        """The viewport is this high (px)."""
        self._height = height

    def grow(self, rows: int, *, show: bool) -> None:
        """There are more rows at the end; `show` lets them be seen."""
        self.count += rows
        if show:
            self.end = self.count

    def drop(self, rows: int) -> None:
        """There are fewer rows at the beginning."""
        self.count = max(0, self.count - rows)
        self.end = min(self.count, max(0, self.end - rows))
        self.bottom -= rows
        if self.bottom < 0:
            self.bottom, self.shift = 0, 0.0

    def show_all(self) -> None:
        """Hold nothing back; moves nothing."""
        self.end = self.count

    def to_end(self) -> None:
        """The last visible row stands at the bottom edge."""
        self.bottom, self.shift = max(0, self.end - 1), 0.0

    def go_to(self, index: int) -> None:
        """Row `index` stands at the bottom edge."""
        self.bottom, self.shift = min(max(0, index), max(0, self.end - 1)), 0.0

    def move(self, pixels: float) -> None:
        """Scroll; positive is towards the newest."""
        if self.end == 0:
            return
        if pixels >= 0:
            self._advance(pixels)
        else:
            self._retreat(-pixels)

    def reveal(self, index: int) -> None:
        """Scroll as little as needed to have a row in sight in full."""
        rows = self.rows()
        if not rows:
            return
        if index < rows[0].row or (index == rows[0].row and rows[0].top < 0):
            self._retreat(sum(self._height_of(i) for i in range(index, rows[0].row)) - rows[0].top)
        elif index > rows[-1].row or (index == self.bottom and self.shift > 0):
            self.go_to(index)

    def at(self, y: float) -> int:
        """The row at a height of the viewport, -1 below the last one."""
        return next((seen.row for seen in self.rows() if seen.top <= y < seen.top + seen.height), -1)

    def rows(self) -> list[PlacedRow]:
        """The rows in sight from top to bottom. When all fit, the first stands at the top edge."""
        if self.end == 0 or self._height <= 0:
            return []
        placed, gap = self._upwards()
        if gap > 0:
            rest = self._advance(gap)
            placed, gap = self._upwards()
            if rest > 0 or gap > 0:
                placed = [PlacedRow(seen.row, seen.top - gap, seen.height) for seen in placed]
        placed.reverse()
        return placed

    def _upwards(self) -> tuple[list[PlacedRow], float]:
        """Rows from the bottom upwards, and the empty px left above the first row of all."""
        placed: list[PlacedRow] = []
        y, index = self._height + self.shift, min(self.bottom, self.end - 1)
        while index >= 0 and y > 0:
            height = self._height_of(index)
            y -= height
            placed.append(PlacedRow(index, y, height))
            index -= 1
        return placed, max(0.0, y)

    def _advance(self, pixels: float) -> float:
        """Scroll towards the newest; returns what could not be scrolled."""
        while pixels > 0:
            if self.shift > 0:
                step = min(self.shift, pixels)
                self.shift -= step
                pixels -= step
            elif self.bottom >= self.end - 1:
                return pixels
            else:
                self.bottom += 1
                self.shift = self._height_of(self.bottom)
        return 0.0

    def _retreat(self, pixels: float) -> None:
        while pixels > 0:
            room = self._height_of(self.bottom) - self.shift
            if pixels < room:
                self.shift += pixels
                return
            pixels -= room
            if self.bottom == 0:
                self.shift = max(0.0, self._height_of(0) - 1)
                return
            self.bottom -= 1
            self.shift = 0.0
