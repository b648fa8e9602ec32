"""The screen of the channels: the list at the left, the form in the middle, how it is and what a test found at the right."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from studio.control.ports.sign_in import SignInStep
from studio.settings.schema import ChannelSettings
from studio.ui.actions import Actions
from studio.ui.connections.channel_drafts import ChannelDraft, problems
from studio.ui.connections.channel_findings import ChannelFindings, LiveCard
from studio.ui.connections.channel_form import ChannelForm
from studio.ui.connections.channel_list import ChannelModel
from studio.ui.connections.channel_live import LiveChannels
from studio.ui.connections.channel_port import (
    ChannelConnections,
    ChannelPlatform,
    ChannelStep,
    KnownChannels,
    SignInEnd,
)
from studio.ui.connections.channel_words import channel_wording, tr
from studio.ui.connections.drafts import Saved
from studio.ui.connections.screen import ConnectionsScreen
from studio.ui.connections.trial import Trial, Try
from studio.ui.studio import ChangeBatch, Notice
from studio.ui.tasks import Tasks
from studio.ui.texts import Texts
from studio.ui.theme import Theme

_LOOK_MS: Final = 1_000


def open_page(url: str) -> None:
    """Show a page in the person's browser."""
    QDesktopServices.openUrl(QUrl(url))


class ChannelsScreen(ConnectionsScreen[ChannelDraft]):
    """Give it channels by `load`, and what the engine tells by `take`; `live` is filled by who opens a show. `now_ms` is
    this computer's time (UTC ms); `browse` shows a page in the browser.
    """

    def __init__(
        self,
        connections: ChannelConnections,
        actions: Actions,
        theme: Theme,
        texts: Texts,
        tasks: Tasks,
        now_ms: Callable[[], int],
        places: Mapping[str, str] | None = None,
        browse: Callable[[str], None] = open_page,
        parent: QWidget | None = None,
    ) -> None:
        wording = channel_wording()
        self.live = LiveChannels()
        self.form = ChannelForm(actions, texts)
        self.live_card = LiveCard(texts)
        model = ChannelModel(theme, wording.unnamed, self.live)
        super().__init__(
            connections, model, self.form, ChannelFindings(texts), wording, places or {wording.name: wording.title},
            actions, theme, texts, tasks, beside=(self.live_card,), parent=parent,
        )  # fmt: skip
        model.setParent(self)
        self._model = model
        self._port = connections
        self._now_ms, self._browse = now_ms, browse
        self._platforms: dict[str, ChannelPlatform] = {}
        self._not_signed_in: dict[str, str] = {}
        self.signing = Trial(tasks, self)
        self.signing.stepped.connect(self._sign_in_step)
        self.signing.found.connect(self._signed_in)
        self.signing.over.connect(self._sign_in_over)
        self.form.sign_in.asked.connect(lambda: self._run(self._sign_in(), "sign in"))
        self.form.sign_in.cancel_asked.connect(self.signing.cancel)
        self.form.sign_in.page_asked.connect(browse)
        self.form.post.clicked.connect(lambda: self._run(self._copy_post_address(), "copy address"))
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_MS)
        self._look.timeout.connect(self._show_live)
        self.begin()

    # --- what differs -----------------------------------------------------------------------------------------

    def _take_known(self, known: KnownChannels) -> Sequence[Saved]:
        self._platforms = {platform.kind: platform for platform in known.platforms}
        self.form.offer(self._platforms)
        self._model.platforms(self._platforms)
        self._default_kind = known.platforms[0].kind if known.platforms else "native"
        return known.channels

    def _of(self, saved: Any) -> ChannelDraft:
        return ChannelDraft.of(saved)

    def _new(self, number: int) -> ChannelDraft:
        return ChannelDraft.new(number, self._default_kind)

    def _problems(self, draft: ChannelDraft) -> dict[str, str]:
        return problems(draft, self._port.address_problem, self._platforms.get(draft.values["kind"]))

    def _settings(self, draft: ChannelDraft) -> ChannelSettings:
        return draft.settings(self._port.new_id, self._platforms.get(draft.values["kind"]))

    def _show_draft(self, draft: ChannelDraft) -> None:
        self.form.show_draft(draft, keys_stay=self._keys_stay)
        if self.signing.subject == draft.id:
            self._show_sign_in(self.signing.step)
        elif why := self._not_signed_in.get(draft.id):
            self.form.sign_in.show_idle(f"⚠ {why}", "warning")
        self._show_live()

    async def _keep(self, draft: ChannelDraft, settings: ChannelSettings) -> str:
        return await self._port.save(settings, draft.key, draft.client_key)

    def _try(self, draft: ChannelDraft) -> tuple[object, Try]:
        channel, key, client_key = self._settings(draft), draft.key, draft.client_key
        return ChannelStep.CONNECT, lambda stepped: self._port.test(channel, key, client_key, stepped)

    def _now_here(self) -> None:
        self._look.start()
        self._show_live()

    def _gone(self) -> None:
        self._look.stop()

    # --- how it is in the open show ---------------------------------------------------------------------------

    def take(self, batch: ChangeBatch) -> None:
        """News of the open show."""
        changed = self.live.take(batch)
        if changed:
            self._model.tell(changed)

    def refresh_live(self) -> None:
        """Another show was opened: `live` was filled anew."""
        self._model.tell({draft.id for draft in self._model.drafts})
        self._show_live()

    def _show_live(self) -> None:
        draft = self.list.current
        self.live_card.show_live(self.live.get(draft.id) if draft else None, self._now_ms())

    async def _copy_post_address(self) -> None:
        """It has a secret in it, and so is not shown."""
        draft = self.list.current
        address = await self._port.post_address(draft.id) if draft is not None and not draft.is_new else ""
        if address:
            QGuiApplication.clipboard().setText(address)
            self.notice.emit(
                Notice("ok", tr("The address is copied: whoever has it can write here."), "channels")
            )
        else:
            self.form.refuse(tr("Save the channel with a port first: then it has an address."))

    # --- signing in -------------------------------------------------------------------------------------------

    async def _sign_in(self) -> None:
        draft = self.list.current
        if draft is None or self.signing.subject or (draft.dirty and not await self._save(draft)):
            return
        current = self.list.current
        if current is None or current.is_new:
            return
        channel_id = current.id
        self._not_signed_in.pop(channel_id, None)
        self.signing.begin(channel_id, None, lambda stepped: self._port.sign_in(channel_id, stepped))
        self._show_sign_in(None)
        self.form.sign_in.cancel.setFocus()

    def _show_sign_in(self, step: SignInStep | None) -> None:
        if step is None:
            self.form.sign_in.show_waiting()
        else:
            self.form.sign_in.show_step(step)

    def _sign_in_step(self, channel_id: str, step: SignInStep) -> None:
        if self.list.current is not None and self.list.current.id == channel_id:
            self._show_sign_in(step)
        self._browse(step.url)

    def _signed_in(self, channel_id: str, end: SignInEnd) -> None:
        if not end.done:
            self._not_signed_in[channel_id] = end.sentence
        self._run(self._tell_sign_in(channel_id, end), "read sign-in")

    async def _tell_sign_in(self, channel_id: str, end: SignInEnd) -> None:
        await self.load()
        if end.done:
            self.notice.emit(Notice("ok", end.sentence, self._wording.name))
            self.window().activateWindow()
        elif self.list.current is None or self.list.current.id != channel_id:
            self.notice.emit(Notice("warning", end.sentence, self._wording.name))

    def _sign_in_over(self, channel_id: str) -> None:
        current = self.list.current
        if current is not None and current.id == channel_id:
            had_focus = self.form.sign_in.cancel.hasFocus()
            self._show_draft(current)
            if had_focus:
                self.form.sign_in.begin.setFocus()

    def _escaped(self) -> None:
        if not self.signing.cancel():
            super()._escaped()
