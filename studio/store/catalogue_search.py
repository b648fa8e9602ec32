"""The kept catalogue as a producer looks through it: words, filters, order, pages.

Nothing here takes an index but the words': the cards are so narrow that all of them are looked at in a few milliseconds,
while keeping an index for every order would slow down whatever comes in.
"""

import sqlite3
from collections import Counter
from typing import Any, Final

from studio.domain.catalogue import (
    NEW_MS,
    CatalogueEntry,
    CatalogueFacets,
    CataloguePage,
    CatalogueQuery,
    CatalogueSort,
    bestsellers,
)
from studio.store import codec
from studio.store.catalogue import WEIGHTS, folded, prefix_query
from studio.store.catalogue_cards import SEPARATOR
from studio.store.kept_shop import read_wall_ms

_MOST_WEIGHED: Final = 5_000
"""Of more hits than these nobody can tell which match best: weighing a common word takes longer than a keystroke."""

_FEW: Final = 50
_WITHIN: Final = 3
"""So many letters are looked for within words too: fewer stand in nearly every word."""

_ORDERS: Final = {
    CatalogueSort.BEST: "",
    CatalogueSort.TITLE: "",
    CatalogueSort.PRICE_UP: "c.price IS NULL, c.price, ",
    CatalogueSort.PRICE_DOWN: "c.price IS NULL, c.price DESC, ",
    CatalogueSort.STOCK: "c.sellable IS NULL, c.sellable DESC, ",
    CatalogueSort.NEWEST: "c.first_seen_ms IS NULL, c.first_seen_ms DESC, ",
    CatalogueSort.BESTSELLER: "c.sold DESC, c.bestseller DESC, ",
}


class _Found:
    """What is looked for as SQL: `source` and `where` with the `given` values, `order` with its own."""

    def __init__(self, conn: sqlite3.Connection, query: CatalogueQuery, now_ms: int) -> None:
        self.source, self.where, self.given = "product_card c", list[str](), list[Any]()
        self.order, self.order_given = _ORDERS[query.sort], list[Any]()
        self._hits: int | None = None
        self._within = False
        if query.words.strip():
            self._look_for(conn, query)
        self._filters = len(self.where)
        self._filter(conn, query, now_ms)
        self._filters = len(self.where) - self._filters

    def _look_for(self, conn: sqlite3.Connection, query: CatalogueQuery) -> None:
        words = prefix_query(query.words)
        hits = 0
        if words:
            sql = "SELECT count(*) FROM product_fts WHERE product_fts MATCH ?"
            hits = int(codec.one(conn, sql, (words,)))
        typed = folded(query.words).strip()
        best = query.sort is CatalogueSort.BEST
        if not words or (hits < _FEW and len(typed) >= _WITHIN):
            self._look_within(words, typed, best=best)
            return
        self._hits = hits
        # From the words to the cards: the other way round every card would be looked up among the words.
        self.source = "product_fts CROSS JOIN product_card c ON c.num = product_fts.rowid"
        self._also("product_fts MATCH ?", words)
        if best and hits <= _MOST_WEIGHED:
            self.order = f"bm25(product_fts, {WEIGHTS}), "
        elif best:
            self.order, self.order_given = "substr(c.folded, 1, ?) <> ?, ", [len(typed), typed]

    def _look_within(self, words: str, typed: str, *, best: bool) -> None:
        """Where few products have the words, those follow that hold the text anywhere: "kjole" in "Sommerkjole"."""
        self._within = True
        if not words:
            self._also("instr(c.folded, ?)", typed)
            return
        self.source = (
            f"product_card c LEFT JOIN (SELECT rowid AS num, bm25(product_fts, {WEIGHTS}) AS weight FROM product_fts "  # noqa: S608
            "WHERE product_fts MATCH ?) hit ON hit.num = c.num"
        )
        self.given.append(words)
        self._also("(hit.num IS NOT NULL OR instr(c.folded, ?))", typed)
        if best:
            self.order = "hit.num IS NULL, hit.weight, "

    def _filter(self, conn: sqlite3.Connection, query: CatalogueQuery, now_ms: int) -> None:
        if query.in_stock:
            self.where.append("c.active AND c.sellable > 0")
        if query.category:
            self._also("c.category = ?", query.category)
        if query.tag:
            self._also("instr(c.tags, ?)", f"{SEPARATOR}{query.tag}{SEPARATOR}")
        if query.min_price_minor is not None:
            self._also("c.price >= ?", query.min_price_minor)
        if query.max_price_minor is not None:
            self._also("c.price <= ?", query.max_price_minor)
        if query.bestseller:
            self._also("(c.bestseller OR c.sold >= ?)", _least_sold(conn))
        if query.new:
            self._also("c.first_seen_ms >= ?", now_ms - NEW_MS)
        if query.shown is not None:
            self.where.append("c.shown > 0" if query.shown else "c.shown = 0")

    def _also(self, condition: str, value: object) -> None:
        self.where.append(condition)
        self.given.append(value)

    def page(self, conn: sqlite3.Connection, offset: int, limit: int) -> tuple[int, list[int]]:
        """How many there are, and the numbers of those at [offset, offset + limit)."""
        if self._within:
            # Looking through every card's text once is enough: few hold it.
            nums = self._numbers(conn, 0, -1)
            return len(nums), nums[offset : offset + limit]
        total = self._hits
        if total is None or self._filters:
            sql = f"SELECT count(*) FROM {self.source}{self._where()}"  # noqa: S608
            total = int(codec.one(conn, sql, self.given))
        return total, self._numbers(conn, offset, limit) if offset < total else []

    def _numbers(self, conn: sqlite3.Connection, offset: int, limit: int) -> list[int]:
        sql = (
            f"SELECT c.num FROM {self.source}{self._where()} "  # noqa: S608
            f"ORDER BY c.active DESC, {self.order}c.folded, c.num LIMIT ? OFFSET ?"
        )
        rows = conn.execute(sql, (*self.given, *self.order_given, limit, offset))
        return [int(row[0]) for row in rows]

    def _where(self) -> str:
        return f" WHERE {' AND '.join(self.where)}" if self.where else ""


def _least_sold(conn: sqlite3.Connection) -> int:
    """So many pieces of a bestseller have been sold at least."""
    sold = int(codec.one(conn, "SELECT count(*) FROM product_card WHERE sold > 0"))
    sql = "SELECT sold FROM product_card WHERE sold > 0 ORDER BY sold DESC LIMIT 1 OFFSET ?"
    return int(codec.one(conn, sql, (max(0, bestsellers(sold) - 1),)) or 1)


def catalogue(
    conn: sqlite3.Connection, query: CatalogueQuery, offset: int, limit: int, now_ms: int
) -> CataloguePage:
    """Entries [offset, offset + limit) of what is found, those on sale first; `now_ms` (UTC ms) is what *new* is measured
    from.

    Every word typed must begin a word of title, SKU, barcode, category or tags; where few products have them all, those
    follow that have the whole text anywhere in title or SKU. Raises `sqlite3.Error`, `StoreDamaged`.
    """
    found = _Found(conn, query, now_ms)
    total, nums = found.page(conn, max(0, offset), max(0, limit))
    entries: dict[int, CatalogueEntry] = {}
    for num in nums:
        row = conn.execute(
            "SELECT p.body, c.sellable, c.stock_at_ms, c.sold, c.shown FROM product p "
            "JOIN product_card c ON c.num = p.num WHERE p.num = ?",
            (num,),
        ).fetchone()
        if row is not None:
            entries[num] = CatalogueEntry(codec.product_of(row[0]), *row[1:])
    return CataloguePage(tuple(entries.values()), total)


def facets(conn: sqlite3.Connection) -> CatalogueFacets:
    """What the kept catalogue can be filtered by. Raises `sqlite3.Error`."""
    categories: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    products = 0
    for category, listed, count in conn.execute(
        "SELECT category, tags, count(*) FROM product_card GROUP BY category, tags"
    ):
        products += count
        categories[category] += count
        for tag in set(listed.split(SEPARATOR)):
            tags[tag] += count
    return CatalogueFacets(_most_first(categories), _most_first(tags), products, read_wall_ms(conn))


def _most_first(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    named = [(name, count) for name, count in counted.items() if name]
    return tuple(sorted(named, key=lambda pair: (-pair[1], folded(pair[0]))))
