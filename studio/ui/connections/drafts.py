"""What stands in the form of each shop or channel, saved or not: nothing typed is lost by looking at another one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, Protocol, Self, TypeVar

import msgspec

from studio.settings.schema import ChannelSettings, ShopSettings, Trouble
from studio.settings.secrets import Whereabouts

NEW: Final = "new:"
LONGEST_NAME: Final = 300
YES: Final = "yes"
"""What stands in the place of a box that is checked; an empty text where it is not."""


class Saved(Protocol):
    """A shop or channel as it is saved."""

    @property
    def settings(self) -> ShopSettings | ChannelSettings:
        """Its settings."""
        ...

    @property
    def key(self) -> Whereabouts:
        """Where its key is kept."""
        ...

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """Its last errors, the newest first."""
        ...


class Found(Protocol):
    """What a test found; `failure` is None when it can be used, `name` what it calls itself."""

    @property
    def failure(self) -> object:
        """Why it cannot be used."""
        ...

    @property
    def name(self) -> str:
        """What it calls itself."""
        ...


S = TypeVar("S", bound=Saved)
F = TypeVar("F", bound=Found)
D = TypeVar("D", bound="Draft[Any, Any]")


@dataclass(frozen=True, slots=True)
class Draft(Generic[S, F]):
    """One of them as it stands in the form. `secrets` are what was typed for its key and the like, by the field's name,
    and never shown by a repr.
    """

    FIELDS: ClassVar[tuple[str, ...]] = ()
    SECRETS: ClassVar[tuple[str, ...]] = ("key",)
    HARMLESS: ClassVar[tuple[str, ...]] = ("name",)
    """Fields that do not touch what a test found."""

    id: str
    values: dict[str, str]
    saved: S | None = None
    secrets: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    found: F | None = None

    @property
    def is_new(self) -> bool:
        """Whether it was never saved."""
        return self.saved is None

    @property
    def key(self) -> str:
        """What was typed for its key."""
        return self.secrets.get("key", "")

    @property
    def dirty(self) -> bool:
        """Whether something of it is not saved."""
        typed = any(self.secrets.values())
        return self.saved is None or typed or self.values != self.values_of(self.saved.settings)

    @property
    def untouched(self) -> bool:
        """A new one in which nothing was typed."""
        begun = {name: value for name, value in self.empty_values(self.values["kind"]).items() if value}
        typed = any(
            value.strip() and begun.get(name) != value
            for name, value in self.values.items()
            if name != "kind"
        )
        return self.is_new and not (any(self.secrets.values()) or typed)

    @property
    def name(self) -> str:
        """What it is called in the list."""
        return self.values["name"].strip()

    def changed(self, name: str, value: str) -> Self:
        """With another value in a field. What was found by a test held for the old ones."""
        if name in self.SECRETS:
            if self.secrets.get(name, "") == value:
                return self
            found = None if name not in self.HARMLESS else self.found
            return replace(self, secrets={**self.secrets, name: value}, found=found)
        if self.values.get(name) == value:
            return self
        keeps = name in self.HARMLESS
        return replace(self, values={**self.values, name: value}, found=self.found if keeps else None)

    def typed(self, new_id: Callable[[str], str], unnamed: str) -> dict[str, object]:
        """What is saved, with what stands in the form over it; one that is only tried needs no name yet."""
        known = msgspec.to_builtins(self.saved.settings) if self.saved else {"id": new_id(self.name)}
        values = {name: value.strip() for name, value in self.values.items()}
        return {**known, **values, "name": values["name"] or unnamed}

    @classmethod
    def empty_values(cls, kind: str) -> dict[str, str]:
        """The fields of a new one."""
        return {**dict.fromkeys(cls.FIELDS, ""), "kind": kind}

    @classmethod
    def values_of(cls, settings: ShopSettings | ChannelSettings) -> dict[str, str]:
        """The fields of the form for one that is saved."""
        return {name: _text(getattr(settings, name)) for name in cls.FIELDS}

    @classmethod
    def of(cls, saved: S) -> Self:
        """One as it is saved."""
        return cls(saved.settings.id, cls.values_of(saved.settings), saved)

    @classmethod
    def new(cls, number: int, kind: str) -> Self:
        """One that is not saved yet, empty."""
        return cls(f"{NEW}{number}", cls.empty_values(kind))

    def copy(self, number: int, copy_of: str) -> Self:
        """One that is not saved yet, like this one; a key is never copied."""
        name = copy_of.replace("{name}", self.name)[:LONGEST_NAME]
        return type(self)(f"{NEW}{number}", {**self.values, "name": name})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return YES if value else ""
    return str(value or "")


def merged(before: Sequence[D], saved: Sequence[Saved], of: Callable[[Any], D]) -> list[D]:
    """Them as they are saved, with what was typed and found before; those never saved follow."""
    old = {draft.id: draft for draft in before}
    drafts: list[D] = []
    for each in saved:
        kept = old.pop(each.settings.id, None)
        fresh = of(each)
        if kept is not None:
            fresh = replace(kept, saved=each) if kept.dirty else replace(fresh, found=kept.found)
        drafts.append(fresh)
    return drafts + [draft for draft in old.values() if draft.is_new]


def trimmed(draft: Draft[Any, Any]) -> dict[str, str]:
    """What stands in the fields, without the blanks around it."""
    return {name: value.strip() for name, value in draft.values.items()}


def name_problem(name: str, missing: str, too_long: str) -> str:
    """What is wrong with a name; empty when it is right."""
    if not name:
        return missing
    return too_long if len(name) > LONGEST_NAME else ""


def no_such_file(path: str) -> bool:
    """Whether a file is named that is not there."""
    return bool(path) and not Path(path).expanduser().is_file()


def is_port(value: str) -> bool:
    """Whether it is the number of a port."""
    return value.isascii() and value.isdecimal() and 0 < int(value) < 65_536


def fits(kind: type[msgspec.Struct], name: str, value: object) -> bool:
    """Whether a setting can have this value."""
    wanted = next(info.type for info in msgspec.structs.fields(kind) if info.name == name)
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError:
        return False
    return True


def told(found: Mapping[str, str]) -> dict[str, str]:
    """Only what is wrong."""
    return {name: sentence for name, sentence in found.items() if sentence}
