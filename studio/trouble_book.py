"""Keeps the last errors of the shops, or of the channels, on disk."""

from collections.abc import Callable

import structlog

from studio.control.ports import WallClock
from studio.settings.file import SettingsNotSavedError, StructFile
from studio.settings.schema import Trouble, Troubles
from studio.settings.troubles import troubles_of, with_trouble, without_troubles

_AGAIN_MS = 60_000
_LONGEST = 1_000
_log = structlog.get_logger(__name__)


class TroubleBook:
    """`masked` takes secrets out of a sentence before it is written."""

    def __init__(
        self,
        file: StructFile[Troubles],
        wall: WallClock,
        masked: Callable[[str], str] = lambda sentence: sentence,
    ) -> None:
        self._file, self._wall, self._masked = file, wall, masked
        self._troubles = file.load().value

    def of(self, subject: str) -> tuple[Trouble, ...]:
        """The errors of one, the newest first."""
        return troubles_of(self._troubles, subject)

    def note(self, subject: str, sentence: str) -> None:
        """Something went wrong with it. One that is away says so again and again: once a minute is enough to write."""
        told, now = self._masked(sentence)[:_LONGEST], self._wall.now_ms()
        newest = next(iter(self.of(subject)), None)
        if newest is None or newest.sentence != told or now - newest.at_ms >= _AGAIN_MS:
            self._write(with_trouble(self._troubles, subject, told, now))

    def forget(self, subject: str) -> None:
        """It is there no more."""
        self._write(without_troubles(self._troubles, subject))

    def _write(self, troubles: Troubles) -> None:
        if troubles == self._troubles:
            return
        self._troubles = troubles
        try:
            self._file.save(troubles)
        except SettingsNotSavedError as error:
            _log.warning("errors not kept", reason=str(error))
