"""What the screens of the shops and the channels have in common: what is saved, tested, removed, and how one leaves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication

from studio.ui.connections.drafts import D
from studio.ui.connections.editor import ConnectionsEditor
from studio.ui.connections.leaving import Answer, ask_unsaved
from studio.ui.connections.port import NotDoneError
from studio.ui.connections.words import tr
from studio.ui.dialogs import confirm
from studio.ui.studio import Notice
from studio.ui.widgets.text import clean_text

HERE: Final = ("shop.test", "shop.save", "shop.add", "shop.duplicate", "shop.remove")
"""Actions that mean something on these screens only: the one in front takes them."""
TAKEN_BY: Final = "taken_by"
"""The property of the first of them that names who has them."""


class ConnectionsScreen(ConnectionsEditor[D]):
    """Give it what there is by `load`. `left` is emitted when a person goes back."""

    left = Signal()

    def begin(self) -> None:
        """Connect everything; once, when all of the screen is made."""
        self._here = False
        self._on("shop.test", self.test)
        self._on("shop.save", lambda: self._run(self._save_shown(), "save"))
        self._on("shop.add", self.add)
        self._on("shop.duplicate", self.duplicate)
        self._on("shop.remove", lambda: self._run(self._remove(), "remove"))
        self.back.clicked.connect(self.leave)
        self.escaped.connect(self._escaped)
        self.entered.connect(self._actions["shop.save"].trigger)
        self.list.chosen.connect(self._show_current)
        self.list.model.dataChanged.connect(self._refresh_actions)
        self._fields.edited.connect(self._edited)
        self._fields.left.connect(self._field_left)
        self._fields.forget_asked.connect(lambda: self._run(self._forget_key(), "forget key"))
        self.findings.cancel_asked.connect(self.trial.cancel)
        self.trial.stepped.connect(self._stepped)
        self.trial.found.connect(self._found)
        self.trial.over.connect(self._test_over)
        self.empty.acted.connect(self._empty_acted)
        self._refresh_actions()

    def _on(self, action_id: str, act: Callable[[], object]) -> None:
        self._actions.on(action_id, lambda: act() if self._here else None)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._enable_actions(here=True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._enable_actions(here=False)

    # --- saving -------------------------------------------------------------------------------------------

    async def _save_shown(self) -> None:
        draft = self.list.current
        if draft is not None and draft.dirty:
            await self._save(draft)

    async def _save(self, draft: D) -> bool:
        """Whether it is saved now; else why not is said in the form."""
        if not self._right(draft):
            return False
        settings = self._settings(draft)
        try:
            said = await self._keep(draft, settings)
        except NotDoneError as error:
            self._fields.refuse(str(error))
            return False
        known = await self._connections.known()
        fresh = next((each for each in self._take_known(known) if each.settings.id == settings.id), None)
        row = self.list.model.row_of(draft.id)
        if row >= 0 and fresh is not None:
            now = self.list.model.drafts[row]
            typed_on = replace(now, found=None) != replace(draft, found=None)
            saved = (
                replace(now, id=settings.id, saved=fresh)
                if typed_on
                else replace(self._of(fresh), found=now.found)
            )
            self.list.model.put(row, saved)
        self._take(known)
        text = self._wording.saved.replace("{name}", clean_text(settings.name, 100))
        level = "ok" if self._keys_stay or not said else "warning"
        self.notice.emit(Notice(level, f"{text} {said}".strip(), self._wording.name))
        return True

    async def _remove(self) -> None:
        draft = self.list.current
        if draft is None:
            return
        name = clean_text(draft.name, 100) or self._wording.unnamed
        if not draft.untouched:
            title = self._wording.remove_title.replace("{name}", name)
            if not await confirm(self.window(), title, self._wording.remove, tr("Remove")):
                return
        try:
            if not draft.is_new:
                await self._connections.remove(draft.id)
        except NotDoneError as error:
            self._fields.refuse(str(error))
            return
        if self.trial.subject == draft.id:
            self.trial.cancel()
        self.list.model.remove(self.list.model.row_of(draft.id))
        await self.load()

    async def _forget_key(self) -> None:
        draft = self.list.current
        if draft is not None and not draft.is_new:
            await self._connections.forget_key(draft.id)
            await self.load()
            self.notice.emit(Notice("ok", self._wording.key_forgotten, self._wording.name))

    # --- testing ----------------------------------------------------------------------------------------------

    def test(self) -> None:
        """Try it as it stands in the form."""
        draft = self.list.current
        if draft is None or self.trial.subject or not self._right(draft, named=False):
            return
        first, attempt = self._try(draft)
        self.trial.begin(draft.id, first, attempt)
        self.findings.show_step(first)
        if self._fields.test.hasFocus():
            self.findings.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh_actions()

    def _stepped(self, draft_id: str, step: object) -> None:
        if self.list.current is not None and self.list.current.id == draft_id:
            self.findings.show_step(step)

    def _found(self, draft_id: str, found: Any) -> None:
        row = self.list.model.row_of(draft_id)
        if row < 0:
            return
        draft = replace(self.list.model.drafts[row], found=found)
        if not draft.name and found.name:
            draft = replace(draft, values={**draft.values, "name": clean_text(found.name, 100)})
        self.list.model.put(row, draft)
        if self.list.row == row:
            self._show_draft(draft)
            self._show_found(draft)
        if found.failure is not None:
            self._run(self.load(), "read errors")

    def _test_over(self, draft_id: str) -> None:
        current = self.list.current
        if current is not None and current.id == draft_id and current.found is None:
            self.findings.show_cancelled()
        self._refresh_actions()

    # --- leaving ----------------------------------------------------------------------------------------------

    def _escaped(self) -> None:
        if not self.trial.cancel():
            self.leave()

    def leave(self) -> None:
        """Go back; what is not saved is asked about first."""
        self._run(self._leave(), "leave")

    async def _leave(self) -> None:
        if await self.may_leave():
            self.left.emit()

    async def may_leave(self) -> bool:
        """Ask what becomes of changes; True when they are saved or discarded, or there are none."""
        unsaved = self.unsaved
        if not unsaved:
            self._drop_unsaved()
            return True
        names = [clean_text(draft.name, 60) or self._wording.unnamed for draft in unsaved]
        answer = await ask_unsaved(self.window(), names)
        if answer is Answer.DISCARD:
            self._drop_unsaved()
        elif answer is Answer.SAVE:
            for draft in unsaved:
                if not await self._save(draft):
                    return False
        return answer is not Answer.STAY

    def _drop_unsaved(self) -> None:
        drafts = [self._of(d.saved) if d.dirty else d for d in self.list.model.drafts if d.saved is not None]
        if list(self.list.model.drafts) != drafts:
            row = self.list.row
            self.list.model.set_all(drafts)
            if drafts:
                self.list.choose(min(max(0, row), len(drafts) - 1))
            self._show_current()

    # --- what can be done now ---------------------------------------------------------------------------------

    def _empty_acted(self) -> None:
        if self.empty.button.text() == tr("Try again"):
            self._wait()
            self._run(self.load(), "read again")
        else:
            self.add()

    def _enable_actions(self, *, here: bool) -> None:
        self._here = here
        if here:
            self._actions[HERE[0]].setProperty(TAKEN_BY, self._wording.name)
            for action_id, tooltip in self._wording.actions.items():
                self._actions[action_id].describe(tooltip)
        self._refresh_actions()
        if here:
            self._now_here()
        else:
            self._gone()

    def _refresh_actions(self) -> None:
        draft = self.list.current
        if not self._here:
            # Of two screens the one comes to the front before the other goes: what it took is left to it.
            if self._actions[HERE[0]].property(TAKEN_BY) in (None, self._wording.name):
                for action_id in HERE:
                    self._actions[action_id].enable(False, self._wording.elsewhere)
            return
        self._actions["shop.add"].enable(True)
        self._actions["shop.save"].enable(draft is not None and draft.dirty, tr("Nothing has changed."))
        self._actions["shop.test"].enable(
            draft is not None and not self.trial.subject, tr("A test is under way.")
        )
        for action_id in ("shop.duplicate", "shop.remove"):
            self._actions[action_id].enable(draft is not None, self._wording.choose_first)
        if (
            QApplication.focusWidget() is None and self.isActiveWindow()
        ):  # its button cannot be pressed any more
            self.setFocus(Qt.FocusReason.OtherFocusReason)
