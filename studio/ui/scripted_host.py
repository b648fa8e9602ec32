"""A host made of keys and clicks: plays a whole show on the real window, for rehearsals without a display.

It knows nothing that a person in front of the window would not see, and acts only by key and mouse events on
visible widgets.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import structlog
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QWidget

from studio.domain.show import ShowPhase
from studio.ui.host.promo_form import prepared_item
from studio.ui.host.workspace import HostWorkspace
from studio.ui.main_window import MainWindow
from studio.ui.models.live_show import LiveShow
from studio.ui.review.workspace import ReviewWorkspace

_LOOK_S: Final = 0.05
_HOLD_S: Final = 1.5
_ANSWERS: Final = (
    "Yes, see the details on the product page.",
    "Delivery takes two to three working days.",
    "You can return it within 30 days.",
    "Wash it at 30 degrees, wool programme.",
)
_PICTURE: Final = (1440, 900)
_log = structlog.get_logger(__name__)


class ScriptedHost:
    """Plays one show from start to end, and leaves pictures in `out` (made by whoever runs it)."""

    def __init__(
        self,
        window: MainWindow,
        live: LiveShow,
        host: HostWorkspace,
        prompter: QWidget,
        out: Path,
        now_ms: Callable[[], int],
    ) -> None:
        self._window, self._live, self._host, self._prompter, self._out = window, live, host, prompter, out
        self._now_ms = now_ms
        self._answered = 0
        self._asked_at = 0

    async def play(self) -> None:
        """Start, go through the line-up in its planned times, end. Raises `RuntimeError` when the window does not follow."""
        self._window.resize(*_PICTURE)
        self._prompter.resize(*_PICTURE)
        self._prompter.show()
        self._window.activateWindow()
        await self._until(self._window.isActiveWindow, "the window to come to the front")
        live = self._live
        await self._until(lambda: bool(live.products), "the catalogue", 30)
        if live.state.phase is ShowPhase.PLANNED:
            self._click(self._host.header.start)
        await self._until(lambda: live.state.phase is ShowPhase.ON_AIR, "the show to start")
        while live.state.next_item is not None:
            before = live.state.on_air_id
            await self._next()
            await self._until(lambda was=before: live.state.on_air_id != was, "the next item")
            await self._present()
        await self._end()

    async def review(self, review: ReviewWorkspace) -> None:
        """Look at the review, and keep a picture of it."""
        self._window.show_workspace("review")
        await review.load(self._live.state.id)
        await self._settle()
        self._grab(self._window, "review.png")

    async def _next(self) -> None:
        if self._window.workspace != "host":
            self._window.show_workspace("host")
        sold_out = self._sold_out_next()
        QTest.keyClick(self._window, Qt.Key.Key_F12)
        if sold_out:
            # The deliberate second act: skip what nobody can buy instead.
            await self._settle()
            await self._skip_sold_out()

    def _sold_out_next(self) -> bool:
        item = self._live.state.next_item
        return item is not None and bool(item.product_id) and self._live.sellable(item.product_id).total == 0

    async def _skip_sold_out(self) -> None:
        for dialog in self._window.findChildren(QWidget):
            if dialog.isWindow() and dialog.isVisible() and dialog is not self._window:
                QTest.keyClick(dialog, Qt.Key.Key_Escape)
        item = self._live.state.next_item
        if item is None:
            return
        view = self._host.lineup.view
        row = self._host.lineup_model.row_of(item.id)
        index = self._host.lineup_model.index(row)
        view.scrollTo(index)
        QTest.mouseClick(
            view.viewport(),
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            view.visualRect(index).center(),
        )
        QTest.keyClick(view, Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
        await self._settle()
        QTest.keyClick(view, Qt.Key.Key_Escape)
        await self._settle()
        QTest.keyClick(self._window, Qt.Key.Key_F12)

    async def _present(self) -> None:
        """Stay on the item for its planned time, and do what a host does meanwhile."""
        live = self._live
        item = live.state.on_air
        if item is None or live.state.on_air_since_ms is None:
            return
        at = live.state.index(item.id)
        until = live.state.on_air_since_ms + item.planned_ms
        quarter = item.planned_ms // 4
        todo: list[tuple[int, Callable[[], Awaitable[None]]]] = [(quarter, self._answer)]
        if prepared_item(live.state) is item and not (item.promo and item.promo.armed):
            todo.append((quarter // 2, self._issue_promo))
        if at == 2:
            todo.append((2 * quarter, self._unpin_and_undo))
        if at == 4:
            todo.append((2 * quarter, self._prompt))
        if at == 5:
            todo.append((2 * quarter, self._hide))
        if at == 6:
            todo.append((3 * quarter, self._grab_screens))
        for wait, act in sorted(todo, key=lambda t: t[0]):
            started = live.state.on_air_since_ms or self._now_ms()
            await self._until(lambda w=started + wait: self._now_ms() >= w, "time to pass", 600)
            await act()
            await self._settle()
        await self._until(
            lambda: self._now_ms() >= until or live.state.on_air_id != item.id, "the item's time", 1200
        )
        if live.state.on_air_id != item.id:
            self._press_undo()
            await self._settle()

    # --- single acts ------------------------------------------------------------------------------------------

    async def _issue_promo(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_F9)
        QTest.keyClick(self._host.promo_form.prepared, Qt.Key.Key_Return)

    async def _answer(self) -> None:
        """Select the question on top and answer it in writing."""
        model = self._host.question_model
        if not model.rowCount() or self._live.state.phase is not ShowPhase.ON_AIR:
            return
        QTest.keyClick(self._window, Qt.Key.Key_J)
        if not self._host.questions.selected_id:
            return
        QTest.keyClick(self._window, Qt.Key.Key_Slash)
        field = self._host.chat.field
        field.clear()
        QTest.keyClicks(field, _ANSWERS[self._answered % len(_ANSWERS)])
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClick(field, Qt.Key.Key_Escape)
        self._answered += 1

    async def _prompt(self) -> None:
        await self._with_question(Qt.Key.Key_P)

    async def _hide(self) -> None:
        await self._with_question(Qt.Key.Key_H)

    async def _with_question(self, key: Qt.Key) -> None:
        if self._host.question_model.rowCount():
            QTest.keyClick(self._window, Qt.Key.Key_J)
            QTest.keyClick(self._window, key)

    async def _unpin_and_undo(self) -> None:
        """Esc from the bare workspace takes the product off; Ctrl Z brings it back."""
        self._host.setFocus()
        QTest.keyClick(self._host, Qt.Key.Key_Escape)
        await self._until(lambda: not self._live.state.on_air_id, "the product to be unpinned")
        self._press_undo()
        await self._until(lambda: bool(self._live.state.on_air_id), "the undo")

    def _press_undo(self) -> None:
        QTest.keyClick(self._window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    async def _end(self) -> None:
        self._host.setFocus()
        button = self._host.header.end
        middle = button.rect().center()
        QTest.mousePress(button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        await self._until(lambda: self._live.state.phase is ShowPhase.ENDED, "the show to end", 10)
        QTest.mouseRelease(button, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
        await self._settle()

    def _click(self, button: QAbstractButton) -> None:
        QTest.mouseClick(
            button,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
            QPoint(button.width() // 2, button.height() // 2),
        )

    # --- looking ----------------------------------------------------------------------------------------------

    async def _grab_screens(self) -> None:
        self._grab(self._window, "host.png")
        self._grab(self._prompter, "prompter.png")

    def _grab(self, widget: QWidget, name: str) -> None:
        widget.resize(*_PICTURE)
        if not widget.grab().save(str(self._out / name)):
            raise RuntimeError(f"The picture {name} could not be written to {self._out}.")

    async def _settle(self) -> None:
        """Give the window some turns of its loop."""
        await asyncio.sleep(0.3)

    async def _until(self, true: Callable[[], bool], what: str, seconds: float = 20) -> None:
        """Look until it is so, as a person waits for the screen."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not true():
            if asyncio.get_running_loop().time() > deadline:
                raise RuntimeError(f"The scripted host waited {seconds:.0f} s in vain for {what}.")
            await asyncio.sleep(_LOOK_S)
