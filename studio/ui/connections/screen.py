"""The screen of the shops: the list at the left, the form in the middle, what a test found at the right."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio.ui.actions import Actions
from studio.ui.connections.drafts import Draft, draft_of, merged, new_draft, problems
from studio.ui.connections.leaving import Answer, ask_unsaved
from studio.ui.connections.page import ShopsPage
from studio.ui.connections.port import KnownShops, NotDoneError, ShopConnections, ShopTest, Step
from studio.ui.connections.trial import Trial
from studio.ui.connections.words import tr
from studio.ui.dialogs import confirm
from studio.ui.studio import Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.text import clean_text

_HERE: Final = ("shop.test", "shop.save", "shop.add", "shop.duplicate", "shop.remove")
"""Actions that mean something on this screen only."""


class ShopsScreen(ShopsPage):
    """Give it shops by `load`. `left` is emitted when a person goes back; `notice` carries what to say."""

    left = Signal()
    notice = Signal(object)

    def __init__(
        self,
        connections: ShopConnections,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(actions, theme, texts, parent)
        self._port, self._actions, self._tasks = connections, actions, tasks
        self.trial = Trial(connections, tasks, self)
        self._keys_stay = True
        self._default_kind = "studio"
        self._numbers = 0
        self._here = False
        self._connect()
        self._wait()
        self._enable_actions(here=False)

    def _connect(self) -> None:
        on = self._actions.on
        on("shop.test", self.test)
        on("shop.save", lambda: self._run(self._save_shown(), "save shop"))
        on("shop.add", self.add)
        on("shop.duplicate", self.duplicate)
        on("shop.remove", lambda: self._run(self._remove(), "remove shop"))
        self.back.clicked.connect(self.leave)
        self.escaped.connect(self._escaped)
        self.entered.connect(self._actions["shop.save"].trigger)
        self.list.chosen.connect(self._show_current)
        self.list.model.dataChanged.connect(self._refresh_actions)
        self.form.edited.connect(self._edited)
        self.form.left.connect(self._field_left)
        self.form.forget_asked.connect(lambda: self._run(self._forget_key(), "forget key"))
        self.form.default_asked.connect(lambda: self._run(self._make_default(), "shop for new shows"))
        self.findings.cancel_asked.connect(self.trial.cancel)
        self.trial.stepped.connect(self._stepped)
        self.trial.found.connect(self._found)
        self.trial.over.connect(self._test_over)
        self.empty.acted.connect(self._empty_acted)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._enable_actions(here=True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._enable_actions(here=False)

    # --- what there is ----------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> list[Draft]:
        """The shops of which something is not saved; an empty new one is nothing."""
        return [d for d in self.list.model.drafts if d.dirty and not d.untouched]

    async def load(self) -> None:
        """Read the shops; what is not saved yet stays as it was typed."""
        try:
            known = await self._port.known()
        except Exception as error:  # the store's errors are not known here; all are said and logged
            self._show_sentence(
                tr("The shops cannot be read ({why}).").replace("{why}", str(error) or type(error).__name__),
                "warning",
                tr("Try again"),
            )
            raise
        self._take(known)

    def _wait(self) -> None:
        self._show_sentence(tr("Reading the shops…"), "clock")

    def _take(self, known: KnownShops) -> None:
        self._keys_stay = known.keys_stay
        self.keys_sentence.setText(known.keys_sentence)
        self.keys_sentence.set_tone("muted" if known.keys_stay else "warning")
        self.form.offer({platform.kind: platform for platform in known.platforms})
        self.list.model.name_platforms({platform.kind: platform.title for platform in known.platforms})
        self._default_kind = known.platforms[0].kind if known.platforms else "studio"
        current = self.list.current
        drafts = merged(self.list.model.drafts, known.shops)
        self.list.model.set_all(drafts)
        wanted = self.list.model.row_of(current.id) if current else -1
        default = next((n for n, shop in enumerate(known.shops) if shop.for_new_shows), 0)
        if drafts:
            self.list.choose(max(0, wanted) if wanted >= 0 else default)
        self._show_current()

    def _show_current(self, _draft_id: str = "") -> None:
        draft = self.list.current
        if draft is None:
            self._show_sentence(
                tr("No shop is connected yet. Add one: its platform, address and key are all it takes."),
                "bag",
                tr("Add a shop"),
            )
        else:
            self._show_shop()
            self.form.refuse("")
            self.form.show_draft(draft, keys_stay=self._keys_stay)
            self.errors.show_troubles(draft.saved.troubles if draft.saved else ())
            self._show_found(draft)
            self._run(self._show_push_address(draft), "address for webhooks")
        self._refresh_actions()

    async def _show_push_address(self, draft: Draft) -> None:
        """Where webhooks are heard with what stands in the form, as far as it makes sense."""
        wrong = problems(draft, self._port.address_problem)
        usable = not wrong.keys() - {"name"}
        told = (
            await self._port.push_address(draft.settings(self._port.new_id), draft.push_key) if usable else ""
        )
        if self.list.current is not None and self.list.current.id == draft.id:
            self.form.show_push_address(told)

    def _show_found(self, draft: Draft) -> None:
        if self.trial.shop_id == draft.id:
            self.findings.show_step(self.trial.step)
        elif draft.found is not None:
            self.findings.show_found(draft.found)
        else:
            self.findings.show_nothing()

    # --- editing ----------------------------------------------------------------------------------------------

    def add(self) -> None:
        """A new shop, to be filled in."""
        empty = next((d for d in self.list.model.drafts if d.untouched), None)
        if empty is None:
            self._numbers += 1
            empty = new_draft(self._numbers, self._default_kind)
            self.list.model.add(empty)
        self.list.choose(self.list.model.row_of(empty.id))
        self.form.go_to("kind")

    def duplicate(self) -> None:
        """Another shop like this one, without its key."""
        current = self.list.current
        if current is None:
            return
        self._numbers += 1
        self.list.choose(self.list.model.add(new_draft(self._numbers, self._default_kind, current)))
        self.form.go_to("name")
        self.form.name.selectAll()

    def _edited(self, name: str, value: str) -> None:
        draft = self.list.current
        if draft is None:
            return
        changed = draft.changed(name, value)
        if name != "name" and self.trial.shop_id == draft.id:
            self.trial.cancel()
        self.list.model.put(self.list.row, changed)
        if name in ("push_port", "push_key", "base_url"):
            self._run(self._show_push_address(changed), "address for webhooks")
        if changed.found is None and not self.trial.shop_id:
            self.findings.show_nothing()

    def _field_left(self, name: str) -> None:
        draft = self.list.current
        if (
            draft is not None
            and draft.dirty
            and not draft.untouched
            and name in ("base_url", "storefront", "ca_file", "push_port")
        ):
            self.form.say_problem(name, problems(draft, self._port.address_problem).get(name, ""))

    def _right(self, draft: Draft, *, named: bool = True) -> bool:
        """Whether everything is right; else what is wrong is said. A shop that is only tried needs no name."""
        found = problems(draft, self._port.address_problem)
        if not named:
            found.pop("name", None)
        if self.list.current is not None and self.list.current.id != draft.id:
            self.list.choose(self.list.model.row_of(draft.id))
        self.form.say_problems(found)
        if found:
            self.form.go_to(next(name for name in self.form.inputs if name in found))
        return not found

    async def _save_shown(self) -> None:
        draft = self.list.current
        if draft is not None and draft.dirty:
            await self._save(draft)

    async def _save(self, draft: Draft) -> bool:
        """Whether it is saved now; else why not is said in the form."""
        if not self._right(draft):
            return False
        shop = draft.settings(self._port.new_id)
        try:
            said = await self._port.save(shop, draft.key, draft.push_key)
        except NotDoneError as error:
            self.form.refuse(str(error))
            return False
        known = await self._port.known()
        fresh = next((each for each in known.shops if each.settings.id == shop.id), None)
        row = self.list.model.row_of(draft.id)
        if row >= 0 and fresh is not None:
            now = self.list.model.drafts[row]
            typed_on = replace(now, found=None) != replace(draft, found=None)
            saved = (
                replace(now, id=shop.id, saved=fresh)
                if typed_on
                else replace(draft_of(fresh), found=now.found)
            )
            self.list.model.put(row, saved)
        self._take(known)
        text = tr("“{name}” is saved.").replace("{name}", clean_text(shop.name, 100))
        level = "ok" if self._keys_stay or not said else "warning"
        self.notice.emit(Notice(level, f"{text} {said}".strip(), "shops"))
        return True

    async def _remove(self) -> None:
        draft = self.list.current
        if draft is None:
            return
        name = clean_text(draft.name, 100) or tr("New shop")
        if not draft.untouched:
            sentence = tr(
                "Its address and its key are forgotten on this computer. Nothing changes at the shop."
            )
            title = tr("Remove “{name}”?").replace("{name}", name)
            if not await confirm(self.window(), title, sentence, tr("Remove")):
                return
        try:
            if not draft.is_new:
                await self._port.remove(draft.id)
        except NotDoneError as error:
            self.form.refuse(str(error))
            return
        if self.trial.shop_id == draft.id:
            self.trial.cancel()
        self.list.model.remove(self.list.model.row_of(draft.id))
        await self.load()

    async def _forget_key(self) -> None:
        draft = self.list.current
        if draft is not None and not draft.is_new:
            await self._port.forget_key(draft.id)
            await self.load()
            self.notice.emit(
                Notice("ok", tr("The key is forgotten. Enter it again before the next show."), "shops")
            )

    async def _make_default(self) -> None:
        draft = self.list.current
        try:
            if draft is not None and not draft.is_new:
                await self._port.use_for_new_shows(draft.id)
                await self.load()
        except NotDoneError as error:
            self.form.refuse(str(error))

    # --- testing ----------------------------------------------------------------------------------------------

    def test(self) -> None:
        """Try the shop as it stands in the form."""
        draft = self.list.current
        if draft is None or self.trial.shop_id or not self._right(draft, named=False):
            return
        self.trial.begin(draft.id, draft.settings(self._port.new_id), draft.key)
        self.findings.show_step(Step.CONNECT)
        if self.form.test.hasFocus():
            self.findings.cancel.setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh_actions()

    def _stepped(self, draft_id: str, step: Step) -> None:
        if self.list.current is not None and self.list.current.id == draft_id:
            self.findings.show_step(step)

    def _found(self, draft_id: str, found: ShopTest) -> None:
        row = self.list.model.row_of(draft_id)
        if row < 0:
            return
        draft = replace(self.list.model.drafts[row], found=found)
        if not draft.name and found.name:
            draft = draft.changed("name", clean_text(found.name, 100))
        self.list.model.put(row, draft)
        if self.list.row == row:
            self.form.show_draft(draft, keys_stay=self._keys_stay)
            self.findings.show_found(found)
        if found.failure is not None:
            self._run(self.load(), "read errors of shops")

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
        self._run(self._leave(), "leave shops")

    async def _leave(self) -> None:
        if await self.may_leave():
            self.left.emit()

    async def may_leave(self) -> bool:
        """Ask what becomes of changes; True when they are saved or discarded, or there are none."""
        unsaved = self.unsaved
        if not unsaved:
            self._drop_unsaved()
            return True
        names = [clean_text(draft.name, 60) or tr("New shop") for draft in unsaved]
        answer = await ask_unsaved(self.window(), names)
        if answer is Answer.DISCARD:
            self._drop_unsaved()
        elif answer is Answer.SAVE:
            for draft in unsaved:
                if not await self._save(draft):
                    return False
        return answer is not Answer.STAY

    def _drop_unsaved(self) -> None:
        drafts = [draft_of(d.saved) if d.dirty else d for d in self.list.model.drafts if d.saved is not None]
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
            self._run(self.load(), "read shops")
        else:
            self.add()

    def _enable_actions(self, *, here: bool) -> None:
        self._here = here
        self._refresh_actions()

    def _refresh_actions(self) -> None:
        draft = self.list.current
        elsewhere = tr("Open the shops first.")
        for action_id in _HERE:
            self._actions[action_id].enable(self._here, elsewhere)
        if not self._here:
            return
        self._actions["shop.save"].enable(draft is not None and draft.dirty, tr("Nothing has changed."))
        self._actions["shop.test"].enable(
            draft is not None and not self.trial.shop_id, tr("A test is under way.")
        )
        for action_id in ("shop.duplicate", "shop.remove"):
            self._actions[action_id].enable(draft is not None, tr("Choose a shop first."))
        if (
            QApplication.focusWidget() is None and self.isActiveWindow()
        ):  # its button cannot be pressed any more
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _run(self, coro: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        return self._tasks.spawn(coro, name)
