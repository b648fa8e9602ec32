"""Twitch: chat over IRC, viewers and moderation over its HTTP API (see README.md here)."""

import asyncio
import random as _random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

from studio.channels.irc_session import Login
from studio.channels.irc_wire import BadChatAddress, checked_chat_address, tls_trusting
from studio.channels.twitch_chat import Chat, Pace
from studio.channels.twitch_feed import Feed, end
from studio.channels.twitch_helix import WHO, Helix, Renew, User
from studio.channels.twitch_reader import Reader
from studio.channels.twitch_says import MAX_LENGTH
from studio.channels.twitch_viewers import count_viewers
from studio.channels.unnumbered import UnnumberedChannel
from studio.control.ports import ChannelCapabilities, ChannelItem, Http, RefusedByTarget, WallClock

CHAT_URL = "wss://irc-ws.chat.twitch.tv:443"
API_URL = "https://api.twitch.tv/helix"
_LOGIN = re.compile(r"[a-z0-9_]{1,50}")
_PAGE = re.compile(r"^(https?://)?(www\.|m\.)?twitch\.tv/", re.IGNORECASE)


class TwitchChannel(UnnumberedChannel):
    """The `Channel` port over Twitch; where `chat_url` leads to another IRC server, over that one's chat.

    `http` is bound to Helix (`API_URL`) with the same `token`; `login` is the channel's name as in its address, or that
    address; `client_id` that of the app for which the token was given: without it, viewers cannot be counted and nothing
    hidden. Without a token the chat is read, and no more; one that is not taken is renewed once by `renew`. `ca_file` names one more certificate authority for the chat.

    `capabilities` are the least until `hello` has asked. Raises `BadChatAddress`, a `ValueError` with a sentence, for settings that cannot be used.
    """

    def __init__(
        self,
        name: str,
        http: Http,
        token: Callable[[], str | None],
        *,
        login: str,
        client_id: str,
        wall: WallClock,
        chat_url: str = "",
        ca_file: Path | None = None,
        random: Callable[[], float] = _random.random,
        pace: Pace = Pace(),  # noqa: B008 - frozen
        renew: Renew | None = None,
    ) -> None:
        super().__init__(name, WHO)
        self._login = _checked_login(login)
        self._token = token
        self._client_id = client_id.strip()
        self._random = random
        self._pace = pace
        self._helix = Helix(http, self._client_id, renew)
        self._reader = Reader(name, f"#{self._login}", wall)
        self._channel: User | None = None
        self._us: User | None = None
        self._chat = Chat(
            f"#{self._login}",
            self._reader,
            self._who_we_are,
            checked_chat_address(chat_url or CHAT_URL),
            tls_trusting(ca_file),
            wall.monotonic_ms,
            pace,
            random,
            renew,
        )
        self.capabilities = ChannelCapabilities(reply=False, viewers=False)

    async def hello(self) -> ChannelCapabilities:
        """Ask Twitch who the channel and we are, where there is a token, and what can be done with it."""
        self.capabilities = self._can()
        if self._signed_in_with_app():
            await self._find_out()
        return self.capabilities

    def items(self, after: int) -> AsyncIterator[ChannelItem]:  # noqa: ARG002
        """The chat from now on, with the number of viewers. The first item comes once the room is joined. A consumer that
        stops early closes the generator. One at a time.
        """
        return self._items()

    async def say(self, text: str, key: str) -> str:  # noqa: ARG002
        """Say something to everybody, over the connection of `items`; the message's id."""
        self._check_signed_in()
        return await self._chat.say(text)

    async def reply(self, message_id: str, text: str, key: str) -> str:  # noqa: ARG002
        """Reply to one message, over the connection of `items`; the reply's id."""
        self._check_signed_in()
        return await self._chat.say(text, message_id)

    async def hide(self, message_id: str, key: str) -> None:  # noqa: ARG002
        """Delete a message; needs the right of a moderator."""
        self._check_signed_in()
        if not self._client_id:
            raise RefusedByTarget(
                f"{WHO} hides messages only for an app that it knows: enter the client id in the settings.",
                "no-hide",
            )
        channel, us = await self._find_out()
        await self._helix.delete(channel.id, us.id, message_id)

    async def _items(self) -> AsyncGenerator[ChannelItem, None]:
        feed = Feed()
        jobs = [asyncio.create_task(self._chat.run(feed), name=f"chat of {self.name}")]
        if self._signed_in_with_app():
            counting = count_viewers(
                feed, self._helix, self._reader, self.name, self._login, self._pace.viewers_ms
            )
            jobs.append(asyncio.create_task(counting, name=f"viewers of {self.name}"))
        for job in jobs:
            job.add_done_callback(feed.ended)
        try:
            while True:
                for item in await feed.take():
                    yield item
        finally:
            await end(*jobs)

    async def _find_out(self) -> tuple[User, User]:
        """The channel and we. A token given later may be another account's, so that who we are is asked each time it may
        have changed.
        """
        channel = self._channel or await self._helix.user(self._login)
        if channel is None:
            raise RefusedByTarget(
                f"{WHO} knows no channel “{self._login}”: check its name in the settings.", "no-channel"
            )
        us = await self._helix.user()
        if us is None:
            raise RefusedByTarget(
                f"This token belongs to an app and not to a person: sign in to {WHO} under Channels.",
                "no-user",
            )
        self._channel, self._us = channel, us
        return channel, us

    def _who_we_are(self) -> Login:
        if not self._token():
            return Login(
                f"justinfan{10_000 + int(self._random() * 80_000)}", anonymous=True, secret=self._token
            )
        return Login(self._us.login if self._us else self._login, anonymous=False, secret=self._token)

    def _can(self) -> ChannelCapabilities:
        return ChannelCapabilities(
            reply=bool(self._token()),
            hide=self._signed_in_with_app(),
            viewers=self._signed_in_with_app(),
            keyed=False,
            max_length=MAX_LENGTH,
            read_back=False,
        )

    def _signed_in_with_app(self) -> bool:
        return bool(self._token()) and bool(self._client_id)

    def _check_signed_in(self) -> None:
        if not self._token():
            raise RefusedByTarget(
                f"Only who is signed in to {WHO} can write there: sign in under Channels.", "signed-out"
            )


def _checked_login(login: str) -> str:
    name = _PAGE.sub("", login.strip()).strip("#@/ ").lower()
    if not _LOGIN.fullmatch(name):
        raise BadChatAddress(
            f"“{login[:60]}” is no name of a {WHO} channel: write it as in the address of its page."
        )
    return name
