"""A part of a window that is laid out by itself."""

from typing import Final

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget


class Island(QWidget):
    """Holds one widget, which fills it, and tells the layout around it only of sizes that have changed.

    In Qt each text that changes has the whole window laid out anew, from the label up to the top: with a clock in
    every panel that is most of what an idle window does.
    """

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner: Final = inner
        inner.setParent(self)
        inner.show()
        self.setSizePolicy(inner.sizePolicy())
        self._told = (self.sizeHint(), self.minimumSizeHint())

    def sizeHint(self) -> QSize:
        """What the widget wishes."""
        return self.inner.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """What the widget needs."""
        return self.inner.minimumSizeHint().expandedTo(self.inner.minimumSize())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The widget fills it."""
        super().resizeEvent(event)
        self.inner.setGeometry(self.rect())

    def event(self, event: QEvent) -> bool:
        """Hear of a layout inside, and pass it on if it changes anything outside."""
        if event.type() == QEvent.Type.LayoutRequest:
            wanted = (self.sizeHint(), self.minimumSizeHint())
            if wanted != self._told:
                self._told = wanted
                self.updateGeometry()
        return super().event(event)
