"""The contract of all channels against a real IRC server, by both of its ways in."""

from collections.abc import Awaitable, Callable

import pytest

from studio.channels.twitch import TwitchChannel
from tests.contracts.channel_contract import ChannelContract
from tests.real.irc.conftest import Making
from tests.real.irc.server import InspIrcd, Viewer


class _Contract(ChannelContract):
    notices_gone = False  # IRC servers keep no messages

    @pytest.fixture
    def crowd(self, ana: Viewer) -> Callable[[str], Awaitable[str]]:
        return ana.write


class TestOverTcp(_Contract):
    @pytest.fixture
    def channel(self, irc: InspIrcd, a_channel: Making) -> TwitchChannel:
        return a_channel(f"irc://127.0.0.1:{irc.port}")


class TestOverWebSocket(_Contract):
    @pytest.fixture
    def channel(self, irc: InspIrcd, a_channel: Making) -> TwitchChannel:
        return a_channel(f"ws://127.0.0.1:{irc.web_port}")
