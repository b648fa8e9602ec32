"""The window's way to the engine, within one process: what is asked goes to the engine's thread, what changed comes back."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Coroutine
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, SignalInstance

from studio.batcher import joined
from studio.control.ports import ChatRow, ShowClock, ShowSummary
from studio.domain.catalogue import CatalogueFacets, CataloguePage, CatalogueQuery
from studio.domain.commands import Command, Refused
from studio.domain.past import PastShow
from studio.domain.product import Product
from studio.engine_room import EngineRoom
from studio.ui.studio import ChangeBatch, ExportKind, Opened, Review

T = TypeVar("T")


class LocalStudio(QObject):
    """The `Studio` of one seat: hands what the window asks to the engine's thread, and its batches to the window."""

    _arrived = Signal()
    _changed = Signal(object)

    def __init__(self, room: EngineRoom) -> None:
        super().__init__()
        self._room = room
        self._waiting: deque[ChangeBatch] = deque()
        # A signal emitted from the engine's thread arrives in the window's. From there on it is passed on at once, so
        # that who stops listening hears no more.
        self._arrived.connect(self._pass_on)
        room.emit_to(self._arrive)

    def _arrive(self, batch: ChangeBatch) -> None:
        self._waiting.append(batch)
        self._arrived.emit()

    def _pass_on(self) -> None:
        """While the window was busy several may have come: it is told of them once, and so catches up."""
        batches = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if batches:
            self._changed.emit(joined(batches))

    @property
    def changes(self) -> SignalInstance:
        """Emits a `ChangeBatch` in the window's thread."""
        return self._changed

    @property
    def clock(self) -> ShowClock:
        """The shop's time."""
        return self._room.clock

    async def do(self, command: Command) -> Refused | None:
        """Carry out a command; None when it is on disk."""
        return await self._run(self._room.do(command))

    async def open(self, show_id: str, *, whole_feeds: bool = False, language: str = "") -> Opened:
        """Open a show; the products of one that is not planned yet are read in `language`."""
        return await self._run(self._room.open_show(show_id, whole_feeds=whole_feeds, language=language))

    async def close(self) -> None:
        """Close the open show. When this returns, everything it told has been passed on."""
        await self._run(self._room.close_show())
        self._pass_on()

    async def shows(self) -> list[ShowSummary]:
        """All shows here."""
        return await self._run(self._room.shows())

    async def chat_page(self, show_id: str, before_rowid: int | None, limit: int) -> list[ChatRow]:
        """A page of the chat, back from a row."""
        return await self._read(lambda: self._room.history.chat_page(show_id, before_rowid, limit))

    async def chat_after(self, show_id: str, after_rowid: int, limit: int) -> list[ChatRow]:
        """A page of the chat, on from a row."""
        return await self._read(lambda: self._room.history.chat_after(show_id, after_rowid, limit))

    async def chat_search(self, show_id: str, words: str, limit: int) -> list[ChatRow]:
        """Rows of the chat with these words."""
        return await self._read(lambda: self._room.history.chat_search(show_id, words, limit))

    async def search_products(self, words: str, limit: int) -> list[Product]:
        """Products with these words."""
        return await self._read(lambda: self._room.history.search_products(words, limit))

    async def catalogue(self, query: CatalogueQuery, offset: int, limit: int) -> CataloguePage:
        """A page of what is found of the kept catalogue; works offline."""
        now_ms = self._room.wall.now_ms()
        return await self._read(lambda: self._room.history.catalogue(query, offset, limit, now_ms))

    async def facets(self) -> CatalogueFacets:
        """What the kept catalogue can be filtered by."""
        return await self._read(self._room.history.facets)

    async def refresh_stock(self, product_ids: Collection[str]) -> None:
        """Read the stock of these now."""
        await self._run(self._room.refresh_stock(product_ids))

    async def image(self, url: str) -> bytes | None:
        """A picture's bytes."""
        return await self._run(self._room.image(url))

    async def programme(self, width: int) -> bytes | None:
        """What viewers see, as a JPEG so many pixels wide; None without a stage. Raises `TargetError`."""
        return await self._run(self._room.programme(width))

    async def give_token(self, target: str, token: str) -> str:
        """A token for a target that asked."""
        return await self._run(self._room.give_token(target, token))

    async def review(self, show_id: str) -> Review:
        """The figures of a show."""
        return await self._run(self._room.reviews.review(show_id))

    async def report_html(self, show_id: str) -> str:
        """The report of a show."""
        return await self._run(self._room.reviews.report_html(show_id))

    async def would_replace(
        self, show_id: str, kind: ExportKind, path: Path, offset_ms: int = 0
    ) -> list[Path]:
        """The files that `export` would replace, without `path` itself."""
        return await self._run(self._room.reviews.would_replace(show_id, kind, path, offset_ms))

    async def export(
        self,
        show_id: str,
        kind: ExportKind,
        path: Path,
        offset_ms: int = 0,
        progress: Callable[[float], object] | None = None,
    ) -> None:
        """Write a review; raises `OSError` where it cannot be written."""
        await self._run(self._room.reviews.export(show_id, kind, path, offset_ms, progress))

    async def chat_between(self, show_id: str, from_ms: int, to_ms: int, limit: int) -> list[ChatRow]:
        """The chat of a stretch of time."""
        return await self._read(lambda: self._room.history.chat_between(show_id, from_ms, to_ms, limit))

    async def past(self, series: str | None = None, limit: int = 20) -> list[PastShow]:
        """The newest shows that have been on air."""
        return await self._run(self._room.reviews.past(series, limit))

    async def export_report(self, show_id: str, path: Path) -> None:
        """Write the report of a show; raises `OSError` where it cannot be written."""
        html = await self.report_html(show_id)
        await asyncio.to_thread(path.write_text, html, "utf-8")

    async def _run(self, coro: Coroutine[Any, Any, T]) -> T:
        return await asyncio.wrap_future(self._room.run(coro))

    async def _read(self, ask: Callable[[], T]) -> T:
        return await asyncio.wrap_future(self._room.read(ask))
