"""The YouTube channel against a stand-in that is held to Google's own discovery document."""

from tests.contracts.channel_contract import ChannelContract


class TestYouTube(ChannelContract):
    """The contract of all channels."""
