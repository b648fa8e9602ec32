"""Keeps a channel's token good: read from where secrets are kept, renewed before it ends, and kept again."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from studio.control.ports import RefusedByTarget, Secrets, TargetError, Unauthorised, WallClock
from studio.control.ports.sign_in import Grant

AHEAD_MS = 5 * 60_000
"""A token is renewed so long before its end, or in the last tenth of its life when that is shorter."""
LOOK_MS = 30_000
"""So often the time is looked at: a computer that slept wakes up with an old token."""
VALIDATE_MS = 3_600_000
"""So often a platform that wants it is asked whether the sign-in holds (Twitch, "Validating Tokens")."""
_FRESH_MS = 10_000
_UNREADABLE = "What is kept as this channel's token cannot be read: sign in again."
_log = structlog.get_logger(__name__)
Refresh = Callable[[Grant], Awaitable[Grant]]
"""Asks the platform for a newer grant. Raises `TargetError`; `Unauthorised` when the sign-in is over."""


Validate = Callable[[Grant], Awaitable[None]]
"""Asks the platform whether a grant still holds. Raises `TargetError`; `Unauthorised` when it does not."""


class BadGrant(ValueError):
    """A kept secret that begins as a grant does and is none."""


def grant_text(grant: Grant) -> str:
    """A grant as it is kept."""
    return msgspec.json.encode(grant).decode()


def read_grant(kept: str) -> Grant:
    """The grant of a kept secret. What is no JSON object is a token that somebody typed: it cannot be renewed. Raises
    `BadGrant`.
    """
    text = kept.strip()
    if not text.startswith("{"):
        return Grant(access_token=text)
    try:
        grant = msgspec.json.decode(text, type=Grant)
    except (msgspec.MsgspecError, UnicodeError):
        grant = Grant(access_token="")
    if not grant.access_token:
        raise BadGrant(_UNREADABLE)
    return grant


class TokenKeeper:
    """One channel's token. `name` is that of its secret (`channel:ID`); `refresh` asks the platform for a newer one; None:
    it cannot be renewed; `validate` whether the one that is used still holds, None where the platform asks for no such thing. A
    sign-in that a person ended at the platform is used no more. `sentence` says what stands in the way, empty while all is well.

    What is kept is read once, and again by `renew`, so that a token given meanwhile is used. Reading and keeping may
    wait for the person to unlock the keyring: `renew` and `run` do it off the loop, `token` does it only when it is asked
    before either.
    """

    def __init__(
        self,
        secrets: Secrets,
        name: str,
        refresh: Refresh | None,
        wall: WallClock,
        *,
        validate: Validate | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.sentence = ""
        self._secrets = secrets
        self._name = name
        self._refresh = refresh
        self._wall = wall
        self._validate = validate
        self._sleep = sleep
        self._grant: Grant | None = None
        self._seen = b""
        self._read = False
        self._refused: Grant | None = None
        self._renewing: asyncio.Task[bool] | None = None
        self._renewed_at_ms: int | None = None
        self._holds_at_ms: int | None = None

    def __repr__(self) -> str:
        return f"TokenKeeper({self._name!r})"

    def token(self) -> str | None:
        """The access token as it is now, None while none is known."""
        if not self._read:
            self._take(self._secrets.get(self._name))
        return self._grant.access_token if self._grant else None

    async def renew(self) -> bool:
        """Get a newer token; whether there is one now. Who asks while that is under way gets the same answer. Raises
        `Unreachable` when the platform gave none.
        """
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew(), name=f"renews {self._name}")
            self._renewing.add_done_callback(_seen)
        # A refresh token may be good for one use: who gives up waiting must not cut off the use it is put to.
        return await asyncio.shield(self._renewing)

    async def reread(self) -> bool:
        """Read what is kept again, for instance after the person signed in; whether there is a token that was not there before."""
        return self._take(await asyncio.to_thread(self._secrets.get, self._name))

    async def run(self) -> None:
        """Renew the token ahead of its end, and see that it holds, until cancelled."""
        await self.reread()
        try:
            while True:
                try:
                    if self._is_due():
                        await self.renew()
                    await self._see_that_it_holds()
                except TargetError as error:
                    _log.info("token not renewed yet", channel=self._name, reason=error.sentence)
                await self._sleep(LOOK_MS / 1000)
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Wait for a renewal that is under way: what it brings is worth keeping."""
        if self._renewing is not None:
            await asyncio.wait([self._renewing])

    async def _see_that_it_holds(self) -> None:
        grant, now = self._grant, self._wall.monotonic_ms()
        if self._validate is None or grant is None:
            return
        if self._holds_at_ms is not None and now - self._holds_at_ms < VALIDATE_MS:
            return
        try:
            await self._validate(grant)
        except Unauthorised as error:
            if self._grant is grant and not await self.renew():
                _log.warning("sign-in ended at the platform", channel=self._name, reason=error.sentence)
                self._grant, self.sentence = None, self.sentence or error.sentence
            return
        self._holds_at_ms = now

    def _is_due(self) -> bool:
        grant = self._grant
        if grant is None or grant.expires_at_ms is None or not self._renewable(grant):
            return False
        left = grant.expires_at_ms - self._wall.now_ms()
        ahead = AHEAD_MS
        if self._renewed_at_ms is not None:
            life = left + self._wall.monotonic_ms() - self._renewed_at_ms
            ahead = min(ahead, max(1_000, life // 10))
        return left <= ahead

    def _renewable(self, grant: Grant) -> bool:
        return self._refresh is not None and bool(grant.refresh_token) and grant != self._refused

    async def _renew(self) -> bool:
        known = self._read
        if await self.reread() and known:
            return True
        now = self._wall.monotonic_ms()
        if self._renewed_at_ms is not None and now - self._renewed_at_ms < _FRESH_MS:
            return True  # who was refused with the token before this one
        grant, refresh = self._grant, self._refresh
        if grant is None or refresh is None or not self._renewable(grant):
            if grant is not None and not grant.refresh_token:
                self.sentence = "The token is not accepted and cannot be renewed: enter another, or sign in."
            return False
        try:
            new = await refresh(grant)
        except (Unauthorised, RefusedByTarget) as error:
            self._refused = grant
            self.sentence = error.sentence
            _log.warning("token not renewed", channel=self._name, reason=error.sentence)
            return False
        await asyncio.to_thread(self._keep, new)
        return True

    def _keep(self, grant: Grant) -> None:
        """On disk first: the token before this one may be worth nothing from now on."""
        text = grant_text(grant)
        try:
            self._secrets.set(self._name, text)
            # What a person set in the environment stays there, and must not be taken for something new.
            self._seen = _print(self._secrets.get(self._name))
        except Exception:  # noqa: BLE001 - the new token is the only one that is any good; the bug is logged whole
            _log.exception("renewed token not kept", channel=self._name)
        self._grant, self.sentence = grant, ""
        self._renewed_at_ms = self._holds_at_ms = self._wall.monotonic_ms()

    def _take(self, kept: str | None) -> bool:
        """Use what is kept, when it is something else than before; whether it is."""
        seen, self._read = _print(kept), True
        if seen == self._seen:
            return False
        self._seen = seen
        self._renewed_at_ms = self._holds_at_ms = None
        try:
            self._grant = read_grant(kept) if kept else None
            self.sentence = ""
        except BadGrant as bad:
            self._grant, self.sentence = None, str(bad)
        return self._grant is not None


def _print(kept: str | None) -> bytes:
    """Tells two secrets apart without holding them."""
    return hashlib.sha256(kept.encode(errors="replace")).digest() if kept else b""


def _seen(task: "asyncio.Task[bool]") -> None:
    """Whoever asked may be gone: then the failure is nobody's, and the next one asks again."""
    if not task.cancelled():
        task.exception()
