"""What the scripted host can do, each act a few keys and clicks, and how it knows that the window followed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from studio.domain.lineup import LineUpItem
from studio.domain.promo import PromoPhase, phase
from studio.ui.host.promo_prepared import prepared_item
from studio.ui.host.workspace import HostWorkspace
from studio.ui.keyguard import is_text_field
from studio.ui.main_window import MainWindow
from studio.ui.models.lineup_model import ROW_ROLE, LineUpRow
from studio.ui.models.live_show import LiveShow
from studio.ui.prompter.window import PrompterWindow
from studio.ui.review.workspace import ReviewWorkspace
from studio.ui.scripted_hands import CTRL, SHIFT, Hands, InVain

PICTURE: Final = (1440, 900)
_SEARCHES: Final = ("soap", "scarf", "knife", "tea", "an")
ANSWERS: Final = (
    "Yes, the details are on the product page.",
    "Delivery takes two to three working days.",
    "You can send it back within 30 days.",
    "Wash it at 30 degrees on the wool programme.",
)


@dataclass(frozen=True)
class Stage:
    """What the scripted host sits before."""

    window: MainWindow
    live: LiveShow
    host: HostWorkspace
    prompter: PrompterWindow
    review: ReviewWorkspace
    now_ms: Callable[[], int]
    """The best guess at the shop's time, UTC ms."""


class HostActs:
    """The acts of a host before one window. Each raises `InVain` or `OutOfReach` when the window does not follow, and
    gives False when there is nothing to do it with now. Pictures go to `out`.
    """

    def __init__(self, stage: Stage, hands: Hands, out: Path, speed: float) -> None:
        self._stage, self._hands, self._out, self._speed = stage, hands, out, speed
        self._window, self._live, self._host = stage.window, stage.live, stage.host
        self._said = 0

    async def open_prompter(self) -> None:
        """F11, when it is not open already."""
        if not self._stage.prompter.isVisible():
            await self._hands.press(Qt.Key.Key_F11)
        await self._hands.until(self._stage.prompter.isVisible, "the prompter")
        self._window.activateWindow()
        await self._hands.until(self._window.isActiveWindow, "the window to come back to the front")

    async def look_at_light(self) -> None:
        """Ctrl Shift L, twice."""
        before = self._window.palette().window().color()
        for want in (lambda: self._window.palette().window().color() != before,
                     lambda: self._window.palette().window().color() == before):  # fmt: skip
            await self._hands.press(Qt.Key.Key_L, CTRL | SHIFT)
            await self._hands.until(want, "the other theme")
            await self._hands.pause(0.35)

    async def use_palette(self) -> None:
        """Ctrl K finds a command by some letters: the charts come back to the present."""
        await self._hands.press(Qt.Key.Key_K, CTRL)
        await self._hands.until(lambda: QApplication.activeModalWidget() is not None, "the palette")
        await self._hands.write("charts to live")
        await self._hands.press(Qt.Key.Key_Return)
        await self._hands.until(lambda: QApplication.activeModalWidget() is None, "the palette to close")

    async def look_at_tables(self) -> None:
        """Ctrl T, twice."""
        charts = self._host.charts
        for shown in (True, False):
            await self._hands.press(Qt.Key.Key_T, CTRL)
            await self._hands.until(
                lambda want=shown: charts.viewers is not None and charts.viewers.table_shown is want,
                "the charts as tables" if shown else "the charts again",
            )
            await self._hands.pause(0.35)

    async def unpin_and_undo(self) -> None:
        """Esc from the bare workspace takes the product off; Ctrl Z brings it back."""
        item_id = self._live.state.on_air_id
        await self._hands.press(Qt.Key.Key_Escape)
        await self._hands.until(lambda: not self._live.state.on_air_id, "the product to be unpinned")
        await self._hands.press(Qt.Key.Key_Z, CTRL)
        await self._hands.until(lambda: self._live.state.on_air_id == item_id, "the undo")

    async def pin_found(self) -> None:
        """Ctrl F, some letters, and Return on the first product that is not in the line-up and can be sold."""
        field, results = self._host.lineup.search, self._host.lineup.results
        await self._hands.press(Qt.Key.Key_F, CTRL)
        await self._hands.until(field.hasFocus, "the search field")
        for words in _SEARCHES:
            await self._hands.press(Qt.Key.Key_A, CTRL)
            await self._hands.write(words)
            await self._hands.seen(lambda: self._row_to_pin() >= 0, 3)
            if self._row_to_pin() >= 0:
                break
        else:
            raise InVain("nothing was found that could be pinned")
        before = self._live.state.on_air_id
        while results.currentRow() < self._row_to_pin():
            await self._hands.press(Qt.Key.Key_Down)
        await self._hands.press(Qt.Key.Key_Return)
        await self._hands.until(lambda: self._live.state.on_air_id != before, "the product that was found")
        await self.wait(4.0 / max(1.0, self._speed / 10))

    def _row_to_pin(self) -> int:
        results = self._host.lineup.results
        if not results.isVisible():
            return -1
        for n in range(results.count()):
            row = results.item(n).data(ROW_ROLE)
            if isinstance(row, LineUpRow) and row.left and self._live.state.item(row.item.id) is None:
                return n
        return -1

    async def answer(self) -> None:
        """Select the question on top and answer it, in turn by typing and by a canned answer."""
        if not await self._select_question():
            return
        chat, self._said = self._host.chat, self._said + 1
        if self._said % 2 and self._host.chat.canned.isEnabled():
            menu = chat.canned.menu()
            await self._hands.click(chat.canned)
            await self._hands.until(menu.isVisible, "the canned answers")
            await self._hands.choose(menu, self._said)
            await self._hands.until(lambda: bool(chat.field.text()), "the canned answer in the field")
        else:
            await self._hands.press(Qt.Key.Key_Slash)
            await self._hands.until(chat.field.hasFocus, "the reply field")
            await self._hands.press(Qt.Key.Key_A, CTRL)
            await self._hands.write(ANSWERS[self._said % len(ANSWERS)])
        await self._hands.press(Qt.Key.Key_Return)
        await self._hands.until(lambda: not chat.field.text(), "the answer to be taken")

    async def prompt(self) -> bool:
        """P shows the question on top to the presenter."""
        if not await self._select_question():
            return False
        await self._hands.press(Qt.Key.Key_P)
        await self._hands.until(lambda: self._live.state.prompted is not None, "the question on the prompter")
        return True

    async def mark_answered(self) -> bool:
        """A: it was answered aloud."""
        return await self._take_care(Qt.Key.Key_A)

    async def hide(self) -> bool:
        """H: out of sight."""
        return await self._take_care(Qt.Key.Key_H)

    async def _take_care(self, key: Qt.Key) -> bool:
        """A key that takes the selected question off the queue."""
        if not await self._select_question():
            return False
        question_id = self._host.questions.selected_id
        await self._hands.press(key)
        await self._hands.until(
            lambda: self._host.question_model.row_of(question_id) < 0, "the question to leave the queue"
        )
        return True

    async def issue_prepared(self) -> bool:
        """F9 and Return."""
        if prepared_item(self._live.state) is None:
            return False
        count, form = len(self._live.state.promos), self._host.promo_form
        await self._hands.press(Qt.Key.Key_F9)
        await self._hands.until(form.isVisible, "the form")
        await self._hands.press(Qt.Key.Key_Return)
        await self._hands.until(lambda: len(self._live.state.promos) > count, "the prepared code", 5)
        return True

    async def issue_by_form(self) -> None:
        """F9, another length and limit, and the button."""
        count, form = len(self._live.state.promos), self._host.promo_form
        await self._hands.press(Qt.Key.Key_F9)
        await self._hands.until(form.isVisible, "the form")
        for box, number in ((form.minutes, 15), (form.limit, 40)):
            line = box.findChild(QLineEdit)
            await self._hands.click(box if line is None else line)
            await self._hands.press(Qt.Key.Key_A, CTRL)
            await self._hands.write(str(number))
            await self._hands.until(lambda b=box, n=number: b.value() == n, "the number in the form")
        await self._hands.click(form.issue)
        await self._hands.until(lambda: len(self._live.state.promos) > count, "the code", 5)

    async def extend(self) -> bool:
        """Shift F9 gives the newest live code more minutes."""
        live = self._live_codes()
        if not live:
            return False
        ends = self._live.state.promos[live[-1]].wanted_ends_at_ms
        await self._hands.press(Qt.Key.Key_F9, SHIFT)
        await self._hands.until(
            lambda: self._live.state.promos[live[-1]].wanted_ends_at_ms > ends, "the code's later end"
        )
        return True

    async def end_early(self) -> bool:
        """A click on End of the newest live code's card, or its key where the card is out of sight."""
        live = self._live_codes()
        if not live:
            return False
        ends = self._live.state.promos[live[-1]].wanted_ends_at_ms
        await self._hands.press(Qt.Key.Key_F9, CTRL | SHIFT)
        await self._hands.until(
            lambda: self._live.state.promos[live[-1]].wanted_ends_at_ms < ends, "the code's early end"
        )
        return True

    async def skip_and_undo(self) -> bool:
        """Ctrl Del on the next item, then Ctrl Z."""
        item = self._live.state.next_item
        if item is None:
            return False
        await self.skip(item)
        await self.bare()
        await self._hands.press(Qt.Key.Key_Z, CTRL)
        await self._hands.until(lambda: self._live.state.next_item == item, "the item to be planned again")
        return True

    async def clear_stage(self) -> None:
        """Ctrl Shift X, the panic key."""
        seq = self._live.state.seq
        await self._hands.press(Qt.Key.Key_X, CTRL | SHIFT)
        await self._hands.until(lambda: self._live.state.seq > seq, "the stage to be cleared")

    async def take_pictures(self) -> bool:
        """Only when there is something to see: a product, a live code, a question for the presenter."""
        state = self._live.state
        worth_it = state.pinned_product_id in self._live.products and self._live_codes()
        if not worth_it and state.next_item is not None:
            return False
        if state.prompted is None:
            await self.prompt()
            await self.bare()
        await self.put_notices_away()
        await self._hands.pause(0.3)
        await self._hands.grab(self._window, PICTURE, self._out / "host.png")
        await self._hands.grab(self._stage.prompter, PICTURE, self._out / "prompter.png")
        return True

    async def skip(self, item: LineUpItem) -> None:
        """Select the item in the line-up, then Ctrl Del."""
        await self.select_in_lineup(item)
        await self._hands.press(Qt.Key.Key_Delete, CTRL)
        await self._hands.until(lambda: self._live.state.next_item != item, f"“{item.title}” to be skipped")

    async def wait(self, seconds: float) -> None:
        """Show for a while; less when somebody else takes the item off or ends the show."""
        item_id = self._live.state.on_air_id
        if seconds > 0:
            await self._hands.seen(lambda: self._live.state.on_air_id != item_id, seconds)

    # --- small motions ----------------------------------------------------------------------------------------

    def _live_codes(self) -> list[str]:
        now = self._stage.now_ms()
        return [
            r.promo.id
            for r in self._live.state.promos.values()
            if phase(r, now) in (PromoPhase.LIVE, PromoPhase.EXPIRING)
        ]

    async def bare(self) -> None:
        """Esc, for as long as there is something to close: never so often that it would unpin."""
        for _ in range(6):
            if not self._something_open():
                return
            # It may be about to close by itself.
            if await self._hands.seen(lambda: not self._something_open(), 0.1):
                return
            await self._hands.press_while(Qt.Key.Key_Escape, self._something_open)

    def _something_open(self) -> bool:
        if self._window.workspace != "host":
            return False
        return (
            QApplication.activePopupWidget() is not None
            or QApplication.activeModalWidget() is not None
            or is_text_field(QApplication.focusWidget())
            or self._host.promo_form.isVisible()
            or bool(self._host.questions.selected_id)
            or self._host.lineup.selected_row >= 0
        )

    async def _select_question(self) -> bool:
        """J, the question on top, or the next one where the presenter has that; False when none waits."""
        prompted = self._live.state.prompted.question_id if self._live.state.prompted else ""
        waiting = self._host.question_model.rowCount()
        if waiting < (2 if prompted else 1):
            return False
        for _ in range(2):
            before = self._host.questions.selected_id
            await self._hands.press(Qt.Key.Key_J)
            await self._hands.until(
                lambda was=before: self._host.questions.selected_id not in ("", was),
                "a question to be selected",
            )
            if self._host.questions.selected_id != prompted:
                return True
        return False

    async def select_in_lineup(self, item: LineUpItem) -> None:
        """A click on its row."""
        view, model = self._host.lineup.view, self._host.lineup_model
        index = model.index(model.row_of(item.id))
        view.scrollTo(index)
        await self._hands.click(view.viewport(), view.visualRect(index).center())
        await self._hands.until(lambda: view.currentIndex() == index, "the item to be selected")

    async def put_notices_away(self) -> None:
        """Ctrl D for each."""
        for _ in range(10):
            if not self._window.notice_stack.cards:
                return
            await self._hands.press(Qt.Key.Key_D, CTRL)
            await self._hands.pause(0.35)
