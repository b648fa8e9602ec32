"""Pictures on the overlay page: fetched by the studio, served by the studio, and nothing in them is ever executed."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog

from studio.control.ports.errors import TargetError

MOST_BYTES = 8_000_000
"""A larger picture is not shown."""
KEPT_BYTES = 48_000_000
FETCH_S = 15.0
AGAIN_S = 5.0
"""A picture that could not be had is asked for again so many seconds later, while its product is on."""
_log = structlog.get_logger(__name__)


def raster_type(body: bytes) -> str | None:
    """The media type by its first bytes, of the raster formats that browsers show; None for all else, SVG too. From each
    format's own specification (PNG 5.2, GIF89a 17, JPEG B.1.1.3, WebP container, AVIF 6 and ISO/IEC 14496-12 4.3).
    """
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp" and body[8:12] in (b"avif", b"avis"):
        return "image/avif"
    return None


def hashed(body: bytes) -> str:
    """A name that tells nothing of where it is from, and is another one for another content."""
    return hashlib.sha256(body).hexdigest()[:32]


class PictureShelf:
    """The pictures that were shown last. `fetch` gives a picture's bytes or None; whatever it raises is not the page's
    business. Only `run` fetches; `want` and the others return at once.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[bytes | None]], *, again_s: float = AGAIN_S) -> None:
        self._fetch = fetch
        self._again_s = again_s
        self._names: OrderedDict[str, str] = OrderedDict()
        self._bodies: dict[str, bytes] = {}
        self._failed = ""
        self._wanted = ""
        self._wake = asyncio.Event()

    def want(self, url: str) -> None:
        """This is on now; empty for none."""
        if url != self._wanted:
            self._wanted, self._failed = url, ""
            self._wake.set()

    def name(self, url: str) -> str | None:
        """The name it is served under; empty while it is still to come, None when there is none."""
        if not url:
            return None
        return self._names.get(url) or (None if url == self._failed else "")

    def body(self, name: str) -> bytes | None:
        """The picture of this name."""
        return self._bodies.get(name)

    async def run(self, changed: Callable[[], None]) -> None:
        """Fetch what is wanted until cancelled, and tell when it is there or cannot be had."""
        while True:
            self._wake.clear()
            url = self._wanted
            if not url or url in self._names:
                await self._wake.wait()
                continue
            fetching = asyncio.create_task(self._fetched(url), name="overlay picture")
            waking = asyncio.create_task(self._wake.wait())
            try:
                await asyncio.wait((fetching, waking), return_when=asyncio.FIRST_COMPLETED)
            finally:
                waking.cancel()
                if not fetching.done():
                    fetching.cancel()
                    await asyncio.wait([fetching])
            if fetching.cancelled():
                continue
            body = fetching.result()
            if body is not None:
                self._keep(url, body)
                changed()
                continue
            if url == self._wanted and url != self._failed:
                self._failed = url
                changed()
            await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._again_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _fetched(self, url: str) -> bytes | None:
        """The picture, if it is one."""
        try:
            async with asyncio.timeout(FETCH_S):
                body = await self._fetch(url)
        except (TargetError, TimeoutError) as error:
            _log.warning("picture not to be had", reason=str(error) or "it took too long")
            return None
        except Exception:  # noqa: BLE001 - a bug costs the picture, not the card; it is logged whole
            _log.exception("picture not fetched")
            return None
        if body is None or len(body) > MOST_BYTES or raster_type(body) is None:
            _log.warning("picture not shown", size=0 if body is None else len(body))
            return None
        return body

    def _keep(self, url: str, body: bytes) -> None:
        name = hashed(body)
        self._names[url] = name
        self._bodies[name] = body
        while len(self._names) > 1 and sum(map(len, self._bodies.values())) > KEPT_BYTES:
            _, gone = self._names.popitem(last=False)
            if gone not in self._names.values():
                del self._bodies[gone]
