"""The promo plan of a show: every planned code with its window, what is wrong with it, and its form."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit, QWidget
from shiboken6 import isValid

from studio.control.ports import StoreFull
from studio.domain.commands import Command, Undo
from studio.domain.lineup import ItemKind
from studio.domain.promo import PromoPlan
from studio.domain.promo_conflicts import Conflict, PromoRules, by_plan, conflicts
from studio.domain.promo_plan import PlannedCode, field_problems, planned_codes, show_start
from studio.domain.show import ShowPhase
from studio.ui.actions import Actions
from studio.ui.dialogs import Dialog, confirm
from studio.ui.models.live_show import LiveShow
from studio.ui.models.pace import Paced
from studio.ui.prepare import promo_edits as edits
from studio.ui.prepare.promo_plan_model import rows_of
from studio.ui.prepare.promo_plan_view import PromoPlanView
from studio.ui.prepare.promo_port import PromoPort
from studio.ui.prepare.promo_words import ConflictWords, WindowWords, fate_words, filled, taken_words, tr
from studio.ui.studio import Studio
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.labels import PlainLabel, tooltip_text
from studio.ui.widgets.text import clean_text

PACE_MS: Final = 300
FLASH_MINUTES: Final = 10
MOST_SENTENCES: Final = 12
"""So many conflicts of one code are said; nobody reads more."""
_PERCENT: Final = 10


class PromoPlanDialog(Dialog):
    """Open it by `open()` or `edit_for_item`. What is changed is decided at once, and can be undone.

    `port` says what the shop and the other shows have; it is asked when the dialog opens and for each new code.
    """

    def __init__(
        self, studio: Studio, port: PromoPort, live: LiveShow, actions: Actions, theme: Theme, texts: Texts, tasks: Tasks,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        sentence = tr(
            "When each code runs, and what would go wrong with it. Times are those of the show's time zone."
        )
        super().__init__(parent, tr("Promo plan"), sentence, width=theme.px(900))  # pyright: ignore[reportArgumentType] - alone
        room = self.size() if parent is None else parent.window().size()
        self.resize(
            max(theme.px(900), min(theme.px(1_280), room.width() * 15 // 16)),
            max(theme.px(520), min(theme.px(780), room.height() * 15 // 16)),
        )
        self._studio, self._port, self._live, self._actions = studio, port, live, actions
        self._theme, self._texts, self._tasks = theme, texts, tasks
        self._codes: tuple[PlannedCode, ...] = ()
        self._problems: dict[str, list[Conflict]] = {}
        self._taken: dict[str, bool | None] = {}
        self._others: dict[str, str] = {}
        self._asking = self._leaving = False
        self._decided = 0
        self._wanted = self._chosen = ""
        self._drafts: dict[str, PromoPlan] = {}
        self._sent: dict[str, PromoPlan] = {}
        self.view: Final = PromoPlanView(theme, texts)
        self.model, self.table, self.form = self.view.model, self.view.table, self.view.form
        self.refusal: Final = PlainLabel("", tone="warning", wrap=True)
        self.body.addWidget(self.view, 1)
        self.buttons.insertWidget(0, self.refusal, 1)
        self.undo_button: Final = self.add_button(tr("Undo"))
        self.undo_button.setToolTip(tooltip_text(tr("Take back the last change made here (Ctrl Z)")))
        close = self.add_button(tr("Close"))
        close.clicked.connect(self.reject)
        self._first = self.table
        self._pace = Paced(self.refresh, PACE_MS, self)
        self._connect()
        self.refresh()
        self.ask_shop()

    def _connect(self) -> None:
        live = self._live
        live.show_changed.connect(self._pace.soon)
        live.promos_changed.connect(self._pace.soon)
        live.products_changed.connect(self._soon)
        self.table.selectionModel().currentRowChanged.connect(self._choose)
        self.table.activated.connect(self._go_to_form)
        self.form.edited.connect(self._edited)
        self.form.another_asked.connect(self._suggest)
        self.undo_button.clicked.connect(self.undo)
        self.view.floor.setValue(self._port.floor_percent)
        self.view.replay.setValue(self._port.replay_ms // 3_600_000)
        self.view.floor.valueChanged.connect(partial(self._keep, self._port.keep_floor))
        self.view.replay.valueChanged.connect(partial(self._keep, self._port.keep_replay))
        self.view.add_asked.connect(self._add)
        self.view.copy_asked.connect(self._copy)
        self.view.remove_asked.connect(self._remove)
        self.view.ask_asked.connect(self.ask_again)

    # --- showing ----------------------------------------------------------------------------------------------

    def edit_for_item(self, item_id: str) -> None:
        """Open at the code of an item; one that has none gets a suggestion."""
        item = self._live.state.item(item_id)
        if item is not None and item.promo is not None:
            self._choose_plan(item.promo.id)
        elif item is not None:
            self._add_for(item_id)
        self.open()
        self._first = self.form.code
        self.form.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, keep: Callable[[int], str], value: int) -> None:
        sentence = keep(value)
        self.refusal.setText(f"⚠ {sentence}" if sentence else "")
        self.refresh()

    def _go_to_form(self, _index: QModelIndex) -> None:
        self.form.code.setFocus(Qt.FocusReason.OtherFocusReason)

    def _soon(self, _ids: object) -> None:
        self._pace.soon()

    @property
    def _now(self) -> int:
        return self._studio.clock.best_ms()

    def refresh(self) -> None:
        """Bring table and form up to the show as it is now."""
        state, now = self._live.state, self._now
        rules = PromoRules(self._port.replay_ms, self._port.floor_percent)
        self._codes = planned_codes(state, now)
        found = conflicts(state, now, self._live.products, rules, self._taken, self._others)
        self._problems = by_plan(found)
        windows = WindowWords(self._texts, show_start(state, now))
        rows = rows_of(state, self._codes, self._problems, windows, self._texts, self._studio.clock.now_ms())
        self.model.show_rows(rows)
        known = {code.plan.id for code in self._codes}
        self._drafts = {plan_id: plan for plan_id, plan in self._drafts.items() if plan_id in known}
        self.table.setVisible(bool(rows))
        self.view.empty.setVisible(not rows)
        self.view.detail.setVisible(bool(rows))
        self.view.size_columns()
        self.view.offer_targets(state.items)
        self._keep_chosen()
        self._say_summary(len(rows))
        self._show_form()

    def _say_summary(self, count: int) -> None:
        wrong = sum(1 for row in self.model.rows if row.wrong)
        text = filled(tr("{n} codes"), n=str(count)) if count != 1 else tr("1 code")
        if wrong:
            text += " · ⚠ " + filled(tr("{n} to look at"), n=str(wrong))
        self.view.summary.setText(text if count else "")
        self.view.summary.set_tone("warning" if wrong else "muted")
        said = taken_words(
            {code: told for code, told in self._taken.items() if code in self._names()}, self._asking
        )
        self.view.shop_says.setText(said)
        self.view.ask_again.setVisible(bool(said) and not self._asking)
        self.undo_button.setEnabled(self._decided > 0 and bool(self._live.state.undoable))
        over = self._live.state.phase is ShowPhase.ENDED
        for widget in (self.view.add, self.view.target):
            widget.setEnabled(not over)

    # --- choosing ---------------------------------------------------------------------------------------------

    def _choose_plan(self, plan_id: str) -> None:
        """Choose a code, now or as soon as it has come back as decided."""
        self._wanted = plan_id
        self._keep_chosen()
        self._show_form()

    def _keep_chosen(self) -> None:
        for plan_id in (self._wanted, self._chosen):
            row = self.model.row_of(plan_id)
            if row >= 0:
                if plan_id == self._wanted:
                    self._wanted = ""
                self._chosen = plan_id
                if self.table.currentIndex().row() != row:
                    self.table.setCurrentIndex(self.model.index(row, 0))
                return
        if self.model.rows:
            row = min(max(self.table.currentIndex().row(), 0), len(self.model.rows) - 1)
            self._chosen = self.model.rows[row].plan_id
            self.table.setCurrentIndex(self.model.index(row, 0))
        else:
            self._chosen = ""

    def _choose(self, index: QModelIndex, _before: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self.model.rows):
            plan_id = self.model.rows[index.row()].plan_id
            if plan_id != self._chosen:
                self._keep_draft()
                self._chosen = plan_id
                self._show_form()

    def _keep_draft(self) -> None:
        """What was typed into the form and cannot be yet stays until the dialog is closed."""
        draft = self.form.draft
        if draft is not None and draft.id == self._chosen:
            if field_problems(draft):
                self._drafts[draft.id] = draft
            else:
                self._drafts.pop(draft.id, None)

    @property
    def chosen(self) -> PlannedCode | None:
        """The code that is shown in the form."""
        return next((code for code in self._codes if code.plan.id == self._chosen), None)

    def _show_form(self) -> None:
        code = self.chosen
        for button in (self.view.duplicate, self.view.remove):
            button.setEnabled(code is not None and self._live.state.phase is not ShowPhase.ENDED)
        if code is None:
            self.form.draft = None
            return
        state = self._live.state
        plan = code.plan
        title = tr("Whole show") if code.item is None else clean_text(code.item.title, 60)
        self.view.heading.set_title(f"{clean_text(plan.code, 24)} · {title}")
        issued = code.record is not None
        fate = fate_words(state, code)
        self.view.fixed.setText(fate)
        self.view.fixed.setVisible(bool(fate))
        self._show_conflicts(code)
        self.view.remove.setEnabled(self.view.remove.isEnabled() and not issued)
        self.view.duplicate.setEnabled(self.view.duplicate.isEnabled() and self._copy_target(code)[1])
        # What was just given, or is typed and not right yet, is not overtaken by what is still on its way back.
        shown = self._sent.get(plan.id) or self._drafts.get(plan.id) or plan
        if self._sent.get(plan.id) == plan:
            del self._sent[plan.id]
        draft = self.form.draft
        if draft is None or draft.id != plan.id or (draft != shown and not field_problems(draft)):
            self.form.show_plan(
                shown, code.item, state.currency, show_start(state, self._now),
                open_to_change=not issued and state.phase is not ShowPhase.ENDED,
            )  # fmt: skip

    def _show_conflicts(self, code: PlannedCode) -> None:
        words = ConflictWords(self._live.state, self._texts, show_start(self._live.state, self._now))
        found = [c for c in self._problems.get(code.plan.id, ()) if not c.field]
        found.sort(key=lambda conflict: not conflict.stops)
        sentences = [words.sentence(conflict, code.plan.id) for conflict in found[:MOST_SENTENCES]]
        if len(found) > MOST_SENTENCES:
            sentences.append(filled(tr("And {n} more."), n=str(len(found) - MOST_SENTENCES)))
        self.view.conflicts.setText("\n\n".join(f"⚠ {sentence}" for sentence in sentences))
        self.view.conflicts.setVisible(bool(sentences))
        self.view.well.setVisible(not sentences and not self.view.fixed.text())

    # --- editing ----------------------------------------------------------------------------------------------

    def _edited(self, plan: PromoPlan) -> None:
        self._drafts.pop(plan.id, None)
        edit = edits.changed(self._live.state, plan)
        if edit is not None:
            self._sent[plan.id] = plan
            self._give(edit, plan.id)

    def _suggest(self) -> None:
        code = self.chosen
        if code is not None:
            stem = code.item.title if code.item is not None and code.item.kind is ItemKind.PRODUCT else "LIVE"
            plan = self.form.draft or code.plan
            self.form.put_code(edits.suggested(self._live.state, stem, edits.percent_of(plan)))

    def _add(self) -> None:
        self._add_for(str(self.view.target.currentData() or ""))

    def _add_for(self, item_id: str) -> None:
        state = self._live.state
        edit, plan = edits.added(state, state.item(item_id) if item_id else None, _PERCENT, FLASH_MINUTES)
        self._wanted = plan.id
        self._give(edit, "")

    def _copy_target(self, code: PlannedCode) -> tuple[str, bool]:
        """The item for a copy (empty: the whole show), and whether there is one."""
        if code.item is None:
            return "", True
        item = edits.next_without(self._live.state, code.item.id)
        return (item.id, True) if item is not None else ("", False)

    def _copy(self) -> None:
        code = self.chosen
        if code is None:
            return
        item_id, possible = self._copy_target(code)
        if possible:
            state = self._live.state
            item = state.item(item_id) if item_id else None
            edit, plan = edits.added(state, item, _PERCENT, FLASH_MINUTES, like=code.plan)
            self._wanted = plan.id
            self._give(edit, "")

    def _remove(self) -> None:
        code = self.chosen
        edit = None if code is None else edits.removed(self._live.state, code.plan.id)
        if code is not None and edit is not None:
            self._drafts.pop(code.plan.id, None)
            self._give(edit, "")

    def undo(self) -> None:
        """Take back the last change that was made here."""
        if self._decided > 0 and self._live.state.undoable:
            self._tasks.spawn(self._undo(), "undo promo plan")

    async def _undo(self) -> None:
        if await self._do(Undo()):
            self._decided -= 1
            self.form.draft = None
            self._drafts.clear()
            self.refresh()

    def _give(self, command: Command, plan_id: str) -> None:
        self._tasks.spawn(self._decide(command, plan_id), "promo plan")

    async def _decide(self, command: Command, plan_id: str) -> None:
        if await self._do(command):
            self._decided += 1
            self.refresh()
            self.ask_shop()
        else:
            self._sent.pop(plan_id, None)

    async def _do(self, command: Command) -> bool:
        try:
            refused = await self._studio.do(command)
            sentence = "" if refused is None else refused.sentence
        except StoreFull as error:
            sentence = str(error)
        if not isValid(self):  # it was closed meanwhile
            return False
        self.refusal.setText(f"⚠ {sentence}" if sentence else "")
        return not sentence

    # --- the shop ---------------------------------------------------------------------------------------------

    def _names(self) -> set[str]:
        return {code.plan.code for code in self._codes if code.record is None and code.plan.code}

    def ask_again(self) -> None:
        """Ask the shop once more of the codes of which it could not say."""
        self._taken = {code: told for code, told in self._taken.items() if told is not None}
        self.ask_shop()

    def ask_shop(self) -> None:
        """Ask which of the codes the shop has, of those of which it was not asked yet."""
        if not self._asking:
            self._asking = True
            self._tasks.spawn(self._ask(), "ask for codes")

    async def _ask(self) -> None:
        try:
            self._others = dict(await self._port.other_shows())
            while isValid(self) and (wanted := self._names() - self._taken.keys()):
                self.refresh()
                self._taken |= dict.fromkeys(wanted) | await self._port.codes_taken(wanted)
        finally:
            self._asking = False
        if isValid(self):  # it may have been closed meanwhile
            self.refresh()

    # --- leaving ----------------------------------------------------------------------------------------------

    def reject(self) -> None:  # noqa: D102
        self._keep_draft()
        if not self._drafts or self._leaving:
            super().reject()
            return
        self._tasks.spawn(self._ask_to_leave(), "leave promo plan")

    async def _ask_to_leave(self) -> None:
        sentence = tr("What stands beside a warning in the form is not planned like this, and is lost.")
        if await confirm(self, tr("Leave it as it was?"), sentence, tr("Discard")):
            self._leaving = True
            self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: D102
        typing = isinstance(self.focusWidget(), QLineEdit | QAbstractSpinBox)
        if event.matches(QKeySequence.StandardKey.Undo) and not typing:
            self.undo()
        elif event.key() == Qt.Key.Key_Insert and self.view.add.isEnabled():
            self._add()
        elif event.key() == Qt.Key.Key_Delete and not typing and self.view.remove.isEnabled():
            self._remove()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and typing:
            event.accept()  # the field has taken it; the dialog stays
        else:
            super().keyPressEvent(event)
