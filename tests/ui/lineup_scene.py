"""The line-up editor in a window of its own over a studio without an engine, as tests, pictures and benchmarks need it."""

import asyncio
import datetime as dt

import msgspec
import shiboken6
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QMenu, QVBoxLayout, QWidget

from studio.domain.commands import Command
from studio.domain.lineup import LineUp
from studio.domain.money import Money
from studio.domain.product import StockLevel, Variant
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.host.possible import Possible
from studio.ui.keyguard import FocusKeys
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.lineup_edit_model import Column
from studio.ui.prepare.lineup_editor import LineUpEditor
from studio.ui.studio import Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import SPACE_S, Theme
from tests.fakes.fake_studio import MINUTE, FakeStudio
from tests.ui.host_scene import Wall, a_dressed_studio

EVENING = int(dt.datetime(2026, 11, 26, 19, 0, tzinfo=dt.UTC).timestamp() * 1000)
"""20:00 in Oslo, UTC ms."""


def a_planned_studio(lineup: LineUp | None = None, *, dated: bool = True) -> FakeStudio:
    """A show of ten items that has not begun, a bathrobe with four sizes among them; 90 minutes from 20:00 in Oslo."""
    studio = a_dressed_studio(lineup)
    studio.state = msgspec.structs.replace(
        studio.state, starts_at_ms=EVENING if dated else None, planned_ms=90 * MINUTE
    )
    robe = studio.products["p7"]
    sizes = ("S", "M", "L", "XL")
    variants = tuple(
        Variant(f"v7{size}", f"SKU-7{size}", f"Size {size}", Money(6900 + 200 * n, "EUR"), Money(6400, "EUR"))
        for n, size in enumerate(sizes)
    )
    studio.products["p7"] = msgspec.structs.replace(robe, variants=variants)
    del studio.levels["v7"]
    for size, left in zip(sizes, (11, 14, 6, 2), strict=True):
        studio.levels[f"v7{size}"] = StockLevel(f"v7{size}", "Oslo", left, 0, 0, 1, studio.clock.now)
    return studio


class LineUpScene:
    """A window with the editor alone, and everything a test turns or looks at."""

    def __init__(
        self, app: QApplication, studio: FakeStudio, *, theme: Theme | None = None, language: str = "en"
    ) -> None:
        self.studio = studio
        self.theme = theme if theme is not None else Theme()
        if theme is None:
            self.theme.apply(app)
        self.wall = Wall()
        self.actions = Actions(self.wall)
        self.keys = FocusKeys(app)
        self.errors: list[BaseException] = []
        self.tasks = Tasks("window", lambda _name, error: self.errors.append(error))
        self.window = QWidget()
        self.window.setProperty("role", "workspace")
        self.window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.live = LiveShow(studio.opened(), self.window)
        studio.changes.connect(self.live.take)
        texts = Texts(language, studio.state.time_zone)
        self.editor = LineUpEditor(studio, self.live, self.actions, self.theme, texts, self.tasks)
        self.possible = Possible(
            self.live, self.actions, studio.clock.now_ms, lambda: False, lambda: False, self.window
        )
        column = QVBoxLayout(self.window)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.addWidget(self.editor)
        self.actions.bind_to(self.window)
        self.said: list[Notice] = []
        self.editor.notice.connect(self.said.append)
        self.promos: list[str] = []
        self.editor.promo_wanted.connect(self.promos.append)

    @property
    def view(self):
        """The table."""
        return self.editor.view

    @property
    def order(self) -> list[str]:
        """The items of the show, by id."""
        return [item.id for item in self.live.state.items]

    @property
    def shown(self) -> list[str]:
        """The items of the table, by id."""
        return [row.item.id for row in self.editor.model.rows]

    @property
    def sentences(self) -> list[str]:
        """Every notice so far that says something."""
        return [notice.sentence for notice in self.said if notice.sentence]

    @property
    def phase(self) -> ShowPhase:
        """Where the show stands."""
        return self.live.state.phase

    async def give(self, command: Command) -> None:
        """Somebody decided this; a refusal fails."""
        refused = await self.studio.do(command)
        assert refused is None, refused

    async def settle(self) -> None:
        """Everything that was started has ended."""
        for turn in range(50):
            await asyncio.sleep(0)
            if turn >= 5 and not len(self.tasks):
                break
        assert not self.errors, self.errors

    async def close(self) -> None:
        """Put everything away, as a window does: what is typed is meant."""
        self.editor.commit()
        await self.settle()
        await self.tasks.close()
        shiboken6.delete(self.window)
        shiboken6.delete(self.keys)


class Producer(LineUpScene):
    """The scene, and hands to work in it."""

    async def open(self, width: int = 900, height: int = 860) -> None:
        """Bring the window to the front."""
        self.window.resize(width, height)
        self.window.show()
        self.window.activateWindow()
        for _ in range(1_000):
            if self.window.isActiveWindow():
                break
            await asyncio.sleep(0)
        assert self.window.isActiveWindow()
        self.view.setFocus()
        await self.settle()

    @property
    def focused(self) -> QWidget:
        """Who gets the keys."""
        return QApplication.focusWidget() or self.window

    async def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is, long after the one before, and see what comes of it."""
        self.wall.turn(1_000)
        QTest.keyClick(self.focused, key, held)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type where the focus is."""
        for letter in text:
            QTest.keyClick(self.focused, letter)
        await self.settle()

    def middle(self, row: int, column: int = Column.ITEM, share: float = 0.3) -> QPoint:
        """A place in a cell, `share` of its height from its top."""
        box = self.view.visualRect(self.editor.model.index(row, column))
        return QPoint(box.center().x(), round(box.top() + box.height() * share))

    async def click(
        self, row: int, column: int = Column.ITEM, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Click a cell."""
        self.wall.turn(1_000)
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, held, self.middle(row, column))
        await self.settle()

    async def retype(self, field: QWidget, text: str) -> None:
        """Click a field, and type this instead of what stands there; ASCII."""
        port = field.viewport() if isinstance(field, QAbstractScrollArea) else field
        QTest.mouseClick(port, Qt.MouseButton.LeftButton)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(field, Qt.Key.Key_Delete)
        for number, line in enumerate(text.split("\n")):
            if number:
                QTest.keyClick(field, Qt.Key.Key_Return)
            QTest.keyClicks(field, line)
        await self.settle()

    async def drop(self, data: QMimeData, row: int, share: float) -> None:
        """Let go of what is dragged over a row (`share` of its height from the top), or beneath the last one."""
        count = self.editor.model.rowCount()
        spot = self.middle(row, share=share) if row < count else QPoint(20, self.view.viewport().height() - 3)
        port, action = self.view.viewport(), Qt.DropAction.MoveAction
        button, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        for event in (
            QDragEnterEvent(spot, action, data, button, none),
            QDragMoveEvent(spot, action, data, button, none),
            QDropEvent(QPointF(spot), action, data, button, none),
        ):
            QApplication.sendEvent(port, event)
        await self.settle()

    def menu(self) -> QMenu:
        """The menu that is open."""
        return next(m for m in self.editor.findChildren(QMenu) if m.isVisible())

    async def choose(self, text: str) -> None:
        """Take an entry of the menu that is open."""
        menu = self.menu()
        entry = next(a for a in menu.actions() if a.text().split("\t")[0] == text)
        assert entry.isEnabled(), f"{text} is not possible"
        entry.trigger()
        menu.close()
        await self.settle()

    @property
    def given(self) -> list[Command]:
        """What was asked of the studio."""
        return self.studio.commands

    def cell(self, row: int, column: int) -> str:
        """What a cell says."""
        return str(self.editor.model.index(row, column).data() or "")
