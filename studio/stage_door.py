"""Wires the screen of the stage: to settings, keyring and engine, to the open show, and into the window."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from studio.app import Desktop
from studio.engine_room import EngineRoom
from studio.kept_book import in_window
from studio.settings.file import SettingsNotSavedError
from studio.settings.schema import Settings, StageSettings
from studio.settings.secrets import KeyringSecrets
from studio.settings_place import SettingsPlace
from studio.stage.overlay_pictures import raster_type
from studio.stage_probe import Password, StageProbe, address_of_overlay
from studio.stage_set import OBS_SECRET, StageSet
from studio.ui.connections.port import NotDoneError
from studio.ui.connections.stage_port import KnownStage, ObsFound, OnStep
from studio.ui.connections.stage_screen import StageScreen
from studio.ui.models.live_show import LiveShow
from studio.ui.notices import NoticeAction
from studio.ui.studio import ChangeBatch, Link, Notice
from studio.ui.texts import Texts

T = TypeVar("T")
WORKSPACE: Final = "stage"
_CUT_OFF: Final = (
    "The broadcast is cut off: viewers see nothing. OBS connects it again by itself; check the network."
)
_MOST_LOGO_BYTES: Final = 2_000_000


class StageBook:
    """Implements `StageConnections`; lives on the window's loop. `settings` and `save` are those of the whole studio,
    `opened` tells how the open show has the stage, `keep` is the file of the overlay's address.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        save: Callable[[Settings], None],
        secrets: KeyringSecrets,
        room: EngineRoom,
        keep: Path,
        opened: Callable[[], StageSettings | None],
    ) -> None:
        self._settings, self._save, self._secrets = settings, save, secrets
        self._room, self._keep, self._opened = room, keep, opened
        self._address = ""
        self._probe = StageProbe(room.wall, lambda: self._address)

    async def known(self) -> KnownStage:
        """The stage as it is saved."""
        where = await asyncio.to_thread(self._secrets.where, OBS_SECRET)
        problem = await self._find_address()
        return KnownStage(
            self._settings().stage,
            where,
            self._address,
            problem,
            self._opened(),
            self._secrets.sentence,
            self._secrets.persistent,
        )

    async def save(self, settings: StageSettings, password: str) -> str:
        """Keep settings and password. Raises `NotDoneError`."""
        await asyncio.to_thread(_check_logo, settings.logo)
        if password:
            try:
                await asyncio.to_thread(self._secrets.set, OBS_SECRET, password)
            except ValueError as error:
                raise NotDoneError(str(error)) from None  # the chain would hold the secret's frame
        try:
            self._save(msgspec.structs.replace(self._settings(), stage=settings))
        except SettingsNotSavedError as error:
            raise NotDoneError(str(error)) from error
        await self._in_engine(dress_now(self._room, settings))
        if password and self._opened() is not None:
            return await self._in_engine(self._room.give_token(OBS_SECRET, password))
        return self._secrets.sentence if password else ""

    async def forget_password(self) -> None:
        """Forget the password of OBS."""
        await asyncio.to_thread(self._secrets.delete, OBS_SECRET)

    async def test(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        """Ask OBS about itself."""
        return await self._in_engine(self._probe.look(settings, self._password(password), in_window(on_step)))

    async def set_up(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        """Make the studio's sources in OBS."""
        await self._find_address()
        work = self._probe.set_up(settings, self._password(password), in_window(on_step))
        return await self._in_engine(work)

    async def take_out(self, settings: StageSettings, password: str, on_step: OnStep) -> ObsFound:
        """Remove the studio's sources from OBS."""
        work = self._probe.take_out(settings, self._password(password), in_window(on_step))
        return await self._in_engine(work)

    async def _find_address(self) -> str:
        """Find the address of the overlay page; why there is none."""
        served = await self._in_engine(_served_address(self._room))
        problem = ""
        if served:
            self._address = served
        else:
            self._address, problem = await asyncio.to_thread(address_of_overlay, self._keep)
        return problem

    def _password(self, typed: str) -> Password:
        return (lambda: typed) if typed else (lambda: self._secrets.get(OBS_SECRET))

    def _in_engine(self, coro: Coroutine[Any, Any, T]) -> "asyncio.Future[T]":
        return asyncio.wrap_future(self._room.run(coro))


class StageDoor:
    """The stage of one desktop. `screen` is among the window's workspaces; `book` keeps the settings."""

    def __init__(self, desktop: Desktop, secrets: KeyringSecrets, place: SettingsPlace) -> None:
        self._desktop = desktop
        self._place = place
        self._shown_of: LiveShow | None = None
        room = desktop.room
        keep = desktop.paths.database.with_name("overlay.json")
        self.book = StageBook(
            lambda: desktop.settings, desktop.save_settings, secrets, room, keep, self._opened
        )
        self.screen = StageScreen(
            self.book,
            desktop.actions,
            desktop.theme,
            Texts(desktop.settings.language),
            desktop.tasks,
            room.wall.now_ms,
            place.titles,
        )
        place.add(WORKSPACE, self.screen)
        desktop.studio.changes.connect(self._listen)
        self._about = NoticeAction(desktop.actions[WORKSPACE].plain_text, self.show)
        self._said: dict[str, str] = {}

    def show(self) -> None:
        """Bring the screen to the front."""
        self._place.show(WORKSPACE)

    def _opened(self) -> StageSettings | None:
        wired = self._desktop.room.connections
        return wired.stage if wired is not None and self._desktop.live is not None else None

    def _listen(self, batch: ChangeBatch) -> None:
        live = self._desktop.live
        if live is not None and live is not self._shown_of:
            self._shown_of = live
            self.screen.restart(live.links.values(), live.streams)
        self.screen.take(batch)
        for status in batch.links:
            if status.kind == "stage":
                lost = status.link in (Link.DOWN, Link.ASKING)
                self._say("warning", status.sentence if lost else "", f"stage:{status.name}")
        for name, stream in batch.streams.items():
            self._say("trouble", _CUT_OFF if stream.reconnecting else "", f"broadcast:{name}")

    def _say(self, level: str, sentence: str, key: str) -> None:
        """Say it once; empty takes back what was said."""
        if self._said.get(key, "") != sentence:
            self._said[key] = sentence
            self._desktop.window.post(Notice(level, sentence, key), self._about if sentence else None)


async def dress_now(room: EngineRoom, settings: StageSettings) -> None:
    """*engine* Dress the overlay page of the open show like this, at once; all else of its stage stays."""
    stages = room.stages
    if stages is not None:
        stages.settings = msgspec.structs.replace(
            stages.settings, brand=settings.brand, font=settings.font, logo=settings.logo
        )


async def _served_address(room: EngineRoom) -> str:
    stages: StageSet | None = room.stages
    return "" if stages is None else stages.overlay_address


def _check_logo(name: str) -> None:
    """Raises `NotDoneError` for what is no picture."""
    if not name:
        return
    path = Path(name).expanduser()
    try:
        with path.open("rb") as opened:
            data = opened.read(_MOST_LOGO_BYTES + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise NotDoneError(f"The logo “{path.name}” cannot be read ({why}): choose another file.") from error
    if len(data) > _MOST_LOGO_BYTES:
        raise NotDoneError(f"The logo “{path.name}” has more than 2 MB: make it smaller.")
    if raster_type(data) is None:
        raise NotDoneError(f"The logo “{path.name}” is no PNG, JPEG, WebP, GIF or AVIF: choose another file.")
