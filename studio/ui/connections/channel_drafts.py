"""What stands in the form of a channel, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from studio.settings.schema import ChannelSettings
from studio.ui.connections.channel_port import ChannelPlatform, ChannelTest, KnownChannel
from studio.ui.connections.channel_words import missing_words, tr
from studio.ui.connections.drafts import (
    YES,
    Draft,
    fits,
    is_port,
    name_problem,
    no_such_file,
    told,
    trimmed,
)

_NUMBERS = ("listen_port", "quota")
_BOXES = ("enabled", "announce")
_MOST_UNITS = 100_000_000


@dataclass(frozen=True, slots=True)
class ChannelDraft(Draft[KnownChannel, ChannelTest]):
    """One channel as it stands in the form."""

    FIELDS: ClassVar = (
        "kind", "name", "enabled", "account", "client_id", "listen_port", "quota", "base_url", "chat_url", "ca_file",
        "language", "announce",
    )  # fmt: skip
    SECRETS: ClassVar = ("key", "client_secret")
    HARMLESS: ClassVar = ("name", "enabled", "language", "announce")

    @property
    def client_key(self) -> str:
        """What was typed for the secret of the app that was registered at the platform."""
        return self.secrets.get("client_secret", "")

    @property
    def enabled(self) -> bool:
        """Whether shows use it."""
        return self.values["enabled"] == YES

    @classmethod
    def empty_values(cls, kind: str) -> dict[str, str]:
        """The fields of a new one."""
        return {**dict.fromkeys(cls.FIELDS, ""), "kind": kind, **dict.fromkeys(_BOXES, YES)}

    def settings(self, new_id: Callable[[str], str], platform: ChannelPlatform | None) -> ChannelSettings:
        """As settings. Raises `msgspec.ValidationError` where `problems` finds something."""
        typed = self.typed(new_id, tr("Channel"))
        typed |= {name: int(self.values[name].strip() or "0") for name in _NUMBERS}
        typed |= {name: self.values[name] == YES for name in _BOXES}
        typed["base_url"] = typed["base_url"] or (platform.base_url if platform else "")
        return msgspec.convert(typed, ChannelSettings)


def problems(
    draft: ChannelDraft, address_problem: Callable[[str], str | None], platform: ChannelPlatform | None
) -> dict[str, str]:
    """Field name to sentence, for every field that is wrong."""
    values = trimmed(draft)
    found = {
        "name": name_problem(
            values["name"],
            tr("Give the channel a name, so that you know it in the list."),
            tr("A name has at most 300 characters."),
        )
    }
    if values["base_url"] or platform is None or not platform.base_url:
        found["base_url"] = address_problem(values["base_url"]) or ""
    for name in platform.needed if platform else ():
        if not values.get(name):
            found[name] = missing_words(values["kind"], name)
    either = platform.one_of if platform else ()
    if either and not any(values.get(name) for name in either):
        found[either[0]] = missing_words(values["kind"], either[0])
    if not fits(ChannelSettings, "chat_url", values["chat_url"]):
        found["chat_url"] = tr(
            "Write the address of the chat, like wss://chat.example or ircs://chat.example."
        )
    if values["listen_port"] and not is_port(values["listen_port"]):
        found["listen_port"] = tr(
            "A port is a number from 1 to 65535, for instance 8138; empty hears nothing."
        )
    units = values["quota"]
    if units and not (units.isascii() and units.isdecimal() and int(units) <= _MOST_UNITS):
        found["quota"] = tr("Enter how many units a day, as a number; empty is the platform's default.")
    if not fits(ChannelSettings, "language", values["language"]):
        found["language"] = tr(
            "Enter the code of a language, such as en, de or nb; empty is that of the show."
        )
    for name, most in (("account", 200), ("client_id", 300)):
        if len(values[name]) > most:
            found[name] = tr("This is too long: check what was pasted.")
    if no_such_file(values["ca_file"]):
        found["ca_file"] = tr("There is no such file: choose a certificate in PEM, or leave it empty.")
    return told(found)
