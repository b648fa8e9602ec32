"""Making texts as large as their place allows."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text broken into lines for a font of `px` pixels; `whole` says that nothing of it was cut."""

    px: int
    lines: tuple[str, ...]
    line_height: float
    whole: bool

    @property
    def height(self) -> float:
        """The height of all lines, in pixels."""
        return self.line_height * len(self.lines)


def sized(font: QFont, px: int) -> QFont:
    """The font in another size."""
    other = QFont(font)
    other.setPixelSize(max(1, px))
    return other


def lines_of(text: str, font: QFont, width: float) -> list[str]:
    """The lines of a text at a width; a word that is too long for a line is broken."""
    return [line.rstrip() for line in _raw_lines(text, font, width)]


def _raw_lines(text: str, font: QFont, width: float) -> list[str]:
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    found: list[str] = []
    for paragraph in text.split("\n"):
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(option)
        layout.beginLayout()
        # Positions in a layout count UTF-16 units, as Qt's own strings do.
        units = paragraph.encode("utf-16-le", "replace")
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, width))
            start, end = line.textStart() * 2, (line.textStart() + line.textLength()) * 2
            found.append(units[start:end].decode("utf-16-le", "replace"))
        layout.endLayout()
    return found or [""]


def fit(
    text: str, font: QFont, width: float, height: float, *, largest: int, smallest: int, lines: int
) -> Fitted:
    """`text` in the largest size from `smallest` to `largest` px at which it takes at most `lines` lines and
    `height` px; what does not fit even in the smallest is cut with an ellipsis.
    """

    def broken(px: int) -> Fitted:
        face = sized(font, px)
        return Fitted(px, tuple(lines_of(text, face, width)), QFontMetricsF(face).lineSpacing(), True)

    def fits(px: int) -> bool:
        face = sized(font, px)
        raw = _raw_lines(text, face, width)
        high = len(raw) * QFontMetricsF(face).lineSpacing()
        # A word in two halves is worse than a smaller font.
        return len(raw) <= lines and high <= height + 0.5 and not _splits_a_word(raw)

    px = largest_that(fits, smallest, max(smallest, largest))
    found = broken(smallest if px is None else px)
    room = max(1, min(lines, int((height + 0.5) // found.line_height)))
    if len(found.lines) <= room:
        return found
    metrics = QFontMetricsF(sized(font, found.px))
    rest = " ".join(found.lines[room - 1 :])
    cut = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width)
    return Fitted(found.px, (*found.lines[: room - 1], cut), found.line_height, False)


def largest_that(fits: Callable[[int], bool], smallest: int, largest: int) -> int | None:
    """The largest whole number of a range for which `fits` holds, None when it does for none (`fits` falls once)."""
    if not fits(smallest):
        return None
    low, high = smallest, largest
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _splits_a_word(lines: list[str]) -> bool:
    """Whether a line ends in the middle of a word. Chinese and Japanese break anywhere, and rightly so."""
    return any(
        one[-1:].isalnum() and other[:1].isalnum() and max(one[-1], other[0]) < "\u2e80"
        for one, other in itertools.pairwise(lines)
    )
