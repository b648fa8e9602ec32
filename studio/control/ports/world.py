"""Ports to the machine: clocks, HTTP, secrets, and the places at which tests may kill."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol, TypedDict

import msgspec


class ShowClock(Protocol):
    """The shop's time; in a rehearsal it runs at `rate`. Promos, countdowns, samples and figures live by it."""

    @property
    def rate(self) -> float:
        """Shop ms per real ms."""
        ...

    def now_ms(self) -> int | None:
        """UTC ms at the shop, or None while the offset is unknown: then codes leave the screen."""
        ...

    def best_ms(self) -> int:
        """The best guess of `now_ms`, also while it is unknown: to stamp decisions, never to show a code."""
        ...

    def measured(self, shop_ms: int, sent_wall_ms: int, received_wall_ms: int, rate: float = 1.0) -> None:
        """The shop said it was `shop_ms` between these two moments of the wall clock."""
        ...


class WallClock(Protocol):
    """The computer's time: time-outs, back-off, polling, heartbeats."""

    def now_ms(self) -> int:
        """UTC ms of this computer."""
        ...

    def monotonic_ms(self) -> int:
        """Milliseconds that never jump; no meaning but their differences."""
        ...


class KillPoints(Protocol):
    """Named places at which a test may end the process. In the field it does nothing."""

    def reached(self, name: str) -> None:
        """The process has come to this place."""
        ...


class HttpAnswer(msgspec.Struct, frozen=True):
    """An answer of any status; header names are in lower case; the times are of the wall clock, in ms."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent_ms: int
    received_ms: int


class SseEvent(msgspec.Struct, frozen=True):
    """One server-sent event."""

    id: str
    event: str
    data: str


class RequestOptions(TypedDict, total=False):
    """What a request may have beside its method and path, for who hands requests on; what is missing is as in `Http`."""

    body: bytes | None
    params: Sequence[tuple[str, str]]
    headers: Mapping[str, str] | None
    timeout_ms: int
    max_bytes: int


class Http(Protocol):
    """The one way out over HTTP. Bound to one base address and one token; TLS is always verified.

    Raises `Unreachable` when there is no answer; any status is an answer.
    """

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        timeout_ms: int = 10_000,
        max_bytes: int = 32_000_000,
    ) -> HttpAnswer:
        """Send one request and read the whole answer; more than `max_bytes` raises `BadAnswer`."""
        ...

    def events(
        self, path: str, *, params: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[SseEvent]:
        """Server-sent events until the connection ends; idle for 30 s raises `Unreachable`."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class Secrets(Protocol):
    """Tokens: in the keyring, or in the environment; with neither for this session only (`persistent` False)."""

    persistent: bool
    sentence: str

    def get(self, name: str) -> str | None: ...
    def set(self, name: str, value: str) -> None: ...
    def delete(self, name: str) -> None: ...
