"""Several channels in the settings: each keeps its place, and none gets another's token."""

import msgspec

from studio.settings.channels import (
    channel_of,
    channel_secret,
    client_secret,
    general_channel,
    new_channel_id,
    with_channel,
    without_channel,
)
from studio.settings.schema import ChannelSettings, Settings
from studio.settings.secrets import Kept, KeyringSecrets


def a_channel(channel_id: str) -> ChannelSettings:
    return ChannelSettings(id=channel_id, name=channel_id.title(), base_url=f"https://{channel_id}.example")


def test_a_changed_channel_keeps_its_place_and_a_removed_one_leaves_the_others() -> None:
    settings = Settings()
    for name in ("one", "two", "three"):
        settings = with_channel(settings, a_channel(name))
    off = msgspec.structs.replace(a_channel("two"), enabled=False)
    settings = with_channel(settings, off)
    assert settings.channels == (a_channel("one"), off, a_channel("three"))
    assert channel_of(settings, "two") == off
    assert [c.id for c in without_channel(settings, "two").channels] == ["one", "three"]
    assert channel_of(settings, "four") is None


def test_no_two_channels_share_an_id_or_a_variable_of_the_environment() -> None:
    assert new_channel_id("Twitch: Nordhus Live", []) == "twitch-nordhus-live"
    assert new_channel_id("Twitch Nordhus", ["twitch.nordhus"]) == "twitch-nordhus-2"
    assert new_channel_id("抖音", []) == "channel"


def test_a_variable_without_a_name_is_for_the_only_channel_and_for_nobody_among_several() -> None:
    """A token of one platform must not be sent to another."""
    secrets = KeyringSecrets({"HOST_STUDIO_CHANNEL_TOKEN": "tok-12345"}, lambda: None)
    one = with_channel(Settings(), a_channel("one"))
    secrets.general_channel = general_channel(one)
    assert secrets.where(channel_secret("one")).kept is Kept.ENVIRONMENT
    secrets.general_channel = general_channel(with_channel(one, a_channel("two")))
    assert secrets.get(channel_secret("one")) is None
    assert secrets.get(channel_secret("two")) is None
    assert secrets.get(client_secret("two")) is None
