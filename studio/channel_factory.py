"""Which connector a channel's `kind` in the settings means, what it is made of, and how one signs in there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import msgspec
import structlog

from studio.channel_quotas import Quotas
from studio.channels.facebook import GRAPH_URL, FacebookChannel, stream_url
from studio.channels.ingest import IngestChannel
from studio.channels.sign_in import (
    GOOGLE,
    TWITCH,
    Provider,
    SignIn,
    TokenKeeper,
    refresh_by,
    sign_in_at,
    validate_by,
)
from studio.channels.sign_in_keeper import Refresh, Validate
from studio.channels.social import SocialChannel
from studio.channels.twitch import API_URL, TwitchChannel
from studio.channels.youtube import YouTubeChannel
from studio.channels.youtube_quota import DAILY_UNITS, QuotaBook
from studio.control.ports import Channel, Http, KillPoints, Secrets, WallClock
from studio.settings.channels import channel_secret, client_secret
from studio.settings.schema import ChannelSettings
from studio.sync.http import HttpClient

YOUTUBE_URL = "https://youtube.googleapis.com"
SOCIAL_URL = "https://io.socialstream.ninja"
Wrap = Callable[[HttpClient], Http]
_log = structlog.get_logger(__name__)


class UnknownChannelKind(ValueError):
    """No connector for this kind; the text says which there are."""


class Parts(msgspec.Struct, frozen=True):
    """What a connector is made of. `http` makes the way out to a base address, with the channel's token; `renew` gets a
    newer token: from the platform where that can be had, else the one that was given meanwhile; `ends_at_ms` is when the show is to end (UTC ms), None when nobody knows.
    """

    settings: ChannelSettings
    http: Callable[[str], Http]
    token: Callable[[], str | None]
    renew: Callable[[], Awaitable[bool]]
    wall: WallClock
    quota: QuotaBook
    ends_at_ms: Callable[[], int | None] = lambda: None

    @property
    def ca_file(self) -> Path | None:
        """One more certificate authority to trust."""
        return Path(self.settings.ca_file).expanduser() if self.settings.ca_file else None


class ChannelKind(msgspec.Struct, frozen=True):
    """A platform. `fields` are the names of the settings (and of its secrets, `key` and `client_secret`) that mean something
    to it, in the order in which a person fills them in; `rare` are those of them that few need, `needed` those without
    which it cannot be used, of `one_of` it needs at least one. `base_url` is the platform's own address, empty where there
    is none; `provider` where a person signs in, None: a token is typed; `wants_key`: who has no token is told nothing.
    """

    title: str
    make: Callable[[Parts], Channel]
    fields: tuple[str, ...]
    rare: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    base_url: str = ""
    provider: Provider | None = None
    wants_key: bool = False
    one_of: tuple[str, ...] = ()


def _native(parts: Parts) -> Channel:
    return IngestChannel(parts.settings.id, parts.http(parts.settings.base_url))


def _twitch(parts: Parts) -> Channel:
    given = parts.settings
    return TwitchChannel(
        given.id,
        parts.http(given.base_url),
        parts.token,
        login=given.account,
        client_id=given.client_id,
        chat_url=given.chat_url,
        ca_file=parts.ca_file,
        wall=parts.wall,
        renew=parts.renew,
    )


def _youtube(parts: Parts) -> Channel:
    given = parts.settings
    return YouTubeChannel(
        given.id,
        parts.http(given.base_url),
        wall=parts.wall,
        quota=parts.quota,
        broadcast_id=given.account.strip(),
        renew=parts.renew,
        limit=given.quota or DAILY_UNITS,
        ends_at_ms=parts.ends_at_ms,
    )


def _facebook(parts: Parts) -> Channel:
    given = parts.settings
    return FacebookChannel(
        given.id,
        parts.http(given.base_url),
        parts.http(stream_url(given.base_url)),
        account=given.account,
        wall=parts.wall,
        renew=parts.renew,
    )


def _social(parts: Parts) -> Channel:
    given = parts.settings
    return SocialChannel(
        given.id,
        parts.http(given.base_url),
        session=given.account.strip(),
        chat_url=given.chat_url,
        listen_port=given.listen_port,
        token=parts.token,
        wall=parts.wall,
    )


KINDS: Mapping[str, ChannelKind] = {
    "twitch": ChannelKind(
        "Twitch",
        _twitch,
        ("account", "client_id", "key", "base_url", "chat_url", "ca_file"),
        rare=("base_url", "chat_url", "ca_file"),
        needed=("account",),
        base_url=API_URL,
        provider=TWITCH,
    ),
    "youtube": ChannelKind(
        "YouTube Live",
        _youtube,
        ("account", "client_id", "client_secret", "quota", "base_url", "ca_file"),
        rare=("base_url", "ca_file"),
        needed=("client_id",),
        base_url=YOUTUBE_URL,
        provider=GOOGLE,
        wants_key=True,
    ),
    "facebook": ChannelKind(
        "Facebook Live",
        _facebook,
        ("account", "key", "base_url", "ca_file"),
        rare=("base_url", "ca_file"),
        base_url=GRAPH_URL,
        wants_key=True,
    ),
    "social": ChannelKind(
        "Social Stream Ninja",
        _social,
        ("account", "chat_url", "listen_port", "key", "base_url", "ca_file"),
        rare=("base_url", "ca_file"),
        base_url=SOCIAL_URL,
        one_of=("account", "listen_port"),
    ),
    "native": ChannelKind("Own bridge", _native, ("base_url", "key", "ca_file"), rare=("ca_file",)),
}


def channel_kind(kind: str) -> ChannelKind:
    """The platform of this kind. Raises `UnknownChannelKind`."""
    found = KINDS.get(kind)
    if found is None:
        known = ", ".join(f"“{name}”" for name in KINDS)
        raise UnknownChannelKind(
            f"“{kind}” is no kind of channel that this studio knows: choose one of {known} in the settings."
        )
    return found


def quota_owner(settings: ChannelSettings, known: Iterable[ChannelSettings]) -> str:
    """Under which channel's id the quota of this one is kept: it is that of the app, whichever of its channels asks."""
    app = (settings.kind, settings.client_id.strip())
    same = (each.id for each in known if (each.kind, each.client_id.strip()) == app)
    return next(same, settings.id) if settings.client_id.strip() else settings.id


class ChannelSet:
    """Makes channels, keeps their tokens good, and closes what they hold. Lives on the loop on which they are used.

    `wrap` may stand between a connector and its way out; `ends_at_ms` as in `Parts`. Close it with `aclose`.
    """

    def __init__(
        self,
        secrets: Secrets,
        wall: WallClock,
        quotas: Quotas,
        *,
        kill_points: KillPoints | None = None,
        kinds: Mapping[str, ChannelKind] = KINDS,
        wrap: Wrap = lambda http: http,
        ends_at_ms: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._ends_at_ms = ends_at_ms
        self._secrets, self._wall, self._quotas = secrets, wall, quotas
        self._kill_points, self._kinds, self._wrap = kill_points, kinds, wrap
        self._https: list[HttpClient] = []
        self._keepers: dict[str, TokenKeeper] = {}
        self._running: list[asyncio.Task[None]] = []

    def make_all(
        self, channels: Iterable[ChannelSettings], left_out: Callable[[str, str], None]
    ) -> dict[str, Channel]:
        """Those that are switched on, by their id. `left_out` is told of each that cannot be used (id, sentence): the
        others work without it.
        """
        made: dict[str, Channel] = {}
        known = tuple(channels)
        for settings in known:
            if not settings.enabled:
                continue
            try:
                made[settings.id] = self.make(settings, quota_owner(settings, known))
            except ValueError as error:  # UnknownChannelKind, BadAddress, BadChatAddress: all are sentences
                _log.warning("channel left out", channel=settings.id, kind=settings.kind, reason=str(error))
                left_out(settings.id, f"The channel “{settings.name}” is left out. {error}")
        return made

    def make(self, settings: ChannelSettings, quota_of: str = "") -> Channel:
        """One channel. Raises `UnknownChannelKind`, `BadAddress` or `BadChatAddress`, each a `ValueError` with a sentence."""
        kind = self._kinds.get(settings.kind) or channel_kind(settings.kind)
        keeper = TokenKeeper(
            self._secrets,
            channel_secret(settings.id),
            self._refresh(kind, settings),
            self._wall,
            validate=self._validate(kind, settings),
        )
        channel = kind.make(
            Parts(
                settings,
                lambda base_url: self._wrap(self._http(settings, base_url, keeper.token)),
                keeper.token,
                keeper.renew,
                self._wall,
                self._quotas.book(quota_of or settings.id),
                self._ends_at_ms,
            )
        )
        self._keepers[settings.id] = keeper
        self._running.append(asyncio.create_task(self._keep(keeper), name=f"token of {settings.id}"))
        return channel

    async def reread(self, target: str) -> None:
        """A token was given for `channel:ID`: what is kept is read again."""
        keeper = self._keepers.get(target.removeprefix("channel:"))
        if keeper is not None and target.startswith("channel:"):
            await keeper.reread()

    async def aclose(self) -> None:
        """Let go of everything; a renewal that is under way is waited for."""
        running, self._running = self._running, []
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        self._keepers.clear()
        https, self._https = self._https, []
        for http in https:
            await http.aclose()

    @staticmethod
    async def _keep(keeper: TokenKeeper) -> None:
        try:
            await keeper.run()
        except Exception:  # noqa: BLE001 - the show goes on with the token that is known; the bug is logged whole
            _log.exception("token is not kept good any more", keeper=repr(keeper))

    def _refresh(self, kind: ChannelKind, settings: ChannelSettings) -> Refresh | None:
        provider = kind.provider
        if provider is None or not settings.client_id:
            return None
        return refresh_by(
            provider, self._plain(provider, settings), settings.client_id.strip(), self._wall,
            client_secret=lambda: self._secrets.get(client_secret(settings.id)),
        )  # fmt: skip

    def _validate(self, kind: ChannelKind, settings: ChannelSettings) -> Validate | None:
        """Only at the platform's own address: what another server takes for a token is none of the platform's business."""
        provider = kind.provider
        if provider is None or not provider.validate_path or settings.base_url.rstrip("/") != kind.base_url:
            return None
        return validate_by(provider, self._plain(provider, settings))

    def sign_in(self, settings: ChannelSettings) -> SignIn | None:
        """The way to sign in at the channel's platform; None where there is none. Raises `UnknownChannelKind`, `BadAddress`."""
        provider = (self._kinds.get(settings.kind) or channel_kind(settings.kind)).provider
        if provider is None:
            return None
        return sign_in_at(
            provider, self._plain(provider, settings), settings.client_id.strip(), self._wall,
            client_secret=lambda: self._secrets.get(client_secret(settings.id)),
        )  # fmt: skip

    def _plain(self, provider: Provider, settings: ChannelSettings) -> HttpClient:
        """The platform's OAuth server, to which no token goes."""
        return self._http(settings, provider.base_url, lambda: None, provider.who)

    def _http(
        self, settings: ChannelSettings, base_url: str, token: Callable[[], str | None], who: str = ""
    ) -> HttpClient:
        http = HttpClient(
            base_url,
            token,
            self._wall,
            who=who or settings.name,
            kill_points=self._kill_points,
            ca_file=Path(settings.ca_file).expanduser() if settings.ca_file else None,
        )
        self._https.append(http)
        return http
