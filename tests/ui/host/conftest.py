"""A host's hands: keys and clicks on the On air workspace, and a studio that answers by the real rules."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from studio.domain import commands as cmd
from tests.fakes.fake_studio import FakeStudio
from tests.ui.host_scene import Scene

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
PATIENCE_S = 10.0


async def until(true: Callable[[], object], what: str) -> None:
    """Give the loop its turns until it is so."""
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0)


class Host(Scene):
    """The scene, and hands to work in it. Every key comes long after the one before, unless it is `quick`."""

    async def open(self) -> None:
        self.window.resize(1440, 900)
        self.window.show()
        self.window.activateWindow()
        self.host.setFocus()
        await until(self.window.isActiveWindow, "the window to be active")
        await self.done()

    async def done(self) -> None:
        """Everything that was started has ended or waits for a person, and what is shown at the next turn is shown."""
        for turn in range(50):
            await asyncio.sleep(0)
            if turn >= 5 and not len(self.tasks):
                break
        assert not self.errors, self.errors

    @property
    def focused(self) -> QWidget:
        return QApplication.focusWidget() or self.window

    def key(
        self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier, *, quick: bool = False
    ) -> None:
        """Press a key where the focus is."""
        if not quick:
            self.wall.turn(1_000)
        QTest.keyClick(self.focused, key, held)

    async def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key and see what comes of it."""
        self.key(key, held)
        await self.done()

    async def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click a widget and see what comes of it."""
        assert widget.isVisible(), "nobody can click what cannot be seen"
        self.wall.turn(1_000)
        QTest.mouseClick(
            widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center()
        )
        await self.done()

    async def type(self, text: str) -> None:
        """Type where the focus is."""
        QTest.keyClicks(self.focused, text)
        await self.done()

    async def passes(self, ms: int) -> None:
        """Time goes by."""
        self.studio.clock.passes(ms)
        self.wall.turn(ms)
        self.host.tick()
        await self.done()

    @property
    def on_air(self) -> str:
        item = self.live.state.on_air
        return item.title if item else ""

    @property
    def given(self) -> list[cmd.Command]:
        """What was asked of the studio, without what set the stage."""
        return self.studio.commands


@pytest.fixture
def studio(qapp) -> FakeStudio:
    return FakeStudio()


@pytest.fixture
async def host(qapp, theme, studio) -> AsyncIterator[Host]:
    """The workspace of a show that has not started."""
    opened = Host(qapp, studio, theme=theme)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def on_air(host: Host) -> Host:
    """The workspace with the show on air and its first item pinned, which the shop has heard of."""
    await host.give(cmd.StartShow())
    await host.give(cmd.NextItem())
    host.studio.settle_all()
    await host.done()
    host.studio.commands.clear()
    return host
