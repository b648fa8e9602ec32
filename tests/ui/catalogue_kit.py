"""The catalogue beside a line-up, for its tests and its pictures."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from studio.domain.product import Product, StockLevel
from studio.ui.actions import Actions
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.catalogue_panel import CataloguePanel
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from tests.fakes.fake_studio import T0, FakeStudio, a_product

MINUTE = 60_000


def stocked(studio: FakeStudio, product: Product, left: int | None) -> None:
    """A product of the shop, with so many pieces of its first variant."""
    studio.products[product.id] = product
    if left is not None:
        variant = product.variants[0].id
        studio.levels[variant] = StockLevel(variant, "Oslo", left, 0, 0, 1, T0)


def with_many(studio: FakeStudio, count: int) -> FakeStudio:
    """So many products more, p100 and on, "Item 0100" and on."""
    for n in range(100, 100 + count):
        product = a_product(n, f"Item {n:04}", 1_000 + n)
        category = "Home" if n % 2 else "Fashion"
        tags = ("gift",) if n % 10 == 0 else ()
        stocked(studio, msgspec.structs.replace(product, category=category, tags=tags), n % 7)
    return studio


class CatalogueScene:
    """The panel in a window of its own, and hands to work with it."""

    def __init__(
        self, studio: FakeStudio, theme: Theme, *, language: str = "en", width: int = 330, height: int = 620
    ) -> None:
        self.studio = studio
        self.wall = T0 + 2 * MINUTE
        self.errors: list[BaseException] = []
        self.tasks = Tasks("catalogue", lambda _name, error: self.errors.append(error))
        self.window = QWidget()
        self.window.setProperty("role", "workspace")
        self.actions = Actions(lambda: 0)
        self.live = LiveShow(studio.opened(), self.window)
        studio.changes.connect(self.live.take)
        self.panel = CataloguePanel(
            studio, self.live, self.actions, theme, Texts(language, "Europe/Oslo"), self.tasks, wall_ms=lambda: self.wall
        )  # fmt: skip
        self.wanted: list[tuple[Product, ...]] = []
        self.panel.add_wanted.connect(self.wanted.append)
        column = QVBoxLayout(self.window)
        column.addWidget(self.panel)
        self.window.resize(width + 18, height + 18)

    async def open(self) -> None:
        """The window is seen and the catalogue read."""
        self.window.show()
        self.window.activateWindow()
        await self.until(self.window.isActiveWindow, "the window to be active")
        await self.until(
            lambda: self.model.total is not None or self.model.failure is not None, "the catalogue"
        )
        await self.until(lambda: not len(self.tasks), "everything that was asked")

    async def close(self) -> None:
        """Put everything away."""
        await self.tasks.close()
        self.studio.changes.disconnect(self.live.take)
        shiboken6.delete(self.window)

    async def until(self, true: Callable[[], object], what: str) -> None:
        """Give the loop its turns until it is so."""
        try:
            async with asyncio.timeout(10):
                while not true():  # noqa: ASYNC110 - looks at the screen, as a person does
                    await asyncio.sleep(0)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}") from None

    async def found(self) -> None:
        """What was asked for has been answered."""
        await self.until(lambda: not self.model.loading, "an answer")
        await self.until(lambda: not len(self.tasks), "everything that was asked")

    @property
    def model(self) -> Any:
        return self.panel.model

    @property
    def titles(self) -> list[str]:
        """What is read in the rows."""
        return [self.model.row(at).product.title for at in range(self.model.rowCount())]

    async def type(self, text: str) -> None:
        """Type where the focus is, and see what is found."""
        QTest.keyClicks(QApplication.focusWidget(), text)
        await self.found()

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        QTest.keyClick(QApplication.focusWidget(), key, held)

    def click_row(self, at: int, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Click a row on its title."""
        box = self.panel.view.visualRect(self.model.index(at))
        where = box.topLeft() + QPoint(80, 12)
        QTest.mouseClick(self.panel.view.viewport(), Qt.MouseButton.LeftButton, held, where)

    def click_button(self, at: int) -> None:
        """Click the button of a row."""
        where = self.panel.view.button_place(at)
        held = Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(self.panel.view.viewport(), Qt.MouseButton.LeftButton, held, where)
