"""The screen of the stage: the form at the left; how it is, what OBS said and how it gets into a stream at the right."""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from studio.control.ports import StreamState
from studio.ui.actions import Actions
from studio.ui.connections.channels_screen import open_page
from studio.ui.connections.leaving import Answer, ask_unsaved
from studio.ui.connections.port import NotDoneError
from studio.ui.connections.screen import HERE, TAKEN_BY
from studio.ui.connections.settings_page import SettingsPage, form_and_findings
from studio.ui.connections.stage_cards import LiveStageCard, ObsFindings, PasteCard
from studio.ui.connections.stage_drafts import StageDraft, needs_reopening, problems
from studio.ui.connections.stage_form import StageForm
from studio.ui.connections.stage_live import LiveStages
from studio.ui.connections.stage_port import KnownStage, ObsFound, ObsStep, StageConnections
from studio.ui.connections.stage_words import NAME, stage_title, tr
from studio.ui.connections.trial import Trial
from studio.ui.connections.words import tr as shared
from studio.ui.dialogs import confirm
from studio.ui.studio import ChangeBatch, LinkStatus, Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme
from studio.ui.widgets.cards import EmptyState

_LOOK_MS: Final = 1_000
_SUBJECT: Final = "obs"
_TOUCHES_OBS: Final = ("obs", "address", "password", "scene", "overlay")


class StageScreen(SettingsPage):
    """Give it what is saved by `load`, and what the engine tells by `take`; `restart` it when a show is opened. `now_ms` is
    this computer's time (UTC ms); `browse` shows a page in the browser. `left` is emitted when a person goes back,
    `notice` carries what to say.
    """

    left = Signal()
    notice = Signal(object)

    def __init__(
        self,
        port: StageConnections,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        now_ms: Callable[[], int],
        places: Mapping[str, str] | None = None,
        browse: Callable[[str], None] = open_page,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(NAME, stage_title(), places or {NAME: stage_title()}, parent)
        self._port, self._actions, self._tasks = port, actions, tasks
        self._now_ms, self._browse = now_ms, browse
        self._here = False
        self._saves = 0
        self._known: KnownStage | None = None
        self._draft: StageDraft | None = None
        self._found: ObsFound | None = None
        self.live = LiveStages()
        self.form = StageForm(actions, theme)
        self.findings = ObsFindings(texts)
        self.live_card = LiveStageCard(texts)
        self.paste = PasteCard()
        self.trial = Trial(tasks, self)
        self.empty = EmptyState(theme, "monitor", tr("Reading the stage's settings…"))
        self._stack = QStackedWidget()
        self._stack.addWidget(
            form_and_findings(self.form, self.form.foot, (self.live_card, self.findings, self.paste))
        )
        self._stack.addWidget(self.empty)
        self._stack.setCurrentWidget(self.empty)
        self.fill(self._stack)
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_live)
        self._connect()

    def _connect(self) -> None:
        self._actions.on("shop.test", lambda: self.test() if self._here else None)
        self._actions.on("shop.save", lambda: self._run(self._save(), "save") if self._here else None)
        self.back.clicked.connect(self.leave)
        self.escaped.connect(self._escaped)
        self.entered.connect(self._actions["shop.save"].trigger)
        self.empty.acted.connect(lambda: self._run(self.load(), "read again"))
        form = self.form
        form.edited.connect(self._edited)
        form.left.connect(self._field_left)
        form.forget_asked.connect(lambda: self._run(self._forget(), "forget password"))
        form.set_up_asked.connect(self._set_up)
        form.take_out_asked.connect(lambda: self._run(self._take_out(), "take out"))
        form.copy_asked.connect(self._copy)
        form.page_asked.connect(lambda: self._browse(form.page.text()))
        self.findings.cancel_asked.connect(self.trial.cancel)
        self.trial.stepped.connect(lambda _subject, step: self.findings.show_step(step))  # pyright: ignore[reportUnknownLambdaType]
        self.trial.found.connect(self._tell)
        self.trial.over.connect(self._over)

    # --- what there is ----------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> list[StageDraft]:
        """The form, if something in it is not saved."""
        return [self._draft] if self._draft is not None and self._draft.dirty else []

    async def load(self) -> None:
        """Read what is saved; what is not saved yet stays as it was typed."""
        before = self._saves
        try:
            known = await self._port.known()
        except (
            Exception
        ) as error:  # the keyring's and the disk's errors are not known here; all are said and logged
            why = str(error) or type(error).__name__
            text = tr("The stage's settings cannot be read ({why}).").replace("{why}", why)
            self.empty.say(text, "warning", shared("Try again"))
            self._stack.setCurrentWidget(self.empty)
            raise
        if before == self._saves:  # else what was read is older than what was saved
            self._take_known(known)

    def _take_known(self, known: KnownStage) -> None:
        self._known = known
        before = self._draft
        self._draft = before.onto(known.settings) if before is not None else StageDraft.of(known.settings)
        self.keys_sentence.setText(known.keys_sentence)
        self.keys_sentence.set_tone("muted" if known.keys_stay else "warning")
        self.form.show_draft(self._draft, known)
        self._stack.setCurrentIndex(0)
        self._show_live()
        self._refresh()

    def restart(self, links: Iterable[LinkStatus], streams: Mapping[str, StreamState]) -> None:
        """A show was opened, and this is how its stages are."""
        self.live.restart(links, streams)
        if self._here:
            self._run(self.load(), "read")

    def take(self, batch: ChangeBatch) -> None:
        """News of the open show."""
        if self.live.take(batch) and self._here:
            self._show_live()

    def _show_live(self) -> None:
        known = self._known
        reopen = known is not None and needs_reopening(known.opened, known.settings)
        self.live_card.show_live(self.live, self._now_ms(), reopen=reopen)

    # --- editing ----------------------------------------------------------------------------------------------

    def _edited(self, name: str, value: str) -> None:
        if self._draft is None:
            return
        self._draft = self._draft.changed(name, value)
        if name in _TOUCHES_OBS and self._found is not None and not self.trial.subject:
            self._found = None
            self.findings.show_nothing()
        self._refresh()

    def _field_left(self, name: str) -> None:
        draft = self._draft
        if draft is not None and draft.dirty and name in draft.values:
            self.form.say_problem(name, problems(draft).get(name, ""))

    def _right(self, draft: StageDraft, only: Iterable[str] = ()) -> bool:
        found = problems(draft)
        wanted = set(only)
        if wanted:
            found = {name: sentence for name, sentence in found.items() if name in wanted}
        for name in draft.values:
            self.form.say_problem(name, found.get(name, ""))
        if found:
            self.form.go_to(next(name for name in self.form.inputs if name in found))
        return not found

    async def _save(self) -> bool:
        """Whether it is saved now; else why not is said in the form."""
        draft = self._draft
        if draft is None or not draft.dirty:
            return True
        if not self._right(draft):
            return False
        settings = draft.settings()
        try:
            said = await self._port.save(settings, draft.password)
        except NotDoneError as error:
            self.form.refuse(str(error))
            return False
        self._saves += 1
        known = await self._port.known()
        now = self._draft or draft
        # What was typed while it was saved stays.
        password = "" if now.password == draft.password else now.password
        fresh = StageDraft.of(settings) if now.values == draft.values else now.onto(settings)
        self._draft = replace(fresh, password=password)
        self._take_known(known)
        text = tr("The stage is saved.")
        if needs_reopening(known.opened, settings):
            text = f"{text} {tr('It holds when the show is opened again.')}"
        level = "ok" if known.keys_stay or not said else "warning"
        self.notice.emit(Notice(level, f"{text} {said}".strip(), NAME))
        return True

    async def _forget(self) -> None:
        await self._port.forget_password()
        await self.load()
        self.notice.emit(Notice("ok", tr("The password of OBS is forgotten: enter it before the next show."), NAME))  # fmt: skip

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.form.page.text())
        self.notice.emit(Notice("ok", tr("The address is copied: paste it into a browser source."), NAME))

    # --- OBS --------------------------------------------------------------------------------------------------

    def test(self) -> None:
        """Ask OBS about itself, as it stands in the form."""
        self._begin(self._port.test)

    def _set_up(self) -> None:
        self._begin(self._port.set_up)

    async def _take_out(self) -> None:
        sentence = tr("The studio's sources leave all scenes of OBS. Your own sources stay as they are.")
        if await confirm(self.window(), tr("Take the stage out of OBS?"), sentence, tr("Take out")):
            self._begin(self._port.take_out)

    def _begin(self, work: Callable[..., Coroutine[Any, Any, ObsFound]]) -> None:
        draft = self._draft
        if draft is None or self.trial.subject or not self._right(draft, ("address", "scene")):
            return
        harmless = {"brand": draft.saved.brand, "logo": draft.saved.logo, "font": draft.saved.font}
        settings = StageDraft(draft.saved, {**draft.values, **harmless}).settings()
        self._found = None
        self.trial.begin(_SUBJECT, ObsStep.CONNECT, partial(work, settings, draft.password))
        self.findings.show_step(ObsStep.CONNECT)
        focused = QApplication.focusWidget()
        self._refresh()
        if focused in (self.form.test, self.form.set_up, self.form.take_out):
            self.findings.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, _subject: str, found: ObsFound) -> None:
        self._found = found
        self.findings.show_found(found, well=found.failure is None)
        self._refresh()

    def _over(self, _subject: str) -> None:
        if self._found is None:
            self.findings.show_cancelled()
        self._refresh()

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
        if not self.unsaved:
            return True
        answer = await ask_unsaved(self.window(), [stage_title()])
        if answer is Answer.SAVE:
            return await self._save()
        if answer is Answer.DISCARD and self._known is not None:
            self._draft = None
            self._take_known(self._known)
        return answer is not Answer.STAY

    # --- what can be done now ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:  # noqa: D102
        super().showEvent(event)
        self._here = True
        self._actions[HERE[0]].setProperty(TAKEN_BY, NAME)
        self._actions["shop.test"].describe(tr("Ask OBS who it is and what stands in it; nothing is changed"))
        self._actions["shop.save"].describe(tr("Keep what was changed of the stage"))
        self._look.start()
        self._show_live()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: D102
        super().hideEvent(event)
        self._here = False
        self._look.stop()
        self._refresh()

    def _refresh(self) -> None:
        self.form.busy(bool(self.trial.subject))
        if not self._here:
            # Of two screens the one comes to the front before the other goes: what it took is left to it.
            if self._actions[HERE[0]].property(TAKEN_BY) == NAME:
                for action_id in HERE:
                    self._actions[action_id].enable(False, tr("Open the settings first."))
            return
        draft = self._draft
        uses = draft is not None and bool(draft.values["obs"])
        self.findings.setVisible(uses)
        self.paste.setVisible(draft is not None and bool(draft.values["overlay"]))
        why = (
            tr("Tick “Show the pinned product in OBS” first.")
            if not uses
            else tr("OBS is busy with the last.")
        )
        self._actions["shop.test"].enable(uses and not self.trial.subject, why)
        self._actions["shop.save"].enable(draft is not None and draft.dirty, tr("Nothing has changed."))
        for action_id in HERE[2:]:
            self._actions[action_id].enable(False, tr("The stage is one: there is nothing to add or remove."))
        if (
            QApplication.focusWidget() is None and self.isActiveWindow()
        ):  # its button cannot be pressed any more
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _run(self, coro: Coroutine[Any, Any, Any], name: str) -> None:
        self._tasks.spawn(coro, f"stage: {name}")
