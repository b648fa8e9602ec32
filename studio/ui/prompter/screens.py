"""The monitors there are, and which of them the presenter looks at."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QGuiApplication, QScreen


@dataclass(frozen=True, slots=True)
class Monitor:
    """One monitor. `area` is in Qt's logical pixels; `main` is where new windows open."""

    name: str
    words: str
    area: QRect
    main: bool = False
    screen: QScreen | None = None


class Screens(QObject):
    """The monitors of this computer, and the one that was chosen.

    `remembered` gives the chosen monitor's name: None when nobody chose yet, empty for "as a window"; `remember`
    keeps a choice. `changed` is emitted when a monitor comes, goes, or becomes the main one.
    """

    changed = Signal()

    def __init__(
        self,
        app: QGuiApplication,
        remembered: Callable[[], str | None],
        remember: Callable[[str], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.remembered = remembered
        self.remember = remember
        self._leaving: QScreen | None = None
        app.screenAdded.connect(self._came)
        app.screenRemoved.connect(self._went)
        app.primaryScreenChanged.connect(self._came)

    def monitors(self) -> list[Monitor]:
        """The monitors that are plugged in, the main one first."""
        main = QGuiApplication.primaryScreen()
        every = [s for s in QGuiApplication.screens() if s is not self._leaving]
        # Two monitors of one make may have one name: a number tells them apart.
        seen: dict[str, int] = {}
        found: list[Monitor] = []
        for screen in every:
            name = screen.name() or screen.model() or "?"
            seen[name] = seen.get(name, 0) + 1
            unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
            found.append(Monitor(unique, _words(screen, unique), screen.geometry(), screen is main, screen))
        return sorted(found, key=lambda m: not m.main)

    def _came(self, _screen: QScreen) -> None:
        self.changed.emit()

    def _went(self, screen: QScreen) -> None:
        # It is still in the list of screens while Qt tells that it goes.
        self._leaving = screen
        self.changed.emit()
        self._leaving = None


def _words(screen: QScreen, name: str) -> str:
    make = " ".join(x for x in (screen.manufacturer(), screen.model()) if x and x != name)
    ratio = screen.devicePixelRatio()
    size = screen.size()
    pixels = f"{round(size.width() * ratio)} × {round(size.height() * ratio)}"
    return " · ".join(x for x in (name, make, pixels) if x)
