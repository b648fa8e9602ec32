"""What a person can set: every setting with its default and its bounds. Tokens are never among them."""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec

from studio.domain.announcement_rules import RECOMMENDED, AnnouncementRules, ChannelRule

VERSION = 1
"""The version of the settings file which this studio writes."""

Theme = Literal["dark", "light", "system"]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
"""A short name for machines: lower-case letters, digits, dots, dashes; secrets are kept under it."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
BaseUrl = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$", max_length=2_000)]
"""The address of a server, without user name, token or query: those would be secrets in a plain file."""


class ShopSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A shop the studio knows. `kind` is the adapter (`studio` for the Studio Shop API); its token is a secret.

    `storefront` is where customers shop, for shops whose own address is that of an administration: an address, or that
    of a product's page with `{slug}` in it. `ca_file` names one more certificate authority to trust (a PEM file), for shops inside a company.
    `push_port` is the port of this computer on which the shop's webhooks are heard, 0 for none; they are signed with
    the secret `push:ID`.
    """

    id: Id
    kind: Id = "studio"
    name: Name
    base_url: BaseUrl
    ca_file: str = ""
    storefront: Annotated[str, msgspec.Meta(pattern=r"^(https?://[^\s#@]+)?$", max_length=2_000)] = ""
    push_port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0


class ChannelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A live channel the studio knows. `kind` is the adapter (`native` for the native channel frame). `ca_file` as for
    a shop.

    `base_url` is the platform's API, or the bridge; `chat_url` where its chat is when that is elsewhere (`wss://`,
    `ws://`, `ircs://`, `irc://`; empty: the platform's own). `account` is the channel's name at the platform (a Twitch
    login, a Facebook page or live video, a session of Social Stream Ninja); `client_id` that of the app which was
    registered there. `listen_port` is the port of this computer on which messages are taken, 0 for none. `quota` is how
    much may be asked in a day, in the platform's units, 0 for its own default. `language` is that of announcements, empty
    for the show's; `announce`: announcements go there.
    """

    id: Id
    kind: Id = "native"
    name: Name
    base_url: BaseUrl
    ca_file: str = ""
    enabled: bool = True
    chat_url: Annotated[str, msgspec.Meta(pattern=r"^((wss?|ircs?)://[^\s#@]+)?$", max_length=2_000)] = ""
    account: Annotated[str, msgspec.Meta(max_length=200)] = ""
    client_id: Annotated[str, msgspec.Meta(max_length=300)] = ""
    listen_port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 0
    quota: Annotated[int, msgspec.Meta(ge=0, le=100_000_000)] = 0
    language: Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2,3}([_-][A-Za-z]{2,4})?)?$")] = ""
    announce: bool = True


class ObsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """OBS, by its own WebSocket server. `scene` is where our sources stand, empty: the scene on air when they are set up.
    Its password is the secret `stage:obs`.
    """

    enabled: bool = False
    address: Annotated[str, msgspec.Meta(pattern=r"^wss?://[^\s#@]+$", max_length=2_000)] = (
        "ws://127.0.0.1:4455"
    )
    scene: Annotated[str, msgspec.Meta(max_length=300)] = ""


class StageSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What viewers see. `unsure_s`: price and code leave so many seconds after the shop was heard last; `few` from which
    number on it says that only so many are left; `brand` (`#rrggbb`), `font` and `logo` (a picture's path) dress the
    overlay page.
    """

    obs: ObsSettings = ObsSettings()
    overlay: bool = True
    unsure_s: Annotated[int, msgspec.Meta(ge=1, le=60)] = 5
    few: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 10
    brand: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-fA-F]{6}$")] = "#c084fc"
    font: Annotated[str, msgspec.Meta(max_length=200)] = ""
    logo: Annotated[str, msgspec.Meta(max_length=4_000)] = ""


class Alerts(msgspec.Struct, frozen=True, kw_only=True):
    """When the studio speaks up. `low_stock` is in units that can still be sold, the others in seconds."""

    low_stock: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 10
    stale_stock_s: Annotated[int, msgspec.Meta(ge=5, le=86_400)] = 120
    silent_channel_s: Annotated[int, msgspec.Meta(ge=5, le=86_400)] = 30
    promo_last_minute_s: Annotated[int, msgspec.Meta(ge=10, le=3_600)] = 60
    sounds: bool = False  # the microphone is open


class Promos(msgspec.Struct, frozen=True, kw_only=True):
    """What a new promo code starts from. `replay_hours`: how long after the show codes and orders still count.
    `promo_floor_percent`: a plan says so where a code leaves less than this share of a product's price (of the show's
    currency); 0 for never.
    """

    replay_hours: Annotated[int, msgspec.Meta(ge=0, le=336)] = 48
    promo_floor_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] = 50
    flash_minutes: Annotated[int, msgspec.Meta(ge=1, le=1_440)] = 10
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] = 10


class Announcements(msgspec.Struct, frozen=True, kw_only=True):
    """What new shows announce. Language and silence of a channel are its own settings, unless these rules say more."""

    rules: AnnouncementRules = RECOMMENDED

    def for_show(self, channels: Iterable[ChannelSettings]) -> AnnouncementRules:
        """The rules of a new show with these channels."""
        return msgspec.structs.replace(
            self.rules,
            channels={
                channel.id: ChannelRule(
                    own.on and channel.announce, own.language or channel.language, own.texts
                )
                for channel in channels
                for own in (self.rules.channel(channel.id),)
            },
        )


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long things are kept. 0 days keeps chat for ever; the figures of a show are never thrown away."""

    backups: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 24
    chat_days: Annotated[int, msgspec.Meta(ge=0, le=36_500)] = 0


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings. `scale` multiplies every size; `language` is `en`, `de`, `nb` or empty for the system's;
    `keys` maps action ids to the keys a person gave them, where those differ from the defaults. `import_columns` are the
    columns that a person chose for line-up files, by a fingerprint of the files' headings; empty for one that is not used.
    """

    version: int = VERSION
    theme: Theme = "dark"
    scale: Annotated[float, msgspec.Meta(ge=0.8, le=2.0)] = 1.0
    language: Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2,3}([_-][A-Za-z]{2,4})?)?$")] = ""
    shops: tuple[ShopSettings, ...] = ()
    active_shop: str = ""
    channels: tuple[ChannelSettings, ...] = ()
    keys: dict[str, tuple[str, ...]] = {}
    alerts: Alerts = Alerts()
    promos: Promos = Promos()
    announcements: Announcements = Announcements()
    stage: StageSettings = StageSettings()
    retention: Retention = Retention()
    import_columns: dict[str, tuple[Annotated[str, msgspec.Meta(max_length=100)], ...]] = {}

    def shop(self, shop_id: str | None = None) -> ShopSettings | None:
        """The shop of this id, or the active one; None when there is no such shop."""
        wanted = self.active_shop if shop_id is None else shop_id
        return next((shop for shop in self.shops if shop.id == wanted), None)


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with a shop or channel (`of`, its id), as a sentence; `at_ms` is this computer's time (UTC ms)
    when it was last so.
    """

    of: Id = msgspec.field(name="shop")  # what the file has called it since there were shops only
    at_ms: int
    sentence: Annotated[str, msgspec.Meta(max_length=1_000)]
    times: int = 1


class Troubles(msgspec.Struct, frozen=True, kw_only=True):
    """The last errors of every shop, or of every channel, the newest last. They are no settings, but worth knowing
    after a restart.
    """

    version: int = VERSION
    troubles: tuple[Trouble, ...] = ()


class QuotaUse(msgspec.Struct, frozen=True, kw_only=True):
    """How many units of a platform's own a channel (`id`) used on a day of the platform (`YYYY-MM-DD`)."""

    id: Id
    day: Annotated[str, msgspec.Meta(max_length=40)]
    units: Annotated[int, msgspec.Meta(ge=0)]


class QuotaUses(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the platforms, the newest day of each channel: they count on while the studio is closed."""

    version: int = VERSION
    uses: tuple[QuotaUse, ...] = ()


class WindowState(msgspec.Struct, frozen=True, kw_only=True):
    """Where things stood when the studio was last closed: Qt's own bytes by window and splitter name."""

    version: int = VERSION
    windows: dict[str, bytes] = {}
    splitters: dict[str, bytes] = {}
    headers: dict[str, bytes] = {}
    preview: bool = True  # of what viewers see, where a show uses OBS
    prompter_monitor: str | None = None  # None: nobody was asked yet; empty: as a window
    workspace: str = ""
    last_show: str = ""
