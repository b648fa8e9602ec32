"""What stands in the window while there is nothing else to show yet."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget


class Waiting(QWidget):
    """A sentence in the middle; plain text."""

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence
        self.setAccessibleName(sentence)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: D102
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            box = painter.fontMetrics().boundingRect(self._sentence)
            box.moveCenter(self.rect().center())
            painter.drawText(box.left(), box.top() + painter.fontMetrics().ascent(), self._sentence)
