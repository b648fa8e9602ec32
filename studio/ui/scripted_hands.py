"""The hands of the scripted host: keys that go where the focus is, clicks that hit what lies on top, and patience.

Nothing here reaches past the surface: a click on a widget that is covered, greyed out or out of sight is refused as
it would be for a person.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QWidget

LOOK_S: Final = 0.05
SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
CTRL: Final = Qt.KeyboardModifier.ControlModifier
PLAIN: Final = Qt.KeyboardModifier.NoModifier
_LEFT: Final = Qt.MouseButton.LeftButton


class OutOfReach(Exception):
    """What should be pressed cannot be: it is hidden, greyed out, or something lies over it."""


class InVain(Exception):
    """The window did not follow within the time that a person would wait."""


class Hands:
    """Two hands and two eyes before one window. Every act is delivered by the event loop, as a person's would be."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    async def press(self, key: Qt.Key, held: Qt.KeyboardModifier = PLAIN) -> None:
        """Press and let go a key, wherever the focus is."""
        await self._keys_back()
        await self._do(lambda: QTest.keyClick(self._under_keys(), key, held))

    async def press_while(self, key: Qt.Key, so: Callable[[], bool]) -> None:
        """Press a key, but only when something is still so at that very moment."""
        await self._keys_back()

        def act() -> None:
            if so():
                QTest.keyClick(self._under_keys(), key)

        await self._do(act)

    async def write(self, text: str) -> None:
        """Type a text, key by key."""
        await self._keys_back()
        for letter in text:
            await self._do(lambda typed=letter: QTest.keyClicks(self._under_keys(), typed))

    async def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click a widget, in its middle or at a point of its own. Raises `OutOfReach`."""

        def act() -> None:
            on_top, spot = _reach(widget, widget.rect().center() if at is None else at)
            QTest.mouseClick(on_top, _LEFT, PLAIN, spot)

        await self._do(act)

    async def choose(self, menu: QMenu, row: int) -> None:
        """Go down an open menu to an entry, and into its first one where it has more below it; Return chooses."""
        actions = [action for action in menu.actions() if action.isEnabled() and not action.isSeparator()]
        chosen = actions[row % len(actions)]
        for _ in actions:
            await self.press(Qt.Key.Key_Down)
            if menu.activeAction() is chosen:
                break
        below = chosen.menu()
        if isinstance(below, QMenu):
            await self.press(Qt.Key.Key_Right)
            await self.until(below.isVisible, "the menu below")
        await self.press(Qt.Key.Key_Return)

    async def hold(
        self, widget: QWidget, until: Callable[[], bool], what: str, seconds: float = 10.0
    ) -> None:
        """Keep the mouse pressed on a widget until something has happened. Raises `OutOfReach` and `InVain`."""
        middle = widget.rect().center()

        def down() -> None:
            on_top, spot = _reach(widget, middle)
            QTest.mousePress(on_top, _LEFT, PLAIN, spot)

        await self._do(down)
        await self.until(until, what, seconds)
        # What was held may have gone with what it did: a dialog closes.
        if _alive(widget) and widget.isVisible():
            await self._do(lambda: QTest.mouseRelease(widget, _LEFT, PLAIN, middle))

    async def until(self, true: Callable[[], bool], what: str, seconds: float = 10.0) -> None:
        """Look until it is so. Raises `InVain`."""
        if not await self.seen(true, seconds):
            raise InVain(f"waited {seconds:.0f} s in vain for {what}")

    async def seen(self, true: Callable[[], bool], seconds: float) -> bool:
        """Look until it is so; False when that takes longer."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        while not true():
            if loop.time() > deadline:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def pause(self, seconds: float = 0.1) -> None:
        """Let the window paint."""
        await asyncio.sleep(seconds)

    async def grab(self, widget: QWidget, size: tuple[int, int], file: Path) -> None:
        """Keep a picture of a window. Raises `OSError` when it cannot be written."""
        before = widget.size()
        widget.resize(*size)
        await self.pause()
        picture = widget.grab()
        widget.resize(before)
        if not await asyncio.to_thread(picture.toImage().save, str(file)):
            raise OSError(f"The picture {file} could not be written.")

    async def _keys_back(self) -> None:
        """Where no window manager does it (offscreen), give the keys back to the window when a dialog has closed."""
        if QApplication.activeWindow() is None:
            self._window.activateWindow()
            await self.until(lambda: QApplication.activeWindow() is not None, "a window to have the keys")

    def _under_keys(self) -> QWidget:
        popup = QApplication.activePopupWidget()
        return popup or QApplication.focusWidget() or QApplication.activeWindow() or self._window

    async def _do(self, act: Callable[[], None]) -> None:
        # Outside this coroutine: what a key sets off may start tasks and open menus, which must not run within one.
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def run() -> None:
            try:
                act()
            except (OutOfReach, RuntimeError) as error:
                done.set_exception(error)
            else:
                done.set_result(None)

        QTimer.singleShot(0, run)
        await done


def _alive(widget: QWidget) -> bool:
    from shiboken6 import isValid

    return isValid(widget)


def _reach(widget: QWidget, spot: QPoint) -> tuple[QWidget, QPoint]:
    """What a click at a point of `widget` would hit, and where. Raises `OutOfReach` when that is something else."""
    name = widget.accessibleName() or widget.objectName() or type(widget).__name__
    if not _alive(widget) or not widget.isVisible() or not widget.isEnabled():
        raise OutOfReach(f"“{name}” cannot be pressed now.")
    modal = QApplication.activeModalWidget()
    if modal is not None and modal is not widget.window():
        raise OutOfReach(f"“{name}” lies behind a dialog.")
    window = widget.window()
    place = widget.mapTo(window, spot)
    on_top = window.childAt(place) or window
    if on_top is not widget and not widget.isAncestorOf(on_top):
        raise OutOfReach(f"“{name}” is covered.")
    if isinstance(on_top, QAbstractScrollArea):
        on_top = on_top.viewport()
    return on_top, on_top.mapFrom(window, place)
