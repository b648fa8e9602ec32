"""Signing in with a code that is typed on any device (RFC 8628; Twitch, "Device code grant flow", public clients)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

import msgspec

from studio.channels.sign_in_tokens import Refusal, TokenEndpoint
from studio.control.ports import BadAnswer, RefusedByTarget, Throttled, Unreachable
from studio.control.ports.answers import plain
from studio.control.ports.sign_in import Grant, SignInStep

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOWER_S = 5
_SLOWEST_S = 60
_LONGEST_S = 3_600
_WAITING = "authorization_pending"
_SLOW_DOWN = "slow_down"
_DENIED = frozenset({"access_denied", "authorization_declined"})
_OVER = frozenset({"expired_token", "invalid_device_code", "invalid_grant"})


class _Device(msgspec.Struct, frozen=True):
    device_code: str
    user_code: str
    verification_uri: str
    expires_in: int
    interval: int = 5


class DeviceSignIn:
    """The `SignIn` port for platforms without a redirect. `path` is where a device asks for its code; `sleep` waits so
    many seconds.
    """

    def __init__(
        self,
        endpoint: TokenEndpoint,
        path: str,
        scopes: Sequence[str],
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._endpoint = endpoint
        self._path = path
        self._scopes = tuple(scopes)
        self._sleep = sleep

    async def sign_in(self, on_step: Callable[[SignInStep], None]) -> Grant:
        """Have the person type the code, and ask at the platform's own pace whether it was. Raises `TargetError`."""
        wall, who = self._endpoint.wall, self._endpoint.who
        device = await self._device()
        ends = wall.monotonic_ms() + device.expires_in * 1000
        on_step(
            SignInStep(
                device.verification_uri,
                plain(device.user_code, 40),
                wall.now_ms() + device.expires_in * 1000,
            )
        )
        pause = min(max(1, device.interval), _SLOWEST_S)
        form = [
            ("grant_type", _GRANT),
            ("device_code", device.device_code),
            ("scopes", " ".join(self._scopes)),
        ]
        while wall.monotonic_ms() < ends:
            await self._sleep(pause)
            try:
                return await self._endpoint.grant(form, self._scopes)
            except Refusal as refusal:
                if refusal.reasons & _DENIED:
                    raise RefusedByTarget(
                        f"The sign-in at {who} was turned down there: start again to allow it.",
                        "access-denied",
                    ) from None
                if refusal.reasons & _OVER:
                    break
                if _SLOW_DOWN in refusal.reasons:
                    pause = min(pause + _SLOWER_S, _SLOWEST_S)
                elif _WAITING not in refusal.reasons:
                    raise
            except Throttled:
                pause = min(pause + _SLOWER_S, _SLOWEST_S)
            except Unreachable:  # the person may be typing just now: it is asked again
                continue
        raise RefusedByTarget(f"The code for {who} has run out: start again.", "sign-in-timeout")

    async def _device(self) -> _Device:
        form = [("client_id", self._endpoint.client_id), ("scopes", " ".join(self._scopes))]
        answer = await self._endpoint.post(self._path, form)
        try:
            device = msgspec.json.decode(answer.body, type=_Device)
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise BadAnswer(
                f"{self._endpoint.who} answered the sign-in not as agreed ({plain(str(error), 160)})."
            ) from error
        if not (device.device_code and device.user_code and 0 < device.expires_in <= _LONGEST_S):
            raise BadAnswer(f"{self._endpoint.who} gave no code to sign in with.")
        if not _may_be_opened(device.verification_uri):
            raise BadAnswer(f"{self._endpoint.who} named an address that the studio does not open.")
        return device


def _may_be_opened(url: str) -> bool:
    """A browser is sent there, so it is a page of the web, or one on this computer."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    here = parts.scheme == "http" and host == "127.0.0.1"
    return bool(host) and (parts.scheme == "https" or here) and url.isascii() and url.isprintable()
