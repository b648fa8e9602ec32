"""Signing in at a platform: what the settings screen asks for, and what comes of it."""

from collections.abc import Callable
from typing import Any, Protocol

import msgspec


class Grant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person let the studio do at a platform. Its tokens show in no repr.

    `refresh_token` is empty where the access token cannot be renewed; `expires_at_ms` (UTC ms of this computer) None where
    the platform did not say; `scopes` are the rights that were given, empty where it did not say.
    """

    access_token: str
    refresh_token: str = ""
    expires_at_ms: int | None = None
    scopes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Grant(expires_at_ms={self.expires_at_ms}, scopes={self.scopes}, tokens=•••)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # a Struct's own would show the tokens
        return [("expires_at_ms", self.expires_at_ms), ("scopes", self.scopes)]


class SignInStep(msgspec.Struct, frozen=True):
    """What the person does next: open `url` in the browser and, where there is a `user_code`, type it there (the page may
    know it already). It is worth something until `ends_at_ms` (UTC ms of this computer).
    """

    url: str
    user_code: str = ""
    ends_at_ms: int = 0


class SignIn(Protocol):
    """One way to sign in. Cancelling the call ends it, and nothing is left open."""

    async def sign_in(self, on_step: Callable[[SignInStep], None]) -> Grant:
        """Have the person sign in. `on_step` is called on this loop and returns soon. Raises `TargetError`; its sentence
        says what to do.
        """
        ...
