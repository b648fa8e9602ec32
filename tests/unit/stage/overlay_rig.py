"""An overlay that runs, what it tells, and pages that listen to it without a browser."""

import asyncio
import json
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from studio.control.ports.stage import StreamState
from studio.domain.money import Money
from studio.domain.promo import PromoCode, PromoKind, PromoScope
from studio.domain.stage import StageCard, StageCode, StageView
from studio.stage.overlay import OverlayStage
from studio.stage.overlay_dress import OverlayDress

ASSETS = Path(__file__).resolve().parents[3] / "resources" / "overlay"
NOW = 1_795_719_000_000
END = NOW + 300_000
PNG = b"\x89PNG\r\n\x1a\n"
CARD = StageCard(
    "blanket",
    "Wool blanket “Nord”, 140×200 cm",
    "https://shop.example/blanket.png",
    Money(7120, "EUR"),
    Money(8900, "EUR"),
    4,
    "https://shop.example/s/k7Qm2?utm_source=live",
)
QUESTION = "Can it be washed in the machine?"


def code(text: str = "NORD20", ends_at_ms: int = END, starts_at_ms: int = NOW) -> StageCode:
    """A code that takes 20 % off."""
    promo = PromoCode(
        "promo",
        text,
        PromoKind.PERCENT,
        20,
        0,
        "EUR",
        PromoScope.ALL,
        (),
        starts_at_ms,
        ends_at_ms,
        None,
        None,
    )
    return StageCode(promo, ends_at_ms)


FULL = StageView("en", 7, CARD, code(), QUESTION)


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour (PNG specification, 11.2)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * width) * height
    return (
        PNG
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Told:
    """What a stage tells while it runs."""

    def __init__(self) -> None:
        self.links: list[tuple[bool, str]] = []
        self._news = asyncio.Event()

    def link(self, well: bool, sentence: str, asks_for_key: bool = False) -> None:
        assert not asks_for_key
        self.links.append((well, sentence))
        self._news.set()

    def stream(self, state: StreamState) -> None:
        raise AssertionError("a page knows nothing of the broadcast")

    async def until(self, words: str) -> bool:
        """Whether it is well, when it says these words."""
        while not self.links or words not in self.links[-1][1]:
            self._news.clear()
            await self._news.wait()
        return self.links[-1][0]


class Clock:
    """The shop's time, as a test sets it."""

    def __init__(self, now_ms: int = NOW, rate: float = 0.0) -> None:
        self.now: tuple[int, float] | None = (now_ms, rate)

    def __call__(self) -> tuple[int, float] | None:
        return self.now


async def no_picture(url: str) -> bytes | None:
    """The shop has none."""
    return None


def overlay(
    keep: Path,
    clock: Callable[[], tuple[int, float] | None] | None = None,
    picture: Callable[[str], Awaitable[bytes | None]] = no_picture,
    dress: Callable[[], OverlayDress] = OverlayDress,
    unsure_ms: int = 5_000,
    patience_s: float = 0.0,
) -> OverlayStage:
    """An overlay with the studio's own files."""
    return OverlayStage(
        "overlay", ASSETS, keep, clock or Clock(), picture, dress, unsure_ms=unsure_ms, patience_s=patience_s
    )


@asynccontextmanager
async def running(stage: OverlayStage, told: Told | None = None) -> AsyncIterator[OverlayStage]:
    """While this overlay is served."""
    run = asyncio.create_task(stage.run(told or Told()))
    listens = asyncio.create_task(stage.listening.wait())
    try:
        await asyncio.wait((run, listens), return_when=asyncio.FIRST_COMPLETED)
        if run.done():
            run.result()
        yield stage
    finally:
        listens.cancel()
        run.cancel()
        await asyncio.wait([run])
    assert run.cancelled()


def client(stage: OverlayStage) -> httpx.AsyncClient:
    """A client below the page's address."""
    return httpx.AsyncClient(base_url=stage.address, trust_env=False, timeout=20)


class Page:
    """A page that is told what is to be seen."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def next(self) -> dict[str, Any]:
        """The next message."""
        return json.loads(await self._socket.recv())

    async def until(self, right: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next message that is right."""
        while not right(message := await self.next()):
            pass
        return message


@asynccontextmanager
async def page(stage: OverlayStage) -> AsyncIterator[Page]:
    """While a page without a browser looks at it."""
    origin = stage.address.partition("/s/")[0]
    address = stage.address.replace("http://", "ws://") + "live"
    async with connect(address, origin=origin, proxy=None) as socket:  # type: ignore[arg-type]
        yield Page(socket)
