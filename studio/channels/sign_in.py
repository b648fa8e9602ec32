"""Signing in at the platforms: which way each has, and how its tokens are renewed (see README.md here)."""

import asyncio
import functools
from collections.abc import Awaitable, Callable

import msgspec

from studio.channels.sign_in_device import DeviceSignIn
from studio.channels.sign_in_keeper import (
    BadGrant,
    Refresh,
    TokenKeeper,
    Validate,
    grant_text,
    read_grant,
)
from studio.channels.sign_in_loopback import LoopbackSignIn
from studio.channels.sign_in_tokens import NO_SECRET, TokenEndpoint, validate
from studio.control.ports import Http, WallClock
from studio.control.ports.sign_in import Grant, SignIn, SignInStep

__all__ = [
    "GOOGLE",
    "PROVIDERS",
    "TWITCH",
    "BadGrant",
    "Grant",
    "Provider",
    "SignIn",
    "SignInStep",
    "TokenKeeper",
    "grant_text",
    "read_grant",
    "refresh_by",
    "sign_in_at",
    "validate_by",
]


class Provider(msgspec.Struct, frozen=True):
    """A platform's OAuth server. It has either a page to send the browser to (`authorize_url`) or codes for devices
    (`device_path`). `validate_path` is where it wants to be asked each hour whether a token holds, empty where it does not.
    `base_url` is what `Http` is bound to.
    """

    who: str
    base_url: str
    token_path: str
    scopes: tuple[str, ...]
    authorize_url: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    device_path: str = ""
    validate_path: str = ""


GOOGLE = Provider(
    who="Google",
    base_url="https://oauth2.googleapis.com",
    token_path="/token",  # noqa: S106 - a path
    scopes=("https://www.googleapis.com/auth/youtube.force-ssl",),
    authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
    # Without consent, who signs in a second time gets no refresh token.
    extra=(("access_type", "offline"), ("prompt", "consent")),
)
"""For YouTube: reads the broadcast and its chat, inserts and deletes messages."""
TWITCH = Provider(
    who="Twitch",
    base_url="https://id.twitch.tv",
    token_path="/oauth2/token",  # noqa: S106 - a path
    scopes=("chat:read", "chat:edit", "moderator:manage:chat_messages"),
    device_path="/oauth2/device",
    validate_path="/oauth2/validate",
)
PROVIDERS: dict[str, Provider] = {"youtube": GOOGLE, "twitch": TWITCH}
"""By the kind of channel; other kinds have a token that is typed."""


def sign_in_at(
    provider: Provider,
    http: Http,
    client_id: str,
    wall: WallClock,
    *,
    client_secret: Callable[[], str | None] = NO_SECRET,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> SignIn:
    """The way to sign in at a platform. `http` is bound to its `base_url`, without a token; `client_id` is that of the app
    which was registered there.
    """
    endpoint = TokenEndpoint(http, provider.token_path, client_id, provider.who, wall, client_secret)
    if provider.device_path:
        return DeviceSignIn(endpoint, provider.device_path, provider.scopes, sleep=sleep)
    return LoopbackSignIn(endpoint, provider.authorize_url, provider.scopes, extra=provider.extra)


def refresh_by(
    provider: Provider,
    http: Http,
    client_id: str,
    wall: WallClock,
    *,
    client_secret: Callable[[], str | None] = NO_SECRET,
) -> Refresh:
    """What `TokenKeeper` renews a channel's token with."""
    return TokenEndpoint(http, provider.token_path, client_id, provider.who, wall, client_secret).refresh


def validate_by(provider: Provider, http: Http) -> Validate | None:
    """What `TokenKeeper` asks with whether a channel's token holds; None where the platform wants no such thing."""
    if not provider.validate_path:
        return None
    return functools.partial(validate, http, provider.validate_path, provider.who)
