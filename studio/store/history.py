"""Pages of what is stored, over read-only connections of their own: one for each thread that asks."""

import sqlite3
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeVar

from studio.control.ports.store import ChatRow
from studio.domain.alerts import ChatGap
from studio.domain.catalogue import CatalogueFacets, CataloguePage, CatalogueQuery
from studio.domain.events import Logged
from studio.domain.kpi_figures import ChatCount
from studio.domain.product import Product
from studio.store import (
    catalogue,
    catalogue_search,
    chat,
    connections,
    figures_key,
    kept_shop,
    show_log,
    stock_samples,
)
from studio.store.database import in_read_transaction
from studio.store.errors import StoreClosed, translated

T = TypeVar("T")


class SqlHistory:
    """Implements the port `History`. Its methods block: call them in a reader's thread, not in the GUI's.

    Every one reads one snapshot in a short transaction. They raise `StoreDamaged`, `StoreClosed`, and `StoreFull`
    when the file cannot be opened. Close it before the database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False

    def chat_count(self, show_id: str) -> int:
        """How many rows, gaps included, the chat of a show has."""
        return self._read(lambda conn: chat.count(conn, show_id))

    def chat_page(self, show_id: str, before_rowid: int | None, limit: int) -> list[ChatRow]:
        """The `limit` rows before `before_rowid` (None: the newest), oldest first."""
        return self._read(lambda conn: chat.page_before(conn, show_id, before_rowid, limit))

    def chat_after(self, show_id: str, after_rowid: int, limit: int) -> list[ChatRow]:
        """The `limit` rows behind `after_rowid`, oldest first."""
        return self._read(lambda conn: chat.page_after(conn, show_id, after_rowid, limit))

    def chat_search(self, show_id: str, words: str, limit: int) -> list[ChatRow]:
        """The newest `limit` messages with all the words in author or text, newest first."""
        return self._read(lambda conn: chat.search(conn, show_id, words, limit))

    def replied(self, show_id: str, from_ms: int, to_ms: int, answered: Collection[tuple[str, str]]) -> int:
        """How many messages of viewers within [from_ms, to_ms] (UTC ms) are among `answered`, (channel, id) each."""
        return self._read(lambda conn: chat.replied(conn, show_id, from_ms, to_ms, answered))

    def chat_between(self, show_id: str, from_ms: int, to_ms: int, limit: int) -> list[ChatRow]:
        """The first `limit` messages and gaps of [from_ms, to_ms) (UTC ms of the channels), oldest first."""
        return self._read(lambda conn: chat.between(conn, show_id, from_ms, to_ms, limit))

    def chat_gaps(self, show_id: str, from_ms: int, to_ms: int) -> list[ChatGap]:
        """The gaps in the chat marked within [from_ms, to_ms] (UTC ms of the channels), oldest first."""
        return self._read(lambda conn: chat.gaps(conn, show_id, from_ms, to_ms))

    def chat_counts(self, show_id: str, from_ms: int, to_ms: int) -> dict[str, ChatCount]:
        """What viewers wrote within [from_ms, to_ms] (UTC ms of the channels), by channel; channels where nobody wrote are
        left out.
        """
        return self._read(lambda conn: chat.counts(conn, show_id, from_ms, to_ms))

    def search_products(self, words: str, limit: int) -> list[Product]:
        """The products that best match; without words the first by title."""
        return self._read(lambda conn: catalogue.search_products(conn, words, limit))

    def catalogue(self, query: CatalogueQuery, offset: int, limit: int, now_ms: int) -> CataloguePage:
        """What is found of the kept catalogue; `now_ms` (UTC ms) is what *new* is measured from."""
        return self._read(lambda conn: catalogue_search.catalogue(conn, query, offset, limit, now_ms))

    def facets(self) -> CatalogueFacets:
        """What the kept catalogue can be filtered by."""
        return self._read(catalogue_search.facets)

    def catalogue_read_ms(self) -> int | None:
        """When the kept catalogue was read as a whole last (UTC ms of this computer), None for never."""
        return self._read(kept_shop.read_wall_ms)

    def stock_samples(self, show_id: str, product_ids: Collection[str]) -> list[tuple[int, str, int]]:
        """(UTC ms, variant id, sellable) of the products, in order of time: how it stood when the show was planned,
        and every change since, all locations together.
        """
        return self._read(lambda conn: stock_samples.stock_samples(conn, show_id, product_ids))

    def variants(self, show_id: str, product_ids: Collection[str]) -> dict[str, str]:
        """The variants of the products as the show's shop has them, whichever shop is open: variant id to product id."""
        return self._read(lambda conn: catalogue.variants(conn, show_id, product_ids))

    def fed(self, show_id: str) -> tuple[int, ...]:
        """Numbers that change whenever anything comes in that the figures of a show are made of."""
        return self._read(lambda conn: figures_key.fed(conn, show_id))

    def events(self, show_id: str, after: int = 0) -> list[Logged]:
        """The events of a show behind `after`, in order."""
        return self._read(lambda conn: show_log.read(conn, show_id, after))

    def close(self) -> None:
        """Close all connections, once no thread reads any more."""
        with self._lock:
            self._closed = True
            for conn in self._connections:
                conn.close()
            self._connections.clear()

    def _read(self, run: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return in_read_transaction(self._connection(), run)
        except sqlite3.Error as error:
            if self._closed:
                raise StoreClosed("The store is closed: nothing more can be read.") from error
            raise translated(error, self._path) from error

    def _connection(self) -> sqlite3.Connection:
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            with self._lock:
                if self._closed:
                    raise StoreClosed("The store is closed: nothing more can be read.")
                conn = connections.open_reader(self._path)
                self._connections.append(conn)
            self._local.conn = conn
        return conn
