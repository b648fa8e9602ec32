"""How long it takes to find the products of an imported line-up by names that are only alike, in a large kept catalogue.

Run it alone: ``python tests/benchmarks/bench_import.py [--products 100000] [--rows 500]``. Prints JSON lines.

- `import`: rows whose names have two slips of the pen each (target: below 30 s altogether). `read_s` is the time in which the
  catalogue is read from disk and prepared, `match_s` that of comparing; `stall_ms` the longest that the loop, where the window
  would be, did not run; `cancel_ms` how long after giving up the work had ended.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_catalogue import fill
from PySide6.QtCore import QCoreApplication, QObject, Signal
from rig import report

from studio.domain.catalogue import CatalogueFacets, CataloguePage, CatalogueQuery
from studio.domain.exchange import DraftRow, LineUpSource, Terms
from studio.domain.lineup import ItemKind, LineUpItem
from studio.exchange_door import LineUpExchange
from studio.store.store import Store, open_store


class Kept(QObject):
    """What the exchange asks of a studio, over a real store."""

    changes = Signal(object)

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._history = store.history

    async def catalogue(self, query: CatalogueQuery, offset: int, limit: int) -> CataloguePage:
        return await asyncio.to_thread(self._history.catalogue, query, offset, limit, 0)

    async def facets(self) -> CatalogueFacets:
        return await asyncio.to_thread(self._history.facets)


def slipped(chance: random.Random, title: str) -> str:
    letters = list(title)
    for _ in range(2):
        letters[chance.randrange(len(letters))] = chance.choice("abcdefgh")
    return "".join(letters)


async def longest_stall(stop: asyncio.Event) -> float:
    longest = 0.0
    while not stop.is_set():
        before = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - before)
    return longest * 1000


async def bench(folder: Path, products: int, rows: int) -> None:
    store = await asyncio.to_thread(open_store, folder / "import.db")
    await store.feeds.keep_for("studio", "bench")
    await fill(store, products, 1)
    await store.feeds.catalogue_read()
    exchange = LineUpExchange(cast("Any", Kept(store)))
    chance = random.Random(5)
    titles = [e.product.title for e in store.history.catalogue(CatalogueQuery(), 0, 50_000, 0).entries]
    drafts = tuple(
        DraftRow(n, LineUpItem(f"i{n}", ItemKind.PRODUCT, slipped(chance, chance.choice(titles)), 60_000))
        for n in range(rows)
    )
    source, terms = LineUpSource("bench", rows=drafts), Terms("EUR")
    stop = asyncio.Event()
    stall = asyncio.create_task(longest_stall(stop))
    began = time.perf_counter()
    await exchange.rows(LineUpSource("none"), (), terms, lambda _done, _of: None)
    read_s = time.perf_counter() - began
    found = await exchange.rows(source, (), terms, lambda _done, _of: None)
    match_s = time.perf_counter() - began - read_s
    stop.set()
    likely = sum(bool(row.match.candidates) for row in found)
    stall_ms = await stall
    some = asyncio.Event()
    work = asyncio.create_task(
        exchange.rows(source, (), terms, lambda done, _of: some.set() if done else None)
    )
    await some.wait()
    given_up = time.perf_counter()
    work.cancel()
    await asyncio.wait([work])
    report(
        "import", products=products, rows=rows, found=likely, read_s=round(read_s, 2), match_s=round(match_s, 2),
        all_s=round(read_s + match_s, 2), stall_ms=round(stall_ms), cancel_ms=round((time.perf_counter() - given_up) * 1000),
    )  # fmt: skip
    await asyncio.to_thread(store.close)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=500)
    given = parser.parse_args()
    _app = QCoreApplication([])
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bench(Path(folder), given.products, given.rows))


if __name__ == "__main__":
    main()
