"""What the book of the shops and that of the channels have in common: settings saved, secrets kept, errors noted."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import msgspec

from studio.control.ports import WallClock
from studio.settings.file import SettingsNotSavedError
from studio.settings.schema import BaseUrl, Settings
from studio.settings.secrets import KeyringSecrets
from studio.sync.http import BadAddress, checked_address
from studio.trouble_book import TroubleBook
from studio.ui.connections.port import NotDoneError


class KeptBook(ABC):
    """Lives on the window's loop. `settings` and `save` are those of the whole studio.

    `changed` is called when the settings were saved, `key_given` with an id and its new key or token.
    """

    EXAMPLE: ClassVar = "https://shop.example"

    def __init__(
        self,
        settings: Callable[[], Settings],
        save: Callable[[Settings], None],
        secrets: KeyringSecrets,
        troubles: TroubleBook,
        wall: WallClock,
    ) -> None:
        self._settings, self._save = settings, save
        self._secrets, self._troubles, self._wall = secrets, troubles, wall
        self.changed: Callable[[], None] = lambda: None
        self.key_given: Callable[[str, str], Awaitable[None]] | None = None
        self._meant()

    def address_problem(self, address: str) -> str | None:
        """What is wrong with an address, as a sentence."""
        try:
            checked_address(address)
            msgspec.convert(address, BaseUrl)
        except BadAddress as error:
            return str(error).replace(KeptBook.EXAMPLE, self.EXAMPLE)
        except msgspec.ValidationError:
            return f"Write the address without anything behind it, like {self.EXAMPLE}."
        return None

    @abstractmethod
    def _meant(self) -> None:
        """Whom a variable of the environment is meant for that names nobody, with the settings as they are."""

    def _keep(self, settings: Settings) -> None:
        """Raises `NotDoneError`."""
        try:
            self._save(settings)
        except SettingsNotSavedError as error:
            raise NotDoneError(str(error)) from error
        self._meant()
        self.changed()

    async def _set_typed(self, *named: tuple[str, str]) -> None:
        """Keep the secrets that are not empty, each under its name. Raises `NotDoneError`."""
        for name, typed in named:
            if not typed:
                continue
            try:
                await asyncio.to_thread(self._secrets.set, name, typed)
            except ValueError as error:
                raise NotDoneError(str(error)) from None  # the chain would hold the secret's frame

    async def _forget(self, *names: str) -> None:
        for name in names:
            await asyncio.to_thread(self._secrets.delete, name)


def waiting_words(count: int) -> str:
    """That so many decisions wait."""
    return "1 decision waits" if count == 1 else f"{count} decisions wait"


def in_window(on_step: Callable[[Any], None]) -> Callable[[Any], None]:
    """Calls it in the thread of the loop that runs now, from whichever thread."""
    loop = asyncio.get_running_loop()

    def step(which: object) -> None:
        loop.call_soon_threadsafe(on_step, which)

    return step
