"""Keys as data: which keys an action has, changed by a person, refused where two would clash."""

from collections.abc import Iterable, Mapping
from typing import TypeGuard, cast

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QKeySequence

from studio.ui.action_list import ACTIONS, ActionSpec

RESERVED = {"Tab", "Shift+Tab", "Space"}
"""Keys which move through the window or would press a focused button: never given to an action."""


class KeyConflictError(ValueError):
    """A key could not be given to an action. Its message is a sentence for the person who asked."""


def portable(keys: str) -> str:
    """The one spelling of a key: `ctrl+pgdown` and `Ctrl+PgDown` become the same. Empty when it is no key."""
    sequence = QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def key_cap(keys: str) -> str:
    """What stands on the key cap: `Ctrl Z`, `F12`, `⇧⌘Z` on macOS; empty when there is no key."""
    native = QKeySequence.fromString(keys).toString(QKeySequence.SequenceFormat.NativeText)
    if len(native) > 1 and not native.endswith("+"):
        return native.replace("+", " ")
    return native.replace("++", " +")


class KeyBindings(QObject):
    """The keys of every action. `changed(action id)` follows every change.

    Only what differs from the defaults is saved, so that a new default reaches who never changed it.
    """

    changed = Signal(str)

    def __init__(self, specs: Iterable[ActionSpec] = ACTIONS, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._specs = {spec.id: spec for spec in specs}
        self._keys = {spec.id: _spelled(spec.default_keys) for spec in self._specs.values()}

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action, the shown one first; empty when it has none. Unknown ids raise KeyError."""
        return self._keys[action_id]

    def owner(self, key: str) -> str | None:
        """The id of the action that has this key."""
        wanted = portable(key)
        return next((action_id for action_id, keys in self._keys.items() if wanted in keys), None)

    def bind(self, action_id: str, keys: Iterable[str]) -> None:
        """Give an action these keys instead of those it had. Raises KeyConflictError and changes nothing."""
        wanted: list[str] = []
        for key in keys:
            spelled = portable(key)
            if not spelled:
                raise KeyConflictError(_tr("“{key}” is not a key. Press the key you want.").format(key=key))
            if spelled in RESERVED:
                raise KeyConflictError(
                    _tr("{key} moves through the window and cannot be a command key. Choose another.").format(
                        key=key_cap(spelled)
                    )
                )
            owner = self._clash(spelled, action_id)
            if owner is not None:
                raise KeyConflictError(
                    _tr(
                        "{key} already belongs to “{action}”. Change that one first, or choose another key."
                    ).format(key=key_cap(spelled), action=_tr(self._specs[owner].text))
                )
            if spelled not in wanted:
                wanted.append(spelled)
        if self._keys[action_id] != tuple(wanted):
            self._keys[action_id] = tuple(wanted)
            self.changed.emit(action_id)

    def is_default(self, action_id: str) -> bool:
        """Whether the action has the keys it came with."""
        return self._keys[action_id] == _spelled(self._specs[action_id].default_keys)

    def reset(self, action_id: str) -> None:
        """Give an action its own keys back. Raises KeyConflictError when another one took them."""
        self.bind(action_id, self._specs[action_id].default_keys)

    def reset_all(self) -> None:
        """Every action has the keys it came with."""
        moved = [action_id for action_id in self._keys if not self.is_default(action_id)]
        for action_id in moved:
            self._keys[action_id] = _spelled(self._specs[action_id].default_keys)
        for action_id in moved:
            self.changed.emit(action_id)

    def to_dict(self) -> dict[str, list[str]]:
        """What differs from the defaults: action id to keys, for the settings file."""
        return {
            action_id: list(keys) for action_id, keys in self._keys.items() if not self.is_default(action_id)
        }

    def load(self, saved: Mapping[str, object]) -> list[str]:
        """Take the keys of a settings file. What cannot be used is left at its default.

        Returns a sentence for each entry that was left out.
        """
        self.reset_all()
        entries: dict[str, list[str]] = {}
        problems: list[str] = []
        for action_id, keys in saved.items():
            if action_id not in self._specs:
                problems.append(
                    _tr("The settings name a command “{id}” that does not exist.").format(id=action_id)
                )
            elif not _is_names(keys):
                problems.append(
                    _tr("The keys of “{id}” in the settings are not a list of names.").format(id=action_id)
                )
            else:
                entries[action_id] = keys
        # Freed first, so that two actions which swapped their keys can both be loaded.
        for action_id in entries:
            self._keys[action_id] = ()
        for action_id, keys in entries.items():
            try:
                self.bind(action_id, keys)
            except KeyConflictError as error:
                problems.append(str(error))
                self._restore(action_id)
            self.changed.emit(action_id)
        return problems

    def _restore(self, action_id: str) -> None:
        try:
            self.reset(action_id)
        except KeyConflictError:
            self._keys[action_id] = ()

    def _clash(self, key: str, action_id: str) -> str | None:
        """The other action which has the key, or a chord which the key begins or continues."""
        for other, keys in self._keys.items():
            if other == action_id:
                continue
            for taken in keys:
                if taken == key or taken.startswith(key + ", ") or key.startswith(taken + ", "):
                    return other
        return None


def _spelled(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(portable(key) for key in keys)


def _is_names(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[object]", value))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Actions", text)
