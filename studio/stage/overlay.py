"""The overlay page: what viewers see, for the browser source of OBS or of any other program on this computer."""

import asyncio
import contextlib
import secrets
import socket
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import structlog

from studio.control.ports.stage import StageClock, StageEvents
from studio.domain.stage import StageView
from studio.stage.overlay_door import HOST, Door, Receive, Send, Served, bound
from studio.stage.overlay_dress import OverlayDress, dress_css, logo_of
from studio.stage.overlay_keep import KeepRefused, Kept, is_private, new_token, read_kept, write_kept
from studio.stage.overlay_pictures import PictureShelf, hashed, raster_type
from studio.stage.overlay_view import PageMessage, link_name, page_view, qr_svg

MOST_PAGES = 32
BEAT_S = 1.0
AGAIN_S = 5.0
PATIENCE_S = 2.0
"""So long the kept port may still be in use: by this studio's own process that is just ending."""
FAREWELL_S = 0.5
REMEMBERED = 64
"""Links whose QR code a page may still ask for."""
# Below the ports that systems give to whoever asks for any: nobody takes these by chance.
_PORTS = range(20_000, 32_000)
_TRIES = 20
_FILES = {
    "": ("overlay.html", "text/html; charset=utf-8"),
    "overlay.css": ("overlay.css", "text/css; charset=utf-8"),
    "overlay.js": ("overlay.js", "text/javascript; charset=utf-8"),
}
_MISSING = "The overlay is not shown: its own files are missing. Install Host Studio again."
_ENDED = "The overlay is not shown: its server ended. The studio starts it again by itself."
_NO_PORT = "The overlay is not shown: this computer has no free port for it. Close programs that serve pages."
_MOVED = "The overlay has a new address, since {why}. Copy the address from the stage's settings to the browser source in OBS."
_TAKEN = "another program uses the port of its old one"
_DAMAGED = "the file that kept the old one is damaged"
_NOBODY = "No page has opened the overlay yet."
_log = structlog.get_logger(__name__)


class _Page:
    """One page that looks at it."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.gone = False
        self.left = asyncio.Event()


class OverlayStage:
    """A `Stage` that is a page, served on 127.0.0.1 while `run` runs.

    `assets` is the folder of the page's own files; `keep` the file in which token and port outlive a restart; `clock` the
    shop's time; `picture` gives the bytes of a product's picture by its address, None when there are none; `dress` how
    the page is dressed, asked each second in a worker thread: it may read files. A page that hears nothing for
    `unsure_ms` hides itself. `patience_s`: so long a taken port is waited for before another is chosen.
    """

    def __init__(
        self,
        name: str,
        assets: Path,
        keep: Path,
        clock: StageClock,
        picture: Callable[[str], Awaitable[bytes | None]],
        dress: Callable[[], OverlayDress],
        *,
        unsure_ms: int = 5_000,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.name = name
        self.listening = asyncio.Event()
        self._assets = assets
        self._keep = keep
        self._clock = clock
        self._dress = dress
        self._unsure_ms = unsure_ms
        self._beat_s = min(BEAT_S, unsure_ms / 4_000)
        self._patience_s = patience_s
        self._shelf = PictureShelf(picture)
        self._view = StageView()
        self._pages: set[_Page] = set()
        self._links: OrderedDict[str, str] = OrderedDict()
        self._files: dict[str, Served] = {}
        self._version = ""
        self._worn = OverlayDress()
        self._dress_name = ""
        self._ending = False
        self._moved = ""
        self._address = ""

    def __repr__(self) -> str:
        return f"OverlayStage({self.name!r})"

    @property
    def address(self) -> str:
        """The page's address, for OBS and the settings screen alone: who has it sees the overlay. Empty until it is
        served; `listening` tells when.
        """
        return self._address

    @property
    def pages(self) -> int:
        """How many pages look at it."""
        return len(self._pages)

    def show(self, view: StageView) -> None:
        """This is to be seen from now on. Returns at once; call it on the loop that `run` is on."""
        self._view = view
        self._shelf.want(view.card.image_url if view.card is not None else "")
        if view.card is not None and view.card.link:
            name = link_name(view.card.link)
            self._links[name] = view.card.link
            self._links.move_to_end(name)
            if len(self._links) > REMEMBERED:
                self._links.popitem(last=False)
        self._push()

    async def run(self, events: StageEvents) -> None:
        """Serve the page until cancelled; then every page gets an empty view before the connection ends. What stands in the
        way is told, and tried again.
        """
        while True:
            try:
                await self._serve(events)
            except KeepRefused as error:
                events.link(False, error.sentence)
            await asyncio.sleep(AGAIN_S)

    async def _serve(self, events: StageEvents) -> None:
        """Serve until cancelled. Raises `KeepRefused` with what stands in the way."""
        from studio.stage.overlay_server import server  # late: it takes a while

        try:
            self._files = await asyncio.to_thread(self._read)
        except OSError as error:
            raise KeepRefused(_MISSING) from error
        self._version = hashed(b"".join(served.body for served in self._files.values()))
        await self._dress_up()
        listening, kept = await self._open()
        port = listening.getsockname()[1]
        running = server(Door(kept.token, port, self._content, self._live))
        self._address = _address(kept)
        self._ending = False
        serving = asyncio.create_task(running.serve([listening]), name="overlay server")
        fetching = asyncio.create_task(self._shelf.run(self._push), name="overlay pictures")
        self.listening.set()
        _log.info("overlay is served", port=port)
        try:
            while not serving.done() and not fetching.done():
                sentence = self._sentence()
                events.link(not self._moved, sentence)
                await asyncio.wait((serving, fetching), timeout=BEAT_S, return_when=asyncio.FIRST_COMPLETED)
                await self._dress_up()
            if fetching.done():
                fetching.result()
            raise KeepRefused(_ENDED)
        finally:
            self.listening.clear()
            fetching.cancel()
            await self._farewell()
            await running.end(serving)

    def _sentence(self) -> str:
        count = len(self._pages)
        if count:
            self._moved = ""
            return "1 page shows the overlay." if count == 1 else f"{count} pages show the overlay."
        return _MOVED.format(why=self._moved) if self._moved else _NOBODY

    # --- token, port and files -------------------------------------------------------------------------------------

    async def _open(self) -> tuple[socket.socket, Kept]:
        """A socket on the port that is kept, or on a new one, which is kept then."""
        kept = await asyncio.to_thread(read_kept, self._keep)
        damaged = kept is None and await asyncio.to_thread(self._keep.exists)
        listening = await self._wait_for(kept.port) if kept is not None else None
        if kept is not None and listening is not None:
            if not await asyncio.to_thread(is_private, self._keep):
                await asyncio.to_thread(write_kept, self._keep, kept)
            return listening, kept
        listening = _any_port()
        try:
            chosen = Kept(kept.token if kept is not None else new_token(), listening.getsockname()[1])
            await asyncio.to_thread(write_kept, self._keep, chosen)
        except BaseException:
            listening.close()
            raise
        self._moved = _TAKEN if kept is not None else _DAMAGED if damaged else ""
        return listening, chosen

    async def _wait_for(self, port: int) -> socket.socket | None:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience_s
        while True:
            try:
                return bound(port)
            except OSError as error:
                if loop.time() >= until:
                    _log.warning("port not to be had", port=port, reason=str(error))
                    return None
            await asyncio.sleep(0.2)

    def _read(self) -> dict[str, Served]:
        return {
            name: Served((self._assets / file).read_bytes(), media) for name, (file, media) in _FILES.items()
        }

    async def _content(self, name: str) -> Served | None:
        """The file of this name, of the few that there are."""
        if name in self._files:
            return self._files[name]
        if name == "here":
            return Served(b"", "text/plain")
        if name == "dress.css":
            return Served(dress_css(self._worn).encode(), "text/css; charset=utf-8")
        if name == "logo":
            logo = logo_of(self._worn)
            return Served(*logo) if logo is not None else None
        if name.startswith("p/"):
            body = self._shelf.body(name[2:])
            media = raster_type(body) if body is not None else None
            return Served(body, media) if body is not None and media is not None else None
        link = self._links.get(name.removeprefix("q/").removesuffix(".svg"))
        if link is not None and name == f"q/{link_name(link)}.svg":
            return Served(await asyncio.to_thread(qr_svg, link), "image/svg+xml")
        return None

    # --- pages -----------------------------------------------------------------------------------------------------

    def _push(self) -> None:
        for page in self._pages:
            page.wake.set()

    def _message(self) -> str:
        clock = self._clock()
        view = StageView(self._view.language, self._view.seq) if self._ending else self._view
        name = self._shelf.name(view.card.image_url) if view.card is not None else None
        message = PageMessage(
            self._version,
            self._dress_name,
            self._unsure_ms,
            *(clock or (None, 1.0)),
            page_view(view, clock, f"p/{name}" if name else name),
        )
        return msgspec.json.encode(message).decode()

    async def _dress_up(self) -> None:
        dress = await asyncio.to_thread(self._dress)
        if dress != self._worn or not self._dress_name:
            self._worn = dress
            self._dress_name = hashed(dress_css(dress).encode() + (dress.logo or b""))
            self._push()

    async def _live(self, receive: Receive, send: Send) -> None:
        """Tell one page, at each change and as a heartbeat, until it leaves or the studio does."""
        if len(self._pages) >= MOST_PAGES:
            _log.warning("too many pages look at the overlay", most=MOST_PAGES)
            await send({"type": "websocket.close", "code": 1013})  # RFC 6455 registry: try again later
            return
        page = _Page()
        self._pages.add(page)
        hearing = asyncio.create_task(_until_gone(receive, page), name="overlay page")
        try:
            while not page.gone:
                page.wake.clear()
                last = self._ending
                await send({"type": "websocket.send", "text": self._message()})
                if last:
                    break
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._beat_s):
                        await page.wake.wait()
        except OSError:  # it has just left
            return
        finally:
            self._pages.discard(page)
            page.left.set()
            hearing.cancel()
            await asyncio.wait([hearing])

    async def _farewell(self) -> None:
        """Take everything off every page, as far as it listens."""
        self._ending = True
        pages = list(self._pages)
        self._push()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                for page in pages:
                    await page.left.wait()


def kept_address(keep: Path) -> str:
    """The page's address as it outlives a restart, made and kept where there is none yet. Blocks. Raises `KeepRefused`."""
    kept = read_kept(keep)
    if kept is None:
        with _any_port() as listening:
            kept = Kept(new_token(), listening.getsockname()[1])
        write_kept(keep, kept)
    return _address(kept)


def _address(kept: Kept) -> str:
    return f"http://{HOST}:{kept.port}/s/{kept.token}/"


async def _until_gone(receive: Receive, page: _Page) -> None:
    """What a page says is not listened to."""
    while (await receive())["type"] != "websocket.disconnect":
        pass
    page.gone = True
    page.wake.set()


def _any_port() -> socket.socket:
    """A socket on a port that nobody uses. Raises `KeepRefused`."""
    for port in [*(secrets.choice(_PORTS) for _ in range(_TRIES)), 0]:
        with contextlib.suppress(OSError):
            return bound(port)
    raise KeepRefused(_NO_PORT)
