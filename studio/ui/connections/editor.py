"""What is listed and edited on the screens of the shops and the channels: nothing typed is lost."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from studio.settings.schema import ChannelSettings, ShopSettings
from studio.ui.actions import Actions
from studio.ui.connections.connection_list import ConnectionList, ConnectionModel
from studio.ui.connections.drafts import D, Saved, merged
from studio.ui.connections.findings import FindingsCard, LastErrors
from studio.ui.connections.form import ConnectionForm
from studio.ui.connections.page import ConnectionsPage
from studio.ui.connections.trial import Trial, Try
from studio.ui.connections.wording import Wording
from studio.ui.connections.words import tr
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme


class Known(Protocol):
    """What there is, as it is saved."""

    @property
    def keys_sentence(self) -> str:
        """Where keys are kept on this computer."""
        ...

    @property
    def keys_stay(self) -> bool:
        """Whether they are there after a restart."""
        ...


class Connections(Protocol):
    """What both screens ask."""

    async def known(self) -> Any:
        """All of them as they are saved."""
        ...

    async def remove(self, subject: str, /) -> None:
        """Forget one. Raises `NotDoneError`."""
        ...

    async def forget_key(self, subject: str, /) -> None:
        """Forget its key."""
        ...


class ConnectionsEditor(ConnectionsPage[D]):
    """The list and its form. What differs between shops and channels is asked of the methods below `what differs`.

    `notice` carries what to say.
    """

    notice = Signal(object)

    def __init__(
        self,
        port: Connections,
        model: ConnectionModel[D],
        form: ConnectionForm,
        findings: FindingsCard,
        wording: Wording,
        places: Mapping[str, str],
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        beside: Sequence[QWidget] = (),
        parent: QWidget | None = None,
    ) -> None:
        shown = ConnectionList(model, wording, actions)
        super().__init__(theme, wording, places, shown, form, findings, LastErrors(texts), beside, parent)
        self._connections, self._actions, self._tasks = port, actions, tasks
        self._fields = form
        self.trial = Trial(tasks, self)
        self._keys_stay = True
        self._default_kind = ""
        self._numbers = 0
        self._wait()

    # --- what differs -----------------------------------------------------------------------------------------

    def _take_known(self, known: Any) -> Sequence[Saved]:
        """What is saved, in order; offers the platforms to the form."""
        raise NotImplementedError

    def _of(self, saved: Any) -> D:
        raise NotImplementedError

    def _new(self, number: int) -> D:
        raise NotImplementedError

    def _first(self, saved: Sequence[Saved]) -> int:  # noqa: ARG002
        """Which row is looked at first."""
        return 0

    def _problems(self, draft: D) -> dict[str, str]:
        raise NotImplementedError

    def _settings(self, draft: D) -> ShopSettings | ChannelSettings:
        raise NotImplementedError

    def _show_draft(self, draft: D) -> None:
        """Fill the form and what stands beside it."""
        raise NotImplementedError

    async def _keep(self, draft: D, settings: Any) -> str:
        """Save it. Raises `NotDoneError`."""
        raise NotImplementedError

    def _try(self, draft: D) -> tuple[object, Try]:
        """The first step of a test, and the test."""
        raise NotImplementedError

    def _was_edited(self, draft: D, name: str) -> None:
        """A field of the one that is looked at was edited."""

    def _now_here(self) -> None:
        """The screen has come to the front."""

    def _gone(self) -> None:
        """Another screen is in front of it."""

    # --- what there is ----------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> list[D]:
        """Those of which something is not saved; an empty new one is nothing."""
        return [d for d in self.list.model.drafts if d.dirty and not d.untouched]

    async def load(self) -> None:
        """Read what there is; what is not saved yet stays as it was typed."""
        try:
            known = await self._connections.known()
        except Exception as error:  # the store's errors are not known here; all are said and logged
            why = str(error) or type(error).__name__
            self._show_sentence(self._wording.unreadable.replace("{why}", why), "warning", tr("Try again"))
            raise
        self._take(known)

    def _wait(self) -> None:
        self._show_sentence(self._wording.reading, "clock")

    def _take(self, known: Known) -> None:
        self._keys_stay = known.keys_stay
        self.keys_sentence.setText(known.keys_sentence)
        self.keys_sentence.set_tone("muted" if known.keys_stay else "warning")
        saved = self._take_known(known)
        current = self.list.current
        drafts = merged(self.list.model.drafts, saved, self._of)
        self.list.model.set_all(drafts)
        wanted = self.list.model.row_of(current.id) if current else -1
        if drafts:
            self.list.choose(wanted if wanted >= 0 else self._first(saved))
        self._show_current()

    def _show_current(self, _draft_id: str = "") -> None:
        draft = self.list.current
        if draft is None:
            self._show_sentence(self._wording.nothing, self._wording.icon, self._wording.add)
        else:
            self._show_form()
            self._fields.refuse("")
            self._show_draft(draft)
            self.errors.show_troubles(draft.saved.troubles if draft.saved else ())
            self._show_found(draft)
        self._refresh_actions()

    def _show_found(self, draft: D) -> None:
        if self.trial.subject == draft.id:
            self.findings.show_step(self.trial.step)
        elif draft.found is not None:
            self.findings.show_found(draft.found, well=draft.found.failure is None)
        else:
            self.findings.show_nothing()

    # --- editing ----------------------------------------------------------------------------------------------

    def add(self) -> None:
        """A new one, to be filled in."""
        empty = next((d for d in self.list.model.drafts if d.untouched), None)
        if empty is None:
            self._numbers += 1
            empty = self._new(self._numbers)
            self.list.model.add(empty)
        self.list.choose(self.list.model.row_of(empty.id))
        self._fields.go_to("kind")

    def duplicate(self) -> None:
        """Another one like this, without its key."""
        current = self.list.current
        if current is None:
            return
        self._numbers += 1
        self.list.choose(self.list.model.add(current.copy(self._numbers, self._wording.copy_of)))
        self._fields.go_to("name")
        self._fields.name.selectAll()

    def _edited(self, name: str, value: str) -> None:
        draft = self.list.current
        if draft is None:
            return
        changed = draft.changed(name, value)
        if name != "name" and self.trial.subject == draft.id:
            self.trial.cancel()
        self.list.model.put(self.list.row, changed)
        self._was_edited(changed, name)
        if changed.found is None and not self.trial.subject:
            self.findings.show_nothing()

    def _field_left(self, name: str) -> None:
        draft = self.list.current
        said = name not in ("name", *(draft.SECRETS if draft else ()))
        if draft is not None and said and draft.dirty and not draft.untouched:
            self._fields.say_problem(name, self._problems(draft).get(name, ""))

    def _right(self, draft: D, *, named: bool = True) -> bool:
        """Whether everything is right; else what is wrong is said. One that is only tried needs no name."""
        found = self._problems(draft)
        if not named:
            found.pop("name", None)
        if self.list.current is not None and self.list.current.id != draft.id:
            self.list.choose(self.list.model.row_of(draft.id))
        self._fields.say_problems(found)
        if found:
            self._fields.go_to(next(name for name in self._fields.inputs if name in found))
        return not found

    def _refresh_actions(self) -> None:
        """What can be done now."""
        raise NotImplementedError

    def _run(self, coro: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        return self._tasks.spawn(coro, f"{self._wording.name}: {name}")
