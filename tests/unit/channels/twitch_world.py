"""A channel of Twitch with its chat and its HTTP API, each a server on this computer."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from studio.channels.twitch import TwitchChannel
from studio.channels.twitch_chat import Pace
from studio.control.clock import SystemWallClock
from studio.sync.http import HttpClient
from tests.fakes.helix import SHOP_CHANNEL, TOKEN, FakeHelix
from tests.fakes.twitch_chat import FakeTwitchChat

SOON = Pace(ping_ms=40, pong_ms=40, viewers_ms=10, answer_ms=300)


@dataclass
class World:
    chat: FakeTwitchChat
    helix: FakeHelix
    channel: TwitchChannel
    token: str | None = TOKEN
    next_token: str = ""
    renewals: int = 0

    async def renewed(self) -> bool:
        self.renewals += 1
        self.token = self.next_token or self.token
        return bool(self.next_token)


@asynccontextmanager
async def world(
    chat: FakeTwitchChat | None = None,
    *,
    token: str | None = TOKEN,
    client_id: str = "",
    pace: Pace | None = None,
    ca_file: Path | None = None,
) -> AsyncGenerator[World, None]:
    """Both servers run; nobody is connected yet. Without a `client_id` the HTTP API is never asked."""
    async with chat or FakeTwitchChat() as chat, FakeHelix() as helix:

        async def renewed() -> bool:
            return await made.renewed()

        http = HttpClient(helix.url, lambda: made.token, SystemWallClock(), who="Twitch")
        channel = TwitchChannel(
            "twitch",
            http,
            lambda: made.token,
            login=SHOP_CHANNEL,
            client_id=client_id,
            chat_url=chat.url,
            ca_file=ca_file,
            wall=SystemWallClock(),
            pace=pace or Pace(),
            renew=renewed,
        )
        made = World(chat, helix, channel, token)
        yield made
        await http.aclose()
