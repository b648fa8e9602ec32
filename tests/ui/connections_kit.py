"""A screen of the settings in a window, and the hands of who uses it."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from studio.ui.actions import Actions
from studio.ui.connections.screen import ConnectionsScreen
from studio.ui.main_window import MainWindow
from studio.ui.notices import Notices
from studio.ui.tasks import Tasks
from tests.ui.host.conftest import until

Key = Qt.Key


class OpenedScreen:
    """`screen` is made by a subclass, and taken into the window by `take`. `said` are the sentences of its notices."""

    port: Any
    screen: Any

    def __init__(self, theme) -> None:
        self.theme = theme
        self.failed: list[BaseException] = []
        self.tasks = Tasks("test", lambda _name, error: self.failed.append(error))
        self.wall = 0
        self.actions = Actions(self._passed)
        self.window = MainWindow()
        self.window.furnish(self.actions, theme, Notices(lambda: 0))
        self.left: list[bool] = []
        self.said: list[str] = []

    def take(self, screen: ConnectionsScreen[Any], name: str) -> None:
        """Show it in the window."""
        screen.left.connect(lambda: self.left.append(True))
        screen.notice.connect(lambda notice: self.said.append(notice.sentence))
        self.window.add_workspace(name, screen)
        self.window.show_workspace(name)
        self.window.show()

    def _passed(self) -> int:
        self.wall += 1_000
        return self.wall

    async def load(self, screen: ConnectionsScreen[Any]) -> None:
        """Have it read what there is, in the active window."""
        self.window.activateWindow()
        await until(self.window.isActiveWindow, "the window to be active")
        self.tasks.spawn(screen.load(), "load")
        await self.tasks.drain()

    def key(self, key: Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press it where the focus is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def click(self, widget: QWidget) -> None:
        """In its middle; a box is clicked on its text."""
        if isinstance(widget, QAbstractButton) and widget.isCheckable():
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=widget.rect().center() / 8)
        else:
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def write(self, name: str, text: str) -> None:
        """Into a field of the form, over what stands there."""
        field = self.screen.form.inputs[name]
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)

    def button(self, name: str) -> QWidget:
        """The button of an action."""
        found = self.screen.findChild(QWidget, f"button:{name}")
        assert isinstance(found, QWidget)
        return found

    async def dialog(self, kind: type):
        """The dialog that comes up."""
        await until(lambda: isinstance(QApplication.activeModalWidget(), kind), f"a {kind.__name__}")
        found = QApplication.activeModalWidget()
        await until(found.isActiveWindow, "the dialog to have the keys")
        return found

    def rows(self) -> list[str]:
        """What stands in the list."""
        model = self.screen.list.model
        return [str(model.index(row).data()) for row in range(model.rowCount())]

    def nameless(self, screen: QWidget) -> list[str]:
        """Controls that are on the screen without a name for who cannot see it."""
        controls = [
            w
            for kind in (QAbstractButton, QComboBox, QLineEdit)
            for w in screen.findChildren(kind)
            if w.isVisible()
        ]
        assert len(controls) > 10
        return [w.objectName() for w in controls if not (w.accessibleName() or getattr(w, "text", str)())]

    async def close(self) -> None:
        """Put everything away."""
        for event in ("let_go", "signed"):
            if hasattr(self.port, event):
                getattr(self.port, event).set()
        await self.tasks.close()
        self.window.leave()
        self.window.deleteLater()
