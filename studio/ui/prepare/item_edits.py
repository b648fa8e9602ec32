"""From typing to decisions: every edit of an item becomes a command, and what was refused stays as it was typed."""

from typing import Any, Final

import msgspec
import structlog
from PySide6.QtCore import QObject, Signal

from studio.domain.commands import ChangeItem, ChangeItems
from studio.domain.lineup import LineUpItem
from studio.ui.host.deciding import Deciding
from studio.ui.models.live_show import LiveShow
from studio.ui.prepare.item_values import ATTRIBUTE, Field, Wrong, read, written
from studio.ui.texts import Texts

_log = structlog.get_logger(__name__)
_KEPT: Final = 200


class Draft(msgspec.Struct, frozen=True):
    """What was typed and could not be taken, and why not."""

    text: str
    sentence: str


class ItemEdits(QObject):
    """The edits of one line-up. Fields ask it what to show, and hand it what was typed."""

    changed = Signal(str)
    """What fields of this item show has changed by an edit (its id)."""

    def __init__(
        self, live: LiveShow, deciding: Deciding, texts: Texts, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._live, self._deciding, self._texts = live, deciding, texts
        self._drafts: dict[tuple[str, Field], Draft] = {}
        # What was decided and has not come back yet: the next edit of the same item must not take it back.
        self._sent: dict[str, dict[str, Any]] = {}
        self._under_way: dict[str, int] = {}
        live.lineup_changed.connect(self._arrived)

    # --- reading ----------------------------------------------------------------------------------------------

    def item(self, item_id: str) -> LineUpItem | None:
        """The item with everything that was decided about it; None when it is gone."""
        item = self._live.state.item(item_id)
        sent = self._sent.get(item_id)
        return msgspec.structs.replace(item, **sent) if item is not None and sent else item

    def text(self, item: LineUpItem, field: Field) -> str:
        """What the field shows: what was typed and refused, else what is planned."""
        draft = self._drafts.get((item.id, field))
        return self.planned(item, field) if draft is None else draft.text

    def planned(self, item: LineUpItem, field: Field) -> str:
        """What is planned, as the field writes it."""
        return written(field, item, self._live.state.currency, self._texts)

    def problem(self, item_id: str, field: Field) -> str:
        """Why what was typed could not be taken; empty when nothing was refused."""
        draft = self._drafts.get((item_id, field))
        return draft.sentence if draft else ""

    def problems(self) -> list[tuple[str, Field, str]]:
        """Everything that was refused and not mended yet: item id, field, sentence."""
        return [(item_id, field, draft.sentence) for (item_id, field), draft in self._drafts.items()]

    # --- editing ----------------------------------------------------------------------------------------------

    def commit(self, item_id: str, field: Field, text: str) -> None:
        """What was typed is meant. Where it changes nothing, nothing is decided."""
        item = self.item(item_id)
        if item is None:
            return
        try:
            value = read(field, text, self._live.state.currency, self._texts)
        except Wrong as wrong:
            self._keep(item_id, field, text, str(wrong))
            return
        if value == getattr(item, ATTRIBUTE[field]):
            self.drop(item_id, field)
            return
        self._give((item,), {ATTRIBUTE[field]: value}, field, text)

    def drop(self, item_id: str, field: Field) -> None:
        """Forget what was typed and refused."""
        if self._drafts.pop((item_id, field), None) is not None:
            self.changed.emit(item_id)

    def put(self, item_id: str, **changes: Any) -> None:
        """Change attributes of an item that are not typed: pictures, alternatives."""
        item = self.item(item_id)
        if item is not None and msgspec.structs.replace(item, **changes) != item:
            self._give((item,), changes)

    def put_all(self, item_ids: tuple[str, ...], **changes: Any) -> None:
        """The same of several items, as one decision."""
        items = [i for i in map(self.item, item_ids) if i is not None]
        differ = tuple(i for i in items if msgspec.structs.replace(i, **changes) != i)
        if differ:
            self._give(differ, changes)

    # --- deciding ---------------------------------------------------------------------------------------------

    def _give(
        self,
        items: tuple[LineUpItem, ...],
        changes: dict[str, Any],
        field: Field | None = None,
        text: str = "",
    ) -> None:
        for item in items:
            self._sent.setdefault(item.id, {}).update(changes)
            self._under_way[item.id] = self._under_way.get(item.id, 0) + 1
        wanted = tuple(msgspec.structs.replace(item, **changes) for item in items)
        try:
            self._deciding.run(self._decide(wanted, changes, field, text), "change item")
        except RuntimeError as closed:
            # The window has gone with something typed in it: whoever closes it asks the editor to commit before.
            _log.warning(
                "an edit came too late", items=[i.id for i in items], what=[*changes], exc_info=closed
            )

    async def _decide(
        self, items: tuple[LineUpItem, ...], changes: dict[str, Any], field: Field | None, text: str
    ) -> None:
        command = ChangeItem(items[0]) if len(items) == 1 else ChangeItems(items)
        done = False
        try:
            if field is None:
                done = await self._deciding.do(command)
                return
            refused = await self._deciding.refusal(command)
            done = refused is None
            if refused is None:
                self._drafts.pop((items[0].id, field), None)
            else:
                sentence = refused.sentence or self.tr("This could not be kept: try again.")
                self._keep(items[0].id, field, text, sentence)
        finally:
            for item in items:
                self._settle(item.id, changes, done)

    def _settle(self, item_id: str, changes: dict[str, Any], done: bool) -> None:
        self._under_way[item_id] -= 1
        sent = self._sent.get(item_id, {})
        if not done:
            for name, value in changes.items():
                if sent.get(name) == value:
                    del sent[name]
        self._forget(item_id)
        self.changed.emit(item_id)

    def _arrived(self) -> None:
        for item_id in tuple(self._sent):
            if not self._under_way.get(item_id):
                self._sent.pop(item_id, None)
                self._under_way.pop(item_id, None)

    def _forget(self, item_id: str) -> None:
        """Once it has come back, the show says it itself."""
        item, sent = self._live.state.item(item_id), self._sent.get(item_id, {})
        if self._under_way.get(item_id):
            return
        if item is None or all(getattr(item, name) == value for name, value in sent.items()):
            self._sent.pop(item_id, None)
            self._under_way.pop(item_id, None)

    def _keep(self, item_id: str, field: Field, text: str, sentence: str) -> None:
        while len(self._drafts) >= _KEPT:
            del self._drafts[next(iter(self._drafts))]
        self._drafts[item_id, field] = Draft(text, sentence)
        self.changed.emit(item_id)
