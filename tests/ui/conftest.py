"""What the tests of screens share: clocks to turn by hand, the actions, and the keys' way through a window."""

from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.actions import Actions
from studio.ui.keyguard import FocusKeys


class HandClock:
    """A clock which stands until it is turned. `now` None: unknown, as after the machine slept."""

    def __init__(self, now: int | None = 1_795_000_000_000) -> None:
        self.now = now

    def __call__(self) -> int | None:
        return self.now

    def turn(self, ms: int) -> None:
        assert self.now is not None
        self.now += ms


class HandWall:
    """A wall clock which stands until it is turned."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now

    def turn(self, ms: int) -> None:
        self.now += ms


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def wall() -> HandWall:
    return HandWall()


@pytest.fixture
def actions(qapp: QApplication, wall: HandWall) -> Actions:
    return Actions(wall)


@pytest.fixture
def keys(qapp: QApplication) -> Iterator[FocusKeys]:
    watcher = FocusKeys(qapp)
    yield watcher
    shiboken6.delete(watcher)


@pytest.fixture
def window(qtbot, theme) -> QWidget:
    """An empty, active window that takes the focus."""
    from PySide6.QtCore import Qt

    widget = QWidget()
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.resize(600, 400)
    qtbot.addWidget(widget)
    return widget
