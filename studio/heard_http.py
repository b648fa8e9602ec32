"""What a server answered last, for who has to tell a person what a connector's sentence means."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Unpack

from studio.control.ports import HttpAnswer, RequestOptions, SseEvent
from studio.sync.http import HttpClient


class HeardHttp:
    """Hands everything on and remembers the last answer, None when there was none: its status tells what the connector's
    sentence means.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self.last: HttpAnswer | None = None

    async def request(self, method: str, path: str, **options: Unpack[RequestOptions]) -> HttpAnswer:
        """As `HttpClient`."""
        self.last = None
        self.last = await self._http.request(method, path, **options)
        return self.last

    def events(
        self, path: str, *, params: Sequence[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> AsyncIterator[SseEvent]:
        """As `HttpClient`."""
        return self._http.events(path, params=params, headers=headers)

    async def aclose(self) -> None:
        """As `HttpClient`."""
        await self._http.aclose()
