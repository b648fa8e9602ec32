"""What can be done with the items of a line-up, each as one decision."""

import asyncio
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QClipboard

from studio.domain.commands import AddItems, MoveItems, Redo, RemoveItems, SkipItem, Undo
from studio.domain.events import ItemRemoved
from studio.domain.ids import uuid7
from studio.domain.lineup import DEFAULT_PLANNED_MS, ItemKind, ItemStatus, LineUpItem, item_of
from studio.domain.product import Product
from studio.domain.show_state import Decided
from studio.ui.host.deciding import AGAIN_MS, Deciding
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.lineup_clipboard import as_new, items_mime, pasted_items
from studio.ui.prepare.lineup_undo import told
from studio.ui.studio import Notice
from studio.ui.widgets.text import clean_text

_NOTICE = "lineup"


class LineUpActs(QObject):
    """Acts on items by their ids. `came` carries the ids of items that were put in, as soon as they are there."""

    came = Signal(object)

    def __init__(
        self,
        live: LiveShow,
        deciding: Deciding,
        notify: Callable[[Notice], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._live, self._deciding, self._notify = live, deciding, notify
        # A key that is held down: each press goes by what the one before left.
        self._turn = asyncio.Lock()
        self._awaited: tuple[str, ...] = ()
        self._behind_awaited = 0
        self._passed_over = 0.0
        live.lineup_changed.connect(self._look_for_awaited)

    # --- putting in and taking out ----------------------------------------------------------------------------

    def add_products(self, products: Sequence[Product], index: int) -> None:
        """Put products in before the item at this index."""
        currency = self._live.state.currency
        self.add([item_of(product, uuid7, currency) for product in products], index)

    def add(self, items: Sequence[LineUpItem], index: int) -> None:
        """Put items in before the item at this index."""
        if items:
            self._awaited, self._behind_awaited = tuple(item.id for item in items), index + len(items)
            self._deciding.run(self._add(tuple(items), index), "add items")

    @property
    def behind_awaited(self) -> int | None:
        """The place behind the items that are on their way into the line-up; None while there are none."""
        return self._behind_awaited if self._awaited else None

    async def _add(self, items: tuple[LineUpItem, ...], index: int) -> None:
        mine = tuple(item.id for item in items)
        if await self._deciding.do(AddItems(items, index)):
            self._look_for_awaited()
        elif self._awaited == mine:
            self._awaited = ()

    def _look_for_awaited(self) -> None:
        if self._awaited and all(self._live.state.index(item_id) >= 0 for item_id in self._awaited):
            came, self._awaited = self._awaited, ()
            self.came.emit(came)

    def segment(self, title: str, minutes: int, index: int) -> None:
        """Put in a segment without product."""
        planned = minutes * 60_000 or DEFAULT_PLANNED_MS
        self.add([LineUpItem(uuid7(), ItemKind.TALK, title, planned)], index)

    def remove(self, item_ids: Sequence[str]) -> None:
        """Take items out; those that were shown stay, and that is said."""
        shown = {run.item_id for run in self._live.state.runs}
        free = tuple(i for i in item_ids if i not in shown)
        if len(free) < len(item_ids):
            kept = self._title(next(i for i in item_ids if i in shown))
            sentence = self.tr("{item} has been on air and stays in the line-up.")
            if len(item_ids) - len(free) > 1:
                sentence = self.tr("What has been on air stays in the line-up.")
            self._notify(Notice("warning", sentence.replace("{item}", kept), _NOTICE))
        if free:
            self._deciding.give(RemoveItems(free))

    def skip(self, item_id: str) -> None:
        """Skip a planned item, or plan a skipped one again."""
        skipped = self._live.state.status(item_id) is ItemStatus.SKIPPED
        self._deciding.give(SkipItem(item_id, not skipped))

    # --- moving -----------------------------------------------------------------------------------------------

    def move(self, item_ids: Sequence[str], index: int) -> None:
        """Move items before the one that stands at this index."""
        if not self._stay(item_ids, index):
            self._deciding.give(MoveItems(tuple(item_ids), index))

    def _stay(self, item_ids: Sequence[str], index: int) -> bool:
        """Whether the items stand there already: then nothing is decided."""
        order, moved = [i.id for i in self._live.state.items], set(item_ids)
        ahead = [i for i in order[:index] if i not in moved]
        behind = [i for i in order[index:] if i not in moved]
        return [*ahead, *(i for i in order if i in moved), *behind] == order

    def move_by(self, item_ids: Sequence[str], by: int) -> None:
        """Move items one place up (-1) or down (+1), together."""
        self._deciding.run(self._move_by(tuple(item_ids), by), "move items")

    async def _move_by(self, item_ids: tuple[str, ...], by: int) -> None:
        async with self._turn:
            places = [at for at, item in enumerate(self._live.state.items) if item.id in item_ids]
            if not places:
                return
            index = max(0, places[0] - 1) if by < 0 else min(len(self._live.state.items), places[-1] + 2)
            if not self._stay(item_ids, index):
                await self._deciding.do(MoveItems(item_ids, index))

    # --- the clipboard ----------------------------------------------------------------------------------------

    def copy(self, item_ids: Sequence[str], clipboard: QClipboard) -> None:
        """Put items on the clipboard."""
        items = [item for item in self._live.state.items if item.id in set(item_ids)]
        if items:
            clipboard.setMimeData(items_mime(items))

    def paste(self, clipboard: QClipboard, index: int) -> None:
        """Put what is on the clipboard in before the item at this index."""
        items = pasted_items(clipboard.mimeData())
        if not items:
            sentence = self.tr("There are no items on the clipboard: copy some in a line-up first.")
            self._notify(Notice("info", sentence, _NOTICE))
            return
        self.add(as_new(items, self._codes(), uuid7), index)

    def duplicate(self, item_ids: Sequence[str], index: int) -> None:
        """Put items in once more."""
        items = [item for item in self._live.state.items if item.id in set(item_ids)]
        self.add(as_new(items, self._codes(), uuid7), index)

    def _codes(self) -> set[str]:
        state = self._live.state
        planned = {plan.code for plan, _ in state.promo_plans}
        return planned | {record.promo.code for record in state.promos.values()}

    # --- undo -------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Take back the last decision, and say which."""
        self._deciding.run(self._undo(), "undo")

    def redo(self) -> None:
        """Do again what was undone, and say what."""
        self._deciding.run(self._redo(), "redo")

    async def _undo(self) -> None:
        async with self._turn:
            before = self._live.state
            now = time.monotonic()
            again, self._passed_over = now < self._passed_over, 0.0
            words = told(before.undoable[-1], before) if before.undoable and not again else ""
            back = () if again else _put_back(before.undoable)
            refused = await self._deciding.refusal(Undo(skip_irrevocable=again))
            if refused is not None:
                # As on air: pressed again soon, it goes behind what cannot be taken back.
                self._passed_over = now + AGAIN_MS / 1000 if refused.reason == "irrevocable" else 0.0
                if refused.sentence:
                    self._notify(Notice("warning", refused.sentence, f"refused:{refused.reason}"))
            else:
                self._await(back)
                said = self.tr("Undone: {what}.").replace("{what}", words) if words else self.tr("Undone.")
                self._notify(Notice("ok", said, _NOTICE))

    async def _redo(self) -> None:
        async with self._turn:
            # What an undo did is what will be taken back: the decision before it says what is done again.
            back = _put_back(self._live.state.redoable)
            if await self._deciding.do(Redo()):
                self._await(back)
                after = self._live.state
                words = told(after.undoable[-1], after) if after.undoable else ""
                said = (
                    self.tr("Done again: {what}.").replace("{what}", words)
                    if words
                    else self.tr("Done again.")
                )
                self._notify(Notice("ok", said, _NOTICE))

    def _await(self, back: tuple[str, ...]) -> None:
        """What came back is chosen, as what was put in."""
        if back:
            self._awaited, self._behind_awaited = back, len(self._live.state.items)
            self._look_for_awaited()

    def _title(self, item_id: str) -> str:
        item = self._live.state.item(item_id)
        return f"“{clean_text(item.title, 60)}”" if item else self.tr("An item")


def _put_back(decided: Sequence[Decided]) -> tuple[str, ...]:
    """The items that come back when the last of these decisions is taken back."""
    events = decided[-1].events if decided else ()
    return tuple(e.event.item.id for e in events if isinstance(e.event, ItemRemoved))
