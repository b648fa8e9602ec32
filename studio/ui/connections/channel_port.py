"""What the screen of the channels asks of the studio, and what it is told."""

import enum
from collections.abc import Callable
from typing import Protocol

import msgspec

from studio.control.ports import ChannelCapabilities, Quota
from studio.control.ports.sign_in import SignInStep
from studio.settings.schema import ChannelSettings, Trouble
from studio.settings.secrets import Kept, Whereabouts


class ChannelStep(enum.StrEnum):
    """What is tried with a channel, in this order."""

    CONNECT = "connect"
    LISTEN = "listen"
    VIEWERS = "viewers"


class ChannelFailure(enum.StrEnum):
    """Why a channel could not be used; the screen says of each what to do."""

    ADDRESS = "address"
    CERTIFICATE_FILE = "certificate-file"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNTRUSTED = "untrusted"
    KEY_MISSING = "key-missing"
    KEY_REFUSED = "key-refused"
    RIGHT_MISSING = "right-missing"
    UNKNOWN_ACCOUNT = "unknown-account"
    BUSY = "busy"
    OTHER_PLATFORM = "other-platform"
    PORT = "port"
    REFUSED = "refused"


class Feed(enum.StrEnum):
    """What the feed said while it was listened to. *silent*: it is open, and nothing came; *off*: there is nothing to
    listen to, for the platform is not live now.
    """

    CHAT = "chat"
    ALIVE = "alive"
    SILENT = "silent"
    OFF = "off"


class ChannelTest(msgspec.Struct, frozen=True):
    """What a test found. `failure` is None when the channel can be used, also when it is not live now (`feed` is then
    `OFF`, and `sentence` says what is waited for); else `sentence` has the connector's own words. `listened_ms` is how
    long was listened, `messages` how many came; `viewers` is None where nobody told.
    """

    at_ms: int
    capabilities: ChannelCapabilities | None = None
    feed: Feed | None = None
    messages: int = 0
    listened_ms: int = 0
    viewers: int | None = None
    failure: ChannelFailure | None = None
    sentence: str = ""
    missing: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    name: str = ""


class ChannelPlatform(msgspec.Struct, frozen=True):
    """A platform that there is a connector for. `fields` are those of the form that mean something to it, in their
    order, `rare` those of them that few need; `needed` must be filled in, and at least one of `one_of`. `base_url` is the
    platform's own address, empty where there is none; `signs_in`: a person can sign in there; `wants_key`: who has no token
    is told nothing.
    """

    kind: str
    title: str
    fields: tuple[str, ...]
    rare: tuple[str, ...] = ()
    needed: tuple[str, ...] = ()
    base_url: str = ""
    signs_in: bool = False
    wants_key: bool = False
    one_of: tuple[str, ...] = ()


class SignedIn(msgspec.Struct, frozen=True):
    """What a person let the studio do. `renews`: it goes on by itself; else it ends at `until_ms` (UTC ms of this
    computer; None: the platform did not say).
    """

    renews: bool = False
    until_ms: int | None = None


class KnownChannel(msgspec.Struct, frozen=True):
    """A channel as it is saved. `client_key` is the secret of the app that was registered at the platform; `signed_in`
    None: a token was typed, or none is known. `owed`: so many decisions wait to be sent there;
    `quota` is what was used today, where the platform has one.
    """

    settings: ChannelSettings
    key: Whereabouts
    client_key: Whereabouts = Whereabouts(Kept.NOWHERE)
    signed_in: SignedIn | None = None
    troubles: tuple[Trouble, ...] = ()
    owed: int = 0
    quota: Quota | None = None


class KnownChannels(msgspec.Struct, frozen=True):
    """All channels. `keys_sentence` says where tokens are kept on this computer, `keys_stay` whether they are there
    after a restart.
    """

    channels: tuple[KnownChannel, ...]
    platforms: tuple[ChannelPlatform, ...]
    keys_sentence: str
    keys_stay: bool


class SignInEnd(msgspec.Struct, frozen=True):
    """How a sign-in ended: `done`, and a sentence about it."""

    done: bool
    sentence: str


class ChannelConnections(Protocol):
    """What the screen may ask. Coroutines run on the window's loop and never block it."""

    async def known(self) -> KnownChannels:
        """All channels as they are saved."""
        ...

    def new_id(self, name: str) -> str:
        """An id that no channel has."""
        ...

    def address_problem(self, address: str) -> str | None:
        """What is wrong with an address, as a sentence; None when it can be used."""
        ...

    async def save(self, channel: ChannelSettings, key: str, client_key: str) -> str:
        """Keep a channel, and its secrets where they are not empty; what is to be known of that, in sentences. Raises
        `NotDoneError`.
        """
        ...

    async def remove(self, channel_id: str, /) -> None:
        """Forget a channel and its secrets. Raises `NotDoneError`, for instance while something waits to be sent there."""
        ...

    async def forget_key(self, channel_id: str, /) -> None:
        """Forget the token that is kept for a channel: who signed in is signed out here."""
        ...

    async def test(
        self, channel: ChannelSettings, key: str, client_key: str, on_step: Callable[[ChannelStep], None]
    ) -> ChannelTest:
        """Try a channel as it stands in the form; empty secrets mean those that are kept. Cancelling ends it at once.

        `on_step` is called in the window's thread.
        """
        ...

    async def post_address(self, channel_id: str, /) -> str:
        """Where on this computer messages for this channel are posted, with the secret in it; empty when they are not."""
        ...

    async def sign_in(self, channel_id: str, on_step: Callable[[SignInStep], None]) -> SignInEnd:
        """Have the person sign in, and keep what was granted. Cancelling ends it. `on_step` is called in the window's
        thread.
        """
        ...
