"""Settings on disk: read without losing what cannot be understood, written whole or not at all."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from studio.settings.schema import VERSION, QuotaUses, Settings, Troubles, WindowState

T = TypeVar("T", Settings, WindowState, Troubles, QuotaUses)


class SettingsNotSavedError(Exception):
    """The settings could not be written; those on disk are as before. Its message is a sentence."""


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """What was read, and sentences about what could not be understood (empty when all is well)."""

    value: T
    sentences: tuple[str, ...] = ()


@dataclass
class StructFile(Generic[T]):
    """A frozen struct kept as JSON at `path`.

    Fields which this version does not know are kept when it saves. A file that cannot be read is put aside, never
    overwritten; a field that cannot be understood gets its default, and the file is copied aside first.
    """

    path: Path
    kind: type[T]
    _document: dict[str, Any] = field(default_factory=dict[str, Any], init=False, repr=False)
    _kept_safe: bool = field(default=True, init=False, repr=False)

    def load(self) -> Loaded[T]:
        """Reads the file; without one, or where the system does not let it be read, the defaults. Never raises: what is
        wrong is said in `sentences`. A file that could be neither understood nor put aside is never saved over.
        """
        self._document = {}
        self._kept_safe = True
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Loaded(self.kind())
        except OSError as error:
            self._kept_safe = False
            why = error.strerror or error
            sentence = (
                f"“{self.path}” cannot be read ({why}): the defaults are used, and changes hold for this session only. "
                "Make it readable, then start the studio again."
            )
            return Loaded(self.kind(), (sentence,))
        try:
            document = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return self._unreadable(str(error))
        if not isinstance(document, dict):
            return self._unreadable("it does not hold an object")
        self._document = document
        value, problems = _understood(document, self.kind)
        value = msgspec.structs.replace(value, version=max(VERSION, value.version))
        if problems:
            return Loaded(value, (*problems, self._put_aside(shutil.copy2)))
        if value.version > VERSION:
            return Loaded(
                value, (f"“{self.path.name}” was written by a newer Host Studio; what is new in it is kept.",)
            )
        return Loaded(value)

    def save(self, value: T) -> None:
        """Writes `value` and what was unknown, so that a reader sees the old file or the new, even after a power cut.

        Raises SettingsNotSavedError.
        """
        if not self._kept_safe:
            raise SettingsNotSavedError(
                f"“{self.path}” was left as it is, because it could not be read: the change holds for this session only."
            )
        document = _merged(self._document, value)
        document["version"] = max(VERSION, value.version)
        text = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
        try:
            _write_whole(self.path, text)
        except OSError as error:
            raise SettingsNotSavedError(
                f"“{self.path}” could not be saved ({error.strerror or error}). Free some space or make the folder "
                "writable, then change the setting again; until then it holds for this session only."
            ) from error
        self._document = document

    def _unreadable(self, why: str) -> Loaded[T]:
        kept = self._put_aside(Path.replace)
        sentence = f"“{self.path.name}” could not be read ({why}); the defaults are used. {kept}"
        return Loaded(self.kind(), (sentence,))

    def _put_aside(self, put: Callable[[Path, Path], object]) -> str:
        """Where the file is kept now, as a sentence."""
        aside = self._aside()
        try:
            put(self.path, aside)
        except OSError as error:
            self._kept_safe = False
            why = error.strerror or error
            return f"It cannot be put aside ({why}), so nothing is saved over it: make the folder writable."
        return f"The file as it was is kept as “{aside.name}”."

    def _aside(self) -> Path:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = self.path.with_name(f"{self.path.stem}.unreadable-{stamp}{self.path.suffix}")
        number = 2
        while aside.exists():
            aside = self.path.with_name(f"{self.path.stem}.unreadable-{stamp}-{number}{self.path.suffix}")
            number += 1
        return aside


def settings_file(path: Path) -> StructFile[Settings]:
    """The file of what a person has set."""
    return StructFile(path, Settings)


def window_state_file(path: Path) -> StructFile[WindowState]:
    """The file of where windows stood."""
    return StructFile(path, WindowState)


def troubles_file(path: Path) -> StructFile[Troubles]:
    """A file of what went wrong with the shops, or with the channels."""
    return StructFile(path, Troubles)


def quotas_file(path: Path) -> StructFile[QuotaUses]:
    """The file of what was asked of the platforms."""
    return StructFile(path, QuotaUses)


def _understood(document: dict[str, Any], kind: type[T]) -> tuple[T, list[str]]:
    """The struct of what can be understood, with a sentence for each field that cannot."""
    known: dict[str, Any] = {}
    problems: list[str] = []
    for info in msgspec.structs.fields(kind):
        if info.encode_name not in document:
            continue
        given = document[info.encode_name]
        value, found = _field(given, info.type, info.encode_name)
        problems += found
        if value is not msgspec.UNSET:
            known[info.name] = value
    return kind(**known), problems


def _field(given: Any, kind: Any, name: str) -> tuple[Any, list[str]]:
    """The value of one field; UNSET where nothing of it can be understood. Good rows of a list are kept."""
    try:
        return msgspec.convert(given, kind), []
    except msgspec.ValidationError as error:
        origin = getattr(kind, "__origin__", None)
        if isinstance(given, list) and origin is tuple:
            return _rows(given, kind.__args__[0], name)
        if isinstance(given, dict) and origin is dict:
            return _entries(given, kind.__args__[1], name)
        if isinstance(given, dict) and isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return _struct(given, kind, name)
        return msgspec.UNSET, [
            f"The setting “{name}” was not understood ({_why(error)}); its default is used."
        ]


def _rows(given: list[Any], kind: Any, name: str) -> tuple[Any, list[str]]:
    rows: list[Any] = []
    problems: list[str] = []
    for number, row in enumerate(given, 1):
        try:
            rows.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as error:
            problems.append(f"Entry {number} of “{name}” was not understood ({_why(error)}); it is left out.")
    return tuple(rows), problems


def _entries(given: dict[str, Any], kind: Any, name: str) -> tuple[Any, list[str]]:
    entries: dict[str, Any] = {}
    problems: list[str] = []
    for key, entry in given.items():
        try:
            entries[key] = msgspec.convert(entry, kind)
        except msgspec.ValidationError as error:
            problems.append(f"“{key}” in “{name}” was not understood ({_why(error)}); it is left out.")
    return entries, problems


def _struct(given: dict[str, Any], kind: type[msgspec.Struct], name: str) -> tuple[Any, list[str]]:
    known: dict[str, Any] = {}
    problems: list[str] = []
    for info in msgspec.structs.fields(kind):
        if info.encode_name in given:
            value, found = _field(given[info.encode_name], info.type, f"{name}.{info.encode_name}")
            problems += found
            if value is not msgspec.UNSET:
                known[info.name] = value
    return kind(**known), problems


def _why(error: msgspec.ValidationError) -> str:
    return str(error).partition(" - at `")[0]


def _merged(old: dict[str, Any], value: msgspec.Struct) -> dict[str, Any]:
    """What `value` says, beside the entries of `old` that its struct does not know; lists match by `id`."""
    result: dict[str, Any] = {}
    names = {info.encode_name for info in msgspec.structs.fields(type(value))}
    for info in msgspec.structs.fields(type(value)):
        now, before = getattr(value, info.name), old.get(info.encode_name)
        if isinstance(now, msgspec.Struct):
            result[info.encode_name] = _merged(before if isinstance(before, dict) else {}, now)
        elif isinstance(now, tuple) and isinstance(before, list):
            known = {row["id"]: row for row in before if isinstance(row, dict) and "id" in row}
            result[info.encode_name] = [
                _merged(known.get(getattr(row, "id", None), {}), row)
                if isinstance(row, msgspec.Struct)
                else msgspec.to_builtins(row)
                for row in now
            ]
        else:
            result[info.encode_name] = msgspec.to_builtins(now)
    return {**result, **{name: kept for name, kept in old.items() if name not in names}}


def _write_whole(path: Path, data: bytes) -> None:
    path = path.resolve()  # a linked settings file stays a link
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened, and the rename is durable with the file system's journal
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
