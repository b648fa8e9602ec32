"""What stands in the form of a shop, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from studio.settings.schema import ShopSettings
from studio.settings.secrets import Kept
from studio.ui.connections.drafts import Draft, fits, is_port, name_problem, no_such_file, told, trimmed
from studio.ui.connections.port import KnownShop, ShopTest
from studio.ui.connections.words import tr


@dataclass(frozen=True, slots=True)
class ShopDraft(Draft[KnownShop, ShopTest]):
    """One shop as it stands in the form."""

    FIELDS: ClassVar = ("kind", "name", "base_url", "storefront", "ca_file", "push_port")
    SECRETS: ClassVar = ("key", "push_key")
    HARMLESS: ClassVar = ("name", "push_port", "push_key")

    @property
    def push_key(self) -> str:
        """What was typed for the secret of its webhooks."""
        return self.secrets.get("push_key", "")

    def settings(self, new_id: Callable[[str], str]) -> ShopSettings:
        """As settings. Raises `msgspec.ValidationError` where `problems` finds something."""
        typed = self.typed(new_id, tr("Shop"))
        typed["push_port"] = int(self.values["push_port"].strip() or "0")
        return msgspec.convert(typed, ShopSettings)


def problems(draft: ShopDraft, address_problem: Callable[[str], str | None]) -> dict[str, str]:
    """Field name to sentence, for every field that is wrong."""
    values = trimmed(draft)
    found = {
        "name": name_problem(
            values["name"],
            tr("Give the shop a name, so that you know it in the list."),
            tr("A name has at most 300 characters."),
        ),
        "base_url": address_problem(values["base_url"]) or "",
    }
    if not fits(ShopSettings, "storefront", values["storefront"]):
        found["storefront"] = tr("Write the address of the storefront, like https://www.shop.example.")
    if values["push_port"] and not is_port(values["push_port"]):
        found["push_port"] = tr("A port is a number from 1 to 65535, for instance 8137; empty hears nothing.")
    elif values["push_port"] and not draft.push_key and _unsigned(draft):
        found["push_key"] = tr("Enter the secret with which the platform signs: nothing else is believed.")
    if no_such_file(values["ca_file"]):
        found["ca_file"] = tr("There is no such file: choose a certificate in PEM, or leave it empty.")
    return told(found)


def _unsigned(draft: ShopDraft) -> bool:
    return draft.saved is None or draft.saved.push_key.kept is Kept.NOWHERE
