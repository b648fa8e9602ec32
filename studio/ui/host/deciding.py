"""From a hand to a decision: gives commands to the studio and says what came of them."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

import msgspec

from studio.control.ports import StoreFull
from studio.domain.commands import Command, Refused, Undo
from studio.ui.studio import Notice, Studio
from studio.ui.tasks import Tasks

AGAIN_MS: Final = 5_000
"""Within this time a second undo goes behind what could not be taken back."""

Confirm = Callable[[str], Awaitable[bool]]
"""Asks for a deliberate second act after this sentence; True when it was given."""


class Deciding:
    """Gives commands one way for every panel. `notify` shows a `Notice`; `confirm` asks for a held press; `make_way` holds
    back what else would be painted.
    """

    def __init__(
        self,
        studio: Studio,
        tasks: Tasks,
        notify: Callable[[Notice], None],
        confirm: Confirm,
        monotonic_ms: Callable[[], int],
        make_way: Callable[[], None] = lambda: None,
    ) -> None:
        self._studio = studio
        self._tasks = tasks
        self._notify = notify
        self._confirm = confirm
        self._monotonic_ms = monotonic_ms
        self._make_way = make_way
        self._irrevocable_at: int | None = None

    def give(self, command: Command) -> None:
        """Give a command and go on; a refusal becomes a notice."""
        self.run(self.do(command), type(command).__name__)

    def run(self, coro: Coroutine[Any, Any, Any], name: str) -> None:
        """Start something that a panel does beside."""
        self._tasks.spawn(coro, name)

    async def do(self, command: Command) -> bool:
        """Give a command; True when it is on disk. A refusal was said already."""
        refused = await self.refusal(command)
        if refused is not None and refused.sentence:
            self._notify(Notice("warning", refused.sentence, f"refused:{refused.reason}"))
        return refused is None

    async def refusal(self, command: Command) -> Refused | None:
        """Give a command; None when it is on disk, else why not, for whoever says it (without a sentence: it was
        said, or a person changed their mind). A full disk is said here.
        """
        self._make_way()
        try:
            refused = await self._studio.do(command)
        except StoreFull as error:
            self._notify(Notice("trouble", str(error), "store"))
            return Refused("", "disk")
        if refused is None:
            self._notify(Notice("info", "", "store"))
            return None
        if refused.reason == "sold-out" and hasattr(command, "deliberate"):
            if not await self._confirm(refused.sentence):
                return Refused("", "sold-out")
            return await self.refusal(msgspec.structs.replace(command, deliberate=True))
        if refused.reason == "irrevocable":
            self._irrevocable_at = self._monotonic_ms()
        return refused

    def undo(self) -> None:
        """Take back the last decision; pressed again soon after a refusal, the one before it."""
        now, refused_at = self._monotonic_ms(), self._irrevocable_at
        again = refused_at is not None and now - refused_at <= AGAIN_MS
        self._irrevocable_at = None
        self.give(Undo(skip_irrevocable=again))
