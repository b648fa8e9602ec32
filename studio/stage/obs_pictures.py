"""What OBS draws as pictures where it has no browser source: the product and the QR code of its link, as files of this computer."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog

from studio.stage.obs_parts import Part
from studio.stage.overlay_pictures import PictureShelf, hashed, raster_type
from studio.stage.words import StageTexts

_OURS = re.compile(r"^[0-9a-f]{32}\.(png|jpeg|gif|webp|avif)$")
_LONGEST_LINK = 1_000
_DOT_PIXELS, _QUIET_DOTS = 8, 4
_log = structlog.get_logger(__name__)


class ObsPictures:
    """Keeps the pictures of what is on as files in `folder`, which is the studio's own. `fetch` gives a product's picture by
    its address. Only `run` fetches and writes; `files` returns at once.
    """

    def __init__(self, folder: Path, fetch: Callable[[str], Awaitable[bytes | None]]) -> None:
        self._folder = folder
        self._shelf = PictureShelf(fetch)
        self._files: dict[str, str] = {}
        self._wanted: tuple[str, str] = ("", "")
        self._moved = asyncio.Event()

    def files(self, texts: StageTexts) -> Mapping[Part, str]:
        """The files of what these texts are about, as far as they are there; the others are fetched."""
        link = texts.link if len(texts.link) <= _LONGEST_LINK else ""
        if (texts.image_url, link) != self._wanted:
            self._wanted = (texts.image_url, link)
            self._shelf.want(texts.image_url)
            self._moved.set()
        found = {Part.PICTURE: self._files.get(texts.image_url, ""), Part.QR: self._files.get(link, "")}
        return {part: file for part, file in found.items() if file}

    async def run(self, changed: Callable[[], None]) -> None:
        """Fetch and write until cancelled; `changed` is called when there is one more file."""
        await asyncio.to_thread(self._tidy)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._shelf.run(self._moved.set), name="OBS pictures")
            group.create_task(self._write(changed), name="OBS picture files")

    async def _write(self, changed: Callable[[], None]) -> None:
        while True:
            await self._moved.wait()
            self._moved.clear()
            url, link = self._wanted
            name = self._shelf.name(url)
            body = self._shelf.body(name) if name else None
            if body is not None and url not in self._files and await self._kept(url, lambda b=body: b):
                changed()
            if link and link not in self._files and await self._kept(link, lambda text=link: qr_png(text)):
                changed()

    async def _kept(self, key: str, make: Callable[[], bytes]) -> bool:
        try:
            self._files[key] = await asyncio.to_thread(self._save, make)
        except (OSError, ValueError) as error:  # the card stands without it
            _log.warning("no picture for OBS", reason=type(error).__name__)
            return False
        return True

    def _save(self, make: Callable[[], bytes]) -> str:
        body = make()
        kind = (raster_type(body) or "image/png").removeprefix("image/")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{hashed(body)}.{kind}"
        path.write_bytes(body)
        return str(path)

    def _tidy(self) -> None:
        """Remove what an earlier show left."""
        try:
            for path in self._folder.iterdir() if self._folder.is_dir() else ():
                if _OURS.match(path.name):
                    path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("old pictures for OBS stay", reason=error.strerror)


def qr_png(link: str) -> bytes:
    """The QR code of a link as a PNG (ISO/IEC 18004, error correction level M, a quiet zone of four dots). Raises
    `ValueError` for a link that is too long.
    """
    import io

    import segno  # late: it is rarely wanted

    into = io.BytesIO()
    segno.make(link, error="m", micro=False).save(into, kind="png", scale=_DOT_PIXELS, border=_QUIET_DOTS)
    return into.getvalue()
