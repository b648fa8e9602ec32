"""Wires the screen of the channels: to settings, keyring and engine, to the open show, and into the window."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from typing import Any, Final, TypeVar

from studio.app import Desktop
from studio.channel_book import ChannelBook
from studio.channel_factory import KINDS, ChannelKind
from studio.channel_quotas import Quotas
from studio.settings.file import troubles_file
from studio.settings.logging import Redactor
from studio.settings.schema import ChannelSettings
from studio.settings.secrets import KeyringSecrets
from studio.settings_place import SettingsPlace
from studio.trouble_book import TroubleBook
from studio.ui.connections.channels_screen import ChannelsScreen
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import NoticeAction
from studio.ui.studio import ChangeBatch, Link
from studio.ui.texts import Texts

T = TypeVar("T")
WORKSPACE: Final = "channels"
_TARGET: Final = "channel:"


class ChannelsDoor:
    """The channels of one desktop. `screen` is among the window's workspaces; `book` keeps them."""

    def __init__(
        self,
        desktop: Desktop,
        secrets: KeyringSecrets,
        redactor: Redactor,
        place: SettingsPlace,
        quotas: Quotas,
        kinds: Mapping[str, ChannelKind] = KINDS,
    ) -> None:
        self._desktop = desktop
        self._room = desktop.room
        self._place = place
        self._shown_of: LiveShow | None = None
        self.book = ChannelBook(
            lambda: desktop.settings,
            desktop.save_settings,
            secrets,
            TroubleBook(troubles_file(desktop.paths.channel_troubles), self._room.wall, redactor.text),
            quotas,
            self,
            self._in_engine,
            self._room.wall,
            kinds,
        )
        self.book.key_given = self._key_given
        self.book.key_forgotten = self._key_forgotten
        self.screen = ChannelsScreen(
            self.book,
            desktop.actions,
            desktop.theme,
            Texts(desktop.settings.language),
            desktop.tasks,
            self._room.wall.now_ms,
            place.titles,
        )
        place.add(WORKSPACE, self.screen)
        desktop.studio.changes.connect(self._listen)
        self.name_notices()

    def show(self) -> None:
        """Bring the screen to the front."""
        self._place.show(WORKSPACE)

    def name_notices(self) -> None:
        """Notices about a channel's connection have a button that leads here."""
        about = NoticeAction(self._desktop.actions[WORKSPACE].plain_text, self.show)
        for channel in self._desktop.settings.channels:
            target = f"{_TARGET}{channel.id}"
            keys = (target, f"token:{target}", f"target:{target}")
            self._desktop.notice_actions |= dict.fromkeys(keys, about)

    async def owed_by_channel(self) -> Mapping[str, int]:
        """How many decisions wait to be sent to each channel, by its id."""
        counted: Counter[str] = Counter()
        for target, count in (await self._in_engine(self._room.owed_to())).items():
            if target.startswith(_TARGET):
                counted[target.removeprefix(_TARGET)] += count
        return counted

    def open_channels(self) -> tuple[ChannelSettings, ...]:
        """The channels of the show that is open, as it was opened."""
        wired = self._room.connections
        return wired.channels if wired is not None and self._desktop.live is not None else ()

    def _in_engine(self, coro: Coroutine[Any, Any, T]) -> "asyncio.Future[T]":
        return asyncio.wrap_future(self._room.run(coro))

    async def _key_given(self, channel_id: str, key: str) -> None:
        """What waited for a token in the open show goes on."""
        if any(channel.id == channel_id for channel in self.open_channels()):
            await self._in_engine(self._room.give_token(f"{_TARGET}{channel_id}", key))

    async def _key_forgotten(self, channel_id: str) -> None:
        await self._in_engine(self._room.token_forgotten(f"{_TARGET}{channel_id}"))

    def _listen(self, batch: ChangeBatch) -> None:
        live = self._desktop.live
        if live is not None and live is not self._shown_of:
            self._shown_of = live
            self.screen.live.restart(live.links.values(), live.samples, live.quotas)
            self.screen.refresh_live()
        self.screen.take(batch)
        for status in batch.links:
            if status.kind == "channel" and status.link in (Link.DOWN, Link.ASKING):
                self.book.note_trouble(status.name, status.sentence)
