"""Tokens: read from the environment or the system's keyring, else kept for this session, never on disk in the open."""

import enum
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import msgspec
import structlog

SERVICE = "Host Studio"
MASK = "•••"
T = TypeVar("T")
_log = structlog.get_logger(__name__)

_IN_THE_OPEN = (
    "keyrings.alt.",
    "keyrings.cryptfile.",
    "sagecipher.",
    "keyring.backends.null",
    "keyring.backends.fail",
)
"""Backends that keep secrets in a plain or guessable file, or nowhere at all."""


class Secret(str):
    """A token that does not show in a traceback, a log or a debugger's list: its repr is a mask.

    It is a string otherwise, so that a header can be made of it.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return MASK


class Kept(enum.StrEnum):
    """Where a secret comes from."""

    NOWHERE = "nowhere"
    ENVIRONMENT = "environment"
    SESSION = "session"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a secret comes from, without the secret; `variable` names the environment variable that holds it."""

    kept: Kept
    variable: str = ""


class Backend(Protocol):
    """The part of a keyring's backend that is used here."""

    def get_password(self, service: str, username: str) -> str | None:
        """The secret kept for this name, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Forget a secret; raises when there is none."""
        ...


def environment_names(name: str) -> Iterator[str]:
    """The variables that may hold a secret, the most particular first.

    `shop:demo` is `HOST_STUDIO_SHOP_DEMO_TOKEN`, else `HOST_STUDIO_SHOP_TOKEN`.
    """
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", name) if part]
    if parts and parts[-1].lower() == "token":
        parts.pop()
    for length in range(len(parts), 0, -1):
        yield "_".join(["HOST_STUDIO", *parts[:length], "TOKEN"]).upper()


def _is_general(variable: str, name: str) -> bool:
    """Whether a variable is not for this one secret alone."""
    return variable != next(environment_names(name), "")


def system_backend() -> Backend | None:
    """The system's keyring, or None where there is none that keeps secrets secret. May ask the person to unlock it."""
    import keyring
    from keyring.errors import KeyringError

    try:
        backend = keyring.get_keyring()
        inner = getattr(backend, "backends", None)  # the chainer tries several, one after the other
        for each in [backend] if inner is None else list(inner):
            if not type(each).__module__.startswith(_IN_THE_OPEN):
                return cast("Backend", each)
    except (KeyringError, RuntimeError, OSError) as error:
        _log.warning("keyring not usable", reason=type(error).__name__)
    return None


class KeyringSecrets:
    """The `Secrets` port. Reading asks the environment first, then this session, then the keyring, which is asked for each
    secret until it has given it once: it may be locked in the middle of a show.

    `persistent` says whether what is set now will be there after a restart, and `sentence` says it to the person.
    `learned` is called with every secret seen, so that the log can mask it. Calls may block while the system asks
    the person to unlock the keyring: call from a worker thread.

    `general_shop` is the id of the one shop that variables without a shop's name (`HOST_STUDIO_SHOP_TOKEN`) are meant
    for, so that no shop is sent the key of another; `general_channel` likewise for channels. None: whichever asks.
    """

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        backend: Callable[[], Backend | None] = system_backend,
        learned: Callable[[str], None] = lambda _secret: None,
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._backend = backend()
        self._learned = learned
        self._session: dict[str, Secret] = {}
        self._read: dict[str, Secret] = {}
        self.general_shop: str | None = None
        self.general_channel: str | None = None
        self._say("" if self._backend else "This computer has no keyring")

    persistent: bool
    sentence: str

    def get(self, name: str) -> Secret | None:
        """The secret of this name, or None. Trouble with the keyring is said in `sentence`, not raised."""
        return self._look(name)[0]

    def where(self, name: str) -> Whereabouts:
        """Where `get` has this secret from."""
        return self._look(name)[1]

    def _look(self, name: str) -> tuple[Secret | None, Whereabouts]:
        for variable in environment_names(name):
            if _is_general(variable, name) and not self._is_meant(name):
                break
            if value := self._environment.get(variable, "").strip():
                return self._seen(value), Whereabouts(Kept.ENVIRONMENT, variable)
        if name in self._session:
            return self._session[name], Whereabouts(Kept.SESSION)
        if name in self._read:
            return self._read[name], Whereabouts(Kept.KEYRING)
        value = self._ask(lambda backend: backend.get_password(SERVICE, name), "could not be read")
        if value:
            self._read[name] = self._seen(value)
            return self._read[name], Whereabouts(Kept.KEYRING)
        return None, Whereabouts(Kept.NOWHERE)

    def _is_meant(self, name: str) -> bool:
        kind, _, whose = name.partition(":")
        general = {
            "shop": self.general_shop,
            "push": self.general_shop,
            "channel": self.general_channel,
            "client": self.general_channel,
        }.get(kind)
        return general is None or whose == general

    def set(self, name: str, value: str) -> None:
        """Keeps a secret; where the keyring does not take it, until the studio is closed."""
        if not value.strip():
            raise ValueError("The token is empty. Paste the whole token.")
        secret = self._seen(value.strip())
        self._session[name] = secret
        self._read.pop(name, None)

        def keep(backend: Backend) -> bool:
            backend.set_password(SERVICE, name, str(secret))
            return (
                backend.get_password(SERVICE, name) == secret
            )  # some backends take everything and keep nothing

        if self._backend is None:
            return
        if self._ask(keep, "did not take the token"):
            del self._session[name]
            self._read[name] = secret
            self._say("")
        elif self.persistent:
            self._say("The keyring did not keep the token")

    def delete(self, name: str) -> None:
        """Forgets a secret; one that was never there is no error."""
        self._session.pop(name, None)
        self._read.pop(name, None)

        def forget(backend: Backend) -> None:
            if backend.get_password(SERVICE, name) is not None:
                backend.delete_password(SERVICE, name)

        self._ask(forget, "did not forget the token")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(persistent={self.persistent})"

    def _ask(self, question: Callable[[Backend], T], failure: str) -> T | None:
        if self._backend is None:
            return None
        try:
            answer = question(self._backend)
        except Exception as error:  # noqa: BLE001 - backends raise what their D-Bus, COM or ctypes layers raise
            _log.warning("keyring failed", what=failure, exc_info=True)
            self._say(f"The keyring {failure} ({type(error).__name__})")
            return None
        return answer

    def _seen(self, value: str) -> Secret:
        for text in (value, *_within(value)):
            self._learned(text)
        return Secret(value)

    def _say(self, trouble: str) -> None:
        self.persistent = not trouble
        self.sentence = (
            f"{trouble}: tokens are kept until the studio is closed, and asked for again after that."
            if trouble
            else "Tokens are kept in this computer's keyring."
        )


def _within(value: str) -> list[str]:
    """The texts of a secret that is a JSON object, such as a sign-in's access and refresh token: each is used by itself."""
    if not value.startswith("{"):
        return []
    try:
        told = msgspec.json.decode(value, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError):
        return []
    return [text for text in told.values() if isinstance(text, str)]
