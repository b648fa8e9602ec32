"""What stands in the form of each shop, saved or not: nothing typed is lost by looking at another shop."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from studio.settings.schema import ShopSettings
from studio.settings.secrets import Kept
from studio.ui.connections.port import KnownShop, ShopTest
from studio.ui.connections.words import tr

FIELDS: Final = ("kind", "name", "base_url", "storefront", "ca_file", "push_port")
_NEW: Final = "new:"


@dataclass(frozen=True, slots=True)
class Draft:
    """One shop as it stands in the form. `key` and `push_key` are what was typed for its key and for the secret of its
    webhooks, and never shown by a repr.
    """

    id: str
    values: dict[str, str]
    saved: KnownShop | None = None
    key: str = field(default="", repr=False)
    push_key: str = field(default="", repr=False)
    found: ShopTest | None = None

    @property
    def is_new(self) -> bool:
        """Whether it was never saved."""
        return self.saved is None

    @property
    def dirty(self) -> bool:
        """Whether something of it is not saved."""
        return (
            self.saved is None
            or bool(self.key or self.push_key)
            or self.values != values_of(self.saved.settings)
        )

    @property
    def untouched(self) -> bool:
        """A new shop in which nothing was typed."""
        typed = any(value.strip() for name, value in self.values.items() if name != "kind")
        return self.is_new and not (self.key or self.push_key or typed)

    @property
    def name(self) -> str:
        """What it is called in the list."""
        return self.values["name"].strip()

    def changed(self, name: str, value: str) -> "Draft":
        """With another value in a field, `key` among them. What was found by a test held for the old ones."""
        if name == "key":
            return self if value == self.key else replace(self, key=value, found=None)
        if name == "push_key":
            return replace(self, push_key=value)
        if self.values.get(name) == value:
            return self
        keeps = name in ("name", "push_port")
        return replace(self, values={**self.values, name: value}, found=self.found if keeps else None)

    def settings(self, new_id: Callable[[str], str]) -> ShopSettings:
        """As settings. Raises `msgspec.ValidationError` where `problems` finds something."""
        known = msgspec.to_builtins(self.saved.settings) if self.saved else {"id": new_id(self.name)}
        typed: dict[str, object] = {name: value.strip() for name, value in self.values.items()}
        typed["push_port"] = int(self.values["push_port"].strip() or "0")
        typed["name"] = typed["name"] or tr("Shop")  # one that is only tried needs no name yet
        return msgspec.convert({**known, **typed}, ShopSettings)


def values_of(shop: ShopSettings) -> dict[str, str]:
    """The fields of the form for a shop."""
    return {name: str(getattr(shop, name) or "") for name in FIELDS}


def draft_of(shop: KnownShop) -> Draft:
    """A shop as it is saved."""
    return Draft(shop.settings.id, values_of(shop.settings), shop)


def merged(before: Sequence[Draft], shops: Sequence[KnownShop]) -> list[Draft]:
    """The shops as they are saved, with what was typed and found before; those never saved follow."""
    old = {draft.id: draft for draft in before}
    drafts: list[Draft] = []
    for shop in shops:
        kept = old.pop(shop.settings.id, None)
        fresh = draft_of(shop)
        if kept is not None:
            fresh = replace(kept, saved=shop) if kept.dirty else replace(fresh, found=kept.found)
        drafts.append(fresh)
    return drafts + [draft for draft in old.values() if draft.is_new]


def new_draft(number: int, kind: str, like: Draft | None = None) -> Draft:
    """A shop that is not saved yet, empty or like another one; a key is never copied."""
    if like is None:
        return Draft(f"{_NEW}{number}", {**dict.fromkeys(FIELDS, ""), "kind": kind})
    name = tr("Copy of {name}").replace("{name}", like.name)[:300]
    return Draft(f"{_NEW}{number}", {**like.values, "name": name})


def problems(draft: Draft, address_problem: Callable[[str], str | None]) -> dict[str, str]:
    """Field name to sentence, for every field that is wrong."""
    found: dict[str, str] = {}
    values = {name: value.strip() for name, value in draft.values.items()}
    if not values["name"]:
        found["name"] = tr("Give the shop a name, so that you know it in the list.")
    elif len(values["name"]) > 300:
        found["name"] = tr("A name has at most 300 characters.")
    if sentence := address_problem(values["base_url"]):
        found["base_url"] = sentence
    if not _fits("storefront", values["storefront"]):
        found["storefront"] = tr("Write the address of the storefront, like https://www.shop.example.")
    if values["push_port"] and not (
        values["push_port"].isdecimal() and 0 < int(values["push_port"]) < 65_536
    ):
        found["push_port"] = tr("A port is a number from 1 to 65535, for instance 8137; empty hears nothing.")
    elif values["push_port"] and not draft.push_key and _unsigned(draft):
        found["push_key"] = tr("Enter the secret with which the platform signs: nothing else is believed.")
    if values["ca_file"] and not Path(values["ca_file"]).expanduser().is_file():
        found["ca_file"] = tr("There is no such file: choose a certificate in PEM, or leave it empty.")
    return found


def _unsigned(draft: Draft) -> bool:
    return draft.saved is None or draft.saved.push_key.kept is Kept.NOWHERE


def _fits(name: str, value: str) -> bool:
    kind = next(info.type for info in msgspec.structs.fields(ShopSettings) if info.name == name)
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
