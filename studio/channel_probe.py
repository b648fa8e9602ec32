"""Tries a channel by the studio's own ways before a show depends on it: who we are there, and whether its feed lives.

Nothing is written to the platform. That it is not live now is no failure: everything else was in order.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from studio.channel_factory import KINDS, ChannelKind, ChannelSet, UnknownChannelKind
from studio.channel_quotas import Quotas
from studio.channels.irc_wire import BadChatAddress, tls_trusting
from studio.control.ports import (
    BadAnswer,
    Channel,
    ChannelCapabilities,
    ChannelItem,
    Http,
    MissingRight,
    RefusedByTarget,
    Secrets,
    TargetError,
    Throttled,
    Unauthorised,
    Unreachable,
    WallClock,
)
from studio.control.ports.answers import is_html
from studio.heard_http import HeardHttp
from studio.settings.channels import channel_secret, client_secret
from studio.settings.schema import ChannelSettings
from studio.sync.http import BadAddress, HttpClient, Untrusted
from studio.ui.connections.channel_port import ChannelFailure, ChannelStep, ChannelTest, Feed

LISTEN_S = 10.0
"""How long the feed is listened to at the most."""
WITHIN_S = 30.0
"""How long a whole test may take."""
_ENOUGH = 20
"""So many messages show that the chat is read."""
_NOT_LIVE = frozenset({"liveChatEnded", "liveChatNotFound", "not-live"})
_UNKNOWN = frozenset(
    {"status-404", "gone", "no-channel", "unknown-account", "liveBroadcastNotFound", "videoNotFound"}
)


class TypedSecrets:
    """The secrets that are kept, with what stands in the form over them. What a renewal brings is kept as ever, unless the
    token was only typed.
    """

    def __init__(self, kept: Secrets, typed: dict[str, str]) -> None:
        self._kept = kept
        self._typed = {name: value.strip() for name, value in typed.items() if value.strip()}
        self.persistent, self.sentence = kept.persistent, kept.sentence

    def get(self, name: str) -> str | None:
        """What was typed, else what is kept."""
        return self._typed.get(name) or self._kept.get(name)

    def set(self, name: str, value: str) -> None:
        """Keep it, in the place of what was typed."""
        if name in self._typed:
            self._typed[name] = value
        else:
            self._kept.set(name, value)

    def delete(self, name: str) -> None:
        """Forget it."""
        if self._typed.pop(name, None) is None:
            self._kept.delete(name)


class _Trial:
    """One test under way. `https` are its ways out, as far as they are over HTTP."""

    def __init__(self, channel: Channel, on_step: Callable[[ChannelStep], None], listen_s: float) -> None:
        self._channel, self._on_step, self._listen_s = channel, on_step, listen_s
        self.https: list[HeardHttp] = []
        self.capabilities: ChannelCapabilities | None = None
        self.feed: Feed | None = None
        self.messages = 0
        self.viewers: int | None = None
        self.problems: list[str] = []
        self.listened_ms = 0

    async def run(self) -> None:
        """Raises the `TargetError` because of which the channel cannot be used at all."""
        self._on_step(ChannelStep.CONNECT)
        self.capabilities = await self._channel.hello()
        after = await self._channel.last_seq() if self._channel.numbered else 0
        self._on_step(ChannelStep.LISTEN)
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._listen_s), _closing(self._channel.items(after)) as items:
                async for item in items:
                    if self._heard(item):
                        break
        except TimeoutError:
            pass
        finally:
            self.listened_ms = round((loop.time() - began) * 1000)
        if self.feed is None:
            self.feed = Feed.SILENT

    def _heard(self, item: ChannelItem) -> bool:
        """Whether enough was heard."""
        if item.problem:
            if item.problem not in self.problems:
                self.problems.append(item.problem)
        elif item.message is not None:
            self.messages += 1
            self.feed = Feed.CHAT
        elif self.feed is None:
            self.feed = Feed.ALIVE
        if item.sample is not None:
            self.viewers = item.sample.viewers
        told = self.viewers is not None or (self.capabilities is not None and not self.capabilities.viewers)
        if self.feed is not None and not told:
            self._on_step(ChannelStep.VIEWERS)
        return self.feed is not None and (told or self.messages >= _ENOUGH)

    @property
    def _answered(self) -> bool:
        """Whether the platform said yes to what was asked last."""
        return any(http.last is not None and 200 <= http.last.status < 300 for http in self.https)

    def is_not_live(self, error: TargetError) -> bool:
        """The platform knows us, and there is nothing to listen to."""
        if isinstance(error, RefusedByTarget):
            return error.code in _NOT_LIVE
        if not isinstance(error, Unreachable) or isinstance(error, Throttled | Untrusted):
            return False
        return self.capabilities is None and self._answered and bool(error.retry_after_ms)

    def meaning(self, error: TargetError, *, has_token: bool, settings: ChannelSettings) -> ChannelFailure:
        """What stands in the way."""
        answer = next((http.last for http in self.https if http.last is not None), None)
        match error:
            case Untrusted():
                return ChannelFailure.UNTRUSTED
            case Throttled():
                return ChannelFailure.BUSY
            case Unreachable() if settings.listen_port and f"port {settings.listen_port}" in error.sentence:
                return ChannelFailure.PORT
            case Unreachable():
                return ChannelFailure.UNREACHABLE
            case MissingRight() if has_token:
                return ChannelFailure.RIGHT_MISSING
            case Unauthorised():
                return ChannelFailure.KEY_REFUSED if has_token else ChannelFailure.KEY_MISSING
            case BadAnswer():
                return ChannelFailure.OTHER_PLATFORM
            case RefusedByTarget() if error.code in _UNKNOWN and not (answer and is_html(answer)):
                return ChannelFailure.UNKNOWN_ACCOUNT
            case _:
                return ChannelFailure.REFUSED


@asynccontextmanager
async def _closing(items: AsyncIterator[ChannelItem]) -> AsyncGenerator[AsyncIterator[ChannelItem]]:
    """A feed that is left early lets go of its connection at once."""
    try:
        yield items
    finally:
        if isinstance(items, AsyncGenerator):
            await items.aclose()


async def probe(
    settings: ChannelSettings,
    secrets: Secrets,
    wall: WallClock,
    quotas: Quotas,
    on_step: Callable[[ChannelStep], None] = lambda _step: None,
    *,
    kinds: Mapping[str, ChannelKind] = KINDS,
    quota_of: str = "",
    listen_s: float = LISTEN_S,
    within_s: float = WITHIN_S,
) -> ChannelTest:
    """Try the channel with these secrets and say what was found. Never raises what a channel can cause. `on_step` is
    called in the loop's thread as each part begins; what it costs is counted for `quota_of` (empty: the channel itself). Cancelling ends it at once.
    """
    heard: list[HeardHttp] = []

    def wrap(http: HttpClient) -> Http:
        heard.append(HeardHttp(http))
        return heard[-1]

    made = ChannelSet(secrets, wall, quotas, kinds=kinds, wrap=wrap)
    try:
        try:
            trial = _Trial(made.make(settings, quota_of), on_step, listen_s)
        except (UnknownChannelKind, BadAddress, BadChatAddress) as error:
            failure = ChannelFailure.CERTIFICATE_FILE if _is_about_file(settings) else ChannelFailure.ADDRESS
            return ChannelTest(wall.now_ms(), failure=failure, sentence=str(error))
        trial.https = heard
        has_token = bool(await asyncio.to_thread(secrets.get, channel_secret(settings.id)))
        failure, sentence = await _tried(trial, settings, has_token=has_token, within_s=within_s)
    finally:
        await made.aclose()
    return ChannelTest(
        at_ms=wall.now_ms(),
        capabilities=trial.capabilities,
        feed=trial.feed,
        messages=trial.messages,
        listened_ms=trial.listened_ms,
        viewers=trial.viewers,
        failure=failure,
        sentence=sentence,
        missing=(sentence,) if failure is ChannelFailure.RIGHT_MISSING else (),
        problems=tuple(trial.problems),
    )


async def _tried(
    trial: _Trial, settings: ChannelSettings, *, has_token: bool, within_s: float
) -> tuple[ChannelFailure | None, str]:
    try:
        async with asyncio.timeout(within_s):
            await trial.run()
    except TargetError as error:
        if trial.is_not_live(error):
            trial.feed = Feed.OFF
            return None, error.sentence
        return trial.meaning(error, has_token=has_token, settings=settings), error.sentence
    except TimeoutError:
        return ChannelFailure.TIMEOUT, f"The test was given up after {within_s:.0f} s."
    return None, ""


def _is_about_file(settings: ChannelSettings) -> bool:
    if not settings.ca_file:
        return False
    try:
        tls_trusting(Path(settings.ca_file).expanduser())
    except BadChatAddress:
        return True
    return False


def typed_secrets(kept: Secrets, channel_id: str, key: str, client_key: str) -> TypedSecrets:
    """What stands in the form of a channel, over what is kept."""
    return TypedSecrets(kept, {channel_secret(channel_id): key, client_secret(channel_id): client_key})
