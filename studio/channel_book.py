"""The channels of the settings at work: kept, tested and signed in to in the engine's thread, and not taken away from a
show that owes them something.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from secrets import token_urlsafe
from typing import Any, Protocol, TypeVar

import msgspec
import structlog

from studio.channel_factory import KINDS, ChannelKind, ChannelSet, UnknownChannelKind, quota_owner
from studio.channel_probe import probe, typed_secrets
from studio.channel_quotas import Quotas
from studio.channels.sign_in import BadGrant, grant_text, read_grant
from studio.channels.social_listener import post_path
from studio.channels.youtube_quota import DAILY_UNITS, quota_day, quota_resets_at_ms
from studio.control.ports import Quota, TargetError, WallClock
from studio.control.ports.sign_in import Grant, SignInStep
from studio.kept_book import KeptBook, in_window, waiting_words
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
from studio.settings.secrets import KeyringSecrets
from studio.sync.http import BadAddress
from studio.trouble_book import TroubleBook
from studio.ui.connections.channel_port import (
    ChannelPlatform,
    ChannelStep,
    ChannelTest,
    KnownChannel,
    KnownChannels,
    SignedIn,
    SignInEnd,
)
from studio.ui.connections.port import NotDoneError

T = TypeVar("T")
_SECRET_BYTES = 24
_log = structlog.get_logger(__name__)


class ChannelUse(Protocol):
    """What is known of the shows."""

    async def owed_by_channel(self) -> Mapping[str, int]:
        """How many decisions wait for each channel, by its id."""
        ...

    def open_channels(self) -> tuple[ChannelSettings, ...]:
        """The channels of the show that is open, with the settings that it was opened with."""
        ...


class InEngine(Protocol):
    """Runs a coroutine on the engine's loop."""

    def __call__(self, coro: Coroutine[Any, Any, T], /) -> "asyncio.Future[T]":
        """What comes of it; cancelling it cancels the coroutine."""
        ...


class ChannelBook(KeptBook):
    """Implements `ChannelConnections`. `kinds` are the platforms that there are. `key_forgotten` is called with the id of a
    channel whose token was taken away.
    """

    EXAMPLE = "https://bridge.example"

    def __init__(
        self,
        settings: Callable[[], Settings],
        save: Callable[[Settings], None],
        secrets: KeyringSecrets,
        troubles: TroubleBook,
        quotas: Quotas,
        use: ChannelUse,
        in_engine: InEngine,
        wall: WallClock,
        kinds: Mapping[str, ChannelKind] = KINDS,
    ) -> None:
        super().__init__(settings, save, secrets, troubles, wall)
        self.key_forgotten: Callable[[str], Awaitable[None]] = _nobody_cares
        self._quotas, self._use, self._in_engine, self._kinds = quotas, use, in_engine, kinds

    # --- what there is ----------------------------------------------------------------------------------------

    async def known(self) -> KnownChannels:
        """All channels as they are saved."""
        channels = self._settings().channels
        owed = await self._use.owed_by_channel()
        kept = await asyncio.to_thread(lambda: [self._known(channel, owed) for channel in channels])
        return KnownChannels(
            channels=tuple(kept),
            platforms=tuple(_platform(kind, known) for kind, known in self._kinds.items()),
            keys_sentence=self._secrets.sentence,
            keys_stay=self._secrets.persistent,
        )

    def _known(self, channel: ChannelSettings, owed: Mapping[str, int]) -> KnownChannel:
        """Asks the keyring, which may block."""
        name = channel_secret(channel.id)
        return KnownChannel(
            settings=channel,
            key=self._secrets.where(name),
            client_key=self._secrets.where(client_secret(channel.id)),
            signed_in=_signed_in(self._secrets.get(name)),
            troubles=self._troubles.of(channel.id),
            owed=owed.get(channel.id, 0),
            quota=self._quota(channel),
        )

    def _quota(self, channel: ChannelSettings) -> Quota | None:
        if channel.kind != "youtube":
            return None
        now = self._wall.now_ms()
        used = self._quotas.used(quota_owner(channel, self._settings().channels), quota_day(now))
        return Quota(used, channel.quota or DAILY_UNITS, resets_at_ms=quota_resets_at_ms(now))

    def new_id(self, name: str) -> str:
        """An id that no channel has."""
        return new_channel_id(name, [channel.id for channel in self._settings().channels])

    # --- changing ---------------------------------------------------------------------------------------------

    async def save(self, channel: ChannelSettings, key: str, client_key: str) -> str:
        """Keep a channel and, where they are given, its secrets; what is to be known of that, in sentences. Raises
        `NotDoneError`.
        """
        before = channel_of(self._settings(), channel.id)
        if before is not None and before.kind != channel.kind:
            await self._refuse_if_owed(before, "would go to another platform")
        self._keep(with_channel(self._settings(), channel))
        if not key and await self._needs_own_secret(channel):
            key = token_urlsafe(_SECRET_BYTES)
        await self._set_typed((client_secret(channel.id), client_key), (channel_secret(channel.id), key))
        if key and self.key_given is not None:
            await self.key_given(channel.id, key.strip())
        said = [self._secrets.sentence if key or client_key else "", self._said_of_open(channel, before)]
        return " ".join(filter(None, said))

    async def _needs_own_secret(self, channel: ChannelSettings) -> bool:
        """Whether messages are posted to this computer, and the secret that is part of their address is not made yet."""
        if not _is_posted_to(channel):
            return False
        return await asyncio.to_thread(self._secrets.get, channel_secret(channel.id)) is None

    async def post_address(self, channel_id: str, /) -> str:
        """Where on this computer messages for this channel are posted, with the secret in it; empty when they are not."""
        channel = channel_of(self._settings(), channel_id)
        if channel is None or not _is_posted_to(channel):
            return ""
        token = await asyncio.to_thread(self._secrets.get, channel_secret(channel_id))
        return f"http://127.0.0.1:{channel.listen_port}{post_path(token)}" if token else ""

    def _said_of_open(self, channel: ChannelSettings, before: ChannelSettings | None) -> str:
        """That the open show goes on with its channels' old settings."""
        opened = {each.id: each for each in self._use.open_channels()}
        now = opened.get(channel.id)
        if not opened or (now is None and before is not None):
            return ""
        harmless = {"name": channel.name, "language": channel.language, "announce": channel.announce}
        if now is not None and msgspec.structs.replace(now, **harmless) == channel:
            return ""
        if now is None:
            return "The show that is open was made without it: shows that are made from now on use it."
        return "The show that is open goes on with the old settings: open it again to use these."

    async def remove(self, channel_id: str, /) -> None:
        """Forget a channel, its secrets and its errors. Raises `NotDoneError`."""
        channel = channel_of(self._settings(), channel_id)
        if channel is None:
            return
        await self._refuse_if_owed(channel, "would be lost")
        if any(each.id == channel_id and each.enabled for each in self._use.open_channels()):
            raise NotDoneError(
                f"“{channel.name}” stays while a show is open that uses it: end the show, or close the studio and open it again."
            )
        self._keep(without_channel(self._settings(), channel_id))
        self._troubles.forget(channel_id)
        await self._forget(channel_secret(channel_id), client_secret(channel_id))

    async def forget_key(self, channel_id: str, /) -> None:
        """Forget the token that is kept for a channel."""
        await self._forget(channel_secret(channel_id))
        await self.key_forgotten(channel_id)

    async def _refuse_if_owed(self, channel: ChannelSettings, otherwise: str) -> None:
        owed = (await self._use.owed_by_channel()).get(channel.id, 0)
        if owed:
            raise NotDoneError(
                f"{waiting_words(owed)} to be sent to “{channel.name}”, and {otherwise}. Open the show and let them go out first, or "
                "add the other channel beside this one."
            )

    def _meant(self) -> None:
        """With several channels, a variable that names none of them is for nobody."""
        self._secrets.general_channel = general_channel(self._settings())

    # --- trying -----------------------------------------------------------------------------------------------

    async def test(
        self, channel: ChannelSettings, key: str, client_key: str, on_step: Callable[[ChannelStep], None]
    ) -> ChannelTest:
        """Try a channel in the engine's thread; what fails is noted among its errors."""
        secrets = typed_secrets(self._secrets, channel.id, key, client_key)
        step = in_window(on_step)
        found = await self._in_engine(
            probe(
                channel,
                secrets,
                self._wall,
                self._quotas,
                step,
                kinds=self._kinds,
                quota_of=quota_owner(channel, self._settings().channels),
            )
        )
        _log.info("channel tested", channel=channel.id, kind=channel.kind, failure=found.failure or "none")
        if found.failure is not None:
            self.note_trouble(channel.id, found.sentence)
        return found

    def note_trouble(self, channel_id: str, sentence: str) -> None:
        """Something went wrong with a channel, in a test or in a show."""
        if sentence and channel_of(self._settings(), channel_id) is not None:
            self._troubles.note(channel_id, sentence)

    # --- signing in -------------------------------------------------------------------------------------------

    async def sign_in(self, channel_id: str, on_step: Callable[[SignInStep], None]) -> SignInEnd:
        """Have the person sign in, in the engine's thread, and keep what was granted."""
        channel = channel_of(self._settings(), channel_id)
        if channel is None:
            return SignInEnd(False, "This channel is not there any more.")
        if not channel.client_id.strip():
            return SignInEnd(
                False, "Enter the client ID of your app first: the platform asks who wants to sign in."
            )
        try:
            grant = await self._in_engine(self._granted(channel, in_window(on_step)))
        except TargetError as error:
            self.note_trouble(channel_id, error.sentence)
            return SignInEnd(False, error.sentence)
        except (UnknownChannelKind, BadAddress) as error:
            return SignInEnd(False, str(error))
        text = grant_text(grant)
        try:
            await self._set_typed((channel_secret(channel_id), text))
        except NotDoneError as error:
            return SignInEnd(False, str(error))
        if self.key_given is not None:
            await self.key_given(channel_id, text)
        _log.info("signed in", channel=channel_id, kind=channel.kind, renews=bool(grant.refresh_token))
        return SignInEnd(True, f"“{channel.name}” is signed in. {self._secrets.sentence}")

    async def _granted(self, channel: ChannelSettings, on_step: Callable[[SignInStep], None]) -> Grant:
        """*engine* What the person granted."""
        made = ChannelSet(self._secrets, self._wall, self._quotas, kinds=self._kinds)
        try:
            way = made.sign_in(channel)
            if way is None:
                raise UnknownChannelKind("There is no sign-in at this platform: enter a token.")
            return await way.sign_in(on_step)
        finally:
            await made.aclose()


async def _nobody_cares(_channel_id: str) -> None:
    """Where no show is open."""


def _platform(kind: str, known: ChannelKind) -> ChannelPlatform:
    return ChannelPlatform(
        kind=kind,
        title=known.title,
        fields=known.fields,
        rare=known.rare,
        needed=known.needed,
        base_url=known.base_url,
        signs_in=known.provider is not None,
        wants_key=known.wants_key,
        one_of=known.one_of,
    )


def _is_posted_to(channel: ChannelSettings) -> bool:
    return channel.kind == "social" and bool(channel.listen_port) and not channel.chat_url


def _signed_in(kept: str | None) -> SignedIn | None:
    """What a kept secret tells of a sign-in; None for a token that was typed."""
    if not kept or not kept.lstrip().startswith("{"):
        return None
    try:
        grant = read_grant(kept)
    except BadGrant:
        return None
    return SignedIn(bool(grant.refresh_token), grant.expires_at_ms)
