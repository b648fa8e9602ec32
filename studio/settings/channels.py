"""The channels among the settings: adding, changing and removing one."""

from collections.abc import Iterable

import msgspec

from studio.settings.ids import new_id
from studio.settings.schema import ChannelSettings, Settings


def channel_secret(channel_id: str) -> str:
    """The name under which a channel's token is kept, or what its sign-in granted."""
    return f"channel:{channel_id}"


def client_secret(channel_id: str) -> str:
    """The name under which the secret of the app is kept that was registered at the platform."""
    return f"client:{channel_id}"


def new_channel_id(name: str, taken: Iterable[str]) -> str:
    """An id for a new channel, made of its name, that no other channel has."""
    return new_id("channel", name, taken)


def general_channel(settings: Settings) -> str:
    """Which channel a variable that names none is for: the only one; with several, none (empty)."""
    return settings.channels[0].id if len(settings.channels) == 1 else ""


def channel_of(settings: Settings, channel_id: str) -> ChannelSettings | None:
    """The channel of this id."""
    return next((channel for channel in settings.channels if channel.id == channel_id), None)


def with_channel(settings: Settings, channel: ChannelSettings) -> Settings:
    """The settings with this channel in the place of the one of its id, or behind the others."""
    if channel_of(settings, channel.id) is None:
        channels = (*settings.channels, channel)
    else:
        channels = tuple(channel if each.id == channel.id else each for each in settings.channels)
    return msgspec.structs.replace(settings, channels=channels)


def without_channel(settings: Settings, channel_id: str) -> Settings:
    """The settings without this channel."""
    kept = tuple(channel for channel in settings.channels if channel.id != channel_id)
    return msgspec.structs.replace(settings, channels=kept)
