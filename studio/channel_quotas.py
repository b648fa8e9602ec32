"""Keeps what was asked of the platforms today, so that a restart does not give away what is used up already."""

import threading
from concurrent.futures import ThreadPoolExecutor

import msgspec
import structlog

from studio.settings.file import SettingsNotSavedError, StructFile
from studio.settings.schema import QuotaUse, QuotaUses

_log = structlog.get_logger(__name__)


class Quotas:
    """The books of all channels, in one small file; None: for as long as this object lives. A book may be written in any
    thread, and never waits for the disk.
    """

    def __init__(self, file: StructFile[QuotaUses] | None = None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._uses = {use.id: use for use in file.load().value.uses} if file is not None else {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="quotas")
        self._to_write = False

    def book(self, channel_id: str) -> "KeptQuota":
        """What one channel used: a `QuotaBook`."""
        return KeptQuota(self, channel_id)

    def used(self, channel_id: str, day: str) -> int:
        """Units used on this day so far."""
        with self._lock:
            use = self._uses.get(channel_id)
            return use.units if use is not None and use.day == day else 0

    def add(self, channel_id: str, day: str, units: int) -> None:
        """So many more were used; another day begins anew."""
        with self._lock:
            use = self._uses.get(channel_id)
            before = use.units if use is not None and use.day == day else 0
            self._uses[channel_id] = QuotaUse(id=channel_id, day=day, units=before + units)
            if self._file is None or self._to_write:
                return
            self._to_write = True
        self._writer.submit(self._write, self._file)

    def close(self) -> None:
        """Write what is to be written. Blocks."""
        self._writer.shutdown(wait=True)

    def _write(self, file: StructFile[QuotaUses]) -> None:
        with self._lock:
            self._to_write = False
            uses = QuotaUses(uses=tuple(self._uses.values()))
        try:
            file.save(uses)
        except SettingsNotSavedError as error:
            _log.warning("quotas not kept", reason=str(error))
        except (OSError, msgspec.MsgspecError):
            _log.exception("quotas not kept")


class KeptQuota:
    """The `QuotaBook` of one channel."""

    def __init__(self, quotas: Quotas, channel_id: str) -> None:
        self._quotas, self._channel_id = quotas, channel_id

    def used(self, day: str) -> int:
        """Units used on this day so far."""
        return self._quotas.used(self._channel_id, day)

    def add(self, day: str, units: int) -> None:
        """So many more were used."""
        self._quotas.add(self._channel_id, day, units)
